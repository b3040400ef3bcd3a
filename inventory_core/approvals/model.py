"""Approval rules as data, and the chain of steps that they ask of an order. Pure.

Belongs here: which roles must say yes, and what a step is. Does not: saying yes or no to an order
(`transfer_orders/handlers.py`), reading the rules from a workbook (`pipelines`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from inventory_core.errors import Malformed
from inventory_core.identifiers import check_name
from inventory_core.money import Money, check_amount

APPROVING_ROLES = ("supervisor", "finance", "warehouse", "admin")
DEFAULT_ROLE = "supervisor"
Decision = Literal["approved", "rejected"]


@dataclass(frozen=True, kw_only=True)
class ApprovalRule:
    """An order that meets every filled condition needs a yes of `role`. The minimum value is in base currency.

    `minimum_deviation_share` is of the advised units: 0.2 asks when a fifth more or less is ordered than was advised.
    Roles of one stage decide in parallel, those of a later stage after them.
    """

    rule_id: str
    role: str
    stage: int = 1
    minimum_value: Decimal | None = None
    minimum_deviation_share: Decimal | None = None
    mode: str | None = None
    destination_id: str | None = None
    destination_kind: str | None = None

    def __post_init__(self) -> None:
        check_name(self.rule_id, name="rule_id")
        if self.role not in APPROVING_ROLES:
            raise Malformed(f"rule {self.rule_id}: role must be one of {', '.join(APPROVING_ROLES)}, not {self.role!r}")
        if self.minimum_value is not None:
            check_amount(self.minimum_value, name=f"rule {self.rule_id}: minimum_value")
        if self.minimum_deviation_share is not None:
            check_amount(self.minimum_deviation_share, name=f"rule {self.rule_id}: minimum_deviation_share")
        if not isinstance(self.stage, int) or isinstance(self.stage, bool) or self.stage < 1:
            raise Malformed(f"rule {self.rule_id}: stage must be a whole number from 1 on, not {self.stage!r}")

    def asks_for(
        self,
        *,
        value: Money | None,
        deviation_share: Decimal | None,
        mode: str,
        destination_id: str,
        destination_kind: str,
    ) -> bool:
        """Whether every filled condition holds. What is unknown (None) meets every minimum: better one yes too many.

        `value` is in base currency; value and deviation meet a minimum that they equal.
        """
        return (
            self._is_met_by_deviation(deviation_share)
            and (self.minimum_value is None or value is None or value.amount >= self.minimum_value)
            and self.mode in (None, mode)
            and self.destination_id in (None, destination_id)
            and self.destination_kind in (None, destination_kind)
        )

    def _is_met_by_deviation(self, deviation_share: Decimal | None) -> bool:
        minimum = self.minimum_deviation_share
        return minimum is None or deviation_share is None or deviation_share >= minimum


@dataclass(frozen=True, kw_only=True)
class ApprovalStep:
    """One role of an order's chain and what its holder decided; `rule_ids` say why the role is asked."""

    step: int
    role: str
    stage: int = 1
    rule_ids: tuple[str, ...] = ()
    decision: Decision | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""


def required_steps(
    rules: Iterable[ApprovalRule],
    *,
    value: Money | None,
    deviation_share: Decimal | None,
    mode: str,
    destination_id: str,
    destination_kind: str,
) -> tuple[ApprovalStep, ...]:
    """The chain for an order: each role that some rule asks for, once, by stage and then in the order of the rules.

    A role that several rules ask for decides in the earliest of their stages. Without a matching rule a supervisor's
    yes is needed, so that no order is ever approved by nobody.
    """
    rules_of_role: dict[str, list[ApprovalRule]] = {}
    for rule in rules:
        if rule.asks_for(
            value=value,
            deviation_share=deviation_share,
            mode=mode,
            destination_id=destination_id,
            destination_kind=destination_kind,
        ):
            rules_of_role.setdefault(rule.role, []).append(rule)
    if not rules_of_role:
        return (ApprovalStep(step=1, role=DEFAULT_ROLE),)
    stage_of = {role: min(rule.stage for rule in asking) for role, asking in rules_of_role.items()}
    return tuple(
        ApprovalStep(
            step=step, role=role, stage=stage_of[role], rule_ids=tuple(rule.rule_id for rule in rules_of_role[role])
        )
        for step, role in enumerate(sorted(rules_of_role, key=stage_of.__getitem__), start=1)
    )
