"""`diaobo doctor`: looks at this machine and this company, changes nothing, and says what to do about what is wrong.

Each check is a function that returns findings; the command only prints them. What a command would find out by itself
(a broken mapping while importing) is left to that command.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import socket
import sys
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from pipelines.company import Company, UnableToReadCompany, company_folder, load_company

LITTLE_DISK_BYTES = 5 * 1024**3
STALE_AFTER_HOURS = 36  # a daily job that ran yesterday is at most 24 h + its own length old


@dataclass(frozen=True)
class Finding:
    """One line: `state` is ok, note or wrong; a wrong one makes the exit status 1."""

    state: str
    text: str


def machine() -> Iterator[Finding]:
    """Python, disk, time zones and the ports that `diaobo serve` wants."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("ok" if sys.version_info >= (3, 11) else "wrong", f"Python {version} (3.11 or newer is needed)")
    if not zoneinfo.available_timezones():
        yield Finding("wrong", "no time zones: install the package tzdata")
    for name, port in (("app", 8501), ("Dagster", 3000)):
        with contextlib.closing(socket.socket()) as probe:
            probe.settimeout(1)
            taken = probe.connect_ex(("127.0.0.1", port)) == 0
        yield (
            Finding("note", f"port {port} is in use: {name} is served already, or pass another port to `diaobo serve`")
            if taken
            else Finding("ok", f"port {port} is free for {name}")
        )


def company_folder_state(company: Company) -> Iterator[Finding]:
    """Settings, room and rights, and whether each feed finds files (company.toml was checked while it was read)."""
    from pipelines.landing.extraction import held

    yield Finding("ok", f"{company.folder}: {company.name}, {company.base_currency}, {company.time_zone}")
    free = shutil.disk_usage(company.folder).free
    yield Finding("ok" if free > LITTLE_DISK_BYTES else "note", f"{free / 1024**3:,.0f} GiB free on its disk")
    if not os.access(company.folder, os.W_OK):
        yield Finding(
            "wrong", f"{company.folder} cannot be written: the daily job needs that; change its owner or rights"
        )
    for feed in company.feeds:
        if not feed.files():
            yield Finding("note", f"feed {feed.name}: no file matches {', '.join(feed.patterns)}")
        for extraction in held(company, feed):
            yield Finding("wrong", f"feed {feed.name}: {extraction.source} {extraction.problems[0].message}")


def sources(company: Company) -> Iterator[Finding]:
    """Whether each source has its secrets, a feed that reads it, and went well the last time."""
    from pipelines.credentials import SECRETS_FILE, UnableToFindSecrets, find_secrets, readable_by_others
    from pipelines.pulling import last_pull
    from pipelines.sources.settings import EXTRACTS_FOLDER

    if readable_by_others(company.folder):
        yield Finding("wrong", f"{company.folder / SECRETS_FILE} can be read by others: chmod 600 it")
    for source in company.sources:
        try:
            _, missing = find_secrets(source.secrets, folder=company.folder, environ=os.environ)
        except UnableToFindSecrets as error:
            yield Finding("wrong", str(error))
            continue
        where = f"the environment or {company.folder / SECRETS_FILE}"
        for name in missing:
            yield Finding("wrong", f"source {source.name}: {name} is not set; set it in {where}")
        if not missing:
            yield Finding("ok", f"source {source.name}: its {len(source.secrets)} secrets are set")
        for dataset in source.datasets:
            place = f"{EXTRACTS_FOLDER}/{source.account}/{dataset}/"
            if not any(pattern.startswith(place) for feed in company.feeds for pattern in feed.patterns):
                yield Finding(
                    "note", f"source {source.name}: no feed reads {dataset}; one with files below {place} would"
                )
    for note in last_pull(company):
        if note.problem:
            yield Finding(
                "wrong", f"{note.source}, {note.dataset} (last good {note.good_at or 'never'}): {note.problem}"
            )


def publication(company: Company) -> Iterator[Finding]:
    """Whether marts are published, how old they are, and what the last run refused."""
    import duckdb

    if not company.published.is_file():
        yield Finding("note", "nothing is published yet: run `diaobo run`")
        return
    try:
        # attached under a name of its own: a file called marts.duckdb makes `marts.x` ambiguous
        with duckdb.connect() as connection:
            quoted = str(company.published).replace("'", "''")  # ATTACH takes no parameter
            connection.execute(f"attach '{quoted}' as published (read_only)")
            connection.execute("use published")
            row = connection.execute("select max(published_at), max(as_of_date) from ops.publications").fetchone()
            refused = connection.execute("select count(*) from marts.fct_quarantined_rows").fetchone()
    except duckdb.Error as error:
        yield Finding(
            "wrong",
            f"{company.published} cannot be read ({str(error).splitlines()[0]}); `diaobo run` publishes it anew",
        )
        return
    published_at, as_of_date = row or (None, None)
    if published_at is None:
        yield Finding("wrong", f"{company.published} holds no publication; `diaobo run` publishes it anew")
        return
    age_hours = (dt.datetime.now(dt.UTC) - published_at.replace(tzinfo=dt.UTC)).total_seconds() / 3600
    yield Finding(
        "ok" if age_hours < STALE_AFTER_HOURS else "note",
        f"published {age_hours:,.1f} hours ago for {as_of_date}"
        + ("" if age_hours < STALE_AFTER_HOURS else ": the daily job has not run; see Dagster or `diaobo run`"),
    )
    if refused and refused[0]:
        yield Finding(
            "note", f'{refused[0]:,} refused rows wait in quarantine: `diaobo sql "select * from fct_quarantined_rows"`'
        )


