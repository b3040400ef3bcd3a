"""The pictures: one theme, colours that the colour-blind can tell apart, units on every axis.

Belongs here: Altair charts of frames that the view models made; pure, no Streamlit. Does not: queries and arithmetic
(`view_models/`). Colours: Okabe and Ito, https://jfly.uni-koeln.de/color/. Marks differ in shape or dash as well as in
colour, and every colour is readable on white and on black.
"""

from __future__ import annotations

from datetime import date

import altair as alt
import pandas as pd

from app_streamlit.i18n import Language
from app_streamlit.i18n.words import STOCK_CLASSES, word

BLUE, ORANGE, GREEN, PINK, SKY, VERMILION, GRAY = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#8c8c8c",
)
CLASS_COLORS = {
    "available_units": BLUE,
    "reserved_units": SKY,
    "unfulfillable_units": VERMILION,
    "researching_units": PINK,
    "in_transit_units": ORANGE,
}
HEIGHT = 260
Layers = alt.LayerChart | alt.FacetChart  # what alt.layer() says that it makes


def _days(text: Language, *, years: bool = False) -> tuple[alt.X, str]:
    """The axis of days, with their year where it spans `years`, and the pattern of a day.

    Month names are Vega's own English; Chinese gets digits.
    """
    form = "%Y-%m-%d" if text.code == "zh" else "%b %d, %Y"
    marks = {("zh", False): "%m-%d", ("zh", True): "%Y-%m", ("en", False): "%b %d", ("en", True): "%b %Y"}
    return alt.X("day:T", title="", axis=alt.Axis(format=marks[text.code, years], labelOverlap=True)), form


def demand(history: pd.DataFrame, forecast: pd.DataFrame, *, freq: str, text: Language) -> Layers:
    """Sales with the out-of-stock periods shaded, and the forecast with its band, on one time axis.

    `history`: period_date, sold_units, is_out_of_stock; `forecast`: forecast_date, forecast_units and its quantiles.
    """
    axis, form = _days(text)
    units = text("Units per week") if freq == "W-MON" else text("Units per day")
    sold, empty, expected, band = text("Sold"), text("Out of stock"), text("Forecast"), text("5 % to 95 %")
    past = history.rename(columns={"period_date": "day"})
    future = forecast.rename(columns={"forecast_date": "day"})
    days = pd.Timedelta(days=7 if freq == "W-MON" else 1)
    color = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=[sold, empty, expected, band], range=[BLUE, GRAY, VERMILION, ORANGE]),
        legend=alt.Legend(orient="top", columns=2, symbolOpacity=1),
    )
    when = alt.Tooltip("day:T", title=text("Date"), format=form)
    without_stock = past[past["is_out_of_stock"].astype(bool)]
    shades = (
        alt.Chart(without_stock.assign(kind=empty, until=without_stock["day"] + days))
        .mark_rect(opacity=0.35)
        .encode(axis, alt.X2("until:T"), color, tooltip=[when, alt.Tooltip("kind:N", title=" ")])
    )
    bars = (
        alt.Chart(past.assign(kind=sold))
        .mark_bar(width=12 if freq == "W-MON" else 1.5)
        .encode(
            axis,
            alt.Y("sold_units:Q", title=units),
            color,
            tooltip=[when, alt.Tooltip("sold_units:Q", title=sold, format=",.0f")],
        )
    )
    area = (
        alt.Chart(future.assign(kind=band))
        .mark_area(opacity=0.3)
        .encode(axis, alt.Y("forecast_q05_units:Q"), alt.Y2("forecast_q95_units:Q"), color)
    )
    line = (
        alt.Chart(future.assign(kind=expected))
        .mark_line(strokeDash=[6, 3], strokeWidth=2)
        .encode(
            axis,
            alt.Y("forecast_units:Q"),
            color,
            tooltip=[
                when,
                alt.Tooltip("forecast_units:Q", title=expected, format=",.1f"),
                alt.Tooltip("forecast_q05_units:Q", title="5 %", format=",.1f"),
                alt.Tooltip("forecast_q95_units:Q", title="95 %", format=",.1f"),
            ],
        )
    )
    return alt.layer(shades, bars, area, line).properties(height=HEIGHT)


