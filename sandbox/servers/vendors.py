"""The vendors whose servers run, in the order of their ports."""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette

from sandbox.servers import gwms, seventeen_track
from sandbox.servers.amazon import server as amazon
from sandbox.servers.shopify import server as shopify
from sandbox.servers.web import House

VENDORS: dict[str, Callable[[House], Starlette]] = {
    "amazon": amazon.app,
    "shopify": shopify.app,
    "gwms": gwms.app,
    "17track": seventeen_track.app,
}
