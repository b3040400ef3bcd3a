"""The first core: catalog, rules, people, transfer orders, journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "approval_rules",
        sa.Column("rule_id", sa.Text(), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("minimum_value_amount", sa.Text()),
        sa.Column("mode", sa.Text()),
        sa.Column("destination_id", sa.Text()),
        sa.Column("destination_kind", sa.Text()),
    )
    op.create_table(
        "catalog_lanes",
        sa.Column("origin_id", sa.Text(), primary_key=True),
        sa.Column("destination_id", sa.Text(), primary_key=True),
        sa.Column("mode", sa.Text(), primary_key=True),
    )
    op.create_table(
        "catalog_products",
        sa.Column("sku", sa.Text(), primary_key=True),
        sa.Column("unit_value_amount", sa.Text()),
    )
    op.create_table(
        "catalog_warehouses",
        sa.Column("warehouse_id", sa.Text(), primary_key=True),
        sa.Column("warehouse_kind", sa.Text(), nullable=False),
    )
    op.create_table(
        "company",
        sa.Column("company_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("base_currency", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
    )
    op.create_table(
        "handled_commands",
        sa.Column("idempotency_key", sa.Text(), primary_key=True),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
    )
    op.create_table(
        "journal",
        sa.Column("sequence", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("transfer_order_id", sa.Text()),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False, unique=True),
    )
    op.create_index("ix_journal_transfer_order_id", "journal", ["transfer_order_id", "sequence"])
    op.create_table(
        "people",
        sa.Column("login", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "transfer_orders",
        sa.Column("transfer_order_id", sa.Text(), primary_key=True),
        sa.Column("document_number", sa.Text(), nullable=False, unique=True),
        sa.Column("document_year", sa.Integer(), nullable=False),
        sa.Column("document_sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("origin_id", sa.Text(), nullable=False),
        sa.Column("destination_id", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("ship_date", sa.Text(), nullable=False),
        sa.Column("arrival_date", sa.Text(), nullable=False),
        sa.Column("contributors", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.Text(), nullable=False),
        sa.Column("submitted_by", sa.Text()),
        sa.Column("submitted_at", sa.Text()),
        sa.Column("value_amount", sa.Text()),
        sa.Column("value_currency", sa.Text()),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", sa.Text()),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.UniqueConstraint("document_year", "document_sequence", name="uq_transfer_orders_document"),
    )
    op.create_index("ix_transfer_orders_status", "transfer_orders", ["status"])
    op.create_table(
        "approval_steps",
        sa.Column("transfer_order_id", sa.Text(), sa.ForeignKey("transfer_orders.transfer_order_id"), primary_key=True),
        sa.Column("step", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("rule_ids", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text()),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_table(
        "credentials",
        sa.Column("login", sa.Text(), sa.ForeignKey("people.login"), primary_key=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Text()),
    )
    op.create_table(
        "tokens",
        sa.Column("token_id", sa.Text(), primary_key=True),
        sa.Column("login", sa.Text(), sa.ForeignKey("people.login"), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.Text(), nullable=False),
        sa.Column("is_revoked", sa.Boolean(), nullable=False),
        sa.Column("token_hash", sa.Text(), unique=True),
    )
    op.create_table(
        "transfer_order_lines",
        sa.Column("transfer_order_id", sa.Text(), sa.ForeignKey("transfer_orders.transfer_order_id"), primary_key=True),
        sa.Column("line_number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("suggestion_id", sa.Text()),
        sa.Column("suggested_units", sa.BigInteger()),
        sa.Column("unit_value_amount", sa.Text()),
        sa.Column("unit_value_currency", sa.Text()),
    )


def downgrade() -> None:
    for table in (
        "transfer_order_lines",
        "tokens",
        "credentials",
        "approval_steps",
        "transfer_orders",
        "people",
        "journal",
        "handled_commands",
        "company",
        "catalog_warehouses",
        "catalog_products",
        "catalog_lanes",
        "approval_rules",
    ):
        op.drop_table(table)
