"""Stock, orders and inbound shipments: what Amazon answers page by page.

Belongs here: which call with which parameters makes which dataset, and which fields are buyers'. Does not: reports
(`reports.py`), calls that change something (`listings.py`, `inbound_plans.py`).

- Stock is a full snapshot: `startDateTime` does not see changes of the inbound quantities. Its page token lives 30 s.
- Orders never ask for BUYER, RECIPIENT, TAX or PAYMENT, and what comes all the same is dropped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from pipelines.sources.amazon.client import SellingPartner, next_token
from pipelines.sources.clock import iso
from pipelines.sources.errors import field_of
from pipelines.sources.extracts import Answer, Window, pull_pages, without
from pipelines.sources.pull import Pull, each

INVENTORY_TOKEN_LIVES = dt.timedelta(seconds=30)
LONGEST_WINDOW = dt.timedelta(days=30)
SETTLING = dt.timedelta(minutes=2)  # searchOrders wants its end at least two minutes before now

# Everything about a person, wherever it stands in an order; addresses of a seller's own places go with it, because
# nobody needs them here.
PERSONAL = frozenset(
    {
        "buyer",
        "recipient",
        "payment",
        "tax",
        "taxRegistrations",
        "deliveryAddress",
        "deliveryPreference",
        "shipFromAddress",
        "ShipFromAddress",
        "giftOption",
        "customization",
        "orderAliases",
    }
)


def pull_inventory(pull: Pull, amazon: SellingPartner) -> list[Path]:
    """GetInventorySummaries of every marketplace, with details."""

    def pull_one(marketplace: str) -> list[Path]:
        shelf = pull.shelf("fba_inventory", marketplace)
        window = shelf.snapshot(pull.until, evening=pull.evening, token_lives=INVENTORY_TOKEN_LIVES)
        if window is None:
            return []
        asked: Answer = {
            "details": "true",
            "granularityType": "Marketplace",
            "granularityId": marketplace,
            "marketplaceIds": marketplace,
        }

        def fetch(token: str | None) -> Answer:
            params = asked | ({"nextToken": token} if token else {})
            answer = amazon.ask("getInventorySummaries", "/fba/inventory/v1/summaries", params=params)
            field_of(answer, "payload", "inventorySummaries")
            return answer

        file = pull_pages(
            shelf,
            window,
            operation="getInventorySummaries",
            asked=asked,
            fetch=fetch,
            next_token=next_token,
            token_lives=INVENTORY_TOKEN_LIVES,
        )
        return [file]

    return each(pull.source.marketplaces, pull_one)


def pull_orders(pull: Pull, amazon: SellingPartner) -> list[Path]:
    """SearchOrders (2026-01-01) of every marketplace, by last update."""

    def pull_one(marketplace: str) -> list[Path]:
        files = []
        shelf = pull.shelf("orders", marketplace)
        for window in shelf.missing(since=pull.since, until=pull.until - SETTLING, longest=LONGEST_WINDOW):
            asked: Answer = {
                "marketplaceIds": marketplace,
                "lastUpdatedAfter": iso(window.begin or window.end),
                "lastUpdatedBefore": iso(window.end),
                "includedData": "PROCEEDS,CANCELLATION,FULFILLMENT",
                "maxResultsPerPage": 100,
            }

            def fetch(token: str | None, asked: Answer = asked) -> Answer:
                params = asked | ({"paginationToken": token} if token else {})
                answer = amazon.ask("searchOrders", "/orders/2026-01-01/orders", params=params)
                field_of(answer, "orders")
                kept: Answer = without(answer, PERSONAL)
                return kept

            files.append(
                pull_pages(shelf, window, operation="searchOrders", asked=asked, fetch=fetch, next_token=next_token)
            )
        return files

    return each(pull.source.marketplaces, pull_one)


def pull_inbound_shipments(pull: Pull, amazon: SellingPartner) -> list[Path]:
    """GetShipments (v0) by last update: status and destination of each FBA shipment."""
    return _inbound(pull, amazon, "inbound_shipments", "getShipments", "/fba/inbound/v0/shipments")


def pull_inbound_items(pull: Pull, amazon: SellingPartner) -> list[Path]:
    """GetShipmentItems (v0) by last update: shipped and received units."""
    return _inbound(pull, amazon, "inbound_items", "getShipmentItems", "/fba/inbound/v0/shipmentItems")


def _inbound(pull: Pull, amazon: SellingPartner, dataset: str, operation: str, path: str) -> list[Path]:
    def pull_one(marketplace: str) -> list[Path]:
        files = []
        shelf = pull.shelf(dataset, marketplace)
        for window in shelf.missing(since=pull.since, until=pull.until, longest=LONGEST_WINDOW):
            asked: Answer = {
                "QueryType": "DATE_RANGE",
                "LastUpdatedAfter": iso(window.begin or window.end),
                "LastUpdatedBefore": iso(window.end),
                "MarketplaceId": marketplace,
            }

            def fetch(token: str | None, asked: Answer = asked) -> Answer:
                following = {"QueryType": "NEXT_TOKEN", "NextToken": token, "MarketplaceId": asked["MarketplaceId"]}
                answer = amazon.ask(operation, path, params=following if token else asked)
                field_of(answer, "payload")
                kept: Answer = without(answer, PERSONAL)
                return kept

            files.append(
                pull_pages(
                    shelf,
                    window,
                    operation=operation,
                    asked=asked,
                    fetch=fetch,
                    next_token=lambda answer: answer["payload"].get("NextToken") or None,
                )
            )
        return files

    return each(pull.source.marketplaces, pull_one)


def pull_awd_inventory(pull: Pull, amazon: SellingPartner) -> list[Path]:
    """AWD's stock: one pool of the account, whatever its marketplaces."""
    shelf = pull.shelf("awd_inventory")
    window = shelf.snapshot(pull.until, evening=pull.evening, token_lives=INVENTORY_TOKEN_LIVES)
    if window is None:
        return []
    asked: Answer = {"details": "SHOW", "maxResults": 200}
    return [_awd_pages(pull, amazon, window, "awd_inventory", "listInventory", "inventory", asked)]


