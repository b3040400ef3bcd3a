"""The tables [notifications] and [outbox] of company.toml, read and checked. Imports nothing heavy.

Addresses that hold a secret never stand in company.toml: it names an environment variable or a key of `secrets.toml`
in the company's folder, which git ignores (`secrets.py` looks them up when the worker starts).
"""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inventory_core.access.model import LANGUAGES, ROLES
from pipelines.toml_tables import TomlTable

# What people are told of; `message_text.py` says each in words.
KINDS = (
    "approval_requested",
    "approval_reminder",
    "approval_escalated",
    "approved",
    "rejected",
    "withdrawn",
    "cancelled",
    "reopened",
    "commented",
)
# Nobody wants to read on Monday week what was to be decided today: older messages are discarded, with the reason.
KEEP_DAYS = 3
# The schemes whose address can be free of secrets. A chat's webhook is a secret as a whole.
OPEN_SCHEMES = ("json", "jsons", "form", "forms", "xml", "xmls")
MAIL_SCHEMES = ("mailto", "mailtos")
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class Address:
    """An Apprise URL: itself when it holds no secret, else the name under which it is looked up."""

    url: str | None = None
    url_from: str | None = None


@dataclass(frozen=True, kw_only=True)
class GroupChannel:
    """A group of people behind one address: which roles sit there, their language, which kinds they want (all)."""

    name: str
    address: Address
    roles: tuple[str, ...]
    language: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Notifications:
    """How people are told. `mail` sends to everybody's own address; `app_url` is where they open the order."""

    app_url: str | None = None
    mail: Address | None = None
    groups: tuple[GroupChannel, ...] = ()
    keep_days: int = KEEP_DAYS

    @property
    def are_configured(self) -> bool:
        """Whether anybody can be told."""
        return self.mail is not None or bool(self.groups)


def read_notifications(values: Any, *, where: str, problems: list[str]) -> Notifications:
    """The table [notifications]; none is a company that tells nobody."""
    table = TomlTable(values or {}, where=f"{where} [notifications]", problems=problems)
    mail = None
    if "mail_url" in table or "mail_url_from" in table:
        mail = _address(table, prefix="mail_", schemes=MAIL_SCHEMES)
    notifications = Notifications(
        app_url=_app_url(table),
        mail=mail,
        groups=_groups(table.raw("channels"), where=where, problems=problems),
        keep_days=table.whole_number("keep_days", minimum=1, default=KEEP_DAYS),
    )
    table.finish()
    return notifications


def read_outbox_folder(values: Any, *, company: Path, where: str, problems: list[str]) -> Path | None:
    """`folder` of the table [outbox], relative to the company's; None when files are not wanted."""
    table = TomlTable(values or {}, where=f"{where} [outbox]", problems=problems)
    folder = table.text("folder", say='a folder such as "outbox"')
    table.finish()
    return company / folder if folder else None


def _app_url(table: TomlTable) -> str | None:
    value = table.text("app_url", say='the address of the app such as "https://diaobo.example.com"')
    if value is None:
        return None
    parts = urllib.parse.urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        table.problem("app_url", f'is "{value}"; write the address of the app such as "https://diaobo.example.com"')
    return value.rstrip("/")


def _groups(values: Any, *, where: str, problems: list[str]) -> tuple[GroupChannel, ...]:
    if values is None:
        return ()
    if not isinstance(values, list):
        problems.append(f"{where} [[notifications.channels]]: write each as its own table under this heading")
        return ()
    groups: list[GroupChannel] = []
    for number, item in enumerate(values, start=1):
        table = TomlTable(item, where=f"{where} [[notifications.channels]] number {number}", problems=problems)
        name = table.text("name", required=True, say='a unique name such as "purchasing"') or ""
        if name:
            table.where = f'{where} channel "{name}"'
            if not _NAME.fullmatch(name) or name == "mail":
                table.problem("name", 'write small letters, digits, _ and -, beginning with a letter, and not "mail"')
            if any(group.name == name for group in groups):
                table.problem("name", "is used twice; write another name")
        group = GroupChannel(
            name=name,
            address=_address(table, prefix="", schemes=OPEN_SCHEMES),
            roles=_chosen(table, "roles", ROLES),
            language=table.choice("language", LANGUAGES, default="en") or "en",
            kinds=_chosen(table, "kinds", KINDS),
        )
        table.finish()
        groups.append(group)
    return tuple(groups)


def _chosen(table: TomlTable, key: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    """Some of `choices`; all of them are meant when none is named."""
    values = table.texts(key, say=f'a list of {", ".join(choices)}, such as ["{choices[0]}"]')
    for value in values:
        if value not in choices:
            table.problem(key, f'holds "{value}"; there are: {", ".join(choices)}')
    return values


def _address(table: TomlTable, *, prefix: str, schemes: tuple[str, ...]) -> Address:
    url, variable = f"{prefix}url", f"{prefix}url_from"
    say = (
        f'the name of an environment variable or of a key in secrets.toml, such as "DIAOBO_NOTIFY_{prefix.upper()}URL"'
    )
    value, name = table.text(url, say="an Apprise URL without secrets"), table.text(variable, say=say)
    if (url in table) == (variable in table):
        said = "stands beside url" if url in table else "is missing"
        table.problem(variable, f"{said.replace('url', url)}; write {variable} = {say}")
    if name and not _VARIABLE.fullmatch(name):
        # the text may be the secret itself: it is not repeated
        table.problem(variable, f"is no name; write {say}, and the address there")
    if value and not _is_open(value, schemes=schemes):
        table.problem(url, f"may hold a secret; write {variable} instead, and the address in that variable")
    return Address(url=value, url_from=name)


def _is_open(url: str, *, schemes: tuple[str, ...]) -> bool:
    """Whether the address says so by its form that there is no user, password or token in it."""
    parts = urllib.parse.urlsplit(url)
    keys = {key.lower() for key, _ in urllib.parse.parse_qsl(parts.query)}
    return parts.scheme in schemes and "@" not in parts.netloc and keys <= {"from", "name", "mode", "smtp", "verify"}
