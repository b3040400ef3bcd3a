"""Predictive quantiles by Prophet's own law of the future, computed instead of sampled: exact and deterministic.

Belongs here: quantiles of a period and of a sum over periods (a lead time), given a fit. Does not: the fit, or noise
other than Prophet's Gaussian.

The law (prophet 1.5, `_sample_uncertainty`): in every future period, with probability p = S / (periods of history
from the first to the last known one), growth changes by a Laplace variable of scale lambda = mean |delta|. After the
two cumulative sums of the package a change in period j moves period h by lambda (h - j + 1/2) x its share of time, and
noise of deviation sigma is added. So a period, or a sum over periods a..b, is the mean plus

    sigma sqrt(b - a + 1) Normal + lambda / span x sum_j w_j Bernoulli(p)_j Laplace_j

with w_j = (m^2 - l^2) / 2, m = b - j + 1, l = max(a - j, 0). Its characteristic function is a product, and the
distribution function follows from it by a Fourier series (the wrapped law; Abate and Whitt, "The Fourier-series
method for inverting transforms of probability distributions", Queueing Systems 10 (1992), section 5). In units of the
total deviation the quantile depends on the target, p and the ratio r of the deviations of trend and noise only: it is
tabulated on a fixed grid of log p and log r, and interpolated by cubics. (Periods count from the last known one.)
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from forecasting.compiled import compiled
from forecasting.prophet_fit import PanelFit, cores

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# Ratios below the grid give the normal quantile to six digits; above it noise is 3 % of the trend's deviation.
_LEAST_LOG_RATIO = -4.6
_GRID_STEP = 0.1
_RATIO_NODES = 82
_STENCIL = 4
# Prophet adds this to mean |delta|.
_LEAST_CHANGE = 1e-8
# Where the characteristic function of the noise, and the tails of the law, fall below 1e-10.
_FREQUENCY_CUT = 7.0
_TAIL_CUT = 23.0


def predictive_quantiles(
    fit: PanelFit,
    *,
    levels: Sequence[float],
    windows: Sequence[tuple[int, int]],
    threads: int | None = None,
) -> Floats:
    """Distance of quantiles from the mean, for sums over windows of the horizon.

    Args:
        fit: of all series.
        levels: probabilities between 0 and 1, exclusive.
        windows: first and last step of each sum, 1 being the first period behind a series' last date; a period alone
            has both equal.
        threads: that work side by side, one for each core by default.

    Returns:
        Units of demand to add to the mean of the window, shape (N, windows, levels); NaN where a series has no fit.
    """
    spans = np.maximum(fit.last - fit.first, 1).astype(np.float64)
    chances = np.minimum(fit.changepoint_count / spans, 1.0)
    changes = np.abs(fit.fits.delta).sum(axis=1) / fit.changepoint_count + _LEAST_CHANGE
    offsets, offset_of = np.unique(np.maximum(fit.ends - fit.last, 0), return_inverse=True)
    steps = [(first + int(offset), last + int(offset)) for offset in offsets for first, last in windows]
    targets = sorted(set(steps))
    target_of = np.array([targets.index(step) for step in steps], dtype=np.int64).reshape(len(offsets), len(windows))
    squares = np.array([np.sum(_change_weights(*target) ** 2) for target in targets])
    lengths = np.array([last - first + 1 for first, last in targets], dtype=np.float64)
    trend = (changes / spans * np.sqrt(2 * chances))[:, None] * np.sqrt(squares)[target_of[offset_of]]
    noise = fit.fits.sigma[:, None] * np.sqrt(lengths)[target_of[offset_of]]
    is_fitted = np.isfinite(fit.fits.sigma)
    if not is_fitted.any():
        return np.full((len(spans), len(windows), len(levels)), np.nan)
    ratio_places = np.clip((np.log(trend / noise) - _LEAST_LOG_RATIO) / _GRID_STEP, 0, _RATIO_NODES - 1)
    chance_places = -np.log(chances) / _GRID_STEP
    table, first_ratio, first_chance = _tabulate(
        targets,
        levels=levels,
        ratios=_node_range(ratio_places[is_fitted], _RATIO_NODES),
        chances=_node_range(chance_places[is_fitted], None),
        threads=threads or cores(),
    )
    distances = np.full((len(spans), len(windows), len(levels)), np.nan)
    total = np.sqrt(trend**2 + noise**2) * fit.fits.scale[:, None]
    _interpolate(
        table,
        chance_places - first_chance,
        ratio_places - first_ratio,
        target_of[offset_of],
        total,
        np.flatnonzero(is_fitted),
        distances,
    )
    return distances


def _change_weights(first: int, last: int) -> Floats:
    """What a unit change of growth in period j = 1..last adds to the sum over periods first..last, shape (last,).

    >>> _change_weights(3, 3)
    array([2.5, 1.5, 0.5])
    """
    periods = np.arange(1, last + 1)
    newest = np.maximum(first - periods, 0)
    weights: Floats = ((last - periods + 1) ** 2 - newest**2) / 2
    return weights


def _node_range(places: Floats, nodes: int | None) -> range:
    """Nodes of the fixed grid that cubic interpolation at these places needs."""
    low = max(int(np.floor(places.min())) - 1, 0)
    high = int(np.floor(places.max())) + _STENCIL - 1
    if nodes is not None:
        high = min(high, nodes - 1)
        low = max(min(low, high - _STENCIL + 1), 0)
    return range(low, max(high, low + _STENCIL - 1) + 1)


def _tabulate(
    targets: list[tuple[int, int]], *, levels: Sequence[float], ratios: range, chances: range, threads: int
) -> tuple[Floats, int, int]:
    """Standardized quantiles, shape (chances, targets, ratios, levels), and the first node of ratios and chances."""
    table = np.zeros((len(chances), len(targets), len(ratios), len(levels)))
    ratio_values = np.exp(_LEAST_LOG_RATIO + _GRID_STEP * np.array(ratios))
    probabilities = np.array(levels, dtype=np.float64)
    normal = np.array([NormalDist().inv_cdf(level) for level in levels])

    def run(task: tuple[int, int]) -> None:
        place, target = task
        chance = float(np.exp(-_GRID_STEP * chances[place]))
        weights = _change_weights(*targets[target])
        _standardized_quantiles(weights, chance, ratio_values, probabilities, normal, table[place, target])

    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(run, [(place, target) for place in range(len(chances)) for target in range(len(targets))]))
    return table, ratios[0], chances[0]


@compiled
def _standardized_quantiles(
    weights: Floats, chance: float, ratios: Floats, levels: Floats, normal: Floats, table: Floats
) -> None:
    """Quantiles in units of the total deviation, shape (ratios, levels), into `table`."""
    squares = 0.0
    for j in range(weights.size):
        squares += weights[j] * weights[j]
    for place in range(ratios.size):
        ratio = ratios[place]
        total = np.sqrt(1.0 + ratio * ratio)
        noise = 1.0 / total
        unit = ratio / (total * np.sqrt(2.0 * chance * squares))
        reach = _FREQUENCY_CUT + _TAIL_CUT * unit * np.max(weights)
        frequency_step = np.pi / reach
        count = int(_FREQUENCY_CUT / noise / frequency_step) + 1
        transform = np.empty(count)
        for k in range(count):
            frequency = (k + 1) * frequency_step
            value = np.exp(-0.5 * (frequency * noise) ** 2)
            for j in range(weights.size):
                scaled = frequency * unit * weights[j]
                value *= 1.0 - chance + chance / (1.0 + scaled * scaled)
            transform[k] = value
        for q in range(levels.size):
            table[place, q] = _invert(transform, frequency_step, levels[q], normal[q], reach)


@compiled
def _invert(transform: Floats, frequency_step: float, level: float, start: float, reach: float) -> float:
    """Solve F(x) = level for a symmetric law given by its characteristic function: Newton, kept in a bracket."""
    low, high = (0.0, 0.5 * reach) if level > 0.5 else (-0.5 * reach, 0.0)
    if level == 0.5:
        return 0.0
    x = min(max(start, low), high)
    for _ in range(100):
        turn_cos, turn_sin = np.cos(frequency_step * x), np.sin(frequency_step * x)
        cosine, sine = turn_cos, turn_sin
        probability = 0.5 + 0.5 * frequency_step * x / np.pi
        density = 0.5
        for k in range(transform.size):
            probability += transform[k] * sine / ((k + 1) * np.pi)
            density += transform[k] * cosine
            cosine, sine = cosine * turn_cos - sine * turn_sin, sine * turn_cos + cosine * turn_sin
        gap = probability - level
        if gap > 0.0:
            high = x
        else:
            low = x
        density *= frequency_step / np.pi
        following = x - gap / density
        if not low < following < high:
            following = 0.5 * (low + high)
        if abs(following - x) < 1e-10:
            return following
        x = following
    return x


@compiled
def _cubic(place: float, nodes: int) -> tuple[int, float, float, float, float]:
    """First node and weights of the cubic through the four nodes around `place`."""
    start = min(max(int(np.floor(place)) - 1, 0), nodes - 4)
    x = place - start
    return (
        start,
        -(x - 1.0) * (x - 2.0) * (x - 3.0) / 6.0,
        x * (x - 2.0) * (x - 3.0) / 2.0,
        -x * (x - 1.0) * (x - 3.0) / 2.0,
        x * (x - 1.0) * (x - 2.0) / 6.0,
    )


@compiled
def _interpolate(
    table: Floats,
    chance_places: Floats,
    ratio_places: Floats,
    target_of: Integers,
    total: Floats,
    series_rows: Integers,
    distances: Floats,
) -> None:
    for i in series_rows:
        row, a0, a1, a2, a3 = _cubic(chance_places[i], table.shape[0])
        for w in range(target_of.shape[1]):
            target = target_of[i, w]
            column, b0, b1, b2, b3 = _cubic(ratio_places[i, w], table.shape[2])
            for q in range(table.shape[3]):
                value = 0.0
                for k in range(4):
                    cells = table[row + k, target, column : column + 4, q]
                    part = b0 * cells[0] + b1 * cells[1] + b2 * cells[2] + b3 * cells[3]
                    value += part * (a0 if k == 0 else a1 if k == 1 else a2 if k == 2 else a3)
                distances[i, w, q] = total[i, w] * value
