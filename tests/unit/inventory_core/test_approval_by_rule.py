"""A company of one person may let the rule approve: recorded as such, and nobody is ever passed over by it."""

from __future__ import annotations

import pytest

from inventory_core.access.commands import DisablePerson
from inventory_core.approvals.delegating import DelegateApproval
from inventory_core.approvals.model import ApprovalRule
from inventory_core.approvals.rules import SetApprovalPolicy, SetApprovalRules
from inventory_core.bootstrap import Core
from inventory_core.commands import Outcome
from inventory_core.transfer_orders.commands import ChangeTransferOrder, SubmitTransferOrder
from inventory_core.transfer_orders.handlers import UnableToSubmitTransferOrder
from inventory_core.verification import verify
from tests.core_builders import AT, PEOPLE, add_person, draft, later, line, sender, stocked, submitted


def allow(core: Core, is_allowed: bool = True) -> Outcome:
    return core.execute(SetApprovalPolicy(**sender("operator"), allow_approval_by_rule=is_allowed))


@pytest.fixture
def alone(core: Core) -> Core:
    """A company of Max, who does everything."""
    add_person(core, "max", "planner", "supervisor", "finance", "admin")
    for login in PEOPLE:
        core.execute(DisablePerson(**sender("max"), login=login))
    return core


def test_it_is_switched_off_unless_somebody_switches_it_on(alone: Core) -> None:
    assert submitted(alone, "max").status == "submitted"
    allow(alone)
    assert submitted(alone, "max").status == "approved"
    entries = alone.queries.journal()
    allow(alone)
    assert alone.queries.journal() == entries
    allow(alone, is_allowed=False)
    assert submitted(alone, "max").status == "submitted"


def test_the_record_says_that_the_rule_decided(alone: Core) -> None:
    allow(alone)
    rules = (ApprovalRule(rule_id="a", role="supervisor"), ApprovalRule(rule_id="b", role="finance", stage=2))
    alone.execute(SetApprovalRules(**sender("operator"), rules=rules))
    outcome = submitted(alone, "max")
    history = alone.queries.transfer_order(str(outcome.document_number))
    words = "approved by rule: nobody but max could decide as supervisor, and the company allows it then"
    assert [(step.decision, step.decided_by, step.reason) for step in history.order.steps] == [
        ("approved", "rule", words)
    ] * 2
    assert (history.order.decided_by, history.order.decision_reason) == ("rule", words)
    assert outcome.notes[0] == words
    assert [entry.event_type for entry in history.entries][-2:] == [
        "TransferOrderSubmitted",
        "TransferOrderApprovedByRule",
    ]
    assert [one.kind for one in alone.queries.messages()] == ["approved", "outbound_order"], "nobody is asked"
    assert verify(alone).is_sound


def test_units_are_reserved_and_free_stock_is_checked(alone: Core) -> None:
    allow(alone)
    stocked(alone, CHAIR=40)
    submitted(alone, "max")
    free = alone.queries.free_stock("cn_main", skus=["CHAIR"])
    assert free is not None
    assert free["CHAIR"].free_units == 0
    second = str(alone.execute(draft("max")).document_number)
    with pytest.raises(UnableToSubmitTransferOrder, match="40 CHAIR ordered, but 0 free"):
        alone.execute(SubmitTransferOrder(**sender("max"), transfer_order_id=second))


def test_with_somebody_else_in_a_required_role_it_waits_for_him(core: Core) -> None:
    allow(core)
    add_person(core, "max", "planner", "supervisor")
    assert submitted(core, "max").status == "submitted", "sam is there"
    core.execute(DisablePerson(**sender("ada"), login="sam"))
    assert submitted(core, "max").status == "approved"


def test_one_of_several_required_roles_is_enough_to_wait(alone: Core) -> None:
    allow(alone)
    add_person(alone, "fred", "finance")
    rules = (ApprovalRule(rule_id="a", role="supervisor"), ApprovalRule(rule_id="b", role="finance", stage=2))
    alone.execute(SetApprovalRules(**sender("operator"), rules=rules))
    assert submitted(alone, "max").status == "submitted"


def test_the_escalation_role_is_somebody_too(alone: Core) -> None:
    allow(alone)
    add_person(alone, "ann", "admin")
    rule = ApprovalRule(rule_id="a", role="supervisor", escalate_after_hours=8, escalation_role="admin")
    alone.execute(SetApprovalRules(**sender("operator"), rules=(rule,)))
    assert submitted(alone, "max").status == "submitted"


def test_another_contributor_with_the_role_is_not_passed_over(core: Core) -> None:
    """Max drafted it, Pia changed it and sends it: he may not decide, but nor does the rule decide without him."""
    allow(core)
    add_person(core, "max", "planner", "supervisor")
    core.execute(DisablePerson(**sender("ada"), login="sam"))
    number = str(core.execute(draft("max")).document_number)
    reference = {"transfer_order_id": number}
    core.execute(ChangeTransferOrder(**sender("pia"), **reference, expected_version=1, lines=(line(units=4_000),)))
    assert core.execute(SubmitTransferOrder(**sender("pia"), **reference)).status == "submitted"


def test_a_delegate_of_the_sender_changes_nothing(alone: Core) -> None:
    allow(alone)
    add_person(alone, "zoe", "viewer")
    alone.execute(DelegateApproval(**sender("max"), delegate="zoe", roles=("supervisor",), from_at=AT, to_at=later(60)))
    assert submitted(alone, "max").status == "approved", "she could not decide about his order either"


def test_whoever_does_not_hold_the_role_is_not_approved_for_being_alone(core: Core) -> None:
    allow(core)
    core.execute(DisablePerson(**sender("ada"), login="sam"))
    assert submitted(core, "pia", lines=(line("CHAIR", 1_000_000),)).status == "submitted", "she is a planner only"
