"""Decisions as they are read: lent rights, reminders, the rule's yes, comments; and what a blind count hides."""

from __future__ import annotations

import ast
import inspect
from datetime import UTC, date, datetime, timedelta

import pytest

from app_streamlit.i18n import Language
from app_streamlit.i18n.words import COMMANDS, MESSAGE_KINDS, NO_PERSON, ROLES, who
from app_streamlit.view_models import account, blind, comments, deciding, history, home, live_transit, orders
from app_streamlit.view_models import people as people_rows
from app_streamlit.view_models.deciding import Decider
from app_streamlit.view_models.rows import rows_of
from inventory_core.access.commands import ChangePerson, DisablePerson
from inventory_core.access.model import OPERATOR, Actor, Person, Token
from inventory_core.access.model import ROLES as KNOWN_ROLES
from inventory_core.access.permissions import ROLES_OF_COMMAND
from inventory_core.approvals.delegating import DelegateApproval
from inventory_core.approvals.model import BY_RULE, ApprovalRule
from inventory_core.approvals.rules import SetApprovalPolicy, SetApprovalRules
from inventory_core.bootstrap import Core
from inventory_core.outbox import model as outbox
from inventory_core.transfer_orders.commands import ApproveTransferOrder, CommentOnTransferOrder
from inventory_core.transfer_orders.model import TransferOrder
from inventory_core.transfer_orders.shipment_commands import DispatchShipment, PlanShipment
from inventory_core.transfer_orders.shipments import ShipmentUnits
from tests.core_builders import AT, PEOPLE, add_person, approved, later, memory_core, sender, submitted
from tests.unit.app_streamlit.view_models.test_goods import dispatched, order_of, received

ENGLISH, CHINESE = Language("en"), Language("zh")
ZONE = "America/Los_Angeles"


def decider_of(core: Core, login: str, *, at: datetime = AT) -> Decider:
    """That person with what is lent to him."""
    person = core.queries.person(login)
    assert person is not None
    return deciding.decider(person, delegations=core.queries.delegations(), people=core.queries.people(), at=at)


def lend(core: Core, delegator: str, delegate: str, *roles: str, days: int = 7) -> None:
    core.execute(
        DelegateApproval(
            **sender(delegator), delegate=delegate, roles=roles, from_at=AT, to_at=AT + timedelta(days=days)
        )
    )


def names(core: Core) -> dict[str, str]:
    return {one.login: one.name for one in core.queries.people()}


def test_a_lent_order_waits_for_the_delegate_and_says_for_whom() -> None:
    core = memory_core()
    number = str(submitted(core).document_number)
    vic = decider_of(core, "vic")
    assert orders.waiting_for([order_of(core, number)], vic) == []
    assert not vic.can_decide
    lend(core, "sam", "vic", "supervisor")
    vic, order = decider_of(core, "vic"), order_of(core, number)
    assert orders.waiting_for([order], vic) == [order]
    assert vic.can_decide
    assert orders.why_not_mine(order, vic, ENGLISH) == ""
    assert orders.mine_for(order, vic, people=names(core), text=ENGLISH) == "You decide this for Sam."
    assert orders.mine_for(order, decider_of(core, "sam"), people=names(core), text=ENGLISH) == ""
    person = core.queries.person("vic")
    assert person is not None
    assert [card.count for card in home.order_cards([order], person, vic, ENGLISH)] == [1]
    core.execute(ApproveTransferOrder(**sender("vic"), transfer_order_id=number))
    found = core.queries.transfer_order(number)
    (step,) = rows_of(orders.step_rows(found.order, people=names(core), text=CHINESE, time_zone=ZONE))
    assert (step["decided_by"], step["decided_for"], step["decided_as"]) == ("Vic", "Sam", "主管")
    rows = history.history_rows(found.entries, order=found.order, people=names(core), text=ENGLISH, time_zone=ZONE)
    assert dict(zip(rows["event"], rows["details"], strict=True))["Approval given"] == "as Supervisor · for Sam"


