"""The journal of one order as people read it: what, how much, who, when, why.

Belongs here: one sentence per entry, made of what the event recorded. Does not: the order as it is now (`orders.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from app_streamlit.i18n import Language
from app_streamlit.i18n.words import (
    CONDITIONS,
    DISCREPANCY_KINDS,
    MILESTONES,
    ORDER_EVENTS,
    RESOLUTIONS,
    ROLES,
    word,
)
from inventory_core.journal import Entry
from inventory_core.transfer_orders.model import TransferOrder

LIMIT = 500  # entries; carriers can tell hundreds of things about one order
NAMED_LINES = 3


def history_rows(
    entries: Iterable[Entry], *, order: TransferOrder, people: Mapping[str, str], text: Language, time_zone: str
) -> pd.DataFrame:
    """The newest `LIMIT` entries, the newest first: event, details, person, roles, time, reason."""
    newest = sorted(entries, key=lambda entry: entry.sequence, reverse=True)[:LIMIT]
    numbers = {shipment.shipment_id: shipment.shipment_number for shipment in order.shipments}
    return pd.DataFrame(
        [
            {
                "event": word(text, ORDER_EVENTS, entry.event_type),
                "details": details(entry, numbers=numbers, text=text, time_zone=time_zone),
                "actor": people.get(entry.actor_id, entry.actor_id),
                "roles": ", ".join(word(text, ROLES, role) for role in entry.roles),
                "at": text.instant(entry.at, time_zone=time_zone),
                "reason": entry.reason,
            }
            for entry in newest
        ]
    )


def details(entry: Entry, *, numbers: Mapping[str, int], text: Language, time_zone: str) -> str:
    """What the event says beside its name; empty where the name says it all."""
    told: dict[str, Any] = json.loads(entry.payload)
    number = numbers.get(str(told.get("shipment_id")))
    parts = [f"S{number}"] if number else []
    match entry.event_type:
        case "TransferOrderDrafted" | "TransferOrderChanged" | "TransferOrderRestCancelled":
            parts.append(_lines(told["lines"], text))
        case "ShipmentPlanned" | "ShipmentDispatched":
            parts += [told["transport"]["waybill"], _lines(told["lines"], text)]
        case "MilestoneRecorded":
            happened = datetime.fromisoformat(told["occurred_at"])
            parts += [
                word(text, MILESTONES, told["milestone"]),
                text.instant(happened, time_zone=time_zone),
                told["place"],
                told["description"],
            ]
        case "ReceiptRecorded":
            parts.append(_counted(told["lines"], text))
        case "DiscrepancyResolved":
            kind, reason = word(text, DISCREPANCY_KINDS, told["kind"]), word(text, RESOLUTIONS, told["resolution"])
            parts += [f"{told['sku']}: {text.number(told['units'])} {kind} → {reason}", *told["evidence"]]
    return " · ".join(part for part in parts if part)


def _lines(lines: list[dict[str, Any]], text: Language) -> str:
    return _few([f"{text.number(line['units'])} {line['sku']}" for line in lines], text)


def _counted(lines: list[dict[str, Any]], text: Language) -> str:
    found = []
    for line in lines:
        good, damaged = line["good_units"], line["damaged_units"]
        found.append(
            f"{line['sku']}: "
            + ", ".join(
                f"{text.number(units)} {word(text, CONDITIONS, condition)}"
                for units, condition in ((good, "good"), (damaged, "damaged"))
                if units
            )
        )
    return _few(found, text)


def _few(sentences: list[str], text: Language) -> str:
    """The first ones, and how many more there are: an order can have thousands of lines."""
    rest = len(sentences) - NAMED_LINES
    named = ", ".join(sentences[:NAMED_LINES])
    return f"{named}, " + text.counted("{count} more", "{count} more", rest) if rest > 0 else named
