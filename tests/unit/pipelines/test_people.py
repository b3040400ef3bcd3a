"""Accounts for the people sheet: made once, passwords told once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from inventory_core.bootstrap import database_url, open_core
from pipelines.people import ensure_people

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_people_get_accounts_once_with_all_their_roles(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create schema raw; create table raw.people as select * from (values"
            " ('pia', 'Pia', null, 'planner', 'zh'), ('pia', 'Pia', null, 'supervisor', 'zh'),"
            " ('sam', 'Sam', 'sam@example.com', 'supervisor', null)) as t (login, person_name, email, role, language)"
        )
    first = ensure_people(tmp_path, warehouse=warehouse, at=AT, run_id="1", environ={})
    second = ensure_people(tmp_path, warehouse=warehouse, at=AT, run_id="2", environ={})
    # Nobody on the sheet is admin, so the company gets one.
    assert set(first) == {"pia", "sam", "admin"}
    assert second == {}
    with open_core(database_url(tmp_path, {})) as core:
        people = {person.login: person for person in core.queries.people()}
        assert set(people["pia"].roles) == {"planner", "supervisor"}
        assert (people["pia"].language, people["sam"].language) == ("zh", "en")
        assert core.sign_in(login="sam", password=first["sam"], at=AT).email == "sam@example.com"
