"""What Alembic executes for every command: hand the caller's connection to the migration."""

from __future__ import annotations

from alembic import context

from inventory_core.storage import stock_tables

# The caller began the transaction and holds the writers' lock; Alembic must neither commit nor begin.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=stock_tables.shipments.metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
