"""Commands about people and tokens: load, decide, hand back the events and, once, the secrets."""

from __future__ import annotations

from inventory_core.access import events
from inventory_core.access.commands import (
    AddPerson,
    DisablePerson,
    EnsurePeople,
    IssueToken,
    PersonToAdd,
    ResetPassword,
    RevokeToken,
)
from inventory_core.access.model import OPERATOR, Credentials, Person
from inventory_core.access.passwords import new_password, new_token, password_hash, token_hash
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


class UnableToFindPerson(Refused):
    """Nobody has that login, or the account is disabled."""


class UnableToFindToken(Refused):
    """No token has that id."""


def add_person(command: AddPerson, store: Reader) -> Decided:
    """One new account."""
    login = login_of(command.person.login)
    if login in _NO_PEOPLE:
        raise UnableToAddPerson(f"{login} is the name of the machine's own doings in the journal: choose another login")
    if store.person(login) is not None:
        raise UnableToAddPerson(f"{login} has an account: choose another login, a login is never given twice")
    return _accounts([command.person])


def ensure_people(command: EnsurePeople, store: Reader) -> Decided:
    """Accounts for those who have none, and one admin where there would be none."""
    known = {person.login for person in store.people()}
    missing = [person for person in command.people if login_of(person.login) not in known]
    if any(login_of(person.login) in _NO_PEOPLE for person in missing):
        raise UnableToAddPerson(f"{' and '.join(_NO_PEOPLE)} cannot be a person's login: change it on the people sheet")
    has_admin = _active_admins(store) or any("admin" in person.roles for person in missing)
    if not has_admin and FIRST_ADMIN.login not in known | {login_of(person.login) for person in missing}:
        missing.append(FIRST_ADMIN)
    return _accounts(missing)


def disable_person(command: DisablePerson, store: Reader) -> Decided:
    """A closed account, unless nobody could let others in after that."""
    person = _active_person(command.login, store)
    if _active_admins(store) == [person.login]:
        raise UnableToDisablePerson(f"{person.login} is the last admin: add another admin first")
    return Decided(events.PersonDisabled(login=person.login))


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
    token, token_id = new_token(), f"token_{digest(command.idempotency_key)[:12]}"
    return Decided(
        events.TokenIssued(token_id=token_id, login=person.login, label=command.label),
        secrets={"token": token},
        token_hashes={token_id: token_hash(token)},
    )


def revoke_token(command: RevokeToken, store: Reader) -> Decided:
    """A useless token; nothing happens when it is useless already."""
    token = next((token for token in store.tokens() if token.token_id == command.token_id), None)
    if token is None:
        raise UnableToFindToken(f"there is no token {command.token_id}: `diaobo user list` shows all")
    return Decided() if token.is_revoked else Decided(events.TokenRevoked(token_id=token.token_id))


def _accounts(people: list[PersonToAdd]) -> Decided:
    passwords: dict[str, str] = {login_of(person.login): new_password() for person in people}
    added = [
        events.PersonAdded(
            login=login_of(person.login),
            name=person.name,
            email=person.email,
            roles=person.roles,
            language=person.language,
        )
        for person in people
    ]
    return Decided(
        *added,
        secrets=passwords,
        credentials=tuple(
            Credentials(login=login, password_hash=password_hash(password)) for login, password in passwords.items()
        ),
    )


def _active_person(login: str, store: Reader) -> Person:
    person = store.person(login_of(login))
    if person is None or person.is_disabled:
        state = "is disabled" if person else "has no account"
        raise UnableToFindPerson(f"{login} {state}: `diaobo user list` shows who can sign in")
    return person


def _active_admins(store: Reader) -> list[str]:
    return [person.login for person in store.people() if "admin" in person.roles and not person.is_disabled]
