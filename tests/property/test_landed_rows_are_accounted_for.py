"""Every row that was read is accepted, skipped or refused, whatever it holds and however duplicates are treated."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from pathlib import Path

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.company import load_company
from pipelines.landing.extraction import land
from pipelines.landing.load import load_raw

SETTINGS = """
[company]
name = "Property"
base_currency = "EUR"
time_zone = "UTC"
[policy]
service_level = 0.9
[[feeds]]
feed = "products"
entity = "products"
files = "products.csv"
[[feeds]]
feed = "sales"
mapping = "sales.toml"
files = "sales*.csv"
"""
MAPPING = """
entity = "sales_periods"
duplicates = {{ keep = "{keep}"{exact} }}
[columns]
period_date = "date"
warehouse_id = {{ constant = "w" }}
sku = {{ from = "sku", upper = true }}
units = "units"
[[filters]]
name = "totals"
when = {{ column = "sku", equals = "TOTAL" }}
action = "skip"
[[filters]]
name = "large"
when = {{ column = "units", from = 100 }}
action = "refuse"
"""
cell = st.one_of(
    st.sampled_from(["A", "b", "TOTAL", "", "2026-01-01", "2026-01-02", "5", "-1", "x", "1.5", "250"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=6),
)
good = st.tuples(st.sampled_from(["2026-01-01", "2026-01-02"]), st.sampled_from("ABab"), st.sampled_from(["1", "2"]))
row = st.one_of(good, st.lists(cell, min_size=1, max_size=4).map(tuple))
files = st.lists(st.lists(row, max_size=12), min_size=1, max_size=3)


@settings(max_examples=25, deadline=None)
@given(
    contents=files,
    keep=st.sampled_from(["first", "last", "sum", "refuse", "all"]),
    exact=st.sampled_from(["", ', exact = "skip"']),
)
def test_accepted_skipped_and_refused_rows_add_up_to_the_rows_read(contents, keep, exact):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "company.toml").write_text(SETTINGS)
        (folder / "sales.toml").write_text(MAPPING.format(keep=keep, exact=exact))
        (folder / "products.csv").write_text("sku\nA\nB\n")
        for number, rows in enumerate(contents):
            with (folder / f"sales{number}.csv").open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows([("date", "sku", "units"), *rows])
        company = load_company(folder, environ={})
        extractions = land(company)
        with duckdb.connect(config={"threads": 1}) as connection:
            report = load_raw(connection, company=company, as_of_date=dt.date(2026, 11, 2))
            sales = [count for count in report.counts if count.feed == "sales"]
            total = {action: sum(c.row_count for c in sales if c.action == action) for action in
                     ("read", "accepted", "skipped", "refused")}  # fmt: skip
            assert total["read"] == total["accepted"] + total["skipped"] + total["refused"]
            assert total["read"] == sum(e.row_count for e in extractions if e.feed == "sales")
            assert total["read"] == sum(
                len(rows) for rows, e in zip(contents, extractions[1:], strict=True) if not e.problems
            )
            assert _count(connection, "raw.sales_periods") == total["accepted"]
            refused = _count(connection, "raw.quarantined_rows where row_number is not null and feed = 'sales'")
            assert refused == total["refused"]
            if keep != "all":
                keys = "(select distinct period_date, warehouse_id, sku from raw.sales_periods)"
                assert _count(connection, keys) == total["accepted"]


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    found = connection.execute(f"select count(*) from {relation}").fetchone()
    assert found is not None
    return int(found[0])
