"""Accounts for the people that the company's workbook names: made once, the password told once.

Belongs here: reading people and asking the core for accounts. Does not: roles and passwords (`inventory_core/access`),
how a password is shown (`commands/run.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import duckdb

from inventory_core.access.commands import EnsurePeople, PersonToAdd
from inventory_core.bootstrap import database_url, open_core


def read_people(warehouse: Path) -> tuple[PersonToAdd, ...]:
    """One person per login of `raw.people`, with all roles that the rows of the login name."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            """
            select login, min(person_name), list(distinct role order by role), min(email), min(language)
            from raw.people
            group by login
            order by login
            """
        ).fetchall()
    return tuple(
        PersonToAdd(login=login, name=name, roles=tuple(roles), email=email, language=language or "en")
        for login, name, roles, email, language in rows
    )


def ensure_people(
    folder: Path, *, warehouse: Path, at: dt.datetime, run_id: str, environ: Mapping[str, str]
) -> dict[str, str]:
    """Gives everyone an account who has none; returns the passwords of the new accounts by login."""
    people = read_people(warehouse)
    with open_core(database_url(folder, environ), create=True) as core:
        outcome = core.execute(
            EnsurePeople(actor_id="operator", at=at, idempotency_key=f"people-{run_id}", people=people)
        )
    return dict(outcome.secrets)
