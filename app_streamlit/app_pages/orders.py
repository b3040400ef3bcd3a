"""Orders: the list by status, one order with its approvals and history, and the decisions. Layout only."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from app_streamlit import access, actions, screen, tables, warehouse
from app_streamlit.app_pages import answer, comment_panel, decision_panel, shipment_panel
from app_streamlit.i18n import Language
from app_streamlit.i18n.words import ORDER_STATUSES, who, word
from app_streamlit.view_models import history as order_journal
from app_streamlit.view_models import orders, shipments, stock
from app_streamlit.view_models.rows import rows_of
from inventory_core.access.model import Person
from inventory_core.queries import TransferOrderHistory
from inventory_core.transfer_orders.loading import UnableToFindTransferOrder
from inventory_core.transfer_orders.model import TransferOrder

CHOICE = "orders_status"


def show(text: Language) -> None:
    st.title(text("Orders"))
    person = access.required_person()
    company, publication = screen.company(), screen.publication()
    answer.show()
    st.caption(
        text("Orders are live. The advice beside them was planned on {day}.", day=text.day(publication.as_of_date))
        if publication
        else text("Orders are live. Nothing has been planned yet.")
    )
    people = actions.names_of_people()
    warehouses = (
        {row["warehouse_id"]: row["warehouse_name"] for row in rows_of(warehouse.read(publication, stock.warehouses()))}
        if publication
        else {}
    )
    asked_for = st.query_params.get("order")
    if asked_for:
        if st.button(text("All orders"), icon=":material/arrow_back:", type="tertiary"):
            del st.query_params["order"]
            st.rerun()
        try:
            history = actions.order_history(asked_for)
        except UnableToFindTransferOrder:
            st.warning(screen.plain(text("There is no order {order}.", order=asked_for)))
            return
        if not history.order.is_within(person.actor):
            st.warning(
                screen.plain(orders.out_of_scope_words(history.order, person.actor, text)), icon=":material/block:"
            )
            return
        _detail(history, person, warehouses, people, company.time_zone, text)
        return
    _list(person, people, text)


def _list(person: Person, people: Mapping[str, str], text: Language) -> None:
    everything, decider = actions.transfer_orders(person), actions.decider(person)
    if not everything:
        st.info(text("There are no orders yet. Select suggestions and submit them: they become orders here."))
        st.page_link("app_pages/suggestions.py", label=text("Suggestions"), icon=":material/lightbulb:")
        return
    counts = {choice: len(orders.of_status(everything, choice, decider)) for choice in orders.STATUS_CHOICES}
    screen.take_from_address("status", key=CHOICE, choices={code: code for code in orders.STATUS_CHOICES})
    if CHOICE not in st.session_state:
        st.session_state[CHOICE] = "waiting" if counts["waiting"] else "all"
    choice = st.segmented_control(
        text("Status"),
        orders.STATUS_CHOICES,
        format_func=lambda code: f"{orders.status_word(code, text)} ({counts[code]})",
        key=CHOICE,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    found = orders.of_status(everything, choice or "all", decider)
    if not found:
        st.info(text("No order is in this state."))
        return
    rows = orders.order_rows(found, people=people, text=text, hidden=actions.blind_orders(found, person=person))
    currency = next((order.value.currency for order in found if order.value), None)
    columns = {
        "document_number": tables.words(text("Order"), pinned=True),
        "status": tables.words(text("Status")),
        "lane": tables.words(text("Lane")),
        "ship_date": tables.day(text("Ships"), text),
        "arrival_date": tables.day(text("Arrives"), text),
        "line_count": tables.units(text("Lines")),
        "units": tables.units(text("Units")),
        "value_amount": tables.money(text("Value"), currency=currency, explanation=text("At cost, when submitted")),
        "waiting_for": tables.words(text("Waits for")),
        "drafted_by": tables.words(text("Drafted by")),
    }
    selection = st.dataframe(
        rows,
        column_config=columns,
        column_order=list(columns),
        hide_index=True,
        placeholder=tables.NOTHING,
        on_select="rerun",
        selection_mode="single-row",
        key=f"orders_rows_{choice}",
        alt=text("Orders"),
    )
    chosen = selection["selection"]["rows"]
    if chosen:
        st.query_params["order"] = rows["document_number"].iloc[chosen[0]]
        st.rerun()
    st.caption(text("Select a row to open the order."))


def _detail(
    history: TransferOrderHistory,
    person: Person,
    warehouses: Mapping[str, str],
    people: Mapping[str, str],
    time_zone: str,
    text: Language,
) -> None:
    order = history.order
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(order.document_number, anchor=False, width="content")
        st.badge(
            word(text, ORDER_STATUSES, order.status.value),
            color=orders.STATUS_COLORS.get(order.status.value, "blue"),  # type: ignore[arg-type]
        )
    st.markdown(f"**{screen.plain(orders.lane_words(order, warehouses=warehouses, text=text))}**")
    st.caption(screen.plain(text("Drafted by {name}", name=who(order.drafted_by, people, text))))
    is_hidden = bool(actions.blind_orders([order], person=person))
    with st.container(horizontal=True, gap="large"):
        st.metric(text("Ships"), text.day(order.ship_date), width="content")
        st.metric(text("Arrives"), text.day(order.arrival_date), width="content")
        if not is_hidden:
            st.metric(text("Units"), text.number(order.units), width="content")
            st.metric(text("Value"), orders.value_words(order, text), width="content")
    decision_panel.show(order, person, people, text)
    if is_hidden:
        st.info(
            text("This warehouse counts blindly: units stand here once the receiving is complete."),
            icon=":material/visibility_off:",
        )
    else:
        _open_points(order, text)
    shipment_panel.show(order, person, text, time_zone=time_zone, is_plan_hidden=is_hidden)
    _discrepancies(order, text)
    if not is_hidden:
        _lines(order, text)
    comment_panel.show(history, person, people, text, time_zone=time_zone)
    _approvals(order, people, time_zone, text)
    st.markdown(f"**{text('History')}**")
    told = order_journal.history_rows(
        history.entries, order=order, people=people, text=text, time_zone=time_zone, is_plan_hidden=is_hidden
    )
    st.dataframe(
        told,
        column_order=[name for name in told.columns if name != "reason" or told["reason"].any()],
        column_config={
            "event": tables.words(text("What")),
            "details": tables.words(text("Details"), width=320),
            "actor": tables.words(text("Who")),
            "roles": tables.words(text("As")),
            "at": tables.words(text("When")),
            "reason": tables.words(text("Reason"), width="medium"),
        },
        hide_index=True,
        placeholder=tables.NOTHING,
        alt=text("History"),
    )


def _lines(order: TransferOrder, text: Language) -> None:
    st.markdown(f"**{text('Lines')}**")
    publication = screen.publication()
    titles = {}
    lines = orders.shown_lines(order, needle=_line_search(order, text))
    if publication:
        found = warehouse.read(publication, orders.titles(line.sku for line in lines))
        titles = dict(zip(found["sku"], found["title"].fillna(""), strict=True))
    currency = order.value.currency if order.value else None
    st.dataframe(
        orders.line_rows(lines, titles=titles, text=text),
        column_config={
            "sku": tables.words(text("Product")),
            "title": tables.words(text("Title"), width="large"),
            "suggested_units": tables.units(text("Advice"), explanation=text("Units that the plan suggests")),
            "units": tables.units(text("Ordered")),
            "change": tables.words(text("Difference")),
            "unit_value_amount": tables.money(text("Unit value"), currency=currency, explanation=text("At cost")),
            "value_amount": tables.money(text("Value"), currency=currency, explanation=text("At cost")),
        },
        hide_index=True,
        placeholder=tables.NOTHING,
        alt=text("Lines"),
    )
    if len(lines) < len(order.lines):
        st.caption(
            text(
                "{shown} of {count} lines are shown: search to see others.",
                shown=text.number(len(lines)),
                count=text.number(len(order.lines)),
            )
        )


def _approvals(order: TransferOrder, people: Mapping[str, str], time_zone: str, text: Language) -> None:
    if not order.steps:
        return
    st.markdown(f"**{text('Approvals')}**")
    steps = orders.step_rows(order, people=people, text=text, time_zone=time_zone)
    st.dataframe(
        steps,
        column_order=[name for name in steps.columns if steps[name].any() or name in ("role", "decision")],
        column_config={
            "role": tables.words(text("Role")),
            "decision": tables.words(text("Decision")),
            "decided_by": tables.words(text("By")),
            "decided_for": tables.words(text("For whom"), explanation=text("Who lent the right to decide")),
            "decided_as": tables.words(text("As"), explanation=text("The role that was used")),
            "decided_at": tables.words(text("When")),
            "reason": tables.words(text("Reason"), width="large"),
            "rules": tables.words(text("Asked by rule")),
        },
        hide_index=True,
        placeholder=tables.NOTHING,
        alt=text("Approvals"),
    )


def _line_search(order: TransferOrder, text: Language) -> str:
    if len(order.lines) <= shipments.LINE_LIMIT:
        return ""
    return st.text_input(text("Search product"), key=f"find_{order.transfer_order_id}", width=240)


def _open_points(order: TransferOrder, text: Language) -> None:
    for point in orders.open_points(order, text):
        st.caption(f":material/pending: {screen.plain(point)}")


def _discrepancies(order: TransferOrder, text: Language) -> None:
    rows = shipments.discrepancy_rows(order, text)
    if rows.empty:
        return
    st.markdown(f"**{text('Discrepancies')}**")
    st.dataframe(
        rows,
        column_config={
            "shipment": tables.words(text("Shipment")),
            "sku": tables.words(text("Product")),
            "kind": tables.words(text("What")),
            "units": tables.units(text("Units")),
            "open_units": tables.units(text("Without a reason")),
        },
        hide_index=True,
        placeholder=tables.NOTHING,
        alt=text("Discrepancies"),
    )
    if rows["open_units"].any():
        st.page_link(
            "app_pages/discrepancies.py",
            label=text("Give reasons"),
            icon=":material/rule:",
            query_params={"about": order.document_number},
        )


show(screen.language())
