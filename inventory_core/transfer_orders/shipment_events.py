"""What happened to an order's shipments until they arrived, and how it changes the order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from inventory_core.journal import Entry
from inventory_core.stock_ledger.model import Movement
from inventory_core.transfer_orders.model import Status, TransferOrder
from inventory_core.transfer_orders.shipments import (
    Carton,
    Milestone,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    ShipmentUnits,
    Transport,
)


@dataclass(frozen=True, kw_only=True)
class ShipmentPlanned:
    """A part of the order is being picked for one vehicle or parcel. No lines: goods came that nobody announced."""

    transfer_order_id: str
    shipment_id: str
    shipment_number: int
    transport: Transport
    lines: tuple[ShipmentUnits, ...]
    cartons: tuple[Carton, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DispatchedUnits:
    """Units that left. `settled_units` of them had been counted at the destination before anybody said they left."""

    sku: str
    units: int
    settled_units: int = 0


@dataclass(frozen=True, kw_only=True)
class ShipmentDispatched:
    """The shipment left the origin: on hand falls there, in transit rises by the same units."""

    transfer_order_id: str
    shipment_id: str
    transport: Transport
    lines: tuple[DispatchedUnits, ...]
    cartons: tuple[Carton, ...]
    movements: tuple[Movement, ...]


@dataclass(frozen=True, kw_only=True)
class ShipmentCancelled:
    """A planned shipment was given up."""

    transfer_order_id: str
    shipment_id: str


@dataclass(frozen=True, kw_only=True)
class MilestoneRecorded:
    """The carrier told something. It changes no units and not the order's version."""

    transfer_order_id: str
    shipment_id: str
    milestone: str
    occurred_at: datetime
    place: str
    description: str


@dataclass(frozen=True, kw_only=True)
class ShipmentArrived:
    """The shipment stands at the destination's door."""

    transfer_order_id: str
    shipment_id: str
    arrived_at: datetime


ShipmentEvent = ShipmentPlanned | ShipmentDispatched | ShipmentCancelled | MilestoneRecorded | ShipmentArrived


def apply_to_shipments(order: TransferOrder, event: ShipmentEvent, entry: Entry) -> TransferOrder:
    """The order after the event; its version is counted by the caller.

    Raises: UnableToApplyEvent when there is no such shipment.
    """
    match event:
        case ShipmentPlanned():
            shipment = planned_shipment(event, planned_at=entry.at)
            picking = Status.PICKING if order.status is Status.APPROVED else order.status
            return replace(order, status=picking, shipments=(*order.shipments, shipment))
        case ShipmentDispatched():
            status = Status.IN_TRANSIT if order.status in (Status.APPROVED, Status.PICKING) else order.status
            changed = with_shipment(order, event.shipment_id, lambda shipment: _dispatched(shipment, event, entry))
            return replace(changed, status=status)
        case ShipmentCancelled():
            return with_shipment(
                order, event.shipment_id, lambda shipment: replace(shipment, status=ShipmentStatus.CANCELLED)
            )
        case MilestoneRecorded():
            news = Milestone(
                milestone=event.milestone,
                occurred_at=event.occurred_at,
                recorded_at=entry.at,
                place=event.place,
                description=event.description,
            )
            return with_shipment(order, event.shipment_id, lambda shipment: _with_news(shipment, news))
        case ShipmentArrived():
            return with_shipment(
                order,
                event.shipment_id,
                lambda shipment: replace(shipment, status=ShipmentStatus.ARRIVED, arrived_at=event.arrived_at),
            )


def with_shipment(order: TransferOrder, shipment_id: str, change: Callable[[Shipment], Shipment]) -> TransferOrder:
    """The order with one shipment changed.

    Raises: UnableToApplyEvent when there is none of that id.
    """
    order.known_shipment(shipment_id)
    shipments = tuple(change(one) if one.shipment_id == shipment_id else one for one in order.shipments)
    return replace(order, shipments=shipments)


def with_line(lines: tuple[ShipmentLine, ...], changed: dict[str, ShipmentLine]) -> tuple[ShipmentLine, ...]:
    """Lines with those of some products replaced, new products at the end."""
    known = {line.sku for line in lines}
    return (
        *(changed.get(line.sku, line) for line in lines),
        *(line for sku, line in changed.items() if sku not in known),
    )


def planned_shipment(event: ShipmentPlanned, *, planned_at: datetime) -> Shipment:
    """The shipment that the event begins."""
    return Shipment(
        shipment_id=event.shipment_id,
        shipment_number=event.shipment_number,
        status=ShipmentStatus.PLANNED,
        transport=event.transport,
        lines=tuple(ShipmentLine(sku=line.sku, planned_units=line.units) for line in event.lines),
        cartons=event.cartons,
        planned_at=planned_at,
    )


def _dispatched(shipment: Shipment, event: ShipmentDispatched, entry: Entry) -> Shipment:
    lines = {line.sku: line for line in shipment.lines}
    changed = {}
    for left in event.lines:
        line = lines.get(left.sku, ShipmentLine(sku=left.sku))
        changed[left.sku] = replace(
            line,
            dispatched_units=line.dispatched_units + left.units,
            over_units=line.over_units - left.settled_units,
        )
    return replace(
        shipment,
        status=ShipmentStatus.DISPATCHED,
        transport=event.transport,
        lines=with_line(shipment.lines, changed),
        cartons=event.cartons,
        dispatched_at=entry.at,
    )


def _with_news(shipment: Shipment, news: Milestone) -> Shipment:
    ordered = sorted((*shipment.milestones, news), key=lambda one: one.occurred_at)
    return replace(shipment, milestones=tuple(ordered))