def test_a_delegation_counts_only_in_its_time() -> None:
    core = memory_core()
    order = order_of(core, str(submitted(core).document_number))
    lend(core, "sam", "vic", "supervisor", days=1)
    assert decider_of(core, "vic", at=AT + timedelta(hours=23)).signatures(order)
    assert not decider_of(core, "vic", at=AT + timedelta(days=1)).signatures(order)


def test_nobody_decides_or_lends_what_is_outside_his_scope() -> None:
    core = memory_core()
    order = order_of(core, str(submitted(core).document_number))
    lend(core, "sam", "vic", "supervisor")
    core.execute(ChangePerson(**sender("ada"), login="sam", warehouse_ids=("us_3pl",)))
    assert order.destination_id != "us_3pl"
    for login in ("sam", "vic"):
        assert orders.waiting_for([order], decider_of(core, login)) == []
        assert "ApproveTransferOrder" not in core.permissions(decider_of(core, login).actor, order=order, at=AT)
    assert "responsible for us_3pl only" in orders.out_of_scope_words(order, decider_of(core, "sam").actor, ENGLISH)


def test_who_lent_the_right_and_had_a_hand_in_the_order_is_named_as_the_cause() -> None:
    core = memory_core()
    add_person(core, "dora", "planner", "supervisor")
    lend(core, "dora", "vic", "supervisor")
    order = order_of(core, str(submitted(core, "dora").document_number))
    assert orders.why_not_mine(order, decider_of(core, "vic"), ENGLISH).startswith("Who lent you the right")


def test_reminders_and_escalations_stand_in_words() -> None:
    core = memory_core()
    rule = ApprovalRule(
        rule_id="slow", role="finance", remind_after_hours=1, escalate_after_hours=48, escalation_role="admin"
    )
    core.execute(SetApprovalRules(**sender("operator"), rules=(rule,)))
    number = str(submitted(core).document_number)
    core.press_for_decisions(at=AT + timedelta(hours=2))
    (step,) = rows_of(orders.step_rows(order_of(core, number), people={}, text=ENGLISH, time_zone=ZONE))
    assert step["decision"].startswith("waiting, reminded Nov 2, 2026")
    core.press_for_decisions(at=AT + timedelta(hours=49))
    found = core.queries.transfer_order(number)
    (step,) = rows_of(orders.step_rows(found.order, people={}, text=ENGLISH, time_zone=ZONE))
    assert step["decision"] == "waiting, escalated to Administrator"
    rows = history.history_rows(found.entries, order=found.order, people=names(core), text=ENGLISH, time_zone=ZONE)
    newest = rows.iloc[0].to_dict()
    assert (newest["event"], newest["details"]) == ("Approval escalated", "told: Ada, Fay")
    assert (newest["actor"], newest["roles"]) == ("Diaobo itself", "Operator")


def test_later_stages_wait_for_their_turn() -> None:
    core = memory_core()
    rules = (ApprovalRule(rule_id="a", role="supervisor"), ApprovalRule(rule_id="b", role="finance", stage=2))
    core.execute(SetApprovalRules(**sender("operator"), rules=rules))
    order = order_of(core, str(submitted(core).document_number))
    rows = orders.step_rows(order, people={}, text=ENGLISH, time_zone=ZONE)
    assert list(rows["decision"]) == ["waiting", "waits for its turn"]


def test_the_rules_own_yes_says_so_in_both_languages() -> None:
    core = memory_core()
    add_person(core, "max", "planner", "supervisor", "finance", "admin")
    for login in PEOPLE:
        core.execute(DisablePerson(**sender("max"), login=login))
    core.execute(SetApprovalPolicy(**sender("operator"), allow_approval_by_rule=True))
    found = core.queries.transfer_order(str(submitted(core, "max").document_number))
    (step,) = rows_of(orders.step_rows(found.order, people=names(core), text=CHINESE, time_zone=ZONE))
    assert (step["decision"], step["decided_by"]) == ("按规则批准", "规则")
    assert step["reason"].startswith("除提交人外无人可以审批")
    rows = history.history_rows(found.entries, order=found.order, people=names(core), text=ENGLISH, time_zone=ZONE)
    assert rows["event"].iloc[0] == "Approved by rule"
    assert "lets the rule decide" in rows["details"].iloc[0]


