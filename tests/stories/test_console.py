"""The moderators' room as a console: reports and cases are settled by a reaction, an answer, or elsewhere; and what is done by hand."""

from __future__ import annotations

import pytest

from bot.api import Act
from bot.testing import Moot, Said, script
from plugins.moderation.console import Wish, wish_of
from tests.stories.test_moderation import moot

SIGNS = "✅ fine · 🗑️ remove · ⚠️ remove and warn · 🔨 remove and ban for 1d. Or answer: !resolve, !remove, !warn, !ban."


async def reported(town: Moot) -> tuple[Said, Said]:
    """Something that bo reported, and its card."""
    ana, bo = town.member("ana"), town.member("bo")
    town.moderator("mo")
    said = await ana.posts("Hello", "you fools")
    await bo.reports(said, "rude")
    return said, town.newest("modroom")


async def test_a_card_tells_what_is_known_and_what_can_be_done() -> None:
    async with moot() as town:
        ana = town.member("ana")
        await ana.says("Best casino in town")
        town.skip()
        await reported(town)
        assert town.transcript() == script(f"""
            freechat | ana posts “Hello”: you fools
            freechat | bo reports ana’s “Hello” (rude)
            modroom | bot: bo reports this message (memory://freechat/4) by ana: rude
                > you fools
                On record about ana: 1 strike that counts, 1 case.
                {SIGNS}
        """)


async def test_a_reaction_removes_and_warns_once() -> None:
    async with moot() as town:
        _, card = await reported(town)
        mo, di = town.moderator("mo"), town.moderator("di")
        town.skip()
        await mo.reacts(card, "⚠️")
        await di.reacts(card, "🔨")
        assert town.transcript() == script(f"""
            modroom | mo reacts ⚠️ to “bo reports this message (memory://freec…”
            freechat | bot removes ana’s “Hello” (shown by a report)
            freechat | bot warns ana: ana, please note our rule: shown by a report.
                > you fools
                This is a strike and counts until 2026-04-01 08:00 UTC. With 1 more comes another warning.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot: Case #1 — remove what ana wrote; warn ana (by mo: shown by a report)
                > you fools
            freechat | bot closes the reports about “Hello”
            modroom | bot edits “bo reports this message (memory://freec…”: bo reports this message (memory://freechat/1) by ana: rude
                > you fools
                Nothing is on record about ana.
                {SIGNS}
                ———
                removed, and ana is warned, by mo
            modroom | di reacts 🔨 to “bo reports this message (memory://freec…”
        """)


async def test_a_reaction_bans_for_as_long_as_the_ladders_first_ban() -> None:
    async with moot() as town:
        _, card = await reported(town)
        mo = town.moderator("mo")
        town.skip()
        await mo.reacts(card, "🔨")
        told = town.transcript()
        assert (
            "freechat | bot bans ana until 2026-03-03 08:00 (shown by a report — case #1; to appeal, write to me: appeal #1)"
            in told
        )
        assert (
            "lounge | bot bans ana until 2026-03-03 08:00 (shown by a report — case #1; to appeal, write to me: appeal #1)"
            in told
        )
        assert "freechat | bot removes ana’s “Hello” (shown by a report)" in told
        assert "private | bot → ana: You have been banned until 2026-03-03 08:00 UTC." in told
        await mo.reacts(Said("modroom", case_card(town)), "↩️")
        told = town.transcript()
        assert "freechat | bot unbans ana" in told
        assert "freechat | bot restores ana’s “Hello”" in told
        assert "taken back by mo" in told


def case_card(town: Moot) -> str:
    """The newest line about a case."""
    return next(i.id for i in reversed(town.world.items.values()) if i.text.startswith("Case #"))


async def test_nothing_wrong_closes_the_report() -> None:
    async with moot() as town:
        _, card = await reported(town)
        mo = town.moderator("mo")
        town.skip()
        await mo.reacts(card, "👍🏽")
        told = town.transcript()
        assert "freechat | bot closes the reports about “Hello”" in told
        assert "mo finds nothing wrong with it" in told
        assert "removes" not in told


