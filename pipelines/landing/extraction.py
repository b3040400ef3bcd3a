"""Landing: every file of a feed kept once as immutable Parquet text, so that any day can be read again.

Belongs here: finding a feed's files, reading them, dropping buyers' columns, writing `landing/<feed>/` and knowing what
is there. Does not: turning text into values (`load.py`) or a file format (`readers/`).

`<sequence>-<sha16>.json` is written last and makes an extraction exist; a crash before it leaves files that nobody
counts and that the next landing of the feed removes. An extraction of the same source with a higher sequence replaces
the older one; a file that leaves the inbox stays landed. A file that cannot be read gets an extraction with problems
and no tables: the older one stays valid, and people are told. A file that looks like a lie of its source
(`breaker.py`) gets one with problems and with tables: it is held until a person releases it.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.company import Company, Feed
from pipelines.landing.breaker import suspicions
from pipelines.landing.entities import MASTER_ENTITIES
from pipelines.landing.headers import column_problems, feed_mapping, table_mapping
from pipelines.landing.mapping import Mapping, Reading, digest_column
from pipelines.landing.readers import read_tables
from pipelines.landing.readers.source import CONTENT, REFUSED, FileProblem, SourceTable, UnableToReadFile
from pipelines.landing.staging import LandedFile

if TYPE_CHECKING:
    import pyarrow as pa

SALT_FILE = ".digest-salt"
TEMPORARY_PREFIX = ".tmp-"


@dataclass(frozen=True)
class LandedTable:
    """One table of an extraction: the sheet's name (empty where the file is one table), its file and its columns."""

    name: str
    file: str
    columns: tuple[str, ...]
    row_count: int


@dataclass(frozen=True)
class Extraction:
    """One file as it was at one time. With problems it does not count; with tables as well it is only held."""

    feed: str
    source: str
    sequence: int
    sha256: str
    settings: str
    tables: tuple[LandedTable, ...] = ()
    problems: tuple[FileProblem, ...] = ()
    is_new: bool = False

    @property
    def is_held(self) -> bool:
        """Whether it can be read and is kept back until a person says that it is right."""
        return bool(self.problems) and bool(self.tables)

    @property
    def row_count(self) -> int:
        """Rows in all tables."""
        return sum(table.row_count for table in self.tables)

    @property
    def stem(self) -> str:
        """How its files' names begin."""
        return f"{self.sequence:06}-{self.sha256[:16]}"


def land(company: Company, feeds: Sequence[str] | None = None, *, is_guarded: bool = True) -> list[Extraction]:
    """Lands what is new in every feed (or in the named ones) and returns one extraction per file that is there.

    `is_guarded` holds files that look like lies; a person who imports a file before a screen is no such source.

    Raises UnableToReadMapping when a mapping is wrong; a file that cannot be read is an extraction with problems.
    """
    chosen = company.feeds if feeds is None else [company.feed(name) for name in feeds]
    return [extraction for feed in chosen for extraction in _land_feed(company, feed, is_guarded)]


def landed(company: Company, feed: Feed) -> list[Extraction]:
    """Every extraction of a feed, oldest first."""
    folder = company.landing / feed.name
    found = [_from_json(path) for path in folder.glob("*.json")]
    found = [replace(e, problems=()) if e.is_held and _release_path(folder, e).exists() else e for e in found]
    return sorted(found, key=lambda extraction: extraction.sequence)


def current(extractions: Sequence[Extraction]) -> tuple[list[Extraction], list[Extraction]]:
    """Of each source the newest readable extraction, and the newer unreadable one where there is one; in order."""
    readable = {e.source: e for e in extractions if not e.problems}
    latest = {e.source: e for e in extractions}
    valid = sorted(readable.values(), key=lambda e: e.sequence)
    return valid, [e for e in latest.values() if e.problems]


def held(company: Company, feed: Feed) -> list[Extraction]:
    """What is kept back of a feed: of each source the newest extraction, where it is held."""
    return [extraction for extraction in current(landed(company, feed))[1] if extraction.is_held]


def release(company: Company, feed: Feed, *, by: str, reason: str, at: dt.datetime) -> list[Extraction]:
    """Lets what is held count from the next run on, and keeps who said so and why."""
    released = held(company, feed)
    for extraction in released:
        said = {"by": by, "reason": reason, "at": at.isoformat(), "problems": [p.message for p in extraction.problems]}
        with replacing(_release_path(company.landing / feed.name, extraction)) as temporary:
            temporary.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return released


def _release_path(folder: Path, extraction: Extraction) -> Path:
    return folder / f"{extraction.stem}.released"


def _land_feed(company: Company, feed: Feed, is_guarded: bool) -> list[Extraction]:  # noqa: FBT001
    mapping = feed_mapping(feed)
    reading = mapping.reading if mapping else Reading()
    folder = company.landing / feed.name
    folder.mkdir(parents=True, exist_ok=True)
    known = landed(company, feed)
    _remove_leftovers(folder, known)
    latest = {extraction.source: extraction for extraction in known}
    sequence = max((extraction.sequence for extraction in known), default=0)
    result = []
    for path in feed.files():
        draft = Extraction(
            feed.name, feed.source_name(path), sequence + 1, _sha256(path), reading.fingerprint, is_new=True
        )
        before = latest.get(draft.source)
        is_same = before is not None and (before.sha256, before.settings) == (draft.sha256, draft.settings)
        if before is not None and is_same and (before.is_held or not before.problems):
            result.append(before)
            continue
        if before is not None and is_same:  # refused before: a better mapping may read it now
            draft = replace(draft, sequence=before.sequence)
        extraction = _write(company, feed, mapping, path, draft, known if is_guarded and feed.is_guarded else [])
        sequence = max(sequence, extraction.sequence)
        result.append(extraction)
    return result


