"""Two bots in one room: each room may have a prefix of its own for commands."""

from __future__ import annotations

from bot.testing import Moot, script

PLACES = {
    "freechat": {"account": "memory", "community": "freechat"},
    "lounge": {"account": "memory", "room": "lounge", "prefix": "?"},
    "modroom": {"account": "memory", "room": "modroom"},
}
RULE = "name: No gambling\nbody: casino\nwarn: Please no.\nmode: enforce\n"


async def test_a_room_with_a_prefix_of_its_own_is_answered_with_that_and_private_talk_takes_either():
    async with Moot(plugins={"moderation": {"text": RULE}}, config={"places": PLACES}) as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await mo.says("!strikes ana")
        await mo.says("?warn")
        await ana.says("?warn mo")
        await ana.says("Come to the casino")
        await ana.says("?appeal #1 it was a film", place="private")
        await ana.says("!strikes", place="private")
        await mo.says("!strikes ana", place="modroom")
        await mo.says("?strikes ana", place="modroom")
        assert community.transcript() == script(
            """
            lounge | mo: !strikes ana
            lounge | mo: ?warn
            lounge | bot → mo: Please say who is meant, or answer one of their messages.
                Usage: ?warn PERSON [REASON…]
                Example: ?warn @ana please stay friendly
            lounge | ana: ?warn mo
            lounge | bot → ana: ?warn is for moderators.
            lounge | ana: Come to the casino
            lounge | bot warns ana: ana, please note our rule: No gambling.
                Please no.
                > casino
                This is a strike and counts until 2026-04-01 08:00 UTC. With 1 more comes another warning.
                Case #1. If this is a mistake, write to me: ?appeal #1 and why. A moderator will look at it.
            modroom | bot: Case #1 — warn ana (rule “No gambling”: “casino” in the body (characters 13 to 18, as written); 0 live + 1 new = 1 strike points → warn)
                > Come to the casino
            private | ana → bot: ?appeal #1 it was a film
            modroom | bot: Appeal in case #1 by ana (No gambling). The bot gave it.
                > it was a film
                Decide with !grant #1 or !deny #1 reason, or with ✅ or ❌ below this.
            private | bot → ana: Thank you. The moderators have your appeal in case #1 and will answer you.
            private | ana → bot: !strikes
            private | bot → ana: You have 1 strike that counts. At 2 comes another warning.
                - #1 No gambling: 1 until 2026-04-01 08:00 UTC
            modroom | mo: !strikes ana
            modroom | bot → mo: ana has 1 strike that counts. At 2 comes another warning.
                - #1 No gambling: 1 until 2026-04-01 08:00 UTC
            modroom | mo: ?strikes ana
            """
        )
