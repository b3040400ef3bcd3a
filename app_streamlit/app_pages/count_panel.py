"""Counting one shipment on the page Receiving: by scan or by list, kept, compared, saved. Layout only.

A receipt carries no version of the order: receipts add up, and two people who count two pallets of one shipment do not
overwrite each other. What makes a receipt happen once is the number of the running count.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from app_streamlit import actions, counts, scan_field, screen, tables
from app_streamlit.app_pages import answer, count_result
from app_streamlit.i18n import Language
from app_streamlit.i18n.words import CONDITIONS, SHIPMENT_STATUSES, word
from app_streamlit.view_models import receiving, shipments
from app_streamlit.view_models.receiving import CountKey, Expected, Stamp, Tally
from inventory_core.access.model import Person
from inventory_core.access.permissions import permitted_commands
from inventory_core.errors import Malformed, Refused
from inventory_core.receiving.commands import CompleteReceiving, RecordReceipt
from inventory_core.stock_ledger.model import CONDITIONS as KNOWN_CONDITIONS
from inventory_core.transfer_orders.shipments import ShipmentStatus

TOLD = "receiving_told"


def show(one: Expected, person: Person, text: Language, *, is_blind: bool) -> None:
    """Scan, list, running count, saving, and how it compares; for others than warehouse people what was found."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(one.label, anchor=False, width="content")
        st.badge(
            word(text, SHIPMENT_STATUSES, one.shipment.status.value),
            color=shipments.STATUS_COLORS[one.shipment.status.value],  # type: ignore[arg-type]
        )
        st.caption(screen.plain(shipments.transport_words(one.shipment, text)), width="content")
    if "RecordReceipt" not in permitted_commands(person.actor, order=one.order):
        st.info(text("Warehouse people count here. You can see what they counted on the order's page."))
        count_result.show_differences(one, text)
        return
    tally = _load(one, person)
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
        told=told,
        is_problem=is_problem,
    )
    with st.expander(text("By list instead"), icon=":material/list_alt:"):
        _by_list(one, person, stamp, text)
    _running(one, tally, person, text)
    _save(one, tally, person, text)
    if not is_blind or one.shipment.status is ShipmentStatus.RECEIVED:
        count_result.compare(one, tally, text)


def _whose(one: Expected, person: Person) -> dict[str, Any]:
    """What finds the person's running count of that shipment."""
    return {
        "folder": screen.company().folder,
        "person_id": person.person_id,
        "shipment_id": one.shipment.shipment_id,
    }


def _load(one: Expected, person: Person) -> Tally:
    """The person's count as it is kept. Callbacks ask again: a scan may have come after the page was built."""
    return counts.load(**_whose(one, person), shipment_label=one.label)


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
        scan_field.remember(_field_key(one), tally)
    return tally


def _added(one: Expected, tally: Tally, wanted: list[tuple[CountKey, int]], text: Language) -> Tally:
    """The count with these, or as it was where the core cannot read a code; what happened is told below the field."""
    try:
        actions.queries().read_codes(
            one.order.transfer_order_id,
            [receiving.counted(key, units) for key, units in wanted],
            shipment_id=one.shipment.shipment_id,
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
    tally = _load(one, person)
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
        known = _load(one, person)
        keep(known.corrected(st.session_state["correct_line"], int(st.session_state["correct_units"])))

    def throw_away() -> None:
        scan_field.remember(_field_key(one), _load(one, person))
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
                args=(one, tally.count_id if tally.units else None, person),
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
                args=(one, tally.count_id if tally.units else None, person),
                kwargs={"is_complete": True},
            )


def _send(one: Expected, count_id: str | None, person: Person, *, is_complete: bool) -> None:
    text = screen.language()
    tally = _load(one, person)
    if count_id is not None and tally.count_id != count_id:
        return  # the click before this one has saved it
    scan_field.remember(_field_key(one), tally)

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
