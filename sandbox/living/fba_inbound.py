"""Shipments on their way into Amazon's warehouses, as Amazon knows them.

Belongs here: Amazon's own record of a shipment (its FBA number, its status, what was counted) and the quantities that
are inbound. A planned one comes from a confirmed plan (`inbound_plans.py`); goods that leave without one get a record
of their own, so that nothing reaches Amazon unseen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sandbox.living.warehouse_arrivals import WarehouseArrivals
from sandbox.network import FBA_DE, FBA_US, Lane
from sandbox.parameters import Parameters
from sandbox.shipments import Shipment

CENTERS = {FBA_US: ("ONT8", "LAS1", "FTW1", "MDW2", "ABE3"), FBA_DE: ("LEJ1", "DTM2", "HAM2", "WRO5")}
_MOVING = ("SHIPPED", "IN_TRANSIT")


@dataclass
class FbaShipment:
    """Units [product] that Amazon expects under an FBA number."""

    confirmation_id: str
    fba: int
    name: str
    center: str
    units: np.ndarray
    created_at: int
    shipments: list[Shipment] = field(default_factory=list)
    is_cancelled: bool = False


class FbaInbound(WarehouseArrivals):
    """A world in which Amazon expects shipments."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        self.fba_shipments: dict[str, FbaShipment] = {}

    def expect_at_amazon(self, *, fba: int, name: str, units: np.ndarray, center: str) -> FbaShipment:
        """Amazon gives a shipment its number."""
        number = f"FBA{15 if fba == FBA_US else 17}{len(self.fba_shipments) + 1:07d}"
        found = FbaShipment(number, fba, name, center, units, self.now)
        self.fba_shipments[number] = found
        return found

    def _record(self, shipment: Shipment) -> None:
        fba = shipment.lane.destination
        center = CENTERS[fba][shipment.number % len(CENTERS[fba])]
        found = self.expect_at_amazon(fba=fba, name=shipment.shipment_id, units=shipment.units, center=center)
        found.created_at = self.morning(shipment.decided_day)
        found.shipments.append(shipment)

    def travel(
        self, lane: Lane, units: np.ndarray, *, source: int, reference: str, waybill: str = "", outbound: str = ""
    ) -> Shipment:
        """Goods leave; those for Amazon join the record that their reference names, or get one."""
        shipment = super().travel(lane, units, source=source, reference=reference, waybill=waybill, outbound=outbound)
        if lane.destination in CENTERS:
            planned = self.fba_shipments.get(reference)
            if planned is not None and planned.fba == lane.destination and not planned.is_cancelled:
                planned.shipments.append(shipment)
            else:
                self._record(shipment)
        return shipment

    def begin_day(self) -> None:
        """The morning, after which what the seller prepared by his habit has a record too."""
        super().begin_day()
        known = {shipment.number for record in self.fba_shipments.values() for shipment in record.shipments}
        for shipment in self.shipments:
            if shipment.lane.destination in CENTERS and shipment.number not in known:
                self._record(shipment)

    def fba_status(self, record: FbaShipment) -> str:
        """WORKING, SHIPPED, IN_TRANSIT, DELIVERED, CHECKED_IN, RECEIVING, CLOSED or CANCELLED."""
        if record.is_cancelled:
            return "CANCELLED"
        sent = [shipment for shipment in record.shipments if shipment.is_dispatched]
        if not sent:
            return "WORKING"
        if all(shipment.is_finished for shipment in sent):
            return "CLOSED"
        if self.counted(sent).last_day is not None:
            return "RECEIVING"
        codes = {milestone.code for shipment in sent for milestone in self.told_milestones(shipment)}
        if "Delivered_Other" in codes:
            return "CHECKED_IN" if all(shipment.arrival_day < self.today for shipment in sent) else "DELIVERED"
        return "IN_TRANSIT" if "InTransit_Departure" in codes else "SHIPPED"

    def fba_received(self, record: FbaShipment) -> np.ndarray:
        """Units [product] that Amazon has counted, damaged ones too."""
        counted = self.counted([shipment for shipment in record.shipments if shipment.is_dispatched])
        received: np.ndarray = counted.good + counted.damaged
        return received

    def fba_shipped(self, record: FbaShipment) -> np.ndarray:
        """Units [product] that left, or before that those which are planned."""
        sent = [shipment.units for shipment in record.shipments if shipment.is_dispatched]
        return sum(sent[1:], sent[0]) if sent else record.units

    def fba_updated_at(self, record: FbaShipment) -> int:
        """When anything last happened to it."""
        moments = [record.created_at]
        for shipment in record.shipments:
            moments += [self.moment(milestone) for milestone in self.told_milestones(shipment)]
            moments += [self.morning(count.day) for count in shipment.counts if count.day <= self.today]
        return max(moments)

    def fba_inbound_units(self, fba: int) -> dict[str, np.ndarray]:
        """Units [product] that are inbound: `working`, `shipped`, `receiving`; each unit in one of them."""
        none = np.zeros(len(self.catalog.products), dtype=np.int64)
        found = {name: none.copy() for name in ("working", "shipped", "receiving")}
        for record in self.fba_shipments.values():
            status = self.fba_status(record)
            if record.fba != fba or status in {"CLOSED", "CANCELLED"}:
                continue
            if status == "WORKING":
                found["working"] += record.units
            elif status in _MOVING:
                found["shipped"] += self.fba_shipped(record)
            else:
                outstanding = [shipment.outstanding for shipment in record.shipments if shipment.is_dispatched]
                found["receiving"] += sum(outstanding, none)
        return found
