"""One running sandbox for all contract tests, and calls to it through the vendors' own files."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox.parameters import Parameters
from sandbox.servers.amazon.account import ACCOUNTS, CLIENT_ID, CLIENT_SECRET
from sandbox.servers.serve import Servers
from tests.contract.sandbox.prism import Prisms, install


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def send(method: str, url: str, *, body: Any = None, headers: dict[str, str] | None = None, **query: Any) -> Reply:
    """One request; an error status is an answer too."""
    if query:
        url += "?" + urllib.parse.urlencode({k.replace("__", "."): v for k, v in query.items()}, doseq=False)
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    given = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, data=data, headers=given, method=method)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return Reply(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, dict(error.headers), error.read())


@dataclass
class Sandbox:
    """The servers and what a test wants of them."""

    servers: Servers
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def world(self):
        return self.servers.simulation.world

    @property
    def urls(self) -> dict[str, str]:
        return self.servers.urls

    def control(self, method: str, path: str, body: Any = None) -> Any:
        reply = send(method, self.urls["control"] + path, body=body)
        assert reply.status == 200, reply.body
        return reply.json

    def advance(self, span: str) -> None:
        self.control("POST", "/advance", {"span": span})
        self.tokens.clear()

    def refill(self) -> None:
        """Every limit is full again, without time."""
        self.servers.house.limits._buckets.clear()

    def login(self, account: str = "us") -> str:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": ACCOUNTS[account].refresh_token,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urllib.parse.urlencode(form).encode()
        reply = send("POST", self.urls["amazon"] + "/auth/o2/token", body=body, headers=headers)
        assert reply.status == 200, reply.body
        return reply.json["access_token"]

    def amazon(
        self, method: str, path: str, *, account: str = "us", body: Any = None, base: str = "", **query: Any
    ) -> Reply:
        if account not in self.tokens:
            self.tokens[account] = self.login(account)
        headers = {"x-amz-access-token": self.tokens[account]}
        return send(method, (base or self.urls["amazon"]) + path, body=body, headers=headers, **query)


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    servers = Servers(
        tmp_path_factory.mktemp("sandbox"), parameters=Parameters(seed=9, products=90, months=5), port_base=None
    )
    servers.start()
    yield Sandbox(servers)
    servers.stop()


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The running sandbox with full buckets and no fault."""
    running_sandbox.refill()
    yield running_sandbox
    running_sandbox.control("POST", "/faults", {"name": "all", "is_on": False})


@pytest.fixture(scope="session")
def prisms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prisms]:
    install()
    found = Prisms(tmp_path_factory.mktemp("prism"))
    yield found
    found.stop()


@pytest.fixture
def amazon_by(sandbox: Sandbox, prisms: Prisms, shared: Path):
    """(model) -> a caller of Amazon's operations through that model of his."""

    def by(model: str):
        base = prisms.before(sandbox.urls["amazon"], shared / "specs" / "amazon-sp-api" / f"{model}.json")

        def call(method: str, path: str, **given: Any) -> Reply:
            reply = sandbox.amazon(method, path, base=base, **given)
            assert b"VIOLATIONS" not in reply.body, reply.body.decode()[:3000]
            assert b"stoplight" not in reply.body, reply.body.decode()[:3000]
            return reply

        return call

    return by
