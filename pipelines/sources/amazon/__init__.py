"""Amazon's Selling Partner API as a connector: its datasets and how it is opened."""

from __future__ import annotations

import urllib.parse
from functools import partial

from pipelines.sources.amazon.client import LOGIN_URL, LoginWithAmazon, SellingPartner
from pipelines.sources.amazon.reports import KINDS, pull_report, pull_settlements
from pipelines.sources.amazon.shipment_tracking import pull_tracking
from pipelines.sources.amazon.stock_and_orders import (
    pull_awd_inbound_shipments,
    pull_awd_inventory,
    pull_awd_replenishment_orders,
    pull_inbound_items,
    pull_inbound_shipments,
    pull_inventory,
    pull_orders,
)
from pipelines.sources.pull import Connecting, Dataset

DATASETS: dict[str, Dataset] = {
    "fba_inventory": pull_inventory,
    "orders": pull_orders,
    **{name: partial(pull_report, name) for name in KINDS},
    "settlements": pull_settlements,
    "inbound_shipments": pull_inbound_shipments,
    "inbound_items": pull_inbound_items,
    "awd_inventory": pull_awd_inventory,
    "awd_inbound_shipments": pull_awd_inbound_shipments,
    "awd_replenishment_orders": pull_awd_replenishment_orders,
    "tracking": pull_tracking,
}


def connect(connecting: Connecting) -> SellingPartner:
    """The client of one source; the login's address can be another one for the sandbox."""
    source = connecting.source
    login = urllib.parse.urlsplit(source.options.get("login_url", LOGIN_URL))
    tokens = LoginWithAmazon(
        connecting.session(f"{login.scheme}://{login.netloc}"),
        login.path,
        secrets=connecting.secrets,
        redactor=connecting.redactor,
    )
    return SellingPartner(connecting.session(source.url, tokens), seller_id=source.options.get("seller_id", ""))