def test_every_kind_of_message_command_role_and_maker_that_is_no_person_has_a_word() -> None:
    tree = ast.parse(inspect.getsource(outbox))
    kinds = {
        node.value.elts[1].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Yield)
        and isinstance(node.value, ast.Tuple)
        and isinstance(node.value.elts[1], ast.Constant)
    }
    assert len(kinds) > 10
    assert kinds <= set(MESSAGE_KINDS)
    assert {*KNOWN_ROLES, *OPERATOR.roles} <= set(ROLES)
    assert {BY_RULE, OPERATOR.actor_id} <= set(NO_PERSON)
    assert {command.__name__ for command in ROLES_OF_COMMAND} == set(COMMANDS)
    assert (who(None, {}, ENGLISH), who("pia", {"pia": "Pia"}, ENGLISH)) == ("", "Pia")


def test_comments_stand_in_their_order_and_change_no_version() -> None:
    core = memory_core()
    number = str(submitted(core).document_number)
    before = order_of(core, number).version
    for text, minutes in (("First\n\n<b>line</b>", 1), ("Second", 2)):
        core.execute(CommentOnTransferOrder(**sender("vic", at=later(minutes)), transfer_order_id=number, text=text))
    found = core.queries.transfer_order(number)
    assert found.order.version == before
    shown = comments.newest(found.comments, people=names(core), text=ENGLISH, time_zone=ZONE)
    assert [(one.name, one.text) for one in shown] == [("Vic", "First\n\n<b>line</b>"), ("Vic", "Second")]
    rows = history.history_rows(found.entries, order=found.order, people=names(core), text=ENGLISH, time_zone=ZONE)
    assert rows["details"].iloc[1] == "First <b>line</b>"


def _hides(order: TransferOrder, *roles: str, warehouses: tuple[str, ...] = (), is_blind: bool = True) -> bool:
    actor = Actor("wim", roles or ("warehouse",), warehouse_ids=frozenset(warehouses) if warehouses else None)
    return blind.hides_plan(order, Decider(actor), is_blind=is_blind)


def test_who_only_counts_does_not_read_the_plan_before_the_count_is_complete() -> None:
    core = memory_core()
    waiting = order_of(core, approved(core))
    under_way = order_of(core, dispatched(core))
    counted = order_of(core, received(core))
    assert not _hides(waiting), "whoever may pack at the origin needs the plan"
    assert _hides(waiting, warehouses=(waiting.destination_id,))
    assert not _hides(waiting, warehouses=(waiting.origin_id,))
    assert _hides(under_way)
    assert not _hides(under_way, is_blind=False)
    assert not _hides(under_way, "warehouse", "supervisor")
    assert not _hides(under_way, "planner")
    assert not _hides(counted)
    actor = Actor("wim", ("warehouse",))
    assert blind.hides_shipment(under_way.shipments[0], order=under_way, actor=actor, is_plan_hidden=True)
    assert not blind.hides_shipment(counted.shipments[0], order=counted, actor=actor, is_plan_hidden=True)


def test_a_packed_shipment_is_read_by_who_packs_it_and_not_by_who_will_count_it() -> None:
    core = memory_core()
    number = approved(core)
    core.execute(
        PlanShipment(
            **sender("wim"), transfer_order_id=number, waybill="W", lines=(ShipmentUnits(sku="CHAIR", units=5),)
        )
    )
    order = order_of(core, number)
    for scope, hidden in ((None, False), (frozenset({order.destination_id}), True)):
        actor = Actor("wim", ("warehouse",), warehouse_ids=scope)
        shown = blind.hides_shipment(order.shipments[0], order=order, actor=actor, is_plan_hidden=True)
        assert shown is hidden


