"""VN2 driven week by week through `diaobo suggest`, beside the rule of thumb that it has to beat.

Belongs here: the simulated stores, their start state and timing, and the rule of thumb. Does not: printing
(`__main__.py`), the statement that ours costs less (`tests/integration/test_vn2_simulation.py`).

The game (VN2 Inventory Planning Challenge 2025, N. Vandeput): 599 store x product series, one central warehouse with
supply without end, one order a week, holding 0.2 per unit left at the end of a week, shortage 1.0 per lost unit.

Timing. A round is decided on the Monday morning of week t, before its sales, from sales of the weeks before t. What is
ordered travels for 14 days and can serve on the Monday of week t + 2. On that morning the units in the two transit
buckets are expected on Monday t (they serve week t) and on Monday t + 1. Each week: arrivals, sales, end of week.

Start state, derived once and shared by all policies: WARM_UP_WEEKS before the window every store starts with what the
rule of thumb would order for an empty shelf, and the rule of thumb then orders every week to the window's start. So
stock on hand and both transit buckets are those of a store that was run in the ordinary way, and the first two weeks
of a window cost every policy the same; they are left out of its cost, as in the game.

Weeks in which a series was out of stock are neither demand nor cost: its demand in them is not known.

The rule of thumb ("seasonal 13-week average with 3 weeks' cover"): mean of the last 13 in-stock weeks, each divided by
the week-of-year factor of the whole assortment, times the factors of the next three weeks, less on hand and in
transit.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.calendars import date_grid
from forecasting.pooled_seasonality import estimate_index
from forecasting.series import DemandPanel, sales_to_panel
from pipelines.commands.suggest import command as suggest

Floats = npt.NDArray[np.float64]
Policy = Callable[["Store"], Floats]

WARM_UP_WEEKS = 13
WINDOW_WEEKS = 8
FIXED_WEEKS = 2
"""Weeks at the start of a window that no order of the window can reach."""

HOLDING, SHORTAGE = 0.2, 1.0


@dataclass(frozen=True)
class Store:
    """All stores on a Monday morning: units on hand, arriving today, arriving next Monday; shape (series,)."""

    week: int
    on_hand: Floats
    arriving_now: Floats
    arriving_next: Floats


def vn2_sales(shared: Path) -> pl.DataFrame:
    """The shared history with the column names of `diaobo suggest`."""
    sales = pl.read_parquet(shared / "data" / "vn2" / "sales.parquet")
    return sales.select(
        pl.col("week").alias("date"),
        pl.col("store").cast(pl.String).alias("warehouse_id"),
        pl.col("product").cast(pl.String).alias("sku"),
        "units",
        "in_stock",
    )


class Simulation:
    """The shared history and the policies that can be tried on it."""

    def __init__(self, shared: Path) -> None:
        self.sales = vn2_sales(shared)
        self.panel: DemandPanel = sales_to_panel(self.sales, freq="W-MON")

    @property
    def weeks(self) -> int:
        """Weeks of history."""
        return len(self.panel.dates)

    def windows(self, count: int) -> list[int]:
        """First weeks of `count` windows that follow each other and end with the history, latest first."""
        return [self.weeks - WINDOW_WEEKS * (number + 1) for number in range(count)]

    def monday(self, week: int) -> dt.date:
        """The date on which a week begins."""
        monday: dt.date = self.panel.dates[week].astype(object)
        return monday

    def rule_of_thumb(self, store: Store, *, cover_weeks: int = 3) -> Floats:
        """Seasonal 13-week average with three weeks' cover; see the module's docstring."""
        known = self.panel.until(store.week)
        index = estimate_index(known.units, dates=known.dates, freq="W-MON")
        recent = known.units[:, -13:] / index.at(known.dates[-13:])
        is_known = np.isfinite(recent)
        level = np.where(is_known, recent, 0.0).sum(axis=1) / np.maximum(is_known.sum(axis=1), 1)
        coming = index.at(date_grid(self.monday(store.week), periods=cover_weeks, freq="W-MON")).sum()
        position = store.on_hand + store.arriving_now + store.arriving_next
        return np.maximum(np.round(level * coming - position), 0.0)

    def diaobo_suggest(self, store: Store) -> Floats:
        """One call of `diaobo suggest` (in this process, through files), at default settings."""
        as_of = self.monday(store.week)
        with tempfile.TemporaryDirectory() as folder:
            arguments = self.write_round(Path(folder), store)
            suggest.main(args=arguments, standalone_mode=False)
            out = pl.read_csv(
                Path(folder) / "out.csv", schema_overrides={"destination_id": pl.String, "sku": pl.String}
            )
        assert (out["ship_date"] == as_of.isoformat()).all()
        units = out.group_by("destination_id", "sku").agg(pl.col("units").sum())
        joined = self.panel.keys.join(
            units,
            left_on=["warehouse_id", "sku"],
            right_on=["destination_id", "sku"],
            how="left",
            maintain_order="left",
        )
        return joined["units"].fill_null(0).cast(pl.Float64).to_numpy()

    def write_round(self, folder: Path, store: Store) -> list[str]:
        """Write the files of one round and return the command's arguments; sales reach to the day before."""
        as_of = self.monday(store.week)
        keys = self.panel.keys.select("warehouse_id", "sku")
        self.sales.filter(pl.col("date") < as_of).write_parquet(folder / "sales.parquet")
        keys.with_columns(pl.Series("available_units", store.on_hand.astype(int))).write_csv(folder / "stock.csv")
        pl.concat(
            keys.with_columns(
                pl.Series("units", units.astype(int)), pl.lit(as_of + dt.timedelta(days=days)).alias("expected_date")
            )
            for units, days in ((store.arriving_now, 0), (store.arriving_next, 7))
        ).write_csv(folder / "in_transit.csv")
        keys.select(
            pl.lit("central").alias("origin_id"),
            pl.col("warehouse_id").alias("destination_id"),
            pl.lit("truck").alias("mode"),
            pl.lit(14).alias("lead_time_days"),
            pl.lit(7).alias("review_days"),
        ).unique(maintain_order=True).write_csv(folder / "lanes.csv")
        (folder / "policy.toml").write_text(
            f"holding_cost_per_unit_week = {HOLDING}\nshortage_cost_per_unit = {SHORTAGE}\n"
            'review_days = 7\nfreq = "W-MON"\n',
            encoding="utf-8",
        )
        names = {
            "--sales": "sales.parquet",
            "--stock": "stock.csv",
            "--in-transit": "in_transit.csv",
            "--lanes": "lanes.csv",
            "--policy": "policy.toml",
            "--out": "out.csv",
        }
        paths = [part for option, name in names.items() for part in (option, str(folder / name))]
        return [*paths, "--as-of", as_of.isoformat()]

    def start(self, week: int) -> Store:
        """The stores on the morning of `week` after the warm-up; see the module's docstring."""
        nothing = np.zeros(len(self.panel.units))
        first = week - WARM_UP_WEEKS
        shelf = self.rule_of_thumb(Store(first, nothing, nothing, nothing))
        store = Store(first, shelf, nothing, nothing)
        while store.week < week:
            store, _ = self._live_through(store, ordered=self.rule_of_thumb(store))
        return store

    def cost(self, policy: Policy, *, week: int) -> float:
        """Holding and shortage cost of a window, without the weeks that its orders cannot reach."""
        store, total = self.start(week), 0.0
        for place in range(WINDOW_WEEKS):
            can_arrive = place + FIXED_WEEKS < WINDOW_WEEKS
            ordered = policy(store) if can_arrive else np.zeros(len(store.on_hand))
            store, paid = self._live_through(store, ordered=ordered)
            total += paid if place >= FIXED_WEEKS else 0.0
        return total

    def _live_through(self, store: Store, *, ordered: Floats) -> tuple[Store, float]:
        actual = self.panel.units[:, store.week]
        is_known = np.isfinite(actual)
        demand = np.where(is_known, actual, 0.0)
        on_shelf = store.on_hand + store.arriving_now
        left, lost = np.maximum(on_shelf - demand, 0.0), np.maximum(demand - on_shelf, 0.0)
        paid = float(np.where(is_known, HOLDING * left + SHORTAGE * lost, 0.0).sum())
        return Store(store.week + 1, left, store.arriving_next, ordered), paid
