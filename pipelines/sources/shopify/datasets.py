"""Shopify's datasets: which query, from when to when, page by page.

Belongs here: windows and paging; the page after the last is known by `hasNextPage`, because `endCursor` can be set on
the last page too. Does not: the queries' texts (`queries.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.sources.clock import iso
from pipelines.sources.errors import UnexpectedAnswer, field_of
from pipelines.sources.extracts import Answer, Window, pull_pages
from pipelines.sources.pull import Pull
from pipelines.sources.shopify import queries
from pipelines.sources.shopify.client import Shop

LONGEST_WINDOW = dt.timedelta(days=30)
CURSOR_LIVES = dt.timedelta(hours=1)  # a cursor does not end by itself, but a snapshot of two hours is none
ORDERS_A_PAGE = 20  # with 20 lines each: 20 * (1 + 20) + 2 points at most
OTHERS_A_PAGE = 100
# Shopify's index of orders lags behind its clock by some seconds; what changed in the last minute comes next time.
SETTLING = dt.timedelta(minutes=1)


def pull_orders(pull: Pull, shop: Shop) -> list[Path]:
    """Orders by last update, with every line."""
    shelf = pull.shelf("orders")
    files = []
    until = pull.until - SETTLING
    for window in shelf.missing(since=pull.since, until=until, longest=LONGEST_WINDOW):
        # both ends count: an order of the very second between two windows comes twice, and the mapping keeps one
        wanted = f"updated_at:>='{iso(window.begin or window.end)}' AND updated_at:<='{iso(window.end)}'"

        def fetch(cursor: str | None, wanted: str = wanted) -> Answer:
            variables = {"first": ORDERS_A_PAGE, "after": cursor, "query": wanted}
            data = shop.ask("orders", queries.ORDERS, variables)
            for order in field_of(data, "orders", "nodes"):
                _complete_lines(shop, order)
            return data

        files.append(
            pull_pages(
                shelf,
                window,
                operation="orders",
                asked={"query": wanted},
                fetch=fetch,
                next_token=lambda data: _next(data, "orders"),
            )
        )
    return files


def pull_products(pull: Pull, shop: Shop) -> list[Path]:
    """Every variant, with the inventory item that quantities are told of."""
    return _snapshot(pull, shop, "products", "productVariants", queries.PRODUCTS)


def pull_locations(pull: Pull, shop: Shop) -> list[Path]:
    """Every location, inactive ones too."""
    return _snapshot(pull, shop, "locations", "locations", queries.LOCATIONS)


def pull_inventory_levels(pull: Pull, shop: Shop) -> list[Path]:
    """The quantities of every active location, each in a folder of its own."""
    files = []
    for location in _active_locations(shop):
        number = location.rsplit("/", 1)[-1]
        shelf = pull.shelf("inventory_levels", number)
        window = shelf.snapshot(pull.until, evening=pull.evening, token_lives=CURSOR_LIVES)
        if window is None:
            continue
        variables = {"location": location}
        files.append(
            _pages(
                pull, shop, window, ("inventory_levels", number), queries.INVENTORY_LEVELS, variables,
                path=("location", "inventoryLevels"), operation="inventoryLevels",
            )
        )  # fmt: skip
    return files


def pull_payouts(pull: Pull, shop: Shop) -> list[Path]:
    """Payouts with their fees; a shop without Shopify Payments has none."""
    files = []
    for window in pull.shelf("payouts").missing(since=pull.since, until=pull.until, longest=LONGEST_WINDOW):
        wanted = f"issued_at:>='{iso(window.begin or window.end)}' AND issued_at:<='{iso(window.end)}'"
        files.append(
            _pages(
                pull, shop, window, ("payouts",), queries.PAYOUTS, {"query": wanted},
                path=("shopifyPaymentsAccount", "payouts"), operation="payouts",
            )
        )  # fmt: skip
    return files


def _snapshot(pull: Pull, shop: Shop, dataset: str, field: str, query: str) -> list[Path]:
    shelf = pull.shelf(dataset)
    window = shelf.snapshot(pull.until, evening=pull.evening, token_lives=CURSOR_LIVES)
    if window is None:
        return []
    return [_pages(pull, shop, window, (dataset,), query, {}, path=(field,), operation=dataset)]


def _pages(
    pull: Pull,
    shop: Shop,
    window: Window,
    place: tuple[str, ...],
    query: str,
    variables: Mapping[str, Any],
    *,
    path: tuple[str, ...],
    operation: str,
) -> Path:
    def fetch(cursor: str | None) -> Answer:
        return shop.ask(operation, query, {**variables, "first": OTHERS_A_PAGE, "after": cursor})

    return pull_pages(
        pull.shelf(*place),
        window,
        operation=operation,
        asked=dict(variables),
        fetch=fetch,
        next_token=lambda data: _next(data, *path),
        token_lives=CURSOR_LIVES if window.begin is None else None,
    )


def _active_locations(shop: Shop) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        data = shop.ask("locations", queries.LOCATIONS, {"first": OTHERS_A_PAGE, "after": cursor})
        found += [node["id"] for node in field_of(data, "locations", "nodes") if node["isActive"]]
        cursor = _next(data, "locations")
        if cursor is None:
            return found


def _complete_lines(shop: Shop, order: Answer) -> None:
    """An order with more lines than a page gets the rest: all lines stand in the order that they belong to."""
    lines = field_of(order, "lineItems")
    while field_of(lines, "pageInfo", "hasNextPage"):
        variables = {"id": order["id"], "after": field_of(lines, "pageInfo", "endCursor")}
        data = shop.ask("moreLines", queries.MORE_LINES, variables)
        if data.get("order") is None:
            raise UnexpectedAnswer(f"orders: the order {order['id']} went away while its lines were read")
        more = field_of(data, "order", "lineItems")
        lines["nodes"] = [*lines["nodes"], *field_of(more, "nodes")]
        lines["pageInfo"] = more["pageInfo"]


def _next(data: Answer, *path: str) -> str | None:
    """The cursor of the next page; None on the last, whatever `endCursor` says."""
    value: Any = data
    for name in path:
        if name in value and value[name] is None:
            return None
        value = field_of(value, name)
    return str(field_of(value, "pageInfo", "endCursor")) if field_of(value, "pageInfo", "hasNextPage") else None
