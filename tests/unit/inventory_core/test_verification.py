"""A record that somebody touched is found out, and the first wrong entry is named."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from inventory_core.bootstrap import Core
from inventory_core.journal import Entry
from inventory_core.storage.rows import entry_row
from inventory_core.transfer_orders.commands import ApproveTransferOrder
from inventory_core.verification import verify
from tests.core_builders import draft, sender, stocked, submitted


@pytest.fixture
def tamper(sqlite_core: Core, tmp_path: Path) -> Callable[..., None]:
    """Runs SQL behind the core's back, after some orders were made."""
    stocked(sqlite_core, CHAIR=100)
    order = submitted(sqlite_core)
    sqlite_core.execute(ApproveTransferOrder(**sender("sam"), transfer_order_id=str(order.transfer_order_id)))
    sqlite_core.execute(draft())
    assert verify(sqlite_core).is_sound

    def run(statement: str, *values: object) -> None:
        with closing(sqlite3.connect(tmp_path / "core.sqlite")) as connection, connection:
            assert connection.execute(statement, values).rowcount == 1

    return run


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("payload", "{}"),
        ("actor_id", "ada"),
        ("at", "2020-01-01T00:00:00.000000Z"),
        ("reason", "because"),
        ("roles", '["admin"]'),
        ("event_type", "TransferOrderRejected"),
        ("idempotency_key", "other"),
        ("hash", "0" * 64),
        ("previous_hash", "1" * 64),
        ("at", "yesterday"),
        ("roles", "not json"),
    ],
)
def test_a_changed_entry_is_named(sqlite_core: Core, tamper: Callable[..., None], column: str, value: str) -> None:
    tamper(f"UPDATE journal SET {column} = ? WHERE sequence = 5", value)
    found = verify(sqlite_core).first_break
    assert found is not None
    assert found.sequence == 5
    assert "entry 5" in found.message


def test_a_changed_entry_with_a_mended_hash_breaks_the_next_one(sqlite_core: Core, tamper: Callable[..., None]) -> None:
    entry = sqlite_core.queries.journal()[4]
    forged = replace(entry, actor_id="ada")
    tamper("UPDATE journal SET actor_id = 'ada', hash = ? WHERE sequence = 5", forged.computed_hash())
    found = verify(sqlite_core).first_break
    assert found is not None
    assert found.sequence == 6


@pytest.mark.parametrize("sequence", [1, 5])
def test_a_removed_entry_is_named(sqlite_core: Core, tamper: Callable[..., None], sequence: int) -> None:
    tamper("DELETE FROM journal WHERE sequence = ?", sequence)
    found = verify(sqlite_core).first_break
    assert found is not None
    assert (found.sequence, "is missing" in found.message) == (sequence, True)


def test_a_cut_tail_shows_in_the_state(sqlite_core: Core, tamper: Callable[..., None]) -> None:
    tamper("DELETE FROM journal WHERE sequence = (SELECT max(sequence) FROM journal)")
    found = verify(sqlite_core).first_break
    assert found is not None
    assert "the journal does not tell of it" in found.message


def insert(sqlite_core: Core, tamper: Callable[..., None], **changes: object) -> Entry:
    """An entry after the last one, made by somebody who knows how hashes are made."""
    last = sqlite_core.queries.journal()[-1]
    forged = replace(last, sequence=last.sequence + 1, previous_hash=last.hash, hash="")
    forged = replace(forged, **changes)  # type: ignore[arg-type]
    forged = replace(forged, hash=forged.computed_hash())
    row = entry_row(forged)
    tamper(f"INSERT INTO journal ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", *row.values())
    return forged


def test_an_inserted_entry_that_no_command_made_is_named(sqlite_core: Core, tamper: Callable[..., None]) -> None:
    forged = insert(sqlite_core, tamper, idempotency_key="never-sent")
    found = verify(sqlite_core).first_break
    assert found is not None
    assert (found.sequence, "no command" in found.message) == (forged.sequence, True)


def test_an_inserted_entry_that_cannot_have_happened_is_named(sqlite_core: Core, tamper: Callable[..., None]) -> None:
    forged = insert(sqlite_core, tamper)  # the last order is drafted a second time
    found = verify(sqlite_core).first_break
    assert found is not None
    assert (found.sequence, "drafted twice" in found.message) == (forged.sequence, True)


