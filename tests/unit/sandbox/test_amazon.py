"""Amazon's reports: the vendor's headers, by last update, balances that add up."""

import polars as pl
import pytest

from sandbox.amazon import FBA_OF, inbound_units, inventory_files, order_files, report_columns, return_files
from sandbox.fba_ledger import ledger_files
from sandbox.network import AMAZON_DE, AMAZON_US
from sandbox.places import AVAILABLE

SHOPS = (AMAZON_US, AMAZON_DE)


@pytest.fixture(scope="module")
def orders(small_world):
    return {shop: list(order_files(small_world, shop=shop)) for shop in SHOPS}


@pytest.mark.shared
@pytest.mark.parametrize(
    "report",
    [
        "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
        "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA",
        "GET_LEDGER_SUMMARY_VIEW_DATA",
    ],
)
def test_headers_are_the_vendors(shared, report):
    vendors = (shared / "specs/amazon-report-headers" / f"{report}.tsv").read_text(encoding="utf-8")
    assert "\t".join(report_columns(report)) == vendors.strip("\n")


def test_every_file_begins_with_its_header_and_quotes_nothing(small_world, orders, tmp_path):
    orders[AMAZON_US][2].write(tmp_path)
    lines = (tmp_path / orders[AMAZON_US][2].path).read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == report_columns("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL")
    assert {len(line.split("\t")) for line in lines} == {31}
    assert '"' not in "".join(lines)


def test_an_order_of_a_months_last_evening_stands_in_two_files(orders):
    first, second = orders[AMAZON_US][1].rows, orders[AMAZON_US][2].rows
    pending = first.filter(pl.col("order-status") == "Pending")
    assert pending.height > 0
    assert pending["item-price"].null_count() == pending.height
    keys = ["amazon-order-id", "sku"]
    again = pending.join(second, on=keys, how="inner", suffix="-later")
    assert again.height == pending.height
    assert set(again["order-status-later"]) <= {"Shipped", "Cancelled"}
    assert again["purchase-date"].equals(again["purchase-date-later"].alias("purchase-date"))


def test_within_a_file_no_line_stands_twice_but_the_planted_one(orders):
    for shop in SHOPS:
        for file in orders[shop]:
            doubled = file.rows.height - file.rows.select("amazon-order-id", "sku").unique().height
            is_planted = shop == AMAZON_DE and file is orders[shop][-1]
            assert doubled == (1 if is_planted else 0)


def test_order_ids_look_like_amazons(orders):
    us = pl.concat([file.rows["amazon-order-id"].cast(pl.String) for file in orders[AMAZON_US]])
    assert us.str.contains(r"^11[1-4]-\d{7}-\d{7}$").all()


def test_line_prices_are_paid_prices_of_whole_lines(small_world, orders):
    rows = orders[AMAZON_US][3].rows.filter(pl.col("order-status") == "Shipped").head(200)
    prices = {item.seller_sku: item.price_cents for item in small_world.catalog.listings if item.shop == AMAZON_US}
    for sku, quantity, price, promotion in rows.select("sku", "quantity", "item-price", "promotion-ids").iter_rows():
        at_list = prices[sku] * int(quantity)
        assert 0 < round(float(price) * 100) <= at_list
        if not promotion:
            assert round(float(price) * 100) == at_list


@pytest.mark.parametrize("shop", SHOPS)
def test_ledger_balances_add_up_and_follow_on_each_other(small_world, shop):
    rows = pl.concat([file.rows for file in ledger_files(small_world, shop=shop)])
    kinds = ["Receipts", "CustomerShipments", "CustomerReturns", "Found", "Lost", "Damaged", "Disposed", "OtherEvents"]
    total = rows["StartingWarehouseBalance"] + rows.select(pl.sum_horizontal(kinds)).to_series()
    assert (total == rows["EndingWarehouseBalance"]).all()
    assert (rows["EndingWarehouseBalance"] >= 0).all()
    follows = rows.with_columns(pl.col("Date").str.to_date("%m/%d/%Y")).sort("FNSKU", "Disposition", "Date")
    before = follows.with_columns(
        pl.col("EndingWarehouseBalance", "Date").shift(1).over("FNSKU", "Disposition").name.suffix(" before")
    ).filter(pl.col("Date before") == pl.col("Date") - pl.duration(days=1))
    assert before.height > 100
    assert (before["EndingWarehouseBalance before"] == before["StartingWarehouseBalance"]).all()


@pytest.mark.parametrize("shop", SHOPS)
def test_the_inventory_report_is_the_evening_before_the_as_of_morning(small_world, shop):
    (file,) = inventory_files(small_world, shop=shop)
    assert file.path.endswith("myi_inventory_2026-11-01.tsv")
    fba = FBA_OF[shop]
    expected = small_world.places.evenings[-1, fba, AVAILABLE].sum()
    assert file.rows["afn-fulfillable-quantity"].cast(pl.Int64).sum() == expected
    inbound = ["afn-inbound-working-quantity", "afn-inbound-shipped-quantity", "afn-inbound-receiving-quantity"]
    for column, units in zip(inbound, inbound_units(small_world, destination=fba), strict=True):
        assert file.rows[column].cast(pl.Int64).sum() == units.sum()
    held = ["afn-fulfillable-quantity", "afn-unsellable-quantity", "afn-reserved-quantity"]
    numbers = file.rows.select(pl.col(*held, *inbound, "afn-warehouse-quantity", "afn-total-quantity").cast(pl.Int64))
    assert (numbers.select(pl.sum_horizontal(held)).to_series() == numbers["afn-warehouse-quantity"]).all()
    assert (numbers.select(pl.sum_horizontal(*held, *inbound)).to_series() == numbers["afn-total-quantity"]).all()


def test_returns_name_orders_that_were_shipped(small_world, orders):
    (file,) = return_files(small_world, shop=AMAZON_US)
    shipped = pl.concat(
        [table.rows.filter(pl.col("order-status") == "Shipped")["amazon-order-id"] for table in orders[AMAZON_US]]
    )
    assert file.rows.height > 20
    assert file.rows["order-id"].is_in(shipped.implode()).all()
    assert file.rows["license-plate-number"].is_unique().all()
    assert file.rows["return-date"].str.contains(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[78]:00$").all()
