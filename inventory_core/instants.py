"""Instants: moments in UTC, always given from outside. Nothing in the core reads a clock.

Stored and hashed as text of one width, so that every database gives back exactly what was written and sorts it right.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from inventory_core.errors import Malformed


def check_utc(value: object, *, name: str) -> None:
    """Raise Malformed unless `value` is an instant in UTC."""
    if not isinstance(value, datetime) or value.utcoffset() != timedelta(0):
        raise Malformed(f"{name} must be an instant in UTC, such as 2026-11-02T09:00:00Z, not {value!r}")


def instant_text(value: datetime) -> str:
    """`2026-11-02T09:00:00.000000Z`.

    >>> instant_text(datetime(2026, 11, 2, 9, tzinfo=UTC))
    '2026-11-02T09:00:00.000000Z'
    """
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def instant_from_text(text: str) -> datetime:
    """The inverse of `instant_text`."""
    return datetime.fromisoformat(text)


def for_people(value: datetime) -> str:
    """An instant inside a sentence: `2026-11-02 09:00 UTC`."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