def test_an_inserted_entry_that_could_have_happened_disagrees_with_the_state(
    sqlite_core: Core, tamper: Callable[..., None]
) -> None:
    order_id = sqlite_core.queries.transfer_orders()[-1].transfer_order_id
    payload = f'{{"transfer_order_id":"{order_id}"}}'
    forged = insert(sqlite_core, tamper, event_type="TransferOrderCancelled", payload=payload)
    found = verify(sqlite_core).first_break
    assert found is not None
    assert (found.sequence, "status cancelled → draft" in found.message) == (forged.sequence, True)


def test_an_unknown_kind_of_event_is_named(sqlite_core: Core, tamper: Callable[..., None]) -> None:
    forged = insert(sqlite_core, tamper, event_type="SomethingElse")
    found = verify(sqlite_core).first_break
    assert found is not None
    assert (found.sequence, "does not know" in found.message) == (forged.sequence, True)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE transfer_orders SET status = 'cancelled' WHERE document_sequence = 1", "TO-2026-00001"),
        ("UPDATE transfer_orders SET value_amount = '1.00' WHERE document_sequence = 1", "TO-2026-00001"),
        ("UPDATE transfer_orders SET status = 'lost' WHERE document_sequence = 1", "cannot be read"),
        ("UPDATE transfer_order_lines SET units = 41 WHERE rowid = 1", "units of CHAIR 40 → 41"),
        ("UPDATE approval_steps SET decided_by = 'pia'", "TO-2026-00001"),
        ("DELETE FROM approval_steps", "TO-2026-00001"),
        ("UPDATE people SET roles = '[\"admin\"]' WHERE login = 'pia'", "person pia"),
        ("UPDATE people SET is_disabled = 1 WHERE login = 'pia'", "person pia"),
        ("UPDATE people SET roles = 'x' WHERE login = 'pia'", "cannot be read"),
        ("UPDATE outbox_messages SET state = 'told' WHERE message_number = 1", "cannot be read"),
        ("UPDATE catalog_products SET unit_value_amount = '0' WHERE sku = 'CHAIR'", "product CHAIR"),
        ("DELETE FROM catalog_lanes WHERE mode = 'air'", "lane cn_main → fba_us by air"),
        ("INSERT INTO catalog_warehouses VALUES ('attic', 'domestic')", "warehouse attic"),
        ("UPDATE company SET base_currency = 'EUR'", "the company"),
        ("UPDATE stock_balances SET units = units + 1 WHERE place_kind = 'warehouse'", "balance of good CHAIR"),
        ("UPDATE stock_movements SET units = 7 WHERE position = 1", "movement 1 of entry"),
        ("UPDATE stock_reservations SET units = 1", "reservation of CHAIR"),
        ("DELETE FROM stock_reservations", "reservation of CHAIR"),
        ("UPDATE stocked_warehouses SET warehouse_id = 'fba_us'", "opened warehouse cn_main"),
        ("UPDATE outbox_messages SET payload = '{}' WHERE message_number = 1", "message outbox-1"),
        ("DELETE FROM outbox_messages WHERE message_number = 1", "message outbox-1"),
        ("INSERT INTO approval_rules (rule_id, position, role) VALUES ('x', 1, 'admin')", "approval rule x"),
        ("INSERT INTO approval_policy VALUES (1, 1)", "approval policy of the company"),
        (
            (
                "INSERT INTO approval_delegations"
                " SELECT 'd', login, login, roles, '2026-11-02T09:00Z', '2027-11-02T09:00Z', NULL"
                " FROM people WHERE login = 'sam'"
            ),
            "delegation d",
        ),
        (
            (
                "INSERT INTO order_comments SELECT 1, transfer_order_id, drafted_at, 'sam', 'x' FROM transfer_orders"
                " WHERE document_sequence = 1"
            ),
            "comment of entry 1",
        ),
        ("UPDATE approval_steps SET decided_for = 'ada' WHERE step = 1", "is stored otherwise"),
    ],
)
def test_state_that_the_journal_does_not_tell_of_is_found(
    sqlite_core: Core, tamper: Callable[..., None], statement: str, words: str
) -> None:
    tamper(statement)
    found = verify(sqlite_core).first_break
    assert found is not None
    assert words in found.message


def test_an_order_that_vanished_is_found(sqlite_core: Core, tamper: Callable[..., None]) -> None:
    tamper("DELETE FROM transfer_order_lines WHERE rowid = 2")
    tamper("DELETE FROM transfer_orders WHERE document_sequence = 2")
    found = verify(sqlite_core).first_break
    assert found is not None
    assert found.message == "TO-2026-00002 is in the journal, but not stored"