async def test_what_a_moderator_found_nothing_wrong_with_is_not_removed_because_of_reports() -> None:
    rule = "name: Often reported\nreports: 2\naction: remove\nmode: enforce"
    async with Moot(plugins={"moderation": {"text": rule}}) as town:
        ana, bo, cy, di = (town.member(name) for name in ("ana", "bo", "cy", "di"))
        said = await ana.posts("Hello", "there")
        await bo.reports(said, "rude")
        await town.moderator("mo").replies(said, "!resolve")
        await cy.reports(said, "rude, I say")
        assert "removes" not in town.transcript()
        # What it says now nobody has looked at.
        await ana.edits(said, "there, you fool")
        await di.reports(said, "rude again")
        assert "bot removes ana’s “Hello” (Often reported)" in town.transcript()


async def test_what_a_moderator_brought_back_is_not_removed_because_of_more_reports() -> None:
    rules = "name: Two\nreports: 2\naction: remove\nmode: enforce\n---\nname: Three\nreports: 3\naction: spam\nmode: enforce"
    async with Moot(plugins={"moderation": {"text": rules}}) as town:
        ana, bo, cy, di = (town.member(name) for name in ("ana", "bo", "cy", "di"))
        said = await ana.posts("Hello", "there")
        await bo.reports(said, "rude")
        await cy.reports(said, "rude, I say")
        assert "bot removes ana’s “Hello” (Two)" in town.transcript()
        await town.moderator("mo").says("!undo #1", "modroom")
        await di.reports(said, "rude")
        assert "removes" not in town.transcript()


async def test_an_answer_to_the_card_speaks_of_the_person_reported() -> None:
    async with moot() as town:
        _, card = await reported(town)
        mo = town.moderator("mo")
        town.skip()
        await mo.replies(card, "!warn please stay friendly")
        assert (
            "freechat | bot warns ana: ana, please note our rule: please stay friendly." in town.transcript()
        )
        await mo.replies(card, "!remove")
        told = town.transcript()
        assert "freechat | bot removes ana’s “Hello” (not given)" in told
        assert "removed by mo" in told
        await mo.replies(card, "!resolve")
        assert "modroom | bot → mo: The reports about it are closed." in town.transcript()


async def test_a_card_is_settled_by_what_happens_elsewhere() -> None:
    async with moot() as town:
        said, _ = await reported(town)
        mo = town.moderator("mo")
        town.skip()
        await mo.removes(said, "rude")
        assert "removed by mo" in town.transcript()


@pytest.mark.parametrize("place", ["modroom", "lounge"])
async def test_members_reactions_and_reactions_elsewhere_do_nothing(place: str) -> None:
    async with moot() as town:
        _, card = await reported(town)
        mo, bo = town.moderator("mo"), town.member("bo")
        chat = await mo.says("just talk", place=place)
        town.skip()
        await bo.reacts(card, "🔨")
        await mo.reacts(chat, "🔨")
        await mo.reacts(card, "🎉")
        assert "bot" not in town.transcript().replace("bo reports", "")


async def test_what_is_proposed_is_decided_by_a_reaction() -> None:
    rule = "name: Scams\nbody+title: [free money]\naction: remove\nban: forever\nmode: enforce\n"
    async with moot(rule) as town:
        ana, mo = town.member("ana"), town.moderator("mo")
        await ana.says("free money")
        town.skip()
        await mo.reacts(Said("modroom", proposal(town)), "✅")
        told = town.transcript()
        assert "lounge | bot bans ana for good" in told
        assert "approved by mo" in told
        await mo.reacts(Said("modroom", proposal(town)), "❌")
        assert "bot" not in town.transcript()


def proposal(town: Moot) -> str:
    return next(i.id for i in reversed(town.world.items.values()) if i.text.startswith("Your decision #"))


async def test_an_appeal_is_decided_by_a_reaction() -> None:
    async with moot() as town:
        ana, mo = town.member("ana"), town.moderator("mo")
        await ana.says("casino")
        await ana.tells("!appeal #1 I meant the film")
        card = town.newest("modroom")
        town.skip()
        await mo.reacts(card, "✅")
        told = town.transcript()
        assert "Your appeal was granted: case #1" in told
        assert "Granted: case #1 is taken back. (mo)" in told


