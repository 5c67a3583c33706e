"""The outbox's side: who goes next, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from bot.actions import External, Report, Retry
from bot.decision import COUNTING, Reviewed, State
from bot.ledger.codec import ACTION, RECEIPT, pack, unpack
from bot.ledger.people import pseudonym
from bot.ledger.rows import LIFTS, WAITING, append_action, move, row_of
from bot.ledger.tables import action, decision
from bot.ledger.undo import arrived_late
from bot.model import Receipt, Ref
from bot.text import Document


@dataclass(frozen=True, slots=True)
class Job:
    """An action to perform. `key` is the same for every attempt; `case` and `cause` are its decision's."""

    id: int
    key: str
    decision_id: int
    community: str
    plugin: str
    account: str
    place: str | None
    person: str | None
    action: External
    attempts: int
    attempted_at: datetime | None
    case: int | None
    cause: str


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        key=row.key,
        decision_id=row.decision_id,
        community=row.community,
        plugin=row.plugin,
        account=row.account,
        place=row.place,
        person=row.person,
        action=cast(External, unpack(ACTION, row.body)),  # internal ones have no account, so none waits
        attempts=row.attempts,
        attempted_at=row.attempted_at,
        case=row.case_number,
        cause=row.cause,
    )


def recover(conn: Connection) -> int:
    """At start: whatever was being sent when the process ended is unknown now. Returns how many."""
    cut_off = conn.execute(select(action.c.id).where(action.c.state == State.SENDING)).scalars().all()
    for ident in cut_off:
        move(conn, ident, State.UNKNOWN, unclear=True)
    return len(cut_off)


def _ready() -> tuple[ColumnElement[bool], ...]:
    """What `:account` could do: pending, and what it builds on (see `Reviewed.waits_for`) is not still to come.

    Where that was given up, waiting would never end: then the outbox finds out, and says so.
    """
    basis = action.alias("basis")
    # One a line, each as it is: LIKE would take an underscore in a name for any letter.
    names = literal("\n").concat(action.c.waits_for).concat("\n")
    this = literal("\n").concat(basis.c.name).concat("\n")
    to_come = exists().where(
        basis.c.decision_id == action.c.decision_id,
        func.replace(names, this, "") != names,
        basis.c.id != action.c.id,
        basis.c.state.in_(WAITING),
    )
    return action.c.account == bindparam("account"), action.c.state == State.PENDING, ~to_come


