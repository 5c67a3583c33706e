"""The tasks of somebody who became a moderator this morning, and has nothing but `!help`."""

from __future__ import annotations

import pytest

from bot.testing import Moot, script

GAMBLING = "name: No gambling\nbody: casino\nwarn: Please no.\naction: remove\nmode: enforce\n"

#: What is to be done, the command whose help says how, what is typed then, and the end of what comes of it.
TASKS = {
    "warn somebody": ("warn", "!warn @ana please stay friendly", "ana is warned, #3. Live strikes: 2. Next: a ban of 1d at 3."),
    "look who somebody is": ("history", "!history @ana", "- #1 No gambling, stands, 2026-03-02 08:00 UTC"),
    "write something down": ("note", "!note @ana knows the rules", "Noted (1 about ana); “!notes” shows them."),
    "silence somebody for a while": ("mute", "!mute @ana 2h cool down", "ana is muted for 2h: case #3."),
    "take a strike back": ("unwarn", "!unwarn #1", "Case #1 is taken back."),
    "take the last warning back": ("unwarn", "!unwarn @ana", "Case #1 is taken back."),
    "see somebody's strikes": ("warnings", "!warnings @ana", "- #1 No gambling: 1 until 2026-04-01 08:00 UTC"),
    "give a better reason": ("reason", "!reason #2 rude, again", "The reason of case #2 is now: rude, again"),
    "ban for a week, in words": ("ban", "!ban @ana 1 week rude", "ana is banned for 1w: case #3."),
    "spare somebody one rule": ("exempt", "!exempt @ana 30d No gambling", "The rule No gambling does not punish ana until 2026-04-01 08:00 UTC. Moderators still can."),
    "close the room": ("lockdown", "!lockdown 30m lounge", "lounge | bot: The moderators have locked this room down for a while; it opens again by itself at 2026-03-02 08:30 UTC."),
    "open the room": ("lockdown", "!lockdown off", "Nothing is locked down."),
    "see the month's numbers": ("stats", "!stats", "That was about 2 people. Cases decided by the rules: 1, by moderators: 1."),
    "try a rule out": ("rules test", "!rules test my casino", "found “casino”"),
    "see what waits": ("appeals", "!appeals", "No appeal waits for a decision."),
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
        assert any(row.endswith(outcome) for row in community.transcript().splitlines()[1:])


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


async def test_a_morning_of_a_new_moderator():
    """From the first rude word to the granted appeal, by answers and by name; each line is one that the help told."""
    async with Moot(plugins={"moderation": {"text": GAMBLING}}) as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        said = await ana.says("you are silly")
        await mo.replies(said, "!warn please stay friendly")
        await mo.replies(said, "!unwarn")
        await mo.replies(said, "!unwarn")
        community.skip()
        await ana.says("casino")
        await ana.tells("!appeal #2 It is the name of a film")
        await mo.says("!appeals", place="modroom")
        await mo.says("!grant #2 so it is", place="modroom")
        await mo.says("!exempt @ana No gambling", place="modroom")
        await ana.says("that casino film again")
        await mo.says("!exempt", place="modroom")
        await mo.says("!unexempt @ana", place="modroom")
        assert community.transcript() == script(
            """
            lounge | ana: casino
            lounge | bot removes ana’s “casino” (No gambling)
            lounge | bot warns ana: ana, please note our rule: No gambling.
                Please no.
                > casino
                This is a strike and counts until 2026-04-01 08:00 UTC. With 1 more comes another warning.
                Case #2. If this is a mistake, write to me: !appeal #2 and why. A moderator will look at it.
            modroom | bot: Case #2 — remove what ana wrote; warn ana (rule “No gambling”: “casino” in the body (characters 1 to 6, as written); 0 live + 1 new = 1 strike points → warn)
                > casino
            private | ana → bot: !appeal #2 It is the name of a film
            modroom | bot: Appeal in case #2 by ana (No gambling). The bot gave it.
                > It is the name of a film
                Decide with !grant #2 or !deny #2 reason, or with ✅ or ❌ below this.
            private | bot → ana: Thank you. The moderators have your appeal in case #2 and will answer you.
            modroom | mo: !appeals
            modroom | bot → mo: - #2 ana, 2026-03-02 08:00 UTC
                What it is about: !why #2. Decide with !grant #2 or !deny #2 reason.
            modroom | mo: !grant #2 so it is
            lounge | bot restores ana’s “casino” (undone: No gambling)
            lounge | bot deletes “ana, please note our rule: No gambling.…”
            private | bot → ana: Your appeal was granted: case #2 has been taken back. What was counted against you for it no longer counts. “so it is”
            modroom | bot → mo: Granted: case #2 is taken back.
            modroom | mo: !exempt @ana No gambling
            modroom | bot → mo: The rule No gambling does not punish ana until you say “unexempt”. Moderators still can.
            lounge | ana: that casino film again
            modroom | mo: !exempt
            modroom | bot → mo: The rules spare, besides trusted people and moderators:
                - ana (only the rule No gambling) (mo)
            modroom | mo: !unexempt @ana
            modroom | bot → mo: The rules hold for ana again.
            """
        )


async def test_a_message_without_a_strike_has_none_to_take_back():
    async with Moot(plugins={"moderation": {"text": GAMBLING}}) as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await ana.says("casino")
        said = await ana.says("what a nice day")
        await mo.replies(said, "!unwarn")
        assert community.transcript().splitlines()[-1] == (
            "lounge | bot → mo: That message has no strike. The last one of ana is #1 (No gambling): “!unwarn #1”."
        )


async def test_the_help_of_a_command_tells_of_its_family():
    async with Moot(plugins={"moderation": {}}) as community:
        mo, ana = community.moderator("mo"), community.member("ana")
        await mo.says("!help lockdown", place="modroom")
        assert (
            "See also:\n    - !lockdown off [WHERE…] – Let everybody write again." in community.transcript()
        )
        await mo.says("!help rules", place="modroom")
        assert "- !rules backtest NAME… – " in community.transcript()
        await ana.tells("!help rules")
        assert "See also" not in community.transcript()
