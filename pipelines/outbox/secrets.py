"""Addresses with secrets: where they are looked up, and how they are kept out of every text that is shown or stored.

Belongs here: which secret an address is, taking every spelling of it out of texts. Does not: where secrets are kept
(`pipelines/credentials.py`), what company.toml may say (`settings.py`), sending (`people.py`).
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipelines.credentials import SECRETS_FILE, UnableToFindSecrets, find_secrets
from pipelines.outbox.settings import MAIL_SCHEMES, OPEN_SCHEMES, Address

HIDDEN = "***"
SHORTEST = 3  # shorter pieces stand in every second word, and guard nothing


class UnableToFindAddress(Exception):
    """Neither the environment nor secrets.toml holds what company.toml names."""


def find_url(address: Address, *, folder: Path, environ: Mapping[str, str]) -> str:
    """The Apprise URL of an address: the environment's, else the one in the company's secrets.toml.

    Raises: UnableToFindAddress, in words that hold no secret.
    """
    if address.url_from is None:
        return address.url or ""
    try:
        found, missing = find_secrets({"url": address.url_from}, folder=folder, environ=environ)
    except UnableToFindSecrets as error:
        raise UnableToFindAddress(str(error)) from None
    url = "" if missing else found["url"].reveal().strip()
    if not url:
        raise UnableToFindAddress(
            f"{address.url_from} is set neither in the environment nor in {folder / SECRETS_FILE}; "
            "write the Apprise URL there"
        )
    return url


def without_secrets(text: str, urls: Iterable[str]) -> str:
    """The text with every piece of these addresses hidden, in whatever spelling.

    >>> without_secrets("POST https://hooks.slack.com/T0/abc%2Fdef failed", ["slack://T01/abc%2Fdef"])
    'POST https://hooks.slack.com/T0/*** failed'
    """
    pieces = {piece for url in urls for piece in _pieces(url)}
    for piece in sorted(pieces, key=len, reverse=True):
        text = re.sub(re.escape(piece), HIDDEN, text, flags=re.IGNORECASE)
    return text


def _pieces(url: str) -> set[str]:
    parts = urllib.parse.urlsplit(url)
    is_web = parts.scheme in (*OPEN_SCHEMES, *MAIL_SCHEMES)
    user, _, host = parts.netloc.rpartition("@")
    raw = [url, *user.split(":"), user.partition(":")[2], user, *re.split(r"[/&=]", parts.path), parts.path.strip("/")]
    raw += [value for _, value in urllib.parse.parse_qsl(parts.query, keep_blank_values=True)]
    raw += re.split(r"[&=;?]", f"{parts.query}&{parts.fragment}")
    if not is_web:
        raw += [host, *host.split(":")]
    spellings = {
        spelling
        for piece in raw
        for spelling in (
            piece,
            urllib.parse.unquote(piece),
            urllib.parse.unquote_plus(piece),
            urllib.parse.quote(piece),
            urllib.parse.quote(piece, safe=""),
        )
    }
    return {piece for piece in spellings if len(piece) >= SHORTEST}
