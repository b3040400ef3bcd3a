"""Whether the record can be trusted: the chain of the journal is whole, and the stored state is what it tells.

Belongs here: finding the first thing that is wrong. Does not: mending it, which is a person's decision.
A tail that was cut off together with the state that it had made shows only by the anchors kept outside (`anchors.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from inventory_core.anchors import Anchor, anchor_break
from inventory_core.bootstrap import Core
from inventory_core.journal import Break, Entry, first_break
from inventory_core.outbox.model import Message, MessageState
from inventory_core.projection import EVENT_TYPES
from inventory_core.replay import replay_entry
from inventory_core.stock_ledger.invariants import broken_invariants
from inventory_core.storage.memory import MemoryStore
from inventory_core.storage.ports import Reader, UnableToReadRow
from inventory_core.transfer_orders.model import UnableToApplyEvent, differences


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was looked at, and the first thing that is wrong."""

    entry_count: int
    first_break: Break | None

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.first_break is None


def verify(core: Core, *, anchors: Sequence[Anchor] = ()) -> Verification:
    """Recompute the chain, compare it with what was anchored outside, replay it and compare the stored state with that.

    Then the units: in the stored state, not one may be missing (`stock_ledger/invariants.py`).
    """
    with core.storage.reading() as store:
        try:
            entries = store.journal()
            return Verification(entry_count=len(entries), first_break=_find_break(entries, store, anchors))
        except UnableToReadRow as error:
            return Verification(entry_count=0, first_break=Break(error.sequence, str(error)))
        except (ValueError, KeyError, TypeError) as error:  # what was written by hand can be of any form
            words = f"a stored row cannot be read: {type(error).__name__}: {error}"
            return Verification(entry_count=0, first_break=Break(None, words))


def _find_break(entries: Sequence[Entry], store: Reader, anchors: Sequence[Anchor]) -> Break | None:
    broken = first_break(entries) or anchor_break(entries, anchors)
    if broken is not None:
        return broken
    handled = store.handled_keys()
    replayed = MemoryStore()
    for entry in entries:
        name = f"entry {entry.sequence} ({entry.event_type})"
        if f"{entry.actor_id}/{entry.idempotency_key}" not in handled:
            return Break(entry.sequence, f"{name} was recorded by no command: nobody sent {entry.idempotency_key}")
        if entry.event_type not in EVENT_TYPES:
            return Break(entry.sequence, f"{name} is of a kind that this program does not know")
        try:
            replay_entry(entry, replayed)
        except (UnableToApplyEvent, ValueError, KeyError, TypeError) as error:
            return Break(entry.sequence, f"{name} cannot have happened: {error}")
    broken = next(_state_breaks(entries, told=replayed, stored=store), None)
    return broken or next((Break(None, words) for words in broken_invariants(store)), None)


def _state_breaks(entries: Sequence[Entry], *, told: Reader, stored: Reader) -> Iterator[Break]:
    """Where the stored state differs from what the journal tells."""
    last_entry_of = {entry.transfer_order_id: entry.sequence for entry in entries if entry.transfer_order_id}
    told_orders = {order.transfer_order_id: order for order in told.transfer_orders()}
    stored_orders = {order.transfer_order_id: order for order in stored.transfer_orders()}
    for order_id in [*told_orders, *(order_id for order_id in stored_orders if order_id not in told_orders)]:
        before, after = told_orders.get(order_id), stored_orders.get(order_id)
        if before is None:
            yield Break(None, f"order {order_id} is stored, but the journal does not tell of it")
        elif after is None:
            yield Break(last_entry_of[order_id], f"{before.document_number} is in the journal, but not stored")
        elif before != after:
            changed = "; ".join(differences(before, after))
            yield Break(
                last_entry_of[order_id],
                f"{after.document_number} is stored otherwise than its last entry left it: {changed}",
            )
    one, other = _records(told), _records(stored)
    for subject in one:
        for key in sorted({*one[subject], *other[subject]}):
            if one[subject].get(key) != other[subject].get(key):
                yield Break(None, f"{subject} {key} is stored otherwise than the journal tells")


def _records(store: Reader) -> dict[str, dict[str, object]]:
    """Everything that is stored beside orders, by what it is and how it is called."""
    return {
        "person": {one.login: one for one in store.people()},
        "token": {one.token_id: one for one in store.tokens()},
        "approval rule": {one.rule_id: one for one in store.approval_rules()},
        "approval policy": {"of the company": store.approval_policy()},
        "delegation": {one.delegation_id: one for one in store.delegations()},
        "comment": {f"of entry {one.entry_sequence}": one for one in store.comments()},
        "receiving rule": {one.warehouse_id: one for one in store.receiving_rules()},
        "product": {**store.products()},
        "warehouse": {**store.warehouses()},
        "lane": {str(lane): lane for lane in store.lanes()},
        "company": {"the company": store.company()},
        "opened warehouse": {**store.opened_warehouses()},
        "balance of": {str(key): units for key, units in store.balances().items()},
        "movement": {f"{one.position} of entry {one.entry_sequence}": one for one in store.movements()},
        "reservation": {f"of {one.sku} for {one.transfer_order_id}": one for one in store.reservations()},
        "count": {f"{one.position} of entry {one.entry_sequence}": one for one in store.receipt_counts()},
        "message": {one.message_id: _untried(one) for one in store.messages()},
        "reason": {f"of entry {one.entry_sequence}": one for one in store.resolutions()},
    }


def _untried(message: Message) -> Message:
    """The message as it was written: how often it was tried is no part of the record."""
    return replace(
        message,
        state=MessageState.PENDING,
        tries=0,
        next_try_at=message.written_at,
        delivered_at=None,
        last_error="",
    )
