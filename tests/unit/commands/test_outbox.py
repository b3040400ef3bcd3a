"""`diaobo outbox`: what waits is listed, released and discarded by an admin, and the worker ends when it is told to."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inventory_core.access.commands import IssueToken
from inventory_core.bootstrap import Core, database_url, open_core
from inventory_core.outbox.model import MessageState
from pipelines.commands.outbox import command
from tests.core_builders import approved, cheap_passwords, core_on, sender

PATIENCE_SECONDS = 120
SETTINGS = """
[company]
name = "Seller"
base_currency = "USD"
time_zone = "UTC"
[policy]
service_level = 0.9
"""


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Core]:
    """A core with one approved order, whose messages nobody has told."""
    for name in ("DIAOBO_TOKEN", "DIAOBO_DATABASE_URL", "DIAOBO_COMPANY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "company.toml").write_text(SETTINGS)
    with cheap_passwords(), open_core(database_url(tmp_path, {}), create=True) as opened:
        core_on(opened.storage)
        approved(opened)
        yield opened


def park(core: Core, number: int) -> None:
    with core.storage.writing() as store:
        message = store.message(number)
        assert message is not None
        store.save_message(replace(message, state=MessageState.PARKED, tries=10, last_error="UnableToDeliver: 503"))


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--company", str(folder)])


def token_of(core: Core, login: str) -> str:
    issued = core.execute(IssueToken(**sender("operator", at=datetime.now(UTC)), login=login, label="x"))
    return issued.secrets["token"]


def test_parked_messages_are_listed_for_people_and_for_scripts(core: Core, tmp_path: Path) -> None:
    park(core, 1)
    table = run(tmp_path, "list", "--state", "parked").stdout.split()
    assert table[0] == "1"
    assert {"parked", "people", "approval_requested", "TO-2026-00001", "503"} <= set(table)
    [found] = json.loads(run(tmp_path, "list", "--state", "parked", "--format", "json").stdout)
    assert (found["message_number"], found["payload"]["document_number"]) == (1, "TO-2026-00001")
    assert len(json.loads(run(tmp_path, "list", "--format", "json").stdout)) == 3


def test_an_admin_releases_and_discards(core: Core, tmp_path: Path) -> None:
    park(core, 1)
    token = token_of(core, "ada")
    assert run(tmp_path, "release", "1", "--token", token).stdout == "message 1 is tried again\n"
    again = run(tmp_path, "release", "1", "--token", token)
    assert (again.exit_code, "is pending, not parked" in again.stderr) == (3, True)
    assert run(tmp_path, "discard", "1", "--reason", "he knows", "--token", token).exit_code == 0
    assert (core.queries.messages()[0].state, core.queries.journal()[-1].actor_id) == ("discarded", "ada")


def test_nobody_else_may(core: Core, tmp_path: Path) -> None:
    park(core, 1)
    refused = run(tmp_path, "discard", "1", "--reason", "x", "--token", token_of(core, "pia"))
    assert (refused.exit_code, "may not send DiscardMessage" in refused.stderr) == (3, True)
    assert run(tmp_path, "release", "1").exit_code == 2, "no token"
    assert core.queries.messages()[0].state == "parked"


def test_the_worker_waits_for_its_core_and_ends_when_told(tmp_path: Path) -> None:
    (tmp_path / "company.toml").write_text(SETTINGS)
    worker = subprocess.Popen(
        [sys.executable, "-c", "from pipelines.cli import main; main()", "outbox", "run", "--company", str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout
        assert "waiting: there is no core at" in worker.stdout.readline()
        open_core(database_url(tmp_path, {}), create=True).close()
        assert worker.stdout.readline().endswith("the worker delivers what is due\n")
        time.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        output, _ = worker.communicate(timeout=PATIENCE_SECONDS)
    finally:
        worker.kill()
        worker.communicate()
    assert (worker.returncode, output.endswith("ended\n")) == (0, True)


def test_help_waits_for_no_database_and_no_apprise() -> None:
    code = (
        "import sys, pipelines.commands.outbox; "
        "heavy = {'sqlalchemy', 'pydantic', 'apprise', 'babel', 'dagster', 'polars'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
