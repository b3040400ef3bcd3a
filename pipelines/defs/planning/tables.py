"""The tables of schema `planning`: their columns and how a frame becomes one of them.

Belongs here: types, rounding, order of rows, so that equal plans make equal tables. Does not: how they are computed
(`assets.py`, `forecasting/`).
"""

from __future__ import annotations

import duckdb
import polars as pl

from pipelines.landing.sql_text import identifier

DECIMALS = 4

PLANNING_TABLES: dict[str, dict[str, str]] = {
    "demand_forecasts": {
        "warehouse_id": "VARCHAR",
        "sku": "VARCHAR",
        "forecast_date": "DATE",
        "model": "VARCHAR",
        "forecast_units": "DOUBLE",
        "forecast_q05_units": "DOUBLE",
        "forecast_q50_units": "DOUBLE",
        "forecast_q95_units": "DOUBLE",
    },
    "safety_stocks": {
        "warehouse_id": "VARCHAR",
        "sku": "VARCHAR",
        "as_of_date": "DATE",
        "model": "VARCHAR",
        "available_units": "BIGINT",
        "in_transit_units": "BIGINT",
        "open_order_units": "BIGINT",
        "purchase_units": "BIGINT",
        "position_units": "BIGINT",
        "mean_daily_units": "DOUBLE",
        "protection_days": "BIGINT",
        "demand_until_arrival_units": "DOUBLE",
        "safety_stock_units": "BIGINT",
        "reorder_point_units": "BIGINT",
        "order_up_to_units": "BIGINT",
        "stock_out_date": "DATE",
        "days_of_cover": "DOUBLE",
        "is_below_safety_stock": "BOOLEAN",
        "is_below_reorder_point": "BOOLEAN",
    },
    "transfer_suggestions": {
        "suggestion_id": "VARCHAR",
        "as_of_date": "DATE",
        "origin_id": "VARCHAR",
        "destination_id": "VARCHAR",
        "mode": "VARCHAR",
        "sku": "VARCHAR",
        "units": "BIGINT",
        "ship_date": "DATE",
        "arrival_date": "DATE",
        "available_units": "BIGINT",
        "in_transit_units": "BIGINT",
        "open_order_units": "BIGINT",
        "purchase_units": "BIGINT",
        "planned_units": "BIGINT",
        "position_units": "BIGINT",
        "later_units": "BIGINT",
        "demand_until_arrival_units": "DOUBLE",
        "demand_until_next_arrival_units": "DOUBLE",
        "expected_lost_before_arrival_units": "DOUBLE",
        "protection_units": "DOUBLE",
        "order_up_to_units": "BIGINT",
        "carton_units": "BIGINT",
        "origin_available_units": "BIGINT",
        "freight_amount": "DECIMAL(18,4)",
        "freight_currency": "VARCHAR",
        "value_amount": "DECIMAL(18,4)",
        "value_currency": "VARCHAR",
        "expected_lost_units_avoided": "DOUBLE",
        "expected_benefit_amount": "DECIMAL(18,4)",
        "reason_code": "VARCHAR",
        "reason": "VARCHAR",
        "reason_zh": "VARCHAR",
    },
    "purchase_suggestions": {
        "suggestion_id": "VARCHAR",
        "as_of_date": "DATE",
        "supplier_id": "VARCHAR",
        "warehouse_id": "VARCHAR",
        "sku": "VARCHAR",
        "units": "BIGINT",
        "order_by_date": "DATE",
        "need_by_date": "DATE",
        "expected_date": "DATE",
        "moq_units": "BIGINT",
        "purchase_lead_time_days": "BIGINT",
        "short_units": "BIGINT",
        "value_amount": "DECIMAL(18,4)",
        "value_currency": "VARCHAR",
        "reason_code": "VARCHAR",
        "reason": "VARCHAR",
        "reason_zh": "VARCHAR",
    },
}


def empty_planning_table(table: str) -> pl.DataFrame:
    """A frame without rows that has the columns of `planning.<table>`; writing it gives them their types."""
    return pl.DataFrame(schema=dict.fromkeys(PLANNING_TABLES[table], pl.Null))


def write_planning_table(connection: duckdb.DuckDBPyConnection, *, table: str, frame: pl.DataFrame) -> None:
    """Replaces `planning.<table>` by the frame's rows, typed and rounded; the frame has at least its columns."""
    columns = ", ".join(
        f"{_value(column, type_)} as {identifier(column)}" for column, type_ in PLANNING_TABLES[table].items()
    )
    connection.execute("create schema if not exists planning")
    connection.register("planned_rows", frame.to_arrow())
    try:
        connection.execute(
            f"create or replace table planning.{identifier(table)} as select {columns} from planned_rows order by all"
        )
    finally:
        connection.unregister("planned_rows")


def _value(column: str, type_: str) -> str:
    value = f"cast({identifier(column)} as {type_})"
    return f"round({value}, {DECIMALS})" if type_ == "DOUBLE" else value
