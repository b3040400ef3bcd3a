"""The rest of approvals (waits, signatures, delegations, approval by rule), comments, and the run of a suggestion."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def _new_columns() -> dict[str, tuple[sa.Column[object], ...]]:
    """By table; made anew each time, for a column belongs to one table only."""
    return {
        "catalog_products": (sa.Column("unit_margin_amount", sa.Text()),),
        "transfer_order_lines": (
            sa.Column("suggestion_run_id", sa.Text()),
            sa.Column("unit_margin_amount", sa.Text()),
            sa.Column("unit_margin_currency", sa.Text()),
        ),
        "approval_rules": (
            sa.Column("signatures", sa.Integer(), nullable=False, server_default="1"),
            sa.Column("minimum_margin_at_risk_amount", sa.Text()),
            sa.Column("origin_id", sa.Text()),
            sa.Column("remind_after_hours", sa.Integer()),
            sa.Column("escalate_after_hours", sa.Integer()),
            sa.Column("escalation_role", sa.Text()),
        ),
        "approval_steps": (
            sa.Column("asked_by", sa.Text(), nullable=False, server_default="[]"),
            sa.Column("remind_after_hours", sa.Integer()),
            sa.Column("escalate_after_hours", sa.Integer()),
            sa.Column("escalation_role", sa.Text()),
            sa.Column("asked_at", sa.Text()),
            sa.Column("reminded_at", sa.Text()),
            sa.Column("escalated_at", sa.Text()),
            sa.Column("decided_for", sa.Text()),
            sa.Column("decided_as", sa.Text()),
        ),
    }


def upgrade() -> None:
    for table, columns in _new_columns().items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "approval_policy",
        sa.Column("policy_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("allow_approval_by_rule", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "approval_delegations",
        sa.Column("delegation_id", sa.Text(), primary_key=True),
        sa.Column("delegator", sa.Text(), sa.ForeignKey("people.login"), nullable=False),
        sa.Column("delegate", sa.Text(), sa.ForeignKey("people.login"), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("from_at", sa.Text(), nullable=False),
        sa.Column("to_at", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text()),
    )
    op.create_table(
        "order_comments",
        sa.Column(
            "entry_sequence", sa.BigInteger(), sa.ForeignKey("journal.sequence"), primary_key=True, autoincrement=False
        ),
        sa.Column("transfer_order_id", sa.Text(), sa.ForeignKey("transfer_orders.transfer_order_id"), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("commented_by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_index("ix_order_comments_transfer_order_id", "order_comments", ["transfer_order_id"])


def downgrade() -> None:
    for table in ("order_comments", "approval_delegations", "approval_policy"):
        op.drop_table(table)
    for table, columns in _new_columns().items():
        for column in columns:
            op.drop_column(table, column.name)
