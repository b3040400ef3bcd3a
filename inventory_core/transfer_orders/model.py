"""A transfer order as a value: what it holds, what may stand in it, and who may decide about it. Pure.

Belongs here: the order's own facts and rules. Does not: what the rest of the company knows (`catalog`, looked up by
`handlers.py`), how an order changes (`events.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from inventory_core.access.model import Actor
from inventory_core.approvals.deciding import Signature, current_steps, signatures_of
from inventory_core.approvals.delegations import Delegation
from inventory_core.approvals.model import ApprovalStep
from inventory_core.money import Money, total
from inventory_core.transfer_orders.shipments import Shipment, shipment_label


class Status(StrEnum):
    """Where an order stands in its life."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PICKING = "picking"
    IN_TRANSIT = "in_transit"
    RECEIVING = "receiving"
    CLOSED = "closed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


OPEN_STATUSES = (Status.DRAFT, Status.SUBMITTED, Status.APPROVED)
# In these the units that have not left yet are promised to the order.
RESERVING_STATUSES = (Status.APPROVED, Status.PICKING, Status.IN_TRANSIT, Status.RECEIVING)


class UnableToApplyEvent(Exception):
    """An event stands where it cannot have happened; only a tampered journal gets here."""


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """Units of one product, beside the units that the suggestion advised (None where a person thought of it).

    `suggestion_run_id` names the run of the daily job that made the suggestion. `unit_value` and `unit_margin` are the
    catalog's when the order was submitted; None before that, or where the catalog has none.
    """

    line_number: int
    sku: str
    units: int
    suggestion_id: str | None = None
    suggested_units: int | None = None
    suggestion_run_id: str | None = None
    unit_value: Money | None = None
    unit_margin: Money | None = None
    cancelled_units: int = 0

    @property
    def value(self) -> Money | None:
        """Units times unit value, rounded to the currency's minor unit."""
        return None if self.unit_value is None else self.unit_value.times(self.units).rounded()

    @property
    def margin_at_risk(self) -> Money | None:
        """Units times unit margin, rounded: what is lost in margin when they are lost or late."""
        return None if self.unit_margin is None else self.unit_margin.times(self.units).rounded()


@dataclass(frozen=True, kw_only=True)
class TransferOrder:
    """One order. `version` counts its events, news of carriers, comments and reminders apart (`fold.py`).

    `contributors` drafted, changed or submitted it; none of them may approve it, whatever his roles.
    """

    transfer_order_id: str
    document_year: int
    document_sequence: int
    version: int
    status: Status
    origin_id: str
    destination_id: str
    mode: str
    ship_date: date
    arrival_date: date
    lines: tuple[OrderLine, ...]
    contributors: tuple[str, ...]
    drafted_by: str
    drafted_at: datetime
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    value: Money | None = None
    steps: tuple[ApprovalStep, ...] = ()
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str = ""
    shipments: tuple[Shipment, ...] = ()

    @property
    def document_number(self) -> str:
        """What people call the order."""
        return document_number(self.document_year, self.document_sequence)

    @property
    def units(self) -> int:
        """Units of all lines."""
        return sum(line.units for line in self.lines)

    @property
    def source(self) -> str:
        """Where its lines come from: "suggestion", "by_hand" or "mixed"."""
        advised = [line.suggestion_id is not None for line in self.lines]
        if all(advised):
            return "suggestion"
        return "mixed" if any(advised) else "by_hand"

    @property
    def margin_at_risk(self) -> Money | None:
        """Of all lines; None before the order is submitted, or as soon as one product's margin is unknown."""
        margins = [line.margin_at_risk for line in self.lines]
        known = [margin for margin in margins if margin is not None]
        return total(known, currency=known[0].currency) if known and len(known) == len(margins) else None

    def ordered_units(self) -> dict[str, int]:
        """By sku, as its lines say."""
        return {line.sku: line.units for line in self.lines}

    def dispatched_units(self) -> Counter[str]:
        """By sku, over all shipments."""
        units: Counter[str] = Counter()
        for shipment in self.shipments:
            for line in shipment.lines:
                units[line.sku] += line.dispatched_units
        return units

    def open_units(self) -> dict[str, int]:
        """By sku: ordered, neither dispatched nor cancelled. Nothing once the order is over."""
        if self.status not in RESERVING_STATUSES:
            return {}
        dispatched = self.dispatched_units()
        return {line.sku: line.units - dispatched[line.sku] - line.cancelled_units for line in self.lines}

    def is_within(self, actor: Actor) -> bool:
        """Whether one of its ends is in the actor's scope."""
        return actor.may_see_warehouse(self.origin_id) or actor.may_see_warehouse(self.destination_id)

    def known_shipment(self, shipment_id: str) -> Shipment:
        """The shipment of exactly that id.

        Raises: UnableToApplyEvent.
        """
        found = next((one for one in self.shipments if one.shipment_id == shipment_id), None)
        if found is None:
            raise UnableToApplyEvent(f"{self.document_number} has no shipment {shipment_id}")
        return found

    def has_moved(self) -> bool:
        """Whether any unit left the origin or came in at the destination."""
        return any(line.dispatched_units or line.received_units for one in self.shipments for line in one.lines)

    @property
    def was_approved(self) -> bool:
        """Whether every required yes was given, whatever became of it afterwards."""
        return bool(self.steps) and all(step.decision == "approved" for step in self.steps)

    @property
    def open_steps(self) -> tuple[ApprovalStep, ...]:
        """Steps that nobody decided yet."""
        return tuple(step for step in self.steps if step.decision is None)

    @property
    def current_steps(self) -> tuple[ApprovalStep, ...]:
        """Open steps whose turn it is: those of the earliest stage that is not decided."""
        return current_steps(self.steps)

    @property
    def waiting_for_roles(self) -> tuple[str, ...]:
        """Roles whose yes is missing now; later stages wait for theirs. None unless the order is submitted."""
        if self.status is not Status.SUBMITTED:
            return ()
        return tuple(dict.fromkeys(step.role for step in self.current_steps))

    def signatures_of(self, actor: Actor, *, delegations: Iterable[Delegation] = ()) -> tuple[Signature, ...]:
        """What the actor may decide now and by what right; `delegations` are those in force."""
        if self.status is not Status.SUBMITTED:
            return ()
        return signatures_of(actor, steps=self.steps, contributors=self.contributors, delegations=delegations)

    def steps_open_to(self, actor: Actor, *, delegations: Iterable[Delegation] = ()) -> tuple[ApprovalStep, ...]:
        """Open steps that the actor may decide now: he holds the role and had no hand in the order."""
        return tuple(one.step for one in self.signatures_of(actor, delegations=delegations))


