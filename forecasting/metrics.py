"""How wrong a forecast was.

Belongs here: one measure per function, on arrays. Does not: how forecasts are made from the past (`backtest.py`).
Unknown actuals (NaN) count in none of them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def wape(actual: Floats, *, forecast: Floats) -> float:
    """Sum of absolute errors over the sum of actuals (Kolassa and Schütz, Foresight 6 (2007): MAD/mean).

    >>> wape(np.array([4.0, 6.0]), forecast=np.array([5.0, 5.0]))
    0.2
    """
    is_known = np.isfinite(actual)
    total = float(actual[is_known].sum())
    return float(np.abs(actual - forecast)[is_known].sum()) / total if total else float("nan")


def relative_bias(actual: Floats, *, forecast: Floats) -> float:
    """Sum of forecasts less actuals over the sum of actuals; above 0 is too much.

    >>> relative_bias(np.array([4.0, 6.0]), forecast=np.array([5.0, 6.0]))
    0.1
    """
    is_known = np.isfinite(actual)
    total = float(actual[is_known].sum())
    return float((forecast - actual)[is_known].sum()) / total if total else float("nan")
