"""What demand really did after earlier forecasts, kept as whole paths, and demand paths drawn from it.

Belongs here: out-of-sample pairs of forecast and actual over the horizon, and future demand paths made of them. Does
not: forecasts (`pooled_seasonality.py`, `prophet_engine.py`), what stock needs (`safety_stock.py`).

Method (../shared/design/evidence.md, "Error bank"): forecast again from past origins with nothing later known; keep
each series' path of (forecast, actual); rescale so that totals agree; a new series takes the paths whose forecasts
were nearest to its own in size, each multiplied by own forecast / old forecast and rounded at random. So errors of
level, shape and chance, and how they hang together over a lead time, come from what happened and not from a formula:
z x sigma x sqrt(lead time) reached 70-83 % where 95 % was asked.

Representation: paths are in the periods of the series (days or weeks), because arrivals and reviews fall on days and
coarser buckets would shift them. To stay fast over a sea lead time, the number of paths per series falls with the
horizon so that a series holds about CELLS_PER_SERIES numbers whatever its lead time: 1,500 paths of 3 weeks (below
that quantiles were noisier on VN2) and 256 paths of 60 days or more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.calendars import PERIOD_DAYS
from forecasting.pooled_seasonality import forecast_pooled
from forecasting.series import DemandPanel

Floats = npt.NDArray[np.float64]
Paths = npt.NDArray[np.float32]

CELLS_PER_SERIES = 16_000
MAX_PATHS = 1_500
MIN_PATHS = 256
ORIGINS = 24
"""Weekly origins: about half a year of errors, as on VN2; older errors are of an older assortment."""

MAX_BANK_ROWS = 50_000
MIN_BANK_ROWS = 20
"""With fewer paths their quantiles are accidents: negative binomial paths serve instead."""

MIN_HISTORY_DAYS = 56
MIN_KNOWN_DAYS = 28

LARGEST_RATIO = 3.0
"""Times the middle one: a path of a much smaller product is not blown up further than this. A product that was
forecast at next to nothing and then sold would otherwise become a best-seller in its neighbor's paths."""

LARGEST_SHAPE = 4.0
"""The same for a single period of a path against the whole of it."""

SMALLEST_FORECAST = 0.02
"""Units per path: below it, ratios of forecasts say nothing."""

UNKNOWN_LEVEL_VARIATION = 0.5
"""Coefficient of variation of a level that was never tested, for the negative binomial fall-back."""


@dataclass(frozen=True)
class ErrorBank:
    """Pairs of forecast and actual, sorted by the size of the forecast.

    Attributes:
        forecasts: units, shape (rows, horizon); rescaled so that they sum to the actuals.
        actuals: units, shape (rows, horizon).
        sizes: sum of each row of `forecasts`, ascending.
        week_periods: periods of a week, the step in which a bank shorter than the horizon is repeated.
    """

    forecasts: Paths
    actuals: Paths
    sizes: Floats
    week_periods: int

    @property
    def rows(self) -> int:
        """How many paths the bank holds."""
        return len(self.sizes)

    def cut(self, horizon: int) -> ErrorBank:
        """The same errors over the first periods only, sorted by the size of that part."""
        if horizon >= self.forecasts.shape[1]:
            return self
        sizes = self.forecasts[:, :horizon].sum(axis=1, dtype=np.float64)
        order = np.argsort(sizes, kind="stable")
        return ErrorBank(
            forecasts=self.forecasts[order, :horizon],
            actuals=self.actuals[order, :horizon],
            sizes=sizes[order],
            week_periods=self.week_periods,
        )


