"""`inventorySetQuantities`: what the shop is to show, compared with what the caller believes, once per key.

Belongs here: Shopify's checks and their codes. All quantities of a call are set or none.
"""

from __future__ import annotations

import json
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLResolveInfo, StringValueNode, VariableNode

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
    errors, pushes, changes = [], [], []
    if given["name"] not in {"available", "on_hand"}:
        errors.append(_error("INVALID_NAME", "The quantity name must be either 'available' or 'on_hand'.", "name"))
    if given["reason"] not in REASONS:
        errors.append(_error("INVALID_REASON", "The specified reason is invalid.", "reason"))
    if len(given["quantities"]) > MOST_AT_ONCE:
        raise GraphQLError(f"The input array size of {len(given['quantities'])} is greater than the maximum of 250")
    seen: set[tuple[str, str]] = set()
    for at, item in enumerate(given["quantities"]):
        where = ("quantities", str(at))
        listing = shop.listing_of_item(item["inventoryItemId"])
        place = number_of(item["locationId"], "Location")
        pair = (item["inventoryItemId"], item["locationId"])
        if pair in seen:
            message = "The combination of inventoryItemId and locationId must be unique."
            errors.append(_error("NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", message, *where))
        seen.add(pair)
        if listing is None:
            message = "The specified inventory item could not be found."
            errors.append(_error("INVALID_INVENTORY_ITEM", message, *where, "inventoryItemId"))
            continue
        if place not in LOCATIONS.values() or LOCATIONS[listing.warehouse] != place:
            message = "The specified location could not be found."
            errors.append(_error("INVALID_LOCATION", message, *where, "locationId"))
            continue
        committed = shop.committed(listing) if given["name"] == "on_hand" else 0
        before, units = int(world.shown[listing.index]) + committed, int(item["quantity"])
        if units < committed:
            message = "The quantity can't be negative."
            errors.append(_error("INVALID_QUANTITY_NEGATIVE", message, *where, "quantity"))
        if units > MOST_UNITS:
            message = "The total quantity can't be higher than 1,000,000,000."
            errors.append(_error("INVALID_QUANTITY_TOO_HIGH", message, *where, "quantity"))
        expected = item.get("changeFromQuantity")
        if expected is not None and expected != before:
            message = "The changeFromQuantity argument no longer matches the persisted quantity."
            errors.append(_error("CHANGE_FROM_QUANTITY_STALE", message, *where, "changeFromQuantity"))
        pushes.append((listing.index, units - committed))
        changes.append((listing, units - before, units))
    if errors:
        return _refusal(*errors)
    house.simulation.do("push", pushes=pushes, key=key, fingerprint=fingerprint)
    return {"inventoryAdjustmentGroup": _group(shop, given, key, changes, world.now), "userErrors": []}


def _group(shop: Shop, given: dict[str, Any], key: str, changes: list[Any], now: int) -> dict[str, Any]:
    def listed(_: Any, **__: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": given["name"],
                "delta": delta,
                "quantityAfterChange": after,
                "item": lambda _, listing=listing: shop.item(listing),
                "location": lambda _, listing=listing: shop.location(listing.warehouse),
            }
            for listing, delta, after in changes
        ]

    return {
        "__typename": "InventoryAdjustmentGroup",
        "id": f"gid://shopify/InventoryAdjustmentGroup/{key}",
        "createdAt": stamp(now),
        "reason": given["reason"],
        "referenceDocumentUri": given.get("referenceDocumentUri"),
        "changes": listed,
    }
