"""What is written to landing/, when, and what never is."""

from __future__ import annotations

import json

import polars as pl
import pytest

from pipelines.landing.extraction import land, landed

ORDERS = """
entity = "order_lines"
drop = ["buyer-*", "ship-city"]
[columns]
shop_id = { constant = "s" }
order_id = "order"
order_line_id = "line"
sku = "sku"
units = "units"
ordered_at = "at"
buyer_digest = { digest = ["customer"] }
"""
LINES = """order,line,sku,units,at,buyer-name,buyer-email,ship-city,customer
1,1,A,2,2026-10-01T00:00:00Z,Bob,bob@example.com,Springfield,17
1,2,A,1,2026-10-01T00:00:00Z,Bob,bob@example.com,Springfield,17
2,1,A,1,2026-10-01T00:00:00Z,Ann,ann@example.com,Shelbyville,18
3,1,A,1,2026-10-01T00:00:00Z,,,,
"""


def contents(scene) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(scene.company.landing.rglob("*")) if path.is_file()}


def test_the_same_file_is_landed_once(sales):
    sales.write("sales.csv", "date,warehouse,sku,units\n2026-10-01,w1,A,1\n")
    first = sales.land()
    before = contents(sales)
    second = sales.land()
    assert [e.is_new for e in first] == [True, True, True]
    assert [e.is_new for e in second] == [False, False, False]
    assert contents(sales) == before


def test_new_content_under_the_same_name_replaces_the_old_one_which_stays_landed(sales):
    sales.write("sales.csv", "date,warehouse,sku,units\n2026-10-01,w1,A,1\n2026-10-02,w1,A,1\n")
    sales.run()
    old = contents(sales)
    sales.write("sales.csv", "date,warehouse,sku,units\n2026-10-01,w1,A,7\n")
    sales.run()
    assert sales.rows("select units from raw.sales_periods") == [(7,)]
    assert old.items() <= contents(sales).items()


def test_a_file_that_leaves_the_inbox_stays_landed(sales):
    path = sales.write("sales.csv", "date,warehouse,sku,units\n2026-10-01,w1,A,1\n")
    sales.land()
    path.unlink()
    sales.run()
    assert sales.rows("select units from raw.sales_periods") == [(1,)]


def test_a_file_that_breaks_leaves_yesterday_s_in_force_and_is_told(sales):
    sales.write("sales.csv", "date,warehouse,sku,units\n2026-10-01,w1,A,1\n")
    sales.run()
    sales.write("sales.csv", "date,warehouse,units\n2026-10-01,w1,9\n")
    report = sales.run()
    assert sales.rows("select units from raw.sales_periods") == [(1,)]
    assert [(file, problem.rule) for _, file, problem in report.file_problems] == [("sales.csv", "missing_column")]
    assert sales.rows("select feed, entity, file, row_number, column_name, rule from raw.quarantined_rows") == [
        ("sales", "sales_periods", "sales.csv", None, "sku", "missing_column")
    ]
    sales.write("sales.csv", "date,warehouse,sku,units\n2026-10-01,w1,A,9\n")
    assert sales.run().file_problems == ()
    assert sales.rows("select units from raw.sales_periods") == [(9,)]


def test_buyers_never_reach_landing(scene):
    scene.feed("orders", "orders.csv", ORDERS)
    scene.write("orders.csv", LINES + "broken,row,of,Bob Miller\n")
    scene.run()
    everything = b"".join(contents(scene).values())
    for path in scene.company.landing.rglob("*.parquet"):
        frame = pl.read_parquet(path)
        everything += frame.write_csv().encode()
        assert not {"buyer-name", "buyer-email", "ship-city", "customer"} & set(frame.columns)
    for secret in (b"Bob", b"Miller", b"example.com", b"Springfield"):
        assert secret not in everything
    digests = dict(scene.rows("select order_id || '/' || order_line_id, buyer_digest from raw.order_lines"))
    assert digests["1/1"] == digests["1/2"] != digests["2/1"]
    assert digests["3/1"] is None
    assert len(digests["1/1"]) == 24
    assert scene.rows("select row_number, rule, row_json from raw.quarantined_rows") == [(6, "unreadable_row", None)]


def test_digests_of_two_companies_differ(scene, tmp_path_factory):
    scene.feed("orders", "orders.csv", ORDERS)
    scene.write("orders.csv", LINES)
    scene.run()
    (first,) = scene.rows("select buyer_digest from raw.order_lines where order_id = '2'")
    for path in scene.company.landing.rglob("*"):
        if path.is_file():
            path.unlink()
    scene.run()
    (second,) = scene.rows("select buyer_digest from raw.order_lines where order_id = '2'")
    assert first != second


def test_a_buyer_s_column_under_another_name_does_not_slip_through(scene):
    scene.feed("orders", "orders.csv", ORDERS)
    scene.write("orders.csv", LINES.replace("ship-city", "ship_city"))
    (extraction,) = scene.land()
    assert "ship-city" in extraction.problems[0].message
    assert list(scene.company.landing.rglob("*.parquet")) == []


def test_a_new_setting_of_reading_lands_the_file_again(scene):
    scene.feed("orders", "orders.csv", ORDERS)
    scene.write("orders.csv", LINES)
    scene.land()
    scene.write("mappings/orders.toml", ORDERS.replace('"ship-city"', '"ship-city", "sku2*"'))
    (extraction,) = scene.land()
    assert extraction.is_new
    assert extraction.sequence == 2


def test_what_a_crash_left_is_removed_and_landed_again(sales):
    sales.write("sales.csv", "date,warehouse,sku,units\n2026-10-01,w1,A,1\n")
    sales.land()
    folder = sales.company.landing / "sales"
    (index,) = folder.glob("*.json")
    index.unlink()  # killed between the table and its index
    (folder / ".tmp-99-000002-x.parquet").write_bytes(b"half")
    (extraction,) = [e for e in sales.land() if e.feed == "sales"]
    assert extraction.is_new
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".parquet"]


def test_a_write_that_fails_leaves_nothing(sales, monkeypatch: pytest.MonkeyPatch):
    sales.write("sales.csv", "date,warehouse,sku,units\n2026-10-01,w1,A,1\n")
    monkeypatch.setattr("pyarrow.parquet.ParquetWriter.write_batch", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        land(sales.company, feeds=["sales"])
    assert list((sales.company.landing / "sales").iterdir()) == []


def test_the_index_says_where_an_extraction_came_from(sales):
    sales.write("sales.csv", "date,warehouse,sku,units\n2026-10-01,w1,A,1\n")
    sales.land()
    (extraction,) = landed(sales.company, sales.company.feed("sales"))
    (index,) = (sales.company.landing / "sales").glob("*.json")
    document = json.loads(index.read_text())
    assert (document["source"], document["tables"][0]["row_count"]) == ("sales.csv", 1)
    assert index.name == f"000001-{extraction.sha256[:16]}.json"
