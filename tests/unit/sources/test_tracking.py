"""Carriers: 17TRACK, Amazon and DCSA become one event table; webhooks are believed only with their signature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.credentials import Secret
from pipelines.landing.readers.source import UnableToReadFile
from pipelines.landing.readers.tracking import read_tracking
from pipelines.sources.extracts import Shelf
from pipelines.sources.tracking import registry
from pipelines.sources.tracking.amazon import MILESTONES as AMAZON_MILESTONES
from pipelines.sources.tracking.event import TrackingEvent, in_utc
from pipelines.sources.tracking.registry import events_of
from pipelines.sources.tracking.seventeen_track import (
    NotFromSeventeenTrack,
    checked_webhook,
    keep_webhook,
    milestone_of,
)
from pipelines.sources.tracking.waybills import Waybill
from tests.vendor_contract import Contract
from tests.vendor_server import Asked, CountingClock, Reply, Vendor, lines

from .conftest import Puller

INFO, REGISTER = "/track/v2.4/gettrackinfo", "/track/v2.4/register"
AMAZON = "/tracking/2026-01-30/shipments/track"
KEY = Secret("0123456789ABCDEF0123456789ABCDEF")


@pytest.fixture
def webhook(shared: Path) -> bytes:
    """The vendor's own example, as it would arrive."""
    return (shared / "specs" / "17track" / "webhook_TRACKING_UPDATED.example.json").read_bytes()


def _event(sub_status: str, time_iso: str) -> dict[str, Any]:
    return {
        "time_iso": time_iso,
        "time_utc": None,
        "description": "d",
        "location": "Yantian",
        "stage": None,
        "sub_status": sub_status,
    }


def _track(number: str, *events: dict[str, Any], estimate: str | None = None) -> dict[str, Any]:
    providers = [{"provider": {"key": 7041, "name": "DHL"}, "events": list(events)}]
    metrics = {"estimated_delivery_date": {"source": "Official", "from": None, "to": estimate}}
    return {
        "number": number,
        "carrier": 7041,
        "track_info": {"tracking": {"providers": providers}, "time_metrics": metrics},
    }


class Account:
    """17TRACK as its notes say: HTTP 200 always, what is not registered is rejected."""

    def __init__(self, vendor: Vendor) -> None:
        self.registered: set[str] = set()
        self.invalid: set[str] = set()
        vendor.on("POST", INFO, self.info)
        vendor.on("POST", REGISTER, self.register)

    def info(self, asked: Asked) -> dict[str, Any]:
        assert len(asked.json) <= 40
        accepted = [_track(entry["number"]) for entry in asked.json if entry["number"] in self.registered]
        error = {"code": -18019902, "message": "not registered"}
        rejected = [{"number": e["number"], "error": error} for e in asked.json if e["number"] not in self.registered]
        return {"code": 0, "data": {"accepted": accepted, "rejected": rejected}}

    def register(self, asked: Asked) -> dict[str, Any]:
        assert len(asked.json) <= 40
        numbers = {entry["number"] for entry in asked.json}
        self.registered |= numbers - self.invalid
        error = {"code": -18010012, "message": "invalid number"}
        rejected = [{"number": number, "error": error} for number in sorted(numbers & self.invalid)]
        return {
            "code": 0,
            "data": {"accepted": [{"number": n} for n in sorted(numbers - self.invalid)], "rejected": rejected},
        }


def _rows(path: Path) -> list[dict[str, Any]]:
    return [row for batch in read_tracking(path).batches for row in batch.to_pylist()]


def test_numbers_are_asked_forty_a_call_and_registered_once(
    puller: Puller, vendor: Vendor, clock: CountingClock
) -> None:
    account = Account(vendor)
    account.invalid = {"N7"}
    waybills = tuple(Waybill(f"N{number}") for number in range(90))
    source = puller.source("17track", "tracking")

    (first,) = puller.pull(source, waybills=waybills)
    clock.sleep(3600)
    vendor.asked.clear()
    (second,) = puller.pull(source, waybills=waybills)

    assert (first.problem, second.problem) == (None, None)
    assert [len(asked.json) for asked in vendor.asked] == [40, 1, 40, 10]  # N7 is tried again, the others are known
    assert vendor.asked[0].headers["17token"] == "secret-of-17track_key"
    assert "secret-of-17track_key" not in puller.everything_kept()
    seconds = [(asked.at - vendor.asked[0].at).total_seconds() for asked in vendor.asked]
    assert seconds[3] >= 0.3  # three calls a second, whatever the operation


def test_nothing_on_its_way_asks_nothing(puller: Puller, vendor: Vendor) -> None:
    (outcome,) = puller.pull(puller.source("17track", "tracking"))

    assert (outcome.problem, outcome.files, vendor.asked) == (None, (), [])


