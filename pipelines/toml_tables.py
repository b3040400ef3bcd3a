"""A TOML table read key by key, with every problem collected in words.

Belongs here: what company.toml and the mappings have in common when a person wrote them wrongly: a key that does not
exist (with the nearest right one), a value of the wrong type, a choice that is none. Does not: what the keys mean
(`company.py`, `landing/mapping.py`).
"""

from __future__ import annotations

import datetime as dt
import difflib
import tomllib
from pathlib import Path
from typing import Any


def read_toml(path: Path) -> dict[str, Any]:
    """The document; raises ValueError with one line in words when it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such file") from None
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: is no UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: is no valid TOML: {error}") from None


def nearest(name: str, names: list[str] | tuple[str, ...]) -> str:
    """`; did you mean "x"?` or an empty text, to be put behind a message about an unknown name."""
    by_folded = {candidate.casefold(): candidate for candidate in names}
    close = difflib.get_close_matches(name.casefold(), list(by_folded), n=1, cutoff=0.6)
    return f'; did you mean "{by_folded[close[0]]}"?' if close else ""


def listed(names: list[str] | tuple[str, ...], limit: int = 12) -> str:
    """Names for a message, the first few of many."""
    rest = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {rest} more" if rest > 0 else "")


def is_iso_date(text: str) -> bool:
    """Whether a text is a date such as 2026-11-02."""
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class TomlTable:
    """One table of a document. Reading a key marks it as known; `finish` reports the keys that nobody read."""

    def __init__(self, values: object, *, where: str, problems: list[str]) -> None:
        """`where` opens every message (`company.toml: [policy]`); `problems` is shared by the whole document."""
        self.where = where
        self.problems = problems
        self.known: list[str] = []
        self.values: dict[str, Any] = {}
        if isinstance(values, dict):
            self.values = values
        else:
            problems.append(f"{where}: is no table; write key = value pairs")

    def problem(self, key: str, text: str) -> None:
        """Notes a problem of one key."""
        self.problems.append(f"{self.where} {key}: {text}")

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def raw(self, key: str) -> Any:
        """The value as TOML gave it, or None."""
        self.known.append(key)
        return self.values.get(key)

    def _typed(self, key: str, types: tuple[type, ...], say: str) -> Any:
        value = self.raw(key)
        if value is None or (isinstance(value, types) and (bool in types or not isinstance(value, bool))):
            return value
        self.problem(key, f"is {value!r}; write {say}")
        return None

    def text(self, key: str, *, required: bool = False, say: str = 'a text such as "x"') -> str | None:
        """A text that is not blank, or None."""
        value: str | None = self._typed(key, (str,), say)
        if required and (value is None and key not in self.values):
            self.problem(key, f"is missing; write {say}")
        if value is not None and not value.strip():
            self.problem(key, f"is empty; write {say}")
            return None
        return value

    def choice(self, key: str, choices: tuple[str, ...], *, default: str | None = None) -> str | None:
        """One of `choices`."""
        value = self.text(key, say=f"one of {listed(choices)}")
        if value is None:
            return default
        if value not in choices:
            self.problem(key, f'is "{value}"; write one of {listed(choices)}{nearest(value, choices)}')
            return default
        return value

    def number(self, key: str, *, above: float | None = None, below: float | None = None) -> float | None:
        """A number, above and below the exclusive limits where they are given."""
        value = self._typed(key, (int, float), "a number without quotes")
        if value is None:
            return None
        if (above is not None and value <= above) or (below is not None and value >= below):
            limits = " and ".join(
                [
                    *([f"above {above:g}"] if above is not None else []),
                    *([f"below {below:g}"] if below is not None else []),
                ]
            )
            self.problem(key, f"is {value}; write a number {limits}")
            return None
        return float(value)

    def whole_number(self, key: str, *, minimum: int, default: int) -> int:
        """A whole number of at least `minimum`."""
        value = self._typed(key, (int,), "a whole number without quotes")
        if value is None:
            return default
        if value < minimum:
            self.problem(key, f"is {value}; write a whole number of at least {minimum}")
            return default
        return int(value)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false; absent is the default."""
        value = self._typed(key, (bool,), "true or false")
        return default if value is None else bool(value)

    def date(self, key: str) -> dt.date | None:
        """A date, as TOML's own or as ISO text."""
        value = self.raw(key)
        if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
            return value
        if isinstance(value, str) and is_iso_date(value):
            return dt.date.fromisoformat(value)
        self.problem(key, f"is {value!r}; write a date such as 2026-11-02")
        return None

    def texts(self, key: str, *, say: str = 'a list of texts such as ["a", "b"]') -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        value = self.raw(key)
        if value is None:
            return ()
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not values or not all(isinstance(item, str) and item for item in values):
            self.problem(key, f"is {value!r}; write {say}")
            return ()
        return tuple(values)

    def scalar(self, key: str) -> str | None:
        """One value of any type as text; true and false in small letters."""
        return self._as_text(key, self.raw(key))

    def scalars(self, key: str) -> dict[str, str] | None:
        """A table of single values as texts."""
        values = self.raw(key)
        if values is None:
            return None
        if not isinstance(values, dict):
            self.problem(key, 'is no table; write { "name" = "value" }')
            return None
        return {name: self._as_text(key, value) or "" for name, value in values.items()}

    def _as_text(self, key: str, value: object) -> str | None:
        if isinstance(value, list | dict):
            self.problem(key, f"is {value!r}; write one value")
            return None
        if isinstance(value, bool):
            return str(value).lower()
        return None if value is None else str(value)

    def finish(self) -> None:
        """Reports every key that is none."""
        for key in self.values:
            if key not in self.known:
                keys = tuple(dict.fromkeys(self.known))
                hint = nearest(key, keys) or f"; there are: {listed(keys)}"
                self.problem(key, f"there is no such key{hint}")
