"""Orders API 2026-01-01: searchOrders and getOrder.

Belongs here: how lines become orders with Amazon's statuses, pages in the order of the searched moment. A bundle or a
line is told as it was ordered; buyers appear only when a client asks for them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sandbox.buyers import addresses, people
from sandbox.living.life import LivingWorld
from sandbox.living.world import CANCELLED, SENT
from sandbox.network import SHOPS
from sandbox.order_lines import unit_cents
from sandbox.servers.amazon.account import Account, moment, page_token, read_token, stamp
from sandbox.servers.web import Answer, Call, Refused
from sandbox.sold_orders import order_names_of, shop_of_lines

_DELAY = 120  # Amazon wants an end at least two minutes before the call
_EXTRAS = ("BUYER", "RECIPIENT", "PROCEEDS", "EXPENSE", "PROMOTION", "CANCELLATION", "FULFILLMENT", "PACKAGES", "TAX")


def _money(cents: int, currency: str) -> dict[str, str]:
    return {"amount": f"{cents // 100}.{cents % 100:02d}", "currencyCode": currency}


def _status(world: LivingWorld, rows: list[int]) -> str:
    if world.line_status[rows[0]] == SENT:
        return "SHIPPED"
    if world.line_status[rows[0]] == CANCELLED:
        return "CANCELLED"
    return "UNSHIPPED" if world.is_merchant[world.wanted.listing[rows[0]]] else "PENDING"


def _item(world: LivingWorld, row: int, cents: np.ndarray, currency: str, *, priced: bool, extras: set[str]) -> Any:
    listing = world.catalog.listings[int(world.wanted.listing[row])]
    units = int(world.line_units[row])
    product: dict[str, Any] = {
        "asin": listing.asin,
        "title": listing.title,
        "sellerSku": listing.seller_sku,
        "condition": {"conditionType": "NEW", "conditionSubtype": "NEW"},
    }
    found: dict[str, Any] = {"orderItemId": f"{row + 10**13}", "quantityOrdered": units, "product": product}
    if priced:
        product["price"] = {"unitPrice": _money(int(cents[row]), currency)}
        if "PROCEEDS" in extras:
            total = _money(int(cents[row]) * units, currency)
            found["proceeds"] = {"proceedsTotal": total, "breakdowns": [{"type": "ITEM", "subtotal": total}]}
    if "FULFILLMENT" in extras:
        sent = units if world.line_status[row] == SENT else 0
        found["fulfillment"] = {"quantityFulfilled": sent, "quantityUnfulfilled": units - sent}
    return found


def _buyer(world: LivingWorld, account: Account, row: int, extras: set[str]) -> dict[str, Any]:
    """Invented, and the same whenever this order is asked for."""
    rng = np.random.default_rng([world.history.seed, row])
    person, address = people(rng, count=1).row(0, named=True), None
    found: dict[str, Any] = {}
    if "BUYER" in extras:
        found["buyer"] = {"buyerName": person["name"], "buyerEmail": person["email"]}
    if "RECIPIENT" in extras:
        address = addresses(rng, SHOPS[account.shop].country, count=1).row(0, named=True)
        found["recipient"] = {
            "deliveryAddress": {
                "name": person["name"],
                "addressLine1": person["street"],
                "city": address["city"],
                "stateOrRegion": address["state"],
                "postalCode": address["postal_code"],
                "countryCode": address["country"],
                "phone": person["phone"],
            }
        }
    return found


def order(world: LivingWorld, account: Account, name: str, rows: list[int], cents: np.ndarray, extras: set[str]) -> Any:
    """One Order of the model."""
    status, currency = _status(world, rows), SHOPS[account.shop].currency
    merchant = bool(world.is_merchant[world.wanted.listing[rows[0]]])
    created = int(world.line_created[rows[0]])
    priced = status in {"SHIPPED", "CANCELLED"} or merchant
    place, _, domain = account.marketplaces[0]
    total = sum(int(cents[row]) * int(world.line_units[row]) for row in rows)
    return {
        "orderId": name,
        "createdTime": stamp(created),
        "lastUpdatedTime": stamp(max(int(world.line_updated[row]) for row in rows)),
        "programs": [] if merchant else ["PRIME"],
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": place, "marketplaceName": domain},
        **_buyer(world, account, rows[0], extras),
        **({"proceeds": {"grandTotal": _money(total, currency)}} if priced and "PROCEEDS" in extras else {}),
        "fulfillment": {
            "fulfillmentStatus": status,
            "fulfilledBy": "MERCHANT" if merchant else "AMAZON",
            "fulfillmentServiceLevel": "STANDARD" if merchant else "EXPEDITED",
            "shipByWindow": {"earliestDateTime": stamp(created), "latestDateTime": stamp(created + 2 * 86_400)},
        },
        "orderItems": [_item(world, row, cents, currency, priced=priced, extras=extras) for row in rows],
    }


def _extras(call: Call) -> set[str]:
    return set(call.many("includedData"))


def _criteria(call: Call, now: int) -> dict[str, Any]:
    created, updated = call.one("createdAfter"), call.one("lastUpdatedAfter")
    if bool(created) == bool(updated):
        raise Refused(400, "InvalidInput", "pass exactly one of createdAfter and lastUpdatedAfter")
    by = "created" if created else "updated"
    names = ("createdAfter", "createdBefore") if created else ("lastUpdatedAfter", "lastUpdatedBefore")
    others = ("lastUpdatedBefore",) if created else ("createdBefore",)
    if any(call.one(name) for name in others):
        raise Refused(400, "InvalidInput", f"{others[0]} does not go with {names[0]}")
    after = moment(call.one(names[0]), names[0])
    before = moment(call.one(names[1]), names[1]) if call.one(names[1]) else now - _DELAY
    if call.one(names[1]) and (before < after or before > now - _DELAY):
        raise Refused(
            400, "InvalidInput", f"{names[1]} must be after {names[0]} and at least two minutes before the request"
        )
    return {"by": by, "after": after, "before": before, "last": [-1, -1]}


def search_orders(call: Call, account: Account) -> Answer:
    """GET /orders/2026-01-01/orders."""
    world = call.world
    size = call.number("maxResultsPerPage", 100)
    if not 1 <= size <= 100:
        raise Refused(400, "InvalidInput", "maxResultsPerPage is from 1 to 100")
    # The world's own time: an end that ran ahead of it would let the next search miss what happens until then.
    now = world.now
    token = call.one("paginationToken")
    state = read_token(token) if token else _criteria(call, now)
    if call.many("marketplaceIds") and account.ids[0] not in call.many("marketplaceIds"):
        return Answer({"orders": [], "pagination": {}})
    moments = world.line_created if state["by"] == "created" else world.line_updated
    got = (world.line_units > 0) & (shop_of_lines(world) == account.shop)
    rows = np.flatnonzero(got & (moments >= state["after"]) & (moments <= state["before"]))
    sort = np.lexsort((rows, world.wanted.order[rows], moments[rows]))
    rows = rows[sort]
    rows = rows[_after(moments[rows], world.wanted.order[rows], state["last"])]
    # Only as many orders are put together as the page needs and one more, which says that there is a next page.
    starts = np.flatnonzero(np.diff(world.wanted.order[rows], prepend=-1))
    found: list[list[int]] = []
    for at, start in enumerate(starts.tolist()):
        group = rows[start : starts[at + 1] if at + 1 < len(starts) else None].tolist()
        if _asked_for(call, world, group):
            found.append(group)
        if len(found) > size:
            break
    page = found[:size]
    cents, extras = unit_cents(world), _extras(call)
    names = order_names_of(world, np.array([group[0] for group in page], dtype=np.int64))
    orders = [order(world, account, name, group, cents, extras) for name, group in zip(names, page, strict=True)]
    if page and call.house.faults.meets("duplicated_events", "amazon"):
        orders.append(orders[-1])
    answer: dict[str, Any] = {"orders": orders, "pagination": {}}
    answer["createdBefore" if state["by"] == "created" else "lastUpdatedBefore"] = stamp(state["before"])
    if len(found) > size:
        last = page[-1][0]
        following = [int(moments[last]), int(world.wanted.order[last])]
        answer["pagination"] = {"nextToken": page_token(**{**state, "last": following})}
    return Answer(answer)


def _after(moments: np.ndarray, orders: np.ndarray, last: list[int]) -> np.ndarray:
    behind: np.ndarray = (moments > last[0]) | ((moments == last[0]) & (orders > last[1]))
    return behind


def _asked_for(call: Call, world: LivingWorld, group: list[int]) -> bool:
    statuses, by = call.many("fulfillmentStatuses"), call.many("fulfilledBy")
    merchant = bool(world.is_merchant[world.wanted.listing[group[0]]])
    return (not statuses or _status(world, group) in statuses) and (
        not by or ("MERCHANT" if merchant else "AMAZON") in by
    )


def get_order(call: Call, account: Account) -> Answer:
    """GET /orders/2026-01-01/orders/{orderId}."""
    world, name = call.world, call.parts["orderId"]
    rows = np.flatnonzero((world.line_units > 0) & (shop_of_lines(world) == account.shop))
    # The last seven digits tell few orders apart from all others; only their names are spelled out.
    tails = world.wanted.order[rows] * 4_321_987 % 9_999_973
    if name[-7:].isdigit():
        rows = rows[tails == int(name[-7:])]
        found = [row for row, other in zip(rows.tolist(), order_names_of(world, rows), strict=True) if other == name]
        if found:
            extras = _extras(call) or set(_EXTRAS) - {"BUYER", "RECIPIENT"}
            return Answer({"order": order(world, account, name, found, unit_cents(world), extras)})
    raise Refused(404, "NotFound", f"there is no order {name}")
