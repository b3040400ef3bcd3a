"""Columns of a window of dates and their products with each other and with one series' rows.

Belongs here: changepoints, hinges, Gram matrices, residuals. Does not: what is done with them (`prophet_solver.py`,
`prophet_kernel.py`), the names of the columns (`prophet_design.py`).

Series without gaps share the products of the window. A series with missing days, or with regressors of its own,
gets its own: the missing rows are subtracted from the shared Gram matrix, and the products with its own hinges come
from sums over the tail of the window, so that they do not cost a pass over the rows per changepoint.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.compiled import compiled, compiled_as_written
from forecasting.prophet_algebra import add_scaled, dot, rotate, tridiagonalize
from forecasting.prophet_solver import Block

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

TREND_DEVIATION = 5.0
"""Prior deviation of growth and offset, fixed in prophet.stan."""


class Window(NamedTuple):
    """The rows `low..low+n-1` of the calendar, from the first to the last known day of the series in it."""

    low: int
    times: Floats  # n: 0 at the first row, 1 at the last
    basis: Floats  # n x q: [t, 1, features] times their prior deviations
    gram: Floats  # q x q: basis' basis
    tail_sums: Floats  # (n + 1) x q: sum of the basis over the rows from d on
    tail_moments: Floats  # (n + 1) x q: the same of t times the basis
    features: Floats  # calendar rows x (q - 2): features times their prior deviations, past and future
    deviations: Floats  # q + r: prior deviations, those of the r own regressors last
    columns: Integers  # q - 2: where the features stand among all features
    most_changepoints: int
    changepoint_range: float
    tau: float


class Series(NamedTuple):
    """One series in its window."""

    scaled: Floats  # n: demand over its largest absolute value, 0 where unknown
    is_known: Flags  # n
    rows: int  # known rows
    own: Floats  # n x r: standardized regressors times their prior deviations, 0 where demand is unknown
    positions: Integers  # S: rows of the changepoints
    changepoints: Floats  # S: their times


@compiled
def build_window(
    features: Floats, low: int, high: int, deviations: Floats, columns: Integers, most: int, share: float, tau: float
) -> Window:
    """Products that all series share whose first known day is calendar row `low` and whose last one is `high`."""
    n = high - low + 1
    q = features.shape[1] + 2
    times = np.empty(n)
    basis = np.empty((n, q))
    gram = np.zeros((q, q))
    tail_sums = np.zeros((n + 1, q))
    tail_moments = np.zeros((n + 1, q))
    for d in range(n - 1, -1, -1):
        times[d] = d / max(n - 1, 1)
        basis[d, 0] = TREND_DEVIATION * times[d]
        basis[d, 1] = TREND_DEVIATION
        for k in range(2, q):
            basis[d, k] = features[low + d, k - 2]
        for k in range(q):
            tail_sums[d, k] = tail_sums[d + 1, k] + basis[d, k]
            tail_moments[d, k] = tail_moments[d + 1, k] + times[d] * basis[d, k]
        _add_outer(gram, basis[d], 1.0)
    return Window(
        low, times, basis, gram, tail_sums, tail_moments, features, deviations, columns, most, share, tau
    )  # fmt: skip


@compiled
def _add_outer(matrix: Floats, row: Floats, sign: float) -> None:
    for i in range(row.size):
        add_scaled(matrix[i], sign * row[i], row)


@compiled_as_written
def changepoint_rows(rows: int, most: int, share: float) -> Integers:
    """Rows of the changepoints among `rows` known ones, as Prophet.set_changepoints places them.

    Where Prophet places none it still has a dummy at time 0: a hinge that is the growth itself.
    """
    reach = int(np.floor(rows * share))
    count = min(most, reach - 1)
    if count <= 0:
        return np.zeros(1, dtype=np.int64)
    step = (reach - 1) / count
    placed = np.empty(count, dtype=np.int64)
    for j in range(1, count + 1):
        # numpy.linspace sets its last value, and numpy.round takes halves to the even number
        placed[j - 1] = reach - 1 if j == count else np.int64(np.rint(j * step))
    return placed


@compiled
def hinge_products(times: Floats, values: Floats, series: Series) -> Floats:
    """Sums of (t - s_j)+ x value over the rows, for all changepoints in one pass from the end (S)."""
    products = np.empty(series.positions.size)
    total = 0.0
    moment = 0.0
    j = series.positions.size - 1
    for d in range(times.size - 1, -1, -1):
        total += values[d]
        moment += times[d] * values[d]
        while j >= 0 and series.positions[j] == d:
            products[j] = moment - series.changepoints[j] * total
            j -= 1
    return products


@compiled
def _hinge_gram(times: Floats, series: Series) -> Floats:
    """D'D (S x S): from the later of two changepoints on, a hinge is the later hinge plus a constant."""
    size = series.positions.size
    ones = np.zeros(times.size)
    ramp = np.zeros(times.size)
    for d in range(times.size):
        if series.is_known[d]:
            ones[d] = 1.0
            ramp[d] = times[d]
    first = hinge_products(times, ones, series)
    second = hinge_products(times, ramp, series)
    gram = np.empty((size, size))
    for j in range(size):
        square = second[j] - series.changepoints[j] * first[j]
        for i in range(j + 1):
            gram[i, j] = square + (series.changepoints[j] - series.changepoints[i]) * first[j]
            gram[j, i] = gram[i, j]
    return gram


