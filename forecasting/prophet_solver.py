"""The exact maximum-a-posteriori fit of one series of Prophet's additive linear-growth model, compiled.

Belongs here: the optimum for given columns. Does not: which columns a series has (`prophet_design.py`), its rows of
dates and its products (`prophet_kernel.py`), what is done with series that have no optimum (`prophet_batch.py`).
docs/adr/0006 has the derivation; in short, with scaled demand y, columns B = [growth, offset, features] times their
prior deviations, hinges D = (t - s_j)+ and u = sigma squared, the log density is

    -n/2 log u - |y - Bv - D delta|^2 / 2u - |v|^2 / 2 - sum |delta| / tau - 2u

For a given u, v is eliminated exactly and a lasso over at most 25 changepoints remains; u solves
4 u^2 + n u = R(u), the squared residual at that optimum. As R never falls with u, u -> root(R(u)) is monotone.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from forecasting.compiled import compiled
from forecasting.prophet_algebra import add_scaled, dot, factorize, solve_factorized
from forecasting.prophet_lasso import minimize_lasso, newton_step

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# log u is taken as found when the next value differs by less; the closed form of u then makes its gradient vanish.
_LOG_VARIANCE_TOLERANCE = 1e-10
_MOST_VARIANCE_STEPS = 80
# Below this variance of scaled demand (a deviation of 0.001 % of the largest demand) a fit counts as exact.
EXACT_VARIANCE = 1e-10
# A mode of a density that is unbounded elsewhere is looked for down to this variance.
LEAST_LOCAL_VARIANCE = 1e-8
# Steps of log u when all modes are looked for: 40 % of the variance.
_SCAN_STEP = 0.35


class Block(NamedTuple):
    """Products of the columns of one design, rotated so that B'B is tridiagonal."""

    reflectors: Floats  # q x q
    factors: Floats  # q
    diagonal: Floats  # q
    off_diagonal: Floats  # q
    cross: Floats  # q x S: B'D, rotated
    hinges: Floats  # S x S: D'D


class Moments(NamedTuple):
    """Products of the columns with the residual at an anchor, and the anchor itself (zero at first)."""

    smooth: Floats  # q: B'r, rotated
    kinks: Floats  # S: D'r
    square: float  # r'r
    anchor_smooth: Floats  # q: v at the anchor, rotated
    anchor_kinks: Floats  # S: delta at the anchor


@compiled
def variance_of(square: float, rows: float) -> float:
    """The u that maximizes the density for a squared residual: the positive root of 4 u^2 + n u - R."""
    # (sqrt(n^2 + 16 R) - n) / 8 without the difference of two large numbers
    return max(2.0 * square / (rows + math.sqrt(rows * rows + 16.0 * square)), 1e-30)


