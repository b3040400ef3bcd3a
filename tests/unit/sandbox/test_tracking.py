"""17TRACK's answers."""

import json
import re
from datetime import UTC, datetime

import pytest

from sandbox.tracking import NUMBERS_A_CALL, estimated_day, told, tracking_files


@pytest.fixture(scope="module")
def answers(small_world):
    return [json.loads(body) for _, body in tracking_files(small_world)]


def test_a_call_answers_at_most_forty_numbers_and_every_shipment_once(small_world, answers):
    numbers = [found["number"] for answer in answers for found in answer["data"]["accepted"]]
    assert all(0 < len(answer["data"]["accepted"]) <= NUMBERS_A_CALL for answer in answers)
    sent = [shipment.waybill for shipment in small_world.shipments if shipment.is_dispatched]
    assert numbers == sent
    assert len(set(numbers)) == len(numbers)


def test_nothing_is_told_that_has_not_happened(answers):
    as_of = datetime(2026, 11, 2, 8, tzinfo=UTC)  # midnight in Los Angeles
    for answer in answers:
        for found in answer["data"]["accepted"]:
            events = found["track_info"]["tracking"]["providers"][0]["events"]
            moments = [datetime.fromisoformat(event["time_utc"]) for event in events]
            assert moments == sorted(moments, reverse=True)
            assert moments[0] < as_of
            for event, moment in zip(events, moments, strict=True):
                assert datetime.fromisoformat(event["time_iso"]) == moment


def test_a_delay_is_told_and_the_estimate_renewed(small_world):
    late = [
        shipment
        for shipment in small_world.shipments
        if shipment.is_dispatched and not shipment.is_finished and shipment.expected_day < small_world.today
    ]
    held = [
        shipment
        for shipment in late
        if "Exception_Delayed" in {milestone.code for milestone in told(small_world, shipment)}
    ]
    assert held
    for shipment in held:
        if shipment.arrival_day >= small_world.today:
            assert estimated_day(small_world, shipment) >= small_world.today


@pytest.mark.shared
def test_shape_and_status_words_are_the_vendors(shared, answers):
    folder = shared / "specs/17track"
    example = json.loads((folder / "webhook_TRACKING_UPDATED.example.json").read_text(encoding="utf-8"))["data"]
    notes = (folder / "NOTES.md").read_text(encoding="utf-8")
    groups = re.findall(r"(\w+)_\{([\w,]+)\}", notes)
    known = {f"{main}_{sub}" for main, subs in groups for sub in subs.split(",")}
    known |= set(re.findall(r"\b[A-Z]\w+_Other\b", notes))
    found = answers[0]["data"]["accepted"][0]
    assert set(found) == set(example)
    assert set(found["track_info"]) == set(example["track_info"])
    event = found["track_info"]["tracking"]["providers"][0]["events"][0]
    vendors_event = example["track_info"]["tracking"]["providers"][0]["events"][0]
    assert set(event) == set(vendors_event) | {"sub_status"}  # v2.4 has it, the sample of v2.x does not
    codes = {
        event["sub_status"]
        for answer in answers
        for found in answer["data"]["accepted"]
        for event in found["track_info"]["tracking"]["providers"][0]["events"]
    }
    assert codes <= known
    assert {"InTransit_CustomsProcessing", "InTransit_CustomsReleased", "Delivered_Other"} <= codes
