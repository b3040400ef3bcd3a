"""What sales rows mean, and which rows are refused."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from forecasting.series import DemandPanel, UnableToReadSeries, sales_to_panel

NAN = float("nan")


def sales(*rows: tuple[str, str, str, float], in_stock: list[bool | None] | None = None) -> pl.DataFrame:
    frame = pl.DataFrame(list(rows), schema=["date", "warehouse_id", "sku", "units"], orient="row").with_columns(
        pl.col("date").str.to_date()
    )
    return frame if in_stock is None else frame.with_columns(pl.Series("in_stock", in_stock))


def units_of(panel: DemandPanel, unique_id: str) -> list[float]:
    return panel.units[panel.unique_ids.index(unique_id)].tolist()


def test_a_missing_date_between_first_row_and_last_date_of_the_file_is_zero_sales() -> None:
    panel = sales_to_panel(
        sales(("2024-01-01", "a", "x", 2), ("2024-01-03", "a", "x", 3), ("2024-01-04", "a", "y", 1)), freq="D"
    )
    assert units_of(panel, "a/x") == [2, 0, 3, 0]


def test_before_its_first_row_a_series_is_unknown() -> None:
    panel = sales_to_panel(sales(("2024-01-01", "a", "x", 2), ("2024-01-03", "a", "y", 5)), freq="D")
    np.testing.assert_array_equal(units_of(panel, "a/y"), [NAN, NAN, 5])


def test_sales_while_out_of_stock_do_not_show_the_demand() -> None:
    rows = sales(("2024-01-01", "a", "x", 2), ("2024-01-02", "a", "x", 1), in_stock=[True, False])
    np.testing.assert_array_equal(units_of(sales_to_panel(rows, freq="D"), "a/x"), [2, NAN])


def test_an_empty_in_stock_flag_means_in_stock() -> None:
    rows = sales(("2024-01-01", "a", "x", 2), ("2024-01-02", "a", "x", 1), in_stock=[None, True])
    assert units_of(sales_to_panel(rows, freq="D"), "a/x") == [2, 1]


def test_days_are_summed_into_the_week_that_begins_on_monday() -> None:
    rows = sales(
        ("2024-01-01", "a", "x", 2),
        ("2024-01-07", "a", "x", 3),
        ("2024-01-08", "a", "x", 4),
        ("2024-01-14", "a", "x", 1),
    )
    panel = sales_to_panel(rows, freq="W-MON")
    assert panel.dates.tolist() == [dt.date(2024, 1, 1), dt.date(2024, 1, 8)]
    assert units_of(panel, "a/x") == [5, 5]


def test_a_week_with_an_out_of_stock_day_is_unknown() -> None:
    rows = sales(
        ("2024-01-01", "a", "x", 2),
        ("2024-01-03", "a", "x", 0),
        ("2024-01-14", "a", "x", 1),
        in_stock=[True, False, True],
    )
    np.testing.assert_array_equal(units_of(sales_to_panel(rows, freq="W-MON"), "a/x"), [NAN, 1])


def test_an_unfinished_last_week_is_left_out_and_the_forecast_begins_after_the_last_date() -> None:
    rows = sales(("2024-01-01", "a", "x", 2), ("2024-01-10", "a", "x", 9))  # a Wednesday
    panel = sales_to_panel(rows, freq="W-MON")
    assert panel.dates.tolist() == [dt.date(2024, 1, 1)]
    assert panel.next_date == dt.date(2024, 1, 15)
    assert panel.periods_to_skip == 1


def test_weekly_rows_are_whole_weeks() -> None:
    panel = sales_to_panel(sales(("2024-01-01", "a", "x", 2), ("2024-01-08", "a", "x", 9)), freq="W-MON")
    assert units_of(panel, "a/x") == [2, 9]
    assert panel.next_date == dt.date(2024, 1, 15)


def test_the_week_in_which_a_series_began_inside_is_unknown() -> None:
    rows = sales(("2024-01-01", "a", "x", 1), ("2024-01-03", "a", "y", 2), ("2024-01-14", "a", "y", 7))
    np.testing.assert_array_equal(units_of(sales_to_panel(rows, freq="W-MON"), "a/y"), [NAN, 7])


def test_a_newcomer_without_a_whole_week_stays_listed() -> None:
    rows = sales(("2024-01-01", "a", "x", 1), ("2024-01-09", "a", "y", 2))
    panel = sales_to_panel(rows, freq="W-MON")
    np.testing.assert_array_equal(units_of(panel, "a/y"), [NAN])


def test_the_order_of_rows_does_not_matter() -> None:
    rows = sales(("2024-01-01", "a", "x", 2), ("2024-01-02", "a", "x", 3), ("2024-01-02", "b", "x", 4))
    np.testing.assert_array_equal(sales_to_panel(rows, freq="D").units, sales_to_panel(rows.reverse(), freq="D").units)


def test_before_hides_the_future() -> None:
    rows = sales(("2024-01-01", "a", "x", 2), ("2024-01-08", "a", "x", 3), ("2024-01-15", "a", "x", 4))
    assert units_of(sales_to_panel(rows, freq="W-MON", before=dt.date(2024, 1, 15)), "a/x") == [2, 3]
    # on Wednesday the week of the 8th is over, the week of the 15th is not
    assert units_of(sales_to_panel(rows, freq="W-MON", before=dt.date(2024, 1, 17)), "a/x") == [2, 3]


def test_a_panel_cut_for_a_back_test_forgets_what_came_later() -> None:
    panel = sales_to_panel(sales(("2024-01-01", "a", "x", 2), ("2024-01-03", "a", "x", 3)), freq="D").until(2)
    assert panel.units.tolist() == [[2, 0]]
    assert panel.next_date == dt.date(2024, 1, 3)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (sales(("2024-01-01", "a", "x", -1)), "negative"),
        (sales(("2024-01-01", "a", "x", 1.5)), "not whole"),
        (sales(("2024-01-01", "a", "x", NAN)), "no units"),
        (sales(("2024-01-01", "a", "x", float("inf"))), "not finite"),
        (sales(("2024-01-01", "a", "x", 1), ("2024-01-01", "a", "x", 2)), "repeat"),
        (sales(("2024-01-01", "a", "x", 1)).drop("sku"), "column sku is missing"),
        (sales(("2024-01-01", "a", "x", 1)).clear(), "no sales rows"),
        (sales(("2024-01-01", "a", "x", 1)).with_columns(pl.col("date").cast(pl.String)), "pass dates"),
    ],
)
def test_rows_that_are_no_demand_are_refused_in_words(rows: pl.DataFrame, words: str) -> None:
    with pytest.raises(UnableToReadSeries, match=words):
        sales_to_panel(rows, freq="D")


def test_no_sales_before_the_day_are_refused_in_words() -> None:
    with pytest.raises(UnableToReadSeries, match="no sales before 2023-01-01"):
        sales_to_panel(sales(("2024-01-01", "a", "x", 1)), freq="D", before=dt.date(2023, 1, 1))
