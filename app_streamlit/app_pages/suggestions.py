"""Suggestions: read why, change units and dates, select many, submit. Layout only."""

from __future__ import annotations

import streamlit as st

from app_streamlit import access, screen
from app_streamlit.app_pages import purchase_tab, transfer_tab

text = screen.language()
st.title(text("Suggestions"))
publication = screen.require_publication()
person = access.required_person()

transfers, purchases = st.tabs(
    [text("Transfers"), text("Purchases")],
    default=text("Purchases") if st.query_params.get("kind") == "purchases" else None,
)
with transfers:
    transfer_tab.show(publication, person, text)
with purchases:
    purchase_tab.show(publication, person, text)
