"""Engines and transactions for SQLite and PostgreSQL: who may write when, and whether the tables are the right ones.

One writer at a time on both: the journal's chain has one end and document numbers have no gaps, so writers would wait
for each other anyway. SQLite queues them at BEGIN IMMEDIATE, PostgreSQL at an advisory lock. Readers never wait.
Migrations need Alembic, which takes a second to import: `migrate` is called only where the revision differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from inventory_core.errors import Refused
from inventory_core.storage.known import Known
from inventory_core.storage.ports import Reader, Writer
from inventory_core.storage.sql_store import SqlStore
from inventory_core.storage.tables import HEAD_REVISION

BUSY_TIMEOUT_SECONDS = 30
_WRITERS_LOCK = 0x6469616F  # any number that nobody else uses in this database: "diao"


class UnableToOpenCore(Refused):
    """The database is missing, unreachable, or of another version of this program."""


class UnableToWrite(Refused):
    """Another writer holds the database for too long."""


def sql_engine(url: str) -> Engine:
    """An engine for a SQLite or PostgreSQL URL; nothing is opened yet.

    Raises: UnableToOpenCore when it is another kind of database, or its driver is not installed.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UnableToOpenCore("the core's address is no URL such as postgresql://user@host/database") from None
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    try:
        if parsed.get_backend_name() == "sqlite":
            return _sqlite_engine(parsed.render_as_string(hide_password=False))
        if parsed.get_backend_name() == "postgresql":
            return create_engine(
                parsed,
                pool_pre_ping=True,
                paramstyle="format",
                connect_args={"options": f"-c lock_timeout={BUSY_TIMEOUT_SECONDS}s"},
            )
    except (ImportError, NoSuchModuleError) as error:
        raise UnableToOpenCore(
            f"the driver for {parsed.drivername} is missing ({error}): install diaobo with its `team` extra"
        ) from None
    raise UnableToOpenCore(f"{parsed.get_backend_name()} is no database for the core: pass a sqlite or postgresql URL")


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # an answered command survives a power cut
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


class SqlStorage:
    """The core's state in a database."""

    def __init__(self, engine: Engine) -> None:
        """Tables are checked by `is_current` and made by `migrate`, not here."""
        self._engine = engine
        self._known = Known()

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """See `Storage`."""
        with self._engine.connect() as connection:
            if self._engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield SqlStore(connection)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """See `Storage`.

        Raises: UnableToWrite when other writers took longer than `BUSY_TIMEOUT_SECONDS`.
        """
        with self._engine.connect() as connection, _pipeline(connection), _alone(connection):
            store = SqlStore(connection)
            store.known = self._known.as_of(store.last_entry())
            yield store
        self._known = store.known

    def revision(self) -> str | None:
        """The revision that the tables have; None for an empty database.

        Raises: UnableToOpenCore when the database cannot be reached.
        """
        try:
            with self._engine.connect() as connection:
                return _revision(connection)
        except DBAPIError as error:
            url = self._engine.url.render_as_string(hide_password=True)
            raise UnableToOpenCore(f"the database {url} cannot be opened: {error.orig}") from error

    def migrate(self, *, rebuild: Callable[[Writer], None]) -> None:
        """Bring the tables to the revision of this program, alone and in one transaction.

        `rebuild` fills new tables of an older core in the same transaction.

        Raises: UnableToOpenCore when a newer program made them.
        """
        from alembic.util import CommandError

        from inventory_core.storage.migrations.run import upgrade

        with self._engine.connect() as connection, _alone(connection):
            revision = _revision(connection)
            if revision == HEAD_REVISION:  # somebody else did it while this one waited
                return
            try:
                upgrade(connection)
            except CommandError as error:
                raise UnableToOpenCore(
                    f"the core's tables come from a newer version of this program: install that one ({error})"
                ) from error
            if revision is not None:
                rebuild(SqlStore(connection))

    def close(self) -> None:
        """See `Storage`."""
        self._engine.dispose()


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """A transaction that no other writer is beside."""
    connection.execution_options(writes=True)
    driver: Any = connection.connection.driver_connection
    dialect: Any = connection.dialect
    try:
        transaction = connection.begin()
        if dialect.name == "postgresql":
            driver.execute(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})").fetchone()
    except (OperationalError, dialect.loaded_dbapi.OperationalError) as error:
        raise UnableToWrite(
            f"others have been writing for more than {BUSY_TIMEOUT_SECONDS} seconds: try again "
            f"({getattr(error, 'orig', error)})"
        ) from error
    with transaction:
        yield


def _pipeline(connection: Connection) -> AbstractContextManager[Any]:
    """PostgreSQL is told statement after statement, and waited for only where an answer is read."""
    if connection.dialect.name != "postgresql":
        return nullcontext()
    driver: Any = connection.connection.driver_connection
    pipeline: AbstractContextManager[Any] = driver.pipeline()
    return pipeline


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
