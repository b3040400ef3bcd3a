"""The rules of examples/online_retail_ii against counts made with plain Polars, without any code of the import.

Each trap of ../shared/data/README.md has its rule. A rule counts the rows for which it is the first that holds, so the
independent count takes the rules in the mapping's order too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.company import load_company
from pipelines.landing.extraction import land
from pipelines.landing.load import LoadReport, load_raw

pytestmark = [pytest.mark.shared, pytest.mark.slow]

PRODUCT_CODE = r"^([0-9]{5}[A-Z]{0,2}|DCGS[0-9A-Z]+|SP1002)$"
# pinned to the copy of the data that ../shared holds: 846,166 rows from 2009-12-01 to 2011-08-31
EXPECTED = {
    ("", "read"): 846_166,
    ("", "accepted"): 807_564,
    ("the_two_sheets_overlap", "skipped"): 22_523,
    ("bad_debt", "skipped"): 6,
    ("postage_and_carriage", "skipped"): 3_068,
    ("fees_and_charges", "skipped"): 114,
    ("manual_lines_and_discounts", "skipped"): 1_418,
    ("samples", "skipped"): 94,
    ("gift_vouchers", "skipped"): 98,
    ("test_products", "skipped"): 17,
    ("pads_that_go_with_cushions", "skipped"): 17,
    ("units_found", "skipped"): 2_237,
    ("exact_duplicate", "skipped"): 9_010,
    ("cancellations", "corrected"): 14_678,
    ("write_offs", "corrected"): 2_980,
    ("codes_in_small_letters", "corrected"): 2_659,
}


@pytest.fixture(scope="module")
def source(shared: Path) -> pl.DataFrame:
    return pl.read_parquet(shared / "data" / "online_retail_ii" / "online_retail_ii.parquet").with_row_index("row", 1)


@pytest.fixture(scope="module")
def loaded(
    shared: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LoadReport, duckdb.DuckDBPyConnection]]:
    folder = repository / "examples" / "online_retail_ii"
    company = load_company(folder, environ={"DIAOBO_SHARED": str(shared)})
    scratch = tmp_path_factory.mktemp("online_retail_ii")
    # the feeds keep reading the example's own folder; what is written goes to the scratch folder
    company = replace(company, folder=scratch)
    land(company)
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB", "temp_directory": str(scratch)}) as connection:
        yield load_raw(connection, company=company, as_of_date=dt.date(2011, 8, 29)), connection


def independent_counts(source: pl.DataFrame) -> dict[tuple[str, str], int]:
    code, invoice = pl.col("stock_code").str.strip_chars(), pl.col("invoice_no")
    rules = {
        "the_two_sheets_overlap": (pl.col("sheet") == "2010-2011")
        & (pl.col("invoice_ts").dt.date() < dt.date(2010, 12, 10)),
        "bad_debt": invoice.str.starts_with("A"),
        "postage_and_carriage": code.is_in(["POST", "DOT", "C2", "C3"]),
        "fees_and_charges": code.is_in(["AMAZONFEE", "BANK CHARGES", "CRUK", "B"]),
        "manual_lines_and_discounts": code.is_in(["M", "m", "D", "ADJUST", "ADJUST2"]),
        "samples": code == "S",
        "gift_vouchers": code.str.starts_with("gift_") | (code == "GIFT"),
        "test_products": code.str.starts_with("TEST"),
        "pads_that_go_with_cushions": code == "PADS",
        "units_found": (pl.col("quantity") > 0) & (pl.col("unit_price") == 0) & pl.col("customer_id").is_null(),
    }
    counts: dict[tuple[str, str], int] = {("", "read"): source.height}
    rest = source
    for name, condition in rules.items():
        counts[name, "skipped"] = rest.filter(condition).height
        rest = rest.filter(~condition)
    unique = rest.unique(subset=[column for column in source.columns if column != "row"])
    counts["exact_duplicate", "skipped"] = rest.height - unique.height
    counts["", "accepted"] = unique.height
    counts["cancellations", "corrected"] = unique.filter(invoice.str.starts_with("C")).height
    counts["write_offs", "corrected"] = unique.filter(~invoice.str.starts_with("C") & (pl.col("quantity") < 0)).height
    counts["codes_in_small_letters", "corrected"] = unique.filter(code.str.contains("[a-z]")).height
    assert unique.filter(~code.str.to_uppercase().str.contains(PRODUCT_CODE)).is_empty()
    return counts


def test_every_rule_counts_what_an_independent_count_finds(source, loaded):
    report, _ = loaded
    found = {(c.rule, c.action): c.row_count for c in report.counts if c.feed == "invoice_lines"}
    assert found == independent_counts(source) == EXPECTED


def test_nothing_is_refused(loaded):
    report, _ = loaded
    assert report.total("refused") == 0
    assert report.file_problems == ()


def test_the_copy_that_is_skipped_is_a_copy(source):
    overlap = source.filter(pl.col("invoice_ts").is_between(dt.datetime(2010, 12, 1), dt.datetime(2010, 12, 10)))  # noqa: DTZ001
    columns = [column for column in source.columns if column not in ("row", "sheet")]
    first, second = (
        overlap.filter(pl.col("sheet") == sheet).select(columns).sort(columns, nulls_last=True)
        for sheet in ("2009-2010", "2010-2011")
    )
    assert first.equals(second)


def test_write_offs_have_neither_price_nor_customer(source):
    rows = source.filter((pl.col("quantity") < 0) & ~pl.col("invoice_no").str.starts_with("C"))
    assert rows.filter((pl.col("unit_price") != 0) | pl.col("customer_id").is_not_null()).is_empty()


def test_units_and_money_are_those_of_the_source(source, loaded):
    _, connection = loaded
    lines = connection.execute(
        "select _row as row, line_kind, units, revenue_amount, sku, ordered_at, buyer_digest from raw.order_lines"
    ).pl()
    joined = lines.join(source.with_columns(pl.col("row").cast(pl.Int64)), on="row", how="left", validate="1:1")
    assert joined.height == EXPECTED["", "accepted"]
    wrong = joined.filter(
        (pl.col("units") != pl.col("quantity").abs())
        | ((pl.col("revenue_amount").cast(pl.Float64) - (pl.col("quantity") * pl.col("unit_price")).abs()).abs() > 1e-4)
        | (pl.col("sku") != pl.col("stock_code").str.strip_chars().str.to_uppercase())
        | (pl.col("buyer_digest").is_null() != pl.col("customer_id").is_null())
    )
    assert wrong.is_empty()
    london = joined["ordered_at"].dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/London")
    assert (london.dt.replace_time_zone(None) == joined["invoice_ts"]).all()
    assert joined["buyer_digest"].n_unique() == joined["customer_id"].n_unique()


def test_an_order_and_its_cancellation_can_be_paired(loaded):
    _, connection = loaded
    # 74,215 storage jars ordered and cancelled 16 minutes later: the largest pair of this part of the data
    rows = connection.execute("""
        select sale.order_id, cancelled.order_id from raw.order_lines as sale
        inner join raw.order_lines as cancelled using (buyer_digest, sku, units)
        where units = 74215 and sale.line_kind = 'sale' and cancelled.line_kind = 'cancellation'
            and cancelled.ordered_at > sale.ordered_at
    """).fetchall()
    assert rows == [("541431", "C541433")]


def test_customers_never_land(loaded, source):
    _, connection = loaded
    columns = connection.execute("""select column_name from information_schema.columns where table_schema = 'raw'""")
    assert "customer_id" not in {row[0] for row in columns.fetchall()}


def test_every_product_code_is_one_product(loaded, source):
    _, connection = loaded
    codes = source["stock_code"].str.strip_chars().str.to_uppercase().unique()
    expected = set(codes.filter(codes.str.contains(PRODUCT_CODE)))
    found = connection.execute("select sku from raw.products").fetchall()
    assert {row[0] for row in found} == expected
    assert len(found) == len(expected)
