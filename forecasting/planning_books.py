"""The books of a round: stock, supplies and limits of every node, and what a node meets on its demand paths.

Belongs here: looking up and projecting, for a warehouse alone or with all that it feeds. Does not: what is asked for
and shipped (`planning_round.py`), in which order (`planning_passes.py`).

What a warehouse that feeds others needs is measured on the demand of that part of the network against all stock in it
(echelon stock; Clark and Scarf, Management Science 6 (1960)), which is taken to be usable anywhere below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.network import Network, Products
from forecasting.planning_state import PlanningState
from forecasting.policy import Policy
from forecasting.safety_stock import Exposure, Window, project

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

ROWS_AT_ONCE = 1_000
"""Nodes whose paths are projected together: about 64 MB per array."""


@dataclass
class PlanningBooks:
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

    def position(self, nodes: Integers) -> Integers:
        """Available and all that is on the way, of nodes of one warehouse and of what it feeds; shape (nodes,)."""
        everything = self.state.available.astype(np.float64)
        for units in self.state.supply.values():
            everything = everything + units
        return self.with_below(nodes, everything).astype(np.int64)

    def onward_days(self, nodes: Integers) -> Floats:
        """Days of travel from a warehouse to where its units are sold, by share of demand, rounded up; shape (nodes,).

        The mean, not the farthest: one far shop that sells little would make every purchase look late.
        """
        days, demand = np.zeros(len(nodes)), self.state.mean[nodes].sum(axis=1)
        if not len(nodes):
            return days
        for name in self.fed_by(nodes):
            below = self.counterpart(nodes, warehouse_id=name)
            sold = np.where(below >= 0, self.state.mean[below].sum(axis=1), 0.0)
            days += sold * self.members[str(self.state.warehouse[nodes[0]])][name]
            demand = demand + sold
        return np.ceil(np.round(days / np.where(demand > 0, demand, 1.0), 6))
