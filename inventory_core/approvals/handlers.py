"""Saying yes or no to an order: load, decide, hand back the events. Nothing is written here.

Belongs here: decisions about a submitted order, and the rule's own where the company lets it decide. Does not: asking
for them (`transfer_orders/handlers.py`), which roles are asked (`model.py`), whose yes counts (`deciding.py`), who may
send which command (`access/permissions.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from inventory_core.access.model import Actor
from inventory_core.access.sign_in import sender_of
from inventory_core.approvals.asking import check_free_stock, delegations_to, request_for
from inventory_core.approvals.deciding import Signature
from inventory_core.approvals.delegations import Delegation
from inventory_core.approvals.events import TransferOrderApprovedByRule
from inventory_core.approvals.model import ApprovalRequest
from inventory_core.decisions import Decided
from inventory_core.errors import Refused
from inventory_core.storage.ports import Reader
from inventory_core.transfer_orders import commands, events
from inventory_core.transfer_orders.loading import Possible, load_order
from inventory_core.transfer_orders.model import Status, TransferOrder


class UnableToApproveTransferOrder(Refused):
    """The order waits for no yes, or not for this person's."""


class UnableToRejectTransferOrder(Refused):
    """The order waits for no decision, or not for this person's."""


class UnableToDecideByToken(Refused):
    """The token was made by somebody who had a hand in the order."""


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
    and the record names him in each step. Of several signatures of one role he gives one.
    """
    order = load_order(command, POSSIBLE_FROM[type(command)], store)
    actor = sender_of(command, store)
    _require_others_token(command, order, store)
    delegations = delegations_to(actor, store, at=command.at, order=order)
    signatures = order.signatures_of(actor, delegations=delegations)
    if not signatures:
        raise UnableToApproveTransferOrder(_why_not_deciding(order, actor, delegations, verb="approve"))
    said = [
        events.TransferOrderStepApproved(
            transfer_order_id=order.transfer_order_id,
            step=one.step.step,
            decided_for=one.authority.on_behalf_of,
            decided_as=one.authority.role,
        )
        for one in signatures
    ]
    if len(said) < len(order.open_steps):
        said[-1] = replace(said[-1], request=_next_request(order, actor, signatures, store, at=command.at))
        return Decided(*said)
    notes = check_free_stock(
        order, store, refusal=UnableToApproveTransferOrder, advice="reject it, or withdraw and change it"
    )
    return Decided(*said, events.TransferOrderApproved(transfer_order_id=order.transfer_order_id), notes=notes)


def reject(command: commands.RejectTransferOrder, store: Reader) -> Decided:
    """A no for the first open step that the actor may decide."""
    order = load_order(command, POSSIBLE_FROM[type(command)], store)
    actor = sender_of(command, store)
    _require_others_token(command, order, store)
    delegations = delegations_to(actor, store, at=command.at, order=order)
    signatures = order.signatures_of(actor, delegations=delegations)
    if not signatures:
        raise UnableToRejectTransferOrder(_why_not_deciding(order, actor, delegations, verb="reject"))
    return Decided(
        events.TransferOrderRejected(
            transfer_order_id=order.transfer_order_id,
            step=signatures[0].step.step,
            decided_for=signatures[0].authority.on_behalf_of,
            decided_as=signatures[0].authority.role,
        )
    )


def _require_others_token(command: commands.ExistingOrderCommand, order: TransferOrder, store: Reader) -> None:
    """Whoever makes a token holds it: with one of somebody else's he would decide about his own order."""
    token = None if command.by_token_id is None else store.token(command.by_token_id)
    if token is not None and token.issued_by in order.contributors:
        raise UnableToDecideByToken(
            f"the token {token.token_id} was issued by {token.issued_by}, who had a hand in {order.document_number}: "
            f"{command.actor_id} must sign in himself, or use another token"
        )


def by_rule(order: TransferOrder, store: Reader) -> TransferOrderApprovedByRule | None:
    """The rule's approval of an order that was just submitted, where the company allows it and nobody is passed over.

    Nobody is where the sender holds each required role himself and no other active person holds any of them for these
    warehouses: whoever may not decide by his roles gets no approval by being alone. Another contributor who holds one
    may not decide either, but he was not the one who sent the order, so it waits for somebody else's yes.
    """
    if not store.approval_policy().allow_approval_by_rule:
        return None
    roles = {role for step in order.steps for role in (step.role, step.escalation_role) if role}
    sender = store.person(str(order.submitted_by))
    if sender is None or not {step.role for step in order.steps} <= set(sender.roles):
        return None
    others = (one for one in store.people() if one.login != order.submitted_by and not one.is_disabled)
    if any(not roles.isdisjoint(person.roles) and order.is_within(person.actor) for person in others):
        return None
    return TransferOrderApprovedByRule(
        transfer_order_id=order.transfer_order_id,
        explanation=(
            f"approved by rule: nobody but {order.submitted_by} could decide as "
            f"{' and '.join(order.waiting_for_roles)}, and the company allows it then"
        ),
    )


def _next_request(
    order: TransferOrder, actor: Actor, signatures: Iterable[Signature], store: Reader, *, at: datetime
) -> ApprovalRequest | None:
    """For the next stage, when it begins with these signatures."""
    signed = {one.step.step: one for one in signatures}
    after = replace(
        order,
        steps=tuple(
            replace(step, decision="approved", decided_by=actor.actor_id) if step.step in signed else step
            for step in order.steps
        ),
    )
    if after.current_steps[0].stage == order.current_steps[0].stage:
        return None
    return request_for(after, store, at=at)


def _why_not_deciding(order: TransferOrder, actor: Actor, delegations: Iterable[Delegation], *, verb: str) -> str:
    waiting = " and ".join(order.waiting_for_roles)
    if actor.actor_id in order.contributors:
        return (
            f"{actor.actor_id} drafted, changed or submitted {order.document_number} and so cannot {verb} it: "
            f"it waits for somebody else as {waiting}"
        )
    names = ", ".join((*actor.roles, *(f"{' and '.join(one.roles)} for {one.delegator}" for one in delegations)))
    involved = [one.delegator for one in delegations if one.delegator in order.contributors]
    if involved:
        return (
            f"{actor.actor_id} ({names}) cannot {verb} {order.document_number}: {' and '.join(involved)} had a hand in "
            f"it, and so has his delegate; it waits for somebody else as {waiting}"
        )
    mine = [step for step in order.current_steps if not set(step.deciding_roles).isdisjoint(actor.roles)]
    if mine:
        return (
            f"{actor.actor_id} has signed {order.document_number} as {mine[0].role} already: "
            f"it waits for another person as {waiting}"
        )
    return f"{actor.actor_id} ({names}) cannot {verb} {order.document_number}: it waits for {waiting}"
