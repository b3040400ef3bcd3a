"""A server on this machine that answers what a test wrote down, and a clock that only counts."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)


@dataclass
class CountingClock:
    """Sleeping moves its hands at once; `slept` says how long each time."""

    at: dt.datetime = NOON
    slept: list[float] = field(default_factory=list)

    def now(self) -> dt.datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += dt.timedelta(seconds=seconds)


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    at: dt.datetime

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """One answer: JSON unless it is bytes."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    breaks_off: bool = False


Rule = Callable[[Asked], "Reply | Any"]


class Vendor:
    """Answers by rules; `asked` holds every request."""

    def __init__(self, clock: CountingClock) -> None:
        self.asked: list[Asked] = []
        self.rules: dict[tuple[str, str], Rule] = {}
        self.script: list[Reply] = []
        self.checks: list[Callable[[Asked, Reply], None]] = []
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments: Any) -> None:
                return

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parts = urlsplit(self.path)
                asked = Asked(
                    self.command, parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body, clock.now()
                )
                vendor.asked.append(asked)
                reply = vendor.reply(asked)
                for check in vendor.checks:
                    check(asked, reply)
                content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
                self.send_response(reply.status)
                if not isinstance(reply.body, bytes):
                    self.send_header("Content-Type", "application/json")
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content) + (100 if reply.breaks_off else 0)))
                self.end_headers()
                self.wfile.write(content)
                if reply.breaks_off:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def on(self, method: str, path: str, rule: Rule | Any) -> None:
        self.rules[method, path] = rule if callable(rule) else lambda _: rule

    def reply(self, asked: Asked) -> Reply:
        if self.script:
            return self.script.pop(0)
        rule = self.rules.get((asked.method, asked.path))
        if rule is None:
            return Reply({"errors": [{"code": "NotFound", "message": asked.path}]}, 404)
        answer = rule(asked)
        return answer if isinstance(answer, Reply) else Reply(answer)

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def lines(path: Path) -> list[Any]:
    """An extract's pages."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
