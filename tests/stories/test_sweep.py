"""A ban sweeps away what somebody said last, where its reason or the settings ask for it; and undo says what stays lost."""

from __future__ import annotations

import pytest

from bot.api import Act, Capability
from bot.testing import Moot, script
from tests.stories.test_moderation import GAMBLING, moot

BAN_AT_ONCE = GAMBLING.replace("warn: Please no gambling here.", "ban: 1d")


async def three_messages(town: Moot) -> None:
    ana = town.member("ana")
    town.moderator("mo")
    for text in ("first", "second", "third"):
        await ana.says(text)
        await town.advance(minutes=1)
    await ana.tells("in private")
    await town.member("bo").says("from somebody else")
    town.skip()


async def test_the_word_spam_removes_the_last_messages_newest_first() -> None:
    async with moot() as town:
        await three_messages(town)
        await town.moderator("mo").says("!ban @ana 7d spam, again and again", place="modroom")
        assert town.transcript() == script("""
            modroom | mo: !ban @ana 7d spam, again and again
            freechat | bot bans ana until 2026-03-09 08:03 (spam, again and again — case #1; to appeal, write to me: appeal #1)
            lounge | bot bans ana until 2026-03-09 08:03 (spam, again and again — case #1; to appeal, write to me: appeal #1)
            lounge | bot removes ana’s “third” (spam, again and again)
            lounge | bot removes ana’s “second” (spam, again and again)
            lounge | bot removes ana’s “first” (spam, again and again)
            modroom | bot: Case #1 — ban ana from freechat until 2026-03-09 08:03 UTC; ban ana from lounge until 2026-03-09 08:03 UTC; remove 3 messages of ana (by mo: spam, again and again)
                > third second first
            private | bot → ana: You have been banned until 2026-03-09 08:03 UTC. Reason: spam, again and again.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot → mo: ana is banned for 1w, and their last 3 messages are removed: case #1.
        """)


@pytest.mark.parametrize(("settings", "reason", "gone"), [
    ({}, "rude", 0),
    ({}, "SPAM", 3),
    ({}, "no spam please", 0),
    ({"sweep_most": 2}, "spam", 2),
    ({"sweep_reasons": []}, "spam", 0),
    ({"sweep_reasons": ["ad", " "]}, "advertising", 3),
    ({"sweep": 1}, "rude", 1),
    ({"sweep": 1}, "", 1),
])  # fmt: skip
async def test_settings_and_reason_say_how_many(settings: dict[str, object], reason: str, gone: int) -> None:
    async with moot(**settings) as town:
        await three_messages(town)
        await town.moderator("mo").says(f"!ban @ana {reason}", place="modroom")
        assert town.transcript().count("bot removes ana’s") == gone


async def test_a_mute_sweeps_nothing() -> None:
    async with moot(sweep=3) as town:
        await three_messages(town)
        await town.moderator("mo").says("!mute @ana 1h spam", place="modroom")
        assert "removes" not in town.transcript()


async def test_a_ban_by_hand_with_that_reason_sweeps_where_it_was_given() -> None:
    async with moot() as town:
        await three_messages(town)
        await town.member("ana").posts("A post", "elsewhere")
        town.skip()
        await town.moderator("mo").sanctions("ana", Act.BAN, "spam")
        told = town.transcript()
        assert told.count("lounge | bot removes ana’s") == 3
        assert "freechat" not in told
        case = await town.ledger.case("moot", 1)
        assert case is not None
        assert case.evidence == "third\n\nsecond\n\nfirst"


async def test_a_rules_ban_sweeps_too_and_what_waits_for_a_moderator_waits_whole() -> None:
    async with moot(text=BAN_AT_ONCE, sweep=2) as town:
        await three_messages(town)
        await town.member("ana").says("my casino")
        told = town.transcript()
        assert [text for text in ("third", "second", "first") if f"removes ana’s “{text}”" in told] == [
            "third",
            "second",
        ]
        assert told.count("removes ana’s “my casino”") == 1
    forever = BAN_AT_ONCE.replace("1d", "forever")
    async with moot(text=forever, sweep=2) as town:
        await three_messages(town)
        await town.member("ana").says("my casino")
        assert town.transcript().count("removes ana’s") == 1
        await town.moderator("mo").says("!approve #1", place="modroom")
        assert town.transcript().count("removes ana’s") == 2


async def test_a_rule_that_is_called_spam_sweeps_nothing_by_its_name() -> None:
    async with moot(text=BAN_AT_ONCE.replace("No gambling", "Spam")) as town:
        await three_messages(town)
        await town.member("ana").says("my casino")
        assert town.transcript().count("removes ana’s") == 1


async def test_undo_brings_back_what_it_can() -> None:
    async with moot() as town:
        await three_messages(town)
        mo = town.moderator("mo")
        await mo.says("!ban @ana spam", place="modroom")
        town.skip()
        await mo.says("!undo #1", place="modroom")
        told = town.transcript()
        assert told.count("bot restores ana’s") == 3
        assert "Case #1 is taken back." in told
        assert "brought back" not in told


async def test_undo_says_what_stays_lost_where_a_platform_restores_nothing() -> None:
    async with moot() as town:
        await three_messages(town)
        mo = town.moderator("mo")
        await mo.says("!ban @ana spam", place="modroom")
        adapter = town.app.adapters["memory"]
        adapter.capabilities = adapter.capabilities - {Capability.RESTORE}  # type: ignore[misc] # as on Matrix
        town.skip()
        await mo.says("!undo #1", place="modroom")
        told = town.transcript()
        assert "lounge | bot unbans ana" in told
        assert "restores" not in told
        assert "What cannot be brought back: 3 removed messages; the words stand in the case." in told
        assert "What was removed cannot be brought back there; you may say it again." in told
        await mo.says("!undo #1", place="modroom")
        assert "Case #1 has been taken back already." in town.transcript()
        await mo.says("!why #1", place="modroom")
        assert "third" in town.transcript()
