"""What became of the last click, told once at the top of the page. Layout only.

Callbacks run before the page is built anew, so what they have to say waits in the session until the page shows it.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app_streamlit import screen
from inventory_core.commands import Outcome
from inventory_core.errors import Malformed, Refused

NOTICE, PROBLEM, NOTES = "answer_notice", "answer_problem", "answer_notes"


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
        st.success(_lines(notice), icon=":material/check:")
    for note in st.session_state.pop(NOTES, ()):
        st.info(_lines(note), icon=":material/info:")
    if problem:
        st.error(_lines(problem), icon=":material/block:")


def _lines(words: str) -> str:
    # Two blanks before the end of a line keep it in Markdown: the core has one sentence on each.
    return "  \n".join(screen.plain(line) for line in words.splitlines())
