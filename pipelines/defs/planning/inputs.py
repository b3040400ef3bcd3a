"""What forecasting and planning read from the warehouse, as the frames that `forecasting/` asks for.

Belongs here: queries, one per frame. Does not: what the columns mean (`dbt_project/models/intermediate`) or what is
computed from them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from forecasting.policy import Policy


@dataclass(frozen=True)
class Settings:
    """The planner's settings of this run; `policy.freq` is the grain of demand."""

    as_of_date: dt.date
    base_currency: str
    policy: Policy


@dataclass(frozen=True)
class PlanningFrames:
    """The frames that `plan_transfers` documents, money in the base currency."""

    stock: pl.DataFrame
    lanes: pl.DataFrame
    products: pl.DataFrame
    in_transit: pl.DataFrame
    open_orders: pl.DataFrame
    purchase_orders: pl.DataFrame


def read_settings(connection: duckdb.DuckDBPyConnection) -> Settings:
    """From raw.company, as the raw tables were loaded."""
    row = connection.execute("select * from raw.company").pl().row(0, named=True)
    keys = (
        "service_level",
        "holding_cost_per_unit_week",
        "shortage_cost_per_unit",
        "holding_rate_per_year",
        "review_days",
        "freq",
    )
    policy: dict[str, Any] = {key: row[key] for key in keys if row[key] is not None}
    return Settings(row["as_of_date"], row["base_currency"], Policy.from_mapping(policy))


def read_demand(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """date, warehouse_id, sku, units, in_stock; one row per period, zeros included."""
    return connection.execute(
        """
        select period_date as date, warehouse_id, sku, demand_units as units, in_stock
        from intermediate.int_demand__periods_measured
        order by warehouse_id, sku, date
        """
    ).pl()


def read_countries(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The country of every warehouse that names one."""
    return dict(
        connection.execute(
            "select warehouse_id, country from marts.dim_warehouses where country is not null order by warehouse_id"
        ).fetchall()
    )


def read_lanes(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """One row per lane, freight in the base currency."""
    return connection.execute(
        """
        select
            origin_id, destination_id, mode, lead_time_days, lead_time_sd_days,
            cast(cost_per_unit_base_amount as double) as cost_per_unit,
            cast(cost_per_kg_base_amount as double) as cost_per_kg,
            cast(cost_per_cbm_base_amount as double) as cost_per_cbm,
            min_units, carton_units, capacity_units, review_days, is_unlimited
        from intermediate.int_planning__lanes_costed
        order by lane_id
        """
    ).pl()


def read_products(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """One row per product, cost and price in the base currency."""
    return connection.execute(
        """
        select
            sku, weight_kg, volume_cbm, carton_units,
            cast(unit_cost_base_amount as double) as unit_cost,
            cast(unit_price_base_amount as double) as unit_price,
            supplier_id, moq_units, purchase_lead_time_days
        from marts.dim_products
        order by sku
        """
    ).pl()


def read_planning_frames(connection: duckdb.DuckDBPyConnection) -> PlanningFrames:
    """Stock, supply and network as of the morning of the run."""
    return PlanningFrames(
        stock=connection.execute(
            """
            select warehouse_id, sku, available_units
            from intermediate.int_planning__stock_selected
            order by warehouse_id, sku
            """
        ).pl(),
        lanes=read_lanes(connection),
        products=read_products(connection),
        in_transit=_arrivals(connection, supply_kind="shipment"),
        # Units that wait for approval still have to come off the origin's stock; reserved ones have.
        open_orders=connection.execute(
            """
            select origin_id, destination_id, sku, units, arrival_date, is_reserved
            from intermediate.int_planning__open_orders_selected
            order by transfer_order_id, line_number
            """
        ).pl(),
        purchase_orders=_arrivals(connection, supply_kind="purchase_order"),
    )


def _arrivals(connection: duckdb.DuckDBPyConnection, *, supply_kind: str) -> pl.DataFrame:
    return connection.execute(
        """
        select warehouse_id, sku, units, arrival_date as expected_date
        from intermediate.int_planning__arrivals_scheduled
        where supply_kind = ?
        order by warehouse_id, sku, arrival_date, document_id
        """,
        [supply_kind],
    ).pl()
