"""Small dense linear algebra of the batched Prophet solver: a tridiagonal form and what is solved with it.

Belongs here: kernels that know matrices only. Does not: the lasso (`prophet_lasso.py`), what the matrices mean
(`prophet_solver.py`).

All functions are compiled, take float64 arrays and allocate what they return.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.compiled import compiled

Floats = npt.NDArray[np.float64]


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
