"""Commands about people and their tokens. Passwords and tokens are made by the core and returned once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from inventory_core.access.model import check_ids, check_language, check_roles
from inventory_core.commands import Command
from inventory_core.errors import Malformed
from inventory_core.identifiers import check_name, login_of
from inventory_core.instants import check_utc


@dataclass(frozen=True, kw_only=True)
class PersonToAdd:
    """Who gets an account; without `warehouse_ids` for all warehouses, without `shop_ids` for all shops."""

    login: str
    name: str
    roles: tuple[str, ...]
    email: str | None = None
    language: str = "en"
    warehouse_ids: tuple[str, ...] = ()
    shop_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        login_of(self.login)
        check_name(self.name, name="name")
        if self.email is not None:
            check_name(self.email, name="email")
        check_roles(self.roles)
        check_language(self.language)
        check_ids(self.warehouse_ids, name="warehouse_ids")
        check_ids(self.shop_ids, name="shop_ids")


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
class ChangePerson(Command):
    """Change what an account says and allows; the login stays. None leaves as it is.

    `roles` replaces all roles, `warehouse_ids` and `shop_ids` replace the scope (empty: all of them); "" takes the
    e-mail address away.
    """

    login: str
    name: str | None = None
    email: str | None = None
    roles: tuple[str, ...] | None = None
    language: str | None = None
    warehouse_ids: tuple[str, ...] | None = None
    shop_ids: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.name is not None:
            check_name(self.name, name="name")
        if self.email:
            check_name(self.email, name="email")
        if self.roles is not None:
            check_roles(self.roles)
        if self.language is not None:
            check_language(self.language)
        check_ids(self.warehouse_ids or (), name="warehouse_ids")
        check_ids(self.shop_ids or (), name="shop_ids")
        wishes = (self.name, self.email, self.roles, self.language, self.warehouse_ids, self.shop_ids)
        if all(wish is None for wish in wishes):
            raise Malformed(
                "pass at least one of name, email, roles, language, warehouse_ids and shop_ids: "
                "there is nothing to change"
            )


@dataclass(frozen=True, kw_only=True)
class DisablePerson(Command):
    """Close an account: no sign-in, no token and no command of that person works from now on."""

    login: str


@dataclass(frozen=True, kw_only=True)
class EnablePerson(Command):
    """Open a closed account again; its password, roles and tokens are what they were."""

    login: str


@dataclass(frozen=True, kw_only=True)
class ChangePassword(Command):
    """Give oneself the password of that hash. `sign_in.change_password` sends it, after the old one was proven."""

    password_hash: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ResetPassword(Command):
    """Give a person a new password and end a lock-out; the outcome's secrets hold the password."""

    login: str


@dataclass(frozen=True, kw_only=True)
class IssueToken(Command):
    """Make a token with which scripts act as that person; the outcome's secrets hold it under "token".

    It may be narrower than the person: some of his `roles`, some of his `warehouse_ids`, only these `commands` (names
    such as RecordReceipt). Empty narrows nothing; without `expires_at` it lasts until it is revoked.
    """

    login: str
    label: str
    roles: tuple[str, ...] = ()
    warehouse_ids: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_name(self.label, name="label")
        if self.roles:
            check_roles(self.roles)
        check_ids(self.warehouse_ids, name="warehouse_ids")
        check_ids(self.commands, name="commands")
        if self.expires_at is not None:
            check_utc(self.expires_at, name="expires_at")
            if self.expires_at <= self.at:
                raise Malformed(f"expires_at must be later than now, not {self.expires_at}")


@dataclass(frozen=True, kw_only=True)
class RevokeToken(Command):
    """Make a token useless: its person may, and an admin."""

    token_id: str
