"""Sign-in: the form in front of every page. Layout only; the frame shows it instead of the page that was asked for."""

from __future__ import annotations

import streamlit as st

from app_streamlit import access, screen
from app_streamlit.company import Company
from app_streamlit.i18n import Language
from inventory_core.errors import Malformed, Refused


def show(company: Company, text: Language) -> None:
    """The form, in the middle of a page without navigation."""
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        st.title(screen.plain(company.name), anchor=False)
        st.caption(text("Cross-border stock transfers"))
        screen.language_switch()
        with st.form("sign_in", enter_to_submit=True):
            login = st.text_input(text("Login"), key="login", autocomplete="username")
            password = st.text_input(text("Password"), type="password", key="password", autocomplete="current-password")
            wants_in = st.form_submit_button(text("Sign in"), type="primary", width="stretch")
        if wants_in:
            try:
                access.sign_in(login=login, password=password)
            except (Refused, Malformed) as refusal:
                st.error(screen.plain(text("Not signed in: {problem}", problem=refusal)), icon=":material/block:")
            else:
                st.rerun()
        if company.is_sandbox:
            st.info(
                text(
                    "This is a sandbox company with demo people. Their passwords were printed when `diaobo run` set it "
                    "up, once. `diaobo user list` shows the logins, `diaobo user reset-password LOGIN` a new password."
                ),
                icon=":material/key:",
            )


def show_before_first_run(company: Company, problem: str, text: Language) -> None:
    """What stands here while there is no core to sign in to."""
    _, middle, _ = st.columns([1, 3, 1])
    with middle:
        st.title(screen.plain(company.name), anchor=False)
        screen.language_switch()
        with st.container(border=True):
            st.subheader(text("Nobody can sign in yet"), anchor=False)
            st.write(text("The first run of the daily job sets the company up and prints the first passwords:"))
            st.code(f"diaobo run --company {company.folder}", language="bash")
            st.caption(screen.plain(problem))
            st.button(text("Look again"), icon=":material/refresh:")
