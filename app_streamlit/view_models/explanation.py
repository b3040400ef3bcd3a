"""Why a suggestion was made: its reason, its arithmetic, the demand behind it, the stock with and without it.

Belongs here: queries for one suggestion and the rows its panel shows. Does not: lists and edits (`suggestions.py`),
drawing (`app_streamlit/charts.py`), or a recomputation of the plan: the figures are those that the run kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pandas as pd

from app_streamlit.i18n import Language, is_absent
from app_streamlit.view_models.query import Query

HISTORY_DAYS = 182  # half a year: enough to see a season turn, few enough bars to tell days apart


def planning_frequency() -> Query:
    """One row: freq (D or W-MON), the period of the forecasts."""
    return Query("select freq from marts.dim_company")


def reason(row: Mapping[str, object], text: Language) -> str:
    """The reason in the reader's language."""
    return str(row["reason_zh"] if text.code == "zh" else row["reason"])


def arithmetic(row: Mapping[str, object], text: Language) -> pd.DataFrame:
    """The sum behind the units of a transfer: columns step, units, meaning; in the order in which it is done."""
    position, level = _units(row["position_units"]), _units(row["order_up_to_units"])
    later, lost = _units(row["later_units"]), _units(row["expected_lost_before_arrival_units"])
    until_next = _units(row["demand_until_next_arrival_units"])
    steps = [
        (text("Available at the destination"), row["available_units"], text("Free to sell there now")),
        (text("+ In transit"), row["in_transit_units"], text("Shipped, not received yet")),
        (text("+ Open orders"), row["open_order_units"], text("Ordered, not shipped yet")),
        (text("+ Purchase orders"), row["purchase_units"], text("Bought, not received yet")),
        (text("+ Other suggestions"), row["planned_units"], text("What else is advised for it this morning")),
        (text("= Position"), position, text("All that will be there without this order")),
        (text("Of it too late"), later, text("Arrives after the next order could, so it does not count here")),
        (
            text("Demand until this order arrives"),
            row["demand_until_arrival_units"],
            text("Expected sales, counted from today"),
        ),
        (
            text("Demand until the next one could arrive"),
            until_next,
            text("Expected sales, counted from today: this order has to last until then"),
        ),
        (text("− Lost before this order arrives"), lost, text("Sales that no order can serve any more")),
        # Protection is shown as the rest of the sum: the three parts are rounded, and the column must add up.
        (text("+ Protection"), level - until_next + lost, text("Against demand that turns out higher")),
        (text("= Order up to"), level, text("The position that this order should reach")),
        (
            text("Missing"),
            max(level - (position - later), 0),
            text("Order up to less position, without what is too late"),
        ),
        (text("Carton"), row["carton_units"], text("Whole cartons are shipped")),
        (text("Available at the origin"), row["origin_available_units"], text("No more than this can be shipped")),
        (text("Suggested"), row["units"], text("After cartons, stock of the origin and limits of the lane")),
    ]
    return _steps(steps)


def purchase_arithmetic(row: Mapping[str, object], text: Language) -> pd.DataFrame:
    """The figures behind a purchase suggestion: columns step, units, meaning."""
    steps = [
        (text("Short"), row["short_units"], text("Wanted by warehouses, and no origin has it")),
        (text("Minimum order (MOQ)"), row["moq_units"], text("The supplier sells no fewer")),
        (text("Suggested"), row["units"], text("At least what is short, at least the MOQ")),
        (text("Purchase lead time in days"), row["purchase_lead_time_days"], text("From order to arrival")),
    ]
    return _steps(steps)


def _steps(steps: Sequence[tuple[str, object, str]]) -> pd.DataFrame:
    return pd.DataFrame(
        [(name, None if is_absent(units) else float(_units(units)), meaning) for name, units, meaning in steps],
        columns=["step", "units", "meaning"],
    )


def _units(value: object) -> int:
    return 0 if is_absent(value) else round(float(str(value)))


