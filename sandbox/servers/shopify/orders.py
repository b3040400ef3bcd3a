"""The shop's orders and payouts from the living world.

Belongs here: orders with lines, fulfillments and buyers (invented, which a client must drop), and what the shop's
payments pay out for each day's orders after their fee.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sandbox.buyers import addresses, people
from sandbox.living.world import CANCELLED, SENT
from sandbox.network import SHOPIFY, SHOPS
from sandbox.order_lines import unit_cents
from sandbox.servers.shopify.connections import connection, key_of
from sandbox.servers.shopify.objects import Shop, bag, gid, money, number_of, stamp
from sandbox.servers.shopify.search import Search
from sandbox.sold_orders import shop_of_lines, shopify_numbers

_ORDER, _LINE = 6_000_000, 16_000_000
_SORTS = {"CREATED_AT": 0, "PROCESSED_AT": 0, "UPDATED_AT": 1}
_PAYOUT_DAYS = 90
_PAYOUT = 9_000


class Orders:
    """Orders of the shop, found anew for every request, since time may have moved."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.world = shop, shop.world
        world = self.world
        rows = np.flatnonzero((world.line_units > 0) & (shop_of_lines(world) == SHOPIFY))
        order = world.wanted.order[rows]
        starts = np.flatnonzero(np.concatenate([[True], order[1:] != order[:-1]])) if len(rows) else np.array([], int)
        self.first = rows[starts]
        self.groups = np.split(rows, starts[1:]) if len(rows) else []
        self.numbers = shopify_numbers(world)[self.first] if len(rows) else np.array([], int)
        self.cents = unit_cents(world)

    def page(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """A page of the orders that a search asks for."""
        given = dict(arguments)
        text, sort = given.pop("query", None) or "", given.pop("sortKey", None)
        names = {"created_at", "processed_at", "updated_at", "name", "fulfillment_status", "financial_status", "id"}
        search, world = Search(text, names | {"status"}), self.world
        created, updated = world.line_created[self.first], world.line_updated[self.first]
        moments = {"created_at": created, "processed_at": created, "updated_at": updated}
        places = np.flatnonzero(search.meets_moments(moments, len(self.first)))
        at = _SORTS.get(str(sort), -1)
        keys = (created, updated)[at] if at >= 0 else self.numbers
        places = places[np.lexsort((self.numbers[places], keys[places]))]
        items = []
        for place in _near_page(places, keys, self.numbers, given):
            row = int(self.first[place])
            found = search.takes(
                created_at=int(created[place]),
                processed_at=int(created[place]),
                updated_at=int(updated[place]),
                name=f"#{1001 + int(self.numbers[place])}",
                id=_ORDER + int(self.numbers[place]),
                fulfillment_status="shipped" if world.line_status[row] == SENT else "unfulfilled",
                financial_status="refunded" if world.line_status[row] == CANCELLED else "paid",
                status=dict(search_status(text)).get("status", "any"),
            )
            if found:
                items.append(((int(keys[place]), int(self.numbers[place])), place))
                if len(items) > (given.get("first") or len(places)):
                    break
        return connection(items, self.order, **given)

    def by_id(self, text: str) -> dict[str, Any] | None:
        """An order by its global id."""
        number = number_of(text, "Order") - _ORDER
        return self.order(number) if 0 <= number < len(self.groups) else None

    def _buyer(self, row: int) -> tuple[dict[str, Any], dict[str, Any]]:
        rng = np.random.default_rng([self.world.history.seed, row])
        person = people(rng, count=1).row(0, named=True)
        return person, addresses(rng, "US", count=1).row(0, named=True)

    def order(self, place: int) -> dict[str, Any]:
        """One order."""
        world, rows = self.world, self.groups[place].tolist()
        number, status = int(self.numbers[place]), int(world.line_status[rows[0]])
        created, updated = int(world.line_created[rows[0]]), int(world.line_updated[rows[0]])
        total = sum(int(self.cents[row]) * int(world.line_units[row]) for row in rows)
        person, address = self._buyer(rows[0])
        first, _, family = person["name"].partition(" ")
        cancelled = status == CANCELLED
        lines = [((at, row), row) for at, row in enumerate(rows)]
        return {
            "__typename": "Order",
            "id": gid("Order", _ORDER + number),
            "legacyResourceId": str(_ORDER + number),
            "name": f"#{1001 + number}",
            "number": 1001 + number,
            "email": person["email"],
            "phone": person["phone"],
            "note": None,
            "createdAt": stamp(created),
            "updatedAt": stamp(updated),
            "processedAt": stamp(created),
            "cancelledAt": stamp(updated) if cancelled else None,
            "cancelReason": "CUSTOMER" if cancelled else None,
            "closed": status == SENT,
            "closedAt": stamp(updated) if status == SENT else None,
            "confirmed": True,
            "test": False,
            "currencyCode": SHOPS[SHOPIFY].currency,
            "presentmentCurrencyCode": SHOPS[SHOPIFY].currency,
            "displayFinancialStatus": "REFUNDED" if cancelled else "PAID",
            "displayFulfillmentStatus": "FULFILLED" if status == SENT else "UNFULFILLED",
            "lineItems": lambda _, **page: connection(lines, self.line, **page),
            "totalPriceSet": bag(total),
            "currentTotalPriceSet": bag(0 if cancelled else total),
            "subtotalPriceSet": bag(total),
            "totalShippingPriceSet": bag(0),
            "totalTaxSet": bag(0),
            "totalDiscountsSet": bag(0),
            "totalRefundedSet": bag(total if cancelled else 0),
            "shippingAddress": {
                "id": gid("MailingAddress", _ORDER + number),
                "name": person["name"],
                "address1": person["street"],
                "address2": None,
                "city": address["city"],
                "province": address["state"],
                "provinceCode": address["state"],
                "country": "United States",
                "countryCodeV2": "US",
                "zip": address["postal_code"],
                "phone": person["phone"],
            },
            "customer": {
                "__typename": "Customer",
                "id": gid("Customer", _ORDER + number),
                "displayName": person["name"],
                "firstName": first,
                "lastName": family,
                "email": person["email"],
            },
            "fulfillments": lambda _, **__: self._fulfillments(number, rows, status, updated),
            "fulfillmentOrders": lambda _, **page: connection(
                [((number, 0), rows)], lambda lines: self._fulfillment_order(number, lines, status), **_plain(page)
            ),
            "tags": [],
            "sourceName": "web",
            "taxesIncluded": False,
            "subtotalLineItemsQuantity": sum(int(world.line_units[row]) for row in rows),
        }

    def line(self, row: int) -> dict[str, Any]:
        """One line."""
        world = self.world
        listing, units = world.catalog.listings[int(world.wanted.listing[row])], int(world.line_units[row])
        price, cancelled = int(self.cents[row]), world.line_status[row] == CANCELLED
        off = listing.price_cents - price
        return {
            "__typename": "LineItem",
            "id": gid("LineItem", _LINE + row),
            "name": listing.title,
            "title": listing.title,
            "sku": listing.seller_sku,
            "quantity": units,
            "currentQuantity": 0 if cancelled else units,
            "unfulfilledQuantity": 0 if world.line_status[row] == SENT or cancelled else units,
            "variant": lambda _: self.shop.variant(listing),
            "product": lambda _: self.shop.product(listing),
            "variantTitle": None,
            "originalUnitPriceSet": bag(listing.price_cents),
            "discountedUnitPriceSet": bag(price),
            "discountedTotalSet": lambda _, **__: bag(price * units),
            "originalTotalSet": bag(listing.price_cents * units),
            "totalDiscountSet": bag(off * units),
            "requiresShipping": True,
            "vendor": "LUMIVO",
        }

    def _warehouse(self, rows: list[int]) -> int:
        return self.world.catalog.listings[int(self.world.wanted.listing[rows[0]])].warehouse

    def _fulfillments(self, number: int, rows: list[int], status: int, sent: int) -> list[dict[str, Any]]:
        if status != SENT:
            return []
        return [
            {
                "__typename": "Fulfillment",
                "id": gid("Fulfillment", _ORDER + number),
                "name": f"#{1001 + number}-F1",
                "status": "SUCCESS",
                "createdAt": stamp(sent),
                "updatedAt": stamp(sent),
                "location": lambda _: self.shop.location(self._warehouse(rows)),
                "totalQuantity": sum(int(self.world.line_units[row]) for row in rows),
                "trackingInfo": lambda _, **__: [{"company": "UPS", "number": f"1ZSHOP{number:08d}", "url": None}],
            }
        ]

    def _fulfillment_order(self, number: int, rows: list[int], status: int) -> dict[str, Any]:
        warehouse, world = self._warehouse(rows), self.world
        location = self.shop.location(warehouse)
        words = {SENT: "CLOSED", CANCELLED: "CANCELLED"}

        def line(row: int) -> dict[str, Any]:
            units = int(world.line_units[row])
            return {
                "__typename": "FulfillmentOrderLineItem",
                "id": gid("FulfillmentOrderLineItem", _LINE + row),
                "totalQuantity": units,
                "remainingQuantity": 0 if status in words else units,
                "sku": world.catalog.listings[int(world.wanted.listing[row])].seller_sku,
                "lineItem": lambda _: self.line(row),
            }

        return {
            "__typename": "FulfillmentOrder",
            "id": gid("FulfillmentOrder", _ORDER + number),
            "orderId": gid("Order", _ORDER + number),
            "status": words.get(status, "OPEN"),
            "createdAt": stamp(int(world.line_created[rows[0]])),
            "updatedAt": stamp(int(world.line_updated[rows[0]])),
            "assignedLocation": {
                "name": location["name"],
                "countryCode": location["address"]["countryCode"],
                "location": lambda _, **__: location,
            },
            "lineItems": lambda _, **page: connection([((at, row), row) for at, row in enumerate(rows)], line, **page),
        }

    def payouts(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """A page of the payouts of the last ninety days: one a day, for the orders that were sent that day."""
        given = {key: value for key, value in arguments.items() if key not in {"query", "sortKey", "transactionType"}}
        world = self.world
        days = range(max(0, world.today - _PAYOUT_DAYS), world.today)
        given.setdefault("reverse", True)
        return connection([((day, day), day) for day in days], self._payout, **given)

    def _payout(self, day: int) -> dict[str, Any]:
        world = self.world
        start, end = world.morning(day), world.morning(day + 1)
        updated, status = world.line_updated[self.first], world.line_status[self.first]
        paid = np.flatnonzero((updated >= start) & (updated < end) & (status == SENT))
        totals = [
            sum(int(self.cents[row]) * int(world.line_units[row]) for row in self.groups[place]) for place in paid
        ]
        gross, fee = sum(totals), sum(total * 29 // 1000 + 30 for total in totals)
        nothing = {name: money(0) for name in _NO_MONEY}
        return {
            "__typename": "ShopifyPaymentsPayout",
            "id": gid("ShopifyPaymentsPayout", _PAYOUT + day),
            "legacyResourceId": str(_PAYOUT + day),
            "issuedAt": stamp(end),
            "status": "PAID" if day < world.today - 2 else "IN_TRANSIT",
            "gross": money(gross),
            "net": money(gross - fee),
            "transactionType": "DEPOSIT",
            "summary": {**nothing, "chargesFee": money(fee), "chargesGross": money(gross)},
        }


_NO_MONEY = (
    *("adjustmentsFee", "adjustmentsGross", "refundsFee", "refundsFeeGross"),
    *("reservedFundsFee", "reservedFundsGross"),
)


def search_status(text: str) -> list[tuple[str, str]]:
    """The `status:` terms of a search; `any`, which clients pass to see closed orders too, takes all."""
    return [(field, value) for field, _, value in Search(text, _ALL).terms if field == "status"]


_ALL = {
    *("created_at", "processed_at", "updated_at", "name", "fulfillment_status", "financial_status", "id", "status"),
}


def _near_page(places: np.ndarray, keys: np.ndarray, numbers: np.ndarray, given: dict[str, Any]) -> list[int]:
    """The sorted places from a page's beginning on, so that a page late in a long list is as quick as the first."""
    if given.get("reverse"):
        places = places[::-1]
    if given.get("after") is None or given.get("first") is None:
        return [int(place) for place in places]
    value, number = key_of(given["after"])
    behind = (keys[places] > value) | ((keys[places] == value) & (numbers[places] > number))
    if given.get("reverse"):
        behind = (keys[places] < value) | ((keys[places] == value) & (numbers[places] < number))
    return [int(place) for place in places[behind]]


def _plain(page: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in page.items() if key not in {"query", "displayable"}}