def test_a_refusal_that_is_said_with_200_is_an_error(puller: Puller, vendor: Vendor) -> None:
    vendor.on(
        "POST",
        INFO,
        {"code": -18010002, "data": {"errors": [{"code": -18010002, "message": "Access key is invalid."}]}},
    )

    (outcome,) = puller.pull(puller.source("17track", "tracking"), waybills=(Waybill("N1"),))

    assert "17TRACK refused it: -18010002" in (outcome.problem or "")
    assert outcome.files == ()


def test_events_keep_code_place_zone_and_when_they_were_first_seen(puller: Puller, vendor: Vendor) -> None:
    track = _track(
        "N1",
        _event("InTransit_Arrival", "2026-11-01T20:30:00-07:00"),
        _event("InTransit_CustomsRequiringInformation", "2026-11-02T01:00:00-07:00"),
        _event("InTransit_Departure", "2026-10-10T08:00:00+08:00"),
        estimate="2026-11-09",
    )
    vendor.on("POST", INFO, {"code": 0, "data": {"accepted": [track], "rejected": []}})

    (outcome,) = puller.pull(puller.source("17track", "tracking"), waybills=(Waybill("N1", "7041"),))

    assert vendor.asked[0].json == [{"number": "N1", "carrier": 7041}]
    found = [
        (row["milestone"], row["event_at"], row["utc_offset"], row["is_forecast"]) for row in _rows(outcome.files[0])
    ]
    assert found == [
        ("arrived_in_port", "2026-11-02T03:30:00Z", "-07:00", "false"),
        ("in_customs", "2026-11-02T08:00:00Z", "-07:00", "false"),
        ("departed", "2026-10-10T00:00:00Z", "+08:00", "false"),
        ("delivered", "2026-11-09", None, "true"),
    ]
    row = _rows(outcome.files[0])[0]
    assert (row["waybill"], row["carrier"], row["original_code"], row["place"]) == (
        "N1",
        "DHL",
        "InTransit_Arrival",
        "Yantian",
    )
    assert row["first_seen_at"] == "2026-11-02T12:00:00Z"


@pytest.mark.parametrize(
    ("code", "milestone"),
    [
        ("InTransit_PickedUp", "picked_up"),
        ("InTransit_CustomsProcessing", "in_customs"),
        ("InTransit_CustomsReleased", "customs_released"),
        ("OutForDelivery_Other", "out_for_delivery"),
        ("Delivered_Other", "delivered"),
        ("Exception_Lost", "exception"),
        ("DeliveryFailure_NoBody", "exception"),
        ("InTransit_Other", "other"),
        ("InfoReceived", "other"),
        (None, "other"),
    ],
)
def test_17tracks_words_become_our_milestones(code: str | None, milestone: str) -> None:
    assert milestone_of(code) == milestone


@pytest.mark.shared
def test_a_signed_webhook_is_taken_once(webhook: bytes, tmp_path: Path, clock: CountingClock) -> None:
    signature = hashlib.sha256(webhook + b"/" + KEY.reveal().encode()).hexdigest()
    shelf = Shelf(tmp_path, clock=clock)

    message = checked_webhook(webhook, signature=signature, key=KEY)
    paths = {keep_webhook(shelf, webhook, message) for _ in range(2)}

    (path,) = paths
    assert path is not None
    (row,) = _rows(path)
    assert (row["waybill"], row["milestone"], row["utc_offset"]) == ("1234567890", "other", "+01:00")
    assert KEY.reveal() not in path.read_text(encoding="utf-8")


@pytest.mark.shared
def test_a_webhook_that_was_changed_or_signed_by_another_is_not_believed(webhook: bytes) -> None:
    signature = hashlib.sha256(webhook + b"/" + KEY.reveal().encode()).hexdigest()

    for body, signed, key in (
        (webhook + b" ", signature, KEY),
        (webhook, signature, Secret("another-key-of-someone")),
        (webhook, "", KEY),
    ):
        with pytest.raises(NotFromSeventeenTrack):
            checked_webhook(body, signature=signed, key=key)


@pytest.fixture
def amazon_contract(contracts: Callable[[str], Contract]) -> Contract:
    return contracts("amazon-sp-api/tracking_2026-01-30.json")


