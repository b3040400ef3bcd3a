"""What happened to a transfer order, and how it changes the order: state is the fold of these events.

Live commands and `verification.py` go through the same `apply`, so what is stored can be recomputed years later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from inventory_core.approvals.model import ApprovalRequest, ApprovalStep, Decision, with_stage_begun
from inventory_core.journal import Entry
from inventory_core.money import Money
from inventory_core.transfer_orders.model import OrderLine, Status, TransferOrder, UnableToApplyEvent
from inventory_core.transfer_orders.shipments import ShipmentStatus, ShipmentUnits


@dataclass(frozen=True, kw_only=True)
class TransferOrderDrafted:
    """An order was written down and got its document number."""

    transfer_order_id: str
    document_year: int
    document_sequence: int
    origin_id: str
    destination_id: str
    mode: str
    ship_date: date
    arrival_date: date
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, kw_only=True)
class TransferOrderChanged:
    """A draft has these dates and lines now."""

    transfer_order_id: str
    ship_date: date
    arrival_date: date
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, kw_only=True)
class TransferOrderSubmitted:
    """Approval was asked for, with the lines valued as of now and the steps that the rules of now require.

    `request` is None where nobody is asked, because the rule approves at once (`is_approved_by_rule`), and in journals
    that are older than it.
    """

    transfer_order_id: str
    lines: tuple[OrderLine, ...]
    value: Money | None
    steps: tuple[ApprovalStep, ...]
    request: ApprovalRequest | None = None
    is_approved_by_rule: bool = False


@dataclass(frozen=True, kw_only=True)
class TransferOrderStepApproved:
    """The holder of one required role said yes, or his delegate for him.

    `request` is for the next stage where it begins with this yes.
    """

    transfer_order_id: str
    step: int
    decided_for: str | None = None
    decided_as: str | None = None
    request: ApprovalRequest | None = None


@dataclass(frozen=True, kw_only=True)
class TransferOrderApproved:
    """Every required role said yes."""

    transfer_order_id: str


@dataclass(frozen=True, kw_only=True)
class TransferOrderRejected:
    """The holder of a required role said no, or his delegate for him."""

    transfer_order_id: str
    step: int
    decided_for: str | None = None
    decided_as: str | None = None


@dataclass(frozen=True, kw_only=True)
class TransferOrderWithdrawn:
    """A submitted order went back into draft; `tell` are those who took part or were asked, None in older journals."""

    transfer_order_id: str
    tell: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class TransferOrderCancelled:
    """An order was given up; `tell` are those who took part or were asked, None in older journals."""

    transfer_order_id: str
    tell: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class TransferOrderRestCancelled:
    """What had not left yet was given up; what is on its way goes on."""

    transfer_order_id: str
    lines: tuple[ShipmentUnits, ...]
    tell: tuple[str, ...] | None = None


TransferOrderEvent = (
    TransferOrderDrafted
    | TransferOrderChanged
    | TransferOrderSubmitted
    | TransferOrderStepApproved
    | TransferOrderApproved
    | TransferOrderRejected
    | TransferOrderWithdrawn
    | TransferOrderCancelled
    | TransferOrderRestCancelled
)


def apply(order: TransferOrder | None, event: TransferOrderEvent, entry: Entry) -> TransferOrder:
    """The order after the event. `order` is None before it was drafted; who, when and why come from the entry.

    Raises: UnableToApplyEvent when the order is missing, or is there before it was drafted.
    """
    if isinstance(event, TransferOrderDrafted):
        if order is not None:
            raise UnableToApplyEvent(f"{order.document_number} was drafted twice")
        return _drafted(event, entry)
    if order is None:
        raise UnableToApplyEvent(f"{event.transfer_order_id} was never drafted")
    return replace(_changed(order, event, entry), version=order.version + 1)


def _drafted(event: TransferOrderDrafted, entry: Entry) -> TransferOrder:
    return TransferOrder(
        transfer_order_id=event.transfer_order_id,
        document_year=event.document_year,
        document_sequence=event.document_sequence,
        version=1,
        status=Status.DRAFT,
        origin_id=event.origin_id,
        destination_id=event.destination_id,
        mode=event.mode,
        ship_date=event.ship_date,
        arrival_date=event.arrival_date,
        lines=event.lines,
        contributors=(entry.actor_id,),
        drafted_by=entry.actor_id,
        drafted_at=entry.at,
    )


def _changed(  # noqa: PLR0911 - one return for each event
    order: TransferOrder, event: TransferOrderEvent, entry: Entry
) -> TransferOrder:
    contributors = tuple(dict.fromkeys((*order.contributors, entry.actor_id)))
    match event:
        case TransferOrderChanged():
            return replace(
                order,
                ship_date=event.ship_date,
                arrival_date=event.arrival_date,
                lines=event.lines,
                contributors=contributors,
            )
        case TransferOrderSubmitted():
            return replace(
                order,
                status=Status.SUBMITTED,
                lines=event.lines,
                value=event.value,
                steps=with_stage_begun(event.steps, at=entry.at),
                contributors=contributors,
                submitted_by=entry.actor_id,
                submitted_at=entry.at,
            )
        case TransferOrderStepApproved():
            steps = _decided_steps(order, event, "approved", entry)
            return replace(order, steps=with_stage_begun(steps, at=entry.at))
        case TransferOrderApproved():
            return _decided(order, Status.APPROVED, entry)
        case TransferOrderRejected():
            steps = _decided_steps(order, event, "rejected", entry)
            return _decided(replace(order, steps=steps), Status.REJECTED, entry)
        case TransferOrderWithdrawn():
            return replace(
                order,
                status=Status.DRAFT,
                lines=tuple(replace(line, unit_value=None, unit_margin=None) for line in order.lines),
                value=None,
                steps=(),
                submitted_by=None,
                submitted_at=None,
            )
        case TransferOrderCancelled():
            return _decided(_without_plans(order), Status.CANCELLED, entry)
        case TransferOrderRestCancelled():
            return _with_rest_cancelled(order, event)
        case TransferOrderDrafted():  # `apply` took it; named so that mypy proves the match complete
            raise UnableToApplyEvent(f"{order.document_number} was drafted twice")


def _without_plans(order: TransferOrder) -> TransferOrder:
    return replace(
        order,
        shipments=tuple(
            replace(one, status=ShipmentStatus.CANCELLED) if one.status is ShipmentStatus.PLANNED else one
            for one in order.shipments
        ),
    )


def _with_rest_cancelled(order: TransferOrder, event: TransferOrderRestCancelled) -> TransferOrder:
    cancelled = {line.sku: line.units for line in event.lines}
    lines = tuple(
        replace(line, cancelled_units=line.cancelled_units + cancelled.get(line.sku, 0)) for line in order.lines
    )
    # Goods that were counted before anybody said that they left are still to be explained.
    status = order.status if order.status in (Status.IN_TRANSIT, Status.RECEIVING) else Status.RECEIVING
    return replace(_without_plans(order), lines=lines, status=status)


def _decided(order: TransferOrder, status: Status, entry: Entry) -> TransferOrder:
    return replace(order, status=status, decided_by=entry.actor_id, decided_at=entry.at, decision_reason=entry.reason)


def _decided_steps(
    order: TransferOrder,
    event: TransferOrderStepApproved | TransferOrderRejected,
    decision: Decision,
    entry: Entry,
) -> tuple[ApprovalStep, ...]:
    return tuple(
        replace(
            step,
            decision=decision,
            decided_by=entry.actor_id,
            decided_for=event.decided_for,
            decided_as=event.decided_as or step.role,
            decided_at=entry.at,
            reason=entry.reason,
        )
        if step.step == event.step
        else step
        for step in order.steps
    )