def test_a_hidden_plan_is_in_no_list_and_not_in_the_history() -> None:
    core = memory_core()
    found = core.queries.transfer_order(dispatched(core))
    hidden = {found.order.transfer_order_id}
    (row,) = rows_of(orders.order_rows([found.order], people={}, text=ENGLISH, hidden=hidden))
    assert (row["units"], row["value_amount"]) == (None, None)
    live = live_transit.under_way([found.order], today=date(2026, 11, 2))
    (row,) = rows_of(live_transit.rows(live, ENGLISH, hidden=hidden))
    assert (row["in_transit_units"], row["value_amount"]) == (None, None)
    rows = history.history_rows(
        found.entries, order=found.order, people={}, text=ENGLISH, time_zone=ZONE, is_plan_hidden=True
    )
    assert not any("CHAIR" in told for told in rows["details"])
    assert DispatchShipment.__name__ not in set(rows["event"])


def test_days_of_a_delegation_are_whole_days_of_the_companys_zone() -> None:
    day = date(2026, 11, 1)  # clocks go back in Los Angeles
    assert account.instants_of(day, day, time_zone=ZONE) == (
        datetime(2026, 11, 1, 7, tzinfo=UTC),
        datetime(2026, 11, 2, 8, tzinfo=UTC),
    )


def test_delegations_are_told_with_their_state() -> None:
    core = memory_core()
    lend(core, "sam", "vic", "supervisor")
    (one,) = core.queries.delegations()
    sam, vic = core.queries.person("sam"), core.queries.person("vic")
    assert sam is not None
    assert vic is not None
    assert account.given([one], person=sam) == account.received([one], person=vic) == [one]
    assert account.given([one], person=vic) == []
    told = account.words(one, whom="vic", people=names(core), text=ENGLISH, time_zone="UTC")
    assert told.startswith("Vic: Supervisor, Nov 2, 2026 9:00")
    assert told.count("(UTC)") == 1
    for hours, state in ((-1, "To come"), (1, "In force"), (24 * 8, "Ended")):
        assert account.state_words(one, at=AT + timedelta(hours=hours), text=ENGLISH) == state
    assert account.own_roles(sam) == ["supervisor"]
    assert "sam" not in account.can_delegate_to(core.queries.people(), but=sam)


@pytest.mark.parametrize(
    ("written", "ids"), [("", ()), (" a, b ,a\nc ", ("a", "b", "c")), (",,", ())], ids=["nothing", "some", "commas"]
)
def test_identifiers_are_read_once_each(written: str, ids: tuple[str, ...]) -> None:
    assert people_rows.ids_of(written) == ids


def test_people_and_tokens_are_listed_in_words() -> None:
    scoped = Person(login="x", name="X", roles=("warehouse",), warehouse_ids=("us_3pl",), shop_ids=("amazon_us",))
    closed = Person(login="a", name="A", roles=("viewer",), language="zh", is_disabled=True)
    rows = rows_of(people_rows.person_rows([closed, scoped], ENGLISH))
    assert [(row["login"], row["scope"], row["state"]) for row in rows] == [
        ("x", "us_3pl, shop amazon_us", "Account open"),
        ("a", "Everything", "Account closed"),
    ]
    token = Token(
        token_id="t",
        login="x",
        label="scanner",
        issued_at=AT,
        commands=("RecordReceipt",),
        expires_at=AT + timedelta(days=1),
    )
    (row,) = rows_of(people_rows.token_rows([token], at=AT, text=CHINESE, time_zone=ZONE))
    assert (row["state"], row["commands"], row["roles"]) == ("可用", "登记收货", "与本人相同")
    assert people_rows.token_state(token, at=AT + timedelta(days=1)) == "expired"
    assert "DispatchShipment" in people_rows.token_commands(scoped)
    assert not {"DraftTransferOrder", "IssueToken", "ChangePassword"} & set(people_rows.token_commands(scoped))
    assert people_rows.end_of(None, time_zone=ZONE) is None
