"""examples/vn2 against the data that it reads, counted with plain Polars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.company import UnableToReadCompany, load_company
from pipelines.landing.extraction import land
from pipelines.landing.load import LoadReport, load_raw

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def loaded(
    shared: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LoadReport, duckdb.DuckDBPyConnection]]:
    company = load_company(repository / "examples" / "vn2", environ={"DIAOBO_SHARED": str(shared)})
    company = replace(company, folder=tmp_path_factory.mktemp("vn2"))
    land(company)
    with duckdb.connect(config={"threads": 2}) as connection:
        yield load_raw(connection, company=company, as_of_date=company.fixed_as_of or dt.date.min), connection


@pytest.fixture(scope="module")
def sales(shared: Path) -> pl.DataFrame:
    return pl.read_parquet(shared / "data" / "vn2" / "sales.parquet")


def test_nothing_is_refused(loaded):
    report, _ = loaded
    assert report.total("refused") == 0
    assert report.file_problems == ()


def test_every_week_is_there_with_its_in_stock_flag(loaded, sales):
    _, connection = loaded
    found = connection.execute(
        "select count(*), sum(units), count(*) filter (not in_stock), min(period_date), max(period_date),"
        " count(distinct (warehouse_id, sku)) from raw.sales_periods"
    ).fetchone()
    assert found == (
        sales.height,
        sales["units"].sum(),
        sales.filter(~pl.col("in_stock")).height,
        sales["week"].min(),
        sales["week"].max(),
        599,
    )
    assert found[2] == 10_517


def test_as_of_is_the_monday_after_the_last_week(loaded, sales):
    _, connection = loaded
    assert connection.execute("select as_of_date, freq from raw.company").fetchall() == [
        (sales["week"].max() + dt.timedelta(days=7), "W-MON")
    ]


def test_stock_and_what_is_under_way_are_the_initial_state(loaded, shared: Path):
    _, connection = loaded
    state = pl.read_parquet(shared / "data" / "vn2" / "initial_state.parquet")
    stock = connection.execute("select count(*), sum(available_units) from raw.stock_snapshots").fetchone()
    assert stock == (599, state["end_inventory"].sum())
    under_way = connection.execute(
        "select expected_date, sum(shipped_units) from raw.shipment_lines group by all order by 1"
    ).fetchall()
    buckets = [(dt.date(2024, 4, 15), "in_transit_wplus1"), (dt.date(2024, 4, 22), "in_transit_wplus2")]
    assert under_way == [(date, state[name].sum()) for date, name in buckets if state[name].sum()]


def test_every_store_has_one_lane_from_the_central_warehouse(loaded, sales):
    _, connection = loaded
    stores = {f"store-{store}" for store in sales["store"].unique()}
    lanes = connection.execute(
        "select destination_id, origin_id, mode, lead_time_days, review_days, is_unlimited from raw.lanes"
    ).fetchall()
    assert {lane[0] for lane in lanes} == stores
    assert {lane[1:] for lane in lanes} == {("central", "truck", 14.0, 7, True)}
    assert len(lanes) == len(stores)
    assert connection.execute("select count(*) from raw.stock_snapshots where warehouse_id = 'central'").fetchone() == (
        0,
    )


@pytest.mark.parametrize("name", ["vn2", "online_retail_ii"])
def test_without_the_shared_data_an_example_says_so_in_one_line(repository: Path, tmp_path: Path, name: str):
    with pytest.raises(UnableToReadCompany) as caught:
        load_company(repository / "examples" / name, environ={"DIAOBO_SHARED": str(tmp_path / "absent")})
    assert len(caught.value.problems) == 1
    assert "set DIAOBO_SHARED to that folder" in caught.value.problems[0]
