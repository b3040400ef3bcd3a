"""The swap of the published copy: whole or not at all, whatever happens in between."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.publishing import UnableToPublish, publish_marts

AT = datetime(2026, 11, 2, 2, tzinfo=UTC)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    write_marts(path, units=[1, 2])
    return path


def write_marts(path: Path, *, units: list[int]) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema if not exists marts; create schema if not exists raw")
        connection.execute("create or replace table raw.secrets as select 1 as x")
        connection.execute("create or replace table marts.fct_units as select unnest(?) as units", [units])


def publish(warehouse: Path, target: Path, *, run_id: str = "run-1") -> None:
    publish_marts(warehouse, target=target, as_of_date=date(2026, 11, 2), run_id=run_id, published_at=AT)


def rows(path: Path, sql: str) -> list[tuple]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{path}' as published (read_only)")
        connection.execute("use published")
        return connection.execute(sql).fetchall()


def test_only_marts_and_the_publication_itself_are_copied(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "published" / "marts.duckdb"
    publish(warehouse, target)
    assert rows(target, "select schema_name, table_name from duckdb_tables() order by all") == [
        ("marts", "fct_units"),
        ("ops", "publications"),
    ]
    assert rows(target, "select units from marts.fct_units order by all") == [(1,), (2,)]
    assert rows(target, "from ops.publications") == [(AT.replace(tzinfo=None), "run-1", date(2026, 11, 2))]


def test_a_reader_keeps_the_copy_it_opened(warehouse: Path, tmp_path: Path) -> None:
    target = tmp_path / "published" / "marts.duckdb"
    publish(warehouse, target)
    with duckdb.connect(":memory:") as reader:
        reader.execute(f"attach '{target}' as published (read_only)")
        write_marts(warehouse, units=[7])
        publish(warehouse, target, run_id="run-2")
        assert reader.execute("select sum(units) from published.marts.fct_units").fetchall() == [(3,)]
    assert rows(target, "select sum(units) from marts.fct_units") == [(7,)]


def test_a_crash_before_the_swap_keeps_the_old_copy_and_the_next_run_clears_up(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "published" / "marts.duckdb"
    publish(warehouse, target)
    write_marts(warehouse, units=[7])

    def crash(self: Path, other: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            publish(warehouse, target, run_id="run-2")
    assert rows(target, "select sum(units) from marts.fct_units") == [(3,)]
    publish(warehouse, target, run_id="run-3")
    assert rows(target, "select sum(units) from marts.fct_units") == [(7,)]
    assert [path.name for path in target.parent.iterdir()] == ["marts.duckdb"]


def test_a_warehouse_without_marts_publishes_nothing(tmp_path: Path) -> None:
    warehouse, target = tmp_path / "warehouse.duckdb", tmp_path / "published" / "marts.duckdb"
    duckdb.connect(str(warehouse)).close()
    with pytest.raises(UnableToPublish, match="diaobo run"):
        publish(warehouse, target)
    assert not target.exists()
