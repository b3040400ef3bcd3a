"""`diaobo user`: who may sign in, and the tokens of scripts.

Without --token these commands act as the machine's operator, and the journal says so: whoever can write into the
company's folder, or knows the database's URL, could change the accounts with any SQL tool, so asking him for a password
would be theater. It is also how the first admin comes to be. DIAOBO_TOKEN is not read here: it is a script's key for
orders, and must not change who is asked for permission when an operator adds a person.
"""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from pathlib import Path

import click

from inventory_core.access import commands as access_commands
from inventory_core.access.model import LANGUAGES, ROLES, Person, Token
from inventory_core.commands import Outcome
from inventory_core.records import plain
from pipelines.core_session import company_option, core_session, sent_by

warehouse_option = click.option(
    "--warehouse", "warehouse_ids", multiple=True, help="Responsible for this warehouse only. May be repeated."
)
shop_option = click.option("--shop", "shop_ids", multiple=True, help="Sees this shop only. May be repeated.")
token_option = click.option("--token", help="Act as this token's owner; else as the machine's operator.")


@click.group("user")
def command() -> None:
    """People who may sign in, and their tokens."""


@command.command("add")
@click.argument("login")
@click.option("--name", help="Full name; else the login.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="May be repeated.")
@click.option("--email")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@warehouse_option
@shop_option
@token_option
@company_option
def add(
    login: str,
    name: str | None,
    roles: tuple[str, ...],
    email: str | None,
    language: str,
    warehouse_ids: tuple[str, ...],
    shop_ids: tuple[str, ...],
    token: str | None,
    folder: Path | None,
) -> None:
    """Give LOGIN an account and print the password, once."""
    with core_session(folder, create=True) as core:
        person = access_commands.PersonToAdd(
            login=login,
            name=name or login,
            roles=roles,
            email=email,
            language=language,
            warehouse_ids=warehouse_ids,
            shop_ids=shop_ids,
        )
        outcome = core.execute(access_commands.AddPerson(**sent_by(core, token), person=person))
        _print_secrets(outcome, "password of {name}, shown only now: {secret}")


@command.command("change")
@click.argument("login")
@click.option("--name", help="Full name.")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(ROLES), help="In place of all roles. May be repeated."
)
@click.option("--email", help='"" takes it away.')
@click.option("--language", type=click.Choice(LANGUAGES))
@warehouse_option
@click.option("--all-warehouses", is_flag=True, help="Responsible for all warehouses again.")
@shop_option
@click.option("--all-shops", is_flag=True, help="Sees all shops again.")
@token_option
@company_option
def change(
    *,
    login: str,
    name: str | None,
    roles: tuple[str, ...],
    email: str | None,
    language: str | None,
    warehouse_ids: tuple[str, ...],
    all_warehouses: bool,
    shop_ids: tuple[str, ...],
    all_shops: bool,
    token: str | None,
    folder: Path | None,
) -> None:
    """Change what LOGIN's account says and allows, from his next command on."""
    for chosen, is_all, what in ((warehouse_ids, all_warehouses, "warehouse"), (shop_ids, all_shops, "shop")):
        if chosen and is_all:
            raise click.UsageError(f"pass --{what} or --all-{what}s, not both")
    with core_session(folder) as core:
        core.execute(
            access_commands.ChangePerson(
                **sent_by(core, token),
                login=login,
                name=name,
                email=email,
                roles=roles or None,
                language=language,
                warehouse_ids=warehouse_ids if warehouse_ids or all_warehouses else None,
                shop_ids=shop_ids if shop_ids or all_shops else None,
            )
        )
        click.echo(f"{login} is changed")


