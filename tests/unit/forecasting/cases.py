"""Small, exactly computable inputs of the planner; tests say with them what should come out."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from forecasting.calendars import PERIOD_DAYS, Freq
from forecasting.demand import DemandForecast, forecast_demand
from forecasting.series import sales_to_panel

MONDAY = dt.date(2024, 1, 1)


def steady_sales(
    rates: dict[tuple[str, str], int], *, freq: Freq = "W-MON", periods: int = 50, as_of: dt.date = MONDAY
) -> pl.DataFrame:
    """The same units in every period up to the one before `as_of`, per (warehouse, sku)."""
    days = PERIOD_DAYS[freq]
    rows = [
        (as_of - dt.timedelta(days=days * (periods - place)), warehouse_id, sku, units)
        for (warehouse_id, sku), units in rates.items()
        for place in range(periods)
    ]
    return pl.DataFrame(rows, schema=["date", "warehouse_id", "sku", "units"], orient="row")


def steady_forecast(
    rates: dict[tuple[str, str], int], *, freq: Freq = "W-MON", horizon: int = 12, as_of: dt.date = MONDAY
) -> DemandForecast:
    """A forecast without any doubt: demand was the same in every period."""
    return forecast_demand(
        sales_to_panel(steady_sales(rates, freq=freq, periods=50 if freq == "W-MON" else 300, as_of=as_of), freq=freq),
        horizon=horizon,
        model="pooled_ses",
    )


def noisy_sales(
    *, series: int = 12, periods: int = 80, mean: float = 8.0, seed: int = 1, freq: Freq = "W-MON", warehouses: int = 2
) -> pl.DataFrame:
    """Poisson demand around series of different size, up to the period before MONDAY."""
    rng = np.random.default_rng(seed)
    days = PERIOD_DAYS[freq]
    rows = [
        (
            MONDAY - dt.timedelta(days=days * (periods - place)),
            f"w{number % warehouses}",
            f"p{number // warehouses}",
            int(rng.poisson(mean * (1 + number % 5))),
        )
        for number in range(series)
        for place in range(periods)
    ]
    return pl.DataFrame(rows, schema=["date", "warehouse_id", "sku", "units"], orient="row")


def stock(rows: dict[tuple[str, str], int]) -> pl.DataFrame:
    """Stock rows of (warehouse, sku) -> available units."""
    return pl.DataFrame(
        [(warehouse_id, sku, units) for (warehouse_id, sku), units in rows.items()],
        schema={"warehouse_id": pl.String, "sku": pl.String, "available_units": pl.Int64},
        orient="row",
    )


def lane(
    origin_id: str, destination_id: str, mode: str = "truck", lead_time_days: float = 14, **more: object
) -> dict[str, object]:
    """One lane row."""
    row: dict[str, object] = {
        "origin_id": origin_id,
        "destination_id": destination_id,
        "mode": mode,
        "lead_time_days": float(lead_time_days),
        "lead_time_sd_days": None,
        "cost_per_unit": None,
        "cost_per_kg": None,
        "cost_per_cbm": None,
        "min_units": None,
        "capacity_units": None,
        "carton_units": None,
        "review_days": None,
    }
    return row | more


def lanes(*rows: dict[str, object]) -> pl.DataFrame:
    """Lane rows as a frame."""
    numbers = dict.fromkeys(
        ("lead_time_days", "lead_time_sd_days", "cost_per_unit", "cost_per_kg", "cost_per_cbm"), pl.Float64
    )
    whole = dict.fromkeys(("min_units", "capacity_units", "carton_units", "review_days"), pl.Int64)
    return pl.DataFrame(list(rows), schema_overrides={**numbers, **whole})
