"""What a person lent to others and others to him, as it is read, and the dates of a delegation, understood.

Belongs here: rows and choices. Does not: who may lend what (the core).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app_streamlit.i18n import Language
from app_streamlit.i18n.words import DELEGATION_STATES, roles_in_words, who, word
from inventory_core.access.model import Person
from inventory_core.approvals.delegations import Delegation
from inventory_core.approvals.model import APPROVING_ROLES


def can_delegate_to(people: Iterable[Person], *, but: Person) -> dict[str, str]:
    """Names by login of everybody else whose account is open."""
    return {one.login: one.name for one in people if not one.is_disabled and one.login != but.login}


def own_roles(person: Person) -> list[str]:
    """The roles that the person could lend."""
    return [role for role in APPROVING_ROLES if role in person.roles]


def instants_of(first: date, last: date, *, time_zone: str) -> tuple[datetime, datetime]:
    """From the beginning of the first day until the end of the last one, on the clocks of the zone."""
    zone = ZoneInfo(time_zone)
    begins, ends = (datetime.combine(day, time(), tzinfo=zone) for day in (first, last + timedelta(days=1)))
    return begins.astimezone(UTC), ends.astimezone(UTC)


def state(one: Delegation, *, at: datetime) -> str:
    """One of `DELEGATION_STATES`."""
    if one.revoked_at is not None:
        return "revoked"
    if at >= one.to_at:
        return "over"
    return "in_force" if one.holds_at(at) else "to_come"


def given(delegations: Iterable[Delegation], *, person: Person) -> list[Delegation]:
    """What the person lent, the newest first."""
    return _newest(one for one in delegations if one.delegator == person.login)


def received(delegations: Iterable[Delegation], *, person: Person) -> list[Delegation]:
    """What was lent to the person, the newest first."""
    return _newest(one for one in delegations if one.delegate == person.login)


def _newest(delegations: Iterable[Delegation]) -> list[Delegation]:
    return sorted(delegations, key=lambda one: (one.from_at, one.delegation_id), reverse=True)


def words(one: Delegation, *, whom: str, people: Mapping[str, str], text: Language, time_zone: str) -> str:
    """One delegation in one line; `whom` is the login of the other person."""
    return text(
        "{name}: {roles}, {first} to {last}",
        name=who(whom, people, text),
        roles=roles_in_words(one.roles, text),
        first=text.instant(one.from_at, time_zone=time_zone).removesuffix(f" ({time_zone})"),
        last=text.instant(one.to_at, time_zone=time_zone),
    )


def state_words(one: Delegation, *, at: datetime, text: Language) -> str:
    """The state of a delegation."""
    return word(text, DELEGATION_STATES, state(one, at=at))
