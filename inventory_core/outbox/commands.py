"""What happens to a message beside being told: command, event and handler in one place while there are three of each.

`people` is no receiver but many. So its messages are addressed first: each becomes one message for each group or person
that must be told, tried, parked and kept in order by itself. It is recorded, because numbers of messages are replayed.
"""

from __future__ import annotations

from dataclasses import dataclass

from inventory_core.commands import Command
from inventory_core.decisions import Decided
from inventory_core.errors import Malformed, Refused
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
class AddressMessage(Command):
    """Turn a message into one for each of these channels below its own (`people/purchasing`, `people/mail/sam`)."""

    message_number: int
    channels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MessageReleased:
    """The message is tried again from the beginning."""

    message_number: int


@dataclass(frozen=True, kw_only=True)
class MessageDiscarded:
    """The message is never told."""

    message_number: int


@dataclass(frozen=True, kw_only=True)
class MessageAddressed:
    """The message is done; its copies are told instead, in the order of the channels."""

    message_number: int
    channels: tuple[str, ...]


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


def address(command: AddressMessage, store: Reader) -> Decided:
    """Once, and only to channels below the message's own, so that nobody can be told under another's name."""
    message = _message(command, store)
    if message.state is not MessageState.PENDING:
        raise UnableToChangeMessage(f"message {command.message_number} is {message.state} already")
    strange = [channel for channel in command.channels if not channel.startswith(f"{message.channel}/")]
    if strange or not command.channels or len(set(command.channels)) < len(command.channels):
        raise Malformed(
            f"channels must be one or more below {message.channel}/, each once, "
            f"not {', '.join(command.channels) or 'none'}"
        )
    return Decided(MessageAddressed(message_number=message.message_number, channels=command.channels))


def _message(command: ReleaseMessage | DiscardMessage | AddressMessage, store: Reader) -> Message:
    message = store.message(command.message_number)
    if message is None:
        raise UnableToChangeMessage(f"there is no message {command.message_number}")
    return message
