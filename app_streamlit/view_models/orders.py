"""Orders: the list, one order's lines, approvals and history, as they are read.

Belongs here: rows made of what the core answers. Does not: reading or commanding the core (`app_streamlit/actions.py`),
what a person may do (the core's `permitted_commands`). Orders come live from the core, never from the marts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

import pandas as pd

from app_streamlit.i18n import Language, marked
from app_streamlit.i18n.words import MODES, ORDER_STATUSES, ROLES, place, roles_in_words, who, word
from app_streamlit.view_models.deciding import Decider
from app_streamlit.view_models.query import Query
from app_streamlit.view_models.shipments import matching, planned_units
from inventory_core.access.model import Actor
from inventory_core.approvals.model import BY_RULE, ApprovalStep
from inventory_core.receiving.model import discrepancies, what_keeps_it_open
from inventory_core.transfer_orders.model import OrderLine, Status, TransferOrder
from inventory_core.transfer_orders.shipments import ShipmentStatus

STATUS_CHOICES = ("waiting", "all", *(status.value for status in Status))
STATUS_COLORS = {
    "draft": "gray",
    "submitted": "orange",
    "approved": "green",
    "rejected": "red",
    "cancelled": "gray",
    "picking": "blue",
    "in_transit": "blue",
    "receiving": "violet",
    "closed": "green",
}
DECISIONS = {"approved": marked("Approved"), "rejected": marked("Rejected")}


def titles(skus: Iterable[str]) -> Query:
    """Titles of products, one row per sku."""
    return Query("select sku, title from marts.dim_products where list_contains(?, sku)", (tuple(skus),))


def waiting_for(orders: Iterable[TransferOrder], decider: Decider) -> list[TransferOrder]:
    """The orders that he can decide now, for himself or for somebody who lent him the right."""
    return [order for order in orders if decider.signatures(order)]


def of_status(orders: Iterable[TransferOrder], choice: str, decider: Decider) -> list[TransferOrder]:
    """The orders of one of `STATUS_CHOICES`, the newest first."""
    if choice == "waiting":
        found = waiting_for(orders, decider)
    else:
        found = [order for order in orders if choice in ("all", order.status.value)]
    return sorted(found, key=lambda order: (order.document_year, order.document_sequence), reverse=True)


def status_word(choice: str, text: Language) -> str:
    """A choice of the list in words."""
    if choice == "waiting":
        return text("Waiting for me")
    return text("All") if choice == "all" else word(text, ORDER_STATUSES, choice)


def order_rows(
    orders: Iterable[TransferOrder], *, people: Mapping[str, str], text: Language, hidden: Collection[str] = ()
) -> pd.DataFrame:
    """The list: one row per order; without units and value where the plan of that id is `hidden` (`blind.py`)."""
    return pd.DataFrame(
        [
            {
                "document_number": order.document_number,
                "status": word(text, ORDER_STATUSES, order.status.value),
                "lane": f"{order.origin_id} → {order.destination_id} · {word(text, MODES, order.mode)}",
                "ship_date": order.ship_date,
                "arrival_date": order.arrival_date,
                "line_count": len(order.lines),
                "units": None if order.transfer_order_id in hidden else order.units,
                "value_amount": None
                if order.value is None or order.transfer_order_id in hidden
                else float(order.value.amount),
                "waiting_for": roles_in_words(order.waiting_for_roles, text),
                "drafted_by": who(order.drafted_by, people, text),
            }
            for order in orders
        ]
    )


def out_of_scope_words(order: TransferOrder, actor: Actor, text: Language) -> str:
    """Why he may not open it."""
    return text(
        "{order} goes from {origin} to {destination}, and you are responsible for {warehouses} only. "
        "An administrator can widen your scope.",
        order=order.document_number,
        origin=order.origin_id,
        destination=order.destination_id,
        warehouses=", ".join(sorted(actor.warehouse_ids or ())) or "–",
    )


def lane_words(order: TransferOrder, *, warehouses: Mapping[str, str], text: Language) -> str:
    """Origin → destination · mode."""
    origin = place(warehouses.get(order.origin_id), order.origin_id)
    destination = place(warehouses.get(order.destination_id), order.destination_id)
    return f"{origin} → {destination} · {word(text, MODES, order.mode)}"


def shown_lines(order: TransferOrder, *, needle: str = "") -> list[OrderLine]:
    """The lines that a page shows: the first ones that hold the needle."""
    wanted = set(matching((line.sku for line in order.lines), needle))
    return [line for line in order.lines if line.sku in wanted]


def open_points(order: TransferOrder, text: Language) -> list[str]:
    """What has to happen before a shipped order can be closed; nothing for one that is not on its way."""
    if order.status not in (Status.IN_TRANSIT, Status.RECEIVING):
        return []
    rest = sum(units for units in order.open_units().values() if units > 0)
    planned = sum(one.status is ShipmentStatus.PLANNED and any(planned_units(one)) for one in order.shipments)
    way = sum(one.in_transit_units for one in order.shipments if one.is_under_way)
    unexplained = sum(one.open_units for one in discrepancies(order))
    found = [
        (rest, text("{units} units have not left: dispatch them, or cancel the rest.", units=text.number(rest))),
        (planned, text("A shipment is planned: dispatch or cancel it.")),
        (way, text("{units} units are on their way or not counted to the end.", units=text.number(way))),
        (unexplained, text("{units} units differ and have no reason yet.", units=text.number(unexplained))),
    ]
    points = [words for units, words in found if units]
    return points or [text("Nothing is open any more: the order can be closed.")]


def line_rows(lines: Iterable[OrderLine], *, titles: Mapping[str, str], text: Language) -> pd.DataFrame:
    """The lines: the advice beside what was ordered, and the difference where they differ."""
    rows = []
    for line in lines:
        change = None if line.suggested_units is None else line.units - line.suggested_units
        rows.append(
            {
                "sku": line.sku,
                "title": titles.get(line.sku, ""),
                "suggested_units": line.suggested_units,
                "units": line.units,
                "change": "" if not change else f"{'+' if change > 0 else '−'}{text.number(abs(change))}",
                "unit_value_amount": float(line.unit_value.amount) if line.unit_value else None,
                "value_amount": float(line.value.amount) if line.value else None,
            }
        )
    return pd.DataFrame(rows)


def value_words(order: TransferOrder, text: Language) -> str:
    """What the order is worth; before submission it is not valued."""
    amount: Decimal | None = order.value.amount if order.value else None
    if order.value is None:
        return text("valued when submitted") if order.status is Status.DRAFT else "–"
    return text.money(amount, order.value.currency)


def step_rows(order: TransferOrder, *, people: Mapping[str, str], text: Language, time_zone: str) -> pd.DataFrame:
    """The chain of approvals: role, decision (or what it waits for), by whom and for whom, when, why."""
    return pd.DataFrame(
        [
            {
                "role": word(text, ROLES, step.role),
                "decision": _decision_words(step, order, text, time_zone=time_zone),
                "decided_by": who(step.decided_by, people, text),
                "decided_for": who(step.decided_for, people, text),
                "decided_as": word(text, ROLES, step.decided_as) if step.decided_as else "",
                "decided_at": text.instant(step.decided_at, time_zone=time_zone) if step.decided_at else "",
                "reason": by_rule_words(text) if step.decided_by == BY_RULE else step.reason,
                "rules": ", ".join(step.rule_ids),
            }
            for step in order.steps
        ]
    )


def _decision_words(step: ApprovalStep, order: TransferOrder, text: Language, *, time_zone: str) -> str:
    if step.decision:
        return text("Approved by rule") if step.decided_by == BY_RULE else word(text, DECISIONS, step.decision)
    if order.status is not Status.SUBMITTED:
        return text("not decided")
    if step not in order.current_steps:
        return text("waits for its turn")
    if step.escalated_at and step.escalation_role:
        return text("waiting, escalated to {role}", role=word(text, ROLES, step.escalation_role))
    if step.reminded_at:
        return text("waiting, reminded {instant}", instant=text.instant(step.reminded_at, time_zone=time_zone))
    return text("waiting")


def by_rule_words(text: Language) -> str:
    """Why a rule decided instead of a person; the core records it in English."""
    return text("Nobody but the sender could decide, and the company lets the rule decide then.")


def mine_for(order: TransferOrder, decider: Decider, *, people: Mapping[str, str], text: Language) -> str:
    """For whom he would decide, where it is not for himself; empty otherwise."""
    lenders = dict.fromkeys(one.authority.on_behalf_of for one in decider.signatures(order))
    names = ", ".join(who(login, people, text) for login in lenders if login)
    return text("You decide this for {names}.", names=names) if names else ""


def why_not_mine(order: TransferOrder, decider: Decider, text: Language) -> str:
    """Why he cannot decide a submitted order, in words; empty when he can or nothing waits."""
    if order.status is not Status.SUBMITTED or decider.signatures(order):
        return ""
    actor = decider.actor
    roles = roles_in_words(order.waiting_for_roles, text)
    if actor.actor_id in order.contributors:
        return text("You had a hand in this order, so somebody else must decide. It waits for: {roles}.", roles=roles)
    if {one.delegator for one in decider.lent} & set(order.contributors):
        return text(
            "Who lent you the right had a hand in this order, so somebody else must decide. It waits for: {roles}.",
            roles=roles,
        )
    return text("This order waits for: {roles}.", roles=roles)


def is_pointless(command: str, order: TransferOrder) -> bool:
    """Whether a command that roles and status allow would find nothing to do, so that its button only disappoints."""
    return command == "CancelTransferOrder" and order.has_moved() and not any(order.open_units().values())


def is_next_step(command: str, order: TransferOrder) -> bool:
    """Whether a command is what the order waits for: it is not closed while something keeps it open."""
    return command != "CloseTransferOrder" or not what_keeps_it_open(order)


def reason_hint(commands: Iterable[str], text: Language) -> str:
    """What the reason is for, among the commands that are offered."""
    if set(commands) & {"CloseTransferOrder", "ReopenTransferOrder"}:
        return text("Needed to cancel or reopen; welcome otherwise")
    return text("Needed to reject, withdraw or cancel; welcome with an approval")
