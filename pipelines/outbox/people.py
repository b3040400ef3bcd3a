"""People: who is told a message, by which channels, and one notification through Apprise.

Belongs here: addressing (`people` becomes one message for each group and each person's mail) and sending. Does not:
the text (`message_text.py`), the addresses (`secrets.py`), trying again (the core).

Apprise takes half a second to import and much more to load its plugins, so it comes with the first notification.
"""

from __future__ import annotations

import json
import logging
import threading
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from inventory_core.access.model import OPERATOR, Person
from inventory_core.bootstrap import Core
from inventory_core.outbox.commands import AddressMessage, DiscardMessage
from inventory_core.outbox.delivery import UnableToDeliver
from inventory_core.outbox.model import PEOPLE, Message
from pipelines.outbox.message_text import text_of
from pipelines.outbox.settings import MAIL_SCHEMES, OPEN_SCHEMES, Notifications

MAIL = f"{PEOPLE}/mail/"
LONGEST_WORDS = 500
Clock = Callable[[], datetime]


def group_channel(name: str) -> str:
    """What the outbox calls a group of company.toml."""
    return f"{PEOPLE}/{name}"


def mail_channel(login: str) -> str:
    """What the outbox calls a person's own mail."""
    return f"{MAIL}{login}"


def told_people(payload: Mapping[str, Any], people: Sequence[Person]) -> tuple[Person, ...]:
    """Whom a message is for: the logins that it names, else whoever holds one of its roles; disabled people never."""
    active = [person for person in people if not person.is_disabled]
    if "tell" in payload:
        return tuple(person for person in active if person.login in payload["tell"])
    return tuple(person for person in active if set(person.roles) & set(payload.get("roles") or ()))


def channels_of(
    kind: str, payload: Mapping[str, Any], *, people: Sequence[Person], notifications: Notifications
) -> tuple[str, ...]:
    """Every channel that must tell the message: groups that want it, then the mail of each person it is for.

    A group stands for its roles. A message that names nobody is for every group that wants its kind.
    """
    told = told_people(payload, people)
    roles = {role for person in told for role in person.roles} | set(payload.get("roles") or ())
    groups = [
        group_channel(group.name)
        for group in notifications.groups
        if (not group.kinds or kind in group.kinds) and (not roles or not group.roles or roles & set(group.roles))
    ]
    mails = [mail_channel(person.login) for person in told if person.email] if notifications.mail else []
    return (*groups, *mails)


def unreached_roles(roles: Iterable[str], *, people: Sequence[Person], notifications: Notifications) -> list[str]:
    """Those of the roles that no request for approval reaches."""

    def reaches(role: str) -> bool:
        request = {"roles": [role]}
        return bool(channels_of("approval_requested", request, people=people, notifications=notifications))

    return sorted(role for role in roles if not reaches(role))


@dataclass(frozen=True, kw_only=True)
class Addressing:
    """The sender of `people`: turns a message into one for each channel, or discards it when nobody can hear it."""

    core: Core
    notifications: Notifications
    clock: Clock

    def __call__(self, message: Message) -> None:
        """One command of the core, which also marks the message as done: a crash leaves both or none."""
        at = self.clock()
        if at - message.written_at > timedelta(days=self.notifications.keep_days):
            self._discard(message, at, f"older than {self.notifications.keep_days} days before anybody could be told")
            return
        channels = channels_of(
            message.kind,
            json.loads(message.payload),
            people=self.core.queries.people(),
            notifications=self.notifications,
        )
        if not channels:
            self._discard(message, at, "nobody can be told: no group wants it, and nobody it is for has a mail address")
            return
        self.core.execute(
            AddressMessage(
                actor_id=OPERATOR.actor_id,
                at=at,
                idempotency_key=f"address-{message.message_id}",
                message_number=message.message_number,
                channels=channels,
            )
        )

    def _discard(self, message: Message, at: datetime, reason: str) -> None:
        self.core.execute(discarding(message, at=at, reason=reason))


