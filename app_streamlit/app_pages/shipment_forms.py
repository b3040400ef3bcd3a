"""What is entered about a shipment: dispatch, plan, cancel, a milestone. Layout only.

Keys of forms carry the order's version: when somebody was faster, the core says what changed and the form is new.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st

from app_streamlit import actions, screen
from app_streamlit.app_pages import answer, units_editor
from app_streamlit.i18n import Language
from app_streamlit.i18n.words import MILESTONES, MODES, word
from app_streamlit.view_models import shipments
from inventory_core.access.model import Person
from inventory_core.catalog.model import MODES as KNOWN_MODES
from inventory_core.errors import Malformed
from inventory_core.transfer_orders import shipment_commands as commands
from inventory_core.transfer_orders.model import TransferOrder
from inventory_core.transfer_orders.shipments import MILESTONES as KNOWN_MILESTONES
from inventory_core.transfer_orders.shipments import Shipment, Transport


def ship(
    order: TransferOrder, shipment: Shipment | None, offered: Mapping[str, int], person: Person, text: Language
) -> None:
    """Units, waybill, carrier, cartons: dispatch a planned shipment, or plan or dispatch what is in none yet."""
    key = f"ship_{shipment.shipment_id if shipment else 'open'}_{order.version}"
    known = shipment.transport if shipment else Transport(mode=order.mode)
    if units_editor.is_large(offered):
        units_editor.table(offered, key=key, text=text)
    with st.form(key, enter_to_submit=False, border=False):
        if not units_editor.is_large(offered):
            units_editor.fields(offered, key=key)
        first, second, third = st.columns(3)
        first.text_input(
            text("Waybill"),
            value=known.waybill,
            key=f"{key}_waybill",
            placeholder=text("Needed to dispatch"),
            max_chars=200,
        )
        second.text_input(text("Carrier"), value=known.carrier, key=f"{key}_carrier", max_chars=200)
        third.selectbox(
            text("Mode"),
            KNOWN_MODES,
            index=KNOWN_MODES.index(known.mode),
            format_func=lambda code: word(text, MODES, code),
            key=f"{key}_mode",
        )
        st.text_area(
            text("Cartons (optional)"),
            key=f"{key}_cartons",
            placeholder=text("One a line: label, kg, length, width, height in cm, SKU=units"),
            help=text(
                "Columns of a spreadsheet can be pasted. What is noted inside can be counted by the label later."
            ),
            height=80,
        )
        with st.container(horizontal=True):
            st.form_submit_button(
                text("Dispatch"),
                type="primary",
                icon=":material/local_shipping:",
                key=f"{key}_dispatch",
                on_click=_send_transport,
                args=(commands.DispatchShipment, order, shipment, dict(offered), person, key),
            )
            if shipment is None:
                st.form_submit_button(
                    text("Plan shipment"),
                    icon=":material/event:",
                    key=f"{key}_plan",
                    on_click=_send_transport,
                    args=(commands.PlanShipment, order, None, dict(offered), person, key),
                )


def _send_transport(
    command: type[commands.PlanShipment | commands.DispatchShipment],
    order: TransferOrder,
    shipment: Shipment | None,
    offered: Mapping[str, int],
    person: Person,
    key: str,
) -> None:
    text = screen.language()
    try:
        cartons = shipments.parse_cartons(str(st.session_state.get(f"{key}_cartons", "")))
    except Malformed as problem:
        answer.not_done(text("Not done: {problem}", problem=problem))
        return
    waybill = str(st.session_state.get(f"{key}_waybill", "")).strip()
    if command is commands.DispatchShipment and not waybill:
        answer.not_done(text("A shipment leaves with a waybill: write its number into the field."))
        return
    content = {"shipment_id": shipment.shipment_id} if shipment else {}
    outcome = answer.attempt(
        lambda: actions.send_about(
            order,
            command,
            person=person,
            waybill=waybill,
            carrier=str(st.session_state.get(f"{key}_carrier", "")).strip(),
            mode=st.session_state.get(f"{key}_mode"),
            cartons=cartons,
            lines=shipments.units_to_ship(units_editor.entered(offered, key=key)),
            **content,
        )
    )
    if outcome is not None:
        is_dispatched = command is commands.DispatchShipment
        answer.done(
            text("{order}: the shipment is on its way.", order=order.document_number)
            if is_dispatched
            else text("{order}: the shipment is planned.", order=order.document_number)
        )


def cancel(order: TransferOrder, shipment: Shipment, person: Person, text: Language) -> None:
    """Give a planned shipment up, with the reason."""
    key = f"cancel_{shipment.shipment_id}_{order.version}"

    def send() -> None:
        reason = str(st.session_state.get(f"{key}_reason", "")).strip()
        if not reason:
            answer.not_done(text("Say why: write the reason into the field."))
            return
        outcome = answer.attempt(
            lambda: actions.send_about(
                order, commands.CancelShipment, person=person, shipment_id=shipment.shipment_id, reason=reason
            )
        )
        if outcome is not None:
            answer.done(text("{shipment} is cancelled.", shipment=shipments.label(order, shipment)))

    with st.form(key, enter_to_submit=False, border=False):
        st.text_input(text("Reason"), key=f"{key}_reason", max_chars=2000)
        st.form_submit_button(text("Cancel shipment"), key=f"{key}_do", on_click=send)


def milestone(order: TransferOrder, shipment: Shipment, person: Person, text: Language, *, time_zone: str) -> None:
    """News of the way, by hand."""
    key = f"milestone_{shipment.shipment_id}_{len(shipment.milestones)}"
    now = datetime.now(ZoneInfo(time_zone))

    def send() -> None:
        day, clock = st.session_state[f"{key}_day"], st.session_state[f"{key}_time"]
        occurred_at = datetime.combine(day, clock, tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
        outcome = answer.attempt(
            lambda: actions.send_about(
                order,
                commands.RecordMilestone,
                person=person,
                shipment_id=shipment.shipment_id,
                milestone=st.session_state[f"{key}_code"],
                occurred_at=occurred_at,
                place=str(st.session_state[f"{key}_place"]).strip(),
                description=str(st.session_state[f"{key}_description"]).strip(),
            )
        )
        if outcome is not None:
            answer.done(text("{shipment}: the milestone is recorded.", shipment=shipments.label(order, shipment)))

    with st.form(key, enter_to_submit=False, border=False):
        first, second, third = st.columns(3)
        first.selectbox(
            text("Milestone"),
            KNOWN_MILESTONES,
            format_func=lambda code: word(text, MILESTONES, code),
            key=f"{key}_code",
        )
        second.date_input(text("Date"), value=now.date(), format="YYYY-MM-DD", key=f"{key}_day")
        third.time_input(
            text("Time"),
            value=now.time().replace(second=0, microsecond=0),
            key=f"{key}_time",
            help=text("On the clocks of {zone}", zone=time_zone),
        )
        left, right = st.columns(2)
        left.text_input(text("Place"), key=f"{key}_place", max_chars=200)
        right.text_input(text("Description"), key=f"{key}_description", max_chars=200)
        st.form_submit_button(text("Record"), key=f"{key}_do", on_click=send)
