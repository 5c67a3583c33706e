"""The tables. docs/ledger.md explains them; migrations/ builds them; a test keeps both the same.

Times are stored as text in UTC with a fixed width, so that text order is time order on every database. JSON is stored
as text, too: it is read and written whole, and only by `codec`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

#: Every revision of the schema, oldest first; the last one is what this program works with.
REVISIONS = ("0001", "0002")


class Moment(TypeDecorator[datetime]):
    """An aware datetime as `2026-01-31T09:00:00.000000+00:00`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the ledger takes times with a zone only, not {value!r}")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else datetime.fromisoformat(value)


class Words(TypeDecorator[str]):
    """Text as any database takes it: halves of surrogate pairs and zero bytes, which no person types, become `�`.

    On PostgreSQL it is ordered by bytes, as SQLite does, so that a range of keys is the same everywhere.
    """

    impl = Text().with_variant(Text(collation="C"), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else clean(value)


def clean(words: str) -> str:
    """`words` without what cannot be stored."""
    if not words.isascii():
        words = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return words.replace("\0", "�")


#: Names for every constraint, so that a later migration can point at it on any database.
metadata: Final = MetaData(
    naming_convention={
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Everything that happened and was handled, by its key: what is in here is never handled again.
occurrence: Final = Table(
    "occurrence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Words, nullable=False, unique=True),
    Column("kind", Words, nullable=False),
    Column("community", Words, nullable=False),
    Column("platform", Words),
    Column("place", Words),
    Column("person", Words),  # who did it
    Column("ref", Words),  # what it is about
    Column("at", Moment, nullable=False),
    Column("handled_at", Moment, nullable=False),
    Column("body", Words),  # JSON; none once it was pruned
    Index("ix_occurrence_community", "community", "kind", "at"),
    Index("ix_occurrence_person", "person", "at"),
    Index("ix_occurrence_ref", "ref"),
    # What can still be pruned. Looked at every few seconds, so it must not grow with the ledger. (PostgreSQL has the same
    # condition from the migration, the only maker of its tables; naming it here would load that dialect: 2 MiB.)
    Index("ix_occurrence_kept", "kind", "at", sqlite_where=text("body IS NOT NULL")),
)

#: What each handler decided about it. `case_number` is what people quote; it counts up in each community.
decision: Final = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("cause", Words, ForeignKey("occurrence.key", onupdate="CASCADE"), nullable=False),
    Column("community", Words, nullable=False),
    Column("plugin", Words, nullable=False),
    Column("handler", Words, nullable=False),
    Column("case_number", Integer),
    Column("because", Words, nullable=False),
    Column("rule", Words),
    Column("evidence", Words),
    Column("watch", Boolean, nullable=False),
    Column("failed", Boolean, nullable=False),
    Column("by", Words),  # JSON: the author who commanded it
    Column("at", Moment, nullable=False),
    UniqueConstraint("cause", "plugin", "handler", name="uq_decision"),
    UniqueConstraint("community", "case_number", name="uq_case"),
    Index("ix_decision_community", "community", "at"),
)

#: What was to be done about it, and what became of that.
action: Final = Table(
    "action",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("decision_id", Integer, ForeignKey("decision.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("key", Words, nullable=False, unique=True),  # the idempotency key
    Column("kind", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("why", Words, nullable=False),
    Column("account", Words),
    Column("community", Words, nullable=False),
    Column("place", Words),
    Column("person", Words),  # on whom it falls
    Column("urgency", Integer, nullable=False),
    Column("name", Words),
    Column("waits_for", Words),  # the names of the siblings that have to be done first, one a line
    Column("not_before", Moment),
    Column("attempts", Integer, nullable=False),
    Column("attempted_at", Moment),
    Column("unclear", Boolean, nullable=False),  # an attempt may have worked without our knowing
    Column("receipt", Words),  # JSON
    Column("receipt_ref", Words),
    Column("error", Words, nullable=False),
    Column("undoes", Integer),  # as the plugin said it; what does not exist cannot be undone
    Column("undone_by", Integer, ForeignKey("action.id")),
    Column("done_at", Moment),
    Column("body", Words, nullable=False),  # JSON
    UniqueConstraint("decision_id", "ordinal", name="uq_action"),
    Index("ix_action_queue", "account", "state", "urgency", "id"),
    Index("ix_action_state", "state"),
    Index("ix_action_person", "person", "kind"),
    Index("ix_action_kind", "community", "kind", "id"),
    Index("ix_action_name", "community", "name"),
    Index("ix_action_receipt", "receipt_ref"),
)

#: What plugins remember. `about` is the person it is about, if it is about one.
memory: Final = Table(
    "memory",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("community", Words, nullable=False),
    Column("plugin", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("about", Words),
    Column("value", Words, nullable=False),  # JSON
    UniqueConstraint("community", "plugin", "key", name="uq_memory"),
    Index("ix_memory_about", "about"),
)

#: Accounts of one human, by the deeds that joined and parted them, in their order. A deed counts while its action is sent.
link: Final = Table(
    "link",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("action_id", Integer, ForeignKey("action.id"), nullable=False),
    Column("community", Words, nullable=False),
    Column("account", Words, nullable=False),  # a person's key
    Column("other", Words),  # the account that it was joined with; none when it left
    Index("ix_link_account", "account"),
    Index("ix_link_other", "other"),
)

#: How far each account has read, and since when each schedule is known.
cursor: Final = Table(
    "cursor",
    metadata,
    Column("name", Words, primary_key=True),
    Column("token", Words, nullable=False),
    Column("at", Moment, nullable=False),
)

#: Written by Alembic; listed here so that databases made for tests carry it, too.
version: Final = Table("alembic_version", metadata, Column("version_num", Text, primary_key=True))
