"""Which accounts belong to one human."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

#: On PostgreSQL ordered by bytes, as SQLite does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("community", WORDS, nullable=False),
        sa.Column("account", WORDS, nullable=False),
        sa.Column("other", WORDS),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_link_action_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
    )
    op.create_index("ix_link_account", "link", ["account"])
    op.create_index("ix_link_other", "link", ["other"])
