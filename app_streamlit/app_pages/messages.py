"""Messages: what waits to be told to people, warehouses and shops; an administrator mends it. Layout only."""

from __future__ import annotations

import streamlit as st

from app_streamlit import access, actions, screen, tables
from app_streamlit.app_pages import answer
from app_streamlit.i18n import Language
from app_streamlit.view_models import messages
from inventory_core.access.model import Person
from inventory_core.access.permissions import permitted_commands
from inventory_core.outbox.commands import DiscardMessage, ReleaseMessage
from inventory_core.outbox.model import Message, MessageState

FORM = "message"


def show(text: Language) -> None:
    st.title(text("Messages"))
    person = access.required_person()
    answer.show()
    if "ReleaseMessage" not in permitted_commands(person.actor):
        st.info(text("Administrators look after the messages."))
        return
    found = messages.untold(
        [
            *actions.queries().messages(state=MessageState.PARKED),
            *actions.queries().messages(state=MessageState.PENDING),
        ]
    )
    parked = sum(message.state is MessageState.PARKED for message in found)
    with st.container(horizontal=True, gap="large"):
        st.metric(text("Parked"), text.number(parked), width="content")
        st.metric(text("Waiting"), text.number(len(found) - parked), width="content")
    if not found:
        st.success(text("Everything was told."), icon=":material/check:")
        return
    rows = messages.rows(found, text=text, time_zone=screen.company().time_zone)
    st.dataframe(
        rows,
        column_config={
            "message_number": st.column_config.NumberColumn(text("Number"), format="%d"),
            "state": tables.words(text("State")),
            "channel": tables.words(text("Told to")),
            "kind": tables.words(text("What")),
            "about": tables.words(text("About")),
            "tries": tables.units(text("Tries")),
            "written_at": tables.words(text("Written")),
            "next_try_at": tables.words(text("Next try")),
            "last_error": tables.words(text("Last error"), width="large"),
        },
        hide_index=True,
        placeholder=tables.NOTHING,
        height=420 if len(rows) > 10 else "auto",
        alt=text("Messages"),
    )
    if len(rows) < len(found):
        st.caption(text("The first {count} are shown.", count=text.number(len(rows))))
    _change({message.message_number: message for message in found[: messages.LIMIT]}, person, text)


def _change(found: dict[int, Message], person: Person, text: Language) -> None:
    number = actions.form_number(FORM)
    with st.container(border=True):
        chosen = st.selectbox(
            text("Which message"),
            list(found),
            format_func=lambda one: messages.words(found[one], text),
            key=f"message_choice_{number}",
        )
        message = found[chosen]
        if message.last_error:
            st.code(message.last_error, language=None, wrap_lines=True)
        key = f"message_{chosen}_{number}"

        def release() -> None:
            outcome = answer.attempt(
                lambda: actions.send(ReleaseMessage, person=person, wish=number, message_number=message.message_number)
            )
            if outcome is not None:
                actions.renew_form(FORM)
                answer.done(text("Message {number} is tried again.", number=message.message_number))

        def discard() -> None:
            reason = str(st.session_state[f"{key}_reason"]).strip()
            if not reason:
                answer.not_done(text("Say why: write the reason into the field."))
                return
            outcome = answer.attempt(
                lambda: actions.send(
                    DiscardMessage,
                    person=person,
                    wish=number,
                    message_number=message.message_number,
                    reason=reason,
                )
            )
            if outcome is not None:
                actions.renew_form(FORM)
                answer.done(text("Message {number} is never told.", number=message.message_number))

        with st.form(key, enter_to_submit=False, border=False):
            st.text_input(text("Reason"), key=f"{key}_reason", max_chars=2000, placeholder=text("Needed to discard"))
            with st.container(horizontal=True):
                if message.state is MessageState.PARKED:
                    st.form_submit_button(
                        text("Release"),
                        type="primary",
                        icon=":material/replay:",
                        key=f"{key}_release",
                        on_click=release,
                    )
                st.form_submit_button(text("Discard"), icon=":material/delete:", key=f"{key}_discard", on_click=discard)


show(screen.language())
