"""A community without a room for its moderators, as one that meets on Lemmy alone: what waits for them comes in private."""

from __future__ import annotations

from bot.testing import Moot, script

PLACES = {"freechat": {"account": "memory", "community": "freechat"}}
RULE = "name: No gambling\nbody+title: casino\nwarn: Please no.\nmode: enforce\n"
LADDER = [{"at": 1, "do": "warn"}, {"at": 2, "do": "propose_ban"}]


def moot() -> Moot:
    return Moot(
        plugins={"moderation": {"text": RULE, "ladder": LADDER}},
        config={"places": PLACES, "moderators_room": None},
    )


async def play() -> str:
    async with moot() as community:
        ana, mo, di = community.member("ana"), community.moderator("mo"), community.moderator("di")
        await ana.posts("Casino night")
        await ana.says("!appeal #1 it is a film", place="private")
        await mo.says("!deny #1 no", place="private")
        await community.advance(hours=1)
        await ana.posts("Casino night again")
        await di.says("!approve #2", place="private")
        await ana.says("!appeal #2 I forgot", place="private")
        await di.says("!deny #2 no", place="private")
        await mo.says("!grant #2", place="private")
        return community.transcript()


async def test_appeals_and_proposals_come_to_each_moderator_in_private_and_are_decided_there():
    assert await play() == script(
        """
        freechat | ana posts “Casino night”
        freechat | bot warns ana: ana, please note our rule: No gambling.
            Please no.
            > Casino
            This is a strike and counts until 2026-04-01 08:00 UTC. With 1 more comes the moderators' decision about a ban for good.
            Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
        private | ana → bot: !appeal #1 it is a film
        private | bot → mo: Appeal in case #1 by ana (No gambling). The bot gave it.
            > it is a film
            Decide with !grant #1 or !deny #1 reason.
        private | bot → di: Appeal in case #1 by ana (No gambling). The bot gave it.
            > it is a film
            Decide with !grant #1 or !deny #1 reason.
        private | bot → ana: Thank you. The moderators have your appeal in case #1 and will answer you.
        private | mo → bot: !deny #1 no
        private | bot → ana: Your appeal in case #1 was not granted. Reason: no
        private | bot → mo: Denied: case #1 stands.
        freechat | ana posts “Casino night again”
        freechat | bot warns ana: ana, please note our rule: No gambling.
            Please no.
            > Casino
            This is a strike and counts until 2026-04-01 09:00 UTC; with your earlier ones you have 2.
            That is enough for the moderators to decide now about a ban for good.
            Case #2. If this is a mistake, write to me: !appeal #2 and why. A moderator will look at it.
        private | bot → mo: Your decision #2 — proposed: warn ana; ban ana from freechat for good (rule “No gambling”: “Casino” in the title (characters 1 to 6, as written); 1 live + 1 new = 2 strike points → propose_ban)
            Proposed: a moderator decides. Say !approve or !reject #2.
            > Casino night again
        private | bot → di: Your decision #2 — proposed: warn ana; ban ana from freechat for good (rule “No gambling”: “Casino” in the title (characters 1 to 6, as written); 1 live + 1 new = 2 strike points → propose_ban)
            Proposed: a moderator decides. Say !approve or !reject #2.
            > Casino night again
        private | di → bot: !approve #2
        freechat | bot bans ana for good (No gambling: 1 live + 1 new = 2 strike points — case #2; to appeal, write to me: appeal #2)
        private | bot → di: Case #2 is approved.
        private | ana → bot: !appeal #2 I forgot
        private | bot → mo: Appeal in case #2 by ana (No gambling). A moderator agreed to it, so another moderator decides: mo.
            > I forgot
            Decide with !grant #2 or !deny #2 reason.
        private | bot → di: Appeal in case #2 by ana (No gambling). A moderator agreed to it, so another moderator decides: mo.
            > I forgot
            Decide with !grant #2 or !deny #2 reason.
        private | bot → ana: Thank you. The moderators have your appeal in case #2 and will answer you. It will be somebody else than who acted.
        private | di → bot: !deny #2 no
        private | bot → di: Case #2 is your own doing, so another moderator decides: mo.
        private | mo → bot: !grant #2
        freechat | bot unbans ana (undone: No gambling: 1 live + 1 new = 2 strike points)
        freechat | bot deletes “ana, please note our rule: No gambling.…”
        private | bot → ana: Your appeal was granted: case #2 has been taken back. What was counted against you for it no longer counts.
        private | bot → mo: Granted: case #2 is taken back.
        """
    )
