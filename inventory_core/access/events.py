"""What happened to people and tokens. No event holds a password, a token or a hash of one: the journal is exported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class PersonAdded:
    """An account was made."""

    login: str
    name: str
    email: str | None
    roles: tuple[str, ...]
    language: str
    warehouse_ids: tuple[str, ...] = ()
    shop_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PersonChanged:
    """What an account says and allows became this."""

    login: str
    name: str
    email: str | None
    roles: tuple[str, ...]
    language: str
    warehouse_ids: tuple[str, ...]
    shop_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PersonDisabled:
    """An account was closed."""

    login: str


@dataclass(frozen=True, kw_only=True)
class PersonEnabled:
    """A closed account was opened again."""

    login: str


@dataclass(frozen=True, kw_only=True)
class PasswordReset:
    """A person got a new password from somebody else."""

    login: str


@dataclass(frozen=True, kw_only=True)
class PasswordChanged:
    """A person chose a new password."""

    login: str


@dataclass(frozen=True, kw_only=True)
class TokenIssued:
    """A token was made for a person."""

    token_id: str
    login: str
    label: str
    roles: tuple[str, ...] = ()
    warehouse_ids: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TokenRevoked:
    """A token was made useless."""

    token_id: str
