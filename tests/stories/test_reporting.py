"""`!report`: members show something to the moderators, from a room or in private; nobody else learns of it."""

from __future__ import annotations

from bot.testing import Moot, Said, script
from tests.stories.test_moderation import moot

REPORTED = """\
name: Reported
type: any
reports: 2
warn: Several members reported this.
action: remove
mode: enforce
"""


async def said_by_ana(town: Moot, text: str = "buy my watches") -> Said:
    said = await town.member("ana").says(text)
    town.moderator("mo")
    return said


async def test_a_report_from_a_room_becomes_a_card_and_its_author_is_thanked_by_a_sign() -> None:
    async with moot() as town:
        said, bo = await said_by_ana(town), town.member("bo")
        town.skip()
        await bo.replies(said, "!report selling things")
        assert town.transcript() == script("""
            lounge | bo → ana: !report selling things
            modroom | bot: bo reports this message (memory://lounge/1) by ana: selling things
                > buy my watches
                Nothing is on record about ana.
                ✅ fine · 🗑️ remove · ⚠️ remove and warn · 🔨 remove and ban for 1d. Or answer: !resolve, !remove, !warn, !ban.
            lounge | bot reacts 🙏 to “!report selling things”
        """)


async def test_moderators_decide_by_a_reaction_below_the_card() -> None:
    async with moot() as town:
        said, bo = await said_by_ana(town), town.member("bo")
        await bo.replies(said, "!report selling things")
        card = next(i for i in reversed(town.world.items.values()) if i.place == "modroom")
        town.skip()
        await town.moderator("mo").reacts(Said("modroom", card.id), "🗑️")
        assert "lounge | bot removes ana’s “buy my watches” (shown by a report)" in town.transcript()


async def test_a_report_in_private_names_the_message_by_a_link() -> None:
    async with moot() as town:
        await said_by_ana(town)
        bo = town.member("bo")
        town.skip()
        await bo.tells("!report memory://lounge/1 selling things")
        told = town.transcript()
        assert "modroom | bot: bo reports this message (memory://lounge/1) by ana: selling things" in told
        assert "private | bot → bo: Thank you. The moderators will look at it." in told
        assert "lounge" not in told.replace("memory://lounge", "")


async def test_nobody_counts_twice_and_rules_count_what_members_show() -> None:
    async with moot(text=REPORTED) as town:
        said, bo, cy = await said_by_ana(town), town.member("bo"), town.member("cy")
        await bo.replies(said, "!report first")
        town.skip()
        await bo.replies(said, "!report again")
        told = town.transcript()
        assert "modroom" not in told
        assert "🙏" in told
        await cy.replies(said, "!report me too")
        told = town.transcript()
        assert "cy reports this message (memory://lounge/1) by ana (2 reports): me too" in told
        assert "lounge | bot removes ana’s “buy my watches”" in told
        assert "lounge | bot warns ana" in told


async def test_reports_on_the_servers_pages_and_by_command_are_one_count() -> None:
    async with moot(text=REPORTED) as town:
        said, bo = await said_by_ana(town), town.member("bo")
        await bo.reports(said, "first")
        await bo.replies(said, "!report again")
        assert "removes" not in town.transcript()
        await town.member("cy").reports(said, "me too")
        assert "lounge | bot removes ana’s “buy my watches”" in town.transcript()


async def test_a_flood_of_reports_ends_in_a_private_word() -> None:
    async with moot(reports_per_hour=2) as town:
        bo = town.member("bo")
        posts = [await town.member("ana").says(f"message {n}") for n in range(4)]
        town.skip()
        for said in posts[:3]:
            await bo.replies(said, "!report")
        told = town.transcript()
        assert told.count("modroom | bot: bo reports") == 2
        assert "private | bot → bo: You have shown the moderators a lot within an hour." in told
        await town.advance(hours=1, minutes=1)
        await bo.replies(posts[3], "!report")
        assert "modroom | bot: bo reports" in town.transcript()


async def test_what_cannot_be_reported_is_explained_in_private() -> None:
    async with moot() as town:
        said, bo = await said_by_ana(town), town.member("bo")
        among_us = await town.moderator("mo").says("between us", place="modroom")
        town.skip()
        await bo.says("!report this is bad")
        await town.member("ana").replies(said, "!report myself")
        await bo.tells(f"!report memory://modroom/{among_us.id}")
        await bo.tells("!report memory://lounge/999")
        told = town.transcript()
        assert (
            told.count("→ bo: Which message? Answer it with “report”, or write to me and give a link to it.")
            == 3
        )
        assert "private | bot → ana: That is your own message." in told
        assert "modroom" not in told.replace("memory://modroom", "")
