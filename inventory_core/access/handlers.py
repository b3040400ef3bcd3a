"""Commands about people and tokens: load, decide, hand back the events and, once, the secrets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

from inventory_core.access import events
from inventory_core.access.commands import (
    AddPerson,
    ChangePassword,
    ChangePerson,
    DisablePerson,
    EnablePerson,
    EnsurePeople,
    IssueToken,
    PersonToAdd,
    ResetPassword,
    RevokeToken,
)
from inventory_core.access.model import OPERATOR, Credentials, Person
from inventory_core.access.passwords import new_password, new_token, password_hash, token_hash
from inventory_core.access.permissions import ROLES_OF_COMMAND
from inventory_core.access.sign_in import sender_of
from inventory_core.approvals.model import BY_RULE
from inventory_core.decisions import Decided
from inventory_core.errors import Refused
from inventory_core.identifiers import login_of
from inventory_core.records import digest
from inventory_core.storage.ports import Reader

# What the journal calls decisions that no person made.
_NO_PEOPLE = (OPERATOR.actor_id, BY_RULE)
FIRST_ADMIN = PersonToAdd(login="admin", name="Administrator", roles=("admin",))


class UnableToAddPerson(Refused):
    """The login is taken."""


class UnableToDisablePerson(Refused):
    """The person is the last one who could let others in."""


class UnableToChangePerson(Refused):
    """Nobody could let others in after that, or the scope names what the company has not got."""


class UnableToFindPerson(Refused):
    """Nobody has that login, or the account is disabled."""


class UnableToFindToken(Refused):
    """No token has that id."""


class UnableToIssueToken(Refused):
    """The token would be for what its person may not do, or for what there is not."""


class UnableToRevokeToken(Refused):
    """The token is somebody else's."""


def add_person(command: AddPerson, store: Reader) -> Decided:
    """One new account."""
    login = login_of(command.person.login)
    if login in _NO_PEOPLE:
        raise UnableToAddPerson(f"{login} is the name of the machine's own doings in the journal: choose another login")
    if store.person(login) is not None:
        raise UnableToAddPerson(f"{login} has an account: choose another login, a login is never given twice")
    _require_known_warehouses(command.person.warehouse_ids, store, refusal=UnableToAddPerson)
    return _accounts([command.person])


def ensure_people(command: EnsurePeople, store: Reader) -> Decided:
    """Accounts for those who have none, and one admin where nobody could let others in.

    Accounts that exist are left as they are, their roles and scopes too: an admin's change in the core must not be
    undone by a sheet that somebody forgot to correct.
    """
    known = {person.login for person in store.people()}
    missing = [person for person in command.people if login_of(person.login) not in known]
    if any(login_of(person.login) in _NO_PEOPLE for person in missing):
        raise UnableToAddPerson(f"{' and '.join(_NO_PEOPLE)} cannot be a person's login: change it on the people sheet")
    for person in missing:
        _require_known_warehouses(person.warehouse_ids, store, refusal=UnableToAddPerson)
    has_admin = _active_admins(store) or any(_person(person).sets_up for person in missing)
    if not has_admin and FIRST_ADMIN.login not in known | {login_of(person.login) for person in missing}:
        missing.append(FIRST_ADMIN)
    return _accounts(missing)


def change_person(command: ChangePerson, store: Reader) -> Decided:
    """What was wished, unless nobody could let others in after that. A closed account can be corrected too."""
    person = _known_person(command.login, store)
    _require_known_warehouses(command.warehouse_ids or (), store, refusal=UnableToChangePerson)
    names = ("name", "email", "roles", "language", "warehouse_ids", "shop_ids")
    wishes = {name: getattr(command, name) for name in names if getattr(command, name) is not None}
    changed = replace(person, **{**wishes, **({"email": None} if command.email == "" else {})})
    if changed == person:
        return Decided()
    if _active_admins(store) == [person.login] and not changed.sets_up:
        raise UnableToChangePerson(
            f"{person.login} is the last admin of the whole company and must stay that: add another admin first"
        )
    return Decided(events.PersonChanged(login=changed.login, **{name: getattr(changed, name) for name in names}))


def disable_person(command: DisablePerson, store: Reader) -> Decided:
    """A closed account, unless nobody could let others in after that."""
    person = _active_person(command.login, store)
    if _active_admins(store) == [person.login]:
        raise UnableToDisablePerson(f"{person.login} is the last admin: add another admin first")
    return Decided(events.PersonDisabled(login=person.login))


def enable_person(command: EnablePerson, store: Reader) -> Decided:
    """An open account; nothing happens when it is open already."""
    person = _known_person(command.login, store)
    return Decided(events.PersonEnabled(login=person.login)) if person.is_disabled else Decided()


