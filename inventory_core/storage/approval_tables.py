"""The tables of approvals and comments; `tables.py` holds rules and steps, and says how values are written."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from inventory_core.storage.tables import metadata

approval_policy = Table(
    "approval_policy",
    metadata,
    Column("policy_id", Integer, primary_key=True, autoincrement=False),  # always 1: one database, one company
    Column("allow_approval_by_rule", Boolean, nullable=False),
)
approval_delegations = Table(
    "approval_delegations",
    metadata,
    Column("delegation_id", Text, primary_key=True),
    Column("delegator", Text, ForeignKey("people.login"), nullable=False),
    Column("delegate", Text, ForeignKey("people.login"), nullable=False),
    Column("roles", Text, nullable=False),
    Column("from_at", Text, nullable=False),
    Column("to_at", Text, nullable=False),
    Column("revoked_at", Text),
)
order_comments = Table(
    "order_comments",
    metadata,
    Column("entry_sequence", BigInteger, ForeignKey("journal.sequence"), primary_key=True, autoincrement=False),
    Column("transfer_order_id", Text, ForeignKey("transfer_orders.transfer_order_id"), nullable=False),
    Column("at", Text, nullable=False),
    Column("commented_by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_order_comments_transfer_order_id", "transfer_order_id"),
)
