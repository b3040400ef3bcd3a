"""`diaobo doctor` finds what is wrong and says so in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner

from inventory_core.bootstrap import database_url, open_core
from inventory_core.outbox.model import MessageState
from pipelines.commands.doctor import command
from tests.core_builders import cheap_passwords, core_on, submitted

SETTINGS = """
[company]
name = "Small Seller"
base_currency = "USD"
time_zone = "UTC"
kind = "live"
[policy]
service_level = 0.95
[[feeds]]
feed = "orders"
files = "inbox/*.csv"
"""


def _company(folder: Path) -> Path:
    (folder / "company.toml").write_text(SETTINGS)
    return folder


def test_a_folder_without_a_company_is_wrong(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["--company", str(tmp_path)])

    assert result.exit_code == 1
    assert "holds no company.toml" in result.output


def test_a_new_company_has_notes_but_nothing_wrong(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["--company", str(_company(tmp_path))])

    assert result.exit_code == 0, result.output
    assert "feed orders: no file matches inbox/*.csv" in result.output
    assert "nothing is published yet" in result.output
    assert "no core database yet" in result.output


def test_a_mapping_that_is_absent_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "company.toml").write_text(SETTINGS + 'mapping = "mappings/orders.toml"\n')

    result = CliRunner().invoke(command, ["--company", str(tmp_path)])

    assert result.exit_code == 1
    assert "mappings/orders.toml does not exist" in result.output


def test_a_publication_is_found_with_its_age_and_its_refused_rows(tmp_path: Path) -> None:
    import duckdb

    folder = _company(tmp_path) / "published"
    folder.mkdir()
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{folder / 'marts.duckdb'}' as published")
        connection.execute("create schema published.ops")
        connection.execute("create schema published.marts")
        connection.execute(
            "create table published.ops.publications as select timestamp '2026-01-01 02:00' as published_at, "
            "'run' as run_id, date '2026-01-01' as as_of_date"
        )
        connection.execute("create table published.marts.fct_quarantined_rows as select 1 as row_number")

    result = CliRunner().invoke(command, ["--company", str(tmp_path)])

    assert result.exit_code == 0, result.output
    assert "for 2026-01-01: the daily job has not run" in result.output
    assert "1 refused rows wait in quarantine" in result.output


def test_a_publication_that_is_no_database_is_wrong(tmp_path: Path) -> None:
    (_company(tmp_path) / "published").mkdir()
    (tmp_path / "published" / "marts.duckdb").write_bytes(b"not a database, but long enough to be one" * 400)

    result = CliRunner().invoke(command, ["--company", str(tmp_path)])

    assert result.exit_code == 1
    assert "cannot be read" in result.output


def test_a_journal_that_was_changed_is_wrong(tmp_path: Path) -> None:
    import sqlite3

    _company(tmp_path)
    _with_one_person(tmp_path)
    assert "journal is whole" in CliRunner().invoke(command, ["--company", str(tmp_path)]).output
    with sqlite3.connect(tmp_path / "core.sqlite") as connection:
        connection.execute("drop trigger if exists journal_is_append_only_update")
        connection.execute("update journal set payload = replace(payload, 'Ada', 'Eve')")
    connection.close()

    result = CliRunner().invoke(command, ["--company", str(tmp_path)])

    assert result.exit_code == 1
    assert "does not verify" in result.output


def _with_one_person(folder: Path) -> None:
    import datetime as dt

    from inventory_core.access.commands import EnsurePeople, PersonToAdd

    with open_core(database_url(folder, {}), create=True) as core:
        core.execute(
            EnsurePeople(
                actor_id="operator",
                at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
                idempotency_key="people",
                people=(PersonToAdd(login="ada", name="Ada", roles=("admin",), email=None, language="en"),),
            )
        )


def test_doctor_says_who_can_be_told_and_what_is_parked(tmp_path: Path) -> None:
    silent = CliRunner().invoke(command, ["--company", str(_company(tmp_path))])
    assert "nobody is notified of approvals: write [notifications] in company.toml" in silent.output

    channel = '[[notifications.channels]]\nname = "chat"\nurl_from = "DIAOBO_TEST_CHAT"\nroles = ["finance"]\n'
    (tmp_path / "company.toml").write_text(SETTINGS + channel)
    with cheap_passwords(), open_core(database_url(tmp_path, {}), create=True) as core:
        core_on(core.storage)
        submitted(core)
        [message] = core.queries.messages()
        with core.storage.writing() as store:
            store.save_message(replace(message, state=MessageState.PARKED, last_error="x"))

    broken = CliRunner().invoke(command, ["--company", str(tmp_path)])
    assert broken.exit_code == 1
    assert "wrong notifications chat: DIAOBO_TEST_CHAT is set neither in the environment nor in" in broken.output
    assert "1 messages could not be told and are parked: `diaobo outbox list --state parked`" in broken.output

    (tmp_path / "secrets.toml").write_text('DIAOBO_TEST_CHAT = "json://127.0.0.1/"\n')
    sound = CliRunner().invoke(command, ["--company", str(tmp_path)])
    assert "ok    notifications chat: has an address" in sound.output
    assert "write app_url under [notifications]" in sound.output
