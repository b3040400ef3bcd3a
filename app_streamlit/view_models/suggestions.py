"""Suggestions: which transfers and purchases to list, what a person changed, and which orders a selection makes.

Belongs here: queries, edits, grouping. Does not: why a suggestion was made (`explanation.py`), the commands
(`app_streamlit/actions.py`), layout (`app_pages/suggestions.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pandas as pd

from app_streamlit.i18n import Language, marked
from app_streamlit.i18n.words import lane
from app_streamlit.view_models.query import Conditions, Query

LIMIT = 500
SORTS = {
    "benefit": (marked("Largest benefit"), "s.expected_benefit_amount desc nulls last"),
    "ship_date": (marked("Ships first"), "s.ship_date"),
    "value": (marked("Largest value"), "s.value_amount desc nulls last"),
    "units": (marked("Most units"), "s.units desc"),
    "sku": (marked("Product"), "s.sku"),
}


@dataclass(frozen=True)
class TransferFilter:
    """What the planner wants to see; None and empty text mean everything."""

    lane_id: str | None = None
    destination_id: str | None = None
    text: str = ""
    sort: str = "benefit"


@dataclass(frozen=True)
class Edit:
    """What a person wants instead of what was advised, for one suggestion."""

    units: int
    ship_date: date
    arrival_date: date
    is_chosen: bool


@dataclass(frozen=True)
class OrderLine:
    """One product of an order to be: the advice beside what is wanted."""

    suggestion_id: str
    sku: str
    suggested_units: int
    units: int


@dataclass(frozen=True)
class OrderToBe:
    """One order that a selection makes: all lines share the lane, the mode and the ship date."""

    origin_id: str
    destination_id: str
    mode: str
    ship_date: date
    arrival_date: date
    lines: tuple[OrderLine, ...]
    value_amount: Decimal
    value_currency: str

    @property
    def units(self) -> int:
        """Pieces on all lines."""
        return sum(line.units for line in self.lines)


def _conditions(wanted: TransferFilter) -> Conditions:
    conditions = Conditions()
    conditions.equals("s.origin_id || '>' || s.destination_id || '>' || s.mode", wanted.lane_id)
    conditions.equals("s.destination_id", wanted.destination_id)
    conditions.contains(("s.sku", "p.title"), wanted.text)
    return conditions


def transfers(wanted: TransferFilter) -> Query:
    """The first `LIMIT` transfer suggestions; one row per suggestion."""
    conditions = _conditions(wanted)
    return Query(
        f"""
        select s.*, p.title, p.unit_cost_base_amount,
            o.warehouse_name as origin_name, d.warehouse_name as destination_name, l.lead_time_days
        from marts.fct_transfer_suggestions s
        left join marts.dim_products p using (sku)
        left join marts.dim_warehouses o on o.warehouse_id = s.origin_id
        left join marts.dim_warehouses d on d.warehouse_id = s.destination_id
        left join marts.dim_lanes l on l.origin_id = s.origin_id and l.destination_id = s.destination_id
            and l.mode = s.mode
        {conditions.sql}
        order by {SORTS[wanted.sort][1]}, s.suggestion_id limit {LIMIT}
        """,
        tuple(conditions.parameters),
    )


def transfer_totals(wanted: TransferFilter) -> Query:
    """One row: how many suggestions the filter finds, their units and value."""
    conditions = _conditions(wanted)
    return Query(
        f"""
        select count(*) as suggestion_count, sum(s.units) as units, sum(s.value_amount) as value_amount,
            max(s.value_currency) as value_currency, sum(s.freight_amount) as freight_amount,
            max(s.freight_currency) as freight_currency
        from marts.fct_transfer_suggestions s left join marts.dim_products p using (sku) {conditions.sql}
        """,
        tuple(conditions.parameters),
    )


def lanes() -> Query:
    """The lanes that have suggestions, for the filter."""
    return Query(
        """
        select distinct s.origin_id || '>' || s.destination_id || '>' || s.mode as lane_id, s.origin_id,
            s.destination_id, s.mode, o.warehouse_name as origin_name, d.warehouse_name as destination_name
        from marts.fct_transfer_suggestions s
        left join marts.dim_warehouses o on o.warehouse_id = s.origin_id
        left join marts.dim_warehouses d on d.warehouse_id = s.destination_id
        order by 2, 3, 4
        """
    )


def purchases(text: str, supplier_id: str | None) -> Query:
    """The first `LIMIT` purchase suggestions, the most urgent first; one row per suggestion."""
    conditions = Conditions()
    conditions.equals("s.supplier_id", supplier_id)
    conditions.contains(("s.sku", "p.title", "s.supplier_id"), text)
    return Query(
        f"""
        select s.*, p.title, w.warehouse_name from marts.fct_purchase_suggestions s
        left join marts.dim_products p using (sku) left join marts.dim_warehouses w using (warehouse_id)
        {conditions.sql} order by s.order_by_date, s.value_amount desc nulls last, s.suggestion_id limit {LIMIT}
        """,
        tuple(conditions.parameters),
    )


def suppliers() -> Query:
    """The suppliers that have purchase suggestions, for the filter."""
    return Query(
        "select distinct supplier_id from marts.fct_purchase_suggestions where supplier_id is not null order by 1"
    )


def as_dates(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The frame with those columns as `datetime.date`: DuckDB hands dates over as midnights."""
    return frame.assign(**{column: [_day(value) for value in frame[column]] for column in columns})


