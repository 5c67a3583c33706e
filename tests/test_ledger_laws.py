"""Laws of the ledger that hold whatever happens, in whatever order."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.actions import Remember, Settle
from bot.decision import COUNTING, MOVES, State
from bot.ledger import IllegalMove, Job, Ledger
from bot.ledger.migrate import migrate
from bot.ledger.tables import action
from bot.model import Author, Message, Receipt
from tests.ledger_stories import (
    ACCOUNT,
    ANA,
    BEN,
    HOUR,
    MIA,
    NOON,
    answer,
    ban,
    decided,
    happened,
    said,
    unban,
    warn,
)

PEOPLE = st.sampled_from([ANA, BEN])
STATES = st.sampled_from([State.PENDING, State.PENDING, State.HELD, State.SIMULATED, State.DROPPED])
#: What an attempt may end with.
ENDS = st.sampled_from(["sent", "again", "lost", "failed", "dropped"])


#: Nothing is delivered from here any more.
SETTLED = {State.SENT, State.FAILED, State.SIMULATED, State.DROPPED}


class Platform:
    """What stands out there: the keys of warnings, and who is banned."""

    def __init__(self) -> None:
        self.comments: set[str] = set()
        self.banned: set[str] = set()

    def perform(self, job: Job) -> None:
        act: Any = job.action
        match act.kind:
            case "ban":
                self.banned.add(act.person.key)
            case "unban":
                self.banned.discard(act.person.key)
            case "warn":
                assert job.key not in self.comments, "said twice"
                self.comments.add(job.key)
            case "delete":
                self.comments.discard(act.ref.id.removeprefix("$"))


async def look_after(ledger: Ledger, platform: Platform, flying: Collection[int] = ()) -> None:
    """What the outbox does about attempts whose outcome nobody knows."""
    for job in await ledger.unknown(ACCOUNT):
        if job.id in flying:
            continue
        if job.key in platform.comments:
            await ledger.sent(job.id, answer(job), NOON)
        else:
            await ledger.again(job.id, NOON, "not there")


class Moot(RuleBasedStateMachine):
    """Messages, verdicts, deliveries, crashes, settlements and undoing, in any order, against a naive model.

    The model keeps every action's state in a dict, moved by the words of the table alone.
    """

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.ledger = self.do(Ledger.open("sqlite://"))
        self.numbers = 0
        self.states: dict[int, State] = {}
        self.warned: dict[int, Author] = {}  # warnings by the id of their action
        self.platform = Platform()
        self.flying: list[Job] = []  # attempts under way
        self.committed: list[Message] = []

    def do(self, story: Any) -> Any:
        return self.loop.run_until_complete(story)

    def teardown(self) -> None:
        self.do(self.ledger.close())
        self.loop.close()

    def next_message(self, who: Author = ANA) -> Message:
        self.numbers += 1
        return said(f"fools {self.numbers}", who, self.numbers)

    @rule(who=PEOPLE, state=STATES, harsh=st.booleans())
    def judge(self, who: Author, state: State, harsh: bool) -> None:
        rude = self.next_message(who)
        acts = [warn(rude), *([ban(who, until=NOON + HOUR), unban(who, at=NOON + HOUR)] if harsh else [])]
        first = len(self.states) + 1
        self.do(happened(self.ledger, rude, *acts, state=state))
        self.committed.append(rude)
        self.states |= dict.fromkeys(range(first, first + len(acts)), state)
        self.warned[first] = who
        self.look()

    @rule(who=PEOPLE)
    def judge_while_nothing_is_under_way(self, who: Author) -> None:
        """The most urgent of all that is due is claimed with the commit, whether it came with it or waited already."""
        rude = self.next_message(who)
        first = len(self.states) + 1
        acts = decided(rude, warn(rude), ban(who))
        done = self.do(self.ledger.commit(rude, [acts], NOON, frozenset({ACCOUNT})))
        self.committed.append(rude)
        self.states |= {first: State.PENDING, first + 1: State.PENDING}
        self.warned[first] = who
        [job] = done.jobs
        assert self.states[job.id] is State.PENDING
        assert job.action.kind in {"ban", "unban"}, "nothing is more urgent"
        self.flying.append(job)
        self.look()

    @precondition(lambda self: self.committed)
    @rule(data=st.data())
    def hear_it_again(self, data: st.DataObject) -> None:
        old = data.draw(st.sampled_from(self.committed))
        before = self.do(self.ledger.counts())
        assert self.do(self.ledger.commit(old, [decided(old, warn(old))], NOON)) is None
        assert self.do(self.ledger.counts()) == before

    @rule(limit=st.integers(1, 3), late=st.booleans())
    def begin(self, limit: int, late: bool) -> None:
        now = NOON + HOUR if late else NOON
        jobs = self.do(self.ledger.claim(ACCOUNT, now, limit))
        assert all(self.states[job.id] is State.PENDING for job in jobs)
        assert [job.action.urgency for job in jobs] == sorted(job.action.urgency for job in jobs)
        self.flying.extend(jobs)
        self.look()

    @precondition(lambda self: self.flying)
    @rule(data=st.data(), end=ENDS)
    def end(self, data: st.DataObject, end: str) -> None:
        job = data.draw(st.sampled_from(self.flying))
        self.flying.remove(job)
        if end == "sent":
            self.platform.perform(job)
            self.do(self.ledger.sent(job.id, answer(job), NOON))
        else:
            self.tell(job.id, end)
        self.look()

    @rule(arrived=st.booleans(), data=st.data())
    def crash(self, arrived: bool, data: st.DataObject) -> None:
        """The process dies with attempts under way; some of them had worked."""
        for job in self.flying:
            if arrived and data.draw(st.booleans()):
                self.platform.perform(job)
        self.flying.clear()
        self.do(self.ledger.recover())
        self.look()

    @rule()
    def look_after_the_unknown(self) -> None:
        self.do(look_after(self.ledger, self.platform, {job.id for job in self.flying}))
        self.look()

    @rule(data=st.data(), approve=st.booleans())
    def settle(self, data: st.DataObject, approve: bool) -> None:
        cases = self.do(self.ledger.cases("moot"))
        number = data.draw(st.sampled_from([case.number for case in cases])) if cases else 7
        self.do(happened(self.ledger, self.next_message(MIA), Settle(case=number, approve=approve), by=MIA))
        self.look()

    @precondition(lambda self: self.warned)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        cases = self.do(self.ledger.cases("moot"))
        if not cases:
            return
        case = data.draw(st.sampled_from(cases))
        self.do(happened(self.ledger, self.next_message(MIA), *case.undo(), by=MIA))
        again = self.do(self.ledger.case("moot", case.number))
        assert again.undone or again.held
        assert again.undo() == ()
        self.look()

    @precondition(lambda self: SETTLED & set(self.states.values()))
    @rule(data=st.data(), end=ENDS)
    def meddle(self, data: st.DataObject, end: str) -> None:
        """What has come to an end is not begun again, whatever anybody says."""
        ended = [ident for ident, state in self.states.items() if state in SETTLED]
        ident = data.draw(st.sampled_from(ended))
        with pytest.raises(IllegalMove):
            self.tell(ident, end)
        self.look()

    def tell(self, job: int, end: str) -> None:
        match end:
            case "sent":
                self.do(self.ledger.sent(job, Receipt(NOON), NOON))
            case "again":
                self.do(self.ledger.again(job, NOON, "busy"))
            case "lost":
                self.do(self.ledger.lost(job, "no answer"))
            case "failed":
                self.do(self.ledger.failed(job, "forbidden", NOON))
            case "dropped":
                self.do(self.ledger.dropped(job, "superseded"))

    def look(self) -> None:
        """Reads every action's state and checks that it got there by the table."""

        def read(conn: Any) -> dict[int, State]:
            return {row.id: State(row.state) for row in conn.execute(action.select())}

        now = self.do(self.ledger._worker.read(read))
        for ident, state in now.items():
            before = self.states.get(ident, State.PENDING)
            assert state in reachable(before), f"action {ident} went from {before} to {state}"
        self.states = now

    @invariant()
    def strikes_are_what_a_child_would_count(self) -> None:
        naive = Counter(who.key for ident, who in self.warned.items() if self.states[ident] in COUNTING)
        for who in (ANA, BEN):
            assert len(self.do(self.ledger.strikes("moot", who.key))) == naive[who.key]

    @invariant()
    def nothing_is_sending_but_what_flies(self) -> None:
        flying = {job.id for job in self.flying}
        assert {ident for ident, state in self.states.items() if state is State.SENDING} <= flying


