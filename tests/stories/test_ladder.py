"""The ladder as people meet it: what its steps say, what is remembered, and what never counts twice."""

from __future__ import annotations

import pytest

from bot.settings import SettingsError
from bot.testing import Moot, script

GAMBLING = "name: No gambling\nbody: casino\nwarn: Please no.\naction: remove\nmode: enforce\n"
STEPS = [
    {"at": 1, "do": "remind"},
    {"at": 2, "do": "warn"},
    {"at": 3, "do": "mute", "for": "1h"},
    {"at": 4, "do": "ban", "for": "7d"},
    {"at": 5, "do": "propose_ban"},
]


def moot(text: str = GAMBLING, **settings: object) -> Moot:
    return Moot(plugins={"moderation": {"text": text, **settings}})


async def test_a_ladder_may_begin_with_a_friendly_reminder():
    async with moot(ladder=STEPS) as community:
        ana = community.member("ana")
        for _ in range(3):
            await ana.says("casino")
            await community.advance(minutes=5)
        assert community.transcript() == script(
            """
            lounge | ana: casino
            lounge | bot removes ana’s “casino” (No gambling)
            lounge | bot warns ana: ana, a friendly reminder of our rule: No gambling.
                Please no.
                > casino
                This is a strike and counts until 2026-04-01 08:00 UTC. With 1 more comes a warning.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot: Case #1 — remove what ana wrote; warn ana (rule “No gambling”: “casino” in the body (characters 1 to 6, as written); 0 live + 1 new = 1 strike points → remind)
                > casino
            lounge | ana: casino
            lounge | bot removes ana’s “casino” (No gambling)
            lounge | bot warns ana: ana, please note our rule: No gambling.
                Please no.
                > casino
                This is a strike and counts until 2026-04-01 08:05 UTC; with your earlier ones you have 2. With 1 more comes a mute of 1h.
                Case #2. If this is a mistake, write to me: !appeal #2 and why. A moderator will look at it.
            modroom | bot: Case #2 — remove what ana wrote; warn ana (rule “No gambling”: “casino” in the body (characters 1 to 6, as written); 1 live + 1 new = 2 strike points → warn)
                > casino
            lounge | ana: casino
            freechat | bot mutes ana until 2026-03-02 09:10 (No gambling: 2 live + 1 new = 3 strike points)
            lounge | bot mutes ana until 2026-03-02 09:10 (No gambling: 2 live + 1 new = 3 strike points)
            lounge | bot removes ana’s “casino” (No gambling)
            lounge | bot warns ana: ana, please note our rule: No gambling.
                Please no.
                > casino
                This is a strike and counts until 2026-04-01 08:10 UTC; with your earlier ones you have 3. With 1 more comes a ban of 1w.
                That is enough for a mute of 1h, which starts now and ends by itself.
                Case #3. If this is a mistake, write to me: !appeal #3 and why. A moderator will look at it.
            modroom | bot: Case #3 — remove what ana wrote; warn ana; mute ana in freechat until 2026-03-02 09:10 UTC; mute ana in lounge until 2026-03-02 09:10 UTC (rule “No gambling”: “casino” in the body (characters 1 to 6, as written); 2 live + 1 new = 3 strike points → mute for 1h)
                > casino
            """
        )


async def test_who_comes_back_to_a_ban_after_the_strikes_expired_is_banned_for_longer():
    async with moot() as community:
        ana = community.member("ana")
        for _ in range(3):
            await ana.says("casino")
            await community.advance(minutes=5)
        await community.advance(days=60)
        for _ in range(2):
            await ana.says("casino")
            await community.advance(minutes=5)
        community.skip()
        await ana.says("casino")
        assert community.transcript() == script(
            """
            lounge | ana: casino
            freechat | bot bans ana until 2026-05-08 08:25 (No gambling: 2 live + 1 new = 3 strike points — case #6; to appeal, write to me: appeal #6)
            lounge | bot bans ana until 2026-05-08 08:25 (No gambling: 2 live + 1 new = 3 strike points — case #6; to appeal, write to me: appeal #6)
            lounge | bot removes ana’s “casino” (No gambling)
            lounge | bot warns ana: ana, please note our rule: No gambling.
                Please no.
                > casino
                This is a strike and counts until 2026-05-31 08:25 UTC; with your earlier ones you have 3. With 2 more comes the moderators' decision about a ban for good.
                That is enough for a ban of 1w, which starts now and ends by itself.
                Case #6. If this is a mistake, write to me: !appeal #6 and why. A moderator will look at it.
            modroom | bot: Case #6 — remove what ana wrote; warn ana; ban ana from freechat until 2026-05-08 08:25 UTC; ban ana from lounge until 2026-05-08 08:25 UTC (rule “No gambling”: “casino” in the body (characters 1 to 6, as written); 2 live + 1 new = 3 strike points → ban for 1w, since a lighter one was given before)
                > casino
            """
        )


