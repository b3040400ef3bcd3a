"""Secrets: found by name in the environment or in the company's secrets file, and never shown.

Belongs here: finding them, holding them so that printing does not show them, taking them out of texts. Does not: how
they are used (`sources/<vendor>/`, `outbox/people.py`). company.toml holds names only.
"""

from __future__ import annotations

import re
import stat
import urllib.parse
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipelines.toml_tables import listed, read_toml

SECRETS_FILE = "secrets.toml"
SHORTEST_REDACTED = 6  # a shorter text would be taken out of words that have nothing to do with it
_QUERY = re.compile(r"(https?://[^\s'\"?]+)\?[^\s'\"]+")
_PATH_QUERY = re.compile(r"((?:GET|POST|PUT|PATCH|DELETE|HEAD) /[^\s\"?]*)\?[^\s\"]+")


class UnableToFindSecrets(Exception):
    """Secrets are missing; the message names them and where to write them."""


class Secret:
    """A text that printing, logging and formatting do not show."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself: for the call that sends it, and nothing else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class Redactor:
    """Takes secrets, and whatever a URL carries behind its question mark, out of texts."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._values: set[str] = set()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: Secret) -> None:
        """Learns one more: tokens arrive while calls are made."""
        value = secret.reveal()
        if len(value) >= SHORTEST_REDACTED:
            self._values.update({value, urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value)})

    def clean(self, text: str) -> str:
        """The text without them. A signed address keeps its path: its query is what lets one in."""
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, "***")
        return without_queries(text)


def without_queries(text: str) -> str:
    """The text with each address's query cut out."""
    return _PATH_QUERY.sub(r"\1?***", _QUERY.sub(r"\1?***", text))


def find_secrets(
    names: Mapping[str, str], *, folder: Path, environ: Mapping[str, str]
) -> tuple[dict[str, Secret], list[str]]:
    """Secrets by what they are for, and the names that were found nowhere; the environment comes first."""
    kept = _secrets_file(folder)
    found: dict[str, Secret] = {}
    missing: list[str] = []
    for purpose, name in names.items():
        value = environ.get(name) or kept.get(name)
        if value:
            found[purpose] = Secret(value)
        else:
            missing.append(name)
    return found, missing


def require_secrets(names: Mapping[str, str], *, folder: Path, environ: Mapping[str, str]) -> dict[str, Secret]:
    """All of them; raises UnableToFindSecrets."""
    found, missing = find_secrets(names, folder=folder, environ=environ)
    if missing:
        raise UnableToFindSecrets(
            f"{listed(missing)}: not set; set them in the environment or in {folder / SECRETS_FILE}"
        )
    return found


def readable_by_others(folder: Path) -> bool:
    """Whether other people of this machine can read the secrets file."""
    path = folder / SECRETS_FILE
    return path.exists() and bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def _secrets_file(folder: Path) -> dict[str, str]:
    path = folder / SECRETS_FILE
    if not path.exists():
        return {}
    try:
        document = read_toml(path)
    except ValueError:  # the parser's own message may quote the line, which holds a secret
        raise UnableToFindSecrets(f'{path}: is no valid TOML; write NAME = "value", one a line') from None
    return {name: value for name, value in document.items() if isinstance(value, str)}
