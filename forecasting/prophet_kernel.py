"""Fits and forecasts many series of one window of dates in one compiled call.

Belongs here: the certificate of an optimum, the choice among several, the loop over series, the mean forecast. Does
not: the optimum (`prophet_solver.py`), products (`prophet_products.py`), grouping of series (`prophet_fit.py`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.compiled import compiled
from forecasting.prophet_algebra import add_scaled, dot, rotate, rotate_back
from forecasting.prophet_products import (
    TREND_DEVIATION,
    Series,
    Window,
    block_of,
    changepoint_rows,
    hinge_products,
    project,
    residual_of,
    standardize,
)
from forecasting.prophet_solver import (
    EXACT_VARIANCE,
    LEAST_LOCAL_VARIANCE,
    Block,
    Moments,
    first_guess,
    is_full_rank,
    largest_residual,
    least_squares_residual,
    log_density,
    scan_modes,
    settle,
    variance_of,
)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

OPTIMAL = 0
CONSTANT = 1
LOCAL_MODE = 2
NO_MODE = 3
TOO_SHORT = 4

CONSTANT_SIGMA = 1e-9
"""What Prophet.fit reports for a series whose rows are all equal."""

# The gradient of the log density is brought below this, or as low as rounding lets it.
_GRADIENT_TARGET = 1e-9
_MOST_REFINEMENTS = 4
_ALL = 1000


class Panel(NamedTuple):
    """Demand and own regressors of all series on the calendar."""

    demand: Floats  # N x T, NaN where unknown
    regressors: Floats  # N x (T + H) x r, raw
    ends: Integers  # N: calendar row of the last date of each series; the forecast starts behind it


class Fits(NamedTuple):
    """Results by series, written by the kernel; parameters are on Prophet's scale."""

    scale: Floats  # N
    growth: Floats  # N: k
    offset: Floats  # N: m
    delta: Floats  # N x S
    changepoints: Integers  # N x S: calendar rows, -1 where there is none
    features: Floats  # N x (K + r): beta
    sigma: Floats  # N
    log_density: Floats  # N
    gradient: Floats  # N: the optimality residual
    status: Integers  # N
    steps: Integers  # N
    regressor_means: Floats  # N x r
    regressor_deviations: Floats  # N x r
    mean: Floats  # N x H, in units of the demand


@compiled
def _largest_gradient(
    projected: Floats, kinks: Floats, coefficients: Floats, delta: Floats, variance: float, window: Window
) -> float:
    """Largest violation of stationarity in k, m, beta and delta (that of log sigma is zero by its closed form)."""
    worst = 0.0
    for k in range(projected.size):
        worst = max(worst, abs(coefficients[k] - projected[k] / variance) / window.deviations[k])
    for j in range(kinks.size):
        pull = kinks[j] / variance
        if delta[j] == 0.0:
            worst = max(worst, abs(pull) - 1.0 / window.tau)
        else:
            worst = max(worst, abs(pull - np.sign(delta[j]) / window.tau))
    return worst


@compiled
def _has_exact_fit(window: Window, series: Series, block: Block, moments: Moments) -> bool:
    """Whether some coefficients match every row, so that the density has no bound as sigma goes to zero."""
    q = block.diagonal.size
    if series.rows > q + series.positions.size:
        return least_squares_residual(block, moments) < EXACT_VARIANCE * series.rows
    columns = np.zeros((series.rows, q + series.positions.size))
    shared = window.gram.shape[0]
    i = 0
    for d in range(series.is_known.size):
        if series.is_known[d]:
            add_scaled(columns[i], 1.0, window.basis[d])
            add_scaled(columns[i, shared:], 1.0, series.own[d])
            for j in range(series.positions.size):
                columns[i, q + j] = max(window.times[d] - series.changepoints[j], 0.0)
            i += 1
    return is_full_rank(columns)


