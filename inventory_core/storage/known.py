"""What a writer remembers of the state, so that the next one need not ask the database again.

All of it follows from the journal, so it is true as long as the journal ends with the entry at which it was learned: a
transaction asks for that entry first, and starts with nothing when another process has written since. What the journal
does not tell of (credentials, the state of messages) is never kept here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from inventory_core.journal import Entry
from inventory_core.transfer_orders.model import TransferOrder

Answer = TypeVar("Answer")

# About 50 MB of orders at the most
_MAXIMUM_ORDERS, _MAXIMUM_LINES = 100, 50_000


@dataclass
class Known:
    """State as of an entry. A transaction changes a copy, which the storage takes over when it was committed."""

    last_entry: Entry | None = None
    _orders: dict[str, TransferOrder] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)  # by document number
    _answers: dict[object, Any] = field(default_factory=dict)

    def as_of(self, last_entry: Entry | None) -> Known:
        """A copy to change, empty unless it is the state as of that entry."""
        if last_entry is None or last_entry != self.last_entry:
            return Known(last_entry)
        return Known(last_entry, dict(self._orders), dict(self._ids), dict(self._answers))

    def order(self, reference: str) -> TransferOrder | None:
        """The order of that id or document number, if it is known."""
        return self._orders.get(self._ids.get(reference, reference))

    def learn_order(self, order: TransferOrder) -> None:
        """Keep an order as it is now, and forget the ones that nobody asked for the longest."""
        self._orders.pop(order.transfer_order_id, None)
        self._orders[order.transfer_order_id] = order
        self._ids[order.document_number] = order.transfer_order_id
        while len(self._orders) > 1 and not self._fits():
            forgotten = self._orders.pop(next(iter(self._orders)))
            del self._ids[forgotten.document_number]

    def _fits(self) -> bool:
        lines = sum(len(one.lines) * (1 + len(one.shipments)) for one in self._orders.values())
        return len(self._orders) <= _MAXIMUM_ORDERS and lines <= _MAXIMUM_LINES

    def answer(self, question: object, ask: Callable[[], Answer]) -> Answer:
        """The answer that was given before, else the one that `ask` gives."""
        if question not in self._answers:
            self._answers[question] = ask()
        answer: Answer = self._answers[question]
        return answer

    def forget_answers(self) -> None:
        """Something was written that answers may rest on."""
        self._answers.clear()