def reachable(state: State) -> frozenset[State]:
    """Where the table leads from `state`, in any number of moves."""
    found, todo = {state}, [state]
    while todo:
        for further in MOVES[todo.pop()] - found:
            found.add(further)
            todo.append(further)
    return frozenset(found)


TestMoot = Moot.TestCase
TestMoot.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


HEARD, UNHEARD, NOTHING = "worked", "worked, but nobody heard", "nothing happened"
DEATH, LATE_DEATH = "the process died before", "the process died after"
#: How an attempt may end, and how the next one.
ENDINGS = list(itertools.product([HEARD, UNHEARD, NOTHING, DEATH, LATE_DEATH], repeat=2))


async def do_and_undo(undo_after: int, endings: Iterator[str]) -> None:
    """Somebody is banned and warned; after so many attempts a moderator undoes it."""
    ledger, platform = await Ledger.open("sqlite://"), Platform()
    rude, word = said("fools"), said("!undo 1", MIA, 2)
    await happened(ledger, rude, warn(rude), ban())

    async def attempt() -> bool:
        await look_after(ledger, platform)
        jobs = await ledger.claim(ACCOUNT, NOON)
        for job in jobs:
            ending = next(endings, HEARD)
            if ending in {HEARD, UNHEARD, LATE_DEATH}:
                platform.perform(job)
            if ending == HEARD:
                await ledger.sent(job.id, answer(job), NOON)
            elif ending in {DEATH, LATE_DEATH}:
                await ledger.recover()
            else:
                await ledger.lost(job.id, ending)
        return bool(jobs)

    for _ in range(undo_after):
        await attempt()
    case = await ledger.case("moot", 1)
    assert case is not None
    await ledger.commit(word, [decided(word, *case.undo(), by=MIA)], NOON)
    while await attempt() or await ledger.unknown(ACCOUNT):
        pass
    assert (platform.comments, platform.banned) == (set(), set())
    assert await ledger.strikes("moot", ANA.key) == []
    await ledger.close()