def demand_history(*, warehouse_id: str, sku: str, as_of: date, freq: str) -> Query:
    """Sales per day (or week that begins on Monday) before as-of: period_date, sold_units, is_out_of_stock.

    A period is out of stock when a day of it ended with nothing to sell: its sales do not show the demand.
    """
    period = "date_trunc('week', {0})::date" if freq == "W-MON" else "{0}::date"
    return Query(
        f"""
        with days as (
            select unnest(generate_series(?::date, ?::date - 1, interval 1 day))::date as day
        ), sales as (
            select sale_date::date as day, sum(sold_units) as sold_units from marts.fct_sales_daily
            where warehouse_id = ? and sku = ? and sale_date >= ? and sale_date < ? group by 1
        ), stock as (
            select stock_date::date as day, bool_or(available_units <= 0) as is_out_of_stock from marts.fct_stock_daily
            where warehouse_id = ? and sku = ? and stock_date >= ? and stock_date < ? group by 1
        )
        select {period.format("days.day")} as period_date, coalesce(sum(sold_units), 0)::double as sold_units,
            coalesce(bool_or(is_out_of_stock), false) as is_out_of_stock
        from days left join sales using (day) left join stock using (day)
        group by 1 order by 1
        """,
        (
            *(as_of - timedelta(days=HISTORY_DAYS), as_of),
            *(warehouse_id, sku, as_of - timedelta(days=HISTORY_DAYS), as_of) * 2,
        ),
    )


def forecast(*, warehouse_id: str, sku: str, as_of: date) -> Query:
    """Forecast per period from as-of on: forecast_date, mean, 5 % and 95 % quantile, model."""
    return Query(
        """
        select forecast_date::date as forecast_date, forecast_units::double as forecast_units,
            forecast_q05_units::double as forecast_q05_units, forecast_q95_units::double as forecast_q95_units, model
        from marts.fct_demand_forecasts where warehouse_id = ? and sku = ? and forecast_date >= ? order by 1
        """,
        (warehouse_id, sku, as_of - timedelta(days=6)),  # a week that has begun still counts
    )


def arrivals(*, warehouse_id: str, sku: str) -> Query:
    """What is already on its way to the warehouse: arrival_date, units (shipments by P50, purchases as promised)."""
    return Query(
        """
        select coalesce(eta_p50_date, expected_date)::date as arrival_date, sum(in_transit_units)::bigint as units
        from marts.fct_in_transit where destination_id = ? and sku = ? group by 1
        union all
        select expected_date::date, sum(open_units)::bigint
        from marts.fct_purchase_orders where warehouse_id = ? and sku = ? and open_units > 0 group by 1
        order by 1
        """,
        (warehouse_id, sku, warehouse_id, sku),
    )


def safety_stock(*, warehouse_id: str, sku: str) -> Query:
    """The one row of safety stock figures of a product in a warehouse, or none."""
    return Query("select * from marts.fct_safety_stocks where warehouse_id = ? and sku = ?", (warehouse_id, sku))


def daily_demand(forecasts: pd.DataFrame, *, as_of: date, freq: str) -> dict[date, float]:
    """Expected units per day from as-of to the end of the forecast; a week's units are spread over its days."""
    span = 7 if freq == "W-MON" else 1
    demand: dict[date, float] = {}
    for forecast_date, units in zip(forecasts["forecast_date"], forecasts["forecast_units"], strict=True):
        for offset in range(span):
            day = pd.Timestamp(forecast_date).date() + timedelta(days=offset)
            if day >= as_of:
                demand[day] = demand.get(day, 0.0) + float(units) / span
    return demand


def projected_stock(
    *, available_units: float, demand: Mapping[date, float], arriving: Mapping[date, float], order: tuple[date, float]
) -> pd.DataFrame:
    """Stock at the end of each day, without and with the order: stock_date, without_order_units, with_order_units.

    Goods that arrive in the morning can be sold that day; what is not there is lost, not owed. `order` is arrival date
    and units. What should have arrived before the first day arrives on it.
    """
    days = sorted(demand)
    rows = []
    without = with_order = float(available_units)
    late = sum(units for day, units in arriving.items() if days and day < days[0])
    for day in days:
        coming = arriving.get(day, 0.0) + (late if day == days[0] else 0.0)
        ordered = order[1] if day == max(order[0], days[0]) else 0.0
        without = max(without + coming - demand[day], 0.0)
        with_order = max(with_order + coming + ordered - demand[day], 0.0)
        rows.append((day, without, with_order))
    return pd.DataFrame(rows, columns=["stock_date", "without_order_units", "with_order_units"])


def arriving_by_day(frame: pd.DataFrame) -> dict[date, float]:
    """The answer to `arrivals` summed by day; goods without any date are left out, because no day is known."""
    known = frame.dropna(subset=["arrival_date"])
    totals: dict[date, float] = {}
    for day, units in zip(known["arrival_date"], known["units"], strict=True):
        totals[pd.Timestamp(day).date()] = totals.get(pd.Timestamp(day).date(), 0.0) + float(units)
    return totals
