"""Amazon's own client for Python reads the sandbox: inventory, orders, inbound shipments, reports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sandbox.places import AVAILABLE
from sandbox.servers.amazon.account import ACCOUNTS
from sandbox.sold_orders import order_names_of
from tests.contract.sandbox.conftest import send


@pytest.mark.parametrize("name", ["us", "eu"])
def test_amazons_own_client_reads_what_the_world_holds(sandbox, repository, name):
    account, world = ACCOUNTS[name], sandbox.world
    script = Path(__file__).with_name("amazon_client.py")
    words = [sandbox.urls["amazon"], account.refresh_token, account.ids[0]]
    result = subprocess.run(
        [sys.executable, script, *words],
        cwd=repository,
        env={"PYTHONPATH": str(repository), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    found = json.loads(result.stdout)
    stock = world.places.stock(account.fba, AVAILABLE)
    assert found["fulfillable"] == {
        sku: int(stock[listing.parts[0][0]]) for (fba, sku), listing in world.fba_listing.items() if fba == account.fba
    }
    assert len(found["orders"]) == 50
    rows = np.flatnonzero(world.line_units > 0)
    units: dict[str, int] = {}
    for row, order in zip(rows.tolist(), order_names_of(world, rows), strict=True):
        units[order] = units.get(order, 0) + int(world.line_units[row])
    assert found["units"] == sum(units[order] for order in found["orders"])
    assert found["received"] == world.fba_received(world.fba_shipments[found["shipment"]]).sum()
    assert found["status"] == "DONE"
    lines = send("GET", found["url"]).body.splitlines()
    assert len(lines) - 1 == len(found["fulfillable"])
