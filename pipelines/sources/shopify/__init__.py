"""Shopify's Admin GraphQL as a connector: its datasets and how it is opened."""

from __future__ import annotations

from pipelines.sources.pull import Connecting, Dataset
from pipelines.sources.shopify.client import AccessToken, Shop
from pipelines.sources.shopify.datasets import (
    pull_inventory_levels,
    pull_locations,
    pull_orders,
    pull_payouts,
    pull_products,
)

DATASETS: dict[str, Dataset] = {
    "orders": pull_orders,
    "products": pull_products,
    "locations": pull_locations,
    "inventory_levels": pull_inventory_levels,
    "payouts": pull_payouts,
}


def connect(connecting: Connecting) -> Shop:
    """The client of one shop."""
    token = AccessToken(connecting.secrets["access_token"])
    return Shop(connecting.session(connecting.source.url, token))
