"""Idempotency keys belong to their senders, and a token says who issued it (the journal knows: `replay.rebuild`)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# A command that left no entry changed nothing; its key stays as it was, and nobody sends it any more.
SENDERS = "(SELECT DISTINCT idempotency_key AS sent_key, actor_id FROM journal) AS sent"


def upgrade() -> None:
    op.add_column("tokens", sa.Column("issued_by", sa.Text(), nullable=False, server_default=""))
    op.execute(
        f"UPDATE handled_commands SET idempotency_key = sent.actor_id || '/' || sent.sent_key FROM {SENDERS} "
        "WHERE handled_commands.idempotency_key = sent.sent_key"
    )


def downgrade() -> None:
    op.execute(
        f"UPDATE handled_commands SET idempotency_key = sent.sent_key FROM {SENDERS} "
        "WHERE handled_commands.idempotency_key = sent.actor_id || '/' || sent.sent_key"
    )
    op.drop_column("tokens", "issued_by")
