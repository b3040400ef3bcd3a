"""Discrepancies: what differs over all orders, and the reasons that people give. Layout only."""

from __future__ import annotations

import streamlit as st

from app_streamlit import access, actions, screen, tables
from app_streamlit.app_pages import answer
from app_streamlit.i18n import Language
from app_streamlit.i18n.words import RESOLUTIONS, word
from app_streamlit.view_models import discrepancies
from app_streamlit.view_models.discrepancies import OpenDiscrepancy
from inventory_core.access.model import Person
from inventory_core.access.permissions import permitted_commands
from inventory_core.receiving.commands import ResolveDiscrepancy

NEEDLE, CHOICE = "discrepancies_text", "discrepancies_choice"


def show(text: Language) -> None:
    st.title(text("Discrepancies"))
    person = access.required_person()
    answer.show()
    asked_for = st.query_params.get("about")
    if asked_for:
        screen.take_from_address("about", key=NEEDLE, choices={asked_for: asked_for})
    needle = st.text_input(
        text("Search"),
        placeholder=text("Order, shipment or product"),
        width=320,
        key=NEEDLE,
        persist_state="session",
    )
    orders = actions.transfer_orders(person)
    found = discrepancies.open_ones(orders, needle=needle)
    st.subheader(text("Without a reason ({count})", count=text.number(len(found))), anchor=False)
    if found:
        _open(found, person, text)
    else:
        st.success(text("Nothing differs without a reason."), icon=":material/check:")
    st.subheader(text("Explained"), anchor=False)
    rows = discrepancies.resolved_rows(
        actions.queries().resolutions(),
        {order.transfer_order_id: order for order in orders},
        people=actions.names_of_people(),
        needle=needle,
        text=text,
        time_zone=screen.company().time_zone,
    )
    if rows.empty:
        st.caption(text("No reason was given yet."))
        return
    st.dataframe(
        rows,
        column_config={
            "shipment": tables.words(text("Shipment"), pinned=True),
            "sku": tables.words(text("Product")),
            "kind": tables.words(text("What")),
            "units": tables.units(text("Units")),
            "resolution": tables.words(text("Reason")),
            "resolved_by": tables.words(text("By")),
            "at": tables.words(text("When")),
            "note": tables.words(text("Note"), width="medium"),
            "evidence": tables.words(text("Evidence"), width="medium"),
        },
        hide_index=True,
        placeholder=tables.NOTHING,
        alt=text("Explained"),
    )


def _open(found: list[OpenDiscrepancy], person: Person, text: Language) -> None:
    rows = discrepancies.open_rows(found, text)
    st.dataframe(
        rows,
        column_config={
            "shipment": tables.words(text("Shipment"), pinned=True),
            "destination_id": tables.words(text("Warehouse")),
            "sku": tables.words(text("Product")),
            "kind": tables.words(text("What")),
            "units": tables.units(text("Units")),
            "open_units": tables.units(text("Without a reason")),
        },
        hide_index=True,
        placeholder=tables.NOTHING,
        height=300 if len(rows) > 7 else "auto",
        alt=text("Without a reason"),
    )
    if len(rows) < len(found):
        st.caption(text("The first {count} are shown: search to see others.", count=text.number(len(rows))))
    allowed = {
        one.key: one
        for one in found[: discrepancies.LIMIT]
        if "ResolveDiscrepancy" in permitted_commands(person.actor, order=one.order)
    }
    if not allowed:
        st.info(text("Supervisors and finance give the reasons: whoever counts does not also explain."))
        return
    if st.session_state.get(CHOICE) not in allowed:
        st.session_state[CHOICE] = next(iter(allowed))
    with st.container(border=True):
        key = st.selectbox(
            text("Discrepancy to explain"),
            list(allowed),
            format_func=lambda value: discrepancies.words(allowed[value], text),
            key=CHOICE,
        )
        _resolve(allowed[key], person, text)


def _resolve(one: OpenDiscrepancy, person: Person, text: Language) -> None:
    found = one.discrepancy
    key = f"resolve_{one.key}_{one.order.version}"

    def send() -> None:
        evidence = discrepancies.evidence_of(str(st.session_state[f"{key}_evidence"]))
        resolution = st.session_state[f"{key}_reason"]
        if discrepancies.needs_evidence(resolution) and not evidence:
            answer.not_done(text("A claim needs evidence: its number, or the address of a photo."))
            return
        outcome = answer.attempt(
            lambda: actions.send_about(
                one.order,
                ResolveDiscrepancy,
                person=person,
                shipment_id=found.shipment_id,
                sku=found.sku,
                kind=found.kind,
                units=int(st.session_state[f"{key}_units"]),
                resolution=resolution,
                evidence=evidence,
                reason=str(st.session_state[f"{key}_note"]).strip(),
            )
        )
        if outcome is not None:
            answer.done(text("{what}: the reason is recorded.", what=f"{one.shipment_label} · {found.sku}"))

    with st.form(key, enter_to_submit=False, border=False):
        left, right = st.columns([1, 2])
        left.number_input(
            text("Units"),
            min_value=1,
            max_value=found.open_units,
            value=found.open_units,
            step=1,
            key=f"{key}_units",
        )
        right.selectbox(
            text("Reason"),
            discrepancies.reasons(found.kind),
            format_func=lambda code: word(text, RESOLUTIONS, code),
            key=f"{key}_reason",
        )
        st.text_input(text("Note"), key=f"{key}_note", max_chars=2000)
        st.text_area(
            text("Evidence"),
            key=f"{key}_evidence",
            placeholder=text("One a line: claim numbers, addresses of photos. A claim needs some."),
            height=80,
        )
        st.form_submit_button(text("Give this reason"), type="primary", key=f"{key}_do", on_click=send)


show(screen.language())
