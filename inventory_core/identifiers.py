"""Identifiers and short texts: what they are called and which texts are accepted.

Belongs here: names of kinds of identifiers, and the checks that keep unusable text (empty, unprintable, endless) out
of the core. Does not: whether something of that name exists (`catalog.py`, the handlers).
"""

from __future__ import annotations

from typing import NewType

from inventory_core.errors import Malformed

Sku = NewType("Sku", str)
WarehouseId = NewType("WarehouseId", str)
TransferOrderId = NewType("TransferOrderId", str)
Login = NewType("Login", str)

MAXIMUM_LENGTH = 200
MAXIMUM_TEXT_LENGTH = 2_000


def check_name(value: object, *, name: str) -> None:
    """Raise Malformed unless `value` is printable text of 1 to 200 characters without outer blanks."""
    if not isinstance(value, str):
        raise Malformed(f"{name} must be text, not {type(value).__name__}")
    if not value or value != value.strip() or not value.isprintable():
        raise Malformed(f"{name} must be printable text without blanks at its ends, not {value!r}")
    if len(value) > MAXIMUM_LENGTH:
        raise Malformed(f"{name} must have at most {MAXIMUM_LENGTH} characters, not {len(value)}")


def check_text(value: object, *, name: str, is_required: bool) -> None:
    """Raise Malformed unless `value` is text for people: several lines are fine, other control characters are not."""
    if not isinstance(value, str):
        raise Malformed(f"{name} must be text, not {type(value).__name__}")
    if is_required and not value.strip():
        raise Malformed(f"{name} must say something: pass a sentence")
    if not value.replace("\n", " ").replace("\t", " ").isprintable():
        raise Malformed(f"{name} must not hold control characters other than line breaks and tabs")
    if len(value) > MAXIMUM_TEXT_LENGTH:
        raise Malformed(f"{name} must have at most {MAXIMUM_TEXT_LENGTH} characters, not {len(value)}")


def check_reason(value: object, *, is_required: bool) -> None:
    """Raise Malformed unless `value` is text that says why."""
    if is_required and isinstance(value, str) and not value.strip():
        raise Malformed("reason must say why: pass a sentence")
    check_text(value, name="reason", is_required=False)


def login_of(value: str) -> Login:
    """The login that a person means: case and outer blanks do not matter.

    Raises: Malformed when it is no single printable word.
    """
    login = value.strip().casefold()
    check_name(login, name="login")
    if any(character.isspace() for character in login):
        raise Malformed(f"login must be one word, not {value!r}")
    return Login(login)
