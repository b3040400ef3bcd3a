"""Accounts for the people sheet: made once, passwords told once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from inventory_core.bootstrap import database_url, open_core
from inventory_core.errors import Malformed
from pipelines.people import ensure_people

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_people_get_accounts_once_with_all_their_roles(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create schema raw; create table raw.people as select * from (values"
            " ('pia', 'Pia', null, 'planner', 'zh', 'us_3pl; fba_us', null),"
            " ('pia', 'Pia', null, 'supervisor', 'zh', null, 'shopify；amazon_us'),"
            " ('sam', 'Sam', 'sam@example.com', 'supervisor', null, null, null))"
            " as t (login, person_name, email, role, language, warehouse_ids, shop_ids)"
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
        # A scope in one row of a login holds for all of its rows.
        assert people["pia"].warehouse_ids == ("fba_us", "us_3pl")
        assert people["pia"].shop_ids == ("amazon_us", "shopify")
        assert (people["sam"].warehouse_ids, people["sam"].shop_ids) == ((), ())
        assert core.sign_in(login="sam", password=first["sam"], at=AT).email == "sam@example.com"


def test_a_scope_of_separators_alone_does_not_come_to_mean_everything(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create schema raw; create table raw.people as select"
            " 'pia' as login, 'Pia' as person_name, null::varchar as email, 'planner' as role, 'en' as language,"
            " ' ; ' as warehouse_ids, null::varchar as shop_ids"
        )
    with pytest.raises(Malformed, match="must name some or stay empty"):
        ensure_people(tmp_path, warehouse=warehouse, at=AT, run_id="1", environ={})
