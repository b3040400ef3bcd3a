"""Pooled seasonality times exponentially smoothed levels: the demand engine that works for every series.

Belongs here: the seasonal index that all series share, the level of each series, their product as a forecast. Does
not: which engine serves which series (`selection.py`), how wrong the forecast is (`error_bank.py`).

Method ("gSES" in ../shared/design/evidence.md, "A recipe that wins on real stock decisions"): one seasonal index per
slot of the year (and per weekday for daily series), estimated on the sum of all series because a single series of two
or three years cannot show its season; each series is divided by it and smoothed by simple exponential smoothing, the
mean of a slow and a fast level (Brown 1959; Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 8.1).
Unknown periods are skipped, not read as zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.calendars import SEASONS_PER_YEAR, Dates, Freq, season_of_year, weekday

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

WEEKLY_SMOOTHING = (0.05, 0.15)
"""Weights per week of the slow and the fast level. Their mean beat each of them on VN2 (evidence.md)."""

PRIOR_UNITS = 20.0
"""Weight, in units, of "no season" in each slot: nothing for a catalog, a brake for a handful of slow products."""


@dataclass(frozen=True)
class SeasonalIndex:
    """Factors around 1 that all series share.

    Attributes:
        of_year: factor of each slot of the year, shape (52,); all 1 when less than a year was seen.
        of_week: factor of each weekday, Monday first, shape (7,); all 1 for weekly series.
    """

    of_year: Floats
    of_week: Floats

    def at(self, dates: Dates) -> Floats:
        """The factor of each date, shape (dates,)."""
        return self.of_year[season_of_year(dates)] * self.of_week[weekday(dates)]


def estimate_index(units: Floats, *, dates: Dates, freq: Freq) -> SeasonalIndex:
    """The seasonal index of all series together.

    Each series is compared with its own centered mean of a year, so that growth is not taken for season; series are
    weighted with 1/sqrt(mean), the weight of a Poisson count, so that neither the largest product nor the thousand
    smallest decide alone.

    Args:
        units: demand, shape (series, periods), NaN where unknown.
        dates: labels, shape (periods,).
        freq: D also gets a weekday factor.
    """
    periods_per_year = 364 if freq == "D" else 52
    is_known = np.isfinite(units)
    known_units = np.where(is_known, units, 0.0)
    base = _centered_mean(known_units, is_known, window=periods_per_year)
    weight = 1.0 / np.sqrt(base + 0.1)
    sold = (weight * known_units).sum(0)
    expected = (weight * np.where(is_known, base, 0.0)).sum(0)
    of_year = np.ones(SEASONS_PER_YEAR)
    if units.shape[1] >= periods_per_year:
        of_year = _factors(season_of_year(dates), slots=SEASONS_PER_YEAR, sold=sold, expected=expected)
    of_week = np.ones(7)
    if freq == "D":
        of_week = _factors(weekday(dates), slots=7, sold=sold, expected=expected * of_year[season_of_year(dates)])
    return SeasonalIndex(of_year=of_year, of_week=of_week)


def _centered_mean(known_units: Floats, is_known: npt.NDArray[np.bool_], *, window: int) -> Floats:
    """Mean of the known periods in a window around each period, moved inside at both ends; shape as the input."""
    periods = known_units.shape[1]
    start = np.clip(np.arange(periods) - window // 2, 0, max(periods - window, 0))
    end = np.minimum(start + window, periods)
    zero = np.zeros((len(known_units), 1))
    total = np.concatenate([zero, known_units.cumsum(1)], 1)
    count = np.concatenate([zero, is_known.cumsum(1)], 1)
    mean: Floats = (total[:, end] - total[:, start] + 0.05) / (count[:, end] - count[:, start] + 0.5)
    return mean


def _factors(slot: Integers, *, slots: int, sold: Floats, expected: Floats) -> Floats:
    """Sold over expected per slot, drawn toward 1 by PRIOR_UNITS, with mean 1; slots never seen are 1."""
    sold_of = np.bincount(slot, weights=sold, minlength=slots)
    expected_of = np.bincount(slot, weights=expected, minlength=slots)
    factor = (sold_of + PRIOR_UNITS) / (expected_of + PRIOR_UNITS)
    factor = np.maximum(factor, 0.02)  # a slot in which nothing was ever sold would divide by zero
    mean: Floats = factor / factor.mean()
    return mean


def smoothed_levels(units: Floats, *, season: Floats, origins: Sequence[int], freq: Freq) -> Floats:
    """Deseasonalized level of each series as known at the start of each origin period.

    A level starts as the plain mean of what is known (weight 1/count) and becomes exponential smoothing once that
    weight falls below the smoothing weight, so a short history is a simple mean.

    Args:
        units: demand, shape (series, periods), NaN where unknown.
        season: seasonal factor of each period, shape (periods,).
        origins: indexes of periods, 0 <= origin <= periods, ascending; only periods before an origin are used.
        freq: weekly smoothing weights are turned into daily ones for D.

    Returns:
        Units per period, shape (series, origins); 0 where nothing was known.
    """
    levels = np.zeros((len(units), len(origins)))
    deseasonalized = (units / season[None, : units.shape[1]]).T.copy()
    is_known = np.isfinite(deseasonalized)
    deseasonalized[~is_known] = 0.0
    counts = np.maximum(is_known.cumsum(0), 1)
    for weekly_weight in WEEKLY_SMOOTHING:
        weight = weekly_weight if freq == "W-MON" else 1.0 - (1.0 - weekly_weight) ** (1.0 / 7.0)
        level = np.zeros(len(units))
        for position, (start, origin) in enumerate(zip([0, *origins], origins, strict=False)):
            for period in range(start, origin):
                step = np.maximum(weight, 1.0 / counts[period]) * is_known[period]
                level += step * (deseasonalized[period] - level)
            levels[:, position] += level / len(WEEKLY_SMOOTHING)
    return levels


def forecast_pooled(
    units: Floats, *, dates: Dates, origins: Sequence[int], horizon_dates: Sequence[Dates], index_until: int, freq: Freq
) -> Floats:
    """Forecasts of all series from several origins with one index.

    Args:
        units: demand, shape (series, periods), NaN where unknown.
        dates: labels, shape (periods,).
        origins: first period that is not known at each origin, ascending.
        horizon_dates: dates to forecast for each origin, each of shape (horizon,).
        index_until: the index is estimated from the periods before this one.
        freq: D or W-MON.

    Returns:
        Units per period, shape (series, origins, horizon), never negative.
    """
    index = estimate_index(units[:, :index_until], dates=dates[:index_until], freq=freq)
    levels = smoothed_levels(units, season=index.at(dates), origins=origins, freq=freq)
    return levels[:, :, None] * np.stack([index.at(future) for future in horizon_dates])[None, :, :]


def forecast_seasonal_mean(units: Floats, *, dates: Dates, future: Dates, freq: Freq) -> Floats:
    """The plain mean of what is known, for series too short to smooth, under the season that all series share.

    Returns:
        Units per period, shape (series, future); 0 where nothing was ever known.
    """
    index = estimate_index(units, dates=dates, freq=freq)
    is_known = np.isfinite(units)
    expected = np.where(is_known, index.at(dates)[None, :], 0.0).sum(axis=1)
    level = np.where(is_known, units, 0.0).sum(axis=1) / np.where(expected > 0, expected, 1.0)
    forecast: Floats = level[:, None] * index.at(future)[None, :]
    return forecast
