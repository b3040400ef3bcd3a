"""Runs migrations from code, over a connection that is alone with the database; no alembic.ini."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's settings: this folder, this connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """To the newest revision, inside the connection's transaction."""
    command.upgrade(configuration(connection), "head")


def downgrade(connection: Connection, *, to: str) -> None:
    """Back to an older revision ("base" removes every table), inside the connection's transaction."""
    command.downgrade(configuration(connection), to)
