"""Receiving: shipments on their way to a warehouse, counted by scan or by list. Layout only.

A receipt carries no version of the order: receipts add up, and two people who count two pallets of one shipment do not
overwrite each other. What makes a receipt happen once is the number of the running count.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from app_streamlit import access, actions, counts, scan_field, screen, tables
from app_streamlit.app_pages import answer, names
from app_streamlit.i18n import Language
from app_streamlit.i18n.words import CONDITIONS, SHIPMENT_STATUSES, word
from app_streamlit.view_models import receiving, shipments
from app_streamlit.view_models.receiving import CountKey, Expected, Stamp, Tally
from inventory_core.access.model import Person
from inventory_core.access.permissions import permitted_commands
from inventory_core.errors import Malformed, Refused
from inventory_core.receiving.commands import CompleteReceiving, RecordReceipt
from inventory_core.receiving.events import ResolvedCount
from inventory_core.stock_ledger.model import CONDITIONS as KNOWN_CONDITIONS
from inventory_core.transfer_orders.shipments import ShipmentStatus

CHOICE, OTHERS, TOLD = "receiving_shipment", "receiving_others", "receiving_told"


def show(text: Language) -> None:
    st.title(text("Receiving"))
    person = access.required_person()
    answer.show()
    places = names.places()
    orders = actions.transfer_orders()
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
    _count(by_label[label], person, text, is_blind=by_label[label].order.destination_id in blind)


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


def _count(one: Expected, person: Person, text: Language, *, is_blind: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(one.label, anchor=False, width="content")
        st.badge(
            word(text, SHIPMENT_STATUSES, one.shipment.status.value),
            color=shipments.STATUS_COLORS[one.shipment.status.value],  # type: ignore[arg-type]
        )
        st.caption(screen.plain(shipments.transport_words(one.shipment, text)), width="content")
    if "RecordReceipt" not in permitted_commands(person.actor, order=one.order):
        st.info(text("Warehouse people count here. You can see what they counted on the order's page."))
        _result(one, text)
        return
    tally = counts.load(**_whose(one, person), shipment_label=one.label)
    tally = _take_scans(one, tally, person, text)
    if is_blind and one.shipment.status is not ShipmentStatus.RECEIVED:
        st.info(text("This warehouse counts blindly: count what is there, the plan is shown afterwards."))
    stamp = _stamp(text)
    told, is_problem = st.session_state.get(TOLD, ("", False))
    scan_field.show(
        key=_field_key(one),
        label=text("Scan into: {stamp}", stamp=_stamp_words(stamp, text)),
        placeholder=text("SKU, EAN, FNSKU or carton label, then Enter"),
        stamp=stamp,
        tally=tally,
        told=told,
        is_problem=is_problem,
    )
    with st.expander(text("By list instead"), icon=":material/list_alt:"):
        _by_list(one, person, stamp, text)
    _running(one, tally, person, text)
    _save(one, tally, person, text)
    if not is_blind or one.shipment.status is ShipmentStatus.RECEIVED:
        _compare(one, tally, text)


def _whose(one: Expected, person: Person) -> dict[str, Any]:
    """What finds the person's running count of that shipment."""
    return {
        "folder": screen.company().folder,
        "person_id": person.person_id,
        "shipment_id": one.shipment.shipment_id,
    }


def _field_key(one: Expected) -> str:
    return f"scan_{one.shipment.shipment_id}"


def _stamp(text: Language) -> Stamp:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        condition = st.segmented_control(
            text("Condition"),
            KNOWN_CONDITIONS,
            format_func=lambda code: word(text, CONDITIONS, code),
            default="good",
            required=True,
            key="receiving_condition",
        )
        bin_id = st.text_input(text("Bin"), key="receiving_bin", width=140, max_chars=200)
        lot = st.text_input(text("Lot"), key="receiving_lot", width=140, max_chars=200)
        units = st.number_input(
            text("Units per scan"), min_value=1, max_value=100_000, value=1, step=1, width=150, key="receiving_units"
        )
    return Stamp(condition or "good", bin_id.strip(), lot.strip(), int(units))


