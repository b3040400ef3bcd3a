"""The transfers of the page Suggestions: table, preview of the orders, why. Layout only."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app_streamlit import access, actions, screen, tables, warehouse
from app_streamlit.app_pages import why_panel
from app_streamlit.i18n import Language
from app_streamlit.i18n.words import lane
from app_streamlit.view_models import order_drafts, suggestions
from app_streamlit.view_models.order_drafts import EDITABLE, Edit, OrderToBe
from app_streamlit.view_models.rows import Row, first_row, rows_of
from app_streamlit.view_models.suggestions import TransferFilter
from app_streamlit.warehouse import Publication
from inventory_core.access.model import Person

EDITS, VERSION, ANSWERS = "transfer_edits", "transfer_version", "transfer_answers"
EXPLAINED, WHY = "transfer_explained", "transfer_why"


def show(publication: Publication, person: Person, text: Language) -> None:
    """The whole tab."""
    wanted = _filters(publication, person, text)
    frame = warehouse.read(publication, suggestions.transfers(wanted))
    total = first_row(warehouse.read(publication, suggestions.transfer_totals(wanted)))
    _answers(text)
    if frame.empty:
        st.info(
            text("No transfer is suggested here: stock and what is on its way are enough, or a filter hides the rest.")
        )
        return
    st.caption(
        screen.plain(
            text(
                "{count} suggestions · {units} units · {value} at cost · {freight} freight",
                count=text.number(total["suggestion_count"]),
                units=text.number(total["units"]),
                value=text.money(total["value_amount"], total["value_currency"], whole=True),
                freight=text.money(total["freight_amount"], total["freight_currency"], whole=True),
            )
        )
    )
    table = _editor(frame, publication, wanted, person, text)
    tables.export_button(
        table.reset_index,
        ["suggestion_id", *(column for column in table.columns if column != "is_chosen")],
        name=f"transfers-{publication.as_of_date}",
        count=len(table),
        text=text,
    )
    if len(frame) < int(total["suggestion_count"]):
        st.caption(text("The first {count} are shown: filter to see others.", count=text.number(len(frame))))
    if access.may_plan(person):
        _preview(frame, table, person, text)
    _why(frame, table, publication, text)


def _filters(publication: Publication, person: Person, text: Language) -> TransferFilter:
    lanes = rows_of(warehouse.read(publication, suggestions.lanes()))
    names = {str(row["lane_id"]): lane(row, text) for row in lanes}
    destinations = {str(row["destination_id"]): str(row["destination_name"] or row["destination_id"]) for row in lanes}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        needle = st.text_input(
            text("Search"),
            placeholder=text("Product or title"),
            width=180,
            key="transfer_text",
            persist_state="session",
        )
        lane_id = st.selectbox(
            text("Lane"),
            [None, *names],
            format_func=lambda value: names[value] if value else text("All lanes"),
            width=300,
            key="transfer_lane",
            persist_state="session",
        )
        destination_id = st.selectbox(
            text("Destination"),
            [None, *destinations],
            format_func=lambda value: destinations[value] if value else text("All warehouses"),
            width=210,
            key="transfer_destination",
            persist_state="session",
        )
        sort = st.selectbox(
            text("Sort by"),
            list(suggestions.SORTS),
            format_func=lambda code: text(suggestions.SORTS[code][0]),
            width=170,
            key="transfer_sort",
            persist_state="session",
        )
    return TransferFilter(lane_id, destination_id, needle, sort, access.scope(person))


def _editor(
    frame: pd.DataFrame, publication: Publication, wanted: TransferFilter, person: Person, text: Language
) -> pd.DataFrame:
    edits: dict[str, Edit] = st.session_state.get(EDITS, {})
    shown = order_drafts.editable(frame, edits=edits, open_orders=actions.open_orders_by_suggestion(), text=text)
    currency = frame["value_currency"].iloc[0]
    columns = {
        "is_chosen": tables.yes(text("Select"), explanation=text("Selected rows become orders"), pinned=True),
        "sku": tables.words(text("Product"), pinned=True),
        "open_order": tables.words(
            text("Open order"), explanation=text("An order that already carries this suggestion")
        ),
        "lane": tables.words(text("Lane")),
        "suggested_units": tables.units(text("Advice"), explanation=text("Units that the plan suggests")),
        "units": tables.units(text("Units"), explanation=text("What you want to send"), minimum=0),
        "ship_date": tables.day(text("Ships"), text, is_required=True),
        "arrival_date": tables.day(text("Arrives"), text, is_required=True),
        "value_amount": tables.money(text("Value"), currency=currency, explanation=text("Your units at cost")),
        "benefit_amount": tables.money(
            text("Benefit"),
            currency=currency,
            explanation=text("Expected gain of the advice: lost sales avoided less freight and holding"),
        ),
        "title": tables.words(text("Title"), width="medium"),
    }
    if not shown["open_order"].any():
        del columns["open_order"]
    # A new key drops the widget's memory of edited cells, which goes by row number: other rows, other key.
    key = f"transfers_{st.session_state.get(VERSION, 0)}_{hash((publication.stamp, wanted))}"
    edited: pd.DataFrame = st.data_editor(
        shown,
        column_config=columns,
        column_order=list(columns),
        disabled=[name for name in shown.columns if name not in EDITABLE] if access.may_plan(person) else True,
        hide_index=True,
        placeholder=tables.NOTHING,
        key=key,
        height=420 if len(shown) > 10 else "auto",
        alt=text("Transfer suggestions"),
    )
    now = order_drafts.edits_of(shown, edited, known=edits)
    changed = order_drafts.latest_change(edits, now)
    if changed:
        st.session_state[EDITS], st.session_state[EXPLAINED] = now, changed
        st.rerun()  # so that value, arrival and the panel below show the change
    return edited


def _preview(frame: pd.DataFrame, table: pd.DataFrame, person: Person, text: Language) -> None:
    orders = order_drafts.orders_to_be(frame, table)
    for remark in order_drafts.remarks(frame, table, text):
        st.warning(screen.plain(remark), icon=":material/info:")
    if not orders:
        st.caption(text("Select rows to make orders of them: one order per lane, mode and ship date."))
        return
    names = {
        str(row["origin_id"]) + str(row["destination_id"]) + str(row["mode"]): lane(row, text) for row in rows_of(frame)
    }
    with st.container(border=True):
        for order in orders:
            st.markdown(
                screen.plain(
                    text(
                        "{lane}: ships {ship}, arrives {arrival} · {lines} · {units} units · {value}",
                        lane=names[order.origin_id + order.destination_id + order.mode],
                        ship=text.day(order.ship_date),
                        arrival=text.day(order.arrival_date),
                        lines=text.counted("{count} line", "{count} lines", len(order.lines)),
                        units=text.number(order.units),
                        value=text.money(order.value_amount, order.value_currency),
                    )
                )
            )
        st.button(
            text.counted("Submit {count} order", "Submit {count} orders", len(orders)),
            type="primary",
            icon=":material/send:",
            key="submit_orders",
            help=text("Asks for approval. An order can be withdrawn until it is approved."),
            on_click=_submit,
            args=(orders, person),
        )


def _submit(orders: list[OrderToBe], person: Person) -> None:
    # Before the page is built anew: what is submitted is what stood on the screen.
    answers = actions.submit_orders(orders, person=person)
    done = [line.suggestion_id for answer in answers if not answer.problem for line in answer.order.lines]
    st.session_state[ANSWERS] = answers
    st.session_state[EDITS] = order_drafts.forget(st.session_state.get(EDITS, {}), done)
    st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1


def _answers(text: Language) -> None:
    # Kept until something else is submitted: the numbers are what people write down.
    for answer in st.session_state.get(ANSWERS, []):
        if answer.problem:
            st.error(screen.plain(text("Not submitted: {problem}", problem=answer.problem)), icon=":material/block:")
            continue
        words = (
            text("{order} is submitted and was approved by rule.", order=answer.document_number)
            if answer.is_approved
            else text("{order} is submitted and waits for approval.", order=answer.document_number)
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.success(
                screen.plain(words),
                icon=":material/check:",
            )
            st.page_link(
                "app_pages/orders.py",
                label=text("Open {order}", order=answer.document_number),
                icon=":material/open_in_new:",
                query_params={"order": answer.document_number},
            )


def _why(frame: pd.DataFrame, table: pd.DataFrame, publication: Publication, text: Language) -> None:
    wanted: dict[str, Row] = {row["suggestion_id"]: row for row in rows_of(table.reset_index())}
    advice: dict[str, Row] = {row["suggestion_id"]: row for row in rows_of(frame)}
    explained = st.session_state.pop(EXPLAINED, None)
    if explained in wanted:
        st.session_state[WHY] = explained
    if st.session_state.get(WHY) not in wanted:
        st.session_state[WHY] = next(iter(wanted))
    st.subheader(text("Why?"))
    suggestion_id = st.selectbox(
        text("Suggestion to explain"),
        list(wanted),
        format_func=lambda key: f"{wanted[key]['sku']} · {lane(advice[key], text)}",
        key=WHY,
    )
    if wanted[suggestion_id]["title"]:
        st.caption(screen.plain(wanted[suggestion_id]["title"]))
    why_panel.transfer(advice[suggestion_id], wanted[suggestion_id], publication, text)
