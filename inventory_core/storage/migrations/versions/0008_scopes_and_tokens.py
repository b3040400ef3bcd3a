"""Scopes of people and tokens, the end of tokens, and the token through which an entry was sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "0008"
down_revision = "0007"

LISTS = {"people": ("warehouse_ids", "shop_ids"), "tokens": ("roles", "warehouse_ids", "commands")}
CREDENTIALS = "login, password_hash, failed_sign_ins, locked_until"


def upgrade() -> None:
    for table, names in LISTS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default="[]"))
    op.add_column("tokens", sa.Column("expires_at", sa.Text()))
    op.add_column("journal", sa.Column("token_id", sa.Text()))
    _make_credentials_anew()


def downgrade() -> None:
    sent = op.get_bind().execute(sa.text("SELECT min(sequence) FROM journal WHERE token_id IS NOT NULL")).scalar()
    if sent is not None:
        raise CommandError(
            f"entry {sent} of the journal names the token that sent it, and its hash covers that: "
            "an older program would take it for changed; restore a backup from before instead"
        )
    _make_credentials_anew(sa.ForeignKey("people.login"), where="WHERE login IN (SELECT login FROM people)")
    op.drop_column("journal", "token_id")
    op.drop_column("tokens", "expires_at")
    for table, names in LISTS.items():
        for name in names:
            op.drop_column(table, name)


def _make_credentials_anew(*references: sa.ForeignKey, where: str = "") -> None:
    """Their reference to people comes or goes: SQLite cannot alter a constraint, so the table is made anew.

    Strangers' tries are counted there too (`access/sign_in.py`), and they are no people.
    """
    op.execute(f"CREATE TABLE credentials_kept AS SELECT {CREDENTIALS} FROM credentials {where}")
    op.drop_table("credentials")
    op.create_table(
        "credentials",
        sa.Column("login", sa.Text(), *references, primary_key=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Text()),
    )
    op.execute(f"INSERT INTO credentials ({CREDENTIALS}) SELECT {CREDENTIALS} FROM credentials_kept")
    op.drop_table("credentials_kept")
