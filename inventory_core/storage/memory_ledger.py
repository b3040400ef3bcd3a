"""The fake's part for stock, receiving and the outbox."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from inventory_core.outbox.model import Message, MessageState
from inventory_core.receiving.model import ReceiptCount, ReceivingRule, Resolution
from inventory_core.stock_ledger.model import PlaceKind, RecordedMovement, Reservation, StockKey, changes


class MemoryLedger:
    """Movements in a list, balances in a dictionary."""

    def __init__(self) -> None:
        """Empty."""
        self._movements: list[RecordedMovement] = []
        self._balances: dict[StockKey, int] = {}
        self._reservations: dict[str, tuple[Reservation, ...]] = {}
        self._opened: dict[str, datetime] = {}
        self._receiving_rules: list[ReceivingRule] = []
        self._receipt_counts: list[ReceiptCount] = []
        self._messages: dict[int, Message] = {}
        self._resolutions: list[Resolution] = []

    def balances(
        self,
        *,
        place_kind: PlaceKind | None = None,
        place_id: str | None = None,
        skus: Collection[str] | None = None,
    ) -> dict[StockKey, int]:
        """See `LedgerReader`."""
        return {
            key: units
            for key, units in self._balances.items()
            if units
            and place_kind in (None, key.place.place_kind)
            and place_id in (None, key.place.place_id)
            and (skus is None or key.sku in skus)
        }

    def movements(self) -> list[RecordedMovement]:
        """See `LedgerReader`."""
        return list(self._movements)

    def reservations(
        self, *, warehouse_id: str | None = None, skus: Collection[str] | None = None
    ) -> list[Reservation]:
        """See `LedgerReader`."""
        found = [
            one
            for reservations in self._reservations.values()
            for one in reservations
            if warehouse_id in (None, one.warehouse_id) and (skus is None or one.sku in skus)
        ]
        return sorted(found, key=lambda one: (one.transfer_order_id, one.sku))

    def opened_warehouses(self) -> dict[str, datetime]:
        """See `LedgerReader`."""
        return dict(self._opened)

    def append_movements(self, movements: Sequence[RecordedMovement]) -> None:
        """See `LedgerWriter`."""
        self._movements += movements
        for key, units in changes(one.movement for one in movements).items():
            self._balances[key] = self._balances.get(key, 0) + units

    def replace_reservations(self, transfer_order_id: str, reservations: Sequence[Reservation]) -> None:
        """See `LedgerWriter`."""
        self._reservations[transfer_order_id] = tuple(reservations)

    def save_opened_warehouse(self, warehouse_id: str, at: datetime) -> None:
        """See `LedgerWriter`."""
        self._opened[warehouse_id] = at

    def receiving_rules(self) -> list[ReceivingRule]:
        """See `LedgerReader`."""
        return list(self._receiving_rules)

    def receipt_counts(self, *, transfer_order_id: str | None = None) -> list[ReceiptCount]:
        """See `LedgerReader`."""
        return [one for one in self._receipt_counts if transfer_order_id in (None, one.transfer_order_id)]

    def resolutions(self, *, transfer_order_id: str | None = None) -> list[Resolution]:
        """See `LedgerReader`."""
        return [one for one in self._resolutions if transfer_order_id in (None, one.transfer_order_id)]

    def replace_receiving_rules(self, rules: Sequence[ReceivingRule]) -> None:
        """See `LedgerWriter`."""
        self._receiving_rules = list(rules)

    def append_receipt_counts(self, counts: Sequence[ReceiptCount]) -> None:
        """See `LedgerWriter`."""
        self._receipt_counts += counts

    def append_resolution(self, resolution: Resolution) -> None:
        """See `LedgerWriter`."""
        self._resolutions.append(resolution)

    def messages(self, *, state: MessageState | None = None) -> list[Message]:
        """See `LedgerReader`."""
        return [message for message in self._messages.values() if state in (None, message.state)]

    def message(self, message_number: int) -> Message | None:
        """See `LedgerReader`."""
        return self._messages.get(message_number)

    def last_message_number(self) -> int:
        """See `LedgerReader`."""
        return max(self._messages, default=0)

    def due_message(self, *, channels: Collection[str], at: datetime) -> Message | None:
        """See `LedgerReader`."""
        seen: set[str] = set()
        for message in self._messages.values():
            if message.state in (MessageState.PENDING, MessageState.PARKED) and message.key not in seen:
                seen.add(message.key)
                is_due = message.state is MessageState.PENDING and message.next_try_at <= at
                if is_due and message.channel in channels:
                    return message
        return None

    def append_messages(self, messages: Sequence[Message]) -> None:
        """See `LedgerWriter`."""
        self._messages |= {message.message_number: message for message in messages}

    def save_message(self, message: Message) -> None:
        """See `LedgerWriter`."""
        self._messages[message.message_number] = message
