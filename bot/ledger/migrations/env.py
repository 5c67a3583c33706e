"""What Alembic runs: every step that is missing, in the transaction of the connection it is given."""

from __future__ import annotations

from alembic import context

from bot.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # The caller's transaction holds all steps: SQLite can take back a change of the schema, too.
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
