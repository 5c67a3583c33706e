"""A person's right to know what is kept about them, and to be forgotten.

A person is found wherever their id stands, in any table and any text. Forgetting keeps the shape of what happened
(numbers, states, times) under a pseudonym, and blanks the words. What still has to be done on that person (a ban to be
lifted next week) keeps the id until it is done; forgetting again afterwards takes that, too.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, or_, select, update

from bot.ledger import codec, links
from bot.ledger.rows import WAITING
from bot.ledger.tables import Words, action, cursor, decision, link, memory, occurrence, version
from bot.model import Platform

#: Every table in which a person may stand; in the others nobody does: `cursor` holds positions in streams.
TABLES = (occurrence, decision, action, memory, link)
NOBODY = frozenset({cursor.name, version.name})

#: Columns that hold JSON.
_JSON = frozenset({"body", "value", "receipt", "by"})

#: Fields that hold words in occurrences and actions, with what is left of each.
_WORDS: dict[str, Any] = {"text": "", "reason": "", "title": None, "link": None, "url": None, "value": None}


def pseudonym(person: str) -> str:
    """What stands for a forgotten person: the same for every mention, and no way back without knowing the person."""
    platform, _, _ = person.partition(":")
    return f"{platform}:forgotten-{hashlib.sha256(person.encode()).hexdigest()[:16]}"


class Person:
    """How to recognise a person in stored text. `key` is `Author.key`; `handles` are their full names (`ana@lemmy.example`)."""

    def __init__(self, key: str, handles: Iterable[str] = ()) -> None:
        self.key = key
        self.platform, _, self.id = key.partition(":")
        self.needles = (self.id, *sorted(set(handles) - {self.id}))
        self.stand_in = pseudonym(key)
        _, _, self._alias = self.stand_in.partition(":")
        # Not inside a longer name: `https://l.example/u/ana` is not part of `…/u/anabel`, nor `ana@l` of `joana@l`.
        one = "|".join(re.escape(needle) for needle in self.needles)
        self._pattern = re.compile(rf"(?<![\w.-])(?:{one})(?![\w-]|[.@]\w)")

    def among(self, text: str | None) -> bool:
        return text is not None and self._pattern.search(text) is not None

    def hide(self, text: str) -> str:
        """`text` with the pseudonym for every mention."""
        return self._pattern.sub(self._alias, text)

    def is_author(self, value: Any) -> bool:
        """Whether this piece of JSON is the person as an `Author`."""
        return (
            isinstance(value, dict)
            and "role" in value
            and (value.get("platform"), value.get("id")) == (self.platform, self.id)
        )

    def scrub(self, value: Any, *, blank: bool) -> Any:
        """JSON without the person: mentions replaced, their own words blanked; with `blank`, all words."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, list):
            return [self.scrub(item, blank=blank) for item in value]
        if not isinstance(value, dict):
            return value
        if self.is_author(value):
            return {**value, "id": self._alias, "name": self._alias, "since": None}
        # Their message, their report, or somebody's report about them.
        spoke = any(self.is_author(value.get(role)) for role in ("author", "reporter", "by"))
        about = value.get("message")
        spoke = spoke or (isinstance(about, dict) and self.is_author(about.get("author")))
        return {
            self.hide(name): _emptied(name, item)
            if (blank or spoke) and name in _WORDS
            else self.scrub(item, blank=blank)
            for name, item in value.items()
        }


def _emptied(name: str, value: Any) -> Any:
    """What is left of words: a document without blocks, an empty text, or nothing."""
    if isinstance(value, dict) and "blocks" in value:
        return {"blocks": []}
    return None if value is None else _WORDS[name]


def find(conn: Connection, word: str) -> list[str]:
    """Keys of the people meant by a key, an id, or a handle as the platform showed it."""
    keys = [word, *(f"{platform}:{word}" for platform in Platform)]
    found: set[str] = set()
    for column in (occurrence.c.person, action.c.person, memory.c.about):
        found.update(conn.execute(select(column).where(column.in_(keys)).distinct()).scalars())
    return sorted(found) or sorted(_by_handle(conn, word.removeprefix("@")))


def _by_handle(conn: Connection, handle: str) -> set[str]:
    named = occurrence.c.body.contains(f'"name":{codec.dump(handle)}', autoescape=True)
    rows = conn.execute(select(occurrence.c.kind, occurrence.c.body).where(named))
    authors = (codec.person_of(codec.unpack(codec.OCCURRENCES[row.kind], row.body)) for row in rows)
    return {who.key for who in authors if who is not None and who.name == handle}


