"""Files on their way into a company's inbox: which feed they belong to, whether they are good, and their place.

Belongs here: the trial of `diaobo import`, which lands and loads the files beside the company's master data in a
scratch folder, with the same code as the daily job, and changes nothing. Does not: what is printed
(`pipelines/commands/import_files.py`).
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from pipelines.company import SETTINGS_FILE, Company, Feed
from pipelines.landing.entities import MASTER_ENTITIES
from pipelines.landing.extraction import land, replacing
from pipelines.landing.headers import feed_mapping
from pipelines.landing.load import FeedCount, load_raw
from pipelines.landing.readers.source import FileProblem
from pipelines.toml_tables import listed, nearest


class UnableToImport(Exception):
    """A file has no place in the company; `problems` holds one line per file."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Placement:
    """A file, its feed, and where the feed will find it."""

    file: Path
    feed: Feed
    destination: Path


@dataclass(frozen=True)
class RowProblem:
    """One thing that is wrong with one row."""

    file: str
    row: int
    column: str
    rule: str
    message: str


@dataclass(frozen=True)
class Trial:
    """What the daily job would make of the files. `row_problems` are streamed and can be read once."""

    file_problems: tuple[tuple[str, FileProblem], ...]
    counts: tuple[FeedCount, ...]
    row_problems: Iterator[RowProblem]

    @property
    def refused_rows(self) -> int:
        """Rows that break a rule."""
        return sum(count.row_count for count in self.counts if count.action == "refused")


def place_files(company: Company, files: Sequence[Path], *, feed: Feed | None = None) -> list[Placement]:
    """Finds each file's feed by its name (or takes the given one) and its place; raises UnableToImport."""
    placements: list[Placement] = []
    problems: list[str] = []
    for file in files:
        if not file.is_file():
            problems.append(f"{file}: there is no such file")
            continue
        fitting = [feed] if feed else [f for f in company.feeds if _destination(company, f, file, by_name=True)]
        names = [f.name for f in company.feeds]
        if not fitting:
            problems.append(
                f"{file}: its name fits no feed of {company.folder / SETTINGS_FILE}; pass --feed NAME "
                f"(one of {listed(names)}) or --mapping FILE"
            )
        elif len(fitting) > 1:
            problems.append(f"{file}: its name fits {listed([f.name for f in fitting])}; pass --feed with one of them")
        else:
            destination = _destination(company, fitting[0], file, by_name=False)
            if destination is None:
                problems.append(
                    f'{file}: the feed "{fitting[0].name}" reads {listed(fitting[0].patterns)}, which is no place for '
                    "this name; rename the file, or add a pattern inside the company to the feed"
                )
            elif any(placement.destination == destination for placement in placements):
                problems.append(f"{file}: another of the files has the same name; rename one")
            else:
                placements.append(Placement(file, fitting[0], destination))
    if problems:
        raise UnableToImport(problems)
    return placements


def named_feed(company: Company, name: str) -> Feed:
    """The feed of that name; raises UnableToImport."""
    try:
        return company.feed(name)
    except KeyError:
        names = [feed.name for feed in company.feeds]
        hint = nearest(name, names) or f"; there are: {listed(names)}"
        raise UnableToImport([f"--feed {name}: {company.folder / SETTINGS_FILE} has no such feed{hint}"]) from None


def feed_of_mapping(company: Company, mapping: Path, *, files: Sequence[Path]) -> Feed:
    """The feed that uses a mapping, or a new one called like it that `add_feed` can write down."""
    users = [f for f in company.feeds if f.mapping and f.mapping.resolve() == mapping.resolve()]
    if len(users) > 1:
        raise UnableToImport([f"--mapping {mapping}: serves {listed([f.name for f in users])}; pass --feed instead"])
    if users:
        return users[0]
    name = mapping.stem
    if any(feed.name == name for feed in company.feeds):
        raise UnableToImport([f'--mapping {mapping}: a feed is called "{name}" already; give the mapping another name'])
    if not mapping.is_file():
        raise UnableToImport([f"--mapping {mapping}: there is no such file"])
    patterns = tuple(dict.fromkeys(f"inbox/{name}/*{file.suffix}" for file in files))
    return Feed(name=name, patterns=patterns, folder=company.folder, shared=company.folder, mapping=mapping)


def add_feed(company: Company, feed: Feed) -> None:
    """Keeps a new feed: its mapping among the company's, its table at the end of company.toml."""
    if feed.mapping is None:
        raise ValueError("only a feed with a mapping can be added")
    mapping = company.folder / "mappings" / f"{feed.name}.toml"
    _replace_file(mapping, feed.mapping.read_bytes())
    files = ", ".join(f'"{pattern}"' for pattern in feed.patterns)
    table = f'\n[[feeds]]\nfeed = "{feed.name}"\nmapping = "mappings/{mapping.name}"\nfiles = [{files}]\n'
    settings = company.folder / SETTINGS_FILE
    _replace_file(settings, settings.read_bytes().rstrip() + b"\n" + table.encode())


