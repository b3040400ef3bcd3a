"""A process that is killed while it pulls: the next one goes on after its last page, nothing twice, nothing missing."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.vendor_server import Asked, Vendor, lines

from .conftest import Puller

ORDERS = "/orders/2026-01-01/orders"
CHILD = """
import datetime as dt, sys
from pathlib import Path
from pipelines.sources.clock import SystemClock
from pipelines.sources.pull import pull_source
from pipelines.sources.settings import Source
url, company = sys.argv[1:]
names = {"client_id": "A", "client_secret": "B", "refresh_token": "C"}
since, options = dt.date(2026, 11, 1), {"login_url": url + "/auth"}
source = Source("a", "amazon", "acme", url, names, ("orders",), ("US",), since, options)
pull_source(source, company=Path(company), time_zone="UTC", until=dt.datetime(2026, 11, 2, tzinfo=dt.UTC),
            clock=SystemClock(), environ=dict.fromkeys("ABC", "not-a-secret"))
"""


def test_a_killed_process_leaves_what_the_next_one_goes_on_with(
    puller: Puller, vendor: Vendor, repository: Path
) -> None:
    reached, may_answer = threading.Event(), threading.Event()

    def page(asked: Asked) -> dict[str, Any]:
        number = int(asked.query.get("paginationToken", "1"))
        if number == 3 and not may_answer.is_set():
            reached.set()
            may_answer.wait(60)
        more = {"pagination": {"nextToken": str(number + 1)}} if number < 4 else {}
        return {"orders": [{"orderId": str(number), "orderItems": []}], **more}

    vendor.on("POST", "/auth", {"access_token": "Atza|token", "expires_in": 3600})
    vendor.on("GET", ORDERS, page)
    command = [sys.executable, "-c", CHILD, vendor.url, str(puller.company)]
    with subprocess.Popen(command, cwd=repository) as child:
        assert reached.wait(60)
        os.kill(child.pid, signal.SIGKILL)
        child.wait(60)
    may_answer.set()
    (part,) = (puller.company / "extracts" / "acme" / "orders" / "US").iterdir()
    assert part.name.startswith(".part-")
    vendor.asked.clear()

    options = {"login_url": f"{vendor.url}/auth"}
    source = puller.source("amazon", "orders", marketplaces=("US",), options=options, since=dt.date(2026, 11, 1))
    (outcome,) = puller.pull(source, until=dt.datetime(2026, 11, 2, tzinfo=dt.UTC))

    assert outcome.problem is None
    assert [order["orderId"] for line in lines(outcome.files[0]) for order in line["answer"]["orders"]] == list("1234")
    assert [asked.query["paginationToken"] for asked in vendor.asked if asked.path == ORDERS] == ["3", "4"]
