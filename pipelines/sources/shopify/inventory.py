"""Available quantities told to Shopify, safe against being told twice or from old knowledge.

Belongs here: `inventorySetQuantities` and what Shopify answers. Does not: which quantity is right and when it is sent
(the core's outbox). `expected` is what we believe Shopify shows now: where it is not, someone sold or counted in
between, and the caller reads anew before it writes. The key makes a repeated message one message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.sources.errors import UnexpectedAnswer, field_of
from pipelines.sources.shopify import queries
from pipelines.sources.shopify.client import Shop

MOST_QUANTITIES = 250  # Shopify's limit of one list
REASON = "correction"
STALE = ("CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE")


@dataclass(frozen=True)
class LevelChange:
    """One item at one location: what it shall be, and what we believe it is. Without a belief it is overwritten."""

    inventory_item_id: str
    location_id: str
    units: int
    expected: int | None

    def __post_init__(self) -> None:
        if self.units < 0:
            raise ValueError(f"{self.inventory_item_id}: {self.units} units cannot be offered")


@dataclass(frozen=True)
class LevelRefusal:
    """One thing that Shopify did not like; `is_stale` when the belief was wrong. Nothing of the message was done."""

    position: int | None
    code: str
    message: str

    @property
    def is_stale(self) -> bool:
        """Whether reading anew and trying again helps."""
        return self.code in STALE


def set_available(shop: Shop, changes: Sequence[LevelChange], *, key: str, document: str) -> tuple[LevelRefusal, ...]:
    """Sets available quantities, all or none; empty when all were set.

    `key` is the message's own (the outbox's); `document` says in Shopify's history where the change comes from.
    """
    if not 0 < len(changes) <= MOST_QUANTITIES:
        raise ValueError(f"{len(changes)} quantities: one message holds 1 to {MOST_QUANTITIES}")
    variables = {
        "key": key,
        "input": {
            "name": "available",
            "reason": REASON,
            "referenceDocumentUri": document,
            "quantities": [
                {
                    "inventoryItemId": change.inventory_item_id,
                    "locationId": change.location_id,
                    "quantity": change.units,
                    "changeFromQuantity": change.expected,
                }
                for change in changes
            ],
        },
    }
    data = shop.ask("setQuantities", queries.SET_QUANTITIES, variables)
    payload = field_of(data, "inventorySetQuantities")
    if payload is None:
        raise UnexpectedAnswer("setQuantities: Shopify answers neither a change nor an error")
    return tuple(
        LevelRefusal(_position(error.get("field")), str(error.get("code") or ""), str(error.get("message") or ""))
        for error in field_of(payload, "userErrors")
    )


def _position(field: list[str] | None) -> int | None:
    """Which of the changes an error is about: Shopify names `input, quantities, 3, ...`."""
    return next((int(step) for step in field or () if step.isdigit()), None)
