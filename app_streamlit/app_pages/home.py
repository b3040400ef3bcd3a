"""Home: what needs attention, as counts and money; each leads to its page. Layout only."""

from __future__ import annotations

import streamlit as st

from app_streamlit import access, actions, screen, tables, warehouse
from app_streamlit.view_models import home

text = screen.language()
person = access.required_person()
st.title(text("What needs attention"))
publication = screen.require_publication()

FEEDS = "feeds"
PAGES = {
    "home": None,
    "suggestions": "app_pages/suggestions.py",
    "orders": "app_pages/orders.py",
    "stock": "app_pages/stock.py",
    "in_transit": "app_pages/in_transit.py",
    "receiving": "app_pages/receiving.py",
    "discrepancies": "app_pages/discrepancies.py",
    "messages": "app_pages/messages.py",
}

scope = access.scope(person)
everything = actions.transfer_orders(person)
alerts, counted = warehouse.read_all(publication, (home.alert_counts(scope), home.counts(scope)))
parked = len(actions.queries().messages(state="parked")) if "ReleaseMessage" in actions.permissions(person) else 0
cards = [
    *home.order_cards(everything, person, actions.decider(person), text),
    *home.goods_cards(everything, parked, person, text),
    *home.cards(alerts, counted, text),
]
with st.grid(columns=4):
    for card in cards:
        with st.container(border=True, gap="xxsmall"):
            st.metric(card.label, text.number(card.count), help=card.explanation)
            st.caption(screen.plain(card.detail) if card.detail else "&nbsp;")
            target = PAGES[card.page]
            if target:
                query = dict(card.query) or None
                st.page_link(target, label=text("Open"), icon=":material/arrow_forward:", query_params=query)
            else:
                st.caption(f":material/arrow_downward: [{text('Below')}](#{FEEDS})")

urgent = home.urgent_rows(warehouse.read(publication, home.urgent(scope)), text)
st.subheader(text("Most urgent"))
if urgent.empty:
    st.success(text("No product is short and no shipment is late."), icon=":material/check:")
else:
    columns = {
        "severity": tables.words(text("Severity")),
        "kind": tables.words(text("What")),
        "message": tables.words(text("Message"), width=440),
        "alert_date": tables.day(text("Date"), text),
        "amount": tables.money(text("Amount"), currency=home.currency_of(alerts)),
        "title": tables.words(text("Title"), width="medium"),
    }
    if urgent["amount"].isna().all():
        del columns["amount"]
    st.dataframe(
        urgent,
        column_config=columns,
        column_order=list(columns),
        hide_index=True,
        placeholder=tables.NOTHING,
        alt=text("Most urgent"),
    )

st.subheader(text("Feeds"), anchor=FEEDS)
health, refused = warehouse.read_all(publication, (home.feed_health(), home.refused_rows()))
st.dataframe(
    health,
    column_config={
        "feed": tables.words(text("Feed")),
        "entity": tables.words(text("Table")),
        "file_count": tables.units(text("Files")),
        "read_rows": tables.units(text("Rows read")),
        "accepted_rows": tables.units(text("Accepted")),
        "skipped_rows": tables.units(text("Skipped"), explanation=text("Not for us, by a rule of the mapping")),
        "refused_rows": tables.units(text("Refused"), explanation=text("Broke a rule, kept in quarantine")),
        "corrected_rows": tables.units(text("Corrected"), explanation=text("Changed by a rule of the mapping")),
        "latest_date": tables.day(text("Newest date"), text),
    },
    hide_index=True,
    placeholder=tables.NOTHING,
    alt=text("Feeds"),
)
if not refused.empty:
    with st.expander(text("Refused rows"), icon=":material/report:"):
        st.dataframe(
            refused,
            column_config={
                "feed": tables.words(text("Feed")),
                "file": tables.words(text("File")),
                "row_number": tables.units(text("Row")),
                "column_name": tables.words(text("Column")),
                "rule": tables.words(text("Rule")),
                "message": tables.words(text("Message"), width="large"),
            },
            hide_index=True,
            placeholder=tables.NOTHING,
            alt=text("Refused rows"),
        )
