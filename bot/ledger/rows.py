"""Storing an action, and the one door through which it changes its state."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, func, insert, select, update

from bot.decision import MOVES, Reviewed, State
from bot.ledger.codec import ACTION, pack
from bot.ledger.errors import IllegalMove
from bot.ledger.tables import action

#: How an action may enter the ledger; everything else it has to become.
FIRST = frozenset({State.PENDING, State.HELD, State.SIMULATED, State.DROPPED})

#: Actions in these states still have to be carried out, and need to know on whom.
WAITING = frozenset({State.PENDING, State.SENDING, State.UNKNOWN, State.HELD})

#: Which action lifts which sanction.
LIFTS = {"unban": "ban", "unmute": "mute", "reopen": "lockdown"}

_ROW = select(action).where(action.c.id == bindparam("ident"))


def add(conn: Connection, table: Table, values: dict[str, Any]) -> int:
    """Inserts a row; returns its id. (Values beside the statement rather than in it: SQLAlchemy builds it once.)"""
    key = conn.execute(insert(table), values).inserted_primary_key
    assert key is not None  # every table here has one
    return int(key[0])


def append_action(conn: Connection, decision_id: int, community: str, reviewed: Reviewed) -> int:
    """Stores an action behind the others of its decision; returns its id."""
    last = conn.scalar(select(func.max(action.c.ordinal)).where(action.c.decision_id == decision_id))
    return insert_action(conn, decision_id, community, reviewed, 0 if last is None else last + 1)


def insert_action(
    conn: Connection, decision_id: int, community: str, reviewed: Reviewed, ordinal: int
) -> int:
    """Stores an action as number `ordinal` of its decision; returns its id."""
    if reviewed.state not in FIRST:
        raise IllegalMove(f"an action cannot begin as {reviewed.state}")
    act: Any = reviewed.action
    on = getattr(act, "person", None)
    return add(
        conn,
        action,
        {
            "decision_id": decision_id,
            "ordinal": ordinal,
            "key": uuid.uuid4().hex,
            "kind": act.kind,
            "state": reviewed.state,
            "why": reviewed.why,
            "account": reviewed.account,
            "community": community,
            "place": reviewed.place,
            "person": reviewed.person or (on.key if on else None),
            "urgency": int(act.urgency if reviewed.urgency is None else reviewed.urgency),
            "name": act.name,
            "waits_for": "\n".join(reviewed.waits_for) or None,
            "not_before": act.not_before,
            "attempts": 0,
            "unclear": False,
            "error": "",
            "undoes": act.undoes,
            "body": pack(ACTION, act),
        },
    )


def move(conn: Connection, action_id: int, *states: State, **values: Any) -> None:
    """Takes an action through `states`, one legal move after the other, and sets the columns `values`.

    Raises IllegalMove, and then nothing is changed.
    """
    current = State(row_of(conn, action_id).state)
    for state in states:
        if state not in MOVES[current]:
            raise IllegalMove(f"action {action_id} is {current}; it cannot become {state}")
        current = state
    conn.execute(update(action).where(action.c.id == action_id).values(state=current, **values))


def row_of(conn: Connection, action_id: int) -> Row[Any]:
    """The stored action. Raises IllegalMove when there is none."""
    row = conn.execute(_ROW, {"ident": action_id}).first()
    if row is None:
        raise IllegalMove(f"there is no action {action_id}")
    return row
