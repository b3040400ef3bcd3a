"""What happened to an order at its destination and after, and how it changes the order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from inventory_core.journal import Entry
from inventory_core.receiving.model import ReceivingRule
from inventory_core.stock_ledger.model import Movement
from inventory_core.transfer_orders.model import Status, TransferOrder
from inventory_core.transfer_orders.shipment_events import with_line, with_shipment
from inventory_core.transfer_orders.shipments import Shipment, ShipmentLine, ShipmentStatus


@dataclass(frozen=True, kw_only=True)
class ResolvedCount:
    """A counted line with the product that its code stands for."""

    code: str
    sku: str
    units: int
    condition: str
    bin_id: str
    lot: str


@dataclass(frozen=True, kw_only=True)
class ReceivedUnits:
    """What a receipt adds to a line; `over_units` of them came above what was in transit."""

    sku: str
    good_units: int
    damaged_units: int
    over_units: int


@dataclass(frozen=True, kw_only=True)
class ReceiptRecorded:
    """Something was counted: in transit falls, stock of the destination rises."""

    transfer_order_id: str
    shipment_id: str
    receipt_id: str
    counts: tuple[ResolvedCount, ...]
    lines: tuple[ReceivedUnits, ...]
    movements: tuple[Movement, ...]


@dataclass(frozen=True, kw_only=True)
class ShipmentReceived:
    """Nothing more of the shipment is expected; what is still in transit is short."""

    transfer_order_id: str
    shipment_id: str


@dataclass(frozen=True, kw_only=True)
class DiscrepancyResolved:
    """Units of a discrepancy have a reason; the movements bring the ledger to it."""

    transfer_order_id: str
    shipment_id: str
    sku: str
    kind: str
    units: int
    resolution: str
    evidence: tuple[str, ...]
    movements: tuple[Movement, ...]


@dataclass(frozen=True, kw_only=True)
class TransferOrderClosed:
    """Nothing of the order is in transit or unexplained."""

    transfer_order_id: str


@dataclass(frozen=True, kw_only=True)
class TransferOrderReopened:
    """Something came to light after the order was over; what happened before keeps its date."""

    transfer_order_id: str
    tell: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class ReceivingRulesSet:
    """From now on warehouses count by these rules."""

    rules: tuple[ReceivingRule, ...]


ReceivingEvent = ReceiptRecorded | ShipmentReceived | DiscrepancyResolved | TransferOrderClosed | TransferOrderReopened


def apply_to_receiving(order: TransferOrder, event: ReceivingEvent, entry: Entry) -> TransferOrder:
    """The order after the event; its version is counted by the caller.

    Raises: UnableToApplyEvent when there is no such shipment.
    """
    match event:
        case ReceiptRecorded():
            changed = with_shipment(order, event.shipment_id, lambda shipment: apply_counts(shipment, event))
            return replace(changed, status=Status.RECEIVING) if order.status is Status.IN_TRANSIT else changed
        case ShipmentReceived():
            return _receiving(
                with_shipment(
                    order,
                    event.shipment_id,
                    lambda shipment: replace(shipment, status=ShipmentStatus.RECEIVED, received_at=entry.at),
                )
            )
        case DiscrepancyResolved():
            return with_shipment(order, event.shipment_id, lambda shipment: _resolved(shipment, event))
        case TransferOrderClosed():
            return replace(order, status=Status.CLOSED, shipments=_ended(order, entry))
        case TransferOrderReopened():
            return replace(_given_up(order) if order.status is Status.CANCELLED else order, status=Status.RECEIVING)


def _receiving(order: TransferOrder) -> TransferOrder:
    return replace(order, status=Status.RECEIVING) if order.status is Status.IN_TRANSIT else order


def _ended(order: TransferOrder, entry: Entry) -> tuple[Shipment, ...]:
    """Shipments that were counted but never said to have left: with their order closed nothing more is expected."""
    return tuple(
        replace(one, status=ShipmentStatus.RECEIVED, received_at=entry.at)
        if one.status is ShipmentStatus.PLANNED
        else one
        for one in order.shipments
    )


def _given_up(order: TransferOrder) -> TransferOrder:
    """A cancelled order whose goods came all the same: what never left stays cancelled when it is taken up again."""
    dispatched = order.dispatched_units()
    lines = tuple(replace(line, cancelled_units=line.units - dispatched[line.sku]) for line in order.lines)
    return replace(order, lines=lines)


def apply_counts(shipment: Shipment, event: ReceiptRecorded) -> Shipment:
    """The shipment after a receipt."""
    lines = {line.sku: line for line in shipment.lines}
    changed = {}
    for counted in event.lines:
        line = lines.get(counted.sku, ShipmentLine(sku=counted.sku))
        changed[counted.sku] = replace(
            line,
            good_units=line.good_units + counted.good_units,
            damaged_units=line.damaged_units + counted.damaged_units,
            over_units=line.over_units + counted.over_units,
        )
    return replace(shipment, lines=with_line(shipment.lines, changed))


def _resolved(shipment: Shipment, event: DiscrepancyResolved) -> Shipment:
    line = shipment.line(event.sku)
    if event.kind == "short":
        line = replace(line, written_off_units=line.written_off_units + event.units)
    elif event.kind == "damaged":
        line = replace(line, damaged_resolved_units=line.damaged_resolved_units + event.units)
    else:
        line = replace(line, over_resolved_units=line.over_resolved_units + event.units)
    return replace(shipment, lines=with_line(shipment.lines, {event.sku: line}))
