"""Ten tasks of somebody who became a moderator this morning, and has nothing but `!help`."""

from __future__ import annotations

import pytest

from bot.testing import Moot

GAMBLING = "name: No gambling\nbody: casino\nwarn: Please no.\naction: remove\nmode: enforce\n"

#: What is to be done, the command whose help says how, what is typed then, and the end of what comes of it.
TASKS = {
    "warn somebody": ("warn", "!warn @ana please stay friendly", "ana is warned, #3. Live strikes: 2. Next: a ban of 1d at 3."),
    "look who somebody is": ("history", "!history @ana", "- #1 No gambling, stands, 2026-03-02 08:00 UTC"),
    "write something down": ("note", "!note @ana knows the rules", "Noted (1 about ana); “!notes” shows them."),
    "silence somebody for a while": ("mute", "!mute @ana 2h cool down", "ana is muted for 2h: case #3."),
    "take a strike back": ("unwarn", "!unwarn #1", "Case #1 is taken back."),
    "ban somebody for a week": ("ban", "!ban @ana 1w spam", "ana is banned for 1w, and their last 2 messages are removed: case #3."),
    "make the ban shorter": ("duration", "!duration #2 1d", "bo is banned until 2026-03-03 08:00 UTC: case #3, in place of #2."),
    "let somebody back in": ("unban", "!unban @bo", "bo is no longer banned."),
    "understand a case": ("why", "!why #1", "Now: 1 strike that counts. At 2 comes another warning."),
    "calm the room down": ("slowmode", "!slowmode 30s for 1h in lounge", "lounge | bot: Slow mode: please send at most one message in 30s, until 2026-03-02 09:00 UTC."),
}  # fmt: skip


@pytest.mark.parametrize("task", TASKS)
async def test_a_task_is_done_with_nothing_but_the_help(task: str):
    word, typed, outcome = TASKS[task]
    async with Moot(plugins={"moderation": {"text": GAMBLING}}) as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        community.member("bo")
        await ana.says("casino")
        await ana.says("what a nice day")
        await mo.says("!ban @bo 7d rude", place="modroom")
        await mo.says(f"!help {word}", place="modroom")
        told = community.transcript()
        assert "Example" in told
        assert f"!{word}" in told
        await mo.says(typed, place="modroom")
        assert community.transcript().splitlines()[-1].endswith(outcome)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("!mute 2h @ana", "“2h” does not look like a person; that comes first, as in @ana."),
        ("!mute @ana spam 2h", "SPAN: a duration such as 10m, 2h, 3d or 1w was expected, not “spam”."),
        ("!ban @ana 3 months", "SPAN: a duration such as 10m, 2h, 3d or 1w was expected, not “3”."),
        ("!duration 3d #1", "CASE-NUMBER: a whole number was expected, not “3d”."),
        ("!duration #1", "SPAN is missing."),
        ("!reason", "CASE-NUMBER is missing."),
        ("!note @ana", "TEXT is missing."),
        ("!ban @nobody 3d", "I know nobody called “@nobody” here. Give the full name, or answer one of their messages."),
        ("!slowmod 10s", "I do not know “slowmod”. Did you mean “slowmode”?"),
        ("!lockdown", "Say where. Write “for 2h” for how long, and “in” with one of these for where: lounge, freechat, everywhere."),
        ("!lockdown off", "Nothing is locked down."),
        ("!slowmode off", "There is no slow mode in lounge, freechat."),
    ],
)  # fmt: skip
async def test_what_is_typed_in_another_order_is_refused_with_a_sentence_and_nothing_is_done(
    typed: str, sentence: str
):
    async with Moot(plugins={"moderation": {"text": GAMBLING}}) as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await ana.says("casino")
        community.skip()
        await mo.says(typed, place="modroom")
        rows = community.transcript().splitlines()
        assert rows[1] == f"modroom | bot → mo: {sentence}"
        assert all(row.startswith("    ") for row in rows[2:])
        assert (community.world.banned, community.world.muted, community.world.closed) == (
            set(),
            set(),
            set(),
        )
