"""How every product stands in every warehouse: one row each, with safety stock, reorder point and stock-out date.

Belongs here: rows of positions. Does not: suggestions (`plan_rows.py`), what is needed (`planning_passes.py`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl

from forecasting.planning_needs import Need
from forecasting.planning_round import PlanningRound
from forecasting.planning_state import PLANNED

POSITION_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "warehouse_id": pl.String,
    "sku": pl.String,
    "as_of_date": pl.Date,
    "available_units": pl.Int64,
    "in_transit_units": pl.Int64,
    "open_order_units": pl.Int64,
    "purchase_units": pl.Int64,
    "position_units": pl.Int64,
    "mean_daily_units": pl.Float64,
    "protection_days": pl.Int64,
    "demand_until_arrival_units": pl.Float64,
    "safety_stock_units": pl.Int64,
    "reorder_point_units": pl.Int64,
    "order_up_to_units": pl.Int64,
    "stock_out_date": pl.Date,
    "days_of_cover": pl.Float64,
    "model": pl.String,
    "is_below_safety_stock": pl.Boolean,
    "is_below_reorder_point": pl.Boolean,
}


def position_rows(needs: list[Need], *, books: PlanningRound, as_of: dt.date) -> pl.DataFrame:
    """One row per node against its own demand, columns POSITION_COLUMNS.

    protection_days is lead time + review of its feeding lane (or of a purchase). Safety stock is what the order-up-to
    level holds above the mean demand of that time, never negative; the reorder point is mean demand over the lead time
    plus safety stock, and it is compared with the position less what arrives only after the next order could.
    stock_out_date is the first day by which most demand paths have run dry, with all that is on the
    way; empty when that is beyond the plan's horizon.
    """
    state = books.state
    parts = [pl.DataFrame(schema=POSITION_COLUMNS)]
    for need in needs:
        nodes, window = need.nodes, need.window
        mean = state.mean[nodes]
        until, until_next = mean[:, : window.arrival].sum(axis=1), mean[:, : window.end].sum(axis=1)
        available = state.available[nodes]
        supply = {f"{kind}_units": units[nodes] for kind, units in state.supply.items() if kind != PLANNED}
        position = available + sum(supply.values(), start=np.zeros(len(nodes), dtype=np.int64))
        order_up_to = need.order_up_to
        safety = np.maximum(np.ceil(np.round(order_up_to - until_next + need.lost_before, 6)), 0).astype(np.int64)
        reorder_point = np.ceil(np.round(until + safety, 6)).astype(np.int64)
        daily = until_next / (window.end * state.period_days)
        alone = replace(books, members={})  # a position is a warehouse's own, without what it feeds
        dry = alone.dry_periods(nodes, chance=np.full(len(nodes), 0.5))
        out_days = np.where(dry < state.periods, dry * state.period_days, -1)
        has_demand = daily > 0
        part = pl.DataFrame(
            {
                "warehouse_id": state.nodes["warehouse_id"].gather(nodes),
                "sku": state.nodes["sku"].gather(nodes),
                "available_units": available,
                **supply,
                "position_units": position,
                "mean_daily_units": np.round(daily, 4),
                "demand_until_arrival_units": np.round(until, 2),
                "safety_stock_units": safety,
                "reorder_point_units": reorder_point,
                "order_up_to_units": order_up_to,
                "out_days": out_days,
                "days_of_cover": np.round(available / np.where(has_demand, daily, 1.0), 1),
                "has_demand": has_demand,
                "model": state.models[nodes].tolist(),
                "is_below_safety_stock": available < safety,
                "is_below_reorder_point": position - need.later < reorder_point,
            }
        ).with_columns(
            pl.lit(as_of).alias("as_of_date"),
            pl.lit(window.end * state.period_days, dtype=pl.Int64).alias("protection_days"),
            pl.when(pl.col("out_days") >= 0).then(pl.lit(as_of) + pl.duration(days="out_days")).alias("stock_out_date"),
            pl.when("has_demand").then("days_of_cover").alias("days_of_cover"),
            pl.when(pl.col("model") != "").then("model").alias("model"),
        )
        parts.append(part.select(pl.col(name).cast(kind) for name, kind in POSITION_COLUMNS.items()))
    return pl.concat(parts).sort("warehouse_id", "sku")
