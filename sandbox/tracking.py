"""17TRACK's answers to `gettrackinfo` (v2.4): at most forty numbers each, newest event first.

Belongs here: the vendor's shape and words. The milestones come from `shipments.py`; only what has happened before the
as-of morning is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.shipments import Milestone, Shipment
from sandbox.world import World

NUMBERS_A_CALL = 40
_WORDS = {
    "InTransit_PickedUp": ("PickedUp", "Picked up by carrier 已揽收"),
    "InTransit_Departure": ("Departure", "Departed from port of loading 已离港"),
    "InTransit_Arrival": ("Arrival", "Arrived at destination port 已到港"),
    "InTransit_CustomsProcessing": (None, "Customs clearance in progress 清关中"),
    "InTransit_CustomsRequiringInformation": (None, "Customs examination: documents requested 海关查验"),
    "InTransit_CustomsReleased": (None, "Released by customs 已放行"),
    "Exception_Delayed": ("Exception", "Delayed at destination port 延误"),
    "OutForDelivery_Other": ("OutForDelivery", "Out for delivery to warehouse 派送中"),
    "Delivered_Other": ("Delivered", "Delivered to warehouse 已派送至目的仓"),
}
_STAGES = (
    *("InfoReceived", "PickedUp", "Departure", "Arrival", "AvailableForPickup", "OutForDelivery", "Delivered"),
    *("Returning", "Returned"),
)


def tracking_files(world: World) -> Iterator[tuple[str, bytes]]:
    """(path, JSON) of every answer: all shipments that have left, in the order in which they did."""
    sent = [shipment for shipment in world.shipments if shipment.is_dispatched]
    for number, start in enumerate(range(0, len(sent), NUMBERS_A_CALL), start=1):
        accepted = [_answer(world, shipment) for shipment in sent[start : start + NUMBERS_A_CALL]]
        body = {"code": 0, "data": {"accepted": accepted, "rejected": []}}
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        yield f"inbox/17track/gettrackinfo_{number:03d}.json", text.encode()


def moment(world: World, milestone: Milestone) -> datetime:
    """When it happened, in the local time of its place."""
    midnight = datetime.combine(world.parameters.date_of(milestone.day), time(0), ZoneInfo(milestone.zone))
    return midnight + timedelta(minutes=round(milestone.hour * 60))


def told(world: World, shipment: Shipment) -> list[Milestone]:
    """What the carrier has reported by the as-of morning, oldest first."""
    return [milestone for milestone in shipment.milestones if milestone.day < world.today]


def estimated_day(world: World, shipment: Shipment) -> int | None:
    """The carrier's estimate of the delivery: renewed once he has admitted a delay, gone once he has delivered."""
    codes = {milestone.code for milestone in told(world, shipment)}
    if "Delivered_Other" in codes:
        return None
    return shipment.arrival_day + 2 if "Exception_Delayed" in codes else shipment.expected_day


def _address(country: str | None) -> dict[str, Any]:
    nowhere = {"longitude": None, "latitude": None}
    return {
        "country": country,
        "state": None,
        "city": None,
        "street": None,
        "postal_code": None,
        "coordinates": nowhere,
    }


def _event(world: World, milestone: Milestone) -> dict[str, Any]:
    at = moment(world, milestone)
    stage, description = _WORDS[milestone.code]
    return {
        "time_iso": at.isoformat(),
        "time_utc": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "description": description,
        "location": milestone.place,
        "stage": stage,
        "sub_status": milestone.code,
        "address": _address(milestone.country),
    }


def _answer(world: World, shipment: Shipment) -> dict[str, Any]:
    return describe(
        world, shipment, told(world, shipment), estimated_day(world, shipment), tag=shipment.shipment_id, param=None
    )


def describe(
    world: World,
    shipment: Shipment,
    milestones: list[Milestone],
    estimate: int | None,
    *,
    tag: str | None,
    param: str | None,
) -> dict[str, Any]:
    """What 17TRACK knows of a shipment of which a carrier has told these milestones, oldest first, at least one."""
    events = [_event(world, milestone) for milestone in reversed(milestones)]
    by_stage = {event["stage"]: event for event in events}
    latest, lane = events[0], shipment.lane
    expected = None if estimate is None else str(world.parameters.date_of(estimate))
    days = (world.today - shipment.ship_day) if not shipment.is_finished else shipment.arrival_day - shipment.ship_day
    stages = [
        {
            "key_stage": stage,
            "time_iso": by_stage.get(stage, {}).get("time_iso"),
            "time_utc": by_stage.get(stage, {}).get("time_utc"),
        }
        for stage in _STAGES
    ]
    provider = {"key": lane.carrier_code, "name": lane.carrier, "alias": lane.carrier, "tel": None, "homepage": None}
    return {
        "number": shipment.waybill,
        "carrier": lane.carrier_code,
        "param": param,
        "tag": tag,
        "track_info": {
            "shipping_info": {
                "shipper_address": _address(shipment.milestones[0].country),
                "recipient_address": _address(shipment.milestones[-1].country),
            },
            "latest_status": {
                "status": latest["sub_status"].split("_")[0],
                "sub_status": latest["sub_status"],
                "sub_status_descr": None,
            },
            "latest_event": latest,
            "time_metrics": {
                "days_after_order": days,
                "days_of_transit": days,
                "days_of_transit_done": 0,
                "days_after_last_update": world.today - milestones[-1].day,
                "estimated_delivery_date": {"source": expected and "Official", "from": expected, "to": expected},
            },
            "milestone": stages,
            "misc_info": {"risk_factor": 0, "service_type": lane.mode, "pieces": None, "local_key": 0},
            "tracking": {
                "providers_hash": shipment.number,
                "providers": [
                    {
                        "provider": {**provider, "country": shipment.milestones[0].country},
                        "service_type": None,
                        "latest_sync_status": "Success",
                        "latest_sync_time": latest["time_utc"],
                        "events_hash": shipment.number * 31 + len(events),
                        "events": events,
                    }
                ],
            },
        },
    }


def nothing_known(number: str, carrier: int, *, tag: str | None, param: str | None) -> dict[str, Any]:
    """What 17TRACK says of a registered number before its carrier has told anything."""
    metrics = dict.fromkeys(
        ("days_after_order", "days_of_transit", "days_of_transit_done", "days_after_last_update"), 0
    )
    never = {"source": None, "from": None, "to": None}
    return {
        "number": number,
        "carrier": carrier,
        "param": param,
        "tag": tag,
        "track_info": {
            "shipping_info": {"shipper_address": _address(None), "recipient_address": _address(None)},
            "latest_status": {"status": "NotFound", "sub_status": "NotFound_Other", "sub_status_descr": None},
            "latest_event": None,
            "time_metrics": {**metrics, "estimated_delivery_date": never},
            "milestone": [{"key_stage": stage, "time_iso": None, "time_utc": None} for stage in _STAGES],
            "misc_info": {"risk_factor": 0, "service_type": None, "pieces": None, "local_key": 0},
            "tracking": {"providers_hash": 0, "providers": []},
        },
    }
