"""Every answer of the warehouse system passes Prism against the GWMS OpenAPI, and is what the world holds."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
import yaml

from sandbox.network import DOMESTIC, US_3PL
from sandbox.places import AVAILABLE
from sandbox.servers.gwms import CHANNELS
from sandbox.servers.gwms_frame import API_KEY, CLIENT_ID, CLIENT_SECRET, CODES
from tests.contract.sandbox.conftest import Reply, send

pytestmark = pytest.mark.shared


@pytest.fixture(scope="session")
def gwms_file(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The vendor's file but for one contradiction: its base envelope says that `data` is an object, its lists that
    the same `data` is an array, so that no list could pass. The test fails when the file no longer says so."""
    text = (shared / "specs" / "gwms" / "openapi.yaml").read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    base = found["components"]["schemas"]["ApiResponseBase"]["properties"]
    assert base["data"]["type"] == "object"
    del base["data"]
    path = tmp_path_factory.mktemp("gwms") / "gwms.yaml"
    path.write_text(yaml.safe_dump(found, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture
def gwms(sandbox, prisms, gwms_file):
    base = prisms.before(sandbox.urls["gwms"], gwms_file)
    credentials = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "apiKey": API_KEY}
    held: list[str] = []

    def call(method: str, path: str, *, body=None, headers=None, **query) -> Reply:
        """A call with a token, renewed when the world's clock has outlived it."""
        for _ in range(2):
            if not held:
                sandbox.refill()
                held.append(send("POST", base + "/auth-api/token", body=credentials).json["access_token"])
            given = {"Authorization": f"Bearer {held[0]}", **(headers or {})}
            reply = send(method, base + path, body=body, headers=given, **query)
            assert b"stoplight" not in reply.body, reply.body.decode()[:3000]
            if reply.status != 401:
                break
            held.clear()
        return reply

    return call


def _stock(call, sandbox, warehouse, **query):
    reply = call("POST", "/api/v1/stock/page/queries", body={"warehouseCode": CODES[warehouse]}, **query)
    assert reply.status == 200, reply.body
    return reply.json


def test_stock_is_the_worlds_page_by_page(sandbox, gwms):
    for warehouse in (DOMESTIC, US_3PL):
        found, number = [], 1
        while True:
            page = _stock(gwms, sandbox, warehouse, pageNumber=number, pageSize=30)
            found += page["data"]
            if len(found) >= page["pagination"]["total"]:
                break
            number += 1
        units = {item["gsku"]: item["qualified"] for item in found}
        stock = sandbox.world.places.stock(warehouse, AVAILABLE)
        world = {item.sku: int(stock[item.index]) for item in sandbox.world.catalog.products if stock[item.index]}
        assert {sku: count for sku, count in units.items() if count} == world


def test_a_product_that_is_asked_for_by_name_stands_there_with_zero(sandbox, gwms):
    stock = sandbox.world.places.stock(US_3PL)
    sku = next(item.sku for item in sandbox.world.catalog.products if not stock[item.index])
    reply = gwms("POST", "/api/v1/stock/queries", body={"warehouseCode": "ONT01", "gsku": [sku]})
    assert [item["qualified"] for item in reply.json["data"]] == [0]


def test_master_data_passes(gwms):
    assert [item["code"] for item in gwms("GET", "/api/v1/warehouses").json["data"]] == list(CODES.values())
    assert gwms("GET", "/api/v1/products", pageSize=100).json["data"]
    assert {item["code"] for item in gwms("GET", "/api/v1/expressChannel").json["data"]} <= set(CHANNELS)


def _outbound(sandbox, reference, *, channel="EXPRESS-FBA-US", units=3, **changes):
    stock = sandbox.world.places.stock(DOMESTIC)
    sku = next(item.sku for item in sandbox.world.catalog.products if stock[item.index] > 50)
    return {
        "orderType": "FBA",
        "expressChannelsCode": channel,
        "trackingNo": "-",
        "platformOrderNo": reference,
        "warehouseCode": "SZ01",
        "toFullName": "Amazon ONT8",
        "toNumber": "+1 555 0100",
        "toCountry": "US",
        "toProvince": "CA",
        "toCity": "Moreno Valley",
        "toAddressLine1": "24300 Nandina Ave",
        "toZipCode": "92551",
        "details": [{"sku": sku, "quantity": units}],
    } | changes


def test_an_outbound_order_is_reserved_sent_and_confirmed_with_its_waybill(sandbox, gwms):
    before = sandbox.world.places.stock(DOMESTIC).sum()
    body = _outbound(sandbox, "TO-GWMS-1")
    made = gwms("POST", "/api/v1/outboundOrder", body=body)
    assert made.status == 200, made.body
    assert sandbox.world.places.stock(DOMESTIC).sum() == before - 3
    order = gwms("GET", "/api/v1/outboundOrders", platformOrderNo="TO-GWMS-1").json["data"][0]
    assert order["orderState"] == "NOT_OUT"
    sandbox.advance("3d")
    order = gwms("GET", "/api/v1/outboundOrders", platformOrderNo="TO-GWMS-1").json["data"][0]
    assert order["orderState"] == "OUTED"
    assert sandbox.world.shipment_of(order["trackingNo"]).units.sum() == 3
    late = gwms("POST", f"/api/v1/outboundOrder/{order['wmsOrderNo']}/cancel")
    assert late.status == 409


def test_a_repeated_order_number_is_refused(sandbox, gwms):
    assert gwms("POST", "/api/v1/outboundOrder", body=_outbound(sandbox, "TO-GWMS-2")).status == 200
    again = gwms("POST", "/api/v1/outboundOrder", body=_outbound(sandbox, "TO-GWMS-2"))
    assert (again.status, again.json["code"]) == (409, "DUPLICATE_ORDER")


def test_more_than_there_is_is_refused(sandbox, gwms):
    reply = gwms("POST", "/api/v1/outboundOrder", body=_outbound(sandbox, "TO-GWMS-3", units=10**7))
    assert (reply.status, reply.json["code"]) == (409, "INSUFFICIENT_STOCK")


def test_a_cancelled_order_gives_its_units_back(sandbox, gwms):
    before = sandbox.world.places.stock(DOMESTIC).sum()
    made = gwms("POST", "/api/v1/outboundOrder", body=_outbound(sandbox, "TO-GWMS-4")).json["data"]
    assert gwms("POST", f"/api/v1/outboundOrder/{made['wmsOrderNo']}/cancel").status == 200
    assert sandbox.world.places.stock(DOMESTIC).sum() == before
    assert gwms("POST", "/api/v1/outboundOrder/NONE/cancel").status == 404


def test_an_inbound_order_tells_what_was_received_of_its_goods(sandbox, gwms):
    body = _outbound(sandbox, "TO-GWMS-5", channel="SEA-US-3PL", units=8)
    sku = body["details"][0]["sku"]
    expected = {
        "inboundNo": "IN-GWMS-5",
        "inboundType": "DROPSHIPPING",
        "asnOrderCode": "TO-GWMS-5",
        "warehouseCode": "ONT01",
        "transportType": "SEA",
        "boxes": [{"boxCount": 2, "details": [{"skuCode": sku, "quantity": 4}]}],
    }
    key = {"Idempotency-Key": str(uuid.UUID(int=5))}
    made = gwms("POST", "/api/v1/inbound/orders", body=expected, headers=key)
    assert made.status == 201, made.body
    assert gwms("POST", "/api/v1/inbound/orders", body=expected, headers=key).json["data"] == made.json["data"]
    other = gwms("POST", "/api/v1/inbound/orders", body=expected, headers={"Idempotency-Key": str(uuid.UUID(int=55))})
    assert other.status == 409
    assert gwms("POST", "/api/v1/outboundOrder", body=body).status == 200
    changed = gwms("PUT", "/api/v1/inbound/orders/IN-GWMS-5", body={"remark": "by sea"})
    assert changed.json["data"]["remark"] == "by sea"
    order = sandbox.world.inbounds["IN-GWMS-5"]
    for _ in range(30):
        sandbox.advance("5d")
        if sandbox.world.counted(sandbox.world.arrivals_of(order)).is_finished:
            break
    sandbox.advance("1d")
    found = gwms("GET", "/api/v1/inbound/orders/IN-GWMS-5").json["data"]
    assert found["status"] == "PUTAWAY_COMPLETED"
    counted = sandbox.world.counted(sandbox.world.arrivals_of(order))
    assert found["totalSkuReceive"] == (counted.good + counted.damaged).sum()
    line = found["boxes"][0]["details"][0]
    assert line["params"]["received"] == found["totalSkuReceive"]
    listed = gwms("GET", "/api/v1/inbound/orders", warehouseCode="ONT01", pageSize=100).json["data"]
    assert "IN-GWMS-5" in {item["inboundNo"] for item in listed}
    assert gwms("DELETE", "/api/v1/inbound/orders/IN-GWMS-5").status == 409


def test_an_inbound_order_can_be_cancelled_before_its_goods_come(gwms):
    body = {"inboundNo": "IN-GWMS-6", "inboundType": "DROPSHIPPING", "warehouseCode": "DUI01"}
    assert (
        gwms("POST", "/api/v1/inbound/orders", body=body, headers={"Idempotency-Key": str(uuid.UUID(int=6))}).status
        == 201
    )
    assert gwms("DELETE", "/api/v1/inbound/orders/IN-GWMS-6").status == 204
    assert gwms("GET", "/api/v1/inbound/orders/IN-GWMS-6").json["data"]["status"] == "CANCELLED"


def test_an_owner_can_cancel_by_status_and_set_no_other(gwms):
    body = {"inboundNo": "IN-GWMS-7", "inboundType": "DROPSHIPPING", "warehouseCode": "DUI01"}
    assert (
        gwms("POST", "/api/v1/inbound/orders", body=body, headers={"Idempotency-Key": str(uuid.uuid4())}).status == 201
    )
    path = "/api/v1/inbound/orders/IN-GWMS-7/status"
    assert gwms("PATCH", path, body={"status": "RECEIVED"}).status == 409
    assert gwms("PATCH", path, body={"status": "CANCELLED"}).json["data"]["status"] == "CANCELLED"


def test_what_suppliers_deliver_comes_under_an_inbound_order(sandbox, gwms):
    found = []
    for _ in range(20):
        found = [order for order in sandbox.world.inbounds.values() if order.number.startswith("IBP")]
        if found:
            break
        sandbox.advance("7d")
    listed = gwms("GET", f"/api/v1/inbound/orders/{found[0].number}").json["data"]
    assert listed["status"] in {"RECEIVED", "PUTAWAY_COMPLETED"}
    assert listed["totalSkuReceive"] == found[0].units.sum()
    orders = {order.purchase_order_id: order for order in sandbox.world.purchase_orders}
    assert listed["asnOrderCode"] in orders


def test_nobody_gets_in_without_a_token(sandbox):
    reply = send("GET", sandbox.urls["gwms"] + "/api/v1/warehouses")
    assert (reply.status, reply.json["error"]["code"]) == (401, "AUTH001")
    wrong = {"clientId": CLIENT_ID, "clientSecret": "x" * 43, "apiKey": API_KEY}
    assert send("POST", sandbox.urls["gwms"] + "/auth-api/token", body=wrong).json["code"] == "AUTH002"
