"""Appeals are looked at by somebody else than who acted, and none is forgotten."""

from __future__ import annotations

from bot.testing import Moot, script

GAMBLING = "name: No gambling\nbody: casino\nwarn: Please no.\naction: remove\nmode: enforce\n"


def moot(text: str = GAMBLING, **settings: object) -> Moot:
    return Moot(plugins={"moderation": {"text": text, **settings}})


async def test_another_moderator_decides_than_the_one_who_acted():
    async with moot() as community:
        ana, mo, bo = community.member("ana"), community.moderator("mo"), community.moderator("bo")
        said = await ana.says("you are silly")
        await mo.replies(said, "!warn stay friendly")
        community.skip()
        await ana.tells("!appeal #1 I meant the film.")
        card = next(i for i in community.world.items.values() if i.text.startswith("Appeal in case"))
        await mo.says("!deny #1 no", place="modroom")
        await mo.reacts(type(said)("modroom", card.id), "❌")
        await bo.says("!deny #1 I read it differently, too", place="modroom")
        assert community.transcript() == script(
            """
            private | ana → bot: !appeal #1 I meant the film.
            modroom | bot: Appeal in case #1 by ana (stay friendly). mo gave it, so another moderator decides: bo.
                > I meant the film.
                Decide with !grant #1 or !deny #1 reason, or with ✅ or ❌ below this.
            private | bot → ana: Thank you. The moderators have your appeal in case #1 and will answer you. It will be somebody else than who acted.
            modroom | mo: !deny #1 no
            modroom | bot → mo: Case #1 is your own doing, so another moderator decides: bo.
            modroom | mo reacts ❌ to “Appeal in case #1 by ana (stay friendly…”
            modroom | bot → bot: Case #1 is your own doing, so another moderator decides: bo.
            modroom | bo: !deny #1 I read it differently, too
            private | bot → ana: Your appeal in case #1 was not granted. Reason: I read it differently, too
            modroom | bot → bo: Denied: case #1 stands.
            """
        )


async def test_who_acted_may_take_it_back_themselves():
    async with moot() as community:
        ana, mo, _ = community.member("ana"), community.moderator("mo"), community.moderator("bo")
        await mo.says("!mute @ana 2h loud", place="modroom")
        await ana.tells("!appeal #1 I was not loud.")
        community.skip()
        await mo.says("!grant #1 sorry", place="modroom")
        await ana.says("thank you")
        assert community.transcript() == script(
            """
            modroom | mo: !grant #1 sorry
            lounge | bot unmutes ana (undone: loud)
            freechat | bot unmutes ana (undone: loud)
            private | bot → ana: Your appeal was granted: case #1 has been taken back. What was counted against you for it no longer counts. “sorry”
            modroom | bot → mo: Granted: case #1 is taken back.
            lounge | ana: thank you
            """
        )


async def test_who_agreed_to_a_ban_acted_too():
    async with moot() as community:
        ana, mo, bo = community.member("ana"), community.moderator("mo"), community.moderator("bo")
        for _ in range(5):
            await ana.says("casino")
            await community.advance(days=7, hours=1)
        await mo.says("!approve #5", place="modroom")
        community.skip()
        await ana.tells("!appeal #5 It was the last time.")
        await mo.says("!deny #5 no", place="modroom")
        await bo.says("!grant #5 one more chance", place="modroom")
        assert community.transcript() == script(
            """
            private | ana → bot: !appeal #5 It was the last time.
            modroom | bot: Appeal in case #5 by ana (No gambling). A moderator agreed to it, so another moderator decides: bo.
                > It was the last time.
                Decide with !grant #5 or !deny #5 reason, or with ✅ or ❌ below this.
            private | bot → ana: Thank you. The moderators have your appeal in case #5 and will answer you. It will be somebody else than who acted.
            modroom | mo: !deny #5 no
            modroom | bot → mo: Case #5 is your own doing, so another moderator decides: bo.
            modroom | bo: !grant #5 one more chance
            lounge | bot unbans ana (undone: No gambling: 4 live + 1 new = 5 strike points)
            freechat | bot unbans ana (undone: No gambling: 4 live + 1 new = 5 strike points)
            lounge | bot restores ana’s “casino” (undone: No gambling)
            lounge | bot deletes “ana, please note our rule: No gambling.…”
            private | bot → ana: Your appeal was granted: case #5 has been taken back. What was counted against you for it no longer counts. “one more chance”
            modroom | bot → bo: Granted: case #5 is taken back.
            """
        )


