"""What happens to an order while it waits for a decision, and how that changes it.

Belongs here: reminders, escalations, approval by rule. Does not: people's own yes and no
(`transfer_orders/events.py`), settings (`rules.py`), delegations (`delegating.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from inventory_core.approvals.model import BY_RULE, ApprovalRequest, ApprovalStep
from inventory_core.journal import Entry
from inventory_core.transfer_orders.model import Status, TransferOrder


@dataclass(frozen=True, kw_only=True)
class ApprovalReminded:
    """Those who may decide these steps are reminded: they have waited for too long."""

    transfer_order_id: str
    steps: tuple[int, ...]
    request: ApprovalRequest


@dataclass(frozen=True, kw_only=True)
class ApprovalEscalated:
    """Holders of the escalation role may decide these steps too, for nobody else did in time."""

    transfer_order_id: str
    steps: tuple[int, ...]
    request: ApprovalRequest


@dataclass(frozen=True, kw_only=True)
class TransferOrderApprovedByRule:
    """Every step counts as approved: the company lets the rule decide where nobody but the sender could.

    `explanation` says so in words; it is the order's reason of decision.
    """

    transfer_order_id: str
    explanation: str


ApprovalEvent = ApprovalReminded | ApprovalEscalated | TransferOrderApprovedByRule


def apply_to_approvals(order: TransferOrder, event: ApprovalEvent, entry: Entry) -> TransferOrder:
    """The order after the event; its version is counted by the caller."""
    match event:
        case ApprovalReminded():
            return _with_steps(order, event.steps, lambda step: replace(step, reminded_at=entry.at))
        case ApprovalEscalated():
            # Whoever is told of the escalation needs no reminder in the same minute.
            return _with_steps(
                order, event.steps, lambda step: replace(step, escalated_at=entry.at, reminded_at=entry.at)
            )
        case TransferOrderApprovedByRule():
            decided = _with_steps(
                order,
                [step.step for step in order.steps],
                lambda step: replace(
                    step,
                    decision="approved",
                    decided_by=BY_RULE,
                    decided_as=step.role,
                    decided_at=entry.at,
                    reason=event.explanation,
                ),
            )
            return replace(
                decided,
                status=Status.APPROVED,
                decided_by=BY_RULE,
                decided_at=entry.at,
                decision_reason=event.explanation,
            )


def _with_steps(
    order: TransferOrder, numbers: Collection[int], changed: Callable[[ApprovalStep], ApprovalStep]
) -> TransferOrder:
    return replace(order, steps=tuple(changed(step) if step.step in numbers else step for step in order.steps))
