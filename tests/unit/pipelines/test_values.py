"""One cell at a time: which texts become which values, and which rule refuses the others."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest


def load_one(scene, entity: str, column: str, spec: str, cell: str, *, others: str = ""):
    """The column's value, or the rule that refused the row."""
    scene.feed("f", "f.csv", f'entity = "{entity}"\n[columns]\n{others}\n{column} = {spec}\n')
    scene.write("f.csv", f'id,cell\nx,"{cell}"\n')
    scene.run()
    refused = scene.rows("select rule from raw.quarantined_rows")
    return refused[0][0] if refused else scene.rows(f"select {column} from raw.{entity}")[0][0]


PRODUCT = 'sku = "id"'


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("12", 12),
        (" +7 ", 7),
        ("12.0", 12),
        ("1e3", 1000),
        ("0", "below_minimum"),
        ("-3", "below_minimum"),
        ("12.5", "not_a_whole_number"),
        ("twelve", "not_a_whole_number"),
        ("1,000", "not_a_whole_number"),
        ("1_000", "not_a_whole_number"),
        ("0x10", "not_a_whole_number"),
        ("9" * 30, "not_a_whole_number"),
        ("", None),
    ],
)
def test_units(scene, cell, expected):
    assert load_one(scene, "products", "carton_units", '"cell"', cell, others=PRODUCT) == expected


@pytest.mark.parametrize(
    ("spec", "cell", "expected"),
    [
        ("{ from = 'cell', unit = 'lb' }", "10", 4.5359237),
        ("{ from = 'cell', unit = 'g' }", "420", 0.42),
        ("{ from = 'cell', unit = 'oz' }", "16", 0.45359237),
        ("{ from = 'cell', decimal = ',' }", "0,5", 0.5),
        ("'cell'", "0.5", 0.5),
        ("'cell'", "0,5", "not_a_number"),
        ("'cell'", "nan", "not_a_number"),
        ("'cell'", "1e999", "not_a_number"),
        ("'cell'", "-1", "below_minimum"),
    ],
)
def test_weights(scene, spec, cell, expected):
    assert load_one(scene, "products", "weight_kg", spec, cell, others=PRODUCT) == expected


@pytest.mark.parametrize(
    ("column", "unit", "cell", "expected"),
    [
        ("length_cm", "in", "10", 25.4),
        ("width_cm", "mm", "10", 1.0),
        ("volume_cbm", "cft", "1", 0.028316847),
        ("volume_cbm", "l", "2", 0.002),
    ],
)
def test_lengths_and_volumes(scene, column, unit, cell, expected):
    assert (
        load_one(scene, "products", column, f"{{ from = 'cell', unit = '{unit}' }}", cell, others=PRODUCT) == expected
    )


@pytest.mark.parametrize(
    ("spec", "cell", "expected"),
    [
        ("{ from = 'cell', thousands = ',' }", "1,234.50", Decimal("1234.5")),
        ("{ from = 'cell', thousands = ',' }", "12,50", "not_an_amount"),
        ("{ from = 'cell', thousands = '.', decimal = ',' }", "1.234,50", Decimal("1234.5")),
        ("'cell'", "0.10", Decimal("0.1")),
        ("'cell'", "$5", "not_an_amount"),
        ("{ product_of = ['cell', 'cell'] }", "1.5", Decimal("2.25")),
        ("{ product_of = ['cell', 'id'] }", "1.5", "not_an_amount"),
    ],
)
def test_amounts(scene, spec, cell, expected):
    others = PRODUCT + "\nlist_price_currency = { constant = 'USD' }"
    assert load_one(scene, "products", "list_price_amount", spec, cell, others=others) == expected


def test_an_amount_without_a_currency_is_refused(scene):
    assert load_one(scene, "products", "list_price_amount", "'cell'", "5", others=PRODUCT) == "currency_missing"


def test_a_cost_is_converted_at_the_rate_of_the_document_s_date_or_the_business_day_before(scene):
    # ECB: Good Friday was 2024-03-29, so Thursday's rate holds until Tuesday: 1 EUR = 1.0811 USD = 7.8144 CNY
    others = """
        purchase_order_id = "id"
        warehouse_id = { constant = "w" }
        sku = { constant = "s" }
        ordered_units = { constant = 1 }
        ordered_date = { constant = 2024-03-31 }
        expected_date = { constant = 2024-05-01 }
        unit_cost_currency = { constant = "USD" }
    """
    spec = "{ from = 'cell', convert = { from_currency = 'CNY', to = 'USD', date = 'ordered_date' } }"
    found = load_one(scene, "purchase_orders", "unit_cost_amount", spec, "100", others=others)
    assert found == round(Decimal(100) * Decimal("1.0811") / Decimal("7.8144"), 4)


def test_a_date_before_the_first_rate_is_refused(scene):
    others = PRODUCT + "\npurchase_cost_currency = { constant = 'USD' }"
    spec = "{ from = 'cell', convert = { from_currency = 'CNY', to = 'USD', date = '1990-01-01' } }"
    assert load_one(scene, "products", "purchase_cost_amount", spec, "100", others=others) == "no_exchange_rate"


PROMOTION = 'promotion_id = "id"\nend_date = { constant = 2026-12-31 }'


