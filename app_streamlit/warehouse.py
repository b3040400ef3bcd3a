"""The published marts, read-only: which publication is the newest, and answers to queries on it.

Belongs here: opening, re-opening and caching. Does not: what is asked (`view_models/` build the queries) nor anything
that writes (`actions.py`). The app is never blocked by, and never blocks, the daily job: it reads a copy that the job
replaces by an atomic rename.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import streamlit as st

from app_streamlit.view_models.query import Query

PUBLISHED = Path("published") / "marts.duckdb"


class UnableToReadMarts(Exception):
    """The publication cannot be read; the message says what to do."""


@dataclass(frozen=True)
class Publication:
    """One publication of the marts. `stamp` differs between any two files ever put in its place."""

    path: Path
    stamp: str
    as_of_date: date
    published_at: datetime


@st.cache_resource(max_entries=2, show_spinner=False)
def _database(path: str, stamp: str) -> duckdb.DuckDBPyConnection:  # noqa: ARG001 - part of the cache's key
    # Attached to a database in memory: duckdb.connect(path) hands out the instance that this process already has for
    # the path, so it would go on reading the file that was renamed away.
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("attach '" + path.replace("'", "''") + "' as published (read_only)")
    except duckdb.Error as error:
        connection.close()
        raise UnableToReadMarts(f"{path} cannot be read ({error}): `diaobo run` publishes it anew") from error
    return connection


def _execute(publication_path: str, stamp: str, query: Query) -> pd.DataFrame:
    cursor = _database(publication_path, stamp).cursor()
    try:
        cursor.execute("use published")
        return cursor.execute(query.sql, list(query.parameters)).df()
    finally:
        cursor.close()


@st.cache_data(max_entries=400, show_spinner=False)
def _answer(publication_path: str, stamp: str, sql: str, parameters: tuple[object, ...]) -> pd.DataFrame:
    return _execute(publication_path, stamp, Query(sql, parameters))


def newest_publication(folder: Path) -> Publication | None:
    """The publication of a company folder, or None before the first run. Looks at the file at every call."""
    path = folder / PUBLISHED
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    stamp = f"{status.st_ino}-{status.st_mtime_ns}-{status.st_size}"
    row = _answer(
        str(path), stamp, "select published_at, as_of_date from ops.publications order by published_at desc limit 1", ()
    )
    if row.empty:
        raise UnableToReadMarts(f"{path} does not say when it was published: `diaobo run` publishes it anew")
    published_at = row["published_at"].iloc[0].to_pydatetime()
    as_of = row["as_of_date"].iloc[0]
    return Publication(
        path=path,
        stamp=stamp,
        as_of_date=as_of.date() if isinstance(as_of, datetime) else as_of,
        published_at=published_at if published_at.tzinfo else published_at.replace(tzinfo=UTC),
    )


def read(publication: Publication, query: Query) -> pd.DataFrame:
    """The rows of a query; asked once per publication and parameters, a copy for each caller."""
    return _answer(str(publication.path), publication.stamp, query.sql, tuple(query.parameters))


def read_once(publication: Publication, query: Query) -> pd.DataFrame:
    """The rows of a query that nobody asks twice, such as a whole table for a file: they do not fill the cache."""
    return _execute(str(publication.path), publication.stamp, query)


def read_all(publication: Publication, queries: Sequence[Query]) -> list[pd.DataFrame]:
    """The rows of several queries, in their order."""
    return [read(publication, query) for query in queries]
