"""Receiving: codes of products, rules of warehouses, counts, and reasons of discrepancies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "catalog_product_codes",
        sa.Column("sku", sa.Text(), sa.ForeignKey("catalog_products.sku"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("code", sa.Text(), nullable=False),
    )
    op.create_index("ix_catalog_product_codes_code", "catalog_product_codes", ["code"])
    op.create_table(
        "receiving_rules",
        sa.Column("warehouse_id", sa.Text(), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tolerance_units", sa.BigInteger(), nullable=False),
        sa.Column("tolerance_share", sa.Text(), nullable=False),
        sa.Column("is_blind", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "receipt_counts",
        sa.Column(
            "entry_sequence", sa.BigInteger(), sa.ForeignKey("journal.sequence"), primary_key=True, autoincrement=False
        ),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("transfer_order_id", sa.Text(), sa.ForeignKey("transfer_orders.transfer_order_id"), nullable=False),
        sa.Column("shipment_id", sa.Text(), sa.ForeignKey("shipments.shipment_id"), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("counted_by", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("bin_id", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
    )
    op.create_index("ix_receipt_counts_transfer_order_id", "receipt_counts", ["transfer_order_id"])
    op.create_table(
        "discrepancy_resolutions",
        sa.Column(
            "entry_sequence", sa.BigInteger(), sa.ForeignKey("journal.sequence"), primary_key=True, autoincrement=False
        ),
        sa.Column("transfer_order_id", sa.Text(), sa.ForeignKey("transfer_orders.transfer_order_id"), nullable=False),
        sa.Column("shipment_id", sa.Text(), sa.ForeignKey("shipments.shipment_id"), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("resolved_by", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
    )
    op.create_index("ix_discrepancy_resolutions_transfer_order_id", "discrepancy_resolutions", ["transfer_order_id"])


def downgrade() -> None:
    for table in (
        "discrepancy_resolutions",
        "receipt_counts",
        "receiving_rules",
        "catalog_product_codes",
    ):
        op.drop_table(table)
