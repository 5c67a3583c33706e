"""The first schema.

Written out rather than taken from `tables`: a step of history must not change when the tables do.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

#: On PostgreSQL ordered by bytes, as SQLite does.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "cursor",
        sa.Column("name", WORDS, nullable=False),
        sa.Column("token", WORDS, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursor")),
    )
    op.create_table(
        "memory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community", WORDS, nullable=False),
        sa.Column("plugin", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("about", WORDS),
        sa.Column("value", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memory")),
        sa.UniqueConstraint("community", "plugin", "key", name="uq_memory"),
    )
    op.create_index("ix_memory_about", "memory", ["about"])
    op.create_table(
        "occurrence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("community", WORDS, nullable=False),
        sa.Column("platform", WORDS),
        sa.Column("place", WORDS),
        sa.Column("person", WORDS),
        sa.Column("ref", WORDS),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("handled_at", sa.Text(), nullable=False),
        sa.Column("body", WORDS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence")),
        sa.UniqueConstraint("key", name=op.f("uq_occurrence_key")),
    )
    op.create_index("ix_occurrence_community", "occurrence", ["community", "kind", "at"])
    op.create_index(
        "ix_occurrence_kept",
        "occurrence",
        ["kind", "at"],
        sqlite_where=sa.text("body IS NOT NULL"),
        postgresql_where=sa.text("body IS NOT NULL"),
    )
    op.create_index("ix_occurrence_person", "occurrence", ["person", "at"])
    op.create_index("ix_occurrence_ref", "occurrence", ["ref"])
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cause", WORDS, nullable=False),
        sa.Column("community", WORDS, nullable=False),
        sa.Column("plugin", WORDS, nullable=False),
        sa.Column("handler", WORDS, nullable=False),
        sa.Column("case_number", sa.Integer()),
        sa.Column("because", WORDS, nullable=False),
        sa.Column("rule", WORDS),
        sa.Column("evidence", WORDS),
        sa.Column("watch", sa.Boolean(), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("by", WORDS),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cause"], ["occurrence.key"], name=op.f("fk_decision_cause"), onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("cause", "plugin", "handler", name="uq_decision"),
        sa.UniqueConstraint("community", "case_number", name="uq_case"),
    )
    op.create_index("ix_decision_community", "decision", ["community", "at"])
    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("why", WORDS, nullable=False),
        sa.Column("account", WORDS),
        sa.Column("community", WORDS, nullable=False),
        sa.Column("place", WORDS),
        sa.Column("person", WORDS),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("name", WORDS),
        sa.Column("waits_for", WORDS),
        sa.Column("not_before", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted_at", sa.Text()),
        sa.Column("unclear", sa.Boolean(), nullable=False),
        sa.Column("receipt", WORDS),
        sa.Column("receipt_ref", WORDS),
        sa.Column("error", WORDS, nullable=False),
        sa.Column("undoes", sa.Integer()),
        sa.Column("undone_by", sa.Integer()),
        sa.Column("done_at", sa.Text()),
        sa.Column("body", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_action_decision_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["action.id"], name=op.f("fk_action_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sa.UniqueConstraint("decision_id", "ordinal", name="uq_action"),
        sa.UniqueConstraint("key", name=op.f("uq_action_key")),
    )
    op.create_index("ix_action_kind", "action", ["community", "kind", "id"])
    op.create_index("ix_action_name", "action", ["community", "name"])
    op.create_index("ix_action_person", "action", ["person", "kind"])
    op.create_index("ix_action_queue", "action", ["account", "state", "urgency", "id"])
    op.create_index("ix_action_receipt", "action", ["receipt_ref"])
    op.create_index("ix_action_state", "action", ["state"])
