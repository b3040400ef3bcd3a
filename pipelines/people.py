"""Accounts for the people that the company's workbook names: made once, the password told once.

Belongs here: reading people and asking the core for accounts. Does not: roles and passwords (`inventory_core/access`),
how a password is shown (`commands/run.py`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path

import duckdb

from inventory_core.access.commands import EnsurePeople, PersonToAdd
from inventory_core.bootstrap import database_url, open_core
from inventory_core.errors import Malformed

_SEPARATORS = re.compile("[;；]")  # a Chinese keyboard writes the second


def read_people(warehouse: Path) -> tuple[PersonToAdd, ...]:
    """One person per login of `raw.people`, with all roles and scopes that the rows of the login name.

    A scope that stands in one row of a login holds for all of its rows: an empty cell does not widen it again.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            """
            select
                login, min(person_name), list(distinct role order by role), min(email), min(language),
                string_agg(warehouse_ids, ';'), string_agg(shop_ids, ';')
            from raw.people
            group by login
            order by login
            """
        ).fetchall()
    return tuple(
        PersonToAdd(
            login=login,
            name=name,
            roles=tuple(roles),
            email=email,
            language=language or "en",
            warehouse_ids=_listed(warehouse_ids),
            shop_ids=_listed(shop_ids),
        )
        for login, name, roles, email, language, warehouse_ids, shop_ids in rows
    )


def _listed(cell: str | None) -> tuple[str, ...]:
    """`us_3pl; fba_us` → both, in order, each once.

    Raises: Malformed for separators alone: they must not come to mean everything.
    """
    if cell is None:
        return ()
    parts = {part.strip() for part in _SEPARATORS.split(cell)} - {""}
    if not parts:
        raise Malformed(f"warehouse_ids and shop_ids must name some or stay empty, not {cell!r}")
    return tuple(sorted(parts))


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
