"""What warehouses are told to send, and what they do about it.

Belongs here: outbound orders (reserved at once, sent with a waybill some time later, cancelled before), the goods'
journey that follows and what was counted at its end. What warehouses are told to expect: `warehouse_arrivals.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import numpy as np

from sandbox.living.selling import Selling
from sandbox.living.world import UnableToDo, instant
from sandbox.network import DE_3PL, DOMESTIC, LANES, US_3PL, WAREHOUSES, Lane
from sandbox.parameters import Parameters
from sandbox.places import AVAILABLE, CUSTOMER, IN_TRANSIT, PREPARING, place
from sandbox.shipments import Milestone, Shipment, dispatch, waybill_of

OWN = (DOMESTIC, US_3PL, DE_3PL)  # warehouses that take orders; Amazon's are told by plans
_HOUR = 3600


@dataclass
class Outbound:
    """An order to send units [product] out of a warehouse, on a lane or, without one, to a customer."""

    number: str
    warehouse: int
    lane: Lane | None
    reference: str
    wanted_waybill: str
    units: np.ndarray
    created_at: int
    told: dict[str, object]  # the caller's own fields, given back as they came
    state: str = "waiting"  # waiting, sent, cancelled
    sent_at: int | None = None
    waybill: str = ""
    shipment: Shipment | None = None


@dataclass(frozen=True)
class Counted:
    """What was counted so far, units [product]."""

    good: np.ndarray
    damaged: np.ndarray
    is_finished: bool
    last_day: int | None


@dataclass(frozen=True)
class Travel:
    """A shipment of the days after the history, with what its sender called it."""

    shipment: Shipment
    reference: str
    sent_at: int
    outbound: str = field(default="")


class WarehouseOrders(Selling):
    """A world whose warehouses take orders."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        self.outbounds: dict[str, Outbound] = {}
        self.travels: dict[int, Travel] = {}  # by the shipment's number
        self.product_of = {product.sku: product.index for product in self.catalog.products}

    def units_of(self, lines: dict[str, int]) -> np.ndarray:
        """Units [product] of SKUs.

        Raises:
            UnableToDo: for an unknown SKU or a quantity that is not positive.
        """
        units = np.zeros(len(self.catalog.products), dtype=np.int64)
        for sku, count in lines.items():
            if sku not in self.product_of:
                raise UnableToDo(f"there is no product {sku}")
            if count <= 0:
                raise UnableToDo(f"{sku}: {count} is no quantity to move")
            units[self.product_of[sku]] += count
        return units

    def send_out(
        self,
        *,
        warehouse: int,
        lane: int | None,
        reference: str,
        waybill: str,
        lines: dict[str, int],
        told: dict[str, object],
    ) -> Outbound:
        """A warehouse is told to send goods; they are reserved at once.

        Raises:
            UnableToDo: when the warehouse does not hold them, the lane starts elsewhere or the reference is taken.
        """
        units = self.units_of(lines)
        if lane is not None and LANES[lane].origin != warehouse:
            raise UnableToDo(f"lane {lane} does not start at {WAREHOUSES[warehouse].warehouse_id}")
        if any(order.reference == reference and order.state != "cancelled" for order in self.outbounds.values()):
            raise UnableToDo(f"there is an order with the reference {reference} already")
        if (self.places.stock(warehouse) < units).any():
            raise UnableToDo("the warehouse has less than that")
        number = f"OB{instant(self.now):%y%m%d}{len(self.outbounds) + 1:05d}"
        self.places.move(self.today, place(warehouse, AVAILABLE), place(warehouse, PREPARING), units)
        chosen = None if lane is None else LANES[lane]
        order = Outbound(number, warehouse, chosen, reference, waybill, units, self.now, told)
        self.outbounds[number] = order
        self.at(self.now + int(self._chance.integers(14 * _HOUR, 50 * _HOUR)), self._leave, number)
        return order

    def cancel_outbound(self, *, number: str) -> Outbound:
        """A warehouse is told not to send an order after all.

        Raises:
            UnableToDo: when there is no such order or it has left.
        """
        order = self.outbounds.get(number)
        if order is None:
            raise UnableToDo(f"there is no outbound order {number}")
        if order.state == "sent":
            raise UnableToDo(f"{number} has left already")
        if order.state == "waiting":
            here = order.warehouse
            self.places.move(self.today, place(here, PREPARING), place(here, AVAILABLE), order.units)
            order.state = "cancelled"
        return order

    def _leave(self, number: str) -> None:
        order = self.outbounds[number]
        if order.state != "waiting":
            return
        order.state, order.sent_at = "sent", self.now
        if order.lane is None:
            order.waybill = order.wanted_waybill or f"PCL{len(self.outbounds):09d}"
            self.places.move(self.today, place(order.warehouse, PREPARING), CUSTOMER, order.units)
            return
        order.shipment = self.travel(
            order.lane,
            order.units,
            source=place(order.warehouse, PREPARING),
            reference=order.reference,
            waybill=order.wanted_waybill,
            outbound=number,
        )
        order.waybill = order.shipment.waybill

    def travel(
        self, lane: Lane, units: np.ndarray, *, source: int, reference: str, waybill: str = "", outbound: str = ""
    ) -> Shipment:
        """Goods leave now; their fate is drawn."""
        number = len(self.shipments) + 1
        taken = {shipment.waybill for shipment in self.shipments}
        name = waybill if waybill and waybill not in taken else waybill_of(lane, number)
        shipment = Shipment(number, lane, self.today, self.today, units.copy(), name)
        dispatch(shipment, rng=self._chance)
        shipment.milestones = self._from_now(shipment)
        self.places.move(self.today, source, IN_TRANSIT, shipment.units)
        self.shipments.append(shipment)
        self._open_shipments.append(shipment)
        self.travels[number] = Travel(shipment, reference, self.now, outbound)
        return shipment

    def _from_now(self, shipment: Shipment) -> tuple[Milestone, ...]:
        """The milestones, none of them before this moment or before the one ahead of it."""
        found, earliest = [], self.now
        for milestone in shipment.milestones:
            moment = max(self.moment(milestone), earliest)
            local = instant(moment).astimezone(ZoneInfo(milestone.zone))
            day = self.parameters.day_of(local.date())
            found.append(replace(milestone, day=day, hour=local.hour + local.minute / 60))
            earliest = moment + 2400
        return tuple(found)

    def moment(self, milestone: Milestone) -> int:
        """The second of a milestone."""
        midnight = instant(self.morning(milestone.day)).replace(hour=0, tzinfo=ZoneInfo(milestone.zone))
        return int(midnight.timestamp()) + round(milestone.hour * 60) * 60

    def told_milestones(self, shipment: Shipment) -> list[Milestone]:
        """What has happened to a shipment by now, oldest first."""
        return [milestone for milestone in shipment.milestones if self.moment(milestone) <= self.now]

    def counted(self, shipments: list[Shipment]) -> Counted:
        """What the destination has counted of these shipments."""
        none = np.zeros(len(self.catalog.products), dtype=np.int64)
        counts = [count for shipment in shipments for count in shipment.counts if count.day <= self.today]
        return Counted(
            good=sum((count.good for count in counts), none),
            damaged=sum((count.damaged for count in counts), none),
            is_finished=bool(shipments) and all(shipment.is_finished for shipment in shipments),
            last_day=max((count.day for count in counts), default=None),
        )
