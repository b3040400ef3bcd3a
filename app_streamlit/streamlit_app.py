"""The frame around every page: which pages there are, who is signed in, which language. `diaobo serve` runs this file.

Belongs here: navigation and what stands on all pages. Does not: what a page shows (`app_pages/`).
"""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app_streamlit import access, actions, screen
from app_streamlit.app_pages import sign_in, unsaved_counts
from app_streamlit.company import UnableToReadCompany
from app_streamlit.i18n import Language
from app_streamlit.i18n.words import ROLES, word
from app_streamlit.warehouse import UnableToReadMarts
from inventory_core.access.model import Person
from inventory_core.access.permissions import permitted_commands
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
    page = st.navigation(_pages(person, text), position="hidden" if person is None else "sidebar")
    if person is None:
        # The address stays as it is, so that the page that a link named is there after sign-in.
        sign_in.show(company, text)
        return
    order = st.query_params.get("order")
    if order and page.url_path != "orders":
        st.switch_page("app_pages/orders.py", query_params={"order": order})
    if access.has_just_arrived() and page.url_path == "" and access.works_in_warehouse(person):
        st.switch_page("app_pages/receiving.py")
    with st.sidebar:
        st.markdown(
            f"**{screen.plain(person.name)}**  \n" + ", ".join(word(text, ROLES, role) for role in person.roles)
        )
        screen.language_switch()
        st.button(text("Sign out"), icon=":material/logout:", on_click=access.sign_out)
        if page.url_path != "receiving":
            unsaved_counts.show(person, text)
    try:
        st.caption(screen.freshness(screen.publication(), of=company, text=text))
        page.run()
    except UnableToReadMarts as error:
        st.error(screen.plain(str(error)), icon=":material/database_off:")


def _pages(person: Person | None, text: Language) -> list[StreamlitPage]:
    """All pages, those first that the person's work begins with; `messages` and `people` are for administrators."""

    def page(name: str, title: str, icon: str) -> StreamlitPage:
        return st.Page(f"app_pages/{name}.py", title=title, icon=f":material/{icon}:", url_path=name)

    home = st.Page("app_pages/home.py", title=text("Home"), icon=":material/home:", default=True)
    planning = [
        page("suggestions", text("Suggestions"), "lightbulb"),
        page("orders", text("Orders"), "assignment"),
        page("stock", text("Stock"), "inventory_2"),
        page("in_transit", text("In transit"), "local_shipping"),
    ]
    goods = [
        page("receiving", text("Receiving"), "barcode_scanner"),
        page("discrepancies", text("Discrepancies"), "rule"),
        page("warehouse_stock", text("Warehouse stock"), "shelves"),
    ]
    messages = page("messages", text("Messages"), "outgoing_mail")
    account = page("account", text("My account"), "account_circle")
    people = page("people", text("People"), "group")
    if person is not None and access.works_in_warehouse(person):
        return [*goods, home, *planning, account]
    looks_after_people = person is None or "ChangePerson" in permitted_commands(person.actor)
    looks_after_messages = person is None or "ReleaseMessage" in permitted_commands(person.actor)
    looked_after = [*([messages] if looks_after_messages else []), *([people] if looks_after_people else [])]
    return [home, *planning, *goods, *looked_after, account]


main()
