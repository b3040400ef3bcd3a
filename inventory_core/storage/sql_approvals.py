"""Policy, delegations, waiting steps and comments as SQL; `sql_store.py` inherits them."""

from __future__ import annotations

import json

from sqlalchemy import or_, select

from inventory_core.approvals.delegations import Delegation
from inventory_core.approvals.model import ApprovalPolicy, ApprovalStep
from inventory_core.instants import instant_from_text
from inventory_core.records import canonical_json, plain
from inventory_core.storage import rows, tables
from inventory_core.storage.approval_tables import approval_delegations, approval_policy, order_comments
from inventory_core.storage.sql_statements import SqlStatements
from inventory_core.transfer_orders.comments import OrderComment
from inventory_core.transfer_orders.model import Status


class SqlApprovals(SqlStatements):
    """The part of a `Writer` that is about waiting for decisions, and about what people say meanwhile."""

    def approval_policy(self) -> ApprovalPolicy:
        """See `Reader`."""
        found = self._rows(select(approval_policy.c.allow_approval_by_rule))
        return ApprovalPolicy(**found[0]) if found else ApprovalPolicy()

    def save_approval_policy(self, policy: ApprovalPolicy) -> None:
        """See `Writer`."""
        self._put(approval_policy, {"policy_id": 1, **plain(policy)})

    def delegations(self) -> list[Delegation]:
        """See `Reader`."""
        found = [
            Delegation(
                delegation_id=row["delegation_id"],
                delegator=row["delegator"],
                delegate=row["delegate"],
                roles=tuple(json.loads(row["roles"])),
                from_at=instant_from_text(row["from_at"]),
                to_at=instant_from_text(row["to_at"]),
                revoked_at=None if row["revoked_at"] is None else instant_from_text(row["revoked_at"]),
            )
            for row in self._rows(select(approval_delegations))
        ]
        return sorted(found, key=lambda one: one.delegation_id)

    def save_delegation(self, delegation: Delegation) -> None:
        """See `Writer`."""
        self._put(approval_delegations, {**plain(delegation), "roles": canonical_json(delegation.roles)})

    def waiting_steps(self) -> list[tuple[str, ApprovalStep]]:
        """See `Reader`. One statement over the open steps of submitted orders, found by their status."""
        steps, orders = tables.approval_steps, tables.transfer_orders
        waiting = (
            select(steps)
            .join(orders, orders.c.transfer_order_id == steps.c.transfer_order_id)
            .where(
                orders.c.status == Status.SUBMITTED.value,
                steps.c.decision.is_(None),
                steps.c.asked_at.is_not(None),
                or_(steps.c.remind_after_hours.is_not(None), steps.c.escalate_after_hours.is_not(None)),
            )
        )
        found = [(row["transfer_order_id"], rows.step_of(row)) for row in self._rows(waiting)]
        return sorted(found, key=lambda one: (one[0], one[1].step))

    def comments(self, *, transfer_order_id: str | None = None) -> list[OrderComment]:
        """See `Reader`."""
        statement = select(order_comments).order_by(order_comments.c.entry_sequence)
        if transfer_order_id is not None:
            statement = statement.where(order_comments.c.transfer_order_id == transfer_order_id)
        return [OrderComment(**{**row, "at": instant_from_text(row["at"])}) for row in self._rows(statement)]

    def append_comment(self, comment: OrderComment) -> None:
        """See `Writer`."""
        self._insert(order_comments, [plain(comment)])
