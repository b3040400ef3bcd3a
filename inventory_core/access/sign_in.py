"""Proving who one is: by login and password, or by token; and what the sender of a command may at that moment.

A try is counted before the password is looked at, so that many tries at once are not cheaper than one after another.
Logins that nobody has take the same path to the same words, a lock-out included: their tries are counted in slots.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from inventory_core.access.model import OPERATOR, Actor, Credentials, Person, Token
from inventory_core.access.passwords import hash_of_no_password, is_password, token_hash
from inventory_core.commands import Command
from inventory_core.errors import Malformed, Refused
from inventory_core.identifiers import login_of
from inventory_core.instants import check_utc, for_people
from inventory_core.records import digest
from inventory_core.storage.ports import Reader, Storage

# Five guesses a quarter of an hour are 175,000 a year against 2^79 passwords, and a typist seldom errs five times.
TRIES_BEFORE_LOCK_OUT = 5
LOCK_OUT = timedelta(minutes=15)


class UnableToSignIn(Refused):
    """Login, password or token do not open an account."""


class UnableToAct(Refused):
    """A command names a sender who has no account or a disabled one, or a token that opens nothing any more."""


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
    hash_of_no_password()  # made once, outside of the transaction
    hashed = _count_try(storage, login=wanted, at=at)
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


def _count_try(storage: Storage, *, login: str, at: datetime) -> str:
    """Count one more try as failed, until it proves right; the hash to compare with.

    Raises: UnableToSignIn while the account is locked.
    """
    with storage.writing() as store:
        credentials = store.credentials(login) or store.credentials(_slot(login))
        if credentials is None:
            credentials = Credentials(login=_slot(login), password_hash=hash_of_no_password())
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


def _slot(login: str) -> str:
    """Where tries of a login that nobody has are counted: one of 4,096, so that guessing does not fill the database.

    Its name opens with a blank, which no login can.
    """
    return f" {digest(login)[:3]}"


def actor_of_token(store: Reader, token: str, *, at: datetime) -> Actor:
    """The person as the token lets him act at that instant.

    Raises: UnableToSignIn when the token is unknown, revoked or expired, or the account disabled.
    """
    check_utc(at, name="at")
    found = store.token_of_hash(token_hash(token))
    person = store.person(found.login) if found else None
    if found is None or person is None or person.is_disabled or not found.is_usable(at):
        raise UnableToSignIn(
            "the token is unknown, revoked or expired, or its account is disabled: ask an admin for a new one"
        )
    return found.narrowed(person.actor)


def actor_of(store: Reader, actor_id: str) -> Actor:
    """The person of that login (or the operator) as an actor with his roles of now; no token narrows it.

    What a command's own sender may is asked with `sender_of`.

    Raises: UnableToAct when there is no such person, or the account is disabled.
    """
    if actor_id == OPERATOR.actor_id:
        return OPERATOR
    person = store.person(actor_id)
    if person is None or person.is_disabled:
        raise UnableToAct(f"{actor_id} {'is disabled' if person else 'has no account'}: sign in as somebody else")
    return person.actor


def sender_of(command: Command, store: Reader) -> Actor:
    """The sender of a command as he may act at this moment, narrowed by the token through which he sends it.

    Raises: UnableToAct when there is no such person, or the account is disabled, or the token is not his, revoked or
    expired.
    """
    actor = actor_of(store, command.actor_id)
    if command.by_token_id is None:
        return actor
    token = store.token(command.by_token_id)
    if token is None or token.login != command.actor_id:
        raise UnableToAct(f"{command.actor_id} has no token {command.by_token_id}: ask an admin for one")
    if not token.is_usable(command.at):
        raise UnableToAct(f"the token {command.by_token_id} {_why_useless(token)}: ask an admin for a new one")
    return token.narrowed(actor)


def _why_useless(token: Token) -> str:
    if token.is_revoked or token.expires_at is None:
        return "is revoked"
    return f"expired at {for_people(token.expires_at)}"
