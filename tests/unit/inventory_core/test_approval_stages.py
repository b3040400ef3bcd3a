"""Who must approve because of the deviation from the advice, and in which order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from inventory_core.approvals.handlers import UnableToApproveTransferOrder
from inventory_core.approvals.model import ApprovalRule
from inventory_core.approvals.rules import SetApprovalRules
from inventory_core.bootstrap import Core
from inventory_core.errors import Malformed
from inventory_core.transfer_orders.commands import ApproveTransferOrder, LineToOrder, RejectTransferOrder
from inventory_core.transfer_orders.model import deviation_share
from tests.core_builders import line, sender, submitted


def rules(core: Core, *chosen: ApprovalRule) -> None:
    core.execute(SetApprovalRules(**sender("operator"), rules=chosen))


def roles(core: Core, *lines: LineToOrder) -> list[str]:
    number = str(submitted(core, lines=lines).document_number)
    return [step.role for step in core.queries.transfer_order(number).order.steps]


class TestDeviation:
    @pytest.fixture(autouse=True)
    def deviation_needs_finance(self, core: Core) -> None:
        rules(core, ApprovalRule(rule_id="d", role="finance", minimum_deviation_share=Decimal("0.25")))

    def test_a_fifth_more_is_the_planners_business_a_quarter_is_not(self, core: Core) -> None:
        advised = {"suggestion_id": "s", "suggested_units": 40}
        assert roles(core, line(units=49, **advised)) == ["supervisor"]
        assert roles(core, line(units=50, **advised)) == ["finance"]
        assert roles(core, line(units=30, **advised)) == ["finance"], "less is a deviation too"

    def test_what_nobody_advised_deviates(self, core: Core) -> None:
        assert roles(core, line(units=40)) == ["finance"]
        advised = line(units=40, suggestion_id="s", suggested_units=40)
        assert roles(core, advised, line("LAMP", 9)) == ["supervisor"]
        assert roles(core, advised, line("LAMP", 10)) == ["finance"]

    def test_more_of_one_and_less_of_another_do_not_cancel_out(self, core: Core) -> None:
        more = line(units=45, suggestion_id="s", suggested_units=40)
        less = line("LAMP", 15, suggestion_id="t", suggested_units=20)
        order = submitted(core, lines=(more, less))
        lines = core.queries.transfer_order(str(order.document_number)).order.lines
        assert deviation_share(lines) == Decimal(10) / 60


class TestStages:
    @pytest.fixture
    def number(self, core: Core) -> str:
        """Warehouse and supervisor in parallel, then finance."""
        rules(
            core,
            ApprovalRule(rule_id="a", role="finance", stage=2),
            ApprovalRule(rule_id="b", role="supervisor"),
            ApprovalRule(rule_id="c", role="warehouse"),
        )
        return str(submitted(core).document_number)

    def approve(self, core: Core, number: str, login: str) -> tuple[str | None, tuple[str, ...]]:
        outcome = core.execute(ApproveTransferOrder(**sender(login), transfer_order_id=number))
        return outcome.status, outcome.waiting_for_roles

    def test_a_later_stage_waits_for_the_earlier(self, core: Core, number: str) -> None:
        with pytest.raises(UnableToApproveTransferOrder, match="waits for supervisor and warehouse"):
            self.approve(core, number, "fay")
        assert self.approve(core, number, "wim") == ("submitted", ("supervisor",))
        assert self.approve(core, number, "sam") == ("submitted", ("finance",))
        assert self.approve(core, number, "fay") == ("approved", ())

    def test_the_next_stage_is_told_when_its_turn_comes(self, core: Core, number: str) -> None:
        def requests() -> int:
            return [one.kind for one in core.queries.messages()].count("approval_requested")

        assert requests() == 1
        self.approve(core, number, "wim")
        assert requests() == 1
        self.approve(core, number, "sam")
        assert requests() == 2
        self.approve(core, number, "fay")
        assert requests() == 2

    def test_a_no_in_the_first_stage_ends_it(self, core: Core, number: str) -> None:
        outcome = core.execute(RejectTransferOrder(**sender("wim"), transfer_order_id=number, reason="no room"))
        assert outcome.status == "rejected"

    def test_the_chain_is_frozen_at_submission(self, core: Core, number: str) -> None:
        rules(core)
        self.approve(core, number, "wim")
        self.approve(core, number, "sam")
        assert self.approve(core, number, "fay") == ("approved", ())

    @pytest.mark.parametrize("stage", [0, -1, True, 1.5])
    def test_stages_count_from_one(self, stage: int) -> None:
        with pytest.raises(Malformed, match="stage must be"):
            ApprovalRule(rule_id="a", role="finance", stage=stage)
