"""The same storage three times: the fake, SQLite, and PostgreSQL where a server is installed."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inventory_core.bootstrap import open_core
from inventory_core.storage.memory import MemoryStorage
from inventory_core.storage.ports import Storage
from tests.core_builders import cheap_passwords
from tests.postgresql import PostgresqlIsMissing, administrate, postgresql_server

_numbers = itertools.count(1)


@pytest.fixture(autouse=True, scope="session")
def cheaper_passwords() -> Iterator[None]:
    with cheap_passwords():
        yield


@pytest.fixture(scope="session", name="postgresql_server")
def _postgresql_server() -> Iterator[Callable[[str], str]]:
    """A server of our own; gives the URL of a database's name."""
    pytest.importorskip("psycopg", reason="psycopg comes with the `team` extra")
    try:
        with postgresql_server(is_durable=False) as url_of:
            yield url_of
    except PostgresqlIsMissing as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty core in a file, to copy."""
    file = tmp_path_factory.mktemp("template") / "core.sqlite"
    open_core(f"sqlite:///{file}", create=True).close()
    return file


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: Callable[[str], str]) -> Callable[[str], str]:
    """An empty core in the database `template_core`, to copy; gives URLs."""
    administrate(postgresql_server("postgres"), "CREATE DATABASE template_core")
    open_core(postgresql_server("template_core"), create=True).close()
    return postgresql_server


def _empty_database(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of an empty core in a database of its own."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "core.sqlite")
        return f"sqlite:///{folder / 'core.sqlite'}"
    url_of: Callable[[str], str] = request.getfixturevalue("postgresql_template")
    name = f"core_{next(_numbers)}"
    administrate(url_of("postgres"), f"CREATE DATABASE {name} TEMPLATE template_core")
    return url_of(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'core.sqlite'}"
    url_of: Callable[[str], str] = request.getfixturevalue("postgresql_server")
    name = f"blank_{next(_numbers)}"
    administrate(url_of("postgres"), f"CREATE DATABASE {name}")
    return url_of(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty core in each kind of database."""
    return _empty_database(request.param, request, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Gives the URL of another empty core at every call, in each kind of database, in memory where there is some.

    Thousands of commands would wait for the disk at each; what a power cut leaves is no question of their tests.
    """
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own inside
    folders = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else tmp_path))

    def make() -> str:
        folder = folders / str(next(_numbers))
        folder.mkdir()
        return _empty_database(request.param, request, folder)

    yield make
    shutil.rmtree(folders)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """An empty storage of each kind."""
    if request.param == "memory":
        yield MemoryStorage()
        return
    with open_core(_empty_database(request.param, request, tmp_path)) as core:
        yield core.storage
