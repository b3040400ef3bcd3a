"""A company whose people have mail addresses, and what hears their notifications: real servers on this machine."""

from __future__ import annotations

import email
import email.policy
import json
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from inventory_core.access.commands import EnsurePeople, PersonToAdd
from inventory_core.bootstrap import Core, database_url, open_core
from tests.browser.served_app import free_port
from tests.core_builders import catalog, cheap_passwords, sender

SETTINGS = """
[company]
name = "Seller"
base_currency = "USD"
time_zone = "Asia/Shanghai"
[policy]
service_level = 0.9
"""
# login, name, role, mail, language
PEOPLE = (
    ("pia", "Pia", "planner", "pia@example.com", "en"),
    ("sam", "Sam", "supervisor", "sam@example.com", "en"),
    ("li", "李伟", "supervisor", "li@example.com", "zh"),
    ("noa", "Noa", "supervisor", None, "en"),
    ("wim", "Wim", "warehouse", "wim@example.com", "en"),
    ("ada", "Ada", "admin", "ada@example.com", "en"),
)


@dataclass
class MailServer:
    """What arrived at a real SMTP server; it refuses the recipients that it is told to refuse."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Its address for company.toml."""
        return f"mailto://127.0.0.1:{self.port}?from=diaobo@example.com"

    async def handle_RCPT(  # noqa: N802 - the server's own name
        self, server: Any, session: Any, envelope: Any, address: str, rcpt_options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.recipients += envelope.rcpt_tos
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@dataclass
class WebServer:
    """What arrived at a real HTTP server: path and JSON; it answers as it is told to."""

    port: int = 0
    status: int = 200
    answer: str = '{"errcode": 0, "code": 0, "ok": true}'
    silent: threading.Event = field(default_factory=threading.Event)
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address for company.toml."""
        return f"json://127.0.0.1:{self.port}/hook"


@pytest.fixture(autouse=True, scope="session")
def loaded_plugins() -> None:
    """Apprise's plugins warn about what they import; here they are loaded once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import apprise

        assert apprise.Apprise.instantiate("json://localhost")


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer(port=free_port())
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@pytest.fixture
def web_server() -> Iterator[WebServer]:
    server = WebServer()
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if server.silent.is_set():
                closing.wait()  # the other side gives up first
                return
            server.heard.append((self.path, json.loads(content)))
            self.send_response(server.status)
            self.end_headers()
            self.wfile.write(server.answer.encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    server.port = listening.server_address[1]
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        closing.set()
        listening.shutdown()
        thread.join()
        listening.server_close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A company without notifications; `settle` writes others."""
    for name in ("DIAOBO_DATABASE_URL", "DIAOBO_COMPANY", "DIAOBO_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    settle(tmp_path, "")
    return tmp_path


def settle(folder: Path, more: str) -> None:
    """Write company.toml with these tables beside the usual ones."""
    (folder / "company.toml").write_text(SETTINGS + more, encoding="utf-8")


@pytest.fixture
def core(folder: Path) -> Iterator[Core]:
    """The company's core with catalog and people."""
    with cheap_passwords(), open_core(database_url(folder, {}), create=True) as opened:
        set_up(opened)
        yield opened


def set_up(core: Core) -> None:
    """Catalog and people."""
    core.execute(catalog())
    people = tuple(
        PersonToAdd(login=login, name=name, roles=(role,), email=address, language=language)
        for login, name, role, address, language in PEOPLE
    )
    core.execute(EnsurePeople(**sender("operator"), people=people))
