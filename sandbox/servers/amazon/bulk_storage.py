"""Amazon Warehousing and Distribution 2024-05-09: inventory and replenishment orders of the American account."""

from __future__ import annotations

from typing import Any

from sandbox.living.bulk_storage import Replenishment
from sandbox.living.life import LivingWorld
from sandbox.network import FBA_US
from sandbox.places import AWD, AWD_RESERVED
from sandbox.servers.amazon.account import Account, page_token, read_token, stamp
from sandbox.servers.web import Answer, Call, Refused


def _account_has_awd(account: Account) -> None:
    if account.fba != FBA_US:
        raise Refused(403, "Unauthorized", "the account does not use Amazon Warehousing and Distribution")


def _paged(call: Call, name: str, found: list[Any]) -> Answer:
    size = call.number("maxResults", 25)
    start = int(read_token(call.one("nextToken"))["start"]) if call.one("nextToken") else 0
    answer: dict[str, Any] = {name: found[start : start + size]}
    if start + size < len(found):
        answer["nextToken"] = page_token(start=start + size)
    return Answer(answer)


def list_inventory(call: Call, account: Account) -> Answer:
    """GET inventory."""
    _account_has_awd(account)
    world, found = call.world, []
    for (fba, msku), listing in sorted(world.fba_listing.items()):
        product = listing.parts[0][0]
        free, reserved = int(world.places.units[AWD][product]), int(world.places.units[AWD_RESERVED][product])
        if fba != FBA_US or not (free or reserved) or call.one("sku", msku) != msku:
            continue
        item: dict[str, Any] = {"sku": msku, "totalInboundQuantity": 0, "totalOnhandQuantity": free + reserved}
        if call.one("details") == "SHOW":
            item["inventoryDetails"] = {
                "availableDistributableQuantity": free,
                "reservedDistributableQuantity": reserved,
                "replenishmentQuantity": _on_the_way(world, product),
            }
        found.append(item)
    if call.one("sortOrder") == "DESCENDING":
        found.reverse()
    return _paged(call, "inventory", found)


def _on_the_way(world: LivingWorld, product: int) -> int:
    sent = (order.shipment for order in world.replenishments.values() if order.shipment)
    return sum(int(shipment.outstanding[product]) for shipment in sent)


def _order(world: LivingWorld, order: Replenishment) -> dict[str, Any]:
    products = [{"sku": sku, "quantity": units} for sku, units in order.items.items()]
    status, shipments = world.replenishment_status(order), []
    if order.shipment is not None:
        shipments = [
            {
                "orderId": order.order_id,
                "shipmentId": order.shipment_id,
                "shipmentStatus": "CLOSED" if status == "SUCCESS" else "IN_TRANSIT",
                "createdAt": stamp(order.updated_at),
                "updatedAt": stamp(order.updated_at),
            }
        ]
    return {
        "orderId": order.order_id,
        "status": status,
        "createdAt": stamp(order.created_at),
        "updatedAt": stamp(order.updated_at),
        **({"confirmedOn": stamp(order.confirmed_at)} if order.confirmed_at else {}),
        "products": products,
        "eligibleProducts": products,
        "shippedProducts": products if shipments else [],
        "distributionIneligibleReasons": [],
        "outboundShipments": shipments,
    }


def list_orders(call: Call, account: Account) -> Answer:
    """GET replenishmentOrders."""
    _account_has_awd(account)
    found = [_order(call.world, order) for order in call.world.replenishments.values()]
    if call.one("sortOrder", "DESCENDING") == "DESCENDING":
        found.reverse()
    return _paged(call, "orders", found)


def create(call: Call, account: Account) -> Answer:
    """POST replenishmentOrders."""
    _account_has_awd(account)
    body = call.json
    items: dict[str, int] = {}
    for product in body.get("products", []):
        items[product["sku"]] = items.get(product["sku"], 0) + int(product["quantity"])
    confirm = body.get("preferences", {}).get("confirmation") == "AUTO"
    order = call.do("create_replenishment", items=items, confirm=confirm)
    return Answer({"orderId": order.order_id}, 201)


def _found(call: Call, account: Account) -> Replenishment:
    _account_has_awd(account)
    order = call.world.replenishments.get(call.parts["orderId"])
    if order is None:
        raise Refused(404, "NotFound", f"there is no replenishment order {call.parts['orderId']}")
    return order


def get(call: Call, account: Account) -> Answer:
    """GET replenishmentOrders/{orderId}."""
    return Answer(_order(call.world, _found(call, account)))


def confirm(call: Call, account: Account) -> Answer:
    """POST replenishmentOrders/{orderId}/confirmation."""
    call.do("confirm_replenishment", order_id=_found(call, account).order_id)
    return Answer(None, 204)
