"""The same storage three times: the fake, SQLite, and PostgreSQL where a server is installed."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from inventory_core.bootstrap import open_core
from inventory_core.storage.memory import MemoryStorage
from inventory_core.storage.ports import Storage
from tests.core_builders import cheap_passwords

_numbers = itertools.count(1)


@pytest.fixture(autouse=True, scope="session")
def cheaper_passwords() -> Iterator[None]:
    with cheap_passwords():
        yield


def _server_programs() -> Path:
    """Where initdb and pg_ctl are; skips the test where they are not."""
    config = shutil.which("pg_config")
    if config is None:
        pytest.skip("PostgreSQL is not installed: there is no pg_config")
    output = subprocess.run([config, "--bindir"], check=True, capture_output=True, text=True, timeout=30).stdout
    programs = Path(output.strip())
    if not (programs / "initdb").exists():
        pytest.skip(f"PostgreSQL's server is not installed: there is no initdb in {programs}")
    return programs


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Callable[[str], str]]:
    """A server of our own over a socket in a temporary folder; gives the URL of a database's name."""
    pytest.importorskip("psycopg", reason="psycopg comes with the `team` extra")
    programs = _server_programs()
    # The server refuses to run as root, and cannot enter pytest's folders, which belong to root alone.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="diaobo-pg-"))
    shutil.chown(folder, user)

    def run(*arguments: str) -> None:
        # pg_ctl leaves the server running with our pipes in its hands, so its output goes to a file
        with (folder.parent / f"{folder.name}.log").open("ab") as log:
            command = [str(programs / arguments[0]), *arguments[1:]]
            subprocess.run(command, check=True, user=user, cwd=folder, timeout=120, stdout=log, stderr=log)

    data = str(folder / "data")
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c max_connections=50"
    run("initdb", "-D", data, "-U", "diaobo", "-A", "trust", "-E", "UTF8", "--locale=C")
    run("pg_ctl", "-D", data, "-o", options, "-w", "start")
    try:
        yield lambda name: f"postgresql://diaobo@/{name}?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)
        (folder.parent / f"{folder.name}.log").unlink()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty core in a file, to copy."""
    file = tmp_path_factory.mktemp("template") / "core.sqlite"
    open_core(f"sqlite:///{file}", create=True).close()
    return file


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: Callable[[str], str]) -> Callable[[str], str]:
    """An empty core in the database `template_core`, to copy; gives URLs."""
    _administrate(postgresql_server("postgres"), "CREATE DATABASE template_core")
    open_core(postgresql_server("template_core"), create=True).close()
    return postgresql_server


def _administrate(url: str, statement: str) -> None:
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


def _empty_database(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of an empty core in a database of its own."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "core.sqlite")
        return f"sqlite:///{folder / 'core.sqlite'}"
    url_of: Callable[[str], str] = request.getfixturevalue("postgresql_template")
    name = f"core_{next(_numbers)}"
    _administrate(url_of("postgres"), f"CREATE DATABASE {name} TEMPLATE template_core")
    return url_of(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def blank_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'core.sqlite'}"
    url_of: Callable[[str], str] = request.getfixturevalue("postgresql_server")
    name = f"blank_{next(_numbers)}"
    _administrate(url_of("postgres"), f"CREATE DATABASE {name}")
    return url_of(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty core in each kind of database."""
    return _empty_database(request.param, request, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Gives the URL of another empty core at every call, in each kind of database."""

    def make() -> str:
        folder = tmp_path / str(next(_numbers))
        folder.mkdir()
        return _empty_database(request.param, request, folder)

    return make


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """An empty storage of each kind."""
    if request.param == "memory":
        yield MemoryStorage()
        return
    with open_core(_empty_database(request.param, request, tmp_path)) as core:
        yield core.storage
