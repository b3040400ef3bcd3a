"""What the core relies on in any storage: values come back exactly, transactions are whole, writers queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from inventory_core.access.model import Credentials, Person, Token
from inventory_core.approvals.delegations import Delegation
from inventory_core.approvals.model import ApprovalPolicy, ApprovalRule, ApprovalStep, AskingRule
from inventory_core.catalog.model import CatalogProduct, Company
from inventory_core.journal import FIRST_PREVIOUS_HASH, Entry
from inventory_core.money import Money
from inventory_core.storage.ports import HandledCommand, Storage
from inventory_core.transfer_orders.comments import OrderComment
from inventory_core.transfer_orders.model import OrderLine, Status, TransferOrder
from inventory_core.transfer_orders.shipments import (
    Carton,
    Milestone,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    ShipmentUnits,
    Transport,
)
from tests.core_builders import ARRIVAL_DATE, AT, LANES, SHIP_DATE, WAREHOUSES

ODD_AT = AT + timedelta(microseconds=123_457)
ORDER = TransferOrder(
    transfer_order_id="to_1",
    document_year=2026,
    document_sequence=1,
    version=3,
    status=Status.SUBMITTED,
    origin_id="cn_main",
    destination_id="fba_us",
    mode="sea",
    ship_date=SHIP_DATE,
    arrival_date=ARRIVAL_DATE,
    lines=(
        OrderLine(
            line_number=1,
            sku="椅子 'CHAIR'",
            units=1_000_000_000,
            suggestion_id="s1",
            suggested_units=0,
            suggestion_run_id="2026-11-02/跑",
            unit_value=Money(Decimal("0.1000"), "USD"),
            unit_margin=Money(Decimal("-0.0100"), "USD"),
        ),
        OrderLine(line_number=2, sku="LAMP", units=1, cancelled_units=1),
    ),
    contributors=("pia", "paul"),
    drafted_by="pia",
    drafted_at=ODD_AT,
    submitted_by="paul",
    submitted_at=ODD_AT,
    value=Money(Decimal("123456789012345678.10"), "USD"),
    steps=(
        ApprovalStep(
            step=1,
            role="supervisor",
            rule_ids=("a", "b"),
            asked_by=(
                AskingRule(rule_id="a", conditions=(("minimum_value", "100.00"), ("mode", "sea"))),
                AskingRule(rule_id="b"),
            ),
            remind_after_hours=4,
            escalate_after_hours=24,
            escalation_role="admin",
            asked_at=ODD_AT,
            reminded_at=AT,
            escalated_at=ODD_AT,
        ),
        ApprovalStep(
            step=2,
            role="finance",
            stage=2,
            decision="rejected",
            decided_by="fay",
            decided_for="flo",
            decided_as="admin",
            decided_at=ODD_AT,
            reason="no\nmoney 没钱",
        ),
    ),
    decided_by="fay",
    decided_at=ODD_AT,
    decision_reason="no money",
    shipments=(
        Shipment(
            shipment_id="sh_1",
            shipment_number=1,
            status=ShipmentStatus.ARRIVED,
            transport=Transport(mode="air", carrier="顺丰", waybill="WB", house_waybill="H", master_waybill="M"),
            lines=(
                ShipmentLine(
                    sku="LAMP",
                    planned_units=9,
                    dispatched_units=8,
                    good_units=7,
                    damaged_units=6,
                    over_units=5,
                    written_off_units=4,
                    over_resolved_units=3,
                    damaged_resolved_units=2,
                ),
                ShipmentLine(sku="CHAIR"),
            ),
            cartons=(
                Carton(
                    carton_id="C1",
                    weight_kg=Decimal("12.50"),
                    length_cm=Decimal("1E+1"),
                    contents=(ShipmentUnits(sku="LAMP", units=1),),
                ),
            ),
            milestones=(
                Milestone(milestone="departed", occurred_at=ODD_AT, recorded_at=AT, place="宁波", description="x"),
            ),
            planned_at=ODD_AT,
            dispatched_at=AT,
            arrived_at=ODD_AT,
        ),
        Shipment(
            shipment_id="sh_2",
            shipment_number=2,
            status=ShipmentStatus.PLANNED,
            transport=Transport(mode="sea"),
            lines=(),
            planned_at=AT,
        ),
    ),
)
ENTRY = Entry(
    sequence=1,
    at=ODD_AT,
    actor_id="pia",
    roles=("planner", "viewer"),
    command="DraftTransferOrder",
    idempotency_key="k",
    reason="因为",
    event_type="TransferOrderDrafted",
    transfer_order_id="to_1",
    payload='{"a":"é 调拨"}',
    previous_hash=FIRST_PREVIOUS_HASH,
    hash="f" * 64,
)
PIA = Person(
    login="pia",
    name="皮亚",
    email="pia@example.com",
    roles=("planner", "viewer"),
    language="zh",
    warehouse_ids=("仓库", "a;b"),
    shop_ids=("店",),
)


def test_an_order_comes_back_exactly(storage: Storage) -> None:
    with storage.writing() as store:
        store.save_transfer_order(ORDER, before=None)
    with storage.reading() as store:
        assert store.transfer_order("to_1") == store.transfer_order("TO-2026-00001") == ORDER
        assert store.transfer_order("to_2") is None
        value = store.transfer_orders()[0].value
        assert value is not None
        assert str(value.amount) == "123456789012345678.10"


def test_a_saved_order_takes_the_place_of_the_one_before(storage: Storage) -> None:
    changed = replace(ORDER, status=Status.DRAFT, version=4, lines=ORDER.lines[:1], steps=(), value=None)
    with storage.writing() as store:
        store.save_transfer_order(ORDER, before=None)
        store.save_transfer_order(changed, before=ORDER)
        assert store.transfer_order("to_1") == changed


def test_changed_and_new_shipments_are_written(storage: Storage) -> None:
    first, second = ORDER.shipments
    changed = replace(
        ORDER,
        shipments=(
            replace(first, lines=first.lines[:1], status=ShipmentStatus.RECEIVED, received_at=ODD_AT),
            second,
            replace(second, shipment_id="sh_3", shipment_number=3),
        ),
    )
    with storage.writing() as store:
        store.save_transfer_order(ORDER, before=None)
        store.save_transfer_order(changed, before=ORDER)
    with storage.reading() as store:
        assert store.transfer_order("to_1") == changed


def test_orders_come_by_number_and_status(storage: Storage) -> None:
    numbers = [(2027, 1), (2026, 2), (2026, 10), (2026, 1)]
    with storage.writing() as store:
        for position, (year, sequence) in enumerate(numbers):
            status = Status.DRAFT if position % 2 else Status.APPROVED
            order = replace(
                ORDER,
                transfer_order_id=f"to_{position}",
                document_year=year,
                document_sequence=sequence,
                status=status,
                shipments=(replace(ORDER.shipments[0], shipment_id=f"sh_{position}"),),
            )
            store.save_transfer_order(order, before=None)
    with storage.reading() as store:
        assert [one.document_number for one in store.transfer_orders()] == [
            "TO-2026-00001",
            "TO-2026-00002",
            "TO-2026-00010",
            "TO-2027-00001",
        ]
        assert [one.document_number for one in store.transfer_orders(status=Status.DRAFT)] == [
            "TO-2026-00001",
            "TO-2026-00002",
        ]
        assert all(len(one.lines) == 2 and len(one.steps) == 2 for one in store.transfer_orders())
        assert all(len(one.shipments[0].lines) == 2 for one in store.transfer_orders())
        assert [store.last_document_sequence(year) for year in (2025, 2026, 2027)] == [0, 10, 1]


def test_the_catalog_comes_back_exactly(storage: Storage) -> None:
    products = (
        CatalogProduct(sku="A", unit_value=Decimal("0.10"), unit_margin=Decimal("-0.50"), codes=("Z9", "条码", "A1")),
        CatalogProduct(sku="B", codes=("A1",)),
    )
    with storage.writing() as store:
        assert store.company() is None
        store.save_company(Company(base_currency="USD"))
        store.save_company(Company(base_currency="EUR", time_zone="Europe/Berlin"))
        store.save_products((CatalogProduct(sku="C"), products[1]), removed_skus=())
        store.save_products(products, removed_skus=("C", "D"))
        store.replace_warehouses(WAREHOUSES[:1])
        store.replace_warehouses(WAREHOUSES)
        store.replace_lanes(LANES[:1])
        store.replace_lanes(LANES)
    with storage.reading() as store:
        assert store.company() == Company(base_currency="EUR", time_zone="Europe/Berlin")
        assert store.products() == {"A": products[0], "B": products[1]}
        assert str(store.products()["A"].unit_value) == "0.10"
        assert store.products(["B", "Z"]) == {"B": products[1]}
        assert store.products([]) == {}
        assert store.skus_of_codes(["A1", "Z9", "C"]) == {"A1": ("A", "B"), "Z9": ("A",)}
        assert set(store.warehouses().values()) == set(WAREHOUSES)
        assert store.lanes() == set(LANES)


def test_more_products_than_fit_into_one_statement(storage: Storage) -> None:
    products = [CatalogProduct(sku=f"SKU-{number:05d}", unit_value=Decimal(number)) for number in range(25_000)]
    with storage.writing() as store:
        store.save_products(products, removed_skus=())
        assert len(store.products(product.sku for product in products)) == 25_000
        store.save_products((), removed_skus=[product.sku for product in products[1:]])
        assert list(store.products()) == ["SKU-00000"]


def test_rules_keep_their_order(storage: Storage) -> None:
    rules = [
        ApprovalRule(
            rule_id="z",
            role="finance",
            stage=2,
            signatures=3,
            minimum_value=Decimal("5000.00"),
            minimum_deviation_share=Decimal("0.20"),
            minimum_margin_at_risk=Decimal("7.50"),
            mode="sea",
            origin_id="cn_main",
            remind_after_hours=4,
            escalate_after_hours=24,
            escalation_role="admin",
        ),
        ApprovalRule(rule_id="a", role="supervisor", destination_id="fba_us", destination_kind="fba"),
    ]
    with storage.writing() as store:
        store.replace_approval_rules(rules[::-1])
        store.replace_approval_rules(rules)
    with storage.reading() as store:
        assert store.approval_rules() == rules


def test_the_policy_is_what_was_saved_last(storage: Storage) -> None:
    with storage.writing() as store:
        assert store.approval_policy() == ApprovalPolicy(allow_approval_by_rule=False)
        store.save_approval_policy(ApprovalPolicy(allow_approval_by_rule=False))
        store.save_approval_policy(ApprovalPolicy(allow_approval_by_rule=True))
    with storage.reading() as store:
        assert store.approval_policy() == ApprovalPolicy(allow_approval_by_rule=True)


def test_delegations_come_back_by_id(storage: Storage) -> None:
    given = Delegation(
        delegation_id="d2", delegator="pia", delegate="Ada", roles=("finance", "admin"), from_at=AT, to_at=ODD_AT
    )
    other = replace(given, delegation_id="d1", revoked_at=ODD_AT)
    with storage.writing() as store:
        store.save_person(PIA)
        store.save_person(replace(PIA, login="Ada"))
        store.save_delegation(given)
        store.save_delegation(replace(other, revoked_at=None))
        store.save_delegation(other)
    with storage.reading() as store:
        assert store.delegations() == [other, given]


def test_steps_that_somebody_waits_for(storage: Storage) -> None:
    """Open ones that were asked for and have hours, of submitted orders only."""
    asked = ApprovalStep(step=1, role="finance", asked_at=AT, remind_after_hours=4)
    pressing = replace(asked, step=2, remind_after_hours=None, escalate_after_hours=9, escalation_role="admin")
    decided = replace(asked, step=3, decision="approved", decided_by="fay", decided_at=AT)
    patient = replace(asked, step=4, remind_after_hours=None)
    later = replace(asked, step=5, stage=2, asked_at=None)
    steps = (asked, pressing, decided, patient, later)
    with storage.writing() as store:
        for number, status in enumerate((Status.SUBMITTED, Status.APPROVED, Status.DRAFT, Status.SUBMITTED), start=1):
            order = replace(
                ORDER,
                transfer_order_id=f"to_{number}",
                document_sequence=number,
                status=status,
                steps=steps if number < 4 else steps[2:],
                shipments=(),
            )
            store.save_transfer_order(order, before=None)
    with storage.reading() as store:
        assert store.waiting_steps() == [("to_1", asked), ("to_1", pressing)]


def test_comments_come_as_they_were_made(storage: Storage) -> None:
    comments = [
        OrderComment(
            entry_sequence=number, transfer_order_id=order_id, at=ODD_AT, commented_by="pia", text=f"{number}\n好"
        )
        for number, order_id in enumerate(("to_1", "to_2", "to_1"), start=1)
    ]
    with storage.writing() as store:
        for number in (1, 2):
            order = replace(ORDER, transfer_order_id=f"to_{number}", document_sequence=number, shipments=())
            store.save_transfer_order(order, before=None)
        for number in (1, 2, 3):
            store.append_entry(replace(ENTRY, sequence=number, hash=f"{number:064d}"))
        for comment in comments:
            store.append_comment(comment)
    with storage.reading() as store:
        assert store.comments() == comments
        assert store.comments(transfer_order_id="to_1") == comments[::2]


def test_people_and_what_they_prove(storage: Storage) -> None:
    with storage.writing() as store:
        store.save_person(replace(PIA, is_disabled=True))
        store.save_person(PIA)
        store.save_person(replace(PIA, login="Ada"))
        store.save_credentials(Credentials(login="pia", password_hash="x"))
        locked = Credentials(login="pia", password_hash="y", failed_sign_ins=4, locked_until=ODD_AT)
        store.save_credentials(locked)
        token = Token(
            token_id="t1",
            login="pia",
            label="nightly",
            issued_at=ODD_AT,
            roles=("planner",),
            warehouse_ids=("cn_main", "仓库"),
            commands=("RecordReceipt",),
            expires_at=ODD_AT,
        )
        store.save_token(token)
        store.save_token_hashes({"t1": "hash"})
        store.save_token(replace(token, is_revoked=True))
    with storage.reading() as store:
        assert [one.login for one in store.people()] == ["Ada", "pia"]
        assert store.person("pia") == PIA
        assert store.person("PIA") is None
        assert store.credentials("pia") == locked
        assert store.credentials("Ada") is None
        assert store.tokens() == [replace(token, is_revoked=True)]
        assert store.token_of_hash("hash") == replace(token, is_revoked=True)
        assert store.token_of_hash("other") is None
        assert store.token("t1") == replace(token, is_revoked=True)
        assert store.token("t2") is None


def test_tries_of_strangers_are_counted_without_an_account(storage: Storage) -> None:
    slot = Credentials(login=" 0ab", password_hash="x", failed_sign_ins=2)
    with storage.writing() as store:
        store.save_credentials(slot)
    with storage.reading() as store:
        assert (store.credentials(" 0ab"), store.people()) == (slot, [])


def test_the_journal_keeps_its_order_and_every_character(storage: Storage) -> None:
    entries = [
        replace(
            ENTRY,
            sequence=number,
            hash=f"{number:064d}",
            transfer_order_id="to_1" if number % 2 else None,
            token_id="t1" if number % 3 else None,
        )
        for number in range(1, 13)
    ]
    with storage.writing() as store:
        assert store.last_entry() is None
        for entry in entries:
            store.append_entry(entry)
        assert store.last_entry() == entries[-1]
    with storage.reading() as store:
        assert store.journal() == entries
        assert store.journal(transfer_order_id="to_1") == entries[::2]
        assert store.journal(transfer_order_id="to_9") == []


def test_handled_commands_are_remembered_under_their_key(storage: Storage) -> None:
    handled = HandledCommand(idempotency_key="k", command="X", content_digest="d", outcome='{"a":1}')
    with storage.writing() as store:
        assert store.handled_command("k") is None
        store.save_handled_command(handled)
    with storage.reading() as store:
        assert store.handled_command("k") == handled
        assert store.handled_keys() == {"k"}


def test_a_transaction_that_raises_leaves_nothing(storage: Storage) -> None:
    def stop_in_the_middle() -> None:
        with storage.writing() as store:
            store.save_transfer_order(ORDER, before=None)
            store.append_entry(ENTRY)
            store.save_person(PIA)
            store.save_company(Company(base_currency="USD"))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        stop_in_the_middle()
    with storage.reading() as store:
        assert (store.transfer_orders(), store.journal(), store.people(), store.company()) == ([], [], [], None)


def test_readers_neither_wait_for_a_writer_nor_see_half_of_his_work(storage: Storage) -> None:
    with storage.writing() as writer:
        writer.save_person(PIA)
        with storage.reading() as reader:
            assert reader.people() == []
    with storage.reading() as reader:
        assert reader.people() == [PIA]
