"""How an order's event changes the stored state: the order, its reservations, its records, and what others are told.

Belongs here: everything that follows from one event of an order. Does not: the order's own change
(`transfer_orders/fold.py`), what is told (`outbox/model.py`), movements, which other events have too (`projection.py`).
"""

from __future__ import annotations

from typing import Any

from inventory_core.journal import Entry
from inventory_core.outbox.model import Message, messages_of
from inventory_core.receiving.events import DiscrepancyResolved, ReceiptRecorded
from inventory_core.receiving.model import ReceiptCount, Resolution
from inventory_core.records import canonical_json
from inventory_core.stock_ledger.model import Reservation
from inventory_core.storage.ports import Writer
from inventory_core.transfer_orders.comments import OrderComment, TransferOrderCommented
from inventory_core.transfer_orders.fold import apply_to_order
from inventory_core.transfer_orders.model import TransferOrder


def change_order(event: Any, entry: Entry, store: Writer) -> None:
    """The order after its event, with what it has reserved at its origin."""
    before = store.transfer_order(event.transfer_order_id)
    after = apply_to_order(before, event, entry)
    if after != before:
        store.save_transfer_order(after, before=before)
    if isinstance(event, ReceiptRecorded):
        store.append_receipt_counts(_counts(event, entry))
    if isinstance(event, DiscrepancyResolved):
        store.append_resolution(_resolution(event, entry))
    if isinstance(event, TransferOrderCommented):
        store.append_comment(
            OrderComment(
                entry_sequence=entry.sequence,
                transfer_order_id=event.transfer_order_id,
                at=entry.at,
                commented_by=event.commented_by,
                text=event.text,
            )
        )
    _write_messages(event, entry, before=before, after=after, store=store)
    wanted = after.open_units()
    if wanted != (before.open_units() if before else {}):
        store.replace_reservations(
            after.transfer_order_id,
            [
                Reservation(
                    transfer_order_id=after.transfer_order_id, warehouse_id=after.origin_id, sku=sku, units=units
                )
                for sku, units in wanted.items()
                if units > 0
            ],
        )


def _counts(event: ReceiptRecorded, entry: Entry) -> list[ReceiptCount]:
    return [
        ReceiptCount(
            entry_sequence=entry.sequence,
            position=position,
            receipt_id=event.receipt_id,
            transfer_order_id=event.transfer_order_id,
            shipment_id=event.shipment_id,
            at=entry.at,
            counted_by=entry.actor_id,
            **vars(count),
        )
        for position, count in enumerate(event.counts, start=1)
    ]


def _resolution(event: DiscrepancyResolved, entry: Entry) -> Resolution:
    return Resolution(
        entry_sequence=entry.sequence,
        transfer_order_id=event.transfer_order_id,
        shipment_id=event.shipment_id,
        at=entry.at,
        resolved_by=entry.actor_id,
        sku=event.sku,
        kind=event.kind,
        units=event.units,
        resolution=event.resolution,
        evidence=event.evidence,
        note=entry.reason,
    )


def _write_messages(
    event: Any, entry: Entry, *, before: TransferOrder | None, after: TransferOrder, store: Writer
) -> None:
    """What others must be told, in the same transaction; messages of one order to one channel keep their order."""
    told = list(messages_of(event, before=before, after=after))
    if not told:
        return
    last = store.last_message_number()
    store.append_messages(
        [
            Message(
                message_number=number,
                entry_sequence=entry.sequence,
                channel=channel,
                kind=kind,
                key=f"{channel}/{after.transfer_order_id}",
                payload=canonical_json(content),
                written_at=entry.at,
                next_try_at=entry.at,
            )
            for number, (channel, kind, content) in enumerate(told, start=last + 1)
        ]
    )
