"""The worker tells people and warehouses through real servers and files, and what happens when they do not answer."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from inventory_core.bootstrap import Core
from inventory_core.outbox.commands import ReleaseMessage
from inventory_core.outbox.model import TRIES_BEFORE_PARKING, Message
from inventory_core.transfer_orders.commands import RejectTransferOrder, SubmitTransferOrder
from inventory_core.verification import verify
from pipelines.outbox.worker import LEFT_OVER_AFTER, Worker
from tests.core_builders import AT, approved, draft, line, sender, submitted
from tests.unit.pipelines.outbox.conftest import MailServer, WebServer, settle

SECRET = "sup3r-s3cret-t0ken"


class Clock:
    """Time that a test moves."""

    def __init__(self, now: datetime = AT) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Sweeping:
    """A worker that sweeps once at a time, and every line that it said."""

    def __init__(self, core: Core, folder: Path, environ: Mapping[str, str]) -> None:
        self.clock = Clock()
        self.said: list[str] = []
        self.worker = Worker(core=core, folder=folder, environ=environ, say=self.said.append, clock=self.clock)

    def __call__(self, **later: float) -> None:
        self.clock.now += timedelta(**later)
        self.worker.sweep(threading.Event())


@pytest.fixture
def sweeping(core: Core, folder: Path) -> Callable[..., Sweeping]:
    return lambda **environ: Sweeping(core, folder, environ)


def mail_settings(server: MailServer) -> str:
    return f'[notifications]\napp_url = "https://app.example.com"\nmail_url = "{server.url}"\n'


def group(name: str, rest: str) -> str:
    return f'[[notifications.channels]]\nname = "{name}"\n{rest}\n'


def messages(core: Core, channel: str) -> list[Message]:
    return [one for one in core.queries.messages() if one.channel == channel]


def test_each_supervisor_is_asked_by_mail_in_his_language(
    core: Core, folder: Path, mail_server: MailServer, sweeping: Callable[..., Sweeping]
) -> None:
    settle(folder, mail_settings(mail_server))
    number = str(submitted(core, lines=(line(suggestion_id="s1", suggested_units=32),)).document_number)
    sweeping()()
    by_recipient = dict(zip(mail_server.recipients, mail_server.mails, strict=True))
    assert set(by_recipient) == {"sam@example.com", "li@example.com"}, "neither planners nor who has no address"
    english, chinese = by_recipient["sam@example.com"], by_recipient["li@example.com"]
    assert english["Subject"] == f"{number} waits for your decision"
    assert chinese["Subject"] == f"{number} 等待您的审批"
    body = english.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == [
        "cn_main → fba_us · Sea",
        "Ship: Nov 5, 2026",
        "Arrive: Dec 15, 2026",
        "Units: 40",
        "Value: $493.82",
        "Differs from the advice by 25%",
        "Margin at risk: $306.18",
        "Submitted by: Pia",
        "Must decide: Supervisor",
        "",
        "- CHAIR × 40, advice 32 (+25%)",
        "",
        f"Open: https://app.example.com/?order={number}",
    ]
    assert english["X-Diaobo-Message"] == messages(core, "people/mail/sam")[0].message_id
    assert english["From"].addresses[0].addr_spec == "diaobo@example.com"
    assert verify(core).is_sound


def test_a_group_is_told_of_its_kinds_and_roles_alone(
    core: Core, folder: Path, web_server: WebServer, sweeping: Callable[..., Sweeping]
) -> None:
    settle(
        folder,
        group("deciders", f'url = "{web_server.url}/1"\nroles = ["supervisor"]\nkinds = ["approval_requested"]')
        + group("finance", f'url = "{web_server.url}/2"\nroles = ["finance"]')
        + group("everybody", f'url = "{web_server.url}/3"\nlanguage = "zh"'),
    )
    number = str(submitted(core).document_number)
    core.execute(RejectTransferOrder(**sender("sam"), transfer_order_id=number, reason="too many"))
    sweeping()()
    assert sorted((path, content["title"]) for path, content in web_server.heard) == [
        ("/hook/1", f"{number} waits for your decision"),
        ("/hook/3", f"{number} 已驳回"),
        ("/hook/3", f"{number} 等待您的审批"),
    ]
    assert "原因：too many" in next(content["message"] for _, content in web_server.heard if "驳回" in content["title"])
    ids = [content["message_id"] for path, content in web_server.heard if path == "/hook/3"]
    assert ids == [one.message_id for one in messages(core, "people/everybody")], "own systems are told the key"


@pytest.mark.parametrize(
    ("plugin", "attribute", "path", "url", "asked"),
    [
        (
            "dingtalk.NotifyDingTalk",
            "notify_url",
            "/send?t={token}",
            f"dingtalk://{'a1b2' * 8}",
            f"/send?t={'a1b2' * 8}",
        ),
        ("wecombot.NotifyWeComBot", "notify_url", "/send?key={key}", "wecombot://botkey-123", "/send?key=botkey-123"),
        ("feishu.NotifyFeishu", "notify_url", "/hook/{token}/", "feishu://feishutoken123", "/hook/feishutoken123/"),
        (
            "slack.NotifySlack",
            "webhook_url",
            "/services",
            f"slack://T1JJ3T3L2/A1BRTD4JD/{'x' * 24}/#stock",
            f"/services/T1JJ3T3L2/A1BRTD4JD/{'x' * 24}",
        ),
    ],
)
def test_the_chats_own_plugins_carry_title_and_text(
    core: Core,
    folder: Path,
    web_server: WebServer,
    sweeping: Callable[..., Sweeping],
    monkeypatch: pytest.MonkeyPatch,
    plugin: str,
    attribute: str,
    path: str,
    url: str,
    asked: str,
) -> None:
    """Only the vendor's host is replaced by one of this machine."""
    monkeypatch.setattr(f"apprise.plugins.{plugin}.{attribute}", f"http://127.0.0.1:{web_server.port}{path}")
    if "slack" in url:
        web_server.answer = "ok"
    settle(folder, group("chat", 'url_from = "CHAT"\nlanguage = "zh"'))
    number = str(submitted(core).document_number)
    sweep = sweeping(CHAT=url)
    sweep()
    [(heard_at, content)] = web_server.heard
    assert heard_at == asked
    assert f"{number} 等待您的审批" in json.dumps(content, ensure_ascii=False)
    assert "海运" in json.dumps(content, ensure_ascii=False)
    assert [one.state for one in messages(core, "people/chat")] == ["delivered"]


