"""What people may do about a parked message: command, event and handler in one place while there are two of each."""

from __future__ import annotations

from dataclasses import dataclass

from inventory_core.commands import Command
from inventory_core.decisions import Decided
from inventory_core.errors import Refused
from inventory_core.outbox.model import Message, MessageState
from inventory_core.storage.ports import Reader


class UnableToChangeMessage(Refused):
    """There is no such message, or it is not in a state for that."""


@dataclass(frozen=True, kw_only=True)
class ReleaseMessage(Command):
    """Try a parked message again, now that what stopped it is mended."""

    message_number: int


@dataclass(frozen=True, kw_only=True)
class DiscardMessage(Command):
    """Never tell a message that was not told yet, with the reason; those after it go on."""

    reason_is_required = True

    message_number: int


@dataclass(frozen=True, kw_only=True)
class MessageReleased:
    """The message is tried again from the beginning."""

    message_number: int


@dataclass(frozen=True, kw_only=True)
class MessageDiscarded:
    """The message is never told."""

    message_number: int


def release(command: ReleaseMessage, store: Reader) -> Decided:
    """Only a parked message needs it."""
    message = _message(command, store)
    if message.state is not MessageState.PARKED:
        raise UnableToChangeMessage(f"message {command.message_number} is {message.state}, not parked")
    return Decided(MessageReleased(message_number=message.message_number))


def discard(command: DiscardMessage, store: Reader) -> Decided:
    """Whatever was not told yet."""
    message = _message(command, store)
    if message.state not in (MessageState.PARKED, MessageState.PENDING):
        raise UnableToChangeMessage(f"message {command.message_number} is {message.state} already")
    return Decided(MessageDiscarded(message_number=message.message_number))


def _message(command: ReleaseMessage | DiscardMessage, store: Reader) -> Message:
    message = store.message(command.message_number)
    if message is None:
        raise UnableToChangeMessage(f"there is no message {command.message_number}")
    return message
