"""Secrets: how they are made, hashed and compared. The only place with randomness, and the only user of Argon2."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from typing import TYPE_CHECKING

from inventory_core.errors import Refused

if TYPE_CHECKING:
    from argon2 import PasswordHasher


class UnableToChangePassword(Refused):
    """The new password is too easy, or no new one."""


# NIST SP 800-63B asks for 8 at least and against rules of composition; whoever approves money gets four more.
MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 200  # Argon2 reads all of it
# Without look-alikes (0 o 1 l i): passwords are read from a screen once and typed by hand.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # only sign-in and new passwords pay for its import

    return PasswordHasher()  # RFC 9106, low-memory profile


def new_password() -> str:
    """Four groups of four characters, about 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def password_hash(password: str) -> str:
    """Argon2id hash with its salt and parameters."""
    return _hasher().hash(password)


def require_good_password(password: str, *, login: str, old_password: str) -> None:
    """Raises: UnableToChangePassword unless a person may choose this password."""
    if not MINIMUM_LENGTH <= len(password) <= MAXIMUM_LENGTH:
        raise UnableToChangePassword(
            f"the new password must have {MINIMUM_LENGTH} to {MAXIMUM_LENGTH} characters: "
            "several words are easy to remember"
        )
    if password.strip().casefold() == login:
        raise UnableToChangePassword("the new password must not be the login: choose another one")
    if len(set(password)) == 1:
        raise UnableToChangePassword("the new password must not be one character again and again: choose another one")
    if password == old_password:
        raise UnableToChangePassword("the new password is the old one: choose another one")


@cache
def hash_of_no_password() -> str:
    """A hash that no password fits: an unknown login must cost an attacker as much time as a known one."""
    return password_hash(secrets.token_urlsafe())


def is_password(password: str, *, hashed: str) -> bool:
    """Whether the hash was made from this password."""
    from argon2.exceptions import VerifyMismatchError

    try:
        return _hasher().verify(hashed, password)
    except VerifyMismatchError:
        return False


def new_token() -> str:
    """A token of 256 random bits; the prefix lets secret scanners find one that was committed by mistake."""
    return f"diaobo_{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> str:
    """SHA-256: 256 random bits cannot be guessed, so the slowness of Argon2 would only slow every call of a script."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
