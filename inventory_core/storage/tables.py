"""The core's tables as SQLAlchemy sees them. Migrations build them; a test holds both to each other.

Amounts, dates and instants are text: every database then gives back exactly what was written, and the text in the
journal is the text that was hashed. SQLite has no exact decimals, and floats are no money.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

# Written by Alembic; a test holds it to the newest file in migrations/versions.
HEAD_REVISION = "0009"

metadata = MetaData()

company = Table(
    "company",
    metadata,
    Column("company_id", Integer, primary_key=True, autoincrement=False),  # always 1: one database, one company
    Column("base_currency", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
)
products = Table(
    "catalog_products",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("unit_value_amount", Text),
    Column("unit_margin_amount", Text),
)
warehouses = Table(
    "catalog_warehouses",
    metadata,
    Column("warehouse_id", Text, primary_key=True),
    Column("warehouse_kind", Text, nullable=False),
)
lanes = Table(
    "catalog_lanes",
    metadata,
    Column("origin_id", Text, primary_key=True),
    Column("destination_id", Text, primary_key=True),
    Column("mode", Text, primary_key=True),
)
approval_rules = Table(
    "approval_rules",
    metadata,
    Column("rule_id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("stage", Integer, nullable=False, server_default="1"),
    Column("minimum_value_amount", Text),
    Column("minimum_deviation_share", Text),
    Column("mode", Text),
    Column("destination_id", Text),
    Column("destination_kind", Text),
    Column("signatures", Integer, nullable=False, server_default="1"),
    Column("minimum_margin_at_risk_amount", Text),
    Column("origin_id", Text),
    Column("remind_after_hours", Integer),
    Column("escalate_after_hours", Integer),
    Column("escalation_role", Text),
)
people = Table(
    "people",
    metadata,
    Column("login", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("roles", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("is_disabled", Boolean, nullable=False),
    Column("warehouse_ids", Text, nullable=False, server_default="[]"),
    Column("shop_ids", Text, nullable=False, server_default="[]"),
)
credentials = Table(
    "credentials",
    metadata,
    Column("login", Text, primary_key=True),  # of a person, or a slot for strangers (`access/sign_in.py`)
    Column("password_hash", Text, nullable=False),
    Column("failed_sign_ins", Integer, nullable=False),
    Column("locked_until", Text),
)
tokens = Table(
    "tokens",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("login", Text, ForeignKey("people.login"), nullable=False),
    Column("label", Text, nullable=False),
    Column("issued_at", Text, nullable=False),
    Column("is_revoked", Boolean, nullable=False),
    Column("token_hash", Text, unique=True),
    Column("roles", Text, nullable=False, server_default="[]"),
    Column("warehouse_ids", Text, nullable=False, server_default="[]"),
    Column("commands", Text, nullable=False, server_default="[]"),
    Column("expires_at", Text),
    Column("issued_by", Text, nullable=False, server_default=""),
)
transfer_orders = Table(
    "transfer_orders",
    metadata,
    Column("transfer_order_id", Text, primary_key=True),
    Column("document_number", Text, nullable=False, unique=True),
    Column("document_year", Integer, nullable=False),
    Column("document_sequence", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("origin_id", Text, nullable=False),
    Column("destination_id", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("ship_date", Text, nullable=False),
    Column("arrival_date", Text, nullable=False),
    Column("contributors", Text, nullable=False),
    Column("drafted_by", Text, nullable=False),
    Column("drafted_at", Text, nullable=False),
    Column("submitted_by", Text),
    Column("submitted_at", Text),
    Column("value_amount", Text),
    Column("value_currency", Text),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("decision_reason", Text, nullable=False),
    UniqueConstraint("document_year", "document_sequence", name="uq_transfer_orders_document"),
    Index("ix_transfer_orders_status", "status"),
)
transfer_order_lines = Table(
    "transfer_order_lines",
    metadata,
    Column("transfer_order_id", Text, ForeignKey("transfer_orders.transfer_order_id"), primary_key=True),
    Column("line_number", Integer, primary_key=True, autoincrement=False),
    Column("sku", Text, nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("suggestion_id", Text),
    Column("suggested_units", BigInteger),
    Column("unit_value_amount", Text),
    Column("unit_value_currency", Text),
    Column("cancelled_units", BigInteger, nullable=False, server_default="0"),
    Column("suggestion_run_id", Text),
    Column("unit_margin_amount", Text),
    Column("unit_margin_currency", Text),
)
approval_steps = Table(
    "approval_steps",
    metadata,
    Column("transfer_order_id", Text, ForeignKey("transfer_orders.transfer_order_id"), primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("role", Text, nullable=False),
    Column("stage", Integer, nullable=False, server_default="1"),
    Column("rule_ids", Text, nullable=False),
    Column("decision", Text),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, nullable=False, server_default="[]"),
    Column("remind_after_hours", Integer),
    Column("escalate_after_hours", Integer),
    Column("escalation_role", Text),
    Column("asked_at", Text),
    Column("reminded_at", Text),
    Column("escalated_at", Text),
    Column("decided_for", Text),
    Column("decided_as", Text),
)
journal = Table(
    "journal",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("transfer_order_id", Text),
    Column("payload", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("token_id", Text),
    Index("ix_journal_transfer_order_id", "transfer_order_id", "sequence"),
)
handled_commands = Table(
    "handled_commands",
    metadata,
    Column("idempotency_key", Text, primary_key=True),
    Column("command", Text, nullable=False),
    Column("content_digest", Text, nullable=False),
    Column("outcome", Text, nullable=False),
)
product_codes = Table(
    "catalog_product_codes",
    metadata,
    Column("sku", Text, ForeignKey("catalog_products.sku"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False),
    Index("ix_catalog_product_codes_code", "code"),
)
