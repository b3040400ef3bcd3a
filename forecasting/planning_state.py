"""Stock, arrivals and demand of every warehouse and product on one time axis that begins at `as_of`.

Belongs here: frames become arrays, dates become periods, what was allocated is booked. Does not: who should get what
(`transfer_plan.py`), what the network looks like (`network.py`).

A node is one warehouse and product. Period k begins k periods after the morning of `as_of`. Units that arrive inside
a period count from the next one on (late rather than early); units that are overdue are taken to arrive today,
because someone has to say that they are lost before they are no supply.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.calendars import PERIOD_DAYS, Freq
from forecasting.demand import DemandForecast
from forecasting.network import Network, UnableToPlan
from forecasting.safety_stock import LOOKAHEAD_REVIEWS, Paths, Window
from forecasting.selection import MODEL_TEXT

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SUPPLIES = ("in_transit", "open_order", "purchase")
PLANNED = "planned"

DEFAULT_PURCHASE_LEAD_TIME_DAYS = 30.0
"""For products without a purchase lead time; the reason of a suggestion says that it was assumed."""


@dataclass
class PlanningState:
    """What the plan knows and has already promised.

    Attributes:
        nodes: warehouse_id, sku; one row per node, sorted.
        warehouse: warehouse name of each node, shape (nodes,).
        sku: number of the product of each node, shape (nodes,).
        available: units, shape (nodes,); falls as units are promised to others.
        supply: for each of SUPPLIES, and for PLANNED what this round has promised, the units on the way, (nodes,).
        arrivals: units that can serve from each period on, shape (nodes, periods); grows with promises.
        mean: demand, units per period, shape (nodes, periods).
        paths: demand paths, shape (nodes with demand + 1, paths, periods); the last row is no demand.
        path_row: row of `paths` for each node.
        models: engine of each node's forecast, "" without one.
        period_days: 1 or 7.
    """

    nodes: pl.DataFrame
    warehouse: npt.NDArray[np.str_]
    sku: Integers
    available: Integers
    supply: dict[str, Integers]
    arrivals: Floats
    mean: Floats
    paths: Paths
    path_row: Integers
    models: npt.NDArray[np.str_]
    period_days: int

    def copy(self) -> PlanningState:
        """A state whose books can be changed without changing this one's; demand is shared."""
        return replace(
            self,
            available=self.available.copy(),
            supply={kind: units.copy() for kind, units in self.supply.items()},
            arrivals=self.arrivals.copy(),
        )

    @property
    def periods(self) -> int:
        """Periods on the time axis."""
        return int(self.mean.shape[1])

    def window(self, *, lead_time_days: float, review_days: float) -> Window:
        """The periods that an order of a lane decides about; see `safety_stock.Window`."""
        return window_of(lead_time_days=lead_time_days, review_days=review_days, period_days=self.period_days)

    def numbers(self) -> dict[tuple[str, int], int]:
        """(warehouse, sku number) -> node."""
        return {
            (name, int(sku)): node
            for node, (name, sku) in enumerate(zip(self.warehouse.tolist(), self.sku, strict=True))
        }


def window_of(*, lead_time_days: float, review_days: float, period_days: int) -> Window:
    """Arrival, next arrival and look-ahead in periods, each rounded up."""
    arrival = _periods(lead_time_days, period_days=period_days)
    end = max(_periods(lead_time_days + review_days, period_days=period_days), arrival + 1)
    return Window(
        arrival=arrival,
        end=end,
        horizon=end + LOOKAHEAD_REVIEWS * max(_periods(review_days, period_days=period_days), 1),
    )


def _periods(days: float, *, period_days: int) -> int:
    return max(int(np.ceil(round(days / period_days, 6))), 0)


def longest_horizon(
    network: Network, *, purchase_lead_time_days: float, review_days: int, freq: Freq, has_sources: bool
) -> int:
    """Periods that the longest decision looks ahead: purchase, all legs, review and look-ahead.

    Args:
        network: all lanes.
        purchase_lead_time_days: of the slowest product.
        review_days: of the policy.
        freq: of the forecast.
        has_sources: whether any warehouse is fed by purchases only.
    """
    days = PERIOD_DAYS[freq]
    longest = 1
    if has_sources:
        longest = window_of(lead_time_days=purchase_lead_time_days, review_days=review_days, period_days=days).horizon
    for lane in network.lanes:
        onward = max(network.below(lane.destination_id).values())
        lead = lane.lead_time_days + onward
        if lane.origin_id not in network.unlimited:
            lead = max(lead, purchase_lead_time_days + max(network.below(lane.origin_id).values()))
        review = max(lane.review_days, review_days)
        longest = max(longest, window_of(lead_time_days=lead, review_days=review, period_days=days).horizon)
    return longest


