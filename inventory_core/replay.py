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
from inventory_core.storage.ports import Reader, Writer


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
    _rebuild_settings(told, store)
    _rebuild_records(told, store)


def _rebuild_settings(told: Reader, store: Writer) -> None:
    """What is replaced as a whole, or stands under its own identifier: writing it again changes nothing."""
    for warehouse_id, at in told.opened_warehouses().items():
        store.save_opened_warehouse(warehouse_id, at)
    store.save_products(told.products().values(), removed_skus=())
    store.replace_approval_rules(told.approval_rules())
    store.save_approval_policy(told.approval_policy())
    for delegation in told.delegations():
        store.save_delegation(delegation)
    store.replace_receiving_rules(told.receiving_rules())
    for person in told.people():
        store.save_person(person)
    for token in told.tokens():
        store.save_token(token)


def _rebuild_records(told: Reader, store: Writer) -> None:
    """What is only ever added to: it is whole where there is any of it."""
    if not store.comments():
        for comment in told.comments():
            store.append_comment(comment)
    if not store.movements():
        store.append_movements(told.movements())
    if not store.receipt_counts():
        store.append_receipt_counts(told.receipt_counts())
    if not store.resolutions():
        for resolution in told.resolutions():
            store.append_resolution(resolution)
    if not store.messages():
        store.append_messages([replace(one, state=MessageState.DISCARDED) for one in told.messages()])
