"""People, their roles and tokens, as values. Passwords stand in `passwords.py`, permissions in `permissions.py`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from inventory_core.errors import Malformed
from inventory_core.identifiers import check_name

ROLES = ("viewer", "planner", "supervisor", "finance", "warehouse", "admin")
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Actor:
    """Who sends a command, with what he may at that moment. None is no limit; an empty set leaves nothing at all.

    Made of a person, and of the token through which he acts where there is one. `commands` are names of commands;
    `is_narrowed` says that the token allows less than the person.
    """

    actor_id: str
    roles: tuple[str, ...]
    warehouse_ids: frozenset[str] | None = None
    shop_ids: frozenset[str] | None = None
    commands: frozenset[str] | None = None
    token_id: str | None = None
    is_narrowed: bool = False

    @property
    def is_scoped(self) -> bool:
        """Whether he sees only a part of the company; what concerns all of it is not for him then."""
        return self.warehouse_ids is not None or self.shop_ids is not None

    def may_see_warehouse(self, warehouse_id: str) -> bool:
        """Whether the warehouse is in his scope."""
        return self.warehouse_ids is None or warehouse_id in self.warehouse_ids

    def may_see_shop(self, shop_id: str) -> bool:
        """Whether the shop is in his scope; for reading, until there are commands about shops (`scope.py`)."""
        return self.shop_ids is None or shop_id in self.shop_ids


# The person or job at the machine itself: the daily job, `diaobo user`. Whoever holds the company's folder or the
# database's URL could write the file anyway, so a password would only be theater; the journal says "operator".
# It may set up people, rules and the catalog, never draft or decide an order. No person can have this login or role.
OPERATOR = Actor("operator", ("operator",))


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person with an account. A login is never given twice and never changes, so it is the identifier too.

    No `warehouse_ids` means all warehouses, no `shop_ids` all shops: the small company says nothing.
    """

    login: str
    name: str
    email: str | None = None
    roles: tuple[str, ...]
    language: str = "en"
    is_disabled: bool = False
    warehouse_ids: tuple[str, ...] = ()
    shop_ids: tuple[str, ...] = ()

    @property
    def person_id(self) -> str:
        """What commands and the journal call the person."""
        return self.login

    @property
    def actor(self) -> Actor:
        """The person as the sender of a command."""
        return Actor(
            self.login,
            self.roles,
            warehouse_ids=frozenset(self.warehouse_ids) if self.warehouse_ids else None,
            shop_ids=frozenset(self.shop_ids) if self.shop_ids else None,
        )

    @property
    def sets_up(self) -> bool:
        """Whether he could let others in: an admin of the whole company whose account is open."""
        return "admin" in self.roles and not self.is_disabled and not self.actor.is_scoped


@dataclass(frozen=True, kw_only=True)
class Token:
    """A script's key to act as a person. Its text is shown once; only a hash of it is kept (`passwords.py`).

    Empty `roles`, `warehouse_ids` and `commands` narrow nothing; it never allows more than its person may now.
    """

    token_id: str
    login: str
    label: str
    issued_at: datetime
    is_revoked: bool = False
    roles: tuple[str, ...] = ()
    warehouse_ids: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    expires_at: datetime | None = None
    issued_by: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether it allows less than its person."""
        return bool(self.roles or self.warehouse_ids or self.commands or self.expires_at)

    def is_usable(self, at: datetime) -> bool:
        """Whether it opens anything at that instant."""
        return not self.is_revoked and (self.expires_at is None or at < self.expires_at)

    def narrowed(self, actor: Actor) -> Actor:
        """Its person as the token lets him act: what both allow."""
        warehouse_ids = actor.warehouse_ids
        if self.warehouse_ids:
            own = frozenset(self.warehouse_ids)
            warehouse_ids = own if warehouse_ids is None else own & warehouse_ids
        return replace(
            actor,
            roles=tuple(role for role in actor.roles if not self.roles or role in self.roles),
            warehouse_ids=warehouse_ids,
            commands=frozenset(self.commands) if self.commands else None,
            token_id=self.token_id,
            is_narrowed=self.is_narrowed,
        )


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What proves a person's identity, and how often a proof failed. Never part of the journal."""

    login: str
    password_hash: str
    failed_sign_ins: int = 0
    locked_until: datetime | None = None


def check_roles(roles: tuple[str, ...]) -> None:
    """Raise Malformed unless there is at least one role and each is known and named once."""
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles or len(set(roles)) != len(roles):
        raise Malformed(f"roles must be one or more of {', '.join(ROLES)}, each once, not {', '.join(roles) or 'none'}")


def check_ids(ids: tuple[str, ...], *, name: str) -> None:
    """Raise Malformed unless each identifier is a name and stands there once."""
    for one in ids:
        check_name(one, name=name)
    if len(set(ids)) != len(ids):
        raise Malformed(f"{name} must be named once each, not {', '.join(ids)}")


def check_language(language: str) -> None:
    """Raise Malformed unless the screens speak that language."""
    if language not in LANGUAGES:
        raise Malformed(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}")
