"""What is read of an overseas warehouse: stock, inbound and outbound orders.

Belongs here: paging and the datasets. Stock is asked for a warehouse at a time and is a snapshot. Inbound orders carry
their state (PARTIALLY_RECEIVED, PUTAWAY_COMPLETED) and, line by line, what is still in transit: received = quantity -
inTransitQuantity. The list has no lines, so that each order is read by itself. Recipients are dropped.
"""

from __future__ import annotations

import datetime as dt
import urllib.parse
from collections.abc import Callable
from pathlib import Path

from pipelines.sources.errors import field_of
from pipelines.sources.extracts import Answer, Window, pull_pages, without
from pipelines.sources.gwms.client import PAGE_SIZE, Gwms
from pipelines.sources.pull import Pull

PAGE_LIVES = dt.timedelta(minutes=10)  # pages are numbered: what changes in between shifts them
PERSONAL = frozenset(
    {"toFullName", "toNumber", "toProvince", "toCity", "toAddressLine1", "toAddressLine2", "toZipCode", "labelUrl"}
)


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


def _pages(
    pull: Pull, window: Window, dataset: str, operation: str, asked: Answer, fetch: Callable[[str | None], Answer]
) -> Path:
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
