"""Lending one's right to decide: to whom, for how long, and what it never opens."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from inventory_core.access.commands import AddPerson, ChangePerson, DisablePerson, IssueToken, PersonToAdd
from inventory_core.access.model import Actor
from inventory_core.access.permissions import UnableToAllow, permitted_commands
from inventory_core.access.scope import UnableToReach
from inventory_core.approvals.delegating import (
    DelegateApproval,
    RevokeDelegation,
    UnableToDelegate,
    UnableToRevokeDelegation,
)
from inventory_core.approvals.handlers import UnableToApproveTransferOrder
from inventory_core.approvals.model import ApprovalRule
from inventory_core.approvals.rules import SetApprovalPolicy, SetApprovalRules
from inventory_core.bootstrap import Core
from inventory_core.commands import Outcome
from inventory_core.errors import Malformed
from inventory_core.transfer_orders.commands import ApproveTransferOrder, RejectTransferOrder
from inventory_core.verification import verify
from tests.core_builders import AT, add_person, later, sender, submitted

END = later(60)


def lend(core: Core, delegator: str, delegate: str, *roles: str, actor_id: str | None = None, **fields: Any) -> str:
    """The id of a delegation of an hour from AT on."""
    command = DelegateApproval(
        **sender(actor_id or delegator),
        **{"delegate": delegate, "roles": roles, "from_at": AT, "to_at": END, "delegator": delegator, **fields},
    )
    return str(core.execute(command).delegation_id)


def approve(core: Core, number: str, login: str, *, at: datetime = AT) -> Outcome:
    return core.execute(ApproveTransferOrder(**sender(login, at=at), transfer_order_id=number))


@pytest.fixture
def number(core: Core) -> str:
    return str(submitted(core).document_number)


class TestDeciding:
    def test_a_delegate_decides_and_the_record_says_for_whom(self, core: Core, number: str) -> None:
        lend(core, "sam", "vic", "supervisor")
        assert approve(core, number, "vic").status == "approved"
        [step] = core.queries.transfer_order(number).order.steps
        assert (step.decided_by, step.decided_for, step.decided_as) == ("vic", "sam", "supervisor")
        assert verify(core).is_sound

    def test_a_delegate_says_no_as_well(self, core: Core, number: str) -> None:
        lend(core, "sam", "vic", "supervisor")
        core.execute(RejectTransferOrder(**sender("vic"), transfer_order_id=number, reason="no"))
        [step] = core.queries.transfer_order(number).order.steps
        assert (step.decision, step.decided_by, step.decided_for) == ("rejected", "vic", "sam")

    def test_it_begins_and_ends_by_its_dates(self, core: Core, number: str) -> None:
        lend(core, "sam", "vic", "supervisor", from_at=later(10))
        for outside in (later(9), END):
            with pytest.raises(UnableToAllow):
                approve(core, number, "vic", at=outside)
        assert approve(core, number, "vic", at=later(10)).status == "approved"

    def test_who_decides_himself_decides_for_himself(self, core: Core, number: str) -> None:
        add_person(core, "sue", "supervisor")
        lend(core, "sam", "sue", "supervisor")
        approve(core, number, "sue")
        assert core.queries.transfer_order(number).order.steps[0].decided_for is None

    def test_it_opens_only_the_roles_that_were_lent(self, core: Core) -> None:
        add_person(core, "sue", "supervisor", "finance")
        core.execute(SetApprovalRules(**sender("operator"), rules=(ApprovalRule(rule_id="f", role="finance"),)))
        lend(core, "sue", "wim", "supervisor")
        number = str(submitted(core).document_number)
        with pytest.raises(UnableToApproveTransferOrder, match="supervisor for sue"):
            approve(core, number, "wim")

    def test_it_opens_no_other_command(self, core: Core, number: str) -> None:
        lend(core, "ada", "vic", "admin")
        lend(core, "sam", "vic", "supervisor")
        with pytest.raises(UnableToAllow):
            core.execute(DisablePerson(**sender("vic"), login="sam"))
        with pytest.raises(UnableToAllow):
            core.execute(SetApprovalRules(**sender("vic"), rules=()))

    def test_those_who_are_asked_include_delegates(self, core: Core, number: str) -> None:
        order = core.queries.transfer_order(number).order
        delegation_id = lend(core, "sam", "vic", "supervisor")
        found = core.queries.delegations()
        assert [one.delegation_id for one in found] == [delegation_id]
        decide = {"ApproveTransferOrder", "RejectTransferOrder"}
        vic = Actor("vic", ("viewer",))
        assert decide <= core.permissions(vic, order=order, at=AT)
        assert decide.isdisjoint(core.permissions(vic, order=order, at=END))
        assert decide.isdisjoint(core.permissions(vic, order=order)), "without an instant nothing is lent"
        assert decide <= permitted_commands(vic, order=order, at=AT, delegations=found)
        assert decide.isdisjoint(
            permitted_commands(Actor("wim", ("warehouse",)), order=order, delegations=found, at=AT)
        )


class TestSegregation:
    def test_nobody_approves_his_own_order_through_a_delegate(self, core: Core) -> None:
        add_person(core, "max", "planner", "supervisor")
        lend(core, "max", "vic", "supervisor")
        number = str(submitted(core, "max").document_number)
        with pytest.raises(UnableToApproveTransferOrder, match="max had a hand in it, and so has his delegate"):
            approve(core, number, "vic")
        with pytest.raises(UnableToApproveTransferOrder, match="drafted, changed or submitted"):
            approve(core, number, "max")

    def test_nobody_approves_his_own_order_as_a_delegate(self, core: Core) -> None:
        lend(core, "sam", "pia", "supervisor")
        number = str(submitted(core, "pia").document_number)
        with pytest.raises(UnableToApproveTransferOrder, match="pia drafted, changed or submitted"):
            approve(core, number, "pia")

    def test_what_was_lent_cannot_be_lent_on(self, core: Core) -> None:
        lend(core, "sam", "wim", "supervisor")
        with pytest.raises(UnableToDelegate, match="wim does not hold supervisor himself"):
            lend(core, "wim", "vic", "supervisor")

    def test_a_name_counts_once_among_several_signatures(self, core: Core) -> None:
        """Sam signs for himself and lends his name; Vic signs for Sam and then for Sue: one person each time."""
        add_person(core, "sue", "supervisor")
        rule = ApprovalRule(rule_id="s", role="supervisor", signatures=2)
        core.execute(SetApprovalRules(**sender("operator"), rules=(rule,)))
        lend(core, "sam", "vic", "supervisor")
        first, second = (str(submitted(core).document_number) for _ in range(2))
        approve(core, first, "sam")
        with pytest.raises(UnableToApproveTransferOrder, match="waits for supervisor"):
            approve(core, first, "vic")
        lend(core, "sue", "vic", "supervisor")
        assert approve(core, first, "vic").status == "approved"
        assert core.queries.transfer_order(first).order.steps[1].decided_for == "sue"
        approve(core, second, "vic")
        with pytest.raises(UnableToApproveTransferOrder):
            approve(core, second, "vic")
        assert core.queries.transfer_order(second).order.status == "submitted"

    @pytest.mark.parametrize("disabled", ["sam", "vic"])
    def test_a_disabled_account_lends_and_borrows_nothing(self, core: Core, number: str, disabled: str) -> None:
        lend(core, "sam", "vic", "supervisor")
        core.execute(DisablePerson(**sender("ada"), login=disabled))
        assert core.permissions(Actor("vic", ("viewer",)), at=AT) == core.permissions(Actor("vic", ("viewer",)))


class TestScope:
    """The order goes from cn_main to fba_us."""

    def test_nobody_lends_what_is_outside_his_scope(self, core: Core, number: str) -> None:
        core.execute(ChangePerson(**sender("ada"), login="sam", warehouse_ids=("us_3pl",)))
        lend(core, "sam", "vic", "supervisor")
        with pytest.raises(UnableToApproveTransferOrder):
            approve(core, number, "vic")
        core.execute(ChangePerson(**sender("ada"), login="sam", warehouse_ids=("fba_us",)))
        assert approve(core, number, "vic").status == "approved"

    def test_a_delegate_stays_in_his_own_scope(self, core: Core, number: str) -> None:
        lend(core, "sam", "vic", "supervisor")
        core.execute(ChangePerson(**sender("ada"), login="vic", warehouse_ids=("us_3pl",)))
        order = core.queries.transfer_order(number).order
        vic = core.queries.person("vic")
        assert vic is not None
        assert "ApproveTransferOrder" not in core.permissions(vic.actor, order=order, at=AT)
        with pytest.raises(UnableToReach):
            approve(core, number, "vic")

    def test_only_those_are_asked_whose_scope_reaches_the_order(self, core: Core) -> None:
        far = PersonToAdd(login="sol", name="Sol", roles=("supervisor",), warehouse_ids=("us_3pl",))
        near = PersonToAdd(login="sue", name="Sue", roles=("supervisor",), warehouse_ids=("fba_us",))
        for person in (far, near):
            core.execute(AddPerson(**sender("ada"), person=person))
        submitted(core)
        [message] = core.queries.messages()
        assert json.loads(message.payload)["tell"] == ["sam", "sue"]

    def test_a_rule_approves_where_those_who_could_are_elsewhere(self, core: Core) -> None:
        core.execute(SetApprovalPolicy(**sender("ada"), allow_approval_by_rule=True))
        add_person(core, "max", "planner", "supervisor")
        core.execute(ChangePerson(**sender("ada"), login="sam", warehouse_ids=("us_3pl",)))
        assert submitted(core, "max").status == "approved"
        core.execute(ChangePerson(**sender("ada"), login="sam", warehouse_ids=("cn_main",)))
        assert submitted(core, "max").status == "submitted"

    def test_a_narrow_token_does_not_use_what_was_lent(self, core: Core, number: str) -> None:
        add_person(core, "val", "viewer", "warehouse")
        lend(core, "sam", "val", "supervisor")
        issue = IssueToken(**sender("ada"), login="val", label="scanner", roles=("warehouse",))
        narrow = core.actor_of_token(core.execute(issue).secrets["token"], at=AT)
        with pytest.raises(UnableToApproveTransferOrder):
            core.execute(ApproveTransferOrder(**sender("val"), by_token_id=narrow.token_id, transfer_order_id=number))
        assert approve(core, number, "val").status == "approved", "he himself may"

    def test_a_scoped_admin_lends_and_revokes_for_nobody_else(self, core: Core) -> None:
        boss = PersonToAdd(login="bo", name="Bo", roles=("admin",), warehouse_ids=("fba_us",))
        core.execute(AddPerson(**sender("ada"), person=boss))
        with pytest.raises(UnableToDelegate):
            lend(core, "sam", "vic", "supervisor", actor_id="bo")
        delegation_id = lend(core, "sam", "vic", "supervisor")
        with pytest.raises(UnableToRevokeDelegation):
            core.execute(RevokeDelegation(**sender("bo"), delegation_id=delegation_id))


class TestGivingAndRevoking:
    def test_an_admin_lends_for_somebody_else_and_nobody_other_does(self, core: Core) -> None:
        lend(core, "sam", "vic", "supervisor", actor_id="ada")
        with pytest.raises(UnableToDelegate, match="cannot lend what is sam's"):
            lend(core, "sam", "vic", "supervisor", actor_id="fay")

    @pytest.mark.parametrize("actor_id", ["sam", "ada"])
    def test_he_or_an_admin_takes_it_back_at_once(self, core: Core, number: str, actor_id: str) -> None:
        delegation_id = lend(core, "sam", "vic", "supervisor")
        revoke = RevokeDelegation(**sender(actor_id, at=later(5)), delegation_id=delegation_id)
        core.execute(revoke)
        with pytest.raises(UnableToAllow):
            approve(core, number, "vic", at=later(5))
        assert core.queries.delegations()[0].revoked_at == later(5)
        entries = core.queries.journal()
        core.execute(RevokeDelegation(**sender(actor_id, at=later(6)), delegation_id=delegation_id))
        assert core.queries.journal() == entries
        assert verify(core).is_sound

    def test_others_do_not_revoke_it(self, core: Core) -> None:
        delegation_id = lend(core, "sam", "vic", "supervisor")
        with pytest.raises(UnableToRevokeDelegation, match="fay cannot revoke what sam lent"):
            core.execute(RevokeDelegation(**sender("fay"), delegation_id=delegation_id))
        with pytest.raises(UnableToRevokeDelegation, match="no delegation x"):
            core.execute(RevokeDelegation(**sender("ada"), delegation_id="x"))

    @pytest.mark.parametrize(
        ("delegate", "fields", "words"),
        [
            ("sam", {}, "decides for himself"),
            ("zoe", {}, "zoe has no account"),
            ("vic", {"roles": ("finance",)}, "does not hold finance"),
            ("vic", {"from_at": later(-60), "to_at": AT}, "over since 2026-11-02 09:00 UTC"),
        ],
    )
    def test_what_cannot_be_lent(self, core: Core, delegate: str, fields: dict[str, Any], words: str) -> None:
        with pytest.raises(UnableToDelegate, match=words):
            lend(core, "sam", delegate, *fields.pop("roles", ("supervisor",)), **fields)

    @pytest.mark.parametrize(
        "fields",
        [
            {"roles": ()},
            {"roles": ("planner",)},
            {"roles": ("finance", "finance")},
            {"to_at": AT},
            {"delegate": "two words"},
            {"delegator": ""},
        ],
    )
    def test_what_means_nothing_is_malformed(self, fields: dict[str, Any]) -> None:
        content = {"delegate": "vic", "roles": ("supervisor",), "from_at": AT, "to_at": END, **fields}
        with pytest.raises(Malformed):
            DelegateApproval(**sender("sam"), **content)
