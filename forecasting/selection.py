"""Which engine serves which series.

Belongs here: the written rule and its evidence. Does not: the engines, or choosing by back-test (a later step: with
Prophet batched, every series can be judged on its own past).

The rule of `auto`:
1. fewer than MIN_HISTORY_DAYS known days: `mean`, the plain mean of what is known under the shared season;
2. daily series with a year of known days, at least PROPHET_MIN_DAILY_UNITS a day on average over the last 90 known
   days and no more than PROPHET_MAX_ZERO_SHARE of them zero: `prophet`;
3. everything else: `pooled_ses`.

Weekly series never get Prophet from `auto`: on VN2 its WAPE is .663 against .600 of `pooled_ses` and on the 1,000
best-selling products of Online Retail II by week .718 against .695 of a moving average (evidence.md): a series of two
or three years of weeks is too short to show its own season. `docs/` and `tests/benchmarks/` hold the measurements.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from forecasting.error_bank import MIN_HISTORY_DAYS
from forecasting.series import DemandPanel

Model = Literal["auto", "prophet", "pooled_ses", "mean"]
MODELS: tuple[str, ...] = get_args(Model)

PROPHET_MIN_HISTORY_DAYS = 365
PROPHET_MIN_DAILY_UNITS = 3.0
PROPHET_MAX_ZERO_SHARE = 0.2
PROPHET_MIN_KNOWN = 2
RECENT_DAYS = 90


def choose_models(panel: DemandPanel, *, model: Model) -> npt.NDArray[np.str_]:
    """The engine of each series, shape (series,): prophet, pooled_ses or mean.

    A model asked for by name is given to every series that it can serve: Prophet needs two known periods, and a
    series that does not have them gets `mean`.
    """
    is_known = np.isfinite(panel.units)
    known = is_known.sum(axis=1)
    chosen = np.full(len(panel.units), "pooled_ses", dtype="<U10")
    if model == "mean":
        chosen[:] = "mean"
    elif model == "prophet":
        chosen[:] = np.where(known >= PROPHET_MIN_KNOWN, "prophet", "mean")
    else:
        period_days = 1 if panel.freq == "D" else 7
        if model == "auto" and panel.freq == "D":
            chosen[_is_worth_prophet(panel.units, is_known=is_known)] = "prophet"
        chosen[known * period_days < MIN_HISTORY_DAYS] = "mean"
    return chosen


def _is_worth_prophet(units: npt.NDArray[np.float64], *, is_known: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Rule 2 of the module's docstring, shape (series,)."""
    known = is_known.sum(axis=1)
    later_known = is_known[:, ::-1].cumsum(axis=1)[:, ::-1]
    is_recent = is_known & (later_known <= RECENT_DAYS)
    recent = np.maximum(is_recent.sum(axis=1), 1)
    mean = np.where(is_recent, units, 0.0).sum(axis=1) / recent
    zero_share = (is_recent & (units == 0)).sum(axis=1) / recent
    is_worth: npt.NDArray[np.bool_] = (
        (known >= PROPHET_MIN_HISTORY_DAYS) & (mean >= PROPHET_MIN_DAILY_UNITS) & (zero_share <= PROPHET_MAX_ZERO_SHARE)
    )
    return is_worth