def discarding(message: Message, *, at: datetime, reason: str) -> DiscardMessage:
    """The worker's own command to give up a message, recorded with its reason."""
    return DiscardMessage(
        actor_id=OPERATOR.actor_id,
        at=at,
        idempotency_key=f"discard-{message.message_id}",
        reason=reason,
        message_number=message.message_number,
    )


@dataclass(frozen=True, kw_only=True)
class Notifying:
    """The sender of one channel: one notification to one address in one language."""

    name: str
    url: str
    language: str
    app_url: str | None
    names: Mapping[str, str]
    email: str | None = None

    def __call__(self, message: Message) -> None:
        """Raises: UnableToDeliver, in Apprise's words; whoever calls takes secrets out of them (`senders.py`)."""
        title, body = text_of(
            message.kind, json.loads(message.payload), language=self.language, app_url=self.app_url, names=self.names
        )
        with _apprise_words() as words:
            notifier = _notifier(addressed_url(self.url, message_id=message.message_id, email=self.email))
            if notifier is None:
                raise UnableToDeliver(
                    f"{self.name}: its address is no URL that Apprise can use {_joined(words)}".strip()
                )
            if not notifier.notify(title=title, body=body, body_format="text"):
                raise UnableToDeliver(f"{self.name}: not taken: {_joined(words) or 'no reason was given'}")


def addressed_url(url: str, *, message_id: str, email: str | None) -> str:
    """The URL for one message: mail goes to one person as plain text; own systems are told the key to apply it once.

    >>> addressed_url("mailto://mx.example.com?from=a@example.com", message_id="outbox-7", email="sam@example.com")
    'mailto://mx.example.com?from=a%40example.com&to=sam%40example.com&format=text&%2BX-Diaobo-Message=outbox-7'
    >>> addressed_url("json://wms.example.com/hook", message_id="outbox-7", email=None)
    'json://wms.example.com/hook?%3Amessage_id=outbox-7'
    """
    scheme, _, rest = url.partition("://")
    more: list[tuple[str, str]] = []
    if scheme in MAIL_SCHEMES and email is not None:
        more = [("to", email), ("format", "text"), ("+X-Diaobo-Message", message_id)]
    elif scheme in OPEN_SCHEMES:
        more = [(":message_id", message_id)]
    if not more:
        return url
    path, _, query = rest.partition("?")
    replaced = {key for key, _ in more}
    kept = [pair for pair in urllib.parse.parse_qsl(query, keep_blank_values=True) if pair[0] not in replaced]
    return f"{scheme}://{path}?{urllib.parse.urlencode([*kept, *more])}"


def _notifier(url: str) -> Any:
    import apprise

    # No pictures from elsewhere. The service itself and not Apprise's collection of services, which sends in threads of
    # its own, where nobody can tell whose words are logged.
    asset = apprise.AppriseAsset(app_id="Diaobo", app_desc="Diaobo", image_url_mask="")
    return apprise.Apprise.instantiate(url, asset=asset)


class _Words(logging.Filter):
    """Takes what Apprise says while this thread sends, before any log gets it: its lines may hold secrets."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = threading.local()

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep a warning for the thread that caused it; nothing goes on to a log."""
        lines = getattr(self.kept, "lines", None)
        if lines is None:
            return True  # not ours
        if record.levelno >= logging.WARNING:
            lines.append(record.getMessage())
        return False


_words = _Words()


@contextmanager
def _apprise_words() -> Iterator[list[str]]:
    """The lines that Apprise logs inside the block, which go nowhere else."""
    logging.getLogger("apprise").addFilter(_words)  # once, however often it is added
    _words.kept.lines = lines = []
    try:
        yield lines
    finally:
        _words.kept.lines = None


def _joined(lines: Sequence[str]) -> str:
    return " ".join(" ".join(lines).split())[:LONGEST_WORDS]
