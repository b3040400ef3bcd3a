"""`inventorySetQuantities`: what the shop is to show, compared with what the caller believes, once per key.

Belongs here: Shopify's checks and their codes. All quantities of a call are set or none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLResolveInfo, StringValueNode, VariableNode

from sandbox.listings import Listing
from sandbox.servers.shopify.objects import LOCATIONS, Shop, number_of, stamp
from sandbox.servers.web import House

MOST_AT_ONCE = 250
MOST_UNITS = 1_000_000_000
REASONS = {
    *("correction", "cycle_count_available", "damaged", "movement_created", "movement_updated", "movement_received"),
    *("movement_canceled", "other", "promotion", "quality_control", "received", "reservation_created"),
    *("reservation_deleted", "reservation_updated", "restock", "safety_stock", "shrinkage"),
}


def idempotency_key(info: GraphQLResolveInfo) -> str:
    """The key of the field's directive.

    Raises:
        GraphQLError: without one; the schema does not say so, Shopify refuses it since 2026-04.
    """
    field: FieldNode = info.field_nodes[0]
    for directive in field.directives:
        if directive.name.value == "idempotent":
            value = directive.arguments[0].value
            if isinstance(value, StringValueNode):
                return value.value
            if isinstance(value, VariableNode):
                return str(info.variable_values[value.name.value])
    raise GraphQLError(
        "The @idempotent directive is required for this mutation but was not provided.",
        extensions={"code": "BAD_REQUEST"},
    )


def _error(code: str, message: str, *field: str) -> dict[str, Any]:
    return {"code": code, "field": ["input", *field], "message": message}


def _refusal(*errors: dict[str, Any]) -> dict[str, Any]:
    return {"inventoryAdjustmentGroup": None, "userErrors": list(errors)}


def set_quantities(house: House, shop: Shop, info: GraphQLResolveInfo, given: dict[str, Any]) -> dict[str, Any]:
    """The mutation."""
    key = idempotency_key(info)
    fingerprint = json.dumps(given, sort_keys=True)
    world = house.world
    if key in world.keys:
        if world.keys[key] != fingerprint:
            message = "The same idempotency key cannot be used with different parameters."
            return _refusal(_error("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", message))
        return {"inventoryAdjustmentGroup": _group(shop, given, key, [], world.now), "userErrors": []}
    errors, changes = _judged(shop, given)
    if errors:
        return _refusal(*errors)
    pushes = [(change.listing.index, change.shown) for change in changes]
    house.simulation.do("push", pushes=pushes, key=key, fingerprint=fingerprint)
    return {"inventoryAdjustmentGroup": _group(shop, given, key, changes, world.now), "userErrors": []}


@dataclass(frozen=True)
class _Change:
    """A quantity that is to be set: what the shop then shows, and the change as Shopify tells it."""

    listing: Listing
    shown: int
    delta: int
    after: int


def _judged(shop: Shop, given: dict[str, Any]) -> tuple[list[dict[str, Any]], list[_Change]]:
    """What is wrong with an input, and the changes it asks for."""
    errors, changes = [], []
    if given["name"] not in {"available", "on_hand"}:
        errors.append(_error("INVALID_NAME", "The quantity name must be either 'available' or 'on_hand'.", "name"))
    if given["reason"] not in REASONS:
        errors.append(_error("INVALID_REASON", "The specified reason is invalid.", "reason"))
    if len(given["quantities"]) > MOST_AT_ONCE:
        raise GraphQLError(f"The input array size of {len(given['quantities'])} is greater than the maximum of 250")
    pairs = [(item["inventoryItemId"], item["locationId"]) for item in given["quantities"]]
    for at, item in enumerate(given["quantities"]):
        where = ("quantities", str(at))
        if pairs.index(pairs[at]) < at:
            message = "The combination of inventoryItemId and locationId must be unique."
            errors.append(_error("NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", message, *where))
        listing = shop.listing_of_item(item["inventoryItemId"])
        if listing is None:
            message = "The specified inventory item could not be found."
            errors.append(_error("INVALID_INVENTORY_ITEM", message, *where, "inventoryItemId"))
        elif LOCATIONS[listing.warehouse] != number_of(item["locationId"], "Location"):
            message = "The specified location could not be found."
            errors.append(_error("INVALID_LOCATION", message, *where, "locationId"))
        else:
            change = _change(shop, given["name"], listing, int(item["quantity"]))
            errors += [_error(code, message, *where, field) for code, message, field in _faults(change, item)]
            changes.append(change)
    return errors, changes


def _change(shop: Shop, name: str, listing: Listing, units: int) -> _Change:
    committed = shop.committed(listing) if name == "on_hand" else 0
    before = int(shop.world.shown[listing.index]) + committed
    return _Change(listing, units - committed, units - before, units)


def _faults(change: _Change, item: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = []
    if change.shown < 0:
        found.append(("INVALID_QUANTITY_NEGATIVE", "The quantity can't be negative.", "quantity"))
    if change.after > MOST_UNITS:
        message = "The total quantity can't be higher than 1,000,000,000."
        found.append(("INVALID_QUANTITY_TOO_HIGH", message, "quantity"))
    expected = item.get("changeFromQuantity")
    if expected is not None and expected != change.after - change.delta:
        message = "The changeFromQuantity argument no longer matches the persisted quantity."
        found.append(("CHANGE_FROM_QUANTITY_STALE", message, "changeFromQuantity"))
    return found


def _group(shop: Shop, given: dict[str, Any], key: str, changes: list[_Change], now: int) -> dict[str, Any]:
    def listed(_: Any, **__: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": given["name"],
                "delta": change.delta,
                "quantityAfterChange": change.after,
                "item": lambda _, listing=change.listing: shop.item(listing),
                "location": lambda _, listing=change.listing: shop.location(listing.warehouse),
            }
            for change in changes
        ]

    return {
        "__typename": "InventoryAdjustmentGroup",
        "id": f"gid://shopify/InventoryAdjustmentGroup/{key}",
        "createdAt": stamp(now),
        "reason": given["reason"],
        "referenceDocumentUri": given.get("referenceDocumentUri"),
        "changes": listed,
    }
