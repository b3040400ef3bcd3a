"""What a person may do about one order: the buttons, the reason, the answer. Layout only.

A click sends the version of the order that stood on the screen, so that the core can refuse, and say what changed, when
somebody else was faster. That is why the command is sent before the page is built anew.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from app_streamlit import actions, screen
from app_streamlit.app_pages import answer
from app_streamlit.i18n import Language
from app_streamlit.i18n.words import ORDER_STATUSES, word
from app_streamlit.view_models import orders
from inventory_core.access.model import Person
from inventory_core.transfer_orders.model import TransferOrder

ICONS = {
    "ApproveTransferOrder": ":material/check:",
    "SubmitTransferOrder": ":material/send:",
    "RejectTransferOrder": ":material/close:",
    "WithdrawTransferOrder": ":material/undo:",
    "CancelTransferOrder": ":material/delete:",
    "CloseTransferOrder": ":material/task_alt:",
    "ReopenTransferOrder": ":material/lock_open:",
}


def show(order: TransferOrder, person: Person, people: Mapping[str, str], text: Language) -> None:
    """The buttons that the core would accept now; why there are none, where others must decide."""
    permitted = actions.permissions(person, order=order)
    decider = actions.decider(person)
    labels = {
        "ApproveTransferOrder": text("Approve"),
        "SubmitTransferOrder": text("Submit"),
        "RejectTransferOrder": text("Reject"),
        "WithdrawTransferOrder": text("Withdraw"),
        "CancelTransferOrder": text("Cancel the rest") if order.has_moved() else text("Cancel order"),
        "CloseTransferOrder": text("Close order"),
        "ReopenTransferOrder": text("Reopen order"),
    }
    offered = [name for name in labels if name in permitted and not orders.is_pointless(name, order)]
    why_not = orders.why_not_mine(order, decider, text)
    if why_not:
        st.info(screen.plain(why_not), icon=":material/hourglass_empty:")
    lent = orders.mine_for(order, decider, people=people, text=text)
    if lent:
        st.info(screen.plain(lent), icon=":material/handshake:")
    if not offered:
        return
    reason_key = f"reason_{order.transfer_order_id}_{order.version}"
    # A form sends the reason together with the click; Enter in the field must not decide anything.
    with st.form("decision", enter_to_submit=False):
        st.text_input(
            text("Reason"),
            key=reason_key,
            placeholder=orders.reason_hint(offered, text),
            max_chars=2000,
        )
        with st.container(horizontal=True):
            for name in offered:
                is_first = name == offered[0] and orders.is_next_step(name, order) and not actions.needs_reason(name)
                st.form_submit_button(
                    labels[name],
                    icon=ICONS[name],
                    key=f"do_{name}",
                    type="primary" if is_first else "secondary",
                    on_click=_send,
                    args=(name, order, person, reason_key),
                )


def _send(name: str, order: TransferOrder, person: Person, reason_key: str) -> None:
    text = screen.language()
    reason = str(st.session_state.get(reason_key, "")).strip()
    if actions.needs_reason(name) and not reason:
        answer.not_done(text("Say why: write the reason into the field."))
        return
    outcome = answer.attempt(lambda: actions.decide(name, order=order, person=person, reason=reason))
    if outcome is not None:
        status = word(text, ORDER_STATUSES, outcome.status)
        answer.done(text("{order}: done. It is now: {status}.", order=outcome.document_number, status=status))
