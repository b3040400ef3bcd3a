"""17TRACK (v2.4): numbers registered and read, webhooks checked, answers turned into events.

Belongs here: the vendor's calls, codes and signature (../shared/specs/17track/NOTES.md). Does not: which numbers.
HTTP 200 is said for rejected numbers too. A number that `gettrackinfo` rejects is registered: one that is registered
already is rejected there again, which costs nothing, so nobody needs to remember who was registered.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.credentials import Secret
from pipelines.sources.clock import iso
from pipelines.sources.errors import Rejected, UnexpectedAnswer, field_of
from pipelines.sources.extracts import Answer, Shelf
from pipelines.sources.pacing import Rate
from pipelines.sources.pull import Connecting, Dataset, Pull
from pipelines.sources.session import Call, Session
from pipelines.sources.tracking.event import TrackingEvent
from pipelines.sources.tracking.waybills import Waybill

PATH = "/track/v2.4"
MOST_NUMBERS = 40  # a call
CALLS = Rate(3, 3)  # of all operations together: they share one limit
WEBHOOK_EVENTS = ("TRACKING_UPDATED", "TRACKING_STOPPED")

MILESTONES = {
    "InTransit_PickedUp": "picked_up",
    "InTransit_Departure": "departed",
    "InTransit_Arrival": "arrived_in_port",
    "InTransit_CustomsProcessing": "in_customs",
    "InTransit_CustomsRequiringInformation": "in_customs",
    "InTransit_CustomsReleased": "customs_released",
    "OutForDelivery_Other": "out_for_delivery",
    "Delivered_Other": "delivered",
}
TROUBLE = ("Exception", "DeliveryFailure")


class NotFromSeventeenTrack(Exception):
    """A webhook whose signature does not fit: it is not looked at."""


class Key:
    """The account's key as the header that 17TRACK wants."""

    def __init__(self, key: Secret) -> None:
        self._key = key

    def headers(self) -> Mapping[str, str]:
        """The key's header."""
        return {"17token": self._key.reveal()}

    def renew(self) -> bool:
        """False: a key does not end."""
        return False


class SeventeenTrack:
    """One account."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def ask(self, operation: str, waybills: Sequence[Waybill]) -> Answer:
        """One call about at most forty numbers; raises UnableToFetch."""
        if len(waybills) > MOST_NUMBERS:
            raise ValueError(f"{len(waybills)} numbers: a call takes {MOST_NUMBERS}")
        # one bucket for all operations: the limit is the account's
        call = Call("POST", f"{PATH}/{operation}", "track", CALLS, body=[_asked(waybill) for waybill in waybills])
        answer: Answer = self.session.json(call)
        if field_of(answer, "code") != 0:
            raise Rejected(
                self.session.redactor.clean(f"{operation}: 17TRACK refused it: {answer['code']} {answer.get('data')}"),
                status=400,
                code=str(answer["code"]),
            )
        for name in ("accepted", "rejected"):
            if not isinstance(field_of(answer, "data", name), list):
                raise UnexpectedAnswer(f"{operation}: data.{name} is no list")
        return answer

    def register(self, waybills: Sequence[Waybill]) -> dict[str, str]:
        """Registers numbers, forty a call; returns why by number for those that were not taken."""
        refused: dict[str, str] = {}
        for part in _parts(waybills):
            refused |= rejected(self.ask("register", part))
        return refused


def rejected(answer: Answer) -> dict[str, str]:
    """The rejected numbers of an answer with 17TRACK's reasons."""
    found = {}
    for entry in answer["data"]["rejected"]:
        error = entry.get("error") or {}
        found[str(entry.get("number"))] = f"{error.get('code')}: {error.get('message')}"
    return found


def pull_tracking(pull: Pull, track: SeventeenTrack) -> list[Path]:
    """Pages of `gettrackinfo` for all that is on its way; what 17TRACK does not know is registered."""
    shelf = pull.shelf("tracking")
    window = shelf.snapshot(pull.until, evening=pull.evening, token_lives=dt.timedelta())
    if window is None or not pull.waybills:
        return []
    part = shelf.part(window)
    part.restart()  # forty numbers a call: beginning anew is cheaper than remembering
    for waybills in _parts(pull.waybills):
        answer = track.ask("gettrackinfo", waybills)
        part.append(_page("gettrackinfo", waybills, answer, iso(shelf.clock.now())))
        unknown = [waybill for waybill in waybills if waybill.number in rejected(answer)]
        if unknown:
            answer = track.ask("register", unknown)
            part.append(_page("register", unknown, answer, iso(shelf.clock.now())))
    return [part.finish()]


