"""The purchases of the page Suggestions: what to buy, because no warehouse of ours has it. Layout only."""

from __future__ import annotations

import streamlit as st

from app_streamlit import access, tables, warehouse
from app_streamlit.app_pages import why_panel
from app_streamlit.i18n import Language
from app_streamlit.i18n.words import place
from app_streamlit.view_models import suggestions
from app_streamlit.view_models.rows import rows_of, with_days
from app_streamlit.warehouse import Publication
from inventory_core.access.model import Person


def show(publication: Publication, person: Person, text: Language) -> None:
    """The whole tab."""
    names = warehouse.read(publication, suggestions.suppliers())["supplier_id"].to_list()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        needle = st.text_input(
            text("Search"),
            placeholder=text("Product, title or supplier"),
            width=260,
            key="purchase_text",
            persist_state="session",
        )
        supplier_id = st.selectbox(
            text("Supplier"),
            [None, *names],
            format_func=lambda value: value or text("All suppliers"),
            width=230,
            key="purchase_supplier",
            persist_state="session",
        )
    frame = warehouse.read(publication, suggestions.purchases(needle, supplier_id, access.scope(person)))
    if frame.empty:
        st.info(text("Nothing has to be bought: our warehouses can serve every need, or a filter hides the rest."))
        return
    shown = with_days(frame, "order_by_date", "need_by_date", "expected_date").assign(
        warehouse=[place(*pair) for pair in zip(frame["warehouse_name"], frame["warehouse_id"], strict=True)]
    )
    columns = {
        "sku": tables.words(text("Product"), pinned=True),
        "title": tables.words(text("Title"), width="medium"),
        "supplier_id": tables.words(text("Supplier")),
        "warehouse": tables.words(text("Deliver to")),
        "units": tables.units(text("Units")),
        "short_units": tables.units(text("Short"), explanation=text("Wanted by warehouses, and no origin has it")),
        "moq_units": tables.units(text("MOQ"), explanation=text("The supplier sells no fewer")),
        "order_by_date": tables.day(text("Order by"), text),
        "need_by_date": tables.day(text("Needed by"), text),
        "expected_date": tables.day(
            text("Would arrive"), text, explanation=text("Ordered today, by the supplier's lead time")
        ),
        "value_amount": tables.money(
            text("Value"), currency=frame["value_currency"].iloc[0], explanation=text("At purchase cost")
        ),
    }
    selection = st.dataframe(
        shown,
        column_config=columns,
        column_order=list(columns),
        hide_index=True,
        placeholder=tables.NOTHING,
        on_select="rerun",
        selection_mode="single-row",
        key=f"purchases_{hash((needle, supplier_id))}",
        alt=text("Purchase suggestions"),
    )
    tables.export_button(
        lambda: shown, list(columns), name=f"purchases-{publication.as_of_date}", count=len(shown), text=text
    )
    chosen = selection["selection"]["rows"]
    st.subheader(text("Why?"))
    if not chosen:
        st.caption(text("Select a row to see why it should be bought."))
        return
    why_panel.purchase(rows_of(frame)[chosen[0]], text)
