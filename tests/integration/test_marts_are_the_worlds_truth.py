"""The marts of the sample company against the world that its files were exported from: to the unit and to the cent.

The world's figures come from its own physics (`sandbox.truth`), not from the files.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sandbox.truth import truth
from sandbox.world import live
from tests.integration.conftest import SMALL_COMPANY

pytestmark = pytest.mark.slow

CLASSES = ("available_units", "reserved_units", "unfulfillable_units", "researching_units")


@pytest.fixture(scope="module")
def world() -> dict[str, Any]:
    return truth(live(SMALL_COMPANY))


@pytest.fixture(scope="module")
def marts(sample_company: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{sample_company / 'published' / 'marts.duckdb'}' as published (read_only)")
        connection.execute("use published.marts")
        yield connection


def test_every_class_of_stock_of_the_last_evening(world: dict[str, Any], marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.execute(
        f"select warehouse_id, sku, {', '.join(CLASSES)} from fct_stock_daily, dim_company"
        " where stock_date = as_of_date - 1"
    ).fetchall()
    found = {(warehouse, sku): tuple(units) for warehouse, sku, *units in rows if any(units)}
    expected = {
        (warehouse, sku): tuple(stock[name] for name in CLASSES)
        for warehouse, products in world["stock"].items()
        for sku, stock in products.items()
        if any(stock[name] for name in CLASSES)
    }
    assert len(expected) > 100
    assert found == expected


def test_every_open_shipment_line(world: dict[str, Any], marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.execute("select shipment_id, sku, in_transit_units from fct_in_transit").fetchall()
    expected = {
        (shipment, sku): units for shipment, lines in world["in_transit"].items() for sku, units in lines.items()
    }
    assert len(expected) > 50
    assert {(shipment, sku): units for shipment, sku, units in rows} == expected
    assert marts.execute(
        "select sum(in_transit_units) from fct_stock_daily, dim_company where stock_date = as_of_date - 1"
    ).fetchall() == [(sum(expected.values()),)]


def test_units_and_revenue_of_every_shop_and_month(world: dict[str, Any], marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.execute(
        """
        select shop_id, strftime(sale_date, '%Y-%m') as month, sum(sold_units), sum(revenue_amount)
        from fct_sales_daily
        group by all
        having sum(sold_units) > 0
        """
    ).fetchall()
    expected = {
        (shop, month): (sales["product_units"], Decimal(sales["priced_amount"]))
        for shop, months in world["sales"].items()
        for month, sales in months.items()
    }
    assert len(expected) > 30
    assert {(shop, month): (units, amount) for shop, month, units, amount in rows} == expected


def test_open_purchase_orders(world: dict[str, Any], marts: duckdb.DuckDBPyConnection) -> None:
    assert marts.execute(
        "select count(*) filter (open_units > 0), sum(open_units) from fct_purchase_orders"
    ).fetchall() == [(world["purchase_orders"]["open"], world["purchase_orders"]["open_units"])]


def test_an_out_of_stock_day_is_no_demand_of_zero(built_warehouse: Path) -> None:
    with duckdb.connect(str(built_warehouse), read_only=True) as connection:
        empty, wrong = connection.execute(
            """
            select count_if(not in_stock), count_if(not in_stock and demand_units > 0)
            from intermediate.int_demand__periods_measured
            """
        ).fetchall()[0]
    assert empty > 100
    assert wrong == 0
