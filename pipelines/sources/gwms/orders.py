"""What an overseas warehouse is told: ship this, do not, this is coming.

Belongs here: outbound orders with their cancellation, inbound announcements, and what the warehouse says about them.
Does not: when they are sent (the core's outbox), what a receipt means.
"""

from __future__ import annotations

import datetime as dt
import urllib.parse
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.sources.clock import iso
from pipelines.sources.errors import Rejected, UnableToFetch, field_of
from pipelines.sources.extracts import Answer
from pipelines.sources.gwms.client import CALLS, PAGE_SIZE, Gwms
from pipelines.sources.session import Call

# Idempotency keys are UUIDs there; ours are texts, and the same text must give the same UUID.
KEYS = uuid.UUID("7d0f6b8e-5f0c-5b57-9a53-3f1d6d1f2a10")


@dataclass(frozen=True)
class Address:
    """Where an outbound order goes: for a transfer, a warehouse."""

    name: str
    phone: str
    country: str
    province: str
    city: str
    line: str
    postal_code: str


@dataclass(frozen=True)
class OutboundState:
    """What the warehouse says about an order of ours: NOT_OUT, OUTED, ERROR or DRAFT, with its waybill."""

    warehouse_order: str
    state: str
    waybill: str
    error: str


def outbound_state(gwms: Gwms, order: str) -> OutboundState | None:
    """What became of an order of ours; None where the warehouse does not know it."""
    params = {"platformOrderNo": order, "pageNumber": 1, "pageSize": PAGE_SIZE}
    answer = gwms.ask("pageQueryOutboundOrder", "/api/v1/outboundOrders", params=params)
    # the filter may match more than this order: only the exact number counts
    for found in answer.get("data") or ():
        if found.get("platformOrderNo") == order:
            return OutboundState(
                warehouse_order=str(found.get("wmsOrderNo") or ""),
                state=str(found.get("orderState") or ""),
                waybill=str(found.get("trackingNo") or ""),
                error=str(found.get("errorMsg") or ""),
            )
    return None


def order_outbound(
    gwms: Gwms, order: str, lines: Mapping[str, int], *, to: Address, channel: str, waybill: str, for_fba: bool
) -> OutboundState:
    """Tells the warehouse to ship, once: an order that it knows already is not sent again.

    The call has no idempotency key, so that a lost answer is followed by a look, never by a second order.
    """
    known = outbound_state(gwms, order)
    if known is not None:
        return known
    body = {
        "orderType": "FBA" if for_fba else "DROP_SHIPPING",
        "expressChannelsCode": channel,
        "trackingNo": waybill,
        "platformOrderNo": order,
        "warehouseCode": gwms.warehouse,
        "toFullName": to.name,
        "toNumber": to.phone,
        "toCountry": to.country,
        "toProvince": to.province,
        "toCity": to.city,
        "toAddressLine1": to.line,
        "toZipCode": to.postal_code,
        "details": [{"sku": sku, "quantity": units} for sku, units in lines.items()],
    }
    try:
        gwms.ask("createNewOrder", "/api/v1/outboundOrder", method="POST", body=body, is_repeatable=False)
    except UnableToFetch as error:
        if isinstance(error, Rejected) and error.status not in (409, 500, 502, 503, 504):
            raise
        known = outbound_state(gwms, order)
        if known is None:
            raise
        return known
    return outbound_state(gwms, order) or OutboundState("", "DRAFT", waybill, "")


def cancel_outbound(gwms: Gwms, order: str) -> bool:
    """Takes an outbound order back; False where it has left already or the warehouse does not know it."""
    known = outbound_state(gwms, order)
    if known is None or known.state == "OUTED":
        return False
    path = f"/api/v1/outboundOrder/{urllib.parse.quote(known.warehouse_order, safe='')}/cancel"
    try:
        gwms.ask("cancel", path, method="POST")
    except Rejected as error:
        if error.status in (404, 409):  # cancelled before (our answer was lost), or it left in this very moment
            return False
        raise
    return True


def announce_inbound(
    gwms: Gwms,
    shipment: str,
    lines: Mapping[str, int],
    *,
    key: str,
    waybill: str,
    transport: str,
    expected_at: dt.datetime | None,
    for_fba: bool,
) -> str:
    """Tells the warehouse what is coming and returns its inbound number; the same key announces once."""
    body: Answer = {
        "inboundType": "FBA_PREP" if for_fba else "DROPSHIPPING",
        "asnOrderCode": shipment,
        "warehouseCode": gwms.warehouse,
        "transportType": transport,
        "trackingNo": waybill,
        "boxes": [{"boxCount": 1, "details": [{"skuCode": sku, "quantity": units} for sku, units in lines.items()]}],
    }
    if expected_at is not None:
        body["expectArriveTime"] = iso(expected_at)
    answer = gwms.ask(
        "createInboundOrder",
        "/api/v1/inbound/orders",
        method="POST",
        body=body,
        headers={"Idempotency-Key": str(uuid.uuid5(KEYS, key))},
    )
    return str(field_of(answer, "data", "inboundNo"))


def cancel_inbound(gwms: Gwms, inbound: str) -> None:
    """Takes an announcement back; only what has not arrived can be taken back."""
    path = f"/api/v1/inbound/orders/{urllib.parse.quote(inbound, safe='')}"
    try:
        gwms.session.send(Call("DELETE", path, "cancelInboundOrderByCode", CALLS))
    except Rejected as error:
        if error.status != 404:  # gone already: our answer was lost the first time
            raise


def received_units(order: Answer) -> dict[str, int]:
    """Units by SKU that have arrived of an inbound order. Ours are announced as one box, so a line is its total."""
    units: dict[str, int] = {}
    for line in _lines(order):
        arrived = int(field_of(line, "quantity")) - int(line.get("inTransitQuantity") or 0)
        units[str(field_of(line, "skuCode"))] = units.get(str(line["skuCode"]), 0) + max(0, arrived)
    return units


def _lines(order: Answer) -> Iterator[Answer]:
    boxes: Sequence[Answer] = order.get("boxes") or ()
    for box in boxes:
        yield from box.get("details") or ()
