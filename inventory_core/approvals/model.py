"""Approval rules as data, and the chain of steps that they ask of an order. Pure.

Belongs here: which roles must say yes, and what a step is. Does not: whose yes counts (`deciding.py`), saying it
(`handlers.py`), reading the rules from a workbook (`pipelines`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Literal

from inventory_core.catalog.model import MODES, WAREHOUSE_KINDS
from inventory_core.commands import Command
from inventory_core.errors import Malformed
from inventory_core.identifiers import check_name
from inventory_core.money import Money, check_amount

APPROVING_ROLES = ("supervisor", "finance", "warehouse", "admin")
DEFAULT_ROLE = "supervisor"
# Who decided where a company of one person lets the rule decide. No person can have this login.
BY_RULE = "rule"
Decision = Literal["approved", "rejected"]
# A year of waiting, and more signatures than a company has people, are mistakes.
_MAXIMA = {"stage": 100, "signatures": 20, "remind_after_hours": 8_760, "escalate_after_hours": 8_760}
_MINIMA = ("minimum_value", "minimum_deviation_share", "minimum_margin_at_risk")
_PLACES = ("mode", "origin_id", "destination_id", "destination_kind")


@dataclass(frozen=True, kw_only=True)
class OrderFacts:
    """What rules look at. Money is in base currency; None is unknown, and meets every minimum: better one yes too many.

    `margin_at_risk` is what is lost in margin when the goods are lost or late.
    """

    value: Money | None
    margin_at_risk: Money | None
    deviation_share: Decimal | None
    mode: str
    origin_id: str
    destination_id: str
    destination_kind: str


@dataclass(frozen=True, kw_only=True)
class ApprovalRule:
    """An order that meets every filled condition needs a yes of `role`. Minimum amounts are in base currency.

    `minimum_deviation_share` is of the advised units: 0.2 asks when a fifth more or less is ordered than was advised.
    Roles of one stage decide in parallel, those of a later stage after them. `signatures` different people must say
    yes. Who has not decided after `remind_after_hours` is reminded, again and again; after `escalate_after_hours`
    holders of `escalation_role` may decide instead.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = Command.__pydantic_config__

    rule_id: str
    role: str
    stage: int = 1
    signatures: int = 1
    minimum_value: Decimal | None = None
    minimum_deviation_share: Decimal | None = None
    minimum_margin_at_risk: Decimal | None = None
    mode: str | None = None
    origin_id: str | None = None
    destination_id: str | None = None
    destination_kind: str | None = None
    remind_after_hours: int | None = None
    escalate_after_hours: int | None = None
    escalation_role: str | None = None

    def __post_init__(self) -> None:
        check_name(self.rule_id, name="rule_id")
        for name, role in (("role", self.role), ("escalation_role", self.escalation_role)):
            if role not in APPROVING_ROLES and not (role is None and name == "escalation_role"):
                known = ", ".join(APPROVING_ROLES)
                raise Malformed(f"rule {self.rule_id}: {name} must be one of {known}, not {role!r}")
        for name in _MINIMA:
            if getattr(self, name) is not None:
                check_amount(getattr(self, name), name=f"rule {self.rule_id}: {name}")
        for name, maximum in _MAXIMA.items():
            self._check_count(name, maximum=maximum)
        for name, known_names in (("mode", MODES), ("destination_kind", WAREHOUSE_KINDS)):
            value = getattr(self, name)
            if value is not None and value not in known_names:
                raise Malformed(
                    f"rule {self.rule_id}: {name} must be one of {', '.join(known_names)}, not {value!r}: "
                    "another one would never ask"
                )
        if (self.escalate_after_hours is None) != (self.escalation_role is None):
            raise Malformed(f"rule {self.rule_id}: pass escalate_after_hours and escalation_role together, or neither")

    def _check_count(self, name: str, *, maximum: int) -> None:
        value = getattr(self, name)
        if value is None and name.endswith("_hours"):
            return
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= maximum:
            raise Malformed(f"rule {self.rule_id}: {name} must be a whole number from 1 to {maximum}, not {value!r}")

    def asks_for(self, facts: OrderFacts) -> bool:
        """Whether every filled condition holds; a minimum is met by what equals it."""
        return (
            _meets(self.minimum_value, facts.value)
            and _meets(self.minimum_deviation_share, facts.deviation_share)
            and _meets(self.minimum_margin_at_risk, facts.margin_at_risk)
            and all(getattr(self, name) in (None, getattr(facts, name)) for name in _PLACES)
        )

    @property
    def conditions(self) -> tuple[tuple[str, str], ...]:
        """Names and texts of the filled conditions: why the rule asks."""
        filled = [(name, getattr(self, name)) for name in (*_MINIMA, *_PLACES)]
        return tuple(
            (name, format(value, "f") if isinstance(value, Decimal) else value)
            for name, value in filled
            if value is not None
        )


