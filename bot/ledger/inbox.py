"""Committing an occurrence with everything that was decided about it, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from bot.actions import Internal, LinkAccounts, Note, Remember, Settle, UnlinkAccount
from bot.decision import Decision, Reviewed, State
from bot.ledger import codec, links
from bot.ledger.errors import Overtaken
from bot.ledger.queue import Job, claim
from bot.ledger.rows import add, insert_action, move, row_of
from bot.ledger.tables import action, decision, memory, occurrence
from bot.ledger.undo import take_back
from bot.model import Occurrence

#: SQLite takes at most some 32,000 parameters in one statement; a sync batch may hold more keys.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Committed:
    """`cases` are the case numbers that were given, by (plugin, handler); `accounts` have work to do now or later.

    `jobs` are claimed already, the most urgent of each account that was free.
    """

    cases: dict[tuple[str, str], int]
    accounts: frozenset[str]
    jobs: tuple[Job, ...] = ()


def known(conn: Connection, keys: Sequence[str]) -> frozenset[str]:
    """Those of `keys` that were handled already."""
    found: set[str] = set()
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        found.update(conn.execute(select(occurrence.c.key).where(occurrence.c.key.in_(some))).scalars())
    return frozenset(found)


def admit(conn: Connection, key: str, community: str, person: str | None) -> tuple[bool, str | None]:
    """Whether an occurrence is new, and one name for all accounts of the human who caused it, if anybody did."""
    if known(conn, [key]):
        return False, None
    return True, min(links.members(links.standing(conn, community, person))) if person else None


def commit(
    conn: Connection,
    what: Occurrence,
    decisions: Sequence[tuple[Decision, Sequence[Reviewed]]],
    now: datetime,
    free: frozenset[str],
) -> Committed | None:
    """Records it all; None when the occurrence is in the ledger already. The caller's transaction makes it one."""
    if known(conn, [what.key]):
        return None
    _record(conn, what, now)
    cases: dict[tuple[str, str], int] = {}
    accounts: set[str] = set()
    idle = [_row(decided, None, now) for decided, reviewed in decisions if not reviewed]
    if idle:  # most of what is said gives rise to nothing, and one statement records that for all handlers
        conn.execute(insert(decision), idle)
    for decided, reviewed in decisions:
        if not reviewed:
            continue
        number = _next_case(conn, decided.community) if _falls_on_somebody(reviewed) else None
        if number is not None:
            cases[decided.plugin, decided.handler] = number
        decision_id = add(conn, decision, _row(decided, number, now))
        ids = [
            insert_action(conn, decision_id, decided.community, one, ordinal)
            for ordinal, one in enumerate(reviewed)
        ]
        waiting = [ident for ident, one in zip(ids, reviewed, strict=True) if one.state is State.PENDING]
        accounts |= release(conn, waiting, now)
    jobs = [job for account in sorted(accounts & free) for job in claim(conn, account, now, limit=1)]
    return Committed(cases, frozenset(accounts), tuple(jobs))


def release(conn: Connection, ids: Iterable[int], now: datetime) -> set[str]:
    """Sets pending actions going: undoes what they undo, does what the ledger does itself.

    Returns the accounts that have the rest to do.
    """
    accounts: set[str] = set()
    verdicts: dict[int, str | None] = {}  # several opposites may take back one action: one verdict for all
    for ident in ids:
        row = row_of(conn, ident)
        if row.state != State.PENDING:
            continue  # one before it in this list took it back
        if row.undoes is not None:
            if row.undoes not in verdicts:
                verdicts[row.undoes] = take_back(conn, row.undoes, ident, row.community)
            needless = verdicts[row.undoes]
            if needless is not None:
                move(conn, ident, State.DROPPED, why=needless)
                continue
        act = codec.unpack(codec.ACTION, row.body)
        if act.witnessed:
            move(conn, ident, State.SENDING, State.SENT, done_at=now)
        elif isinstance(act, Internal):
            accounts |= _carry_out(conn, row, act, now)
            move(conn, ident, State.SENDING, State.SENT, done_at=now)
        elif row.account is not None:
            accounts.add(row.account)
    return accounts


def _record(conn: Connection, what: Occurrence, now: datetime) -> None:
    kind = codec.kind_of(what)
    person, ref, place = codec.person_of(what), codec.ref_of(what), what.place
    add(
        conn,
        occurrence,
        {
            "key": what.key,
            "kind": kind,
            "community": codec.community_of(what),
            "platform": place.platform if place else None,
            "place": place.alias if place else None,
            "person": person.key if person else None,
            "ref": str(ref) if ref else None,
            "at": what.at,
            "handled_at": now,
            "body": codec.pack(codec.OCCURRENCES[kind], what),
        },
    )


def _falls_on_somebody(reviewed: Sequence[Reviewed]) -> bool:
    return any(one.action.sanction and one.state in {State.PENDING, State.HELD} for one in reviewed)


def _next_case(conn: Connection, community: str) -> int:
    last = conn.scalar(select(func.max(decision.c.case_number)).where(decision.c.community == community))
    return int(last or 0) + 1


def _row(decided: Decision, number: int | None, now: datetime) -> dict[str, Any]:
    outcome = decided.outcome
    return {
        "cause": decided.cause,
        "community": decided.community,
        "plugin": decided.plugin,
        "handler": decided.handler,
        "case_number": number,
        "because": outcome.because,
        "rule": outcome.rule,
        "evidence": outcome.evidence,
        "watch": outcome.watch,
        "failed": decided.failed,
        "by": codec.pack(codec.AUTHOR, decided.by) if decided.by else None,
        "at": now,
    }


def _carry_out(conn: Connection, row: Any, act: Internal, now: datetime) -> set[str]:
    match act:
        case Remember():
            plugin = conn.scalar(select(decision.c.plugin).where(decision.c.id == row.decision_id))
            _remember(conn, row.community, str(plugin), act)
        case Settle():
            return _settle(conn, row.community, act, now)
        case LinkAccounts() | UnlinkAccount():
            links.enter(conn, row, act)
        case Note():
            pass  # Being on record is all it is for.
    return set()


def remember(conn: Connection, community: str, plugin: str, acts: Sequence[Remember]) -> None:
    """What hangs on no occurrence."""
    for act in acts:
        _remember(conn, community, plugin, act)


def _remember(conn: Connection, community: str, plugin: str, act: Remember) -> None:
    """Raises Overtaken where something that must be fresh is there already: the whole commit is undone then."""
    this = (memory.c.community == community, memory.c.plugin == plugin, memory.c.key == act.key)
    was = conn.execute(delete(memory).where(*this)).rowcount
    if was and act.fresh:
        raise Overtaken(f"{community}: {plugin} has kept {act.key} already")
    if act.value is not None:
        add(
            conn,
            memory,
            {
                "community": community,
                "plugin": plugin,
                "key": act.key,
                "about": act.about,
                "value": codec.pack(codec.JSON, act.value),
            },
        )


def _settle(conn: Connection, community: str, act: Settle, now: datetime) -> set[str]:
    """Lets the held actions of a case go, or drops them. A case that holds nothing is left as it is."""
    held = (
        conn.execute(
            select(action.c.id)
            .join(decision, decision.c.id == action.c.decision_id)
            .where(
                decision.c.community == community,
                decision.c.case_number == act.case,
                action.c.state == State.HELD,
            )
            .order_by(action.c.ordinal)
        )
        .scalars()
        .all()
    )
    for ident in held:
        if act.approve:
            move(conn, ident, State.PENDING)
        else:
            move(conn, ident, State.DROPPED, why="declined by a moderator")
    return release(conn, held, now) if act.approve else set()
