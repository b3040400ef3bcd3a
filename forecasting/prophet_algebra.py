"""Small dense linear algebra of the batched Prophet solver: one tridiagonal form, one lasso.

Belongs here: kernels that know matrices only. Does not: what the matrices mean (`prophet_solver.py`).

All functions are compiled, take float64 arrays and allocate what they return.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.compiled import compiled

Floats = npt.NDArray[np.float64]

# A violation below this part of the penalty is rounding.
_RELATIVE_TOLERANCE = 1e-11
# The active set changes by one coefficient per step and seldom needs ten steps; the bound is for degenerate matrices.
_MOST_STEPS_PER_COEFFICIENT = 20


@compiled
def add_scaled(target: Floats, factor: float, values: Floats) -> None:
    """Add a multiple of one vector to another, in place (loops compile ten times as fast as array expressions)."""
    for i in range(values.size):
        target[i] += factor * values[i]


@compiled
def dot(left: Floats, right: Floats) -> float:
    """Sum of products. Numba's own needs SciPy at run time."""
    total = 0.0
    for i in range(left.size):
        total += left[i] * right[i]
    return total


@compiled
def tridiagonalize(matrix: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Householder reduction of a symmetric matrix A (q x q) to the tridiagonal T = Q'AQ (Golub and Van Loan, 8.3.1).

    Cheaper than an eigendecomposition by a factor of six, and as good here: (T + uI)x = b takes O(q) for every u.

    Returns:
        reflectors (q x q, row k spans k+1..q-1), their factors (q), the diagonal (q) and off-diagonal (q) of T.
    """
    q = matrix.shape[0]
    work = matrix.copy()
    reflectors = np.zeros((q, q))
    factors = np.zeros(q)
    diagonal = np.empty(q)
    off_diagonal = np.zeros(q)
    for k in range(q):
        diagonal[k] = work[k, k]
        tail = 0.0
        for i in range(k + 2, q):
            tail += work[k, i] * work[k, i]
        if k + 1 < q:
            off_diagonal[k] = work[k, k + 1]
        if tail == 0.0:
            continue
        head = work[k, k + 1]
        length = np.sqrt(head * head + tail)
        off_diagonal[k] = -length if head > 0.0 else length
        vector = reflectors[k]
        for j in range(k + 1, q):
            vector[j] = work[k, j]
        vector[k + 1] -= off_diagonal[k]
        factors[k] = 2.0 / (tail + vector[k + 1] * vector[k + 1])
        _reflect_both_sides(work, vector, factors[k], k + 1)
    return reflectors, factors, diagonal, off_diagonal


@compiled
def _reflect_both_sides(work: Floats, vector: Floats, factor: float, start: int) -> None:
    """Replace A by HAH on rows and columns from `start`, H = I - factor v v'."""
    q = work.shape[0]
    product = np.zeros(q)
    for i in range(start, q):
        for j in range(start, q):
            product[j] += vector[i] * work[i, j]
    half = 0.0
    for j in range(start, q):
        product[j] *= factor
        half += vector[j] * product[j]
    half *= 0.5 * factor
    for j in range(start, q):
        product[j] -= half * vector[j]
    for i in range(start, q):
        for j in range(start, q):
            work[i, j] -= vector[i] * product[j] + product[i] * vector[j]


@compiled
def rotate(reflectors: Floats, factors: Floats, vector: Floats) -> None:
    """Replace x by Q'x, in place."""
    q = vector.size
    for k in range(q):
        if factors[k] != 0.0:
            _reflect(reflectors[k], factors[k], vector, k + 1)


@compiled
def rotate_back(reflectors: Floats, factors: Floats, vector: Floats) -> None:
    """Replace x by Qx, in place."""
    q = vector.size
    for k in range(q - 1, -1, -1):
        if factors[k] != 0.0:
            _reflect(reflectors[k], factors[k], vector, k + 1)


@compiled
def _reflect(reflector: Floats, factor: float, vector: Floats, start: int) -> None:
    add_scaled(vector[start:], -factor * dot(reflector[start:], vector[start:]), reflector[start:])


@compiled
def factorize(diagonal: Floats, off_diagonal: Floats, ridge: float) -> tuple[Floats, Floats]:
    """LDL' of T + ridge I for a positive semidefinite tridiagonal T: pivots (q) and ratios (q, the first unused).

    A pivot is a Schur complement, hence never below the ridge: what rounding takes away is given back.
    """
    q = diagonal.size
    pivots = np.empty(q)
    ratios = np.zeros(q)
    pivots[0] = max(diagonal[0] + ridge, ridge)
    for k in range(1, q):
        ratios[k] = off_diagonal[k - 1] / pivots[k - 1]
        pivots[k] = max(diagonal[k] + ridge - ratios[k] * off_diagonal[k - 1], ridge)
    return pivots, ratios


@compiled
def solve_factorized(pivots: Floats, ratios: Floats, right: Floats) -> Floats:
    """Solve LDL'x = right."""
    q = right.size
    x = right.copy()
    for k in range(1, q):
        x[k] -= ratios[k] * x[k - 1]
    for k in range(q):
        x[k] /= pivots[k]
    for k in range(q - 2, -1, -1):
        x[k] -= ratios[k + 1] * x[k + 1]
    return x


@compiled
def newton_step(hessian: Floats, right: Floats, active: npt.NDArray[np.int64]) -> Floats:
    """Solve the active part of the system by Cholesky.

    A pivot that vanishes (collinear columns) becomes tiny: the step along their common direction is then so long that
    a coefficient crosses zero on it and leaves the set.
    """
    n = active.size
    lower = np.zeros((n, n))
    x = np.empty(n)
    for i in range(n):
        for j in range(i + 1):
            total = hessian[active[i], active[j]]
            for k in range(j):
                total -= lower[i, k] * lower[j, k]
            if i != j:
                lower[i, j] = total / lower[j, j]
            else:
                lower[i, i] = np.sqrt(max(total, 1e-13 * hessian[active[i], active[i]], 1e-300))
        total = right[i]
        for k in range(i):
            total -= lower[i, k] * x[k]
        x[i] = total / lower[i, i]
    for i in range(n - 1, -1, -1):
        total = x[i]
        for k in range(i + 1, n):
            total -= lower[k, i] * x[k]
        x[i] = total / lower[i, i]
    return x


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
            step = newton_step(hessian, right, active)
            crosses = _advance(hessian, gradient, weights, signs, step, active, penalty)
            if not crosses:
                break
    return _MOST_STEPS_PER_COEFFICIENT * size


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
