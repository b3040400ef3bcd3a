"""Extracts of connectors go the way of files: landed, mapped by what ships with the connectors, loaded into `raw`."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.company import SHIPPED_MAPPINGS, UnableToReadCompany, load_company
from pipelines.landing.entities import ENTITIES
from pipelines.landing.mapping import Reading
from pipelines.landing.mapping_file import load_mapping
from pipelines.landing.readers.answers import read_answers
from pipelines.landing.readers.source import UnableToReadFile

from .conftest import SETTINGS, Scene

EVENING = "2026-11-01_at_2026-11-02T120000Z"
STRETCH = "2026-11-01T000000Z_2026-11-02T000000Z"


def _page(answer: Any, received_at: str = "2026-11-02T12:00:00Z", operation: str = "x") -> str:
    page = {"operation": operation, "asked": {"a": 1}, "received_at": received_at, "answer": answer}
    return json.dumps(page, ensure_ascii=False) + "\n"


def _rows(path: Path, **settings: Any) -> list[dict[str, Any]]:
    needed = settings.pop("needed", ())
    return [
        row for b in read_answers(path, reading=Reading(**settings), needed=needed).batches for row in b.to_pylist()
    ]


@pytest.fixture
def shop(scene: Scene) -> Scene:
    """A shop with one listing, a warehouse, a product."""
    scene.feed("products", "products.csv", extra='entity = "products"')
    scene.feed("warehouses", "warehouses.csv", extra='entity = "warehouses"')
    scene.feed("shops", "shops.csv", extra='entity = "shops"')
    scene.feed("listings", "listings.csv", extra='entity = "listings"')
    scene.write("products.csv", "sku\nMUG\n")
    scene.write("warehouses.csv", "warehouse_id,warehouse_kind\nfba_us,fba\n")
    scene.write("shops.csv", "shop_id,channel,currency\namazon_us,amazon,USD\n")
    scene.write("listings.csv", "shop_id,seller_sku,sku,warehouse_id\namazon_us,MUG-1,MUG,fba_us\n")
    return scene


def _feed(
    scene: Scene, mapping: str, folder: str, constants: str = 'shop_id = "amazon_us"', ending: str = "jsonl"
) -> None:
    extra = f'mapping = "{{sources}}/{mapping}.toml"\nconstants = {{ {constants} }}'
    scene.feed(mapping, f"extracts/{folder}/*.{ending}", extra=extra)


def test_rows_are_found_through_lists_of_lists_and_keep_what_stands_around_them(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    orders = [
        {"id": 7, "buyer": None, "state": {"code": "A"}, "items": [{"id": 1, "price": {"amount": 1.50}}, {"id": 2}]},
        {"id": 8, "items": []},
        {"id": 9, "items": None},
    ]
    path.write_text(_page({"orders": orders, "pagination": {"nextToken": "t"}}) + _page({"orders": [orders[0]]}))

    rows = _rows(path, records="orders.items")

    assert [(row["/orders.id"], row["id"], row["price.amount"], row["_row"]) for row in rows] == [
        ("7", "1", "1.5", 1),
        ("7", "2", None, 2),
        ("7", "1", "1.5", 3),
        ("7", "2", None, 4),
    ]
    assert rows[0]["/orders.state.code"] == "A"
    assert rows[0]["/received_at"] == "2026-11-02T12:00:00Z"
    assert rows[0]["/asked.a"] == "1"
    assert not any("nextToken" in name for name in rows[0])


def test_a_list_of_named_objects_becomes_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(_page({"levels": [{"q": [{"name": "available", "n": -2}, {"name": "damaged", "n": 1}]}]}))

    (row,) = _rows(path, records="levels", named=("q",))

    assert (row["q.available.n"], row["q.damaged.n"]) == ("-2", "1")


def test_an_empty_extract_has_the_columns_that_are_needed(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(_page({"orders": []}))

    table = read_answers(path, reading=Reading(records="orders"), needed=("id", "sku"))

    assert table.columns == ("id", "sku")
    assert list(table.batches) == []


def test_a_column_that_no_row_has_is_missing_unless_it_is_optional(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(_page({"orders": [{"id": 1}]}))

    table = read_answers(path, reading=Reading(records="orders", optional=("note",)), needed=("id", "sku"))

    assert table.columns[-1] == "note"
    assert "sku" not in table.columns


@pytest.mark.parametrize("text", ['{"orders": []}\n', "[1]\n", "{torn", _page({"orders": {"items": 3}}), _page([3])])
def test_what_is_no_extract_is_refused_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(text)

    with pytest.raises(UnableToReadFile) as caught:
        _rows(path, records="orders.items")
    assert caught.value.problems[0].row == 1


@pytest.mark.parametrize("path", sorted(SHIPPED_MAPPINGS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_mapping_that_ships_is_a_good_one(path: Path) -> None:
    entity = ENTITIES[tomllib.loads(path.read_text(encoding="utf-8"))["entity"]]
    # the shop and the warehouse are the company's: the feed's constants name them
    constants = {name: "x" for name in ("shop_id", "warehouse_id") if entity.column(name)}

    mapping = load_mapping(path, constants=constants)

    needed = {column.name for column in entity.columns if column.required and column.default is None}
    assert needed <= {rule.column for rule in mapping.rules}


def test_amazons_stock_becomes_stock(shop: Scene) -> None:
    _feed(shop, "amazon_fba_inventory", "us/fba_inventory/A", 'shop_id = "amazon_us", warehouse_id = "fba_us"')
    details = {
        "fulfillableQuantity": 10,
        "inboundWorkingQuantity": 1,
        "inboundShippedQuantity": 2,
        "inboundReceivingQuantity": 3,
        "reservedQuantity": {"totalReservedQuantity": 4},
        "unfulfillableQuantity": {"totalUnfulfillableQuantity": 5},
    }
    for units, hour in ((9, 6), (10, 12)):  # two snapshots of one evening: the later one counts
        summary = {"sellerSku": "MUG-1", "inventoryDetails": details | {"fulfillableQuantity": units}}
        name = f"2026-11-01_at_2026-11-02T{hour:02}0000Z.jsonl"
        shop.write(f"extracts/us/fba_inventory/A/{name}", _page({"payload": {"inventorySummaries": [summary]}}))

    report = shop.run()

    assert report.file_problems == ()
    columns = "snapshot_date, seller_sku, available_units, reserved_units, unfulfillable_units, researching_units"
    assert shop.rows(f"select {columns}, inbound_shipped_units from raw.stock_snapshots") == [
        (dt.date(2026, 11, 1), "MUG-1", 10, 4, 5, 0, 2)
    ]


@pytest.mark.shared
def test_amazons_own_example_orders_become_order_lines(shop: Scene, shared: Path) -> None:
    model = json.loads((shared / "specs" / "amazon-sp-api" / "orders_2026-01-01.json").read_text(encoding="utf-8"))
    response = model["paths"]["/orders/2026-01-01/orders"]["get"]["responses"]["200"]
    answers = [entry["response"] for entry in response["x-amzn-api-sandbox"]["static"]]
    orders = [order for answer in answers for order in answer["orders"]]
    skus = {item["product"].get("sellerSku") for order in orders for item in order["orderItems"]}
    shop.write(
        "listings.csv",
        "shop_id,seller_sku,sku,warehouse_id\n" + "".join(f"amazon_us,{sku},MUG,fba_us\n" for sku in sorted(skus)),
    )
    _feed(shop, "amazon_orders", "us/orders/A")
    shop.write(f"extracts/us/orders/A/{STRETCH}.jsonl", "".join(_page(answer) for answer in answers))

    report = shop.run()

    assert report.file_problems == ()
    assert report.total("refused") == 0
    found = shop.rows("select order_id, order_line_id, units from raw.order_lines order by all")
    wanted = {(o["orderId"], i["orderItemId"], i["quantityOrdered"]) for o in orders for i in o["orderItems"]}
    assert set(found) == wanted
    assert len(wanted) > 3
    money = shop.rows("select count(*) from raw.order_lines where revenue_amount > 0 and revenue_currency is not null")
    assert money[0][0] > 0


def test_an_order_that_changed_is_one_order(shop: Scene) -> None:
    _feed(shop, "amazon_orders", "us/orders/A")
    price = {"unitPrice": {"amount": "19.90", "currencyCode": "USD"}}
    item = {"orderItemId": "1", "quantityOrdered": 2, "product": {"sellerSku": "MUG-1", "price": price}}
    order = {
        "orderId": "O1",
        "createdTime": "2026-11-01T10:00:00.123Z",
        "fulfillment": {"fulfillmentStatus": "UNSHIPPED"},
        "orderItems": [item],
    }
    shop.write(f"extracts/us/orders/A/{STRETCH}.jsonl", _page({"orders": [order]}))
    shop.run()
    assert shop.rows("select line_kind, units, revenue_amount from raw.order_lines") == [("sale", 2, Decimal("39.80"))]
    cancelled = order | {"fulfillment": {"fulfillmentStatus": "CANCELLED"}}
    name = "2026-11-02T000000Z_2026-11-03T000000Z.jsonl"
    shop.write(f"extracts/us/orders/A/{name}", _page({"orders": [cancelled]}))

    report = shop.run()

    assert report.file_problems == ()
    assert shop.rows("select line_kind, units from raw.order_lines") == [("cancellation", 2)]


def test_a_stretch_without_orders_is_no_problem(shop: Scene) -> None:
    _feed(shop, "amazon_orders", "us/orders/A")
    shop.write(f"extracts/us/orders/A/{STRETCH}.jsonl", _page({"orders": []}))

    assert shop.run().file_problems == ()


def test_a_field_that_the_vendor_renamed_refuses_the_file_and_yesterday_stays(shop: Scene) -> None:
    _feed(shop, "gwms_stock", "us/stock", 'warehouse_id = "fba_us"')
    shop.write(
        f"extracts/us/stock/{EVENING}.jsonl", _page({"data": [{"gsku": "MUG", "qualified": 3, "unqualified": 1}]})
    )
    shop.run()
    renamed = {"gsku": "MUG", "good": 4, "unqualified": 1}
    shop.write("extracts/us/stock/2026-11-02_at_2026-11-03T120000Z.jsonl", _page({"data": [renamed]}))

    report = shop.run()

    assert [problem.rule for _, _, problem in report.file_problems] == ["missing_column"]
    assert shop.rows("select snapshot_date, available_units from raw.stock_snapshots") == [(dt.date(2026, 11, 1), 3)]


def test_shopifys_orders_and_levels_are_read(shop: Scene) -> None:
    _feed(shop, "shopify_orders", "s/orders")
    _feed(shop, "shopify_inventory_levels", "s/levels/1", 'shop_id = "amazon_us", warehouse_id = "fba_us"')
    line = {
        "id": "gid://shopify/LineItem/1",
        "sku": "MUG-1",
        "quantity": 2,
        "discountedTotalSet": {"shopMoney": {"amount": "19.90", "currencyCode": "USD"}},
    }
    order = {
        "name": "#1",
        "createdAt": "2026-11-01T10:00:00Z",
        "cancelledAt": None,
        "test": False,
        "displayFinancialStatus": "PAID",
        "lineItems": {"nodes": [line], "pageInfo": {"hasNextPage": False}},
    }
    orders = [
        order,
        order | {"name": "#2", "cancelledAt": "2026-11-01T11:00:00Z"},
        order | {"name": "#3", "test": True},
    ]
    shop.write(f"extracts/s/orders/{STRETCH}.jsonl", _page({"orders": {"nodes": orders, "pageInfo": {}}}))

    def level(sku: str | None, available: int, *, tracked: bool = True) -> dict[str, Any]:
        quantities = [{"name": "available", "quantity": available}, {"name": "committed", "quantity": 1}]
        return {"item": {"id": "x", "sku": sku, "tracked": tracked}, "quantities": quantities}

    levels = [level("MUG-1", -3), level(None, 5), level("GIFT", 0, tracked=False)]
    shop.write(
        f"extracts/s/levels/1/{EVENING}.jsonl",
        _page({"location": {"id": "gid://shopify/Location/1", "inventoryLevels": {"nodes": levels, "pageInfo": {}}}}),
    )

    report = shop.run()

    assert report.file_problems == ()
    assert report.total("refused") == 0
    assert shop.rows("select order_id, line_kind, units from raw.order_lines order by all") == [
        ("#1", "sale", 2),
        ("#2", "cancellation", 2),
    ]
    assert shop.rows("select seller_sku, available_units, reserved_units from raw.stock_snapshots") == [("MUG-1", 0, 1)]


def test_an_event_keeps_the_time_when_it_was_first_seen(shop: Scene) -> None:
    _feed(shop, "tracking", "t/tracking", 'carrier = "17TRACK"')
    event = {"time_iso": "2026-11-01T08:00:00+08:00", "sub_status": "InTransit_Departure", "location": "Yantian"}
    tracking = {"number": "N1", "track_info": {"tracking": {"providers": [{"events": [event]}]}}}
    answer = {"code": 0, "data": {"accepted": [tracking], "rejected": []}}
    for day in (2, 3):
        text = _page(answer, f"2026-11-0{day}T12:00:00Z", "gettrackinfo")
        shop.write(f"extracts/t/tracking/2026-11-0{day - 1}_at_2026-11-0{day}T120000Z.jsonl", text)

    report = shop.run()

    assert report.file_problems == ()
    happened, seen = dt.datetime(2026, 11, 1), dt.datetime(2026, 11, 2, 12)  # noqa: DTZ001  # UTC in `raw`
    found = shop.rows("select waybill, milestone, event_at, utc_offset, first_seen_at from raw.tracking_events")
    assert found == [("N1", "departed", happened, "+08:00", seen)]


def test_sources_are_read_and_wrong_ones_are_named(tmp_path: Path) -> None:
    good = """
