"""A process of its own that sends random commands about the same orders, for `test_many_processes.py`.

`python worker.py URL RECEIVER NUMBER COUNT`: prints one JSON line per answered command, after the answer. With a
RECEIVER file it delivers messages in between, to a database that applies each message once.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

from inventory_core.bootstrap import open_core
from inventory_core.commands import Command
from inventory_core.errors import Refused
from inventory_core.outbox.delivery import deliver_due
from inventory_core.outbox.model import CHANNELS, Message
from inventory_core.receiving.commands import CloseTransferOrder, CompleteReceiving, CountedUnits, RecordReceipt
from inventory_core.receiving.commands import ResolveDiscrepancy as Resolve
from inventory_core.transfer_orders.commands import (
    ApproveTransferOrder,
    CancelTransferOrder,
    LineToOrder,
    SubmitTransferOrder,
)
from inventory_core.transfer_orders.shipment_commands import DispatchShipment
from inventory_core.transfer_orders.shipments import ShipmentUnits
from tests.core_builders import AT, draft

ORDER_COUNT = 50


def commands(number: int) -> Iterator[Command]:
    """Endless commands of the sender of that number, the same at every run."""
    chance = random.Random(number)  # noqa: S311 - no secret
    for turn in range(10_000_000):
        key = f"sender-{number}-{turn}"
        at = AT + timedelta(seconds=turn)
        reference = {"transfer_order_id": f"TO-2026-{chance.randint(1, ORDER_COUNT):05d}"}
        units = chance.randint(1, 9)

        def who(actor_id: str, key: str = key, at: Any = at) -> dict[str, Any]:
            return {"actor_id": actor_id, "at": at, "idempotency_key": key, "reason": "so it is"}

        shipment = {"shipment_id": f"{reference['transfer_order_id']}-S{chance.randint(1, 2)}"}
        lines = (ShipmentUnits(sku="CHAIR", units=units),)
        counts = (CountedUnits(code=chance.choice(["CHAIR", "CHAIR", "LAMP"]), units=units),)
        difference = {"sku": "CHAIR", "kind": "short", "units": units, "resolution": "lost"}
        yield chance.choice(
            (
                draft(key=key, at=at, lines=(LineToOrder(sku="CHAIR", units=units * 3),)),
                SubmitTransferOrder(**who("pia"), **reference),
                SubmitTransferOrder(**who("pia"), **reference),
                ApproveTransferOrder(**who("sam"), **reference),
                ApproveTransferOrder(**who("sam"), **reference),
                DispatchShipment(**who("wim"), **reference, waybill=key, lines=lines),
                DispatchShipment(**who("wim"), **reference, waybill=key, lines=lines),
                RecordReceipt(**who("wim"), **reference, **shipment, counts=counts),
                RecordReceipt(**who("wim"), **reference, **shipment, counts=counts),
                CompleteReceiving(**who("wim"), **reference, **shipment),
                Resolve(**who("sam"), **reference, **shipment, **difference),
                CancelTransferOrder(**who("pia"), **reference),
                CloseTransferOrder(**who("pia"), **reference),
            )
        )


def receiver(file: str) -> Any:
    """Applies each message once, by its id, and counts how often it heard it."""

    def hear(message: Message) -> None:
        with closing(sqlite3.connect(file, timeout=60)) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS heard (message_id TEXT PRIMARY KEY, times INTEGER)")
            connection.execute(
                "INSERT INTO heard VALUES (?, 1) ON CONFLICT (message_id) DO UPDATE SET times = times + 1",
                (message.message_id,),
            )

    return hear


def main(url: str, receiver_file: str, number: int, count: int) -> None:
    """Sends `count` commands."""
    senders = dict.fromkeys(CHANNELS, receiver(receiver_file)) if receiver_file else {}
    with open_core(url) as core:
        for turn, command in zip(range(count), commands(number), strict=False):
            try:
                answer = "again" if core.execute(command).was_done_before else "done"
            except Refused as refusal:
                answer = type(refusal).__name__
            print(json.dumps([command.idempotency_key, answer]), flush=True)
            if senders:
                deliver_due(core.storage, senders, at=AT + timedelta(hours=number, seconds=turn), limit=2)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
