"""A command in an answer to what the bot said about a case is about that case: nobody has to type its number."""

from __future__ import annotations

from bot.testing import Moot, Said, script

GAMBLING = "name: No gambling\nbody: casino\nwarn: Please no.\nmode: enforce\n"


def moot() -> Moot:
    return Moot(plugins={"moderation": {"text": GAMBLING}})


def line_about(community: Moot, beginning: str) -> Said:
    """The newest line of the bot's that begins so."""
    found = [item for item in community.world.items.values() if item.text.startswith(beginning)]
    return Said(found[-1].place, found[-1].id)


async def test_a_moderator_answers_the_card():
    async with moot() as community:
        mo = community.moderator("mo")
        community.member("ana")
        await mo.says("!mute @ana 2h rude", place="modroom")
        card = line_about(community, "Case #1")
        community.skip()
        await mo.replies(card, "!reason rude to a newcomer")
        await mo.replies(card, "!duration 3h")
        await mo.replies(card, "!why #2")
        await mo.replies(card, "!undo")
        assert community.transcript() == script(
            """
            modroom | mo → bot: !reason rude to a newcomer
            private | bot → ana: The reason of case #1 is now: rude to a newcomer
            modroom | bot → mo: The reason of case #1 is now: rude to a newcomer
            modroom | mo → bot: !duration 3h
            freechat | bot mutes ana until 2026-03-02 11:00 (rude)
            lounge | bot mutes ana until 2026-03-02 11:00 (rude)
            modroom | bot: Case #2 — mute ana in freechat until 2026-03-02 11:00 UTC; mute ana in lounge until 2026-03-02 11:00 UTC (by mo: case #1 now lasts 3h, as mo decided)
            private | bot → ana: You are muted until 2026-03-02 11:00 UTC. That takes the place of case #1.
                Case #2. If this is a mistake, write to me: !appeal #2 and why. A moderator will look at it.
            modroom | bot → mo: ana is muted until 2026-03-02 11:00 UTC: case #2, in place of #1.
            modroom | mo → bot: !why #2
            modroom | bot → mo: You answered what I said about case #1, and wrote #2. Which of them? Say it without answering anything.
            modroom | mo → bot: !undo
            lounge | bot unmutes ana (undone: rude)
            freechat | bot unmutes ana (undone: rude)
            private | bot → ana: Case #1 has been taken back. What was counted against you for it no longer counts.
            modroom | bot → mo: Case #1 is taken back. So is #2, which took its place.
            """
        )


async def test_a_member_answers_the_warning_and_a_moderator_the_appeal():
    async with moot() as community:
        ana, mo, bo = community.member("ana"), community.moderator("mo"), community.member("bo")
        await ana.says("casino")
        warning = line_about(community, "ana, please note")
        community.skip()
        await bo.replies(warning, "!appeal he meant well")
        await ana.replies(warning, "!appeal It is the name of a film")
        await mo.replies(line_about(community, "Appeal in case #1"), "!grant so it is")
        assert community.transcript() == script(
            """
            lounge | bo → bot: !appeal he meant well
            lounge | bot → bo: There is no case #1 about you. “!strikes” shows the numbers of yours.
            lounge | ana → bot: !appeal It is the name of a film
            modroom | bot: Appeal in case #1 by ana (No gambling). The bot gave it.
                > It is the name of a film
                Decide with !grant #1 or !deny #1 reason, or with ✅ or ❌ below this.
            lounge | bot → ana: Thank you. The moderators have your appeal in case #1 and will answer you.
            modroom | mo → bot: !grant so it is
            lounge | bot deletes “ana, please note our rule: No gambling.…”
            private | bot → ana: Your appeal was granted: case #1 has been taken back. What was counted against you for it no longer counts. “so it is”
            modroom | bot → mo: Granted: case #1 is taken back.
            """
        )


async def test_an_answer_to_anything_else_needs_the_number():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        said = await ana.says("casino")
        community.skip()
        await mo.replies(said, "!undo")
        await mo.replies(said, "!why #1")
        rows = community.transcript().splitlines()
        assert rows[1] == (
            "lounge | bot → mo: Which case? I said nothing about one there, so give its number, as in #12."
        )
        assert rows[3].startswith("lounge | bot → mo: Case #1, about ana")
