"""The talk about an order on its page: what was said, and saying something. Layout only.

A comment names no version of the order: it changes nothing of it, so nobody can be too late with one.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from app_streamlit import actions, screen
from app_streamlit.app_pages import answer
from app_streamlit.i18n import Language
from app_streamlit.view_models import comments
from inventory_core.access.model import Person
from inventory_core.identifiers import MAXIMUM_TEXT_LENGTH
from inventory_core.queries import TransferOrderHistory
from inventory_core.transfer_orders.commands import CommentOnTransferOrder
from inventory_core.transfer_orders.model import TransferOrder


def show(
    history: TransferOrderHistory, person: Person, people: Mapping[str, str], text: Language, *, time_zone: str
) -> None:
    """The newest comments, and the field for one more."""
    order = history.order
    st.markdown(f"**{text('Comments')}**")
    said = comments.newest(history.comments, people=people, text=text, time_zone=time_zone)
    if len(said) < len(history.comments):
        st.caption(text("The newest {count} comments are shown.", count=text.number(len(said))))
    for one in said:
        with st.container(border=True, gap="xxsmall"):
            st.caption(f"**{screen.plain(one.name)}** · {screen.plain(one.at)}")
            st.markdown(screen.plain_lines(one.text))
    if not said:
        st.caption(text("Nobody has said anything yet."))
    if "CommentOnTransferOrder" in actions.permissions(person, order=order):
        _form(order, person, text)


def _form(order: TransferOrder, person: Person, text: Language) -> None:
    form = f"comment_{order.transfer_order_id}"
    key = f"{form}_{actions.form_number(form)}"

    def send() -> None:
        said = str(st.session_state.get(f"{key}_text", "")).strip()
        if not said:
            answer.not_done(text("Write something first."))
            return
        outcome = answer.attempt(
            lambda: actions.send(
                CommentOnTransferOrder,
                person=person,
                wish=key,
                transfer_order_id=order.transfer_order_id,
                text=said,
            )
        )
        if outcome is not None:
            actions.renew_form(form)
            answer.done(text("{order}: your comment is there.", order=order.document_number))

    with st.form(key, enter_to_submit=False, border=False):
        st.text_area(
            text("Your comment"),
            key=f"{key}_text",
            max_chars=MAXIMUM_TEXT_LENGTH,
            height=80,
            placeholder=text("Those who had a hand in the order are told."),
        )
        st.form_submit_button(text("Comment"), icon=":material/chat:", key=f"{key}_do", on_click=send)
