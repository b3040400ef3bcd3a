"""Series that the batched solver leaves to the Prophet package: sampled paths of one series at a time.

Belongs here: feeding the package what the batched solver would have seen, keeping it quiet and deterministic. Does
not: the choice of series (`prophet_batch.py`), the demand forecast's use of it (`prophet_engine.py`).
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.prophet_settings import HolidayCalendar, ProphetSettings

Floats = npt.NDArray[np.float64]
Dates = npt.NDArray[np.datetime64]

PATHS = 2000
"""The package's default of 1,000 leaves its 95 % quantile uncertain by 4 % of its distance; this by 3 %."""
_SEED = 20_180_101


class UnableToFit(RuntimeError):
    """The Prophet package gave up on a series."""


@dataclass(frozen=True)
class PackageTask:
    """One series for the package.

    Attributes:
        demand: shape (T,), NaN where unknown.
        dates: calendar of history and horizon, shape (T + H,).
        ahead: calendar rows to forecast, after the last known one; the horizon is its last `horizon` rows.
        horizon: H.
        regressors: shape (T + H, r).
        holidays: of the series.
        settings: of the model.
    """

    demand: Floats
    dates: Dates
    ahead: range
    horizon: int
    regressors: Floats
    holidays: HolidayCalendar | None
    settings: ProphetSettings


def forecast_by_package(task: PackageTask) -> tuple[Floats, Floats]:
    """Fit one series with the Prophet package.

    Returns:
        the mean, shape (H,), and sampled paths, shape (H, PATHS), in units of demand. The same input gives the same
        paths; NumPy's global generator, which the package uses, is left as it was.

    Raises:
        UnableToFit: the optimizer failed, or gave something that is not a number.
    """
    os.environ.setdefault("TQDM_DISABLE", "1")
    for name in ("cmdstanpy", "prophet", "prophet.plot"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    known = np.flatnonzero(np.isfinite(task.demand))
    history = _frame(task, known)
    history["y"] = task.demand[known]
    future = _frame(task, np.array(task.ahead))
    model = _model(task)
    state = np.random.get_state()
    try:
        np.random.seed(_SEED)
        model.fit(history, seed=_SEED)
        mean = np.asarray(model.predict(future)["yhat"], dtype=np.float64)[-task.horizon :]
        paths = np.asarray(model.predictive_samples(future)["yhat"], dtype=np.float64)[-task.horizon :]
    except RuntimeError as error:
        raise UnableToFit(f"the Prophet package failed: {str(error).splitlines()[0]}") from error
    finally:
        np.random.set_state(state)
    if not (np.isfinite(mean).all() and np.isfinite(paths).all()):
        raise UnableToFit("the Prophet package returned values that are not numbers")
    return mean, paths


def _frame(task: PackageTask, rows: npt.NDArray[np.int64]) -> Any:
    import pandas as pd

    frame = pd.DataFrame({"ds": task.dates[rows].astype("datetime64[ns]")})
    for place, regressor in enumerate(task.settings.regressors):
        frame[regressor.name] = task.regressors[rows, place]
    if task.settings.capacity is not None:
        frame["cap"] = task.settings.capacity
    return frame


def _model(task: PackageTask) -> Any:
    import pandas as pd
    from prophet import Prophet

    settings = task.settings
    table = None
    if task.holidays is not None and task.holidays.dates:
        table = pd.DataFrame(
            {
                "holiday": [holiday.name for holiday in task.holidays.dates],
                "ds": [pd.Timestamp(holiday.date) for holiday in task.holidays.dates],
                "lower_window": [holiday.lower_window for holiday in task.holidays.dates],
                "upper_window": [holiday.upper_window for holiday in task.holidays.dates],
                "prior_scale": [
                    settings.holidays_prior_scale if holiday.prior_scale is None else holiday.prior_scale
                    for holiday in task.holidays.dates
                ],
            }
        )
    model = Prophet(
        growth=settings.growth,
        n_changepoints=settings.n_changepoints,
        changepoint_range=settings.changepoint_range,
        changepoint_prior_scale=settings.changepoint_prior_scale,
        yearly_seasonality=settings.yearly_seasonality,
        weekly_seasonality=settings.weekly_seasonality,
        daily_seasonality=settings.daily_seasonality,
        seasonality_mode=settings.seasonality_mode,
        seasonality_prior_scale=settings.seasonality_prior_scale,
        holidays_prior_scale=settings.holidays_prior_scale,
        holidays=table,
        uncertainty_samples=PATHS,
    )
    for season in settings.seasonalities:
        model.add_seasonality(season.name, season.period_days, season.fourier_order, prior_scale=season.prior_scale)
    for regressor in settings.regressors:
        model.add_regressor(regressor.name, prior_scale=regressor.prior_scale)
    if task.holidays is not None and task.holidays.country is not None:
        model.add_country_holidays(task.holidays.country)
    return model
