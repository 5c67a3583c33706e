"""Undo: after "do" and "undo" nothing of it is live, whatever the state in which the undo came upon it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.actions import Delete, Mute, Settle, Unban, Unmute
from bot.decision import State
from bot.ledger import Ledger
from bot.model import Message
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
    deliver,
    happened,
    note,
    remove,
    report,
    said,
    unban,
    undo,
    warn,
)

RUDE = said("fools", number=100)


@asynccontextmanager
async def fresh() -> AsyncIterator[Ledger]:
    ledger = await Ledger.open("sqlite://")
    try:
        yield ledger
    finally:
        await ledger.close()


def order(number: int) -> Message:
    """A moderator's word in the room."""
    return said("!undo 1", MIA, number)


async def states(ledger: Ledger, number: int = 1) -> list[State]:
    case = await ledger.case("moot", number)
    assert case is not None
    return [stored.state for stored in case.actions]


async def test_what_was_done_is_taken_back_in_the_opposite_order():
    async with fresh() as ledger:
        await happened(ledger, RUDE, remove(RUDE), warn(RUDE), ban())
        jobs = await deliver(ledger)
        warning = next(job for job in jobs if job.action.kind == "warn")
        done = await undo(ledger, 1, order(1))
        assert done.accounts == {ACCOUNT}
        assert await states(ledger) == [State.UNDONE] * 3
        assert await ledger.strikes("moot", ANA.key) == [], "it stops counting at once"
        opposite = await deliver(ledger)
        assert [job.action.kind for job in opposite] == ["unban", "restore", "delete"]
        deleted = opposite[-1].action
        assert isinstance(deleted, Delete)
        assert deleted.ref == answer(warning).ref


async def test_undoing_twice_changes_nothing():
    async with fresh() as ledger:
        await happened(ledger, RUDE, ban())
        (job,) = await deliver(ledger)
        await undo(ledger, 1, order(1))
        twice = replace(unban(), undoes=job.id)
        done = await ledger.commit(order(2), [decided(order(2), twice, by=MIA)], NOON)
        assert done is not None
        assert done.accounts == frozenset()
        assert len(await deliver(ledger)) == 1
        case = await ledger.case("moot", 1)
        assert case is not None
        assert case.undo() == ()
        assert (await ledger.counts())["dropped"] == 1


async def test_what_nobody_had_begun_is_only_struck_out():
    async with fresh() as ledger:
        await happened(ledger, RUDE, ban(until=NOON + HOUR), unban(at=NOON + HOUR), warn(RUDE))
        done = await undo(ledger, 1, order(1))
        assert done.accounts == frozenset()
        assert await states(ledger) == [State.UNDONE, State.DROPPED, State.UNDONE]
        assert await deliver(ledger, NOON + 2 * HOUR) == []
        assert await ledger.next_due(ACCOUNT) is None


async def test_a_lift_of_somebody_else_stays():
    async with fresh() as ledger:
        acts = [
            ban(),
            unban(at=NOON + HOUR),
            Unmute(place="lobby", person=ANA, reason="x", not_before=NOON + HOUR),
        ]
        await happened(ledger, RUDE, *acts, ban(BEN), unban(BEN, at=NOON + HOUR))
        (first, *_) = await deliver(ledger)
        taken_back = replace(unban(), undoes=first.id)
        await happened(ledger, order(1), taken_back, by=MIA)
        assert await states(ledger) == [State.UNDONE, State.DROPPED, State.PENDING, State.SENT, State.PENDING]


async def test_an_undo_while_the_warning_is_on_its_way_deletes_it_when_it_arrives():
    async with fresh() as ledger:
        await happened(ledger, RUDE, warn(RUDE))
        (job,) = await ledger.claim(ACCOUNT, NOON)
        await undo(ledger, 1, order(1))
        assert await ledger.strikes("moot", ANA.key) == []
        assert await ledger.claim(ACCOUNT, NOON) == [], "there is no comment yet to delete"
        await ledger.sent(job.id, answer(job), NOON)
        await ledger.sent(job.id, answer(job), NOON)
        assert await states(ledger) == [State.UNDONE]
        (cleaning,) = await ledger.claim(ACCOUNT, NOON, limit=9)
        assert cleaning.action == Delete(ref=answer(job).ref)
        assert cleaning.cause == order(1).key


async def test_an_undo_while_a_ban_is_on_its_way_lifts_it_once():
    async with fresh() as ledger:
        await happened(ledger, RUDE, ban())
        (job,) = await ledger.claim(ACCOUNT, NOON)
        await undo(ledger, 1, order(1))
        await ledger.sent(job.id, answer(job), NOON)
        assert [found.action.kind for found in await deliver(ledger)] == ["unban"]


@pytest.mark.parametrize("arrived", [True, False])
async def test_an_undone_warning_that_a_crash_cut_off_is_still_looked_up(arrived):
    async with fresh() as ledger:
        await happened(ledger, RUDE, warn(RUDE))
        (job,) = await ledger.claim(ACCOUNT, NOON)
        await undo(ledger, 1, order(1))
        assert await ledger.recover() == 0
        (cut_off,) = await ledger.unknown(ACCOUNT)
        assert cut_off.key == job.key
        if arrived:
            await ledger.sent(job.id, answer(job), NOON)
        else:
            await ledger.again(job.id, NOON, "it is not there")
        assert await ledger.unknown(ACCOUNT) == []
        assert [found.action.kind for found in await deliver(ledger)] == (["delete"] if arrived else [])
        assert await states(ledger) == [State.UNDONE]


