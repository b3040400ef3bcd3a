"""Opening a core: where it is, whether its tables are the right ones, and how light that is."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from inventory_core.access.commands import AddPerson, IssueToken, PersonToAdd
from inventory_core.approvals.delegating import DelegateApproval
from inventory_core.approvals.model import ApprovalRule
from inventory_core.approvals.rules import SetApprovalPolicy, SetApprovalRules
from inventory_core.bootstrap import Core, database_url, open_core
from inventory_core.receiving.commands import CountedUnits, RecordReceipt, ResolveDiscrepancy, SetReceivingRules
from inventory_core.receiving.model import ReceivingRule
from inventory_core.storage import sql
from inventory_core.storage.migrations.run import configuration, downgrade, upgrade
from inventory_core.storage.sql import SqlStorage, UnableToOpenCore, UnableToWrite, sql_engine
from inventory_core.storage.tables import HEAD_REVISION, metadata
from inventory_core.transfer_orders.commands import CommentOnTransferOrder
from inventory_core.transfer_orders.shipment_commands import DispatchShipment
from inventory_core.verification import verify
from tests.core_builders import AT, approved, draft, later, line, sender, stocked, submitted


def test_the_database_is_in_the_companys_folder_unless_told_otherwise(tmp_path: Path) -> None:
    assert database_url(tmp_path, {}) == f"sqlite:///{tmp_path}/core.sqlite"
    assert database_url(tmp_path, {"DIAOBO_DATABASE_URL": "postgresql://x/y"}) == "postgresql://x/y"


def test_importing_the_core_imports_no_library() -> None:
    code = (
        "import sys, inventory_core.bootstrap as b; "
        "heavy = {'sqlalchemy', 'alembic', 'pydantic', 'argon2'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_current_core_opens_without_alembic_and_pydantic(sqlite_core: Core, tmp_path: Path) -> None:
    code = (
        "import sys; from inventory_core.bootstrap import open_core; "
        f"core = open_core('sqlite:///{tmp_path}/core.sqlite', create=True); "
        "assert core.queries.people(); core.close(); "
        "heavy = {'alembic', 'pydantic', 'argon2'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_missing_core_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(UnableToOpenCore, match="diaobo run"):
        open_core(database_url(tmp_path, {}))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnableToOpenCore, match="no folder"):
        open_core(database_url(tmp_path / "nowhere", {}), create=True)


def test_another_file_is_no_core(tmp_path: Path) -> None:
    (tmp_path / "core.sqlite").write_text("this is a shopping list, and long enough to have no header " * 20)
    with pytest.raises(UnableToOpenCore, match="cannot be opened"):
        open_core(database_url(tmp_path, {}))


@pytest.mark.parametrize("url", ["mysql://localhost/core", "nonsense://x", "not a url"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(UnableToOpenCore):
        open_core(url, create=True)


def test_an_unreachable_server_is_refused_without_its_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(UnableToOpenCore) as refused:
        open_core("postgresql://me:secret@127.0.0.1:1/core?connect_timeout=2", create=True)
    assert "cannot be opened" in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("revision", ["0000", "9999"])
def test_tables_of_another_version_are_refused(sqlite_core: Core, tmp_path: Path, revision: str) -> None:
    engine = sql_engine(database_url(tmp_path, {}))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    engine.dispose()
    with pytest.raises(UnableToOpenCore, match=f"have version {revision}, this program needs {HEAD_REVISION}"):
        open_core(database_url(tmp_path, {}))


def test_a_newer_core_is_not_migrated_to_an_older_program(sqlite_core: Core, tmp_path: Path) -> None:
    engine = sql_engine(database_url(tmp_path, {}))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(UnableToOpenCore, match="newer version of this program"):
        open_core(database_url(tmp_path, {}), create=True)


def test_migrations_build_the_tables_that_the_code_reads(sqlite_core: Core, tmp_path: Path) -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == HEAD_REVISION
    engine = sql_engine(database_url(tmp_path, {}))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_migrations_go_down_and_up_again_on_data(sqlite_core: Core, tmp_path: Path) -> None:
    sqlite_core.execute(draft())
    engine = sql_engine(database_url(tmp_path, {}))
    for step in (lambda one: downgrade(one, to="base"), upgrade):
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            step(connection)
            tables = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
        assert tables in (set(), set(metadata.tables))
    assert tables == set(metadata.tables)
    engine.dispose()
    assert verify(sqlite_core).is_sound


def a_life(core: Core) -> None:
    """One order received with a loss, one on its way, one reserved: every table holds something."""
    hours = {"remind_after_hours": 4, "escalate_after_hours": 8, "escalation_role": "admin"}
    minima = {"minimum_margin_at_risk": Decimal("1.50"), "origin_id": "cn_main"}
    rules = (
        ApprovalRule(rule_id="r", role="supervisor", stage=3, **hours, **minima),
        ApprovalRule(rule_id="m", role="finance", signatures=2, minimum_margin_at_risk=Decimal(9_999)),
    )
    core.execute(SetApprovalRules(**sender("operator"), rules=rules))
    core.execute(SetApprovalPolicy(**sender("operator"), allow_approval_by_rule=True))
    core.execute(
        DelegateApproval(**sender("sam"), delegate="vic", roles=("supervisor",), from_at=AT, to_at=later(10_000))
    )
    waiting = str(submitted(core).document_number)
    core.execute(CommentOnTransferOrder(**sender("vic"), transfer_order_id=waiting, text="first\nsecond"))
    for hours_later in (5, 8):
        assert core.press_for_decisions(at=later(60 * hours_later))
    advised = {"suggestion_id": "s", "suggested_units": 9, "suggestion_run_id": "2026-11-02/run"}
    core.execute(draft(lines=(line(units=9, **advised),)))
    stocked(core, CHAIR=200)
    for units in (40, 30, 20):
        number = approved(core, lines=(line(units=units),))
        if units > 20:
            core.execute(DispatchShipment(**sender("wim"), transfer_order_id=number, waybill=f"WB-{units}"))
        if units > 30:
            counts = (CountedUnits(code="X001CHAIR", units=39),)
            core.execute(RecordReceipt(**sender("wim"), transfer_order_id=number, counts=counts, is_complete=True))
            content = {"shipment_id": "WB-40", "sku": "CHAIR", "kind": "short", "units": 1, "resolution": "lost"}
            core.execute(ResolveDiscrepancy(**sender("sam"), transfer_order_id=number, **content))
    core.execute(
        SetReceivingRules(**sender("operator"), rules=(ReceivingRule(warehouse_id="fba_us", tolerance_units=1),))
    )
    uma = PersonToAdd(login="uma", name="Uma", roles=("warehouse",), warehouse_ids=("us_3pl",), shop_ids=("shopify",))
    core.execute(AddPerson(**sender("ada"), person=uma))
    limits = {"roles": ("warehouse",), "warehouse_ids": ("us_3pl",), "commands": ("CountStock",)}
    core.execute(IssueToken(**sender("ada"), login="uma", label="x", expires_at=later(60), **limits))


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005", "0006"])
def test_an_older_core_is_brought_up_with_everything_that_its_journal_tells(
    sqlite_core: Core, tmp_path: Path, revision: str
) -> None:
    a_life(sqlite_core)
    before = sqlite_core.export()
    balances = sqlite_core.queries.balances()
    engine = sql_engine(database_url(tmp_path, {}))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        downgrade(connection, to=revision)
    engine.dispose()
    with open_core(database_url(tmp_path, {}), create=True) as again:
        found = verify(again)
        assert found.is_sound, found.first_break
        assert (again.export(), again.queries.balances()) == (before, balances)
        assert verify(again).entry_count == len(again.queries.journal()) > 10
        waiting = again.queries.messages(state="pending")
    assert bool(waiting) == (revision >= "0005"), "nobody is told now what happened before there was an outbox"


def test_sqlite_keeps_what_it_answered_and_holds_foreign_keys(sqlite_core: Core) -> None:
    engine = sqlite_core.storage._engine  # type: ignore[attr-defined]
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}


def test_a_writer_who_waits_too_long_is_told(
    sqlite_core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "BUSY_TIMEOUT_SECONDS", 0)
    impatient = SqlStorage(sql_engine(database_url(tmp_path, {})))
    with sqlite_core.storage.writing(), pytest.raises(UnableToWrite, match="try again"), impatient.writing():
        pass
    impatient.close()
