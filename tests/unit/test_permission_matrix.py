"""Every command × every kind of sender, through every door: no role can do by any path what the core forbids.

The table is written by hand, not read from the core: it is what the company was promised. The order of the table goes
from China (cn_main) to the US (us_3pl), the stock is China's.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from app_streamlit import actions
from app_streamlit.view_models.order_drafts import OrderLine, OrderToBe
from inventory_core.access.commands import AddPerson, ChangePerson, DisablePerson, IssueToken, PersonToAdd
from inventory_core.access.model import ROLES, Actor
from inventory_core.access.permissions import UnableToAllow
from inventory_core.access.scope import UnableToReach
from inventory_core.access.sign_in import UnableToAct, UnableToSignIn, sender_of
from inventory_core.bootstrap import Core, database_url, open_core
from inventory_core.commands import Command
from inventory_core.errors import Refused
from inventory_core.json_commands import UnableToReadCommand, command_from_json
from inventory_core.records import plain
from inventory_core.storage.memory import MemoryStorage, MemoryStore
from pipelines.commands.order import ORDER_COMMANDS
from pipelines.commands.order import command as order_command
from pipelines.commands.user import command as user_command
from tests.core_builders import AT, PEOPLE, cheap_passwords, core_on, memory_core, sender, submitted
from tests.every_command import every_command

# Roles, then people with a scope, then tokens of somebody with every role.
COLUMNS = (
    *("viewer", "planner", "supervisor", "finance", "warehouse", "admin", "operator"),
    *("planner_us", "planner_fba", "warehouse_us", "admin_us", "admin_shop"),
    *("token_unlimited", "token_of_role", "token_us", "token_for_receipts"),
    *("disabled", "nobody"),
)
# In the order of COLUMNS: x may, . may not.
MATRIX = """
DraftTransferOrder    .x...x. x..xx x.x. ..
ChangeTransferOrder   .x...x. x..xx x.x. ..
SubmitTransferOrder   .x...x. x..xx x.x. ..
WithdrawTransferOrder .x...x. x..xx x.x. ..
CancelTransferOrder   .xx..x. x..xx x.x. ..
ApproveTransferOrder  ..xxxx. ..xxx xxx. ..
RejectTransferOrder   ..xxxx. ..xxx xxx. ..
CommentOnTransferOrder xxxxxx. x.xxx xxx. ..
PlanShipment          ....xx. ....x xx.. ..
DispatchShipment      ....xx. ....x xx.. ..
CancelShipment        ....xx. ....x xx.. ..
RecordMilestone       .x..xx. x.xxx xxx. ..
RecordReceipt         ....xx. ..xxx xxxx ..
CompleteReceiving     ....xx. ..xxx xxxx ..
ResolveDiscrepancy    ..xx.x. ...xx x.x. ..
CloseTransferOrder    .xxx.x. x..xx x.x. ..
ReopenTransferOrder   ..xx.x. ...xx x.x. ..
SetReceivingRules     .....xx ..... x... ..
SetOpeningStock       ....xxx ....x xx.. ..
CountStock            ....xx. ....x xx.. ..
MoveStock             ....xx. ....x xx.. ..
ReceivePurchase       ....xx. ....x xx.. ..
ReleaseMessage        .....xx ..... x... ..
DiscardMessage        .....xx ..... x... ..
AddressMessage        ......x ..... .... ..
RegisterCatalog       .....xx ..... x... ..
SetApprovalRules      .....xx ..... x... ..
SetApprovalPolicy     .....xx ..... x... ..
PressForDecisions     .....xx ..... x... ..
DelegateApproval      ..xxxx. ..xxx x... ..
RevokeDelegation      ..xxxx. ..xxx xxx. ..
AddPerson             .....xx ..... x... ..
EnsurePeople          .....xx ..... x... ..
ChangePerson          .....xx ..... x... ..
DisablePerson         .....xx ..... x... ..
EnablePerson          .....xx ..... x... ..
ResetPassword         .....xx ..... x... ..
ChangePassword        xxxxxx. xxxxx .... ..
IssueToken            .....xx ..... x... ..
RevokeToken           xxxxxxx xxxxx xxx. ..
"""
MAY_SEND: dict[str, dict[str, bool]] = {
    name: dict(zip(COLUMNS, (mark == "x" for mark in "".join(marks)), strict=True))
    for name, *marks in (row.split() for row in MATRIX.strip().splitlines())
}
NOT_ALLOWED = (UnableToAllow, UnableToReach, UnableToAct, UnableToSignIn)

# login → roles, warehouses, shops
SCOPED = {
    "planner_us": (("planner",), ("us_3pl",), ()),
    "planner_fba": (("planner",), ("fba_us",), ()),
    "warehouse_us": (("warehouse",), ("us_3pl",), ()),
    "admin_us": (("admin",), ("us_3pl",), ()),
    "admin_shop": (("admin",), (), ("amazon_us",)),
    "max": (tuple(role for role in ROLES if role != "viewer"), (), ()),
    "disabled": (("admin",), (), ()),
}
TOKENS: dict[str, dict[str, tuple[str, ...]]] = {
    "token_unlimited": {},
    "token_of_role": {"roles": ("warehouse",)},
    "token_us": {"warehouse_ids": ("us_3pl",)},
    "token_for_receipts": {"commands": ("RecordReceipt", "CompleteReceiving")},
}


def set_up(core: Core) -> dict[str, str]:
    """The people of the table, their tokens and the order; texts of tokens by column, for everybody who has any."""
    for login, (roles, warehouse_ids, shop_ids) in SCOPED.items():
        person = PersonToAdd(login=login, name=login, roles=roles, warehouse_ids=warehouse_ids, shop_ids=shop_ids)
        core.execute(AddPerson(**sender("operator"), person=person))
    submitted(core, destination_id="us_3pl")
    texts = {}
    for column in COLUMNS:
        login = "max" if column in TOKENS else login_of_column(column)
        if core.queries.person(login) is not None:
            token = IssueToken(**sender("ada", key=column), login=login, label=column, **TOKENS.get(column, {}))
            texts[column] = core.execute(token).secrets["token"]
    core.execute(DisablePerson(**sender("ada"), login="disabled"))
    return texts


def login_of_column(column: str) -> str:
    """Who sends: a person of the table, the first of that role, or the column's own name."""
    if column in TOKENS:
        return "max"
    return next((login for login, role in PEOPLE.items() if role == column), column)


