"""The outbox as SQL; `sql_store.py` inherits it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from inventory_core.instants import instant_from_text, instant_text
from inventory_core.outbox.model import Message, MessageState
from inventory_core.records import plain
from inventory_core.storage import stock_tables
from inventory_core.storage.sql_statements import SqlStatements, is_one_of, texts

_OPEN = (MessageState.PENDING.value, MessageState.PARKED.value)


_TABLE = stock_tables.outbox_messages
_MESSAGES = select(_TABLE).order_by(_TABLE.c.message_number)
_MESSAGES_OF_STATE = _MESSAGES.where(_TABLE.c.state == bindparam("state"))
_MESSAGE = select(_TABLE).where(_TABLE.c.message_number == bindparam("message_number"))
_LAST_NUMBER = select(func.coalesce(func.max(_TABLE.c.message_number), 0))
_DUE_MESSAGE = _MESSAGES.where(
    _TABLE.c.message_number.in_(
        select(func.min(_TABLE.c.message_number))
        .where(or_(*(_TABLE.c.state == state for state in _OPEN)))
        .group_by(_TABLE.c.key)
    ),
    _TABLE.c.state == MessageState.PENDING.value,
    _TABLE.c.next_try_at <= bindparam("at"),
    is_one_of(_TABLE.c.channel, "channels"),
).limit(1)


class SqlOutbox(SqlStatements):
    """The outbox's part of a `Writer`."""

    def messages(self, *, state: MessageState | None = None) -> list[Message]:
        """See `LedgerReader`."""
        found = self._rows(_MESSAGES) if state is None else self._rows(_MESSAGES_OF_STATE, state=state.value)
        return [_message_of(row) for row in found]

    def message(self, message_number: int) -> Message | None:
        """See `LedgerReader`."""
        found = self._rows(_MESSAGE, message_number=message_number)
        return _message_of(found[0]) if found else None

    def last_message_number(self) -> int:
        """See `LedgerReader`."""
        return int(self._value(_LAST_NUMBER))

    def due_message(self, *, channels: Collection[str], at: datetime) -> Message | None:
        """See `LedgerReader`."""
        found = self._rows(_DUE_MESSAGE, channels=texts(channels), at=instant_text(at))
        return _message_of(found[0]) if found else None

    def append_messages(self, messages: Sequence[Message]) -> None:
        """See `LedgerWriter`."""
        self._insert(_TABLE, [plain(message) for message in messages])

    def save_message(self, message: Message) -> None:
        """See `LedgerWriter`."""
        self._put(_TABLE, plain(message))


def _message_of(row: dict[str, Any]) -> Message:
    instants = ("written_at", "next_try_at", "delivered_at")
    read = {name: None if row[name] is None else instant_from_text(row[name]) for name in instants}
    return Message(**{**row, **read, "state": MessageState(row["state"])})
