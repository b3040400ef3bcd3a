"""Saying yes or no to an order: load, decide, hand back the events. Nothing is written here.

Belongs here: decisions about a submitted order. Does not: asking for them (`transfer_orders/handlers.py`), which roles
are asked (`model.py`), who may send which command (`access/permissions.py`).
"""

from __future__ import annotations

from inventory_core.access.model import Actor
from inventory_core.access.sign_in import actor_of
from inventory_core.decisions import Decided
from inventory_core.errors import Refused
from inventory_core.stock_ledger.free_stock import free_stock
from inventory_core.storage.ports import Reader
from inventory_core.transfer_orders import commands, events
from inventory_core.transfer_orders.loading import Possible, load_order, refuse
from inventory_core.transfer_orders.model import Status, TransferOrder


class UnableToApproveTransferOrder(Refused):
    """The order waits for no yes, or not for this person's."""


class UnableToRejectTransferOrder(Refused):
    """The order waits for no decision, or not for this person's."""


POSSIBLE_FROM: dict[type[commands.ExistingOrderCommand], Possible] = {
    commands.ApproveTransferOrder: Possible(
        frozenset({Status.SUBMITTED}),
        UnableToApproveTransferOrder,
        "only a submitted order can be approved",
    ),
    commands.RejectTransferOrder: Possible(
        frozenset({Status.SUBMITTED}),
        UnableToRejectTransferOrder,
        "only a submitted order can be rejected: cancel it instead if it is not over yet",
    ),
}


def approve(command: commands.ApproveTransferOrder, store: Reader) -> Decided:
    """A yes for every step whose turn it is and that the actor may decide; the order's approval with the last one.

    One person who holds two required roles says yes for both at once: a small company would wait forever otherwise,
    and the record names him in each step.
    """
    order = load_order(command, POSSIBLE_FROM[type(command)], store)
    actor = actor_of(store, command.actor_id)
    steps = order.steps_open_to(actor)
    if not steps:
        raise UnableToApproveTransferOrder(_why_not_deciding(order, actor, verb="approve"))
    said = [
        events.TransferOrderStepApproved(transfer_order_id=order.transfer_order_id, step=step.step) for step in steps
    ]
    if len(steps) < len(order.open_steps):
        return Decided(*said)
    notes = _check_free_stock(order, store)
    return Decided(*said, events.TransferOrderApproved(transfer_order_id=order.transfer_order_id), notes=notes)


def reject(command: commands.RejectTransferOrder, store: Reader) -> Decided:
    """A no for the first open step that the actor may decide."""
    order = load_order(command, POSSIBLE_FROM[type(command)], store)
    actor = actor_of(store, command.actor_id)
    steps = order.steps_open_to(actor)
    if not steps:
        raise UnableToRejectTransferOrder(_why_not_deciding(order, actor, verb="reject"))
    return Decided(events.TransferOrderRejected(transfer_order_id=order.transfer_order_id, step=steps[0].step))


def _check_free_stock(order: TransferOrder, store: Reader) -> tuple[str, ...]:
    """Notes for the approver; refused when another order or a count left less than this one needs."""
    stock = free_stock(store, warehouse_id=order.origin_id, skus=[line.sku for line in order.lines])
    if stock is None:
        return (f"stock was not checked: the ledger does not keep {order.origin_id}",)
    problems = [
        f"{line.units} {line.sku} ordered, but {max(found.free_units, 0)} free at {order.origin_id} "
        f"({found.on_hand_units} on hand, {found.reserved_units} reserved): reject it, or withdraw and change it"
        for line in order.lines
        for found in (stock[line.sku],)
        if line.units > found.free_units
    ]
    refuse(UnableToApproveTransferOrder, problems)
    return ()


def _why_not_deciding(order: TransferOrder, actor: Actor, *, verb: str) -> str:
    waiting = " and ".join(order.waiting_for_roles)
    if actor.actor_id in order.contributors:
        return (
            f"{actor.actor_id} drafted, changed or submitted {order.document_number} and so cannot {verb} it: "
            f"it waits for somebody else as {waiting}"
        )
    return f"{actor.actor_id} ({', '.join(actor.roles)}) cannot {verb} {order.document_number}: it waits for {waiting}"
