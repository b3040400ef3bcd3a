"""Which roles may send which command: one table, asked by the core on every command and by screens to hide buttons.

What an order itself allows (its status, its open steps, who had a hand in it) is asked besides; both must say yes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from inventory_core.access import commands as access_commands
from inventory_core.access.model import OPERATOR, ROLES, Actor
from inventory_core.access.scope import is_in_scope
from inventory_core.approvals import handlers as approval_handlers
from inventory_core.approvals.delegating import DelegateApproval, RevokeDelegation
from inventory_core.approvals.delegations import Delegation
from inventory_core.approvals.pressing import PressForDecisions
from inventory_core.approvals.rules import SetApprovalPolicy, SetApprovalRules
from inventory_core.catalog.register import RegisterCatalog
from inventory_core.commands import Command
from inventory_core.errors import Refused
from inventory_core.outbox import commands as outbox_commands
from inventory_core.receiving import commands as receiving_commands
from inventory_core.receiving import handlers as receiving_handlers
from inventory_core.stock_ledger import commands as stock_commands
from inventory_core.transfer_orders import commands as order_commands
from inventory_core.transfer_orders import handlers as order_handlers
from inventory_core.transfer_orders import shipment_commands, shipment_handlers
from inventory_core.transfer_orders.model import TransferOrder


class UnableToAllow(Refused):
    """None of the sender's roles may do this, or his token may not."""


_PLANNING = frozenset({"planner", "admin"})
_DECIDING = frozenset({"supervisor", "finance", "warehouse", "admin"})
_HANDLING = frozenset({"warehouse", "admin"})
# Whoever counts does not also say where the missing units went.
_EXPLAINING = frozenset({"supervisor", "finance", "admin"})
_SETTING_UP = frozenset({*OPERATOR.roles, "admin"})
_EVERYBODY = frozenset({*OPERATOR.roles, *ROLES})

ROLES_OF_COMMAND: dict[type[Command], frozenset[str]] = {
    order_commands.DraftTransferOrder: _PLANNING,
    order_commands.ChangeTransferOrder: _PLANNING,
    order_commands.SubmitTransferOrder: _PLANNING,
    order_commands.WithdrawTransferOrder: _PLANNING,
    order_commands.CancelTransferOrder: _PLANNING | {"supervisor"},
    order_commands.ApproveTransferOrder: _DECIDING,
    order_commands.RejectTransferOrder: _DECIDING,
    order_commands.CommentOnTransferOrder: frozenset(ROLES),
    DelegateApproval: _DECIDING,
    RevokeDelegation: _DECIDING,
    PressForDecisions: _SETTING_UP,
    shipment_commands.PlanShipment: _HANDLING,
    shipment_commands.DispatchShipment: _HANDLING,
    shipment_commands.CancelShipment: _HANDLING,
    shipment_commands.RecordMilestone: _HANDLING | {"planner"},
    receiving_commands.RecordReceipt: _HANDLING,
    receiving_commands.CompleteReceiving: _HANDLING,
    receiving_commands.ResolveDiscrepancy: _EXPLAINING,
    receiving_commands.CloseTransferOrder: _EXPLAINING | {"planner"},
    receiving_commands.ReopenTransferOrder: _EXPLAINING,
    receiving_commands.SetReceivingRules: _SETTING_UP,
    stock_commands.SetOpeningStock: _SETTING_UP | _HANDLING,
    stock_commands.CountStock: _HANDLING,
    stock_commands.MoveStock: _HANDLING,
    stock_commands.ReceivePurchase: _HANDLING,
    outbox_commands.ReleaseMessage: _SETTING_UP,
    outbox_commands.DiscardMessage: _SETTING_UP,
    outbox_commands.AddressMessage: frozenset(OPERATOR.roles),
    RegisterCatalog: _SETTING_UP,
    SetApprovalRules: _SETTING_UP,
    SetApprovalPolicy: _SETTING_UP,
    access_commands.AddPerson: _SETTING_UP,
    access_commands.EnsurePeople: _SETTING_UP,
    access_commands.ChangePerson: _SETTING_UP,
    access_commands.DisablePerson: _SETTING_UP,
    access_commands.EnablePerson: _SETTING_UP,
    access_commands.ResetPassword: _SETTING_UP,
    access_commands.ChangePassword: frozenset(ROLES),
    access_commands.IssueToken: _SETTING_UP,
    access_commands.RevokeToken: _EVERYBODY,  # whose token it is, its handler asks
}

