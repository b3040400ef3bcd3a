"""Prophet for a whole catalog at once: exact optimum, exact quantiles, a certificate for each series.

Belongs here: what others call. Two doors: `fit_predict` for frames (`unique_id, ds, y`), `forecast_matrix` for arrays
on one calendar. Does not: the model (`prophet_design.py`), the optimum (`prophet_solver.py`; docs/adr/0006 has the
derivation), quantiles (`prophet_uncertainty.py`), choosing between models (`selection.py`).

>>> import datetime as dt
>>> days = [dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(60)]
>>> sales = pl.DataFrame({"unique_id": "mug", "ds": days, "y": [10.0 + i % 7 + i / 10 + i % 2 for i in range(60)]})
>>> forecast = fit_predict(sales, freq="D", horizon=2, quantiles=(0.05, 0.95), windows=((1, 2),))
>>> forecast.frame.with_columns(pl.col(pl.Float64).round(1)).rows()
[('mug', datetime.date(2024, 3, 1), 20.5, 19.7, 21.3), ('mug', datetime.date(2024, 3, 2), 21.6, 20.8, 22.4)]
>>> forecast.diagnostics.select("status", pl.col("kkt_residual") < 1e-6).row(0)
('optimal', True)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.prophet_fit import PanelFit, fit_matrix
from forecasting.prophet_frames import FramePanel, calendars_of, forecast_rows, read_frame
from forecasting.prophet_kernel import CONSTANT, LOCAL_MODE, NO_MODE, TOO_SHORT
from forecasting.prophet_package import PackageTask, UnableToFit, forecast_by_package
from forecasting.prophet_settings import HolidayCalendar, ProphetSettings, UnableToFitProphet
from forecasting.prophet_uncertainty import predictive_quantiles

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Dates = npt.NDArray[np.datetime64]

QUANTILES = (0.05, 0.5, 0.95)
_STATUS = {CONSTANT: "constant", LOCAL_MODE: "local_mode", NO_MODE: "package", TOO_SHORT: "too_short"}

LARGEST_RESIDUAL = 1e-6
"""A fit counts as optimal when no slope of its log density exceeds this."""

_REASONS = {
    "optimal": "",
    "constant": "all known values are equal: the forecast repeats them, as Prophet's does",
    "local_mode": "some coefficients fit every row exactly, so the density has no bound: this is its mode with noise",
    "package": "some coefficients fit every row exactly and no mode has noise: left to the Prophet package",
    "too_short": "fewer than two known values: no forecast",
    "imprecise": f"rounding leaves a slope of the log density above {LARGEST_RESIDUAL:g}: the fit is nearly exact",
}


@dataclass(frozen=True)
class MatrixForecast:
    """Forecast of every row of a matrix of demand.

    Attributes:
        mean: shape (N, H); NaN where a series has no forecast.
        quantiles: shape (N, H, levels).
        window_means: mean of the sums over the windows, shape (N, windows).
        window_quantiles: shape (N, windows, levels).
        status: of each series: optimal, constant, local_mode, package, too_short, imprecise, failed.
        reasons: what the status means; empty for optimal.
        fit: parameters and certificates; None where all series were left to the package.
    """

    mean: Floats
    quantiles: Floats
    window_means: Floats
    window_quantiles: Floats
    status: list[str]
    reasons: list[str]
    fit: PanelFit | None


@dataclass(frozen=True)
class BatchForecast:
    """Forecast of a frame of series.

    Attributes:
        frame: unique_id, ds, prophet, prophet_q05 ... in units of y; one row per series and period ahead. Series
            without a forecast are in `diagnostics` only.
        sums: unique_id, first_ds, last_ds, prophet, prophet_q05 ...: one row per series and window.
        diagnostics: one row per series: unique_id, status, reason, known_rows, first_ds, last_ds (of the known
            values), sigma (in units of y), log_density, kkt_residual, steps.
    """

    frame: pl.DataFrame
    sums: pl.DataFrame
    diagnostics: pl.DataFrame


def fit_predict(
    series: pl.DataFrame,
    *,
    freq: str,
    horizon: int,
    quantiles: Sequence[float] = QUANTILES,
    windows: Sequence[tuple[int, int]] = (),
    holidays: HolidayCalendar | Mapping[str, HolidayCalendar] | None = None,
    future: pl.DataFrame | None = None,
    settings: ProphetSettings | None = None,
    lower_bound: float | None = None,
    threads: int | None = None,
) -> BatchForecast:
    """Fit every series and forecast the periods behind its last date.

    Args:
        series: unique_id, ds (Date), y (null or NaN = not known, e.g. out of stock), and the settings' regressors; in
            any order. A date without a row is not known either.
        freq: D, or W-MON to W-SUN: weeks labeled by that weekday.
        horizon: periods behind each series' last date.
        quantiles: levels between 0 and 1.
        windows: first and last step of sums to forecast, such as (1, 14) for a lead time of two weeks.
        holidays: for all series, or by unique_id (series that are not in the mapping have none).
        future: unique_id, ds and the regressors of the horizon; rows of other dates are not needed.
        settings: of the model; Prophet's defaults without.
        lower_bound: what every mean and quantile is raised to, 0 for demand; Prophet's model knows no bound.
        threads: that work side by side, one for each core by default; results do not depend on it.

    Raises:
        UnableToFitProphet: with one line for every problem of the input.
    """
    settings = settings or ProphetSettings()
    panel = read_frame(series, freq=freq, horizon=horizon, future=future, settings=settings)
    tables, table_of = calendars_of(panel.ids, holidays)
    result = forecast_matrix(
        panel.demand,
        dates=panel.dates,
        horizon=horizon,
        quantiles=quantiles,
        windows=windows,
        settings=settings,
        holidays=tables,
        holidays_of_series=table_of,
        regressors=panel.regressors,
        ends=panel.ends,
        threads=threads,
    )
    if lower_bound is not None:
        result = replace(
            result,
            mean=np.maximum(result.mean, lower_bound),
            quantiles=np.maximum(result.quantiles, lower_bound),
            window_means=np.maximum(result.window_means, lower_bound),
            window_quantiles=np.maximum(result.window_quantiles, lower_bound),
        )
    steps = [(step, step) for step in range(1, horizon + 1)]
    periods = forecast_rows(panel, windows=steps, means=result.mean, levels=result.quantiles, quantiles=quantiles)
    sums = forecast_rows(
        panel, windows=windows, means=result.window_means, levels=result.window_quantiles, quantiles=quantiles
    )
    return BatchForecast(
        frame=periods.drop("last_ds").rename({"first_ds": "ds"}),
        sums=sums,
        diagnostics=_diagnostics(panel, result),
    )


def _diagnostics(panel: FramePanel, result: MatrixForecast) -> pl.DataFrame:
    is_known = np.isfinite(panel.demand)
    has_any = is_known.any(axis=1)
    first = panel.dates[is_known.argmax(axis=1)]
    last = panel.dates[is_known.shape[1] - 1 - is_known[:, ::-1].argmax(axis=1)]
    unknown = np.full(len(panel.ids), np.nan)
    fits = None if result.fit is None else result.fit.fits
    columns = {
        "sigma": unknown if fits is None else fits.sigma * fits.scale,
        "log_density": unknown if fits is None else fits.log_density,
        "kkt_residual": unknown if fits is None else fits.gradient,
        "steps": np.zeros(len(panel.ids), dtype=np.int64) if fits is None else fits.steps,
    }
    is_ours = pl.col("status").is_in(["package", "failed", "too_short"]).not_()
    return pl.DataFrame(
        {
            "unique_id": panel.ids,
            "status": result.status,
            "reason": result.reasons,
            "known_rows": is_known.sum(axis=1),
            "first_ds": np.where(has_any, first, np.datetime64("NaT", "D")),
            "last_ds": np.where(has_any, last, np.datetime64("NaT", "D")),
            **columns,
        }
    ).with_columns(pl.when(is_ours).then(pl.col(name)).fill_nan(None) for name in columns if name != "steps")


def forecast_matrix(
    demand: Floats,
    *,
    dates: Dates,
    horizon: int,
    quantiles: Sequence[float] = QUANTILES,
    windows: Sequence[tuple[int, int]] = (),
    settings: ProphetSettings | None = None,
    holidays: Sequence[HolidayCalendar | None] = (None,),
    holidays_of_series: Integers | None = None,
    regressors: Floats | None = None,
    ends: Integers | None = None,
    threads: int | None = None,
) -> MatrixForecast:
    """Forecast every row of a matrix; arguments as of `fit_matrix` and `fit_predict`.

    Args:
        demand: shape (N, T), NaN where unknown.
        dates: regular calendar, shape (T,), dtype datetime64[D].
        horizon: periods behind each series' end, H.
        quantiles: levels between 0 and 1.
        windows: first and last step of sums.
        settings: of the model.
        holidays: holiday calendars.
        holidays_of_series: which of them each series has, shape (N,).
        regressors: shape (N, T + H, r).
        ends: calendar row of the last date of each series, shape (N,).
        threads: that work side by side.

    Raises:
        UnableToFitProphet: with one line for every problem of the input.
    """
    settings = settings or ProphetSettings()
    _refuse(quantiles, windows, horizon)
    count, periods = demand.shape
    steps = [(step, step) for step in range(1, horizon + 1)] + list(windows)
    known_rows = np.isfinite(demand).sum(axis=1)
    if settings.left_to_the_package is None:
        fit = fit_matrix(
            demand,
            dates=dates,
            horizon=horizon,
            settings=settings,
            holidays=holidays,
            holidays_of_series=holidays_of_series,
            regressors=regressors,
            ends=ends,
            threads=threads,
        )
        means = _window_sums(fit.fits.mean, steps)
        levels = means[:, :, None] + predictive_quantiles(fit, levels=quantiles, windows=steps, threads=threads)
        status = [
            _status(int(code), float(slope)) for code, slope in zip(fit.fits.status, fit.fits.gradient, strict=True)
        ]
        reasons = [_REASONS[word] for word in status]
    else:
        fit = None
        means = np.full((count, len(steps)), np.nan)
        levels = np.full((count, len(steps), len(quantiles)), np.nan)
        status = ["package" if rows >= 2 else "too_short" for rows in known_rows]
        reason = f"{settings.left_to_the_package}: left to the Prophet package"
        reasons = [reason if word == "package" else _REASONS[word] for word in status]
    values = np.zeros((count, periods + horizon, 0)) if regressors is None else regressors
    calendar = dates[0] + np.arange(periods + horizon) * (
        dates[1] - dates[0] if periods > 1 else np.timedelta64(1, "D")
    )
    for i in [place for place, word in enumerate(status) if word == "package"]:
        end = periods - 1 if ends is None else int(ends[i])
        last_known = int(np.flatnonzero(np.isfinite(demand[i]))[-1])
        task = PackageTask(
            demand=demand[i],
            dates=calendar,
            ahead=range(last_known + 1, end + 1 + horizon),
            horizon=horizon,
            regressors=values[i],
            holidays=holidays[0 if holidays_of_series is None else int(holidays_of_series[i])],
            settings=settings,
        )
        try:
            mean, paths = forecast_by_package(task)
        except UnableToFit as error:
            status[i], reasons[i] = "failed", f"{reasons[i]}; {error}"
            means[i], levels[i] = np.nan, np.nan
            continue
        means[i] = _window_sums(mean[None], steps)[0]
        levels[i] = np.quantile(_window_sums(paths.T, steps), quantiles, axis=0).T
    return MatrixForecast(
        mean=means[:, :horizon],
        quantiles=levels[:, :horizon],
        window_means=means[:, horizon:],
        window_quantiles=levels[:, horizon:],
        status=status,
        reasons=reasons,
        fit=fit,
    )


def _refuse(quantiles: Sequence[float], windows: Sequence[tuple[int, int]], horizon: int) -> None:
    problems = [f"quantile {level} is not between 0 and 1" for level in quantiles if not 0 < level < 1]
    problems += [
        f"window {first}..{last} does not lie within the horizon 1..{horizon}"
        for first, last in windows
        if not 1 <= first <= last <= horizon
    ]
    if problems:
        raise UnableToFitProphet(problems)


def _window_sums(values: Floats, windows: Sequence[tuple[int, int]]) -> Floats:
    """Sums over windows of steps, shape (rows, windows)."""
    sums: Floats = np.stack([values[:, first - 1 : last].sum(axis=1) for first, last in windows], axis=1)
    return sums


def _status(code: int, slope: float) -> str:
    if code in _STATUS:
        return _STATUS[code]
    return "optimal" if slope <= LARGEST_RESIDUAL else "imprecise"
