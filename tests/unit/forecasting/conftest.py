"""Real histories for the tests of the forecast."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from tests.benchmarks.accuracy import online_retail_panel

Floats = npt.NDArray[np.float64]


@pytest.fixture(scope="session")
def real_panels(shared: Path) -> dict[str, tuple[Floats, Floats]]:
    """Dates and demand of some twenty real series each: daily, weekly, and weekly with stock-outs as missing."""
    daily = online_retail_panel(shared, freq="D", products=700)
    weekly = online_retail_panel(shared, freq="W-MON", products=700)
    sales = pl.read_parquet(shared / "data" / "vn2" / "sales.parquet")
    known = pl.when(pl.col("in_stock")).then(pl.col("units").cast(pl.Float64))
    table = sales.with_columns(known.alias("y")).pivot(
        on="week", index=["store", "product"], values="y", sort_columns=True
    )
    vn2 = table.drop("store", "product")
    rows = vn2.to_numpy().astype(float)
    has_long_history = np.isfinite(rows).sum(axis=1) > 60
    return {
        "retail_daily": (daily.dates, _varied(daily.units)),
        "retail_weekly": (weekly.dates, _varied(weekly.units)),
        "vn2": (np.array(vn2.columns, dtype="datetime64[D]"), _varied(rows[has_long_history])),
    }


def _varied(rows: Floats) -> Floats:
    """Some twenty series from the best-selling to the slow ones, constant and newcomers left out."""
    lasting = rows[(np.isfinite(rows).sum(axis=1) > 60) & (np.nanstd(rows, axis=1) > 0)]
    return lasting[:: max(len(lasting) // 22, 1)]
