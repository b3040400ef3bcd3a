"""What connectors raise, and the two checks that raise it: an address that is not safe, an answer of another shape.

Belongs here: errors in words. Does not: when a call is tried again (`session.py`).
"""

from __future__ import annotations

import ipaddress
import urllib.parse
from typing import Any

from pipelines.credentials import without_queries


class UnableToFetch(Exception):
    """A vendor's system did not give what was asked; the message says which call, why, and what to do."""


class Rejected(UnableToFetch):
    """The vendor understood and said no: asking again the same way is useless."""

    def __init__(self, message: str, *, status: int, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Unreachable(UnableToFetch):
    """The vendor's system does not answer at all: asking it for something else is useless now."""


class UnexpectedAnswer(UnableToFetch):
    """The answer has not the shape of the vendor's own contract."""


def checked_url(url: str) -> str:
    """The address; raises UnableToFetch unless it is https, or http to this machine."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and _is_this_machine(parts.hostname or ""):
        return url
    raise UnableToFetch(f'{without_queries(url)}: a token or document travels over https only; write "https://..."')


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def field_of(answer: Any, *names: str) -> Any:
    """A field of an answer by its path; raises UnexpectedAnswer where the vendor's contract promised it."""
    value = answer
    for name in names:
        if not isinstance(value, dict) or name not in value:
            raise UnexpectedAnswer(f"the answer holds no {'.'.join(names)}, which the vendor's contract promises")
        value = value[name]
    return value