async def test_whatever_the_outbox_says_about_an_undone_action_it_stays_undone():
    async with fresh() as ledger:
        await happened(ledger, RUDE, warn(RUDE), ban(), remove(RUDE))
        jobs = await ledger.claim(ACCOUNT, NOON, limit=3)
        await undo(ledger, 1, order(1))
        await ledger.lost(jobs[0].id, "no answer")
        await ledger.dropped(jobs[0].id, "superseded")
        await ledger.again(jobs[1].id, NOON, "busy")
        await ledger.failed(jobs[2].id, "forbidden", NOON)
        assert await states(ledger) == [State.UNDONE] * 3


async def test_a_ban_that_may_have_worked_is_lifted_though_it_is_pending_again():
    """Repeating a ban is harmless, so the outbox does not look; but the person may well be shut out by now."""
    async with fresh() as ledger:
        await happened(ledger, RUDE, ban())
        (job,) = await ledger.claim(ACCOUNT, NOON)
        await ledger.lost(job.id, "no answer")
        await ledger.again(job.id, NOON + HOUR, "the last attempt was cut off")
        await undo(ledger, 1, order(1))
        assert [found.action.kind for found in await deliver(ledger)] == ["unban"]


async def test_a_ban_that_certainly_did_not_work_needs_no_lift():
    async with fresh() as ledger:
        await happened(ledger, RUDE, ban())
        (job,) = await ledger.claim(ACCOUNT, NOON)
        await ledger.again(job.id, NOON + HOUR, "busy")
        await undo(ledger, 1, order(1))
        assert await deliver(ledger, NOON + HOUR) == []


async def test_a_rehearsed_undo_takes_nothing_back_and_a_proposed_one_only_when_approved():
    async with fresh() as ledger:
        await happened(ledger, RUDE, ban())
        (job,) = await deliver(ledger)
        back = replace(unban(), undoes=job.id)
        await happened(ledger, order(1), back, state=State.SIMULATED)
        await happened(ledger, order(2), back, warn(RUDE), state=State.HELD)
        assert await states(ledger) == [State.SENT]
        await happened(ledger, order(3), Settle(case=2, approve=True), by=MIA)
        assert await states(ledger) == [State.UNDONE]
        assert [found.action.kind for found in await deliver(ledger)] == ["unban", "warn"]


async def test_what_was_held_is_dropped_and_what_was_rehearsed_stays():
    async with fresh() as ledger:
        await happened(ledger, RUDE, ban(), unban(at=NOON + HOUR), state=State.HELD)
        await happened(ledger, said("x", number=5), ban(BEN), state=State.SIMULATED)
        held, lift, rehearsed = 1, 2, 3
        await happened(ledger, order(1), *(replace(unban(), undoes=n) for n in (held, rehearsed, 99)), by=MIA)
        assert await states(ledger) == [State.DROPPED, State.DROPPED]
        assert await deliver(ledger, NOON + HOUR) == []
        assert (await ledger.counts())["simulated"] == 1
        assert lift == held + 1


async def test_another_communitys_actions_are_out_of_reach():
    async with fresh() as ledger:
        await happened(ledger, RUDE, ban())
        (job,) = await deliver(ledger)
        word = order(1)
        verdict, acts = decided(word, replace(unban(), undoes=job.id), by=MIA)
        await ledger.commit(word, [(replace(verdict, community="green"), acts)], NOON)
        assert await states(ledger) == [State.SENT]
        assert await deliver(ledger) == []


async def test_a_failed_warning_can_be_taken_back_without_anything_to_do():
    async with fresh() as ledger:
        await happened(ledger, RUDE, warn(RUDE))
        (job,) = await ledger.claim(ACCOUNT, NOON)
        await ledger.failed(job.id, "forbidden", NOON)
        await happened(ledger, order(1), replace(note("taken back"), undoes=job.id), by=MIA)
        assert await states(ledger) == [State.UNDONE]
        assert await deliver(ledger) == []


SUPERSEDED = [
    ("a lift whose time has come", [], False),
    ("a newer ban of the same person", [ban()], True),
    ("a newer ban of somebody else", [ban(BEN)], False),
    ("a newer mute", [Mute(place="lobby", person=ANA, reason="loud")], False),
]


@pytest.mark.parametrize(("what", "newer", "expected"), SUPERSEDED, ids=[row[0] for row in SUPERSEDED])
async def test_a_scheduled_lift_gives_way_to(what, newer, expected):
    async with fresh() as ledger:
        await happened(ledger, RUDE, ban(), unban(at=NOON + HOUR))
        await happened(ledger, said("again", number=2), *newer, report())
        await deliver(ledger)
        (job,) = await ledger.claim(ACCOUNT, NOON + HOUR)
        assert isinstance(job.action, Unban)
        assert await ledger.superseded(job.id) is expected


async def test_a_scheduled_lift_gives_way_when_its_own_ban_never_came_about():
    async with fresh() as ledger:
        await happened(ledger, RUDE, ban(), unban(at=NOON + HOUR))
        (job,) = await ledger.claim(ACCOUNT, NOON)
        assert not await ledger.superseded(job.id), "a ban supersedes nothing"
        await ledger.failed(job.id, "forbidden", NOON)
        (lift,) = await ledger.claim(ACCOUNT, NOON + HOUR)
        assert await ledger.superseded(lift.id)


async def test_an_undone_newer_ban_does_not_hold_a_lift_back():
    async with fresh() as ledger:
        await happened(ledger, RUDE, ban(), unban(at=NOON + HOUR))
        await happened(ledger, said("again", number=2), ban())
        await deliver(ledger)
        await undo(ledger, 2, order(3))
        await deliver(ledger)
        (lift,) = await ledger.claim(ACCOUNT, NOON + HOUR)
        assert not await ledger.superseded(lift.id)
