"""The one place that joins settings, storage and handlers into a `Core`.

Importing this module is cheap: SQLAlchemy is imported when a database is opened, Alembic only when its tables are not
those of this program, Argon2 when somebody signs in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType

from inventory_core.access.commands import ChangePassword
from inventory_core.access.model import OPERATOR, Actor, Person
from inventory_core.access.passwords import password_hash, require_good_password
from inventory_core.access.permissions import permitted_commands
from inventory_core.access.sign_in import actor_of_token, sign_in
from inventory_core.approvals.asking import delegations_to
from inventory_core.approvals.pressing import PressForDecisions, is_pressing_due
from inventory_core.commands import Command, Outcome
from inventory_core.dispatch import handle
from inventory_core.export import Rows, export_rows
from inventory_core.instants import instant_text
from inventory_core.queries import Queries
from inventory_core.storage.ports import Storage
from inventory_core.transfer_orders.model import TransferOrder


class Core:
    """The system of record of one company. Safe to share between threads."""

    def __init__(self, storage: Storage) -> None:
        """Over a storage whose tables are current; `open_core` makes one from a URL."""
        self.storage = storage
        self.queries = Queries(storage)

    def execute(self, command: Command) -> Outcome:
        """Do a command, once per idempotency key.

        Raises: Refused, in words, when a rule forbids it; nothing of it is kept then.
        """
        with self.storage.writing() as store:
            return handle(command, store)

    def sign_in(self, *, login: str, password: str, at: datetime) -> Person:
        """The person whose login and password these are. Raises: UnableToSignIn."""
        return sign_in(self.storage, login=login, password=password, at=at)

    def change_password(self, *, login: str, old_password: str, new_password: str, at: datetime, key: str) -> Outcome:
        """Give a person the password that he chose, once the old one proved him; `key` is the idempotency key.

        Raises: UnableToSignIn when the old one is wrong, UnableToChangePassword when the new one will not do.
        """
        person = self.sign_in(login=login, password=old_password, at=at)
        require_good_password(new_password, login=person.login, old_password=old_password)
        hashed = password_hash(new_password)
        return self.execute(ChangePassword(actor_id=person.person_id, at=at, idempotency_key=key, password_hash=hashed))

    def actor_of_token(self, token: str, *, at: datetime) -> Actor:
        """As whom the token acts, and what it leaves him.

        Commands that he sends carry his `actor_id` and, as `by_token_id`, his `token_id`.

        Raises: UnableToSignIn.
        """
        with self.storage.reading() as store:
            return actor_of_token(store, token, at=at)

    def permissions(
        self, actor: Actor, *, order: TransferOrder | None = None, at: datetime | None = None
    ) -> frozenset[str]:
        """Names of commands that the actor (`person.actor`) may send now, about `order` or, without one, at all.

        With the instant `at`, what others delegated to him counts too.
        """
        if at is None:
            return permitted_commands(actor, order=order)
        with self.storage.reading() as store:
            delegations = delegations_to(actor, store, at=at, order=order)
        return permitted_commands(actor, order=order, at=at, delegations=delegations)

    def press_for_decisions(self, *, at: datetime) -> Outcome | None:
        """Remind and escalate where it is due at that instant; None, and no trace, where nothing is."""
        with self.storage.reading() as store:
            if not is_pressing_due(store, at=at):
                return None
        key = f"press-for-decisions-{instant_text(at)}"
        return self.execute(PressForDecisions(actor_id=OPERATOR.actor_id, at=at, idempotency_key=key))

    def export(self) -> dict[str, Rows]:
        """Rows for the warehouse by table name (`export.py` names the columns)."""
        return export_rows(self.storage)

    def close(self) -> None:
        """Give back connections."""
        self.storage.close()

    def __enter__(self) -> Core:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self.close()


def database_url(company_dir: Path, environ: Mapping[str, str]) -> str:
    """Where the company's core is: DIAOBO_DATABASE_URL, else `core.sqlite` in its folder."""
    return environ.get("DIAOBO_DATABASE_URL") or f"sqlite:///{company_dir.resolve() / 'core.sqlite'}"


def open_core(url: str, *, create: bool = False) -> Core:
    """The core at `url`; `create` makes the database or brings its tables to this program's version.

    Raises: UnableToOpenCore when the database is missing, unreachable or of another version.
    """
    from inventory_core.storage.sql import SqlStorage, UnableToOpenCore, sql_engine
    from inventory_core.storage.tables import HEAD_REVISION

    file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None
    if file is not None and not create and not file.exists():
        raise UnableToOpenCore(f"there is no core at {file}: `diaobo run` makes it")
    if file is not None and not file.parent.is_dir():
        raise UnableToOpenCore(f"there is no folder {file.parent}: `diaobo company new` makes one")
    storage = SqlStorage(sql_engine(url))
    try:
        revision = storage.revision()
        if revision != HEAD_REVISION and create:
            from inventory_core.replay import rebuild

            storage.migrate(rebuild=rebuild)
        elif revision != HEAD_REVISION:
            raise UnableToOpenCore(
                f"the core's tables have version {revision or 'none'}, this program needs {HEAD_REVISION}: "
                "`diaobo run` brings them there"
            )
    except BaseException:
        storage.close()
        raise
    return Core(storage)
