"""Shopify's order export."""

import polars as pl
import pytest

from sandbox.shopify import COLUMNS, order_files


@pytest.fixture(scope="module")
def rows(small_world):
    files = list(order_files(small_world))
    return pl.concat([file.rows.cast(pl.String) for file in files[:-1]])


def test_the_header_is_shopifys():
    assert COLUMNS[:3] == ("Name", "Email", "Financial Status")
    assert COLUMNS[15:21] == (
        "Created at",
        "Lineitem quantity",
        "Lineitem name",
        "Lineitem price",
        "Lineitem compare at price",
        "Lineitem sku",
    )
    assert len(COLUMNS) == len(set(COLUMNS)) == 79


def test_what_belongs_to_the_order_stands_on_its_first_row_only(rows):
    first = rows.filter(pl.col("Name") != pl.col("Name").shift(1).fill_null(""))
    more = rows.filter(pl.col("Name") == pl.col("Name").shift(1).fill_null(""))
    assert first.height == rows["Name"].n_unique()
    assert more.height > 20
    for column in ("Financial Status", "Currency", "Total", "Billing Name", "Id"):
        assert first[column].null_count() == 0
        assert more[column].null_count() == more.height
    assert rows["Created at"].str.contains(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d -0[45]00$").all()


def test_order_numbers_rise_with_time(rows):
    numbers = rows["Name"].str.strip_chars("#").cast(pl.Int64)
    assert numbers.is_sorted()
    assert rows["Created at"].str.slice(0, 10).is_sorted()


def test_cancelled_orders_are_voided_whole(rows):
    voided = rows.filter(pl.col("Financial Status") == "voided")
    assert voided.height > 0
    assert voided["Cancelled at"].null_count() == 0
    assert rows.filter(pl.col("Name").is_in(voided["Name"].implode())).height == voided.height


def test_a_sale_price_stands_beside_the_price_it_replaces(rows):
    reduced = rows.drop_nulls("Lineitem compare at price")
    assert reduced.height > 0
    prices = reduced.select(pl.col("Lineitem price", "Lineitem compare at price").cast(pl.Float64))
    assert (prices["Lineitem price"] < prices["Lineitem compare at price"]).all()
