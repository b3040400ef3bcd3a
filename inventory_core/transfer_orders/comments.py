"""What people say about an order. It changes nothing of the order itself, so it does not count in its version.

Belongs here: a comment as it is kept, and the event. Does not: the command (`commands.py`), who is told
(`handlers.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class TransferOrderCommented:
    """Somebody said something about an order; `tell` are those who took part in it before him."""

    transfer_order_id: str
    text: str
    commented_by: str
    tell: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OrderComment:
    """A comment, by the journal entry that recorded it."""

    entry_sequence: int
    transfer_order_id: str
    at: datetime
    commented_by: str
    text: str
