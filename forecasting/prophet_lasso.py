"""The lasso: a quadratic plus a penalty on absolute values, minimized to its exact optimum.

Belongs here: the active-set search. Does not: where its matrix comes from (`prophet_solver.py`).

All functions are compiled and take float64 arrays.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.compiled import compiled
from forecasting.prophet_algebra import add_scaled, dot

Floats = npt.NDArray[np.float64]

# A violation below this part of the penalty is rounding.
_RELATIVE_TOLERANCE = 1e-11
# A pivot below this part of its diagonal says that a column is a sum of others.
_DEPENDENT = 1e-13
# The active set changes by one coefficient per step and seldom needs ten steps; the bound is for degenerate matrices.
_MOST_STEPS_PER_COEFFICIENT = 20


@compiled
def newton_step(hessian: Floats, right: Floats, active: npt.NDArray[np.int64]) -> tuple[Floats, bool]:
    """Solve the active part of the system by Cholesky.

    Returns:
        the solution and False; or, where a column depends on those before it, a direction along which the quadratic is
        flat and the right-hand side does not fall, and True.
    """
    n = active.size
    lower = np.zeros((n, n))
    x = np.zeros(n)
    for i in range(n):
        for j in range(i + 1):
            total = hessian[active[i], active[j]] - dot(lower[i, :j], lower[j, :j])
            lower[i, j] = total / lower[j, j] if j < i else total
        if lower[i, i] <= _DEPENDENT * hessian[active[i], active[i]]:
            for k in range(i):
                x[k] = -lower[i, k]
            _solve_transposed(lower, x, i)
            x[i] = 1.0
            if dot(right, x) < 0.0:
                for k in range(n):
                    x[k] = -x[k]
            return x, True
        lower[i, i] = np.sqrt(lower[i, i])
        x[i] = (right[i] - dot(lower[i, :i], x[:i])) / lower[i, i]
    _solve_transposed(lower, x, n)
    return x, False


@compiled
def _solve_transposed(lower: Floats, x: Floats, size: int) -> None:
    for i in range(size - 1, -1, -1):
        for k in range(i + 1, size):
            x[i] -= lower[k, i] * x[k]
        x[i] /= lower[i, i]


@compiled
def _share_of_step(
    hessian: Floats, weights: Floats, gradient: Floats, step: Floats, active: npt.NDArray[np.int64], penalty: float
) -> tuple[float, int]:
    """Best share of a step that crosses zero, exactly: the objective is a parabola between the crossings.

    Returns:
        the share in (0, 1], and the place in `active` of the coefficient that becomes zero there, or -1.
    """
    slope = 0.0
    curvature = 0.0
    for i in range(active.size):
        slope += gradient[active[i]] * step[i]
        for k in range(active.size):
            curvature += step[i] * hessian[active[i], active[k]] * step[k]
    best = np.inf
    best_share = 0.0
    best_place = -1
    for place in range(-1, active.size):
        share = 1.0
        if place >= 0:
            if step[place] == 0.0 or weights[active[place]] == 0.0:
                continue
            share = -weights[active[place]] / step[place]
            if share <= 0.0 or share >= 1.0:
                continue
        value = share * slope + 0.5 * share * share * curvature
        for i in range(active.size):
            value += penalty * abs(weights[active[i]] + share * step[i])
        if value < best:
            best, best_share, best_place = value, share, place
    return best_share, best_place


@compiled
def _most_violating(gradient: Floats, signs: Floats, penalty: float) -> int:
    worst = penalty * (1.0 + _RELATIVE_TOLERANCE)
    chosen = -1
    for j in range(gradient.size):
        if signs[j] == 0.0 and abs(gradient[j]) > worst:
            worst = abs(gradient[j])
            chosen = j
    return chosen


@compiled
def _sign(value: float) -> float:
    return 1.0 if value > 0.0 else (-1.0 if value < 0.0 else 0.0)


@compiled
def _active_set(signs: Floats) -> npt.NDArray[np.int64]:
    count = 0
    active = np.empty(signs.size, dtype=np.int64)
    for j in range(signs.size):
        if signs[j] != 0.0:
            active[count] = j
            count += 1
    return active[:count]


@compiled
def minimize_lasso(hessian: Floats, gradient: Floats, weights: Floats, penalty: float) -> int:
    """Minimize the quadratic with this gradient at `weights`, plus penalty x sum |weights|: feature-sign search.

    Lee, Battle, Raina, Ng, "Efficient sparse coding algorithms" (NIPS 2006), algorithm 1, written in steps from the
    current point, so that a second call on refreshed gradients is iterative refinement.

    Args:
        hessian: S x S, positive semidefinite.
        gradient: S, of the smooth part at `weights`; kept up to date.
        weights: S, the warm start; becomes the minimizer.
        penalty: of the absolute values.

    Returns:
        the number of steps.
    """
    size = weights.size
    signs = np.empty(size)
    is_empty = True
    for j in range(size):
        signs[j] = _sign(weights[j])
        is_empty = is_empty and signs[j] == 0.0
    for steps in range(_MOST_STEPS_PER_COEFFICIENT * size + 1):
        if steps > 0 or is_empty:
            chosen = _most_violating(gradient, signs, penalty)
            if chosen < 0:
                return steps
            signs[chosen] = -_sign(gradient[chosen])
        crosses = True
        for _ in range(size + 1):
            active = _active_set(signs)
            right = np.empty(active.size)
            for i in range(active.size):
                right[i] = -gradient[active[i]] - penalty * signs[active[i]]
            step, is_flat = newton_step(hessian, right, active)
            if is_flat:
                crosses = _advance_to_zero(hessian, gradient, weights, signs, step, active)
            else:
                crosses = _advance(hessian, gradient, weights, signs, step, active, penalty)
            if not crosses:
                break
    return _MOST_STEPS_PER_COEFFICIENT * size


@compiled
def _advance_to_zero(
    hessian: Floats,
    gradient: Floats,
    weights: Floats,
    signs: Floats,
    step: Floats,
    active: npt.NDArray[np.int64],
) -> bool:
    """Walk along a flat direction until the first coefficient is zero and leaves; tell whether one did."""
    nearest = np.inf
    place = -1
    for i in range(active.size):
        if weights[active[i]] * step[i] < 0.0 and -weights[active[i]] / step[i] < nearest:
            nearest = -weights[active[i]] / step[i]
            place = i
    if place < 0:
        return False
    for i in range(active.size):
        weights[active[i]] += nearest * step[i]
        add_scaled(gradient, nearest * step[i], hessian[active[i]])
    weights[active[place]] = 0.0
    signs[active[place]] = 0.0
    return True


@compiled
def _advance(
    hessian: Floats,
    gradient: Floats,
    weights: Floats,
    signs: Floats,
    step: Floats,
    active: npt.NDArray[np.int64],
    penalty: float,
) -> bool:
    """Take the step, or the best share of it where a sign would change; tell whether a coefficient left the set."""
    share = 1.0
    place = -1
    for i in range(active.size):
        if (weights[active[i]] + step[i]) * signs[active[i]] < 0.0:
            share, place = _share_of_step(hessian, weights, gradient, step, active, penalty)
            break
    for i in range(active.size):
        weights[active[i]] += share * step[i]
        add_scaled(gradient, share * step[i], hessian[active[i]])
    crossed = place >= 0
    if crossed:
        weights[active[place]] = 0.0
    for i in range(active.size):
        j = active[i]
        crossed = crossed or (weights[j] * signs[j] <= 0.0)
        signs[j] = _sign(weights[j])
    return crossed
