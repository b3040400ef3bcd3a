"""Warehouse stock: balances by bin, lot and condition from the core, and what warehouse people do with them.

Layout only. Every form has a number of its own, so that a second click changes nothing (`actions.form_number`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app_streamlit import access, actions, screen, tables, warehouse
from app_streamlit.app_pages import answer, names
from app_streamlit.i18n import Language
from app_streamlit.view_models import warehouse_stock
from app_streamlit.view_models.rows import rows_of
from inventory_core.access.model import Person
from inventory_core.access.permissions import permitted_commands
from inventory_core.commands import Command
from inventory_core.errors import Malformed
from inventory_core.stock_ledger.commands import CountStock, MovedUnits, MoveStock, ReceivePurchase, SetOpeningStock
from inventory_core.stock_ledger.model import StockKey

FORM = "warehouse_stock"


def show(text: Language) -> None:
    st.title(text("Warehouse stock"))
    person = access.required_person()
    answer.show()
    everywhere, places = names.places(), names.places_of(person)
    if everywhere and not places:
        st.info(text("None of the company's warehouses is in your scope."))
        return
    if not places:
        st.info(text("There is no warehouse yet: the daily job registers them from the master data."))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        warehouse_id = st.selectbox(
            text("Warehouse"),
            list(places),
            format_func=places.__getitem__,
            width=260,
            key="ledger_warehouse",
            persist_state="session",
        )
        needle = st.text_input(
            text("Search"),
            placeholder=text("Product, bin or lot"),
            width=240,
            key="ledger_text",
            persist_state="session",
        )
    opened_at = actions.queries().opened_warehouses().get(warehouse_id)
    if opened_at is None:
        st.info(
            text("Until the opening stock is entered the ledger knows only what moved here: figures can be below zero.")
        )
    else:
        since = text.instant(opened_at, time_zone=screen.company().time_zone)
        st.caption(screen.plain(text("Kept since {instant}. These figures are live.", instant=since)))
    balances = actions.queries().balances(warehouse_id=warehouse_id)
    _balances(balances, needle, text)
    permitted = permitted_commands(person.actor)
    offered = {
        "opening": (text("Opening stock"), "SetOpeningStock" in permitted and opened_at is None),
        "count": (text("Count"), "CountStock" in permitted and opened_at is not None),
        "put_away": (text("Put away"), "MoveStock" in permitted and opened_at is not None and bool(balances)),
        "purchase": (text("Receive a purchase order"), "ReceivePurchase" in permitted),
    }
    choices = [name for name, (_, is_offered) in offered.items() if is_offered]
    if not choices:
        return
    st.subheader(text("Change"), anchor=False)
    choice = st.segmented_control(
        text("What to do"),
        choices,
        format_func=lambda name: offered[name][0],
        key="ledger_action",
        label_visibility="collapsed",
    )
    match choice:
        case "opening":
            _lines_form(SetOpeningStock, warehouse_id, person, text)
        case "count":
            _lines_form(CountStock, warehouse_id, person, text)
        case "put_away":
            _put_away(warehouse_id, balances, needle, person, text)
        case "purchase":
            _purchase(warehouse_id, person, text)


def _balances(balances: Mapping[StockKey, int], needle: str, text: Language) -> None:
    found = warehouse_stock.matching(balances, needle=needle)
    if not found:
        st.caption(text("The ledger has nothing here."))
        return
    rows = warehouse_stock.balance_rows(found, text)
    st.dataframe(
        rows,
        column_config={
            "sku": tables.words(text("Product"), pinned=True),
            "bin_id": tables.words(text("Bin")),
            "lot": tables.words(text("Lot")),
            "condition": tables.words(text("Condition")),
            "units": tables.units(text("Units")),
        },
        column_order=[name for name in rows.columns if name not in ("bin_id", "lot") or rows[name].any()],
        hide_index=True,
        placeholder=tables.NOTHING,
        height=420 if len(rows) > 10 else "auto",
        alt=text("Balances"),
    )
    if len(rows) < len(found):
        st.caption(text("The first {count} are shown: search to see others.", count=text.number(len(rows))))


def _send(command: type[Command], warehouse_id: str, person: Person, number: str, **content: Any) -> None:
    text = screen.language()
    outcome = answer.attempt(
        lambda: actions.send(command, person=person, wish=number, warehouse_id=warehouse_id, **content)
    )
    if outcome is not None:
        actions.renew_form(FORM)
        answer.done(text("Recorded: {warehouse}.", warehouse=warehouse_id))


def _lines_form(command: type[SetOpeningStock | CountStock], warehouse_id: str, person: Person, text: Language) -> None:
    number = actions.form_number(FORM)
    key = f"{command.__name__}_{warehouse_id}_{number}"

    def send() -> None:
        reason = str(st.session_state[f"{key}_reason"]).strip()
        if command.reason_is_required and not reason:
            answer.not_done(text("Say why: write the reason into the field."))
            return
        try:
            lines = warehouse_stock.counted_lines(str(st.session_state[f"{key}_lines"]))
        except Malformed as problem:
            answer.not_done(text("Not done: {problem}", problem=problem))
            return
        _send(command, warehouse_id, person, number, counts=lines, reason=reason)

    with st.form(key, enter_to_submit=False):
        if command is SetOpeningStock:
            st.caption(text("From now on the warehouse has exactly what stands here. What is not named is not there."))
        else:
            st.caption(text("Write what you counted; 0 means none there. The difference is recorded with the reason."))
        _lines_field(f"{key}_lines", "", text)
        st.text_input(
            text("Reason"),
            key=f"{key}_reason",
            max_chars=2000,
            placeholder=text("Needed") if command.reason_is_required else "",
        )
        st.form_submit_button(text("Record"), type="primary", key=f"{key}_do", on_click=send)


def _lines_field(key: str, value: str, text: Language) -> None:
    st.text_area(
        text("Lines"),
        value=value,
        key=key,
        height=140,
        placeholder=text("One a line: SKU, units, bin, lot, condition (good or damaged)"),
        help=text("Columns of a spreadsheet can be pasted. Bin, lot and condition may be left out."),
    )


def _put_away(warehouse_id: str, balances: Mapping[StockKey, int], needle: str, person: Person, text: Language) -> None:
    number = actions.form_number(FORM)
    key = f"put_away_{warehouse_id}_{number}"
    units_of = dict(warehouse_stock.matching(balances, needle=needle)[: warehouse_stock.LIMIT])
    if not units_of:
        st.caption(text("No stock matches the search."))
        return

    def send() -> None:
        source: StockKey = st.session_state[f"{key}_source"]
        try:
            move = MovedUnits(
                sku=source.sku,
                units=int(st.session_state[f"{key}_units"]),
                bin_id=source.place.bin_id,
                lot=source.lot,
                condition=source.condition.value,
                to_bin_id=str(st.session_state[f"{key}_to"]).strip(),
            )
        except Malformed as problem:
            answer.not_done(text("Not done: {problem}", problem=problem))
            return
        _send(MoveStock, warehouse_id, person, number, kind="put_away", moves=(move,))

    with st.form(key, enter_to_submit=False):
        st.selectbox(
            text("From"),
            list(units_of),
            format_func=lambda source: warehouse_stock.key_words(source, units_of[source], text),
            key=f"{key}_source",
        )
        left, right = st.columns(2)
        left.number_input(text("Units"), min_value=1, value=1, step=1, key=f"{key}_units")
        right.text_input(text("To bin"), key=f"{key}_to", max_chars=200)
        st.form_submit_button(text("Put away"), type="primary", key=f"{key}_do", on_click=send)


def _purchase(warehouse_id: str, person: Person, text: Language) -> None:
    publication = screen.publication()
    number = actions.form_number(FORM)
    open_lines = (
        rows_of(warehouse.read(publication, warehouse_stock.open_purchases(warehouse_id))) if publication else []
    )
    by_order: dict[str, list[Mapping[str, Any]]] = {}
    for row in open_lines:
        by_order.setdefault(row["purchase_order_id"], []).append(row)
    chosen = st.selectbox(
        text("Purchase order"),
        [None, *by_order],
        format_func=lambda value: value or text("Another one"),
        index=1 if by_order else 0,
        key=f"purchase_choice_{warehouse_id}",
    )
    key = f"purchase_{warehouse_id}_{chosen}_{number}"
    rows = by_order.get(chosen or "", [])

    def send() -> None:
        try:
            lines = warehouse_stock.moved_lines(str(st.session_state[f"{key}_lines"]))
        except Malformed as problem:
            answer.not_done(text("Not done: {problem}", problem=problem))
            return
        _send(
            ReceivePurchase,
            warehouse_id,
            person,
            number,
            purchase_order_id=chosen or str(st.session_state[f"{key}_order"]).strip(),
            supplier_id=str(st.session_state[f"{key}_supplier"]).strip(),
            lines=lines,
        )

    with st.form(key, enter_to_submit=False):
        if chosen is None:
            st.text_input(text("Number of the purchase order"), key=f"{key}_order", max_chars=200)
        supplier_id = str(rows[0]["supplier_id"]) if rows else ""
        st.text_input(text("Supplier"), value=supplier_id, key=f"{key}_supplier", max_chars=200)
        _lines_field(f"{key}_lines", "\n".join(f"{row['sku']}, {row['open_units']}" for row in rows), text)
        if rows:
            st.caption(text("What is still open is filled in: change it to what arrived."))
        st.form_submit_button(text("Receive"), type="primary", key=f"{key}_do", on_click=send)


show(screen.language())
