"""The company's core for one command of `diaobo`: opened, closed, and its refusals turned into exit statuses.

Belongs here: what `order`, `user` and `outbox` share. Does not: what they ask of the core. SQLAlchemy comes with the
first session, so that `--help` and `--schema` do not wait for it.
"""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from inventory_core.access.model import OPERATOR
from inventory_core.bootstrap import Core, database_url, open_core
from inventory_core.errors import Malformed, Refused
from pipelines.company import SETTINGS_FILE, company_folder

EXIT_MALFORMED = 2
EXIT_REFUSED = 3

company_option = click.option(
    "--company", "folder", type=click.Path(path_type=Path), help="Company folder; else DIAOBO_COMPANY, else var/sample."
)


@contextmanager
def core_session(folder: Path | None, *, create: bool = False) -> Iterator[Core]:
    """The core of that company; `create` makes it where the company has none yet.

    A refusal ends the program with exit status 3, a malformed request with 2; one line per problem goes to stderr.
    """
    chosen = company_folder(folder, environ=os.environ)
    try:
        if create and not (chosen / SETTINGS_FILE).is_file():
            raise Malformed(f"{chosen}: holds no {SETTINGS_FILE}; pass --company DIR of a company's folder")
        with open_core(database_url(chosen, os.environ), create=create) as core:
            yield core
    except Malformed as problem:
        click.echo(str(problem), err=True)
        raise SystemExit(EXIT_MALFORMED) from None
    except Refused as refusal:
        click.echo(str(refusal), err=True)
        raise SystemExit(EXIT_REFUSED) from None


def sent_by(core: Core, token: str | None) -> dict[str, Any]:
    """Who (the machine's operator without a token), when, and a key of this one call, for a command typed by hand.

    Raises: UnableToSignIn when the token opens nothing.
    """
    now = dt.datetime.now(dt.UTC)
    sender = core.actor_of_token(token, at=now) if token else OPERATOR
    return {
        "actor_id": sender.actor_id,
        "by_token_id": sender.token_id,
        "at": now,
        "idempotency_key": f"typed-{uuid.uuid4()}",  # nobody repeats a call by hand under the same key
    }
