"""Shipments of an order as values: what they carry, where each unit of them went, what the carrier told. Pure.

Belongs here: the arithmetic of one shipment. Does not: how a shipment changes (`shipment_events.py`, `receiving/`),
which units are taken from which bin (`shipment_handlers.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from inventory_core.commands import Command
from inventory_core.errors import Malformed
from inventory_core.identifiers import check_name
from inventory_core.money import check_amount
from inventory_core.quantities import check_units

MILESTONES = (
    "picked_up",
    "departed",
    "arrived_in_port",
    "in_customs",
    "released",
    "out_for_delivery",
    "delivered",
    "exception",
)


class ShipmentStatus(StrEnum):
    """Where a shipment stands in its own life; news of the carrier are milestones, not statuses."""

    PLANNED = "planned"
    DISPATCHED = "dispatched"
    ARRIVED = "arrived"
    RECEIVED = "received"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class ShipmentUnits:
    """Units of one product in a shipment or a carton."""

    __pydantic_config__: ClassVar[dict[str, object]] = Command.__pydantic_config__

    sku: str
    units: int

    def __post_init__(self) -> None:
        check_name(self.sku, name="sku")
        check_units(self.units, name=f"units of {self.sku}", minimum=0)


@dataclass(frozen=True, kw_only=True)
class Carton:
    """One carton: its label, weight and size where they are known, and what is in it where that was noted."""

    __pydantic_config__: ClassVar[dict[str, object]] = Command.__pydantic_config__

    carton_id: str
    weight_kg: Decimal | None = None
    length_cm: Decimal | None = None
    width_cm: Decimal | None = None
    height_cm: Decimal | None = None
    contents: tuple[ShipmentUnits, ...] = ()

    def __post_init__(self) -> None:
        check_name(self.carton_id, name="carton_id")
        for name in ("weight_kg", "length_cm", "width_cm", "height_cm"):
            value = getattr(self, name)
            if value is not None:
                check_amount(value, name=f"{name} of carton {self.carton_id}")
                if value <= 0:
                    raise Malformed(f"{name} of carton {self.carton_id} must be above zero, not {value}")

    @property
    def volume_cbm(self) -> Decimal | None:
        """Cubic meters; None unless all three sides are known."""
        if self.length_cm is None or self.width_cm is None or self.height_cm is None:
            return None
        return self.length_cm * self.width_cm * self.height_cm / 1_000_000


@dataclass(frozen=True, kw_only=True)
class ShipmentLine:
    """What became of one product in a shipment, in units.

    Always: dispatched = good + damaged + in transit + written off - over. `over_units` arrived above what was in
    transit and are among good and damaged; `written_off_units` left in transit by a reason instead of a count.
    """

    sku: str
    planned_units: int = 0
    dispatched_units: int = 0
    good_units: int = 0
    damaged_units: int = 0
    over_units: int = 0
    written_off_units: int = 0
    over_resolved_units: int = 0
    damaged_resolved_units: int = 0

    @property
    def received_units(self) -> int:
        """Good and damaged."""
        return self.good_units + self.damaged_units

    @property
    def in_transit_units(self) -> int:
        """Left the origin, not yet counted at the destination, not written off."""
        return self.dispatched_units + self.over_units - self.received_units - self.written_off_units

    @property
    def open_over_units(self) -> int:
        """Surplus that nobody explained yet."""
        return self.over_units - self.over_resolved_units

    @property
    def open_damaged_units(self) -> int:
        """Damage that nobody gave a reason for yet."""
        return self.damaged_units - self.damaged_resolved_units


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """News about a shipment: what happened when by the carrier's own clock, and when we heard of it."""

    milestone: str
    occurred_at: datetime
    recorded_at: datetime
    place: str = ""
    description: str = ""

    def is_same_news(self, other: Milestone) -> bool:
        """Whether both tell of one happening; carriers repeat themselves."""
        return (self.milestone, self.occurred_at, self.place) == (other.milestone, other.occurred_at, other.place)


@dataclass(frozen=True, kw_only=True)
class Transport:
    """Who carries the shipment, how, and under which numbers: the parcel's, the forwarder's, the vessel's."""

    mode: str
    carrier: str = ""
    waybill: str = ""
    house_waybill: str = ""
    master_waybill: str = ""


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """What one vehicle or parcel carries of an order. Milestones stand in the order of their own times."""

    shipment_id: str
    shipment_number: int
    status: ShipmentStatus
    transport: Transport
    lines: tuple[ShipmentLine, ...]
    cartons: tuple[Carton, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    planned_at: datetime
    dispatched_at: datetime | None = None
    arrived_at: datetime | None = None
    received_at: datetime | None = None

    @property
    def is_under_way(self) -> bool:
        """Dispatched, and not yet said to be received."""
        return self.status in (ShipmentStatus.DISPATCHED, ShipmentStatus.ARRIVED)

    @property
    def in_transit_units(self) -> int:
        """Of all lines."""
        return sum(line.in_transit_units for line in self.lines)

    def line(self, sku: str) -> ShipmentLine:
        """The product's line, an empty one where there is none."""
        return next((line for line in self.lines if line.sku == sku), ShipmentLine(sku=sku))


def shipment_label(document_number: str, shipment_number: int) -> str:
    """What people call a shipment: `TO-2026-00001-S1`."""
    return f"{document_number}-S{shipment_number}"
