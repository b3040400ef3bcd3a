"""What to move now, what to buy, and how every product stands in every warehouse.

Belongs here: the plan's one entry, its inputs and the sequence of a round. Does not: reading files
(`planning_files.py`), what a unit earns (`safety_stock.py`), rows and sentences of the result (`plan_rows.py`,
`reasons.py`).

Only the inside is expected to change (issue 7 brings lead times as distributions and a mixed-integer plan over
periods); `plan_transfers` and its columns stay.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.calendars import Freq
from forecasting.demand import DemandForecast
from forecasting.network import WITHOUT_LIMIT, Network, Products, UnableToPlan, read_network, read_products
from forecasting.plan_rows import position_rows, purchase_rows, transfer_rows
from forecasting.planning_round import Need, PlanningRound, Shipment
from forecasting.planning_state import (
    DEFAULT_PURCHASE_LEAD_TIME_DAYS,
    PlanningState,
    build_state,
    longest_horizon,
)
from forecasting.policy import Policy
from forecasting.safety_stock import Window, project

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
    shipments = _plan_within_minimums(state, network=network, products=known, policy=policy)
    books = _open_books(state, network=network, products=known, policy=policy)
    return TransferPlan(
        transfers=transfer_rows(shipments, opening=state, books=books, as_of=as_of, currency=currency),
        purchases=purchase_rows(_purchase_needs(books), books=books, as_of=as_of, currency=currency),
        positions=position_rows(_own_needs(books), books=books, as_of=as_of),
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


def _open_books(state: PlanningState, *, network: Network, products: Products, policy: Policy) -> PlanningRound:
    """A round in which nothing is promised yet; origins keep what protects their own sales."""
    books = PlanningRound(
        state=state.copy(),
        network=network,
        products=products,
        policy=policy,
        surplus=state.available.copy(),
        lane_left=np.array([lane.capacity_units for lane in network.lanes], dtype=np.int64),
        members={name: network.below(name) for name in sorted(set(state.warehouse.tolist()))},
    )
    for origin in sorted({lane.origin_id for lane in network.lanes} - network.unlimited):
        for nodes, window, _ in _own_windows(books, origin):
            books.surplus[nodes] = np.maximum(books.surplus[nodes] - _kept(books, nodes=nodes, window=window), 0)
    return books


def _kept(books: PlanningRound, *, nodes: Integers, window: Window) -> Integers:
    """Units that protect own sales until the next arrival that can still be ordered."""
    state, sku = books.state, books.state.sku[nodes]
    kept = np.zeros(len(nodes), dtype=np.int64)
    has_demand = state.mean[nodes].sum(axis=1) > 0
    if not has_demand.any():
        return kept
    nodes, sku = nodes[has_demand], sku[has_demand]
    exposure = project(
        state.paths[state.path_row[nodes]],
        stock=np.zeros(len(nodes)),
        arrivals=state.arrivals[nodes],
        window=Window(arrival=0, end=window.end, horizon=window.end),
    )
    level = books.policy.protection_level(
        unit_cost=books.products.unit_cost[sku], unit_price=books.products.unit_price[sku], freight=np.zeros(len(nodes))
    )
    ranked = np.sort(exposure.needed, axis=1)
    place = np.clip(np.ceil(level * ranked.shape[1]).astype(np.int64) - 1, 0, ranked.shape[1] - 1)
    kept[has_demand] = np.maximum(np.ceil(ranked[np.arange(len(nodes)), place]), 0).astype(np.int64)
    return kept


def _own_windows(books: PlanningRound, warehouse_id: str) -> list[tuple[Integers, Window, float]]:
    """Nodes of a warehouse grouped by when their next supply can arrive: nodes, window, days of lead time."""
    nodes = books.nodes_of(warehouse_id)
    number = books.network.feeding_lane(warehouse_id)
    if number is not None:
        lane = books.network.lanes[number]
        window = books.state.window(lead_time_days=lane.lead_time_days, review_days=lane.review_days)
        return [(nodes, window, lane.lead_time_days)] if len(nodes) else []
    days = books.purchase_lead_time(nodes)
    return [
        (
            nodes[days == lead],
            books.state.window(lead_time_days=lead, review_days=books.policy.review_days),
            float(lead),
        )
        for lead in np.unique(days)
    ]


def _plan_within_minimums(
    state: PlanningState, *, network: Network, products: Products, policy: Policy
) -> list[Shipment]:
    """Rounds until every lane that is used carries its minimum; a lane that cannot is closed, its needs go elsewhere."""
    closed: set[int] = set()
    while True:
        books = _open_books(state, network=network, products=products, policy=policy)
        books.lane_left[sorted(closed)] = 0
        shipments = [shipment for group in network.planning_order() for shipment in _serve(books, group)]
        carried = np.zeros(len(network.lanes), dtype=np.int64)
        for shipment in shipments:
            carried[shipment.need.lane] += shipment.units.sum()
        below = [number for number, lane in enumerate(network.lanes) if 0 < carried[number] < lane.min_units]
        if not below:
            return shipments
        # the one that is farthest from its minimum first: closing it may lift the others over theirs
        closed.add(max(below, key=lambda number: (network.lanes[number].min_units - carried[number], number)))


def _serve(books: PlanningRound, group: list[str]) -> list[Shipment]:
    """Expedite, then replenish by the cheapest lane, then what it could not bring by the next, for one group."""
    shipments = [shipment for name in group for shipment in _expedite(books, name)]
    waiting = {name: books.nodes_of(name) for name in group}
    for _ in books.network.lanes:
        needs = [need for name in group for need in _cheapest_needs(books, name, nodes=waiting[name])]
        shipped = books.ship(needs, kind="replenish")
        shipments += shipped
        given = np.zeros(len(books.state.sku), dtype=np.int64)
        for shipment in shipped:
            given[shipment.need.nodes] = shipment.units
        unmet = [need.nodes[given[need.nodes] < need.target] for need in needs]
        is_unmet = np.zeros(len(given), dtype=np.bool_)
        is_unmet[np.concatenate([*unmet, np.zeros(0, dtype=np.int64)])] = True
        waiting = {name: nodes[is_unmet[nodes]] for name, nodes in waiting.items()}
        if not shipped or not is_unmet.any():
            break
    return shipments


def _cheapest_needs(books: PlanningRound, warehouse_id: str, *, nodes: Integers) -> list[Need]:
    """What the cheapest lane that still has something should bring to these nodes."""
    is_open = books.available_lanes(warehouse_id, nodes)
    into = books.network.into(warehouse_id)
    nodes, is_open = nodes[is_open.any(axis=1)], is_open[is_open.any(axis=1)]
    if not len(nodes) or not into:
        return []
    # a trace of the lead time decides between lanes of equal freight
    cost = books.network.freight[:, books.state.sku[nodes]].T + 1e-9 * np.array(
        [lane.lead_time_days for lane in books.network.lanes]
    )
    cheapest = np.where(is_open, cost, np.inf).argmin(axis=1)
    return [books.lane_need(nodes[cheapest == number], lane=number) for number in into if (cheapest == number).any()]


def _expedite(books: PlanningRound, warehouse_id: str) -> list[Shipment]:
    """Units that cannot wait for the next slower lane, fastest lane first."""
    into = books.network.into(warehouse_id)
    if len(into) < 2 or books.network.fed_by().get(warehouse_id):
        return []  # a warehouse that feeds others is replenished in time, not rescued
    nodes = books.nodes_of(warehouse_id)
    lead = np.array([books.network.lanes[number].lead_time_days for number in into])
    shipments: list[Shipment] = []
    for fast in np.argsort(lead, kind="stable"):
        is_open = books.available_lanes(warehouse_id, nodes)[:, into]
        freight = books.network.freight[into][:, books.state.sku[nodes]].T
        is_slower = is_open & (lead[None, :] > lead[fast]) & (freight < freight[:, [fast]])
        wants = is_open[:, fast] & is_slower.any(axis=1)
        next_slower = np.where(is_slower, lead[None, :], np.inf).argmin(axis=1)
        for slower in np.unique(next_slower[wants]):
            chosen = nodes[wants & (next_slower == slower)]
            need = books.expedite_need(chosen, lane=into[fast], slower_lane=into[slower])
            shipments += books.ship([need], kind="expedite", slower_lane=into[slower]) if need else []
    return shipments


def _own_needs(books: PlanningRound) -> list[Need]:
    """Each node against its own demand, by the lane (or purchase) that usually feeds it."""
    needs = []
    for name in sorted(set(books.state.warehouse.tolist())):
        number = books.network.feeding_lane(name)
        sd_days = books.network.lanes[number].lead_time_sd_days if number is not None else 0.0
        alone = replace(books, members={})
        for nodes, window, _ in _own_windows(books, name):
            freight = np.zeros(len(nodes)) if number is None else books.network.freight[number, books.state.sku[nodes]]
            needs.append(
                alone.need(
                    nodes,
                    lane=-1 if number is None else number,
                    window=window,
                    economics=alone.economics(nodes, freight=freight),
                    carton_units=np.ones(len(nodes), dtype=np.int64),
                    sd_days=sd_days,
                )
            )
    return needs


def _purchase_needs(books: PlanningRound) -> list[Need]:
    """What sources of the network lack: warehouses that no lane reaches and whose supply has an end."""
    sources = [
        name
        for name in sorted(set(books.state.warehouse.tolist()))
        if books.network.feeding_lane(name) is None and name not in books.network.unlimited
    ]
    needs = []
    for name in sources:
        onward = max(books.members[name].values())
        for nodes, _, lead in _own_windows(books, name):
            needs.append(
                books.need(
                    nodes,
                    lane=-1,
                    window=books.state.window(lead_time_days=lead + onward, review_days=books.policy.review_days),
                    economics=books.economics(nodes, freight=np.zeros(len(nodes))),
                    carton_units=np.ones(len(nodes), dtype=np.int64),
                    sd_days=0.0,
                )
            )
    return needs
