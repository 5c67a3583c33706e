"""The moderators' room is the console for Lemmy: what is reported there is settled here, and the other way round."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clock import SystemClock
from tests.lemmy_contract.hall import Hall, hall

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback]


async def reported(here: Hall, text: str = "you fools") -> str:
    """A comment of ana's that ben reported, once its card is there; the comment's ref."""
    number = await here.town.a_post("Tea or coffee?")
    comment = await here.driver.comment(here.town.ana, number, text)
    await here.settle()
    await here.driver.report(here.town.ben, f"comment/{comment}", "rude")

    async def shown() -> bool:
        return any("rude" in line for line in here.lines())

    await here.until(shown)
    return f"comment/{comment}"


async def open_reports(here: Hall) -> list[str]:
    return await here.driver.open_reports(here.town.mia, here.town.community)


async def warned(here: Hall) -> list[str]:
    """What told ana of a strike: the server's own warning, an answer, or a private message."""
    driver, ana = here.driver, here.town.ana
    return [*await driver.warnings(ana), *await driver.told(ana), *await driver.inbox(ana)]


def ana(here: Hall) -> str:
    """As moderators read her name."""
    return f"{here.town.ana.name}@{here.town.ana.actor.split('/')[2]}"


async def test_a_report_is_a_card_with_the_words_and_what_is_on_record(server: str) -> None:
    async with hall(server) as here:
        await reported(here)
        card = here.card("rude")
        assert f"{here.town.ben.name}" in card
        assert "reports this message" in card
        assert f"{here.driver.url}/comment/" in card.replace(_host(here), here.driver.url)
        assert "> you fools" in card
        assert f"Nothing is on record about {ana(here)}" in card
        assert "✅ fine · 🗑️ remove · ⚠️ remove and warn · 🔨 remove and ban for 1d" in card


def _host(here: Hall) -> str:
    """How the server calls itself in its addresses."""
    return "/".join(here.town.ana.actor.split("/")[:3])


async def test_fine_closes_the_report_and_leaves_the_words(server: str) -> None:
    async with hall(server) as here:
        ref = await reported(here)
        await here.react("rude", "✅")
        assert await open_reports(here) == []
        assert (await here.driver.see(ref)).text == "you fools"
        assert here.card("rude").endswith("mo finds nothing wrong with it")


async def test_remove_removes_and_the_card_says_who_did_it(server: str) -> None:
    async with hall(server) as here:
        ref = await reported(here)
        await here.react("rude", "🗑️")
        assert (await here.driver.see(ref, here.town.mia)).removed
        assert await open_reports(here) == []
        assert here.card("rude").endswith("removed by mo")
        log = [(line.what, line.about) for line in await here.driver.log(here.town.community)]
        assert log.count(("remove comment", ref)) == 1


async def test_warn_removes_warns_and_counts_and_a_second_moderator_changes_nothing(server: str) -> None:
    async with hall(server) as here:
        ref = await reported(here)
        await here.react("rude", "⚠️")
        await here.react("rude", "🔨", who="di")
        assert (await here.driver.see(ref, here.town.mia)).removed
        assert len(await warned(here)) >= 1
        assert f"removed, and {ana(here)} is warned, by mo" in here.card("rude")
        assert await open_reports(here) == []
        strikes = await here.said_to_bot(here.town.ana, "!strikes")
        assert "1 strike" in strikes
        assert not [line for line in await here.driver.log(here.town.community) if "ban" in line.what]


async def test_ban_bans_on_lemmy_with_an_end_and_the_undo_sign_takes_all_of_it_back(server: str) -> None:
    async with hall(server) as here:
        ref = await reported(here)
        await here.react("rude", "🔨")
        ban = next(line for line in await here.driver.log(here.town.community) if line.what == "ban")
        assert ban.about == here.town.ana.name
        assert ban.until is not None
        assert timedelta(hours=23) < ban.until - SystemClock().now() < timedelta(hours=26)
        assert (await here.driver.see(ref, here.town.mia)).removed
        assert "banned" in here.card("rude")
        await here.react("Case #1", "↩️")
        assert (await here.driver.see(ref, here.town.mia)).text == "you fools"
        log = [line.what for line in await here.driver.log(here.town.community)]
        assert "unban" in log
        assert "taken back by mo" in here.card("Case #1")


@pytest.mark.parametrize("how", ["closed", "removed", "banned and removed"])
async def test_what_a_moderator_settles_on_lemmy_is_settled_on_the_card(server: str, how: str) -> None:
    async with hall(server) as here:
        it = here.town
        number = await it.a_post("Tea or coffee?")
        comment = await here.driver.comment(it.ana, number, "you fools")
        await here.settle()
        report = await here.driver.report(it.ben, f"comment/{comment}", "rude")

        async def shown() -> bool:
            return any("rude" in line for line in here.lines())

        await here.until(shown)
        if how == "closed":
            await here.driver.resolve(it.mia, "comment", report)
        else:
            if how == "banned and removed":
                await here.driver.ban(it.mia, it.community, it.ana.id, "rude")
            await here.driver.remove(it.mia, f"comment/{comment}", "rude")

        async def settled() -> bool:
            return "———" in here.card("reports this message")

        await here.until(settled)
        word = "closed" if how == "closed" else "removed"
        assert f"{word} by {it.mia.name}@" in here.card("reports this message")
        # Whoever comes too late to the card changes nothing.
        await here.react("reports this message", "🔨")
        bans = [line.by for line in await here.driver.log(it.community) if line.what == "ban"]
        assert bans == ([it.mia.name] if how == "banned and removed" else [])


async def test_an_answer_to_the_card_does_the_same_by_words(server: str) -> None:
    async with hall(server) as here:
        ref = await reported(here)
        await here.answer("rude", "!warn please stay friendly")
        assert len(await warned(here)) >= 1
        await here.answer("reports this message", "!remove that was rude")
        assert (await here.driver.see(ref, here.town.mia)).removed
        assert "removed by mo" in here.card("reports this message")
        await here.answer("reports this message", f"!ban {here.town.ana.actor} 2d again and again")
        assert next(line.what for line in await here.driver.log(here.town.community)) == "ban"


async def test_a_case_is_a_card_and_the_second_report_counts_the_first_strike(server: str) -> None:
    async with hall(server) as here:
        number = await here.town.a_post("Tea or coffee?")
        comment = await here.driver.comment(here.town.ana, number, "What a numbskull you are!")
        await here.settle()
        assert (await here.driver.see(f"comment/{comment}", here.town.mia)).removed
        case = here.card("Case #1")
        assert here.town.ana.name in case
        assert "What a numbskull you are!" in case
        await reported(here)
        assert f"On record about {ana(here)}: 1 strike that counts, 1 case." in here.card("rude")
