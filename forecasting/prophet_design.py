"""The columns of Prophet's model on a calendar: seasons and holidays, with their names and priors, as Prophet has them.

Belongs here: which columns a history of given first and last days has. Does not: changepoints, which depend on the
rows that a series has (`prophet_products.py`), and regressors, which are a series' own (`prophet_kernel.py`).

Parity with prophet 1.5 `forecaster.py`: set_auto_seasonalities, fourier_series, construct_holiday_dataframe,
make_holiday_features, and `make_holidays.py`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.prophet_settings import Holiday, HolidayCalendar, ProphetSettings, UnableToFitProphet

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Dates = npt.NDArray[np.datetime64]

# name, period in days, Fourier order when it is on; the order is that of Prophet's columns.
_BUILT_IN = (("yearly", 365.25, 10), ("weekly", 7.0, 3), ("daily", 1.0, 4))
_DAYS_FOR_YEARLY = 730
_DAYS_FOR_WEEKLY = 14


@dataclass(frozen=True)
class _Column:
    name: str
    deviation: float
    kind: str
    country_years: frozenset[int] | None


@dataclass(frozen=True)
class Design:
    """Seasons and holidays on every date of a calendar, past and future.

    Attributes:
        dates: of the calendar, shape (rows,).
        features: shape (rows, columns).
        columns: what each column is.
        settings: that the columns follow.
    """

    dates: Dates
    features: Floats
    columns: tuple[_Column, ...]
    settings: ProphetSettings

    @property
    def names(self) -> list[str]:
        """Names of the columns, as Prophet has them."""
        return [column.name for column in self.columns]

    @property
    def deviations(self) -> Floats:
        """Prior deviations of the coefficients, shape (columns,)."""
        return np.array([column.deviation for column in self.columns], dtype=np.float64)

    def columns_of(self, first: int, last: int, *, smallest_gap_days: int) -> Integers:
        """Which columns Prophet builds for a history from calendar row `first` to row `last`.

        Seasons left on "auto" depend on the span and on the smallest distance of dates; public holidays on the years
        that the history touches.
        """
        span = int((self.dates[last] - self.dates[first]) / np.timedelta64(1, "D"))
        is_on = {
            "yearly": span >= _DAYS_FOR_YEARLY,
            "weekly": span >= _DAYS_FOR_WEEKLY and smallest_gap_days < 7,
        }
        years = set(range(_year(self.dates[first]), _year(self.dates[last]) + 1))
        chosen = [
            place
            for place, column in enumerate(self.columns)
            if (getattr(self.settings, f"{column.kind}_seasonality", True) != "auto" or is_on[column.kind])
            and (column.country_years is None or column.country_years & years)
        ]
        return np.array(chosen, dtype=np.int64)


def build_design(dates: Dates, *, settings: ProphetSettings, holidays: HolidayCalendar | None = None) -> Design:
    """All columns that any history within `dates` can have.

    Args:
        dates: the calendar, history and horizon, shape (rows,), dtype datetime64[D].
        settings: seasonalities and prior scales.
        holidays: public holidays and special dates.

    Raises:
        UnableToFitProphet: an unknown country, or a holiday with two prior scales.
    """
    columns: list[_Column] = []
    parts: list[Floats] = [np.empty((len(dates), 0))]
    for kind, name, period, order, deviation in _seasons(settings):
        parts.append(fourier_series(dates, period_days=period, order=order))
        columns += [_Column(f"{name}_delim_{i + 1}", deviation, kind, None) for i in range(2 * order)]
    if holidays is not None:
        values, holiday_columns = _holiday_features(dates, holidays, prior_scale=settings.holidays_prior_scale)
        parts.append(values)
        columns += holiday_columns
    return Design(dates=dates, features=np.hstack(parts), columns=tuple(columns), settings=settings)


def fourier_series(dates: Dates, *, period_days: float, order: int) -> Floats:
    """Sines and cosines of days since 1970, shape (dates, 2 x order), in Prophet's order and rounding.

    >>> fourier_series(np.array(["1970-01-01", "1970-01-02"], dtype="datetime64[D]"), period_days=4, order=1).round(12)
    array([[0., 1.],
           [1., 0.]])
    """
    angles = np.pi * 2 * dates.astype("datetime64[D]").astype(np.int64).astype(np.float64)
    features = np.empty((len(dates), 2 * order))
    for i in range(order):
        angle = (i + 1) / period_days * angles
        features[:, 2 * i] = np.sin(angle)
        features[:, 2 * i + 1] = np.cos(angle)
    return features


def _seasons(settings: ProphetSettings) -> list[tuple[str, str, float, int, float]]:
    """Kind, name, period, order and prior deviation of the seasons that are not switched off."""
    seasons = []
    for season in settings.seasonalities:
        scale = settings.seasonality_prior_scale if season.prior_scale is None else season.prior_scale
        seasons.append(("own", season.name, season.period_days, season.fourier_order, scale))
    for name, period, default_order in _BUILT_IN:
        wish = getattr(settings, f"{name}_seasonality")
        if name == "daily" and wish == "auto":
            continue  # on for dates less than a day apart only, and dates here are whole days
        order = default_order if wish == "auto" or wish is True else int(wish)
        if order > 0:
            seasons.append((name, name, period, order, settings.seasonality_prior_scale))
    return seasons


def country_holidays(country: str, years: range) -> list[Holiday]:
    """Public holidays as Prophet takes them from the package `holidays`: English names, one row per date and name."""
    import holidays  # 0.3 s, and not needed without a country

    if not hasattr(holidays, country):
        raise UnableToFitProphet([f"holidays: country {country} is not known: pass an ISO 3166-1 alpha-2 code"])
    table = getattr(holidays, country)(expand=False, language="en_US", years=list(years))
    return [Holiday(name=name, date=date) for date in table for name in table.get_list(date)]


def _holiday_features(dates: Dates, calendar: HolidayCalendar, *, prior_scale: float) -> tuple[Floats, list[_Column]]:
    row_of = {date: row for row, date in enumerate(dates.astype("datetime64[D]").astype(object))}
    years_of: dict[str, set[int] | None] = {}
    rows: list[Holiday] = list(calendar.dates)
    years_of.update({holiday.name: None for holiday in rows})
    if calendar.country is not None:
        for holiday in country_holidays(calendar.country, range(_year(dates[0]), _year(dates[-1]) + 1)):
            rows.append(holiday)
            years = years_of.setdefault(holiday.name, set())
            if years is not None:
                years.add(holiday.date.year)
    scales = _prior_scales(rows, prior_scale)
    cells: dict[str, list[int]] = {}
    name_of: dict[str, str] = {}
    for holiday in rows:
        for offset in range(holiday.lower_window, holiday.upper_window + 1):
            key = f"{holiday.name}_delim_{'+' if offset >= 0 else '-'}{abs(offset)}"
            name_of[key] = holiday.name
            row = row_of.get(holiday.date + dt.timedelta(days=offset))
            cells.setdefault(key, []).extend([] if row is None else [row])
    values = np.zeros((len(dates), len(cells)))
    columns = []
    for place, key in enumerate(sorted(cells)):
        values[cells[key], place] = 1.0
        years = years_of[name_of[key]]
        columns.append(_Column(key, scales[name_of[key]], "holiday", None if years is None else frozenset(years)))
    return values, columns


def _prior_scales(rows: list[Holiday], default: float) -> dict[str, float]:
    scales: dict[str, float] = {}
    problems = []
    for holiday in rows:
        scale = default if holiday.prior_scale is None else holiday.prior_scale
        if scales.setdefault(holiday.name, scale) != scale:
            problems.append(f"holidays: {holiday.name} has two prior scales, {scales[holiday.name]} and {scale}")
        if not scale > 0:
            problems.append(f"holidays: {holiday.name} has the prior scale {scale}: pass a number above 0")
        if holiday.lower_window > 0 or holiday.upper_window < 0:
            problems.append(f"holidays: {holiday.name} needs lower_window <= 0 and upper_window >= 0")
    if problems:
        raise UnableToFitProphet(sorted(set(problems)))
    return scales


def _year(date: np.datetime64) -> int:
    return int(date.astype("datetime64[Y]").astype(np.int64)) + 1970
