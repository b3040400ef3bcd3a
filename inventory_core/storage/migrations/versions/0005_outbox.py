"""The outbox: what others must be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "outbox_messages",
        sa.Column("message_number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("entry_sequence", sa.BigInteger(), sa.ForeignKey("journal.sequence"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("written_at", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.Text(), nullable=False),
        sa.Column("delivered_at", sa.Text()),
        sa.Column("last_error", sa.Text(), nullable=False),
    )
    op.create_index("ix_outbox_messages_state", "outbox_messages", ["state", "key", "message_number"])


def downgrade() -> None:
    for table in ("outbox_messages",):
        op.drop_table(table)