@command.command("list")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@company_option
def list_people(form: str, folder: Path | None) -> None:
    """Everyone with an account, and the tokens."""
    with core_session(folder) as core:
        people, tokens = core.queries.people(), core.queries.tokens()
    if form == "json":
        click.echo(json.dumps({"people": plain(people), "tokens": plain(tokens)}, indent=2, ensure_ascii=False))
        return
    _print_table(
        ("login", "name", "roles", "warehouses", "shops", "language", "state"),
        [
            (
                one.login,
                one.name,
                ", ".join(one.roles),
                ", ".join(one.warehouse_ids) or "all",
                ", ".join(one.shop_ids) or "all",
                one.language,
                _state(one),
            )
            for one in people
        ],
    )
    if tokens:
        click.echo()
        _print_table(
            ("token", "acts as", "label", "only for", "issued", "expires", "state"),
            [
                (
                    one.token_id,
                    one.login,
                    one.label,
                    ", ".join((*one.roles, *one.warehouse_ids, *one.commands)) or "no limit",
                    f"{one.issued_at:%Y-%m-%d}",
                    f"{one.expires_at:%Y-%m-%d}" if one.expires_at else "never",
                    _state(one),
                )
                for one in tokens
            ],
        )


@command.command("disable")
@click.argument("login")
@token_option
@company_option
def disable(login: str, token: str | None, folder: Path | None) -> None:
    """Close LOGIN's account: no sign-in, token or command works any more."""
    with core_session(folder) as core:
        core.execute(access_commands.DisablePerson(**sent_by(core, token), login=login))
        click.echo(f"{login} is disabled")


@command.command("enable")
@click.argument("login")
@token_option
@company_option
def enable(login: str, token: str | None, folder: Path | None) -> None:
    """Open LOGIN's account again: password, roles and tokens are what they were."""
    with core_session(folder) as core:
        core.execute(access_commands.EnablePerson(**sent_by(core, token), login=login))
        click.echo(f"{login} is enabled")


@command.command("reset-password")
@click.argument("login")
@token_option
@company_option
def reset_password(login: str, token: str | None, folder: Path | None) -> None:
    """Give LOGIN a new password, end a lock-out, and print it, once."""
    with core_session(folder) as core:
        outcome = core.execute(access_commands.ResetPassword(**sent_by(core, token), login=login))
        _print_secrets(outcome, "password of {name}, shown only now: {secret}")


@command.command("token")
@click.argument("login")
@click.option("--label", default="script", show_default=True, help="What the token is for.")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(ROLES), help="Only this of his roles. May be repeated."
)
@click.option("--warehouse", "warehouse_ids", multiple=True, help="Only this of his warehouses. May be repeated.")
@click.option("--command", "commands", multiple=True, help="Only this command, as RecordReceipt. May be repeated.")
@click.option("--expires-in-days", type=click.IntRange(1, 3650), help="Else it lasts until it is revoked.")
@token_option
@company_option
def issue_token(
    login: str,
    label: str,
    roles: tuple[str, ...],
    warehouse_ids: tuple[str, ...],
    commands: tuple[str, ...],
    expires_in_days: int | None,
    token: str | None,
    folder: Path | None,
) -> None:
    """Make a token with which scripts act as LOGIN, and print it, once: the only line on stdout."""
    with core_session(folder) as core:
        sender = sent_by(core, token)
        expires_at = sender["at"] + dt.timedelta(days=expires_in_days) if expires_in_days else None
        outcome = core.execute(
            access_commands.IssueToken(
                **sender,
                login=login,
                label=label,
                roles=roles,
                warehouse_ids=warehouse_ids,
                commands=commands,
                expires_at=expires_at,
            )
        )
        _print_secrets(outcome, "{secret}")


@command.command("revoke-token")
@click.argument("token_id")
@token_option
@company_option
def revoke_token(token_id: str, token: str | None, folder: Path | None) -> None:
    """Make the token TOKEN_ID (see `list`) useless."""
    with core_session(folder) as core:
        core.execute(access_commands.RevokeToken(**sent_by(core, token), token_id=token_id))
        click.echo(f"{token_id} is revoked")


def _print_secrets(outcome: Outcome, template: str) -> None:
    for name, secret in outcome.secrets.items():
        click.echo(template.format(name=name, secret=secret))


def _state(one: Person | Token) -> str:
    if isinstance(one, Token):
        if one.is_revoked:
            return "revoked"
        return "active" if one.is_usable(dt.datetime.now(dt.UTC)) else "expired"
    return "disabled" if one.is_disabled else "active"


def _print_table(headers: tuple[str, ...], lines: list[tuple[str, ...]]) -> None:
    widths = [max(_width(line[column]) for line in (headers, *lines)) for column in range(len(headers))]
    for line in (headers, *lines):
        cells = [text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
