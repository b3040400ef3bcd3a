"""The sequence of a round: who asks when, through which lane, and what sources have to buy.

Belongs here: passes over warehouses and lanes. Does not: what a node needs and how it is booked
(`planning_round.py`), inputs and results (`transfer_plan.py`, `plan_rows.py`).

Order of a round:
1. Warehouses that feed nobody ask first, then those that feed them (their need is that of all below them).
2. Where a faster lane costs more, units are expedited first: only those whose sale would be lost before the next
   slower lane can arrive, and only while the margin that they save pays the additional freight.
3. The cheapest lane whose origin has units replenishes; what it cannot bring goes to the next cheapest.
4. A lane that carries less than its minimum is closed and the round begins again.
An origin with sales of its own keeps what protects them until its next arrival, and gives nothing of it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from forecasting.network import Network, Products
from forecasting.planning_needs import Need, Shipment
from forecasting.planning_round import PlanningRound
from forecasting.planning_state import PlanningState
from forecasting.policy import Policy
from forecasting.safety_stock import Window, project

Integers = npt.NDArray[np.int64]


def open_books(state: PlanningState, *, network: Network, products: Products, policy: Policy) -> PlanningRound:
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


def plan_within_minimums(
    state: PlanningState, *, network: Network, products: Products, policy: Policy
) -> list[Shipment]:
    """Rounds until every lane in use carries its minimum; one that cannot is closed and its needs go elsewhere."""
    closed: set[int] = set()
    while True:
        books = open_books(state, network=network, products=products, policy=policy)
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


def own_needs(books: PlanningRound) -> list[Need]:
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


def purchase_needs(books: PlanningRound) -> list[Need]:
    """What sources of the network lack: warehouses that no lane reaches and whose supply has an end."""
    sources = [
        name
        for name in sorted(set(books.state.warehouse.tolist()))
        if books.network.feeding_lane(name) is None and name not in books.network.unlimited
    ]
    needs = []
    for name in sources:
        for own, _, lead in _own_windows(books, name):
            onward = books.onward_days(own)
            for days in np.unique(onward):
                nodes = own[onward == days]
                needs.append(
                    books.need(
                        nodes,
                        lane=-1,
                        window=books.state.window(lead_time_days=lead + days, review_days=books.policy.review_days),
                        economics=books.economics(nodes, freight=np.zeros(len(nodes))),
                        carton_units=np.ones(len(nodes), dtype=np.int64),
                        sd_days=0.0,
                    )
                )
    return needs
