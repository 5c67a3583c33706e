"""The ledger: one transaction for what happened and what was decided, and everything that can be asked afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from bot.actions import Ban, Mute, Note, Post, Remember, Settle, Unmute, Urgency, Warn
from bot.decision import Decision, Outcome, Reviewed, State
from bot.ledger import IllegalMove, Ledger, LedgerError, Overtaken
from bot.ledger.migrate import migrate
from bot.model import (
    Edited,
    Joined,
    Place,
    PlaceKind,
    Platform,
    Reacted,
    Receipt,
    Ref,
    Removed,
    Reported,
    Tick,
)
from bot.text import document
from tests.ledger_stories import (
    ACCOUNT,
    ANA,
    BEN,
    HOUR,
    MIA,
    NOON,
    ROOM,
    answer,
    ban,
    decided,
    deliver,
    happened,
    remove,
    report,
    said,
    unban,
    undo,
    warn,
)


@asynccontextmanager
async def fresh() -> AsyncIterator[Ledger]:
    ledger = await Ledger.open("sqlite://")
    try:
        yield ledger
    finally:
        await ledger.close()


async def test_a_warning_from_the_message_to_the_strike():
    rude = said("you are all fools")
    async with fresh() as ledger:
        assert await ledger.known([rude.key]) == frozenset()
        done = await ledger.commit(rude, [decided(rude, warn(rude), evidence=rude.text)], NOON)
        assert done is not None
        assert done.cases == {("moderation", "judge"): 1}
        assert done.accounts == {ACCOUNT}
        assert await ledger.known([rude.key, "message:other"]) == {rude.key}

        (job,) = await ledger.claim(ACCOUNT, NOON)
        assert (job.action, job.attempts, job.attempted_at, job.case) == (warn(rude), 1, NOON, 1)
        assert (job.cause, job.plugin, job.community, job.place) == (rude.key, "moderation", "moot", "lobby")
        assert await ledger.claim(ACCOUNT, NOON) == []
        await ledger.sent(job.id, answer(job), NOON)

        (strike,) = await ledger.strikes("moot", ANA.key)
        assert (strike.case, strike.at, strike.points, strike.rule) == (1, NOON, 1, "be kind")
        case = await ledger.case("moot", 1)
        assert case is not None
        assert (case.person, case.about, case.evidence, case.rule) == (ANA, rude.ref, rude.text, "be kind@1")
        assert [stored.state for stored in case.actions] == [State.SENT]


async def test_what_is_known_is_never_recorded_twice():
    rude = said("fools")
    async with fresh() as ledger:
        assert await happened(ledger, rude, warn(rude)) == 1
        assert await ledger.commit(rude, [decided(rude, warn(rude), plugin="other")], NOON) is None
        assert len(await ledger.strikes("moot", ANA.key)) == 1
        assert (await ledger.counts())["decisions"] == 1


async def test_a_handler_decides_once_about_one_thing():
    rude = said("fools")
    async with fresh() as ledger:
        with pytest.raises(LedgerError, match="UNIQUE"):
            await ledger.commit(rude, [decided(rude, warn(rude)), decided(rude, warn(rude))], NOON)
        assert await ledger.known([rude.key]) == frozenset()


async def test_many_keys_are_looked_up_at_once():
    async with fresh() as ledger:
        await happened(ledger, said("hello", number=3))
        keys = [f"message:{Ref(Platform.MATRIX, 'lobby', f'${n}')}" for n in range(2000)]
        assert await ledger.known(keys) == {keys[3]}


OCCURRENCES = [
    said("hello"),
    Edited(said("hello, all"), NOON + HOUR),
    Removed(said("x").ref, ROOM, MIA, "spam", NOON),
    Removed(said("x").ref, ROOM, None, "", NOON),
    Joined(ROOM, ANA, "j1", NOON),
    Reacted(said("x").ref, ROOM, BEN, "👍", "r1", NOON),
    Reported(said("x"), BEN, "rude", "p1", NOON),
    Tick("moot", "daily_prompts", "post", "2026-03-01", NOON, NOON, missed=True),
]


@pytest.mark.parametrize("what", OCCURRENCES, ids=lambda what: f"{type(what).__name__}")
async def test_everything_that_can_happen_is_kept(what):
    async with fresh() as ledger:
        await happened(ledger, what)
        assert await ledger.known([what.key]) == {what.key}


async def test_cases_count_up_in_each_community_and_only_for_sanctions():
    garden = Place(Platform.LEMMY, "garden", "garden", PlaceKind.COMMUNITY, "green", "gardener")
    async with fresh() as ledger:
        assert await happened(ledger, said("a", number=1), report()) is None
        assert await happened(ledger, said("b", number=2), warn(said("b", number=2))) == 1
        assert await happened(ledger, said("c", number=3), ban(), state=State.SIMULATED) is None
        assert await happened(ledger, said("d", number=4), ban(), state=State.HELD) == 2
        assert await happened(ledger, said("e", number=5), unban()) is None
        leaf = said("weeds!", place=garden, number=6)
        verdict = Decision(
            cause=leaf.key, community="green", plugin="moderation", handler="judge", outcome=Outcome("weeds")
        )
        done = await ledger.commit(
            leaf, [(verdict, [Reviewed(warn(leaf), State.PENDING, "ok", "gardener")])], NOON
        )
        assert done is not None
        assert done.cases == {("moderation", "judge"): 1}
        assert [case.number for case in await ledger.cases("moot")] == [2, 1]


async def test_the_most_urgent_goes_first_and_the_early_one_waits():
    async with fresh() as ledger:
        first = said("one", number=1)
        await happened(
            ledger, first, Post(place="lobby", text=document("prompt")), warn(first), remove(first)
        )
        await happened(ledger, said("two", number=2), ban(BEN), unban(BEN, at=NOON + HOUR))
        assert await ledger.next_due(ACCOUNT) < NOON
        assert await ledger.next_due("nobody") is None
        kinds = [job.action.kind for job in await deliver(ledger)]
        assert kinds == ["ban", "remove", "warn", "post"]
        assert await ledger.next_due(ACCOUNT) == NOON + HOUR
        assert [job.action.kind for job in await deliver(ledger, NOON + HOUR)] == ["unban"]
        assert await ledger.next_due(ACCOUNT) is None


async def test_what_was_found_more_urgent_goes_before_its_siblings():
    async with fresh() as ledger:
        first = said("one", number=1)
        decision, (removal, warning) = decided(first, remove(first), warn(first))
        urgent = replace(warning, urgency=Urgency.BAN)
        await ledger.commit(first, [(decision, [removal, urgent])], NOON)
        assert [job.action.kind for job in await deliver(ledger)] == ["warn", "remove"]


async def test_a_claim_takes_as_many_as_it_is_told():
    async with fresh() as ledger:
        await happened(ledger, said("x"), *(report(str(n)) for n in range(5)))
        assert [len(await ledger.claim(ACCOUNT, NOON, limit=n)) for n in (2, 10, 1)] == [2, 3, 0]


async def test_a_pin_waits_for_its_post():
    pin = report("pin")
    async with fresh() as ledger:
        what = said("x")
        verdict = Decision(
            cause=what.key, community="moot", plugin="p", handler="h", outcome=Outcome("daily")
        )
        post = Post(place="lobby", text=document("prompt"), name="prompt", not_before=NOON + HOUR)
        both = [
            Reviewed(pin, State.PENDING, "ok", "other", "lobby", waits_for=("prompt",)),
            Reviewed(post, State.PENDING, "ok", ACCOUNT, "lobby"),
        ]
        done = await ledger.commit(what, [(verdict, both)], NOON)
        assert done is not None
        assert done.accounts == {ACCOUNT, "other"}
        assert await ledger.claim("other", NOON) == []
        assert await ledger.next_due("other") is None, "or the outbox would wake for nothing, again and again"
        (job,) = await ledger.claim(ACCOUNT, NOON + HOUR)
        assert await ledger.result(job.decision_id, "prompt") == (State.SENDING, None)
        assert await ledger.result(job.decision_id, "nothing") is None
        assert await ledger.claim("other", NOON + HOUR) == []
        await ledger.sent(job.id, answer(job), NOON + HOUR)
        assert await ledger.result(job.decision_id, "prompt") == (State.SENT, answer(job))
        assert await ledger.made("moot", "p", "prompt") == answer(job)
        assert await ledger.made("moot", "other", "prompt") is None
        assert len(await ledger.claim("other", NOON + HOUR)) == 1


async def test_what_builds_on_something_given_up_does_not_wait_for_ever():
    async with fresh() as ledger:
        what = said("x")
        verdict = Decision(
            cause=what.key, community="moot", plugin="p", handler="h", outcome=Outcome("daily")
        )
        both = [
            Reviewed(
                Post(place="lobby", text=document("prompt"), name="prompt"), State.PENDING, "ok", ACCOUNT
            ),
            Reviewed(report("pin"), State.PENDING, "ok", "other", "lobby", waits_for=("prompt",)),
        ]
        await ledger.commit(what, [(verdict, both)], NOON)
        (job,) = await ledger.claim(ACCOUNT, NOON)
        await ledger.failed(job.id, "no such place", NOON)
        assert len(await ledger.claim("other", NOON)) == 1


async def test_trying_again_giving_up_and_telling_the_moderators():
    async with fresh() as ledger:
        rude = said("fools")
        await happened(ledger, rude, warn(rude))
        (job,) = await ledger.claim(ACCOUNT, NOON)
        await ledger.again(job.id, NOON + HOUR, "the server asks us to wait")
        assert await ledger.claim(ACCOUNT, NOON) == []
        (job,) = await ledger.claim(ACCOUNT, NOON + HOUR)
        assert job.attempts == 2
        line = document("I could not warn Ana.")
        await ledger.failed(job.id, "forbidden", NOON, line=line, report_to=("desk", "modroom"))
        (told,) = await ledger.claim("desk", NOON)
        assert (told.action.kind, told.action.text, told.place, told.decision_id, told.case) == (
            "report",
            line,
            "modroom",
            job.decision_id,
            1,
        )
        assert await ledger.strikes("moot", ANA.key) == [], "a warning that could not be given is no strike"
        counts = await ledger.counts()
        assert (counts["failed"], counts["sending"], counts["cases"], counts["occurrences"]) == (1, 1, 1, 1)


async def test_a_sent_action_tells_the_moderators_only_where_they_have_a_room():
    async with fresh() as ledger:
        await happened(ledger, said("x"), ban(), ban(BEN))
        first, second = await ledger.claim(ACCOUNT, NOON, limit=2)
        await ledger.sent(first.id, answer(first), NOON, line=document("done"), report_to=None)
        assert (await ledger.counts())["pending"] == 0
        await ledger.sent(
            second.id, answer(second), NOON, line=document("done"), report_to=("desk", "modroom")
        )
        assert (await ledger.counts())["pending"] == 1


async def test_after_a_crash_what_was_being_sent_is_unknown():
    async with fresh() as ledger:
        rude = said("fools")
        await happened(ledger, rude, warn(rude))
        (job,) = await ledger.claim(ACCOUNT, NOON)
        assert await ledger.recover() == 1
        assert await ledger.recover() == 0
        assert await ledger.claim(ACCOUNT, NOON) == []
        assert [found.key for found in await ledger.unknown(ACCOUNT)] == [job.key]
        await ledger.again(job.id, NOON, "it is not there")
        (again,) = await ledger.claim(ACCOUNT, NOON)
        assert (again.key, again.attempts) == (job.key, 2)
        await ledger.lost(again.id, "no answer")
        await ledger.sent(again.id, answer(again), NOON)
        assert len(await ledger.strikes("moot", ANA.key)) == 1
        assert await ledger.taken(ACCOUNT, NOON) == {answer(job).ref}
        assert await ledger.taken(ACCOUNT, NOON + HOUR) == frozenset()


async def test_what_is_not_wanted_any_more_is_dropped_also_when_it_was_claimed():
    async with fresh() as ledger:
        await happened(ledger, said("x"), report("one"), report("two"))
        (job,) = await ledger.claim(ACCOUNT, NOON)
        await ledger.dropped(job.id, "superseded")
        await ledger.dropped(job.id + 1, "superseded")
        assert (await ledger.counts())["dropped"] == 2


async def test_a_state_is_never_changed_against_the_table():
    async with fresh() as ledger:
        await happened(ledger, said("x"), report())
        (job,) = await ledger.claim(ACCOUNT, NOON)
        await ledger.sent(job.id, answer(job), NOON)
        for wrong in (
            ledger.sent(job.id, answer(job), NOON),
            ledger.again(job.id, NOON, "no"),
            ledger.lost(job.id, "no"),
            ledger.failed(job.id, "no", NOON),
            ledger.dropped(job.id, "no"),
        ):
            with pytest.raises(IllegalMove, match="is sent; it cannot become"):
                await wrong
        with pytest.raises(IllegalMove, match="no action 99"):
            await ledger.lost(99, "no")
        with pytest.raises(IllegalMove, match="cannot begin as sent"):
            await happened(ledger, said("y", number=2), report(), state=State.SENT)
        assert (await ledger.counts())["sent"] == 1


async def test_memory_is_written_with_the_decision():
    async with fresh() as ledger:
        await happened(
            ledger, said("1", number=1), Remember(key="day/1", value={"used": [1, 2.5, None, "é"]})
        )
        await happened(ledger, said("2", number=2), Remember(key="day/2", value=True, about=ANA.key))
        await happened(ledger, said("3", number=3), Remember(key="dawn", value=0))
        assert await ledger.recall("moot", "moderation", "day/1") == {"used": [1, 2.5, None, "é"]}
        assert await ledger.recall("moot", "other", "day/1") is None
        assert await ledger.recall_all("moot", "moderation", "day/") == {
            "day/1": {"used": [1, 2.5, None, "é"]},
            "day/2": True,
        }
        assert sorted(await ledger.recall_all("moot", "moderation")) == ["dawn", "day/1", "day/2"]
        await happened(
            ledger, said("4", number=4), Remember(key="day/1", value="new"), Remember(key="dawn", value=None)
        )
        assert await ledger.recall("moot", "moderation", "day/1") == "new"
        assert await ledger.recall("moot", "moderation", "dawn") is None


async def test_what_has_to_be_fresh_and_is_not_undoes_the_whole_commit():
    async with fresh() as ledger:
        once = Remember(key="prompt/1", value="Tea?", fresh=True)
        await happened(ledger, said("1", number=1), once)
        with pytest.raises(Overtaken, match="moot: moderation has kept prompt/1 already"):
            await happened(ledger, said("2", number=2), report(), replace(once, value="Milk?"))
        assert await ledger.recall("moot", "moderation", "prompt/1") == "Tea?"
        assert await ledger.known([said("2", number=2).key]) == frozenset()
        assert await deliver(ledger) == []


async def test_a_rehearsal_remembers_nothing():
    async with fresh() as ledger:
        await happened(ledger, said("1"), Remember(key="k", value=1), report(), state=State.SIMULATED)
        assert await ledger.recall("moot", "moderation", "k") is None
        assert await deliver(ledger) == []


@pytest.mark.parametrize(("approve", "performed", "strikes"), [(True, ["ban", "warn"], 1), (False, [], 0)])
async def test_a_moderator_settles_what_was_held(approve, performed, strikes):
    rude, word = said("fools"), said("!approve 1", MIA, 2)
    async with fresh() as ledger:
        assert (
            await happened(ledger, rude, ban(), warn(rude), Remember(key="k", value=1), state=State.HELD) == 1
        )
        case = await ledger.case("moot", 1)
        assert case is not None
        assert case.held
        assert await deliver(ledger) == []
        assert await ledger.recall("moot", "moderation", "k") is None
        settle = Settle(case=1, approve=approve)
        done = await ledger.commit(word, [decided(word, settle, by=MIA)], NOON)
        assert done is not None
        assert done.accounts == ({ACCOUNT} if approve else frozenset())
        assert [job.action.kind for job in await deliver(ledger)] == performed
        assert len(await ledger.strikes("moot", ANA.key)) == strikes
        assert await ledger.recall("moot", "moderation", "k") == (1 if approve else None)
        again = said("!approve 1", MIA, 3)
        await happened(ledger, again, settle, by=MIA)
        assert await deliver(ledger) == []


async def test_strikes_are_of_one_person_in_one_community_oldest_first():
    async with fresh() as ledger:
        for number, (who, points) in enumerate([(ANA, 1), (BEN, 1), (ANA, 3)]):
            rude = said("fools", who, number)
            await happened(ledger, rude, warn(rude, points=points), now=NOON + number * HOUR)
        strikes = await ledger.strikes("moot", ANA.key)
        assert [(strike.case, strike.points, strike.at) for strike in strikes] == [
            (1, 1, NOON),
            (3, 3, NOON + 2 * HOUR),
        ]
        assert await ledger.strikes("green", ANA.key) == []


async def test_cases_of_one_person_since_a_time():
    async with fresh() as ledger:
        for number, who in enumerate([ANA, BEN, ANA]):
            rude = said("fools", who, number)
            await happened(ledger, rude, warn(rude), now=NOON + number * HOUR)
        assert [case.number for case in await ledger.cases("moot", ANA.key)] == [3, 1]
        assert [case.number for case in await ledger.cases("moot", None, NOON + HOUR)] == [3, 2]
        assert [case.number for case in await ledger.cases("moot", limit=1)] == [3]
        assert await ledger.case("moot", 9) is None


async def test_a_ban_is_found_under_any_number_of_later_cases():
    async with fresh() as ledger:
        await happened(ledger, said("spam", ANA, 0), Ban(person=ANA, place="lemmy", reason="spam"))
        for number in range(1, 204):
            await happened(ledger, rude := said("fools", ANA, number), warn(rude))
        assert 1 not in [case.number for case in await ledger.cases("moot", ANA.key)]  # at most 200 at once
        assert [case.number for case in await ledger.cases("moot", ANA.key, kinds=("ban", "mute"))] == [1]
        assert [case.number for case in await ledger.cases("moot", kinds=("ban",))] == [1]
        assert await ledger.cases("moot", BEN.key, kinds=("ban",)) == []


async def test_what_somebody_said_lately_and_what_everybody_said():
    async with fresh() as ledger:
        for number in range(1200):
            await happened(
                ledger,
                said(str(number), BEN if number % 3 else ANA, number, NOON + timedelta(seconds=number // 2)),
            )
        lately = await ledger.recent("moot", ANA.key, NOON + timedelta(seconds=595))
        assert [message.text for message in lately] == ["1191", "1194", "1197"]
        everything = [message.text async for message in ledger.history("moot", NOON)]
        assert everything == [str(number) for number in range(1200)]
        assert [m.text async for m in ledger.history("moot", NOON + timedelta(seconds=599))] == [
            "1198",
            "1199",
        ]
        assert [m async for m in ledger.history("moot", NOON, "elsewhere")] == []


async def test_a_message_is_shown_as_it_was_last_seen():
    async with fresh() as ledger:
        await happened(ledger, said("helo"))
        await happened(ledger, Edited(said("hello"), NOON + HOUR))
        await happened(ledger, Reacted(said("").ref, ROOM, BEN, "👍", "r1", NOON + 2 * HOUR))
        assert await ledger.message(said("").ref) == said("hello")
        assert await ledger.message(Ref(Platform.MATRIX, "lobby", "$9")) is None


async def test_only_bans_that_the_bot_decided_count_against_its_limit():
    async with fresh() as ledger:
        await happened(ledger, said("1", number=1), ban(), now=NOON)
        await happened(ledger, said("2", number=2), ban(BEN), by=MIA, now=NOON + HOUR)
        await happened(ledger, said("3", number=3), ban(BEN), state=State.SIMULATED, now=NOON + HOUR)
        await happened(ledger, said("4", number=4), ban(BEN), now=NOON + HOUR)
        assert await ledger.bans_since("moot", NOON) == 2
        assert await ledger.bans_since("moot", NOON + HOUR) == 1
        assert await ledger.bans_since("green", NOON) == 0


async def test_what_handlers_stumbled_over_newest_first():
    async with fresh() as ledger:
        for number in (1, 2):
            cause = said("x", number=number)
            verdict, acts = decided(cause, because=f"ZeroDivisionError {number}")
            await ledger.commit(cause, [(replace(verdict, failed=True), acts)], NOON)
        await happened(ledger, said("fine", number=3))
        newest = "moderation.judge: ZeroDivisionError 2"
        assert await ledger.failures() == [newest, "moderation.judge: ZeroDivisionError 1"]
        assert await ledger.failures(1) == [newest]


async def test_cursors_and_schedules():
    async with fresh() as ledger:
        assert await ledger.cursor("helper") is None
        await ledger.save_cursor("helper", "s1", NOON)
        await ledger.save_cursor("helper", "s2", NOON)
        assert await ledger.cursor("helper") == "s2"
        assert await ledger.first_seen("prompts", NOON) == NOON
        assert await ledger.first_seen("prompts", NOON + HOUR) == NOON
        for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
            await happened(ledger, Tick("moot", "prompts", "post", day, NOON, NOON))
        await happened(ledger, Tick("moot", "prompts", "poster", "2026-03-09", NOON, NOON))
        assert await ledger.last_slots("tick:moot:prompts.post:", 2) == ["2026-03-03", "2026-03-02"]
        assert await ledger.last_slots("tick:moot:prompts.POST:") == []


async def test_times_are_taken_with_a_zone_and_come_back_in_utc():
    east = timezone(timedelta(hours=2))
    async with fresh() as ledger:
        await happened(ledger, said("x"), unban(at=NOON.astimezone(east)))
        due = await ledger.next_due(ACCOUNT)
        assert due == NOON
        assert due.utcoffset() == timedelta(0)
        with pytest.raises(ValueError, match="with a zone"):
            await ledger.save_cursor("helper", "s1", NOON.replace(tzinfo=None))


async def test_what_no_person_types_is_stored_all_the_same():
    odd = said("half a \ud83d pair, a \0 byte, a whole \U0001f600")
    async with fresh() as ledger:
        await ledger.commit(odd, [decided(odd, warn(odd), because=odd.text, evidence=odd.text)], NOON)
        case = await ledger.case("moot", 1)
        assert case is not None
        assert case.evidence == "half a � pair, a � byte, a whole \U0001f600"
        kept = await ledger.message(odd.ref)
        assert kept is not None
        assert kept.text.startswith("half a � pair")
        assert len(await deliver(ledger)) == 1


async def test_old_words_are_pruned_but_nothing_is_handled_twice():
    async with fresh() as ledger:
        old, new = said("old", number=1), said("new", number=2, at=NOON + HOUR)
        await ledger.commit(old, [decided(old, warn(old), evidence=old.text)], NOON)
        await happened(ledger, Edited(old, NOON))
        await happened(ledger, Reported(old, BEN, "rude", "p1", NOON))
        await happened(ledger, Joined(ROOM, ANA, "j1", NOON))
        await happened(ledger, new)
        assert await ledger.prune(NOON + HOUR) == 3
        assert await ledger.prune(NOON + HOUR) == 0
        assert await ledger.message(old.ref) is None
        assert await ledger.message(new.ref) == new
        assert await ledger.known([old.key]) == {old.key}
        assert [m.text async for m in ledger.history("moot", NOON)] == ["new"]
        assert await ledger.recent("moot", ANA.key, NOON) == [new]
        case = await ledger.case("moot", 1)
        assert case is not None
        assert case.evidence == "old"


async def test_a_backup_is_a_ledger_of_its_own(tmp_path: Path):
    url, copy = f"sqlite:///{tmp_path}/folkmoot.db", tmp_path / "backup.db"
    migrate(url)
    ledger = await Ledger.open(url)
    try:
        rude = said("fools")
        await happened(ledger, rude, warn(rude))
        await ledger.backup(copy)
        await happened(ledger, said("later", number=2))
        with pytest.raises(LedgerError, match="choose another place"):
            await ledger.backup(tmp_path / "nowhere" / "backup.db")
    finally:
        await ledger.close()
    assert copy.stat().st_mode & 0o077 == 0, "it is full of people's words"
    saved = await Ledger.open(f"sqlite:///{copy}")
    try:
        assert len(await saved.strikes("moot", ANA.key)) == 1
        assert (await saved.counts())["occurrences"] == 1
    finally:
        await saved.close()


async def test_a_cancelled_caller_leaves_the_ledger_whole():
    async with fresh() as ledger:
        tasks = [asyncio.create_task(happened(ledger, said("x", number=n), report())) for n in range(50)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        counts = await ledger.counts()
        assert counts["occurrences"] == counts["decisions"] == counts["pending"] >= 25


async def test_notes_are_on_record_and_go_nowhere():
    async with fresh() as ledger:
        done = await ledger.commit(said("x"), [decided(said("x"), Note(text="seen"))], NOON)
        assert done is not None
        assert done.accounts == frozenset()
        assert (await ledger.counts())["sent"] == 1
        assert await ledger.next_due(ACCOUNT) is None


async def test_every_kind_of_action_comes_back_as_it_was():
    mute = Mute(place="lobby", person=ANA, reason="loud", until=NOON + HOUR)
    unmute = Unmute(place="lobby", person=ANA, reason="quiet now", not_before=NOON + HOUR)
    async with fresh() as ledger:
        acts = [
            mute,
            unmute,
            warn(said("x")),
            remove(said("x")),
            ban(),
            unban(),
            report(),
            Remember(key="a", value=[1]),
        ]
        await happened(ledger, said("x"), *acts)
        case = await ledger.case("moot", 1)
        assert case is not None
        assert [stored.action for stored in case.actions] == acts
        assert (case.person, case.about) == (ANA, said("x").ref)


async def test_the_receipt_of_a_newer_one_is_the_one_that_was_made():
    async with fresh() as ledger:
        assert await ledger.made("moot", "moderation", "prompt") is None
        for number in (1, 2):
            post = Post(place="lobby", text=document("prompt"), name="prompt")
            await happened(ledger, said("x", number=number), post)
            (job,) = await ledger.claim(ACCOUNT, NOON)
            await ledger.sent(job.id, Receipt(NOON, said("x", number=number).ref, "https://x", "ok"), NOON)
        made = await ledger.made("moot", "moderation", "prompt")
        assert made == Receipt(NOON, said("x", number=2).ref, "https://x", "ok")


def test_a_warning_without_a_message_is_a_case_about_nothing():
    async def story() -> None:
        async with fresh() as ledger:
            private = Warn(place="lobby", person=ANA, about=None, rule="be kind", text=document("Please."))
            await happened(ledger, said("!warn ana", MIA), private, by=MIA)
            case = await ledger.case("moot", 1)
            assert case is not None
            assert (case.about, case.person, case.by) == (None, ANA, MIA)

    asyncio.run(story())


async def test_an_undone_case_is_told_apart():
    async with fresh() as ledger:
        rude = said("fools")
        await happened(ledger, rude, warn(rude))
        await undo(ledger, 1, said("!undo 1", MIA, 2))
        case = await ledger.case("moot", 1)
        assert case is not None
        assert case.undone


async def test_a_name_is_waited_for_as_it_is_written():
    """A sibling whose name only resembles it holds nothing up, neither by an underscore nor by a capital."""
    async with fresh() as ledger:
        rude = said("hello")
        decision, _ = decided(rude)
        pointing = Reviewed(report(), State.PENDING, "", ACCOUNT, ROOM.alias, waits_for=("the_post",))
        others = [
            Reviewed(replace(report(), name=name), State.HELD, "", ACCOUNT, ROOM.alias)
            for name in ("the-post", "The_post", "the_posts")
        ]
        await ledger.commit(rude, [(decision, [pointing, *others])], NOON)
        assert len(await ledger.claim(ACCOUNT, NOON)) == 1
