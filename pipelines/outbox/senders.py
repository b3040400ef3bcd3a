"""Which sender each channel of the company has, in lanes: what shares a receiver waits for it together, nobody else.

Belongs here: joining settings, people and secrets into senders. Does not: sending (`people.py`, `files.py`), when
(`worker.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inventory_core.access.model import Person
from inventory_core.bootstrap import Core
from inventory_core.outbox.delivery import Sender, UnableToDeliver
from inventory_core.outbox.model import DESTINATION, ORIGIN, PEOPLE, SHOPS, Message
from pipelines.company import Company
from pipelines.outbox.files import WritingFiles
from pipelines.outbox.people import Addressing, Clock, Notifying, group_channel, mail_channel
from pipelines.outbox.secrets import UnableToFindAddress, find_url, without_secrets
from pipelines.outbox.settings import Address

Lanes = dict[str, dict[str, Sender]]


@dataclass(frozen=True, kw_only=True)
class Unreachable:
    """The sender of a channel whose address is not there: says so at every try."""

    reason: str

    def __call__(self, message: Message) -> None:
        """Raises: UnableToDeliver."""
        raise UnableToDeliver(self.reason)


@dataclass(frozen=True, kw_only=True)
class Discreet:
    """A sender whose failures are told without the secrets of any channel."""

    sender: Sender
    urls: tuple[str, ...]

    def __call__(self, message: Message) -> None:
        """Raises: UnableToDeliver for whatever the sender raises."""
        try:
            self.sender(message)
        except Exception as error:  # noqa: BLE001 - any error's words may repeat an address
            kind = "" if isinstance(error, UnableToDeliver) else f"{type(error).__name__}: "
            words = without_secrets(f"{kind}{error}", self.urls)
        else:
            return
        raise UnableToDeliver(words)  # outside of the handler: no traceback leads back to the address


def company_lanes(company: Company, core: Core, *, environ: Mapping[str, str], clock: Clock) -> Lanes:
    """The senders of every channel that the company has set up, by lane."""
    lanes: Lanes = {}
    if company.notifications.are_configured:
        people = core.queries.people()
        lanes[PEOPLE] = {
            PEOPLE: Addressing(core=core, notifications=company.notifications, clock=clock),
        }
        lanes |= _people_lanes(company, people, environ=environ)
    if company.outbox_folder is not None:
        for channel in (ORIGIN, DESTINATION, SHOPS):
            lanes[channel] = {channel: WritingFiles(folder=company.outbox_folder)}
    return lanes


def _people_lanes(company: Company, people: list[Person], *, environ: Mapping[str, str]) -> Lanes:
    notifications = company.notifications
    found: dict[str, str | UnableToFindAddress] = {}

    def look_up(name: str, address: Address) -> None:
        try:
            found[name] = find_url(address, folder=company.folder, environ=environ)
        except UnableToFindAddress as error:
            found[name] = error

    for group in notifications.groups:
        look_up(group.name, group.address)
    if notifications.mail is not None:
        look_up("mail", notifications.mail)
    urls = tuple(url for url in found.values() if isinstance(url, str))
    names = {person.login: person.name for person in people}

    def sender(name: str, language: str, email: str | None = None) -> Sender:
        url = found[name]
        if not isinstance(url, str):
            return Unreachable(reason=f"{name}: {url}")
        return Discreet(
            sender=Notifying(
                name=name, url=url, language=language, app_url=notifications.app_url, names=names, email=email
            ),
            urls=urls,
        )

    lanes: Lanes = {
        group_channel(group.name): {group_channel(group.name): sender(group.name, group.language)}
        for group in notifications.groups
    }
    if notifications.mail is not None:
        lanes["mail"] = {
            mail_channel(person.login): sender("mail", person.language, person.email)
            for person in people
            if person.email and not person.is_disabled
        }
    return lanes
