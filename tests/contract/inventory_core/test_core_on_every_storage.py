"""The whole core over every storage: the same commands give the same record, also when many send at once."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from inventory_core.access.commands import (
    AddPerson,
    ChangePerson,
    DisablePerson,
    EnablePerson,
    IssueToken,
    PersonToAdd,
    RevokeToken,
)
from inventory_core.approvals.delegating import DelegateApproval, RevokeDelegation
from inventory_core.approvals.model import ApprovalRule
from inventory_core.approvals.pressing import PressForDecisions
from inventory_core.approvals.rules import SetApprovalPolicy, SetApprovalRules
from inventory_core.bootstrap import Core, open_core
from inventory_core.catalog.model import CatalogProduct
from inventory_core.commands import Command
from inventory_core.errors import Refused
from inventory_core.export import EXPORT_COLUMNS
from inventory_core.money import Money
from inventory_core.outbox.commands import DiscardMessage
from inventory_core.receiving.commands import (
    CloseTransferOrder,
    CountedUnits,
    RecordReceipt,
    ResolveDiscrepancy,
    SetReceivingRules,
)
from inventory_core.receiving.model import ReceivingRule
from inventory_core.receiving.scanning import UnableToReadCode
from inventory_core.records import digest
from inventory_core.stock_ledger.commands import BinUnits, CountStock, SetOpeningStock
from inventory_core.storage.memory import MemoryStorage
from inventory_core.storage.migrations.run import downgrade
from inventory_core.storage.ports import Storage
from inventory_core.storage.sql import sql_engine
from inventory_core.transfer_orders.commands import (
    ApproveTransferOrder,
    CancelTransferOrder,
    ChangeTransferOrder,
    CommentOnTransferOrder,
    RejectTransferOrder,
    SubmitTransferOrder,
    WithdrawTransferOrder,
)
from inventory_core.transfer_orders.shipment_commands import DispatchShipment, PlanShipment, RecordMilestone
from inventory_core.transfer_orders.shipments import Carton, ShipmentUnits
from inventory_core.verification import verify
from tests.core_builders import AT, catalog, core_on, draft, later, line, sender


def goods_of_a_day() -> list[Command]:
    """One order from stock to close: in two parts, early, short, over, wrong, damaged, late."""
    third = {"transfer_order_id": "TO-2026-00003"}
    first_part = {**third, "shipment_id": "WB-1"}
    counts = (BinUnits(sku="CHAIR", units=100, bin_id="A-1"), BinUnits(sku="LAMP", units=9, lot="L1"))
    contents = (ShipmentUnits(sku="CHAIR", units=20),)
    cartons = (Carton(carton_id="C1", weight_kg=Decimal("12.50"), contents=contents),)
    tolerance = ReceivingRule(warehouse_id="us_3pl", tolerance_units=1, tolerance_share=Decimal("0.020"))
    return [
        SetOpeningStock(**sender("operator", key="20"), warehouse_id="cn_main", counts=counts),
        SetReceivingRules(**sender("operator", key="21"), rules=(tolerance,)),
        draft(key="22", destination_id="us_3pl", lines=(line(units=50), line("LAMP", 9))),
        SubmitTransferOrder(**sender("pia", key="23"), **third),
        ApproveTransferOrder(**sender("sam", key="24"), **third),
        PlanShipment(**sender("wim", key="25"), **third, lines=contents, carrier="海运", cartons=cartons),
        DispatchShipment(**sender("wim", key="26"), **third, shipment_id="TO-2026-00003-S1", waybill="WB-1"),
        DispatchShipment(**sender("wim", key="27"), **third, waybill="WB-2", mode="air"),
        RecordMilestone(**sender("wim", key="28"), **first_part, milestone="departed", occurred_at=AT, place="宁波"),
        RecordReceipt(**sender("wim", key="29"), **first_part, counts=(CountedUnits(code="C1", units=1),)),
        RecordReceipt(
            **sender("wim", key="30"),
            **third,
            shipment_id="WB-2",
            counts=(
                CountedUnits(code="X001CHAIR", units=25, bin_id="B-1"),
                CountedUnits(code="CHAIR", units=1, condition="damaged"),
                CountedUnits(code="LAMP", units=10),
                CountedUnits(code="MYSTERY", units=2),
            ),
            is_complete=True,
        ),
        CloseTransferOrder(**sender("pia", key="31"), **third),
        *(
            ResolveDiscrepancy(
                **sender("sam", key=f"reason-{sku}-{kind}"),
                **third,
                shipment_id="WB-2",
                sku=sku,
                kind=kind,
                units=units,
                resolution=resolution,
                evidence=("索赔 7",),
            )
            for sku, kind, units, resolution in (
                ("CHAIR", "short", 4, "claim_carrier"),
                ("CHAIR", "damaged", 1, "damaged"),
                ("MYSTERY", "wrong_product", 2, "unexplained"),
            )
        ),
        CloseTransferOrder(**sender("pia", key="32"), **third),
        RecordReceipt(**sender("wim", key="33"), **first_part, counts=(CountedUnits(code="CHAIR", units=3),)),
        DiscardMessage(**sender("ada", key="34"), message_number=1, reason="he knows"),
    ]


def people_of_a_day() -> list[Command]:
    """Somebody with a scope, changed, disabled and enabled, whose narrow token does a little and is revoked."""
    uma = PersonToAdd(login="uma", name="Uma", roles=("planner",), warehouse_ids=("us_3pl",), shop_ids=("店",))
    token_id = f"token_{digest('ada/42')[:12]}"
    expires_at = AT + timedelta(days=30)
    return [
        AddPerson(**sender("ada", key="40"), person=uma),
        ChangePerson(**sender("ada", key="41"), login="uma", roles=("planner", "warehouse"), email="u@example.com"),
        IssueToken(**sender("ada", key="42"), login="uma", label="x", roles=("warehouse",), expires_at=expires_at),
        draft("uma", key="43", by_token_id=token_id),
        draft("uma", key="44"),
        CountStock(
            **sender("uma", key="45"),
            by_token_id=token_id,
            warehouse_id="cn_main",
            counts=(BinUnits(sku="LAMP", units=1),),
            reason="x",
        ),
        SetOpeningStock(**sender("uma", key="46"), by_token_id=token_id, warehouse_id="us_3pl", counts=()),
        DisablePerson(**sender("ada", key="47"), login="uma"),
        EnablePerson(**sender("ada", key="48"), login="uma"),
        RevokeToken(**sender("uma", key="49"), token_id=token_id),
    ]


def approvals_of_a_day() -> list[Command]:
    """Two signatures and a later stage, a delegate, comments, a reminder, an escalation, a policy."""
    fourth = {"transfer_order_id": "TO-2026-00004"}
    waits = {"remind_after_hours": 1, "escalate_after_hours": 2, "escalation_role": "admin"}
    margin = {"minimum_margin_at_risk": Decimal("50.00"), "origin_id": "cn_main"}
    rules = (
        ApprovalRule(rule_id="f", role="finance", stage=2),
        ApprovalRule(rule_id="s", role="supervisor", signatures=2, **waits, **margin),
    )
    lent = {"delegate": "vic", "roles": ("supervisor",), "from_at": AT, "to_at": later(600)}
    advised = {"suggestion_id": "s9", "suggested_units": 9, "suggestion_run_id": "2026-11-02/run-9"}
    return [
        SetApprovalRules(**sender("operator", key="60"), rules=rules),
        SetApprovalPolicy(**sender("operator", key="61"), allow_approval_by_rule=True),
        DelegateApproval(**sender("sam", key="62"), **lent),
        draft(key="63", lines=(line(units=9, **advised), line("LAMP", 2))),
        SubmitTransferOrder(**sender("pia", key="64"), **fourth),
        CommentOnTransferOrder(**sender("wim", key="65"), **fourth, text="Platz?\n没地方"),
        PressForDecisions(**sender("operator", key="66", at=later(59))),
        PressForDecisions(**sender("operator", key="67", at=later(60))),
        ApproveTransferOrder(**sender("vic", key="68", at=later(61)), **fourth, expected_version=2),
        ApproveTransferOrder(**sender("sam", key="69", at=later(62)), **fourth),
        PressForDecisions(**sender("operator", key="70", at=later(120))),
        ApproveTransferOrder(**sender("ada", key="71", at=later(121)), **fourth),
        RevokeDelegation(**sender("fay", key="72"), delegation_id="delegation_x"),
        CommentOnTransferOrder(**sender("vic", key="73"), **fourth, text="done"),
        ApproveTransferOrder(**sender("fay", key="74", at=later(122)), **fourth),
    ]


def a_day(core: Core, *, with_people: bool = True) -> list[str]:
    """Commands of one day under fixed keys; what became of each."""
    first, second = {"transfer_order_id": "TO-2026-00001"}, {"transfer_order_id": "TO-2026-00002"}
    day: list[Command] = [
        draft(key="1", lines=(line(suggestion_id="s1", suggested_units=48), line("LAMP", 3))),
        ChangeTransferOrder(**sender("paul", key="2"), **first, expected_version=1, lines=(line(units=50),)),
        ChangeTransferOrder(**sender("pia", key="3"), **first, expected_version=1, lines=(line(units=60),)),
        SubmitTransferOrder(**sender("pia", key="4"), **first),
        WithdrawTransferOrder(**sender("pia", key="5"), **first, reason="lamps"),
        SubmitTransferOrder(**sender("pia", key="6"), **first),
        SubmitTransferOrder(**sender("pia", key="6"), **first),
        ApproveTransferOrder(**sender("pia", key="7"), **first),
        ApproveTransferOrder(**sender("sam", key="8"), **first, reason="fine"),
        draft(key="9", destination_id="us_3pl"),
        SubmitTransferOrder(**sender("pia", key="10"), **second),
        RejectTransferOrder(**sender("sam", key="11"), **second, reason="太多"),
        CancelTransferOrder(**sender("pia", key="12"), **first, reason="sold out"),
        IssueToken(**sender("ada", key="13"), login="pia", label="nightly"),
        *goods_of_a_day(),
        *approvals_of_a_day(),
        *(people_of_a_day() if with_people else ()),
    ]
    outcomes = []
    for command in day:
        try:
            outcome = core.execute(command)
            outcomes.append(f"{outcome.document_number} {outcome.status} {outcome.version} {outcome.was_done_before}")
        except Refused as refusal:
            outcomes.append(f"{type(refusal).__name__}: {refusal}")
    return outcomes


def test_the_same_day_gives_the_same_record(storage: Storage) -> None:
    fake, core = core_on(MemoryStorage()), core_on(storage)
    assert a_day(core) == a_day(fake)
    exported, expected = core.export(), fake.export()
    for table in EXPORT_COLUMNS:
        if table != "core_journal":  # passwords are made of chance, and so are the hashes of tokens
            assert exported[table] == expected[table]
    assert core.queries.transfer_order("TO-2026-00003").order.status == "receiving"
    assert core.queries.transfer_order("TO-2026-00004").order.status == "submitted", "no lamps are left"
    ours, theirs = (one.queries.transfer_order("TO-2026-00004") for one in (core, fake))
    assert (ours.order, ours.comments) == (theirs.order, theirs.comments)
    assert core.queries.delegations() == fake.queries.delegations()
    assert core.queries.messages() == fake.queries.messages()
    assert [entry.payload for entry in core.queries.journal()] == [entry.payload for entry in fake.queries.journal()]
    assert core.queries.units_on_order() == fake.queries.units_on_order()
    assert core.queries.people() == fake.queries.people()
    assert core.queries.tokens() == fake.queries.tokens()
    assert [entry.event_type for entry in core.queries.journal() if entry.token_id] == ["StockOpened"]
    found = verify(core)
    assert found.is_sound, found.first_break


def test_a_core_goes_back_a_version_and_forth_again(database: str) -> None:
    """What the older version has no place for, the journal brings back."""
    with open_core(database) as core:
        core_on(core.storage)
        a_day(core, with_people=False)  # a journal that names a token does not go back (test_migrations_on_data.py)
        before = core.export()
    engine = sql_engine(database)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        downgrade(connection, to="0006")
    engine.dispose()
    with open_core(database, create=True) as again:
        assert again.export() == before
        assert again.queries.approval_policy().allow_approval_by_rule
        assert [one.delegate for one in again.queries.delegations()] == ["vic"]
        found = verify(again)
        assert found.is_sound, found.first_break


def test_pages_about_goods_get_the_same_answers(storage: Storage) -> None:
    fake, core = core_on(MemoryStorage()), core_on(storage)
    assert a_day(core, with_people=False) == a_day(fake, with_people=False)
    queries = core.queries
    assert queries.resolutions() == fake.queries.resolutions() != []
    assert queries.opened_warehouses() == fake.queries.opened_warehouses() == {"cn_main": AT}
    assert set(queries.warehouses()) == {"cn_main", "fba_us", "us_3pl"}
    assert queries.receiving_rule("us_3pl").tolerance_units == 1
    assert queries.receiving_rule("fba_us") == ReceivingRule(warehouse_id="fba_us")
    scanned = [CountedUnits(code="C1", units=2), CountedUnits(code="6901234567892", units=1, condition="damaged")]
    carton, chair = queries.read_codes("TO-2026-00003", scanned)
    assert (carton.sku, carton.units) == ("CHAIR", 40)
    assert (chair.sku, chair.units, chair.condition) == ("CHAIR", 1, "damaged")
    with pytest.raises(UnableToReadCode, match="code NONE stands for no product"):
        queries.read_codes("TO-2026-00003", [CountedUnits(code="NONE", units=1)])


def test_an_order_of_many_lines(storage: Storage) -> None:
    """3,000 lines of 1, 2, 3 ... units at 0.01: worth 45,015.00."""
    core = core_on(storage)
    products = tuple(CatalogProduct(sku=f"SKU-{number:05d}", unit_value=Decimal("0.01")) for number in range(1, 3_001))
    core.execute(catalog(products=products))
    lines = tuple(line(product.sku, units) for units, product in enumerate(products, start=1))
    core.execute(draft(lines=lines))
    core.execute(SubmitTransferOrder(**sender("pia"), transfer_order_id="TO-2026-00001"))
    core.execute(ApproveTransferOrder(**sender("sam"), transfer_order_id="TO-2026-00001"))
    order = core.queries.transfer_order("TO-2026-00001").order
    assert [(one.line_number, one.units) for one in order.lines] == [(number, number) for number in range(1, 3_001)]
    assert order.value == Money(Decimal("45015.00"), "USD")
    assert verify(core).is_sound


def test_many_senders_at_once(database: str) -> None:
    """6 senders × 15 commands on the same orders: each is answered once, numbers have no gaps, the chain is whole."""
    with open_core(database) as core:
        core_on(core.storage)
        answers: Counter[str] = Counter()
        faults: list[BaseException] = []
        lock = threading.Lock()

        def work(number: int) -> None:
            with open_core(database) as own:  # as a process of its own would: nothing is shared but the database
                for turn in range(5):
                    reference = f"TO-2026-{turn + 1:05d}"
                    commands: list[Command] = [
                        draft("pia", key=f"draft-{number}-{turn}"),
                        SubmitTransferOrder(**sender("pia", key=f"submit-{turn}"), transfer_order_id=reference),
                        ApproveTransferOrder(**sender("sam"), transfer_order_id=reference),
                    ]
                    for command in commands:
                        try:
                            outcome = own.execute(command)
                            answer = "again" if outcome.was_done_before else type(command).__name__
                        except Refused as refusal:
                            answer = type(refusal).__name__
                        except BaseException as fault:  # noqa: BLE001 - reported by the test, not swallowed
                            faults.append(fault)
                            return
                        with lock:
                            answers[answer] += 1

        senders = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for one in senders:
            one.start()
        for one in senders:
            one.join()
        assert faults == []
        assert answers.total() == 6 * 15
        assert answers["DraftTransferOrder"] == 30
        assert answers["SubmitTransferOrder"] + answers["again"] + answers["UnableToFindTransferOrder"] == 30
        assert answers["SubmitTransferOrder"] == 5
        assert answers["ApproveTransferOrder"] == 5
        assert [one.document_sequence for one in core.queries.transfer_orders()] == list(range(1, 31))
        found = verify(core)
        assert found.is_sound, found.first_break


def test_many_openers_make_one_core(blank_database: str) -> None:
    """8 threads find no tables and want to make them: one does, the others wait and use his."""
    start, opened = threading.Barrier(8), []

    def work() -> None:
        start.wait()
        with open_core(blank_database, create=True) as core:
            opened.append(core.queries.people())

    openers = [threading.Thread(target=work) for _ in range(8)]
    for one in openers:
        one.start()
    for one in openers:
        one.join()
    assert opened == [[]] * 8
