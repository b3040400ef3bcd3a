"""Landing: every file of a feed kept once as immutable Parquet text, so that any day can be read again.

Belongs here: finding a feed's files, reading them, dropping buyers' columns, writing `landing/<feed>/` and knowing what
is there. Does not: turning text into values (`load.py`) or a file format (`readers/`).

`<sequence>-<sha16>.json` is written last and makes an extraction exist; a crash before it leaves files that nobody
counts and that the next landing of the feed removes. An extraction of the same source with a higher sequence replaces
the older one; a file that leaves the inbox stays landed. A file that cannot be read gets an extraction with problems
and no tables: the older one stays valid, and people are told.
"""

from __future__ import annotations

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
from pipelines.landing.entities import MASTER_ENTITIES
from pipelines.landing.headers import column_problems, feed_mapping
from pipelines.landing.mapping import Mapping, Reading, digest_column
from pipelines.landing.readers import read_tables
from pipelines.landing.readers.source import CONTENT, REFUSED, FileProblem, SourceTable, UnableToReadFile

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
    """One file as it was at one time. With problems it holds no tables."""

    feed: str
    source: str
    sequence: int
    sha256: str
    settings: str
    tables: tuple[LandedTable, ...] = ()
    problems: tuple[FileProblem, ...] = ()
    is_new: bool = False

    @property
    def row_count(self) -> int:
        """Rows in all tables."""
        return sum(table.row_count for table in self.tables)

    @property
    def stem(self) -> str:
        """How its files' names begin."""
        return f"{self.sequence:06}-{self.sha256[:16]}"


def land(company: Company, feeds: Sequence[str] | None = None) -> list[Extraction]:
    """Lands what is new in every feed (or in the named ones) and returns one extraction per file that is there.

    Raises UnableToReadMapping when a mapping is wrong; a file that cannot be read is an extraction with problems.
    """
    chosen = company.feeds if feeds is None else [company.feed(name) for name in feeds]
    return [extraction for feed in chosen for extraction in _land_feed(company, feed)]


def landed(company: Company, feed: Feed) -> list[Extraction]:
    """Every extraction of a feed, oldest first."""
    found = [_from_json(path) for path in (company.landing / feed.name).glob("*.json")]
    return sorted(found, key=lambda extraction: extraction.sequence)


def current(extractions: Sequence[Extraction]) -> tuple[list[Extraction], list[Extraction]]:
    """Of each source the newest readable extraction, and the newer unreadable one where there is one; in order."""
    readable = {e.source: e for e in extractions if not e.problems}
    latest = {e.source: e for e in extractions}
    valid = sorted(readable.values(), key=lambda e: e.sequence)
    return valid, [e for e in latest.values() if e.problems]


def _land_feed(company: Company, feed: Feed) -> list[Extraction]:
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
        if before is not None and is_same and not before.problems:
            result.append(before)
            continue
        if before is not None and is_same:  # refused before: a better mapping may read it now
            draft = replace(draft, sequence=before.sequence)
        extraction = _write(company, feed, mapping, path, draft)
        sequence = max(sequence, extraction.sequence)
        result.append(extraction)
    return result


def _write(company: Company, feed: Feed, mapping: Mapping | None, path: Path, draft: Extraction) -> Extraction:
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
    document = {key: value for key, value in asdict(extraction).items() if key != "is_new"}
    with replacing(folder / f"{extraction.stem}.json") as temporary:
        temporary.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return extraction


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
