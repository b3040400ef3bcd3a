"""An overseas-warehouse system by the GWMS OpenAPI: one system for the seller's three warehouses.

Belongs here: tokens, warehouses, products, stock, channels, outbound orders; inbound orders stand in
`gwms_inbound.py`. What GWMS leaves open is decided here: `qualified` units are free to sell (reserved ones are already
out of it); a channel is a lane, so that it says where goods go; a cancelled outbound order is in ERROR and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette

from sandbox.living.warehouse_orders import OWN, Outbound
from sandbox.living.world import UnableToDo
from sandbox.network import LANES, WAREHOUSES
from sandbox.places import AVAILABLE, UNFULFILLABLE
from sandbox.servers import gwms_inbound
from sandbox.servers.gwms_frame import CODES, Tokens, asked_warehouse, good, guarded, page_of, words
from sandbox.servers.web import Answer, Call, Handler, House, Refused, build

PARCEL = "PARCEL"
CHANNELS: dict[str, int | None] = {
    f"{lane.mode.upper()}-{WAREHOUSES[lane.destination].warehouse_id.upper().replace('_', '-')}"
    f"{'-FROM-' + CODES[lane.origin] if lane.origin else ''}": lane.index
    for lane in LANES
}
CHANNELS[PARCEL] = None
_STATES = {"waiting": "NOT_OUT", "sent": "OUTED", "cancelled": "ERROR"}
_NO_WAYBILL = {"", "-", "PENDING", "TBD"}  # the field is required even when the warehouse is to choose the waybill
_CM_PER_INCH, _LB_PER_KG = 2.54, 2.20462


def list_warehouses(call: Call) -> Answer:
    """GET /api/v1/warehouses."""
    found = [
        {
            "warehouseId": number + 1,
            "code": CODES[number],
            "name": WAREHOUSES[number].name[:40],
            "status": "ENABLED",
            "params": {"country": WAREHOUSES[number].country, "timeZone": WAREHOUSES[number].time_zone},
        }
        for number in OWN
        if call.one("code", CODES[number]) == CODES[number]
    ]
    return page_of(call, found)


def list_products(call: Call) -> Answer:
    """GET /api/v1/products."""
    found = [
        {
            "id": product.index + 1,
            "sku": product.sku,
            "skuCode": product.sku,
            "gsku": product.sku,
            "upc": product.ean[-12:],
            "dimensions": {
                "lengthCm": product.length_cm,
                "widthCm": product.width_cm,
                "heightCm": product.height_cm,
            },
            "weight": {"weightKg": product.weight_kg},
            "attributes": {"containingElectric": product.has_battery, "dangerousGoods": product.is_hazmat},
            "status": "ACTIVE",
        }
        for product in call.world.catalog.products
        if call.one("sku", product.sku) == product.sku
    ]
    return page_of(call, found)


def _stock(call: Call) -> list[dict[str, Any]]:
    body, world = call.json, call.world
    warehouse = asked_warehouse(str(body.get("warehouseCode", "")))
    wanted = set(body.get("gsku") or [])
    good_units = world.places.stock(warehouse, AVAILABLE)
    bad_units = world.places.stock(warehouse, UNFULFILLABLE)
    found = []
    for product in world.catalog.products:
        qualified, bad = int(good_units[product.index]), int(bad_units[product.index])
        # Asked for by name, a product without stock stands there with zeros; in the whole list it is missing.
        if (wanted and product.sku not in wanted) or not (wanted or qualified or bad):
            continue
        classes = (("QUALIFIED", qualified), ("UNQUALIFIED", bad))
        found.append(
            {
                "warehouseCode": CODES[warehouse],
                "gsku": product.sku,
                "productName": product.title,
                "length": round(product.length_cm / _CM_PER_INCH, 2),
                "width": round(product.width_cm / _CM_PER_INCH, 2),
                "height": round(product.height_cm / _CM_PER_INCH, 2),
                "weight": round(product.weight_kg * _LB_PER_KG, 3),
                "qualified": qualified,
                "unqualified": bad,
                "details": [
                    {"status": status, "age": 30, "num": units, "gsku": product.sku}
                    for status, units in classes
                    if units
                ],
            }
        )
    return found[::2] if call.house.faults.meets("half_reports", "gwms") else found


def stock(call: Call) -> Answer:
    """POST /api/v1/stock/queries."""
    return good(call, _stock(call))


def stock_pages(call: Call) -> Answer:
    """POST /api/v1/stock/page/queries."""
    return page_of(call, _stock(call))


def list_channels(call: Call) -> Answer:
    """GET /api/v1/expressChannel."""
    found = []
    for code, number in CHANNELS.items():
        lane = None if number is None else LANES[number]
        found.append(
            {
                "code": code,
                "name": "一件代发 Parcel" if lane is None else lane.carrier,
                "warehouseCode": "" if lane is None else CODES[lane.origin],
                "destination": "" if lane is None else WAREHOUSES[lane.destination].warehouse_id,
            }
        )
    return page_of(call, found)


def create_outbound(call: Call) -> Answer:
    """POST /api/v1/outboundOrder."""
    body, world = call.json, call.world
    required = (
        *("expressChannelsCode", "platformOrderNo", "warehouseCode", "toFullName", "toNumber", "toCountry"),
        *("toProvince", "toCity", "toAddressLine1", "details"),
    )
    missing = [name for name in required if not body.get(name)] + ["trackingNo"] * ("trackingNo" not in body)
    if missing:
        raise Refused(400, "VALIDATION_ERROR", f"required: {', '.join(missing)}")
    warehouse = asked_warehouse(str(body["warehouseCode"]))
    channel = str(body["expressChannelsCode"])
    if channel not in CHANNELS:
        raise Refused(400, "INVALID_CHANNEL", f"物流渠道 {channel} 不存在")
    lines: dict[str, int] = {}
    for detail in body["details"]:
        if detail["sku"] not in world.product_of or int(detail["quantity"]) <= 0:
            raise Refused(422, "INVALID_PRODUCT", f"SKU {detail['sku']} 不存在或数量无效")
        lines[detail["sku"]] = lines.get(detail["sku"], 0) + int(detail["quantity"])
    reference = str(body["platformOrderNo"])
    if any(order.reference == reference and order.state != "cancelled" for order in world.outbounds.values()):
        raise Refused(409, "DUPLICATE_ORDER", f"平台单号 {reference} 已存在出库单")
    if (world.places.stock(warehouse) < world.units_of(lines)).any():
        raise Refused(409, "INSUFFICIENT_STOCK", "SKU库存不足，请求数量超过可用库存")
    given = str(body.get("trackingNo") or "").strip()
    order = call.do(
        "send_out",
        warehouse=warehouse,
        lane=CHANNELS[channel],
        reference=reference,
        waybill="" if given.upper() in _NO_WAYBILL or given == reference else given,
        lines=lines,
        told=body,
    )
    return good(call, {"wmsOrderNo": order.number, "platformOrderNo": reference, "orderState": "NOT_OUT"})


def cancel_outbound(call: Call) -> Answer:
    """POST /api/v1/outboundOrder/{wmsOrderNo}/cancel."""
    number = call.parts["wmsOrderNo"]
    if number not in call.world.outbounds:
        raise Refused(404, "NOT_FOUND", f"出库单 {number} 不存在")
    try:
        order = call.do("cancel_outbound", number=number)
    except UnableToDo as error:
        raise Refused(409, "ORDER_ALREADY_OUT", str(error)) from error
    return good(call, {"wmsOrderNo": order.number, "orderState": "ERROR"})


def _view(order: Outbound) -> dict[str, Any]:
    told = order.told
    names = ("toFullName", "toNumber", "toCountry", "toProvince", "toCity", "toAddressLine1", "toAddressLine2")
    return {
        "orderType": told.get("orderType", "DROP_SHIPPING"),
        "orderState": _STATES[order.state],
        "errorMsg": "已取消 cancelled" if order.state == "cancelled" else "",
        "trackingNo": order.waybill or order.wanted_waybill,
        "customerCode": "LUMIVO",
        "expressChannelCode": told["expressChannelsCode"],
        "platformOrderNo": order.reference,
        "wmsOrderNo": order.number,
        "warehouseCode": CODES[order.warehouse],
        "charges": [],
        **{name: str(told.get(name) or "") for name in (*names, "toZipCode")},
        "details": [{"sku": item["sku"], "quantity": int(item["quantity"])} for item in told["details"]],  # type: ignore[attr-defined]
    }


def list_outbounds(call: Call) -> Answer:
    """GET /api/v1/outboundOrders."""
    found = [_view(order) for order in call.world.outbounds.values() if "expressChannelsCode" in order.told]
    for name in ("wmsOrderNo", "platformOrderNo", "orderState", "trackingNo", "orderType"):
        if call.one(name):
            found = [item for item in found if item[name] == call.one(name)]
    if found and call.house.faults.meets("duplicated_events", "gwms"):
        found.append(found[-1])
    return page_of(call, found)


def app(house: House) -> Starlette:
    """The server."""
    tokens = Tokens()
    table: list[tuple[str, str, Callable[[Call], Answer]]] = [
        ("GET", "/api/v1/warehouses", list_warehouses),
        ("GET", "/api/v1/products", list_products),
        ("POST", "/api/v1/stock/queries", stock),
        ("POST", "/api/v1/stock/page/queries", stock_pages),
        ("GET", "/api/v1/expressChannel", list_channels),
        ("POST", "/api/v1/outboundOrder", create_outbound),
        ("POST", "/api/v1/outboundOrder/{wmsOrderNo}/cancel", cancel_outbound),
        ("GET", "/api/v1/outboundOrders", list_outbounds),
        ("GET", "/api/v1/inbound/orders", gwms_inbound.list_orders),
        ("POST", "/api/v1/inbound/orders", gwms_inbound.create),
        ("GET", "/api/v1/inbound/orders/{inboundNo}", gwms_inbound.get),
        ("PUT", "/api/v1/inbound/orders/{inboundNo}", gwms_inbound.update),
        ("PATCH", "/api/v1/inbound/orders/{inboundNo}/status", gwms_inbound.change_status),
        ("DELETE", "/api/v1/inbound/orders/{inboundNo}", gwms_inbound.cancel),
    ]
    routes: list[tuple[str, str, Handler]] = [
        ("POST", "/auth-api/token", tokens.login),
        *((method, path, guarded(tokens, handle)) for method, path, handle in table),
    ]
    return build(house, "gwms", routes, words=words)
