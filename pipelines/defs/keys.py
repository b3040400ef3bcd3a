"""How assets are called and grouped: keys `[layer, source?, noun]`, groups that are business concepts.

Belongs here: names that several concepts need. Does not: what an asset does (`<concept>/assets.py`).
"""

from __future__ import annotations

from dagster import AssetKey

# The pool that guards warehouse.duckdb: one run at a time (dagster.yaml says how many).
WAREHOUSE_POOL = "warehouse"

GROUP_OF_ENTITY = {
    "company": "planning",
    "exchange_rates": "planning",
    "products": "inventory",
    "warehouses": "inventory",
    "shops": "demand",
    "listings": "demand",
    "promotions": "demand",
    "order_lines": "demand",
    "sales_periods": "demand",
    "stock_snapshots": "inventory",
    "stock_balances": "inventory",
    "lanes": "transit",
    "shipment_lines": "transit",
    "tracking_events": "transit",
    "purchase_orders": "orders",
    "approval_rules": "orders",
    "people": "orders",
    "quarantined_rows": "inventory",
    "feed_counts": "inventory",
}
# Folders of staging and intermediate models; marts are grouped by their own folder's name.
GROUP_OF_FOLDER = {
    "company": "planning",
    "core": "orders",
    "landing": "inventory",
    "master": "inventory",
    "orders": "demand",
    "products": "inventory",
    "sales": "demand",
    "stock": "inventory",
}


def raw(entity: str) -> AssetKey:
    """The table `raw.<entity>`."""
    return AssetKey(["raw", entity])


def mart(name: str) -> AssetKey:
    """The table `marts.<name>`."""
    return AssetKey(["marts", name])


def planned(name: str) -> AssetKey:
    """The table `planning.<name>`."""
    return AssetKey(["planning", name])
