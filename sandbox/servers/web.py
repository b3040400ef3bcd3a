"""From HTTP to a plain call and back: the frame in which all vendors' servers run.

Belongs here: reading a request, faults that meet any call, the world's time in the `Date` header, refusals of the
world as the vendor words them. Does not belong here: what a vendor answers.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import format_datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.living.life import LivingWorld
from sandbox.living.simulation import Simulation
from sandbox.living.world import UnableToDo, instant
from sandbox.servers.faults import Faulty
from sandbox.servers.limits import Limits


class Refused(Exception):
    """A call that is answered with an error, as the vendor words it."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Body(dict[str, Any]):
    """A JSON object of a request; a field that a handler needs and the caller left out is refused by its name."""

    def __missing__(self, name: str) -> Any:
        raise Refused(400, "InvalidInput", f"{name} is missing")


@dataclass
class House:
    """What all servers share."""

    simulation: Simulation
    limits: Limits
    faults: Faulty
    urls: dict[str, str] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)  # waybill -> news that a webhook told of

    @property
    def world(self) -> LivingWorld:
        """The living world."""
        return self.simulation.world

    def _skew(self, vendor: str) -> float:
        fault = self.world.faults.get("clock_skew")
        return fault.size if fault and fault.vendor in {"*", vendor} else 0.0

    def time(self, vendor: str) -> float:
        """The server's clock, by which tokens expire; it may be off."""
        return self.simulation.server_time() + self._skew(vendor)

    def date(self, vendor: str) -> float:
        """The world's time as the server says it; it may be off, but it never runs ahead by mere waiting."""
        return self.world.now + self._skew(vendor)


@dataclass
class Call:
    """One request, read."""

    house: House
    method: str
    path: str
    parts: dict[str, str]
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    account: str = ""

    @property
    def world(self) -> LivingWorld:
        """The living world."""
        return self.house.world

    def one(self, name: str, default: str = "") -> str:
        """A query parameter's value."""
        return self.query.get(name, [default])[0]

    def number(self, name: str, default: int) -> int:
        """A query parameter that is a whole number.

        Raises:
            Refused: when it is none.
        """
        text = self.one(name, str(default))
        try:
            return int(text)
        except ValueError as error:
            raise Refused(400, "InvalidInput", f"{name}: {text} is no whole number") from error

    def many(self, name: str) -> list[str]:
        """A list parameter's values, repeated or separated by commas."""
        return [item for value in self.query.get(name, []) for item in value.split(",") if item]

    def do(self, command: str, /, **body: Any) -> Any:
        """Do a command of the world."""
        return self.house.simulation.do(command, **body)

    @cached_property
    def json(self) -> Any:
        """The body as JSON.

        Raises:
            Refused: when it is none.
        """
        try:
            return json.loads(self.body, object_hook=Body)
        except ValueError as error:
            raise Refused(400, "InvalidInput", "the body is no JSON") from error


@dataclass
class Answer:
    """What goes back."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


Handler = Callable[[Call], Answer]
Words = Callable[[Refused], Answer]


def text_of(answer: Answer) -> bytes:
    """The body's bytes."""
    if isinstance(answer.body, bytes):
        return answer.body
    if answer.body is None:
        return b""
    return json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode()


def build(house: House, vendor: str, routes: list[tuple[str, str, Handler]], *, words: Words) -> Starlette:
    """A vendor's server: (method, path, handler) of every operation, and how it words a refusal."""

    def endpoint(handler: Handler) -> Callable[[Request], Any]:
        async def serve(request: Request) -> Response:
            call = await _read(house, request)
            late = house.faults.meets("timeouts", vendor)
            with house.simulation.lock:
                answer = _answered(house, vendor, handler, call, words)
            if late is not None:
                await asyncio.sleep(late.size)
            headers = {"Date": format_datetime(instant(int(house.date(vendor))), usegmt=True), **answer.headers}
            body = text_of(answer)
            kind = None if answer.body is None else answer.content_type
            return Response(body, status_code=answer.status, headers=headers, media_type=kind)

        return serve

    async def lost(request: Request, _: Exception) -> Response:
        answer = words(Refused(404, "NotFound", f"there is no {request.method} {request.url.path}"))
        return Response(text_of(answer), status_code=answer.status, media_type="application/json")

    return Starlette(
        routes=[Route(path, endpoint(handler), methods=[method]) for method, path, handler in routes],
        exception_handlers={404: lost, 405: lost},
    )


async def _read(house: House, request: Request) -> Call:
    raw = request.scope.get("query_string", b"").decode()
    return Call(
        house=house,
        method=request.method,
        path=request.url.path,
        parts={name: unquote(str(value)) for name, value in request.path_params.items()},
        query=parse_qs(raw, keep_blank_values=True),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
    )


def _answered(house: House, vendor: str, handler: Handler, call: Call, words: Words) -> Answer:
    try:
        if house.faults.meets("storm_429", vendor):
            raise Refused(429, "QuotaExceeded", "You exceeded your quota for the requested resource.", Retry_After="2")
        broken = house.faults.meets("errors_500", vendor)
        if broken and len(call.body) % 2 == 0:
            raise Refused(500, "InternalFailure", "We encountered an internal error. Please try again.")
        answer = handler(call)
        if broken:
            raise Refused(500, "InternalFailure", "We encountered an internal error. Please try again.")
        if isinstance(answer.body, dict) and house.faults.meets("schema_changes", vendor):
            answer.body = {**answer.body, "sandboxNovelty": {"since": "today"}}
    except UnableToDo as error:
        return words(Refused(400, "InvalidInput", str(error)))
    except Refused as error:
        return words(error)
    return answer
