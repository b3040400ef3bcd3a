"""A company's sources are pulled with what is on its way, and what became of each is remembered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipelines.commands.doctor import command
from pipelines.company import Company, load_company
from pipelines.pulling import last_pull, pull_company, pull_until, waybills_of_core, waybills_of_feeds
from pipelines.sources.tracking.waybills import Waybill
from tests.vendor_server import NOON, CountingClock, Reply, Vendor

from .conftest import Scene

SHIPMENTS = """
entity = "shipment_lines"
[columns]
shipment_id = "id"
waybill = "waybill"
origin_id = "from"
destination_id = "to"
mode = { constant = "sea" }
sku = "sku"
shipped_units = "units"
ship_date = { from = "shipped", format = "%Y-%m-%d" }
received_date = { from = "received", format = "%Y-%m-%d" }
"""


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    vendor = Vendor(CountingClock())
    yield vendor
    vendor.close()


@pytest.fixture
def tracked(scene: Scene, vendor: Vendor) -> Scene:
    """A company with a list of shipments and an account of 17TRACK."""
    scene.feed("shipments", "shipments.csv", SHIPMENTS)
    scene.write(
        "shipments.csv",
        "id,waybill,from,to,sku,units,shipped,received\n"
        "S1,W1,a,b,MUG,1,2026-10-01,\nS1,W1,a,b,CUP,1,2026-10-01,\nS2,W2,a,b,MUG,1,2026-09-01,2026-10-20\n",
    )
    scene.feeds.append(
        f"""
[[sources]]
source = "carriers"
connector = "17track"
url = "{vendor.url}"
datasets = ["tracking"]
secrets = {{ key = "TRACK_KEY" }}
"""
    )
    answer: dict[str, Any] = {"code": 0, "data": {"accepted": [], "rejected": []}}
    vendor.on("POST", "/track/v2.4/gettrackinfo", answer)
    return scene


def test_what_is_on_its_way_comes_from_the_lists_and_from_the_core(tracked: Scene, vendor: Vendor) -> None:
    core = [
        {"waybill": " W9 ", "status": "dispatched"},
        {"waybill": "W8", "status": "received"},
        {"waybill": None, "status": "dispatched"},
    ]
    clock = CountingClock()

    outcomes = pull_company(
        tracked.company, until=NOON, clock=clock, environ={"TRACK_KEY": "k" * 32}, waybills=waybills_of_core(core)
    )

    assert [outcome.problem for outcome in outcomes] == [None]
    assert vendor.asked[0].json == [{"number": "W9"}, {"number": "W1"}]


def test_a_company_without_lists_has_nothing_on_its_way(scene: Scene) -> None:
    assert waybills_of_feeds(scene.company) == []
    assert pull_company(scene.company, until=NOON, clock=CountingClock(), environ={}) == []


def test_the_last_pull_is_remembered_with_when_it_last_went_well(tracked: Scene, vendor: Vendor) -> None:
    clock, environ = CountingClock(), {"TRACK_KEY": "k" * 32}
    pull_company(tracked.company, until=NOON, clock=clock, environ=environ)
    (good,) = last_pull(tracked.company)
    clock.at += dt.timedelta(hours=1)
    vendor.on("POST", "/track/v2.4/gettrackinfo", Reply({}, 400))
    pull_company(tracked.company, until=clock.now(), clock=clock, environ=environ)
    (bad,) = last_pull(tracked.company)

    assert (good.problem, good.good_at) == (None, "2026-11-02T12:00:00Z")
    assert bad.problem is not None
    assert (bad.good_at, bad.tried_at[:16]) == ("2026-11-02T12:00:00Z", "2026-11-02T13:00")


def _company(scene: Scene, kind: str) -> Company:
    folder = scene.folder / kind
    folder.mkdir()
    settings = f'[company]\nname = "x"\nbase_currency = "USD"\ntime_zone = "Asia/Shanghai"\nkind = "{kind}"\n'
    (folder / "company.toml").write_text(settings + "[policy]\nservice_level = 0.95\n")
    return load_company(folder, environ={})


def test_a_live_company_is_pulled_until_now_and_a_sandbox_until_its_own_morning(scene: Scene) -> None:
    now = dt.datetime(2026, 11, 2, 20, tzinfo=dt.UTC)

    assert pull_until(_company(scene, "live"), now=now, as_of_date=dt.date(2026, 5, 1)) == now
    assert pull_until(_company(scene, "sandbox"), now=now, as_of_date=dt.date(2026, 5, 1)) == dt.datetime(
        2026, 4, 30, 16, tzinfo=dt.UTC
    )


def test_doctor_names_what_a_source_lacks(tracked: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRACK_KEY", raising=False)
    folder = tracked.company.folder

    result = CliRunner().invoke(command, ["--company", str(folder)])

    assert result.exit_code == 1
    assert "source carriers: TRACK_KEY is not set; set it in the environment or " in result.output
    assert "no feed reads tracking; one with files below extracts/carriers/tracking/ would" in result.output


def test_doctor_tells_of_a_secrets_file_that_others_read_and_of_a_failed_pull(tracked: Scene, vendor: Vendor) -> None:
    secrets = tracked.write("secrets.toml", f'TRACK_KEY = "{"k" * 32}"\n')
    secrets.chmod(0o644)
    vendor.on("POST", "/track/v2.4/gettrackinfo", Reply({}, 400))
    pull_company(tracked.company, until=NOON, clock=CountingClock(), environ={})

    output = CliRunner().invoke(command, ["--company", str(tracked.folder)]).output

    assert "can be read by others: chmod 600 it" in output
    assert "carriers, tracking (last good never)" in output
    assert "k" * 32 not in output
    secrets.chmod(0o600)
    assert "can be read by others" not in CliRunner().invoke(command, ["--company", str(tracked.folder)]).output


def test_a_waybill_of_two_shipments_is_asked_for_once() -> None:
    assert waybills_of_core([{"waybill": "W1", "status": "arrived"}, {"waybill": "W1", "status": "arrived"}]) == [
        Waybill("W1")
    ]


def test_nothing_of_a_secret_reaches_the_notes(tracked: Scene, vendor: Vendor) -> None:
    vendor.on("POST", "/track/v2.4/gettrackinfo", Reply({"message": "bad key " + "k" * 32}, 401))
    pull_company(tracked.company, until=NOON, clock=CountingClock(), environ={"TRACK_KEY": "k" * 32})

    kept = "".join(
        p.read_text(encoding="utf-8") for p in Path(tracked.folder).rglob("*") if p.is_file() and p.suffix == ".json"
    )
    assert "bad key ***" in kept
    assert "k" * 32 not in kept
