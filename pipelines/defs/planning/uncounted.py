"""Warehouses that sell and whose stock no source has ever counted: nothing is advised on stock that nobody knows.

Belongs here: who they are, and what of a plan is left for them: demand and levels, which need no count. Does not: the
counts themselves (`dbt_project`, stock), stock that is known to be zero (a row with 0 is a count).
Online Retail II is such a company: its data hold sales only, and a plan from zero would buy half a million units.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from forecasting.transfer_plan import TransferPlan

NEEDS_A_COUNT = (
    "available_units",
    "position_units",
    "stock_out_date",
    "days_of_cover",
    "is_below_safety_stock",
    "is_below_reorder_point",
)


def uncounted_warehouses(*, selling: Iterable[str], stock: pl.DataFrame) -> list[str]:
    """Warehouses of `selling` without any row of `stock` (warehouse_id, ...), in order."""
    return sorted(set(selling) - set(stock["warehouse_id"].to_list()))


def without_lanes_to(warehouses: Iterable[str], *, lanes: pl.DataFrame) -> pl.DataFrame:
    """The lanes that may be advised, so that no unit of a scarce origin goes where stock is unknown."""
    return lanes.filter(~pl.col("destination_id").is_in(list(warehouses)))


def levels_only(positions: pl.DataFrame, *, warehouses: Iterable[str]) -> pl.DataFrame:
    """Positions with null instead of every figure that would need a count, at those warehouses."""
    is_unknown = pl.col("warehouse_id").is_in(list(warehouses))
    return positions.with_columns(
        pl.when(~is_unknown).then(pl.col(name)).otherwise(None).alias(name) for name in NEEDS_A_COUNT
    )


def keep_counted(advised: TransferPlan, *, levels: TransferPlan, warehouses: Iterable[str]) -> TransferPlan:
    """The suggestions of `advised` for counted warehouses; positions of `levels`, null where a count is needed."""
    names = list(warehouses)
    return replace(
        advised,
        positions=levels_only(levels.positions, warehouses=names),
        purchases=advised.purchases.filter(~pl.col("warehouse_id").is_in(names)),
    )
