"""Raids: many who come or say the same at once are shown, and slowed down or locked out for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api import Capability
from bot.platforms.memory import MemoryAdapter
from bot.testing import MONDAY, Moot, script
from plugins.moderation.crowd import Crowd

SPAM = "Come to the best market in the world, everything for free"


def moot(**raids: object) -> Moot:
    return Moot(plugins={"moderation": {"raids": raids}})


async def test_many_who_join_at_once_are_shown_and_a_moderator_decides():
    async with moot(joins=3) as community:
        mo = community.moderator("mo")
        for name in ("one", "two", "three", "four"):
            await community.member(name).joins()
            await community.advance(seconds=5)
        await mo.says("!approve #1", place="modroom")
        await community.member("five").tries("hello")
        await community.advance(minutes=30)
        await community.member("five").says("hello")
        assert community.transcript() == script(
            """
            lounge | one joins
            lounge | two joins
            lounge | three joins
            modroom | bot: Your decision #1 — proposed: lock lounge down until 2026-03-02 08:30 UTC (moderation: a raid? 3 people joined lounge within 2m; milder: !slowmode 30s for 30m in lounge)
                Proposed: a moderator decides. Put ✅ or ❌ below this, or say !approve or !reject #1.
            lounge | four joins
            modroom | mo: !approve #1
            lounge | bot lets only moderators write until 2026-03-02 08:30 (a raid? 3 people joined lounge within 2m)
            modroom | bot → mo: Case #1 is approved.
            lounge | five cannot write while it is locked down: hello
            lounge | bot lets everybody write again (the time is up)
            lounge | five: hello
            """
        )


async def test_people_who_trickle_in_are_no_raid():
    async with moot(joins=3) as community:
        for name in ("one", "two", "three", "four"):
            await community.member(name).joins()
            await community.advance(minutes=1, seconds=30)
        assert "raid" not in community.transcript()


async def test_the_same_from_many_brings_slow_mode_at_once_where_that_is_asked_for():
    async with moot(same_text=3, answer="slowmode") as community:
        for name in ("one", "two", "three"):
            await community.member(name).says(SPAM)
        await community.member("three").says(SPAM.upper())
        await community.member("four").says(SPAM)
        assert community.transcript() == script(
            """
            lounge | one: Come to the best market in the world, everything for free
            lounge | two: Come to the best market in the world, everything for free
            lounge | three: Come to the best market in the world, everything for free
            modroom | bot: A raid? 3 people said the same in lounge within 2m. So there is slow mode until 2026-03-02 08:30 UTC: one message in 30s. “!slowmode off in lounge” ends it.
                > Come to the best market in the world, everything for free
            lounge | bot: Slow mode: please send at most one message in 30s, until 2026-03-02 08:30 UTC.
            lounge | three: COME TO THE BEST MARKET IN THE WORLD, EVERYTHING FOR FREE
            lounge | four: Come to the best market in the world, everything for free
            """
        )


async def test_new_accounts_that_write_at_once_lock_the_place_down_where_that_is_asked_for():
    async with moot(newcomers=2, answer="lockdown", lasts="10m") as community:
        await community.member("old", since=MONDAY - timedelta(days=400)).says("hello")
        for name in ("one", "two"):
            await community.member(name, since=MONDAY - timedelta(hours=1)).says(f"hello from {name}")
        await community.member("old").tries("what happened?")
        await community.advance(minutes=10)
        await community.member("old").says("ah")
        assert community.transcript() == script(
            """
            lounge | old: hello
            lounge | one: hello from one
            lounge | two: hello from two
            lounge | bot lets only moderators write until 2026-03-02 08:10 (a raid? 2 people with new accounts wrote in lounge within 2m)
            modroom | bot: Case #1 — lock lounge down until 2026-03-02 08:10 UTC (moderation: a raid? 2 people with new accounts wrote in lounge within 2m)
            lounge | bot: The moderators have locked this room down for a while; it opens again by itself at 2026-03-02 08:10 UTC.
            lounge | old cannot write while it is locked down: what happened?
            lounge | bot lets everybody write again (the time is up)
            lounge | old: ah
            """
        )


async def test_moderators_and_greetings_and_a_raid_that_is_known_are_no_raid():
    async with moot(same_text=2) as community:
        mo, bo = community.moderator("mo"), community.moderator("bo")
        await mo.says(SPAM)
        await bo.says(SPAM)
        for name in ("one", "two", "three"):
            await community.member(name).says("good morning!")
        assert "raid" not in community.transcript()
        for name in ("one", "two", "three", "four"):
            await community.member(name).says(SPAM)
            await community.restart()
        assert community.transcript().count("raid?") == 1


async def test_a_lock_down_by_itself_ends_although_the_bot_was_away_at_that_time():
    async with moot(joins=2, answer="lockdown", lasts="10m") as community:
        for name in ("one", "two"):
            await community.member(name).joins()
        await community.restart()
        await community.member("ana").tries("may I?")
        community.skip()
        community.clock.advance(timedelta(minutes=25))  # nobody is there at the tenth
        await community.restart()
        await community.member("ana").says("ah")
        assert community.transcript() == script(
            """
            lounge | bot lets everybody write again (the time is up)
            lounge | ana: ah
            """
        )


async def test_slow_mode_by_itself_goes_on_after_a_restart_and_ends():
    async with moot(same_text=2, answer="slowmode", lasts="10m", wait="1m") as community:
        for name in ("one", "two"):
            await community.member(name).says(SPAM)
        ana = community.member("ana")
        await ana.says("what was that?")
        community.skip()
        await community.restart()
        await ana.says("hello?")
        await community.advance(minutes=10)
        await community.restart()
        await ana.says("ah")
        await ana.says("over")
        assert community.transcript() == script(
            """
            lounge | ana: hello?
            lounge | bot removes ana’s “hello?” (slow mode)
            private | bot → ana: There is slow mode in lounge until 2026-03-02 08:10 UTC: one message in 1m. What comes sooner is removed. This is no strike.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            lounge | ana: ah
            lounge | ana: over
            """
        )


async def test_new_accounts_in_a_community_bring_slow_mode_where_it_cannot_be_locked_down(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(MemoryAdapter, "capabilities", MemoryAdapter.capabilities - {Capability.LOCKDOWN})
    async with moot(newcomers=2) as community:
        for name in ("one", "two"):
            await community.member(name, since=MONDAY).posts(f"Hello from {name}")
        assert community.transcript().splitlines()[-1] == (
            "modroom | bot: A raid? 2 people with new accounts wrote in freechat within 2m. "
            "Slow mode may help: !slowmode 30s for 30m in freechat"
        )


async def test_what_was_proposed_too_long_ago_is_not_done_any_more():
    async with moot(joins=2, lasts="10m") as community:
        mo = community.moderator("mo")
        for name in ("one", "two"):
            await community.member(name).joins()
        card = community.newest("modroom")
        await community.advance(hours=1)
        community.skip()
        await mo.says("!approve #1", place="modroom")
        await mo.reacts(card, "✅")
        await mo.says("!reject #1", place="modroom")
        assert community.world.closed == set()
        assert (
            community.transcript().count("What case #1 proposes would be over by now. “!reject #1” drops it.")
            == 2
        )


async def test_no_raid_is_looked_for_where_that_is_switched_off():
    async with moot(joins=2, same_text=2, newcomers=2, answer="off") as community:
        for name in ("one", "two", "three"):
            await community.member(name, since=MONDAY).joins()
            await community.member(name, since=MONDAY).says(SPAM)
        assert "bot" not in community.transcript()


@given(
    st.lists(st.tuples(st.integers(0, 50), st.sampled_from("ab"), st.sampled_from("xyz")), max_size=60),
    st.integers(1, 20),
)
def test_a_crowd_counts_what_a_plain_search_finds(acts: list[tuple[int, str, str]], window: int):
    crowd, within = Crowd(timedelta(seconds=window)), timedelta(seconds=window)
    past: list[tuple[object, str, str]] = []
    for at, what, who in sorted(acts):
        now = MONDAY + timedelta(seconds=at)
        past.append((now, what, who))
        expected = {p for then, w, p in past if w == what and then > now - within}
        assert crowd.add(what, who, now) == len(expected)
