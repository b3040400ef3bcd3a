"""`diaobo import`: files into a company's inbox, after a trial that says row by row what is wrong.

Belongs here: what is asked and printed. Does not: the trial (`pipelines/landing/inbox.py`).
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipelines.landing.inbox import Trial

LINES_PER_RULE = 10
INPUT_REFUSED = 2


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--company", "folder", type=click.Path(path_type=Path), help="The company's folder.")
@click.option("--feed", "feed_name", help="The feed they belong to; found by their names otherwise.")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    help="A column mapping (TOML); becomes a new feed of the company when none uses it.",
)
@click.option("--quarantine", is_flag=True, help="Take the good rows in although others are refused.")
@click.option("--dry-run", is_flag=True, help="Check only.")
def command(
    files: tuple[Path, ...],
    folder: Path | None,
    feed_name: str | None,
    mapping: Path | None,
    quarantine: bool,  # noqa: FBT001 - click passes options by name
    dry_run: bool,  # noqa: FBT001
) -> None:
    """Checks workbooks, CSV, Parquet or JSON and puts them where the next run reads them.

    Without --quarantine one refused row is enough to change nothing. With it, refused rows are kept in quarantine.
    """
    from pipelines.company import UnableToReadCompany, company_folder, load_company
    from pipelines.landing.exchange_rates import UnableToConvert
    from pipelines.landing.inbox import (
        UnableToImport,
        add_feed,
        feed_of_mapping,
        named_feed,
        place_files,
        put_into_inbox,
        trial_of,
    )
    from pipelines.landing.mapping_file import UnableToReadMapping

    if feed_name and mapping:
        _refuse("--feed and --mapping: pass one of them")
    try:
        company = load_company(company_folder(folder, environ=os.environ), environ=os.environ)
        feed = named_feed(company, feed_name) if feed_name else None
        if mapping:
            feed = feed_of_mapping(company, mapping, files=files)
        placements = place_files(company, files, feed=feed)
        names = {p.destination.relative_to(company.folder).as_posix(): str(p.file) for p in placements}
        today = company.as_of(now=dt.datetime.now(dt.UTC))
        with (
            tempfile.TemporaryDirectory(dir=company.folder, prefix=".import-") as scratch,
            trial_of(company, placements, scratch=Path(scratch), as_of_date=today) as trial,
        ):
            _report_problems(trial, names, must_be_clean=not quarantine)
    except (UnableToReadCompany, UnableToReadMapping, UnableToConvert, UnableToImport) as error:
        _refuse(str(error))
    _print_counts(trial, names)
    if dry_run:
        click.echo("Checked only; nothing was changed.")
        return
    for placement in placements:
        is_replaced = placement.destination.exists() and not placement.destination.samefile(placement.file)
        put_into_inbox(placement)
        place = placement.destination.relative_to(company.folder)
        click.echo(
            f'{placement.file}: {"replaces" if is_replaced else "is now"} {place} (feed "{placement.feed.name}")'
        )
    if feed is not None and feed not in company.feeds:
        add_feed(company, feed)
        click.echo(f'The feed "{feed.name}" was added to {company.folder / "company.toml"}.')
    click.echo("The next `diaobo run` reads them.")


def _refuse(text: str) -> None:
    click.echo(text, err=True)
    sys.exit(INPUT_REFUSED)


def _report_problems(trial: Trial, names: dict[str, str], *, must_be_clean: bool) -> None:
    """One line per problem; exits when the files cannot be taken in."""
    for file, problem in trial.file_problems:
        click.echo(f"{names[file]}: {problem.message}", err=True)
    if trial.file_problems:
        _refuse("Nothing was changed.")
    if not trial.refused_rows:
        return
    shown: Counter[str] = Counter()
    report: list[str] = []
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix="diaobo-import-", suffix=".txt", delete=False
    ) as stream:
        for found in trial.row_problems:
            column = f", column {found.column}" if found.column else ""
            line = f"{names[found.file]}: row {found.row}{column}: {found.message}"
            stream.write(line + "\n")
            shown[found.rule] += 1
            if shown[found.rule] <= LINES_PER_RULE:
                report.append(line)
    for line in report:
        click.echo(line, err=True)
    for rule, count in sorted(shown.items()):
        if count > LINES_PER_RULE:
            click.echo(f"... and {count - LINES_PER_RULE:,} more of {rule}", err=True)
    if any(count > LINES_PER_RULE for count in shown.values()):
        click.echo(f"All of them: {stream.name}", err=True)
    else:
        Path(stream.name).unlink()
    if must_be_clean:
        _refuse(
            f"{trial.refused_rows:,} rows refused; nothing was changed. Correct them, or pass --quarantine to take in "
            "the others."
        )


def _print_counts(trial: Trial, names: dict[str, str]) -> None:
    for file, entity in sorted({(count.file, count.entity) for count in trial.counts}):
        counts = [c for c in trial.counts if (c.file, c.entity) == (file, entity)]
        parts = [f"{c.row_count:,} {c.action}" for c in counts if c.action == "read"]
        parts += [f"{c.row_count:,} {c.action}" for c in counts if c.action == "accepted"]
        parts += [f"{c.row_count:,} {c.action} ({c.rule})" for c in counts if c.rule]
        click.echo(f"{names[file]} -> {entity}: {', '.join(parts)}")