def _meets(minimum: Decimal | None, found: Money | Decimal | None) -> bool:
    if minimum is None or found is None:
        return True
    return (found.amount if isinstance(found, Money) else found) >= minimum


@dataclass(frozen=True, kw_only=True)
class AskingRule:
    """Why a role is asked: a rule as it was when the order was submitted, with its filled conditions."""

    rule_id: str
    conditions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ApprovalStep:
    """One yes of an order's chain, and what became of it. Rules and hours are frozen when the order is submitted.

    `asked_at` is when the step's stage began, None before that. `decided_for` names the person whose delegate decided,
    `decided_as` the role that was used: the step's, or after an escalation the escalation role.
    """

    step: int
    role: str
    stage: int = 1
    rule_ids: tuple[str, ...] = ()
    asked_by: tuple[AskingRule, ...] = ()
    remind_after_hours: int | None = None
    escalate_after_hours: int | None = None
    escalation_role: str | None = None
    asked_at: datetime | None = None
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None
    decision: Decision | None = None
    decided_by: str | None = None
    decided_for: str | None = None
    decided_as: str | None = None
    decided_at: datetime | None = None
    reason: str = ""

    @property
    def deciding_roles(self) -> tuple[str, ...]:
        """Roles that may decide it now."""
        if self.escalated_at is None or self.escalation_role in (None, self.role):
            return (self.role,)
        return (self.role, str(self.escalation_role))

    def is_reminder_due(self, at: datetime) -> bool:
        """Whether it has waited that long since it was asked for, or since it was last reminded of."""
        return self._has_waited(self.remind_after_hours, since=self.reminded_at or self.asked_at, at=at)

    def is_escalation_due(self, at: datetime) -> bool:
        """Whether it has waited too long and nobody else was let in yet."""
        return self.escalated_at is None and self._has_waited(self.escalate_after_hours, since=self.asked_at, at=at)

    def _has_waited(self, hours: int | None, *, since: datetime | None, at: datetime) -> bool:
        if self.decision is not None or hours is None or since is None:
            return False
        return at >= since + timedelta(hours=hours)


@dataclass(frozen=True, kw_only=True)
class FreeUnits:
    """Units of a product that are free at an order's origin."""

    sku: str
    units: int


@dataclass(frozen=True, kw_only=True)
class ApprovalRequest:
    """What those who are asked need beside the order itself, as it was known when they were asked.

    `tell` are the logins of those who may decide; `free_units` is None where the ledger does not keep the origin.
    """

    tell: tuple[str, ...]
    free_units: tuple[FreeUnits, ...] | None


@dataclass(frozen=True, kw_only=True)
class ApprovalPolicy:
    """What a company has switched on. Approval by rule is for companies of one person (`handlers.py`)."""

    allow_approval_by_rule: bool = False


def required_steps(rules: Iterable[ApprovalRule], facts: OrderFacts) -> tuple[ApprovalStep, ...]:
    """The chain for an order: the signatures of each role that some rule asks for, by stage, then in the rules' order.

    Where several rules ask for a role, the earliest stage, the most signatures and the shortest waits count. Without a
    matching rule a supervisor's yes is needed, so that no order is ever approved by nobody.
    """
    rules_of_role: dict[str, list[ApprovalRule]] = {}
    for rule in rules:
        if rule.asks_for(facts):
            rules_of_role.setdefault(rule.role, []).append(rule)
    if not rules_of_role:
        return (ApprovalStep(step=1, role=DEFAULT_ROLE),)
    chain = sorted((_step_of(role, asking) for role, asking in rules_of_role.items()), key=lambda step: step.stage)
    signed = [step for step in chain for _ in range(max(rule.signatures for rule in rules_of_role[step.role]))]
    return tuple(replace(step, step=number) for number, step in enumerate(signed, start=1))


def _step_of(role: str, asking: Sequence[ApprovalRule]) -> ApprovalStep:
    escalating = min(
        (rule for rule in asking if rule.escalate_after_hours is not None),
        key=lambda rule: rule.escalate_after_hours or 0,
        default=None,
    )
    return ApprovalStep(
        step=1,
        role=role,
        stage=min(rule.stage for rule in asking),
        rule_ids=tuple(rule.rule_id for rule in asking),
        asked_by=tuple(AskingRule(rule_id=rule.rule_id, conditions=rule.conditions) for rule in asking),
        remind_after_hours=min((rule.remind_after_hours for rule in asking if rule.remind_after_hours), default=None),
        escalate_after_hours=escalating.escalate_after_hours if escalating else None,
        escalation_role=escalating.escalation_role if escalating else None,
    )


def with_stage_begun(steps: Sequence[ApprovalStep], *, at: datetime) -> tuple[ApprovalStep, ...]:
    """The steps with `asked_at` where their turn has come: open ones of the earliest stage that is not decided."""
    stage = min((step.stage for step in steps if step.decision is None), default=0)
    return tuple(
        replace(step, asked_at=at) if step.stage == stage and step.decision is None and step.asked_at is None else step
        for step in steps
    )
