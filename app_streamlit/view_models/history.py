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
    roles_in_words,
    who,
    word,
)
from app_streamlit.view_models.orders import by_rule_words
from inventory_core.journal import Entry
from inventory_core.transfer_orders.model import TransferOrder

LIMIT = 500  # entries; carriers can tell hundreds of things about one order
NAMED_LINES = 3
TELLS_THE_PLAN = frozenset(
    {
        "TransferOrderDrafted",
        "TransferOrderChanged",
        "TransferOrderRestCancelled",
        "ShipmentPlanned",
        "ShipmentDispatched",
        "DiscrepancyResolved",
    }
)


def history_rows(
    entries: Iterable[Entry],
    *,
    order: TransferOrder,
    people: Mapping[str, str],
    text: Language,
    time_zone: str,
    is_plan_hidden: bool = False,
) -> pd.DataFrame:
    """The newest `LIMIT` entries, the newest first: event, details, person, roles, time, reason.

    Without details of the plan where it `is_plan_hidden` (`blind.py`).
    """
    newest = sorted(entries, key=lambda entry: entry.sequence, reverse=True)[:LIMIT]
    return pd.DataFrame(
        [
            {
                "event": word(text, ORDER_EVENTS, entry.event_type),
                "details": ""
                if is_plan_hidden and entry.event_type in TELLS_THE_PLAN
                else details(entry, order=order, people=people, text=text, time_zone=time_zone),
                "actor": who(entry.actor_id, people, text),
                "roles": roles_in_words(entry.roles, text),
                "at": text.instant(entry.at, time_zone=time_zone),
                "reason": entry.reason,
            }
            for entry in newest
        ]
    )


def details(entry: Entry, *, order: TransferOrder, people: Mapping[str, str], text: Language, time_zone: str) -> str:
    """What the event says beside its name; empty where the name says it all."""
    told: dict[str, Any] = json.loads(entry.payload)
    numbers = {shipment.shipment_id: shipment.shipment_number for shipment in order.shipments}
    number = numbers.get(str(told.get("shipment_id")))
    parts = [f"S{number}"] if number else []
    match entry.event_type:
        case "TransferOrderDrafted" | "TransferOrderChanged" | "TransferOrderRestCancelled":
            parts.append(_lines(told["lines"], text))
        case "ShipmentPlanned" | "ShipmentDispatched":
            parts += [told["transport"]["waybill"], _lines(told["lines"], text)]
        case "TransferOrderStepApproved" | "TransferOrderRejected":
            parts += _authority(told, people, text)
        case "ApprovalReminded" | "ApprovalEscalated":
            names = [who(login, people, text) for login in told["request"]["tell"]]
            parts.append(text("told: {names}", names=_few(names, text)) if names else text("nobody could be told"))
        case "TransferOrderApprovedByRule":
            parts.append(by_rule_words(text))
        case "TransferOrderCommented":
            parts.append(" ".join(told["text"].split()))
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


def _authority(told: dict[str, Any], people: Mapping[str, str], text: Language) -> list[str]:
    """As what it was decided and for whom; older journals do not say."""
    role, lender = told.get("decided_as"), told.get("decided_for")
    said = [text("as {role}", role=word(text, ROLES, role))] if role else []
    return [*said, text("for {name}", name=who(lender, people, text))] if lender else said


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
