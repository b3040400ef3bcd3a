"""State from the journal alone: everything that is stored beside it is the fold of its events.

Belongs here: replaying, and rebuilding tables that a migration made. Does not: comparing (`verification.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from inventory_core.journal import Entry
from inventory_core.outbox.model import MessageState
from inventory_core.projection import EVENT_TYPES, project
from inventory_core.records import read_record
from inventory_core.storage.memory import MemoryStore
from inventory_core.storage.ports import Writer


def replay_entry(entry: Entry, store: Writer) -> None:
    """Apply one entry.

    Raises: KeyError for an unknown kind of event, UnableToApplyEvent, ValueError for an unreadable payload.
    """
    project(read_record(EVENT_TYPES[entry.event_type], entry.payload), entry, store)


def replayed(entries: Iterable[Entry]) -> MemoryStore:
    """The state that these entries tell."""
    store = MemoryStore()
    for entry in entries:
        replay_entry(entry, store)
    return store


def rebuild(store: Writer) -> None:
    """Fill tables that a migration made empty with what the journal tells. What is filled already stays.

    Messages of the past are marked as discarded: nobody wants to be told now what happened long ago.
    """
    told = replayed(store.journal())
    for order in told.transfer_orders():
        store.save_transfer_order(order, before=store.transfer_order(order.transfer_order_id))
        reservations = [one for one in told.reservations() if one.transfer_order_id == order.transfer_order_id]
        store.replace_reservations(order.transfer_order_id, reservations)
    for warehouse_id, at in told.opened_warehouses().items():
        store.save_opened_warehouse(warehouse_id, at)
    store.save_products(told.products().values(), removed_skus=())
    store.replace_approval_rules(told.approval_rules())
    store.save_approval_policy(told.approval_policy())
    for delegation in told.delegations():
        store.save_delegation(delegation)
    if not store.comments():
        for comment in told.comments():
            store.append_comment(comment)
    store.replace_receiving_rules(told.receiving_rules())
    if not store.movements():
        store.append_movements(told.movements())
    if not store.receipt_counts():
        store.append_receipt_counts(told.receipt_counts())
    if not store.resolutions():
        for resolution in told.resolutions():
            store.append_resolution(resolution)
    if not store.messages():
        store.append_messages([replace(one, state=MessageState.DISCARDED) for one in told.messages()])
