"""Proving who one is: by login and password, or by token. Nothing here is a command, for there is no actor yet.

A try is counted before the password is looked at, so that many tries at once are not cheaper than one after another.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from inventory_core.access.model import OPERATOR, Actor, Person
from inventory_core.access.passwords import hash_of_no_password, is_password, token_hash
from inventory_core.errors import Malformed, Refused
from inventory_core.identifiers import login_of
from inventory_core.instants import check_utc, for_people
from inventory_core.storage.ports import Reader, Storage

# Five guesses a quarter of an hour are 175,000 a year against 2^79 passwords, and a typist seldom errs five times.
TRIES_BEFORE_LOCK_OUT = 5
LOCK_OUT = timedelta(minutes=15)


class UnableToSignIn(Refused):
    """Login, password or token do not open an account."""


class UnableToAct(Refused):
    """A command names a sender who has no account, or a disabled one."""


_WRONG = "login or password is wrong: try again, or ask an admin to reset the password"


def sign_in(storage: Storage, *, login: str, password: str, at: datetime) -> Person:
    """The person whose login and password these are.

    Raises: UnableToSignIn in words that do not tell a stranger which logins exist; Malformed for a local time.
    """
    check_utc(at, name="at")
    try:
        wanted = login_of(login)
    except Malformed:
        raise UnableToSignIn(_WRONG) from None
    hashed = _count_try(storage, login=wanted, at=at)
    if hashed is None:
        is_password(password, hashed=hash_of_no_password())
        raise UnableToSignIn(_WRONG)
    if not is_password(password, hashed=hashed):
        raise UnableToSignIn(_WRONG)
    with storage.writing() as store:
        credentials, person = store.credentials(wanted), store.person(wanted)
        if credentials is None or person is None or credentials.password_hash != hashed:
            raise UnableToSignIn(_WRONG)  # the password was reset in this very moment
        if person.is_disabled:
            raise UnableToSignIn(f"the account {wanted} is disabled: ask an admin")
        store.save_credentials(replace(credentials, failed_sign_ins=0, locked_until=None))
    return person


def _count_try(storage: Storage, *, login: str, at: datetime) -> str | None:
    """Count one more try as failed, until it proves right; the hash to compare with, None for an unknown login.

    Raises: UnableToSignIn while the account is locked.
    """
    with storage.writing() as store:
        credentials = store.credentials(login)
        if credentials is None:
            return None
        if credentials.locked_until is not None and at < credentials.locked_until:
            raise UnableToSignIn(
                f"too many failed tries: wait until {for_people(credentials.locked_until)}, "
                "or ask an admin to reset the password"
            )
        failed = credentials.failed_sign_ins + 1
        is_locked = failed >= TRIES_BEFORE_LOCK_OUT
        counted = replace(
            credentials,
            failed_sign_ins=0 if is_locked else failed,
            locked_until=at + LOCK_OUT if is_locked else None,
        )
        store.save_credentials(counted)
        return credentials.password_hash


def person_of_token(store: Reader, token: str) -> Person:
    """The person as whom the token acts.

    Raises: UnableToSignIn when the token is unknown or revoked, or the account disabled.
    """
    found = store.token_of_hash(token_hash(token))
    person = store.person(found.login) if found else None
    if found is None or found.is_revoked or person is None or person.is_disabled:
        raise UnableToSignIn("the token is unknown or revoked, or its account is disabled: ask an admin for a new one")
    return person


def actor_of(store: Reader, actor_id: str) -> Actor:
    """The sender of a command with his roles of now.

    Raises: UnableToAct when there is no such person, or the account is disabled.
    """
    if actor_id == OPERATOR.actor_id:
        return OPERATOR
    person = store.person(actor_id)
    if person is None or person.is_disabled:
        raise UnableToAct(f"{actor_id} {'is disabled' if person else 'has no account'}: sign in as somebody else")
    return person.actor
