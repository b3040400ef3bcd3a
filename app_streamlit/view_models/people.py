"""People and their tokens as an administrator reads them. Adding and changing them are commands of the core."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import pandas as pd

from app_streamlit.i18n import LANGUAGE_NAMES, Language
from app_streamlit.i18n.words import COMMANDS, TOKEN_STATES, roles_in_words, word
from app_streamlit.view_models.account import instants_of
from inventory_core.access.commands import ChangePassword
from inventory_core.access.model import Person, Token
from inventory_core.access.permissions import GIVES_ACCESS, ROLES_OF_COMMAND


def person_rows(people: Iterable[Person], text: Language) -> pd.DataFrame:
    """One row per account, closed ones last."""
    return pd.DataFrame(
        [
            {
                "login": one.login,
                "name": one.name,
                "roles": roles_in_words(one.roles, text),
                "scope": scope_words(one, text),
                "email": one.email or "",
                "language": LANGUAGE_NAMES[one.language],
                "state": text("Account closed") if one.is_disabled else text("Account open"),
            }
            for one in sorted(people, key=lambda one: (one.is_disabled, one.login))
        ]
    )


def scope_words(person: Person, text: Language) -> str:
    """What the person sees."""
    shops = [text("shop {shop}", shop=one) for one in person.shop_ids]
    return ", ".join((*person.warehouse_ids, *shops)) or text("Everything")


def choice_words(person: Person, text: Language) -> str:
    """A person, for lists to choose from."""
    closed = f" · {text('Account closed')}" if person.is_disabled else ""
    return f"{person.name} ({person.login}){closed}"


def ids_of(written: str) -> tuple[str, ...]:
    """Identifiers written with commas between them, each once."""
    return tuple(dict.fromkeys(one.strip() for one in written.replace("\n", ",").split(",") if one.strip()))


def token_state(token: Token, *, at: datetime) -> str:
    """One of `TOKEN_STATES`."""
    if token.is_revoked:
        return "revoked"
    return "usable" if token.is_usable(at) else "expired"


def tokens_of(tokens: Iterable[Token], person: Person) -> list[Token]:
    """The person's tokens, the newest first."""
    return sorted((one for one in tokens if one.login == person.login), key=lambda one: one.issued_at, reverse=True)


def token_rows(tokens: Iterable[Token], *, at: datetime, text: Language, time_zone: str) -> pd.DataFrame:
    """One row per token, with what it narrows."""
    return pd.DataFrame(
        [
            {
                "label": one.label,
                "state": word(text, TOKEN_STATES, token_state(one, at=at)),
                "roles": roles_in_words(one.roles, text) or text("All of the person's"),
                "scope": ", ".join(one.warehouse_ids) or text("All of the person's"),
                "commands": ", ".join(word(text, COMMANDS, name) for name in one.commands) or text("All"),
                "issued_at": text.instant(one.issued_at, time_zone=time_zone),
                "expires_at": text.instant(one.expires_at, time_zone=time_zone) if one.expires_at else text("Never"),
            }
            for one in tokens
        ]
    )


def token_commands(person: Person) -> list[str]:
    """Commands that a token of the person could be narrowed to. A narrowed one never gives access to others."""
    return [
        command.__name__
        for command, roles in ROLES_OF_COMMAND.items()
        if command not in GIVES_ACCESS and command is not ChangePassword and not roles.isdisjoint(person.roles)
    ]


def end_of(last: date | None, *, time_zone: str) -> datetime | None:
    """When a token expires whose last day is that one."""
    return None if last is None else instants_of(last, last, time_zone=time_zone)[1]