# Statements of every action's way, made once: to put them together takes SQLAlchemy longer than the database answers.
_JOBS = select(
    action, decision.c.plugin.label("plugin"), decision.c.case_number, decision.c.cause.label("cause")
).join(decision, decision.c.id == action.c.decision_id)
_READY = _ready()
_NEXT = (
    _JOBS.where(
        *_READY,
        or_(
            action.c.not_before.is_(None),
            action.c.not_before <= bindparam("now", type_=action.c.not_before.type),
        ),
    )
    .order_by(action.c.urgency, action.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_AT_ONCE = select(exists().where(*_READY, action.c.not_before.is_(None)))
_EARLIEST = select(func.min(action.c.not_before)).where(*_READY)


def claim(conn: Connection, account: str, now: datetime, limit: int) -> list[Job]:
    """Marks the most urgent due actions of an account as being sent."""
    rows = conn.execute(_NEXT, {"account": account, "now": now, "limit": limit})
    jobs = [replace(job, attempts=job.attempts + 1, attempted_at=now) for job in map(_job, rows)]
    for job in jobs:
        move(conn, job.id, State.SENDING, attempts=job.attempts, attempted_at=now)
    return jobs


def unknown(conn: Connection, account: str) -> list[Job]:
    """Attempts whose outcome nobody knows, those of actions taken back meanwhile included, oldest first."""
    undone = and_(action.c.state == State.UNDONE, action.c.unclear, action.c.receipt.is_(None))
    rows = conn.execute(
        _JOBS.where(action.c.account == account, or_(action.c.state == State.UNKNOWN, undone)).order_by(
            action.c.id
        )
    )
    jobs = [(row.state, _job(row)) for row in rows]
    # Where repeating is harmless, so was taking back: the opposite is performed either way.
    return [job for state, job in jobs if state == State.UNKNOWN or job.action.retry is Retry.KEYED]


def sent(
    conn: Connection,
    job_id: int,
    receipt: Receipt,
    now: datetime,
    *,
    line: Document | None,
    report_to: tuple[str, str] | None,
) -> None:
    """It worked. What was taken back meanwhile stays undone, keeps the receipt, and gets its opposite."""
    row = row_of(conn, job_id)
    answer = {
        "receipt": pack(RECEIPT, receipt),
        "receipt_ref": str(receipt.ref) if receipt.ref else None,
        "error": "",
        "unclear": False,
        "done_at": now,
    }
    if row.state == State.UNDONE:
        if row.receipt is not None:
            return
        conn.execute(update(action).where(action.c.id == job_id).values(**answer))
        arrived_late(conn, row, receipt)
    else:
        move(conn, job_id, State.SENT, **answer)
    _tell(conn, row, line, report_to)


def again(conn: Connection, job_id: int, not_before: datetime, error: str) -> None:
    """Nothing was done, or repeating is harmless: it waits until `not_before` and is tried again."""
    row = row_of(conn, job_id)
    keyed = unpack(ACTION, row.body).retry is Retry.KEYED
    # Somebody looked, and it is not there. A ban that may have worked stays one that may have worked.
    unclear = False if keyed and row.state in {State.UNKNOWN, State.UNDONE} else row.unclear
    if row.state == State.UNDONE:
        conn.execute(update(action).where(action.c.id == job_id).values(unclear=unclear, error=error))
    else:
        move(conn, job_id, State.PENDING, not_before=not_before, error=error, unclear=unclear)


def lost(conn: Connection, job_id: int, error: str) -> None:
    """An attempt ended without an answer."""
    values = {"error": error, "unclear": True}
    if row_of(conn, job_id).state == State.UNDONE:
        conn.execute(update(action).where(action.c.id == job_id).values(**values))
    else:
        move(conn, job_id, State.UNKNOWN, **values)


def failed(
    conn: Connection,
    job_id: int,
    error: str,
    now: datetime,
    *,
    line: Document | None,
    report_to: tuple[str, str] | None,
) -> None:
    """It will not work, ever."""
    row = row_of(conn, job_id)
    if row.state == State.UNDONE:
        values = {"error": error, "unclear": False, "done_at": now}
        conn.execute(update(action).where(action.c.id == job_id).values(**values))
    else:
        move(conn, job_id, State.FAILED, error=error, done_at=now)
    _tell(conn, row, line, report_to)


def dropped(conn: Connection, job_id: int, why: str) -> None:
    """It is not wanted any more. A claimed one goes back to pending first: it was not attempted."""
    state = row_of(conn, job_id).state
    if state != State.UNDONE:
        steps = (State.PENDING, State.DROPPED) if state == State.SENDING else (State.DROPPED,)
        move(conn, job_id, *steps, why=why)


def next_due(conn: Connection, account: str) -> datetime | None:
    """When the next pending action may go; the earliest time there is for one that may go at once."""
    if conn.scalar(_AT_ONCE, {"account": account}):
        return datetime.min.replace(tzinfo=UTC)
    earliest: datetime | None = conn.scalar(_EARLIEST, {"account": account})
    return earliest


def result(conn: Connection, decision_id: int, name: str) -> tuple[State, Receipt | None] | None:
    """What became of the action called `name` of a decision."""
    row = conn.execute(
        select(action.c.state, action.c.receipt)
        .where(action.c.decision_id == decision_id, action.c.name == name)
        .order_by(action.c.ordinal.desc())
    ).first()
    return row and (State(row.state), unpack(RECEIPT, row.receipt) if row.receipt else None)


def superseded(conn: Connection, job_id: int) -> bool:
    """Whether lifting this sanction would be wrong by now.

    It is when the decision's own ban never came about or was taken back (what stands now is somebody else's ban), or
    when a newer one holds for the same person and place (a lock-down falls on nobody in particular).
    """
    row = row_of(conn, job_id)
    sanction = LIFTS.get(row.kind)
    if sanction is None:
        return False
    on = action.c.person.is_(None)
    if row.person is not None:
        on = action.c.person.in_([row.person, pseudonym(row.person)])
    same = (
        action.c.kind == sanction,
        action.c.community == row.community,
        action.c.place == row.place,
        on,
    )
    own = set(
        conn.execute(select(action.c.state).where(action.c.decision_id == row.decision_id, *same)).scalars()
    )
    if own and own <= {State.UNDONE, State.FAILED, State.DROPPED}:
        return True
    newer = exists().where(*same, action.c.id > job_id, action.c.state.in_(COUNTING))
    return bool(conn.scalar(select(newer)))


def taken(conn: Connection, account: str, since: datetime) -> frozenset[Ref]:
    """What this account's actions made since then."""
    refs = conn.execute(
        select(action.c.receipt_ref).where(
            action.c.account == account, action.c.receipt_ref.is_not(None), action.c.done_at >= since
        )
    ).scalars()
    return frozenset(Ref.parse(ref) for ref in refs if ref is not None)


def _tell(conn: Connection, row: Row[Any], line: Document | None, to: tuple[str, str] | None) -> None:
    """One line for the moderators about it, in the same transaction."""
    if line is None or to is None:
        return
    account, place = to
    append_action(
        conn,
        row.decision_id,
        row.community,
        Reviewed(Report(text=line), State.PENDING, f"tells about action {row.id}", account, place),
    )
