"""What a world was told, in order: with its seed that is all that a world needs to be the same again.

Belongs here: the file `sandbox_world.sqlite` of a company's folder: parameters, commands, and the documents that
servers handed out or were given (they follow from the commands but are dear to make again). One process owns it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from sandbox.parameters import Parameters

FILE = "sandbox_world.sqlite"
_TABLES = """
create table if not exists origin (seed integer, products integer, months integer, as_of text);
create table if not exists commands (number integer primary key, name text not null, body text not null);
create table if not exists documents (document_id text primary key, body blob not null);
"""


class UnableToOpenWorld(Exception):
    """The folder's world cannot be had."""


class Journal:
    """Commands and documents of one world. Not for several threads at once: `simulation.py` holds the lock."""

    def __init__(self, folder: Path, *, parameters: Parameters) -> None:
        """Open or begin the world of a folder.

        Raises:
            UnableToOpenWorld: when another process has it, or it was made from other parameters.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / f"{FILE}.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise UnableToOpenWorld(f"another process runs the world in {folder}: stop it or ask it") from error
        self._connection = sqlite3.connect(folder / FILE, isolation_level=None, check_same_thread=False)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = normal")
        self._connection.executescript(_TABLES)
        origin = (parameters.seed, parameters.products, parameters.months, parameters.as_of.isoformat())
        found = self._connection.execute("select seed, products, months, as_of from origin").fetchone()
        if found is None:
            self._connection.execute("insert into origin values (?, ?, ?, ?)", origin)
        elif tuple(found) != origin:
            self.close()
            raise UnableToOpenWorld(
                f"the world in {folder} was made from {found}, not from {origin}: pass a new folder"
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing."""
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def append(self, name: str, body: dict[str, Any]) -> None:
        """One more command."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        self._connection.execute("insert into commands (name, body) values (?, ?)", (name, text))

    def commands(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """All commands, in order."""
        for name, body in self._connection.execute("select name, body from commands order by number").fetchall():
            yield name, json.loads(body)

    def keep(self, document_id: str, body: bytes) -> None:
        """Keep a document."""
        self._connection.execute("insert or replace into documents values (?, ?)", (document_id, body))

    def document(self, document_id: str) -> bytes | None:
        """A document, if there is one."""
        row = self._connection.execute("select body from documents where document_id = ?", (document_id,)).fetchone()
        return None if row is None else bytes(row[0])

    def close(self) -> None:
        """Let another process have it."""
        self._connection.close()
        self._lock.release()


def read_origin(folder: Path) -> Parameters | None:
    """What the world of a folder was made from, if there is one."""
    path = folder / FILE
    if not path.is_file():
        return None
    with sqlite3.connect(path) as connection:
        row = connection.execute("select seed, products, months, as_of from origin").fetchone()
    connection.close()
    return None if row is None else Parameters(row[0], row[1], row[2], date.fromisoformat(row[3]))
