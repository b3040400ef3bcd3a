"""What became of the last click, told once at the top of the page. Layout only.

Callbacks run before the page is built anew, so what they have to say waits in the session until the page shows it.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app_streamlit import screen
from inventory_core.commands import Outcome
from inventory_core.errors import Malformed, Refused

NOTICE, PROBLEM, NOTES, SECRETS = "answer_notice", "answer_problem", "answer_notes", "answer_secrets"


def done(words: str) -> None:
    """Something was done."""
    st.session_state[NOTICE] = words


def not_done(words: str) -> None:
    """Something was not done, and why."""
    st.session_state[PROBLEM] = words


def attempt(send: Callable[[], Outcome]) -> Outcome | None:
    """Sends a command; a refusal is told in the core's words and gives None."""
    try:
        outcome = send()
    except (Refused, Malformed) as refusal:
        not_done(screen.language()("Not done: {problem}", problem=refusal))
        return None
    st.session_state[NOTES] = outcome.notes
    return outcome


def show() -> None:
    """The answer, once."""
    notice, problem = st.session_state.pop(NOTICE, None), st.session_state.pop(PROBLEM, None)
    if notice:
        st.success(screen.plain_lines(notice), icon=":material/check:")
    for note in st.session_state.pop(NOTES, ()):
        st.info(screen.plain_lines(note), icon=":material/info:")
    if problem:
        st.error(screen.plain_lines(problem), icon=":material/block:")


def secret(label: str, outcome: Outcome) -> None:
    """A password or token that the core made: shown until it is put away, and kept nowhere."""
    if outcome.secrets:
        st.session_state[SECRETS] = [(label, said) for said in outcome.secrets.values()]
    else:
        not_done(screen.language()("This was done before, and what it made was shown then. Make a new one."))


def show_secrets() -> None:
    """The newest passwords or tokens, until somebody says that he has them."""
    text = screen.language()
    found = st.session_state.get(SECRETS, [])
    if not found:
        return
    with st.container(border=True):
        for label, said in found:
            st.markdown(f"**{screen.plain(label)}**")
            st.code(said, language=None)
        st.caption(text("It is shown once and kept nowhere. Hand it over by a safe way."))
        st.button(text("I have it, hide it"), key="hide_secrets", on_click=lambda: st.session_state.pop(SECRETS, None))
