"""Filters become conditions with bound values."""

from __future__ import annotations

import duckdb

from app_streamlit.view_models.query import Conditions


def found(needle: str) -> list[str]:
    """Titles that a search finds among a few nasty ones."""
    conditions = Conditions()
    conditions.contains(("sku", "title"), needle)
    rows = duckdb.execute(
        "select title from (values ('A1', '50% off'), ('A2', 'Blue LAMP_x'), ('A3', null), ('B4', 'x'' or 1=1'))"
        f" t(sku, title) {conditions.sql} order by sku",
        conditions.parameters,
    ).fetchall()
    return [title for (title,) in rows]


def test_every_word_is_found_in_one_of_the_columns_whatever_its_case() -> None:
    assert found("lamp a2") == ["Blue LAMP_x"]
    assert found("lamp a1") == []


def test_wildcards_and_quotes_are_plain_text() -> None:
    assert found("%") == ["50% off"]
    assert found("_") == ["Blue LAMP_x"]
    assert found("' or 1=1") == ["x' or 1=1"]


def test_no_condition_is_no_where() -> None:
    conditions = Conditions()
    conditions.equals("sku", None)
    conditions.contains(("sku",), "  ")
    assert conditions.sql == ""
    assert len(found("")) == 4
