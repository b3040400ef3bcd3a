"""The sandbox's own interface: time, truth, faults, limits. No vendor has it, and no connector may use it.

Belongs here: questions and commands for the command line, the app's "next day" and tests.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import datetime
from typing import Any

from starlette.applications import Starlette

from sandbox.living.ledger import ledger
from sandbox.living.world import UnableToDo, instant
from sandbox.network import SHOPS
from sandbox.servers.faults import FAULTS, plainly
from sandbox.servers.seventeen_track import deliver_news
from sandbox.servers.web import Answer, Call, Handler, House, Refused, build

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds_of(span: str) -> int:
    """The seconds of `1d`, `6h`, `30m`, `90s` or several of them in a row.

    >>> seconds_of("1d12h")
    129600

    Raises:
        UnableToDo: for any other text.
    """
    if not re.fullmatch(r"(\d+[smhd])+", span):
        raise UnableToDo(f"{span} is no span of time: pass one like 1d, 6h, 30m or 1d12h")
    return sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+)([smhd])", span))


def fault_list(house: House) -> list[dict[str, Any]]:
    """Every fault: what it does, whether it is on, how often it was met."""
    found = []
    for name, (what, share, size) in FAULTS.items():
        fault = house.world.faults.get(name)
        met = {key.split("/")[0]: count for key, count in house.faults.met.items() if key.endswith(f"/{name}")}
        found.append(
            {
                "name": name,
                "what": what,
                "is_on": fault is not None,
                "vendor": fault.vendor if fault else "*",
                "share": fault.share if fault else share,
                "size": fault.size if fault else size,
                "met": met,
            }
        )
    return found


def _advance(call: Call) -> Answer:
    call.do("advance", seconds=seconds_of(str(call.json["span"])))
    delivered = deliver_news(call.house)
    return Answer({"now": instant(call.world.now).isoformat(), "webhooks": delivered})


def _truth(call: Call) -> Answer:
    since = call.one("orders_since")
    try:
        seconds = int(datetime.fromisoformat(since).timestamp()) if since else None
    except ValueError as error:
        raise UnableToDo(f"orders_since: {since} is no ISO 8601 moment") from error
    return Answer(ledger(call.world, orders_since=seconds))


def _pushes(call: Call) -> Answer:
    """Pushes after number `since`: what was told to which listing, in world time and when it really came in."""
    since, world, times = call.number("since", 0), call.world, call.house.simulation.push_times
    starts = [number for number, _ in times]
    found = []
    for push in world.pushes[since:]:
        at = bisect_right(starts, push.number) - 1
        listing = world.catalog.listings[push.listing]
        found.append(
            {
                "number": push.number,
                "shop": SHOPS[listing.shop].shop_id,
                "seller_sku": listing.seller_sku,
                "units": push.units,
                "free_units": push.free_units,
                "at": instant(push.at).isoformat(),
                "received_at": times[at][1] if at >= 0 else None,
            }
        )
    return Answer({"pushes": found})


def _faults(call: Call) -> Answer:
    return Answer({"faults": fault_list(call.house)})


def _switch(call: Call) -> Answer:
    body = call.json
    commands = plainly(
        str(body["name"]),
        is_on=bool(body["is_on"]),
        vendor=str(body.get("vendor") or "*"),
        share=body.get("share"),
        size=body.get("size"),
    )
    for command in commands:
        call.do("set_fault", **command)
    return _faults(call)


def _limits(call: Call) -> Answer:
    limits = call.house.limits
    return Answer({"calls": dict(limits.calls), "exceeded": dict(limits.exceeded)})


def _state(call: Call) -> Answer:
    return Answer({"now": instant(call.world.now).isoformat(), "urls": call.house.urls})


def _webhook(call: Call) -> Answer:
    call.do("set_webhook", url=str(call.json["url"]))
    return Answer({"url": call.world.webhook_url})


def _habit(call: Call) -> Answer:
    call.do("set_habit", is_on=bool(call.json["is_on"]))
    return Answer({"is_on": call.world.ships_by_habit})


def _words(refused: Refused) -> Answer:
    return Answer({"error": refused.message}, refused.status)


def app(house: House) -> Starlette:
    """The control server; faults never meet it."""
    routes: list[tuple[str, str, Handler]] = [
        ("GET", "/", _state),
        ("POST", "/advance", _advance),
        ("GET", "/truth", _truth),
        ("GET", "/pushes", _pushes),
        ("GET", "/faults", _faults),
        ("POST", "/faults", _switch),
        ("GET", "/limits", _limits),
        ("POST", "/webhook", _webhook),
        ("POST", "/habit", _habit),
    ]
    return build(house, "control", routes, words=_words)
