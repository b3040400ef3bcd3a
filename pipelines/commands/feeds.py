"""`diaobo feeds`: which feeds are held, and letting one go.

Belongs here: the two commands. Does not: why a file is held (`landing/breaker.py`).
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click

from pipelines.company import Company, UnableToReadCompany, company_folder, load_company
from pipelines.core_session import company_option


@click.group("feeds")
def command() -> None:
    """What came in, what is held because it looked wrong, and letting it go."""


@command.command("list")
@company_option
def list_feeds(folder: Path | None) -> None:
    """Each feed with its files and rows; held files stand below it with the reason."""
    from pipelines.landing.extraction import current, landed

    company = _company(folder)
    for feed in company.feeds:
        valid, problems = current(landed(company, feed))
        rows = sum(extraction.row_count for extraction in valid)
        click.echo(f"{feed.name}: {len(valid)} files, {rows:,} rows")
        for extraction in problems:
            state = "held" if extraction.is_held else "refused"
            for problem in extraction.problems:
                click.echo(f"  {state}: {extraction.source} {problem.message}")


@command.command("release")
@click.argument("name")
@click.option("--reason", required=True, help="Why the file is right; it is kept with your name.")
@click.option("--by", "person", default=lambda: os.environ.get("USER", "unknown"), help="Who says so.")
@company_option
def release_feed(name: str, reason: str, person: str, folder: Path | None) -> None:
    """Lets what is held of a feed count from the next run on."""
    from pipelines.landing.extraction import release

    company = _company(folder)
    try:
        feed = company.feed(name)
    except KeyError:
        raise click.UsageError(f"there is no feed {name}; `diaobo feeds list` shows them") from None
    released = release(company, feed, by=person, reason=reason, at=dt.datetime.now(dt.UTC))
    for extraction in released:
        click.echo(f"released: {extraction.source}, {extraction.row_count:,} rows")
    if not released:
        click.echo(f"nothing of {name} is held")


def _company(folder: Path | None) -> Company:
    try:
        return load_company(company_folder(folder, environ=os.environ), environ=os.environ)
    except UnableToReadCompany as error:
        raise click.UsageError(str(error)) from None