@compiled
def _choose_mode(
    window: Window, series: Series, block: Block, moments: Moments, delta: Floats
) -> tuple[float, Floats, int, int]:
    """The mode to report: its variance, the change of v (rotated), its status, the steps taken; `delta` is set.

    It is the only mode where squared residuals of modes cannot differ by a factor of two (docs/adr/0006).
    """
    rows = float(series.rows)
    tau = window.tau
    start = first_guess(moments, block, rows)
    variance, change, steps = settle(block, moments, rows, tau, delta, start, -np.inf, np.inf)
    least = least_squares_residual(block, moments)
    largest = largest_residual(moments, rows, tau, variance, change, delta)
    is_unique = largest <= 2.0 * least and least > EXACT_VARIANCE * rows
    if is_unique and series.rows > block.diagonal.size + delta.size:
        return variance, change, OPTIMAL, steps
    status, lowest, most_modes = OPTIMAL, max(0.25 * least / rows, EXACT_VARIANCE), _ALL
    if _has_exact_fit(window, series, block, moments):
        status, lowest, most_modes = LOCAL_MODE, LEAST_LOCAL_VARIANCE, 1
    best, modes = scan_modes(block, moments, rows, tau, lowest, most_modes)
    if modes == 0:
        return variance, change, NO_MODE if status == LOCAL_MODE else OPTIMAL, steps
    variance, change, more = settle(block, moments, rows, tau, delta, best, -np.inf, np.inf)
    return variance, change, status, steps + more


@compiled
def fit_series(window: Window, series: Series, block: Block) -> tuple[Floats, Floats, float, float, float, int, int]:
    """The optimum of one series.

    Returns:
        coefficients of the basis (times the deviations: parameters), delta, sigma squared, log density, largest
        gradient, status, steps.
    """
    rows = float(series.rows)
    q = block.diagonal.size
    coefficients = np.zeros(q)
    delta = np.zeros(series.positions.size)
    residual = series.scaled
    projected = project(window, series, residual)
    kinks = hinge_products(window.times, residual, series)
    anchor = np.zeros(q)
    variance, gradient, density = 1.0, np.inf, -np.inf
    status, steps = OPTIMAL, 0
    for refinement in range(_MOST_REFINEMENTS):
        smooth = projected.copy()
        rotate(block.reflectors, block.factors, smooth)
        moments = Moments(smooth, kinks, dot(residual, residual), anchor.copy(), delta.copy())
        if refinement == 0:
            variance, change, status, steps = _choose_mode(window, series, block, moments, delta)
            if status == NO_MODE:
                break
        else:
            variance, change, _ = settle(block, moments, rows, window.tau, delta, variance, -np.inf, np.inf)
        add_scaled(anchor, 1.0, change)
        coefficients = anchor.copy()
        rotate_back(block.reflectors, block.factors, coefficients)
        residual = residual_of(window, series, coefficients, delta)
        square = dot(residual, residual)
        variance = variance_of(square, rows)
        projected = project(window, series, residual)
        kinks = hinge_products(window.times, residual, series)
        density = log_density(square, coefficients, delta, variance, rows, window.tau)
        gradient = _largest_gradient(projected, kinks, coefficients, delta, variance, window)
        if gradient < _GRADIENT_TARGET:
            break
    return coefficients, delta, variance, density, gradient, status, steps


@compiled
def _read_series(window: Window, panel: Panel, fits: Fits, i: int) -> Series:
    """Scale one series' rows, place its changepoints, standardize its regressors; what is learned goes to `fits`."""
    n = window.times.size
    demand = panel.demand[i, window.low : window.low + n]
    is_known = np.zeros(n, dtype=np.bool_)
    known_rows = np.empty(n, dtype=np.int64)
    rows = 0
    scale = 0.0
    for d in range(n):
        if not np.isnan(demand[d]):
            is_known[d] = True
            known_rows[rows] = d
            rows += 1
            scale = max(scale, abs(demand[d]))
    fits.scale[i] = scale if scale > 0.0 else 1.0
    scaled = np.zeros(n)
    for d in known_rows[:rows]:
        scaled[d] = demand[d] / fits.scale[i]
    positions = changepoint_rows(rows, window.most_changepoints, window.changepoint_range)
    changepoints = np.empty(positions.size)
    for j in range(positions.size):
        positions[j] = known_rows[positions[j]]
        changepoints[j] = window.times[positions[j]]
        fits.changepoints[i, j] = positions[j] + window.low
    own = np.zeros((n, panel.regressors.shape[2]))
    for a in range(own.shape[1]):
        values = panel.regressors[i, window.low : window.low + n, a]
        mean, deviation = standardize(values, is_known)
        fits.regressor_means[i, a], fits.regressor_deviations[i, a] = mean, deviation
        prior = window.deviations[window.gram.shape[0] + a]
        for d in known_rows[:rows]:
            own[d, a] = prior * (values[d] - mean) / deviation
    return Series(scaled, is_known, rows, own, positions, changepoints)


