"""Which warehouses a command touches, and whether they are its sender's: one table beside ROLES_OF_COMMAND.

Asked by the core on every command and by screens to hide buttons; a test holds every command to an entry.

Belongs here: the scope of people and tokens by warehouse. Does not: roles (`permissions.py`), what an order itself
allows. Commands about shops do not exist yet: the first one gets its entry in SCOPE_OF_COMMAND, with a kind of Touch
that asks `Actor.may_see_shop`, and is refused beside the warehouses in `require_scope`.
"""

from __future__ import annotations

from enum import Enum

from inventory_core.access import commands as access_commands
from inventory_core.access.model import Actor
from inventory_core.approvals.delegating import DelegateApproval, RevokeDelegation
from inventory_core.approvals.pressing import PressForDecisions
from inventory_core.approvals.rules import SetApprovalPolicy, SetApprovalRules
from inventory_core.catalog.register import RegisterCatalog
from inventory_core.commands import Command
from inventory_core.errors import Refused
from inventory_core.outbox import commands as outbox_commands
from inventory_core.receiving import commands as receiving_commands
from inventory_core.stock_ledger import commands as stock_commands
from inventory_core.storage.ports import Reader
from inventory_core.transfer_orders import commands as order_commands
from inventory_core.transfer_orders import shipment_commands
from inventory_core.transfer_orders.model import TransferOrder


class UnableToReach(Refused):
    """What the command touches is outside the sender's scope."""


class Touch(Enum):
    """What a command touches; its sender needs one of the warehouses in his scope."""

    ORIGIN = "the origin"
    DESTINATION = "the destination"
    # A planner in the US may ask China for goods, and one in China may send them.
    EITHER_END = "the origin or the destination"
    WAREHOUSE = "the warehouse"
    COMPANY = "the whole company"
    # Nothing of the company: the handler asks whose it is.
    ONESELF = "the sender himself"


SCOPE_OF_COMMAND: dict[type[Command], Touch] = {
    order_commands.DraftTransferOrder: Touch.EITHER_END,
    order_commands.ChangeTransferOrder: Touch.EITHER_END,
    order_commands.SubmitTransferOrder: Touch.EITHER_END,
    order_commands.WithdrawTransferOrder: Touch.EITHER_END,
    order_commands.CancelTransferOrder: Touch.EITHER_END,
    order_commands.ApproveTransferOrder: Touch.EITHER_END,
    order_commands.RejectTransferOrder: Touch.EITHER_END,
    order_commands.CommentOnTransferOrder: Touch.EITHER_END,
    shipment_commands.PlanShipment: Touch.ORIGIN,
    shipment_commands.DispatchShipment: Touch.ORIGIN,
    shipment_commands.CancelShipment: Touch.ORIGIN,
    shipment_commands.RecordMilestone: Touch.EITHER_END,
    receiving_commands.RecordReceipt: Touch.DESTINATION,
    receiving_commands.CompleteReceiving: Touch.DESTINATION,
    receiving_commands.ResolveDiscrepancy: Touch.EITHER_END,
    receiving_commands.CloseTransferOrder: Touch.EITHER_END,
    receiving_commands.ReopenTransferOrder: Touch.EITHER_END,
    receiving_commands.SetReceivingRules: Touch.COMPANY,
    stock_commands.SetOpeningStock: Touch.WAREHOUSE,
    stock_commands.CountStock: Touch.WAREHOUSE,
    stock_commands.MoveStock: Touch.WAREHOUSE,
    stock_commands.ReceivePurchase: Touch.WAREHOUSE,
    outbox_commands.ReleaseMessage: Touch.COMPANY,
    outbox_commands.DiscardMessage: Touch.COMPANY,
    outbox_commands.AddressMessage: Touch.COMPANY,
    RegisterCatalog: Touch.COMPANY,
    SetApprovalRules: Touch.COMPANY,
    SetApprovalPolicy: Touch.COMPANY,
    PressForDecisions: Touch.COMPANY,
    DelegateApproval: Touch.ONESELF,
    RevokeDelegation: Touch.ONESELF,
    access_commands.AddPerson: Touch.COMPANY,
    access_commands.EnsurePeople: Touch.COMPANY,
    access_commands.ChangePerson: Touch.COMPANY,
    access_commands.DisablePerson: Touch.COMPANY,
    access_commands.EnablePerson: Touch.COMPANY,
    access_commands.ResetPassword: Touch.COMPANY,
    access_commands.ChangePassword: Touch.ONESELF,
    access_commands.IssueToken: Touch.COMPANY,
    access_commands.RevokeToken: Touch.ONESELF,
}


def require_scope(command: Command, actor: Actor, store: Reader) -> None:
    """Look at what the command touches. An order that does not exist touches nothing: its handler says so in words.

    The store remembers the order, so that the handler does not load it a second time.

    Raises: UnableToReach unless it is in the actor's scope.
    """
    if not actor.is_scoped:
        return
    touch = SCOPE_OF_COMMAND[type(command)]
    if touch is Touch.COMPANY:
        raise UnableToReach(
            f"{actor.actor_id} may not send {type(command).__name__}: it concerns the whole company, and he is "
            f"responsible for {_in_words(actor)} only: ask an admin of the whole company"
        )
    subject, touched = "", _named(command)
    if isinstance(command, order_commands.ExistingOrderCommand):
        order = store.transfer_order(command.transfer_order_id)
        if order is None:
            return
        subject, touched = f" about {order.document_number}", _ends(touch, order)
    if not _reaches(actor, touch, touched):
        raise UnableToReach(
            f"{actor.actor_id} may not send {type(command).__name__}{subject}: {touch.value} "
            f"({' or '.join(touched)}) must be in his scope, and he is responsible for {_in_words(actor)} only: "
            f"ask somebody who is responsible for {' or '.join(touched)}, or an admin to widen the scope"
        )


def is_in_scope(command: type[Command], actor: Actor, order: TransferOrder | None) -> bool:
    """Whether the actor could send such a command: about `order` or, without one, about any warehouse."""
    touch = SCOPE_OF_COMMAND[command]
    if not actor.is_scoped or touch is Touch.ONESELF:
        return True
    if touch is Touch.COMPANY:
        return False
    if order is None:
        return actor.warehouse_ids is None or bool(actor.warehouse_ids)
    return _reaches(actor, touch, _ends(touch, order))


def _reaches(actor: Actor, touch: Touch, touched: tuple[str, ...]) -> bool:
    return touch is Touch.ONESELF or any(actor.may_see_warehouse(one) for one in touched)


def _named(command: Command) -> tuple[str, ...]:
    """The warehouses that the command itself names."""
    match command:
        case order_commands.DraftTransferOrder():
            return (command.origin_id, command.destination_id)
        case stock_commands.WarehouseCommand():
            return (command.warehouse_id,)
    return ()


def _ends(touch: Touch, order: TransferOrder) -> tuple[str, ...]:
    """The warehouses of the order that such a command touches."""
    match touch:
        case Touch.ORIGIN:
            return (order.origin_id,)
        case Touch.DESTINATION:
            return (order.destination_id,)
        case Touch.EITHER_END:
            return (order.origin_id, order.destination_id)
    return ()


def _in_words(actor: Actor) -> str:
    ids = [one for scope in (actor.warehouse_ids, actor.shop_ids) for one in sorted(scope or ())]
    return ", ".join(ids) or "nothing"
