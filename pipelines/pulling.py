"""Everything that a company pulls: until when, what is on its way, what became of it.

Belongs here: what connectors need of the company and the core, and the note of the last pull. Does not: how a vendor is
asked (`sources/`), when (`defs/feeds`). Free of Dagster, so that the command line can pull as well.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.company import Company
from pipelines.landing.extraction import land, replacing
from pipelines.landing.headers import feed_mapping
from pipelines.sources.clock import Clock, iso
from pipelines.sources.pull import Outcome, pull_source
from pipelines.sources.settings import EXTRACTS_FOLDER
from pipelines.sources.tracking.waybills import Waybill

NOTES_FILE = ".last-pull.json"
ON_ITS_WAY = ("dispatched", "arrived")


@dataclass(frozen=True)
class PullNote:
    """What is known of one dataset: when it was tried and when it last went well, and what was wrong."""

    source: str
    dataset: str
    tried_at: str
    good_at: str | None = None
    problem: str | None = None


def pull_until(company: Company, *, now: dt.datetime, as_of_date: dt.date | None = None) -> dt.datetime:
    """Until when a company is pulled: now, or for a sandbox (whose days are its own) until the as-of morning begins."""
    if company.kind == "live":
        return now
    morning = as_of_date or company.as_of(now=now)
    return dt.datetime.combine(morning, dt.time(), tzinfo=zoneinfo.ZoneInfo(company.time_zone)).astimezone(dt.UTC)


def pull_company(
    company: Company,
    *,
    until: dt.datetime,
    clock: Clock,
    environ: Mapping[str, str],
    waybills: Iterable[Waybill] = (),
) -> list[Outcome]:
    """Pulls every source and notes what became of it; a source that cannot be pulled leaves the others alone."""
    if not company.sources:
        return []
    on_their_way = tuple(dict.fromkeys([*waybills, *waybills_of_feeds(company)]))
    outcomes = []
    for source in company.sources:
        outcomes += pull_source(
            source,
            company=company.folder,
            time_zone=company.time_zone,
            until=until,
            clock=clock,
            environ=environ,
            waybills=on_their_way,
        )
    _note(company, outcomes, tried_at=iso(clock.now()))
    return outcomes


def waybills_of_feeds(company: Company) -> list[Waybill]:
    """Waybills that the forwarders' lists say are on their way; read in memory, by the same code as the daily job."""
    import duckdb

    from pipelines.landing.load import load_raw

    feeds = tuple(feed for feed in company.feeds if _entity(feed) == "shipment_lines")
    if not feeds:
        return []
    only = replace(company, feeds=feeds)
    land(only)
    with tempfile.TemporaryDirectory() as spill, duckdb.connect(config={"temp_directory": spill}) as connection:
        load_raw(connection, company=only, as_of_date=dt.date.max, may_stop=False)
        found = connection.execute("""
            select distinct trim(waybill) from raw.shipment_lines
            where waybill is not null and trim(waybill) <> '' and received_date is null order by all
        """).fetchall()
    return [Waybill(number) for (number,) in found]


def waybills_of_core(shipments: Iterable[Mapping[str, Any]]) -> list[Waybill]:
    """Waybills of the core's shipments (rows of its export) that have left and are not received."""
    numbers = {str(row["waybill"]).strip() for row in shipments if row["waybill"] and row["status"] in ON_ITS_WAY}
    return [Waybill(number) for number in sorted(numbers) if number]


def last_pull(company: Company) -> list[PullNote]:
    """What became of the last pull, one note a dataset that company.toml still names."""
    wanted = {(source.name, dataset) for source in company.sources for dataset in source.datasets}
    return [note for note in _notes(company) if (note.source, note.dataset) in wanted]


def _entity(feed: Any) -> str | None:
    mapping = feed_mapping(feed)
    return mapping.entity.name if mapping else feed.entity


def _notes_path(company: Company) -> Path:
    return company.folder / EXTRACTS_FOLDER / NOTES_FILE


def _notes(company: Company) -> list[PullNote]:
    path = _notes_path(company)
    return [PullNote(**note) for note in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


def _note(company: Company, outcomes: list[Outcome], *, tried_at: str) -> None:
    before = {(note.source, note.dataset): note for note in _notes(company)}
    for outcome in outcomes:
        key = (outcome.source, outcome.dataset)
        good_at = tried_at if outcome.problem is None else before[key].good_at if key in before else None
        before[key] = PullNote(*key, tried_at=tried_at, good_at=good_at, problem=outcome.problem)
    with replacing(_notes_path(company)) as temporary:
        notes = [note.__dict__ for note in before.values()]
        temporary.write_text(json.dumps(notes, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