@compiled
def _is_constant(series: Series) -> bool:
    low, high = np.inf, -np.inf
    for d in range(series.scaled.size):
        if series.is_known[d]:
            low, high = min(low, series.scaled[d]), max(high, series.scaled[d])
    return low == high


@compiled
def _write_mean(window: Window, panel: Panel, fits: Fits, coefficients: Floats, changepoints: Floats, i: int) -> None:
    """The mean of the days behind the series' last date, in units of demand."""
    shared = window.gram.shape[0]
    span = float(max(window.times.size - 1, 1))
    for step in range(fits.mean.shape[1]):
        day = panel.ends[i] + 1 + step
        time = (day - window.low) / span
        total = TREND_DEVIATION * (coefficients[0] * time + coefficients[1])
        for k in range(2, shared):
            total += coefficients[k] * window.features[day, k - 2]
        for a in range(panel.regressors.shape[2]):
            value = (panel.regressors[i, day, a] - fits.regressor_means[i, a]) / fits.regressor_deviations[i, a]
            total += coefficients[shared + a] * window.deviations[shared + a] * value
        for j in range(changepoints.size):
            total += fits.delta[i, j] * max(time - changepoints[j], 0.0)
        fits.mean[i, step] = total * fits.scale[i]


@compiled
def fit_rows(window: Window, panel: Panel, series_rows: Integers, fits: Fits) -> None:
    """Fit and forecast the series `series_rows` of the panel, all of this window, into `fits`.

    Every series is computed from its own rows alone, so results do not depend on which others are in the call.
    """
    shared_block = block_of(window, _complete_series(window, panel.regressors.shape[2]))
    for i in series_rows:
        series = _read_series(window, panel, fits, i)
        if _is_constant(series):
            coefficients = np.zeros(window.deviations.size)
            coefficients[1] = series.scaled[0] / TREND_DEVIATION
            fits.sigma[i], fits.status[i] = CONSTANT_SIGMA, CONSTANT
        else:
            is_own = series.rows < series.is_known.size or series.own.shape[1] > 0
            block = block_of(window, series) if is_own else shared_block
            coefficients, delta, variance, density, gradient, status, steps = fit_series(window, series, block)
            add_scaled(fits.delta[i], 1.0, delta)
            fits.sigma[i], fits.log_density[i], fits.gradient[i] = np.sqrt(variance), density, gradient
            fits.status[i], fits.steps[i] = status, steps
        if series.positions[0] == 0:  # Prophet's dummy changepoint: the package folds it into the growth, too
            coefficients[0] += fits.delta[i, 0] / TREND_DEVIATION
            fits.delta[i, 0], fits.changepoints[i, 0] = 0.0, -1
        shared = window.gram.shape[0]
        fits.growth[i] = TREND_DEVIATION * coefficients[0]
        fits.offset[i] = TREND_DEVIATION * coefficients[1]
        for k in range(2, shared):
            fits.features[i, window.columns[k - 2]] = coefficients[k] * window.deviations[k]
        for a in range(series.own.shape[1]):
            own = fits.features.shape[1] - series.own.shape[1] + a
            fits.features[i, own] = coefficients[shared + a] * window.deviations[shared + a]
        _write_mean(window, panel, fits, coefficients, series.changepoints, i)


@compiled
def _complete_series(window: Window, regressors: int) -> Series:
    """A series without gaps, for the products that all such series share."""
    n = window.times.size
    positions = changepoint_rows(n, window.most_changepoints, window.changepoint_range)
    own = np.zeros((n, regressors))
    changepoints = np.empty(positions.size)
    for j in range(positions.size):
        changepoints[j] = window.times[positions[j]]
    return Series(np.zeros(n), np.ones(n, dtype=np.bool_), n, own, positions, changepoints)
