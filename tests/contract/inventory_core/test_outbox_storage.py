"""The outbox in any storage: heads of keys are due in order, and states are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from inventory_core.outbox.model import Message, MessageState
from inventory_core.storage.ports import Storage
from tests.contract.inventory_core.test_storage import ENTRY, ODD_AT

MESSAGE = Message(
    message_number=1,
    entry_sequence=1,
    channel="people",
    kind="approved",
    key="people/to_1",
    payload='{"a":"调拨"}',
    written_at=ODD_AT,
    next_try_at=ODD_AT,
)


def test_the_head_of_each_key_is_due_when_its_time_has_come(storage: Storage) -> None:
    second = replace(MESSAGE, message_number=2)
    other = replace(MESSAGE, message_number=3, key="origin/to_1", channel="origin")
    later = replace(MESSAGE, message_number=10, key="people/to_2", next_try_at=ODD_AT + timedelta(microseconds=1))
    with storage.writing() as store:
        assert (store.last_message_number(), store.due_message(channels=["people"], at=ODD_AT)) == (0, None)
        store.append_entry(ENTRY)
        store.append_messages([MESSAGE, second])
        store.append_messages([other, later])
    with storage.writing() as store:
        assert store.messages() == [MESSAGE, second, other, later]
        assert store.last_message_number() == 10
        assert store.due_message(channels=["people", "origin"], at=ODD_AT) == MESSAGE
        assert store.due_message(channels=["origin"], at=ODD_AT) == other
        assert store.due_message(channels=[], at=ODD_AT) is None
        assert store.due_message(channels=["people"], at=ODD_AT - timedelta(microseconds=1)) is None
        parked = replace(MESSAGE, state=MessageState.PARKED, tries=10, last_error="x")
        store.save_message(parked)
        assert store.due_message(channels=["people"], at=ODD_AT) is None, "a parked message holds its key"
        assert store.messages(state=MessageState.PARKED) == [parked]
        store.save_message(replace(parked, state=MessageState.DISCARDED))
        assert store.due_message(channels=["people"], at=ODD_AT) == second
        store.save_message(replace(second, state=MessageState.DELIVERED, delivered_at=ODD_AT))
        assert store.due_message(channels=["people"], at=later.next_try_at) == later
        assert store.message(2) == replace(second, state=MessageState.DELIVERED, delivered_at=ODD_AT)
        assert store.message(4) is None
