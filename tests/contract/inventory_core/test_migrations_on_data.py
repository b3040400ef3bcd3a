"""Down to an older program and up again, in each kind of database: nothing that people rely on is lost on the way."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.util import CommandError

from inventory_core.access.commands import AddPerson, IssueToken, PersonToAdd
from inventory_core.access.sign_in import UnableToSignIn
from inventory_core.bootstrap import Core, open_core
from inventory_core.storage.migrations.run import downgrade
from inventory_core.storage.sql import sql_engine
from inventory_core.verification import verify
from tests.core_builders import AT, core_on, draft, later, sender


def go_down(url: str, *, to: str) -> int:
    """Downgrades the database; the number of credentials that belong to nobody then."""
    engine = sql_engine(url)
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            downgrade(connection, to=to)
            strangers = "SELECT count(*) FROM credentials WHERE login NOT IN (SELECT login FROM people)"
            return int(connection.execute(sa.text(strangers)).scalar_one())
    finally:
        engine.dispose()


def with_a_narrow_token(core: Core) -> tuple[str, str]:
    """Adds Uma, who has a scope; her password and the text of her token."""
    uma = PersonToAdd(login="uma", name="Uma", roles=("planner",), warehouse_ids=("us_3pl",), shop_ids=("shopify",))
    password = core.execute(AddPerson(**sender("ada"), person=uma)).secrets["uma"]
    limits = {"roles": ("planner",), "warehouse_ids": ("us_3pl",), "commands": ("DraftTransferOrder",)}
    issued = IssueToken(**sender("ada"), login="uma", label="x", expires_at=later(60), **limits)
    return password, core.execute(issued).secrets["token"]


def test_scopes_tokens_and_passwords_survive_the_way_down_and_up(database: str) -> None:
    with open_core(database) as core:
        core_on(core.storage)
        password, token = with_a_narrow_token(core)
        with pytest.raises(UnableToSignIn):
            core.sign_in(login="nobody", password="x", at=AT)
        before = (core.queries.people(), core.queries.tokens(), core.actor_of_token(token, at=AT))
    for _ in range(2):
        assert go_down(database, to="0006") == 0
        with open_core(database, create=True) as core:
            assert (core.queries.people(), core.queries.tokens(), core.actor_of_token(token, at=AT)) == before
            assert core.sign_in(login="uma", password=password, at=AT).warehouse_ids == ("us_3pl",)
            assert verify(core).is_sound


def test_entries_that_name_a_token_are_not_cut_for_an_older_program(database: str) -> None:
    with open_core(database) as core:
        core_on(core.storage)
        _, token = with_a_narrow_token(core)
        actor = core.actor_of_token(token, at=AT)
        core.execute(draft("uma", by_token_id=actor.token_id, destination_id="us_3pl"))
    with pytest.raises(CommandError, match="names the token that sent it"):
        go_down(database, to="0006")
    with open_core(database) as core:
        assert core.queries.journal()[-1].token_id == actor.token_id
        assert verify(core).is_sound