async def test_a_moderator_is_no_target_of_a_reaction() -> None:
    async with moot() as town:
        mo, di = town.moderator("mo"), town.moderator("di")
        said = await di.posts("Hello", "you fools")
        await town.member("bo").reports(said, "rude")
        card = town.newest("modroom")
        town.skip()
        await mo.reacts(card, "🔨")
        told = town.transcript()
        assert "bans" not in told
        assert (
            "modroom | bot: Not done (remove what di wrote): moderators are never a target."
            in told.replace("bot → bot", "bot")
        )


async def test_a_ban_by_hand_opens_a_case_and_its_end_closes_it() -> None:
    async with moot() as town:
        town.member("ana")
        mo = town.moderator("mo")
        await mo.sanctions("ana", Act.BAN, "spam")
        await mo.says("!why #1", place="modroom")
        await mo.sanctions("ana", Act.UNBAN)
        await mo.says("!cases @ana", place="modroom")
        assert town.transcript() == script("""
            lounge | mo bans ana by hand (spam)
            modroom | bot: Case #1 — ban ana from lounge for good (by mo: by hand: spam)
            modroom | mo: !why #1
            modroom | bot → mo: Case #1, about ana, decided by mo at 2026-03-02 08:00 UTC.
                Why: by hand: spam.
                - ban in lounge: sent
            lounge | mo unbans ana by hand
            modroom | mo: !cases @ana
            modroom | bot → mo: - #1 ana: by hand: spam, taken back, 2026-03-02 08:00 UTC
        """)


async def test_a_ban_by_hand_is_undone_like_any_other() -> None:
    async with moot() as town:
        town.member("ana")
        mo = town.moderator("mo")
        await mo.sanctions("ana", Act.BAN, "spam")
        await mo.says("!undo #1", place="modroom")
        assert "lounge | bot unbans ana (undone: spam)" in town.transcript()


async def test_a_warning_by_hand_counts_on_the_ladder() -> None:
    async with moot() as town:
        ana, mo = town.member("ana"), town.moderator("mo")
        await mo.sanctions("ana", Act.WARN, "be nice")
        await town.advance(hours=1)
        await mo.sanctions("ana", Act.WARN, "be nice, please")
        await town.advance(hours=1)
        town.skip()
        await ana.says("casino")
        assert "lounge | bot bans ana until" in town.transcript(), "the third strike"


async def test_a_ban_by_hand_in_a_dry_run_is_still_on_record() -> None:
    async with Moot(plugins={"moderation": {}}, config={"limits": {"dry_run": True}}) as town:
        town.member("ana")
        await town.moderator("mo").sanctions("ana", Act.KICK, "go")
        assert "Case #1 — put ana out of lounge (by mo: by hand: go)" in town.transcript()


async def test_kicking() -> None:
    async with moot() as town:
        town.member("ana")
        await town.moderator("mo").says("!kick @ana read the rules first")
        told = town.transcript()
        assert (
            "lounge | bot kicks ana (read the rules first — case #1; to appeal, write to me: appeal #1)"
            in told
        )
        assert "lounge | bot → mo: ana is out: case #1." in told


@pytest.mark.parametrize(
    ("symbol", "wish"),
    [
        ("✅", Wish.YES),
        ("👍🏿", Wish.YES),
        ("⚠️", Wish.WARN),
        ("⚠", Wish.WARN),
        ("🗑️", Wish.REMOVE),
        ("🎉", None),
        ("", None),
    ],
)
def test_signs(symbol: str, wish: Wish | None) -> None:
    assert wish_of(symbol) is wish


async def test_a_message_brought_back_by_hand_takes_the_strike_back() -> None:
    async with moot() as town:
        ana, mo = town.member("ana"), town.moderator("mo")
        said = await ana.posts("Best casino in town")
        town.skip()
        await mo.restores(said, "it is a film")
        told = town.transcript()
        assert "modroom | bot: By hand: mo brought the message of #1 back." in told
        assert "private | bot → ana: Case #1 has been taken back." in told
        await ana.tells("!strikes")
        assert "You have no strikes that count." in town.transcript()
        await mo.restores(said)
        assert "bot" not in town.transcript()
