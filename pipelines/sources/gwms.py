"""GWMS, an overseas warehouse's system (OpenAPI in ../shared/specs/gwms): stock, inbound and outbound orders.

Belongs here: login, paging, the datasets, and the orders that it is told: an outbound order when one is approved, its
cancellation, the advice of what is coming. Does not: when they are sent (the core's outbox), what a receipt means.

Stock is asked for a warehouse at a time and is a snapshot. Inbound orders carry their state (PARTIALLY_RECEIVED,
PUTAWAY_COMPLETED) and, line by line, what is still in transit: received = quantity - inTransitQuantity. The list has no
lines, so that each order is read by itself. Recipients' names and addresses are dropped.
"""

from __future__ import annotations

import datetime as dt
import urllib.parse
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.sources.clock import iso
from pipelines.sources.credentials import Redactor, Secret
from pipelines.sources.extracts import Answer, Window, pull_pages, without
from pipelines.sources.pacing import Rate
from pipelines.sources.pull import Connecting, Dataset, Pull
from pipelines.sources.session import Call, Rejected, Session, UnableToFetch, UnexpectedAnswer, field_of

CALLS = Rate(5, 5)  # the vendor says 429 and no figure
EARLY_SECONDS = 60
PAGE_SIZE = 100
PAGE_LIVES = dt.timedelta(minutes=10)  # pages are numbered: what changes in between shifts them
# Idempotency keys are UUIDs there; ours are texts, and the same text must give the same UUID.
KEYS = uuid.UUID("7d0f6b8e-5f0c-5b57-9a53-3f1d6d1f2a10")
PERSONAL = frozenset(
    {"toFullName", "toNumber", "toProvince", "toCity", "toAddressLine1", "toAddressLine2", "toZipCode", "labelUrl"}
)


class BearerLogin:
    """Tokens by the three credentials; each lives as long as its answer says."""

    def __init__(self, session: Session, *, secrets: Mapping[str, Secret], redactor: Redactor) -> None:
        self._session = session
        self._secrets = secrets
        self._redactor = redactor
        self._token: Secret | None = None
        self._ends_at: dt.datetime | None = None

    def headers(self) -> Mapping[str, str]:
        """The token's header; a token near its end is replaced first."""
        now = self._session.clock.now()
        if self._token is None or self._ends_at is None or now >= self._ends_at:
            credentials = {
                "clientId": self._secrets["client_id"].reveal(),
                "clientSecret": self._secrets["client_secret"].reveal(),
                "apiKey": self._secrets["api_key"].reveal(),
            }
            answer = self._session.json(Call("POST", "/auth-api/token", "getAccessToken", CALLS, body=credentials))
            self._token = Secret(str(field_of(answer, "access_token")))
            self._redactor.add(self._token)
            seconds = max(0, int(field_of(answer, "expires_in")) - EARLY_SECONDS)
            self._ends_at = now + dt.timedelta(seconds=seconds)
        return {"Authorization": f"Bearer {self._token.reveal()}"}

    def renew(self) -> bool:
        """Forgets the token."""
        self._token = None
        return True


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