def projection(frame: pd.DataFrame, *, safety_stock_units: float | None, arrival: date, text: Language) -> Layers:
    """Stock at the end of each day with and without the order; a rule where it arrives, one at the safety stock."""
    axis, form = _days(text)
    with_order, without = text("With this order"), text("Without it")
    long = frame.rename(
        columns={"stock_date": "day", "with_order_units": with_order, "without_order_units": without}
    ).melt("day", [with_order, without], var_name="kind", value_name="units")
    color = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=[with_order, without], range=[BLUE, VERMILION]),
        legend=alt.Legend(orient="top"),
    )
    lines = (
        alt.Chart(long)
        .mark_line(strokeWidth=2)
        .encode(
            axis,
            alt.Y("units:Q", title=text("Units at the end of the day")),
            color,
            strokeDash=alt.StrokeDash(
                "kind:N", scale=alt.Scale(domain=[with_order, without], range=[[1, 0], [5, 4]]), legend=None
            ),
            tooltip=[
                alt.Tooltip("day:T", title=text("Date"), format=form),
                alt.Tooltip("kind:N", title=" "),
                alt.Tooltip("units:Q", title=text("Units"), format=",.0f"),
            ],
        )
    )
    mark = pd.DataFrame({"day": [pd.Timestamp(arrival)], "label": [text("Arrives")]})
    rule = alt.Chart(mark).mark_rule(color=GRAY, strokeDash=[2, 2]).encode(x="day:T")
    name = (
        alt.Chart(mark)
        .mark_text(align="left", dx=4, dy=-6, color=GRAY, baseline="bottom")
        .encode(x="day:T", y=alt.value(10), text="label:N")
    )
    layers = [lines, rule, name]
    if safety_stock_units is not None:
        level = pd.DataFrame({"units": [safety_stock_units], "label": [text("Safety stock")]})
        layers.append(alt.Chart(level).mark_rule(color=GREEN).encode(y="units:Q"))
        layers.append(
            alt.Chart(level)
            .mark_text(align="right", dy=-5, color=GREEN)
            .encode(x=alt.value("width"), y="units:Q", text="label:N")
        )
    return alt.layer(*layers).properties(height=HEIGHT)


def stock_history(stock: pd.DataFrame, sales: pd.DataFrame, *, text: Language) -> alt.VConcatChart:
    """Stock classes stacked over time (stock_date, stock_class, units), the sales (stock_date, sold_units) below."""
    axis, form = _days(text, years=True)
    named = stock.rename(columns={"stock_date": "day"}).assign(
        kind=[word(text, STOCK_CLASSES, code) for code in stock["stock_class"]],
        place=[list(STOCK_CLASSES).index(code) for code in stock["stock_class"]],
    )
    zoom = alt.selection_interval(bind="scales", encodings=["x"])
    when = alt.Tooltip("day:T", title=text("Date"), format=form)
    areas = (
        alt.Chart(named)
        .mark_area(interpolate="step-after")
        .encode(
            axis,
            alt.Y("units:Q", title=text("Units"), stack=True),
            alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(
                    domain=[text(STOCK_CLASSES[code]) for code in CLASS_COLORS], range=list(CLASS_COLORS.values())
                ),
                legend=alt.Legend(orient="top"),
            ),
            alt.Order("place:Q"),
            tooltip=[
                when,
                alt.Tooltip("kind:N", title=" "),
                alt.Tooltip("units:Q", title=text("Units"), format=",.0f"),
            ],
        )
        .add_params(zoom)
        .properties(height=HEIGHT)
    )
    bars = (
        alt.Chart(sales.rename(columns={"stock_date": "day"}))
        .mark_bar(color=GRAY, width=2)
        .encode(
            axis,
            alt.Y("sold_units:Q", title=text("Sold"), axis=alt.Axis(format=",.0f", tickMinStep=1)),
            tooltip=[when, alt.Tooltip("sold_units:Q", title=text("Sold"), format=",.0f")],
        )
        .add_params(zoom)
        .properties(height=90)
    )
    chart: alt.VConcatChart = alt.vconcat(areas, bars).resolve_scale(x="shared")
    return chart
