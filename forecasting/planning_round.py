"""What each lane should bring to whom, and the units that are shipped for it and booked.

Belongs here: needs, and dividing what there is among them. Does not: the order of needs (`planning_passes.py`), stock
and projections (`planning_books.py`), the value of a unit (`safety_stock.py`), the division itself (`allocation.py`).

A warehouse that feeds others asks for all of them; the travel time of its need is that to the farthest of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from forecasting.allocation import Claims, share_out
from forecasting.network import WITHOUT_LIMIT
from forecasting.planning_books import PlanningBooks
from forecasting.planning_needs import Need, Shipment
from forecasting.planning_state import DEFAULT_PURCHASE_LEAD_TIME_DAYS, PLANNED
from forecasting.safety_stock import Economics, Exposure, Window, cheapest_units, expected_cost

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

STEPS = 20
"""Steps in which a claim on scarce units is cut."""


class PlanningRound(PlanningBooks):
    """Needs of lanes, and units shipped for them."""

    def _exposures_of(self, need: Need) -> Iterator[tuple[npt.NDArray[np.bool_], Exposure]]:
        return self.exposures(need.nodes, window=need.window, lead_time_sd_days=need.lead_time_sd_days)

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
        available = self.with_below(nodes, self.state.available.astype(np.float64)).astype(np.int64)
        due = self.with_below(nodes, self.state.arrivals)[:, : window.end].sum(axis=1).astype(np.int64)
        need = Need(
            nodes=nodes,
            lane=lane,
            window=window,
            economics=economics,
            wanted=blank,
            target=blank,
            available=available,
            due=due,
            later=self.position(nodes) - available - due,
            lost_before=lost,
            carton_units=carton_units,
            lead_time_sd_days=sd_days,
        )
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
        return Shipment(need, kind, units, origin_units, saved, gain, slower_lane)