def change_password(command: ChangePassword, store: Reader) -> Decided:
    """The password of that hash, for the sender and nobody else."""
    login = sender_of(command, store).actor_id
    return Decided(
        events.PasswordChanged(login=login),
        credentials=(Credentials(login=login, password_hash=command.password_hash),),
    )


def reset_password(command: ResetPassword, store: Reader) -> Decided:
    """A new password; fresh credentials end a lock-out too."""
    person = _active_person(command.login, store)
    password = new_password()
    return Decided(
        events.PasswordReset(login=person.login),
        secrets={person.login: password},
        credentials=(Credentials(login=person.login, password_hash=password_hash(password)),),
    )


def issue_token(command: IssueToken, store: Reader) -> Decided:
    """A token whose id comes from the key and whose text is known to the sender only."""
    person = _active_person(command.login, store)
    _require_within(command, person, store)
    token, token_id = new_token(), f"token_{digest(command.own_key)[:12]}"
    return Decided(
        events.TokenIssued(
            token_id=token_id,
            login=person.login,
            label=command.label,
            roles=command.roles,
            warehouse_ids=command.warehouse_ids,
            commands=command.commands,
            expires_at=command.expires_at,
        ),
        secrets={"token": token},
        token_hashes={token_id: token_hash(token)},
    )


def revoke_token(command: RevokeToken, store: Reader) -> Decided:
    """A useless token; nothing happens when it is useless already. One's own, or anybody's for who sets up people."""
    sender = sender_of(command, store)
    sets_up = not sender.is_scoped and not ROLES_OF_COMMAND[IssueToken].isdisjoint(sender.roles)
    token = store.token(command.token_id)
    if token is None:
        raise UnableToFindToken(f"there is no token {command.token_id}: `diaobo user list` shows all")
    if token.login != sender.actor_id and not sets_up:
        raise UnableToRevokeToken(
            f"{sender.actor_id} may revoke his own tokens only, and {token.token_id} acts as {token.login}: "
            "ask an admin"
        )
    return Decided() if token.is_revoked else Decided(events.TokenRevoked(token_id=token.token_id))


def _accounts(people: list[PersonToAdd]) -> Decided:
    passwords: dict[str, str] = {login_of(person.login): new_password() for person in people}
    added = [
        events.PersonAdded(**{field.name: getattr(person, field.name) for field in fields(events.PersonAdded)})
        for person in map(_person, people)
    ]
    return Decided(
        *added,
        secrets=passwords,
        credentials=tuple(
            Credentials(login=login, password_hash=password_hash(password)) for login, password in passwords.items()
        ),
    )


def _person(to_add: PersonToAdd) -> Person:
    return Person(**{**vars(to_add), "login": login_of(to_add.login)})


def _known_person(login: str, store: Reader) -> Person:
    person = store.person(login_of(login))
    if person is None:
        raise UnableToFindPerson(f"{login} has no account: `diaobo user list` shows who can sign in")
    return person


def _active_person(login: str, store: Reader) -> Person:
    person = _known_person(login, store)
    if person.is_disabled:
        raise UnableToFindPerson(f"{login} is disabled: `diaobo user list` shows who can sign in")
    return person


def _active_admins(store: Reader) -> list[str]:
    return [person.login for person in store.people() if person.sets_up]


def _require_within(command: IssueToken, person: Person, store: Reader) -> None:
    """A token for more than its person may is a mistake that would show only when a script fails."""
    strange = [role for role in command.roles if role not in person.roles]
    if strange:
        raise UnableToIssueToken(
            f"{person.login} has not got the role {' or '.join(strange)}: leave it out, or give it to him first"
        )
    outside = [one for one in command.warehouse_ids if not person.actor.may_see_warehouse(one)]
    if outside:
        raise UnableToIssueToken(
            f"{person.login} is not responsible for {', '.join(outside)}: leave it out, or widen his scope first"
        )
    names = {one.__name__ for one in ROLES_OF_COMMAND}
    unknown = [one for one in command.commands if one not in names]
    if unknown:
        raise UnableToIssueToken(
            f"there is no command {', '.join(unknown)}: pass names such as RecordReceipt or DispatchShipment"
        )
    _require_known_warehouses(command.warehouse_ids, store, refusal=UnableToIssueToken)


def _require_known_warehouses(warehouse_ids: Iterable[str], store: Reader, *, refusal: type[Refused]) -> None:
    """A scope of a warehouse that there is not would be one of nothing. Before the first catalog all are believed."""
    known = store.warehouses()
    unknown = [one for one in warehouse_ids if one not in known]
    if known and unknown:
        raise refusal(
            f"there is no warehouse {', '.join(unknown)}: the catalog has {', '.join(sorted(known))}; "
            "correct it, or add the warehouse to the master data first"
        )