def export(conn: Connection, key: str) -> dict[str, Any]:
    """Every row that is about the person or mentions them, by table; JSON columns as JSON, times as text.

    `accounts` are all that belong to the same human; the rows are those of all of them.
    """
    keys = links.together(conn, key)
    result: dict[str, Any] = {"person": key, "accounts": keys}
    everyone = [_person(conn, one) for one in keys]
    about = {row for who in everyone for row in _decisions_about(conn, who)}
    for table in TABLES:
        rows = {row.id: row for who in everyone for row in _mentions(conn, table, who)}
        if table is decision:
            rows |= {row.id: row for row in _by_id(conn, decision, about)}
        result[table.name] = [_plain(table, row) for _, row in sorted(rows.items())]
    return result


def forget(conn: Connection, key: str) -> int:
    """Takes the person, with all accounts of the same human, out of every table; how many rows were changed or deleted."""
    return sum(_forget(conn, one) for one in links.together(conn, key))


def _forget(conn: Connection, key: str) -> int:
    who = _person(conn, key)
    about = set(_decisions_about(conn, who))
    changed = conn.execute(delete(memory).where(memory.c.about == key)).rowcount
    waiting = action.c.state.in_(WAITING)
    told = set(conn.execute(select(action.c.id).where(action.c.decision_id.in_(about), ~waiting)).scalars())
    blanks = {decision: about, action: told}
    for table in TABLES:
        blank = blanks.get(table, set[int]())
        rows = {row.id: row for row in _mentions(conn, table, who)}
        rows |= {row.id: row for row in _by_id(conn, table, blank)}
        for ident, row in rows.items():
            if table is action and row.state in WAITING:
                continue
            values = _without(table, row, who, blank=ident in blank)
            if values:
                conn.execute(update(table).where(table.c.id == ident).values(**values))
                changed += 1
    return changed


def _person(conn: Connection, key: str) -> Person:
    """The person with the handles that the platform showed for them. Only full ones: a bare name may be anybody's."""
    rows = conn.execute(
        select(occurrence.c.kind, occurrence.c.body).where(
            occurrence.c.person == key, occurrence.c.body.is_not(None)
        )
    )
    names = set()
    for row in rows:
        who = codec.person_of(codec.unpack(codec.OCCURRENCES[row.kind], row.body))
        if who is not None and re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", who.name):
            names.add(who.name)
    return Person(key, names)


def _decisions_about(conn: Connection, who: Person) -> list[int]:
    """Decisions that fell on the person, that the bot took about their words, or whose evidence names them.

    What they decided about others as a moderator is the others' record: there only their name goes.
    """
    fell = select(action.c.decision_id).where(action.c.person == who.key)
    spoke = (
        select(decision.c.id)
        .join(occurrence, occurrence.c.key == decision.c.cause)
        .where(occurrence.c.person == who.key, decision.c.by.is_(None))
    )
    found = set(conn.execute(fell).scalars()) | set(conn.execute(spoke).scalars())
    named = or_(*(_contains(decision.c.evidence, needle) for needle in who.needles))
    rows = conn.execute(select(decision.c.id, decision.c.evidence).where(named))
    return sorted(found | {row.id for row in rows if who.among(row.evidence)})


def _mentions(conn: Connection, table: Table, who: Person) -> list[Row[Any]]:
    """Rows of `table` in which the person stands anywhere."""
    columns = text_columns(table)
    roughly = or_(*(_contains(table.c[name], needle) for name in columns for needle in who.needles))
    ids = conn.execute(select(table.c.id, *(table.c[name] for name in columns)).where(roughly))
    exactly = [row.id for row in ids if any(who.among(getattr(row, name)) for name in columns)]
    return list(_by_id(conn, table, exactly))


def _contains(column: Any, needle: str) -> Any:
    """Roughly; in JSON a quote or a backslash in the needle would stand escaped."""
    return column.contains(codec.dump(needle)[1:-1], autoescape=True) | column.contains(
        needle, autoescape=True
    )


def _by_id(conn: Connection, table: Table, ids: Iterable[int]) -> Iterator[Row[Any]]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        yield from conn.execute(select(table).where(table.c.id.in_(some))).all()


def text_columns(table: Table) -> list[str]:
    """Columns in which a person could stand."""
    return [column.name for column in table.c if isinstance(column.type, Words)]


def _without(table: Table, row: Row[Any], who: Person, *, blank: bool) -> dict[str, Any]:
    """The changed columns of a row that has lost the person."""
    new: dict[str, Any] = {}
    for name in text_columns(table):
        old = getattr(row, name)
        if old is None or name == "cause":  # a cause follows its occurrence by itself
            continue
        if name in _JSON:
            new[name] = codec.dump(who.scrub(json.loads(old), blank=blank and name == "body"))
        elif blank and name in {"because", "evidence"}:
            new[name] = "" if name == "because" else None
        else:
            new[name] = who.hide(old)
    return {name: value for name, value in new.items() if value != getattr(row, name)}


def _plain(table: Table, row: Row[Any]) -> dict[str, Any]:
    def show(name: str, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.isoformat()
        return json.loads(value) if name in _JSON and value is not None else value

    return {column.name: show(column.name, getattr(row, column.name)) for column in table.c}
