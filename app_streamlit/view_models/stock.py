"""Stock: every product in every warehouse on one day, and one product's stock over time.

Belongs here: queries with their filters and pages, and the rows the table shows. Does not: drawing
(`app_streamlit/charts.py`), export (`exports.py`). Days of cover are counted at the pace of the 28 days up to the
chosen day, on every day alike, so that a walk along the time axis compares like with like.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from app_streamlit.i18n import marked
from app_streamlit.view_models.query import Conditions, Query

PAGE_ROWS = 100
PACE_DAYS = 28
SORTS = {
    "value": (marked("Largest value"), "stock_value_amount desc nulls last"),
    "cover": (marked("Fewest days of cover"), "days_of_cover asc nulls last"),
    "available": (marked("Most available"), "available_units desc"),
    "in_transit": (marked("Most in transit"), "in_transit_units desc"),
    "sku": (marked("Product"), "sku"),
}
STATES = {
    "all": (marked("All"), None),
    "out_of_stock": (marked("Out of stock"), "s.available_units <= 0"),
    "below_safety_stock": (marked("Below safety stock"), "t.is_below_safety_stock"),
    "stock_out_before_arrival": (
        marked("Stock-out before arrival"),
        """exists (
            select 1 from marts.fct_stock_alerts a
            where a.alert_kind = 'stock_out_before_arrival' and a.warehouse_id = s.warehouse_id and a.sku = s.sku
        )""",
    ),
    "in_transit": (marked("With goods in transit"), "s.in_transit_units > 0"),
}

EXPORTED = [
    *("stock_date", "sku", "title", "warehouse_id", "warehouse_name", "on_hand_units", "available_units"),
    *("reserved_units", "unfulfillable_units", "researching_units", "in_transit_units", "days_of_cover"),
    *("safety_stock_units", "stock_value_amount", "stock_value_currency"),
]


@dataclass(frozen=True)
class StockFilter:
    """Which rows of which day; None and empty text mean everything. `scope` are warehouses that the reader may see."""

    stock_date: date
    warehouse_id: str | None = None
    text: str = ""
    state: str = "all"
    sort: str = "value"
    scope: tuple[str, ...] | None = None


def dates_held() -> Query:
    """One row: the first and the last day whose stock is known."""
    return Query(
        "select min(stock_date)::date as first_date, max(stock_date)::date as last_date from marts.fct_stock_daily"
    )


def warehouses() -> Query:
    """All warehouses by name, for the filter."""
    return Query("select warehouse_id, warehouse_name from marts.dim_warehouses order by 2, 1")


def _source(wanted: StockFilter) -> tuple[str, tuple[object, ...]]:
    # Warehouses are counted on days of their own: each shows its last count up to the chosen day. Safety stocks are of
    # the newest plan, so they only belong beside the newest day. All joins are on keys: nothing fans out.
    conditions = Conditions()
    conditions.equals("s.warehouse_id", wanted.warehouse_id)
    conditions.contains(("s.sku", "p.title"), wanted.text)
    conditions.within(("s.warehouse_id",), wanted.scope)
    state = STATES[wanted.state][1]
    if state:
        conditions.always(state)
    return (
        f"""
        with last_day as (select max(stock_date) as stock_date from marts.fct_stock_daily),
        counted as (
            select warehouse_id, max(stock_date) as stock_date from marts.fct_stock_daily
            where stock_date <= ? group by 1
        ),
        pace as (
            select warehouse_id, sku, sum(sold_units) / {PACE_DAYS}.0 as daily_units from marts.fct_sales_daily
            where sale_date > ?::date - {PACE_DAYS} and sale_date <= ? group by all
        ),
        found as (
            select s.stock_date::date as stock_date, s.sku, p.title, s.warehouse_id, w.warehouse_name,
                s.on_hand_units, s.available_units,
                s.reserved_units, s.unfulfillable_units, s.researching_units, s.in_transit_units,
                case when pace.daily_units > 0 then round(s.available_units / pace.daily_units, 1) end as days_of_cover,
                t.safety_stock_units, t.is_below_safety_stock, s.is_filled, s.stock_value_amount, s.stock_value_currency
            from marts.fct_stock_daily s
            join counted using (warehouse_id, stock_date)
            cross join last_day
            left join marts.dim_products p using (sku)
            left join marts.dim_warehouses w on w.warehouse_id = s.warehouse_id
            left join pace on pace.warehouse_id = s.warehouse_id and pace.sku = s.sku
            left join marts.fct_safety_stocks t on t.warehouse_id = s.warehouse_id and t.sku = s.sku
                and last_day.stock_date <= ?
            {conditions.sql}
        )
        """,
        (*(wanted.stock_date,) * 4, *conditions.parameters),
    )


def rows(wanted: StockFilter, *, page: int) -> Query:
    """One page of the filter's rows, numbered from 1; one row per product and warehouse."""
    source, parameters = _source(wanted)
    return Query(
        f"{source} select * from found order by {SORTS[wanted.sort][1]}, sku, warehouse_id "
        f"limit {PAGE_ROWS} offset {(max(page, 1) - 1) * PAGE_ROWS}",
        parameters,
    )


def everything(wanted: StockFilter) -> Query:
    """All rows of the filter, for the file that is exported."""
    source, parameters = _source(wanted)
    return Query(f"{source} select * from found order by {SORTS[wanted.sort][1]}, sku, warehouse_id", parameters)


def totals(wanted: StockFilter) -> Query:
    """One row: how many rows the filter finds, and the sums of what they hold."""
    source, parameters = _source(wanted)
    return Query(
        f"""{source} select count(*) as row_count, sum(on_hand_units) as on_hand_units,
            sum(available_units) as available_units, sum(in_transit_units) as in_transit_units,
            sum(stock_value_amount) as stock_value_amount, max(stock_value_currency) as stock_value_currency,
            count(*) filter (where available_units <= 0) as out_of_stock_count
        from found""",
        parameters,
    )


def page_count(row_count: int) -> int:
    """Pages that hold so many rows, at least one."""
    return max(-(-row_count // PAGE_ROWS), 1)


def history(*, warehouse_id: str, sku: str) -> Query:
    """One product in one warehouse, one row per day: the stock classes and the units sold."""
    return Query(
        """
        with sales as (
            select sale_date::date as stock_date, sum(sold_units) as sold_units from marts.fct_sales_daily
            where warehouse_id = ? and sku = ? group by 1
        )
        select s.stock_date::date as stock_date, s.available_units, s.reserved_units, s.unfulfillable_units,
            s.researching_units, s.in_transit_units, coalesce(sales.sold_units, 0) as sold_units, s.is_filled
        from marts.fct_stock_daily s left join sales on sales.stock_date = s.stock_date::date
        where s.warehouse_id = ? and s.sku = ? order by 1
        """,
        (warehouse_id, sku, warehouse_id, sku),
    )


def by_class(frame: pd.DataFrame, classes: list[str]) -> pd.DataFrame:
    """The history in long form for a chart: stock_date, stock_class, units."""
    return frame.melt("stock_date", classes, var_name="stock_class", value_name="units")
