"""Which engine serves which series.

Belongs here: the written rule and its evidence. Does not: the engines themselves.

The rule of `auto`:
1. fewer than MIN_HISTORY_DAYS known days: `mean`, the plain mean of what is known under the shared season;
2. daily series with a year of known days are forecast again from TRIALS past origins by Prophet and by `pooled_ses`.
   Where Prophet's error of the 28-day sum is at least a tenth smaller, and that of single days smaller too, the mean
   of both serves: `prophet_pooled` (Bates and Granger, The Combination of Forecasts, OR 20 (1969));
3. everything else: `pooled_ses`.

Evidence (tests/benchmarks/accuracy.py; three origins after those that the rule saw; WAPE of the 28-day sum, of days):
                                    pooled_ses       Prophet for all   chosen, Prophet alone   this rule
    Online Retail II, 300 products  .518, 1.194      .525, 1.163       .512, 1.177             .512, 1.183
    Online Retail II, 1,000         .560, 1.246      .628, 1.283       .559, 1.229             .557, 1.236
    sample company, Amazon US       .254,  .671      .306,  .688       .255,  .668             .250,  .668
A rule by volume and smoothness alone (no trial) cost .293 on the sample company: how much a product sells does not
tell whether Prophet suits it.

Weekly series never get Prophet from `auto`: on VN2 (two origins, 8 weeks) its WAPE was .673 against .557 of
`pooled_ses`, on Online Retail II by week .762 against .720, and of the 8-week sum .493 against .381.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.calendars import date_grid
from forecasting.error_bank import MIN_HISTORY_DAYS
from forecasting.pooled_seasonality import forecast_pooled
from forecasting.prophet_engine import prophet_means
from forecasting.series import DemandPanel

Floats = npt.NDArray[np.float64]

Model = Literal["auto", "prophet", "pooled_ses", "mean"]
"""What can be asked for; a series' own model may also be `prophet_pooled`."""

MODELS: tuple[str, ...] = get_args(Model)
MODEL_TEXT = "<U14"

PROPHET_MIN_HISTORY_DAYS = 365
PROPHET_MIN_KNOWN = 2
TRIALS = 4
TRIAL_DAYS = 28
WORTH_A_CHANGE = 0.9


def choose_models(panel: DemandPanel, *, model: Model, events: pl.DataFrame | None = None) -> npt.NDArray[np.str_]:
    """The engine of each series, shape (series,): prophet, prophet_pooled, pooled_ses or mean.

    A model asked for by name is given to every series that it can serve: Prophet needs two known periods, and a
    series that does not have them gets `mean`.
    """
    known = np.isfinite(panel.units).sum(axis=1)
    chosen = np.full(len(panel.units), "pooled_ses", dtype=MODEL_TEXT)
    if model == "mean":
        chosen[:] = "mean"
    elif model == "prophet":
        chosen[:] = np.where(known >= PROPHET_MIN_KNOWN, "prophet", "mean")
    else:
        if model == "auto" and panel.freq == "D":
            chosen[_where_prophet_won(panel, events=events)] = "prophet_pooled"
        chosen[known * (1 if panel.freq == "D" else 7) < MIN_HISTORY_DAYS] = "mean"
    return chosen


def _where_prophet_won(panel: DemandPanel, *, events: pl.DataFrame | None) -> npt.NDArray[np.int64]:
    """Rule 2 of the module's docstring: row numbers of series."""
    first = len(panel.dates) - TRIALS * TRIAL_DAYS
    known = np.isfinite(panel.units[:, : max(first, 0)]).sum(axis=1)
    series: npt.NDArray[np.int64] = np.flatnonzero(known >= PROPHET_MIN_HISTORY_DAYS - TRIALS * TRIAL_DAYS)
    is_long = np.isfinite(panel.units).sum(axis=1)[series] >= PROPHET_MIN_HISTORY_DAYS
    series = series[is_long]
    if not len(series):
        return series
    errors = np.zeros((2, 2, len(series)))  # Prophet and pooled; of the sum and of single days
    for trial in range(TRIALS):
        origin = first + trial * TRIAL_DAYS
        past, actual = panel.until(origin), panel.units[series, origin : origin + TRIAL_DAYS]
        pooled = forecast_pooled(
            past.units,
            dates=past.dates,
            origins=[origin],
            horizon_dates=[date_grid(past.next_date, periods=TRIAL_DAYS, freq="D")],
            index_until=origin,
            freq="D",
        )[series, 0, :]
        prophet = prophet_means(past, series=series, horizon=TRIAL_DAYS, events=events, is_package_used=False)
        for engine, forecast in enumerate((prophet, pooled)):
            errors[engine, 0] += np.abs(np.nansum(np.where(np.isfinite(actual), forecast - actual, 0.0), axis=1))
            errors[engine, 1] += np.nansum(np.abs(forecast - actual), axis=1)
            errors[engine][:, ~np.isfinite(forecast).all(axis=1)] = np.inf
    has_won = (errors[0, 0] < WORTH_A_CHANGE * errors[1, 0]) & (errors[0, 1] < errors[1, 1])
    won: npt.NDArray[np.int64] = series[has_won]
    return won
