"""How much stock protects how well: projection on demand paths, cheapest level, and the classic formulas.

Belongs here: one stock position against its demand paths, and textbook safety stock as the explained fall-back.
Does not: which lane serves whom, cartons, shared stock (`transfer_plan.py`).

The projection is exact for lost sales. With cumulative demand less cumulative arrivals `net` and stock `s` on the
morning of period a, the units lost from a through period j are max(0, running max of net over a..j - s): the
reflection of a one-sided process (Asmussen, Applied Probability and Queues, ch. IX; for inventories: Vandeput,
Inventory Optimization, 2020, ch. 8 calls the result lost-sales simulation). So an additional unit that arrives at a
- saves one lost sale on a path exactly when the running max at the end of its window is above the stock, and
- is held through period j exactly when the running max at j is not,
and expected marginal cost is one weighted sum of the empirical distributions of running maxima. Its zero is the
cheapest order, with no search over levels.

Why not the textbook quantile p/(p + h): a unit that is not sold in the window that its order serves is not simply
carried over. It spares a unit of the next order only if that order would have contained it, and for slow products it
often would not. So periods after the window also count their holding cost, for LOOKAHEAD_REVIEWS reviews; on VN2 the
textbook quantile costs 3 % more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Paths = npt.NDArray[np.float32]

LOOKAHEAD_REVIEWS = 1
"""Fewer or more cost more on VN2: seven windows of 8 weeks cost 4,426 / 4,270 / 4,319 / 4,359 with 0 / 1 / 2 / 3."""

DELAY_SHAPE = 4.0
"""Shape of the gamma distribution of delays: a coefficient of variation of one half, skewed to late."""


@dataclass(frozen=True)
class Window:
    """The periods that an order decides about.

    Attributes:
        arrival: first period that the order can serve.
        end: first period that the next order can serve, > arrival.
        horizon: periods up to which an unsold unit is charged with holding, >= end.
    """

    arrival: int
    end: int
    horizon: int


@dataclass(frozen=True)
class Exposure:
    """What a unit arriving at the window's start meets on each path, as running maxima of net demand less stock.

    Attributes:
        stock_at_arrival: units left on the morning of `arrival` before anything arrives, shape (rows, paths).
        lost_before: units lost before `arrival`, shape (rows, paths).
        needed: units missing by the window's end without the order; negative = left over, shape (rows, paths).
        running: the same at the end of each period from arrival to horizon, shape (rows, paths, periods).
    """

    stock_at_arrival: Paths
    lost_before: Paths
    needed: Paths
    running: Paths

    def delayed(self, *, rate: Floats, sd_periods: float) -> Exposure:
        """The same when arrivals come early or late: each path also meets `rate` x its own delay.

        Adds mean^2 x sd_L^2 to the variance of demand over the protected time (Silver, Pyke and Thomas, 4th ed., eq.
        6.4), from a gamma delay with that deviation, skewed to late as lead times are.

        Args:
            rate: demand per period, shape (rows,).
            sd_periods: standard deviation of the lead time, periods.
        """
        draws: Floats = np.random.default_rng(0).gamma(DELAY_SHAPE, size=(self.needed.shape[1],))
        delay = ((draws - draws.mean()) / draws.std() * sd_periods).astype(np.float32)
        late = rate[:, None].astype(np.float32) * delay[None, :]
        return replace(self, needed=self.needed + late, running=self.running + late[:, :, None])


def project(paths: Paths, *, stock: Floats, arrivals: Floats, window: Window) -> Exposure:
    """Project stock with lost sales to the window and through it.

    Args:
        paths: demand, shape (rows, paths, periods >= window.horizon).
        stock: units on the first morning, shape (rows,).
        arrivals: units that can serve from each period on, shape (rows, periods).
        window: what the order decides about.
    """
    net = (paths[:, :, : window.horizon] - arrivals[:, None, : window.horizon].astype(np.float32)).cumsum(axis=2)
    start = stock[:, None].astype(np.float32)
    before = net[:, :, : window.arrival]
    if window.arrival:
        lost = np.maximum(before.max(axis=2) - start, 0.0)
        left = start - before[:, :, -1] + lost
        after = net[:, :, window.arrival :] - before[:, :, -1:]
    else:
        lost = np.zeros(paths.shape[:2], dtype=np.float32)
        left = np.broadcast_to(start, paths.shape[:2])
        after = net
    running = np.maximum.accumulate(after, axis=2) - left[:, :, None]
    return Exposure(
        stock_at_arrival=left,
        lost_before=lost,
        needed=running[:, :, window.end - window.arrival - 1],
        running=running,
    )


@dataclass(frozen=True)
class Economics:
    """What a lost sale and an idle unit cost, for each row; all of shape (rows,) and in one currency.

    The expected cost of ordering x units is
    shortage x E[(needed - x)+] + holding x sum over periods of E[(x - running)+] + per_unit x x.

    Attributes:
        shortage: per unit lost.
        holding: per unit and period.
        per_unit: per unit ordered, whether it is sold or not: the extra freight of a faster mode. For a service level
            it is shortage x (1 - level), which puts the cheapest order at that quantile.
    """

    shortage: Floats
    holding: Floats
    per_unit: Floats

    @classmethod
    def of_service_level(cls, level: Floats, *, value: Floats) -> Economics:
        """Costs under which the cheapest order is the `level` quantile; `value` per unit only ranks rows."""
        return cls(shortage=value, holding=np.zeros_like(value), per_unit=value * (1.0 - level))

    def of(self, rows: npt.NDArray[np.bool_] | Integers) -> Economics:
        """The same for some rows."""
        return Economics(shortage=self.shortage[rows], holding=self.holding[rows], per_unit=self.per_unit[rows])


def marginal_benefit(exposure: Exposure, *, units: Integers, economics: Economics) -> Floats:
    """Expected gain of one unit more after `units`, shape (rows,); it falls with `units`."""
    level = units[:, None].astype(np.float32)
    saves = (exposure.needed > level).mean(axis=1)
    held = (exposure.running <= level[:, :, None]).sum(axis=(1, 2)) / exposure.needed.shape[1]
    gain: Floats = economics.shortage * saves - economics.holding * held - economics.per_unit
    return gain


def expected_cost(exposure: Exposure, *, units: Integers, economics: Economics) -> Floats:
    """Expected cost of ordering `units`, shape (rows,), up to a constant that no order changes."""
    level = units[:, None].astype(np.float32)
    lost = np.maximum(exposure.needed - level, 0.0).mean(axis=1)
    cost: Floats = economics.shortage * lost + economics.per_unit * units
    if economics.holding.any():
        idle = np.maximum(level[:, :, None] - exposure.running, 0.0).sum(axis=(1, 2)) / exposure.needed.shape[1]
        cost = cost + economics.holding * idle
    return cost


def cheapest_units(exposure: Exposure, *, economics: Economics) -> Integers:
    """The order that costs least, shape (rows,); negative where less stock would already do.

    Newsvendor on simulated paths (Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains, 4th
    ed., sec. 9.2): the smallest x whose next unit no longer gains, found by bisection because the gain falls with x.
    """
    # from nothing (where not even the first unit pays) or from less than what every path leaves over
    low: Integers = np.minimum(np.floor(exposure.running.min(axis=(1, 2))).astype(np.int64) - 1, 0)
    high = np.maximum(np.ceil(exposure.needed.max(axis=1)).astype(np.int64), low)
    while (low < high).any():
        middle = (low + high) // 2
        is_worth_more = marginal_benefit(exposure, units=middle, economics=economics) > 0
        low = np.where(is_worth_more & (low < high), middle + 1, low)
        high = np.where(is_worth_more, high, middle)
    return low


def classic_safety_stock(
    *, service_level: float, demand_sd: float, lead_time: float, demand_mean: float = 0.0, lead_time_sd: float = 0.0
) -> float:
    """Textbook safety stock: z x sqrt(L x sd^2 + mean^2 x sd_L^2); explained fall-back, not what the plan uses.

    King, Crack the Code: Understanding Safety Stock, APICS Magazine 21 (2011); Silver, Pyke and Thomas, 4th ed., eq.
    6.4 (variance of demand over a random lead time). On real demand it reaches 70-83 % where 95 % is asked
    (evidence.md), because demand is neither normal nor stationary.

    Args:
        service_level: wanted share of cycles without a stock-out, 0-1.
        demand_sd: standard deviation of demand in a period (sigma_D), units.
        lead_time: mean of lead time + review (L), periods.
        demand_mean: mean demand of a period (mu_D), units.
        lead_time_sd: standard deviation of the lead time (sigma_L), periods.

    >>> round(classic_safety_stock(service_level=0.95, demand_sd=10, lead_time=4), 2)
    32.9
    >>> round(classic_safety_stock(service_level=0.95, demand_sd=10, lead_time=4, demand_mean=20, lead_time_sd=1), 2)
    46.52
    """
    variance = lead_time * demand_sd**2 + demand_mean**2 * lead_time_sd**2
    return NormalDist().inv_cdf(service_level) * math.sqrt(variance)


def classic_reorder_point(*, demand_mean: float, lead_time: float, safety_stock: float) -> float:
    """Mean demand over the lead time plus safety stock (Silver, Pyke and Thomas, 4th ed., sec. 6.7).

    >>> classic_reorder_point(demand_mean=20, lead_time=4, safety_stock=33)
    113
    """
    return demand_mean * lead_time + safety_stock


def critical_ratio(*, shortage: float, holding: float) -> float:
    """The textbook's cheapest service level p / (p + h) (Vandeput, Inventory Optimization, 2020, ch. 11).

    >>> round(critical_ratio(shortage=1.0, holding=0.2), 4)
    0.8333
    """
    return shortage / (shortage + holding)
