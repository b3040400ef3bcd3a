"""Listings Items 2021-08-01 and the JSON listings feed: what a merchant-fulfilled listing shows.

Belongs here: PATCH and GET of one listing, the messages of a JSON_LISTINGS_FEED, Amazon's issues. A quantity of a
listing that Amazon fulfils is refused.
"""

from __future__ import annotations

from typing import Any

from sandbox.listings import Listing
from sandbox.living.life import LivingWorld
from sandbox.servers.amazon.account import Account, marketplace, stamp
from sandbox.servers.web import Answer, Call, Refused

_PATHS = ("/attributes/fulfillment_availability",)


class Faulty(Exception):
    """A patch that is answered with an issue."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def find(world: LivingWorld, account: Account, seller_id: str, sku: str) -> Listing:
    """A listing of the account.

    Raises:
        Refused: when it is not there or the seller is another one.
    """
    if seller_id != account.seller_id:
        raise Refused(403, "Unauthorized", f"the account is not seller {seller_id}")
    listing = world.listing_of.get((account.shop, sku))
    if listing is None:
        raise Refused(404, "NOT_FOUND", f"SKU '{sku}' not found in marketplace {account.ids[0]}")
    return listing


def quantity(world: LivingWorld, listing: Listing, patches: list[dict[str, Any]]) -> int | None:
    """The quantity that patches set; None when they set none.

    Raises:
        Faulty: for a patch that Amazon would not take.
    """
    found = None
    for patch in patches:
        if patch.get("path") not in _PATHS:
            raise Faulty("4000003", f"The path {patch.get('path')} cannot be patched here")
        if patch.get("op") not in {"replace", "merge", "add"}:
            raise Faulty("4000003", f"The operation {patch.get('op')} cannot be applied to fulfillment_availability")
        if not world.is_merchant[listing.index]:
            raise Faulty("90244", "The quantity of an item that Amazon fulfills cannot be set")
        for value in patch.get("value", []):
            if value.get("fulfillment_channel_code") != "DEFAULT":
                raise Faulty("90244", "fulfillment_channel_code must be DEFAULT")
            number = value.get("quantity")
            if not isinstance(number, int) or isinstance(number, bool) or number < 0:
                raise Faulty("99022", f"The quantity {number} is not a whole number from 0 on")
            found = number
    return found


def issue(fault: Faulty) -> dict[str, Any]:
    """Amazon's words for it."""
    return {
        "code": fault.code,
        "message": fault.message,
        "severity": "ERROR",
        "attributeNames": ["fulfillment_availability"],
        "categories": ["INVALID_ATTRIBUTE"],
    }


def patch_item(call: Call, account: Account) -> Answer:
    """PATCH /listings/2021-08-01/items/{sellerId}/{sku}."""
    world = call.world
    marketplace(account, call.many("marketplaceIds"))
    listing = find(world, account, call.parts["sellerId"], call.parts["sku"])
    preview = call.one("mode") == "VALIDATION_PREVIEW"
    issues = []
    try:
        units = quantity(world, listing, call.json["patches"])
        if units is not None and not preview:
            call.do("push", pushes=[(listing.index, units)])
    except Faulty as fault:
        issues.append(issue(fault))
    status = "INVALID" if issues else "VALID" if preview else "ACCEPTED"
    return Answer(
        {
            "sku": listing.seller_sku,
            "status": status,
            "submissionId": f"{len(world.pushes):032x}",
            "issues": issues,
        }
    )


def get_item(call: Call, account: Account) -> Answer:
    """GET /listings/2021-08-01/items/{sellerId}/{sku}."""
    world = call.world
    listing = find(world, account, call.parts["sellerId"], call.parts["sku"])
    included = call.many("includedData") or ["summaries"]
    merchant = bool(world.is_merchant[listing.index])
    units = int(world.shown[listing.index])
    item: dict[str, Any] = {"sku": listing.seller_sku}
    if "summaries" in included:
        found = units if merchant else world.free_units(listing.index)
        item["summaries"] = [
            {
                "marketplaceId": account.ids[0],
                "asin": listing.asin,
                "productType": "HOME",
                "conditionType": "new_new",
                "status": ["BUYABLE", "DISCOVERABLE"] if found else ["DISCOVERABLE"],
                **({"fnSku": listing.fnsku} if listing.fnsku else {}),
                "itemName": listing.title,
                "createdDate": stamp(world.morning(max(listing.launch_day, 0))),
                "lastUpdatedDate": stamp(int(world.shown_at[listing.index])),
            }
        ]
    availability = (
        [{"fulfillmentChannelCode": "DEFAULT", "quantity": units}]
        if merchant
        else [{"fulfillmentChannelCode": "AMAZON_NA" if account.name == "us" else "AMAZON_EU"}]
    )
    if "fulfillmentAvailability" in included:
        item["fulfillmentAvailability"] = availability
    if "attributes" in included:
        item["attributes"] = {
            "fulfillment_availability": [
                {"fulfillment_channel_code": "DEFAULT", "quantity": units, "marketplace_id": account.ids[0]}
                if merchant
                else {"fulfillment_channel_code": availability[0]["fulfillmentChannelCode"]}
            ]
        }
    if "issues" in included:
        item["issues"] = []
    return Answer(item)
