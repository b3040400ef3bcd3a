"""What a count of a shipment shows: short, over, wrong, and what needs a reason. Layout only."""

from __future__ import annotations

import streamlit as st

from app_streamlit import actions, screen, tables
from app_streamlit.i18n import Language
from app_streamlit.view_models import receiving, shipments
from app_streamlit.view_models.receiving import Expected, Tally
from inventory_core.errors import Refused
from inventory_core.receiving.events import ResolvedCount


def compare(one: Expected, tally: Tally, text: Language) -> None:
    """What left beside what was counted, the running count included."""
    resolved: tuple[ResolvedCount, ...] = ()
    if tally.units:
        try:
            resolved = actions.queries().read_codes(
                one.order.transfer_order_id, tally.counts(), shipment_id=one.shipment.shipment_id
            )
        except Refused as problem:  # the catalog changed since it was scanned
            st.error(screen.plain(str(problem)), icon=":material/block:")
            return
    rows = receiving.comparison(one, resolved, text=text)
    if rows.empty:
        return
    st.markdown(f"**{text('Compared with what left')}**")
    st.dataframe(
        rows,
        column_config={
            "sku": tables.words(text("Product"), pinned=True),
            "dispatched_units": tables.units(text("Dispatched")),
            "good_units": tables.units(text("Received good")),
            "damaged_units": tables.units(text("Received damaged")),
            "difference": tables.units(text("Difference"), explanation=text("Your count included")),
            "verdict": tables.words(text("Verdict")),
        },
        hide_index=True,
        placeholder=tables.NOTHING,
        alt=text("Compared with what left"),
    )
    show_differences(one, text)


def show_differences(one: Expected, text: Language) -> None:
    """What of the shipment needs a reason, once its counting has shown it."""
    rows = shipments.discrepancy_rows(one.order, text)
    mine = rows[rows["shipment"] == one.label] if not rows.empty else rows
    if mine.empty or not mine["open_units"].any():
        return
    found = ", ".join(f"{row.sku}: {row.units} {row.kind}" for row in mine.head(20).itertuples())
    st.warning(screen.plain(text("Differences that need a reason: {found}", found=found)), icon=":material/rule:")
