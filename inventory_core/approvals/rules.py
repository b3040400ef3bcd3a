"""Setting the approval rules and policy: commands, events and handlers in one place while there are two of each.

An order keeps the chain that it was submitted with; new rules count for orders submitted after them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from inventory_core.approvals.model import ApprovalPolicy, ApprovalRule
from inventory_core.commands import Command
from inventory_core.decisions import Decided
from inventory_core.errors import Malformed
from inventory_core.storage.ports import Reader


@dataclass(frozen=True, kw_only=True)
class SetApprovalRules(Command):
    """Replace all approval rules; their order is the order of the steps."""

    rules: tuple[ApprovalRule, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        twice = [rule_id for rule_id, count in Counter(rule.rule_id for rule in self.rules).items() if count > 1]
        if twice:
            raise Malformed(f"rules must have a rule_id of their own; used twice: {', '.join(twice)}")


@dataclass(frozen=True, kw_only=True)
class ApprovalRulesSet:
    """From now on these rules, and no others, choose the approvers."""

    rules: tuple[ApprovalRule, ...]


def set_approval_rules(command: SetApprovalRules, store: Reader) -> Decided:
    """Nothing happens when the rules are already those."""
    if tuple(store.approval_rules()) == command.rules:
        return Decided()
    return Decided(ApprovalRulesSet(rules=command.rules))


@dataclass(frozen=True, kw_only=True)
class SetApprovalPolicy(Command):
    """Say whether the rule may approve where nobody but the sender could: for companies of one person."""

    allow_approval_by_rule: bool


@dataclass(frozen=True, kw_only=True)
class ApprovalPolicySet:
    """From now on submitted orders follow this policy."""

    policy: ApprovalPolicy


def set_approval_policy(command: SetApprovalPolicy, store: Reader) -> Decided:
    """Nothing happens when the policy is already that."""
    policy = ApprovalPolicy(allow_approval_by_rule=command.allow_approval_by_rule)
    return Decided() if store.approval_policy() == policy else Decided(ApprovalPolicySet(policy=policy))
