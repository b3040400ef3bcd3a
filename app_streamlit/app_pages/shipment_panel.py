"""The shipments of an order on its page: what is in them, and the forms about them. Layout only."""

from __future__ import annotations

import streamlit as st

from app_streamlit import screen, tables
from app_streamlit.app_pages import shipment_forms
from app_streamlit.i18n import Language
from app_streamlit.i18n.words import SHIPMENT_STATUSES, word
from app_streamlit.view_models import blind, shipments
from inventory_core.access.model import Person
from inventory_core.access.permissions import permitted_commands
from inventory_core.transfer_orders.model import TransferOrder
from inventory_core.transfer_orders.shipments import Shipment, ShipmentStatus

SHOWN = 20


def show(order: TransferOrder, person: Person, text: Language, *, time_zone: str, is_plan_hidden: bool = False) -> None:
    """All of it; nothing while the order has no shipment and none can be made."""
    permitted = permitted_commands(person.actor, order=order)
    left = shipments.unplanned_units(order)
    if not order.shipments and not (left and "PlanShipment" in permitted):
        return
    st.markdown(f"**{text('Shipments')}**")
    if left and "PlanShipment" in permitted:
        words = text("Ship {units} units that are not in a shipment yet", units=text.number(sum(left.values())))
        with st.expander(words, icon=":material/outbox:", expanded=not order.shipments):
            shipment_forms.ship(order, None, left, person, text)
    for shipment in sorted(order.shipments, key=lambda one: -one.shipment_number)[:SHOWN]:
        with st.container(border=True):
            is_hidden = blind.hides_shipment(shipment, order=order, actor=person.actor, is_plan_hidden=is_plan_hidden)
            _card(order, shipment, permitted, person, text, time_zone=time_zone, is_hidden=is_hidden)
    if len(order.shipments) > SHOWN:
        st.caption(text("The newest {count} shipments are shown.", count=SHOWN))


def _card(
    order: TransferOrder,
    shipment: Shipment,
    permitted: frozenset[str],
    person: Person,
    text: Language,
    *,
    time_zone: str,
    is_hidden: bool,
) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{shipments.label(order, shipment)}**", width="content")
        st.badge(
            word(text, SHIPMENT_STATUSES, shipment.status.value),
            color=shipments.STATUS_COLORS[shipment.status.value],  # type: ignore[arg-type]
        )
        st.caption(screen.plain(shipments.transport_words(shipment, text)), width="content")
    if not is_hidden:
        _lines(shipment, text)
    if shipment.cartons and not is_hidden:
        with st.expander(text.counted("{count} carton", "{count} cartons", len(shipment.cartons))):
            st.dataframe(
                shipments.carton_rows(shipment),
                column_config={
                    "carton_id": tables.words(text("Carton label")),
                    "weight_kg": tables.decimal(text("Weight (kg)")),
                    "size": tables.words(text("Size (cm)")),
                    "contents": tables.words(text("Contents"), width="large"),
                },
                hide_index=True,
                placeholder=tables.NOTHING,
                alt=text("Cartons"),
            )
    if shipment.milestones:
        st.dataframe(
            shipments.milestone_rows(shipment.milestones, text=text, time_zone=time_zone),
            column_config={
                "milestone": tables.words(text("Milestone")),
                "occurred_at": tables.words(text("When")),
                "place": tables.words(text("Place")),
                "description": tables.words(text("Description"), width="medium"),
                "recorded_at": tables.words(text("Heard of")),
            },
            hide_index=True,
            placeholder=tables.NOTHING,
            alt=text("Milestones"),
        )
    is_planned = shipment.status is ShipmentStatus.PLANNED
    offered = shipments.planned_units(shipment) or shipments.unplanned_units(order)
    if is_planned and offered and "DispatchShipment" in permitted:
        with st.expander(text("Dispatch"), icon=":material/local_shipping:"):
            shipment_forms.ship(order, shipment, offered, person, text)
    if is_planned and "CancelShipment" in permitted:
        with st.expander(text("Cancel shipment"), icon=":material/delete:"):
            shipment_forms.cancel(order, shipment, person, text)
    if shipment.status is not ShipmentStatus.CANCELLED and "RecordMilestone" in permitted:
        with st.expander(text("Record a milestone"), icon=":material/flag:"):
            shipment_forms.milestone(order, shipment, person, text, time_zone=time_zone)
    if shipment.is_under_way and "RecordReceipt" in permitted:
        st.page_link(
            "app_pages/receiving.py",
            label=text("Receive {shipment}", shipment=shipments.label(order, shipment)),
            icon=":material/barcode_scanner:",
            query_params={"shipment": shipments.label(order, shipment)},
        )


def _lines(shipment: Shipment, text: Language) -> None:
    needle = ""
    if len(shipment.lines) > shipments.LINE_LIMIT:
        needle = st.text_input(text("Search product"), key=f"find_{shipment.shipment_id}", width=240)
    if not shipment.lines:
        st.caption(text("It carries nothing that was announced."))
        return
    rows = shipments.line_rows(shipment, needle=needle)
    st.dataframe(
        rows,
        column_config={
            "sku": tables.words(text("Product"), pinned=True),
            "planned_units": tables.units(text("Planned")),
            "dispatched_units": tables.units(text("Dispatched")),
            "good_units": tables.units(text("Received good")),
            "damaged_units": tables.units(text("Received damaged")),
            "over_units": tables.units(text("Over"), explanation=text("Arrived above what was on its way")),
            "written_off_units": tables.units(
                text("Written off"), explanation=text("Left in transit by a reason instead of a count")
            ),
            "in_transit_units": tables.units(text("In transit")),
        },
        hide_index=True,
        placeholder=tables.NOTHING,
        alt=text("Lines of the shipment"),
    )
    if len(rows) < len(shipment.lines):
        st.caption(
            text(
                "{shown} of {count} lines are shown: search to see others.",
                shown=text.number(len(rows)),
                count=text.number(len(shipment.lines)),
            )
        )
