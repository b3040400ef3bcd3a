"""A frame becomes a table of schema `planning`: typed, rounded, in the same order every time."""

from __future__ import annotations

from datetime import date

import duckdb
import polars as pl
import pytest

from pipelines.defs.planning.tables import PLANNING_TABLES, write_planning_table


def frame(**changes: object) -> pl.DataFrame:
    row = {
        "warehouse_id": ["w2", "w1"],
        "sku": ["A", "A"],
        "forecast_date": [date(2026, 11, 2)] * 2,
        "model": ["mean", "mean"],
        "forecast_units": [1.23456789, 2.0],
        "forecast_q05_units": [0.0, 0.0],
        "forecast_q50_units": [1.0, 2.0],
        "forecast_q95_units": [3.00004, 3.00006],
        "left_over": ["x", "y"],
    }
    return pl.DataFrame({**row, **changes})


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:")


def test_rows_are_typed_rounded_and_sorted(connection: duckdb.DuckDBPyConnection) -> None:
    write_planning_table(connection, table="demand_forecasts", frame=frame())
    described = connection.execute("describe planning.demand_forecasts").fetchall()
    assert {row[0]: row[1] for row in described} == PLANNING_TABLES["demand_forecasts"]
    assert connection.execute(
        "select warehouse_id, forecast_units, forecast_q95_units from planning.demand_forecasts"
    ).fetchall() == [("w1", 2.0, 3.0001), ("w2", 1.2346, 3.0)]


def test_a_new_plan_replaces_the_old_one_also_when_it_is_empty(connection: duckdb.DuckDBPyConnection) -> None:
    write_planning_table(connection, table="demand_forecasts", frame=frame())
    write_planning_table(connection, table="demand_forecasts", frame=frame().clear())
    assert connection.execute("select count(*) from planning.demand_forecasts").fetchall() == [(0,)]


def test_a_missing_column_is_an_error_and_keeps_the_old_table(connection: duckdb.DuckDBPyConnection) -> None:
    write_planning_table(connection, table="demand_forecasts", frame=frame())
    with pytest.raises(duckdb.BinderException, match="model"):
        write_planning_table(connection, table="demand_forecasts", frame=frame().drop("model"))
    assert connection.execute("select count(*) from planning.demand_forecasts").fetchall() == [(2,)]
