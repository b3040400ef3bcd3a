"""One of each command of the core, for tests of who may send it. A new command gets its line here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from inventory_core.access import commands as access
from inventory_core.approvals.delegating import DelegateApproval, RevokeDelegation
from inventory_core.approvals.model import ApprovalRule
from inventory_core.approvals.pressing import PressForDecisions
from inventory_core.approvals.rules import SetApprovalPolicy, SetApprovalRules
from inventory_core.commands import Command
from inventory_core.outbox import commands as outbox
from inventory_core.receiving import commands as receiving
from inventory_core.receiving.model import ReceivingRule
from inventory_core.stock_ledger import commands as stock
from inventory_core.transfer_orders import commands as orders
from inventory_core.transfer_orders import shipment_commands as shipping
from tests.core_builders import AT, SHIP_DATE, catalog, draft, sender

MOVED = stock.MovedUnits(sku="x", units=1)


def every_command(
    actor_id: str, *, by_token_id: str | None = None, order: str = "TO-2026-00001", warehouse_id: str = "cn_main"
) -> list[Command]:
    """One of each, from that sender, about that order or warehouse and else about things that need not be there."""

    def by() -> dict[str, Any]:
        return {**sender(actor_id), "by_token_id": by_token_id}

    def about(**fields: Any) -> dict[str, Any]:
        return {**by(), "transfer_order_id": order, **fields}

    counts = (receiving.CountedUnits(code="x", units=1),)
    lost = {"shipment_id": "x", "sku": "x", "kind": "short", "units": 1, "resolution": "lost"}
    person = access.PersonToAdd(login="zoe", name="Zoe", roles=("viewer",))
    return [
        draft(actor_id, by_token_id=by_token_id, destination_id="us_3pl"),
        orders.ChangeTransferOrder(**about(expected_version=1, ship_date=SHIP_DATE)),
        orders.SubmitTransferOrder(**about()),
        orders.WithdrawTransferOrder(**about(reason="why not")),
        orders.CancelTransferOrder(**about(reason="why not")),
        orders.ApproveTransferOrder(**about()),
        orders.RejectTransferOrder(**about(reason="why not")),
        orders.CommentOnTransferOrder(**about(text="hm")),
        shipping.PlanShipment(**about()),
        shipping.DispatchShipment(**about()),
        shipping.CancelShipment(**about(reason="why not", shipment_id="x")),
        shipping.RecordMilestone(**about(shipment_id="x", milestone="departed", occurred_at=AT)),
        receiving.RecordReceipt(**about(counts=counts)),
        receiving.CompleteReceiving(**about(shipment_id="x")),
        receiving.ResolveDiscrepancy(**about(**lost)),
        receiving.CloseTransferOrder(**about()),
        receiving.ReopenTransferOrder(**about(reason="why not")),
        receiving.SetReceivingRules(**by(), rules=(ReceivingRule(warehouse_id="x"),)),
        stock.SetOpeningStock(**by(), warehouse_id=warehouse_id, counts=()),
        stock.CountStock(**by(), reason="x", warehouse_id=warehouse_id, counts=(stock.BinUnits(sku="x", units=0),)),
        stock.MoveStock(**by(), warehouse_id=warehouse_id, kind="sale", moves=(MOVED,)),
        stock.ReceivePurchase(
            **by(), warehouse_id=warehouse_id, purchase_order_id="p", supplier_id="s", lines=(MOVED,)
        ),
        outbox.ReleaseMessage(**by(), message_number=1),
        outbox.DiscardMessage(**by(), message_number=1, reason="x"),
        outbox.AddressMessage(**by(), message_number=1, channels=("people/sam",)),
        catalog(actor_id, by_token_id=by_token_id),
        SetApprovalRules(**by(), rules=(ApprovalRule(rule_id="r", role="finance"),)),
        SetApprovalPolicy(**by(), allow_approval_by_rule=True),
        PressForDecisions(**by()),
        DelegateApproval(**by(), delegate="zoe", roles=("finance",), from_at=AT, to_at=AT + timedelta(days=1)),
        RevokeDelegation(**by(), delegation_id="x"),
        access.AddPerson(**by(), person=person),
        access.EnsurePeople(**by()),
        access.ChangePerson(**by(), login="zoe", name="Zoe"),
        access.DisablePerson(**by(), login="zoe"),
        access.EnablePerson(**by(), login="zoe"),
        access.ResetPassword(**by(), login="zoe"),
        access.ChangePassword(**by(), password_hash="x"),
        access.IssueToken(**by(), login="zoe", label="x"),
        access.RevokeToken(**by(), token_id="x"),
    ]
