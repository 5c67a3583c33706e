"""Stories: two things happen in the same instant, and each is decided before the other is on record."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.model import Occurrence
from bot.testing import Moot


def meeting(play: Moot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Holds the next two commits until both decisions have been made."""
    commit, both, waiting = play.ledger.commit, asyncio.Barrier(2), iter(range(2))

    async def together(*args: Any) -> Any:
        if next(waiting, None) is not None:
            await both.wait()
        return await commit(*args)

    monkeypatch.setattr(play.ledger, "commit", together)


def unaware(play: Moot, question: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has two decisions ask the ledger the same before either of them is on record."""
    ask, both, waiting = getattr(play.ledger, question), asyncio.Barrier(2), iter(range(2))

    async def together(*args: Any, **more: Any) -> Any:
        found = await ask(*args, **more)
        if next(waiting, None) is not None:
            await both.wait()
        return found

    monkeypatch.setattr(play.ledger, question, together)


async def heard(play: Moot) -> list[Occurrence]:
    """What the bot has not read yet."""
    adapter = next(iter(play.app.adapters.values()))
    token = await play.ledger.cursor("memory")
    return list((await adapter.poll(token, timedelta())).occurrences)


async def test_a_prompt_by_hand_at_the_very_tick_is_one_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = {"pool": ["Tea?", "Milk?"], "at": "08:01", "pin": False, "announce_in": []}
    async with Moot(plugins={"daily_prompts": prompts}) as play:
        play.moderator("mo")
        play.clock.advance(timedelta(minutes=1))
        play.world.say("modroom", "mo", "!prompt now")
        (command,) = await heard(play)
        meeting(play, monkeypatch)
        await asyncio.gather(play.app.pipeline.handle(command), play.app.pipeline.tick())
        await play.settle()
        posted = [row for row in play.transcript().splitlines() if "posts" in row]
        assert posted == ["freechat | bot posts “Daily prompt: Milk?”"]


async def test_two_workers_that_see_the_same_prompt_due_post_one(monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = {"pool": ["Tea?", "Milk?"], "at": "08:01", "pin": False, "announce_in": []}
    async with Moot(plugins={"daily_prompts": prompts}) as play:
        for day in range(3):
            play.clock.advance(timedelta(minutes=1) if day == 0 else timedelta(days=1))
            meeting(play, monkeypatch)
            handled = await asyncio.gather(play.app.pipeline.tick(), play.app.pipeline.tick())
            await play.settle()
            assert sorted(handled) == [0, 1], "the other one found the date taken"
            assert play.transcript().count("bot posts “Daily prompt") == 1


async def test_two_suggestions_in_one_breath_are_both_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Moot(plugins={"daily_prompts": {"at": "20:00"}}) as play:
        play.member("ana")
        play.member("bo")
        play.world.say("lounge", "ana", "!prompt suggest One?")
        play.world.say("lounge", "bo", "!prompt suggest Two?")
        first, second = await heard(play)
        meeting(play, monkeypatch)
        await asyncio.gather(play.app.pipeline.handle(first), play.app.pipeline.handle(second))
        await play.settle()
        answers = [row for row in play.transcript().splitlines() if "bot →" in row]
        assert sorted(row.rpartition(" ")[2] for row in answers) == ["1).", "2)."]
        assert len(await play.ledger.recall_all("moot", "daily_prompts", "suggestion:")) == 2


async def both_at_once(play: Moot, monkeypatch: pytest.MonkeyPatch, question: str = "cases") -> list[str]:
    """Has the two things that happened decided in the same instant; what the bot did, in order."""
    first, second = await heard(play)
    unaware(play, question, monkeypatch)
    play.skip()
    await asyncio.gather(play.app.pipeline.handle(first), play.app.pipeline.handle(second))
    await play.settle()
    return [row for row in play.transcript().splitlines() if "bot" in row]


async def test_two_moderators_who_warn_for_one_message_at_once_give_one_strike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Moot(plugins={"moderation": {}}) as play:
        ana, _, _ = play.member("ana"), play.moderator("mo"), play.moderator("bo")
        said = await ana.says("you are silly")
        for name in ("mo", "bo"):
            play.world.say("lounge", name, "!warn stay friendly", said.id)
        rows = await both_at_once(play, monkeypatch)
        assert sum(row.startswith("lounge | bot warns ana") for row in rows) == 1
        assert rows[-1].endswith(
            "That message has its strike already, in case #1. For something else, name ana instead."
        )
        assert [strike.points for strike in await play.ledger.strikes("moot", "memory:ana")] == [1]


async def test_a_moderator_and_a_rule_that_see_the_same_words_at_once_give_one_strike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule = "name: No gambling\nbody: casino\nwarn: Please no.\nmode: enforce\n"
    async with Moot(plugins={"moderation": {"text": rule}}) as play:
        play.member("ana")
        play.moderator("mo")
        ident = play.world.say("lounge", "ana", "casino")
        play.world.say("lounge", "mo", "!warn stay friendly", ident)
        rows = await both_at_once(play, monkeypatch)
        assert sum(row.startswith("lounge | bot warns ana") for row in rows) == 1
        assert len(await play.ledger.strikes("moot", "memory:ana")) == 1


async def test_two_warnings_by_name_at_once_are_counted_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Moot(plugins={"moderation": {}}) as play:
        play.member("ana")
        mo, _ = play.moderator("mo"), play.moderator("bo")
        await mo.says("!warn @ana first", place="modroom")
        for name in ("mo", "bo"):
            play.world.say("modroom", name, "!warn @ana again")
        rows = await both_at_once(play, monkeypatch)
        assert [row for row in rows if " bans ana " in row], (
            "the third strike is a ban, however close the second was"
        )


async def test_an_appeal_that_two_moderators_decide_at_once_is_decided_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Moot(plugins={"moderation": {}}) as play:
        ana, mo = play.member("ana"), play.moderator("mo")
        play.moderator("bo")
        play.moderator("cy")
        await mo.says("!warn @ana be kind", place="modroom")
        await ana.tells("!appeal #1 I was")
        play.world.say("modroom", "bo", "!grant #1")
        play.world.say("modroom", "cy", "!deny #1 you were not")
        rows = await both_at_once(play, monkeypatch, "case")
        assert sum("→ ana: Your appeal was" in row for row in rows) == 1
        assert "The appeal in case #1 was decided already: " in rows[-1]


async def test_a_case_that_two_moderators_undo_at_once_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Moot(plugins={"moderation": {}}) as play:
        play.member("ana")
        mo = play.moderator("mo")
        play.moderator("bo")
        await mo.says("!ban @ana 2d rude", place="modroom")
        for name in ("mo", "bo"):
            play.world.say("modroom", name, "!undo #1")
        rows = await both_at_once(play, monkeypatch)
        assert sum("has been taken back" in row and "→ ana" in row for row in rows) == 1
        assert rows[-1].endswith("Case #1 has been taken back already.")


async def test_a_proposal_that_is_agreed_to_and_declined_at_once_is_one_of_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Moot(plugins={"moderation": {"raids": {"same_text": 2}}}) as play:
        for name in ("one", "two"):
            await play.member(name).says("Come to the best market in the world")
        play.moderator("mo")
        play.moderator("bo")
        play.world.say("modroom", "mo", "!approve #1")
        play.world.say("modroom", "bo", "!reject #1")
        rows = await both_at_once(play, monkeypatch, "case")
        assert rows[-1].endswith("Nothing in case #1 waits for a decision.")
        is_approved = any("Case #1 is approved" in row for row in rows)
        assert play.world.closed == ({"lounge"} if is_approved else set())


async def test_two_members_who_report_one_message_at_once_are_two_reports(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Moot(plugins={"moderation": {}}) as play:
        ana = play.member("ana")
        said = await ana.says("buy this")
        for name in ("bo", "cy"):
            play.member(name)
            play.world.report(name, said.id, "advertising")
        rows = await both_at_once(play, monkeypatch)
        assert sum("(2 reports)" in row for row in rows) == 1
