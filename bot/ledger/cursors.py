"""How far each account has read, and since when each schedule is known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.ledger.tables import cursor


def token(conn: Connection, name: str) -> str | None:
    """What was saved last under that name."""
    return conn.scalar(select(cursor.c.token).where(cursor.c.name == name))


def save(conn: Connection, name: str, token: str, now: datetime) -> None:
    values = {"token": token, "at": now}
    if not conn.execute(update(cursor).where(cursor.c.name == name).values(**values)).rowcount:
        conn.execute(cursor.insert().values(name=name, **values))


def first_seen(conn: Connection, name: str, now: datetime) -> str:
    """`now` the first time, and that same time ever after."""
    found = token(conn, name)
    if found is None:
        found = now.isoformat()
        save(conn, name, found, now)
    return found
