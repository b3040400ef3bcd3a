"""17TRACK v2.4: register waybills, ask for their news, be told by signed webhooks.

Belongs here: the documented envelope (HTTP 200 also for refused numbers), forty numbers a call, three calls a second,
the signature. Numbers that nobody registered are refused, and so are those that no carrier knows the form of.
"""

from __future__ import annotations

import json
import re
import threading
import urllib.request
from hashlib import sha256
from typing import Any

from starlette.applications import Starlette

from sandbox.living.life import Watched
from sandbox.network import LANES
from sandbox.servers.amazon.tracking import news
from sandbox.servers.web import Answer, Call, Handler, House, Refused, build
from sandbox.tracking import NUMBERS_A_CALL, describe, nothing_known

KEY = "17TRACK-SANDBOX-KEY"
RATE = 3.0
_KNOWN = re.compile(r"^(MATS|YT|1Z|COSU|PRO|YXOU|MSCU|AWD)[0-9A-Z]{6,20}$")
_CODES = {
    "not_array": (-18010010, "The data is invalid."),
    "empty": (-18010011, "The tracking number is required."),
    "registered": (-18019901, "The tracking number '{}' has been registered, don't need to repeat registration."),
    "unknown": (-18019902, "The tracking number '{}' does not register, please register first."),
    "carrier": (-18019903, "Carrier can't be detected."),
    "stopped": (-18019907, "The tracking number '{}' is stopped."),
    "many": (-18010012, "Only 40 tracking numbers are accepted per call."),
}


def _error(name: str, number: str = "") -> dict[str, Any]:
    code, message = _CODES[name]
    return {"code": code, "message": message.format(number)}


def _words(refused: Refused) -> Answer:
    errors = [{"code": -18010000 - refused.status, "message": refused.message}]
    return Answer({"code": -1, "data": {"errors": errors}}, refused.status, refused.headers)


def _numbers(call: Call) -> list[dict[str, Any]] | Answer:
    """The body's numbers, or the answer when it is none of the documented form."""
    if call.headers.get("17token") != KEY:
        raise Refused(401, "Unauthorized", "Access token is invalid.")
    wait = call.house.limits.take(("17track", "sandbox", "all"), rate=RATE, burst=RATE)
    if wait:
        raise Refused(429, "TooManyRequests", "Too many requests.", Retry_After="1")
    body = call.json
    if not isinstance(body, list) or not all(isinstance(item, dict) for item in body):
        return Answer({"code": 0, "data": {"errors": [_error("not_array")]}})
    if len(body) > NUMBERS_A_CALL:
        return Answer({"code": 0, "data": {"errors": [_error("many")]}})
    return body


def _sorted(call: Call, judge: Any) -> Answer:
    numbers = _numbers(call)
    if isinstance(numbers, Answer):
        return numbers
    accepted: list[Any] = []
    rejected: list[dict[str, Any]] = []
    for item in numbers:
        number = str(item.get("number", ""))
        good, error = judge(item, number)
        if error is None:
            accepted.append(good)
        else:
            rejected.append({"number": number, "error": error})
    return Answer({"code": 0, "data": {"accepted": accepted, "rejected": rejected}})


def _carrier_of(number: str) -> int | None:
    if not _KNOWN.match(number):
        return None
    return next((lane.carrier_code for lane in LANES if number.startswith(lane.waybill_prefix)), 100003)


def register(call: Call) -> Answer:
    """POST /track/v2.4/register."""
    fresh: list[dict[str, Any]] = []

    def judge(item: dict[str, Any], number: str) -> tuple[Any, Any]:
        if not number:
            return None, _error("empty")
        if number in call.world.watched or any(other["number"] == number for other in fresh):
            return None, _error("registered", number)
        carrier = item.get("carrier") or _carrier_of(number)
        if not isinstance(carrier, int):
            return None, _error("carrier")
        fresh.append({"number": number, "carrier": carrier, "tag": item.get("tag"), "param": item.get("param")})
        origin = 2 if item.get("carrier") else 1
        good = {"origin": origin, "number": number, "carrier": carrier, "email": None, "tag": item.get("tag")}
        return {**good, "lang": item.get("lang")}, None

    answer = _sorted(call, judge)
    if fresh:
        call.do("watch", numbers=fresh)
    return answer


