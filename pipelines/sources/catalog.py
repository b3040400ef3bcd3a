"""Which connectors there are and what each wants in company.toml.

Belongs here: names, for reading settings quickly. Does not: anything that needs a network library (`<module>`, imported
when a source is pulled).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """One connector: its module, the secrets it needs (by purpose), its options and its datasets."""

    module: str
    secrets: tuple[str, ...]
    datasets: tuple[str, ...]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    by_marketplace: bool = False
    url: str | None = None


CONNECTORS: dict[str, Facts] = {
    "amazon": Facts(
        module="pipelines.sources.amazon",
        secrets=("client_id", "client_secret", "refresh_token"),
        datasets=(
            "fba_inventory",
            "orders",
            "all_orders",
            "customer_returns",
            "ledger_summary",
            "ledger_detail",
            "myi_inventory",
            "settlements",
            "inbound_shipments",
            "inbound_items",
            "awd_inventory",
            "awd_inbound_shipments",
            "awd_replenishment_orders",
            "tracking",
        ),
        optional=("login_url", "seller_id"),
        by_marketplace=True,
    ),
    "shopify": Facts(
        module="pipelines.sources.shopify",
        secrets=("access_token",),
        datasets=("orders", "products", "locations", "inventory_levels", "payouts"),
    ),
    "gwms": Facts(
        module="pipelines.sources.gwms",
        secrets=("client_id", "client_secret", "api_key"),
        datasets=("stock", "inbound_orders", "outbound_orders"),
        required=("warehouse_code",),
    ),
    "17track": Facts(
        module="pipelines.sources.tracking.seventeen_track",
        secrets=("key",),
        datasets=("tracking",),
        url="https://api.17track.net",
    ),
}
