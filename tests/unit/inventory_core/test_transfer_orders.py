"""The life of a transfer order, and what it is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from inventory_core.approvals import handlers as approval_handlers
from inventory_core.approvals.model import ApprovalRule
from inventory_core.approvals.rules import SetApprovalRules
from inventory_core.bootstrap import Core
from inventory_core.commands import Outcome
from inventory_core.dispatch import UnableToRepeat
from inventory_core.errors import Malformed
from inventory_core.money import Money
from inventory_core.storage.memory import MemoryStorage
from inventory_core.transfer_orders import handlers, loading
from inventory_core.transfer_orders.commands import (
    ApproveTransferOrder,
    CancelTransferOrder,
    ChangeTransferOrder,
    CommentOnTransferOrder,
    ExistingOrderCommand,
    LineToOrder,
    RejectTransferOrder,
    SubmitTransferOrder,
    WithdrawTransferOrder,
)
from inventory_core.transfer_orders.model import Status, TransferOrder
from inventory_core.verification import verify
from tests.core_builders import AT, catalog, draft, later, line, sender, submitted


def send(core: Core, command_type: type[ExistingOrderCommand], actor_id: str, order: Outcome, **fields: Any) -> Outcome:
    names = {name: fields.pop(name) for name in ("key", "at") if name in fields}
    reference = str(order.transfer_order_id)
    return core.execute(command_type(**sender(actor_id, **names), transfer_order_id=reference, **fields))


def stored(core: Core, outcome: Outcome) -> TransferOrder:
    return core.queries.transfer_order(str(outcome.transfer_order_id)).order


def set_rules(core: Core, *rules: ApprovalRule) -> None:
    core.execute(SetApprovalRules(**sender("operator"), rules=rules))


class TestDraft:
    def test_numbers_count_up_without_gaps_over_refusals(self, core: Core) -> None:
        first = core.execute(draft())
        with pytest.raises(handlers.UnableToDraftTransferOrder):
            core.execute(draft(mode="rail"))
        second = core.execute(draft())
        assert (first.document_number, second.document_number) == ("TO-2026-00001", "TO-2026-00002")

    def test_the_year_is_the_companys_not_that_of_utc(self, core: Core) -> None:
        """At 17:00 UTC on 31 December it is 01:00 on 1 January in Shanghai."""
        outcome = core.execute(draft(at=datetime(2026, 12, 31, 17, tzinfo=UTC)))
        assert outcome.document_number == "TO-2027-00001"

    def test_the_advice_stays_beside_the_units(self, core: Core) -> None:
        outcome = core.execute(draft(lines=(line(units=40, suggestion_id="s1", suggested_units=48), line("LAMP", 5))))
        chairs, lamps = stored(core, outcome).lines
        assert (chairs.units, chairs.suggestion_id, chairs.suggested_units) == (40, "s1", 48)
        assert (lamps.line_number, lamps.suggestion_id, lamps.suggested_units) == (2, None, None)

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"lines": ()}, "no lines"),
            ({"lines": (line(), line())}, "CHAIR stands in 2 lines"),
            ({"destination_id": "cn_main"}, "origin and destination are both cn_main"),
            ({"arrival_date": date(2026, 11, 4)}, "arrive on 2026-11-04, before it ships on 2026-11-05"),
            ({"lines": (line("SOFA"),)}, "product SOFA is not in the catalog"),
            ({"origin_id": "moon"}, "warehouse moon is not in the catalog"),
            ({"mode": "rail"}, "no lane cn_main → fba_us by rail"),
        ],
    )
    def test_contradictions_are_refused_in_words(self, core: Core, fields: dict[str, Any], words: str) -> None:
        entries = len(core.queries.journal())
        with pytest.raises(handlers.UnableToDraftTransferOrder, match=words):
            core.execute(draft(**fields))
        assert core.queries.transfer_orders() == []
        assert len(core.queries.journal()) == entries

    def test_every_problem_is_named_at_once(self, core: Core) -> None:
        with pytest.raises(handlers.UnableToDraftTransferOrder) as refused:
            core.execute(draft(lines=(line("SOFA"), line("SOFA"), line("TABLE")), arrival_date=date(2026, 1, 1)))
        assert len(refused.value.problems) == 4

    @pytest.mark.parametrize(
        "fields",
        [
            {"units": 0},
            {"units": -1},
            {"units": 2.5},
            {"suggestion_id": "s1"},
            {"suggestion_id": "s1", "suggested_units": -1},
            {"sku": ""},
        ],
    )
    def test_lines_that_mean_nothing_are_malformed(self, fields: dict[str, Any]) -> None:
        with pytest.raises(Malformed):
            LineToOrder(**{"sku": "CHAIR", "units": 1, **fields})

    @pytest.mark.parametrize(
        "fields", [{"mode": "teleport"}, {"ship_date": AT}, {"arrival_date": "2026-12-01"}, {"origin_id": ""}]
    )
    def test_fields_that_mean_nothing_are_malformed(self, fields: dict[str, Any]) -> None:
        with pytest.raises(Malformed):
            draft(**fields)

    def test_a_core_without_a_catalog_says_what_to_do(self) -> None:
        empty = Core(MemoryStorage())
        command = draft("operator")
        with pytest.raises(handlers.UnableToDraftTransferOrder, match="diaobo run"), empty.storage.reading() as store:
            handlers.draft(command, store)


class TestChange:
    def test_units_and_dates_of_a_draft(self, core: Core) -> None:
        order = core.execute(draft(lines=(line(suggestion_id="s1", suggested_units=48),)))
        changed = send(
            core,
            ChangeTransferOrder,
            "paul",
            order,
            expected_version=1,
            lines=(line(units=60), line("LAMP", 1)),
            arrival_date=date(2026, 12, 20),
        )
        after = stored(core, changed)
        assert [(one.sku, one.units) for one in after.lines] == [("CHAIR", 60), ("LAMP", 1)]
        assert (after.ship_date, after.arrival_date) == (date(2026, 11, 5), date(2026, 12, 20))
        assert after.contributors == ("pia", "paul")
        assert (after.lines[0].suggestion_id, after.lines[0].suggested_units) == ("s1", 48), "the advice is kept"

    def test_a_newer_advice_replaces_the_older(self, core: Core) -> None:
        order = core.execute(draft(lines=(line(suggestion_id="s1", suggested_units=48),)))
        newer = (line(units=60, suggestion_id="s2", suggested_units=60),)
        send(core, ChangeTransferOrder, "pia", order, expected_version=1, lines=newer)
        assert stored(core, order).lines[0].suggestion_id == "s2"

    def test_the_second_writer_is_told_what_changed(self, core: Core) -> None:
        order = core.execute(draft())
        send(core, ChangeTransferOrder, "paul", order, expected_version=1, lines=(line(units=60),), at=later(5))
        with pytest.raises(loading.UnableToOverwrite) as refused:
            send(core, ChangeTransferOrder, "pia", order, expected_version=1, ship_date=date(2026, 11, 6))
        words = str(refused.value)
        assert "changed by paul at 2026-11-02 09:05 UTC" in words
        assert "units of CHAIR 40 → 60" in words
        assert "you had version 1, it has 2 now" in words
        assert stored(core, order).ship_date == date(2026, 11, 5)

    def test_a_version_from_the_future_is_refused(self, core: Core) -> None:
        order = core.execute(draft())
        with pytest.raises(loading.UnableToOverwrite, match="has version 1, not 7"):
            send(core, SubmitTransferOrder, "pia", order, expected_version=7)

    def test_a_change_to_the_same_leaves_no_trace(self, core: Core) -> None:
        order = core.execute(draft())
        outcome = send(core, ChangeTransferOrder, "paul", order, expected_version=1, lines=(line(),))
        assert outcome.version == 1
        assert stored(core, order).contributors == ("pia",)

    def test_nothing_to_change_is_malformed(self) -> None:
        with pytest.raises(Malformed, match="nothing to change"):
            ChangeTransferOrder(**sender("pia"), transfer_order_id="x", expected_version=1)

    def test_a_changed_order_must_not_contradict_itself(self, core: Core) -> None:
        order = core.execute(draft())
        with pytest.raises(handlers.UnableToChangeTransferOrder, match="before it ships"):
            send(core, ChangeTransferOrder, "pia", order, expected_version=1, ship_date=date(2027, 1, 1))

    def test_a_submitted_order_cannot_be_changed(self, core: Core) -> None:
        order = submitted(core)
        with pytest.raises(handlers.UnableToChangeTransferOrder, match="withdraw it first"):
            send(core, ChangeTransferOrder, "pia", order, expected_version=2, lines=(line(units=1),))


class TestSubmit:
    def test_the_order_is_valued_by_the_catalog(self, core: Core) -> None:
        """3 × 12.3456 = 37.0368 → 37.04, and 2 × 3.10 = 6.20."""
        order = stored(core, submitted(core, lines=(line(units=3), line("LAMP", 2))))
        assert [one.unit_value for one in order.lines] == [
            Money(Decimal("12.3456"), "USD"),
            Money(Decimal("3.10"), "USD"),
        ]
        assert order.value == Money(Decimal("43.24"), "USD")

    def test_later_prices_do_not_change_it(self, core: Core) -> None:
        outcome = submitted(core)
        core.execute(catalog(products=()))
        assert stored(core, outcome).value == Money(Decimal("493.82"), "USD")

    def test_without_a_rule_a_supervisor_must_say_yes(self, core: Core) -> None:
        assert submitted(core).waiting_for_roles == ("supervisor",)

    def test_a_product_that_left_the_catalog_stops_it(self, core: Core) -> None:
        order = core.execute(draft())
        core.execute(catalog(products=()))
        with pytest.raises(handlers.UnableToSubmitTransferOrder, match="CHAIR is not in the catalog"):
            send(core, SubmitTransferOrder, "pia", order)

    @pytest.mark.parametrize(
        ("rule", "is_asked"),
        [
            ({"minimum_value": Decimal("493.82")}, True),
            ({"minimum_value": Decimal("493.83")}, False),
            ({"mode": "sea"}, True),
            ({"mode": "air"}, False),
            ({"destination_id": "fba_us"}, True),
            ({"destination_id": "us_3pl"}, False),
            ({"destination_kind": "fba"}, True),
            ({"destination_kind": "third_party"}, False),
            ({"mode": "sea", "destination_kind": "third_party"}, False),
            ({}, True),
        ],
    )
    def test_all_filled_conditions_of_a_rule_must_hold(self, core: Core, rule: dict[str, Any], is_asked: bool) -> None:
        set_rules(core, ApprovalRule(rule_id="r", role="finance", **rule))
        assert submitted(core).waiting_for_roles == (("finance",) if is_asked else ("supervisor",))

    def test_an_unknown_value_meets_every_minimum(self, core: Core) -> None:
        set_rules(core, ApprovalRule(rule_id="r", role="finance", minimum_value=Decimal(10**9)))
        outcome = submitted(core, lines=(line("MYSTERY", 1), line("LAMP", 1)))
        assert outcome.waiting_for_roles == ("finance",)
        assert stored(core, outcome).value is None

    def test_each_role_is_asked_once_and_knows_by_which_rules(self, core: Core) -> None:
        set_rules(
            core,
            ApprovalRule(rule_id="big", role="finance", minimum_value=Decimal(100)),
            ApprovalRule(rule_id="all", role="supervisor"),
            ApprovalRule(rule_id="sea", role="finance", mode="sea"),
        )
        steps = stored(core, submitted(core)).steps
        assert [(one.step, one.role, one.rule_ids) for one in steps] == [
            (1, "finance", ("big", "sea")),
            (2, "supervisor", ("all",)),
        ]

    def test_the_chain_is_frozen(self, core: Core) -> None:
        outcome = submitted(core)
        set_rules(core, ApprovalRule(rule_id="r", role="finance"))
        assert send(core, ApproveTransferOrder, "sam", outcome).status == "approved"


class TestDecide:
    @pytest.fixture
    def two_steps(self, core: Core) -> Outcome:
        set_rules(core, ApprovalRule(rule_id="a", role="supervisor"), ApprovalRule(rule_id="b", role="finance"))
        return submitted(core)

    def test_every_role_once_then_approved(self, core: Core, two_steps: Outcome) -> None:
        first = send(core, ApproveTransferOrder, "fay", two_steps, reason="budget is there", at=later(1))
        assert (first.status, first.waiting_for_roles) == ("submitted", ("supervisor",))
        with pytest.raises(approval_handlers.UnableToApproveTransferOrder, match="waits for supervisor"):
            send(core, ApproveTransferOrder, "fay", two_steps)
        assert send(core, ApproveTransferOrder, "sam", two_steps, at=later(2)).status == "approved"
        order = stored(core, two_steps)
        assert [(one.role, one.decision, one.decided_by, one.reason) for one in order.steps] == [
            ("supervisor", "approved", "sam", ""),
            ("finance", "approved", "fay", "budget is there"),
        ]
        assert (order.decided_by, order.decided_at) == ("sam", later(2))

    def test_one_no_rejects(self, core: Core, two_steps: Outcome) -> None:
        send(core, ApproveTransferOrder, "sam", two_steps)
        outcome = send(core, RejectTransferOrder, "fay", two_steps, reason="no money")
        order = stored(core, two_steps)
        assert (outcome.status, outcome.waiting_for_roles) == ("rejected", ())
        assert (order.decided_by, order.decision_reason) == ("fay", "no money")
        assert [one.decision for one in order.steps] == ["approved", "rejected"]
        with pytest.raises(approval_handlers.UnableToApproveTransferOrder, match="is rejected"):
            send(core, ApproveTransferOrder, "fay", two_steps)

    def test_nobody_approves_what_he_drafted_changed_or_submitted(self, core: Core) -> None:
        """Not even the admin, who may do all of it and whose role is asked for here."""
        set_rules(core, ApprovalRule(rule_id="a", role="admin"))
        drafted = core.execute(draft("ada"))
        send(core, SubmitTransferOrder, "pia", drafted)
        changed = core.execute(draft("pia"))
        send(core, ChangeTransferOrder, "ada", changed, expected_version=1, lines=(line(units=1),))
        send(core, SubmitTransferOrder, "pia", changed)
        sent = core.execute(draft("pia"))
        send(core, SubmitTransferOrder, "ada", sent)
        for order in (drafted, changed, sent):
            with pytest.raises(approval_handlers.UnableToApproveTransferOrder, match="drafted, changed or submitted"):
                send(core, ApproveTransferOrder, "ada", order)
            assert stored(core, order).status is Status.SUBMITTED

    def test_a_hand_in_an_order_is_remembered_over_a_withdrawal(self, core: Core) -> None:
        set_rules(core, ApprovalRule(rule_id="a", role="admin"))
        order = submitted(core, "ada")
        send(core, WithdrawTransferOrder, "pia", order, reason="mine now")
        send(core, SubmitTransferOrder, "pia", order)
        with pytest.raises(approval_handlers.UnableToApproveTransferOrder, match="drafted, changed or submitted"):
            send(core, ApproveTransferOrder, "ada", order)

    def test_an_admin_does_not_stand_in_for_a_supervisor(self, core: Core) -> None:
        order = submitted(core)
        with pytest.raises(approval_handlers.UnableToApproveTransferOrder, match="waits for supervisor"):
            send(core, ApproveTransferOrder, "ada", order)

    def test_the_approver_of_an_old_page_is_told_what_changed(self, core: Core) -> None:
        order = submitted(core)
        send(core, WithdrawTransferOrder, "pia", order, reason="more")
        send(core, ChangeTransferOrder, "pia", order, expected_version=3, lines=(line(units=4000),))
        send(core, SubmitTransferOrder, "pia", order)
        with pytest.raises(loading.UnableToOverwrite, match="units of CHAIR 40 → 4000"):
            send(core, ApproveTransferOrder, "sam", order, expected_version=2)

    @pytest.mark.parametrize("command_type", [RejectTransferOrder, WithdrawTransferOrder, CancelTransferOrder])
    def test_a_no_needs_a_reason(self, command_type: type[ExistingOrderCommand]) -> None:
        with pytest.raises(Malformed, match="reason"):
            command_type(**sender("sam"), transfer_order_id="x")


class TestWithdrawAndCancel:
    def test_a_withdrawn_order_is_a_draft_whose_approvals_are_void(self, core: Core) -> None:
        set_rules(core, ApprovalRule(rule_id="a", role="supervisor"), ApprovalRule(rule_id="b", role="finance"))
        order = submitted(core)
        send(core, ApproveTransferOrder, "sam", order)
        assert send(core, WithdrawTransferOrder, "pia", order, reason="forgot lamps").status == "draft"
        after = stored(core, order)
        assert (after.steps, after.value, after.submitted_by, after.lines[0].unit_value) == ((), None, None, None)
        again = send(core, SubmitTransferOrder, "pia", order)
        assert again.waiting_for_roles == ("supervisor", "finance")

    @pytest.mark.parametrize("status", ["draft", "submitted", "approved"])
    def test_an_open_order_can_be_cancelled_once(self, core: Core, status: str) -> None:
        order = core.execute(draft())
        if status != "draft":
            send(core, SubmitTransferOrder, "pia", order)
        if status == "approved":
            send(core, ApproveTransferOrder, "sam", order)
        assert stored(core, order).status == status
        assert send(core, CancelTransferOrder, "pia", order, reason="sold out").status == "cancelled"
        with pytest.raises(handlers.UnableToCancelTransferOrder, match="already over"):
            send(core, CancelTransferOrder, "pia", order, reason="again")

    @pytest.mark.parametrize(
        ("command_type", "actor_id", "refusal"),
        [
            (SubmitTransferOrder, "pia", handlers.UnableToSubmitTransferOrder),
            (ApproveTransferOrder, "sam", approval_handlers.UnableToApproveTransferOrder),
            (RejectTransferOrder, "sam", approval_handlers.UnableToRejectTransferOrder),
            (WithdrawTransferOrder, "pia", handlers.UnableToWithdrawTransferOrder),
            (CancelTransferOrder, "pia", handlers.UnableToCancelTransferOrder),
        ],
    )
    def test_what_is_over_stays_over(
        self, core: Core, command_type: type[ExistingOrderCommand], actor_id: str, refusal: type[Exception]
    ) -> None:
        order = submitted(core)
        send(core, CancelTransferOrder, "pia", order, reason="sold out")
        with pytest.raises(refusal, match="TO-2026-00001 is cancelled"):
            send(core, command_type, actor_id, order, reason="why not")

    def test_an_order_that_is_not_there(self, core: Core) -> None:
        with pytest.raises(loading.UnableToFindTransferOrder, match="TO-2026-00009"):
            core.execute(SubmitTransferOrder(**sender("pia"), transfer_order_id="TO-2026-00009"))


class TestNothingHappensTwice:
    def test_a_repetition_gets_the_first_answer(self, core: Core) -> None:
        command = draft(key="k1")
        first = core.execute(command)
        core.execute(draft())
        entries = core.queries.journal()
        again = core.execute(draft(key="k1", at=AT + timedelta(days=1)))
        assert again.was_done_before
        assert not first.was_done_before
        assert (again.transfer_order_id, again.version) == (first.transfer_order_id, first.version)
        assert core.queries.journal() == entries

    def test_the_answer_is_the_first_one_even_when_the_order_moved_on(self, core: Core) -> None:
        order = core.execute(draft())
        command = SubmitTransferOrder(**sender("pia", key="s"), transfer_order_id=str(order.document_number))
        core.execute(command)
        send(core, ApproveTransferOrder, "sam", order)
        assert core.execute(command).status == "submitted"
        assert stored(core, order).status is Status.APPROVED

    def test_the_same_key_for_something_else_is_refused(self, core: Core) -> None:
        other = draft(key="k1", lines=(line(units=41),))
        core.execute(draft(key="k1"))
        with pytest.raises(UnableToRepeat, match="k1 was used for another DraftTransferOrder"):
            core.execute(other)
        assert len(core.queries.transfer_orders()) == 1

    def test_a_refused_command_may_be_sent_again(self, core: Core) -> None:
        order = core.execute(draft())
        approve = ApproveTransferOrder(**sender("sam", key="a"), transfer_order_id=str(order.document_number))
        with pytest.raises(approval_handlers.UnableToApproveTransferOrder):
            core.execute(approve)
        send(core, SubmitTransferOrder, "pia", order)
        outcome = core.execute(approve)
        assert (outcome.status, outcome.was_done_before) == ("approved", False)


def test_units_on_order_are_those_of_open_orders(core: Core) -> None:
    core.execute(draft())
    core.execute(draft(lines=(line(units=2),)))
    approved = submitted(core, lines=(line(units=7), line("LAMP", 1)))
    send(core, ApproveTransferOrder, "sam", approved)
    gone = core.execute(draft())
    send(core, CancelTransferOrder, "pia", gone, reason="sold out")
    rows = [
        (one.origin_id, one.destination_id, one.sku, one.status, one.units) for one in core.queries.units_on_order()
    ]
    assert rows == [
        ("cn_main", "fba_us", "CHAIR", "approved", 7),
        ("cn_main", "fba_us", "CHAIR", "draft", 42),
        ("cn_main", "fba_us", "LAMP", "approved", 1),
    ]


def test_a_repetition_is_known_to_a_newer_program_whose_commands_have_more_fields(core: Core) -> None:
    """The digest is a recorded one: it must not change when a command gets another field with a default."""
    core.execute(draft(key="recorded"))
    with core.storage.reading() as store:
        handled = store.handled_command("pia/recorded")
    assert handled is not None
    assert handled.content_digest == "c4af0a14b02ae67854237bbaac4bb772353ec59d4043b95c631b1543dfa13d5d"


def test_nobody_uses_up_the_keys_of_somebody_else(core: Core) -> None:
    order = submitted(core)
    reference = {"transfer_order_id": str(order.transfer_order_id)}
    core.execute(CommentOnTransferOrder(**sender("vic", key="of-sam"), **reference, text="mine now?"))
    assert core.execute(ApproveTransferOrder(**sender("sam", key="of-sam"), **reference)).status == "approved"
    again = core.execute(ApproveTransferOrder(**sender("sam", key="of-sam"), **reference))
    assert again.was_done_before
    first, second = (core.execute(draft(login, key="same")) for login in ("pia", "paul"))
    assert first.transfer_order_id != second.transfer_order_id
    assert verify(core).is_sound