@pytest.mark.parametrize(
    ("spec", "cell", "expected"),
    [
        ("'cell'", "2026-11-02", dt.date(2026, 11, 2)),
        ("'cell'", "2026-11-02 00:00:00", dt.date(2026, 11, 2)),
        ("'cell'", "2026-11-02 13:00:00", "not_a_date"),
        ("'cell'", "02/11/2026", "not_a_date"),
        ("'cell'", "2026-02-30", "not_a_date"),
        ("'cell'", "", "missing_value"),
        ("{ from = 'cell', format = '%d/%m/%Y' }", "02/11/2026", dt.date(2026, 11, 2)),
        ("{ from = 'cell', format = '%d/%m/%Y' }", "2026-11-02", "not_a_date"),
        ("{ from = 'cell', format = ['%d/%m/%Y', '%Y-%m-%d'] }", "2026-11-02", dt.date(2026, 11, 2)),
        (
            "{ from = 'cell', format = '%Y-%m-%dT%H:%M:%S%z', time_zone = 'America/Los_Angeles' }",
            "2026-11-02T03:00:00Z",
            dt.date(2026, 11, 1),
        ),
    ],
)
def test_dates(scene, spec, cell, expected):
    assert load_one(scene, "promotions", "start_date", spec, cell, others=PROMOTION) == expected


EVENT = 'waybill = "id"\nmilestone = { constant = "delivered" }'
NOON = dt.datetime(2026, 7, 1, 12)  # noqa: DTZ001 - the warehouse holds UTC without a zone


@pytest.mark.parametrize(
    ("spec", "cell", "expected"),
    [
        ("'cell'", "2026-07-01T12:00:00Z", NOON),
        ("'cell'", "2026-07-01T20:00:00+08:00", NOON),
        ("'cell'", "2026-07-01 20:00:00.000+0800", NOON),
        ("'cell'", "2026-07-01 12:00:00", "time_without_zone"),
        ("'cell'", "1.7.2026 12:00", "not_a_time"),
        ("{ from = 'cell', time_zone = 'America/Los_Angeles' }", "2026-07-01 05:00:00", NOON),
        ("{ from = 'cell', time_zone = 'America/Los_Angeles' }", "2026-07-01T12:00:00Z", NOON),
        ("{ from = 'cell', format = '%Y-%m-%dT%H:%M:%S%z' }", "2026-07-01T05:00:00-07:00", NOON),
        ("{ from = 'cell', format = '%Y-%m-%dT%H:%M:%S%z' }", "2026-07-01T12:00:00Z", NOON),
        ("{ from = 'cell', format = '%d.%m.%Y %H:%M', time_zone = 'Europe/Berlin' }", "01.07.2026 14:00", NOON),
        ("{ from = 'cell', format = '%m/%d/%Y %I:%M %p', time_zone = 'UTC' }", "07/01/2026 12:00 PM", NOON),
    ],
)
def test_instants(scene, spec, cell, expected):
    assert load_one(scene, "tracking_events", "event_at", spec, cell, others=EVENT) == expected


@pytest.mark.parametrize(
    ("cell", "expected"), [("Yes", True), ("0", False), ("否", False), ("maybe", "not_true_or_false")]
)
def test_booleans(scene, cell, expected):
    assert load_one(scene, "products", "is_hazmat", "'cell'", cell, others=PRODUCT) == expected


@pytest.mark.parametrize(
    ("spec", "cell", "expected"),
    [
        ("{ from = 'cell', map = { a = 'x' } }", "a", "x"),
        ("{ from = 'cell', map = { a = 'x' } }", "b", "not_in_map"),
        ("{ from = 'cell', map = { a = 'x' } }", "", None),
        ("{ from = 'cell', map = { a = 'x' }, otherwise = 'y' }", "b", "y"),
        ("{ from = 'cell', map = { a = 'x' }, otherwise = 'y' }", "", None),
        ("{ from = 'cell', default = 'z' }", "", "z"),
        ("{ from = 'cell', upper = true }", "ab", "AB"),
        ("{ from = 'cell', pattern = '^[0-9]+$' }", "ab", "does_not_match"),
        ("{ from = 'cell', pattern = 'no ([0-9]+)', extract = true }", "see no 17!", "17"),
        ("{ from = 'cell', pattern = 'no ([0-9]+)', extract = true }", "see", "does_not_match"),
        ("{ from = 'cell', pattern = 'no ([0-9]+)', extract = true }", "", None),
        ("{ template = '{id}-{cell}/{_row}' }", "7", "x-7/2"),
        ('{ constant = "it\'s" }', "7", "it's"),
    ],
)
def test_texts(scene, spec, cell, expected):
    assert load_one(scene, "products", "title", spec, cell, others=PRODUCT) == expected


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("currency", "usd", "not_a_currency"),
        ("currency", "XXX", "not_a_currency"),
        ("currency", "AED", "not_a_currency"),  # a real one that the ECB publishes no rate of
        ("currency", "USD", "USD"),
        ("country", "USA", "not_a_country"),
        ("time_zone", "PST8", "not_a_time_zone"),
        ("time_zone", "Europe/Berlin", "Europe/Berlin"),
        ("channel", "ebay", "not_a_choice"),
    ],
)
def test_codes(scene, column, cell, expected):
    others = 'shop_id = "id"' + ("" if column == "channel" else '\nchannel = { constant = "other" }')
    assert load_one(scene, "shops", column, "'cell'", cell, others=others) == expected


def test_a_value_from_the_file_s_name(scene):
    mapping = """
    entity = "stock_snapshots"
    [columns]
    snapshot_date = { from_file_name = 'stock_(\\d{4}-\\d{2}-\\d{2})' }
    warehouse_id = { constant = "w" }
    sku = "sku"
    available_units = "n"
    """
    scene.feed("f", "*.csv", mapping)
    scene.write("stock_2026-11-01.csv", "sku,n\nA,1\n")
    scene.write("other.csv", "sku,n\nA,1\n")
    report = scene.run()
    assert scene.rows("select snapshot_date, available_units from raw.stock_snapshots") == [(dt.date(2026, 11, 1), 1)]
    assert [(file, problem.rule) for _, file, problem in report.file_problems] == [("other.csv", "file_name")]
