"""The stock ledger: movements, balances, reservations, and which warehouses it keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "stock_movements",
        sa.Column(
            "entry_sequence", sa.BigInteger(), sa.ForeignKey("journal.sequence"), primary_key=True, autoincrement=False
        ),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("transfer_order_id", sa.Text()),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("from_kind", sa.Text(), nullable=False),
        sa.Column("from_id", sa.Text(), nullable=False),
        sa.Column("from_bin_id", sa.Text(), nullable=False),
        sa.Column("from_condition", sa.Text(), nullable=False),
        sa.Column("to_kind", sa.Text(), nullable=False),
        sa.Column("to_id", sa.Text(), nullable=False),
        sa.Column("to_bin_id", sa.Text(), nullable=False),
        sa.Column("to_condition", sa.Text(), nullable=False),
    )
    op.create_table(
        "stock_balances",
        sa.Column("place_kind", sa.Text(), primary_key=True),
        sa.Column("place_id", sa.Text(), primary_key=True),
        sa.Column("sku", sa.Text(), primary_key=True),
        sa.Column("bin_id", sa.Text(), primary_key=True),
        sa.Column("lot", sa.Text(), primary_key=True),
        sa.Column("condition", sa.Text(), primary_key=True),
        sa.Column("units", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "stock_reservations",
        sa.Column("transfer_order_id", sa.Text(), sa.ForeignKey("transfer_orders.transfer_order_id"), primary_key=True),
        sa.Column("sku", sa.Text(), primary_key=True),
        sa.Column("warehouse_id", sa.Text(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_stock_reservations_warehouse_id", "stock_reservations", ["warehouse_id", "sku"])
    op.create_table(
        "stocked_warehouses",
        sa.Column("warehouse_id", sa.Text(), primary_key=True),
        sa.Column("opened_at", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    for table in ("stocked_warehouses", "stock_reservations", "stock_balances", "stock_movements"):
        op.drop_table(table)
