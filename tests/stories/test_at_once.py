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
