"""Accounts of one human: who stands with whom, and whose strikes count for whom.

Nothing is kept but the deeds that joined and parted accounts. Who stands together is found by going through them in their
order, so that a deed that is taken back leaves no trace, whatever came after it. See docs/accounts.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, and_, bindparam, delete, or_, select

from bot.actions import LinkAccounts, UnlinkAccount
from bot.decision import Linked, State
from bot.ledger import codec
from bot.ledger.errors import Overtaken
from bot.ledger.rows import add
from bot.ledger.tables import action, decision, link, memory
from bot.model import Author

#: What counts for an account: each account's actions up to that number, None for all of a present member's.
Standing = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Deed:
    """At action `number`, `account` was joined with `other`, or with None, left the others."""

    number: int
    account: str
    other: str | None


def standings(deeds: Iterable[Deed]) -> dict[str, Standing]:
    """What counts for each account that the deeds name, oldest deed first. Pure.

    Joining adds up what counts for both. Leaving keeps what counted until then, for those who stay and for who goes.
    """
    whole: dict[str, dict[str, int | None]] = {}
    for deed in deeds:
        mine = whole.setdefault(deed.account, {deed.account: None})
        if deed.other is None:
            left = {who: deed.number if upto is None else upto for who, upto in mine.items()}
            whole[deed.account] = {**left, deed.account: None}
            mine[deed.account] = deed.number
            continue
        theirs = whole.setdefault(deed.other, {deed.other: None})
        both = {who: _later(mine, theirs, who) for who in (mine | theirs)}
        whole.update(dict.fromkeys(members(both), both))  # one and the same for all of them
    return dict(whole)


def members(standing: Standing) -> list[str]:
    """The accounts that belong together now."""
    return [who for who, upto in standing.items() if upto is None]


def _later(one: Standing, other: Standing, who: str) -> int | None:
    known = [standing[who] for standing in (one, other) if who in standing]
    return None if None in known else max(upto for upto in known if upto is not None)


def standing(conn: Connection, community: str, account: str) -> Standing:
    """What counts for an account in a community."""
    return _of(_rows(conn, community, account), account)


def _of(rows: Iterable[Row[Any]], account: str) -> Standing:
    deeds = (Deed(row.action_id, row.account, row.other) for row in rows)
    return standings(deeds).get(account, {account: None})


def counted(conn: Connection, community: str, account: str) -> ColumnElement[bool]:
    """A condition on `action`: it fell on this human."""
    return or_(
        *(
            action.c.person == who if upto is None else and_(action.c.person == who, action.c.id <= upto)
            for who, upto in standing(conn, community, account).items()
        )
    )


def linked(conn: Connection, community: str, account: str) -> Linked:
    """The other accounts that belong to the same human now, as they were when they were joined, the oldest first."""
    rows = _rows(conn, community, account)
    theirs = set(members(_of(rows, account))) - {account}
    others: dict[str, Author] = {}
    for row in rows:
        act = codec.unpack(codec.ACTION, row.body)
        if isinstance(act, LinkAccounts):
            others |= {who.key: who for who in (act.person, act.other) if who.key in theirs}
    own = (row.action_id for row in rows if row.other is not None and account in {row.account, row.other})
    return Linked(tuple(others.values()), tuple(own))


def together(conn: Connection, account: str) -> list[str]:
    """The account, and the others of the same human in any community."""
    named = or_(link.c.account == account, link.c.other == account)
    found = {account: None}
    for community in conn.execute(select(link.c.community).where(named).distinct()).scalars().all():
        found |= dict.fromkeys(members(standing(conn, community, account)))
    return list(found)


_NAMED: BindParameter[Any] = bindparam("accounts", expanding=True)
_DEEDS = (
    select(link.c.action_id, link.c.account, link.c.other, action.c.body)
    .join(action, action.c.id == link.c.action_id)
    .where(
        link.c.community == bindparam("community"),
        or_(link.c.account.in_(_NAMED), link.c.other.in_(_NAMED)),
        action.c.state == State.SENT,
    )
)


def _rows(conn: Connection, community: str, account: str) -> list[Row[Any]]:
    """Every deed that hangs together with the account, over however many others, and holds; oldest first."""
    known, todo, found = {account}, [account], dict[int, Row[Any]]()
    while todo:
        rows = conn.execute(_DEEDS, {"community": community, "accounts": todo}).all()
        found |= {row.action_id: row for row in rows}
        todo = sorted({who for row in rows for who in (row.account, row.other) if who} - known)
        known.update(todo)
    return [row for _, row in sorted(found.items())]


def enter(conn: Connection, row: Any, act: LinkAccounts | UnlinkAccount) -> None:
    """Carries out the stored action `row`. Raises Overtaken where that cannot be done any more."""
    other = act.other.key if isinstance(act, LinkAccounts) else None
    if isinstance(act, LinkAccounts):
        sides = (members(standing(conn, row.community, side.key)) for side in (act.person, act.other))
        if len(set().union(*sides)) > act.most:
            raise Overtaken(f"{row.community}: more than {act.most} accounts of one human")
        plugin = conn.scalar(select(decision.c.plugin).where(decision.c.id == row.decision_id))
        code = (memory.c.community == row.community, memory.c.plugin == plugin, memory.c.key == act.proof)
        if not conn.execute(delete(memory).where(*code)).rowcount:
            raise Overtaken(f"{row.community}: the code that links {act.person.key} was used up a moment ago")
    values = {
        "action_id": row.id,
        "community": row.community,
        "account": act.person.key,
        "other": other,
    }
    add(conn, link, values)
