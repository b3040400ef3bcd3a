"""`diaobo verify`: sound or not, the first broken entry, and anchors that show a cut tail."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inventory_core.bootstrap import database_url, open_core
from pipelines.commands.verify import command
from tests.core_builders import approved, cheap_passwords, core_on, stocked


@pytest.fixture(autouse=True)
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A core with some stock and one approved order, in the test's folder."""
    for name in ("DIAOBO_DATABASE_URL", "DIAOBO_COMPANY"):
        monkeypatch.delenv(name, raising=False)
    with cheap_passwords(), open_core(database_url(tmp_path, {}), create=True) as core:
        core_on(core.storage)
        stocked(core, CHAIR=100)
        yield


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--company", str(folder)])


def sql(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "core.sqlite")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def order(folder: Path) -> None:
    with open_core(database_url(folder, {})) as core:
        approved(core)


def test_a_sound_record(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "sound: 9 entries, 0 anchors, balances and invariants agree\n"
    assert not (tmp_path / "landing").exists(), "looking leaves no trace"


def test_a_changed_entry_is_named(tmp_path: Path) -> None:
    sql(tmp_path, "UPDATE journal SET actor_id = 'ada' WHERE sequence = 3")
    result = run(tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "entry 3 was changed: its content does not give its hash\n"


def test_a_removed_entry_is_named(tmp_path: Path) -> None:
    sql(tmp_path, "DELETE FROM journal WHERE sequence = 3")
    result = run(tmp_path)
    assert (result.exit_code, result.stderr) == (1, "entry 3 is missing: the next one is 4\n")


def test_an_inserted_entry_is_named(tmp_path: Path) -> None:
    names = "at, actor_id, roles, command, idempotency_key, reason, event_type, transfer_order_id, payload"
    sql(
        tmp_path,
        f"INSERT INTO journal (sequence, {names}, previous_hash, hash) "
        f"SELECT 10, {names}, hash, 'forged' FROM journal WHERE sequence = 9",
    )
    result = run(tmp_path)
    assert (result.exit_code, result.stderr) == (1, "entry 10 was changed: its content does not give its hash\n")


def test_a_cut_tail_disagrees_with_the_state(tmp_path: Path) -> None:
    sql(tmp_path, "DELETE FROM journal WHERE sequence = 9")
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "is stored otherwise than the journal tells" in result.stderr


def test_a_changed_balance_is_found(tmp_path: Path) -> None:
    sql(tmp_path, "UPDATE stock_balances SET units = 99 WHERE place_kind = 'warehouse'")
    assert run(tmp_path).stderr == (
        "balance of good CHAIR in warehouse cn_main is stored otherwise than the journal tells\n"
    )


def test_a_cut_tail_with_all_that_it_made_shows_by_its_anchor(tmp_path: Path) -> None:
    """Somebody removes the last order and every trace of it: the chain is whole, the state agrees."""
    snapshot = tmp_path / "before.sqlite"
    with closing(sqlite3.connect(tmp_path / "core.sqlite")) as source, closing(sqlite3.connect(snapshot)) as target:
        source.backup(target)
    order(tmp_path)
    anchored = run(tmp_path, "--anchor")
    assert (anchored.exit_code, "anchored entry 13: " in anchored.stdout) == (0, True)
    with closing(sqlite3.connect(snapshot)) as source, closing(sqlite3.connect(tmp_path / "core.sqlite")) as target:
        source.backup(target)
    result = run(tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith("entry 10 is missing: the journal had 13 entries when it was anchored on 20")
    assert run(tmp_path, "--anchor").exit_code == 1, "a cut journal is not anchored again"
    order(tmp_path)
    assert run(tmp_path).stderr.startswith("entry 13 is not the one that was anchored on 20"), "nor grown again"


def test_anchors_repeat_only_when_something_happened(tmp_path: Path) -> None:
    for _ in range(3):
        run(tmp_path, "--anchor")
    order(tmp_path)
    run(tmp_path, "--anchor")
    lines = (tmp_path / "landing" / "journal_anchors.jsonl").read_text().splitlines()
    assert len(lines) == 2


def test_a_spoiled_file_of_anchors_is_said(tmp_path: Path) -> None:
    run(tmp_path, "--anchor")
    with (tmp_path / "landing" / "journal_anchors.jsonl").open("a") as file:
        file.write("shopping list\n")
    result = run(tmp_path)
    assert (result.exit_code, "line 2: this is no anchor" in result.stderr) == (3, True)


def test_a_company_without_a_core(tmp_path: Path) -> None:
    assert run(tmp_path / "nowhere").exit_code == 3
