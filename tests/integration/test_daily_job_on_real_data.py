"""The daily job on the real companies of `examples/`, against sums made in Polars from the raw rows."""

from __future__ import annotations

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.integration.conftest import diaobo, environment

pytestmark = [pytest.mark.slow, pytest.mark.shared]


def run_copy(example: Path, folder: Path, *, shared: Path) -> tuple[Path, str]:
    """Runs the job on a copy of an example company; returns its folder and what was printed."""
    written = shutil.ignore_patterns("landing", "var", "published", "*.duckdb*", "*.sqlite*")
    shutil.copytree(example, folder, ignore=written)
    result = subprocess.run(
        diaobo("run", "--company", str(folder)),
        env={**environment(), "DIAOBO_SHARED": str(shared)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return folder, result.stdout


def marts(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute(f"attach '{folder / 'published' / 'marts.duckdb'}' as published (read_only)")
    connection.execute("use published.marts")
    return connection


def test_vn2_weeks_stock_and_two_buckets_on_the_way(repository: Path, shared: Path, tmp_path: Path) -> None:
    folder, _ = run_copy(repository / "examples" / "vn2", tmp_path / "vn2", shared=shared)
    sales = pl.read_parquet(shared / "data" / "vn2" / "sales.parquet")
    state = pl.read_parquet(shared / "data" / "vn2" / "initial_state.parquet")
    buckets = [column for column in state.columns if "transit" in column.lower()]
    assert len(buckets) == 2, state.columns
    units = next(column for column in sales.columns if column.lower() in ("units", "sales"))
    with marts(folder) as connection:
        ((sold,),) = connection.execute("select sum(sold_units) from fct_sales_daily").fetchall()
        ((on_the_way,),) = connection.execute("select sum(in_transit_units) from fct_in_transit").fetchall()
        ((series, last),) = connection.execute(
            "select count(distinct (warehouse_id, sku)), min(forecast_date) from fct_demand_forecasts"
        ).fetchall()
    assert sold == sales[units].sum()
    assert on_the_way == sum(int(state[bucket].sum()) for bucket in buckets)
    assert series == 599
    assert str(last) == "2024-04-15"
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        # Out-of-stock weeks of a series before its first sale are no part of the series.
        ((censored,),) = connection.execute(
            "select count_if(not in_stock) from intermediate.int_demand__periods_measured"
        ).fetchall()
    assert 0 < censored <= 10_517


def test_online_retail_totals_of_every_month_are_those_of_the_raw_rows(
    repository: Path, shared: Path, tmp_path: Path
) -> None:
    folder, printed = run_copy(
        repository / "examples" / "online_retail_ii", tmp_path / "online_retail_ii", shared=shared
    )
    assert "the_two_sheets_overlap" in printed
    assert "22,523" in printed
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        lines = connection.execute("select * from raw.order_lines").pl()
        ((as_of,),) = connection.execute("select as_of_date from raw.company").fetchall()
    local = lines.with_columns(
        pl.col("ordered_at").dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/London").dt.date().alias("day")
    ).filter(pl.col("day") < as_of)
    sign = (
        pl.when(pl.col("line_kind") == "sale")
        .then(1)
        .when((pl.col("line_kind") == "cancellation") & pl.col("buyer_digest").is_not_null())
        .then(-1)
        .otherwise(0)
    )
    expected = (
        local.with_columns(month=pl.col("day").dt.strftime("%Y-%m"), net=pl.col("revenue_amount") * sign)
        .group_by("month")
        .agg(
            sold=pl.col("units").filter(pl.col("line_kind") == "sale").sum(),
            cancelled=pl.col("units").filter(pl.col("line_kind") == "cancellation").sum(),
            net=pl.col("net").sum(),
        )
        .sort("month")
    )
    with marts(folder) as connection:
        rows = connection.execute(
            """
            select strftime(sale_date, '%Y-%m'), sum(sold_units), sum(cancelled_units), sum(revenue_amount)
            from fct_sales_daily
            group by all
            order by all
            """
        ).fetchall()
        # The storage jars of January 2011, ordered and cancelled within the hour, are no demand.
        jars = connection.execute(
            "select sold_units - demand_units >= 74215 from fct_sales_daily"
            " where sku = '23166' and sale_date = date '2011-01-18'"
        ).fetchall()
    assert [(month, sold, cancelled, Decimal(net)) for month, sold, cancelled, net in rows] == [
        (month, sold, cancelled, Decimal(net)) for month, sold, cancelled, net in expected.rows()
    ]
    assert jars == [(True,)]
