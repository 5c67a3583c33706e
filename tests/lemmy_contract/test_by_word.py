"""Who has nothing but Lemmy: moderators and members give their commands by mention or in a private message."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.lemmy_contract.driver import Member
from tests.lemmy_contract.hall import RULES, Hall, hall

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback]


async def commented(here: Hall, text: str = "you fools") -> tuple[int, int]:
    """A comment of ana's that the bot has read; the numbers of the post and of the comment."""
    number = await here.town.a_post("Tea or coffee?")
    comment = await here.driver.comment(here.town.ana, number, text)
    await here.settle()
    return number, comment


async def log(here: Hall) -> list[tuple[str, str]]:
    """The bot's own lines, newest first: what it did to what or whom."""
    lines = await here.driver.log(here.town.community)
    return [(line.what, line.about) for line in lines if line.by == here.town.bot.name]


def handle(here: Hall, who: Member) -> str:
    return f"@{who.name}@{who.actor.split('/')[2]}"


async def test_a_report_is_closed_and_a_comment_removed_by_a_link_in_private(server: str) -> None:
    async with hall(server) as here:
        it = here.town
        _, comment = await commented(here)
        await here.driver.report(it.ben, f"comment/{comment}", "rude")
        await here.settle()
        link = f"{here.driver.url}/comment/{comment}"
        assert await here.said_to_bot(it.max, f"!resolve {link}") == "The reports about it are closed."
        assert await here.driver.open_reports(it.mia, it.community) == []
        assert "case #1" in await here.said_to_bot(it.max, f"!remove {link} off topic")
        assert (await here.driver.see(f"comment/{comment}", it.mia)).removed
        [line] = [line for line in await here.driver.log(it.community) if line.what == "remove comment"]
        assert line.reason.startswith("off topic")
        assert "Case #1" in here.card("off topic"), "and the others read of it in their room"


async def test_a_mention_below_a_comment_warns_its_author_and_removes_it(server: str) -> None:
    async with hall(server) as here:
        it = here.town
        number, comment = await commented(here)
        await here.driver.comment(
            it.max, number, f"{handle(here, it.bot)} warn please stay friendly", comment
        )
        await here.settle()
        told = [*await here.driver.warnings(it.ana), *await here.driver.told(it.ana)]
        assert any("please stay friendly" in text for text in told)
        await here.driver.comment(it.max, number, f"{handle(here, it.bot)} remove off topic", comment)
        await here.settle()
        assert (await here.driver.see(f"comment/{comment}", it.mia)).removed
        assert "1 strike" in await here.said_to_bot(it.ana, "!strikes")


async def test_bans_and_cases_in_private(server: str) -> None:
    async with hall(server) as here:
        it = here.town
        assert "case #1" in await here.said_to_bot(it.max, f"!ban {it.ana.name} 2d again and again")
        assert (await log(here))[0] == ("ban", it.ana.name)
        assert "again and again" in await here.said_to_bot(it.max, "!cases")
        assert "#1" in await here.said_to_bot(it.max, f"!history {it.ana.name}")
        await here.said_to_bot(it.max, "!undo #1")
        assert (await log(here))[0] == ("unban", it.ana.name)
        assert "is warned, #2" in await here.said_to_bot(it.max, f"!warn {it.ben.name} please stay friendly")
        assert "please stay friendly" in (await here.driver.inbox(it.ben))[-1]


async def test_what_waits_for_a_moderator_and_an_appeal_are_decided_in_private(server: str) -> None:
    rule = "name: Scams\nmode: enforce\ntitle+body: [free money]\naction: remove\nban: forever\n"
    async with hall(server, {"moderation": {"text": rule}}) as here:
        it = here.town
        await commented(here, "free money for all")
        assert [what for what, _ in await log(here)] == ["remove comment"], "a ban for good waits"
        await here.said_to_bot(it.max, "!approve #1")
        assert ("ban", it.ana.name) in await log(here)
        await here.said_to_bot(it.ana, "!appeal #1 it was a joke")
        await here.said_to_bot(it.mia, "!grant #1 fine, a joke")
        assert ("unban", it.ana.name) in await log(here)
        assert any("granted" in text for text in await here.driver.inbox(it.ana))


async def test_members_have_no_power_and_a_bare_command_in_public_is_none(server: str) -> None:
    async with hall(server) as here:
        it = here.town
        number, comment = await commented(here)
        await here.driver.comment(it.max, number, "!remove off topic", comment)
        await here.driver.comment(it.ben, number, f"{handle(here, it.bot)} remove", comment)
        await here.settle()
        link = f"{here.driver.url}/comment/{comment}"
        for words in (f"!ban {it.ana.name}", f"!remove {link}", f"!resolve {link}"):
            assert (await here.said_to_bot(it.ben, words)).endswith("is for moderators.")
        assert await log(here) == []
        assert (await here.driver.see(f"comment/{comment}")).text == "you fools"


async def test_an_answer_in_public_is_short_and_notifies_nobody_else(server: str) -> None:
    async with hall(server) as here:
        it = here.town
        number, _ = await commented(here, "What a numbskull you are!")
        await here.driver.comment(it.ben, number, f"{handle(here, it.bot)} help")

        async def answered() -> bool:
            return bool([*await here.driver.inbox(it.ben), *await here.driver.told(it.ben)])

        await here.until(answered)
        public = [t.text for _, t in await here.driver.replies(number) if t.author == it.bot.name]
        said = [*public, *await here.driver.told(it.ben), *await here.driver.inbox(it.ben)]
        assert any("strikes" in text for text in said)
        assert all(len(text) < 1_500 for text in public)
        assert not [text for text in said if handle(here, it.ana) in text]


async def test_accounts_are_linked_by_a_code_in_private_messages_and_strikes_count_together(
    server: str,
) -> None:
    async with hall(server, {"moderation": {"text": RULES}, "accounts": {}}) as here:
        it, twin = here.town, "ana-of-the-lounge"
        here.rooms.tell(twin, "!link")
        await here.settle()
        code = re.search(r"\w{4}-\w{4}", here.told(twin))
        assert code is not None
        assert "one person" in await here.said_to_bot(it.ana, f"!link {code[0]}")
        await commented(here, "What a numbskull you are!")
        it.clock.by += timedelta(minutes=5)  # another incident
        await here.says("What a numbskull you are!", who=twin, place="lounge")
        here.rooms.tell(twin, "!strikes")
        await here.settle()
        assert here.told(twin).startswith("You have 2 strikes that count.")
        assert "one person" in here.lines()[0]
