"""Why one suggestion was made: reason, arithmetic, demand, stock with and without it. Layout only."""

from __future__ import annotations

from typing import cast

import pandas as pd
import streamlit as st

from app_streamlit import charts, screen, warehouse
from app_streamlit.i18n import Language
from app_streamlit.view_models import explanation
from app_streamlit.view_models.rows import Row, first_row
from app_streamlit.warehouse import Publication


def transfer(advice: Row, wanted: Row, publication: Publication, text: Language) -> None:
    """The panel of a transfer suggestion; `wanted` holds the units and dates that the planner entered."""
    as_of = publication.as_of_date
    key = {"warehouse_id": str(advice["destination_id"]), "sku": str(advice["sku"])}
    freq = str(first_row(warehouse.read(publication, explanation.planning_frequency()))["freq"])
    history, forecast, arriving, safety = warehouse.read_all(
        publication,
        (
            explanation.demand_history(**key, as_of=as_of, freq=freq),
            explanation.forecast(**key, as_of=as_of),
            explanation.arrivals(**key),
            explanation.safety_stock(**key),
        ),
    )
    st.info(screen.plain(explanation.reason(advice, text)), icon=":material/lightbulb:")
    figures, pictures = st.columns([1, 1], gap="medium")
    with figures:
        st.markdown(f"**{text('The arithmetic')}**")
        _arithmetic(explanation.arithmetic(advice, text), text)
    with pictures:
        if forecast.empty:
            st.caption(text("There is no forecast for this product in this warehouse."))
            return
        st.markdown(f"**{text('Demand at the destination')}**")
        st.altair_chart(
            charts.demand(history, forecast, freq=freq, text=text),
            alt=text("Demand at the destination: sales and forecast"),
        )
        st.markdown(f"**{text('Stock at the destination, with and without this order')}**")
        arrival = wanted["arrival_date"]
        projected = explanation.projected_stock(
            available_units=float(advice["available_units"]),
            demand=explanation.daily_demand(forecast, as_of=as_of, freq=freq),
            arriving=explanation.arriving_by_day(arriving),
            order=(arrival, float(wanted["units"])),
        )
        level = None if safety.empty else float(first_row(safety)["safety_stock_units"])
        st.altair_chart(
            charts.projection(projected, safety_stock_units=level, arrival=arrival, text=text),
            alt=text("Stock at the destination, with and without this order"),
        )
        st.caption(
            text(
                "Forecast by {model}. Sales that find no stock are lost, not delivered later.",
                model=first_row(forecast)["model"],
            )
        )


def purchase(advice: Row, text: Language) -> None:
    """The panel of a purchase suggestion."""
    st.info(screen.plain(explanation.reason(advice, text)), icon=":material/lightbulb:")
    _arithmetic(explanation.purchase_arithmetic(advice, text), text)


def _arithmetic(rows: pd.DataFrame, text: Language) -> None:
    # A static table: it breaks long meanings into lines, and screen readers read it.
    escaped = rows.assign(step=rows["step"].map(screen.plain))  # "+ In transit" is no list
    # Chinese breaks between any two characters, also in the header of a narrow column; a word joiner forbids it.
    units_header = "\u2060".join(text("Units"))
    named = escaped.rename(columns={"step": text("Step"), "units": units_header, "meaning": text("Meaning")})
    styled = named.style.format({units_header: lambda units: text.number(cast("float", units))})
    st.table(styled, border="horizontal", hide_index=True, alt=text("The arithmetic"))
