"""Shipments of orders, and the units of an order that were given up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column(
        "transfer_order_lines",
        sa.Column("cancelled_units", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.create_table(
        "shipments",
        sa.Column("shipment_id", sa.Text(), primary_key=True),
        sa.Column("transfer_order_id", sa.Text(), sa.ForeignKey("transfer_orders.transfer_order_id"), nullable=False),
        sa.Column("shipment_number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("waybill", sa.Text(), nullable=False),
        sa.Column("house_waybill", sa.Text(), nullable=False),
        sa.Column("master_waybill", sa.Text(), nullable=False),
        sa.Column("cartons", sa.Text(), nullable=False),
        sa.Column("milestones", sa.Text(), nullable=False),
        sa.Column("planned_at", sa.Text(), nullable=False),
        sa.Column("dispatched_at", sa.Text()),
        sa.Column("arrived_at", sa.Text()),
        sa.Column("received_at", sa.Text()),
        sa.UniqueConstraint("transfer_order_id", "shipment_number", name="uq_shipments_number"),
    )
    op.create_table(
        "shipment_lines",
        sa.Column("shipment_id", sa.Text(), sa.ForeignKey("shipments.shipment_id"), primary_key=True),
        sa.Column("line_number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("planned_units", sa.BigInteger(), nullable=False),
        sa.Column("dispatched_units", sa.BigInteger(), nullable=False),
        sa.Column("good_units", sa.BigInteger(), nullable=False),
        sa.Column("damaged_units", sa.BigInteger(), nullable=False),
        sa.Column("over_units", sa.BigInteger(), nullable=False),
        sa.Column("written_off_units", sa.BigInteger(), nullable=False),
        sa.Column("over_resolved_units", sa.BigInteger(), nullable=False),
        sa.Column("damaged_resolved_units", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    for table in (
        "shipment_lines",
        "shipments",
    ):
        op.drop_table(table)
    op.drop_column("transfer_order_lines", "cancelled_units")