def _told(call: Call, watched: Watched) -> dict[str, Any]:
    shipment = call.world.shipment_of(watched.number)
    milestones = news(call, shipment, "17track") if shipment else []
    if shipment is None or not milestones:
        return nothing_known(watched.number, watched.carrier, tag=watched.tag, param=watched.param)
    codes = {milestone.code for milestone in milestones}
    estimate = shipment.arrival_day + 2 if "Exception_Delayed" in codes else shipment.expected_day
    return describe(
        call.world,
        shipment,
        milestones,
        None if "Delivered_Other" in codes else estimate,
        tag=watched.tag,
        param=watched.param,
    )


def get_info(call: Call) -> Answer:
    """POST /track/v2.4/gettrackinfo."""

    def judge(_: dict[str, Any], number: str) -> tuple[Any, Any]:
        watched = call.world.watched.get(number)
        if watched is None:
            return None, _error("unknown", number)
        return _told(call, watched), None

    return _sorted(call, judge)


def stop(call: Call) -> Answer:
    """POST /track/v2.4/stoptrack."""

    def judge(_: dict[str, Any], number: str) -> tuple[Any, Any]:
        watched = call.world.watched.get(number)
        if watched is None:
            return None, _error("unknown", number)
        if watched.is_stopped:
            return None, _error("stopped", number)
        call.do("stop_watching", number=number)
        return {"number": number, "carrier": watched.carrier}, None

    return _sorted(call, judge)


def sign(body: bytes) -> str:
    """The webhook's signature: SHA-256 in hex of the raw body, a slash and the key."""
    return sha256(body + b"/" + KEY.encode()).hexdigest()


def payloads(house: House) -> list[bytes]:
    """A TRACKING_UPDATED message for every registered number that has news since it was last told of."""
    call, found = Call(house, "POST", "/webhook", {}, {}, {}, b""), []
    for watched in house.world.watched.values():
        shipment = house.world.shipment_of(watched.number)
        if shipment is None or watched.is_stopped:
            continue
        told = len({item.code for item in news(call, shipment, "17track")})
        if told > house.told.get(watched.number, 0):
            house.told[watched.number] = told
            message = {"event": "TRACKING_UPDATED", "data": _told(call, watched)}
            found.append(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode())
    return found


def deliver_news(house: House) -> int:
    """Post the messages, twice where such a fault is on, to the address that was set; how many there are.

    They are posted beside the call that moved time, so that who takes them may ask these servers at once.
    """
    if not house.world.webhook_url:
        return 0
    bodies = [
        body for body in payloads(house) for _ in range(2 if house.faults.meets("duplicated_events", "17track") else 1)
    ]
    threading.Thread(target=_post, args=(house, house.world.webhook_url, bodies), daemon=True).start()
    return len(bodies)


def _post(house: House, url: str, bodies: list[bytes]) -> None:
    for body in bodies:
        headers = {"Content-Type": "application/json", "sign": sign(body)}
        request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=5):  # noqa: S310 the address is the tester's own  # nosec B310
                house.faults.met["17track/webhook_taken"] += 1
        except OSError:
            house.faults.met["17track/webhook_not_taken"] += 1


def app(house: House) -> Starlette:
    """The server."""
    routes: list[tuple[str, str, Handler]] = [
        ("POST", "/track/v2.4/register", register),
        ("POST", "/track/v2.4/gettrackinfo", get_info),
        ("POST", "/track/v2.4/stoptrack", stop),
    ]
    return build(house, "17track", routes, words=_words)
