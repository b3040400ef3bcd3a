"""Goods on a lane: what was sent, what happens on the way, when and how it is counted at the other end.

Belongs here: one shipment's fate, drawn when it is dispatched, and the milestones its carrier would tell. Who decides
to send it: `seller.py`. How the carrier's answer looks: `tracking.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sandbox.network import FBA_DE, FBA_US, LANES, WAREHOUSES, Lane


@dataclass(frozen=True)
class Count:
    """One count at the destination; the last one of a shipment also says what is missing."""

    day: int
    good: np.ndarray
    damaged: np.ndarray
    missing: np.ndarray


@dataclass(frozen=True)
class Milestone:
    """Something a carrier knows; `hour` is local time at the place, `zone` its IANA name."""

    day: int
    hour: float
    code: str
    place: str
    country: str
    zone: str


@dataclass
class Shipment:
    """Units [product] of one waybill. Planned until `ship_day`; counts are the future until their day has come."""

    number: int
    lane: Lane
    decided_day: int
    ship_day: int
    units: np.ndarray
    waybill: str
    expected_day: int = -1
    arrival_day: int = -1
    counts: tuple[Count, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    received: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    is_dispatched: bool = False
    is_finished: bool = False

    @property
    def shipment_id(self) -> str:
        """The seller's own number."""
        return f"SHP-{self.number:05d}"

    @property
    def outstanding(self) -> np.ndarray:
        """Units still in transit (none before dispatch and after the last count)."""
        return self.units - self.received if self.is_dispatched and not self.is_finished else self.units * 0


_PORTS = {  # by lane: (place, country, zone) of departure and of arrival
    0: (("Yantian, Shenzhen", "CN", "Asia/Shanghai"), ("Long Beach, CA", "US", "America/Los_Angeles")),
    1: (("Hong Kong (HKG)", "HK", "Asia/Hong_Kong"), ("Los Angeles (LAX)", "US", "America/Los_Angeles")),
    2: (("Shenzhen (SZX)", "CN", "Asia/Shanghai"), ("Louisville, KY", "US", "America/New_York")),
    3: (("Yantian, Shenzhen", "CN", "Asia/Shanghai"), ("Los Angeles, CA", "US", "America/Los_Angeles")),
    5: (("Chongqing", "CN", "Asia/Shanghai"), ("Duisburg", "DE", "Europe/Berlin")),
    6: (("Hong Kong (HKG)", "HK", "Asia/Hong_Kong"), ("Leipzig (LEJ)", "DE", "Europe/Berlin")),
    7: (("Yantian, Shenzhen", "CN", "Asia/Shanghai"), ("Hamburg", "DE", "Europe/Berlin")),
}
# Shares of the journey at which a shipment has left its port, arrived, gone into customs, and been released.
_SHARES = {"sea": (0.10, 0.76, 0.80, 0.87), "rail": (0.12, 0.74, 0.79, 0.88), "air": (0.28, 0.45, 0.5, 0.7)}
_SHARES["express"] = (0.2, 0.5, 0.55, 0.7)
HOLD_SHARE = 0.035  # shipments that customs or the port keeps for more than a week


def waybill_of(lane: Lane, number: int) -> str:
    """A number in the style of the carrier."""
    digits = (number * 7_919_993 + 48_611) % 10**9
    return f"1Z{digits:09d}E{number % 97:02d}" if lane.waybill_prefix == "1Z" else f"{lane.waybill_prefix}{digits:09d}"


def dispatch(shipment: Shipment, *, rng: np.random.Generator, forced_hold_days: int = 0) -> None:
    """Draw the fate of a shipment that leaves today: days on the way, holds, counts, what is short or damaged."""
    lane = shipment.lane
    shape = (lane.lead_time_days / lane.lead_time_sd_days) ** 2
    travel = max(2, round(float(rng.gamma(shape, lane.lead_time_days / shape))))
    is_held = rng.random() < HOLD_SHARE and lane.mode != "truck"
    hold_days = max(forced_hold_days, int(rng.integers(7, 19)) if is_held else 0)
    shipment.is_dispatched = True
    shipment.received = np.zeros_like(shipment.units)
    shipment.expected_day = shipment.ship_day + round(lane.lead_time_days)
    shipment.arrival_day = shipment.ship_day + travel + hold_days
    shipment.counts = _counts(shipment, rng)
    shipment.milestones = _milestones(shipment, travel=travel, hold_days=hold_days, hours=rng.uniform(6, 20, 9))


def _counts(shipment: Shipment, rng: np.random.Generator) -> tuple[Count, ...]:
    """FBA counts most shipments twice or more, days apart; a third-party warehouse once, a day or two after arrival."""
    units = shipment.units
    lines = len(units)
    missing = np.where(rng.random(lines) < 0.02, np.minimum(units, rng.integers(1, 4, lines)), 0)
    damaged = np.where(rng.random(lines) < 0.025, np.minimum(units - missing, rng.integers(1, 4, lines)), 0)
    good = units - missing - damaged
    none = np.zeros_like(units)
    if shipment.lane.destination in (FBA_US, FBA_DE) and rng.random() < 0.65:
        first = (good * rng.uniform(0.4, 0.95, lines)).astype(np.int64)
        last_day = shipment.arrival_day + int(rng.integers(2, 7))
        return (
            Count(shipment.arrival_day, first, none, none),
            Count(last_day, good - first, damaged, missing),
        )
    return (Count(shipment.arrival_day + int(rng.integers(0, 2)), good, damaged, missing),)


def _milestones(shipment: Shipment, *, travel: int, hold_days: int, hours: np.ndarray) -> tuple[Milestone, ...]:
    lane = shipment.lane
    origin, destination = WAREHOUSES[lane.origin], WAREHOUSES[lane.destination]
    start, end = shipment.ship_day, shipment.arrival_day
    from_place = (origin.name.split(" ")[-1], origin.country, origin.time_zone)
    to_place = (destination.warehouse_id.upper(), destination.country, destination.time_zone)
    steps = [(start, "InTransit_PickedUp", from_place)]
    if lane.index in _PORTS:
        departure, arrival = _PORTS[lane.index]
        left, arrived, customs, released = (start + round(travel * share) for share in _SHARES[lane.mode])
        steps.append((left, "InTransit_Departure", departure))
        steps.append((arrived, "InTransit_Arrival", arrival))
        steps.append((customs, "InTransit_CustomsProcessing", arrival))
        if hold_days:
            steps.append((customs + 2, "InTransit_CustomsRequiringInformation", arrival))
            steps.append((customs + 5, "Exception_Delayed", arrival))
        steps.append((released + hold_days, "InTransit_CustomsReleased", arrival))
    else:
        steps.append((start + 1, "InTransit_Departure", from_place))
    steps.append((end - (1 if end - start > 3 else 0), "OutForDelivery_Other", to_place))
    steps.append((end, "Delivered_Other", to_place))
    milestones = []
    latest = (start, 0.0)
    for (day, code, (place, country, zone)), hour in zip(steps, hours, strict=False):
        # Two steps can fall on one day; the later one then comes later that day.
        moment = max((day, float(hour)), (latest[0], latest[1] + 0.6))
        latest = moment
        milestones.append(Milestone(moment[0], moment[1], code, place, country, zone))
    return tuple(milestones)


LANES_TO = {w.index: tuple(lane for lane in LANES if lane.destination == w.index) for w in WAREHOUSES}