@contextmanager
def trial_of(
    company: Company, placements: Sequence[Placement], *, scratch: Path, as_of_date: dt.date
) -> Iterator[Trial]:
    """Lands and loads the files in `scratch`, an empty folder on the company's disk, beside its master data."""
    shadow_feeds: dict[str, Feed] = {}
    for placement in placements:
        shadow_feeds[placement.feed.name] = replace(placement.feed, folder=scratch)
    feeds = [shadow_feeds.get(f.name, f) for f in company.feeds if f.name in shadow_feeds or _is_master(f)]
    feeds += [feed for name, feed in shadow_feeds.items() if name not in {f.name for f in feeds}]
    shadow = replace(company, folder=scratch, feeds=tuple(feeds))
    for name in shadow_feeds:
        feed = next(placement.feed for placement in placements if placement.feed.name == name)
        if _depends_on_other_files(feed):
            replaced = {placement.destination for placement in placements}
            for path in feed.files():
                if path.is_relative_to(company.folder) and path not in replaced:
                    _link(path, scratch / path.relative_to(company.folder))
    for feed in feeds:
        if feed.name not in shadow_feeds or _depends_on_other_files(feed):
            for path in (company.landing / feed.name).glob("[!.]*"):
                _link(path, shadow.landing / feed.name / path.name)
    land(
        shadow, is_guarded=False
    )  # what is there already comes first, so that a repeated key is the new file's problem
    for placement in placements:
        link = scratch / placement.destination.relative_to(company.folder)
        link.unlink(missing_ok=True)
        _link(placement.file, link)
    land(shadow, feeds=list(shadow_feeds), is_guarded=False)
    config = {"memory_limit": "1GB", "threads": 2, "temp_directory": str(scratch / "spill")}
    with duckdb.connect(scratch / "trial.duckdb", config=config) as connection:
        report = load_raw(connection, company=shadow, as_of_date=as_of_date, may_stop=False)
        sources = {p.destination.relative_to(company.folder).as_posix() for p in placements}
        yield Trial(
            file_problems=tuple((file, problem) for _, file, problem in report.file_problems if file in sources),
            counts=tuple(count for count in report.counts if count.file in sources),
            row_problems=_row_problems(connection, sources),
        )


def put_into_inbox(placement: Placement) -> None:
    """Copies the file into its place: whole, or not at all."""
    destination = placement.destination
    if destination.exists() and destination.samefile(placement.file):
        return
    with replacing(destination) as temporary:
        shutil.copyfile(placement.file, temporary)


def _replace_file(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        with replacing(path) as temporary:
            temporary.write_bytes(content)


def _destination(company: Company, feed: Feed, file: Path, *, by_name: bool) -> Path | None:
    for pattern in feed.patterns:
        path = feed.locate(pattern)
        is_exact = not any(sign in path.name for sign in "*?[")
        place = path if is_exact else path.parent / file.name
        is_inside = place.resolve().is_relative_to(company.folder.resolve())
        if not is_inside or any(sign in str(place.parent) for sign in "*?["):
            continue
        if fnmatch.fnmatchcase(file.name, path.name) or (
            is_exact and not by_name and path.suffix.lower() == file.suffix.lower()
        ):
            return place.resolve()
    return None


def _is_master(feed: Feed) -> bool:
    mapping = feed_mapping(feed)
    entity = mapping.entity.name if mapping else feed.entity
    return entity is None or entity in MASTER_ENTITIES


def _depends_on_other_files(feed: Feed) -> bool:
    """Whether a row can be refused because of a row in another file of the feed."""
    mapping = feed_mapping(feed)
    return mapping is None or mapping.duplicates.keep in ("refuse", "sum")


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without links
        shutil.copyfile(source, target)


def _row_problems(connection: DuckDBPyConnection, sources: set[str]) -> Iterator[RowProblem]:
    cursor = connection.execute(
        """
        select file, row_number, coalesce(found."column", ''), found.rule, found.message from (
            select file, row_number, unnest(coalesce(problems,
                [{'column': column_name, 'rule': rule, 'message': message}])) as found
            from raw.quarantined_rows where row_number is not null and list_contains(?, file))
        order by file, row_number
        """,
        [sorted(sources)],
    )
    while rows := cursor.fetchmany(1000):
        yield from (RowProblem(*row) for row in rows)
