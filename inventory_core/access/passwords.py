"""Secrets: how they are made, hashed and compared. The only place with randomness, and the only user of Argon2."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

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
