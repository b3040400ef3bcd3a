"""What the core asks of its storage about stock, receiving and the outbox; `ports.py` joins it to the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from inventory_core.outbox.model import Message, MessageState
from inventory_core.receiving.model import ReceiptCount, ReceivingRule, Resolution
from inventory_core.stock_ledger.model import PlaceKind, RecordedMovement, Reservation, StockKey


class LedgerReader(Protocol):
    """Questions about stock."""

    def balances(
        self,
        *,
        place_kind: PlaceKind | None = None,
        place_id: str | None = None,
        skus: Collection[str] | None = None,
    ) -> dict[StockKey, int]:
        """Balances that are not zero: all, or of those places and products."""

    def movements(self) -> list[RecordedMovement]:
        """All movements, as they happened."""

    def reservations(
        self, *, warehouse_id: str | None = None, skus: Collection[str] | None = None
    ) -> list[Reservation]:
        """All reservations, or those of a warehouse and of products, by order and sku."""

    def opened_warehouses(self) -> dict[str, datetime]:
        """Warehouses whose stock the ledger keeps, with the instant since when."""

    def skus_of_codes(self, codes: Collection[str]) -> dict[str, tuple[str, ...]]:
        """By code, in order, the products on which scanners read it; unknown codes are left out."""

    def receiving_rules(self) -> list[ReceivingRule]:
        """In the order in which they were set."""

    def receipt_counts(self, *, transfer_order_id: str | None = None) -> list[ReceiptCount]:
        """Everything that was counted, or for one order, as it happened."""

    def resolutions(self, *, transfer_order_id: str | None = None) -> list[Resolution]:
        """Every reason that was given, or for one order, as it happened."""

    def messages(self, *, state: MessageState | None = None) -> list[Message]:
        """All messages of the outbox, or those of one state, by number."""

    def message(self, message_number: int) -> Message | None:
        """The message of that number."""

    def last_message_number(self) -> int:
        """The last number given; 0 when there is none."""

    def due_message(self, *, channels: Collection[str], at: datetime) -> Message | None:
        """The earliest pending message of these channels whose time has come and that is the first of its key.

        A message that is parked still holds its key.
        """


class LedgerWriter(LedgerReader, Protocol):
    """Changes of stock."""

    def append_movements(self, movements: Sequence[RecordedMovement]) -> None:
        """Add to the ledger, and to the balances by the same units."""

    def replace_reservations(self, transfer_order_id: str, reservations: Sequence[Reservation]) -> None:
        """These are all that the order has reserved; none releases everything."""

    def save_opened_warehouse(self, warehouse_id: str, at: datetime) -> None:
        """Remember that the ledger keeps this warehouse's stock."""

    def replace_receiving_rules(self, rules: Sequence[ReceivingRule]) -> None:
        """These and no others, in this order."""

    def append_receipt_counts(self, counts: Sequence[ReceiptCount]) -> None:
        """Add what a receipt counted."""

    def append_resolution(self, resolution: Resolution) -> None:
        """Add a reason."""

    def append_messages(self, messages: Sequence[Message]) -> None:
        """Add to the outbox."""

    def save_message(self, message: Message) -> None:
        """Replace the message of that number."""
