"""Receiving: shipments on their way to a warehouse, and the one that is counted (`count_panel.py`). Layout only."""

from __future__ import annotations

import streamlit as st

from app_streamlit import access, actions, screen, tables
from app_streamlit.app_pages import answer, count_panel, names
from app_streamlit.i18n import Language
from app_streamlit.view_models import receiving, shipments
from app_streamlit.view_models.receiving import Expected

CHOICE, OTHERS = "receiving_shipment", "receiving_others"


def show(text: Language) -> None:
    st.title(text("Receiving"))
    person = access.required_person()
    answer.show()
    places = names.places_of(person)
    orders = receiving.arriving_at(actions.transfer_orders(person), person.actor)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        warehouse_id = st.selectbox(
            text("Warehouse"),
            [None, *places],
            format_func=lambda value: places[value] if value else text("All warehouses"),
            width=260,
            key="receiving_warehouse",
            persist_state="session",
        )
        with_others = st.toggle(
            text("Planned and received ones too"), key=OTHERS, help=text("For goods that come early or late")
        )
    asked_for = st.query_params.get("shipment")
    found = receiving.expected(orders, warehouse_id=warehouse_id, with_others=with_others)
    everything = receiving.expected(orders, with_others=True)
    by_label = {one.label: one for one in found}
    by_label |= {one.label: one for one in everything if one.label in (asked_for, st.session_state.get(CHOICE))}
    screen.take_from_address("shipment", key=CHOICE, choices={label: label for label in by_label})
    if asked_for and asked_for not in by_label:
        st.warning(screen.plain(text("There is no shipment {shipment} to your warehouses.", shipment=asked_for)))
    if not by_label:
        st.info(text("Nothing is on its way. Shipments appear here as soon as they are dispatched."))
        return
    blind = [one for one in places if actions.queries().receiving_rule(one).is_blind]
    _expected_list(found, blind, text)
    label = st.selectbox(
        text("Shipment to count"),
        [None, *by_label],
        format_func=lambda value: _choice_words(by_label[value], text) if value else text("Choose a shipment"),
        key=CHOICE,
        persist_state="session",
    )
    if label is None:
        return
    count_panel.show(by_label[label], person, text, is_blind=by_label[label].order.destination_id in blind)


def _choice_words(one: Expected, text: Language) -> str:
    return f"{shipments.title(one.order, one.shipment, text)} · {one.order.origin_id} → {one.order.destination_id}"


def _expected_list(found: list[Expected], blind: list[str], text: Language) -> None:
    if not found:
        return
    rows = receiving.expected_rows(found, blind_warehouses=blind, text=text, time_zone=screen.company().time_zone)
    st.dataframe(
        rows,
        column_config={
            "shipment": tables.words(text("Shipment"), pinned=True),
            "status": tables.words(text("Status")),
            "waybill": tables.words(text("Waybill")),
            "carrier": tables.words(text("Carrier")),
            "origin_id": tables.words(text("From")),
            "destination_id": tables.words(text("To")),
            "arrival_date": tables.day(text("Planned arrival"), text),
            "dispatched": tables.words(text("Dispatched")),
            "units": tables.units(text("Units"), explanation=text("Hidden where the warehouse counts blindly")),
            "counted_units": tables.units(text("Counted so far")),
        },
        hide_index=True,
        placeholder=tables.NOTHING,
        height=260 if len(rows) > 6 else "auto",
        alt=text("Expected shipments"),
    )
    if len(rows) < len(found):
        st.caption(text("The next {count} are shown: choose a warehouse to see others.", count=len(rows)))


show(screen.language())
