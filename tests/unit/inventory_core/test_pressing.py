"""Who lets an order wait is reminded, and after too long somebody else may decide."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from inventory_core.approvals.delegating import DelegateApproval
from inventory_core.approvals.handlers import UnableToApproveTransferOrder
from inventory_core.approvals.model import ApprovalRule
from inventory_core.approvals.rules import SetApprovalRules
from inventory_core.bootstrap import Core
from inventory_core.transfer_orders.commands import ApproveTransferOrder, WithdrawTransferOrder
from inventory_core.verification import verify
from tests.core_builders import AT, add_person, later, sender, submitted


def hours(count: float) -> datetime:
    return later(int(count * 60))


def told(core: Core, kind: str) -> list[dict[str, Any]]:
    """Payloads of the messages of that kind."""
    return [json.loads(one.payload) for one in core.queries.messages() if one.kind == kind]


def wait_until(core: Core, count: float) -> list[str]:
    """Kinds of the messages of a worker who looks every half an hour until then."""
    before = len(core.queries.messages())
    for half_hours in range(1, int(count * 2) + 1):
        core.press_for_decisions(at=hours(half_hours / 2))
    return [one.kind for one in core.queries.messages()[before:]]


@pytest.fixture
def number(core: Core) -> str:
    """Supervisor first, reminded every 4 hours, after 10 an admin may; then finance, reminded after 2."""
    rules = (
        ApprovalRule(
            rule_id="s", role="supervisor", remind_after_hours=4, escalate_after_hours=10, escalation_role="admin"
        ),
        ApprovalRule(rule_id="f", role="finance", stage=2, remind_after_hours=2),
    )
    core.execute(SetApprovalRules(**sender("operator"), rules=rules))
    return str(submitted(core).document_number)


def test_nothing_due_leaves_no_trace(core: Core, number: str) -> None:
    with core.storage.reading() as store:
        keys = store.handled_keys()
    assert core.press_for_decisions(at=hours(3.99)) is None
    with core.storage.reading() as store:
        assert store.handled_keys() == keys


def test_a_reminder_comes_once_per_interval_until_the_escalation(core: Core, number: str) -> None:
    assert wait_until(core, 3.5) == []
    assert wait_until(core, 7.5) == ["approval_reminder"]
    assert wait_until(core, 9.5) == ["approval_reminder"]
    assert wait_until(core, 13.5) == ["approval_escalated"], "whoever is told of it needs no reminder beside it"
    assert wait_until(core, 14) == ["approval_reminder"], "four hours after the escalation"
    assert verify(core).is_sound


def test_a_worker_who_slept_reminds_once(core: Core, number: str) -> None:
    outcome = core.press_for_decisions(at=hours(9))
    assert outcome is not None
    assert outcome.notes == (f"{number} reminded of: sam told",)
    assert core.press_for_decisions(at=hours(9)) is None


def test_a_reminder_says_whom_to_tell_and_since_when_he_is_asked(core: Core, number: str) -> None:
    add_person(core, "sue", "supervisor")
    core.execute(DelegateApproval(**sender("sam"), delegate="vic", roles=("supervisor",), from_at=AT, to_at=hours(99)))
    core.press_for_decisions(at=hours(4))
    [reminder] = told(core, "approval_reminder")
    assert reminder["tell"] == ["sam", "sue", "vic"]
    assert reminder["steps"] == [
        {
            "step": 1,
            "role": "supervisor",
            "deciding_roles": ["supervisor"],
            "asked_at": "2026-11-02T09:00:00.000000Z",
            "rules": [{"rule_id": "s", "conditions": {}}],
        }
    ]


def test_only_an_escalation_lets_the_other_role_decide(core: Core, number: str) -> None:
    with pytest.raises(UnableToApproveTransferOrder, match="waits for supervisor"):
        core.execute(ApproveTransferOrder(**sender("ada"), transfer_order_id=number))
    core.press_for_decisions(at=hours(10))
    [escalated] = told(core, "approval_escalated")
    assert (escalated["tell"], escalated["steps"][0]["deciding_roles"]) == (["ada", "sam"], ["supervisor", "admin"])
    core.execute(ApproveTransferOrder(**sender("ada", at=hours(11)), transfer_order_id=number))
    step = core.queries.transfer_order(number).order.steps[0]
    assert (step.decided_by, step.role, step.decided_as, step.escalated_at) == ("ada", "supervisor", "admin", hours(10))
    assert verify(core).is_sound


def test_the_asked_role_may_still_decide_after_an_escalation(core: Core, number: str) -> None:
    core.press_for_decisions(at=hours(10))
    core.execute(ApproveTransferOrder(**sender("sam", at=hours(11)), transfer_order_id=number))
    assert core.queries.transfer_order(number).order.steps[0].decided_as == "supervisor"


def test_a_contributor_is_not_let_in_by_an_escalation(core: Core) -> None:
    rule = ApprovalRule(rule_id="s", role="supervisor", escalate_after_hours=1, escalation_role="admin")
    core.execute(SetApprovalRules(**sender("operator"), rules=(rule,)))
    number = str(submitted(core, "ada").document_number)
    core.press_for_decisions(at=hours(1))
    assert told(core, "approval_escalated")[0]["tell"] == ["sam"]
    with pytest.raises(UnableToApproveTransferOrder, match="ada drafted"):
        core.execute(ApproveTransferOrder(**sender("ada"), transfer_order_id=number))


def test_the_clock_of_a_stage_starts_when_the_stage_does(core: Core, number: str) -> None:
    core.execute(ApproveTransferOrder(**sender("sam", at=hours(3)), transfer_order_id=number))
    assert wait_until(core, 4.5) == []
    assert wait_until(core, 5) == ["approval_reminder"]
    assert told(core, "approval_reminder")[0]["tell"] == ["fay"]


def test_what_is_decided_or_withdrawn_is_not_pressed_for(core: Core, number: str) -> None:
    core.execute(WithdrawTransferOrder(**sender("pia"), transfer_order_id=number, reason="no"))
    assert wait_until(core, 24) == []


def test_a_reminder_does_not_outdate_what_an_approver_sees(core: Core, number: str) -> None:
    version = core.queries.transfer_order(number).order.version
    core.press_for_decisions(at=hours(4))
    core.press_for_decisions(at=hours(10))
    order = core.queries.transfer_order(number).order
    assert (order.version, order.steps[0].reminded_at) == (version, hours(10))
    approve = ApproveTransferOrder(**sender("sam"), transfer_order_id=number, expected_version=version)
    assert core.execute(approve).status == "submitted"


def test_several_orders_are_pressed_for_at_once(core: Core, number: str) -> None:
    second = str(submitted(core).document_number)
    outcome = core.press_for_decisions(at=hours(4))
    assert outcome is not None
    assert sorted(note.split()[0] for note in outcome.notes) == [number, second]