def build_error_bank(panel: DemandPanel, *, horizon: int) -> ErrorBank:
    """Forecast-and-actual paths of the pooled engine from the last ORIGINS weekly origins that fit the history.

    The index is estimated once, before the first of these origins, and levels see only what was before their origin.

    Args:
        panel: demand of all series.
        horizon: periods that a path should have; a short history gives shorter paths (see `draw_paths`).
    """
    week = 7 // PERIOD_DAYS[panel.freq]
    periods = len(panel.dates)
    history = MIN_HISTORY_DAYS // PERIOD_DAYS[panel.freq]
    length = min(horizon, max((periods - history) // 2, 1))
    last_origin = periods - length
    candidates = range(last_origin - (ORIGINS - 1) * week, last_origin + 1, week)
    origins = [origin for origin in candidates if origin >= history]
    if not origins:
        return _bank(np.zeros((0, length)), np.zeros((0, length)), week=week)
    futures = [panel.dates[origin : origin + length] for origin in origins]
    forecasts = forecast_pooled(
        panel.units, dates=panel.dates, origins=origins, horizon_dates=futures, index_until=origins[0], freq=panel.freq
    ).reshape(-1, length)
    actuals = np.stack([panel.units[:, origin : origin + length] for origin in origins], axis=1).reshape(-1, length)
    # A series that had hardly begun at an origin was not forecast there: its launch is no error of a forecast.
    known = np.isfinite(panel.units).cumsum(axis=1)[:, np.array(origins) - 1].reshape(-1)
    has_history = known * PERIOD_DAYS[panel.freq] >= MIN_KNOWN_DAYS
    return _bank(forecasts[has_history], actuals[has_history], week=week)


def _bank(forecasts: Floats, actuals: Floats, *, week: int) -> ErrorBank:
    is_known = np.isfinite(actuals)
    # Short paths must be wholly known; in long ones a quarter may be filled with the row's own ratio, because
    # otherwise every product with a stock-out in the last two months, the well-selling ones, would be missing.
    is_usable = is_known.mean(axis=1) >= 0.75
    forecasts, actuals, is_known = forecasts[is_usable], actuals[is_usable], is_known[is_usable]
    stride = -(-len(forecasts) // MAX_BANK_ROWS) if len(forecasts) else 1
    forecasts, actuals, is_known = forecasts[::stride], actuals[::stride], is_known[::stride]
    length = forecasts.shape[1]
    forecasts = np.maximum(forecasts, SMALLEST_FORECAST / length)
    seen = np.where(is_known, forecasts, 0.0).sum(axis=1, keepdims=True)
    ratio = np.where(is_known, actuals, 0.0).sum(axis=1, keepdims=True) / np.maximum(seen, 1e-9)
    actuals = np.where(is_known, actuals, forecasts * ratio)
    # Totals agree: the bank carries chance, not the bias of one half-year. Bounded, because a bank of a few rows
    # without a sale has no say about the level.
    scale = np.clip(actuals.sum() / max(forecasts.sum(), 1e-9), 0.5, 2.0) if len(forecasts) else 1.0
    forecasts = forecasts * scale
    order = np.argsort(forecasts.sum(axis=1), kind="stable")
    return ErrorBank(
        forecasts=forecasts[order].astype(np.float32),
        actuals=actuals[order].astype(np.float32),
        sizes=forecasts[order].sum(axis=1),
        week_periods=week,
    )


def path_count(bank: ErrorBank, *, horizon: int) -> int:
    """Paths per series: as many as CELLS_PER_SERIES allows, no more than the bank holds."""
    wanted = int(np.clip(CELLS_PER_SERIES // horizon, MIN_PATHS, MAX_PATHS))
    return min(wanted, bank.rows) if bank.rows >= MIN_BANK_ROWS else wanted


def draw_paths(mean: Floats, *, bank: ErrorBank) -> Paths:
    """Demand paths of each series.

    A bank shorter than the horizon repeats the errors of its last week; the level error of a path goes on.

    Args:
        mean: own forecasts, units per period, shape (series, horizon).
        bank: errors of earlier forecasts.

    Returns:
        Whole units, shape (series, paths, horizon); the same input gives the same paths, whatever other series are
        drawn beside it.
    """
    horizon = mean.shape[1]
    paths = path_count(bank, horizon=horizon)
    own = np.maximum(mean, 0.0)
    if bank.rows < MIN_BANK_ROWS:
        return _negative_binomial_paths(own, paths=paths)
    bank = bank.cut(horizon)
    length = bank.forecasts.shape[1]
    step = min(bank.week_periods, length)
    beyond = np.maximum(np.arange(horizon) - length, 0)
    column = np.where(np.arange(horizon) < length, np.arange(horizon), length - step + beyond % step)
    size = np.maximum(own[:, :length].sum(axis=1), SMALLEST_FORECAST)
    nearest = np.searchsorted(bank.sizes, size)
    row = np.clip(nearest - paths // 2, 0, bank.rows - paths)[:, None] + np.arange(paths)[None, :]
    whole = size[:, None] / bank.sizes[row]
    whole = np.minimum(whole, LARGEST_RATIO * np.median(whole, axis=1, keepdims=True)).astype(np.float32)
    own_shape = (own * length / size[:, None]).astype(np.float32)
    bank_shape = bank.forecasts * (length / bank.sizes[:, None]).astype(np.float32)
    drawn: Paths = own_shape[:, None, :] / bank_shape[row][:, :, column]
    np.clip(drawn, 1.0 / LARGEST_SHAPE, LARGEST_SHAPE, out=drawn)
    drawn *= bank.actuals[row][:, :, column]
    drawn *= whole[:, :, None]
    drawn *= (own > 0)[:, None, :]
    drawn += np.random.default_rng(0).random((1, paths, horizon), dtype=np.float32)
    return np.floor(drawn, out=drawn)


def _negative_binomial_paths(mean: Floats, *, paths: int) -> Paths:
    """Poisson demand around a gamma-distributed level, for histories too short to have been wrong before."""
    shape = 1.0 / UNKNOWN_LEVEL_VARIATION**2
    level = np.random.default_rng(0).gamma(shape, 1.0 / shape, size=(paths, 1))
    drawn = np.empty((len(mean), paths, mean.shape[1]), dtype=np.float32)
    for series, rate in enumerate(mean):  # a generator of its own, so that no series depends on its neighbors
        drawn[series] = np.random.default_rng(0).poisson(rate[None, :] * level)
    return drawn
