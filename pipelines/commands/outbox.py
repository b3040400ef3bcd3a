"""`diaobo outbox`: the worker that delivers messages, and what a person may do about those that wait.

Belongs here: options, what is printed, waiting for the core. Does not: delivering (`pipelines/outbox`), what releasing
and discarding mean (`inventory_core/outbox`). Listing asks for no token: whoever can open the company's database can
read it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import click

from inventory_core.bootstrap import Core, database_url, open_core
from inventory_core.errors import Refused
from inventory_core.outbox import commands as outbox_commands
from inventory_core.outbox.model import Message, MessageState
from inventory_core.records import plain
from pipelines.core_session import company_option, core_session, sent_by

CORE_POLL_SECONDS = 5
LONGEST_ERROR = 60
token_option = click.option(
    "--token", envvar="DIAOBO_TOKEN", required=True, help="Who does it (`diaobo user token`); else DIAOBO_TOKEN."
)


@click.group("outbox")
def command() -> None:
    """Messages to people, warehouses and shops."""


@command.command("run")
@company_option
def run(folder: Path | None) -> None:
    """Deliver messages until Ctrl-C; `diaobo serve` runs this beside the app. Any number may run at once."""
    from pipelines.company import UnableToReadCompany, company_folder, load_company
    from pipelines.outbox.worker import Worker

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    chosen = company_folder(folder, environ=os.environ)
    try:
        load_company(chosen, environ=os.environ)
    except UnableToReadCompany as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    core = _core_when_there(database_url(chosen, os.environ), stop)
    if core is not None:
        with core:
            _say("the worker delivers what is due")
            Worker(core=core, folder=chosen, environ=os.environ, say=_say).run(stop)
    _say("ended")


def _core_when_there(url: str, stop: threading.Event) -> Core | None:
    """The core, as soon as it is there in this program's version; None when `stop` is set before."""
    said = ""
    while not stop.is_set():
        try:
            return open_core(url)
        except Refused as refusal:
            if str(refusal) != said:
                said = str(refusal)
                _say(f"waiting: {said}")
        stop.wait(CORE_POLL_SECONDS)
    return None


def _say(line: str) -> None:
    click.echo(f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S} {line}")


@command.command("list")
@click.option(
    "--state", type=click.Choice([state.value for state in MessageState]), help="Only messages of this state."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@company_option
def list_messages(*, state: str | None, form: str, folder: Path | None) -> None:
    """All messages, oldest first; those that are parked wait for `release` or `discard`."""
    with core_session(folder) as core:
        messages = core.queries.messages(state=state)
    if form == "json":
        click.echo(json.dumps([_as_json(message) for message in messages], indent=2, ensure_ascii=False))
        return
    for message in messages:
        order = json.loads(message.payload).get("document_number") or ""
        words = f"  {message.last_error[:LONGEST_ERROR]}" if message.last_error else ""
        click.echo(
            f"{message.message_number:>6}  {message.written_at:%Y-%m-%d %H:%M}  {message.state:<9}  "
            f"{message.channel:<20}  {message.kind:<20}  {order}{words}".rstrip()
        )


def _as_json(message: Message) -> dict[str, Any]:
    return {**plain(message), "payload": json.loads(message.payload)}


@command.command("release")
@click.argument("number", type=int)
@token_option
@company_option
def release(*, number: int, token: str, folder: Path | None) -> None:
    """Try the parked message NUMBER again, now that what stopped it is mended."""
    with core_session(folder) as core:
        core.execute(outbox_commands.ReleaseMessage(**sent_by(core, token), message_number=number))
        click.echo(f"message {number} is tried again")


@command.command("discard")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Recorded in the journal.")
@token_option
@company_option
def discard(*, number: int, reason: str, token: str | None, folder: Path | None) -> None:
    """Never tell the message NUMBER; those that wait behind it go on."""
    with core_session(folder) as core:
        core.execute(outbox_commands.DiscardMessage(**sent_by(core, token), message_number=number, reason=reason))
        click.echo(f"message {number} is discarded")
