"""`diaobo user` as an administrator sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inventory_core.access.sign_in import UnableToSignIn
from inventory_core.bootstrap import Core, database_url, open_core
from pipelines.commands.user import command
from tests.core_builders import cheap_passwords

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("DIAOBO_TOKEN", "DIAOBO_DATABASE_URL", "DIAOBO_COMPANY"):
        monkeypatch.delenv(name, raising=False)
    with cheap_passwords():
        yield


@pytest.fixture
def user(tmp_path: Path) -> Callable[..., Result]:
    """Runs `diaobo user` for a company in the test's folder, which has no core yet."""
    (tmp_path / "company.toml").touch()
    return lambda *arguments: CliRunner().invoke(command, [*arguments, "--company", str(tmp_path)])


@pytest.fixture
def core(user: Callable[..., Result], tmp_path: Path) -> Iterator[Core]:
    """The company's core after its first admin was added."""
    assert user("add", "ada", "--role", "admin").exit_code == 0
    with open_core(database_url(tmp_path, {})) as opened:
        yield opened


def secret_of(result: Result) -> str:
    assert result.exit_code == 0, result.stderr
    return result.stdout.strip().rsplit(" ", 1)[-1]


def test_the_first_admin_needs_no_token_and_the_journal_names_the_operator(
    user: Callable[..., Result], tmp_path: Path
) -> None:
    added = user("add", "Ada", "--role", "admin", "--name", "Ada L.")
    assert added.stdout.startswith("password of ada, shown only now: ")
    with open_core(database_url(tmp_path, {})) as core:
        assert core.sign_in(login="ada", password=secret_of(added), at=NOW).name == "Ada L."
        [entry] = core.queries.journal()
        assert (entry.actor_id, entry.event_type) == ("operator", "PersonAdded")


def test_several_roles_and_a_language(user: Callable[..., Result], core: Core) -> None:
    user("add", "zoe", "--role", "planner", "--role", "finance", "--language", "zh", "--email", "z@example.com")
    zoe = core.queries.person("zoe")
    assert zoe is not None
    assert (zoe.roles, zoe.language, zoe.email) == (("planner", "finance"), "zh", "z@example.com")


def test_a_taken_login_is_refused(user: Callable[..., Result], core: Core) -> None:
    again = user("add", "ada", "--role", "viewer")
    assert (again.exit_code, "never given twice" in again.stderr) == (3, True)


@pytest.mark.parametrize("arguments", [["two words", "--role", "viewer"], ["zoe"], ["zoe", "--role", "boss"]])
def test_malformed_people_exit_with_2(user: Callable[..., Result], arguments: list[str]) -> None:
    assert user("add", *arguments).exit_code == 2


