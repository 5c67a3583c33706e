"""Commands without end: of one person, of a whole room, of another bot that repeats everything."""

from __future__ import annotations

from bot.testing import Moot, script


async def test_somebody_who_does_not_stop_is_told_once() -> None:
    async with Moot(plugins={}) as town:
        ana, bo = town.member("ana"), town.member("bo")
        for _ in range(16):
            await ana.says("!help help")
        told = town.transcript()
        assert told.count("bot → ana") == 11
        assert told.count("That is a lot at once. I answer again in a minute.") == 1
        await bo.says("!help help")
        assert "bot → bo" in town.transcript(), "others are answered"
        await town.advance(minutes=1)
        await ana.says("!help help")
        assert "bot → ana" in town.transcript(), "and so is she, a minute later"


async def test_a_crowd_does_not_make_the_bot_flood_a_room() -> None:
    async with Moot(plugins={}) as town:
        for number in range(40):
            await town.member(f"m{number}").says("!help help")
        assert town.transcript().count("| bot → ") == 30


async def test_a_moderator_is_always_answered() -> None:
    async with Moot(plugins={}) as town:
        mo = town.moderator("mo")
        for _ in range(40):
            await mo.says("!help help")
        assert town.transcript().count("| bot → mo") == 40


async def test_a_bot_that_repeats_everything_is_no_endless_talk() -> None:
    """It passes for a human: nothing marks it."""
    async with Moot(plugins={}) as town:
        echo = town.member("echo")
        said = await town.member("ana").says("!help help")
        for _ in range(50):
            newest = town.world.items[town.newest("lounge").id]
            await echo.says(newest.text if newest.author.name == "folkmoot" else "!help help")
        assert town.transcript().count("bot → echo") <= 11
        assert said.place == "lounge"


async def test_rules_still_see_what_is_not_answered() -> None:
    rule = "name: Rude\nbody: numbskull\nwarn: No.\nmode: enforce\n"
    async with Moot(plugins={"moderation": {"text": rule}}) as town:
        ana = town.member("ana")
        for _ in range(12):
            await ana.says("!help help")
        town.skip()
        await ana.says("!help numbskull")
        assert script("lounge | bot warns ana: ana, please note our rule: Rude.") in town.transcript()
