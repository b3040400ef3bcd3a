"""Stages of approval, and the deviation from the advice as a condition."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for table in ("approval_rules", "approval_steps"):
        op.add_column(table, sa.Column("stage", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("approval_rules", sa.Column("minimum_deviation_share", sa.Text()))


def downgrade() -> None:
    op.drop_column("approval_rules", "minimum_deviation_share")
    for table in ("approval_steps", "approval_rules"):
        op.drop_column(table, "stage")