def test_no_core_is_made_in_a_folder_that_is_no_company(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["add", "ada", "--role", "admin", "--company", str(tmp_path)])
    assert (result.exit_code, "company.toml" in result.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_the_list_names_people_and_tokens(user: Callable[..., Result], core: Core) -> None:
    user("add", "zoe", "--role", "planner", "--name", "张三")
    user("token", "zoe", "--label", "nightly")
    user("disable", "zoe")
    table = user("list").stdout
    assert "zoe    张三  planner  all         all    en        disabled" in table.splitlines()
    assert "nightly" in table
    content = json.loads(user("list", "--format", "json").stdout)
    assert [one["login"] for one in content["people"]] == ["ada", "zoe"]
    assert [one["label"] for one in content["tokens"]] == ["nightly"]


def test_a_token_acts_until_it_is_revoked(user: Callable[..., Result], core: Core) -> None:
    token = secret_of(user("token", "ada"))
    assert core.actor_of_token(token, at=NOW).actor_id == "ada"
    assert user("revoke-token", core.queries.tokens()[0].token_id).exit_code == 0
    with pytest.raises(UnableToSignIn):
        core.actor_of_token(token, at=NOW)


def test_with_a_token_its_owner_must_be_allowed(user: Callable[..., Result], core: Core) -> None:
    user("add", "zoe", "--role", "planner")
    planner, admin = secret_of(user("token", "zoe")), secret_of(user("token", "ada"))
    refused = user("add", "eve", "--role", "admin", "--token", planner)
    assert (refused.exit_code, "zoe (planner) may not send AddPerson" in refused.stderr) == (3, True)
    assert user("add", "eve", "--role", "viewer", "--token", admin).exit_code == 0
    assert core.queries.journal()[-1].actor_id == "ada"


def test_a_scope_and_its_end(user: Callable[..., Result], core: Core) -> None:
    user("add", "zoe", "--role", "warehouse", "--warehouse", "us_3pl", "--warehouse", "fba_us", "--shop", "shopify")
    zoe = core.queries.person("zoe")
    assert zoe is not None
    assert (zoe.warehouse_ids, zoe.shop_ids) == (("us_3pl", "fba_us"), ("shopify",))
    assert "us_3pl, fba_us  shopify" in user("list").stdout
    assert (
        user("change", "zoe", "--all-warehouses", "--role", "viewer", "--name", "Zoe Z.").stdout == "zoe is changed\n"
    )
    zoe = core.queries.person("zoe")
    assert zoe is not None
    assert (zoe.name, zoe.roles, zoe.warehouse_ids, zoe.shop_ids) == ("Zoe Z.", ("viewer",), (), ("shopify",))
    both = user("change", "zoe", "--shop", "x", "--all-shops")
    assert (both.exit_code, "not both" in both.stderr) == (2, True)
    nothing = user("change", "zoe")
    assert (nothing.exit_code, "nothing to change" in nothing.stderr) == (2, True)


def test_an_account_is_opened_again(user: Callable[..., Result], core: Core) -> None:
    user("add", "zoe", "--role", "planner")
    user("disable", "zoe")
    assert user("enable", "zoe").stdout == "zoe is enabled\n"
    zoe = core.queries.person("zoe")
    assert zoe is not None
    assert not zoe.is_disabled


def test_a_narrow_token_that_ends(user: Callable[..., Result], core: Core) -> None:
    user("add", "zoe", "--role", "planner", "--role", "warehouse")
    limits = ("--role", "warehouse", "--warehouse", "us_3pl", "--command", "RecordReceipt", "--expires-in-days", "30")
    token = secret_of(user("token", "zoe", *limits))
    actor = core.actor_of_token(token, at=NOW)
    assert (actor.roles, actor.warehouse_ids, actor.commands) == (("warehouse",), {"us_3pl"}, {"RecordReceipt"})
    [known] = core.queries.tokens()
    assert known.expires_at is not None
    assert 29 <= (known.expires_at - NOW).days <= 30
    with pytest.raises(UnableToSignIn, match="expired"):
        core.actor_of_token(token, at=known.expires_at)
    listed = user("list").stdout
    assert "warehouse, us_3pl, RecordReceipt" in listed
    assert f"{known.expires_at:%Y-%m-%d}  active" in listed
    unknown = user("token", "zoe", "--command", "Receive")
    assert (unknown.exit_code, "there is no command Receive" in unknown.stderr) == (3, True)


def test_a_token_that_is_narrow_makes_no_other(user: Callable[..., Result], core: Core) -> None:
    narrow = secret_of(user("token", "ada", "--command", "IssueToken"))
    refused = user("token", "ada", "--token", narrow)
    assert (refused.exit_code, "may not send IssueToken" in refused.stderr) == (3, True)
    whole = secret_of(user("token", "ada"))
    assert user("token", "ada", "--token", whole).exit_code == 0
    assert core.queries.journal()[-1].token_id == core.actor_of_token(whole, at=NOW).token_id


def test_a_new_password(user: Callable[..., Result], core: Core) -> None:
    password = secret_of(user("reset-password", "ada"))
    assert core.sign_in(login="ada", password=password, at=NOW).login == "ada"


def test_the_last_admin_stays(user: Callable[..., Result], core: Core) -> None:
    refused = user("disable", "ada")
    assert (refused.exit_code, "last admin" in refused.stderr) == (3, True)


def test_help_waits_for_no_database_library() -> None:
    """SQLAlchemy takes half a second to import (evidence.md, "Starting up")."""
    code = (
        "import sys, pipelines.commands.user, pipelines.commands.order; "
        "heavy = {'sqlalchemy', 'pydantic', 'alembic', 'argon2', 'dagster', 'polars'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
