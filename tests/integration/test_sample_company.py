"""The sample company through the real landing: what is imported is the world's truth, to the unit.

The world's own figures come from its physics (`sandbox.truth`), not from the files that are imported here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.company import load_company
from pipelines.landing.extraction import land
from pipelines.landing.load import LoadReport, load_raw
from sandbox.network import PEOPLE
from sandbox.parameters import Parameters
from sandbox.planted import PLANTED_ROWS
from sandbox.sample import write_sample
from sandbox.tracking import told
from sandbox.truth import truth
from sandbox.world import World

pytestmark = pytest.mark.slow

# Sales by the shop's local month, in listings and in products.
SALES = """
    with sold as (
        select lines.*, strftime(timezone(shops.time_zone, timezone('UTC', ordered_at)), '%Y-%m') as month
        from raw.order_lines as lines join raw.shops using (shop_id)
    ),
    pieces as (select shop_id, seller_sku, sum(units_per_listing) as pieces from raw.listings group by all)
    select shop_id, month, line_kind, count(*), sum(units),
        sum(units * case when sku is null then pieces else 1 end), sum(revenue_amount)
    from sold left join pieces using (shop_id, seller_sku) group by all
"""


@dataclass(frozen=True)
class Imported:
    """A company that was made, landed and loaded."""

    folder: Path
    world: World
    truth: dict
    connection: duckdb.DuckDBPyConnection
    report: LoadReport

    def rows(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    folder = tmp_path_factory.mktemp("sample") / "company"
    world = write_sample(folder, parameters=Parameters(seed=21, products=60, months=8))
    company = load_company(folder, environ={})
    extractions = land(company)
    assert [problem for extraction in extractions for problem in extraction.problems] == []
    with duckdb.connect() as connection:
        report = load_raw(connection, company=company, as_of_date=world.parameters.as_of)
        yield Imported(folder, world, truth(world), connection, report)


def test_exactly_the_planted_rows_are_refused(imported):
    refused = Counter(feed for (feed,) in imported.rows("select feed from raw.quarantined_rows"))
    assert refused == Counter(row.feed for row in PLANTED_ROWS if row.action == "refused")
    assert imported.report.file_problems == ()


def test_skipped_rows_are_the_planted_repetitions_and_superseded_order_lines(imported):
    skipped = imported.rows(
        "select feed, rule, sum(row_count) from raw.feed_counts where action = 'skipped' group by all"
    )
    expected = {(row.feed, "exact_duplicate"): 1 for row in PLANTED_ROWS if row.action == "skipped"}
    for shop, lines in imported.truth["superseded_order_lines"].items():
        assert lines > 0
        expected[f"{shop}_orders", "duplicate_key"] = lines
    assert {(feed, rule): count for feed, rule, count in skipped} == expected


def test_units_sold_by_shop_and_month_are_the_worlds(imported):
    found = {(shop, month): row for shop, month, kind, *row in imported.rows(SALES) if kind == "sale"}
    expected = {
        (shop, month): [row["lines"], row["listing_units"], row["product_units"], Decimal(row["priced_amount"])]
        for shop, months in imported.truth["sales"].items()
        for month, row in months.items()
        if row["lines"]
    }
    assert {key: [*row[:3], row[3] or Decimal(0)] for key, row in found.items()} == expected


def test_cancelled_units_by_shop_and_month_are_the_worlds(imported):
    found = {(shop, month): row[1] for shop, month, kind, *row in imported.rows(SALES) if kind == "cancellation"}
    assert sum(found.values()) > 20
    assert found == {
        (shop, month): row["cancelled_units"]
        for shop, months in imported.truth["sales"].items()
        for month, row in months.items()
        if row["cancelled_units"]
    }


def test_returned_units_by_shop_and_month_are_the_worlds(imported):
    found = defaultdict(dict)
    for shop, month, kind, *row in imported.rows(SALES):
        if kind == "return":
            found[shop][month] = row[2]
    assert dict(found) == imported.truth["returns"]


def test_stock_by_class_on_the_as_of_morning_is_the_worlds(imported):
    found = defaultdict(dict)
    for warehouse, sku, *units in imported.rows(
        """
        select stock.warehouse_id, coalesce(stock.sku, listings.sku) as product, available_units, reserved_units,
            unfulfillable_units, researching_units
        from raw.stock_snapshots as stock
        left join raw.listings on listings.shop_id = stock.shop_id and listings.seller_sku = stock.seller_sku
        where snapshot_date = date '2026-11-01'
    """
    ):
        assert sku not in found[warehouse], "a product is counted twice"
        if any(units):
            found[warehouse][sku] = units
    expected = {
        warehouse: {sku: list(classes.values()) for sku, classes in products.items()}
        for warehouse, products in imported.truth["stock"].items()
    }
    assert dict(found) == expected


def test_the_ledger_says_the_same_as_the_inventory_report(imported):
    found = {
        (warehouse, stock_class): units
        for warehouse, stock_class, units in imported.rows("""
            select warehouse_id, stock_class, sum(units) from raw.stock_balances
            where balance_date = date '2026-11-01' group by all
        """)
    }
    places = imported.truth["places"]
    for fba in ("fba_us", "fba_de"):
        sellable = sum(places[f"{fba}.{name}"] for name in ("available", "sold", "preparing"))
        assert found[fba, "available"] == sellable
        assert found.get((fba, "unfulfillable"), 0) == places[f"{fba}.unfulfillable"]


def test_every_evening_of_the_warehouses_is_the_worlds(imported):
    found = imported.rows("""
        select snapshot_date, warehouse_id, sum(available_units + reserved_units), sum(unfulfillable_units)
        from raw.stock_snapshots where warehouse_id in ('domestic', 'us_3pl', 'de_3pl') group by all
    """)
    assert len(found) > 600
    index = {"domestic": 0, "us_3pl": 3, "de_3pl": 4}
    for day, warehouse, sellable, unfulfillable in found:
        evening = imported.world.places.evenings[imported.world.parameters.day_of(day), index[warehouse]]
        assert (sellable, unfulfillable) == (evening[:3].sum(), evening[3].sum())


def test_units_in_transit_are_the_worlds(imported):
    found = defaultdict(dict)
    for shipment, sku, units in imported.rows("""
        select shipment_id, sku, shipped_units - received_units from raw.shipment_lines
        where received_date is null and shipped_units > received_units
    """):
        found[shipment][sku] = units
    assert dict(found) == imported.truth["in_transit"]
    total = sum(sum(lines.values()) for lines in found.values())
    assert total == imported.truth["places"]["in_transit"] > 0


def test_tracking_tells_what_has_happened_and_estimates_what_has_not(imported):
    sent = [shipment for shipment in imported.world.shipments if shipment.is_dispatched]
    facts = dict(imported.rows("select waybill, count(*) from raw.tracking_events where not is_forecast group by all"))
    assert facts == {shipment.waybill: len(told(imported.world, shipment)) for shipment in sent}
    forecasts = imported.rows("select waybill, milestone from raw.tracking_events where is_forecast")
    undelivered = [shipment.waybill for shipment in sent if shipment.arrival_day >= imported.world.today]
    assert sorted(forecasts) == sorted((waybill, "delivered") for waybill in undelivered)
    assert imported.rows("select count(*) from raw.tracking_events where milestone = 'other'") == [(0,)]
    milestones = {name for (name,) in imported.rows("select distinct milestone from raw.tracking_events")}
    assert milestones >= {"picked_up", "in_customs", "customs_released", "exception", "delivered"}


def test_open_purchase_orders_are_the_worlds(imported):
    ((units, lines),) = imported.rows("""
        select sum(ordered_units - received_units), count(*) from raw.purchase_orders
        where received_units < ordered_units
    """)
    expected = imported.truth["purchase_orders"]
    assert (units, lines) == (expected["open_units"], expected["open"])


def test_master_data_arrives_whole(imported):
    counts = {entity: imported.report.accepted[entity] for entity in ("products", "warehouses", "shops", "lanes")}
    assert counts == {"products": 60, "warehouses": 5, "shops": 3, "lanes": 8}
    assert imported.rows("select count(*) from raw.products where length(ean) = 13") == [(60,)]
    people = imported.rows("select login, role, coalesce(warehouse_ids, '') from raw.people order by all")
    assert people == sorted((login, role, warehouse_ids) for login, _, _, role, _, warehouse_ids, _ in PEOPLE)
    ((cost, currency),) = imported.rows(
        f"select purchase_cost_amount, purchase_cost_currency from raw.products where sku = "
        f"'{imported.world.catalog.products[7].sku}'"
    )
    assert (cost * 100, currency) == (imported.world.catalog.products[7].purchase_cost_cents, "CNY")


def test_no_buyer_reaches_landing(imported):
    """Drop lists are complete: names, streets, towns and comments of the exports are in no landed file."""
    landed = sorted((imported.folder / "landing").rglob("*.parquet"))
    assert landed
    words = ("@buyer.example", "Bahnhofstraße", "Brooklyn", "Leipzig", "Passt leider nicht", "PO-1")
    for path in landed:
        feed = path.relative_to(imported.folder / "landing").parts[0]
        if "orders" in feed or "returns" in feed:
            columns = [name for name, *_ in imported.rows(f"describe select * from read_parquet('{path}')")]
            text = " || ' ' || ".join(f"coalesce(cast(\"{name}\" as varchar), '')" for name in columns)
            for word in words:
                assert imported.rows(
                    f"select count(*) from read_parquet('{path}') where contains({text}, '{word}')"
                ) == [(0,)], f"{word} in {path}"