def test_a_dead_channel_delays_nobody_else_and_is_not_told_twice(
    core: Core, folder: Path, mail_server: MailServer, web_server: WebServer, sweeping: Callable[..., Sweeping]
) -> None:
    settle(folder, mail_settings(mail_server) + group("chat", f'url = "{web_server.url}"'))
    web_server.status = 503
    mail_server.refused = {"li@example.com"}
    approved(core)
    sweep = sweeping()
    sweep()
    assert mail_server.recipients == ["sam@example.com", "pia@example.com"], "the request, and the decision to pia"
    assert [one.kind for one in messages(core, "people/chat")] == ["approval_requested", "approved"]
    assert len(web_server.heard) == 1, "the second waits for the first"
    assert "503" in messages(core, "people/chat")[0].last_error
    web_server.status, mail_server.refused = 200, set()
    sweep(minutes=1)
    assert mail_server.recipients == ["sam@example.com", "pia@example.com", "li@example.com"]
    assert [content["title"].partition(" ")[2] for _, content in web_server.heard] == [
        *("waits for your decision", "waits for your decision", "is approved")
    ]
    assert core.queries.messages(state="pending") == messages(core, "origin")


def test_a_server_that_never_answers_is_given_up(
    core: Core, folder: Path, web_server: WebServer, sweeping: Callable[..., Sweeping]
) -> None:
    settle(folder, group("chat", 'url_from = "CHAT"'))
    web_server.silent.set()
    submitted(core)
    sweeping(CHAT=f"{web_server.url}?rto=0.2")()
    [message] = messages(core, "people/chat")
    assert (message.state, message.tries, "Connection error" in message.last_error) == ("pending", 1, True)