def _stamp_words(stamp: Stamp, text: Language) -> str:
    parts = (word(text, CONDITIONS, stamp.condition), stamp.bin_id, stamp.lot)
    return " · ".join(part for part in (*parts, f"× {stamp.units}" if stamp.units > 1 else "") if part)


def _take_scans(one: Expected, tally: Tally, person: Person, text: Language) -> Tally:
    """The count with what the field sent since; each scan is kept before the next is looked at."""
    instance, scans = scan_field.pending(_field_key(one), tally)
    for scan in scans:
        key = CountKey(scan.code, scan.stamp.condition, scan.stamp.bin_id, scan.stamp.lot)
        tally = _added(one, tally, [(key, scan.stamp.units)], text).seen(instance, scan.number)
        counts.keep(tally, **_whose(one, person))
    return tally


def _added(one: Expected, tally: Tally, wanted: list[tuple[CountKey, int]], text: Language) -> Tally:
    """The count with these, or as it was where the core cannot read a code; what happened is told below the field."""
    try:
        actions.queries().read_codes(
            one.order.transfer_order_id, [receiving.counted(key, units) for key, units in wanted]
        )
    except (Refused, Malformed) as problem:
        st.session_state[TOLD] = (text("Not counted: {problem}", problem=problem), True)
        return tally
    for key, units in wanted:
        tally = tally.added(key, units)
    if tally.last:
        st.session_state[TOLD] = (
            text(
                "{code}: {units} counted",
                code=receiving.key_words(tally.last, text),
                units=text.number(tally.units[tally.last]),
            ),
            False,
        )
    return tally


def _change(one: Expected, person: Person, wanted: list[tuple[CountKey, int]]) -> None:
    tally = counts.load(**_whose(one, person), shipment_label=one.label)
    changed = _added(one, tally, wanted, screen.language())
    counts.keep(changed, **_whose(one, person))


