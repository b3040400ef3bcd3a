"""What warehouses and carriers tell of an order's shipments: planned, left, news of the way.

`shipment_id` accepts the shipment's label (TO-2026-00001-S1) and its waybill too. Counting what arrived: `receiving/`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from inventory_core.catalog.model import MODES
from inventory_core.errors import Malformed
from inventory_core.identifiers import check_name
from inventory_core.instants import check_utc
from inventory_core.stock_ledger.commands import MovedUnits
from inventory_core.stock_ledger.model import check_optional_name
from inventory_core.transfer_orders.commands import ExistingOrderCommand
from inventory_core.transfer_orders.shipments import MILESTONES, Carton, ShipmentUnits

_TRANSPORT_NUMBERS = ("carrier", "waybill", "house_waybill", "master_waybill")


@dataclass(frozen=True, kw_only=True)
class _TransportCommand(ExistingOrderCommand):
    """Who carries what. "" leaves as planned; `lines` None means all that is planned, else all that is open."""

    mode: str | None = None
    carrier: str = ""
    waybill: str = ""
    house_waybill: str = ""
    master_waybill: str = ""
    cartons: tuple[Carton, ...] = ()
    lines: tuple[ShipmentUnits, ...] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mode is not None and self.mode not in MODES:
            raise Malformed(f"mode must be one of {', '.join(MODES)}, not {self.mode!r}")
        for name in _TRANSPORT_NUMBERS:
            check_optional_name(getattr(self, name), name=name)
        _check_once((line.sku for line in self.lines or ()), name="lines")
        _check_once((carton.carton_id for carton in self.cartons), name="cartons")


def _check_once(keys: Iterable[str], *, name: str) -> None:
    twice = [key for key, count in Counter(keys).items() if count > 1]
    if twice:
        raise Malformed(f"{name} must be named once each; named twice: {', '.join(twice)}")


@dataclass(frozen=True, kw_only=True)
class PlanShipment(_TransportCommand):
    """Say what one vehicle or parcel shall carry of the order; the origin picks from now on."""


@dataclass(frozen=True, kw_only=True)
class DispatchShipment(_TransportCommand):
    """A shipment left the origin, with these units or as planned. Without `shipment_id` it is planned in one go.

    `picks` says which bins and lots the units came from; else the earliest lots go first.
    """

    shipment_id: str | None = None
    picks: tuple[MovedUnits, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shipment_id is not None:
            check_name(self.shipment_id, name="shipment_id")
        if any(pick.to_bin_id or pick.condition != "good" for pick in self.picks):
            raise Malformed("picks: only good units leave, and they go to no bin: leave out condition and to_bin_id")


@dataclass(frozen=True, kw_only=True)
class CancelShipment(ExistingOrderCommand):
    """Give up a planned shipment, with the reason; its units can go into another one."""

    reason_is_required = True

    shipment_id: str


@dataclass(frozen=True, kw_only=True)
class RecordMilestone(ExistingOrderCommand):
    """News about a shipment, by the carrier, the warehouse or by hand; late and out of order is normal."""

    shipment_id: str
    milestone: str
    occurred_at: datetime
    place: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_name(self.shipment_id, name="shipment_id")
        if self.milestone not in MILESTONES:
            raise Malformed(f"milestone must be one of {', '.join(MILESTONES)}, not {self.milestone!r}")
        check_utc(self.occurred_at, name="occurred_at")
        check_optional_name(self.place, name="place")
        check_optional_name(self.description, name="description")
