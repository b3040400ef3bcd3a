"""Commands, events and outcomes as canonical JSON: one value has one text, so that texts can be hashed and compared.

Belongs here: the form. Does not: which fields a command or an event has (their own modules).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from inventory_core.instants import instant_text

Record = TypeVar("Record")

if TYPE_CHECKING:
    from pydantic import TypeAdapter


_PLAIN_ALREADY = frozenset({type(None), bool, int, str})


def plain(value: Any) -> Any:
    """The value in JSON's own types: decimals and dates as text, records as objects, tuples as arrays.

    Raises: TypeError for anything else, floats included: 0.1 has no exact text.
    """
    # A command makes two hundred values plain, so how is found out once per type and not once per value.
    kind: Any = type(value)
    return value if kind in _PLAIN_ALREADY else _maker(kind)(value)


@cache
def _maker(kind: type[Any]) -> Callable[[Any], Any]:  # noqa: PLR0911 - one return for each of JSON's types
    """What makes values of that type plain."""
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, int):
        return int
    if issubclass(kind, str):
        return str
    if issubclass(kind, Decimal):
        return lambda value: format(value, "f")
    if issubclass(kind, datetime):
        return instant_text
    if issubclass(kind, date):
        return lambda value: value.isoformat()
    if issubclass(kind, tuple | list):
        return lambda value: [plain(item) for item in value]
    if issubclass(kind, Mapping):
        return lambda value: {str(key): plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(kind):
        names = tuple(field.name for field in dataclasses.fields(kind))
        return lambda value: {name: plain(getattr(value, name)) for name in names}
    raise TypeError(f"{kind.__name__} has no place in a record")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical_json(value: Any) -> str:
    """The one JSON text of a value: keys sorted, no blanks, no escapes where none are needed.

    >>> canonical_json({"b": Decimal("1.50"), "a": [date(2026, 11, 2)]})
    '{"a":["2026-11-02"],"b":"1.50"}'
    """
    return _ENCODER.encode(plain(value))


def digest(text: str) -> str:
    """SHA-256 of the text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@cache
def _adapter(record_type: type[Any]) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # 0.2 s: only who reads records back needs it

    return TypeAdapter(record_type)


def read_record(record_type: type[Record], text: str) -> Record:
    """A record from its JSON text, every type checked.

    Raises: pydantic.ValidationError, which lists every problem with its place.
    """
    hashable: Any = record_type  # types are; mypy doubts it of a type variable
    record: Record = _adapter(hashable).validate_json(text)
    return record
