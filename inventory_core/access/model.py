"""People, their roles and tokens, as values. Passwords stand in `passwords.py`, permissions in `permissions.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inventory_core.errors import Malformed

ROLES = ("viewer", "planner", "supervisor", "finance", "warehouse", "admin")
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Actor:
    """Who sends a command, with the roles that he holds at that moment."""

    actor_id: str
    roles: tuple[str, ...]


# The person or job at the machine itself: the daily job, `diaobo user`. Whoever holds the company's folder or the
# database's URL could write the file anyway, so a password would only be theater; the journal says "operator".
# It may set up people, rules and the catalog, never draft or decide an order. No person can have this login or role.
OPERATOR = Actor("operator", ("operator",))


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person with an account. A login is never given twice and never changes, so it is the identifier too."""

    login: str
    name: str
    email: str | None = None
    roles: tuple[str, ...]
    language: str = "en"
    is_disabled: bool = False

    @property
    def person_id(self) -> str:
        """What commands and the journal call the person."""
        return self.login

    @property
    def actor(self) -> Actor:
        """The person as the sender of a command."""
        return Actor(self.login, self.roles)


@dataclass(frozen=True, kw_only=True)
class Token:
    """A script's key to act as a person. Its text is shown once; only a hash of it is kept (`passwords.py`)."""

    token_id: str
    login: str
    label: str
    issued_at: datetime
    is_revoked: bool = False


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


def check_language(language: str) -> None:
    """Raise Malformed unless the screens speak that language."""
    if language not in LANGUAGES:
        raise Malformed(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}")
