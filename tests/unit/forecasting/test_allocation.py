"""Shared units go where they earn most, in whole cartons, within every limit."""

from __future__ import annotations

import numpy as np

from forecasting.allocation import Claims, share_out


def claims(step_units: list[list[int]], step_gain: list[list[float]], carton: int = 1) -> Claims:
    count = len(step_units)
    return Claims(
        step_units=np.array(step_units),
        step_gain=np.array(step_gain),
        carton_units=np.full(count, carton),
        stock=np.zeros(count, dtype=np.int64),
        lane=np.arange(count),
    )


NO_LIMIT = np.full(2, 10**9)


def test_the_best_units_of_all_claims_come_first() -> None:
    given = share_out(claims([[2, 2], [2, 2]], [[9, 1], [5, 4]]), stock_units=np.array([6]), lane_units=NO_LIMIT)
    assert given.tolist() == [2, 4]


def test_the_last_step_that_does_not_fit_is_cut_to_whole_cartons() -> None:
    given = share_out(claims([[9], [9]], [[2.0], [1.0]], carton=3), stock_units=np.array([14]), lane_units=NO_LIMIT)
    assert given.tolist() == [9, 3]


def test_a_lane_s_capacity_leaves_units_to_others() -> None:
    given = share_out(claims([[8], [8]], [[2.0], [1.0]]), stock_units=np.array([10]), lane_units=np.array([5, 10**9]))
    assert given.tolist() == [5, 5]


def test_a_claim_that_was_cut_gets_no_later_step() -> None:
    given = share_out(claims([[4, 4]], [[2.0, 1.0]], carton=4), stock_units=np.array([6]), lane_units=NO_LIMIT)
    assert given.tolist() == [4]
