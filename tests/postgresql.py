"""A PostgreSQL server of our own for tests and benchmarks: over a socket in a temporary folder, gone afterwards.

Belongs here: starting and stopping it. Does not: what is in its databases.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa


class PostgresqlIsMissing(Exception):
    """No server is installed on this machine."""


def _server_programs() -> Path:
    """Where initdb and pg_ctl are."""
    config = shutil.which("pg_config")
    if config is None:
        raise PostgresqlIsMissing("PostgreSQL is not installed: there is no pg_config")
    output = subprocess.run([config, "--bindir"], check=True, capture_output=True, text=True, timeout=30).stdout
    programs = Path(output.strip())
    if not (programs / "initdb").exists():
        raise PostgresqlIsMissing(f"PostgreSQL's server is not installed: there is no initdb in {programs}")
    return programs


@contextmanager
def postgresql_server(*, is_durable: bool) -> Iterator[Callable[[str], str]]:
    """Gives the URL of a database's name. Without `is_durable` nothing is synced, which only tests may want.

    Raises: PostgresqlIsMissing.
    """
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
    fsync = "on" if is_durable else "off"
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync={fsync} -c max_connections=50"
    run("initdb", "-D", data, "-U", "diaobo", "-A", "trust", "-E", "UTF8", "--locale=C")
    run("pg_ctl", "-D", data, "-o", options, "-w", "start")
    try:
        yield lambda name: f"postgresql://diaobo@/{name}?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)
        (folder.parent / f"{folder.name}.log").unlink()


def administrate(url: str, statement: str) -> None:
    """One statement outside of a transaction, such as CREATE DATABASE."""
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
