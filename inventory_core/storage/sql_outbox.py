"""The outbox as SQL; `sql_store.py` inherits it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from inventory_core.instants import instant_from_text, instant_text
from inventory_core.outbox.model import Message, MessageState
from inventory_core.records import plain
from inventory_core.storage import stock_tables
from inventory_core.storage.sql_statements import SqlStatements

_OPEN = (MessageState.PENDING.value, MessageState.PARKED.value)


class SqlOutbox(SqlStatements):
    """The outbox's part of a `Writer`."""

    def messages(self, *, state: MessageState | None = None) -> list[Message]:
        """See `LedgerReader`."""
        table = stock_tables.outbox_messages
        statement = select(table).order_by(table.c.message_number)
        if state is not None:
            statement = statement.where(table.c.state == state.value)
        return [_message_of(row) for row in self._rows(statement)]

    def message(self, message_number: int) -> Message | None:
        """See `LedgerReader`."""
        table = stock_tables.outbox_messages
        found = self._rows(select(table).where(table.c.message_number == message_number))
        return _message_of(found[0]) if found else None

    def last_message_number(self) -> int:
        """See `LedgerReader`."""
        last = select(func.coalesce(func.max(stock_tables.outbox_messages.c.message_number), 0))
        return self._connection.execute(last).scalar_one()

    def due_message(self, *, channels: Collection[str], at: datetime) -> Message | None:
        """See `LedgerReader`."""
        table = stock_tables.outbox_messages
        heads = select(func.min(table.c.message_number)).where(table.c.state.in_(_OPEN)).group_by(table.c.key)
        due = (
            select(table)
            .where(
                table.c.message_number.in_(heads),
                table.c.state == MessageState.PENDING.value,
                table.c.next_try_at <= instant_text(at),
                table.c.channel.in_(list(channels)),
            )
            .order_by(table.c.message_number)
            .limit(1)
        )
        found = self._rows(due)
        return _message_of(found[0]) if found else None

    def append_messages(self, messages: Sequence[Message]) -> None:
        """See `LedgerWriter`."""
        self._insert(stock_tables.outbox_messages, [plain(message) for message in messages])

    def save_message(self, message: Message) -> None:
        """See `LedgerWriter`."""
        self._put(stock_tables.outbox_messages, plain(message))


def _message_of(row: dict[str, Any]) -> Message:
    instants = ("written_at", "next_try_at", "delivered_at")
    read = {name: None if row[name] is None else instant_from_text(row[name]) for name in instants}
    return Message(**{**row, **read, "state": MessageState(row["state"])})