# What gives somebody access: a narrowed token could use it to give itself what it was denied.
GIVES_ACCESS: frozenset[type[Command]] = frozenset(
    {
        access_commands.AddPerson,
        access_commands.EnsurePeople,
        access_commands.ChangePerson,
        access_commands.EnablePerson,
        access_commands.ResetPassword,
        access_commands.IssueToken,
        DelegateApproval,
    }
)


POSSIBLE_FROM = (
    order_handlers.POSSIBLE_FROM
    | approval_handlers.POSSIBLE_FROM
    | shipment_handlers.POSSIBLE_FROM
    | receiving_handlers.POSSIBLE_FROM
)


# A delegate may send these with roles that were lent to him.
DECISIONS = (order_commands.ApproveTransferOrder, order_commands.RejectTransferOrder)


def require_permission(command: Command, actor: Actor, *, lent_roles: Collection[str] = ()) -> None:
    """Raises: UnableToAllow unless a role of the actor's, or for decisions one lent to him, may send this command.

    The token through which he sends it must allow it too.
    """
    allowed, name = ROLES_OF_COMMAND[type(command)], type(command).__name__
    usable = {*actor.roles, *(lent_roles if isinstance(command, DECISIONS) else ())}
    if allowed.isdisjoint(usable):
        raise UnableToAllow(
            f"{actor.actor_id} ({', '.join(actor.roles) or 'no role'}) may not send {name}: "
            f"ask someone with the role {' or '.join(sorted(allowed - set(OPERATOR.roles)))}"
        )
    if not _is_allowed_by_token(type(command), actor):
        raise UnableToAllow(
            f"the token {actor.token_id} of {actor.actor_id} may not send {name}: ask an admin for a token that may, "
            "or sign in yourself"
        )


def _is_allowed_by_token(command: type[Command], actor: Actor) -> bool:
    if actor.token_id is None:
        return True
    if command is access_commands.ChangePassword or (actor.is_narrowed and command in GIVES_ACCESS):
        return False
    return actor.commands is None or command.__name__ in actor.commands


def permitted_commands(
    actor: Actor,
    *,
    order: TransferOrder | None = None,
    at: datetime | None = None,
    delegations: Sequence[Delegation] = (),
) -> frozenset[str]:
    """Names of the commands that the actor may send now: about `order`, or, without one, those about no order.

    `delegations` are those that people lent to each other; with `at`, those that hold then let a delegate decide.
    `Core.permissions` looks them up.
    """
    in_force = [one for one in delegations if at is not None and one.holds_at(at) and one.delegate == actor.actor_id]
    lent = {role for one in in_force for role in one.roles}
    return frozenset(
        command.__name__
        for command, roles in ROLES_OF_COMMAND.items()
        if not roles.isdisjoint({*actor.roles, *(lent if command in DECISIONS else ())})
        and _is_allowed_by_token(command, actor)
        and _is_possible(command, actor, order, in_force)
        and is_in_scope(command, actor, order)
    )


def _is_possible(
    command: type[Command], actor: Actor, order: TransferOrder | None, delegations: Sequence[Delegation]
) -> bool:
    if not issubclass(command, order_commands.ExistingOrderCommand):
        return order is None
    if order is None or order.status not in POSSIBLE_FROM[command].statuses:
        return False
    return command not in DECISIONS or bool(order.steps_open_to(actor, delegations=delegations))
