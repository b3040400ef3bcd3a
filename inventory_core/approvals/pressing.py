"""Reminding those who let an order wait, and letting others decide after too long: command and handler.

The operator sends it, with the time from outside, as often as he likes: each reminder is due once per interval. Ask
`is_pressing_due` first (`Core.press_for_decisions` does), so that minutes in which nothing is due leave no trace.

Belongs here: what is due. Does not: what then happens to the order (`events.py`), who is told how (`outbox/`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from inventory_core.approvals.asking import request_for
from inventory_core.approvals.events import ApprovalEscalated, ApprovalReminded
from inventory_core.commands import Command
from inventory_core.decisions import Decided
from inventory_core.storage.ports import Reader
from inventory_core.transfer_orders.model import TransferOrder


@dataclass(frozen=True, kw_only=True)
class PressForDecisions(Command):
    """Remind and escalate wherever a submitted order has waited longer at `at` than its rules allow."""


def is_pressing_due(store: Reader, *, at: datetime) -> bool:
    """Whether anything is to be told at that instant."""
    return any(step.is_reminder_due(at) or step.is_escalation_due(at) for _, step in store.waiting_steps())


def press(command: PressForDecisions, store: Reader) -> Decided:
    """One reminder and one escalation at most for each order; what is escalated is not reminded of as well."""
    due: dict[str, None] = {
        order_id: None
        for order_id, step in store.waiting_steps()
        if step.is_reminder_due(command.at) or step.is_escalation_due(command.at)
    }
    orders = [order for order_id in due if (order := store.transfer_order(order_id)) is not None]
    pressed = [event for order in orders for event in _pressed(order, store, at=command.at)]
    numbers = {order.transfer_order_id: order.document_number for order in orders}
    return Decided(
        *pressed,
        notes=tuple(
            f"{numbers[event.transfer_order_id]} "
            f"{'escalated' if isinstance(event, ApprovalEscalated) else 'reminded of'}: "
            f"{', '.join(event.request.tell) or 'nobody'} told"
            for event in pressed
        ),
    )


def _pressed(order: TransferOrder, store: Reader, *, at: datetime) -> Iterator[ApprovalReminded | ApprovalEscalated]:
    escalated = tuple(step.step for step in order.current_steps if step.is_escalation_due(at))
    reminded = tuple(
        step.step for step in order.current_steps if step.is_reminder_due(at) and step.step not in escalated
    )
    if escalated:
        wider = tuple(replace(step, escalated_at=at) if step.step in escalated else step for step in order.steps)
        request = request_for(replace(order, steps=wider), store, at=at, steps=escalated)
        yield ApprovalEscalated(transfer_order_id=order.transfer_order_id, steps=escalated, request=request)
    if reminded:
        request = request_for(order, store, at=at, steps=reminded)
        yield ApprovalReminded(transfer_order_id=order.transfer_order_id, steps=reminded, request=request)