async def test_an_appeal_that_waits_too_long_is_called_to_mind_once():
    async with moot(appeal_deadline="2d") as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await ana.says("casino")
        await ana.tells("!appeal #1 It is the name of a film.")
        community.skip()
        await community.advance(days=1)
        await community.advance(days=1, hours=1)
        await community.advance(days=3)
        await mo.reacts(community.newest("modroom"), "✅")
        assert community.transcript() == script(
            """
            modroom | bot: Appeal in case #1 by ana has waited for 2d 1h. Decide with !grant #1 or !deny #1 reason, or with ✅ or ❌ below this.
            modroom | mo reacts ✅ to “Appeal in case #1 by ana has waited for…”
            lounge | bot restores ana’s “casino” (undone: No gambling)
            lounge | bot deletes “ana, please note our rule: No gambling.…”
            private | bot → ana: Your appeal was granted: case #1 has been taken back. What was counted against you for it no longer counts.
            modroom | bot edits “Appeal in case #1 by ana has waited for…”: Appeal in case #1 by ana has waited for 2d 1h. Decide with !grant #1 or !deny #1 reason, or with ✅ or ❌ below this.
                ———
                Granted: case #1 is taken back. (mo)
            """
        )


async def test_what_a_moderator_does_is_told_with_the_words_and_the_appeal():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        said = [await ana.says(text) for text in ("off topic", "rude", "loud")]
        community.skip()
        await mo.replies(said[0], "!remove off topic")
        await mo.replies(said[1], "!mute 1h calm down")
        await mo.replies(said[2], "!kick please read the rules")
        assert community.transcript() == script(
            """
            lounge | mo → ana: !remove off topic
            lounge | bot removes ana’s “off topic” (off topic)
            modroom | bot: Case #1 — remove what ana wrote (by mo: off topic)
                > off topic
            private | bot → ana: Your message was removed. Reason: off topic.
                > off topic
                This is no strike.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            lounge | bot closes the reports about “off topic”
            lounge | bot → mo: What ana wrote is removed: case #1.
            lounge | mo → ana: !mute 1h calm down
            freechat | bot mutes ana until 2026-03-02 09:00 (calm down)
            lounge | bot mutes ana until 2026-03-02 09:00 (calm down)
            modroom | bot: Case #2 — mute ana in freechat until 2026-03-02 09:00 UTC; mute ana in lounge until 2026-03-02 09:00 UTC (by mo: calm down)
                > rude
            private | bot → ana: You have been muted until 2026-03-02 09:00 UTC. Reason: calm down.
                > rude
                Case #2. If this is a mistake, write to me: !appeal #2 and why. A moderator will look at it.
            lounge | bot → mo: ana is muted for 1h: case #2.
            lounge | mo → ana: !kick please read the rules
            lounge | bot kicks ana (please read the rules — case #3; to appeal, write to me: appeal #3)
            modroom | bot: Case #3 — put ana out of lounge (by mo: please read the rules)
                > loud
            private | bot → ana: You have been put out of lounge. Reason: please read the rules. You may come back; this is no strike.
                Case #3. If this is a mistake, write to me: !appeal #3 and why. A moderator will look at it.
            lounge | bot → mo: ana is out: case #3.
            """
        )


async def test_why_tells_the_rule_its_version_the_words_the_arithmetic_and_what_comes_next():
    async with moot() as community:
        ana = community.member("ana")
        await ana.says("my cas\u200bino")
        await community.advance(minutes=5)
        await ana.says("casino again")
        community.skip()
        await ana.tells("!why #1")
        assert community.transcript() == script(
            """
            private | ana → bot: !why #1
            private | bot → ana: Case #1, about ana, decided by the bot at 2026-03-02 08:00 UTC.
                Rule: No gambling (35580c60)
                Why: “cas\u200bino” in the body (characters 4 to 10, without disguise); 0 live + 1 new = 1 strike points → warn.
                > my cas\u200bino
                - remove: sent
                - warning, 1 point: sent
                Now: 2 strikes that count. At 3 comes a ban of 1d.
            """
        )
