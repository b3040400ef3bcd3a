"""What to move now, what to buy, and how every product stands in every warehouse.

Belongs here: the plan's one entry, its inputs and the sequence of a round. Does not: reading files
(`planning_files.py`), what a unit earns (`safety_stock.py`), rows and sentences of the result (`plan_rows.py`,
`reasons.py`).

Only the inside is expected to change (issue 7 brings lead times as distributions and a mixed-integer plan over
periods); `plan_transfers` and its columns stay.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.calendars import Freq
from forecasting.demand import DemandForecast
from forecasting.network import Network, UnableToPlan, read_network, read_products
from forecasting.plan_rows import purchase_rows, transfer_rows
from forecasting.planning_passes import open_books, own_needs, plan_within_minimums, purchase_needs
from forecasting.planning_state import (
    DEFAULT_PURCHASE_LEAD_TIME_DAYS,
    PlanningState,
    build_state,
    longest_horizon,
)
from forecasting.policy import Policy
from forecasting.position_rows import position_rows

Integers = npt.NDArray[np.int64]

__all__ = ["TransferPlan", "UnableToPlan", "plan_transfers", "planning_horizon"]


@dataclass(frozen=True)
class TransferPlan:
    """Result of one round.

    Attributes:
        transfers: one row per origin, destination, mode and sku that ships now.
        purchases: one row per warehouse and sku that the network lacks.
        positions: one row per warehouse and sku.
    """

    transfers: pl.DataFrame
    purchases: pl.DataFrame
    positions: pl.DataFrame


def planning_horizon(
    *,
    lanes: pl.DataFrame,
    products: pl.DataFrame | None,
    policy: Policy,
    freq: Freq,
    stock: pl.DataFrame | None = None,
    warehouses: set[str] | None = None,
) -> int:
    """Periods of forecast that a plan looks ahead, at most: every leg, review, look-ahead, and purchases.

    A forecast that is shorter also serves: its last week goes on. Purchases are left out where `stock` and
    `warehouses` (those with sales) show that nothing has to be bought, because every origin is unlimited.
    """
    network = read_network(
        lanes.drop("cost_per_kg", "cost_per_cbm", strict=False),
        stocked=set(lanes["origin_id"]) if stock is None else set(stock["warehouse_id"]),
        products=read_products(None, skus=[""]),
        review_days=policy.review_days,
    )
    names = None if stock is None or warehouses is None else warehouses | set(stock["warehouse_id"])
    return longest_horizon(
        network,
        purchase_lead_time_days=_longest_purchase(products),
        review_days=policy.review_days,
        freq=freq,
        has_sources=names is None or _has_sources(names, network=network),
    )


def plan_transfers(
    forecast: DemandForecast,
    *,
    as_of: dt.date,
    stock: pl.DataFrame,
    lanes: pl.DataFrame,
    policy: Policy,
    in_transit: pl.DataFrame | None = None,
    open_orders: pl.DataFrame | None = None,
    purchase_orders: pl.DataFrame | None = None,
    products: pl.DataFrame | None = None,
    currency: str | None = None,
) -> TransferPlan:
    """One round of planning on the morning of `as_of`, before that day's sales.

    Args:
        forecast: demand from the sales before `as_of`.
        as_of: the day; everything that is suggested ships on it.
        stock: warehouse_id, sku, available_units. An origin without any row has supply without end, one with any row
            has 0 of what it does not list.
        lanes: origin_id, destination_id, mode, lead_time_days[, lead_time_sd_days][, cost_per_unit][, cost_per_kg]
            [, cost_per_cbm][, min_units][, capacity_units][, carton_units][, review_days][, is_unlimited]; minimum and
            capacity are for everything that ships together.
        policy: what stock-outs and stock may cost.
        in_transit: warehouse_id (the destination), sku, units, expected_date.
        open_orders: transfer orders whose units have not left: origin_id, destination_id, sku, units, arrival_date
            [, is_reserved]; where is_reserved is false, the units still have to come off the origin's available ones.
        purchase_orders: warehouse_id, sku, units still open, expected_date.
        products: sku[, weight_kg][, volume_cbm][, carton_units][, unit_cost][, unit_price][, supplier_id][, moq_units]
            [, purchase_lead_time_days].
        currency: of all costs and prices.

    Returns:
        Suggestions and positions, sorted by their keys; the same input gives the same plan.

    Raises:
        UnableToPlan: a forecast that begins after `as_of`, contradicting lanes or products.
    """
    supplies = {
        "in_transit": _supply(in_transit, warehouse="warehouse_id", date="expected_date"),
        "open_order": _supply(open_orders, warehouse="destination_id", date="arrival_date"),
        "purchase": _supply(purchase_orders, warehouse="warehouse_id", date="expected_date"),
    }
    keyed = [forecast.keys, stock, *supplies.values()]
    skus = sorted(set().union(*(set(frame["sku"]) for frame in keyed)))
    known = read_products(products, skus=skus)
    stocked = set(stock["warehouse_id"])
    network = read_network(lanes, stocked=stocked, products=known, review_days=policy.review_days)
    nodes = _nodes(keyed, network=network)
    state = build_state(
        forecast,
        as_of=as_of,
        periods=longest_horizon(
            network,
            purchase_lead_time_days=_longest_purchase(products),
            review_days=policy.review_days,
            freq=policy.freq,
            has_sources=_has_sources(set(nodes["warehouse_id"]), network=network),
        ),
        stock=stock,
        supplies=supplies,
        nodes=nodes,
        skus=skus,
    )
    committed = _unreserved(open_orders, state=state)
    state.available -= np.minimum(committed, state.available)
    shipments = plan_within_minimums(state, network=network, products=known, policy=policy)
    books = open_books(state, network=network, products=known, policy=policy)
    return TransferPlan(
        transfers=transfer_rows(shipments, opening=state, books=books, as_of=as_of, currency=currency),
        purchases=purchase_rows(purchase_needs(books), books=books, as_of=as_of, currency=currency),
        positions=position_rows(own_needs(books), books=books, as_of=as_of),
    )


def _longest_purchase(products: pl.DataFrame | None) -> float:
    if products is None or "purchase_lead_time_days" not in products.columns:
        return DEFAULT_PURCHASE_LEAD_TIME_DAYS
    longest = products["purchase_lead_time_days"].cast(pl.Float64).fill_null(DEFAULT_PURCHASE_LEAD_TIME_DAYS).max()
    return DEFAULT_PURCHASE_LEAD_TIME_DAYS if longest is None else float(str(longest))


def _has_sources(names: set[str], *, network: Network) -> bool:
    """Whether any warehouse is fed by purchases only: no lane reaches it and its supply has an end."""
    return any(network.feeding_lane(name) is None and name not in network.unlimited for name in names)


def _supply(frame: pl.DataFrame | None, *, warehouse: str, date: str) -> pl.DataFrame:
    if frame is None:
        return pl.DataFrame(schema={"warehouse_id": pl.String, "sku": pl.String, "units": pl.Int64, "date": pl.Date})
    return frame.select(
        pl.col(warehouse).alias("warehouse_id"), "sku", pl.col("units").cast(pl.Int64), pl.col(date).alias("date")
    ).filter(pl.col("units") > 0)


def _unreserved(open_orders: pl.DataFrame | None, *, state: PlanningState) -> Integers:
    units = np.zeros(len(state.sku), dtype=np.int64)
    if open_orders is None or "is_reserved" not in open_orders.columns:
        return units
    waiting = (
        open_orders.filter(~pl.col("is_reserved").fill_null(value=True))
        .group_by("origin_id", "sku")
        .agg(pl.col("units").sum())
    )
    joined = state.nodes.join(
        waiting, left_on=["warehouse_id", "sku"], right_on=["origin_id", "sku"], how="left", maintain_order="left"
    )
    return joined["units"].fill_null(0).cast(pl.Int64).to_numpy().copy()


def _nodes(keyed: list[pl.DataFrame], *, network: Network) -> pl.DataFrame:
    """Every warehouse and product that has demand, stock or supply, and what a warehouse's feeders need it for."""
    nodes = pl.concat([frame.select("warehouse_id", "sku") for frame in keyed]).unique()
    feeders = [
        (feeder, below)
        for feeder in sorted({lane.origin_id for lane in network.lanes} - network.unlimited)
        for below in network.below(feeder)
        if below != feeder
    ]
    if feeders:
        links = pl.DataFrame(feeders, schema={"feeder": pl.String, "warehouse_id": pl.String}, orient="row")
        fed = links.join(nodes, on="warehouse_id").select(pl.col("feeder").alias("warehouse_id"), "sku")
        nodes = pl.concat([nodes, fed]).unique()
    return nodes.sort("warehouse_id", "sku")