def _awd_changes(dataset: str, operation: str, field: str) -> Callable[[Pull, SellingPartner], list[Path]]:
    def pull_changes(pull: Pull, amazon: SellingPartner) -> list[Path]:
        files = []
        shelf = pull.shelf(dataset)
        for window in shelf.missing(since=pull.since, until=pull.until, longest=LONGEST_WINDOW):
            asked: Answer = {
                "updatedAfter": iso(window.begin or window.end),
                "updatedBefore": iso(window.end),
                "maxResults": 100,
            }
            files.append(_awd_pages(pull, amazon, window, dataset, operation, field, asked))
        return files

    return pull_changes


pull_awd_inbound_shipments = _awd_changes("awd_inbound_shipments", "listInboundShipments", "inboundShipments")
pull_awd_replenishment_orders = _awd_changes(
    "awd_replenishment_orders", "listReplenishmentOrders", "replenishmentOrders"
)


def _awd_pages(
    pull: Pull, amazon: SellingPartner, window: Window, dataset: str, operation: str, field: str, asked: Answer
) -> Path:
    def fetch(token: str | None) -> Answer:
        params = asked | ({"nextToken": token} if token else {})
        answer: Answer = without(amazon.ask(operation, f"/awd/2024-05-09/{field}", params=params), PERSONAL)
        return answer

    return pull_pages(
        pull.shelf(dataset),
        window,
        operation=operation,
        asked=asked,
        fetch=fetch,
        next_token=lambda answer: answer.get("nextToken") or None,
        token_lives=INVENTORY_TOKEN_LIVES,
    )
