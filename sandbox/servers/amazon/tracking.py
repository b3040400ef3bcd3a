"""Tracking 2026-01-30: the milestones of one shipment, by its carrier's number."""

from __future__ import annotations

from typing import Any

from sandbox.living.life import LivingWorld
from sandbox.servers.amazon.account import Account, stamp
from sandbox.servers.web import Answer, Call, Refused
from sandbox.shipments import Milestone, Shipment

CODES = {
    "InTransit_PickedUp": ("PICKED_UP", "The shipment was picked up."),
    "InTransit_Departure": ("DEPARTED", "The shipment departed."),
    "InTransit_Arrival": ("ARRIVED", "The shipment arrived."),
    "InTransit_CustomsProcessing": ("CUSTOMS_PROCESSING", "Customs are processing the shipment."),
    "InTransit_CustomsRequiringInformation": ("CUSTOMS_HOLD", "Customs hold the shipment."),
    "InTransit_CustomsReleased": ("CUSTOMS_CLEARED", "Customs cleared the shipment."),
    "Exception_Delayed": ("DELAYED", "The shipment is delayed."),
    "OutForDelivery_Other": ("OUT_FOR_DELIVERY", "The shipment is out for delivery."),
    "Delivered_Other": ("DELIVERED", "The shipment was delivered."),
}
_DAY = 86_400


def _milestone(world: LivingWorld, milestone: Milestone) -> dict[str, Any]:
    code, description = CODES[milestone.code]
    return {
        "status": {"code": code, "description": description},
        "location": {"address": {"city": milestone.place, "countryCode": milestone.country}},
        "occurredAt": stamp(world.moment(milestone)),
    }


def _estimates(world: LivingWorld, shipment: Shipment, told: list[Milestone]) -> list[dict[str, Any]]:
    codes = {milestone.code for milestone in told}
    if "Delivered_Other" in codes or not told:
        return []
    day = shipment.arrival_day + 2 if "Exception_Delayed" in codes else shipment.expected_day
    start = world.morning(day)
    interval = {"startTime": stamp(start), "endTime": stamp(start + _DAY)}
    last = stamp(world.moment(told[-1]))
    return [{"type": "ESTIMATED_DELIVERY", "estimatedInterval": interval, "lastUpdatedTime": last}]


def get_tracking(call: Call, _: Account) -> Answer:
    """GET /tracking/2026-01-30/shipments/track."""
    number = call.one("carrierTracking.trackingNumber")
    if not number:
        raise Refused(400, "InvalidInput", "pass carrierTracking.trackingNumber")
    world = call.world
    shipment = world.shipment_of(number)
    if shipment is None:
        raise Refused(404, "NotFound", f"there is no shipment {number}")
    told = news(call, shipment, "amazon")
    detail: dict[str, Any] = {
        "identifier": {"carrierTracking": {"trackingNumber": number}},
        "trackingEstimates": _estimates(world, shipment, told),
        "milestoneHistory": [_milestone(world, item) for item in told],
    }
    if told:
        detail["latestMilestone"] = _milestone(world, told[-1])
    return Answer({"trackingDetail": detail})


def news(call: Call, shipment: Shipment, vendor: str) -> list[Milestone]:
    """What a carrier has told by now, oldest first; late or twice, where such a fault is on."""
    world = call.world
    late = call.house.faults.meets("late_events", vendor)
    delay = late.size * 3600 if late else 0
    told = [item for item in world.told_milestones(shipment) if world.moment(item) + delay <= world.now]
    if call.house.faults.meets("duplicated_events", vendor):
        told = [item for item in told for _ in range(2)]
    return told