def test_what_fails_too_often_is_parked_and_told_after_its_release(
    core: Core, folder: Path, web_server: WebServer, sweeping: Callable[..., Sweeping]
) -> None:
    settle(folder, group("chat", f'url = "{web_server.url}"'))
    web_server.status = 500
    submitted(core)
    sweep = sweeping()
    for _ in range(TRIES_BEFORE_PARKING + 2):
        sweep(hours=7)
    [parked] = core.queries.messages(state="parked")
    assert len(web_server.heard) == parked.tries == TRIES_BEFORE_PARKING
    web_server.status = 200
    release = ReleaseMessage(**sender("ada", at=sweep.clock.now), message_number=parked.message_number)
    core.execute(release)
    sweep()
    assert [one.state for one in messages(core, "people/chat")] == ["delivered"]
    assert verify(core).is_sound


def test_no_secret_reaches_a_log_an_error_or_the_journal(
    core: Core,
    folder: Path,
    mail_server: MailServer,
    sweeping: Callable[..., Sweeping],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    settle(
        folder,
        '[notifications]\nmail_url_from = "MAIL"\n'
        + group("closed", 'url_from = "CLOSED"')
        + group("broken", 'url_from = "BROKEN"')
        + group("strange", 'url_from = "STRANGE"'),
    )
    caplog.set_level("DEBUG", logger="apprise")
    mail_server.refused = {"sam@example.com", "li@example.com"}
    submitted(core)
    sweep = sweeping(
        MAIL=f"mailto://{SECRET}:{SECRET}@127.0.0.1:{mail_server.port}?from=diaobo@example.com&pass={SECRET}",
        CLOSED=f"json://user:{SECRET}@127.0.0.1:9/{SECRET}?+Authorization={SECRET}",
        BROKEN=f"slack://{SECRET}/x",
        STRANGE=f"nothing://{SECRET}",
    )
    sweep()
    failed = [one for one in core.queries.messages(state="pending") if one.channel.startswith("people/")]
    assert len(failed) == 5
    assert all(one.last_error for one in failed)
    everything = [*sweep.said, caplog.text, *capfd.readouterr(), *map(repr, core.queries.journal()), *map(repr, failed)]
    assert SECRET not in "\n".join(everything)
    assert "no URL that Apprise can use" in messages(core, "people/strange")[0].last_error


def test_a_missing_address_is_said_with_its_name(core: Core, folder: Path, sweeping: Callable[..., Sweeping]) -> None:
    settle(folder, group("chat", 'url_from = "CHAT"'))
    submitted(core)
    sweep = sweeping()
    sweep()
    assert "CHAT is set neither in the environment nor in" in messages(core, "people/chat")[0].last_error
    (folder / "secrets.toml").write_text('CHAT = "json://127.0.0.1:9/"\n')
    sweep(minutes=1)
    assert "Connection error" in messages(core, "people/chat")[0].last_error, "secrets.toml is read again"


def test_a_message_that_nobody_can_hear_is_discarded_with_the_reason(
    core: Core, folder: Path, web_server: WebServer, sweeping: Callable[..., Sweeping]
) -> None:
    settle(folder, group("chat", f'url = "{web_server.url}"\nkinds = ["approved"]'))
    submitted(core)
    sweeping()()
    [message] = core.queries.messages()
    entry = core.queries.journal()[-1]
    assert (message.state, entry.event_type, entry.actor_id) == ("discarded", "MessageDiscarded", "operator")
    assert entry.reason.startswith("nobody can be told: no group wants it")


def test_without_notifications_messages_wait_and_a_late_channel_is_not_flooded(
    core: Core, folder: Path, web_server: WebServer, sweeping: Callable[..., Sweeping]
) -> None:
    submitted(core)
    sweep = sweeping()
    sweep()
    assert [one.state for one in core.queries.messages()] == ["pending"]
    sweep.clock.now += timedelta(days=3, seconds=1)
    number = str(core.execute(draft(at=sweep.clock.now)).document_number)
    core.execute(SubmitTransferOrder(**sender("pia", at=sweep.clock.now), transfer_order_id=number))
    stop = threading.Event()
    stop.set()
    sweep.worker._every_minute()
    assert [one.state for one in core.queries.messages()] == ["discarded", "pending"]
    assert core.queries.journal()[-1].reason == "no way to tell people was set up for 3 days"
    settle(folder, group("chat", f'url = "{web_server.url}"'))
    sweep()
    assert [content["title"] for _, content in web_server.heard] == ["TO-2026-00002 waits for your decision"]


def test_old_messages_are_discarded_when_a_channel_comes_first(
    core: Core, folder: Path, web_server: WebServer, sweeping: Callable[..., Sweeping]
) -> None:
    submitted(core)
    settle(folder, group("chat", f'url = "{web_server.url}"'))
    sweeping()(days=4)
    assert web_server.heard == []
    assert core.queries.journal()[-1].reason == "older than 3 days before anybody could be told"


def test_warehouses_without_an_interface_get_files(core: Core, folder: Path, sweeping: Callable[..., Sweeping]) -> None:
    settle(folder, '[outbox]\nfolder = "outbox"\n')
    number = approved(core)
    sweep = sweeping()
    sweep()
    [message] = messages(core, "origin")
    written = folder / "outbox" / "origin" / "cn_main"
    assert sorted(path.name for path in written.iterdir()) == [
        f"{message.message_id}.csv",
        f"{message.message_id}.json",
    ]
    content = json.loads((written / f"{message.message_id}.json").read_text(encoding="utf-8"))
    assert (content["message_id"], content["kind"], content["warehouse_id"]) == (
        *(message.message_id, "outbound_order", "cn_main"),
    )
    assert content["lines"] == [{"sku": "CHAIR", "units": 40}]
    rows = list(csv.DictReader(io.StringIO((written / f"{message.message_id}.csv").read_text(encoding="utf-8-sig"))))
    assert [(row["document_number"], row["sku"], row["units"]) for row in rows] == [(number, "CHAIR", "40")]
    assert messages(core, "origin")[0].state == "delivered"
    assert messages(core, "people")[0].state == "pending", "people wait for settings of their own"


def test_what_a_running_worker_would_have_told_is_left_over_after_a_while(
    core: Core, folder: Path, web_server: WebServer, sweeping: Callable[..., Sweeping]
) -> None:
    settle(folder, group("chat", f'url = "{web_server.url}"'))
    submitted(core)
    sweep = sweeping()
    assert sweep.worker.sweep_left_over(threading.Event()) == "nothing is left over"
    sweep.clock.now += LEFT_OVER_AFTER
    assert sweep.worker.sweep_left_over(threading.Event()).startswith("swept up from outbox-1-")
    assert len(web_server.heard) == 1


def test_wrong_settings_leave_those_before_in_force(
    core: Core, folder: Path, web_server: WebServer, sweeping: Callable[..., Sweeping]
) -> None:
    settle(folder, group("chat", f'url = "{web_server.url}"'))
    sweep = sweeping()
    sweep()
    settle(folder, "[notification]\n")
    submitted(core)
    sweep()
    assert len(web_server.heard) == 1
    assert any('did you mean "notifications"' in line for line in sweep.said)


def test_a_database_that_goes_away_ends_the_worker(
    core: Core, folder: Path, web_server: WebServer, sweeping: Callable[..., Sweeping]
) -> None:
    """`diaobo serve` starts it again; a worker that goes on without its database would tell things twice."""
    settle(folder, group("chat", f'url = "{web_server.url}"'))
    sweep = sweeping()
    sweep()
    with closing(sqlite3.connect(folder / "core.sqlite")) as connection, connection:
        connection.execute("ALTER TABLE outbox_messages RENAME TO gone")
    stop = threading.Event()
    with pytest.raises(sqlite3.OperationalError, match="no such table: outbox_messages"):
        sweep.worker.run(stop)
    assert stop.is_set()
