"""What the ledger can be asked. Reading only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, exists, func, select

from bot.actions import Remove, Warn
from bot.decision import COUNTING, Case, Spoken, State, Stored
from bot.ledger import codec, links
from bot.ledger.codec import unpack
from bot.ledger.tables import action, decision, memory, occurrence
from bot.model import Json, Message, Receipt, Ref, Strike

#: Sorts behind everything that starts the same.
_LAST = "\U0010ffff"


def starts_with(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    """A prefix as a range, so that an index serves it; case matters."""
    # Not BETWEEN: PostgreSQL cannot parse it around a COLLATE.
    return (column >= prefix) & (column < prefix + _LAST)


def last_slots(conn: Connection, prefix: str, limit: int) -> list[str]:
    """Slots of the newest recorded ticks whose key starts with `prefix`, newest first."""
    bodies = conn.execute(
        select(occurrence.c.body)
        .where(occurrence.c.kind == "tick", starts_with(occurrence.c.key, prefix))
        .order_by(occurrence.c.id.desc())
        .limit(limit)
    ).scalars()
    return [unpack(codec.OCCURRENCES["tick"], str(body)).slot for body in bodies]


# What every message asks for, made once: to put a statement together takes SQLAlchemy as long as the whole question.
_MINE = (memory.c.community == bindparam("community"), memory.c.plugin == bindparam("plugin"))
_KEPT = select(memory.c.value).where(*_MINE, memory.c.key == bindparam("key"))
_ALL_KEPT = (
    select(memory.c.key, memory.c.value)
    .where(*_MINE, memory.c.key >= bindparam("prefix"), memory.c.key < bindparam("behind"))
    .order_by(memory.c.key)
)


def recall(conn: Connection, community: str, plugin: str, key: str) -> Json:
    value = conn.scalar(_KEPT, {"community": community, "plugin": plugin, "key": key})
    return None if value is None else unpack(codec.JSON, value)


def recall_all(conn: Connection, community: str, plugin: str, prefix: str) -> dict[str, Json]:
    within = {"prefix": prefix, "behind": prefix + _LAST}
    rows = conn.execute(_ALL_KEPT, {"community": community, "plugin": plugin, **within})
    return {row.key: unpack(codec.JSON, row.value) for row in rows}


def made(conn: Connection, community: str, plugin: str, name: str) -> Receipt | None:
    """The receipt of the newest performed action of that name."""
    text = conn.scalar(
        select(action.c.receipt)
        .join(decision, decision.c.id == action.c.decision_id)
        .where(
            action.c.community == community,
            action.c.name == name,
            decision.c.plugin == plugin,
            action.c.state == State.SENT,
            action.c.receipt.is_not(None),
        )
        .order_by(action.c.id.desc())
        .limit(1)
    )
    return unpack(codec.RECEIPT, text) if text else None


def spoken(conn: Connection, community: str, ref: Ref) -> Spoken | None:
    """The action that said what stands at `ref`, with the number of its case."""
    row = conn.execute(
        select(action.c.body, decision.c.case_number)
        .join(decision, decision.c.id == action.c.decision_id)
        .where(action.c.receipt_ref == str(ref), action.c.community == community)
        .order_by(action.c.id)
        .limit(1)
    ).first()
    return Spoken(unpack(codec.ACTION, row.body), row.case_number) if row else None


def strikes(conn: Connection, community: str, person: str) -> list[Strike]:
    """Warnings that were given or are about to be, and were not taken back; oldest first, expired ones too.

    Those of all accounts of the same human.
    """
    rows = conn.execute(
        select(decision.c.case_number, decision.c.at, action.c.body)
        .join(decision, decision.c.id == action.c.decision_id)
        .where(
            links.counted(conn, community, person),
            action.c.kind == "warn",
            action.c.community == community,
            action.c.state.in_(COUNTING),
        )
        .order_by(action.c.id)
    )
    found = []
    for row in rows:
        warn = cast(Warn, unpack(codec.ACTION, row.body))
        found.append(Strike(row.case_number, row.at, warn.points, warn.expires_at, warn.rule))
    return found


def case(conn: Connection, community: str, number: int) -> Case | None:
    rows = conn.execute(
        select(decision).where(decision.c.community == community, decision.c.case_number == number)
    )
    return next(iter(_cases(conn, rows.all())), None)


def cases(
    conn: Connection,
    community: str,
    person: str | None,
    since: datetime | None,
    limit: int,
    *,
    alone: bool = False,
    before: int | None = None,
    kinds: Sequence[str] = (),
) -> list[Case]:
    """Cases of a community, newest first; where given, of that person, since that time, below the number `before`.

    With `alone`, those of this very account, and not of others that belong to the same human. With `kinds`, those with an
    action of such a kind (on that person).
    """
    query = select(decision).where(decision.c.community == community, decision.c.case_number.is_not(None))
    if since is not None:
        query = query.where(decision.c.at >= since)
    if before is not None:
        query = query.where(decision.c.case_number < before)
    having: list[ColumnElement[bool]] = [action.c.kind.in_(kinds)] if kinds else []
    if person is not None:
        having.append(action.c.person == person if alone else links.counted(conn, community, person))
    if having:
        query = query.where(exists().where(action.c.decision_id == decision.c.id, *having))
    return _cases(conn, conn.execute(query.order_by(decision.c.case_number.desc()).limit(limit)).all())


def _cases(conn: Connection, rows: Sequence[Row[Any]]) -> list[Case]:
    """The cases with all their actions, in the order of `rows`, with one more query."""
    stored: dict[int, list[Stored]] = defaultdict(list)
    for row in conn.execute(
        select(action)
        .where(action.c.decision_id.in_([row.id for row in rows]))
        .order_by(action.c.decision_id, action.c.ordinal)
    ):
        stored[row.decision_id].append(_stored(row))
    return [_case(row, tuple(stored[row.id])) for row in rows]


def _stored(row: Row[Any]) -> Stored:
    return Stored(
        id=row.id,
        action=unpack(codec.ACTION, row.body),
        state=State(row.state),
        why=row.why,
        receipt=unpack(codec.RECEIPT, row.receipt) if row.receipt else None,
        error=row.error,
        undone_by=row.undone_by,
    )


def _case(row: Row[Any], actions: tuple[Stored, ...]) -> Case:
    sanctions = [stored.action for stored in actions if stored.action.sanction]
    return Case(
        number=row.case_number,
        community=row.community,
        at=row.at,
        cause=row.cause,
        plugin=row.plugin,
        handler=row.handler,
        because=row.because,
        rule=row.rule,
        evidence=row.evidence,
        person=_first(getattr(act, "person", None) for act in sanctions),
        by=unpack(codec.AUTHOR, row.by) if row.by else None,
        about=_first(
            act.ref if isinstance(act, Remove) else getattr(act, "about", None) for act in sanctions
        ),
        actions=actions,
    )


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def recent(conn: Connection, community: str, person: str, since: datetime) -> list[Message]:
    """What the person said in the community since then, oldest first."""
    rows = conn.execute(
        _messages(community, since)
        .where(occurrence.c.person == person)
        .order_by(occurrence.c.at, occurrence.c.id)
    )
    return [codec.read_message("message", row.body) for row in rows]


def page(
    conn: Connection,
    community: str,
    since: datetime,
    *,
    place: str | None,
    after: tuple[datetime, int] | None,
    size: int,
) -> tuple[list[Message], tuple[datetime, int] | None]:
    """A page of what was said, oldest first, behind the mark `after`; with the mark of its end, None at the last."""
    query = _messages(community, since)
    if place is not None:
        query = query.where(occurrence.c.place == place)
    if after is not None:
        at, ident = after
        query = query.where((occurrence.c.at > at) | ((occurrence.c.at == at) & (occurrence.c.id > ident)))
    rows = conn.execute(query.order_by(occurrence.c.at, occurrence.c.id).limit(size)).all()
    mark = (rows[-1].at, rows[-1].id) if len(rows) == size else None
    return [codec.read_message("message", row.body) for row in rows], mark


def _messages(community: str, since: datetime) -> Select[Any]:
    return select(occurrence.c.id, occurrence.c.at, occurrence.c.body).where(
        occurrence.c.community == community,
        occurrence.c.kind == "message",
        occurrence.c.at >= since,
        occurrence.c.body.is_not(None),
    )


def message(conn: Connection, ref: Ref) -> Message | None:
    """Something said, as it read when it was last seen; None when it never was, or its text is not kept any more."""
    row = conn.execute(
        select(occurrence.c.kind, occurrence.c.body)
        .where(
            occurrence.c.ref == str(ref),
            occurrence.c.kind.in_(["message", "edited"]),
            occurrence.c.body.is_not(None),
        )
        .order_by(occurrence.c.at.desc(), occurrence.c.id.desc())
    ).first()
    return codec.read_message(row.kind, row.body) if row else None


def bans_since(conn: Connection, community: str, since: datetime) -> int:
    """How many people the bot decided by itself to ban since then, where that holds or is about to."""
    count = conn.scalar(
        select(func.count(func.distinct(decision.c.id)))
        .select_from(action)
        .join(decision, decision.c.id == action.c.decision_id)
        .where(
            decision.c.community == community,
            decision.c.at >= since,
            decision.c.by.is_(None),
            action.c.kind == "ban",
            action.c.state.in_(COUNTING),
        )
    )
    return int(count or 0)


def acts_since(conn: Connection, community: str, person: str, since: datetime) -> int:
    """How many decisions of a moderator since then fell on people, warnings and what was done by hand apart."""
    rows = conn.execute(
        select(decision.c.id, decision.c.by, action.c.body)
        .join(action, action.c.decision_id == decision.c.id)
        .where(
            decision.c.community == community,
            decision.c.at >= since,
            decision.c.by.is_not(None),
            decision.c.case_number.is_not(None),
            action.c.kind.not_in(["warn", "report"]),
            action.c.state.in_([*COUNTING, State.UNDONE]),
        )
    )
    acts = set()
    for row in rows:
        act = unpack(codec.ACTION, row.body)
        if act.sanction and not act.witnessed and unpack(codec.AUTHOR, row.by).key == person:
            acts.add(row.id)
    return len(acts)


def failures(conn: Connection, limit: int) -> list[str]:
    """`plugin.handler: why` of the newest decisions that failed, newest first."""
    found = conn.execute(
        select(decision.c.plugin, decision.c.handler, decision.c.because)
        .where(decision.c.failed)
        .order_by(decision.c.id.desc())
        .limit(limit)
    )
    return [f"{row.plugin}.{row.handler}: {row.because}" for row in found]


def counts(conn: Connection) -> dict[str, int]:
    """How many occurrences, decisions and cases there are, and actions in each state."""
    numbers = {
        "occurrences": conn.scalar(select(func.count()).select_from(occurrence)),
        "decisions": conn.scalar(select(func.count()).select_from(decision)),
        "cases": conn.scalar(select(func.count(decision.c.case_number))),
    }
    states = dict.fromkeys((str(state) for state in State), 0)
    states |= {
        row.state: row.n
        for row in conn.execute(select(action.c.state, func.count().label("n")).group_by(action.c.state))
    }
    return {name: int(number or 0) for name, number in {**numbers, **states}.items()}
