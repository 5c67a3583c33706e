"""Taking anything of somebody back lifted or shortened bans that did not count it: severe ones, higher ones, changed ones."""

from __future__ import annotations

from bot.testing import Moot

RULES = """\
name: No gambling
body: casino
warn: Please no.
mode: enforce
---
name: Threats
body: I will find you
severe: true
mode: enforce
"""


def moot() -> Moot:
    return Moot(plugins={"moderation": {"text": RULES}})


def out(community: Moot) -> bool:
    return ("lounge", "ana") in community.world.banned


async def test_a_severe_ban_stays_when_an_earlier_strike_is_taken_back():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await ana.says("casino")
        await community.advance(minutes=5)
        await ana.says("I will find you")
        await mo.says("!undo #1", place="modroom")
        assert out(community)
        await mo.says("!undo #2", place="modroom")
        assert not out(community)


async def test_a_severe_ban_made_longer_by_strikes_goes_back_to_its_own_length():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        for word in ("casino", "casino", "casino"):
            await ana.says(word)
            await community.advance(days=1, hours=1)
        await ana.says("I will find you")
        await mo.says("!undo #1", place="modroom")
        await community.advance(hours=23)
        assert out(community)
        await community.advance(hours=2)
        assert not out(community), "a week for the fourth strike; a day, since it is the third now"


async def test_a_ban_that_is_higher_since_one_was_given_before_stays_what_it_is():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        for _ in range(3):
            await ana.says("casino")
            await community.advance(hours=1)
        await community.advance(days=40)
        for _ in range(3):
            await ana.says("casino")
            await community.advance(hours=1)
        said = community.world
        await mo.says("!warn @ana be kind", place="modroom")
        await mo.says("!undo #7", place="modroom")
        await community.advance(days=3)
        assert ("lounge", "ana") in said.banned, "banned for a week, since a day was given before"
        await mo.says("!undo #4", place="modroom")
        assert not out(community)


async def test_what_was_raised_by_a_ban_that_falls_falls_back_with_it():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        for _ in range(3):
            await ana.says("casino")
            await community.advance(hours=1)
        await community.advance(days=40)
        for _ in range(3):
            await ana.says("casino")
            await community.advance(hours=1)
        await mo.says("!undo #3", place="modroom")
        await community.advance(hours=20)
        assert out(community)
        await community.advance(hours=4)
        assert not out(community), "without the ban of a day that came before, this one is for a day"


async def test_an_end_that_a_moderator_gave_stays_when_something_else_is_taken_back():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        for _ in range(3):
            await ana.says("casino")
            await community.advance(hours=1)
        await mo.says("!duration #3 5d", place="modroom")
        await mo.says("!warn @ana be kind", place="modroom")
        await mo.says("!undo #5", place="modroom")
        await community.advance(days=3)
        assert out(community)