def _by_list(one: Expected, person: Person, stamp: Stamp, text: Language) -> None:
    form = actions.form_number("receiving_list")

    def add() -> None:
        code, units = str(st.session_state[f"list_code_{form}"]).strip(), int(st.session_state[f"list_units_{form}"])
        if not code:
            answer.not_done(text("Write a code into the field."))
            return
        actions.renew_form("receiving_list")
        _change(one, person, [(CountKey(code, stamp.condition, stamp.bin_id, stamp.lot), units)])

    def add_file() -> None:
        uploaded = st.session_state.get(f"list_file_{form}")
        if uploaded is None:
            answer.not_done(text("Choose a file first."))
            return
        try:
            wanted = receiving.parse_count_list(uploaded.getvalue())
        except Malformed as problem:
            answer.not_done(text("Not counted: {problem}", problem=problem))
            return
        actions.renew_form("receiving_list")
        _change(one, person, wanted)

    with st.form(f"list_{form}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(text("Code"), key=f"list_code_{form}", width=240, max_chars=200)
        st.number_input(text("Units"), min_value=1, value=1, step=1, key=f"list_units_{form}", width=150)
        st.form_submit_button(text("Add to the count"), icon=":material/add:", on_click=add)
    with st.form(f"file_{form}", border=False, enter_to_submit=False):
        st.file_uploader(
            text("Count list (CSV)"),
            type=["csv"],
            key=f"list_file_{form}",
            max_upload_size=1,
            help=text("Columns code and units; condition, bin and lot if you like. At most 10,000 lines."),
        )
        st.form_submit_button(text("Add the file"), icon=":material/upload_file:", on_click=add_file)


def _running(one: Expected, tally: Tally, person: Person, text: Language) -> None:
    st.markdown(f"**{text('Your count, not saved yet: {units} units', units=text.number(tally.total))}**")
    if not tally.units:
        return
    rows = receiving.count_rows(tally, text=text)
    st.dataframe(
        rows,
        column_config={
            "code": tables.words(text("Code"), pinned=True),
            "condition": tables.words(text("Condition")),
            "bin_id": tables.words(text("Bin")),
            "lot": tables.words(text("Lot")),
            "units": tables.units(text("Units")),
        },
        hide_index=True,
        placeholder=tables.NOTHING,
        height=260 if len(rows) > 6 else "auto",
        alt=text("Your count"),
    )
    if len(rows) < len(tally.units):
        st.caption(text("The newest {count} lines are shown.", count=text.number(len(rows))))

    def keep(changed: Tally) -> None:
        counts.keep(changed, **_whose(one, person))
        st.session_state.pop(TOLD, None)

    def correct() -> None:
        keep(tally.corrected(st.session_state["correct_line"], int(st.session_state["correct_units"])))

    def throw_away() -> None:
        counts.forget(**_whose(one, person))
        st.session_state.pop(TOLD, None)
        answer.done(text("The count of {shipment} was thrown away.", shipment=one.label))

    with st.container(horizontal=True):
        with st.popover(text("Correct a line"), icon=":material/edit:"), st.form("correct", border=False):
            st.selectbox(
                text("Line"),
                list(tally.units),
                format_func=lambda key: receiving.key_words(key, text),
                key="correct_line",
            )
            st.number_input(
                text("Units"), min_value=0, value=0, step=1, key="correct_units", help=text("0 takes the line out")
            )
            st.form_submit_button(text("Correct"), on_click=correct)
        with st.popover(text("Throw the count away"), icon=":material/delete:"):
            st.write(text("Nothing of it is recorded, and it cannot be brought back."))
            st.button(text("Yes, throw it away"), key="throw_away", on_click=throw_away)


def _save(one: Expected, tally: Tally, person: Person, text: Language) -> None:
    is_under_way = one.shipment.is_under_way
    with st.container(horizontal=True):
        if tally.units:
            st.button(
                text("Save, more will come") if is_under_way else text("Save the receipt"),
                key=f"save_{tally.count_id}",
                icon=":material/save:",
                type="secondary" if is_under_way else "primary",
                on_click=_send,
                args=(one, tally, person),
                kwargs={"is_complete": False},
            )
        if is_under_way:
            st.button(
                text("Save and complete") if tally.units else text("Complete: nothing more comes"),
                key=f"complete_{tally.count_id if tally.units else one.order.version}",
                icon=":material/task_alt:",
                type="primary" if tally.units else "secondary",
                help=text("What is still missing then is short and needs a reason."),
                on_click=_send,
                args=(one, tally, person),
                kwargs={"is_complete": True},
            )


def _send(one: Expected, tally: Tally, person: Person, *, is_complete: bool) -> None:
    text = screen.language()

    def send() -> Any:
        if not tally.units:
            return actions.send_about(one.order, CompleteReceiving, person=person, shipment_id=one.shipment.shipment_id)
        outcome = actions.send(
            RecordReceipt,
            person=person,
            wish=tally.count_id,
            transfer_order_id=one.order.transfer_order_id,
            shipment_id=one.shipment.shipment_id,
            counts=tally.counts(),
            is_complete=is_complete,
        )
        # Here and not later: a run that is stopped after the core answered must not leave the count to be saved again.
        counts.forget(**_whose(one, person))
        return outcome

    if answer.attempt(send) is not None:
        st.session_state.pop(TOLD, None)
        answer.done(
            text("{shipment}: receiving is complete.", shipment=one.label)
            if is_complete
            else text("{shipment}: {units} units are recorded.", shipment=one.label, units=text.number(tally.total))
        )


def _compare(one: Expected, tally: Tally, text: Language) -> None:
    resolved: tuple[ResolvedCount, ...] = ()
    if tally.units:
        try:
            resolved = actions.queries().read_codes(one.order.transfer_order_id, tally.counts())
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
    _result(one, text)


def _result(one: Expected, text: Language) -> None:
    rows = shipments.discrepancy_rows(one.order, text)
    mine = rows[rows["shipment"] == one.label] if not rows.empty else rows
    if mine.empty or not mine["open_units"].any():
        return
    found = ", ".join(f"{row.sku}: {row.units} {row.kind}" for row in mine.head(20).itertuples())
    st.warning(screen.plain(text("Differences that need a reason: {found}", found=found)), icon=":material/rule:")


show(screen.language())
