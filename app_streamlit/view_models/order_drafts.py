"""What a planner makes of suggestions: the editable table, his changes, and the orders that a selection makes.

Belongs here: edits, grouping, remarks. Does not: which suggestions are listed (`suggestions.py`), the commands
(`app_streamlit/actions.py`), layout (`app_pages/transfer_tab.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from app_streamlit.i18n import Language, is_absent
from app_streamlit.i18n.words import short_lane
from app_streamlit.view_models.rows import Row, rows_of, with_days

EDITABLE = ("is_chosen", "units", "ship_date", "arrival_date")


@dataclass(frozen=True)
class Edit:
    """What a person wants instead of what was advised, for one suggestion."""

    units: int
    ship_date: date
    arrival_date: date
    is_chosen: bool


@dataclass(frozen=True)
class OrderLine:
    """One product of an order to be: the advice, and the run that gave it, beside what is wanted."""

    suggestion_id: str
    suggestion_run_id: str
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


def editable(
    frame: pd.DataFrame, *, edits: Mapping[str, Edit], open_orders: Mapping[str, str], text: Language
) -> pd.DataFrame:
    """The rows of the table with a person's changes put in; index is suggestion_id.

    `frame` is the answer to `suggestions.transfers`; `open_orders` maps suggestion_id to the number of an open order
    that already carries it: such a row is not chosen, whatever was ticked before.
    """
    rows = []
    for advice in rows_of(with_days(frame, "ship_date", "arrival_date")):
        suggestion_id, suggested = advice["suggestion_id"], int(advice["units"])
        edit = edits.get(suggestion_id) or Edit(suggested, advice["ship_date"], advice["arrival_date"], False)
        rows.append(
            {
                "suggestion_id": suggestion_id,
                "is_chosen": edit.is_chosen and suggestion_id not in open_orders,
                "open_order": open_orders.get(suggestion_id, ""),
                "sku": advice["sku"],
                "title": "" if is_absent(advice["title"]) else advice["title"],
                "lane": short_lane(advice, text),
                "suggested_units": suggested,
                "units": edit.units,
                "ship_date": edit.ship_date,
                "arrival_date": edit.arrival_date,
                "value_amount": _scaled(advice["value_amount"], wanted=edit.units, advised=suggested),
                "benefit_amount": float(advice["expected_benefit_amount"]),
            }
        )
    return pd.DataFrame(rows).set_index("suggestion_id")


def _scaled(amount: Any, *, wanted: int, advised: int) -> float | None:
    return None if is_absent(amount) or not advised else float(Decimal(str(amount)) * wanted / advised)


def edits_of(before: pd.DataFrame, after: pd.DataFrame, *, known: Mapping[str, Edit]) -> dict[str, Edit]:
    """What a person changed, by suggestion: `before` is the table that was shown, `after` what came back.

    A new ship date alone moves the arrival by as many days, because the lane takes as long on another day. A cell that
    was emptied leaves the row as it was.
    """
    found = dict(known)
    for old, new in zip(rows_of(before.reset_index()), rows_of(after.reset_index()), strict=True):
        if all(old[column] == new[column] for column in EDITABLE) or any(is_absent(new[column]) for column in EDITABLE):
            continue
        ship, arrival = new["ship_date"], new["arrival_date"]
        if ship != old["ship_date"] and arrival == old["arrival_date"]:
            arrival += ship - old["ship_date"]
        found[new["suggestion_id"]] = Edit(int(new["units"]), ship, arrival, bool(new["is_chosen"]))
    return found


def latest_change(before: Mapping[str, Edit], after: Mapping[str, Edit]) -> str | None:
    """The suggestion that was changed last, to be explained next; None when nothing was."""
    changed = [suggestion_id for suggestion_id, edit in after.items() if before.get(suggestion_id) != edit]
    return changed[-1] if changed else None


def orders_to_be(frame: pd.DataFrame, table: pd.DataFrame) -> list[OrderToBe]:
    """The orders that the chosen rows make: one per lane, mode and ship date; lines by sku.

    `frame` is the answer to `suggestions.transfers`, `table` the edited rows. Where lines want different arrival dates
    the order takes the latest, the only one at which all of it is there. Rows with 0 units or an open order make none.
    """
    groups: dict[tuple[str, str, str, date], OrderToBe] = {}
    for advice, row in sorted(_chosen(frame, table), key=lambda pair: str(pair[1]["sku"])):
        if not row["units"] or row["open_order"]:
            continue
        line = OrderLine(
            suggestion_id=row["suggestion_id"],
            suggestion_run_id=advice["suggestion_run_id"],
            sku=row["sku"],
            suggested_units=int(advice["units"]),
            units=int(row["units"]),
        )
        value = row["value_amount"]
        amount = Decimal(0) if is_absent(value) else Decimal(str(value)).quantize(Decimal("0.01"))
        key = (advice["origin_id"], advice["destination_id"], advice["mode"], row["ship_date"])
        order = groups.get(key) or OrderToBe(*key, row["arrival_date"], (), Decimal(0), advice["value_currency"] or "")
        groups[key] = replace(
            order,
            lines=(*order.lines, line),
            arrival_date=max(order.arrival_date, row["arrival_date"]),
            value_amount=order.value_amount + amount,
        )
    return list(groups.values())


def _chosen(frame: pd.DataFrame, table: pd.DataFrame) -> list[tuple[Row, Row]]:
    """Advice and edited row of each chosen suggestion."""
    advice = {row["suggestion_id"]: row for row in rows_of(frame)}
    return [(advice[row["suggestion_id"]], row) for row in rows_of(table.reset_index()) if row["is_chosen"]]


def remarks(frame: pd.DataFrame, table: pd.DataFrame, text: Language) -> list[str]:
    """What a planner should know about the chosen rows before submitting: one sentence each, nothing is forbidden."""
    chosen = _chosen(frame, table)
    found = [remark for advice, row in chosen for remark in _line_remarks(advice, row, text)]
    wanted: Counter[tuple[str, str]] = Counter()
    available: dict[tuple[str, str], Any] = {}
    for advice, row in chosen:
        key = (advice["origin_id"], row["sku"])
        wanted[key] += int(row["units"])
        available[key] = advice["origin_available_units"]
    for (origin_id, sku), units in wanted.items():
        there = available[origin_id, sku]
        if not is_absent(there) and units > there:
            found.append(
                text(
                    "{sku}: {units} units are wanted from {origin}, which had {available} available.",
                    sku=sku,
                    units=text.number(units),
                    origin=origin_id,
                    available=text.number(there),
                )
            )
    return found


def _line_remarks(advice: Row, row: Row, text: Language) -> list[str]:
    sku, units, order = row["sku"], int(row["units"]), row["open_order"]
    if order:
        return [text("{sku}: {order} is open for it already, so it is not ordered again.", sku=sku, order=order)]
    if not units:
        return [text("{sku}: 0 units make no line.", sku=sku)]
    found = []
    carton = 1 if is_absent(advice["carton_units"]) else int(advice["carton_units"])
    if units % max(carton, 1):
        found.append(
            text("{sku}: {units} units are not whole cartons of {carton}.", sku=sku, units=units, carton=carton)
        )
    days, lead = (row["arrival_date"] - row["ship_date"]).days, advice["lead_time_days"]
    if not is_absent(lead) and days < lead:
        found.append(
            text(
                "{sku}: {days} days from shipping to arrival, but the lane takes {lead}.",
                sku=sku,
                days=text.number(days),
                lead=text.number(lead),
            )
        )
    return found


def forget(edits: Mapping[str, Edit], suggestion_ids: Iterable[str]) -> dict[str, Edit]:
    """The edits without those of suggestions that have become orders."""
    done = set(suggestion_ids)
    return {suggestion_id: edit for suggestion_id, edit in edits.items() if suggestion_id not in done}
