"""The newest publication is read, the old one as long as somebody reads it, and a broken one is said in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app_streamlit import warehouse
from app_streamlit.view_models.query import Query
from tests.app.company_builder import build_company, publish_marts

AS_OF_DATE = Query("select as_of_date::date as day from marts.dim_company")


def test_a_new_publication_replaces_the_old_one_under_its_readers(tmp_path: Path) -> None:
    folder = build_company(tmp_path / "company")
    old = warehouse.newest_publication(folder)
    assert old
    assert (old.as_of_date, old.published_at) == (date(2026, 11, 2), datetime(2026, 11, 2, 10, 14, tzinfo=UTC))
    assert warehouse.newest_publication(folder) == old

    publish_marts(folder, as_of=date(2026, 11, 3))
    new = warehouse.newest_publication(folder)
    assert new
    assert new.stamp != old.stamp
    assert warehouse.read(new, AS_OF_DATE)["day"].iloc[0].date() == date(2026, 11, 3)
    # Who began with the old publication ends with it: a page never mixes two days.
    assert warehouse.read(old, AS_OF_DATE)["day"].iloc[0].date() == date(2026, 11, 2)


def test_callers_cannot_change_each_others_answers(tmp_path: Path) -> None:
    publication = warehouse.newest_publication(build_company(tmp_path / "company"))
    assert publication
    query = Query("select sku from marts.dim_products order by 1 limit ?", (2,))
    warehouse.read(publication, query)["sku"] = "spoiled"
    assert "spoiled" not in set(warehouse.read(publication, query)["sku"])


def test_the_app_cannot_write_into_a_publication(tmp_path: Path) -> None:
    publication = warehouse.newest_publication(build_company(tmp_path / "company"))
    assert publication
    with pytest.raises(Exception, match="read-only"):
        warehouse.read(publication, Query("create table marts.mine (x int)"))


def test_no_publication_is_none(tmp_path: Path) -> None:
    assert warehouse.newest_publication(tmp_path) is None


def test_a_file_that_is_no_database_is_said_in_words(tmp_path: Path) -> None:
    folder = build_company(tmp_path / "company", publish=False)
    (folder / "published").mkdir()
    (folder / "published" / "marts.duckdb").write_bytes(b"not a database at all, but long enough to be read as one")
    with pytest.raises(warehouse.UnableToReadMarts, match="`diaobo run` publishes it anew"):
        warehouse.newest_publication(folder)
