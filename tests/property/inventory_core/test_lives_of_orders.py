"""Whole lives of several orders under random commands, repetitions, wrong actors and old versions.

Holds invariants 3 ("Nothing happens twice"), 5 ("History is not rewritten") and 7 ("No one approves alone") of
domain.md over every sequence that hypothesis finds. Over the fake: `tests/contract` holds the databases to it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from inventory_core.access.commands import AddPerson, PersonToAdd
from inventory_core.access.model import Actor
from inventory_core.approvals.delegating import DelegateApproval, RevokeDelegation
from inventory_core.approvals.model import ApprovalRule, ApprovalStep
from inventory_core.approvals.rules import SetApprovalRules
from inventory_core.bootstrap import Core
from inventory_core.commands import Command, Outcome
from inventory_core.errors import Refused
from inventory_core.transfer_orders.commands import (
    ApproveTransferOrder,
    CancelTransferOrder,
    ChangeTransferOrder,
    CommentOnTransferOrder,
    DraftTransferOrder,
    ExistingOrderCommand,
    LineToOrder,
    RejectTransferOrder,
    SubmitTransferOrder,
    WithdrawTransferOrder,
)
from inventory_core.verification import verify
from tests.core_builders import AT, PEOPLE, cheap_passwords, draft, memory_core

# (status before, command) → statuses after; everything else must be refused
LEGAL: dict[tuple[str, type[ExistingOrderCommand]], set[str]] = {
    ("draft", ChangeTransferOrder): {"draft"},
    ("draft", SubmitTransferOrder): {"submitted"},
    ("draft", CancelTransferOrder): {"cancelled"},
    ("submitted", ApproveTransferOrder): {"submitted", "approved"},
    ("submitted", RejectTransferOrder): {"rejected"},
    ("submitted", WithdrawTransferOrder): {"draft"},
    ("submitted", CancelTransferOrder): {"cancelled"},
    ("approved", CancelTransferOrder): {"cancelled"},
}
COMMANDS: list[type[ExistingOrderCommand]] = list(dict.fromkeys(command for _, command in LEGAL))
# Two people with several roles, so that one person could try to approve his own work or sign twice
VERSATILE = {"max": ("planner", "supervisor", "finance", "admin"), "mia": ("planner", "supervisor")}
ACTORS = st.sampled_from(["max", "max", "max", "mia", "pia", "sam", *PEOPLE, *VERSATILE, "operator", "nobody"])
# SOFA is not in the catalog, and a product may stand in two lines: some orders must be refused
LINES = st.lists(
    st.builds(
        LineToOrder,
        sku=st.sampled_from(["CHAIR", "CHAIR", "LAMP", "LAMP", "MYSTERY", "SOFA"]),
        units=st.integers(1, 500),
    ),
    min_size=1,
    max_size=2,
).map(tuple)
RULES = st.lists(
    st.builds(
        ApprovalRule,
        rule_id=st.sampled_from(["a", "b", "c"]),
        role=st.sampled_from(["supervisor", "finance", "warehouse"]),
        minimum_value=st.sampled_from([None, Decimal(100), Decimal(2000)]),
        minimum_margin_at_risk=st.sampled_from([None, None, Decimal(50)]),
        destination_kind=st.sampled_from([None, "fba"]),
        stage=st.integers(1, 2),
        signatures=st.sampled_from([1, 1, 1, 2]),
        remind_after_hours=st.sampled_from([None, 1]),
        escalate_after_hours=st.just(2),
        escalation_role=st.sampled_from(["admin", "supervisor", "finance"]),
    ),
    max_size=3,
    unique_by=lambda one: one.rule_id,
).map(tuple)


class LivesOfOrders(RuleBasedStateMachine):
    """Sends commands, and looks at the whole record after each."""

    @initialize()
    def set_up(self) -> None:
        self.core: Core = memory_core()
        self.sent: list[tuple[Command, Outcome]] = []
        self.clock = 0
        for login, roles in VERSATILE.items():
            person = PersonToAdd(login=login, name=login, roles=roles)
            with cheap_passwords():
                self.core.execute(AddPerson(**self.sender("operator"), person=person))

        two_roles = (
            ApprovalRule(rule_id="a", role="supervisor"),
            ApprovalRule(rule_id="b", role="finance", minimum_value=Decimal(100), remind_after_hours=1),
        )
        self.core.execute(SetApprovalRules(**self.sender("operator"), rules=two_roles))

    def sender(self, actor_id: str) -> dict[str, Any]:
        self.clock += 1
        at = AT + timedelta(minutes=self.clock)
        return {"actor_id": actor_id, "at": at, "idempotency_key": f"step-{self.clock}", "reason": "so it is"}

    def send(self, command: Command) -> Outcome | Refused:
        """The answer; a refusal must leave nothing behind."""
        entries = self.core.queries.journal()
        orders = self.core.queries.transfer_orders()
        try:
            outcome = self.core.execute(command)
        except Refused as refusal:
            assert self.core.queries.journal() == entries
            assert self.core.queries.transfer_orders() == orders
            return refusal
        self.sent.append((command, outcome))
        return outcome

    @rule(actor_id=ACTORS, lines=LINES, destination_id=st.sampled_from(["fba_us", "fba_us", "us_3pl", "moon"]))
    def draft_order(self, actor_id: str, lines: tuple[LineToOrder, ...], destination_id: str) -> None:
        given = self.sender(actor_id)
        self.send(
            draft(actor_id, key=given["idempotency_key"], at=given["at"], lines=lines, destination_id=destination_id)
        )

    @precondition(lambda self: self.core.queries.transfer_orders())
    @rule(data=st.data(), actor_id=ACTORS)
    def comment(self, data: st.DataObject, actor_id: str) -> None:
        before = data.draw(st.sampled_from(self.core.queries.transfer_orders()))
        answer = self.send(
            CommentOnTransferOrder(
                **self.sender(actor_id), transfer_order_id=before.transfer_order_id, text="line 1\nline 2"
            )
        )
        history = self.core.queries.transfer_order(before.transfer_order_id)
        assert history.order == before, "whatever is said, the order stays as it is"
        assert isinstance(answer, Refused) == (actor_id in ("operator", "nobody"))
        assert isinstance(answer, Refused) or history.comments[-1].commented_by == actor_id

    @rule(
        delegator=ACTORS, delegate=ACTORS, minutes=st.integers(1, 200), role=st.sampled_from(["supervisor", "finance"])
    )
    def delegate(self, delegator: str, delegate: str, minutes: int, role: str) -> None:
        given = self.sender(delegator)
        to_at = given["at"] + timedelta(minutes=minutes)
        self.send(DelegateApproval(**given, delegate=delegate, roles=(role,), from_at=given["at"], to_at=to_at))

    @precondition(lambda self: self.core.queries.delegations())
    @rule(data=st.data(), actor_id=ACTORS)
    def revoke(self, data: st.DataObject, actor_id: str) -> None:
        given = data.draw(st.sampled_from(self.core.queries.delegations()))
        answer = self.send(RevokeDelegation(**self.sender(actor_id), delegation_id=given.delegation_id))
        after = next(one for one in self.core.queries.delegations() if one.delegation_id == given.delegation_id)
        assert after == given if isinstance(answer, Refused) else after.revoked_at is not None

    @rule(minutes=st.sampled_from([1, 30, 59, 120]))
    def time_passes_and_people_are_pressed(self, minutes: int) -> None:
        self.clock += minutes
        at = AT + timedelta(minutes=self.clock)
        versions = {one.transfer_order_id: one.version for one in self.core.queries.transfer_orders()}
        self.core.press_for_decisions(at=at)
        assert self.core.press_for_decisions(at=at) is None, "once is enough"
        for order in self.core.queries.transfer_orders():
            assert order.version == versions[order.transfer_order_id]
            if order.status == "submitted":
                assert not any(step.is_reminder_due(at) or step.is_escalation_due(at) for step in order.current_steps)

    @rule(rules=RULES)
    def set_rules(self, rules: tuple[ApprovalRule, ...]) -> None:
        self.send(SetApprovalRules(**self.sender("operator"), rules=rules))

    @precondition(lambda self: self.core.queries.transfer_orders())
    @rule(
        data=st.data(),
        actor_id=ACTORS,
        version_is_old=st.sampled_from([False, False, False, True]),
    )
    def send_about_an_order(self, data: st.DataObject, actor_id: str, version_is_old: bool) -> None:
        before = data.draw(st.sampled_from(self.core.queries.transfer_orders()))
        likely = [command for status, command in LEGAL if status == before.status.value]
        command_type = data.draw(st.sampled_from([*likely * 3, *COMMANDS]))
        expected = data.draw(st.integers(0, before.version - 1)) if version_is_old else before.version
        fields: dict[str, Any] = {"transfer_order_id": before.document_number, "expected_version": expected}
        if command_type is ChangeTransferOrder:
            fields["lines"] = data.draw(LINES)
        answer = self.send(command_type(**self.sender(actor_id), **fields))
        after = self.core.queries.transfer_order(before.transfer_order_id).order
        if isinstance(answer, Refused):
            assert after == before
            return
        assert not version_is_old, "an old version must be refused"
        assert after.status in LEGAL[before.status.value, command_type]
        assert (answer.status, answer.version) == (after.status, after.version)

    @precondition(lambda self: self.core.queries.transfer_orders())
    @rule(data=st.data())
    def the_right_people_take_an_order_on(self, data: st.DataObject) -> None:
        """Random actors seldom get far: here people with the role do what the status allows, so it must work."""
        order = data.draw(st.sampled_from(self.core.queries.transfer_orders()))
        planner = next(login for login in ("pia", "paul") if login not in order.contributors[:1])
        steps = [(WithdrawTransferOrder, planner)] if order.status == "submitted" else []
        for role in order.waiting_for_roles:
            login = next(login for login, held in PEOPLE.items() if held == role)
            actor = Actor(login, (role,))
            if not order.steps_open_to(actor):  # he has signed: it waits for a second person
                continue
            steps += [(ApproveTransferOrder, login), (ApproveTransferOrder, login), (RejectTransferOrder, login)]
        if order.status == "draft":
            steps = [(SubmitTransferOrder, planner), (ChangeTransferOrder, planner)]
        for command_type, login in steps and [data.draw(st.sampled_from(steps))]:
            fields: dict[str, Any] = {"transfer_order_id": order.transfer_order_id, "expected_version": order.version}
            if command_type is ChangeTransferOrder:
                fields["lines"] = (LineToOrder(sku="LAMP", units=data.draw(st.integers(1, 500))),)
            assert isinstance(self.send(command_type(**self.sender(login), **fields)), Outcome)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        command, first = data.draw(st.sampled_from(self.sent))
        entries, orders = self.core.queries.journal(), self.core.queries.transfer_orders()
        for _ in range(3):
            again = self.core.execute(command)
            assert again.was_done_before
            assert (again.transfer_order_id, again.status, again.version) == (
                first.transfer_order_id,
                first.status,
                first.version,
            )
        assert (self.core.queries.journal(), self.core.queries.transfer_orders()) == (entries, orders)

    @invariant()
    def document_numbers_have_no_gaps(self) -> None:
        orders = self.core.queries.transfer_orders()
        assert [one.document_sequence for one in orders] == list(range(1, len(orders) + 1))
        drafts = [command for command, _ in self.sent if isinstance(command, DraftTransferOrder)]
        assert len(orders) == len(drafts)

    @invariant()
    def no_one_approves_alone(self) -> None:
        roles_of = {person.login: set(person.roles) for person in self.core.queries.people()}
        for order in self.core.queries.transfer_orders():
            hands = {order.drafted_by, order.submitted_by}
            hands |= {
                entry.actor_id
                for entry in self.core.queries.transfer_order(order.transfer_order_id).entries
                if entry.event_type in ("TransferOrderDrafted", "TransferOrderChanged", "TransferOrderSubmitted")
            }
            for step in order.steps:
                if step.decided_by is None:
                    continue
                assert hands.isdisjoint({step.decided_by, step.decided_for})
                assert step.decided_as in (step.role, step.escalation_role if step.escalated_at else step.role)
                assert step.decided_as in roles_of[step.decided_for or step.decided_by]
                assert step.decided_for is None or self.was_lent(step, at=step.decided_at)
            for role in {step.role for step in order.steps}:
                signed = [step for step in order.steps if step.role == role and step.decision == "approved"]
                people = [login for step in signed for login in {step.decided_by, step.decided_for} - {None}]
                assert len(people) == len(set(people)), "nobody counts twice among several signatures"
            if order.status == "approved":
                assert order.steps
                assert all(step.decision == "approved" for step in order.steps)

    def was_lent(self, step: ApprovalStep, *, at: datetime | None) -> bool:
        """Whether the role was lent to whoever decided, at that instant, by whom he names."""
        return at is not None and any(
            (one.delegator, one.delegate) == (step.decided_for, step.decided_by)
            and step.decided_as in one.roles
            and one.holds_at(at)
            for one in self.core.queries.delegations()
        )

    def teardown(self) -> None:
        """The journal tells the state: once at the end, for it replays every step."""
        if hasattr(self, "core"):
            found = verify(self.core)
            assert found.is_sound, found.first_break


LivesOfOrders.TestCase.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
TestLivesOfOrders = LivesOfOrders.TestCase
