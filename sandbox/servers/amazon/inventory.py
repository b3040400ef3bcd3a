"""FBA inventory (getInventorySummaries): a full snapshot by marketplace, in pages whose token expires.

Belongs here: how the world's stock classes become Amazon's quantities. Under Pan-EU every marketplace shows the same.
"""

from __future__ import annotations

from typing import Any

from sandbox.listings import Listing
from sandbox.living.life import LivingWorld
from sandbox.places import AVAILABLE, PREPARING, RESEARCHING, SOLD, UNFULFILLABLE
from sandbox.servers.amazon.account import Account, marketplace, page_token, read_token, stamp
from sandbox.servers.web import Answer, Call, Refused

PAGE = 50
TOKEN_LIVES = 30
_UNFULFILLABLE = ("customerDamaged", "warehouseDamaged", "distributorDamaged", "carrierDamaged", "defective", "expired")
_REASON_SHARES = (0.35, 0.2, 0.05, 0.1, 0.3, 0.0)


def own_listings(world: LivingWorld, account: Account) -> list[Listing]:
    """The listings that an account stocks at FBA, in the order of their seller SKU."""
    found = (item for (fba, _), item in world.fba_listing.items() if fba == account.fba)
    return sorted(found, key=lambda item: item.seller_sku)


def quantities(world: LivingWorld, account: Account, listing: Listing, inbound: dict[str, Any]) -> dict[str, int]:
    """A listing's stock by class and what is inbound."""
    product = listing.parts[0][0]
    names = ("available", "sold", "preparing", "unfulfillable", "researching")
    classes = (AVAILABLE, SOLD, PREPARING, UNFULFILLABLE, RESEARCHING)
    found = {
        name: int(world.places.stock(account.fba, stock_class)[product])
        for name, stock_class in zip(names, classes, strict=True)
    }
    return found | {name: int(units[product]) for name, units in inbound.items()}


def _reasons(total: int) -> dict[str, int]:
    parts = [int(total * share) for share in _REASON_SHARES]
    parts[4] += total - sum(parts)
    named = {f"{name}Quantity": part for name, part in zip(_UNFULFILLABLE, parts, strict=True)}
    return {"totalUnfulfillableQuantity": total, **named}


def _details(found: dict[str, int]) -> dict[str, Any]:
    terms = ("researchingQuantityInShortTerm", "researchingQuantityInMidTerm", "researchingQuantityInLongTerm")
    spread = (found["researching"], 0, 0)
    return {
        "fulfillableQuantity": found["available"],
        "inboundWorkingQuantity": found["working"],
        "inboundShippedQuantity": found["shipped"],
        "inboundReceivingQuantity": found["receiving"],
        "reservedQuantity": {
            "totalReservedQuantity": found["sold"] + found["preparing"],
            "pendingCustomerOrderQuantity": found["sold"],
            "pendingTransshipmentQuantity": found["preparing"],
            "fcProcessingQuantity": 0,
        },
        "researchingQuantity": {
            "totalResearchingQuantity": found["researching"],
            "researchingQuantityBreakdown": [
                {"name": name, "quantity": units} for name, units in zip(terms, spread, strict=True)
            ],
        },
        "unfulfillableQuantity": _reasons(found["unfulfillable"]),
    }


def summary(world: LivingWorld, account: Account, listing: Listing, inbound: dict[str, Any], *, details: bool) -> Any:
    """One InventorySummary."""
    found = quantities(world, account, listing, inbound)
    return {
        "asin": listing.asin,
        "fnSku": listing.fnsku,
        "sellerSku": listing.seller_sku,
        "condition": "NewItem",
        **({"inventoryDetails": _details(found)} if details else {}),
        "lastUpdatedTime": stamp(world.now),
        "productName": listing.title,
        "totalQuantity": sum(found.values()),
        "stores": [],
    }


def get_summaries(call: Call, account: Account) -> Answer:
    """GET /fba/inventory/v1/summaries."""
    if call.one("granularityType") != "Marketplace":
        raise Refused(400, "InvalidInput", "granularityType must be Marketplace")
    place = marketplace(account, call.many("marketplaceIds"))
    if call.one("granularityId") != place:
        raise Refused(400, "InvalidInput", "granularityId must be the marketplace's id")
    skus = call.many("sellerSkus") or call.many("sellerSku")
    if len(skus) > 50:
        raise Refused(400, "InvalidInput", "pass at most 50 sellerSkus")
    start = 0
    if call.one("nextToken"):
        token = read_token(call.one("nextToken"))
        if call.house.time("amazon") > token["until"]:
            raise Refused(400, "InvalidInput", "Next token has expired.")
        start = int(token["start"])
    world = call.world
    listings = [item for item in own_listings(world, account) if not skus or item.seller_sku in skus]
    if call.house.faults.meets("half_reports", "amazon"):
        listings = listings[::2]
    inbound = world.fba_inbound_units(account.fba)
    details = call.one("details", "false").lower() == "true"
    page = [summary(world, account, item, inbound, details=details) for item in listings[start : start + PAGE]]
    answer: dict[str, Any] = {
        "payload": {
            "granularity": {"granularityType": "Marketplace", "granularityId": place},
            "inventorySummaries": page,
        }
    }
    if start + PAGE < len(listings):
        until = call.house.time("amazon") + TOKEN_LIVES
        answer["pagination"] = {"nextToken": page_token(start=start + PAGE, until=until)}
    return Answer(answer)
