"""GWMS: judged by the vendor's OpenAPI; orders are told once, recipients are dropped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pipelines.sources import gwms as connector
from pipelines.sources.catalog import CONNECTORS
from pipelines.sources.errors import Rejected, UnableToFetch
from pipelines.sources.gwms.client import Gwms
from pipelines.sources.gwms.orders import (
    Address,
    announce_inbound,
    cancel_inbound,
    cancel_outbound,
    order_outbound,
    received_units,
)
from pipelines.sources.session import Session
from pipelines.sources.settings import Source
from tests.vendor_contract import Contract
from tests.vendor_server import Asked, CountingClock, Reply, Vendor, lines

from .conftest import Puller

STOCK, INBOUND = "/api/v1/stock/page/queries", "/api/v1/inbound/orders"
OUTBOUND, NEW = "/api/v1/outboundOrders", "/api/v1/outboundOrder"
WAREHOUSE = Address("Warehouse 9", "+1 555 0100", "US", "NJ", "Edison", "1 Example Way", "08817")


@pytest.fixture
def judge(vendor: Vendor, contracts: Callable[[str], Contract]) -> Iterator[Contract]:
    contract = contracts("gwms/openapi.yaml")
    # A defect of the vendor's file: every answer's `data` is an object, and the lists' `data` is an array as well,
    # which nothing can be. The lists' own word is taken.
    data = contract.document["components"]["schemas"]["ApiResponseBase"]["properties"]["data"]
    assert data.pop("type") == "object"
    vendor.checks.append(contract.check)
    yield contract
    assert contract.problems == []


@pytest.fixture
def warehouse(puller: Puller, vendor: Vendor) -> Puller:
    token = dict.fromkeys(("api_key", "user_id", "system_id", "vendor", "scope", "client_id"), "x")
    vendor.on(
        "POST",
        "/auth-api/token",
        token | {"access_token": "jwt-of-the-warehouse", "token_type": "Bearer", "expires_in": 3600},
    )
    # of the shape that the contract wants
    puller.environ = {
        "GWMS_CLIENT_ID": "C" * 32,
        "GWMS_API_KEY": "K" * 32,
        "GWMS_CLIENT_SECRET": "c2VjcmV0" * 5 + "c2V0",
    }
    return puller


@pytest.fixture
def gwms(session: Session) -> Gwms:
    return Gwms(session, warehouse="US01")


def _good(data: Any, **more: Any) -> dict[str, Any]:
    return {"success": True, "message": "ok", "code": "200", "timestamp": "2026-11-02T12:00:00Z", "data": data, **more}


def _page(items: list[Any], asked: Asked, *, size: int = 2) -> dict[str, Any]:
    number = int(asked.query["pageNumber"])
    pagination = {"total": len(items), "pageNumber": number, "size": size}
    return _good(items[(number - 1) * size : number * size], pagination=pagination)


def _source(puller: Puller, *datasets: str) -> Source:
    return puller.source("gwms", *datasets, options={"warehouse_code": "US01"}, since=dt.date(2026, 9, 1))


def _outbound(number: str, state: str = "NOT_OUT", **more: Any) -> dict[str, Any]:
    return {
        "orderType": "FBA",
        "orderState": state,
        "trackingNo": "WB1",
        "platformOrderNo": number,
        "wmsOrderNo": f"WMS-{number}",
        "warehouseCode": "US01",
        "toFullName": "Jane Buyer",
        "toAddressLine1": "7 Private Street",
        "details": [{"sku": "MUG", "quantity": 5}],
        **more,
    }


def test_the_catalog_names_what_the_connector_has() -> None:
    assert sorted(connector.DATASETS) == sorted(CONNECTORS["gwms"].datasets)


@pytest.mark.shared
def test_stock_is_read_to_its_last_page(warehouse: Puller, vendor: Vendor, judge: Contract) -> None:
    stocks = [
        {"warehouseCode": "US01", "gsku": f"S{n}", "qualified": n, "unqualified": 1, "details": []} for n in range(5)
    ]
    vendor.on("POST", STOCK, lambda asked: _page(stocks, asked))

    (outcome,) = warehouse.pull(_source(warehouse, "stock"))

    assert outcome.problem is None
    pages = lines(outcome.files[0])
    assert [row["gsku"] for page in pages for row in page["answer"]["data"]] == ["S0", "S1", "S2", "S3", "S4"]
    assert judge.seen == ["getAccessToken", *["getPageStocks"] * 3]
    assert vendor.asked[1].headers["Authorization"] == "Bearer jwt-of-the-warehouse"
    assert vendor.asked[0].json["apiKey"] == "K" * 32
    kept = warehouse.everything_kept()
    assert "jwt-of-the-warehouse" not in kept
    assert not any(secret in kept for secret in warehouse.environ.values())


@pytest.mark.shared
def test_inbound_orders_come_with_their_lines_and_what_was_received(
    warehouse: Puller, vendor: Vendor, judge: Contract
) -> None:
    order = {"inboundNo": "IB1", "inboundType": "FBA_PREP", "warehouseCode": "US01", "status": "PARTIALLY_RECEIVED"}
    details = [{"skuCode": "MUG", "quantity": 10, "inTransitQuantity": 4}, {"skuCode": "CUP", "quantity": 3}]
    vendor.on("GET", INBOUND, lambda asked: _page([order], asked))
    vendor.on("GET", f"{INBOUND}/IB1", _good(order | {"boxes": [{"boxCount": 1, "details": details}]}))

    (outcome,) = warehouse.pull(_source(warehouse, "inbound_orders"))

    (page,) = lines(outcome.files[0])
    (kept,) = page["answer"]["data"]
    assert kept["status"] == "PARTIALLY_RECEIVED"
    assert received_units(kept) == {"MUG": 6, "CUP": 3}
    assert vendor.asked[1].query["startDate"] == "2026-09-01"


@pytest.mark.shared
def test_outbound_orders_are_kept_without_who_receives_them(warehouse: Puller, vendor: Vendor, judge: Contract) -> None:
    vendor.on("GET", OUTBOUND, lambda asked: _page([_outbound("TO-1", "OUTED")], asked))

    (outcome,) = warehouse.pull(_source(warehouse, "outbound_orders"))

    (page,) = lines(outcome.files[0])
    assert page["answer"]["data"][0]["orderState"] == "OUTED"
    kept = warehouse.everything_kept()
    assert "Jane Buyer" not in kept
    assert "Private Street" not in kept


@pytest.mark.shared
def test_an_outbound_order_is_told_once_however_often_it_is_sent(gwms: Gwms, vendor: Vendor, judge: Contract) -> None:
    known: list[dict[str, Any]] = []

    def create(asked: Asked) -> dict[str, Any]:
        known.append(_outbound(asked.json["platformOrderNo"]))
        return _good({})

    vendor.on("GET", OUTBOUND, lambda asked: _page(known, asked))
    vendor.on("POST", NEW, create)

    for _ in range(2):
        state = order_outbound(gwms, "TO-1", {"MUG": 5}, to=WAREHOUSE, channel="TRUCK", waybill="WB1", for_fba=True)

    assert (state.warehouse_order, state.state) == ("WMS-TO-1", "NOT_OUT")
    (told,) = [asked.json for asked in vendor.asked if asked.path == NEW]
    assert told["details"] == [{"sku": "MUG", "quantity": 5}]
    assert told["orderType"] == "FBA"


def test_a_lost_answer_is_followed_by_a_look_and_not_by_a_second_order(gwms: Gwms, vendor: Vendor) -> None:
    known: list[dict[str, Any]] = []

    def done_but_lost(asked: Asked) -> Reply:
        known.append(_outbound("TO-1"))
        return Reply({}, breaks_off=True)

    vendor.on("GET", OUTBOUND, lambda asked: _page(known, asked))
    vendor.on("POST", NEW, done_but_lost)

    state = order_outbound(gwms, "TO-1", {"MUG": 5}, to=WAREHOUSE, channel="TRUCK", waybill="WB1", for_fba=False)

    assert state.warehouse_order == "WMS-TO-1"
    assert vendor.paths().count(NEW) == 1


def test_an_order_that_the_warehouse_refuses_is_an_error_in_words(gwms: Gwms, vendor: Vendor) -> None:
    vendor.on("GET", OUTBOUND, lambda asked: _page([], asked))
    vendor.on("POST", NEW, {"success": False, "message": "SKU MUG 不存在", "code": "SKU_NOT_FOUND", "data": None})

    with pytest.raises(Rejected, match="SKU_NOT_FOUND SKU MUG 不存在"):
        order_outbound(gwms, "TO-1", {"MUG": 5}, to=WAREHOUSE, channel="TRUCK", waybill="WB1", for_fba=False)


def test_an_order_that_may_not_have_come_through_stays_an_error(gwms: Gwms, vendor: Vendor) -> None:
    vendor.on("GET", OUTBOUND, lambda asked: _page([], asked))
    vendor.on("POST", NEW, Reply({}, breaks_off=True))

    with pytest.raises(UnableToFetch, match="may have done it"):
        order_outbound(gwms, "TO-1", {"MUG": 5}, to=WAREHOUSE, channel="TRUCK", waybill="WB1", for_fba=False)


@pytest.mark.shared
@pytest.mark.parametrize(("state", "taken_back"), [("NOT_OUT", True), ("OUTED", False), (None, False)])
def test_a_cancellation_takes_back_what_has_not_left(
    gwms: Gwms, vendor: Vendor, judge: Contract, state: str | None, taken_back: bool
) -> None:
    known = [_outbound("TO-10", "NOT_OUT")] + ([_outbound("TO-1", state)] if state else [])
    vendor.on("GET", OUTBOUND, lambda asked: _page(known, asked))
    vendor.on("POST", f"{NEW}/WMS-TO-1/cancel", _good({}))

    assert cancel_outbound(gwms, "TO-1") is taken_back
    assert (f"{NEW}/WMS-TO-1/cancel" in vendor.paths()) is taken_back


@pytest.mark.shared
def test_what_is_coming_is_announced_with_one_key_a_message(gwms: Gwms, vendor: Vendor, judge: Contract) -> None:
    vendor.on("POST", INBOUND, Reply(_good({"inboundNo": "IB7", "warehouseCode": "US01"}), 201))
    vendor.on("DELETE", f"{INBOUND}/IB7", Reply(b"", 204))
    expected = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)

    for key in ("message-1", "message-1", "message-2"):
        number = announce_inbound(
            gwms, "SH-1", {"MUG": 10}, key=key, waybill="WB1", transport="SEA", expected_at=expected, for_fba=False
        )
    cancel_inbound(gwms, number)

    assert number == "IB7"
    keys = [asked.headers["Idempotency-Key"] for asked in vendor.asked if asked.path == INBOUND]
    assert keys[0] == keys[1] != keys[2]


def test_a_token_that_ended_is_replaced(warehouse: Puller, vendor: Vendor, clock: CountingClock) -> None:
    vendor.on("POST", STOCK, lambda asked: Reply({}, 401) if vendor.paths().count(STOCK) == 1 else _page([], asked))

    (outcome,) = warehouse.pull(_source(warehouse, "stock"))

    assert outcome.problem is None
    assert vendor.paths().count("/auth-api/token") == 2
