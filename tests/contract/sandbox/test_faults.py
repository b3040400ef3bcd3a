"""Faults: off they change nothing; on, each does what it says and nothing of the world is lost by it."""

from __future__ import annotations

import csv
import email.utils
import io

import pytest

from sandbox.servers.amazon.account import ACCOUNTS
from sandbox.servers.faults import FAULTS
from sandbox.servers.gwms_frame import API_KEY, CLIENT_ID, CLIENT_SECRET
from sandbox.servers.seventeen_track import KEY
from tests.contract.sandbox.conftest import send

US = ACCOUNTS["us"].ids[0]
QUERY = {"granularityType": "Marketplace", "granularityId": US, "marketplaceIds": US}


@pytest.fixture
def fault(sandbox):
    sandbox.login()

    def switch(name, **how):
        sandbox.control("POST", "/faults", {"name": name, "is_on": True, "share": 1.0, **how})

    return switch


def _stock(sandbox):
    return sandbox.amazon("GET", "/fba/inventory/v1/summaries", **QUERY)


def test_the_list_names_every_fault_and_its_state(sandbox, fault):
    fault("clock_skew", size=60, vendor="gwms")
    listed = {item["name"]: item for item in sandbox.control("GET", "/faults")["faults"]}
    assert set(listed) == set(FAULTS)
    assert [name for name, item in listed.items() if item["is_on"]] == ["clock_skew"]
    assert (listed["clock_skew"]["vendor"], listed["clock_skew"]["size"]) == ("gwms", 60)


def test_an_unknown_fault_is_refused(sandbox):
    reply = send("POST", sandbox.urls["control"] + "/faults", body={"name": "flood", "is_on": True})
    assert reply.status == 400
    assert "there is no fault flood" in reply.json["error"]


def test_a_storm_of_429_hits_one_vendor(sandbox, fault):
    sandbox.amazon("GET", "/awd/2024-05-09/inventory")
    fault("storm_429", vendor="amazon")
    refused = _stock(sandbox)
    assert (refused.status, refused.json["errors"][0]["code"]) == (429, "QuotaExceeded")
    body = [{"number": "YT000000000009"}]
    url = sandbox.urls["17track"] + "/track/v2.4/gettrackinfo"
    assert send("POST", url, body=body, headers={"17token": KEY}).status == 200


def test_an_error_500_can_come_after_the_work_was_done(sandbox, fault):
    fault("errors_500", vendor="17track")
    url = sandbox.urls["17track"] + "/track/v2.4/register"
    sandbox.refill()
    for number in ("YT0000000991", "YT00000009922"):
        assert send("POST", url, body=[{"number": number}], headers={"17token": KEY}).status == 500
    # The length of the body decides, so that one of the two calls did its work.
    assert len({"YT0000000991", "YT00000009922"} & set(sandbox.world.watched)) == 1


def test_a_timeout_answers_late_and_has_done_its_work(sandbox, fault):
    sandbox.refill()
    fault("timeouts", size=0.01)
    assert _stock(sandbox).status == 200
    met = sandbox.control("GET", "/faults")["faults"]
    assert next(item for item in met if item["name"] == "timeouts")["met"]["amazon"] >= 1


def test_half_reports_lack_every_second_row(sandbox, fault):
    def rows() -> int:
        sandbox.refill()
        body = {"reportType": "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA", "marketplaceIds": [US]}
        made = sandbox.amazon("POST", "/reports/2021-06-30/reports", body=body).json["reportId"]
        for _ in range(3):
            report = sandbox.amazon("GET", f"/reports/2021-06-30/reports/{made}").json
        path = f"/reports/2021-06-30/documents/{report['reportDocumentId']}"
        text = send("GET", sandbox.amazon("GET", path).json["url"]).body.decode("cp1252")
        return len(list(csv.reader(io.StringIO(text), delimiter="\t"))) - 1

    whole = rows()
    fault("half_reports")
    assert rows() == (whole + 1) // 2


def test_duplicated_events_repeat_an_order(sandbox, fault):
    def names() -> list[str]:
        sandbox.refill()
        reply = sandbox.amazon("GET", "/orders/2026-01-01/orders", createdAfter="2026-10-30T00:00:00Z")
        return [order["orderId"] for order in reply.json["orders"]]

    plain = names()
    fault("duplicated_events")
    assert names() == [*plain, plain[-1]]


def test_late_events_hide_what_happened_lately(sandbox, fault):
    world = sandbox.world
    shipment = next(item for item in world.shipments if item.is_dispatched and world.told_milestones(item))
    sandbox.refill()
    fault("late_events", size=10**6)
    reply = sandbox.amazon(
        "GET", "/tracking/2026-01-30/shipments/track", carrierTracking__trackingNumber=shipment.waybill
    )
    assert reply.json["trackingDetail"]["milestoneHistory"] == []


def test_a_skewed_clock_shows_in_the_date_header(sandbox, fault):
    before = email.utils.parsedate_to_datetime(_stock(sandbox).headers["date"])
    fault("clock_skew", size=3000)
    after = email.utils.parsedate_to_datetime(_stock(sandbox).headers["date"])
    assert 3000 <= (after - before).total_seconds() < 3300


def test_schema_changes_add_what_nobody_knows(sandbox, fault):
    sandbox.refill()
    fault("schema_changes")
    assert "sandboxNovelty" in _stock(sandbox).json
    credentials = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "apiKey": API_KEY}
    assert "sandboxNovelty" in send("POST", sandbox.urls["gwms"] + "/auth-api/token", body=credentials).json


def test_with_every_fault_on_each_answer_is_still_a_vendors_answer(sandbox, fault):
    world = sandbox.world
    for name in FAULTS:
        fault(name, share=0.3, size=0.01)
    headers = {"17token": KEY}
    for _ in range(25):
        sandbox.refill()
        replies = [
            _stock(sandbox),
            sandbox.amazon("GET", "/orders/2026-01-01/orders", createdAfter="2026-10-31T00:00:00Z"),
            sandbox.amazon("GET", "/awd/2024-05-09/inventory"),
            send("POST", sandbox.urls["17track"] + "/track/v2.4/gettrackinfo", body=[], headers=headers),
            send("GET", sandbox.urls["gwms"] + "/api/v1/warehouses"),
        ]
        for reply in replies:
            assert reply.status in {200, 401, 429, 500}
            assert reply.json
    assert (world.places.units.sum(axis=0) == 0).all()


def test_what_a_caller_left_out_is_named(sandbox):
    reply = sandbox.amazon("POST", "/inbound/fba/2024-03-20/inboundPlans", body={"destinationMarketplaces": [US]})
    assert reply.status == 400
    sandbox.refill()
    body = {"destinationMarketplaces": [US], "items": [{"quantity": 1}], "name": "x"}
    reply = sandbox.amazon("POST", "/inbound/fba/2024-03-20/inboundPlans", body=body)
    assert (reply.status, reply.json["errors"][0]["message"]) == (400, "sourceAddress is missing")
    sandbox.refill()
    reply = sandbox.amazon("GET", "/awd/2024-05-09/inventory", maxResults="many")
    assert "no whole number" in reply.json["errors"][0]["message"]
