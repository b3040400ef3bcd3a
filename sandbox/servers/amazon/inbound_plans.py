"""Fulfillment Inbound 2024-03-20: plans, packing, placement with fees, shipments, transport, and the operations.

Belongs here: shapes of the model. What a plan is: `sandbox/living/inbound_plans.py`. What can be told to it:
`inbound_commands.py`.
"""

from __future__ import annotations

from typing import Any

from sandbox.living.inbound_plans import Placement, Plan, PlannedShipment
from sandbox.living.life import LivingWorld
from sandbox.servers.amazon.account import Account, page_token, read_token, stamp
from sandbox.servers.web import Answer, Call, Refused

_OFFER_LIVES = 30 * 86_400
_COUNTRY_ADDRESS = {
    "US": ("Amazon.com Services", "4950 Goodman Way", "Eastvale", "CA", "91752"),
    "DE": ("Amazon Fulfillment Germany", "Amazonstr. 1", "Leipzig", "SN", "04347"),
}


def plan_of(call: Call, account: Account) -> Plan:
    """The plan of a path.

    Raises:
        Refused: when the account has none of that id.
    """
    plan = call.world.plans.get(call.parts["inboundPlanId"])
    if plan is None or plan.fba != account.fba:
        raise Refused(404, "NotFound", f"there is no inbound plan {call.parts['inboundPlanId']}")
    return plan


def _status(world: LivingWorld, plan: Plan) -> str:
    chosen = plan.chosen()
    records = [item.record for item in chosen.shipments if item.record] if chosen else []
    if plan.status == "ACTIVE" and records and all(world.fba_status(record) != "WORKING" for record in records):
        return "SHIPPED"
    return plan.status


def _money(cents: int, currency: str) -> dict[str, Any]:
    return {"amount": cents / 100, "code": currency}


def _paged(call: Call, name: str, found: list[Any]) -> Answer:
    size = call.number("pageSize", 10)
    start = int(read_token(call.one("paginationToken"))["start"]) if call.one("paginationToken") else 0
    answer: dict[str, Any] = {name: found[start : start + size]}
    if start + size < len(found):
        answer["pagination"] = {"nextToken": page_token(start=start + size)}
    return Answer(answer)


def _summary(world: LivingWorld, plan: Plan) -> dict[str, Any]:
    return {
        "inboundPlanId": plan.plan_id,
        "name": plan.name,
        "createdAt": stamp(plan.created_at),
        "lastUpdatedAt": stamp(plan.updated_at),
        "marketplaceIds": [plan.marketplace],
        "sourceAddress": plan.source,
        "status": _status(world, plan),
    }


def _item(world: LivingWorld, plan: Plan, msku: str, units: int) -> dict[str, Any]:
    listing, line = world.fba_listing[plan.fba, msku], plan.items[msku]
    owner = str(line.get("prepOwner", "NONE"))
    return {
        "msku": msku,
        "asin": listing.asin,
        "fnsku": listing.fnsku,
        "quantity": units,
        "labelOwner": str(line.get("labelOwner", "SELLER")),
        "prepInstructions": [{"prepOwner": owner, "prepType": "ITEM_NO_PREP"}],
    }


def create(call: Call, account: Account) -> Answer:
    """POST inboundPlans."""
    body = call.json
    places = body.get("destinationMarketplaces", [])
    if len(places) != 1 or places[0] not in account.ids:
        raise Refused(400, "InvalidInput", "destinationMarketplaces: pass one of the account's marketplaces")
    if not body.get("items"):
        raise Refused(400, "InvalidInput", "items: pass at least one")
    plan, operation = call.do(
        "create_plan",
        fba=account.fba,
        marketplace=places[0],
        name=body.get("name", ""),
        source=body["sourceAddress"],
        items=body["items"],
    )
    return Answer({"inboundPlanId": plan.plan_id, "operationId": operation}, 202)


def list_plans(call: Call, account: Account) -> Answer:
    """GET inboundPlans."""
    plans = [plan for plan in call.world.plans.values() if plan.fba == account.fba]
    if call.one("status"):
        plans = [plan for plan in plans if _status(call.world, plan) == call.one("status")]
    by = "created_at" if call.one("sortBy") == "CREATION_TIME" else "updated_at"
    plans.sort(key=lambda plan: (getattr(plan, by), plan.plan_id), reverse=call.one("sortOrder", "DESC") == "DESC")
    return _paged(call, "inboundPlans", [_summary(call.world, plan) for plan in plans])


def get(call: Call, account: Account) -> Answer:
    """GET inboundPlans/{inboundPlanId}."""
    plan = plan_of(call, account)
    answer = _summary(call.world, plan)
    if plan.packing_id:
        answer["packingOptions"] = [{"packingOptionId": plan.packing_id, "status": plan.packing_status}]
    if plan.placements:
        answer["placementOptions"] = [
            {"placementOptionId": item.placement_id, "status": item.status} for item in plan.placements
        ]
    if plan.chosen():
        answer["shipments"] = [
            {"shipmentId": item.shipment_id, "status": _shipment_status(call.world, plan, item)}
            for _, item in call.world.shipments_of(plan)
        ]
    return Answer(answer)


def list_items(call: Call, account: Account) -> Answer:
    """GET inboundPlans/{inboundPlanId}/items."""
    plan = plan_of(call, account)
    found = [_item(call.world, plan, msku, int(line["quantity"])) for msku, line in plan.items.items()]
    return _paged(call, "items", found)


