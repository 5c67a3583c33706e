"""Accounts of one human: whatever is joined, parted and taken back, in whatever order, no strike is lost and none counts twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Coroutine, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.actions import LinkAccounts, Note, Remember, UnlinkAccount
from bot.decision import State
from bot.ledger import Ledger, LedgerError, Overtaken
from bot.ledger.links import Deed, members, standings
from bot.ledger.migrate import migrate
from bot.ledger.people import pseudonym
from bot.model import Author, Message, Platform
from tests.ledger_stories import deliver, happened, said, warn

T = TypeVar("T")

PEOPLE = [Author(Platform.MATRIX, f"@{name}:example.org", name) for name in ("ana", "bo", "cy", "di")]
PEOPLE += [
    Author(Platform.LEMMY, f"https://l.example/u/{name}", f"{name}@l.example") for name in ("eve", "flo")
]
ANA, BO, CY, DI, EVE, FLO = PEOPLE
ANYBODY = st.sampled_from(PEOPLE)

#: What happened, as a child would write it down: ("strike", who, case), ("join", one, other), ("leave", who, None).
Row = tuple[str, str, Any]


def childs_play(rows: Iterable[Row]) -> tuple[dict[str, set[int]], dict[str, set[str]]]:
    """What counts for each account, and with whom it stands: each carries a bag, friends put everything into all bags."""
    bags: dict[str, set[int]] = {who.key: set() for who in PEOPLE}
    groups: dict[str, set[str]] = {who.key: {who.key} for who in PEOPLE}
    for what, who, other in rows:
        if what == "strike":
            for friend in groups[who]:
                bags[friend].add(other)
        elif what == "join":
            together = groups[who] | groups[other]
            everything = set().union(*(bags[friend] for friend in together))
            for friend in together:
                groups[friend], bags[friend] = together, set(everything)
        else:
            for friend in groups[who]:
                groups[friend] = groups[friend] - {who}
            groups[who] = {who}
    return bags, groups


class Links(RuleBasedStateMachine):
    """Random lives of six accounts."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.ledger = self.do(Ledger.open("sqlite://"))
        self.number = 0
        self.rows: dict[int, Row] = {}  # by the action that did it
        self.cases: dict[int, int] = {}

    def teardown(self) -> None:
        for who in PEOPLE:
            strikes = {strike.case for strike in self.do(self.ledger.strikes("moot", who.key))}
            cases = [case.number for case in self.do(self.ledger.cases("moot", who.key)) if not case.undone]
            assert cases == sorted(strikes, reverse=True)
        self.do(self.ledger.close())
        self.loop.close()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def next(self, who: Author) -> Message:
        self.number += 1
        return said("x", who, self.number)

    @rule(who=ANYBODY)
    def strike(self, who: Author) -> None:
        rude = self.next(who)
        case = self.do(happened(self.ledger, rude, warn(rude)))
        assert case is not None
        found = self.do(self.ledger.case("moot", case))
        assert found is not None
        self.rows[found.actions[0].id] = ("strike", who.key, case)

    @rule(one=ANYBODY, other=ANYBODY)
    def join(self, one: Author, other: Author) -> None:
        _, groups = childs_play(self.rows.values())
        fits = len(groups[one.key] | groups[other.key]) <= LinkAccounts.most
        done = self.do(link(self.ledger, one, other, self.next(other)))
        assert (done is not None) is fits
        if done is not None:
            self.rows[done] = ("join", one.key, other.key)

    @rule(who=ANYBODY)
    def leave(self, who: Author) -> None:
        self.rows[self.do(leave(self.ledger, who, self.next(who)))] = ("leave", who.key, None)

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        """A strike, a link or the end of one: as if it had never been."""
        number = data.draw(st.sampled_from(sorted(self.rows)))
        self.do(happened(self.ledger, self.next(FLO), Note(text="taken back", undoes=number)))
        del self.rows[number]

    @invariant()
    def everybody_has_what_a_child_would_count(self) -> None:
        bags, groups = childs_play(row for _, row in sorted(self.rows.items()))
        for who in PEOPLE:
            strikes = [strike.case for strike in self.do(self.ledger.strikes("moot", who.key))]
            assert strikes == sorted(bags[who.key]), "none lost, none twice, oldest first"
            assert self.do(self.ledger.linked("moot", who.key)).keys == groups[who.key] - {who.key}


TestLinks = Links.TestCase
TestLinks.settings = settings(max_examples=5, stateful_step_count=20, deadline=None)


async def actions(ledger: Ledger) -> int:
    """How many actions there are, which is the number of the last one."""
    counts = await ledger.counts()
    return sum(counts[state] for state in State)


async def link(ledger: Ledger, one: Author, other: Author, cause: Message, code: str = "code") -> int | None:
    """A code for `one`, brought by `other`: the action that joined them; None where the ledger would not."""
    given = said("!link", one, 100_000 + int(cause.ref.id[1:]))
    await happened(ledger, given, Remember(key="code", value=1, about=one.key))
    try:
        await happened(ledger, cause, LinkAccounts(person=one, other=other, proof=code))
    except Overtaken:
        return None
    return await actions(ledger)


