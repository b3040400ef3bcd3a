"""Demand per product and warehouse, safety stock, suggestions.

Does not hold: the methods (`forecasting/`), the frames' queries (`inputs.py`), the tables' types (`tables.py`).
"""

import datetime as dt
from collections.abc import Iterator
from functools import partial

import polars as pl
from dagster import AssetKey, AssetSpec, MaterializeResult, asset, multi_asset

from forecasting.calendars import country_holidays
from forecasting.demand import forecast_demand, forecast_from_frame
from forecasting.series import DemandPanel, UnableToFindHistory, sales_to_panel
from forecasting.transfer_plan import TransferPlan, plan_transfers, planning_horizon
from pipelines.defs.keys import WAREHOUSE_POOL, mart, planned
from pipelines.defs.planning.inputs import (
    PlanningFrames,
    Settings,
    read_countries,
    read_demand,
    read_lanes,
    read_planning_frames,
    read_products,
    read_settings,
)
from pipelines.defs.planning.tables import empty_planning_table, write_planning_table
from pipelines.defs.planning.uncounted import keep_counted, uncounted_warehouses, without_lanes_to
from pipelines.resources import WarehouseResource

# What people look at reaches a quarter of a year ahead, also where the plan itself needs less.
SHOWN_DAYS = 91
QUANTILES = (0.05, 0.5, 0.95)
PLANNED_TABLES = ("safety_stocks", "transfer_suggestions", "purchase_suggestions")

MEASURED_DEMAND = AssetKey(["intermediate", "demand", "periods_measured"])
LANES = AssetKey(["intermediate", "planning", "lanes_costed"])


@asset(
    key=planned("demand_forecasts"),
    deps=[MEASURED_DEMAND, LANES, mart("dim_products"), mart("dim_warehouses")],
    group_name="demand",
    kinds={"python"},
    pool=WAREHOUSE_POOL,
)
def demand_forecasts(warehouse: WarehouseResource) -> MaterializeResult:
    """Expected demand and its quantiles of every product and warehouse that ever sold, after the last known period."""
    with warehouse.connect(read_only=True) as connection:
        settings = read_settings(connection)
        sales, countries = read_demand(connection), read_countries(connection)
        lanes, products = read_lanes(connection), read_products(connection)
    freq = settings.policy.freq
    panel = _known_demand(sales, settings=settings)
    if panel is None:
        table = empty_planning_table("demand_forecasts")
    else:
        shown = SHOWN_DAYS if freq == "D" else SHOWN_DAYS // 7
        horizon = max(planning_horizon(lanes=lanes, products=products, policy=settings.policy, freq=freq), shown)
        end = settings.as_of_date + dt.timedelta(days=horizon * (1 if freq == "D" else 7))
        events = country_holidays(countries, start=sales["date"].min(), end=end)
        frame = forecast_demand(panel, horizon=horizon, model="auto", events=events).to_frame(quantiles=QUANTILES)
        table = _named_forecast(frame)
    with warehouse.connect() as connection:
        write_planning_table(connection, table="demand_forecasts", frame=table)
    models = table.unique(["warehouse_id", "sku"])["model"].value_counts().sort("model")
    return MaterializeResult(
        metadata={"dagster/row_count": table.height, **{f"series_by_{row[0]}": row[1] for row in models.rows()}}
    )


@multi_asset(
    name="plan",
    specs=[
        AssetSpec(
            planned(name),
            deps=[
                planned("demand_forecasts"),
                AssetKey(["intermediate", "planning", "stock_selected"]),
                AssetKey(["intermediate", "planning", "arrivals_scheduled"]),
                AssetKey(["intermediate", "planning", "open_orders_selected"]),
            ],
            group_name=group,
            kinds={"python"},
        )
        for name, group in (
            ("safety_stocks", "inventory"),
            ("transfer_suggestions", "planning"),
            ("purchase_suggestions", "orders"),
        )
    ],
    pool=WAREHOUSE_POOL,
)
def plan(warehouse: WarehouseResource) -> Iterator[MaterializeResult]:
    """Levels and positions of every product and warehouse, transfers and purchases that are advised this morning."""
    with warehouse.connect(read_only=True) as connection:
        settings = read_settings(connection)
        sales, frames = read_demand(connection), read_planning_frames(connection)
        forecasts = connection.execute(
            """
            select
                warehouse_id || '/' || sku as unique_id, forecast_date as ds, forecast_units as mean, model
            from planning.demand_forecasts
            order by warehouse_id, sku, forecast_date
            """
        ).pl()
    panel = _known_demand(sales, settings=settings)
    if panel is None:
        tables = {name: empty_planning_table(name) for name in PLANNED_TABLES}
    else:
        result = _planned(panel, forecasts, frames=frames, settings=settings)
        tables = dict(zip(PLANNED_TABLES, (result.positions, result.transfers, result.purchases), strict=True))
    with warehouse.connect() as connection:
        for name, frame in tables.items():
            write_planning_table(connection, table=name, frame=frame)
    for name, frame in tables.items():
        yield MaterializeResult(asset_key=planned(name), metadata={"dagster/row_count": frame.height})


def _known_demand(sales: pl.DataFrame, *, settings: Settings) -> DemandPanel | None:
    """Demand before the morning of the run; None for a company without any: its stock is shown, nothing is advised."""
    try:
        return sales_to_panel(sales, freq=settings.policy.freq, before=settings.as_of_date)
    except UnableToFindHistory:
        return None


def _planned(
    panel: DemandPanel, forecasts: pl.DataFrame, *, frames: PlanningFrames, settings: Settings
) -> TransferPlan:
    planned_with = partial(
        plan_transfers,
        forecast_from_frame(panel, forecasts),
        as_of=settings.as_of_date,
        stock=frames.stock,
        policy=settings.policy,
        in_transit=frames.in_transit,
        open_orders=frames.open_orders,
        purchase_orders=frames.purchase_orders,
        products=frames.products,
        currency=settings.base_currency,
    )
    result = planned_with(lanes=frames.lanes)
    uncounted = uncounted_warehouses(selling=panel.keys["warehouse_id"].unique(), stock=frames.stock)
    if uncounted:
        advised = planned_with(lanes=without_lanes_to(uncounted, lanes=frames.lanes))
        result = keep_counted(advised, levels=result, warehouses=uncounted)
    return result


def _named_forecast(frame: pl.DataFrame) -> pl.DataFrame:
    # unique_id is warehouse_id/sku; only the first slash separates, so that a sku may hold one.
    parts = pl.col("unique_id").str.splitn("/", 2)
    return frame.select(
        parts.struct.field("field_0").alias("warehouse_id"),
        parts.struct.field("field_1").alias("sku"),
        pl.col("ds").alias("forecast_date"),
        "model",
        pl.col("mean").alias("forecast_units"),
        pl.col("q05").alias("forecast_q05_units"),
        pl.col("q50").alias("forecast_q50_units"),
        pl.col("q95").alias("forecast_q95_units"),
    )
