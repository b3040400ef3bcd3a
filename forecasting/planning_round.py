"""One round of planning: every warehouse asks, every lane and origin gives what it can.

Belongs here: the order in which needs are met and what is booked on the way. Does not: reading frames and writing
them (`transfer_plan.py`), the value of a unit (`safety_stock.py`), dividing scarce units (`allocation.py`).

Order of a round:
1. Warehouses that feed nobody ask first, then those that feed them: what these ask for is their own demand and that
   of all they feed, against all stock in that part of the network (echelon stock; Clark and Scarf, Management Science
   6 (1960)). Stock is then taken to be usable anywhere below, and the travel time is that to the farthest.
2. Where a faster lane costs more, units are expedited first: only those whose sale would be lost before the next
   slower lane can arrive, and only while the margin that they save pays the additional freight.
3. The cheapest lane whose origin has units replenishes; what it cannot carry goes to the next cheapest.
An origin with sales of its own keeps what protects them until its next arrival, and gives nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forecasting.allocation import Claims, share_out
from forecasting.network import WITHOUT_LIMIT, Network, Products
from forecasting.planning_needs import Need, Shipment
from forecasting.planning_state import DEFAULT_PURCHASE_LEAD_TIME_DAYS, PLANNED, PlanningState
from forecasting.policy import Policy
from forecasting.safety_stock import Economics, Exposure, Window, cheapest_units, expected_cost, project

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

ROWS_AT_ONCE = 1_000
"""Nodes whose paths are projected together: about 64 MB per array."""

STEPS = 20
"""Steps in which a claim on scarce units is cut."""


@dataclass
class PlanningRound:
    """Books and rules of one round; `state` is changed as units are promised.

    Attributes:
        surplus: units that each node may give to others, shape (nodes,).
        lane_left: units that each lane can still carry, shape (lanes,).
        members: warehouse -> it and all that it feeds.
    """

    state: PlanningState
    network: Network
    products: Products
    policy: Policy
    surplus: Integers
    lane_left: Integers
    members: dict[str, dict[str, float]]

    def __post_init__(self) -> None:
        self._node_of = self.state.numbers()
        self._used: set[tuple[int, int]] = set()

    def nodes_of(self, warehouse_id: str) -> Integers:
        """Numbers of the nodes of a warehouse, by sku."""
        return np.flatnonzero(self.state.warehouse == warehouse_id)

    def counterpart(self, nodes: Integers, *, warehouse_id: str) -> Integers:
        """The nodes of the same products in another warehouse, -1 where there is none."""
        return np.array(
            [self._node_of.get((warehouse_id, int(sku)), -1) for sku in self.state.sku[nodes]], dtype=np.int64
        )

    def exposures(
        self, nodes: Integers, *, window: Window, lead_time_sd_days: float = 0.0
    ) -> Iterator[tuple[npt.NDArray[np.bool_], Exposure]]:
        """Projections of nodes of one warehouse, a part at a time: which rows, and what they meet."""
        for start in range(0, len(nodes), ROWS_AT_ONCE):
            is_part = np.zeros(len(nodes), dtype=np.bool_)
            is_part[start : start + ROWS_AT_ONCE] = True
            yield is_part, self._project(nodes[is_part], window, lead_time_sd_days=lead_time_sd_days)

    def _exposures_of(self, need: Need) -> Iterator[tuple[npt.NDArray[np.bool_], Exposure]]:
        return self.exposures(need.nodes, window=need.window, lead_time_sd_days=need.lead_time_sd_days)

    def dry_periods(self, nodes: Integers, *, chance: Floats) -> Integers:
        """First period by which units are missing on more than `chance` of the paths when nothing more is ordered.

        Args:
            nodes: of one warehouse; what it feeds counts with it.
            chance: for each node, 0-1.

        Returns:
            Shape (nodes,); the number of periods of the plan where that never happens.
        """
        periods = self.state.periods
        first = np.full(len(nodes), periods, dtype=np.int64)
        for part, exposure in self.exposures(nodes, window=Window(arrival=0, end=periods, horizon=periods)):
            is_likelier = (exposure.running > 0).mean(axis=1) > chance[part, None]
            first[part] = np.where(is_likelier.any(axis=1), is_likelier.argmax(axis=1), periods)
        return first

    def _project(self, nodes: Integers, window: Window, *, lead_time_sd_days: float) -> Exposure:
        state = self.state
        paths = state.paths[state.path_row[nodes]]
        for place, name in enumerate(self.fed_by(nodes)):
            below = self.counterpart(nodes, warehouse_id=name)
            # Paths of two warehouses are put together in an order of their own, so that their luck is independent.
            order = np.random.default_rng(place + 1).permutation(paths.shape[1])
            rows = np.where(below >= 0, state.path_row[below], len(state.paths) - 1)
            paths = paths + state.paths[rows][:, order, :]
        exposure = project(
            paths,
            stock=self.with_below(nodes, state.available.astype(np.float64)),
            arrivals=self.with_below(nodes, state.arrivals),
            window=window,
        )
        if lead_time_sd_days <= 0:
            return exposure
        rate = self.with_below(nodes, state.mean)[:, window.arrival : window.end].mean(axis=1)
        return exposure.delayed(rate=rate, sd_periods=lead_time_sd_days / state.period_days)

    def with_below(self, nodes: Integers, values: Floats) -> Floats:
        """Values of nodes of one warehouse plus those of the same products in all that it feeds.

        Args:
            nodes: numbers of the nodes.
            values: of all nodes, shape (all nodes, ...).
        """
        total = values[nodes]
        for name in self.fed_by(nodes):
            below = self.counterpart(nodes, warehouse_id=name)
            total = total + np.where((below >= 0).reshape(-1, *[1] * (values.ndim - 1)), values[below], 0.0)
        return total

    def fed_by(self, nodes: Integers) -> list[str]:
        """Warehouses below the one whose nodes these are (all of one warehouse)."""
        if not len(nodes):
            return []
        own = str(self.state.warehouse[nodes[0]])
        return [name for name in self.members.get(own, {}) if name != own]

    def need(
        self,
        nodes: Integers,
        *,
        lane: int,
        window: Window,
        economics: Economics,
        carton_units: Integers,
        sd_days: float,
    ) -> Need:
        """The cheapest units of each node, all of one warehouse, and in cartons the cheaper of fewer and more."""
        blank = np.zeros(len(nodes), dtype=np.int64)
        lost = np.zeros(len(nodes))
        need = Need(nodes, lane, window, economics, blank, blank, lost, carton_units, sd_days)
        wanted, target = blank.copy(), blank.copy()
        for part, exposure in self._exposures_of(need):
            costs, carton = economics.of(part), carton_units[part]
            best = cheapest_units(exposure, economics=costs)
            fewer = np.maximum(best, 0) // carton * carton
            more = fewer + np.where(np.maximum(best, 0) > fewer, carton, 0)
            is_more_cheaper = expected_cost(exposure, units=more, economics=costs) < expected_cost(
                exposure, units=fewer, economics=costs
            )
            lost[part] = exposure.lost_before.mean(axis=1)
            wanted[part], target[part] = best, np.where(is_more_cheaper, more, fewer)
        return replace(need, wanted=wanted, target=target)

    def lane_need(self, nodes: Integers, *, lane: int) -> Need:
        """What a lane should bring to nodes of its destination, as the one that replenishes them."""
        row = self.network.lanes[lane]
        onward = max(self.members.get(row.destination_id, {row.destination_id: 0.0}).values())
        window = self.state.window(lead_time_days=row.lead_time_days + onward, review_days=row.review_days)
        return self.need(
            nodes,
            lane=lane,
            window=window,
            economics=self.economics(nodes, freight=self.network.freight[lane, self.state.sku[nodes]]),
            carton_units=self.cartons(nodes, lane=lane),
            sd_days=row.lead_time_sd_days,
        )

    def expedite_need(self, nodes: Integers, *, lane: int, slower_lane: int) -> Need | None:
        """What a faster lane should bring before the slower one can arrive; None where that leaves no time."""
        row, slower = self.network.lanes[lane], self.network.lanes[slower_lane]
        window = self.state.window(lead_time_days=row.lead_time_days, review_days=row.review_days)
        relief = self.state.window(lead_time_days=slower.lead_time_days, review_days=slower.review_days).arrival
        end = min(window.end, relief)
        sku = self.state.sku[nodes]
        value = self.policy.lost_sale_values(
            unit_cost=self.products.unit_cost[sku], unit_price=self.products.unit_price[sku]
        )
        is_known = np.isfinite(value)
        if end <= window.arrival or not is_known.any():
            return None
        nodes, sku, value = nodes[is_known], sku[is_known], value[is_known]
        costs = self.economics(nodes, freight=self.network.freight[slower_lane, sku])
        extra = self.network.freight[lane, sku] - self.network.freight[slower_lane, sku]
        return self.need(
            nodes,
            lane=lane,
            window=Window(arrival=window.arrival, end=end, horizon=end),
            economics=Economics(
                shortage=np.maximum(value - self.network.freight[slower_lane, sku], 0.0),
                holding=costs.holding,
                per_unit=extra,
            ),
            carton_units=self.cartons(nodes, lane=lane),
            sd_days=0.0,
        )

    def economics(self, nodes: Integers, *, freight: Floats) -> Economics:
        """The policy's costs of each node."""
        sku = self.state.sku[nodes]
        return self.policy.economics(
            unit_cost=self.products.unit_cost[sku], unit_price=self.products.unit_price[sku], freight=freight
        )

    def cartons(self, nodes: Integers, *, lane: int) -> Integers:
        """The lane's carton, else the product's, else single units."""
        carton = self.network.lanes[lane].carton_units
        return (
            np.full(len(nodes), carton, dtype=np.int64) if carton else self.products.carton_units[self.state.sku[nodes]]
        )

    def purchase_lead_time(self, nodes: Integers) -> Floats:
        """Days from a purchase to its arrival, the default where the product does not say."""
        days = self.products.purchase_lead_time_days[self.state.sku[nodes]]
        return np.where(np.isfinite(days), days, DEFAULT_PURCHASE_LEAD_TIME_DAYS)

    def available_lanes(self, warehouse_id: str, nodes: Integers) -> npt.NDArray[np.bool_]:
        """Which lanes into a warehouse could bring at least one carton, shape (nodes, all lanes)."""
        is_open = np.zeros((len(nodes), len(self.network.lanes)), dtype=np.bool_)
        for number in self.network.into(warehouse_id):
            lane = self.network.lanes[number]
            carton = self.cartons(nodes, lane=number)
            can_give = np.full(len(nodes), WITHOUT_LIMIT)
            if lane.origin_id not in self.network.unlimited:
                origin = self.counterpart(nodes, warehouse_id=lane.origin_id)
                can_give = np.where(origin >= 0, self.surplus[origin], 0)
            is_open[:, number] = np.minimum(can_give, self.lane_left[number]) >= carton
            is_open[:, number] &= np.array([(number, int(node)) not in self._used for node in nodes], dtype=np.bool_)
        return is_open

    def ship(self, needs: list[Need], *, kind: str, slower_lane: int = -1) -> list[Shipment]:
        """Divide what there is among the needs of one pass, book it, and say what it saves."""
        needs = [need for need in needs if need.target.any()]
        if not needs:
            return []
        shipments = []
        for need, units in zip(needs, self._divide(needs), strict=True):
            is_given = units > 0
            if not is_given.any():
                continue
            given = need.part(is_given)
            shipments.append(self._book(given, units[is_given], kind=kind, slower_lane=slower_lane))
        return shipments

    def _divide(self, needs: list[Need]) -> list[Integers]:
        stocks: list[Integers] = []
        for need in needs:
            origin = self.network.lanes[need.lane].origin_id
            is_endless = origin in self.network.unlimited
            # one stock behind all others stands for supply without end
            at_origin = self.counterpart(need.nodes, warehouse_id=origin)
            stocks.append(np.full(len(need.nodes), len(self.surplus)) if is_endless else at_origin)
        stock_units = np.append(self.surplus, WITHOUT_LIMIT * len(needs))
        asked_of_stock = np.zeros(len(stock_units), dtype=np.int64)
        asked_of_lane = np.zeros(len(self.network.lanes), dtype=np.int64)
        for need, stock in zip(needs, stocks, strict=True):
            np.add.at(asked_of_stock, stock, need.target)
            asked_of_lane[need.lane] += need.target.sum()
        if (asked_of_stock <= stock_units).all() and (asked_of_lane <= self.lane_left).all():
            return [need.target for need in needs]
        step_units, step_gain = zip(*(self._steps(need) for need in needs), strict=True)
        claims = Claims(
            step_units=np.concatenate(step_units),
            step_gain=np.concatenate(step_gain),
            carton_units=np.concatenate([need.carton_units for need in needs]),
            stock=np.concatenate(stocks),
            lane=np.concatenate([np.full(len(need.nodes), need.lane) for need in needs]),
        )
        given = share_out(claims, stock_units=stock_units, lane_units=self.lane_left)
        return np.split(given, np.cumsum([len(need.nodes) for need in needs])[:-1])

    def _steps(self, need: Need) -> tuple[Integers, Floats]:
        """A claim cut into at most STEPS steps of whole cartons, with the gain per unit of each."""
        cartons = need.target // need.carton_units
        bounds = np.minimum(-(-cartons[:, None] * np.arange(STEPS + 1)[None, :] // STEPS), cartons[:, None])
        bounds = bounds * need.carton_units[:, None]
        costs = np.zeros(bounds.shape)
        for part, exposure in self._exposures_of(need):
            for step in range(STEPS + 1):
                costs[part, step] = expected_cost(exposure, units=bounds[part, step], economics=need.economics.of(part))
        units = np.diff(bounds, axis=1)
        gain = np.where(units > 0, -np.diff(costs, axis=1) / np.maximum(units, 1), -np.inf)
        # A step of nothing must not hold back the steps behind it: it takes the gain of the step before.
        for step in range(STEPS):
            is_nothing = units[:, step] == 0
            gain[is_nothing, step] = gain[is_nothing, step - 1] if step else np.inf
        return units, gain

    def _book(self, need: Need, units: Integers, *, kind: str, slower_lane: int) -> Shipment:
        saved, gain = np.zeros(len(units)), np.zeros(len(units))
        position = self.position(need.nodes)
        for part, exposure in self._exposures_of(need):
            level = units[part][:, None]
            saved[part] = (np.maximum(exposure.needed, 0) - np.maximum(exposure.needed - level, 0)).mean(axis=1)
            none, costs = np.zeros(int(part.sum()), dtype=np.int64), need.economics.of(part)
            gain[part] = expected_cost(exposure, units=none, economics=costs) - expected_cost(
                exposure, units=units[part], economics=costs
            )
        lane = self.network.lanes[need.lane]
        origin_units = np.full(len(units), -1, dtype=np.int64)
        if lane.origin_id not in self.network.unlimited:
            origin = self.counterpart(need.nodes, warehouse_id=lane.origin_id)
            origin_units = self.state.available[origin].copy()
            self.surplus[origin] -= units
            self.state.available[origin] -= units
        own = self.state.window(lead_time_days=lane.lead_time_days, review_days=lane.review_days).arrival
        self.state.arrivals[need.nodes, min(own, self.state.periods - 1)] += units
        self.state.supply[PLANNED][need.nodes] += units
        self.lane_left[need.lane] -= int(units.sum())
        self._used |= {(need.lane, int(node)) for node in need.nodes}
        return Shipment(need, kind, units, position, origin_units, saved, gain, slower_lane)

    def position(self, nodes: Integers) -> Integers:
        """Available and all that is on the way, of nodes of one warehouse and of what it feeds; shape (nodes,)."""
        everything = self.state.available.astype(np.float64)
        for units in self.state.supply.values():
            everything = everything + units
        return self.with_below(nodes, everything).astype(np.int64)
