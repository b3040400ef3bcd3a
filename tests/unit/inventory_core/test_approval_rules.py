"""Which rules ask for whom: origin, margin at risk, several signatures, and what is frozen with the chain."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from inventory_core.approvals.handlers import UnableToApproveTransferOrder
from inventory_core.approvals.model import ApprovalRule, ApprovalStep, AskingRule
from inventory_core.approvals.rules import SetApprovalRules
from inventory_core.bootstrap import Core
from inventory_core.errors import Malformed
from inventory_core.money import Money
from inventory_core.transfer_orders.commands import (
    ApproveTransferOrder,
    LineToOrder,
    SubmitTransferOrder,
    WithdrawTransferOrder,
)
from inventory_core.transfer_orders.model import TransferOrder
from inventory_core.verification import verify
from tests.core_builders import PRODUCTS, add_person, catalog, later, line, sender, stocked, submitted


def rules(core: Core, *chosen: ApprovalRule) -> None:
    core.execute(SetApprovalRules(**sender("operator"), rules=chosen))


def order_of(core: Core, *lines: LineToOrder) -> TransferOrder:
    number = str(submitted(core, lines=lines or (line(),)).document_number)
    return core.queries.transfer_order(number).order


def approve(core: Core, number: str, login: str) -> tuple[str | None, tuple[str, ...]]:
    outcome = core.execute(ApproveTransferOrder(**sender(login), transfer_order_id=number))
    return outcome.status, outcome.waiting_for_roles


class TestMarginAtRisk:
    @pytest.fixture(autouse=True)
    def margin_needs_finance(self, core: Core) -> None:
        rules(core, ApprovalRule(rule_id="m", role="finance", minimum_margin_at_risk=Decimal("306.18")))

    def test_it_is_units_times_price_less_cost_over_all_lines(self, core: Core) -> None:
        order = order_of(core, line(units=40), line("LAMP", 10))
        assert order.margin_at_risk == Money(Decimal("305.18"), "USD"), "40 x 7.6544 is 306.18, less 10 x 0.10"

    def test_a_minimum_is_met_by_what_equals_it(self, core: Core) -> None:
        assert [step.role for step in order_of(core, line(units=40)).steps] == ["finance"]
        assert [step.role for step in order_of(core, line(units=39)).steps] == ["supervisor"]
        assert [step.role for step in order_of(core, line(units=40), line("LAMP", 1)).steps] == ["supervisor"]

    def test_an_unknown_margin_meets_every_minimum(self, core: Core) -> None:
        order = order_of(core, line("MYSTERY", 1))
        assert (order.margin_at_risk, [step.role for step in order.steps]) == (None, ["finance"])

    def test_margins_are_frozen_with_the_order_and_forgotten_when_it_is_withdrawn(self, core: Core) -> None:
        order = order_of(core, line(units=40))
        core.execute(catalog(products=(replace(PRODUCTS[0], unit_margin=Decimal(1)), *PRODUCTS[1:])))
        again = core.queries.transfer_order(order.transfer_order_id).order
        assert again.margin_at_risk == Money(Decimal("306.18"), "USD")
        reference = {"transfer_order_id": order.transfer_order_id}
        core.execute(WithdrawTransferOrder(**sender("pia"), **reference, reason="later"))
        assert core.queries.transfer_order(order.transfer_order_id).order.margin_at_risk is None
        core.execute(SubmitTransferOrder(**sender("pia"), **reference))
        after = core.queries.transfer_order(order.transfer_order_id).order
        assert after.margin_at_risk == Money(Decimal("40.00"), "USD")


def test_an_origin_is_a_condition(core: Core) -> None:
    rules(
        core,
        ApprovalRule(rule_id="a", role="warehouse", origin_id="cn_main"),
        ApprovalRule(rule_id="b", role="finance", origin_id="us_3pl"),
    )
    assert [step.role for step in order_of(core).steps] == ["warehouse"]


def test_the_step_says_which_rules_ask_and_why(core: Core) -> None:
    rules(
        core,
        ApprovalRule(rule_id="a", role="finance", mode="sea", minimum_value=Decimal("100.00")),
        ApprovalRule(rule_id="b", role="finance"),
        ApprovalRule(rule_id="c", role="finance", mode="air"),
    )
    [step] = order_of(core).steps
    assert step.rule_ids == ("a", "b")
    assert step.asked_by == (
        AskingRule(rule_id="a", conditions=(("minimum_value", "100.00"), ("mode", "sea"))),
        AskingRule(rule_id="b"),
    )


class TestSignatures:
    @pytest.fixture
    def number(self, core: Core) -> str:
        """Two supervisors, then finance."""
        add_person(core, "sue", "supervisor", "finance")
        rules(
            core,
            ApprovalRule(rule_id="s", role="supervisor", signatures=2),
            ApprovalRule(rule_id="f", role="finance", stage=2),
        )
        return order_of(core).document_number

    def test_as_many_different_people_sign(self, core: Core, number: str) -> None:
        assert approve(core, number, "sam") == ("submitted", ("supervisor",))
        with pytest.raises(UnableToApproveTransferOrder, match="sam has signed TO-2026-00001 as supervisor already"):
            approve(core, number, "sam")
        assert approve(core, number, "sue") == ("submitted", ("finance",))
        assert approve(core, number, "sue") == ("approved", ())
        order = core.queries.transfer_order(number).order
        assert [(step.role, step.decided_by) for step in order.steps] == [
            ("supervisor", "sam"),
            ("supervisor", "sue"),
            ("finance", "sue"),
        ]
        assert verify(core).is_sound

    def test_one_role_has_one_yes_of_a_person_also_when_he_could_give_two_at_once(
        self, core: Core, number: str
    ) -> None:
        approve(core, number, "sue")
        order = core.queries.transfer_order(number).order
        assert [step.decided_by for step in order.steps] == ["sue", None, None]

    def test_the_next_stage_is_asked_after_the_last_signature(self, core: Core, number: str) -> None:
        def asked() -> list[bool]:
            return [step.asked_at is not None for step in core.queries.transfer_order(number).order.steps]

        approve(core, number, "sam")
        assert asked() == [True, True, False]
        core.execute(ApproveTransferOrder(**sender("sue", at=later(90)), transfer_order_id=number))
        order = core.queries.transfer_order(number).order
        assert [step.asked_at for step in order.steps] == [order.submitted_at, order.submitted_at, later(90)]

    def test_most_signatures_and_shortest_waits_of_several_rules_count(self, core: Core) -> None:
        patient = {"escalate_after_hours": 48, "escalation_role": "finance"}
        hasty = {"escalate_after_hours": 24, "escalation_role": "admin"}
        rules(
            core,
            ApprovalRule(rule_id="a", role="warehouse", stage=2, remind_after_hours=8, **patient),
            ApprovalRule(rule_id="b", role="warehouse", stage=3, signatures=2, remind_after_hours=4, **hasty),
        )
        steps = order_of(core).steps
        assert [(step.step, step.role, step.stage) for step in steps] == [(1, "warehouse", 2), (2, "warehouse", 2)]
        found = {(step.remind_after_hours, step.escalate_after_hours, step.escalation_role) for step in steps}
        assert found == {(4, 24, "admin")}


def test_the_frozen_chain_holds_hours_and_signatures_too(core: Core) -> None:
    before = ApprovalRule(rule_id="a", role="finance", signatures=2, remind_after_hours=4)
    rules(core, before)
    order = order_of(core)
    rules(core, replace(before, signatures=1, remind_after_hours=1))
    assert core.queries.transfer_order(order.transfer_order_id).order.steps == order.steps
    assert not core.press_for_decisions(at=later(3 * 60))


def test_free_stock_is_checked_with_the_last_signature_only(core: Core) -> None:
    add_person(core, "sue", "supervisor")
    rules(core, ApprovalRule(rule_id="s", role="supervisor", signatures=2))
    stocked(core, CHAIR=39)
    number = order_of(core).document_number
    assert approve(core, number, "sam") == ("submitted", ("supervisor",))
    with pytest.raises(UnableToApproveTransferOrder, match="40 CHAIR ordered, but 39 free"):
        approve(core, number, "sue")


def test_steps_of_older_journals_are_steps_of_today() -> None:
    step = ApprovalStep(step=1, role="finance")
    assert (step.deciding_roles, step.is_reminder_due(later(99_999)), step.is_escalation_due(later(99_999))) == (
        ("finance",),
        False,
        False,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("remind_after_hours", 99_999_999),
        ("signatures", 100_000),
        ("stage", 101),
        ("mode", "Air"),
        ("destination_kind", "FBA"),
    ],
)
def test_a_rule_that_would_never_ask_or_never_end_is_malformed(name: str, value: object) -> None:
    with pytest.raises(Malformed, match=name):
        ApprovalRule(rule_id="r", role="finance", **{name: value})  # type: ignore[arg-type]
