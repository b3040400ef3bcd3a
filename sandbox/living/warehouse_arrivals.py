"""What warehouses are told to expect, and which goods that came belong to it.

Belongs here: inbound orders, found by their goods' waybill or by what the sender called them. Goods that nobody had
announced get an order when they come. How a warehouse system words this: `sandbox/servers/gwms_inbound.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.living.warehouse_orders import OWN, Counted, WarehouseOrders
from sandbox.living.world import UnableToDo, instant
from sandbox.network import DOMESTIC
from sandbox.parameters import Parameters
from sandbox.shipments import Shipment


@dataclass
class Inbound:
    """Goods that a warehouse expects: units [product], found by waybill or reference when they come."""

    number: str
    warehouse: int
    waybill: str
    reference: str
    boxes: list[dict[str, object]]
    units: np.ndarray
    created_at: int
    told: dict[str, object]
    is_cancelled: bool = False
    updated_at: int = 0
    delivered_day: int | None = None  # of a supplier's delivery, which comes whole


class WarehouseArrivals(WarehouseOrders):
    """A world whose warehouses are told what will come."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        self.inbounds: dict[str, Inbound] = {}

    def begin_day(self) -> None:
        """The morning, after which goods that nobody had announced have an inbound order too."""
        super().begin_day()
        for shipment in self.shipments:
            if shipment.lane.destination in OWN and any(count.day == self.today for count in shipment.counts):
                self._announce(shipment)

    def _deliver_purchases(self, day: int) -> None:
        """What suppliers bring in the living days comes under an inbound order of its own."""
        before = [order.received_units for order in self.purchase_orders]
        super()._deliver_purchases(day)
        if day < self.history.days:
            return
        for order, had in zip(self.purchase_orders, before, strict=True):
            units = order.received_units - had
            if units:
                sku = self.catalog.products[order.product].sku
                found = self.expect(
                    warehouse=DOMESTIC,
                    number=f"IBP{len(self.inbounds) + 1:06d}",
                    waybill="",
                    reference=order.purchase_order_id,
                    boxes=[{"boxCount": 1, "details": [{"skuCode": sku, "quantity": units}]}],
                    lines={sku: units},
                    told={"inboundType": "DROPSHIPPING", "remark": "purchase order"},
                )
                found.delivered_day = day

    def counted_for(self, order: Inbound) -> Counted:
        """What was counted for an inbound order."""
        if order.delivered_day is not None:
            return Counted(order.units, np.zeros_like(order.units), is_finished=True, last_day=order.delivered_day)
        return self.counted(self.arrivals_of(order))

    def _announce(self, shipment: Shipment) -> None:
        expecting = (order for order in self.inbounds.values() if order.warehouse == shipment.lane.destination)
        if any(shipment in self.arrivals_of(order) for order in expecting):
            return
        products = self.catalog.products
        lines = {products[at].sku: int(shipment.units[at]) for at in np.flatnonzero(shipment.units).tolist()}
        details = [{"skuCode": sku, "quantity": units} for sku, units in lines.items()]
        self.expect(
            warehouse=shipment.lane.destination,
            number=f"IBX{shipment.number:06d}",
            waybill=shipment.waybill,
            reference=shipment.shipment_id,
            boxes=[{"boxCount": 1, "details": details}],
            lines=lines,
            told={"inboundType": "DROPSHIPPING", "remark": "unannounced"},
        )

    def expect(
        self,
        *,
        warehouse: int,
        number: str,
        waybill: str,
        reference: str,
        boxes: list[dict[str, object]],
        lines: dict[str, int],
        told: dict[str, object],
    ) -> Inbound:
        """A warehouse is told what will come.

        Raises:
            UnableToDo: when the number is taken or a SKU is unknown.
        """
        units = self.units_of(lines)
        number = number or f"IB{instant(self.now):%y%m%d}{len(self.inbounds) + 1:05d}"
        if number in self.inbounds:
            raise UnableToDo(f"there is an inbound order {number} already")
        order = Inbound(number, warehouse, waybill, reference, boxes, units, self.now, told, updated_at=self.now)
        self.inbounds[number] = order
        return order

    def expect_otherwise(self, *, number: str, changes: dict[str, object]) -> Inbound:
        """An inbound order's waybill, reference or other fields change before its goods come.

        Raises:
            UnableToDo: when there is no such order or it is under way to be counted.
        """
        order = self._open_inbound(number)
        order.waybill = str(changes.get("trackingNo", order.waybill))
        order.reference = str(changes.get("asnOrderCode", order.reference))
        order.told |= changes
        order.updated_at = self.now
        return order

    def cancel_inbound(self, *, number: str) -> Inbound:
        """A warehouse is told that goods will not come.

        Raises:
            UnableToDo: when there is no such order or something was counted for it.
        """
        order = self._open_inbound(number)
        order.is_cancelled, order.updated_at = True, self.now
        return order

    def _open_inbound(self, number: str) -> Inbound:
        order = self.inbounds.get(number)
        if order is None:
            raise UnableToDo(f"there is no inbound order {number}")
        if order.is_cancelled or self.counted_for(order).last_day is not None:
            raise UnableToDo(f"{number} is no longer open")
        return order

    def arrivals_of(self, order: Inbound) -> list[Shipment]:
        """The shipments that belong to an inbound order: by waybill, else by what their sender called them."""
        found: list[Shipment] = []
        if order.delivered_day is not None:
            return found
        for shipment in self.shipments:
            if shipment.lane.destination != order.warehouse or not shipment.is_dispatched:
                continue
            travel = self.travels.get(shipment.number)
            called = {shipment.shipment_id, travel.reference if travel else ""} - {""}
            if shipment.waybill == order.waybill or called & {order.number, order.reference}:
                found.append(shipment)
        return found
