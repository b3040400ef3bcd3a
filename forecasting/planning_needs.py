"""What a lane is asked to bring and what it was given: the values that a round of planning hands on.

Belongs here: these two records. Does not: how they come about (`planning_round.py`), their rows (`plan_rows.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forecasting.safety_stock import Economics, Window

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Need:
    """What one lane could bring to some nodes; arrays of shape (nodes,).

    Attributes:
        nodes: numbers of the nodes.
        lane: number of the lane, or -1 for a purchase.
        window: what the order decides about.
        economics: of each node.
        wanted: cheapest units before cartons, negative where less stock would do.
        target: `wanted` in cartons, never negative.
        available: units there when it was asked for, of the node and what it feeds.
        due: units on the way that arrive before the window ends.
        later: units on the way that arrive after it, which the order takes no account of.
        lost_before: expected sales that are lost before the window begins, which no order of this lane can save.
        carton_units: of each node.
        lead_time_sd_days: of the lane.
    """

    nodes: Integers
    lane: int
    window: Window
    economics: Economics
    wanted: Integers
    target: Integers
    available: Integers
    due: Integers
    later: Integers
    lost_before: Floats
    carton_units: Integers
    lead_time_sd_days: float

    @property
    def order_up_to(self) -> Integers:
        """The level that the order fills available and due units up to, never negative, shape (nodes,)."""
        level: Integers = np.maximum(self.available + self.due + self.wanted, 0)
        return level

    def part(self, rows: npt.NDArray[np.bool_]) -> Need:
        """The same for some of its nodes."""
        return replace(
            self,
            nodes=self.nodes[rows],
            economics=self.economics.of(rows),
            wanted=self.wanted[rows],
            target=self.target[rows],
            available=self.available[rows],
            due=self.due[rows],
            later=self.later[rows],
            lost_before=self.lost_before[rows],
            carton_units=self.carton_units[rows],
        )


@dataclass(frozen=True)
class Shipment:
    """Units that a need was given; arrays of shape (nodes,).

    Attributes:
        need: what was asked for, of the nodes that were given something.
        kind: expedite or replenish.
        units: given, whole cartons.
        origin_units: available at the origin before them; -1 where supply has no end.
        saved_units: expected lost sales that they avoid.
        gain: expected cost that they avoid, by the need's economics.
        slower_lane: the lane that an expedited unit does not wait for, else -1.
    """

    need: Need
    kind: str
    units: Integers
    origin_units: Integers
    saved_units: Floats
    gain: Floats
    slower_lane: int = -1
