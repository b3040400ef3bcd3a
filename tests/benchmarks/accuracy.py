"""Is `auto` as good as its fall-back? VN2 and the best-selling products of Online Retail II, from past origins.

Belongs here: preparing these two histories and choosing origins. Does not: measures (`forecasting/backtest.py`).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from forecasting.calendars import Freq
from forecasting.series import DemandPanel, sales_to_panel

PRODUCTS = 300


def online_retail_panel(shared: Path, *, freq: Freq, products: int = PRODUCTS) -> DemandPanel:
    """Demand of the best-selling products; sales only, without cancellations, codes that are no product, and the two
    order-and-cancel pairs of more than 10,000 units; the overlap of the two sheets is counted once.
    """
    lines = pl.read_parquet(shared / "data" / "online_retail_ii" / "online_retail_ii.parquet")
    first_sheet = lines["sheet"].min()
    sales = (
        lines.with_columns(pl.col("invoice_ts").dt.date().alias("date"), pl.col("stock_code").str.to_uppercase())
        .filter(
            (pl.col("quantity") > 0)
            & (pl.col("quantity") < 10_000)
            & ~pl.col("invoice_no").str.starts_with("C")
            & pl.col("stock_code").str.contains(r"^\d{5}[A-Z]*$")
            & ~((pl.col("sheet") == first_sheet) & (pl.col("date") >= pl.date(2010, 12, 1)))
        )
        .group_by("date", pl.col("stock_code").alias("sku"))
        .agg(pl.col("quantity").sum().alias("units"))
        .with_columns(pl.lit("uk").alias("warehouse_id"))
    )
    best = (
        sales.group_by("sku").agg(pl.col("units").sum()).sort("units", "sku", descending=[True, False]).head(products)
    )
    return sales_to_panel(sales.join(best.select("sku"), on="sku", how="semi"), freq=freq)
