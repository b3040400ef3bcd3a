"""Lending one's right to decide, and taking it back: commands, events and handlers in one place.

Belongs here: who may lend what to whom. Does not: what a delegation allows (`delegations.py`, `deciding.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inventory_core.access.model import Actor, Person
from inventory_core.access.sign_in import sender_of
from inventory_core.approvals.delegations import Delegation
from inventory_core.approvals.model import APPROVING_ROLES
from inventory_core.commands import Command
from inventory_core.decisions import Decided
from inventory_core.errors import Malformed, Refused
from inventory_core.identifiers import check_name, login_of
from inventory_core.instants import check_utc, for_people
from inventory_core.records import digest
from inventory_core.storage.ports import Reader


class UnableToDelegate(Refused):
    """The right is not the sender's to lend, or there is nobody to lend it to."""


class UnableToRevokeDelegation(Refused):
    """There is no such delegation, or it is not the sender's."""


@dataclass(frozen=True, kw_only=True)
class DelegateApproval(Command):
    """From `from_at` until before `to_at`, let `delegate` decide for the sender where these roles are asked.

    An admin of the whole company may do it for somebody else, `delegator`.
    """

    delegate: str
    roles: tuple[str, ...]
    from_at: datetime
    to_at: datetime
    delegator: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        login_of(self.delegate)
        if self.delegator is not None:
            login_of(self.delegator)
        if not self.roles or len(set(self.roles)) != len(self.roles) or not set(self.roles) <= set(APPROVING_ROLES):
            known = ", ".join(APPROVING_ROLES)
            raise Malformed(f"roles must be one or more of {known}, each once, not {', '.join(self.roles) or 'none'}")
        check_utc(self.from_at, name="from_at")
        check_utc(self.to_at, name="to_at")
        if self.from_at >= self.to_at:
            raise Malformed(f"to_at must be after from_at, not {for_people(self.to_at)}")


@dataclass(frozen=True, kw_only=True)
class RevokeDelegation(Command):
    """End a delegation at once."""

    delegation_id: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_name(self.delegation_id, name="delegation_id")


@dataclass(frozen=True, kw_only=True)
class ApprovalDelegated:
    """A person's right to decide was lent for a time."""

    delegation_id: str
    delegator: str
    delegate: str
    roles: tuple[str, ...]
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, kw_only=True)
class DelegationRevoked:
    """A delegation ended before its time."""

    delegation_id: str


def delegate_approval(command: DelegateApproval, store: Reader) -> Decided:
    """A delegation whose id comes from the key."""
    actor = sender_of(command, store)
    delegator = _active_person(command.delegator or actor.actor_id, store)
    delegate = _active_person(command.delegate, store)
    if delegator.login != actor.actor_id and not _is_admin(actor):
        raise UnableToDelegate(f"{actor.actor_id} cannot lend what is {delegator.login}'s: ask him, or an admin")
    if delegator.login == delegate.login:
        raise UnableToDelegate(f"{delegate.login} decides for himself already: name somebody else")
    missing = [role for role in command.roles if role not in delegator.roles]
    if missing:
        raise UnableToDelegate(
            f"{delegator.login} does not hold {' and '.join(missing)} himself, and what was lent to him "
            "cannot be lent on: name roles that he holds"
        )
    if command.to_at <= command.at:
        raise UnableToDelegate(f"it would be over since {for_people(command.to_at)}: pass a later to_at")
    return Decided(
        ApprovalDelegated(
            delegation_id=f"delegation_{digest(command.own_key)[:12]}",
            delegator=delegator.login,
            delegate=delegate.login,
            roles=command.roles,
            from_at=command.from_at,
            to_at=command.to_at,
        )
    )


def revoke_delegation(command: RevokeDelegation, store: Reader) -> Decided:
    """An ended delegation; nothing happens when it was revoked before."""
    actor = sender_of(command, store)
    found = known_delegation(command.delegation_id, store)
    if found is None:
        raise UnableToRevokeDelegation(f"there is no delegation {command.delegation_id}")
    if found.delegator != actor.actor_id and not _is_admin(actor):
        raise UnableToRevokeDelegation(f"{actor.actor_id} cannot revoke what {found.delegator} lent: ask him")
    return Decided() if found.revoked_at else Decided(DelegationRevoked(delegation_id=found.delegation_id))


def known_delegation(delegation_id: str, store: Reader) -> Delegation | None:
    """The delegation of that id."""
    return next((one for one in store.delegations() if one.delegation_id == delegation_id), None)


def _is_admin(actor: Actor) -> bool:
    return "admin" in actor.roles and not actor.is_scoped


def _active_person(login: str, store: Reader) -> Person:
    person = store.person(login_of(login))
    if person is None or person.is_disabled:
        state = "is disabled" if person else "has no account"
        raise UnableToDelegate(f"{login} {state}: name somebody who can sign in")
    return person
