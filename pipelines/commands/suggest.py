"""`diaobo suggest`: one round of planning from files, without a company.

Belongs here: options, messages, which columns are written. Does not: the files' columns
(`forecasting/planning_files.py`), the plan (`forecasting/transfer_plan.py`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    import polars as pl

LEADING_COLUMNS = (
    "origin_id",
    "destination_id",
    "mode",
    "sku",
    "units",
    "ship_date",
    "arrival_date",
    "reason",
    "reason_zh",
)

_FILE = click.Path(path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--sales", "sales_path", required=True, type=_FILE, help="date, warehouse_id, sku, units[, in_stock]")
@click.option("--stock", "stock_path", required=True, type=_FILE, help="warehouse_id, sku, available_units")
@click.option("--in-transit", "in_transit_path", type=_FILE, help="warehouse_id, sku, units, expected_date")
@click.option(
    "--lanes", "lanes_path", required=True, type=_FILE, help="origin_id, destination_id, mode, lead_time_days ..."
)
@click.option(
    "--products", "products_path", type=_FILE, help="sku[, weight_kg][, volume_cbm][, unit_cost][, unit_price] ..."
)
@click.option(
    "--policy", "policy_path", required=True, type=_FILE, help="TOML: service level or costs, review_days, freq"
)
@click.option("--as-of", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day; its sales are still to come.")
@click.option("--out", "out_path", required=True, type=_FILE, help="CSV or Parquet to write.")
def command(
    sales_path: Path,
    stock_path: Path,
    in_transit_path: Path | None,
    lanes_path: Path,
    products_path: Path | None,
    policy_path: Path,
    as_of: dt.datetime,
    out_path: Path,
) -> None:
    """Suggest what to move today, by which mode, and why."""
    from forecasting.demand import forecast_demand
    from forecasting.network import UnableToPlan
    from forecasting.planning_files import (
        IN_TRANSIT,
        LANES,
        PRODUCTS,
        SALES,
        STOCK,
        UnableToReadFile,
        read_file,
        read_policy_file,
    )
    from forecasting.planning_output import check_out_path, write_file
    from forecasting.series import UnableToReadSeries, sales_to_panel
    from forecasting.transfer_plan import plan_transfers, planning_horizon

    day = as_of.date()
    problems: list[str] = []
    files: dict[str, pl.DataFrame] = {}
    wanted = (
        ("sales", sales_path, SALES),
        ("stock", stock_path, STOCK),
        ("in_transit", in_transit_path, IN_TRANSIT),
        ("lanes", lanes_path, LANES),
        ("products", products_path, PRODUCTS),
    )
    try:
        check_out_path(out_path)
    except UnableToReadFile as error:
        problems += error.problems
    for name, path, file_format in wanted:
        try:
            if path is not None:
                files[name] = read_file(path, file_format)
        except UnableToReadFile as error:
            problems += error.problems
    try:
        policy, unknown_keys = read_policy_file(policy_path)
    except UnableToReadFile as error:
        problems += error.problems
    if problems:
        _refuse(problems)
    for key in unknown_keys:
        click.echo(f"{policy_path.name}: {key} means nothing here and is not used", err=True)
    products = _with_prices(files.get("products"), files["sales"])
    try:
        panel = sales_to_panel(files["sales"], freq=policy.freq, before=day)
        horizon = planning_horizon(
            lanes=files["lanes"],
            products=products,
            policy=policy,
            freq=policy.freq,
            stock=files["stock"],
            warehouses=set(panel.keys["warehouse_id"]),
        )
        late = max((day - panel.next_date).days, 0) // (7 if policy.freq == "W-MON" else 1)
        plan = plan_transfers(
            forecast_demand(panel, horizon=horizon + late + 1),
            as_of=day,
            stock=files["stock"],
            lanes=files["lanes"],
            policy=policy,
            in_transit=files.get("in_transit"),
            products=products,
        )
    except UnableToReadSeries as error:
        _refuse([f"{sales_path.name}: {problem}" for problem in error.problems])
    except UnableToPlan as error:
        _refuse([str(error)])
    rows = _with_extra_columns(plan.transfers, lanes=files["lanes"], products=files.get("products"))
    write_file(rows, out_path)
    click.echo(f"{out_path}: {rows.height} suggestions, {rows['units'].sum()} units, ship on {day}", err=True)
    if plan.purchases.height:
        click.echo(
            f"{plan.purchases.height} products are short in the whole network and would have to be bought", err=True
        )


def _refuse(problems: list[str]) -> NoReturn:
    for problem in problems:
        click.echo(problem, err=True)
    raise SystemExit(2)


def _with_prices(products: pl.DataFrame | None, sales: pl.DataFrame) -> pl.DataFrame | None:
    """Products with the latest unit price of the sales where the products file names none."""
    import polars as pl

    if "unit_price" not in sales.columns:
        return products
    paid = (
        sales.drop_nulls("unit_price").sort("date").group_by("sku").agg(pl.col("unit_price").last().alias("paid_price"))
    )
    if products is None:
        return paid.rename({"paid_price": "unit_price"})
    joined = products.join(paid, on="sku", how="left")
    named = pl.col("unit_price") if "unit_price" in products.columns else pl.lit(None, dtype=pl.Float64)
    return joined.with_columns(pl.coalesce(named, "paid_price").alias("unit_price")).drop("paid_price")


def _with_extra_columns(transfers: pl.DataFrame, *, lanes: pl.DataFrame, products: pl.DataFrame | None) -> pl.DataFrame:
    """Result columns first, then the arithmetic, then the columns of lanes and products that are not ours."""
    from forecasting.planning_files import LANES, PRODUCTS

    rows = transfers.select(*LEADING_COLUMNS, *[name for name in transfers.columns if name not in LEADING_COLUMNS])
    for frame, file_format in ((lanes, LANES), (products, PRODUCTS)):
        if frame is not None:
            known = {column.name for column in file_format.columns}
            extra = [name for name in frame.columns if name not in known and name not in rows.columns]
            if extra:
                keys = list(file_format.keys)
                rows = rows.join(frame.select(*keys, *extra), on=keys, how="left", maintain_order="left")
    return rows
