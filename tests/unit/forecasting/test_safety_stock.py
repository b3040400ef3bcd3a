"""Projection with lost sales, the cheapest order on paths, and the textbooks' formulas with their worked examples."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest

from forecasting.safety_stock import (
    Economics,
    Window,
    cheapest_units,
    classic_safety_stock,
    critical_ratio,
    expected_cost,
    marginal_benefit,
    project,
)


def costs(*, shortage: float = 1.0, holding: float = 0.2, per_unit: float = 0.0, rows: int = 1) -> Economics:
    return Economics(np.full(rows, shortage), np.full(rows, holding), np.full(rows, per_unit))


def paths_of(*demand: list[float]) -> np.ndarray:
    return np.array([demand], dtype=np.float32)


def test_stock_is_projected_with_lost_sales_and_arrivals() -> None:
    # 5 in stock, demand 3 4 2 6, 4 arrive for the third period: 5-3=2; 2-4 loses 2; 0+4-2=2; 2-6 loses 4
    exposure = project(
        paths_of([3, 4, 2, 6]),
        stock=np.array([5.0]),
        arrivals=np.array([[0.0, 0.0, 4.0, 0.0]]),
        window=Window(arrival=2, end=4, horizon=4),
    )
    assert exposure.lost_before[0, 0] == 2
    assert exposure.stock_at_arrival[0, 0] == 0
    assert exposure.needed[0, 0] == 4
    assert exposure.running[0, 0].tolist() == [-2, 4]


def test_the_projection_equals_a_simulation_period_by_period() -> None:
    rng = np.random.default_rng(3)
    paths = rng.poisson(4, (6, 50, 9)).astype(np.float32)
    stock, arrivals = rng.integers(0, 20, 6).astype(float), rng.integers(0, 8, (6, 9)).astype(float)
    exposure = project(paths, stock=stock, arrivals=arrivals, window=Window(arrival=4, end=7, horizon=9))
    left = np.repeat(stock[:, None], 50, axis=1)
    lost = np.zeros((6, 50))
    for period in range(7):
        if period == 4:
            np.testing.assert_array_equal(exposure.stock_at_arrival, left)
            np.testing.assert_array_equal(exposure.lost_before, lost)
            lost[:] = 0
        on_shelf = left + arrivals[:, [period]]
        lost += np.maximum(paths[:, :, period] - on_shelf, 0)
        left = np.maximum(on_shelf - paths[:, :, period], 0)
    np.testing.assert_array_equal(np.maximum(exposure.needed, 0), lost)


def test_one_period_without_look_ahead_is_the_newsvendor() -> None:
    # Silver, Pyke and Thomas, sec. 9.2: order the p / (p + h) quantile; here 0.8 of 1..10 = 8
    exposure = project(
        np.arange(1, 11, dtype=np.float32).reshape(1, 10, 1),
        stock=np.zeros(1),
        arrivals=np.zeros((1, 1)),
        window=Window(0, 1, 1),
    )
    assert cheapest_units(exposure, economics=costs(shortage=0.8, holding=0.2)).tolist() == [8]
    assert critical_ratio(shortage=0.8, holding=0.2) == pytest.approx(0.8)


def test_a_service_level_orders_its_quantile() -> None:
    exposure = project(
        np.arange(1, 101, dtype=np.float32).reshape(1, 100, 1),
        stock=np.array([10.0]),
        arrivals=np.zeros((1, 1)),
        window=Window(0, 1, 1),
    )
    level = Economics.of_service_level(np.array([0.95]), value=np.array([7.0]))
    assert cheapest_units(exposure, economics=level).tolist() == [85]


def test_the_cheapest_units_cost_least_of_all() -> None:
    rng = np.random.default_rng(0)
    exposure = project(
        rng.negative_binomial(2, 0.1, (8, 300, 6)).astype(np.float32),
        stock=rng.integers(0, 60, 8).astype(float),
        arrivals=rng.integers(0, 9, (8, 6)).astype(float),
        window=Window(2, 4, 6),
    )
    economics = costs(rows=8)
    best = np.maximum(cheapest_units(exposure, economics=economics), 0)
    tried = np.stack([expected_cost(exposure, units=np.full(8, units), economics=economics) for units in range(160)])
    at_best = expected_cost(exposure, units=best, economics=economics)
    np.testing.assert_allclose(at_best, tried.min(axis=0), rtol=1e-6)


def test_the_gain_of_a_unit_is_the_fall_of_the_cost() -> None:
    exposure = project(
        np.random.default_rng(1).poisson(6, (3, 200, 4)).astype(np.float32),
        stock=np.array([3.0, 8.0, 0.0]),
        arrivals=np.zeros((3, 4)),
        window=Window(1, 2, 4),
    )
    economics = costs(rows=3, per_unit=0.05)
    for units in (0, 4, 9):
        level = np.full(3, units)
        fall = expected_cost(exposure, units=level, economics=economics) - expected_cost(
            exposure, units=level + 1, economics=economics
        )
        np.testing.assert_allclose(marginal_benefit(exposure, units=level, economics=economics), fall, atol=1e-4)


def test_the_look_ahead_orders_less_for_a_slow_product() -> None:
    slow = (np.random.default_rng(2).random((1, 2000, 2)) < 0.84).astype(np.float32)
    without = project(slow, stock=np.zeros(1), arrivals=np.zeros((1, 2)), window=Window(0, 1, 1))
    ahead = project(
        np.where(np.arange(2) == 1, 0, slow).astype(np.float32),
        stock=np.zeros(1),
        arrivals=np.zeros((1, 2)),
        window=Window(0, 1, 2),
    )
    gain = [
        marginal_benefit(part, units=np.zeros(1, dtype=np.int64), economics=costs())[0] for part in (without, ahead)
    ]
    assert gain[0] > gain[1]


def test_late_arrivals_add_mean_squared_times_variance_of_the_lead_time() -> None:
    demand = np.random.default_rng(4).normal(100, 10, (1, 4000, 1)).astype(np.float32)
    exposure = project(demand, stock=np.zeros(1), arrivals=np.zeros((1, 1)), window=Window(0, 1, 1))
    late = exposure.delayed(rate=np.array([100.0]), sd_periods=0.3)
    assert late.needed.std() == pytest.approx(np.sqrt(10**2 + 100**2 * 0.3**2), rel=0.03)
    assert late.needed.mean() == pytest.approx(exposure.needed.mean(), rel=0.001)


def test_classic_safety_stock_equals_the_worked_examples() -> None:
    # King (2011): z = 1.65 at 95 %, sd 10 a period, 4 periods -> 1.645 x 10 x 2
    assert classic_safety_stock(service_level=0.95, demand_sd=10, lead_time=4) == pytest.approx(32.9, abs=0.01)
    # random lead time: sqrt(4 x 100 + 400 x 1) x 1.645
    both = classic_safety_stock(service_level=0.95, demand_sd=10, lead_time=4, demand_mean=20, lead_time_sd=1)
    assert both == pytest.approx(1.64485 * np.sqrt(800), abs=0.01)


@pytest.mark.parametrize(
    "module", ["safety_stock", "metrics", "calendars", "demand"], ids=lambda name: f"examples of {name}"
)
def test_the_examples_in_the_docstrings_hold(module: str) -> None:
    result = doctest.testmod(importlib.import_module(f"forecasting.{module}"))
    assert result.attempted > 0
    assert result.failed == 0
