"""One round of delivering what is due. Senders are passed in, time too: nothing here knows a network or a clock.

A try is written down before it is made: a worker that dies in the middle leaves a message that is tried again after
`LEASE`, and two workers never try one key at once. So each message is told at least once, under the same id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inventory_core.instants import check_utc
from inventory_core.outbox.model import TRIES_BEFORE_PARKING, Message, MessageState, wait_after
from inventory_core.storage.ports import Storage

# Longer than any sender's time limit, so that a second worker does not tell what the first one is telling.
LEASE = timedelta(minutes=5)

Sender = Callable[[Message], None]


class UnableToDeliver(Exception):
    """A sender could not tell the message; it is tried again later."""


@dataclass(frozen=True, kw_only=True)
class DeliveryRound:
    """What one round did: counts of messages."""

    delivered_count: int = 0
    failed_count: int = 0
    parked_count: int = 0


def deliver_due(storage: Storage, senders: Mapping[str, Sender], *, at: datetime, limit: int = 1_000) -> DeliveryRound:
    """Tell what is due at that instant, each key's messages in their order, until nothing is or `limit` is reached.

    `senders` by channel; messages of channels without one wait. Anything that a sender raises counts as a failed try.
    """
    check_utc(at, name="at")
    counts = dict.fromkeys((MessageState.DELIVERED, MessageState.PENDING, MessageState.PARKED), 0)
    for _ in range(limit):
        message = _claim(storage, senders, at)
        if message is None:
            break
        after = _tell(message, senders[message.channel], at)
        with storage.writing() as store:
            current = store.message(message.message_number)
            # a person may have discarded it, and after the lease another worker may have tried it again
            if current is not None and (current.state, current.tries) == (MessageState.PENDING, message.tries):
                store.save_message(after)
        counts[after.state] += 1
    return DeliveryRound(
        delivered_count=counts[MessageState.DELIVERED],
        failed_count=counts[MessageState.PENDING],
        parked_count=counts[MessageState.PARKED],
    )


def _claim(storage: Storage, senders: Mapping[str, Sender], at: datetime) -> Message | None:
    with storage.writing() as store:
        message = store.due_message(channels=list(senders), at=at)
        if message is None:
            return None
        claimed = replace(message, tries=message.tries + 1, next_try_at=at + LEASE)
        store.save_message(claimed)
        return claimed


def _tell(message: Message, sender: Sender, at: datetime) -> Message:
    try:
        sender(message)
    except Exception as error:  # noqa: BLE001 - kept with the message; one broken sender must not stop the others
        words = f"{type(error).__name__}: {error}"[:2_000]
        if message.tries >= TRIES_BEFORE_PARKING:
            return replace(message, state=MessageState.PARKED, last_error=words)
        return replace(message, next_try_at=at + wait_after(message.tries), last_error=words)
    return replace(message, state=MessageState.DELIVERED, delivered_at=at, last_error="")
