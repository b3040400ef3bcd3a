"""Heads of the journal kept outside of the database, because a chain alone does not show that its tail was cut.

Belongs here: what an anchor is, the file that holds them, and whether the journal still has what was anchored. Does
not: the chain itself (`journal.py`), when anchors are taken (the daily job, `diaobo verify --anchor`, backups).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from inventory_core.errors import Refused
from inventory_core.instants import check_utc
from inventory_core.journal import Break, Entry
from inventory_core.records import canonical_json, read_record
from inventory_core.storage.ports import Storage

ANCHOR_FILE = "journal_anchors.jsonl"


class UnableToAnchor(Refused):
    """The journal does not hold what was anchored before: it must be looked at, not anchored again."""


class UnableToReadAnchors(Refused):
    """A line of the file is no anchor."""


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """That the journal had this many entries, and its last one this hash, at that instant."""

    at: datetime
    sequence: int
    hash: str


class AnchorBook(Protocol):
    """A place outside of the database that only grows."""

    def read(self) -> list[Anchor]:
        """All anchors, oldest first."""

    def append(self, anchor: Anchor) -> None:
        """Add one, safely on disk when this returns."""


class AnchorFile:
    """Anchors as JSON lines in a file."""

    def __init__(self, path: Path) -> None:
        """The file need not be there yet."""
        self.path = path

    def read(self) -> list[Anchor]:
        """See `AnchorBook`.

        Raises: UnableToReadAnchors.
        """
        if not self.path.exists():
            return []
        anchors = []
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                anchors.append(read_record(Anchor, line))
            except ValueError:
                raise UnableToReadAnchors(
                    f"{self.path}, line {number}: this is no anchor of the journal: restore the file from a backup"
                ) from None
        return anchors

    def append(self, anchor: Anchor) -> None:
        """See `AnchorBook`."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(canonical_json(anchor) + "\n")
            file.flush()
            os.fsync(file.fileno())


def anchor(storage: Storage, book: AnchorBook, *, at: datetime) -> Anchor | None:
    """Write the journal's head into the book, unless it stands there already; None while the journal is empty.

    Raises: UnableToAnchor when an older anchor does not hold any more.
    """
    check_utc(at, name="at")
    known = book.read()
    with storage.reading() as store:
        entries = store.journal()
    broken = anchor_break(entries, known)
    if broken is not None:
        raise UnableToAnchor(f"{broken.message}: `diaobo verify` says more")
    if not entries:
        return None
    head = Anchor(at=at, sequence=entries[-1].sequence, hash=entries[-1].hash)
    if not known or known[-1].sequence != head.sequence:
        book.append(head)
    return head


def anchor_break(entries: Sequence[Entry], anchors: Iterable[Anchor]) -> Break | None:
    """The first anchor that the journal does not hold; `entries` are all, from the first one on without gaps."""
    for known in anchors:
        when = known.at.date()
        if known.sequence > len(entries):
            return Break(
                len(entries) + 1,
                f"entry {len(entries) + 1} is missing: the journal had {known.sequence} entries when it was anchored "
                f"on {when}, it has {len(entries)} now",
            )
        if entries[known.sequence - 1].hash != known.hash:
            return Break(known.sequence, f"entry {known.sequence} is not the one that was anchored on {when}")
    return None