async def leave(ledger: Ledger, who: Author, cause: Message) -> int:
    await happened(ledger, cause, UnlinkAccount(person=who))
    return await actions(ledger)


async def test_a_code_is_used_once_and_who_comes_late_is_decided_about_anew():
    ledger = await Ledger.open("sqlite://")
    await link(ledger, ANA, EVE, said("!link code", EVE, 1))
    late = said("!link code", BO, 2)
    with pytest.raises(Overtaken, match="used up a moment ago"):
        await happened(
            ledger, late, Remember(key="x", value=1), LinkAccounts(person=ANA, other=BO, proof="code")
        )
    assert (await ledger.linked("moot", ANA.key)).keys == {EVE.key}
    assert await ledger.recall("moot", "moderation", "x") is None
    assert await ledger.known([late.key]) == frozenset()
    await ledger.close()


async def test_of_those_who_bring_one_code_at_the_same_moment_one_is_linked():
    ledger = await Ledger.open("sqlite://")
    await happened(ledger, said("!link", ANA, 1), Remember(key="code", value=1))
    causes = [said("!link code", who, number) for number, who in enumerate((BO, CY, EVE), start=2)]
    done = await asyncio.gather(
        *(happened(ledger, c, LinkAccounts(person=ANA, other=c.author, proof="code")) for c in causes),
        return_exceptions=True,
    )
    assert [type(one) for one in done if one is not None] == [Overtaken, Overtaken]
    assert len((await ledger.linked("moot", ANA.key)).others) == 1
    await ledger.close()


async def test_links_of_one_community_are_none_of_anothers_business():
    ledger = await Ledger.open("sqlite://")
    await link(ledger, ANA, EVE, said("!link code", EVE, 1))
    assert (await ledger.linked("other", ANA.key)).keys == frozenset()
    await ledger.close()


async def test_a_commit_that_breaks_off_in_the_middle_leaves_neither_link_nor_a_used_code(tmp_path: Path):
    """What a kill does between two statements: nothing, for it is one transaction."""
    path = tmp_path / "folkmoot.db"
    migrate(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TRIGGER full BEFORE INSERT ON link BEGIN SELECT RAISE(ABORT, 'killed'); END")
    ledger = await Ledger.open(f"sqlite:///{path}")
    cause = said("!link code", EVE, 1)
    with pytest.raises(LedgerError, match="killed"):
        await link(ledger, ANA, EVE, cause)
    assert await ledger.recall("moot", "moderation", "code") == 1
    assert await ledger.known([cause.key]) == frozenset()
    assert (await ledger.linked("moot", ANA.key)).keys == frozenset()
    await ledger.close()


async def test_one_request_exports_and_forgets_all_accounts_of_the_human(tmp_path: Path):
    path = tmp_path / "folkmoot.db"
    migrate(f"sqlite:///{path}")
    ledger = await Ledger.open(f"sqlite:///{path}")
    rude = [said("secret words", ANA, 1), said("secret thoughts", EVE, 2)]
    for message in rude:
        await happened(ledger, message, warn(message))
    await link(ledger, ANA, EVE, said("!link code", EVE, 3))
    await deliver(ledger)
    told = await ledger.export(EVE.key)
    assert told["accounts"] == [EVE.key, ANA.key]
    assert {row["person"] for row in told["action"] if row["kind"] == "warn"} == {ANA.key, EVE.key}
    assert [(row["account"], row["other"]) for row in told["link"]] == [(ANA.key, EVE.key)]
    await ledger.forget(EVE.key)
    assert len(await ledger.strikes("moot", pseudonym(ANA.key))) == 2, (
        "what counted goes on counting, without a name"
    )
    assert await ledger.strikes("moot", ANA.key) == []
    await ledger.close()
    with closing(sqlite3.connect(path)) as conn:
        left = "\n".join(conn.iterdump())
    assert not [word for word in ("secret", ANA.id, f"{EVE.id}'", EVE.name) if word in left]


ROWS = st.one_of(
    st.tuples(st.just("strike"), ANYBODY, st.none()),
    st.tuples(st.just("join"), ANYBODY, ANYBODY),
    st.tuples(st.just("leave"), ANYBODY, st.none()),
)


@given(st.lists(ROWS, max_size=40))
def test_no_order_of_joining_and_leaving_loses_or_doubles_a_strike(
    rows: list[tuple[str, Author, Author | None]],
):
    told = [
        (what, who.key, number if what == "strike" else other.key if other else None)
        for number, (what, who, other) in enumerate(rows)
    ]
    deeds = [Deed(n, who, other) for n, (what, who, other) in enumerate(told) if what != "strike"]
    bags, groups = childs_play(told)
    found = standings(deeds)
    for who in (person.key for person in PEOPLE):
        standing = found.get(who, {who: None})
        counted = [
            number
            for number, (what, whom, _) in enumerate(told)
            if what == "strike" and whom in standing and (standing[whom] is None or number <= standing[whom])
        ]
        assert set(counted) == bags[who]
        assert set(members(standing)) == groups[who], "and so it is mutual, and reaches over others"