@compiled
def _cross_products(window: Window, series: Series) -> Floats:
    """D'B (S x q): tail sums of the window less those of the missing rows, then the own regressors."""
    q = window.gram.shape[0]
    size = series.positions.size
    cross = np.empty((size, q + series.own.shape[1]))
    missing_sums = np.zeros(q)
    missing_moments = np.zeros(q)
    j = size - 1
    for d in range(series.is_known.size - 1, -1, -1):
        if not series.is_known[d]:
            add_scaled(missing_sums, 1.0, window.basis[d])
            add_scaled(missing_moments, window.times[d], window.basis[d])
        while j >= 0 and series.positions[j] == d:
            for k in range(q):
                moment = window.tail_moments[d, k] - missing_moments[k]
                cross[j, k] = moment - series.changepoints[j] * (window.tail_sums[d, k] - missing_sums[k])
            j -= 1
    for a in range(series.own.shape[1]):
        products = hinge_products(window.times, series.own[:, a].copy(), series)
        for j in range(size):
            cross[j, q + a] = products[j]
    return cross


@compiled
def _gram(window: Window, series: Series) -> Floats:
    """B'B (q + r square) of the known rows: the shared one less the missing rows, or the known rows, if fewer."""
    q = window.gram.shape[0]
    n = series.is_known.size
    gram = np.zeros((q + series.own.shape[1], q + series.own.shape[1]))
    is_mostly_known = 2 * series.rows > n
    for d in range(n):
        if series.is_known[d] != is_mostly_known:
            _add_outer(gram, window.basis[d], -1.0 if is_mostly_known else 1.0)
    for i in range(q):
        for j in range(q):
            gram[i, j] += window.gram[i, j] if is_mostly_known else 0.0
    for a in range(series.own.shape[1]):
        row = gram[q + a]
        for d in range(n):
            if series.own[d, a] != 0.0:
                add_scaled(row, series.own[d, a], window.basis[d])
                add_scaled(row[q:], series.own[d, a], series.own[d])
        for i in range(q):
            gram[i, q + a] = row[i]
    return gram


@compiled
def block_of(window: Window, series: Series) -> Block:
    """All products of one series' columns, rotated so that B'B is tridiagonal."""
    reflectors, factors, diagonal, off_diagonal = tridiagonalize(_gram(window, series))
    cross = _cross_products(window, series)
    for j in range(cross.shape[0]):
        rotate(reflectors, factors, cross[j])
    turned = np.empty((cross.shape[1], cross.shape[0]))
    for j in range(cross.shape[0]):
        for k in range(cross.shape[1]):
            turned[k, j] = cross[j, k]
    return Block(reflectors, factors, diagonal, off_diagonal, turned, _hinge_gram(window.times, series))


@compiled
def project(window: Window, series: Series, residual: Floats) -> Floats:
    """B'r (q + r), not rotated."""
    q = window.gram.shape[0]
    projected = np.zeros(q + series.own.shape[1])
    for d in range(residual.size):
        if residual[d] != 0.0:
            add_scaled(projected, residual[d], window.basis[d])
            add_scaled(projected[q:], residual[d], series.own[d])
    return projected


@compiled
def residual_of(window: Window, series: Series, coefficients: Floats, delta: Floats) -> Floats:
    """What the coefficients leave of the scaled demand (n); 0 where demand is unknown."""
    q = window.gram.shape[0]
    residual = np.zeros(series.scaled.size)
    growth = 0.0
    bend = 0.0
    j = 0
    for d in range(residual.size):
        while j < delta.size and series.positions[j] == d:
            growth += delta[j]
            bend += delta[j] * series.changepoints[j]
            j += 1
        if series.is_known[d]:
            smooth = dot(window.basis[d], coefficients) + dot(series.own[d], coefficients[q:])
            residual[d] = series.scaled[d] - (growth * window.times[d] - bend) - smooth
    return residual


@compiled
def standardize(values: Floats, is_known: Flags) -> tuple[float, float]:
    """Mean and deviation by which Prophet standardizes a regressor: 0 and 1 where it is constant or binary."""
    count = 0
    total = 0.0
    low, high = np.inf, -np.inf
    is_binary = True
    for d in range(is_known.size):
        if is_known[d]:
            count += 1
            total += values[d]
            low, high = min(low, values[d]), max(high, values[d])
            is_binary = is_binary and (values[d] == 0.0 or values[d] == 1.0)
    if low == high or is_binary:
        return 0.0, 1.0
    mean = total / count
    squares = 0.0
    for d in range(is_known.size):
        if is_known[d]:
            squares += (values[d] - mean) ** 2
    return mean, np.sqrt(squares / (count - 1))