@compiled
def _eliminate(block: Block, moments: Moments, ridge: float, pull: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Schur complement of the Gaussian block at `ridge`: pivots, ratios, lasso matrix H (S x S), vector c (S).

    H = D'D - D'B (B'B + ridge)^-1 B'D, and c the same for the right-hand side B'r - pull x anchor.
    """
    pivots, ratios = factorize(block.diagonal, block.off_diagonal, ridge)
    q, size = block.cross.shape
    hessian = block.hinges.copy()
    right = moments.kinks.copy()
    row = np.zeros(size)
    forward = 0.0
    for k in range(q):
        forward = moments.smooth[k] - pull * moments.anchor_smooth[k] - ratios[k] * forward
        for j in range(size):
            row[j] = block.cross[k, j] - ratios[k] * row[j]
        inverse = 1.0 / pivots[k]
        for i in range(size):
            scaled = row[i] * inverse
            right[i] -= scaled * forward
            for j in range(i + 1):
                hessian[i, j] -= scaled * row[j]
    for i in range(size):
        for j in range(i):
            hessian[j, i] = hessian[i, j]
    return pivots, ratios, hessian, right


@compiled
def profile(block: Block, moments: Moments, variance: float, tau: float, weights: Floats) -> tuple[float, Floats]:
    """Optimum over all coefficients for a given u.

    Args:
        block: products of the columns.
        moments: of the residual at the anchor.
        variance: u.
        tau: prior scale of the changepoints.
        weights: S, delta: the warm start; becomes the optimum.

    Returns:
        the squared residual at the optimum, and the change of v (rotated) from the anchor.
    """
    pivots, ratios, hessian, gradient = _eliminate(block, moments, variance, variance)
    change = np.empty(weights.size)
    for j in range(weights.size):
        change[j] = weights[j] - moments.anchor_kinks[j]
        gradient[j] = -gradient[j]
    for j in range(weights.size):
        add_scaled(gradient, change[j], hessian[j])
    minimize_lasso(hessian, gradient, weights, variance / tau)
    for j in range(weights.size):
        change[j] = weights[j] - moments.anchor_kinks[j]
    crossed = np.empty(moments.smooth.size)
    right = np.empty(moments.smooth.size)
    for k in range(right.size):
        crossed[k] = dot(block.cross[k], change)
        right[k] = moments.smooth[k] - variance * moments.anchor_smooth[k] - crossed[k]
    smooth = solve_factorized(pivots, ratios, right)
    square = moments.square
    for k in range(smooth.size):
        product = block.diagonal[k] * smooth[k]
        if k + 1 < smooth.size:
            product += 2.0 * block.off_diagonal[k] * smooth[k + 1]
        square += smooth[k] * (product + 2.0 * crossed[k] - 2.0 * moments.smooth[k])
    for j in range(change.size):
        square += change[j] * (dot(block.hinges[j], change) - 2.0 * moments.kinks[j])
    return max(square, 0.0), smooth


@compiled
def settle(
    block: Block, moments: Moments, rows: float, tau: float, weights: Floats, start: float, low: float, high: float
) -> tuple[float, Floats, int]:
    """Solve u = root(R(u)) by a secant on log u, kept between the logarithms `low` and `high`.

    Returns:
        u, the change of v (rotated) at the optimum, and the number of steps; `weights` becomes delta.
    """
    x = np.log(start)
    previous_x = x
    previous_gap = np.nan
    smooth = moments.smooth
    steps = 0
    while steps < _MOST_VARIANCE_STEPS:
        steps += 1
        square, smooth = profile(block, moments, np.exp(x), tau, weights)
        gap = np.log(variance_of(square, rows)) - x
        if abs(gap) < _LOG_VARIANCE_TOLERANCE:
            break
        if gap > 0.0:
            low = max(low, x)
        else:
            high = min(high, x)
        slope = (gap - previous_gap) / (x - previous_x)
        following = x - gap / slope
        # NaN (the first step) and a slope of the wrong sign fail the comparison too.
        if not (slope < 0.0 and low < following < high and abs(following - x) < 3.0 * abs(gap) + 0.5):
            following = x + gap
        previous_x, previous_gap = x, gap
        x = following
    return np.exp(x), smooth, steps


@compiled
def first_guess(moments: Moments, block: Block, rows: float) -> float:
    """A variance at or above the optimum as a rule: the residual without changepoints under a light ridge."""
    pivots, ratios = factorize(block.diagonal, block.off_diagonal, 0.01)
    solved = solve_factorized(pivots, ratios, moments.smooth)
    return max((moments.square - dot(moments.smooth, solved)) / rows, 1e-12)


@compiled
def least_squares_residual(block: Block, moments: Moments) -> float:
    """Squared residual without any prior, up to rounding: no optimum has a smaller one."""
    ridge = 1e-14 * max(1.0, np.max(block.diagonal))
    _, _, hessian, right = _eliminate(block, moments, ridge, 0.0)
    pivots, ratios = factorize(block.diagonal, block.off_diagonal, ridge)
    solved = solve_factorized(pivots, ratios, moments.smooth)
    for j in range(right.size):
        hessian[j, j] *= 1.0 + 1e-12  # hinges that depend on other columns stay solvable
    hinged, _ = newton_step(hessian, right, np.arange(right.size))
    return max(moments.square - dot(moments.smooth, solved) - dot(right, hinged), 0.0)


@compiled
def largest_residual(
    moments: Moments, rows: float, tau: float, variance: float, smooth: Floats, weights: Floats
) -> float:
    """No mode has a larger squared residual than this, given one mode (found from an anchor at zero).

    Another optimum, at u, is no better on this mode's coefficients: R(u) <= R + u x penalty. And modes have u =
    root(R(u)), which bounds u in turn, starting from the residual of all coefficients zero.
    """
    square = variance * (rows + 4.0 * variance)
    penalty = dot(smooth, smooth)
    for j in range(weights.size):
        penalty += 2.0 * abs(weights[j]) / tau
    bound = variance_of(moments.square, rows)
    for _ in range(4):
        bound = min(bound, variance_of(square + bound * penalty, rows))
    return square + bound * penalty


@compiled
def is_full_rank(columns: Floats) -> bool:
    """Whether the rows of a matrix (n x p) are independent, so that every y is matched exactly (Gram-Schmidt)."""
    work = columns.copy()
    count = work.shape[0]
    largest = 0.0
    for step in range(count):
        best = -1.0
        chosen = step
        for i in range(step, count):
            length = dot(work[i], work[i])
            if length > best:
                best, chosen = length, i
        largest = max(largest, best)
        if best <= 1e-18 * largest or best == 0.0:
            return False
        for k in range(work.shape[1]):
            work[step, k], work[chosen, k] = work[chosen, k], work[step, k]
        for i in range(step + 1, count):
            add_scaled(work[i], -dot(work[i], work[step]) / best, work[step])
    return True


@compiled
def log_density(square: float, smooth: Floats, weights: Floats, variance: float, rows: float, tau: float) -> float:
    """Log density of the posterior without its constants, as Prophet's Stan program defines it."""
    total = -0.5 * rows * math.log(variance) - 0.5 * square / variance - 2.0 * variance
    absolute = 0.0
    for j in range(weights.size):
        absolute += abs(weights[j])
    return total - 0.5 * dot(smooth, smooth) - absolute / tau


@compiled
def scan_modes(
    block: Block, moments: Moments, rows: float, tau: float, least_variance: float, most_modes: int
) -> tuple[float, int]:
    """Look for all modes: the crossings of root(R(u)) with u, from the largest u that can be one downwards.

    Args:
        block: products of the columns.
        moments: with the anchor at zero.
        rows: observed rows n.
        tau: prior scale of the changepoints.
        least_variance: where to stop.
        most_modes: stop when so many are found; with 1 the result is the mode with the largest u.

    Returns:
        the variance of the chosen mode (-1 where there is none), and how many modes there are.
    """
    weights = np.zeros(block.hinges.shape[0])
    x = np.log(variance_of(moments.square, rows))
    best_variance = -1.0
    best_density = -np.inf
    modes = 0
    was_below = True
    while x > np.log(least_variance):
        x -= _SCAN_STEP
        square, smooth = profile(block, moments, np.exp(x), tau, weights)
        is_below = np.log(variance_of(square, rows)) < x
        if was_below and not is_below:
            trial = weights.copy()
            variance, smooth, _ = settle(
                block, moments, rows, tau, trial, np.exp(x + 0.5 * _SCAN_STEP), x, x + _SCAN_STEP
            )
            # At the crossing n u + 4 u^2 is the squared residual.
            square = variance * (rows + 4.0 * variance)
            density = log_density(square, smooth, trial, variance, rows, tau)
            modes += 1
            if density > best_density:
                best_density, best_variance = density, variance
            if modes == most_modes:
                break
        was_below = is_below
    return best_variance, modes