def _day(value: object) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()  # type: ignore[call-overload, arg-type]


def editable(
    frame: pd.DataFrame, *, edits: Mapping[str, Edit], open_orders: Mapping[str, str], text: Language
) -> pd.DataFrame:
    """The rows of the table, what a person changed put in; index is suggestion_id.

    `open_orders` maps suggestion_id to the number of an open order that already carries it.
    """
    frame = as_dates(frame, "ship_date", "arrival_date")
    changed = [edits.get(suggestion_id) for suggestion_id in frame["suggestion_id"]]
    units = [edit.units if edit else int(advised) for edit, advised in zip(changed, frame["units"], strict=True)]
    return pd.DataFrame(
        {
            "is_chosen": [
                bool(edit and edit.is_chosen) and suggestion_id not in open_orders
                for edit, suggestion_id in zip(changed, frame["suggestion_id"], strict=True)
            ],
            "open_order": [open_orders.get(suggestion_id, "") for suggestion_id in frame["suggestion_id"]],
            "sku": frame["sku"].to_list(),
            "title": frame["title"].fillna("").to_list(),
            "lane": [lane(row, text) for row in frame.to_dict("records")],
            "suggested_units": frame["units"].astype("int64").to_list(),
            "units": units,
            "ship_date": [e.ship_date if e else d for e, d in zip(changed, frame["ship_date"], strict=True)],
            "arrival_date": [e.arrival_date if e else d for e, d in zip(changed, frame["arrival_date"], strict=True)],
            "value_amount": [
                _scaled(amount, wanted, advised)
                for amount, wanted, advised in zip(frame["value_amount"], units, frame["units"], strict=True)
            ],
            "benefit_amount": frame["expected_benefit_amount"].astype("float64").to_list(),
        },
        index=pd.Index(frame["suggestion_id"], name="suggestion_id"),
    )


def _scaled(amount: object, wanted: int, advised: int) -> float | None:
    if pd.isna(amount) or not advised:  # type: ignore[call-overload]
        return None
    return float(Decimal(str(amount)) * wanted / int(advised))


def edits_of(before: pd.DataFrame, after: pd.DataFrame, *, known: Mapping[str, Edit]) -> dict[str, Edit]:
    """What a person changed, by suggestion: `before` is the table that was shown, `after` what came back.

    A new ship date alone moves the arrival by as many days, because the lane takes as long on another day. A cell that
    was emptied leaves the row as it was.
    """
    found = dict(known)
    columns = ("is_chosen", "units", "ship_date", "arrival_date")
    for suggestion_id, row in after.iterrows():
        old = before.loc[suggestion_id]
        if all(old[column] == row[column] for column in columns) or row[list(columns)].isna().any():
            continue
        ship, arrival = row["ship_date"], row["arrival_date"]
        if ship != old["ship_date"] and arrival == old["arrival_date"]:
            arrival = arrival + (ship - old["ship_date"])
        found[str(suggestion_id)] = Edit(int(row["units"]), ship, arrival, bool(row["is_chosen"]))
    return found


