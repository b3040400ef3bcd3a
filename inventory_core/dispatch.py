"""One command from the door to the journal, inside one transaction. The map from command to handler stands last.

Belongs here: what is the same for every command (who sends it, was it done before, may he, record it, remember it).
Does not: what a single command means (handlers), how an event changes state (`projection.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from inventory_core.access import commands as access_commands
from inventory_core.access import handlers as access_handlers
from inventory_core.access.model import Actor
from inventory_core.access.permissions import DECISIONS, require_permission
from inventory_core.access.scope import require_scope
from inventory_core.access.sign_in import sender_of
from inventory_core.approvals import handlers as approval_handlers
from inventory_core.approvals.asking import delegations_to
from inventory_core.approvals.delegating import (
    DelegateApproval,
    RevokeDelegation,
    delegate_approval,
    revoke_delegation,
)
from inventory_core.approvals.pressing import PressForDecisions, press
from inventory_core.approvals.rules import (
    SetApprovalPolicy,
    SetApprovalRules,
    set_approval_policy,
    set_approval_rules,
)
from inventory_core.catalog.register import RegisterCatalog, register_catalog
from inventory_core.commands import Command, Outcome
from inventory_core.decisions import Decided
from inventory_core.errors import Refused
from inventory_core.journal import FIRST_PREVIOUS_HASH, Entry
from inventory_core.outbox import commands as outbox_commands
from inventory_core.projection import project
from inventory_core.receiving import commands as receiving_commands
from inventory_core.receiving import handlers as receiving_handlers
from inventory_core.records import canonical_json, digest, read_record
from inventory_core.stock_ledger import commands as stock_commands
from inventory_core.stock_ledger import handlers as stock_handlers
from inventory_core.storage.ports import HandledCommand, Reader, Writer
from inventory_core.transfer_orders import commands as order_commands
from inventory_core.transfer_orders import handlers as order_handlers
from inventory_core.transfer_orders import shipment_commands, shipment_handlers

_HOW_SENT = ("at", "by_token_id")
# Of what a command made or touched, the last one's id is answered.
_MADE_IDS = ("shipment_id", "delegation_id")


class UnableToRepeat(Refused):
    """The idempotency key was used for something else."""


def handle(command: Command, store: Writer) -> Outcome:
    """Do a command once. `store` is its transaction: the caller keeps it only when nothing was raised.

    Raises: Refused, in words, when a rule forbids it; nothing of it must be kept then.
    """
    actor = sender_of(command, store)
    content_digest = _content_digest(command)
    done_before = store.handled_command(command.own_key)
    if done_before is not None:
        return _answer_again(done_before, command, content_digest)
    require_permission(command, actor, lent_roles=_lent_roles(command, actor, store))
    require_scope(command, actor, store)
    decided = HANDLERS[type(command)](command, store)
    outcome = _record(command, actor, decided, store)
    store.save_handled_command(
        HandledCommand(
            idempotency_key=command.own_key,
            command=outcome.command,
            content_digest=content_digest,
            outcome=canonical_json(replace(outcome, secrets={})),
        )
    )
    return outcome


def _lent_roles(command: Command, actor: Actor, store: Reader) -> set[str]:
    """What others let the sender decide as; looked up only for decisions."""
    if not isinstance(command, DECISIONS):
        return set()
    return {role for one in delegations_to(actor, store, at=command.at) for role in one.roles}


def _content_digest(command: Command) -> str:
    """What the command says, apart from when and by which token: a repetition comes later, perhaps by a new token.

    A field that says what it says by default is left out: a newer program has more of them, and must know the
    repetition of what an older one was sent.
    """
    content = {name: value for name, value in _said(command).items() if name not in _HOW_SENT}
    return digest(canonical_json({"command": type(command).__name__, **content}))


def _said(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_said(one) for one in value]
    if not is_dataclass(value):
        return value
    said = ((field, getattr(value, field.name)) for field in fields(value))
    return {field.name: _said(content) for field, content in said if content != field.default}


def _answer_again(done_before: HandledCommand, command: Command, content_digest: str) -> Outcome:
    if done_before.content_digest != content_digest:
        raise UnableToRepeat(
            f"idempotency key {command.idempotency_key} was used for another {done_before.command}: "
            "repeat exactly what you sent then, or pass a new key"
        )
    return replace(read_record(Outcome, done_before.outcome), was_done_before=True)


def _record(command: Command, actor: Actor, decided: Decided, store: Writer) -> Outcome:
    transfer_order_id: str | None = getattr(command, "transfer_order_id", None)
    for event in decided.events:
        transfer_order_id = getattr(event, "transfer_order_id", None)
        entry = _next_entry(command, actor, event, transfer_order_id, store.last_entry())
        store.append_entry(entry)
        project(event, entry, store)
    for credentials in decided.credentials:
        store.save_credentials(credentials)
    store.save_token_hashes(decided.token_hashes)
    made = {name: getattr(event, name) for event in decided.events for name in _MADE_IDS if hasattr(event, name)}
    outcome = Outcome(
        command=type(command).__name__,
        **made,
        notes=decided.notes,
        secrets=decided.secrets,
    )
    order = None if transfer_order_id is None else store.transfer_order(transfer_order_id)
    if order is None:
        return outcome
    return replace(
        outcome,
        transfer_order_id=order.transfer_order_id,
        document_number=order.document_number,
        status=order.status.value,
        version=order.version,
        waiting_for_roles=order.waiting_for_roles,
    )


def _next_entry(command: Command, actor: Actor, event: Any, transfer_order_id: str | None, last: Entry | None) -> Entry:
    entry = Entry(
        sequence=last.sequence + 1 if last else 1,
        at=command.at,
        actor_id=actor.actor_id,
        roles=actor.roles,
        command=type(command).__name__,
        idempotency_key=command.idempotency_key,
        reason=command.reason,
        event_type=type(event).__name__,
        transfer_order_id=transfer_order_id,
        payload=canonical_json(event),
        previous_hash=last.hash if last else FIRST_PREVIOUS_HASH,
        token_id=actor.token_id,
    )
    return replace(entry, hash=entry.computed_hash())


HANDLERS: dict[type[Command], Callable[[Any, Reader], Decided]] = {
    order_commands.DraftTransferOrder: order_handlers.draft,
    order_commands.ChangeTransferOrder: order_handlers.change,
    order_commands.SubmitTransferOrder: order_handlers.submit,
    order_commands.ApproveTransferOrder: approval_handlers.approve,
    order_commands.RejectTransferOrder: approval_handlers.reject,
    order_commands.WithdrawTransferOrder: order_handlers.withdraw,
    order_commands.CancelTransferOrder: order_handlers.cancel,
    order_commands.CommentOnTransferOrder: order_handlers.comment,
    DelegateApproval: delegate_approval,
    RevokeDelegation: revoke_delegation,
    PressForDecisions: press,
    shipment_commands.PlanShipment: shipment_handlers.plan,
    shipment_commands.DispatchShipment: shipment_handlers.dispatch,
    shipment_commands.CancelShipment: shipment_handlers.cancel_shipment,
    shipment_commands.RecordMilestone: shipment_handlers.record_milestone,
    receiving_commands.RecordReceipt: receiving_handlers.record_receipt,
    receiving_commands.CompleteReceiving: receiving_handlers.complete_receiving,
    receiving_commands.ResolveDiscrepancy: receiving_handlers.resolve_discrepancy,
    receiving_commands.CloseTransferOrder: receiving_handlers.close,
    receiving_commands.ReopenTransferOrder: receiving_handlers.reopen,
    receiving_commands.SetReceivingRules: receiving_handlers.set_receiving_rules,
    stock_commands.SetOpeningStock: stock_handlers.set_opening_stock,
    stock_commands.CountStock: stock_handlers.count_stock,
    stock_commands.MoveStock: stock_handlers.move_stock,
    stock_commands.ReceivePurchase: stock_handlers.receive_purchase,
    outbox_commands.ReleaseMessage: outbox_commands.release,
    outbox_commands.DiscardMessage: outbox_commands.discard,
    outbox_commands.AddressMessage: outbox_commands.address,
    RegisterCatalog: register_catalog,
    SetApprovalRules: set_approval_rules,
    SetApprovalPolicy: set_approval_policy,
    access_commands.AddPerson: access_handlers.add_person,
    access_commands.EnsurePeople: access_handlers.ensure_people,
    access_commands.ChangePerson: access_handlers.change_person,
    access_commands.DisablePerson: access_handlers.disable_person,
    access_commands.EnablePerson: access_handlers.enable_person,
    access_commands.ChangePassword: access_handlers.change_password,
    access_commands.ResetPassword: access_handlers.reset_password,
    access_commands.IssueToken: access_handlers.issue_token,
    access_commands.RevokeToken: access_handlers.revoke_token,
}
