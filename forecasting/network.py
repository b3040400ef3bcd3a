"""The network of lanes: what a unit's freight is, who is fed by whom, in which order warehouses are planned.

Belongs here: structure of lanes and products. Does not: stock and demand (`planning_state.py`), choosing units
(`transfer_plan.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]

WITHOUT_LIMIT = 10**12
"""Units; stands for "no limit" where whole numbers are compared."""


class UnableToPlan(ValueError):
    """Frames from which no plan can be made; the message says which and why."""


@dataclass(frozen=True)
class Lane:
    """One row of the lanes frame; units are whole, costs in the plan's currency."""

    origin_id: str
    destination_id: str
    mode: str
    lead_time_days: float
    lead_time_sd_days: float
    review_days: int
    min_units: int
    capacity_units: int
    carton_units: int | None

    @property
    def lane_id(self) -> str:
        """origin>destination>mode."""
        return f"{self.origin_id}>{self.destination_id}>{self.mode}"


@dataclass(frozen=True)
class Products:
    """What is known about each sku; arrays of shape (skus,), NaN or None where unknown."""

    skus: tuple[str, ...]
    weight_kg: Floats
    volume_cbm: Floats
    unit_cost: Floats
    unit_price: Floats
    carton_units: npt.NDArray[np.int64]
    moq_units: npt.NDArray[np.int64]
    purchase_lead_time_days: Floats
    supplier_ids: tuple[str | None, ...]


@dataclass(frozen=True)
class Network:
    """Lanes with their freight.

    Attributes:
        lanes: sorted by destination, origin, mode.
        freight: per unit, shape (lanes, skus).
        unlimited: origins whose supply has no end.
    """

    lanes: tuple[Lane, ...]
    freight: Floats
    unlimited: frozenset[str]

    def into(self, warehouse_id: str) -> list[int]:
        """Numbers of the lanes that end there."""
        return [number for number, lane in enumerate(self.lanes) if lane.destination_id == warehouse_id]

    def feeding_lane(self, warehouse_id: str) -> int | None:
        """The lane that usually feeds a warehouse: the cheapest way from a source over all legs, for a median product.

        One lane per warehouse, not per product, so that who feeds whom is the same for every product and can be said
        in a sentence. None for a source: a warehouse that no lane reaches.
        """
        return self._feeding.get(warehouse_id)

    @cached_property
    def _feeding(self) -> dict[str, int | None]:
        typical = np.median(self.freight, axis=1) if self.freight.shape[1] else np.zeros(len(self.lanes))
        names = {lane.origin_id for lane in self.lanes} | {lane.destination_id for lane in self.lanes}
        reached = {lane.destination_id for lane in self.lanes}
        cost = {name: 0.0 if name in self.unlimited or name not in reached else np.inf for name in names}
        feeding: dict[str, int | None] = dict.fromkeys(names)
        for _ in names:  # Bellman and Ford: a path has no more legs than there are warehouses
            for number, lane in enumerate(self.lanes):
                # a trace of the lead time, so that among equally dear ways the shorter one feeds
                through = cost[lane.origin_id] + float(typical[number]) + 1e-9 * lane.lead_time_days
                if lane.destination_id not in self.unlimited and through < cost[lane.destination_id]:
                    cost[lane.destination_id] = through
                    feeding[lane.destination_id] = number
        return feeding

    def fed_by(self) -> dict[str, list[str]]:
        """Warehouse -> the warehouses that it usually feeds, directly; only where its supply has an end."""
        children: dict[str, list[str]] = {}
        for name, number in sorted(self._feeding.items()):
            if number is not None and self.lanes[number].origin_id not in self.unlimited:
                children.setdefault(self.lanes[number].origin_id, []).append(name)
        return children

    def planning_order(self) -> list[list[str]]:
        """Destinations in groups: those that feed nobody first, then those that feed only earlier ones."""
        children = self.fed_by()

        def height(name: str) -> int:
            return max((height(child) + 1 for child in children.get(name, [])), default=0)

        reached = sorted({lane.destination_id for lane in self.lanes})
        heights = {name: height(name) for name in reached}
        highest = max(heights.values(), default=-1)
        return [[name for name in reached if heights[name] == level] for level in range(highest + 1)]

    def below(self, warehouse_id: str) -> dict[str, float]:
        """The warehouse and all that it feeds over any number of legs -> days of travel from it."""
        children = self.fed_by()
        days = {warehouse_id: 0.0}
        waiting = [warehouse_id]
        while waiting:
            name = waiting.pop()
            for child in children.get(name, []):
                number = self._feeding[child]
                if number is not None:
                    days[child] = days[name] + self.lanes[number].lead_time_days
                    waiting.append(child)
        return days


