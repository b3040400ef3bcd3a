"""Grids of dates: which date a period is labeled with, how many periods lie between dates, which season a date is in.

Belongs here: calendar arithmetic for daily and weekly series, and tables of public holidays. Does not: what demand
does in a season (`pooled_seasonality.py`), lead times (`transfer_plan.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import polars as pl

Freq = Literal["D", "W-MON"]
FREQUENCIES: tuple[str, ...] = get_args(Freq)
PERIOD_DAYS: dict[Freq, int] = {"D": 1, "W-MON": 7}

Dates = npt.NDArray[np.datetime64]

SEASONS_PER_YEAR = 52
"""Slots of a year of seven days each; the one or two days that are left over belong to the last slot."""


def monday_of(date: dt.date) -> dt.date:
    """The Monday on which the week of `date` begins.

    >>> monday_of(dt.date(2024, 4, 14))
    datetime.date(2024, 4, 8)
    """
    return date - dt.timedelta(days=date.weekday())


def first_label_after(date: dt.date, *, freq: Freq) -> dt.date:
    """The first date later than `date` that can label a period: the next day, or the next Monday.

    >>> first_label_after(dt.date(2024, 4, 8), freq="W-MON")
    datetime.date(2024, 4, 15)
    """
    return date + dt.timedelta(days=1) if freq == "D" else monday_of(date) + dt.timedelta(days=7)


def date_grid(first: dt.date, *, periods: int, freq: Freq) -> Dates:
    """Labels of `periods` consecutive periods, shape (periods,), dtype datetime64[D]."""
    return np.datetime64(first, "D") + np.arange(periods) * np.timedelta64(PERIOD_DAYS[freq], "D")


def season_of_year(dates: Dates) -> npt.NDArray[np.int64]:
    """The slot 0-51 of the year in which the middle of the week that begins on each date lies.

    Slots follow the date, not the ISO week number, because ISO weeks move by up to six days against Christmas.
    """
    middle = dates.astype("datetime64[D]") + np.timedelta64(3, "D")
    day_of_year = (middle - middle.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
    season: npt.NDArray[np.int64] = np.minimum(day_of_year // 7, SEASONS_PER_YEAR - 1)
    return season


def weekday(dates: Dates) -> npt.NDArray[np.int64]:
    """0 for Monday to 6 for Sunday (1970-01-01 was a Thursday)."""
    return (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7


def country_holidays(countries: Mapping[str, str], *, start: dt.date, end: dt.date) -> pl.DataFrame:
    """Public holidays of each warehouse's country.

    Args:
        countries: warehouse_id -> ISO 3166-1 alpha-2 code; codes that the package `holidays` does not know are
            left out, because a warehouse in such a country still has a forecast.
        start: first date.
        end: last date, inclusive.

    Returns:
        One row per warehouse and holiday: date, event, warehouse_id.
    """
    import holidays

    known = holidays.list_supported_countries()
    rows: list[tuple[dt.date, str, str]] = []
    for warehouse_id, country in sorted(countries.items()):
        if country in known:
            table = holidays.country_holidays(country, years=range(start.year, end.year + 1), language="en_US")
            rows += [(date, name, warehouse_id) for date, name in sorted(table.items()) if start <= date <= end]
    schema = {"date": pl.Date, "event": pl.String, "warehouse_id": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")
