"""GWMS as a connector: its datasets and how it is opened."""

from __future__ import annotations

from pipelines.sources.gwms.client import BearerLogin, Gwms
from pipelines.sources.gwms.datasets import pull_inbound_orders, pull_outbound_orders, pull_stock
from pipelines.sources.pull import Connecting, Dataset

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
