"""Amazon's tracking (2026-01-30): what it says about first legs that its logistics carry.

Belongs here: Amazon's codes. Does not: asking (`sources/amazon/shipment_tracking.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.sources.tracking.event import TrackingEvent

MILESTONES = {
    "PICKED_UP": "picked_up",
    "CARRIER_RECEIVED_SHIPMENT": "picked_up",
    "DEPARTED": "departed",
    "ARRIVED": "arrived_in_port",
    "UNLOADED": "arrived_in_port",
    "CUSTOMS_PROCESSING": "in_customs",
    "CUSTOMS_CLEARED": "customs_released",
    "OUT_FOR_DELIVERY": "out_for_delivery",
    "DELIVERED": "delivered",
    **dict.fromkeys(
        (
            "CARRIER_HOLD", "CUSTOMS_DELAY", "CUSTOMS_EXCEPTION", "CUSTOMS_HOLD", "CUSTOMS_HOLD_DISCHARGE_PORT",
            "DAMAGED", "DELAYED", "INCORRECT_ADDRESS", "LOST", "MISSORTED", "PICKUP_FAILED",
            "RECIPIENT_REFUSED_DELIVERY", "RETURNED", "UNDELIVERABLE", "UNDELIVERABLE_DESTROY_IN_FIELD",
        ),
        "exception",
    ),
}  # fmt: skip
ESTIMATES = {
    "ESTIMATED_DELIVERY_DATE": "delivered",
    "ESTIMATED_TIME_OF_DEPARTURE": "departed",
    "ESTIMATED_TIME_OF_ARRIVAL": "arrived_in_port",
}


def events(page: dict[str, Any]) -> Iterator[TrackingEvent]:
    """Milestones that happened, and Amazon's estimates of those that will."""
    detail = page["answer"]["trackingDetail"]
    if detail is None:
        return
    waybill = page["asked"]["waybill"]
    carrier = (detail["identifier"].get("carrierTracking") or {}).get("carrierCode") or "Amazon"
    for milestone in detail["milestoneHistory"]:
        status = milestone["status"]
        code = "/".join(part for part in (status["code"], status.get("subCode")) if part)
        yield TrackingEvent(
            waybill=waybill,
            carrier=carrier,
            original_code=code,
            milestone=MILESTONES.get(status["code"], "other"),
            at=milestone["occurredAt"],
            place=_place(milestone),
            description=status.get("description"),
        )
    for estimate in detail.get("trackingEstimates") or ():
        kind = estimate["type"]
        yield TrackingEvent(
            waybill=waybill,
            carrier=carrier,
            original_code=kind,
            milestone=ESTIMATES.get(kind, "other"),
            at=estimate["estimatedInterval"]["endTime"],
            is_forecast=True,
        )


def _place(milestone: dict[str, Any]) -> str | None:
    address = (milestone.get("location") or {}).get("address") or {}
    return ", ".join(address[part] for part in ("city", "region", "countryCode") if address.get(part)) or None
