"""GWMS inbound orders: what a warehouse expects, what it received, what it put away.

Belongs here: statuses and counts. GWMS has no field for what was received of a line but what is still in transit, so
the counts of a line also stand in its `params`, where the file lets a system extend itself. The quantity of a detail is
that of one box.
"""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np

from sandbox.living.life import LivingWorld
from sandbox.living.warehouse_arrivals import Inbound
from sandbox.living.world import UnableToDo, instant
from sandbox.network import WAREHOUSES
from sandbox.servers.gwms_frame import CODES, asked_warehouse, good, page_of
from sandbox.servers.web import Answer, Call, Refused

_TYPES = {"DROPSHIPPING", "FBA_PREP", "DEVAN_TRANSFER", "RELABELING", "RETURN_HANDLING"}
_KEPT = ("inboundType", "arriveMethod", "transportType", "expectArriveTime", "carrierCode", "attachmentUrls", "remark")


def _stamp(seconds: int) -> str:
    return instant(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def _found(call: Call) -> Inbound:
    order = call.world.inbounds.get(call.parts["inboundNo"])
    if order is None:
        raise Refused(404, "NOT_FOUND", f"入库单 {call.parts['inboundNo']} 不存在")
    return order


def _status(world: LivingWorld, order: Inbound) -> str:
    if order.is_cancelled:
        return "CANCELLED"
    counted = world.counted_for(order)
    if counted.last_day is None:
        return "APPROVED"
    if not counted.is_finished:
        return "PARTIALLY_RECEIVED"
    return "PUTAWAY_COMPLETED" if world.now >= world.morning(counted.last_day) + 6 * 3600 else "RECEIVED"


def view(world: LivingWorld, order: Inbound) -> dict[str, Any]:
    """An InboundOrder."""
    counted = world.counted_for(order)
    received = int((counted.good + counted.damaged).sum())
    boxes = sum(int(box["boxCount"]) for box in order.boxes)  # type: ignore[call-overload]
    updated = order.updated_at if counted.last_day is None else world.morning(counted.last_day)
    answer = {
        "inboundNo": order.number,
        "asnOrderCode": order.reference,
        "ownerCode": "LUMIVO",
        "ownerName": "LUMIVO",
        "warehouseCode": CODES[order.warehouse],
        "warehouseName": WAREHOUSES[order.warehouse].name,
        "status": _status(world, order),
        "trackingNo": order.waybill,
        "totalBoxAsn": boxes,
        "totalBoxReceive": boxes if received else 0,
        "totalSkuAsn": int(order.units.sum()),
        "totalSkuReceive": received,
        "isMetric": True,
        "createTime": _stamp(order.created_at),
        "updateTime": _stamp(updated),
        **{name: order.told[name] for name in _KEPT if order.told.get(name)},
    }
    if counted.last_day is not None:
        answer["lastReceiveTime"] = _stamp(world.morning(counted.last_day))
    return {name: value for name, value in answer.items() if value != ""}


def _boxes(world: LivingWorld, order: Inbound) -> list[dict[str, Any]]:
    """The order's boxes; a product's counts stand at its first line."""
    counted = world.counted_for(order)
    good_left, bad_left = counted.good.copy(), counted.damaged.copy()
    found = []
    for number, box in enumerate(order.boxes, start=1):
        count, details = int(box["boxCount"]), []  # type: ignore[call-overload]
        for line in box["details"]:  # type: ignore[attr-defined]
            product = world.product_of[line["skuCode"]]
            units = int(line["quantity"]) * count
            fine, bad = int(good_left[product]), int(bad_left[product])
            good_left[product] = bad_left[product] = 0
            details.append(
                {
                    "boxCode": f"BOX-{number:04d}",
                    "skuCode": line["skuCode"],
                    "skuName": world.catalog.products[product].title[:200],
                    "quantity": int(line["quantity"]),
                    "inTransitQuantity": 0 if counted.is_finished else max(0, units - fine - bad),
                    "params": {"expected": units, "received": fine + bad, "qualified": fine, "unqualified": bad},
                }
            )
        found.append({"boxNo": f"BOX-{number:04d}", "boxCount": count, "details": details})
    unplanned = np.flatnonzero(good_left + bad_left)
    if len(unplanned):
        extra = [
            {
                "skuCode": world.catalog.products[at].sku,
                "params": {
                    "expected": 0,
                    "received": int(good_left[at] + bad_left[at]),
                    "qualified": int(good_left[at]),
                    "unqualified": int(bad_left[at]),
                },
            }
            for at in unplanned.tolist()
        ]
        found.append({"boxNo": "BOX-UNPLANNED", "details": extra})
    return found


def list_orders(call: Call) -> Answer:
    """GET /api/v1/inbound/orders."""
    found = [view(call.world, order) for order in call.world.inbounds.values()]
    for name in ("inboundNo", "inboundType", "status", "ownerCode", "warehouseCode"):
        if call.one(name):
            found = [item for item in found if item.get(name) == call.one(name)]
    if call.one("startDate"):
        found = [item for item in found if item["createTime"][:10] >= call.one("startDate")[:10]]
    if call.one("endDate"):
        found = [item for item in found if item["createTime"][:10] <= call.one("endDate")[:10]]
    return page_of(call, found)


def get(call: Call) -> Answer:
    """GET /api/v1/inbound/orders/{inboundNo}."""
    order = _found(call)
    return good(call, {**view(call.world, order), "boxes": _boxes(call.world, order)})


def _lines(call: Call, boxes: list[dict[str, Any]]) -> dict[str, int]:
    lines: dict[str, int] = {}
    for box in boxes:
        for detail in box.get("details") or []:
            sku, units = str(detail["skuCode"]), int(detail["quantity"]) * int(box["boxCount"])
            if sku not in call.world.product_of:
                raise Refused(400, "INVALID_PRODUCT", f"SKU {sku} 不存在")
            lines[sku] = lines.get(sku, 0) + units
    return lines


def create(call: Call) -> Answer:
    """POST /api/v1/inbound/orders; the same Idempotency-Key answers with the same order."""
    body, world = call.json, call.world
    key = call.headers.get("idempotency-key", "")
    try:
        uuid.UUID(key)
    except ValueError as error:
        raise Refused(400, "VALIDATION_ERROR", "Idempotency-Key is required and must be a UUID") from error
    if body.get("inboundType") not in _TYPES:
        raise Refused(400, "VALIDATION_ERROR", "inboundType is required")
    before = next((order for order in world.inbounds.values() if order.told.get("idempotencyKey") == key), None)
    if before is not None:
        return good(call, view(world, before), status=201)
    number = str(body.get("inboundNo") or "")
    if number in world.inbounds:
        raise Refused(409, "DUPLICATE_ORDER", f"入库单 {number} 已存在")
    boxes = list(body.get("boxes") or [])
    order = call.do(
        "expect",
        warehouse=asked_warehouse(str(body.get("warehouseCode", ""))),
        number=number,
        waybill=str(body.get("trackingNo") or ""),
        reference=str(body.get("asnOrderCode") or ""),
        boxes=boxes,
        lines=_lines(call, boxes),
        told={**{name: body[name] for name in _KEPT if name in body}, "idempotencyKey": key},
    )
    return good(call, view(world, order), status=201)


def update(call: Call) -> Answer:
    """PUT /api/v1/inbound/orders/{inboundNo}: waybill, reference and remarks, until something was counted."""
    order = _found(call)
    names = (*_KEPT, "trackingNo", "asnOrderCode")
    changes = {name: call.json[name] for name in names if name in call.json}
    try:
        call.do("expect_otherwise", number=order.number, changes=changes)
    except UnableToDo as error:
        raise Refused(409, "INVALID_STATUS", str(error)) from error
    return good(call, view(call.world, order))


def cancel(call: Call) -> Answer:
    """DELETE /api/v1/inbound/orders/{inboundNo}."""
    order = _found(call)
    try:
        call.do("cancel_inbound", number=order.number)
    except UnableToDo as error:
        raise Refused(409, "INVALID_STATUS", str(error)) from error
    return Answer(None, 204)


def change_status(call: Call) -> Answer:
    """PATCH /api/v1/inbound/orders/{inboundNo}/status: an owner can only cancel; the warehouse does the rest."""
    if call.json["status"] != "CANCELLED":
        raise Refused(409, "INVALID_STATUS", "only CANCELLED can be set from outside")
    cancel(call)
    return good(call, view(call.world, _found(call)))