def latest_change(before: Mapping[str, Edit], after: Mapping[str, Edit]) -> str | None:
    """The suggestion that was changed last, to be explained next; None when nothing was."""
    changed = [suggestion_id for suggestion_id, edit in after.items() if before.get(suggestion_id) != edit]
    return changed[-1] if changed else None


def orders_to_be(frame: pd.DataFrame, table: pd.DataFrame) -> list[OrderToBe]:
    """The orders that the chosen rows make: one per lane, mode and ship date; lines by sku.

    `frame` is the answer to `transfers`, `table` the edited rows. Where lines want different arrival dates the order
    takes the latest, the only one at which all of it is there. Rows with 0 units and rows with an open order make none.
    """
    advice = frame.set_index("suggestion_id")
    groups: dict[tuple[str, str, str, date], OrderToBe] = {}
    chosen = table[table["is_chosen"] & (table["units"] > 0) & (table["open_order"] == "")]
    for suggestion_id, row in chosen.sort_values("sku").iterrows():
        advised = advice.loc[suggestion_id]
        units, suggested = int(row["units"]), int(advised["units"])
        line = OrderLine(str(suggestion_id), str(advised["sku"]), suggested, units)
        value = row["value_amount"]
        amount = Decimal(0) if pd.isna(value) else Decimal(str(value)).quantize(Decimal("0.01"))
        key = (str(advised["origin_id"]), str(advised["destination_id"]), str(advised["mode"]), row["ship_date"])
        order = groups.get(key) or OrderToBe(
            *key, row["arrival_date"], (), Decimal(0), str(advised["value_currency"] or "")
        )
        groups[key] = replace(
            order,
            lines=(*order.lines, line),
            arrival_date=max(order.arrival_date, row["arrival_date"]),
            value_amount=order.value_amount + amount,
        )
    return list(groups.values())


def remarks(frame: pd.DataFrame, table: pd.DataFrame, text: Language) -> list[str]:
    """What a planner should know about the chosen rows before submitting: one sentence each, nothing is forbidden."""
    advice = frame.set_index("suggestion_id")
    found = []
    chosen = table[table["is_chosen"]]
    for suggestion_id, row in chosen.iterrows():
        advised, units = advice.loc[suggestion_id], int(row["units"])
        carton = 1 if pd.isna(advised["carton_units"]) else int(advised["carton_units"])
        days, lead = (row["arrival_date"] - row["ship_date"]).days, advised["lead_time_days"]
        if not pd.isna(lead) and days < lead:
            found.append(
                text(
                    "{sku}: {days} days from shipping to arrival, but the lane takes {lead}.",
                    sku=row["sku"],
                    days=text.number(days),
                    lead=text.number(round(float(lead))),
                )
            )
        if row["open_order"]:
            found.append(
                text(
                    "{sku}: {order} is open for it already, so it is not ordered again.",
                    sku=row["sku"],
                    order=row["open_order"],
                )
            )
        elif units == 0:
            found.append(text("{sku}: 0 units make no line.", sku=row["sku"]))
        elif carton > 1 and units % carton:
            found.append(
                text(
                    "{sku}: {units} units are not whole cartons of {carton}.",
                    sku=row["sku"],
                    units=units,
                    carton=carton,
                )
            )
    taken = (
        chosen.assign(origin_id=advice["origin_id"].reindex(chosen.index)).groupby(["origin_id", "sku"])["units"].sum()
    )
    stock = advice.groupby(["origin_id", "sku"])["origin_available_units"].first()
    for key, units in taken.items():
        available = stock.get(key)  # type: ignore[call-overload]
        if not pd.isna(available) and units > available:
            origin_id, sku = key  # type: ignore[misc]
            found.append(
                text(
                    "{sku}: {units} units are wanted from {origin}, which had {available} available.",
                    sku=sku,
                    units=text.number(int(units)),
                    origin=origin_id,
                    available=text.number(int(available)),
                )
            )
    return found


def forget(edits: Mapping[str, Edit], suggestion_ids: Iterable[str]) -> dict[str, Edit]:
    """The edits without those of suggestions that have become orders."""
    done = set(suggestion_ids)
    return {suggestion_id: edit for suggestion_id, edit in edits.items() if suggestion_id not in done}