def list_packing(call: Call, account: Account) -> Answer:
    """GET packingOptions."""
    plan = plan_of(call, account)
    configuration = {
        "boxPackingMethods": ["BOX_CONTENT_PROVIDED"],
        "boxRequirements": {"weight": {"minimum": 0, "maximum": 50, "unit": "LB"}},
        "shippingRequirements": [{"modes": ["GROUND_SMALL_PARCEL"], "solution": "USE_YOUR_OWN_CARRIER"}],
    }
    option = {
        "packingOptionId": plan.packing_id,
        "packingGroups": [plan.packing_group_id],
        "status": plan.packing_status,
        "discounts": [],
        "fees": [],
        "expiration": stamp(plan.created_at + _OFFER_LIVES),
        "supportedConfigurations": [configuration],
        "supportedShippingConfigurations": [
            {"shippingMode": "GROUND_SMALL_PARCEL", "shippingSolution": "USE_YOUR_OWN_CARRIER"}
        ],
    }
    return _paged(call, "packingOptions", [option] if plan.packing_id else [])


def list_group_items(call: Call, account: Account) -> Answer:
    """GET packingGroups/{packingGroupId}/items."""
    plan = plan_of(call, account)
    if call.parts["packingGroupId"] != plan.packing_group_id:
        raise Refused(404, "NotFound", f"there is no packing group {call.parts['packingGroupId']}")
    return list_items(call, account)


def list_placement(call: Call, account: Account) -> Answer:
    """GET placementOptions."""
    plan = plan_of(call, account)
    currency = call.world.plan_currency(plan)

    def option(item: Placement) -> dict[str, Any]:
        fee = {
            "type": "FEE",
            "target": "Placement Services",
            "description": "Inbound placement service fee",
            "value": _money(item.fee_cents, currency),
        }
        return {
            "placementOptionId": item.placement_id,
            "shipmentIds": [shipment.shipment_id for shipment in item.shipments],
            "status": item.status,
            "discounts": [],
            "fees": [fee] if item.fee_cents else [],
            "expiration": stamp(plan.created_at + _OFFER_LIVES),
        }

    return _paged(call, "placementOptions", [option(item) for item in plan.placements])


def _shipment_status(world: LivingWorld, plan: Plan, shipment: PlannedShipment) -> str:
    if plan.status == "VOIDED":
        return "CANCELLED"
    if shipment.record is None:
        return "UNCONFIRMED"
    status = world.fba_status(shipment.record)
    if status == "WORKING":
        return "READY_TO_SHIP" if shipment.transport_id else "WORKING"
    return status


def _parcels(tracking: dict[str, Any]) -> dict[str, Any]:
    """The tracking details as Amazon gives them back: each parcel with how its number was judged."""
    found: dict[str, Any] = {}
    if "spdTrackingDetail" in tracking:
        items = tracking["spdTrackingDetail"]["spdTrackingItems"]
        found["spdTrackingDetail"] = {
            "spdTrackingItems": [{**item, "trackingNumberValidationStatus": "VALIDATED"} for item in items]
        }
    if "ltlTrackingDetail" in tracking:
        found["ltlTrackingDetail"] = tracking["ltlTrackingDetail"]
    return found


def get_shipment(call: Call, account: Account) -> Answer:
    """GET shipments/{shipmentId}."""
    plan, option, shipment = _shipment(call, account)
    country = account.marketplaces[0][1]
    name, line, city, state, code = _COUNTRY_ADDRESS[country]
    address = {
        "name": f"{name} {shipment.center}",
        "addressLine1": line,
        "city": city,
        "stateOrProvinceCode": state,
        "postalCode": code,
        "countryCode": country,
    }
    answer: dict[str, Any] = {
        "shipmentId": shipment.shipment_id,
        "placementOptionId": option.placement_id,
        "name": plan.name,
        "status": _shipment_status(call.world, plan, shipment),
        "source": {"sourceType": "SELLER_FACILITY", "address": plan.source},
        "destination": {"destinationType": "AMAZON_WAREHOUSE", "warehouseId": shipment.center, "address": address},
    }
    if shipment.record:
        answer["shipmentConfirmationId"] = shipment.record.confirmation_id
        answer["amazonReferenceId"] = shipment.record.confirmation_id[-8:]
    if shipment.transport_id:
        answer["selectedTransportationOptionId"] = shipment.transport_id
    if shipment.tracking:
        answer["trackingDetails"] = _parcels(shipment.tracking)
    return Answer(answer)


def _shipment(call: Call, account: Account) -> tuple[Plan, Placement, PlannedShipment]:
    plan = plan_of(call, account)
    for option, shipment in call.world.shipments_of(plan):
        if shipment.shipment_id == call.parts["shipmentId"]:
            return plan, option, shipment
    raise Refused(404, "NotFound", f"there is no shipment {call.parts['shipmentId']}")


def list_shipment_items(call: Call, account: Account) -> Answer:
    """GET shipments/{shipmentId}/items."""
    plan, _, shipment = _shipment(call, account)
    return _paged(call, "items", [_item(call.world, plan, msku, units) for msku, units in shipment.items.items()])


def list_transport(call: Call, account: Account) -> Answer:
    """GET transportationOptions."""
    plan, found = plan_of(call, account), []
    for option, shipment in call.world.shipments_of(plan):
        if call.one("placementOptionId") not in {"", option.placement_id}:
            continue
        if call.one("shipmentId") not in {"", shipment.shipment_id}:
            continue
        found += [
            {
                "transportationOptionId": transport_id,
                "shipmentId": shipment.shipment_id,
                "shippingMode": mode,
                "shippingSolution": solution,
                "carrier": {"alphaCode": "OTHER", "name": "Other"},
                "preconditions": ["CONFIRMED_DELIVERY_WINDOW"] if mode != "GROUND_SMALL_PARCEL" else [],
            }
            for transport_id, (mode, solution) in shipment.transports.items()
        ]
    return _paged(call, "transportationOptions", found)
