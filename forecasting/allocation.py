"""Shared units go where they earn most: origin stock and lane capacity among those who want them.

Belongs here: one greedy division of scarce units. Does not: what a unit earns (`safety_stock.py`), who asks
(`transfer_plan.py`). A mixed-integer plan over modes and periods will replace it (issue 7); this interface stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Claims:
    """What each claimant would take, in steps whose gain per unit falls.

    Attributes:
        step_units: units of each step, shape (claims, steps); whole cartons; zeros at the end.
        step_gain: gain per unit of each step, same shape.
        carton_units: a claim gets a multiple of this, shape (claims,).
        stock: which stock a claim draws on, shape (claims,).
        lane: which lane it would travel by, shape (claims,).
    """

    step_units: Integers
    step_gain: Floats
    carton_units: Integers
    stock: Integers
    lane: Integers


def share_out(claims: Claims, *, stock_units: Integers, lane_units: Integers) -> Integers:
    """Units of each claim, shape (claims,).

    Steps are served in the order of their gain per unit (ties: order of the claims); the last step that does not fit
    is cut to whole cartons. Optimal for cartons of one unit and a single limit, near it otherwise.

    Args:
        claims: who wants what.
        stock_units: units that each stock can give, indexed by `claims.stock`.
        lane_units: units that each lane can carry, indexed by `claims.lane`.
    """
    given = np.zeros(len(claims.stock), dtype=np.int64)
    left_in_stock, left_on_lane = stock_units.copy(), lane_units.copy()
    is_stopped = np.zeros(len(given), dtype=np.bool_)
    steps = claims.step_units.shape[1]
    # A later step never goes before an earlier one of the same claim, even where rounding makes it look better.
    gain = np.minimum.accumulate(claims.step_gain, axis=1)
    for place in np.argsort(-gain, axis=None, kind="stable"):
        claim, step = divmod(int(place), steps)
        wanted = int(claims.step_units[claim, step])
        if wanted == 0 or is_stopped[claim]:
            continue
        stock, lane, carton = int(claims.stock[claim]), int(claims.lane[claim]), int(claims.carton_units[claim])
        units = min(wanted, int(left_in_stock[stock]), int(left_on_lane[lane]))
        units -= units % carton
        is_stopped[claim] = units < wanted
        given[claim] += units
        left_in_stock[stock] -= units
        left_on_lane[lane] -= units
    return given