@cache
def _prepared() -> tuple[MemoryStore, dict[str, str]]:
    core = memory_core()
    with cheap_passwords():
        texts = set_up(core)
    storage = core.storage
    assert isinstance(storage, MemoryStorage)
    return storage._store, texts


def fresh_core() -> Core:
    """A core of its own over the table's company."""
    return Core(MemoryStorage(_prepared()[0].copy()))


def sent_by(core: Core, column: str) -> list[Command]:
    """One of each command as the column's sender would send it."""
    if column not in TOKENS:
        return every_command(login_of_column(column))
    actor = core.actor_of_token(_prepared()[1][column], at=AT)
    return every_command(actor.actor_id, by_token_id=actor.token_id)


def refusal_of(core: Core, command: Command) -> Refused | None:
    """How the core refused the command; None when it was done."""
    try:
        core.execute(command)
    except Refused as refusal:
        return refusal
    return None


@pytest.fixture(autouse=True)
def _cheap() -> Iterator[None]:
    with cheap_passwords():
        yield


def test_the_table_has_every_command_and_every_role() -> None:
    assert list(MAY_SEND) == [type(one).__name__ for one in every_command("ada")]
    assert {*ROLES, "operator", *TOKENS} < set(COLUMNS)


@pytest.mark.parametrize("column", COLUMNS)
def test_the_core_decides(column: str) -> None:
    for command in sent_by(fresh_core(), column):
        core, name = fresh_core(), type(command).__name__
        entries = len(core.queries.journal())
        refusal = refusal_of(core, command)
        is_allowed = not isinstance(refusal, NOT_ALLOWED)
        assert is_allowed == MAY_SEND[name][column], f"{column} sent {name}: {refusal}"
        if not is_allowed:
            assert login_of_column(column) in str(refusal)
            assert len(core.queries.journal()) == entries


@pytest.mark.parametrize("column", [one for one in COLUMNS if one not in ("disabled", "nobody")])
def test_the_screen_offers_nothing_that_the_table_forbids(column: str) -> None:
    core = fresh_core()
    order = core.queries.transfer_order("TO-2026-00001").order
    with core.storage.reading() as store:
        actor: Actor = sender_of(sent_by(core, column)[0], store)
    assert {name for name in core.permissions(actor, order=order) if not MAY_SEND[name][column]} == set()
    of_any_warehouse = {"SetOpeningStock", "CountStock", "MoveStock", "ReceivePurchase", "DraftTransferOrder"}
    offered = {name for name in core.permissions(actor) if not MAY_SEND[name][column]}
    assert offered <= (of_any_warehouse if actor.is_scoped else set())


@pytest.mark.parametrize("column", COLUMNS)
def test_json_opens_no_other_way(column: str) -> None:
    for command in sent_by(fresh_core(), column):
        core, name = fresh_core(), type(command).__name__
        content = {key: value for key, value in plain(command).items() if key not in ("actor_id", "at", "by_token_id")}
        read = command_from_json(
            type(command),
            json.dumps(content),
            actor_id=command.actor_id,
            by_token_id=command.by_token_id,
            at=command.at,
        )
        assert read == command
        assert isinstance(refusal_of(core, read), NOT_ALLOWED) != MAY_SEND[name][column], f"{column} sent {name}"


@pytest.mark.parametrize("claimed", ["actor_id", "by_token_id", "at"])
def test_nobody_claims_in_json_to_be_somebody_else(claimed: str) -> None:
    for command in every_command("vic"):
        text = json.dumps({**plain(command), claimed: "operator"})
        with pytest.raises(UnableToReadCommand, match=f"{claimed}: leave it out"):
            command_from_json(type(command), text, actor_id="vic", at=AT)


