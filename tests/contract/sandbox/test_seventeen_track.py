"""17TRACK: the shapes of the documented examples, refused numbers, signed webhooks."""

from __future__ import annotations

import json
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sandbox.servers.seventeen_track import KEY
from tests.contract.sandbox.conftest import send


@pytest.fixture
def track(sandbox):
    def call(operation, body, *, key=KEY):
        sandbox.refill()
        return send("POST", f"{sandbox.urls['17track']}/track/v2.4/{operation}", body=body, headers={"17token": key})

    return call


def _waybills(sandbox, count=3):
    world = sandbox.world
    found = [item.waybill for item in world.shipments if item.is_dispatched and world.told_milestones(item)]
    return [number for number in found if number not in world.watched][-count:]


def _keys(example, answer, path=""):
    """Keys of the documented example that an answer lacks, with where."""
    if isinstance(example, dict):
        for key, value in example.items():
            if not isinstance(answer, dict) or key not in answer:
                yield f"{path}/{key}"
            elif answer[key] is not None:
                yield from _keys(value, answer[key], f"{path}/{key}")
    if isinstance(example, list) and example and answer:
        yield from _keys(example[0], answer[0], f"{path}[]")


# The example's own optional details of a parcel, which no documented rule promises.
_OPTIONAL = {
    "weight_raw",
    "weight_kg",
    "dimensions",
    "customer_number",
    "reference_number",
    "local_number",
    "local_provider",
}


@pytest.mark.shared
def test_an_answer_has_the_fields_of_the_documented_example(sandbox, track, shared):
    number = _waybills(sandbox)[0]
    assert track("register", [{"number": number}]).json["data"]["accepted"][0]["number"] == number
    answer = track("gettrackinfo", [{"number": number}]).json["data"]["accepted"][0]
    path = shared / "specs" / "17track" / "webhook_TRACKING_UPDATED.example.json"
    example = json.loads(path.read_text(encoding="utf-8"))["data"]
    missing = {name.rpartition("/")[2] for name in _keys(example, answer)}
    assert missing <= _OPTIONAL


def test_news_are_the_worlds_milestones(sandbox, track):
    number = _waybills(sandbox)[0]
    track("register", [{"number": number, "carrier": 190008, "tag": "TO-1"}])
    answer = track("gettrackinfo", [{"number": number}]).json["data"]["accepted"][0]
    shipment = sandbox.world.shipment_of(number)
    events = answer["track_info"]["tracking"]["providers"][0]["events"]
    told = [item.code for item in sandbox.world.told_milestones(shipment)]
    assert [event["sub_status"] for event in events] == told[::-1]
    assert answer["tag"] == "TO-1"


def test_refused_numbers_come_with_http_200(sandbox, track):
    number = _waybills(sandbox)[0]
    reply = track("gettrackinfo", [{"number": number}])
    assert reply.status == 200
    assert reply.json["data"]["rejected"][0]["error"]["code"] == -18019902
    track("register", [{"number": number}])
    twice = track("register", [{"number": number}, {"number": "??"}]).json["data"]
    assert [item["error"]["code"] for item in twice["rejected"]] == [-18019901, -18019903]


def test_a_registered_number_without_news_is_not_found(track):
    track("register", [{"number": "YT000000000001"}])
    answer = track("gettrackinfo", [{"number": "YT000000000001"}]).json["data"]["accepted"][0]
    assert answer["track_info"]["latest_status"]["status"] == "NotFound"


def test_a_call_takes_forty_numbers_and_its_key(track):
    many = [{"number": f"YT{at:012d}"} for at in range(41)]
    assert track("register", many).json["data"]["errors"]
    assert track("register", many[:1], key="wrong").status == 401


def test_three_calls_a_second(sandbox, track):
    track("gettrackinfo", [])
    url = f"{sandbox.urls['17track']}/track/v2.4/gettrackinfo"
    statuses = [send("POST", url, body=[], headers={"17token": KEY}).status for _ in range(40)]
    assert 429 in statuses


def test_webhooks_are_signed_and_tell_of_each_news_once(sandbox, track):
    received: list[tuple[str, bytes]] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.headers["sign"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            return

    track("register", [{"number": _waybills(sandbox)[0]}])
    server = HTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        sandbox.control("POST", "/webhook", {"url": f"http://127.0.0.1:{server.server_port}/"})
        expected = sandbox.control("POST", "/advance", {"span": "1s"})["webhooks"]
        assert expected >= 1
        pause = threading.Event()
        for _ in range(300):
            if len(received) >= expected:
                break
            pause.wait(0.1)
        assert len(received) == expected
        for signature, body in received:
            assert signature == sha256(body + b"/" + KEY.encode()).hexdigest()
            assert json.loads(body)["event"] == "TRACKING_UPDATED"
        assert sandbox.control("POST", "/advance", {"span": "1s"})["webhooks"] == 0
    finally:
        sandbox.control("POST", "/webhook", {"url": ""})
        server.shutdown()
        thread.join()
        server.server_close()
