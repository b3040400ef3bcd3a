"""What became of an order since somebody looked at it, told from its journal entries.

An order's version counts its entries, those of `UNCOUNTED_EVENTS` apart, so the state that a person saw is the fold of
the first ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from inventory_core.instants import for_people
from inventory_core.journal import Entry
from inventory_core.records import read_record
from inventory_core.transfer_orders.fold import ORDER_EVENTS, UNCOUNTED_EVENTS, apply_to_order
from inventory_core.transfer_orders.model import TransferOrder, UnableToApplyEvent, differences


def what_changed_since(version: int, *, order: TransferOrder, entries: Sequence[Entry]) -> str:
    """One sentence for the second writer: who changed what since `version`. `entries` are all of the order's."""
    told = [entry for entry in entries if entry.event_type not in UNCOUNTED_EVENTS]
    if not 1 <= version < len(told):
        return f"{order.document_number} has version {order.version}, not {version}: read it again"
    newer = told[version:]
    who = ", ".join(dict.fromkeys(entry.actor_id for entry in newer))
    return (
        f"{order.document_number} was changed by {who} at {for_people(newer[-1].at)} since you read it "
        f"(you had version {version}, it has {order.version} now): "
        f"{'; '.join(differences(fold(told[:version]), order))}. Read it again and decide anew"
    )


def fold(entries: Sequence[Entry]) -> TransferOrder:
    """The order after these entries, which begin with its draft.

    Raises: UnableToApplyEvent when they do not.
    """
    order: TransferOrder | None = None
    for entry in entries:
        order = apply_to_order(order, read_record(ORDER_EVENTS[entry.event_type], entry.payload), entry)
    if order is None:
        raise UnableToApplyEvent("no entries, no order")
    return order
