"""DCSA Track & Trace 2.2: what ocean carriers that follow the standard say about a container or booking.

Belongs here: the standard's event codes (../shared/specs/dcsa/tnt_v2.2.0.yaml). Does not: asking; the pages are those
of `GET /events`, with `asked.waybill` naming the reference that was asked for. Only an event that is classified ACT
is a fact: PLN and EST are forecasts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.sources.tracking.event import TrackingEvent

MILESTONES = {
    ("EQUIPMENT", "GTIN"): "picked_up",
    ("TRANSPORT", "DEPA"): "departed",
    ("TRANSPORT", "ARRI"): "arrived_in_port",
    ("EQUIPMENT", "DISC"): "arrived_in_port",
    ("EQUIPMENT", "GTOT"): "out_for_delivery",
}
CODE_FIELDS = ("equipmentEventTypeCode", "transportEventTypeCode", "shipmentEventTypeCode")


def events(page: dict[str, Any]) -> Iterator[TrackingEvent]:
    """Events of one answer: the standard's list of events, each of one of three types."""
    for event in page["answer"]["events"]:
        code = next((event[name] for name in CODE_FIELDS if event.get(name)), None)
        place = event.get("eventLocation") or (event.get("transportCall") or {}).get("location") or {}
        yield TrackingEvent(
            waybill=page["asked"]["waybill"],
            carrier=None,  # who answers is known by whom one asked
            original_code=code,
            milestone=_milestone(event, code),
            at=event.get("eventDateTime"),
            place=place.get("locationName") or place.get("UNLocationCode"),
            description=event.get("delayReasonCode"),
            is_forecast=event.get("eventClassifierCode") != "ACT",
        )


def _milestone(event: dict[str, Any], code: str | None) -> str:
    found = MILESTONES.get((str(event.get("eventType")), str(code)), "other")
    # an empty container leaves the gate to be filled and enters it to be given back: neither is the goods' way
    if event.get("emptyIndicatorCode") == "EMPTY" and code in ("GTIN", "GTOT"):
        return "other"
    return found