def build_state(
    forecast: DemandForecast,
    *,
    as_of: dt.date,
    periods: int,
    stock: pl.DataFrame,
    supplies: dict[str, pl.DataFrame],
    nodes: pl.DataFrame,
    skus: Sequence[str],
) -> PlanningState:
    """Arrays of all nodes.

    Args:
        forecast: demand of some nodes; the others have none. It begins on or before `as_of`. Where it is shorter than
            needed, its last week goes on.
        as_of: morning before that day's sales.
        periods: length of the time axis.
        stock: warehouse_id, sku, available_units.
        supplies: for each of SUPPLIES a frame warehouse_id, sku, units, date.
        nodes: warehouse_id, sku, sorted and unique.
        skus: number of each product = its place here.
    """
    number_of = {sku: number for number, sku in enumerate(skus)}
    keyed = nodes.with_row_index("node")
    available = _sum(stock, keyed=keyed, column="available_units")
    arrivals = np.zeros((nodes.height, periods))
    supply: dict[str, Integers] = {PLANNED: np.zeros(nodes.height, dtype=np.int64)}
    for kind in SUPPLIES:
        frame = supplies[kind]
        supply[kind] = _sum(frame, keyed=keyed, column="units")
        placed = frame.join(keyed, on=["warehouse_id", "sku"], how="inner")
        days = (placed["date"] - as_of).dt.total_days().to_numpy()
        period = np.maximum(-(-days // forecast.period_days), 0).astype(np.int64)
        is_soon = period < periods
        np.add.at(arrivals, (placed["node"].to_numpy()[is_soon], period[is_soon]), placed["units"].to_numpy()[is_soon])
    series = (
        forecast.keys.select("warehouse_id", "sku").with_row_index("series").join(keyed, on=["warehouse_id", "sku"])
    )
    node, row = series["node"].to_numpy().astype(np.int64), series["series"].to_numpy().astype(np.int64)
    own_mean, own_paths = _demand_from(forecast, as_of=as_of, periods=periods, series=row)
    mean = np.zeros((nodes.height, periods))
    mean[node] = own_mean
    path_row = np.full(nodes.height, len(row))
    path_row[node] = np.arange(len(row))
    models = np.full(nodes.height, "", dtype=MODEL_TEXT)
    models[node] = forecast.models[row]
    return PlanningState(
        nodes=nodes,
        warehouse=np.array(nodes["warehouse_id"].to_list(), dtype=np.str_),
        sku=np.array([number_of[sku] for sku in nodes["sku"].to_list()], dtype=np.int64),
        available=available,
        supply=supply,
        arrivals=arrivals,
        mean=mean,
        paths=np.concatenate([own_paths, np.zeros_like(own_paths, shape=(1, *own_paths.shape[1:]))]),
        path_row=path_row,
        models=models,
        period_days=forecast.period_days,
    )


def _sum(frame: pl.DataFrame, *, keyed: pl.DataFrame, column: str) -> Integers:
    total = frame.group_by("warehouse_id", "sku").agg(pl.col(column).sum())
    joined = keyed.join(total, on=["warehouse_id", "sku"], how="left", maintain_order="left")
    return joined[column].fill_null(0).cast(pl.Int64).to_numpy().copy()


def _demand_from(forecast: DemandForecast, *, as_of: dt.date, periods: int, series: Integers) -> tuple[Floats, Paths]:
    """Means and paths of periods that begin at `as_of`.

    A forecast that begins earlier (older sales) loses what is over. Where `as_of` lies inside a week, each period
    takes its share of two weeks' forecasts.
    """
    begins = forecast.dates[0].astype(object)
    ahead = (as_of - begins).days
    if ahead < 0:
        raise UnableToPlan(
            f"the forecast begins on {begins}, after as-of {as_of}: forecast from the sales before {as_of}"
        )
    skip, inside = divmod(ahead, forecast.period_days)
    mean = forecast.mean[series]
    needed = skip + periods + 1
    if mean.shape[1] < needed:
        week = min(7 // forecast.period_days, mean.shape[1])
        last_week = mean[:, -week:]
        repeats = -(-(needed - mean.shape[1]) // week)
        mean = np.concatenate([mean, np.tile(last_week, (1, repeats))], axis=1)
    share = inside / forecast.period_days
    shifted = (1.0 - share) * mean[:, skip : skip + periods] + share * mean[:, skip + 1 : skip + periods + 1]
    drawn = forecast.paths(series=series, mean=np.concatenate([mean[:, :skip], shifted], axis=1))
    return shifted, drawn[:, :, skip:]
