"""Stock: all products in all warehouses on one day, and one product's stock over time. Layout only."""

from __future__ import annotations

import streamlit as st

from app_streamlit import access, charts, screen, tables, warehouse
from app_streamlit.i18n import is_absent
from app_streamlit.i18n.words import STOCK_CLASSES, place
from app_streamlit.view_models import stock
from app_streamlit.view_models.rows import first_row, rows_of

PAGE = "stock_page"
text = screen.language()
st.title(text("Stock"))
person = access.required_person()
publication = screen.require_publication()

held = first_row(warehouse.read(publication, stock.dates_held()))
if is_absent(held["last_date"]):
    st.info(text("No stock has been imported yet: add a stock file to company.toml and run the daily job again."))
    st.stop()
first_date, last_date = held["first_date"].date(), held["last_date"].date()
places = {
    row["warehouse_id"]: place(row["warehouse_name"], row["warehouse_id"])
    for row in rows_of(warehouse.read(publication, stock.warehouses()))
    if person.actor.may_see_warehouse(row["warehouse_id"])
}

screen.take_from_address("state", key="stock_state", choices={code: code for code in stock.STATES})
with st.container(horizontal=True, vertical_alignment="bottom"):
    stock_date = st.date_input(
        text("Date"),
        value=last_date,
        min_value=first_date,
        max_value=last_date,
        format="YYYY-MM-DD",
        width=140,
        help=text("Stock at the end of this day"),
    )
    needle = st.text_input(
        text("Search"), placeholder=text("Product or title"), width=180, key="stock_text", persist_state="session"
    )
    warehouse_id = st.selectbox(
        text("Warehouse"),
        [None, *places],
        format_func=lambda value: places[value] if value else text("All warehouses"),
        width=200,
        key="stock_warehouse",
        persist_state="session",
    )
    state = st.selectbox(
        text("Show"),
        list(stock.STATES),
        format_func=lambda code: text(stock.STATES[code][0]),
        width=190,
        key="stock_state",
        persist_state="session",
    )
    sort = st.selectbox(
        text("Sort by"),
        list(stock.SORTS),
        format_func=lambda code: text(stock.SORTS[code][0]),
        width=170,
        key="stock_sort",
        persist_state="session",
    )
wanted = stock.StockFilter(stock_date or last_date, warehouse_id, needle, state, sort, access.scope(person))
total = first_row(warehouse.read(publication, stock.totals(wanted)))

with st.container(horizontal=True, gap="large"):
    st.metric(text("Product × warehouse"), text.number(total["row_count"]), width="content")
    st.metric(text("On hand"), text.number(total["on_hand_units"]), width="content")
    st.metric(text("Available"), text.number(total["available_units"]), width="content")
    st.metric(text("In transit"), text.number(total["in_transit_units"]), width="content")
    st.metric(text("Out of stock"), text.number(total["out_of_stock_count"]), width="content")
    st.metric(
        text("Value at cost"),
        text.money(total["stock_value_amount"], total["stock_value_currency"], whole=True),
        width="content",
    )
if not total["row_count"]:
    st.info(text("Nothing matches. Take a filter away or choose another day."))
    st.stop()

pages = stock.page_count(int(total["row_count"]))
if st.session_state.get(PAGE, 1) > pages:
    st.session_state[PAGE] = 1  # another filter has fewer pages
page = int(st.session_state.get(PAGE, 1))
rows = warehouse.read(publication, stock.rows(wanted, page=page))
counted_earlier = bool((rows["stock_date"].dt.date < wanted.stock_date).any())
if counted_earlier or rows["is_filled"].fillna(value=False).any():
    st.caption(text("Some rows had no count on this day: the last one before it is shown."))
currency = total["stock_value_currency"]
shown = rows.assign(
    warehouse=[place(name, key) for name, key in zip(rows["warehouse_name"], rows["warehouse_id"], strict=True)]
)
columns = {
    "sku": tables.words(text("Product"), pinned=True),
    "warehouse": tables.words(text("Warehouse")),
    "on_hand_units": tables.units(
        text("On hand"), explanation=text("Physically there: available + reserved + unfulfillable")
    ),
    "available_units": tables.units(text("Available"), explanation=text("Free to sell now")),
    "in_transit_units": tables.units(text("In transit"), explanation=text("Shipped to this warehouse, not received")),
    "days_of_cover": tables.decimal(
        text("Days of cover"), explanation=text("Available at the selling pace of the 28 days up to the chosen day")
    ),
    "safety_stock_units": tables.units(
        text("Safety stock"), explanation=text("Of the newest plan; shown on the newest day only")
    ),
    "stock_value_amount": tables.money(text("Value"), currency=currency, explanation=text("At cost")),
    "reserved_units": tables.units(text("Reserved"), explanation=text("Promised to orders")),
    "unfulfillable_units": tables.units(text("Unfulfillable"), explanation=text("Damaged or not sellable")),
    "researching_units": tables.units(
        text("Researching"), explanation=text("Under investigation, counted beside the stock on hand")
    ),
    "title": tables.words(text("Title"), width="medium"),
}
if counted_earlier:
    columns["stock_date"] = tables.day(text("Counted"), text, explanation=text("The last day whose stock is known"))
selection = st.dataframe(
    shown,
    column_config=columns,
    column_order=list(columns),
    hide_index=True,
    placeholder=tables.NOTHING,
    on_select="rerun",
    selection_mode="single-row",
    key=f"stock_rows_{hash((wanted, page))}",
    height=420 if len(shown) > 10 else "auto",
    alt=text("Stock by product and warehouse"),
)
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    if pages > 1:
        st.pagination(pages, key=PAGE)
    tables.export_button(
        lambda: warehouse.read_once(publication, stock.everything(wanted)),
        stock.EXPORTED,
        name=f"stock-{wanted.stock_date}",
        count=int(total["row_count"]),
        text=text,
    )

chosen = selection["selection"]["rows"]
if not chosen:
    st.caption(text("Select a row to see its stock and sales over time."))
    st.stop()
row = rows_of(shown)[chosen[0]]
st.subheader(screen.plain(f"{row['sku']} · {row['warehouse']}"))
if isinstance(row["title"], str):
    st.caption(screen.plain(row["title"]))
history = warehouse.read(publication, stock.history(warehouse_id=row["warehouse_id"], sku=row["sku"]))
st.altair_chart(
    charts.stock_history(
        stock.by_class(history, list(STOCK_CLASSES)), history[["stock_date", "sold_units"]], text=text
    ),
    alt=text("Stock classes and sales over time"),
)
