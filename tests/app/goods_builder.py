"""Goods on their way in the small company of the app's tests: approved, dispatched, received.

Belongs here: commands that bring an order to where a page's test begins. Does not: the company (`company_builder.py`).
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from app_streamlit import counts
from app_streamlit.view_models.receiving import CountKey, Tally
from inventory_core.access.commands import IssueToken
from inventory_core.approvals.delegating import DelegateApproval
from inventory_core.bootstrap import database_url, open_core
from inventory_core.commands import Command
from inventory_core.receiving.commands import CountedUnits, RecordReceipt, SetReceivingRules
from inventory_core.receiving.model import ReceivingRule
from inventory_core.stock_ledger.commands import BinUnits, SetOpeningStock
from inventory_core.transfer_orders.commands import ApproveTransferOrder, CommentOnTransferOrder
from inventory_core.transfer_orders.shipment_commands import DispatchShipment
from inventory_core.transfer_orders.shipments import Carton, ShipmentUnits
from tests.app.company_builder import AS_OF, submit_order

AT = datetime.combine(AS_OF, time(20), tzinfo=UTC)


def execute(folder: Path, *commands: Command) -> None:
    """Does them one after another."""
    with open_core(database_url(folder, {})) as core:
        for command in commands:
            core.execute(command)


def approve_order(folder: Path, *, key: str = "first") -> str:
    """An order of 144 lamps and 80 cases that the supervisor approved; its number."""
    number = submit_order(folder, key=key)
    execute(
        folder,
        ApproveTransferOrder(actor_id="sven", at=AT, idempotency_key=f"approve-{key}", transfer_order_id=number),
    )
    return number


def dispatch_order(folder: Path, *, key: str = "first", waybill: str = "WB-77") -> str:
    """The same, all of it on its way, one carton of 24 lamps noted; its number."""
    number = approve_order(folder, key=key)
    carton = Carton(carton_id=f"BOX-{key}", contents=(ShipmentUnits(sku="LAMP-01", units=24),))
    execute(
        folder,
        DispatchShipment(
            actor_id="wei",
            at=AT,
            idempotency_key=f"dispatch-{key}",
            transfer_order_id=number,
            waybill=waybill,
            carrier="COSCO",
            cartons=(carton,),
        ),
    )
    return number


def receive_order(folder: Path, *, key: str = "first") -> str:
    """The same, counted to the end: 2 lamps short, 1 case damaged; its number."""
    number = dispatch_order(folder, key=key)
    execute(
        folder,
        RecordReceipt(
            actor_id="wei",
            at=AT,
            idempotency_key=f"receive-{key}",
            transfer_order_id=number,
            counts=(
                CountedUnits(code="LAMP-01", units=142),
                CountedUnits(code="CASE-01", units=79),
                CountedUnits(code="CASE-01", units=1, condition="damaged"),
            ),
            is_complete=True,
        ),
    )
    return number


def count_blindly(folder: Path, warehouse_id: str) -> None:
    """From now on that warehouse does not see the plan."""
    rule = ReceivingRule(warehouse_id=warehouse_id, is_blind=True)
    execute(folder, SetReceivingRules(actor_id="operator", at=AT, idempotency_key="blind", rules=(rule,)))


def open_stock(folder: Path, warehouse_id: str) -> None:
    """Some stock in bins."""
    counts = tuple(
        BinUnits(sku=f"CASE-{number:02}", units=40 * number, bin_id=f"A-{number:02}", lot=f"L{number}")
        for number in range(1, 7)
    )
    execute(
        folder,
        SetOpeningStock(
            actor_id="operator", at=AT, idempotency_key="opening", warehouse_id=warehouse_id, counts=counts
        ),
    )


def lend_and_talk(folder: Path) -> None:
    """The first order is talked about; the supervisor and the administrator lent their rights, scripts have a token."""
    said = (
        "Can this leave a week earlier?",
        "Yes, if the cartons are packed by Thursday.\n仓库已确认，周四前可以装箱。",
    )
    execute(
        folder,
        *(
            CommentOnTransferOrder(
                actor_id=login, at=AT, idempotency_key=f"said-{login}", transfer_order_id="TO-2026-00001", text=text
            )
            for login, text in zip(("pia", "wei"), said, strict=True)
        ),
        *(
            DelegateApproval(
                actor_id=delegator,
                at=AT,
                idempotency_key=f"lend-{delegator}-{delegate}",
                delegate=delegate,
                roles=(role,),
                from_at=AT,
                to_at=AT + timedelta(days=days),
            )
            for delegator, delegate, role, days in (
                ("sven", "ada", "supervisor", 400),
                ("ada", "dora", "admin", 400),
                ("ada", "sven", "admin", 2),
            )
        ),
        IssueToken(
            actor_id="ada", at=AT, idempotency_key="token", login="wei", label="scanner", commands=("RecordReceipt",)
        ),
    )


def count_something(folder: Path, number: str, *, person_id: str) -> None:
    """A running count of the order's first shipment that nobody saved."""
    with open_core(database_url(folder, {})) as core:
        (shipment,) = core.queries.transfer_order(number).order.shipments
    tally = Tally("count-1", f"{number}-S1").added(CountKey("LAMP-01"), 140)
    tally = tally.added(CountKey("CASE-01", "damaged", "Q-1"), 2).added(CountKey("CABLE-2M"), 1)
    counts.keep(tally, folder=folder, person_id=person_id, shipment_id=shipment.shipment_id)
