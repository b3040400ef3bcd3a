"""The outbox as it is read: what waits to be told, what nobody could be told. Sending is `inventory_core/outbox`."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pandas as pd

from app_streamlit.i18n import Language
from app_streamlit.i18n.words import CHANNELS, MESSAGE_KINDS, MESSAGE_STATES, word
from inventory_core.outbox.model import Message, MessageState

LIMIT = 500
UNTOLD = (MessageState.PARKED, MessageState.PENDING)


def untold(messages: Iterable[Message]) -> list[Message]:
    """What was not told yet: parked first, then the oldest."""
    found = [message for message in messages if message.state in UNTOLD]
    return sorted(found, key=lambda one: (one.state is not MessageState.PARKED, one.message_number))


def rows(messages: Iterable[Message], *, text: Language, time_zone: str) -> pd.DataFrame:
    """The first `LIMIT`, one row per message."""
    return pd.DataFrame(
        [
            {
                "message_number": message.message_number,
                "state": word(text, MESSAGE_STATES, message.state.value),
                "channel": word(text, CHANNELS, message.channel),
                "kind": word(text, MESSAGE_KINDS, message.kind),
                "about": about(message),
                "tries": message.tries,
                "written_at": text.instant(message.written_at, time_zone=time_zone),
                "next_try_at": text.instant(message.next_try_at, time_zone=time_zone)
                if message.state is MessageState.PENDING
                else "",
                "last_error": message.last_error,
            }
            for message in list(messages)[:LIMIT]
        ]
    )


def about(message: Message) -> str:
    """The order that the message is about, else the key that keeps its messages in their order."""
    return str(json.loads(message.payload).get("document_number") or message.key)


def words(message: Message, text: Language) -> str:
    """In one line, for lists to choose from."""
    state, kind = word(text, MESSAGE_STATES, message.state.value), word(text, MESSAGE_KINDS, message.kind)
    return f"{message.message_number} · {state} · {word(text, CHANNELS, message.channel)} · {kind} · {about(message)}"
