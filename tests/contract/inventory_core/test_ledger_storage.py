"""The stock ledger in any storage: balances are the sum of movements, at any size, and come back exactly."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from inventory_core.receiving.model import ReceiptCount, ReceivingRule, Resolution
from inventory_core.stock_ledger.model import (
    Condition,
    Movement,
    PlaceKind,
    RecordedMovement,
    Reservation,
    StockKey,
    changes,
    in_transit,
    warehouse_bin,
)
from inventory_core.storage.ports import Storage
from tests.contract.inventory_core.test_storage import ENTRY, ODD_AT, ORDER

MOVEMENT = RecordedMovement(
    entry_sequence=1,
    position=1,
    at=ODD_AT,
    event_type="ShipmentDispatched",
    transfer_order_id="to_1",
    movement=Movement(
        sku="椅子",
        units=1_000_000_000,
        from_place=warehouse_bin("cn", "A-1"),
        to_place=in_transit("sh_1"),
        lot="2026-09",
        to_condition=Condition.DAMAGED,
    ),
)


def test_movements_come_back_exactly_and_balances_are_their_sum(storage: Storage) -> None:
    back = replace(
        MOVEMENT,
        position=2,
        movement=Movement(
            sku="椅子",
            units=7,
            from_place=in_transit("sh_1"),
            to_place=warehouse_bin("cn", "A-1"),
            lot="2026-09",
            from_condition=Condition.DAMAGED,
        ),
    )
    with storage.writing() as store:
        store.append_entry(ENTRY)
        store.append_movements([MOVEMENT])
        store.append_movements([back])
        store.append_movements([])
    with storage.reading() as store:
        assert store.movements() == [MOVEMENT, back]
        expected = changes([MOVEMENT.movement, back.movement])
        assert store.balances() == expected
        assert set(expected.values()) == {-999_999_993, 999_999_993}
        assert store.balances(place_kind=PlaceKind.WAREHOUSE) == {MOVEMENT.movement.source: -999_999_993}
        assert store.balances(place_id="sh_1", skus=["椅子"]) == {MOVEMENT.movement.target: 999_999_993}
        assert store.balances(skus=["X"]) == store.balances(skus=[]) == store.balances(place_id="us") == {}


def test_a_balance_of_zero_is_none(storage: Storage) -> None:
    there = MOVEMENT.movement
    back = Movement(
        sku=there.sku,
        units=there.units,
        from_place=there.to_place,
        to_place=there.from_place,
        lot=there.lot,
        from_condition=there.to_condition,
        to_condition=there.from_condition,
    )
    with storage.writing() as store:
        store.append_entry(ENTRY)
        store.append_movements([MOVEMENT, replace(MOVEMENT, position=2, movement=back)])
        assert store.balances() == {}


def test_ten_thousand_products_at_once(storage: Storage) -> None:
    movements = [
        replace(MOVEMENT, position=number, movement=replace(MOVEMENT.movement, sku=f"SKU-{number:05d}", units=number))
        for number in range(1, 10_002)
    ]
    skus = [one.movement.sku for one in movements]
    with storage.writing() as store:
        store.append_entry(ENTRY)
        store.append_movements(movements)
        store.append_entry(replace(ENTRY, sequence=2, hash="e" * 64))
        store.append_movements([replace(one, entry_sequence=2) for one in movements])
    with storage.reading() as store:
        found = store.balances(place_kind=PlaceKind.IN_TRANSIT, skus=skus)
        assert len(found) == 10_001
        key = StockKey(place=in_transit("sh_1"), sku="SKU-10000", lot="2026-09", condition=Condition.DAMAGED)
        assert found[key] == 20_000


def test_reservations_are_replaced_per_order(storage: Storage) -> None:
    chairs = Reservation(transfer_order_id="to_1", warehouse_id="cn", sku="CHAIR", units=40)
    lamps = replace(chairs, sku="LAMP", units=1_000_000_000)
    other = replace(chairs, transfer_order_id="to_2", warehouse_id="us")
    with storage.writing() as store:
        store.save_transfer_order(ORDER, before=None)
        other_order = replace(ORDER, transfer_order_id="to_2", document_sequence=2, shipments=())
        store.save_transfer_order(other_order, before=None)
        store.replace_reservations("to_2", [other])
        store.replace_reservations("to_1", [chairs])
        store.replace_reservations("to_1", [lamps, chairs])
        assert store.reservations() == [chairs, lamps, other]
        assert store.reservations(warehouse_id="cn", skus=["LAMP"]) == [lamps]
        store.replace_reservations("to_1", [])
    with storage.reading() as store:
        assert store.reservations() == [other]
        assert store.reservations(warehouse_id="cn") == []


def test_opened_warehouses_keep_their_instant(storage: Storage) -> None:
    with storage.writing() as store:
        assert store.opened_warehouses() == {}
        store.save_opened_warehouse("cn", ODD_AT)
    with storage.reading() as store:
        assert store.opened_warehouses() == {"cn": ODD_AT}


def test_counts_reasons_and_rules_come_back_exactly(storage: Storage) -> None:
    count = ReceiptCount(
        entry_sequence=1,
        position=1,
        receipt_id="rc_1",
        transfer_order_id="to_1",
        shipment_id="sh_1",
        at=ODD_AT,
        counted_by="wim",
        code="6901234567892",
        sku="椅子",
        units=1_000_000_000,
        condition="damaged",
        bin_id="A-1",
        lot="",
    )
    reason = Resolution(
        entry_sequence=1,
        transfer_order_id="to_1",
        shipment_id="sh_1",
        at=ODD_AT,
        resolved_by="sam",
        sku="椅子",
        kind="short",
        units=3,
        resolution="claim_carrier",
        evidence=("理赔 1", "photo.jpg"),
        note="two\nlines",
    )
    rules = [
        ReceivingRule(warehouse_id="z", tolerance_units=3, tolerance_share=Decimal("0.020"), is_blind=True),
        ReceivingRule(warehouse_id="a"),
    ]
    with storage.writing() as store:
        store.save_transfer_order(ORDER, before=None)
        store.append_entry(ENTRY)
        store.append_receipt_counts([count, replace(count, position=2, sku="LAMP")])
        store.append_receipt_counts([])
        store.append_resolution(reason)
        store.replace_receiving_rules(rules[::-1])
        store.replace_receiving_rules(rules)
    with storage.reading() as store:
        assert store.receipt_counts() == [count, replace(count, position=2, sku="LAMP")]
        assert store.receipt_counts(transfer_order_id="to_2") == []
        assert store.resolutions(transfer_order_id="to_1") == [reason]
        assert store.resolutions(transfer_order_id="to_2") == []
        assert store.receiving_rules() == rules
