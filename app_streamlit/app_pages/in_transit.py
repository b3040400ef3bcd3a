"""In transit: where the goods are and when they arrive. Layout only.

What the core knows is live; what only platforms and warehouse systems report is as old as the marts, and says so.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st

from app_streamlit import access, actions, screen, tables, warehouse
from app_streamlit.app_pages import names
from app_streamlit.i18n.words import lane, place
from app_streamlit.view_models import in_transit, live_transit
from app_streamlit.view_models.rows import first_row, rows_of

text = screen.language()
st.title(text("In transit"))
person = access.required_person()
company, publication = screen.company(), screen.publication()

places = names.places()
with st.container(horizontal=True, vertical_alignment="bottom"):
    needle = st.text_input(
        text("Where are my units?"),
        placeholder=text("Product, title, shipment or waybill"),
        width=320,
        key="transit_text",
        persist_state="session",
    )
    destination_id = st.selectbox(
        text("Destination"),
        [None, *places],
        format_func=lambda value: places[value] if value else text("All warehouses"),
        width=230,
        key="transit_destination",
        persist_state="session",
    )
    screen.take_from_address("delayed", key="transit_delayed", choices={"true": True})
    delayed_only = st.toggle(text("Delayed only"), key="transit_delayed", persist_state="session")
orders = actions.transfer_orders(person)
# Of all orders, also those that the person does not see: a feed must not bring them back.
known = live_transit.known_references(actions.transfer_orders())
wanted = in_transit.TransitFilter(needle, destination_id, delayed_only, known, access.scope(person))
today = datetime.now(ZoneInfo(company.time_zone)).date()
estimates = warehouse.read(publication, in_transit.estimates(known)) if publication and known else None
live = live_transit.under_way(orders, estimates=estimates, today=today)
titles: dict[str, str] = {}
if publication and live and needle.strip():
    skus = [line.sku for one in live for line in one.shipment.lines]
    titles = {row["sku"]: row["title"] for row in rows_of(warehouse.read(publication, live_transit.titles(skus)))}
found = live_transit.matching(
    live, needle=needle, destination_id=destination_id, delayed_only=bool(delayed_only), titles=titles
)
total = first_row(warehouse.read(publication, in_transit.totals(wanted))) if publication else None
hidden = actions.blind_orders([one.order for one in found], person=person)
# Sums of one shipment would tell its plan to somebody who has to count it blindly.
figures = live_transit.totals([one for one in found if one.order.transfer_order_id not in hidden], total)
with st.container(horizontal=True, gap="large"):
    st.metric(text("Shipments"), text.number(figures.shipments), width="content")
    st.metric(text("Units in transit"), text.number(figures.units), width="content")
    st.metric(text("Value at cost"), live_transit.amount_words(figures, text), width="content")
    st.metric(text("Delayed shipments"), text.number(figures.delayed), width="content")

if live:
    st.subheader(text("Live from transfer orders"))
    if not found:
        st.caption(text("No live shipment matches the filter."))
    else:
        live_rows = live_transit.rows(found, text, hidden=hidden)
        currency = next((one.value.currency for one in found if one.value), None)
        chosen_live = st.dataframe(
            live_rows,
            column_config={
                "is_delayed": tables.yes(text("Delayed"), explanation=text("Expected later than planned")),
                "shipment": tables.words(text("Shipment")),
                "status": tables.words(text("Status")),
                "lane": tables.words(text("Lane")),
                "in_transit_units": tables.units(text("Units")),
                "value_amount": tables.money(text("Value"), currency=currency, explanation=text("At cost")),
                "milestone": tables.words(text("Milestone"), explanation=text("The last news of the carrier")),
                "eta_p50_date": tables.day(
                    text("ETA, likely"), text, explanation=text("Half of such shipments arrive by this day (P50)")
                ),
                "eta_p90_date": tables.day(
                    text("ETA, late"), text, explanation=text("Nine of ten such shipments arrive by this day (P90)")
                ),
                "arrival_date": tables.day(text("Planned arrival"), text),
                "waybill": tables.words(text("Waybill")),
                "carrier": tables.words(text("Carrier")),
            },
            hide_index=True,
            placeholder=tables.NOTHING,
            on_select="rerun",
            selection_mode="single-row",
            key=f"live_rows_{hash(tuple(one.label for one in found))}",
            height=420 if len(live_rows) > 10 else "auto",
            alt=text("Live from transfer orders"),
        )["selection"]["rows"]
        if len(live_rows) < len(found):
            st.caption(text("The first {count} are shown: search to see others.", count=text.number(len(live_rows))))
        if chosen_live:
            number = found[chosen_live[0]].order.document_number
            st.page_link(
                "app_pages/orders.py",
                label=text("Open {order}", order=number),
                icon=":material/open_in_new:",
                query_params={"order": number},
            )
publication = screen.require_publication()
total = first_row(warehouse.read(publication, in_transit.totals(wanted)))
if live:
    st.caption(
        screen.plain(
            text(
                "What follows is reported by platforms and warehouse systems and is {age} old. "
                "Shipments that transfer orders know stand above only, so that each counts once.",
                age=text.duration(datetime.now(UTC) - publication.published_at),
            )
        )
    )

st.subheader(text("Arrivals this week"))
arrivals = warehouse.read(
    publication, in_transit.arrivals(as_of=publication.as_of_date, known_elsewhere=known, scope=access.scope(person))
)
if arrivals.empty:
    st.caption(text("Nothing should arrive in the seven days from {day}.", day=text.day(publication.as_of_date)))
else:
    st.dataframe(
        arrivals.assign(
            warehouse=[
                place(*pair) for pair in zip(arrivals["destination_name"], arrivals["destination_id"], strict=True)
            ]
        ),
        column_config={
            "arrival_date": tables.day(text("Expected"), text),
            "warehouse": tables.words(text("Warehouse")),
            "shipment_count": tables.units(text("Shipments")),
            "in_transit_units": tables.units(text("Units")),
        },
        column_order=["arrival_date", "warehouse", "shipment_count", "in_transit_units"],
        hide_index=True,
        placeholder=tables.NOTHING,
        alt=text("Arrivals this week"),
    )

st.subheader(text("Open shipment lines"))
if not total["line_count"]:
    st.info(text("Nothing matches: either nothing is under way or a filter hides it."))
    st.stop()
lines = warehouse.read(publication, in_transit.lines(wanted))
shown = in_transit.line_rows(lines, text)
columns = {
    "is_delayed": tables.yes(text("Delayed"), explanation=text("Expected later than planned")),
    "shipment_id": tables.words(text("Shipment")),
    "sku": tables.words(text("Product")),
    "in_transit_units": tables.units(text("Units")),
    "lane": tables.words(text("Lane")),
    "milestone_words": tables.words(text("Milestone"), explanation=text("The last news of the carrier")),
    "eta_p50_date": tables.day(
        text("ETA, likely"), text, explanation=text("Half of such shipments arrive by this day (P50)")
    ),
    "eta_p90_date": tables.day(
        text("ETA, late"), text, explanation=text("Nine of ten such shipments arrive by this day (P90)")
    ),
    "expected_date": tables.day(text("Planned arrival"), text),
    "value_amount": tables.money(text("Value"), currency=total["value_currency"], explanation=text("At cost")),
    "ship_date": tables.day(text("Shipped"), text),
    "title": tables.words(text("Title"), width="medium"),
    "waybill": tables.words(text("Waybill")),
    "carrier": tables.words(text("Carrier")),
}
selection = st.dataframe(
    shown,
    column_config=columns,
    column_order=list(columns),
    hide_index=True,
    placeholder=tables.NOTHING,
    on_select="rerun",
    selection_mode="single-row",
    key=f"transit_rows_{hash(wanted)}",
    alt=text("Open shipment lines"),
)
tables.export_button(
    lambda: shown, list(columns), name=f"in-transit-{publication.as_of_date}", count=len(shown), text=text
)
if int(total["line_count"]) > in_transit.LIMIT:
    st.caption(text("The first {count} lines are shown: search to see others.", count=text.number(in_transit.LIMIT)))

chosen = selection["selection"]["rows"]
if not chosen:
    st.caption(text("Select a row to see the milestones of its shipment."))
    st.stop()
row = rows_of(shown)[chosen[0]]
st.subheader(screen.plain(text("Shipment {shipment}", shipment=row["shipment_id"])))
st.caption(screen.plain(lane(row, text)))
timeline = in_transit.timeline(
    warehouse.read(publication, in_transit.milestones(row["shipment_id"])), text, time_zone=company.time_zone
)
if timeline.empty:
    st.info(text("The carrier has reported nothing of this shipment yet."))
    st.stop()
for event in rows_of(timeline):
    with st.container(horizontal=True, gap="small"):
        st.markdown(f":material/{'schedule' if event['is_forecast'] else 'check_circle'}: **{event['milestone']}**")
        # a carrier's words are not ours: no links, no pictures
        told = " · ".join(part for part in (event["at"], event["place"], event["description"]) if part)
        st.markdown(screen.plain(told))
