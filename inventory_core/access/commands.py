"""Commands about people and their tokens. Passwords and tokens are made by the core and returned once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from inventory_core.access.model import check_language, check_roles
from inventory_core.commands import Command
from inventory_core.errors import Malformed
from inventory_core.identifiers import check_name, login_of


@dataclass(frozen=True, kw_only=True)
class PersonToAdd:
    """Who gets an account."""

    login: str
    name: str
    roles: tuple[str, ...]
    email: str | None = None
    language: str = "en"

    def __post_init__(self) -> None:
        login_of(self.login)
        check_name(self.name, name="name")
        if self.email is not None:
            check_name(self.email, name="email")
        check_roles(self.roles)
        check_language(self.language)


@dataclass(frozen=True, kw_only=True)
class AddPerson(Command):
    """Give a person an account; the outcome's secrets hold the password."""

    person: PersonToAdd


@dataclass(frozen=True, kw_only=True)
class EnsurePeople(Command):
    """Give everyone on the company's people sheet an account who has none; leave existing accounts as they are.

    A company that has no admin after that gets the account `admin`.
    """

    people: tuple[PersonToAdd, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        twice = [login for login, count in Counter(login_of(one.login) for one in self.people).items() if count > 1]
        if twice:
            raise Malformed(f"people must name each login once, not {', '.join(twice)} twice")


@dataclass(frozen=True, kw_only=True)
class DisablePerson(Command):
    """Close an account: no sign-in, no token and no command of that person works from now on."""

    login: str


@dataclass(frozen=True, kw_only=True)
class ResetPassword(Command):
    """Give a person a new password and end a lock-out; the outcome's secrets hold the password."""

    login: str


@dataclass(frozen=True, kw_only=True)
class IssueToken(Command):
    """Make a token with which scripts act as that person; the outcome's secrets hold it under "token"."""

    login: str
    label: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_name(self.label, name="label")


@dataclass(frozen=True, kw_only=True)
class RevokeToken(Command):
    """Make a token useless."""

    token_id: str
