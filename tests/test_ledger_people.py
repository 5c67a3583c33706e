"""A person may know everything that is kept about them, and may be forgotten: from every table, in every text."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Boolean, Integer

from bot.actions import Note, Remember, Reply
from bot.decision import State
from bot.ledger import Ledger
from bot.ledger.migrate import migrate
from bot.ledger.people import NOBODY, TABLES, Person, pseudonym
from bot.ledger.tables import Moment, Words, metadata
from bot.model import Author, Edited, Place, PlaceKind, Platform, Reported
from bot.text import document
from tests.ledger_stories import (
    ANA,
    BEN,
    HOUR,
    MIA,
    NOON,
    ROOM,
    ban,
    decided,
    deliver,
    happened,
    remove,
    said,
    unban,
    warn,
)

GARDEN = Place(Platform.LEMMY, "garden", "garden@lemmy.example", PlaceKind.COMMUNITY, "moot", "helper")
LEA = Author(Platform.LEMMY, "https://lemmy.example/u/lea", "lea@lemmy.example")
LEANDRA = Author(Platform.LEMMY, "https://lemmy.example/u/leandra", "leandra@lemmy.example")


@asynccontextmanager
async def at(path: Path) -> AsyncIterator[Ledger]:
    url = f"sqlite:///{path}"
    migrate(url)
    ledger = await Ledger.open(url)
    try:
        yield ledger
    finally:
        await ledger.close()


async def live(ledger: Ledger) -> None:
    """Some days of a community in which Lea stands everywhere she could stand."""
    rude = replace(
        said("secret-rude words", LEA, 1, place=GARDEN),
        title="secret-title",
        link="https://secret-link.example",
        url="https://lemmy.example/post/secret-1",
    )
    await ledger.commit(
        rude,
        [
            decided(
                rude,
                remove(rude),
                warn(rude),
                Remember(key=f"seen/{LEA.key}", value={"last": "secret-memory"}, about=LEA.key),
                Remember(key="top", value=[LEA.key, BEN.key]),
                Note(text="secret-note"),
                evidence=rude.text,
                because="secret-because",
            )
        ],
        NOON,
    )
    await happened(ledger, Edited(replace(rude, text="secret-edit"), NOON))
    await happened(ledger, Reported(rude, BEN, "he says secret-rude words", "p1", NOON))
    await happened(ledger, Reported(said("kind", BEN, 2, place=GARDEN), LEA, "secret-reason", "p2", NOON))
    answer = said("I agree with lea@lemmy.example and leandra@lemmy.example", BEN, 3, place=GARDEN)
    await happened(ledger, answer, Reply(to=answer.ref, text=document("hello")))
    await happened(
        ledger, said("mine", LEANDRA, 4, place=GARDEN), warn(said("mine", LEANDRA, 4, place=GARDEN))
    )
    order = said("!warn ben", LEA, 5, place=GARDEN)
    await ledger.commit(
        order, [decided(order, warn(said("x", BEN, 6)), by=LEA, evidence="what Ben said")], NOON
    )
    await deliver(ledger)


def dump(path: Path) -> str:
    with closing(sqlite3.connect(path)) as conn:
        return "\n".join(conn.iterdump())


def test_every_table_is_looked_through():
    """A new table fails here until somebody has decided whether people stand in it."""
    assert {table.name for table in TABLES} | NOBODY == set(metadata.tables)


def test_every_column_that_may_name_somebody_is_looked_through():
    """A column of another type fails here: a person in it would be neither told nor forgotten."""
    odd = [
        f"{table.name}.{column.name}"
        for table in TABLES
        for column in table.c
        if not isinstance(column.type, Words | Moment | Integer | Boolean)
    ]
    assert odd == []


async def test_a_forgotten_person_is_gone_from_every_table(tmp_path: Path):
    path = tmp_path / "folkmoot.db"
    async with at(path) as ledger:
        await live(ledger)
        before = dump(path)
        assert LEA.id in before
        assert "secret" in before
        assert await ledger.forget(LEA.key) > 0
        after = dump(path)
        assert "secret" not in after
        assert f'{LEA.id}"' not in after
        assert '"lea@lemmy.example"' not in after
        assert "with lea@" not in after
        assert await ledger.people(LEA.key) == []
        assert (await ledger.export(LEA.key))["occurrence"] == []
        assert await ledger.forget(LEA.key) == 0


async def test_what_is_left_still_adds_up(tmp_path: Path):
    async with at(tmp_path / "folkmoot.db") as ledger:
        await live(ledger)
        counts = await ledger.counts()
        await ledger.forget(LEA.key)
        assert await ledger.counts() == counts
        assert await ledger.strikes("moot", LEA.key) == []
        assert len(await ledger.strikes("moot", pseudonym(LEA.key))) == 1
        case = await ledger.case("moot", 1)
        assert case is not None
        assert (case.because, case.evidence, case.rule) == ("", None, "be kind@1")
        assert case.person is not None
        assert case.person.key == pseudonym(LEA.key)
        assert [message.author.name async for message in ledger.history("moot", NOON)].count("Ben") == 1
        assert await ledger.recall("moot", "moderation", "top") == [pseudonym(LEA.key), BEN.key]
        assert await ledger.recall_all("moot", "moderation", "seen/") == {}


async def test_others_keep_what_is_theirs(tmp_path: Path):
    async with at(tmp_path / "folkmoot.db") as ledger:
        await live(ledger)
        before = await ledger.export(LEANDRA.key)
        await ledger.forget(LEA.key)
        after = await ledger.export(LEANDRA.key)
        assert [row["key"] for row in after["action"]] == [row["key"] for row in before["action"]]
        (kept, *_) = [row for row in after["occurrence"] if row["person"] == LEANDRA.key]
        assert kept["body"]["text"] == "mine"
        assert "leandra@lemmy.example" in json.dumps(after)
        (strike,) = await ledger.strikes("moot", BEN.key)
        case = await ledger.case("moot", strike.case)
        assert case is not None
        assert case.evidence == "what Ben said", "a moderator who leaves does not take others' cases along"
        assert case.by is not None
        assert case.by.key == pseudonym(LEA.key)


async def test_an_export_tells_everything_and_nothing_about_others(tmp_path: Path):
    async with at(tmp_path / "folkmoot.db") as ledger:
        await live(ledger)
        told = await ledger.export(LEA.key)
        assert told["person"] == LEA.key
        text = json.dumps(told)
        for word in ("rude words", "title", "memory", "edit", "reason", "because"):
            assert f"secret-{word}" in text
        assert set(told) == {"person", "accounts", *(table.name for table in TABLES)}
        assert all(LEA.id in json.dumps(row) for row in told["memory"])
        assert "mine" not in text
        assert next(row for row in told["action"] if row["kind"] == "warn")["body"]["points"] == 1


async def test_what_still_has_to_be_done_is_kept_until_it_is_done(tmp_path: Path):
    path = tmp_path / "folkmoot.db"
    async with at(path) as ledger:
        await happened(ledger, said("fools"), ban(), unban(at=NOON + HOUR))
        await deliver(ledger)
        await ledger.forget(ANA.key)
        (left,) = (await ledger.export(ANA.key))["action"]
        assert (left["kind"], left["state"]) == ("unban", State.PENDING)
        (job,) = await ledger.claim("helper", NOON + HOUR)
        assert not await ledger.superseded(job.id)
        await ledger.again(job.id, NOON, "busy")
        await happened(ledger, said("fools", number=2), ban())
        await ledger.forget(ANA.key)
        (ban_job, lift) = await ledger.claim("helper", NOON + HOUR, limit=2)
        assert {ban_job.action.kind, lift.action.kind} == {"ban", "unban"}
        lifting = ban_job if ban_job.action.kind == "unban" else lift
        assert await ledger.superseded(lifting.id), "a newer ban is found under either name"


async def test_people_are_found_by_key_id_and_handle(tmp_path: Path):
    async with at(tmp_path / "folkmoot.db") as ledger:
        await live(ledger)
        for word in (LEA.key, LEA.id, LEA.name, f"@{LEA.name}"):
            assert await ledger.people(word) == [LEA.key]
        twin = Author(Platform.MATRIX, "@other:example.org", "Ben")
        await happened(ledger, said("hi", twin, 50, place=ROOM))
        assert await ledger.people("Ben") == sorted([BEN.key, twin.key])
        assert await ledger.people("nobody") == []


LOOKALIKES = [
    ("https://lemmy.example/u/lea", True),
    ("see https://lemmy.example/u/lea.", True),
    ('{"id":"https://lemmy.example/u/lea"}', True),
    ("lemmy:https://lemmy.example/u/lea/2026", True),
    ("https://lemmy.example/u/leandra", False),
    ("https://lemmy.example/u/lea@other.example", False),
    ("https://lemmy.example/u/lea-2", False),
    ("https://lemmy.example/u/lea.b", False),
    ("xhttps://lemmy.example/u/lea", False),
]


@pytest.mark.parametrize(("text", "meant"), LOOKALIKES)
def test_somebody_with_a_longer_name_is_somebody_else(text, meant):
    person = Person(LEA.key)
    assert person.among(text) is meant
    assert (person.hide(text) != text) is meant


def test_a_pseudonym_is_stable_and_tells_nothing():
    assert pseudonym(ANA.key) == pseudonym(ANA.key) != pseudonym(BEN.key)
    assert pseudonym(ANA.key).startswith("matrix:forgotten-")
    assert "ana" not in pseudonym(ANA.key)


async def test_the_moderator_of_a_case_is_told_by_the_export(tmp_path: Path):
    async with at(tmp_path / "folkmoot.db") as ledger:
        await happened(ledger, said("!ban ben", MIA), ban(BEN), by=MIA)
        told = await ledger.export(MIA.key)
        assert [row["by"]["id"] for row in told["decision"]] == [MIA.id]
