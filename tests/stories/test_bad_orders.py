"""What moderators type by mistake: each is answered with a kind sentence, and nothing is done to anybody."""

from __future__ import annotations

import pytest

from bot.model import Role
from bot.testing import Moot, script

LONG = "x" * 1_000_000

MISTAKES = {
    # naming oneself, the bot, and somebody higher
    "!warn @mo": "Not done (warn mo): that is you.",
    "!mute @mo 2h": "Not done (mute mo in freechat until 2026-03-02 10:00 UTC): that is you.",
    "!warn @folkmoot": "Not done (warn folkmoot): that is me.",
    "!kick @folkmoot out": "Not done (put folkmoot out of freechat): that is me.",
    "!exempt @folkmoot": "folkmoot is a bot, and no rule looks at bots.",
    "!ban @root 2d": "Not done (ban root from freechat until 2026-03-04 08:00 UTC): moderators are never a target.",
    "!warn @root": "Not done (warn root): moderators are never a target.",
    # somebody who is not there
    "!warn @nobody": "I know nobody called “@nobody” here. Give the full name, or answer one of their messages.",
    "!ban @gone@far.example 1d": "I know nobody called “@gone@far.example” here. Give the full name, or answer one of their messages.",
    "!warn @": "“@” does not look like a person; that comes first, as in @ana.",
    "!warn \u202e\u200b hm": "“\u200b” does not look like a person; that comes first, as in @ana.",
    "!warn": "Please say who is meant, or answer one of their messages.",
    "!unwarn": "Whose strike? Answer a message of theirs, or say “!unwarn @ana”.",
    "!unwarn @ana": "ana has no strike to take back.",
    # times that are none
    "!mute @ana 0m": "SPAN: something between a second and a hundred years was expected, not “0m”.",
    "!mute @ana -5m": "SPAN: a duration such as 10m, 2h, 3d or 1w was expected, not “-5m”.",
    "!ban @ana 1000000000000y": "SPAN: a duration such as 10m, 2h, 3d or 1w was expected, not “1000000000000y”.",
    "!ban @ana 99999w": "SPAN: something between a second and a hundred years was expected, not “99999w”.",
    "!ban @ana 2 months": "SPAN: a duration such as 10m, 2h, 3d or 1w was expected, not “2”.",
    "!duration #1 0d": "SPAN: something between a second and a hundred years was expected, not “0d”.",
    "!slowmode 0s in lounge": "At most 30 days, and more than none.",
    "!slowmode -3s in lounge": "I do not know what to do with “-3s”. Write “for 2h” for how long, and “in” with one of these for where: lounge, freechat, everywhere.",
    "!lockdown for 1000000000000d in lounge": "“1000000000000d” is no time; 10m, 2h or 1d was expected.",
    "!exempt @ana 999999999999d": "SPAN: a duration such as 10m, 2h, 3d or 1w was expected, not “999999999999d”.",
    # cases that are none
    "!why 0": "There is no case #0. “!cases” shows the numbers.",
    "!why -1": "There is no case #-1. “!cases” shows the numbers.",
    "!undo 99999999999999999999": "CASE-NUMBER: “99999999999999999999” is too large a number.",
    "!duration @ana 3d": "CASE-NUMBER: a whole number was expected, not “@ana”.",
    "!grant #1": "There is no appeal in case #1. “!undo #1” takes a case back without one.",
    "!exempt @ana No such rule": "There is no rule called “No such rule”; “!rules list” shows their names. A time such as 30d comes before it.",
    # far too much
    f"!warn @ana {LONG}": "REASON: these are 1,000,000 characters, and at most 2,000 can be read by anybody.",
    f"!ban @ana 1d {LONG}": "REASON: these are 1,000,000 characters, and at most 2,000 can be read by anybody.",
    f"!note @ana {LONG}": "TEXT: these are 1,000,000 characters, and at most 2,000 can be read by anybody.",
    f"!reason #1 {LONG}": "TEXT: these are 1,000,000 characters, and at most 2,000 can be read by anybody.",
    f"!warn {LONG}": f"I know nobody called “{LONG[:80]}” here. Give the full name, or answer one of their messages.",
}  # fmt: skip


@pytest.mark.parametrize("typed", MISTAKES, ids=lambda typed: typed[:30])
async def test_a_mistake_is_answered_with_a_sentence_and_nothing_is_done(typed: str):
    async with Moot(plugins={"moderation": {}}) as community:
        community.member("ana")
        mo = community.moderator("mo")
        community.world.admit("lounge", "root", Role.OWNER)
        community.world.admit("freechat", "root", Role.OWNER)
        await mo.says(typed, place="modroom")
        rows = community.transcript().splitlines()
        answer = next(index for index, row in enumerate(rows) if row.startswith("modroom | bot"))
        assert rows[answer] == f"modroom | bot → mo: {MISTAKES[typed]}"
        assert all(row.startswith("    ") for row in rows[answer + 1 :]), "usage and an example, and no deed"
        assert await community.ledger.cases("moot", None) == []
        assert await community.ledger.failures() == []


async def test_names_in_any_script_are_names():
    async with Moot(plugins={"moderation": {}}) as community:
        mo = community.moderator("mo")
        for name in ("名前", "dot.dash-под_1", "İpek", "עלמה"):
            community.member(name)
            await mo.says(f"!mute @{name} 2h", place="modroom")
            assert ("lounge", name) in community.world.muted


async def test_an_answer_to_ones_own_words_warns_nobody():
    async with Moot(plugins={"moderation": {}}) as community:
        mo = community.moderator("mo")
        said = await mo.says("hello everybody")
        await mo.replies(said, "!warn be kind")
        assert community.transcript() == script(
            """
            lounge | mo: hello everybody
            lounge | mo → mo: !warn be kind
            lounge | bot → mo: Not done (warn mo): that is you.
            """
        )


async def test_a_ban_of_somebody_whose_account_is_gone_is_told_and_is_no_case_that_stands():
    async with Moot(plugins={"moderation": {}}) as community:
        community.member("ana")
        mo = community.moderator("mo")
        community.world.faults.add("refused", kind="ban", times=2)
        await mo.says("!ban @ana 2d spam", place="modroom")
        assert community.world.banned == set()
        assert "the server said no" in community.transcript()
        await mo.says("!why #1", place="modroom")
        assert "- ban in lounge: failed" in community.transcript()


async def test_a_warning_that_could_not_be_given_counts_for_nothing():
    async with Moot(plugins={"moderation": {}}) as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        community.world.faults.add("refused", kind="warn")
        await mo.says("!warn @ana be kind", place="modroom")
        await ana.tells("!strikes")
        assert "You have no strikes that count." in community.transcript()
