"""Amazon Warehousing and Distribution (AWD): bulk stock that feeds FBA by replenishment orders.

Belongs here: what stands there and what happens to a replenishment order. The American account has one; it begins with
some cartons of the products that FBA sells most of.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sandbox.living.inbound_plans import InboundPlans
from sandbox.living.world import UnableToDo
from sandbox.network import FBA_US, LANES
from sandbox.parameters import Parameters
from sandbox.places import AWD, AWD_RESERVED, SUPPLIER
from sandbox.shipments import Shipment

_BY_TRUCK = replace(LANES[4], carrier="Amazon Freight", waybill_prefix="AWD")
_HOUR = 3600


@dataclass
class Replenishment:
    """Units [product] that AWD is to send to FBA."""

    order_id: str
    items: dict[str, int]
    units: np.ndarray
    created_at: int
    updated_at: int
    status: str = "CREATED"
    confirmed_at: int | None = None
    shipment_id: str = ""
    shipment: Shipment | None = None


class BulkStorage(InboundPlans):
    """A world with AWD."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        self.replenishments: dict[str, Replenishment] = {}
        rate = self.seller.believed[FBA_US]
        sold_most = np.argsort(-rate, kind="stable")[: max(3, len(rate) // 10)]
        listed = {listing.parts[0][0] for listing in self.fba_listing.values() if listing.warehouse == FBA_US}
        units = np.zeros(len(rate), dtype=np.int64)
        for product in sold_most.tolist():
            if product in listed:
                units[product] = self.catalog.products[product].carton_units * 10
        self.places.move(self.today, SUPPLIER, AWD, units)

    def create_replenishment(self, *, items: dict[str, int], confirm: bool) -> Replenishment:
        """AWD is asked to feed FBA.

        Raises:
            UnableToDo: for an unknown SKU or more than there is.
        """
        units = np.zeros(len(self.catalog.products), dtype=np.int64)
        for msku, count in items.items():
            listing = self.fba_listing.get((FBA_US, msku))
            if listing is None:
                raise UnableToDo(f"AWD knows no SKU {msku}")
            if count <= 0:
                raise UnableToDo(f"{msku}: {count} is no quantity to move")
            units[listing.parts[0][0]] += count
        if (self.places.units[AWD] < units).any():
            raise UnableToDo("AWD holds less than that")
        order = Replenishment(self.identity("awd-"), items, units, self.now, self.now)
        self.replenishments[order.order_id] = order
        if confirm:
            self.confirm_replenishment(order_id=order.order_id)
        return order

    def confirm_replenishment(self, *, order_id: str) -> Replenishment:
        """The seller confirms; the goods are set aside.

        Raises:
            UnableToDo: when there is no such order, it was confirmed, or the goods are gone by now.
        """
        order = self.replenishments.get(order_id)
        if order is None:
            raise UnableToDo(f"there is no replenishment order {order_id}")
        if order.status != "CREATED":
            raise UnableToDo(f"replenishment order {order_id} is {order.status}")
        if (self.places.units[AWD] < order.units).any():
            raise UnableToDo("AWD holds less than that by now")
        self.places.move(self.today, AWD, AWD_RESERVED, order.units)
        order.status, order.confirmed_at, order.updated_at = "CONFIRMED", self.now, self.now
        self.at(self.now + int(self._chance.integers(20 * _HOUR, 60 * _HOUR)), self._feed, order_id)
        return order

    def _feed(self, order_id: str) -> None:
        order = self.replenishments[order_id]
        order.shipment = self.travel(_BY_TRUCK, order.units, source=AWD_RESERVED, reference=order_id)
        order.shipment_id = order.shipment.waybill
        order.updated_at = self.now

    def replenishment_status(self, order: Replenishment) -> str:
        """CREATED, CONFIRMED, INVENTORY_OUTBOUND or SUCCESS."""
        if order.shipment is None:
            return order.status
        return "SUCCESS" if order.shipment.is_finished else "INVENTORY_OUTBOUND"
