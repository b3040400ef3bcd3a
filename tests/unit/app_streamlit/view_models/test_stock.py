"""Stock: one day of all warehouses, page by page, and one product over time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from app_streamlit.view_models import stock
from tests.app.company_builder import AS_OF
from tests.unit.app_streamlit.conftest import Ask

LAST = AS_OF - timedelta(days=1)
WANTED = stock.StockFilter(LAST)


def keys(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """The grain of the rows."""
    return list(zip(frame["sku"], frame["warehouse_id"], strict=True))


def test_one_row_per_product_and_warehouse_and_totals_that_are_their_sums(ask: Ask) -> None:
    rows, total = ask(stock.everything(WANTED)), ask(stock.totals(WANTED)).iloc[0]
    assert len(set(keys(rows))) == len(rows) == total["row_count"] == 32
    for column in ("on_hand_units", "available_units", "in_transit_units"):
        assert rows[column].sum() == total[column]
    assert float(rows["stock_value_amount"].sum()) == pytest.approx(float(total["stock_value_amount"]))


def test_pages_hold_every_row_once(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stock, "PAGE_ROWS", 10)
    assert stock.page_count(32) == 4
    pages = [keys(ask(stock.rows(WANTED, page=page))) for page in range(1, 5)]
    assert [len(page) for page in pages] == [10, 10, 10, 2]
    assert [key for page in pages for key in page] == keys(ask(stock.everything(WANTED)))


@pytest.mark.parametrize("sort", list(stock.SORTS))
def test_every_order_is_possible(ask: Ask, sort: str) -> None:
    assert len(ask(stock.rows(replace(WANTED, sort=sort), page=1))) == 32


@pytest.mark.parametrize(
    ("state", "expected"),
    [("all", 32), ("out_of_stock", 0), ("below_safety_stock", 6), ("stock_out_before_arrival", 1), ("in_transit", 32)],
)
def test_every_state_finds_its_rows(ask: Ask, state: str, expected: int) -> None:
    assert ask(stock.totals(replace(WANTED, state=state))).iloc[0]["row_count"] == expected


def test_another_day_is_that_days_stock_without_todays_safety_stock(ask: Ask) -> None:
    empty_day = AS_OF - timedelta(days=35)
    wanted = replace(WANTED, stock_date=empty_day, text="LAMP-01")
    rows = ask(stock.everything(wanted))
    assert set(rows["available_units"]) == {0}
    assert rows["safety_stock_units"].isna().all()
    assert ask(stock.totals(replace(wanted, state="out_of_stock"))).iloc[0]["row_count"] == 4


def test_a_warehouse_that_was_counted_earlier_shows_its_last_count(ask: Ask) -> None:
    rows = ask(stock.everything(replace(WANTED, stock_date=date(2027, 1, 1))))
    assert len(rows) == 32
    assert set(rows["stock_date"].dt.date) == {LAST}


def test_days_of_cover_are_the_pace_of_the_last_four_weeks(ask: Ask) -> None:
    row = ask(stock.everything(replace(WANTED, text="CABLE-2M", warehouse_id="US-LAX"))).iloc[0]
    sold = ask(stock.history(warehouse_id="US-LAX", sku="CABLE-2M")).tail(stock.PACE_DAYS)["sold_units"].sum()
    assert row["days_of_cover"] == pytest.approx(row["available_units"] * stock.PACE_DAYS / sold, abs=0.05)


def test_what_is_not_sold_has_no_days_of_cover(ask: Ask) -> None:
    rows = ask(stock.everything(replace(WANTED, warehouse_id="CN-SZX")))
    assert rows["days_of_cover"].isna().all()


def test_history_is_one_row_per_day_with_all_classes(ask: Ask) -> None:
    history = ask(stock.history(warehouse_id="US-LAX", sku="LAMP-01"))
    assert history["stock_date"].is_unique
    long = stock.by_class(history, ["available_units", "in_transit_units"])
    assert len(long) == 2 * len(history)
    assert long["units"].sum() == history["available_units"].sum() + history["in_transit_units"].sum()


def test_exported_columns_are_there(ask: Ask) -> None:
    assert set(stock.EXPORTED) <= set(ask(stock.everything(WANTED)).columns)
