"""Sales rows become regular series of demand: one per warehouse and product, all on one grid of dates.

Belongs here: the meaning of sales rows (what a missing date, an out-of-stock date and an unfinished week are) and
their refusal in words. Does not: reading files (`planning_files.py`), forecasting (`demand.py`).

What rows mean (../shared/design/interfaces.md, "What the files mean"):
- A date missing between a series' first row and the last date of all rows is zero sales.
- `in_stock = false` means that the sales of that date do not show the demand: the period is unknown, not zero, even
  where something was sold, because the rest of the wish went unseen.
- Before its first row a series did not exist: unknown.
- `W-MON` sums days into the week that begins on that Monday. A week is unknown when any of its days was out of
  stock, because its sum then lacks part of the demand. When rows are daily (any date is not a Monday), a last week
  that is not over is left out, and so is the part of a week in which a series began.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.calendars import PERIOD_DAYS, Dates, Freq, date_grid, first_label_after, monday_of

Floats = npt.NDArray[np.float64]


class UnableToReadSeries(ValueError):
    """Sales rows that are no series of demand; `problems` has one line each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class UnableToFindHistory(UnableToReadSeries):
    """The rows are right, but none is in the past that may be read: there is nothing to forecast from yet."""


@dataclass(frozen=True)
class DemandPanel:
    """Demand of all series on one grid of periods.

    Attributes:
        keys: one row per series in the order of `units`: unique_id, warehouse_id, sku; sorted by warehouse and sku.
        dates: labels of the periods, shape (periods,).
        units: demand in units, shape (series, periods); NaN where the demand is not known.
        freq: D or W-MON.
        next_date: label of the first period to forecast; later than the last sales date. It lies behind the period
            after `dates[-1]` when an unfinished week was left out.
    """

    keys: pl.DataFrame
    dates: Dates
    units: Floats
    freq: Freq
    next_date: dt.date

    @property
    def unique_ids(self) -> list[str]:
        """`warehouse_id/sku` of each series."""
        return self.keys["unique_id"].to_list()

    @property
    def periods_to_skip(self) -> int:
        """Periods between the last one of the grid and `next_date` that are over but not known."""
        last: dt.date = self.dates[-1].astype(dt.date)
        following = last + dt.timedelta(days=PERIOD_DAYS[self.freq])
        return (self.next_date - following).days // PERIOD_DAYS[self.freq]

    def until(self, periods: int) -> DemandPanel:
        """The panel as it stood after its first `periods` periods, for back-tests; nothing later remains in it."""
        if not 1 <= periods <= len(self.dates):
            raise UnableToReadSeries([f"a history of {periods} periods cannot be cut out of {len(self.dates)}"])
        last = self.dates[periods - 1].astype(dt.date)
        return DemandPanel(
            keys=self.keys,
            dates=self.dates[:periods],
            units=self.units[:, :periods],
            freq=self.freq,
            next_date=last + dt.timedelta(days=PERIOD_DAYS[self.freq]),
        )


def sales_to_panel(sales: pl.DataFrame, *, freq: Freq, before: dt.date | None = None) -> DemandPanel:
    """Regular series from sales rows.

    Args:
        sales: date (Date), warehouse_id, sku (String), units (numbers, whole), optionally in_stock (Boolean; null is
            true). One row per date, warehouse and sku, in any order. Other columns are ignored.
        freq: D, or W-MON (days are summed into weeks).
        before: rows on or after this date are not read, and neither are weeks that are not over by then, so that a
            replay of history cannot see its future.

    Raises:
        UnableToFindHistory: no rows, none before `before`, or no whole week.
        UnableToReadSeries: missing columns, duplicates, or units that are negative, fractional or missing.
    """
    _refuse_bad_rows(sales)
    if before is not None:
        sales = sales.filter(pl.col("date") < before)
        if freq == "W-MON" and _is_weekly(sales):
            sales = sales.filter(pl.col("date") + pl.duration(days=7) <= before)
    if sales.is_empty():
        raise UnableToFindHistory([f"there are no sales before {before}: nothing to forecast from"])
    in_stock = pl.col("in_stock").fill_null(value=True) if "in_stock" in sales.columns else pl.lit(value=True)
    rows = sales.select("date", "warehouse_id", "sku", pl.col("units").cast(pl.Float64), in_stock.alias("in_stock"))
    last_date = _edge(rows, last=True)
    next_date = first_label_after(last_date, freq=freq)
    if freq == "W-MON" and not _is_weekly(rows):
        last_date = monday_of(last_date) - dt.timedelta(days=0 if last_date.weekday() == 6 else 7)
        rows = _whole_weeks(rows, last_monday=last_date)
    return _panel(rows, freq=freq, last_label=last_date, next_date=next_date)


