"""From landing to schema raw: what is refused and why, what repeats, what is counted."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import xlsxwriter

from pipelines.landing.entities import ENTITIES
from pipelines.landing.exchange_rates import UnableToConvert, exchange_rates
from pipelines.landing.load import UnableToLoad

HEADER = "date,warehouse,sku,units\n"


def counts(scene, feed: str) -> dict[tuple[str, str], int]:
    rows = scene.rows(f"select rule, action, sum(row_count) from raw.feed_counts where feed = '{feed}' group by all")
    return {(rule, action): int(number) for rule, action, number in rows}


def test_every_table_exists_when_there_is_nothing(scene):
    report = scene.run()
    assert report.counts == ()
    tables = {
        row[0] for row in scene.rows("select table_name from information_schema.tables where table_schema = 'raw'")
    }
    assert tables == {*ENTITIES, "quarantined_rows", "feed_counts", "exchange_rates", "company"}
    assert scene.rows("select company_name, as_of_date, service_level, freq from raw.company") == [
        ("Test Seller", dt.date(2026, 11, 2), 0.95, "D")
    ]


def test_good_rows_enter_and_bad_ones_keep_their_content(sales):
    sales.write("sales.csv", HEADER + "2026-10-01,w1,A,5\n2026-10-02,w1,A,-5\n2026-10-03,w9,Z,many\n")
    sales.run()
    assert sales.rows("select period_date, warehouse_id, sku, units, _file, _row from raw.sales_periods") == [
        (dt.date(2026, 10, 1), "w1", "A", 5, "sales.csv", 2)
    ]
    first, second = sales.rows(
        "select row_number, column_name, rule, message, row_json from raw.quarantined_rows order by row_number"
    )
    assert first[:4] == (3, "units", "below_minimum", 'units: "-5" is too small; 0 is the least')
    assert json.loads(first[4]) == {"date": "2026-10-02", "warehouse": "w1", "sku": "A", "units": "-5"}
    assert second[:3] == (4, "units", "not_a_whole_number")
    assert second[3].count(" | ") == 2
    assert counts(sales, "sales") == {
        ("", "read"): 3,
        ("", "accepted"): 1,
        ("below_minimum", "refused"): 1,
        ("not_a_whole_number", "refused"): 1,
    }
    problems = sales.rows("""select found.rule from (
        select unnest(problems) as found from raw.quarantined_rows where row_number = 4)""")
    assert [row[0] for row in problems] == ["not_a_whole_number", "unknown_warehouse", "unknown_sku"]


def test_references_are_checked_only_where_master_data_exists(sales):
    sales.write("sales.csv", HEADER + "2026-10-01,w1,Z,5\n")
    sales.run()
    assert counts(sales, "sales")["unknown_sku", "refused"] == 1
    sales.feeds = [feed for feed in sales.feeds if '"products"' not in feed]
    sales.load()
    assert counts(sales, "sales")["", "accepted"] == 1


def test_files_may_order_and_spell_their_columns_differently(sales):
    sales.write("sales1.csv", HEADER + "2026-10-01,w1,A,5\n")
    sales.write("sales2.csv", "SKU,extra,units,Date,warehouse\nA,?,6,2026-10-02,w1\n")
    sales.run()
    assert sales.rows("select units from raw.sales_periods order by period_date") == [(5,), (6,)]


def test_loading_again_gives_the_same_tables(sales):
    sales.write("sales.csv", HEADER + "2026-10-01,w1,A,5\n2026-10-01,w1,A,6\n2026-10-02,w1,B,-1\n")
    first = sales.run()
    tables = {name: sorted(map(str, sales.rows(f"from raw.{name}"))) for name in (*ENTITIES, "quarantined_rows")}
    second = sales.run()
    assert second == first
    assert {name: sorted(map(str, sales.rows(f"from raw.{name}"))) for name in tables} == tables


@pytest.mark.parametrize(
    ("keep", "units", "action"),
    [("first", [1], "skipped"), ("last", [4], "skipped"), ("sum", [7], "skipped"), ("refuse", [1], "refused")],
)
def test_rows_of_the_same_key_within_and_across_files(sales, keep: str, units: list[int], action: str):
    mapping = sales.folder / "mappings/sales.toml"
    mapping.write_text(f'duplicates = {{ keep = "{keep}" }}\n' + mapping.read_text())
    sales.write("sales1.csv", HEADER + "2026-10-01,w1,A,1\n2026-10-01,w1,A,2\n")
    sales.write("sales2.csv", HEADER + "2026-10-01,w1,A,4\n")
    sales.run()
    assert [row[0] for row in sales.rows("select units from raw.sales_periods")] == units
    assert counts(sales, "sales") == {("", "read"): 3, ("", "accepted"): 1, ("duplicate_key", action): 2}


def test_all_keeps_every_row(sales):
    mapping = sales.folder / "mappings/sales.toml"
    mapping.write_text('duplicates = { keep = "all" }\n' + mapping.read_text())
    sales.write("sales.csv", HEADER + "2026-10-01,w1,A,1\n2026-10-01,w1,A,1\n")
    sales.run()
    assert sales.rows("select count(*) from raw.sales_periods") == [(2,)]


def test_a_refused_repetition_says_what_it_repeats(sales):
    sales.write("sales.csv", HEADER + "2026-10-01,w1,A,1\n2026-10-01,w1,A,2\n")
    sales.run()
    ((message, content),) = sales.rows("select message, row_json from raw.quarantined_rows")
    assert message.startswith("repeats the key period_date 2026-10-01, warehouse_id w1, sku A of row 2 in sales.csv")
    assert json.loads(content)["units"] == 2


def test_exact_copies_are_skipped_and_near_ones_are_not(sales):
    mapping = sales.folder / "mappings/sales.toml"
    mapping.write_text('duplicates = { keep = "sum", exact = "skip" }\n' + mapping.read_text())
    sales.write("sales.csv", HEADER + "2026-10-01,w1,A,1\n2026-10-01,w1,A,1\n2026-10-01,w1,A,2\n")
    sales.run()
    assert sales.rows("select units from raw.sales_periods") == [(3,)]
    assert counts(sales, "sales")["exact_duplicate", "skipped"] == 1


def test_filters_skip_refuse_and_correct_in_their_order(sales):
    mapping = sales.folder / "mappings/sales.toml"
    mapping.write_text(
        mapping.read_text()
        + """
        [[filters]]
        name = "totals"
        when = { column = "sku", equals = "TOTAL" }
        action = "skip"
        [[filters]]
        name = "tests"
        when = [{ column = "sku", matches = "^T" }, { column = "units", from = 1 }]
        action = "refuse"
        [[filters]]
        name = "negative_is_none"
        when = { column = "units", before = 0 }
        action = "correct"
        set = { units = 0 }
        """
    )
    lines = ["TOTAL,x", "TEST,1", "A,-3", "B,2"]
    sales.write("sales.csv", HEADER + "".join(f"2026-10-01,w1,{line}\n" for line in lines))
    sales.run()
    assert sales.rows("select sku, units from raw.sales_periods order by sku") == [("A", 0), ("B", 2)]
    assert counts(sales, "sales") == {
        ("", "read"): 4,
        ("", "accepted"): 2,
        ("totals", "skipped"): 1,
        ("tests", "refused"): 1,
        ("negative_is_none", "corrected"): 1,
    }


def test_a_feed_that_must_not_lose_a_row_stops(sales):
    mapping = sales.folder / "mappings/sales.toml"
    mapping.write_text('on_refused = "stop"\n' + mapping.read_text())
    sales.write("sales.csv", HEADER + "2026-10-01,w1,A,x\n")
    with pytest.raises(UnableToLoad, match=r"sales.csv: 1 rows break the rule not_a_whole_number"):
        sales.run()


def test_a_listing_stands_for_its_product(scene):
    mapping = """
    entity = "order_lines"
    [columns]
    shop_id = "shop"
    order_id = "order"
    order_line_id = { template = "{_row}" }
    seller_sku = "sku"
    units = { constant = 1 }
    ordered_at = { constant = "2026-10-01T00:00:00Z" }
    """
    for name, text in {
        "products": "sku\nA\n",
        "shops": "shop_id,channel\ns1,amazon\ns2,shopify\n",
        "listings": "shop_id,seller_sku,sku\ns1,A-2PK,A\n",
    }.items():
        scene.feed(name, f"{name}.csv", extra=f'entity = "{name}"')
        scene.write(f"{name}.csv", text)
    scene.feed("orders", "orders.csv", mapping)
    scene.write("orders.csv", "shop,order,sku\ns1,1,A-2PK\ns1,2,A\ns2,3,A\ns2,4,B\ns3,5,A\n")
    scene.run()
    assert scene.rows("select order_id from raw.order_lines order by 1") == [("1",), ("3",)]
    assert scene.rows("select row_number, rule from raw.quarantined_rows order by 1") == [
        (3, "unknown_listing"),
        (5, "unknown_sku"),
        (6, "unknown_shop"),
    ]


def test_a_workbook_of_master_data_fills_every_sheet_s_entity(scene):
    scene.feed("master", "master.xlsx")
    with xlsxwriter.Workbook(scene.folder / "master.xlsx") as book:
        book.add_worksheet("guide").write(0, 0, "read me")
        date = book.add_format({"num_format": "dd.mm.yyyy"})
        products = book.add_worksheet("products")
        for row, cells in enumerate([["sku", "ean", "weight_kg", "# note"], ["A", "0123456789012", 0.4, "new"]]):
            products.write_row(row, 0, cells)
        promotions = book.add_worksheet("promotions")
        promotions.write_row(0, 0, ["promotion_id", "sku", "start_date", "end_date", "discount_share"])
        promotions.write_row(1, 0, ["p", "A"])
        promotions.write_datetime(1, 2, dt.datetime(2026, 11, 27), date)  # noqa: DTZ001 - a workbook knows no zones
        promotions.write_datetime(1, 3, dt.datetime(2026, 11, 30), date)  # noqa: DTZ001
        promotions.write(1, 4, 0.2)
        promotions.write_row(2, 0, ["q", "Z", "soon"])
    scene.run()
    assert scene.rows("select sku, ean, weight_kg from raw.products") == [("A", "0123456789012", 0.4)]
    assert scene.rows("select start_date, end_date, discount_share from raw.promotions") == [
        (dt.date(2026, 11, 27), dt.date(2026, 11, 30), 0.2)
    ]
    assert scene.rows("select file, row_number, rule from raw.quarantined_rows") == [("master.xlsx", 3, "not_a_date")]


def test_an_unknown_column_of_master_data_is_refused_with_the_nearest_name(scene):
    scene.feed("products", "products.csv", extra='entity = "products"')
    scene.write("products.csv", "sku,wieght_kg\nA,1\n")
    ((_, _, problem),) = scene.run().file_problems
    assert 'did you mean "weight_kg"?' in problem.message


def test_exchange_rates_are_units_of_the_base_currency_for_one_unit():
    table = exchange_rates("USD").to_pylist()
    rates = {row["currency"]: row["rate_to_base"] for row in table if row["rate_date"] == dt.date(2024, 3, 28)}
    assert rates["EUR"] == 1.0811
    assert rates["USD"] == 1.0
    assert rates["CNY"] == pytest.approx(1.0811 / 7.8144)
    with pytest.raises(UnableToConvert, match='base_currency "AED" has no rates'):
        exchange_rates("AED")