class Gwms:
    """One account of one warehouse system."""

    def __init__(self, session: Session, *, warehouse: str) -> None:
        self.session = session
        self.warehouse = warehouse

    def ask(
        self,
        operation: str,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        is_repeatable: bool = True,
    ) -> Answer:
        """One call; raises UnableToFetch, also where the answer says `success: false`."""
        answer = self.session.json(
            Call(method, path, operation, CALLS, params or {}, body, headers or {}, is_repeatable=is_repeatable)
        )
        if not isinstance(answer, dict):
            raise UnexpectedAnswer(f"{operation}: the answer is no object")
        if not field_of(answer, "success"):
            text = f"{operation}: the warehouse refused it: {answer.get('code')} {answer.get('message')}"
            raise Rejected(self.session.redactor.clean(text), status=400, code=str(answer.get("code", "")))
        return answer

    def outbound_state(self, order: str) -> OutboundState | None:
        """What became of an order of ours; None where the warehouse does not know it."""
        params = {"platformOrderNo": order, "pageNumber": 1, "pageSize": PAGE_SIZE}
        answer = self.ask("pageQueryOutboundOrder", "/api/v1/outboundOrders", params=params)
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
        self, order: str, lines: Mapping[str, int], *, to: Address, channel: str, waybill: str, for_fba: bool
    ) -> OutboundState:
        """Tells the warehouse to ship, once: an order that it knows already is not sent again.

        The call has no idempotency key, so that a lost answer is followed by a look, never by a second order.
        """
        known = self.outbound_state(order)
        if known is not None:
            return known
        body = {
            "orderType": "FBA" if for_fba else "DROP_SHIPPING",
            "expressChannelsCode": channel,
            "trackingNo": waybill,
            "platformOrderNo": order,
            "warehouseCode": self.warehouse,
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
            self.ask("createNewOrder", "/api/v1/outboundOrder", method="POST", body=body, is_repeatable=False)
        except UnableToFetch as error:
            if isinstance(error, Rejected) and error.status not in (409, 500, 502, 503, 504):
                raise
            known = self.outbound_state(order)
            if known is None:
                raise
            return known
        return self.outbound_state(order) or OutboundState("", "DRAFT", waybill, "")

    def cancel_outbound(self, order: str) -> bool:
        """Takes an outbound order back; False where it has left already or the warehouse does not know it."""
        known = self.outbound_state(order)
        if known is None or known.state == "OUTED":
            return False
        path = f"/api/v1/outboundOrder/{urllib.parse.quote(known.warehouse_order, safe='')}/cancel"
        try:
            self.ask("cancel", path, method="POST")
        except Rejected as error:
            if error.status in (404, 409):  # cancelled before (our answer was lost), or it left in this very moment
                return False
            raise
        return True

    def announce_inbound(
        self,
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
            "warehouseCode": self.warehouse,
            "transportType": transport,
            "trackingNo": waybill,
            "boxes": [
                {"boxCount": 1, "details": [{"skuCode": sku, "quantity": units} for sku, units in lines.items()]}
            ],
        }
        if expected_at is not None:
            body["expectArriveTime"] = iso(expected_at)
        answer = self.ask(
            "createInboundOrder",
            "/api/v1/inbound/orders",
            method="POST",
            body=body,
            headers={"Idempotency-Key": str(uuid.uuid5(KEYS, key))},
        )
        return str(field_of(answer, "data", "inboundNo"))

    def cancel_inbound(self, inbound: str) -> None:
        """Takes an announcement back; only what has not arrived can be taken back."""
        path = f"/api/v1/inbound/orders/{urllib.parse.quote(inbound, safe='')}"
        try:
            self.session.send(Call("DELETE", path, "cancelInboundOrderByCode", CALLS))
        except Rejected as error:
            if error.status != 404:  # gone already: our answer was lost the first time
                raise


def pull_stock(pull: Pull, gwms: Gwms) -> list[Path]:
    """getPageStocks: qualified and unqualified units of every product of the warehouse."""
    shelf = pull.shelf("stock")
    window = shelf.snapshot(pull.until, evening=pull.evening, token_lives=PAGE_LIVES)
    if window is None:
        return []

    def fetch(page: str | None) -> Answer:
        params = {"pageNumber": int(page or 1), "pageSize": PAGE_SIZE}
        body = {"warehouseCode": gwms.warehouse}
        return gwms.ask("getPageStocks", "/api/v1/stock/page/queries", method="POST", params=params, body=body)

    return [_pages(pull, window, "stock", "getPageStocks", {"warehouseCode": gwms.warehouse}, fetch)]


def pull_inbound_orders(pull: Pull, gwms: Gwms) -> list[Path]:
    """Inbound orders with their lines: all made since `since` each time, because the list knows no last update."""
    shelf = pull.shelf("inbound_orders")
    window = shelf.snapshot(pull.until, evening=pull.evening, token_lives=PAGE_LIVES)
    if window is None:
        return []
    asked = {
        "warehouseCode": gwms.warehouse,
        "startDate": pull.since.date().isoformat(),
        "endDate": pull.until.date().isoformat(),
    }

    def fetch(page: str | None) -> Answer:
        params = asked | {"pageNumber": int(page or 1), "pageSize": PAGE_SIZE}
        answer = gwms.ask("listInboundOrders", "/api/v1/inbound/orders", params=params)
        orders = []
        for order in answer.get("data") or ():
            number = urllib.parse.quote(str(field_of(order, "inboundNo")), safe="")
            whole = gwms.ask("getInboundOrderByCode", f"/api/v1/inbound/orders/{number}")
            orders.append(field_of(whole, "data"))
        return {**answer, "data": orders}

    return [_pages(pull, window, "inbound_orders", "listInboundOrders", asked, fetch)]


def pull_outbound_orders(pull: Pull, gwms: Gwms) -> list[Path]:
    """Outbound orders with their state and waybill, without who receives them."""
    shelf = pull.shelf("outbound_orders")
    window = shelf.snapshot(pull.until, evening=pull.evening, token_lives=PAGE_LIVES)
    if window is None:
        return []

    def fetch(page: str | None) -> Answer:
        params = {"pageNumber": int(page or 1), "pageSize": PAGE_SIZE}
        answer: Answer = without(gwms.ask("pageQueryOutboundOrder", "/api/v1/outboundOrders", params=params), PERSONAL)
        return answer

    return [_pages(pull, window, "outbound_orders", "pageQueryOutboundOrder", {}, fetch)]


def _pages(pull: Pull, window: Window, dataset: str, operation: str, asked: Answer, fetch: Any) -> Path:
    return pull_pages(
        pull.shelf(dataset),
        window,
        operation=operation,
        asked=asked,
        fetch=fetch,
        next_token=_next_page,
        token_lives=PAGE_LIVES,
    )


def _next_page(answer: Answer) -> str | None:
    """The number of the next page by the vendor's own count; an empty page is the last whatever the count says."""
    pagination = field_of(answer, "pagination")
    number, size, total = (int(field_of(pagination, name)) for name in ("pageNumber", "size", "total"))
    return str(number + 1) if answer.get("data") and number * size < total else None


DATASETS: dict[str, Dataset] = {
    "stock": pull_stock,
    "inbound_orders": pull_inbound_orders,
    "outbound_orders": pull_outbound_orders,
}


def connect(connecting: Connecting) -> Gwms:
    """The client of one warehouse."""
    source = connecting.source
    login = BearerLogin(connecting.session(source.url), secrets=connecting.secrets, redactor=connecting.redactor)
    return Gwms(connecting.session(source.url, login), warehouse=source.options["warehouse_code"])


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