async def test_one_message_is_never_two_strikes_whoever_asks():
    async with moot() as community:
        ana, mo, bo = community.member("ana"), community.moderator("mo"), community.moderator("bo")
        said = await ana.says("casino")
        rude = await ana.says("you windbag")
        community.skip()
        await mo.replies(said, "!warn no casinos")
        await mo.replies(rude, "!warn be kind")
        await bo.replies(rude, "!warn be kind")
        await bo.reports(rude, "rude")
        await bo.reacts(community.newest("modroom"), "⚠️")
        assert community.transcript() == script(
            """
            lounge | mo → ana: !warn no casinos
            lounge | bot → mo: That message has its strike already, in case #1. For something else, name ana instead.
            lounge | mo → ana: !warn be kind
            lounge | bot warns ana: ana, please note our rule: be kind.
                > you windbag
                This is a strike and counts until 2026-04-01 08:00 UTC; with your earlier ones you have 2. With 1 more comes a ban of 1d.
                Case #2. If this is a mistake, write to me: !appeal #2 and why. A moderator will look at it.
            modroom | bot: Case #2 — warn ana (by mo: be kind)
                > you windbag
            lounge | bot → mo: ana is warned, #2. Live strikes: 2. Next: a ban of 1d at 3.
            lounge | bo → ana: !warn be kind
            lounge | bot → bo: That message has its strike already, in case #2. For something else, name ana instead.
            lounge | bo reports ana’s “you windbag” (rude)
            modroom | bot: bo reports this message (memory://lounge/4) by ana: rude
                > you windbag
                On record about ana: 2 strikes that count, 2 cases.
                ✅ fine · 🗑️ remove · ⚠️ remove and warn · 🔨 remove and ban for 1d. Or answer: !resolve, !remove, !warn, !ban.
            modroom | bo reacts ⚠️ to “bo reports this message (memory://loung…”
            lounge | bot removes ana’s “you windbag” (shown by a report)
            modroom | bot: Case #3 — remove what ana wrote (by bo: shown by a report)
                > you windbag
            private | bot → ana: Your message was removed. Reason: shown by a report.
                > you windbag
                This is no strike.
                Case #3. If this is a mistake, write to me: !appeal #3 and why. A moderator will look at it.
            lounge | bot closes the reports about “you windbag”
            modroom | bot edits “bo reports this message (memory://loung…”: bo reports this message (memory://lounge/4) by ana: rude
                > you windbag
                On record about ana: 2 strikes that count, 2 cases.
                ✅ fine · 🗑️ remove · ⚠️ remove and warn · 🔨 remove and ban for 1d. Or answer: !resolve, !remove, !warn, !ban.
                ———
                removed by bo
            """
        )


async def test_who_only_quotes_is_not_struck_and_neither_is_the_quoted():
    async with moot(
        "name: Kind\nbody: windbag\nwarn: Please no.\nignore_blockquotes: true\nmode: enforce\n"
    ) as community:
        ana, bo = community.member("ana"), community.member("bo")
        said = await bo.says("a fine evening")
        community.skip()
        await ana.replies(said, "> bo said: you windbag\n\nThat was not kind.")
        await ana.tells("!strikes")
        await bo.tells("!strikes")
        assert community.transcript() == script(
            """
            lounge | ana → bo: > bo said: you windbag
                That was not kind.
            private | ana → bot: !strikes
            private | bot → ana: You have no strikes that count.
            private | bo → bot: !strikes
            private | bot → bo: You have no strikes that count.
            """
        )


async def test_nobody_acts_on_themselves_on_the_bot_or_on_a_moderator():
    async with moot() as community:
        mo = community.moderator("mo")
        community.moderator("bo")
        for words in (
            "!warn @mo",
            "!ban @mo 1d",
            "!mute @folkmoot 1h",
            "!ban @bo 1d",
            "!kick @folkmoot",
            "!exempt @mo",
        ):
            await mo.says(words, place="modroom")
        assert community.transcript() == script(
            """
            modroom | mo: !warn @mo
            modroom | bot → mo: Not done (warn mo): that is you.
            modroom | mo: !ban @mo 1d
            modroom | bot → mo: Not done (ban mo from freechat until 2026-03-03 08:00 UTC): that is you.
            modroom | mo: !mute @folkmoot 1h
            modroom | bot → mo: Not done (mute folkmoot in freechat until 2026-03-02 09:00 UTC): that is me.
            modroom | mo: !ban @bo 1d
            modroom | bot → mo: Not done (ban bo from freechat until 2026-03-03 08:00 UTC): moderators are never a target.
            modroom | mo: !kick @folkmoot
            modroom | bot → mo: Not done (put folkmoot out of freechat): that is me.
            modroom | mo: !exempt @mo
            modroom | bot → mo: mo is trusted already: no rule punishes them.
            """
        )


def test_a_ladder_that_cannot_climb_is_refused():
    with pytest.raises(SettingsError, match="the ladder never climbs"):
        moot(expiry="1m", cooldown="1h")
    with pytest.raises(SettingsError, match="steps go up"):
        moot(ladder=[{"at": 2, "do": "warn"}, {"at": 1, "do": "warn"}])
    with pytest.raises(SettingsError, match="lighter"):
        moot(ladder=[{"at": 1, "do": "ban", "for": "1d"}, {"at": 2, "do": "remind"}])