def core(company: Company) -> Iterator[Finding]:
    """Whether the core opens and its journal is whole."""
    from inventory_core.anchors import ANCHOR_FILE, AnchorFile
    from inventory_core.bootstrap import database_url, open_core
    from inventory_core.errors import Refused
    from inventory_core.verification import verify

    url = database_url(company.folder, os.environ)
    if url.startswith("sqlite") and not company.core_database.is_file():
        yield Finding("note", "no core database yet: `diaobo run` or `diaobo user add` makes it")
        return
    try:
        with open_core(url) as opened:
            verification = verify(opened, anchors=AnchorFile(company.landing / ANCHOR_FILE).read())
    except Refused as refusal:
        yield Finding("wrong", str(refusal))
        return
    if verification.first_break is not None:
        yield Finding("wrong", f"the journal does not verify: {verification.first_break.message}")
    else:
        yield Finding("ok", f"the core's journal is whole: {verification.entry_count} entries")


def notifications(company: Company) -> Iterator[Finding]:
    """Whether people can be told, whose addresses are missing, and which messages wait for a person."""
    from collections import Counter

    from inventory_core.bootstrap import database_url, open_core
    from inventory_core.errors import Refused
    from inventory_core.outbox.model import PEOPLE, MessageState
    from pipelines.outbox.people import unreached_roles
    from pipelines.outbox.secrets import UnableToFindAddress, find_url

    settings = company.notifications
    addresses = [*((group.name, group.address) for group in settings.groups)]
    addresses += [("mail", settings.mail)] if settings.mail else []
    for name, address in addresses:
        try:
            find_url(address, folder=company.folder, environ=os.environ)
        except UnableToFindAddress as error:
            yield Finding("wrong", f"notifications {name}: {error}")
        else:
            yield Finding("ok", f"notifications {name}: has an address")
    if not addresses:
        yield Finding(
            "note", "nobody is notified of approvals: write [notifications] in company.toml (docs/notifications.md)"
        )
    elif settings.app_url is None:
        yield Finding("note", "notifications hold no link: write app_url under [notifications] in company.toml")
    try:
        with open_core(database_url(company.folder, os.environ)) as opened:
            rules, people = opened.queries.approval_rules(), opened.queries.people()
            parked = opened.queries.messages(state=MessageState.PARKED)
            pending = opened.queries.messages(state=MessageState.PENDING)
    except Refused:
        return  # `core` has said it
    if addresses:
        for role in unreached_roles({rule.role for rule in rules}, people=people, notifications=settings):
            yield Finding("note", f"no request to the role {role} can be told: nobody who holds it has a mail address")
    if parked:
        yield Finding(
            "wrong", f"{len(parked):,} messages could not be told and are parked: `diaobo outbox list --state parked`"
        )
    waiting = Counter(message.channel for message in pending if message.channel.split("/", maxsplit=1)[0] != PEOPLE)
    if waiting and company.outbox_folder is None:
        counts = ", ".join(f"{count:,} for {channel}" for channel, count in sorted(waiting.items()))
        yield Finding("note", f"messages wait for a sender ({counts}): write folder under [outbox] in company.toml")


@click.command("doctor")
@click.option(
    "--company", "folder", type=click.Path(path_type=Path), help="Company folder; else DIAOBO_COMPANY, else var/sample."
)
def command(folder: Path | None) -> None:
    """Looks at this machine and this company and says what is wrong; exit status 1 when something is."""
    findings = list(machine())
    try:
        company = load_company(company_folder(folder, environ=os.environ), environ=os.environ)
    except UnableToReadCompany as error:
        findings += [Finding("wrong", problem) for problem in error.problems]
    else:
        checks: tuple[Callable[[Company], Iterator[Finding]], ...] = (
            company_folder_state,
            sources,
            publication,
            core,
            notifications,
        )
        for check in checks:
            findings += check(company)
    for finding in findings:
        click.echo(f"{finding.state:<6}{finding.text}")
    if any(finding.state == "wrong" for finding in findings):
        raise SystemExit(1)
