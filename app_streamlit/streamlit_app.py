"""The frame around every page: which pages there are, who is signed in, which language. `diaobo serve` runs this file.

Belongs here: navigation and what stands on all pages. Does not: what a page shows (`app_pages/`).
"""

from __future__ import annotations

import streamlit as st

from app_streamlit import access, actions, screen
from app_streamlit.app_pages import sign_in
from app_streamlit.company import UnableToReadCompany
from app_streamlit.i18n.words import ROLES, word
from app_streamlit.warehouse import UnableToReadMarts
from inventory_core.storage.sql import UnableToOpenCore


def main() -> None:
    """One run of the frame and of the page inside it."""
    st.set_page_config(page_title="Diaobo 调拨", page_icon=":material/local_shipping:", layout="wide")
    text = screen.language()
    try:
        company = screen.company()
    except UnableToReadCompany as error:
        st.title(text("There is no company here"))
        st.error(screen.plain(str(error)), icon=":material/folder_off:")
        return
    try:
        person = access.current_person()
        actions.core()
    except UnableToOpenCore as error:
        sign_in.show_before_first_run(company, str(error), text)
        return
    if person is not None and screen.LANGUAGE not in st.session_state:
        screen.choose_language(person.language)
        text = screen.language()
    page = st.navigation(
        [
            st.Page("app_pages/home.py", title=text("Home"), icon=":material/home:", default=True),
            st.Page(
                "app_pages/suggestions.py",
                title=text("Suggestions"),
                icon=":material/lightbulb:",
                url_path="suggestions",
            ),
            st.Page("app_pages/orders.py", title=text("Orders"), icon=":material/assignment:", url_path="orders"),
            st.Page("app_pages/stock.py", title=text("Stock"), icon=":material/inventory_2:", url_path="stock"),
            st.Page(
                "app_pages/in_transit.py",
                title=text("In transit"),
                icon=":material/local_shipping:",
                url_path="in_transit",
            ),
        ],
        position="hidden" if person is None else "sidebar",
    )
    if person is None:
        # The address stays as it is, so that the page that a link named is there after sign-in.
        sign_in.show(company, text)
        return
    order = st.query_params.get("order")
    if order and page.url_path != "orders":
        st.switch_page("app_pages/orders.py", query_params={"order": order})
    with st.sidebar:
        st.markdown(
            f"**{screen.plain(person.name)}**  \n" + ", ".join(word(text, ROLES, role) for role in person.roles)
        )
        screen.language_switch()
        st.button(text("Sign out"), icon=":material/logout:", on_click=access.sign_out)
    try:
        st.caption(screen.freshness(screen.publication(), of=company, text=text))
        page.run()
    except UnableToReadMarts as error:
        st.error(screen.plain(str(error)), icon=":material/database_off:")


main()
