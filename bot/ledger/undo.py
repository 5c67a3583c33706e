"""Taking an action back: what it was becomes `undone`, and the opposite is kept only where it has something to do."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select, update

from bot.actions import Action, Internal
from bot.decision import MOVES, Reviewed, State
from bot.ledger.codec import ACTION, unpack
from bot.ledger.rows import LIFTS, append_action, move, row_of
from bot.ledger.tables import action
from bot.model import Receipt

#: In these states an action has reached the platform, or may have.
_OUTSIDE = frozenset({State.SENDING, State.UNKNOWN, State.SENT})


def take_back(conn: Connection, undoes: int, by: int, community: str) -> str | None:
    """Marks action `undoes` as undone by action `by`. Returns why the opposite is needless; None: it is needed.

    An action of another community is treated like one that does not exist.
    """
    row = conn.execute(
        select(action).where(action.c.id == undoes, action.c.community == community)
    ).one_or_none()
    if row is None:
        return "nothing to take back"
    state = State(row.state)
    if state is State.UNDONE:
        return "already taken back"
    if State.UNDONE in MOVES[state]:
        # What is under way may still arrive: it is looked up like every attempt whose outcome nobody knows.
        unclear = row.unclear or state in {State.SENDING, State.UNKNOWN}
        move(conn, undoes, State.UNDONE, undone_by=by, unclear=unclear)
        _drop_lifts(conn, row)
    elif state is State.HELD:
        move(conn, undoes, State.DROPPED, why="taken back before it was approved", undone_by=by)
        _drop_lifts(conn, row)
    return None if state in _OUTSIDE or row.unclear else "nothing to take back"


def _drop_lifts(conn: Connection, sanction: Row[Any]) -> None:
    """Without the ban, its scheduled unban is moot."""
    lifts = [lift for lift, kind in LIFTS.items() if kind == sanction.kind]
    found = conn.execute(
        select(action.c.id).where(
            action.c.decision_id == sanction.decision_id,
            action.c.kind.in_(lifts),
            action.c.state.in_([State.PENDING, State.HELD]),
            action.c.not_before.is_not(None),
            action.c.person == sanction.person,
            action.c.place == sanction.place,
        )
    )
    for lift in found.scalars().all():
        move(conn, lift, State.DROPPED, why=f"the {sanction.kind} was taken back")


def arrived_late(conn: Connection, row: Row[Any], receipt: Receipt) -> None:
    """An action was performed after all, though it had been taken back meanwhile: now its opposite is known.

    While it was under way there may have been nothing to point at (a warning without its comment); with the receipt
    there is, so the opposite joins the decision that took it back.
    """
    by = row_of(conn, row.undone_by)
    siblings = conn.execute(
        select(action.c.body).where(action.c.undoes == row.id, action.c.state != State.DROPPED)
    ).scalars()
    if any(not isinstance(unpack(ACTION, body), Internal) for body in siblings):
        return
    done: Action = unpack(ACTION, row.body)
    for opposite in done.undo(receipt):
        if isinstance(opposite, Internal):
            continue
        new = append_action(
            conn,
            by.decision_id,
            row.community,
            Reviewed(
                action=opposite,
                state=State.PENDING,
                why="it had been taken back while it was under way",
                account=row.account,
                place=row.place,
                person=row.person,
            ),
        )
        conn.execute(update(action).where(action.c.id == new).values(undoes=row.id))