@pytest.mark.parametrize("undo_after", range(4))
async def test_after_do_and_undo_nothing_stands_whatever_becomes_of_each_attempt(undo_after):
    for endings in ENDINGS:
        await do_and_undo(undo_after, iter(endings))


async def test_fifty_tasks_lose_no_update():
    """Each reads what is remembered and adds one in a commit of its own, at the same time as all the others."""
    ledger = await Ledger.open("sqlite://")

    async def add(number: int) -> None:
        for turn in range(4):
            rude = said("fools", number=number * 100 + turn)
            await happened(ledger, rude, warn(rude), Remember(key=f"{number}/{turn}", value=1))
            await asyncio.sleep(0)

    await asyncio.gather(*(add(number) for number in range(50)))
    strikes = await ledger.strikes("moot", ANA.key)
    assert sorted(strike.case for strike in strikes) == list(range(1, 201)), (
        "no case number twice, none left out"
    )
    assert len(await ledger.recall_all("moot", "moderation")) == 200
    await ledger.close()


async def test_a_thing_heard_by_many_at_once_is_handled_once():
    ledger = await Ledger.open("sqlite://")
    rude = said("fools")
    done = await asyncio.gather(*(ledger.commit(rude, [decided(rude, warn(rude))], NOON) for _ in range(50)))
    assert sum(one is not None for one in done) == 1
    assert len(await ledger.strikes("moot", ANA.key)) == 1
    await ledger.close()


WRITER = """
import asyncio, sys
from bot.ledger import Ledger
from tests.ledger_stories import NOON, happened, ban, said, warn, answer, ACCOUNT
async def write(url, first):
    ledger = await Ledger.open(url)
    await ledger.recover()
    for number in range(first, first + 100000):
        rude = said("fools", number=number)
        await happened(ledger, rude, warn(rude), ban())
        for job in await ledger.claim(ACCOUNT, NOON, limit=1):
            await ledger.sent(job.id, answer(job), NOON)
        print(number, flush=True)
asyncio.run(write(sys.argv[1], int(sys.argv[2])))
"""


def test_what_was_committed_survives_kill_nine(tmp_path: Path):
    """A process is killed in the middle of commits, again and again: nothing acknowledged is lost, nothing is half there."""
    path = tmp_path / "folkmoot.db"
    migrate(f"sqlite:///{path}")
    luck, acknowledged, root = random.Random(), set[int](), Path(__file__).parent.parent
    for round_ in range(4):
        command = [sys.executable, "-c", WRITER, f"sqlite:///{path}", str(round_ * 100000)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as writer:
            assert writer.stdout is not None
            acknowledged.add(int(writer.stdout.readline()))  # it is under way
            time.sleep(luck.uniform(0, 0.2))  # the moment of death, not a synchronisation
            os.kill(writer.pid, signal.SIGKILL)
            acknowledged.update(int(line) for line in writer.stdout if line.endswith("\n"))

    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        kept = {int(ref.rsplit("$", 1)[1]) for (ref,) in conn.execute("SELECT ref FROM occurrence")}
        assert acknowledged <= kept
        whole = conn.execute(
            "SELECT count(*) FROM decision JOIN action ON decision_id = decision.id GROUP BY decision.id"
        ).fetchall()
        assert whole == [(2,)] * len(kept)
        numbers = [number for (number,) in conn.execute("SELECT case_number FROM decision ORDER BY id")]
        assert numbers == list(range(1, len(kept) + 1))
