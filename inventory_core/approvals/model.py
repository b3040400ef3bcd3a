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
    """An order that meets every filled condition needs a yes of `role`. The minimum value is in base currency."""

    rule_id: str
    role: str
    minimum_value: Decimal | None = None
    mode: str | None = None
    destination_id: str | None = None
    destination_kind: str | None = None

    def __post_init__(self) -> None:
        check_name(self.rule_id, name="rule_id")
        if self.role not in APPROVING_ROLES:
            raise Malformed(f"rule {self.rule_id}: role must be one of {', '.join(APPROVING_ROLES)}, not {self.role!r}")
        if self.minimum_value is not None:
            check_amount(self.minimum_value, name=f"rule {self.rule_id}: minimum_value")

    def asks_for(self, *, value: Money | None, mode: str, destination_id: str, destination_kind: str) -> bool:
        """Whether every filled condition holds. An unknown value (None) meets every minimum: better one yes too many.

        `value` is in base currency and meets a minimum that it equals.
        """
        return (
            (self.minimum_value is None or value is None or value.amount >= self.minimum_value)
            and self.mode in (None, mode)
            and self.destination_id in (None, destination_id)
            and self.destination_kind in (None, destination_kind)
        )


@dataclass(frozen=True, kw_only=True)
class ApprovalStep:
    """One role of an order's chain and what its holder decided; `rule_ids` say why the role is asked."""

    step: int
    role: str
    rule_ids: tuple[str, ...] = ()
    decision: Decision | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""


def required_steps(
    rules: Iterable[ApprovalRule], *, value: Money | None, mode: str, destination_id: str, destination_kind: str
) -> tuple[ApprovalStep, ...]:
    """The chain for an order: each role that some rule asks for, once, in the order of the rules.

    Without a matching rule a supervisor's yes is needed, so that no order is ever approved by nobody.
    """
    rules_of_role: dict[str, list[str]] = {}
    for rule in rules:
        if rule.asks_for(value=value, mode=mode, destination_id=destination_id, destination_kind=destination_kind):
            rules_of_role.setdefault(rule.role, []).append(rule.rule_id)
    return tuple(
        ApprovalStep(step=step, role=role, rule_ids=tuple(rule_ids))
        for step, (role, rule_ids) in enumerate((rules_of_role or {DEFAULT_ROLE: []}).items(), start=1)
    )