def _write(
    company: Company, feed: Feed, mapping: Mapping | None, path: Path, draft: Extraction, known: list[Extraction]
) -> Extraction:
    folder = company.landing / feed.name
    tables: list[LandedTable] = []
    try:
        problems: list[FileProblem] = []
        for source in read_tables(path, mapping=mapping, entity=feed.entity, entities=MASTER_ENTITIES):
            wrong = column_problems(feed, mapping, source.name, source.columns)
            problems += wrong
            if not wrong:
                tables.append(_write_table(company, folder, draft, source, mapping))
        if mapping is not None and mapping.reading.reader == "table" and tables and not tables[0].row_count:
            problems.append(FileProblem("empty_file", "has a header and no rows"))
        if problems:
            raise UnableToReadFile(*problems)
    except UnableToReadFile as error:
        for table in tables:
            (folder / table.file).unlink()
        extraction = replace(draft, problems=error.problems)
    else:
        extraction = replace(draft, tables=tuple(tables))
        extraction = replace(extraction, problems=tuple(_suspicions(folder, feed, mapping, extraction, known)))
    document = {key: value for key, value in asdict(extraction).items() if key != "is_new"}
    with replacing(folder / f"{extraction.stem}.json") as temporary:
        temporary.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return extraction


def _suspicions(
    folder: Path, feed: Feed, mapping: Mapping | None, new: Extraction, known: list[Extraction]
) -> list[FileProblem]:
    """Why a new extraction is to be held, by what its feed brought into the same folder in the runs before this one."""
    place = new.source.rpartition("/")[0]
    before = [e for e in current(known)[0] if e.source.rpartition("/")[0] == place]
    if not before or (mapping is None and feed.entity is None):
        return []
    whole = table_mapping(feed, mapping, "", new.tables[0].columns)

    def file(extraction: Extraction) -> LandedFile:
        (table,) = extraction.tables
        return LandedFile.of(folder / table.file, extraction.source, table.columns, whole)

    return suspicions(
        mapping=whole,
        new=file(new),
        replaced=next((file(e) for e in before if e.source == new.source), None),
        before=[file(e) for e in before if e.source != new.source],
    )


def _write_table(
    company: Company, folder: Path, draft: Extraction, source: SourceTable, mapping: Mapping | None
) -> LandedTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    reading = mapping.reading if mapping else Reading()
    is_private = bool(reading.drop or reading.digests)
    digested = {name for _, names in reading.digests for name in names}
    kept = [c for c in source.columns if not _is_dropped(c, reading.drop) and c not in digested]
    digests = [digest_column(column) for column, _ in reading.digests]
    salt = _salt(company) if digests else ""
    schema = pa.schema(
        [
            *((c, pa.string()) for c in (*kept, *digests)),
            ("_row", pa.int64()),
            (REFUSED, pa.string()),
            (CONTENT, pa.string()),
        ]
    )
    name = f"{draft.stem}{f'.{source.name}' if source.name else ''}.parquet"
    count = 0
    with replacing(folder / name) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        for batch in source.batches:
            arrays = [batch.column(column) for column in kept]
            arrays += [_digest(batch, sources, salt) for _, sources in reading.digests]
            content = batch.column(CONTENT)
            if is_private:  # in a row of the wrong width nobody knows which field is the buyer's
                content = pa.nulls(batch.num_rows, pa.string())
            arrays += [batch.column("_row"), batch.column(REFUSED), content]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
            count += batch.num_rows
    return LandedTable(name=source.name, file=name, columns=(*kept, *digests), row_count=count)


def _is_dropped(column: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(column.casefold(), pattern.casefold()) for pattern in patterns)


def _digest(batch: pa.RecordBatch, sources: tuple[str, ...], salt: str) -> pa.Array:
    """A salted one-way digest of the columns, joined by a sign that text does not hold; null where all are empty."""
    import pyarrow as pa

    values = zip(*(batch.column(source).to_pylist() for source in sources), strict=True)
    return pa.array(
        [
            hashlib.sha256("\x1f".join([salt, *((v or "").strip() for v in row)]).encode()).hexdigest()[:24]
            if any(v and v.strip() for v in row)
            else None
            for row in values
        ],
        type=pa.string(),
    )


def _salt(company: Company) -> str:
    """The company's secret; without it a digest of a short customer number could be found by trying them all."""
    path = company.landing / SALT_FILE
    if not path.exists():
        with replacing(path) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _remove_leftovers(folder: Path, known: list[Extraction]) -> None:
    counted = {table.file for extraction in known for table in extraction.tables}
    for path in {*folder.glob(f"{TEMPORARY_PREFIX}*"), *folder.glob("*.parquet")}:
        if path.name not in counted:
            path.unlink()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well, and is removed otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{path.name}")
    try:
        yield temporary
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())  # before the rename: the name must never stand on bytes that are not there
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _from_json(path: Path) -> Extraction:
    document = json.loads(path.read_text(encoding="utf-8"))
    document["tables"] = tuple(LandedTable(**{**t, "columns": tuple(t["columns"])}) for t in document["tables"])
    document["problems"] = tuple(FileProblem(**problem) for problem in document["problems"])
    return Extraction(**document)