@pytest.fixture(scope="module")
def company_template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A company's folder with the people and the order of the table, and the texts of their tokens."""
    folder = tmp_path_factory.mktemp("matrix")
    (folder / "company.toml").touch()
    with cheap_passwords(), open_core(database_url(folder, {}), create=True) as core:
        core_on(core.storage)
        return folder, set_up(core)


@pytest.fixture
def send(
    company_template: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Sends a command with `diaobo order` and the token of a column; the name of the refusal, "" when it was done."""
    for name in ("DIAOBO_TOKEN", "DIAOBO_DATABASE_URL", "DIAOBO_COMPANY"):
        monkeypatch.delenv(name, raising=False)
    template, texts = company_template

    def run(name: str, command: Command, *, column: str) -> str:
        shutil.copytree(template, tmp_path, dirs_exist_ok=True)
        content = {key: value for key, value in plain(command).items() if key not in ("actor_id", "at", "by_token_id")}
        arguments = [name, "--json", "-", "--company", str(tmp_path), "--token", texts.get(column, "diaobo_none")]
        result = CliRunner().invoke(order_command, arguments, input=json.dumps(content))
        assert result.exit_code in (0, 3), result.output
        return str(json.loads(result.stdout).get("refused", ""))

    return run


@pytest.mark.parametrize("column", [one for one in COLUMNS if one != "operator"])
def test_the_command_line_opens_no_other_way(send: Callable[..., str], column: str) -> None:
    names = {command_type: name for name, command_type in ORDER_COMMANDS.items()}
    refusals = {one.__name__ for one in NOT_ALLOWED}
    for command in every_command("x"):
        if type(command) in names:
            refused = send(names[type(command)], command, column=column)
            expected = MAY_SEND[type(command).__name__][column]
            assert (refused not in refusals) == expected, f"{column} sent {names[type(command)]}: {refused}"


def test_no_token_makes_a_script_the_operator(company_template: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    shutil.copytree(company_template[0], tmp_path, dirs_exist_ok=True)
    result = CliRunner().invoke(user_command, ["token", "operator", "--company", str(tmp_path)])
    assert (result.exit_code, "operator has no account" in result.stderr) == (3, True)
    core = fresh_core()
    with pytest.raises(UnableToSignIn):
        core.sign_in(login="operator", password="", at=AT)
    token_id = core.actor_of_token(_prepared()[1]["token_unlimited"], at=AT).token_id
    for command in every_command("operator", by_token_id=token_id):
        assert isinstance(refusal_of(core, command), UnableToAct)


def to_be() -> OrderToBe:
    """The table's order as the planner's page would draft it."""
    order = fresh_core().queries.transfer_order("TO-2026-00001").order
    return OrderToBe(
        origin_id=order.origin_id,
        destination_id=order.destination_id,
        mode=order.mode,
        ship_date=order.ship_date,
        arrival_date=order.arrival_date,
        lines=tuple(
            OrderLine(
                suggestion_id=f"advice-{one.sku}",
                suggestion_run_id="2026-11-02/run",
                sku=one.sku,
                suggested_units=one.units,
                units=one.units,
            )
            for one in order.lines
        ),
        value_amount=Decimal(1),
        value_currency="USD",
    )


@pytest.mark.parametrize("column", [one for one in COLUMNS if one not in (*TOKENS, "operator", "nobody")])
def test_the_app_opens_no_other_way(column: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DraftTransferOrder", *actions.DECISIONS):
        core = fresh_core()
        monkeypatch.setattr(actions, "core", lambda core=core: core)
        person = core.queries.person(login_of_column(column))
        assert person is not None
        refusal: object = None
        if name == "DraftTransferOrder":
            problem = actions._submit(to_be(), person=person, nonce="n").problem
            is_allowed = not problem
        else:
            order = core.queries.transfer_order("TO-2026-00001").order
            try:
                actions.decide(name, order=order, person=person, reason="why not")
            except Refused as found:
                refusal = found
            is_allowed = not isinstance(refusal, NOT_ALLOWED)
        assert is_allowed == MAY_SEND[name][column], f"{column} sent {name}: {refusal}"


@pytest.mark.parametrize(
    "change",
    [
        lambda: DisablePerson(**sender("ada"), login="sam"),
        lambda: ChangePerson(**sender("ada"), login="sam", roles=("viewer",)),
        lambda: ChangePerson(**sender("ada"), login="sam", warehouse_ids=("fba_us",)),
    ],
    ids=["disabled", "other roles", "other scope"],
)
def test_a_session_loses_at_its_next_command_what_its_person_lost(
    change: Callable[[], Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    core = fresh_core()
    monkeypatch.setattr(actions, "core", lambda: core)
    person, order = core.queries.person("sam"), core.queries.transfer_order("TO-2026-00001").order
    assert person is not None
    core.execute(change())
    with pytest.raises(NOT_ALLOWED):  # the session still holds the person of before
        actions.decide("ApproveTransferOrder", order=order, person=person, reason="")


def test_the_app_knows_no_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    core = fresh_core()
    monkeypatch.setattr(actions, "core", lambda: core)
    assert actions.person("operator") is None
    with pytest.raises(UnableToSignIn):
        actions.sign_in(login="operator", password="operator", at=datetime.now(UTC))