[[sources]]
source = "amazon_us"
connector = "amazon"
url = "https://sellingpartnerapi-na.amazon.com"
marketplaces = ["ATVPDKIKX0DER"]
datasets = ["fba_inventory", "orders"]
since = 2026-01-01
secrets = { client_id = "LWA_ID", client_secret = "LWA_SECRET", refresh_token = "LWA_REFRESH" }
"""
    (tmp_path / "company.toml").write_text(SETTINGS + good)

    (source,) = load_company(tmp_path, environ={}).sources

    assert (source.account, source.datasets, source.since) == (
        "amazon_us",
        ("fba_inventory", "orders"),
        dt.date(2026, 1, 1),
    )

    bad = """
[[sources]]
source = "a"
connector = "amazon"
url = "https://x.example"
datasets = ["order"]
secrets = { client_id = "amzn1.application-oa2-client.very-secret", refresh_tokn = "X" }
options = { shop = "x" }
[[sources]]
source = "a"
connector = "shopfy"
[[sources]]
source = "w"
connector = "gwms"
url = "https://x.example"
datasets = ["stock"]
marketplaces = ["X"]
secrets = { client_id = "A", client_secret = "B", api_key = "C" }
[[sources]]
source = "t"
account = "w"
connector = "17track"
datasets = ["tracking"]
secrets = { key = "K" }
"""
    (tmp_path / "company.toml").write_text(SETTINGS + bad)
    with pytest.raises(UnableToReadCompany) as caught:
        load_company(tmp_path, environ={})

    text = str(caught.value)
    for words in (
        'datasets: has "order", which is none; did you mean "orders"?',
        "secrets: lacks client_secret",
        'secrets: has refresh_tokn, which is none; did you mean "refresh_token"?',
        "secrets: client_id: write the NAME of a variable",
        "options: has shop, which amazon does not know",
        "marketplaces: is missing",
        "source: is used twice",
        'connector: is "shopfy"; write one of',
        "options: lacks warehouse_code",
        "marketplaces: is nothing that gwms knows",
        'account: is that of "w" too, which is another system',
    ):
        assert words in text, words
    assert "very-secret" not in text
