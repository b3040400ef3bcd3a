"""What happened to people and tokens. No event holds a password, a token or a hash of one: the journal is exported."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PersonAdded:
    """An account was made."""

    login: str
    name: str
    email: str | None
    roles: tuple[str, ...]
    language: str


@dataclass(frozen=True, kw_only=True)
class PersonDisabled:
    """An account was closed."""

    login: str


@dataclass(frozen=True, kw_only=True)
class PasswordReset:
    """A person got a new password."""

    login: str


@dataclass(frozen=True, kw_only=True)
class TokenIssued:
    """A token was made for a person."""

    token_id: str
    login: str
    label: str


@dataclass(frozen=True, kw_only=True)
class TokenRevoked:
    """A token was made useless."""

    token_id: str