def _is_weekly(sales: pl.DataFrame) -> bool:
    return bool((sales["date"].dt.weekday() == 1).all())


def _edge(rows: pl.DataFrame, *, last: bool) -> dt.date:
    edge = rows["date"].max() if last else rows["date"].min()
    if not isinstance(edge, dt.date):
        raise UnableToReadSeries(["column date holds no dates"])
    return edge


def _whole_weeks(rows: pl.DataFrame, *, last_monday: dt.date) -> pl.DataFrame:
    """Days summed into weeks up to the one of `last_monday`; the week in which a series began inside is unknown."""
    week = pl.col("date").dt.truncate("1w")
    began = pl.col("date").min().over("warehouse_id", "sku")
    is_begun_inside = (week == began.dt.truncate("1w")) & (began.dt.weekday() != 1)
    weeks = (
        rows.with_columns(week.alias("week"), (pl.col("in_stock") & ~is_begun_inside).alias("in_stock"))
        .group_by("warehouse_id", "sku", "week")
        .agg(pl.col("units").sum(), pl.col("in_stock").all())
        .rename({"week": "date"})
        .select("date", "warehouse_id", "sku", "units", "in_stock")
        .filter(pl.col("date") <= last_monday)
    )
    if weeks.is_empty():
        raise UnableToFindHistory(["the sales hold no whole week: use freq D or pass a longer history"])
    # A series that began in the unfinished week has no whole week: it stays listed, with nothing known about it.
    newcomers = rows.select("warehouse_id", "sku").unique().join(weeks, on=["warehouse_id", "sku"], how="anti")
    unknown = newcomers.select(
        pl.lit(last_monday).alias("date"),
        "warehouse_id",
        "sku",
        pl.lit(0.0).alias("units"),
        pl.lit(value=False).alias("in_stock"),
    )
    return pl.concat([weeks, unknown])


def _panel(rows: pl.DataFrame, *, freq: Freq, last_label: dt.date, next_date: dt.date) -> DemandPanel:
    days = PERIOD_DAYS[freq]
    first = _edge(rows, last=False)
    if freq == "W-MON":
        first = monday_of(first)
    periods = (last_label - first).days // days + 1
    keys = (
        rows.select("warehouse_id", "sku")
        .unique()
        .sort("warehouse_id", "sku")
        .with_columns(pl.concat_str("warehouse_id", "sku", separator="/").alias("unique_id"))
        .select("unique_id", "warehouse_id", "sku")
    )
    placed = rows.join(keys.with_row_index("series"), on=["warehouse_id", "sku"], how="left", validate="m:1")
    series = placed["series"].to_numpy()
    period = (placed["date"].to_numpy().astype("datetime64[D]") - np.datetime64(first, "D")).astype(np.int64) // days
    units = np.zeros((keys.height, periods))
    begins = np.full(keys.height, periods)
    np.minimum.at(begins, series, period)
    units[series, period] = placed["units"].to_numpy()
    is_hidden = ~placed["in_stock"].to_numpy()
    units[series[is_hidden], period[is_hidden]] = np.nan
    units[np.arange(periods)[None, :] < begins[:, None]] = np.nan
    return DemandPanel(
        keys=keys,
        dates=date_grid(first, periods=periods, freq=freq),
        units=units,
        freq=freq,
        next_date=next_date,
    )


def _refuse_bad_rows(sales: pl.DataFrame) -> None:
    missing = [name for name in ("date", "warehouse_id", "sku", "units") if name not in sales.columns]
    if missing:
        raise UnableToReadSeries([f"column {name} is missing" for name in missing])
    if sales.is_empty():
        raise UnableToFindHistory(["there are no sales rows: nothing to forecast from"])
    if sales.schema["date"] != pl.Date:
        raise UnableToReadSeries([f"column date holds {sales.schema['date']}, pass dates"])
    if not sales.schema["units"].is_numeric():
        raise UnableToReadSeries([f"column units holds {sales.schema['units']}, pass whole numbers"])
    units = pl.col("units").cast(pl.Float64)
    problems = [
        f"{count} rows have {what}"
        for what, rule in (
            ("no date, warehouse_id or sku", pl.any_horizontal(pl.col("date", "warehouse_id", "sku").is_null())),
            ("no units", units.is_null() | units.is_nan()),
            ("negative units: returns are counted apart", units < 0),
            ("units that are not whole or not finite", units.is_infinite() | (units != units.round())),
        )
        if (count := sales.filter(rule).height)
    ]
    doubles = sales.height - sales.select("date", "warehouse_id", "sku").n_unique()
    if doubles:
        problems.append(f"{doubles} rows repeat a date, warehouse_id and sku: sum or drop them first")
    if problems:
        raise UnableToReadSeries(problems)
