"""What is measured of the planner: forecasts, paths, plans, and what its decisions cost on VN2.

Belongs here: one function without arguments per row (so that it can run in a process of its own). Does not: printing.
"""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path

import numpy as np
import polars as pl

from forecasting.backtest import backtest
from forecasting.demand import forecast_demand
from forecasting.policy import Policy
from forecasting.series import sales_to_panel
from forecasting.transfer_plan import plan_transfers
from tests.benchmarks.accuracy import online_retail_panel
from tests.benchmarks.vn2_simulation import Simulation
from tests.unit.forecasting.cases import MONDAY, lane, lanes, noisy_sales, stock

WINDOWS = 7


def shared_folder() -> Path:
    """Where the real data are, present or not."""
    return Path(os.environ.get("DIAOBO_SHARED", Path(__file__).resolve().parents[3] / "shared"))


def vn2_cost_of_rule_of_thumb(windows: int = WINDOWS) -> float:
    """Mean cost per window of the seasonal 13-week average with 3 weeks' cover."""
    simulation = Simulation(shared_folder())
    return float(
        np.mean([simulation.cost(simulation.rule_of_thumb, week=week) for week in simulation.windows(windows)])
    )


def vn2_cost_of_diaobo(windows: int = WINDOWS) -> float:
    """Mean cost per window of `diaobo suggest` at default settings."""
    simulation = Simulation(shared_folder())
    with contextlib.redirect_stderr(io.StringIO()):
        costs = [simulation.cost(simulation.diaobo_suggest, week=week) for week in simulation.windows(windows)]
    return float(np.mean(costs))


def vn2_last_window_of_rule_of_thumb() -> float:
    """The same on the last eight weeks of the history."""
    return vn2_cost_of_rule_of_thumb(1)


def vn2_last_window_of_diaobo() -> float:
    """The same on the last eight weeks of the history."""
    return vn2_cost_of_diaobo(1)


def vn2_one_round() -> float:
    """One round of `diaobo suggest` on 599 series x 149 weeks; units that it suggests."""
    simulation = Simulation(shared_folder())
    with contextlib.redirect_stderr(io.StringIO()):
        return float(simulation.diaobo_suggest(simulation.start(simulation.windows(1)[0])).sum())


def weekly_paths_of_2000_series() -> float:
    """Forecast and quantiles from paths of 2,000 weekly series, 8 weeks ahead."""
    panel = sales_to_panel(noisy_sales(series=2000, periods=150), freq="W-MON")
    return float(forecast_demand(panel, horizon=8).to_frame().height)


def daily_plan_of_600_positions() -> float:
    """A plan of 300 products in two shops by sea and air from one origin, daily, five weeks of sea."""
    panel = sales_to_panel(noisy_sales(series=600, periods=400, freq="D", mean=1.0), freq="D")
    forecast = forecast_demand(panel, horizon=60, model="pooled_ses")
    products = sorted(set(panel.keys["sku"]))
    held = {(name, sku): units for sku in products for name, units in (("cn", 300), ("w0", 40), ("w1", 60))}
    rows = [
        lane("cn", shop, mode, days, cost_per_unit=cost, carton_units=6)
        for shop in ("w0", "w1")
        for mode, days, cost in (("sea", 35, 0.5), ("air", 8, 3.0))
    ]
    prices = pl.DataFrame({"sku": products, "unit_cost": 5.0, "unit_price": 15.0})
    policy = Policy(holding_rate_per_year=0.25, review_days=7, freq="D")
    plan = plan_transfers(
        forecast, as_of=MONDAY, stock=stock(held), lanes=lanes(*rows), policy=policy, products=prices, currency="USD"
    )
    return float(plan.transfers["units"].sum())


def daily_accuracy_of_auto() -> float:
    """WAPE of the 28-day sum, Online Retail II by day, 300 products, three origins."""
    return _daily_accuracy("auto")


def daily_accuracy_of_fallback() -> float:
    """The same without Prophet."""
    return _daily_accuracy("pooled_ses")


def _daily_accuracy(model: str) -> float:
    panel = online_retail_panel(shared_folder(), freq="D")
    origins = [len(panel.dates) - back for back in (28, 84, 140)]
    return backtest(panel, model=model, horizon=28, origins=origins).wape_of_sum  # type: ignore[arg-type]
