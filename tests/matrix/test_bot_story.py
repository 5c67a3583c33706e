"""Help, two warnings, a ban, an appeal in private, pardon: with the real bot on a real homeserver, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.testing import script
from tests.matrix_moot import matrix_moot
from tests.synapse import ROOM_VERSIONS, Denied, Synapse


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_warned_twice_banned_and_pardoned(synapse: Synapse, tmp_path: Path, version: str) -> None:
    async with matrix_moot(synapse, tmp_path, version=version) as moot:
        ana, grump, mira = await moot.member("ana"), await moot.member("grump"), moot.mira
        await ana.send(moot.lounge, "!help strikes")
        await mira.wait_for_text("!strikes", room=moot.lounge, by=moot.account)
        for number, text in enumerate(("You numbskull!", "What a windbag."), 1):
            await grump.send(moot.lounge, text)
            await mira.wait_for_text(f"Case #{number}.", room=moot.lounge, by=moot.account)
            await mira.wait_for_text(f"Case #{number} ", room=moot.modroom, by=moot.account)
        await grump.send(moot.lounge, "Shut up, all of you.")
        private = await grump.wait_for_invite()
        await grump.join(private)
        await grump.wait_for_text("Case #3.", room=private)
        assert await mira.membership(moot.lounge, grump) == "ban"
        with pytest.raises(Denied, match="M_FORBIDDEN"):
            await grump.send(moot.lounge, "And another thing!")
        await mira.wait_for_text("Case #3 ", room=moot.modroom, by=moot.account)
        await grump.send(private, "!appeal #3 I was tired. I am sorry.")
        await mira.wait_for_text("Appeal in case #3", room=moot.modroom)
        await mira.send(moot.modroom, "!grant #3")
        await grump.wait_for_text("granted")
        await mira.wait_for_text("is taken back", room=moot.modroom)
        assert await mira.membership(moot.lounge, grump) == "leave"
        await grump.join(moot.lounge)
        await grump.send(moot.lounge, "Thank you. Tea is fine.")

        assert await moot.transcript(mira, moot.lounge) == script("""
            mira invites bot
            ana: !help strikes
            bot → ana: !strikes [PERSON]
                Your strikes that count now, and when they expire; moderators may ask about others.
                In an answer to a message, PERSON may be left out: it is who wrote that message.
                Also: !warnings, !warns, !mywarnings
                Examples:
                - !strikes
                - !strikes @ana
            grump: (removed)
            bot removes what grump said (No insults)
            bot: @grump, please note our rule: No insults.
                Argue with the idea, please, not with the person.
                > numbskull
                This is a strike and counts until <date>. With 1 more comes another warning.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            grump: (removed)
            bot removes what grump said (No insults)
            bot: @grump, please note our rule: No insults.
                Argue with the idea, please, not with the person.
                > windbag
                This is a strike and counts until <date>; with your earlier ones you have 2. With 1 more comes a ban of 1d.
                Case #2. If this is a mistake, write to me: !appeal #2 and why. A moderator will look at it.
            grump: (removed)
            bot bans grump (No insults: 2 live + 1 new = 3 strike points — case #3; to appeal, write to me: appeal #3)
            bot removes what grump said (No insults)
            bot unbans grump (undone: No insults: 2 live + 1 new = 3 strike points)
            grump: Thank you. Tea is fine.
            """)
        assert await moot.transcript(mira, moot.modroom) == script("""
            mira invites bot
            bot: Case #1 — remove what @grump wrote; warn @grump (rule “No insults”: “numbskull” in the body (characters 5 to 13, as written); 0 live + 1 new = 1 strike points → warn)
                > You numbskull!
            bot: Case #2 — remove what @grump wrote; warn @grump (rule “No insults”: “windbag” in the body (characters 8 to 14, as written); 1 live + 1 new = 2 strike points → warn)
                > What a windbag.
            bot: Case #3 — remove what @grump wrote; warn @grump; ban @grump from lounge until <date> (rule “No insults”: “Shut up” in the body (characters 1 to 7, as written); 2 live + 1 new = 3 strike points → ban for 1d)
                > Shut up, all of you.
            bot: Appeal in case #3 by @grump (No insults). The bot gave it.
                > I was tired. I am sorry.
                Decide with !grant #3 or !deny #3 reason, or with ✅ or ❌ below this.
            mira: !grant #3
            bot → mira: Granted: case #3 is taken back. What cannot be brought back: 1 removed message; the words stand in the case.
            """)
        assert await moot.transcript(grump, private) == script("""
            bot invites grump
            bot: (removed)
            grump: !appeal #3 I was tired. I am sorry.
            bot → grump: Thank you. The moderators have your appeal in case #3 and will answer you.
            bot removes what bot said
            bot: Your appeal was granted: case #3 has been taken back. What was counted against you for it no longer counts. What was removed cannot be brought back there; you may say it again.
            """)