@pytest.mark.shared
def test_amazons_own_examples_become_events(puller: Puller, vendor: Vendor, amazon_contract: Contract) -> None:
    examples = {f"W{number}": example for number, example in enumerate(amazon_contract.examples("getShipmentTracking"))}
    vendor.on("POST", "/auth/o2/token", {"access_token": "Atza|token", "expires_in": 3600})
    vendor.checks.append(lambda a, r: amazon_contract.check(a, r) if a.path == AMAZON else None)

    def answer(asked: Asked) -> Any:
        number = asked.query["carrierTracking.trackingNumber"]
        return examples.get(number) or Reply({"errors": [{"code": "NotFound", "message": number}]}, 404)

    vendor.on("GET", AMAZON, answer)
    options = {"login_url": f"{vendor.url}/auth/o2/token"}
    source = puller.source("amazon", "tracking", marketplaces=("ATVPDKIKX0DER",), options=options)
    waybills = (*(Waybill(number) for number in examples), Waybill("unknown", "UPS"))

    (outcome,) = puller.pull(source, waybills=waybills)

    assert outcome.problem is None
    assert amazon_contract.problems == []
    found = _rows(outcome.files[0])
    facts = sum(len(example["trackingDetail"]["milestoneHistory"]) for example in examples.values())
    estimates = sum(len(example["trackingDetail"].get("trackingEstimates") or ()) for example in examples.values())
    assert [row["is_forecast"] for row in found].count("false") == facts > 10
    assert [row["is_forecast"] for row in found].count("true") == estimates > 0
    assert {row["milestone"] for row in found} >= {"delivered", "departed"}
    assert all(row["event_at"].endswith("Z") for row in found)
    assert "unknown" not in {row["waybill"] for row in found}
    assert len(lines(outcome.files[0])) == len(waybills)


@pytest.mark.shared
def test_every_code_that_we_read_is_one_that_amazon_has(amazon_contract: Contract) -> None:
    codes = amazon_contract.document["definitions"]["TrackingMilestoneStatus"]["properties"]["code"]["enum"]

    assert set(AMAZON_MILESTONES) <= set(codes)


def _dcsa(kind: str, field: str, code: str, classifier: str = "ACT", **more: Any) -> dict[str, Any]:
    return {
        "eventType": kind,
        field: code,
        "eventClassifierCode": classifier,
        "eventDateTime": "2026-11-01T08:00:00+08:00",
        "eventLocation": {"locationName": "Yantian", "UNLocationCode": "CNYTN"},
        **more,
    }


def test_only_what_is_classified_actual_is_a_fact_in_dcsa() -> None:
    sent = [
        _dcsa("EQUIPMENT", "equipmentEventTypeCode", "GTIN", emptyIndicatorCode="LADEN"),
        _dcsa("EQUIPMENT", "equipmentEventTypeCode", "GTOT", emptyIndicatorCode="EMPTY"),
        _dcsa("TRANSPORT", "transportEventTypeCode", "DEPA"),
        _dcsa("TRANSPORT", "transportEventTypeCode", "ARRI", "EST"),
        _dcsa("TRANSPORT", "transportEventTypeCode", "ARRI", "PLN"),
    ]
    page = {"operation": "dcsaEvents", "asked": {"waybill": "MSCU1"}, "answer": {"events": sent}}

    found = [(event.milestone, event.is_forecast) for event in events_of(page)]

    assert found == [
        ("picked_up", False),
        ("other", False),
        ("departed", False),
        ("arrived_in_port", True),
        ("arrived_in_port", True),
    ]


def test_a_further_carrier_is_one_module_and_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "slow_boat.py"
    module.write_text(
        "from pipelines.sources.tracking.event import TrackingEvent\n"
        "def events(page):\n"
        "    yield TrackingEvent(page['answer']['no'], 'Slow Boat', 'GONE', 'departed', page['answer']['when'])\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(registry.READERS, "slowBoat", "slow_boat")
    path = tmp_path / "x.jsonl"
    answer = {"no": "SB1", "when": "2026-11-01T08:00:00+08:00"}
    path.write_text(
        json.dumps({"operation": "slowBoat", "received_at": "2026-11-02T12:00:00Z", "answer": answer}) + "\n"
    )

    (row,) = _rows(path)

    assert (row["carrier"], row["milestone"], row["event_at"]) == ("Slow Boat", "departed", "2026-11-01T00:00:00Z")


@pytest.mark.parametrize(
    "line", [{"operation": "nobody", "answer": {}}, {"operation": "gettrackinfo", "answer": {"data": []}}, {"x": 1}]
)
def test_an_answer_that_no_carrier_reads_refuses_the_file(tmp_path: Path, line: dict[str, Any]) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(line) + "\n")

    with pytest.raises(UnableToReadFile):
        _rows(path)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-11-02", ("2026-11-02", None)),
        ("2026-11-02T08:00:00", ("2026-11-02T08:00:00", None)),
        ("2026-11-02T08:00:00Z", ("2026-11-02T08:00:00Z", "+00:00")),
        ("soon", ("soon", None)),
        (None, (None, None)),
    ],
)
def test_a_time_that_says_no_zone_gets_none(text: str | None, found: tuple[str | None, str | None]) -> None:
    assert in_utc(text) == found


def test_a_milestone_that_is_none_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="no milestone"):
        TrackingEvent("N1", None, None, "teleported", None)
