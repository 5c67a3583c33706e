"""A moderator can do much by mistake, or through a stolen account: beyond a budget a second one has to agree."""

from __future__ import annotations

from bot.testing import Moot, script


def moot(**limits: object) -> Moot:
    return Moot(plugins={"moderation": {}}, config={"limits": limits})


async def test_beyond_the_budget_the_other_moderator_decides():
    async with moot(acts_per_hour=2) as community:
        ana, mo, bo = community.member("ana"), community.moderator("mo"), community.moderator("bo")
        for name in ("one", "two", "three"):
            community.member(name)
        await mo.says("!ban @one 1d spam", place="modroom")
        await mo.says("!mute @two 1h loud", place="modroom")
        await mo.says("!warn @ana please be kind", place="modroom")
        community.skip()
        await mo.says("!ban @three 1d spam", place="modroom")
        await mo.says("!approve #4", place="modroom")
        assert community.transcript() == script(
            """
            modroom | mo: !ban @three 1d spam
            modroom | bot: Your decision #4 — proposed: ban three from freechat until 2026-03-03 08:00 UTC; ban three from lounge until 2026-03-03 08:00 UTC (by mo: spam)
                A second moderator has to agree: mo has done 2 such things within an hour. Put ✅ or ❌ below this, or say !approve or !reject #4.
            modroom | bot → mo: Case #4 waits: a second moderator has to agree: mo has done 2 such things within an hour. They can put ✅ below it in your room.
            modroom | mo: !approve #4
            modroom | bot → mo: You asked for case #4 yourself, so another moderator has to agree: bo.
            """
        )
        await bo.says("!approve #4", place="modroom")
        await community.advance(days=1)
        await ana.says("quiet here")
        assert community.transcript() == script(
            """
            modroom | bo: !approve #4
            freechat | bot bans three until 2026-03-03 08:00 (spam — case #4; to appeal, write to me: appeal #4)
            lounge | bot bans three until 2026-03-03 08:00 (spam — case #4; to appeal, write to me: appeal #4)
            private | bot → three: You have been banned until 2026-03-03 08:00 UTC. Reason: spam.
                Case #4. If this is a mistake, write to me: !appeal #4 and why. A moderator will look at it.
            modroom | bot → mo: three is banned for 1d: case #4.
            modroom | bot → bo: Case #4 is approved.
            freechat | bot unbans one (the time is up)
            lounge | bot unbans one (the time is up)
            freechat | bot unmutes two (the time is up)
            lounge | bot unmutes two (the time is up)
            freechat | bot unbans three (the time is up)
            lounge | bot unbans three (the time is up)
            lounge | ana: quiet here
            """
        )


async def test_a_reaction_of_the_same_moderator_releases_nothing_and_one_of_another_does():
    async with moot(acts_per_hour=1) as community:
        ana, mo, bo = community.member("ana"), community.moderator("mo"), community.moderator("bo")
        said = [await ana.says(f"buy {number}") for number in (1, 2)]
        await mo.replies(said[0], "!remove advertising")
        await community.member("cy").reports(said[1], "advertising")
        card = community.newest("modroom")
        community.skip()
        await mo.reacts(card, "🗑️")
        held = [one for one in community.world.items.values() if "Your decision" in one.text][-1]
        proposal = type(card)("modroom", held.id)
        await mo.reacts(proposal, "✅")
        await bo.reacts(proposal, "✅")
        assert community.transcript() == script(
            """
            modroom | mo reacts 🗑️ to “cy reports this message (memory://loung…”
            modroom | bot: Your decision #2 — proposed: remove what ana wrote (by mo: shown by a report)
                A second moderator has to agree: mo has done 1 such things within an hour. Put ✅ or ❌ below this, or say !approve or !reject #2.
                > buy 2
            modroom | bot → bot: Case #2 waits: a second moderator has to agree: mo has done 1 such things within an hour. They can put ✅ below it in your room.
            modroom | mo reacts ✅ to “Your decision #2 — proposed: remove wha…”
            modroom | bot → bot: You asked for case #2 yourself, so another moderator has to agree: bo.
            modroom | bo reacts ✅ to “Your decision #2 — proposed: remove wha…”
            lounge | bot removes ana’s “buy 2” (shown by a report)
            private | bot → ana: Your message was removed. Reason: shown by a report.
                > buy 2
                This is no strike.
                Case #2. If this is a mistake, write to me: !appeal #2 and why. A moderator will look at it.
            lounge | bot closes the reports about “buy 2”
            modroom | bot edits “cy reports this message (memory://loung…”: cy reports this message (memory://lounge/2) by ana: advertising
                > buy 2
                On record about ana: no strikes that count, 1 case.
                ✅ fine · 🗑️ remove · ⚠️ remove and warn · 🔨 remove and ban for 1d. Or answer: !resolve, !remove, !warn, !ban.
                ———
                removed by mo
            modroom | bot edits “Your decision #2 — proposed: remove wha…”: Your decision #2 — proposed: remove what ana wrote (by mo: shown by a report)
                A second moderator has to agree: mo has done 1 such things within an hour. Put ✅ or ❌ below this, or say !approve or !reject #2.
                > buy 2
                ———
                approved by bo
            """
        )


async def test_the_only_moderator_is_asked_again_but_not_stuck():
    async with moot(acts_per_hour=1) as community:
        mo = community.moderator("mo")
        for name in ("one", "two"):
            community.member(name)
            await mo.says(f"!ban @{name} 1d spam", place="modroom")
        community.skip()
        await mo.says("!approve #2", place="modroom")
        assert community.transcript().splitlines()[1].startswith("freechat | bot bans two until")


async def test_the_budget_is_for_an_hour_and_warnings_and_other_moderators_do_not_use_it_up():
    async with moot(acts_per_hour=1) as community:
        mo, bo = community.moderator("mo"), community.moderator("bo")
        for name in ("one", "two", "three", "four"):
            community.member(name)
        for number in range(2):
            await mo.says(f"!warn @four number {number}", place="modroom")
        await mo.says("!ban @one 1d spam", place="modroom")
        await bo.says("!ban @two 1d spam", place="modroom")
        await community.advance(minutes=61)
        await mo.says("!ban @three 1d spam", place="modroom")
        assert {place for place, who in community.world.banned if who in {"one", "two", "three"}} == {
            "freechat",
            "lounge",
        }
        assert "second moderator" not in community.transcript()