def checked_webhook(body: bytes, *, signature: str, key: Secret) -> Answer:
    """The message in a webhook's body; raises NotFromSeventeenTrack. `sign` = sha256(body + "/" + key) in hex."""
    expected = hashlib.sha256(body + b"/" + key.reveal().encode()).hexdigest()
    if not hmac.compare_digest(expected, signature.strip().lower()):
        raise NotFromSeventeenTrack("a webhook's signature does not fit its body; nothing was taken from it")
    try:
        message = json.loads(body)
    except ValueError:
        raise UnexpectedAnswer("a signed webhook of 17TRACK is no JSON") from None
    if not isinstance(message, dict) or message.get("event") not in WEBHOOK_EVENTS:
        raise UnexpectedAnswer("a signed webhook of 17TRACK is of no kind that its documents name")
    return message


def keep_webhook(shelf: Shelf, body: bytes, message: Answer) -> Path | None:
    """Puts a checked message beside what was pulled; the same body again changes nothing. None: nothing to keep."""
    if message["event"] != "TRACKING_UPDATED":
        return None
    name = f"webhook-{hashlib.sha256(body).hexdigest()[:16]}.jsonl"
    path = shelf.folder / name
    if not path.exists():
        line = _page("TRACKING_UPDATED", (), message, iso(shelf.clock.now()))
        shelf.keep(path, line)
    return path


def events(page: dict[str, Any]) -> Iterator[TrackingEvent]:
    """Events of `gettrackinfo` (data.accepted) or of a webhook (data)."""
    data = page["answer"]["data"]
    for tracking in data["accepted"] if isinstance(data.get("accepted"), list) else [data]:
        number, info = tracking.get("number"), tracking.get("track_info") or {}
        for provider in (info.get("tracking") or {}).get("providers") or []:
            carrier = (provider.get("provider") or {}).get("name")
            for event in provider.get("events") or []:
                code = event.get("sub_status") or event.get("stage")
                yield TrackingEvent(
                    waybill=number,
                    carrier=carrier,
                    original_code=code,
                    milestone=milestone_of(code),
                    at=event.get("time_iso") or event.get("time_utc"),
                    place=event.get("location"),
                    description=event.get("description"),
                )
        estimate = (info.get("time_metrics") or {}).get("estimated_delivery_date") or {}
        promised = estimate.get("to") or estimate.get("from")  # the later end: a promise that is kept more often
        if promised:
            yield TrackingEvent(
                number, estimate.get("source"), "EstimatedDelivery", "delivered", promised, is_forecast=True
            )


def milestone_of(code: str | None) -> str:
    """Our milestone of a sub-status; `other` for what says nothing about the way."""
    if code is None:
        return "other"
    return MILESTONES.get(code) or ("exception" if code.split("_")[0] in TROUBLE else "other")


def _asked(waybill: Waybill) -> Answer:
    carrier = {"carrier": int(waybill.carrier)} if waybill.carrier and waybill.carrier.isdigit() else {}
    return {"number": waybill.number, **carrier}


def _parts(waybills: Sequence[Waybill]) -> Iterator[Sequence[Waybill]]:
    for begin in range(0, len(waybills), MOST_NUMBERS):
        yield waybills[begin : begin + MOST_NUMBERS]


def _page(operation: str, waybills: Sequence[Waybill], answer: Answer, received_at: str) -> Answer:
    asked = {"numbers": [waybill.number for waybill in waybills]}
    return {"operation": operation, "asked": asked, "received_at": received_at, "answer": answer}


DATASETS: dict[str, Dataset] = {"tracking": pull_tracking}


def connect(connecting: Connecting) -> SeventeenTrack:
    """The client of one account."""
    return SeventeenTrack(connecting.session(connecting.source.url, Key(connecting.secrets["key"])))