def read_products(products: pl.DataFrame | None, *, skus: list[str]) -> Products:
    """Product columns in the order of `skus`; columns and products that are absent are unknown."""
    frame = pl.DataFrame({"sku": skus}, schema={"sku": pl.String})
    if products is not None:
        if products["sku"].n_unique() != products.height:
            raise UnableToPlan("products repeat a sku: pass one row per product")
        frame = frame.join(products, on="sku", how="left", maintain_order="left")

    def numbers(name: str) -> Floats:
        if name not in frame.columns:
            return np.full(len(skus), np.nan)
        return frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy().copy()

    def whole(name: str, *, unknown: int) -> npt.NDArray[np.int64]:
        values = numbers(name)
        return np.where(np.isfinite(values) & (values >= 1), values, unknown).astype(np.int64)

    suppliers = frame["supplier_id"].to_list() if "supplier_id" in frame.columns else [None] * len(skus)
    return Products(
        skus=tuple(skus),
        weight_kg=numbers("weight_kg"),
        volume_cbm=numbers("volume_cbm"),
        unit_cost=numbers("unit_cost"),
        unit_price=numbers("unit_price"),
        carton_units=whole("carton_units", unknown=1),
        moq_units=whole("moq_units", unknown=1),
        purchase_lead_time_days=numbers("purchase_lead_time_days"),
        supplier_ids=tuple(suppliers),
    )


def read_network(lanes: pl.DataFrame, *, stocked: set[str], products: Products, review_days: int) -> Network:
    """Lanes with freight per unit and product.

    Args:
        lanes: see `transfer_plan.plan_transfers`; `is_unlimited` (Boolean) is optional.
        stocked: warehouses that have any stock row; an origin without one is unlimited.
        products: weights and volumes for lanes that cost by them. A product whose weight or volume is unknown counts
            as the median product.
        review_days: for lanes without their own.

    Raises:
        UnableToPlan: a lane twice, a lane onto itself, or a lane that costs by weight (volume) where no product's is
            known.
    """
    rows = lanes.sort("destination_id", "origin_id", "mode").to_dicts()
    read = tuple(_lane(row, review_days=review_days) for row in rows)
    ids = [lane.lane_id for lane in read]
    doubles = sorted({lane_id for lane_id in ids if ids.count(lane_id) > 1})
    loops = [lane.lane_id for lane in read if lane.origin_id == lane.destination_id]
    if doubles or loops:
        raise UnableToPlan(
            f"lanes {doubles} stand twice" if doubles else f"lanes {loops} lead from a warehouse to itself"
        )
    unlimited = {lane.origin_id for lane in read if lane.origin_id not in stocked}
    unlimited |= {str(row["origin_id"]) for row in rows if row.get("is_unlimited")}
    freight = np.zeros((len(read), len(products.skus)))
    for number, row in enumerate(rows):
        freight[number] += row.get("cost_per_unit") or 0.0
        for cost, measure, values in (
            ("cost_per_kg", "weight_kg", products.weight_kg),
            ("cost_per_cbm", "volume_cbm", products.volume_cbm),
        ):
            if row.get(cost):
                freight[number] += float(row[cost]) * _filled(values, measure=measure, lane_id=ids[number])
    return Network(lanes=read, freight=freight, unlimited=frozenset(unlimited))


def _lane(row: dict[str, object], *, review_days: int) -> Lane:
    def number(name: str, default: float) -> float:
        value = row.get(name)
        return default if value is None else float(str(value))

    carton = row.get("carton_units")
    return Lane(
        origin_id=str(row["origin_id"]),
        destination_id=str(row["destination_id"]),
        mode=str(row["mode"]),
        lead_time_days=number("lead_time_days", 0.0),
        lead_time_sd_days=number("lead_time_sd_days", 0.0),
        review_days=int(number("review_days", review_days)),
        min_units=int(number("min_units", 0)),
        capacity_units=int(number("capacity_units", WITHOUT_LIMIT)),
        carton_units=None if carton is None else int(str(carton)),
    )


def _filled(values: Floats, *, measure: str, lane_id: str) -> Floats:
    known = values[np.isfinite(values)]
    if not len(known):
        raise UnableToPlan(f"lane {lane_id} costs by {measure}, which no product has: pass products with {measure}")
    return np.where(np.isfinite(values), values, np.median(known))