def document_number(year: int, sequence: int) -> str:
    """`TO-2026-00001`."""
    return f"TO-{year}-{sequence:05d}"


def value_of(lines: Sequence[OrderLine], *, currency: str) -> Money | None:
    """The sum of the lines' values; None as soon as one of them is unknown."""
    values = [line.value for line in lines]
    known = [value for value in values if value is not None]
    return total(known, currency=currency) if len(known) == len(values) else None


def deviation_share(lines: Sequence[OrderLine]) -> Decimal | None:
    """Units ordered above or below the advice, as a share of the advised units; None where nothing was advised.

    Products that nobody advised count with all their units.
    """
    advised = sum(line.suggested_units or 0 for line in lines)
    if not advised:
        return None
    return Decimal(sum(abs(line.units - (line.suggested_units or 0)) for line in lines)) / advised


def content_problems(
    *, origin_id: str, destination_id: str, ship_date: date, arrival_date: date, skus: Sequence[str]
) -> list[str]:
    """What contradicts itself in an order, one sentence each; empty when nothing does."""
    problems = []
    if origin_id == destination_id:
        problems.append(f"origin and destination are both {origin_id}: name two different warehouses")
    if ship_date > arrival_date:
        problems.append(f"it would arrive on {arrival_date}, before it ships on {ship_date}: correct one of the dates")
    if not skus:
        problems.append("it has no lines: add at least one product")
    problems += [
        f"{sku} stands in {count} lines: put all of its units into one"
        for sku, count in Counter(skus).items()
        if count > 1
    ]
    return problems


def differences(before: TransferOrder, after: TransferOrder) -> list[str]:
    """What changed between two states of an order, in words for the person who comes second."""
    found = [
        f"{name} {getattr(before, field)} → {getattr(after, field)}"
        for field, name in (("status", "status"), ("ship_date", "ship date"), ("arrival_date", "arrival date"))
        if getattr(before, field) != getattr(after, field)
    ]
    old = {line.sku: line.units for line in before.lines}
    new = {line.sku: line.units for line in after.lines}
    found += [
        f"units of {sku} {old.get(sku, 'none')} → {new.get(sku, 'none')}"
        for sku in [*old, *(sku for sku in new if sku not in old)]
        if old.get(sku) != new.get(sku)
    ]
    found += _shipment_differences(before, after)
    decided = {step.step for step in before.steps if step.decision}
    found += [
        f"{step.decision} by {step.decided_by} as {step.role}"
        for step in after.steps
        if step.decision and step.step not in decided
    ]
    return found or ["nothing that you can see in its lines and dates"]


def _shipment_differences(before: TransferOrder, after: TransferOrder) -> list[str]:
    found = []
    earlier = {one.shipment_id: one for one in before.shipments}
    for shipment in after.shipments:
        label = shipment_label(after.document_number, shipment.shipment_number)
        known = earlier.get(shipment.shipment_id)
        if known is None:
            found.append(f"shipment {label} planned")
        elif known.status != shipment.status:
            found.append(f"shipment {label} {known.status} → {shipment.status}")
        elif known.lines != shipment.lines:
            found.append(f"units of shipment {label} were counted or resolved")
        elif known != shipment:
            found.append(f"shipment {label} differs in its numbers, cartons or milestones")
    return found
