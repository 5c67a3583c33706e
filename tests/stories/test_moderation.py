"""Warn, then ban: the whole job as members and moderators live through it, word for word."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import SettingsError
from bot.testing import DefaultTests, Moot, script
from plugins.moderation import plugin

GAMBLING = """\
name: No gambling
body+title: [casino, free spins]
warn: Please no gambling here.
action: remove
mode: enforce
"""


def moot(text: str = GAMBLING, **settings: object) -> Moot:
    return Moot(plugins={"moderation": {"text": text, **settings}})


class TestPlugin(DefaultTests):
    plugin = plugin
    settings = {"text": GAMBLING}  # noqa: RUF012 - as DefaultTests wants it


async def test_a_member_is_warned_twice_then_banned_for_a_day_and_comes_back():
    async with moot() as community:
        ana = community.member("ana")
        await ana.says("Best casino in town")
        await community.advance(minutes=5)
        await ana.posts("Free spins", "for everybody")
        await community.advance(minutes=5)
        await ana.says("my casino again")
        assert await ana.tries("let me in") == "ana is banned in lounge and cannot write"
        await community.advance(days=1)
        await ana.says("I am back")
        assert community.transcript() == script(
            """
            lounge | ana: Best casino in town
            lounge | bot removes ana’s “Best casino in town” (No gambling)
            lounge | bot warns ana: ana, please note our rule: No gambling.
                Please no gambling here.
                > casino
                This is a strike and counts until 2026-04-01 08:00 UTC. With 1 more comes another warning.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot: Case #1 — remove what ana wrote; warn ana (rule “No gambling”: “casino” in the body (characters 6 to 11, as written); 0 live + 1 new = 1 strike points → warn)
                > Best casino in town
            freechat | ana posts “Free spins”: for everybody
            freechat | bot removes ana’s “Free spins” (No gambling)
            freechat | bot warns ana: ana, please note our rule: No gambling.
                Please no gambling here.
                > Free spins
                This is a strike and counts until 2026-04-01 08:05 UTC; with your earlier ones you have 2. With 1 more comes a ban of 1d.
                Case #2. If this is a mistake, write to me: !appeal #2 and why. A moderator will look at it.
            modroom | bot: Case #2 — remove what ana wrote; warn ana (rule “No gambling”: “Free spins” in the title (characters 1 to 10, as written); 1 live + 1 new = 2 strike points → warn)
                > Free spins for everybody
            lounge | ana: my casino again
            freechat | bot bans ana until 2026-03-03 08:10 (No gambling: 2 live + 1 new = 3 strike points — case #3; to appeal, write to me: appeal #3)
            lounge | bot bans ana until 2026-03-03 08:10 (No gambling: 2 live + 1 new = 3 strike points — case #3; to appeal, write to me: appeal #3)
            lounge | bot removes ana’s “my casino again” (No gambling)
            lounge | bot warns ana: ana, please note our rule: No gambling.
                Please no gambling here.
                > casino
                This is a strike and counts until 2026-04-01 08:10 UTC; with your earlier ones you have 3. With 1 more comes a ban of 1w.
                That is enough for a ban of 1d, which starts now and ends by itself.
                Case #3. If this is a mistake, write to me: !appeal #3 and why. A moderator will look at it.
            modroom | bot: Case #3 — remove what ana wrote; warn ana; ban ana from freechat until 2026-03-03 08:10 UTC; ban ana from lounge until 2026-03-03 08:10 UTC (rule “No gambling”: “casino” in the body (characters 4 to 9, as written); 2 live + 1 new = 3 strike points → ban for 1d)
                > my casino again
            lounge | ana is banned and cannot write: let me in
            freechat | bot unbans ana (the time is up)
            lounge | bot unbans ana (the time is up)
            lounge | ana: I am back
            """
        )


async def test_messages_of_one_incident_bring_one_strike():
    async with moot() as community:
        ana = community.member("ana")
        for word in ("one", "two", "three", "four"):
            await ana.says(f"casino {word}")
            await community.advance(seconds=10)
        community.skip()
        await ana.tells("!strikes")
        assert community.transcript() == script(
            """
            private | ana → bot: !strikes
            private | bot → ana: You have 1 strike that counts. At 2 comes another warning.
                - #1 No gambling: 1 until 2026-04-01 08:00 UTC
            """
        )


async def test_strikes_expire():
    async with moot() as community:
        ana = community.member("ana")
        await ana.says("casino")
        await community.advance(days=29)
        await ana.says("casino")
        await community.advance(days=2)
        community.skip()
        await ana.tells("!strikes")
        await community.advance(days=28)
        await ana.tells("!strikes")
        assert community.transcript() == script(
            """
            private | ana → bot: !strikes
            private | bot → ana: You have 1 strike that counts. At 2 comes another warning.
                - #2 No gambling: 1 until 2026-04-30 08:00 UTC
            private | ana → bot: !strikes
            private | bot → ana: You have no strikes that count.
            """
        )


async def test_words_that_are_edited_in_are_found_once():
    async with moot() as community:
        ana = community.member("ana")
        said = await ana.posts("Hello", "nothing special")
        await ana.edits(said, "cas\u200bino, cas\u200bino!")
        await community.advance(minutes=5)
        await ana.edits(said, "my casino")
        assert community.transcript() == script(
            """
            freechat | ana posts “Hello”: nothing special
            freechat | ana edits “Hello”: cas\u200bino, cas\u200bino!
            freechat | bot removes ana’s “Hello” (No gambling)
            freechat | bot warns ana: ana, please note our rule: No gambling.
                Please no gambling here.
                > cas\u200bino
                This is a strike and counts until 2026-04-01 08:00 UTC. With 1 more comes another warning.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot: Case #1 — remove what ana wrote; warn ana (rule “No gambling”: “cas\u200bino” in the body (characters 1 to 7, without disguise); 0 live + 1 new = 1 strike points → warn)
                > Hello cas\u200bino, cas\u200bino!
            freechat | ana edits “Hello”: my casino
            """
        )


async def test_quoting_what_one_answers_is_not_saying_it():
    async with moot("name: Kind\nbody: fool\nwarn: yes\nmode: enforce\n") as community:
        ana, bo = community.member("ana"), community.member("bo")
        said = await bo.says("You fool!")
        community.skip()
        await ana.replies(said, "> You fool!\nPlease do not.")
        assert community.transcript() == script(
            """
            lounge | ana → bo: > You fool!
                Please do not.
            """
        )


async def test_what_only_looks_like_a_quotation_is_said():
    async with moot() as community:
        ana, bo = community.member("ana"), community.member("bo")
        said = await bo.says("hello")
        community.skip()
        await ana.replies(said, "> casino\nhere")
        assert (
            community.transcript().splitlines()[2]
            == "lounge | bot removes ana’s “> casino here” (No gambling)"
        )


async def test_a_rule_may_leave_all_quotations_alone():
    async with moot(GAMBLING + "ignore_blockquotes: true\n") as community:
        ana = community.member("ana")
        await ana.says("> casino\nPlease do not.")
        assert community.transcript() == script(
            """
            lounge | ana: > casino
                Please do not.
            """
        )


async def test_moderators_bots_and_trusted_people_are_exempt():
    async with moot() as community:
        mo, robot = community.moderator("mo"), community.member("robot", is_bot=True)
        await mo.says("casino")
        await robot.says("casino")
        await mo.says("!warn @mo for fun")
        assert community.transcript() == script(
            """
            lounge | mo: casino
            lounge | robot: casino
            lounge | mo: !warn @mo for fun
            lounge | bot → mo: Not done (warn mo): that is you.
            """
        )


async def test_an_appeal_is_granted_and_everything_is_undone():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        for _ in range(3):
            await ana.posts("Look", "casino")
            await community.advance(minutes=5)
        community.skip()
        await ana.tells("!appeal #1 It is the name of a film.")
        await ana.tells("!appeal #1 Hello?")
        await mo.says("!why #1", place="modroom")
        await mo.says("!grant #1 I know that film", place="modroom")
        await mo.says("!grant #1", place="modroom")
        await ana.says("thank you")
        await mo.says("!strikes @ana", place="modroom")
        assert community.transcript() == script(
            """
            private | ana → bot: !appeal #1 It is the name of a film.
            modroom | bot: Appeal in case #1 by ana (No gambling). The bot gave it.
                > It is the name of a film.
                Decide with !grant #1 or !deny #1 reason, or with ✅ or ❌ below this.
            private | bot → ana: Thank you. The moderators have your appeal in case #1 and will answer you.
            private | ana → bot: !appeal #1 Hello?
            private | bot → ana: Your appeal in case #1 is with the moderators already.
            modroom | mo: !why #1
            modroom | bot → mo: Case #1, about ana, decided by the bot at 2026-03-02 08:00 UTC.
                Rule: No gambling (97b8cfd9)
                Why: “casino” in the body (characters 1 to 6, as written); 0 live + 1 new = 1 strike points → warn.
                > Look casino
                - remove: sent
                - warning, 1 point: sent
                Now: 3 strikes that count. At 4 comes a ban of 1w.
            modroom | mo: !grant #1 I know that film
            freechat | bot unbans ana (the strike that led to it was taken back)
            lounge | bot unbans ana (the strike that led to it was taken back)
            freechat | bot restores ana’s “Look” (undone: No gambling)
            freechat | bot deletes “ana, please note our rule: No gambling.…”
            private | bot → ana: Your appeal was granted: case #1 has been taken back. What was counted against you for it no longer counts. The ban that followed from it is lifted, too. “I know that film”
            modroom | bot → mo: Granted: case #1 is taken back. The ban of #3, which counted it, is lifted or shortened.
            modroom | mo: !grant #1
            modroom | bot → mo: The appeal in case #1 was decided already: granted by mo.
            lounge | ana: thank you
            modroom | mo: !strikes @ana
            modroom | bot → mo: ana has 2 strikes that count. At 3 comes a ban of 1d.
                - #2 No gambling: 1 until 2026-04-01 08:05 UTC
                - #3 No gambling: 1 until 2026-04-01 08:10 UTC
            """
        )


async def test_an_appeal_is_denied_with_a_reason():
    async with moot() as community:
        ana, mo, bo = community.member("ana"), community.moderator("mo"), community.member("bo")
        said = await ana.says("you are silly")
        await mo.replies(said, "!warn stay friendly")
        community.skip()
        await bo.tells("!appeal #1 leave her alone")
        await ana.tells("!appeal #1 he is silly")
        await mo.says("!deny #1 read the rules", place="modroom")
        await ana.tells("!appeal #1 please")
        assert community.transcript() == script(
            """
            private | bo → bot: !appeal #1 leave her alone
            private | bot → bo: There is no case #1 about you. “!strikes” shows the numbers of yours.
            private | ana → bot: !appeal #1 he is silly
            modroom | bot: Appeal in case #1 by ana (stay friendly). mo gave it, and nobody else moderates here, so they decide themselves.
                > he is silly
                Decide with !grant #1 or !deny #1 reason, or with ✅ or ❌ below this.
            private | bot → ana: Thank you. The moderators have your appeal in case #1 and will answer you.
            modroom | mo: !deny #1 read the rules
            private | bot → ana: Your appeal in case #1 was not granted. Reason: read the rules
            modroom | bot → mo: Denied: case #1 stands. It was your own doing: let somebody else look at it, too, if you can.
            private | ana → bot: !appeal #1 please
            private | bot → ana: The appeal in case #1 was decided already: denied by mo.
            """
        )


async def test_undoing_a_strike_lifts_the_ban_that_counted_it():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        for _ in range(3):
            await ana.says("casino")
            await community.advance(minutes=5)
        community.skip()
        await mo.says("!undo #2", place="modroom")
        await mo.says("!undo #2", place="modroom")
        await ana.says("I may speak again")
        assert community.transcript() == script(
            """
            modroom | mo: !undo #2
            freechat | bot unbans ana (the strike that led to it was taken back)
            lounge | bot unbans ana (the strike that led to it was taken back)
            lounge | bot restores ana’s “casino” (undone: No gambling)
            lounge | bot deletes “ana, please note our rule: No gambling.…”
            private | bot → ana: Case #2 has been taken back. What was counted against you for it no longer counts. The ban that followed from it is lifted, too.
            modroom | bot → mo: Case #2 is taken back. The ban of #3, which counted it, is lifted or shortened.
            modroom | mo: !undo #2
            modroom | bot → mo: Case #2 has been taken back already.
            lounge | ana: I may speak again
            """
        )


async def test_undoing_does_not_lift_what_a_moderator_gave():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        for _ in range(3):
            await ana.says("casino")
            await community.advance(minutes=5)
        await mo.says("!ban @ana 7d enough", place="modroom")
        await mo.says("!undo #3", place="modroom")
        community.skip()
        assert await ana.tries("hello") == "ana is banned in lounge and cannot write"
        await mo.says("!unban @ana", place="modroom")
        await ana.says("hello")
        assert community.transcript() == script(
            """
            lounge | ana is banned and cannot write: hello
            modroom | mo: !unban @ana
            freechat | bot unbans ana (lifted by a moderator)
            lounge | bot unbans ana (lifted by a moderator)
            modroom | bot → mo: ana is no longer banned.
            lounge | ana: hello
            """
        )


async def test_a_pardon_takes_back_the_strikes_but_not_the_removals():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        for _ in range(3):
            await ana.says("casino")
            await community.advance(minutes=5)
        community.skip()
        await mo.says("!pardon @ana", place="modroom")
        await mo.reacts(community.newest("modroom"), "✅")
        await mo.says("!pardon @ana yes", place="modroom")
        await mo.says("!strikes @ana", place="modroom")
        await mo.says("!cases @ana", place="modroom")
        assert community.transcript() == script(
            """
            modroom | mo: !pardon @ana
            modroom | bot → mo: #1, #2, #3 of ana would no longer count, and nothing brings strikes back. Sure? Put ✅ below this, or say “!pardon @ana yes”.
            modroom | mo reacts ✅ to “#1, #2, #3 of ana would no longer count…”
            lounge | bot unbans ana (undone: No gambling: 2 live + 1 new = 3 strike points)
            freechat | bot unbans ana (undone: No gambling: 2 live + 1 new = 3 strike points)
            lounge | bot deletes “ana, please note our rule: No gambling.…”
            lounge | bot deletes “ana, please note our rule: No gambling.…”
            lounge | bot deletes “ana, please note our rule: No gambling.…”
            private | bot → ana: You are pardoned: your strikes (#1, #2, #3) no longer count, and what followed from them is lifted.
            modroom | bot edits “#1, #2, #3 of ana would no longer count…”: ana is pardoned: #1, #2, #3 no longer count. (mo)
            modroom | mo: !pardon @ana yes
            modroom | bot → mo: ana has no strikes that count.
            modroom | mo: !strikes @ana
            modroom | bot → mo: ana has no strikes that count.
            modroom | mo: !cases @ana
            modroom | bot → mo: - #3 ana: No gambling, strike taken back, 2026-03-02 08:10 UTC
                - #2 ana: No gambling, strike taken back, 2026-03-02 08:05 UTC
                - #1 ana: No gambling, strike taken back, 2026-03-02 08:00 UTC
            """
        )


async def test_moderators_warn_mute_and_ban_by_hand():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        said = await ana.says("you are silly")
        await mo.replies(said, "!warn stay friendly")
        await mo.says("!mute @ana 1h cool down", place="modroom")
        await mo.says("!unmute @ana", place="modroom")
        await mo.says("!ban @ana", place="modroom")
        await mo.says("!ban", place="modroom")
        assert community.transcript() == script(
            """
            lounge | ana: you are silly
            lounge | mo → ana: !warn stay friendly
            lounge | bot warns ana: ana, please note our rule: stay friendly.
                > you are silly
                This is a strike and counts until 2026-04-01 08:00 UTC. With 1 more comes another warning.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot: Case #1 — warn ana (by mo: stay friendly)
                > you are silly
            lounge | bot → mo: ana is warned, #1. Live strikes: 1. Next: another warning at 2.
            modroom | mo: !mute @ana 1h cool down
            freechat | bot mutes ana until 2026-03-02 09:00 (cool down)
            lounge | bot mutes ana until 2026-03-02 09:00 (cool down)
            modroom | bot: Case #2 — mute ana in freechat until 2026-03-02 09:00 UTC; mute ana in lounge until 2026-03-02 09:00 UTC (by mo: cool down)
            private | bot → ana: You have been muted until 2026-03-02 09:00 UTC. Reason: cool down.
                Case #2. If this is a mistake, write to me: !appeal #2 and why. A moderator will look at it.
            modroom | bot → mo: ana is muted for 1h: case #2.
            modroom | mo: !unmute @ana
            freechat | bot unmutes ana (lifted by a moderator)
            lounge | bot unmutes ana (lifted by a moderator)
            modroom | bot → mo: ana is no longer muted.
            modroom | mo: !ban @ana
            freechat | bot bans ana for good (not given — case #3; to appeal, write to me: appeal #3)
            lounge | bot bans ana for good (not given — case #3; to appeal, write to me: appeal #3)
            modroom | bot: Case #3 — ban ana from freechat for good; ban ana from lounge for good (by mo: not given)
            private | bot → ana: You have been banned for good. Reason: not given.
                Case #3. If this is a mistake, write to me: !appeal #3 and why. A moderator will look at it.
            modroom | bot → mo: ana is banned for good: case #3.
            modroom | mo: !ban
            modroom | bot → mo: Please say who is meant, or answer one of their messages.
                Usage: !ban PERSON [SPAN] [REASON…]
                Example: !ban @ana 7d spam
            """
        )


@pytest.fixture
def no_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """What trying rules out costs is shown, and differs each time."""
    monkeypatch.setattr("plugins.moderation.rulecommands.thread_time", lambda: 0.0)


async def test_a_new_rule_only_watches_until_it_is_enforced(no_cost: None):
    async with moot("name: Be kind\nbody: idiot\nwarn: yes\n") as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await ana.says("you idiot")
        await mo.says("!rules list", place="modroom")
        await mo.says("!rules backtest Be kind 7d", place="modroom")
        await mo.says("!rules enforce be kind", place="modroom")
        await ana.says("you idiot!")
        await community.advance(minutes=5)
        await mo.says("!rules watch Be kind", place="modroom")
        await ana.says("you idiot!!")
        assert community.transcript() == script(
            """
            lounge | ana: you idiot
            modroom | bot: Only watching — would: warn ana (rule “Be kind”: “idiot” in the body (characters 5 to 9, as written); 0 live + 1 new = 1 strike points → warn)
                > you idiot
            modroom | mo: !rules list
            modroom | bot → mo: - Be kind: watch, 1 strike
            modroom | mo: !rules backtest Be kind 7d
            modroom | bot → mo: Be kind over the last 1w: 1 of 1 messages, by 1 person.
                Most often: ana 1.
                The ladder would have led to: 1 × warn.
                - ana: “you idiot” (idiot)
                It took 0 ms.
                To let it act: !rules enforce Be kind
            modroom | mo: !rules enforce be kind
            modroom | bot → mo: Be kind is enforced from now on.
            lounge | ana: you idiot!
            lounge | bot warns ana: ana, please note our rule: Be kind.
                > idiot
                This is a strike and counts until 2026-04-01 08:00 UTC. With 1 more comes another warning.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot: Case #1 — warn ana (rule “Be kind”: “idiot” in the body (characters 5 to 9, as written); 0 live + 1 new = 1 strike points → warn)
                > you idiot!
            modroom | mo: !rules watch Be kind
            modroom | bot → mo: Be kind only watches from now on.
            lounge | ana: you idiot!!
            modroom | bot: Only watching — would: warn ana (rule “Be kind”: “idiot” in the body (characters 5 to 9, as written); 1 live + 1 new = 2 strike points → warn)
                > you idiot!!
            """
        )


async def test_rules_are_added_tried_and_taken_back_by_chat(no_cost: None):
    async with moot() as community:
        mo, ana = community.moderator("mo"), community.member("ana")
        await mo.says("!rules add\nname: Cats\nboddy: cats\naction: remove", place="modroom")
        await mo.says("!rules add\nbody: cats\naction: remove", place="modroom")
        await mo.says("!rules add\n```\nname: Cats\nbody: cats\naction: remove\n```", place="modroom")
        await mo.says("!rules test I like cats and a casino", place="modroom")
        await mo.says("!rules test I like dogs", place="modroom")
        await mo.says("!rules show cats", place="modroom")
        await mo.says("!rules enforce Cats", place="modroom")
        await ana.says("cats!")
        await mo.says("!rules undo", place="modroom")
        await mo.says("!rules undo", place="modroom")
        await mo.says("!rules undo", place="modroom")
        await mo.says("!rules enforce Cats", place="modroom")
        await community.restart()
        await mo.says("!rules list", place="modroom")
        assert community.transcript() == script(
            """
            modroom | mo: !rules add
                name: Cats
                boddy: cats
                action: remove
            modroom | bot → mo: I did not add that rule:
                - line 2: there is no key or field 'boddy', so the rule is off; did you mean 'body'?
                Mend it and send it again.
            modroom | mo: !rules add
                body: cats
                action: remove
            modroom | bot → mo: Please give the rule a name, in a line of its own: name: No gambling
            modroom | mo: !rules add
                ```
                name: Cats
                body: cats
                action: remove
                ```
            modroom | bot → mo: Cats is added and only watches. “!rules backtest Cats” shows what it would have done.
            modroom | mo: !rules test I like cats and a casino
            modroom | bot → mo: - No gambling: enforce, remove, 1 strike: “casino” in the body (characters 19 to 24, as written)
                - Cats: watch, remove: “cats” in the body (characters 8 to 11, as written)
                The ladder, for somebody without a strike: 1 strike point → warn.
                Moderators, trusted people and bots are exempt.
                2 rules in 0.0 ms.
            modroom | mo: !rules test I like dogs
            modroom | bot → mo: No rule catches that. 2 rules in 0.0 ms.
            modroom | mo: !rules show cats
            modroom | bot → mo: Cats: watch, version 3762cf77, chat line 1
                > name: Cats
                > body: cats
                > action: remove
            modroom | mo: !rules enforce Cats
            modroom | bot → mo: Cats is enforced from now on.
            lounge | ana: cats!
            lounge | bot removes ana’s “cats!” (Cats)
            modroom | bot: Case #1 — remove what ana wrote (rule “Cats”: “cats” in the body (characters 1 to 4, as written); no strike)
                > cats!
            private | bot → ana: Your message was removed. Our rule: Cats.
                > cats
                This is no strike.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | mo: !rules undo
            modroom | bot → mo: Taken back: Cats → enforce (changed by mo).
            modroom | mo: !rules undo
            modroom | bot → mo: Taken back: Cats added (3762cf77) (changed by mo).
            modroom | mo: !rules undo
            modroom | bot → mo: No rule was changed by chat.
            modroom | mo: !rules enforce Cats
            modroom | bot → mo: There is no rule “Cats”. “!rules list” shows them all.
            modroom | mo: !rules list
            modroom | bot → mo: - No gambling: enforce, remove, 1 strike
            """
        )


async def test_rules_are_tried_on_the_message_that_is_answered(no_cost: None):
    rules = (
        "name: No gambling\nbody: casino\nwarn: Please do not.\nmode: enforce\n---\n"
        "name: Repeats\nbody: hello\nrepeat: {count: 2, within: 1h, same: text}\naction: report\n---\n"
        "name: Answers\nbody: hello\ncomment: Hello {{author}}!"
    )
    async with moot(rules) as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await ana.says("my casino")
        await community.advance(minutes=5)
        again = await ana.says("my casino again")
        own = await mo.says("the casino of old, hello")
        await ana.says("hello")
        greeting = await ana.says("hello")
        community.skip()
        for said in (again, own, greeting):
            await mo.replies(said, "!rules test")
        await mo.says("!rules test", "modroom")
        assert community.transcript() == script(
            """
            lounge | mo → ana: !rules test
            lounge | bot → mo: - No gambling: enforce, 1 strike: “casino” in the body (characters 4 to 9, as written)
                For ana it would belong to the incident of the last strike, so no new one.
                Moderators, trusted people and bots are exempt.
                3 rules in 0.0 ms.
            lounge | mo → mo: !rules test
            lounge | bot → mo: - No gambling: enforce, 1 strike: “casino” in the body (characters 5 to 10, as written)
                - Answers: watch, comment: “hello” in the body (characters 20 to 24, as written)
                The ladder, for mo: 1 strike point → warn.
                mo is exempt from No gambling.
                3 rules in 0.0 ms.
            lounge | mo → ana: !rules test
            lounge | bot → mo: - Repeats: watch, report: “hello” in the body (characters 1 to 5, as written)
                - Answers: watch, comment: “hello” in the body (characters 1 to 5, as written)
                Moderators, trusted people and bots are exempt, but not from Answers.
                3 rules in 0.0 ms.
            modroom | mo: !rules test
            modroom | bot → mo: Say a text to try the rules on, or answer the message that they are to be held against.
            """
        )


async def test_the_same_text_again_and_again():
    text = "name: Once is enough\nrepeat: {count: 3, within: 10m, same: text}\nstrikes: 1\naction: remove\nmode: enforce\n"
    async with moot(text) as community:
        ana = community.member("ana")
        await ana.says("Buy my book!")
        await ana.posts("Hello", "Buy my shoes!")
        await ana.says("buy my  BOOK!")
        await community.advance(minutes=1)
        community.skip()
        await ana.says("Buy my book!")
        assert community.transcript() == script(
            """
            lounge | ana: Buy my book!
            lounge | bot removes ana’s “Buy my book!” (Once is enough)
            lounge | bot warns ana: ana, please note our rule: Once is enough.
                > Buy my book!
                This is a strike and counts until 2026-04-01 08:01 UTC. With 1 more comes another warning.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot: Case #1 — remove what ana wrote; warn ana (rule “Once is enough”: the message meets the rule's conditions; 0 live + 1 new = 1 strike points → warn)
                > Buy my book!
            """
        )


async def test_a_ban_for_good_waits_for_a_moderator():
    steps = [{"at": 1, "do": "mute", "for": "1h"}, {"at": 2, "do": "propose_ban"}]
    async with moot(ladder=steps) as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await ana.says("casino")
        assert await ana.tries("hm") == "ana is muted in lounge and cannot write"
        await community.advance(hours=1)
        community.skip()
        await ana.says("casino")
        await mo.says("!approve #1", place="modroom")
        await mo.says("!reject #2", place="modroom")
        await ana.says("phew")
        await community.advance(minutes=5)
        await ana.says("casino")
        community.skip()
        await mo.says("!approve #3", place="modroom")
        assert community.transcript() == script(
            """
            modroom | mo: !approve #3
            freechat | bot bans ana for good (No gambling: 2 live + 1 new = 3 strike points — case #3; to appeal, write to me: appeal #3)
            lounge | bot bans ana for good (No gambling: 2 live + 1 new = 3 strike points — case #3; to appeal, write to me: appeal #3)
            modroom | bot → mo: Case #3 is approved.
            """
        )


async def test_reports_reach_the_moderators_and_are_counted():
    text = "name: Often reported\nreports: 2\naction: filter\nmode: enforce\n"
    async with moot(text) as community:
        ana, bo, cy = community.member("ana"), community.member("bo"), community.member("cy")
        said = await ana.posts("Hello", "there")
        await bo.reports(said, "rude")
        await bo.reports(said, "still rude")
        await cy.reports(said, "very rude")
        assert community.transcript() == script(
            """
            freechat | ana posts “Hello”: there
            freechat | bo reports ana’s “Hello” (rude)
            modroom | bot: bo reports this message (memory://freechat/1) by ana: rude
                > there
                Nothing is on record about ana.
                ✅ fine · 🗑️ remove · ⚠️ remove and warn · 🔨 remove and ban for 1d. Or answer: !resolve, !remove, !warn, !ban.
            freechat | bo reports ana’s “Hello” (still rude)
            modroom | bot: bo reports this message (memory://freechat/1) by ana: still rude
                > there
                Nothing is on record about ana.
                ✅ fine · 🗑️ remove · ⚠️ remove and warn · 🔨 remove and ban for 1d. Or answer: !resolve, !remove, !warn, !ban.
            freechat | cy reports ana’s “Hello” (very rude)
            freechat | bot removes ana’s “Hello” (Often reported)
            modroom | bot: cy reports this message (memory://freechat/1) by ana (2 reports): very rude
                > there
                Nothing is on record about ana.
                ✅ fine · 🗑️ remove · ⚠️ remove and warn · 🔨 remove and ban for 1d. Or answer: !resolve, !remove, !warn, !ban.
            modroom | bot: Case #1 — remove what ana wrote (rule “Often reported”: the message meets the rule's conditions; no strike; it waits for you: !undo and the case number brings it back)
                > Hello there
            private | bot → ana: Your message is hidden until a moderator has looked at it. Our rule: Often reported.
                > there
                This is no strike.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            """
        )


async def test_a_comment_is_given_once_and_nobodys_words_format_it():
    text = "name: Help\nbody (regex): 'help \\S+'\ncomment: 'Hi {{author}}, see the wiki about {{match}}.'\nmode: enforce\n"
    async with moot(text) as community:
        ana = community.member("ana")
        said = await ana.says("please help *me* @bo")
        await ana.edits(said, "please help *us*")
        assert community.transcript() == script(
            """
            lounge | ana: please help *me* @bo
            lounge | bot → ana: Hi ana, see the wiki about help *me*.
            lounge | ana edits “please help *me* @bo”: please help *us*
            """
        )


async def test_a_pattern_without_end_is_left_to_a_human():
    text = "name: Slow\nbody (regex): '^(?=(a|aa)+$)(?:a|aa)+(?<!a)$'\naction: remove\nmode: enforce\n"
    async with moot(text) as community:
        ana = community.member("ana")
        await ana.says("a" * 3000)
        assert "The rule Slow took too long over this message" in community.transcript()


async def test_who_may_ask_what():
    async with moot() as community:
        ana, bo, mo = community.member("ana"), community.member("bo"), community.moderator("mo")
        await ana.says("casino")
        community.skip()
        await bo.says("!why #1")
        await bo.says("!strikes @ana")
        await bo.says("!ban @ana")
        await ana.tells("!why #1")
        await mo.says("!cases", place="modroom")
        await mo.says("!why #9", place="modroom")
        await mo.says("!grant #1", place="modroom")
        await mo.says("!approve #1", place="modroom")
        assert community.transcript() == script(
            """
            lounge | bo: !why #1
            lounge | bot → bo: There is no case #1 that you may see. “!strikes” shows the numbers of yours.
            lounge | bo: !strikes @ana
            lounge | bot → bo: Only moderators can see somebody else's strikes. “!strikes” alone shows your own.
            lounge | bo: !ban @ana
            lounge | bot → bo: !ban is for moderators.
            private | ana → bot: !why #1
            private | bot → ana: Case #1, about ana, decided by the bot at 2026-03-02 08:00 UTC.
                Rule: No gambling (97b8cfd9)
                Why: “casino” in the body (characters 1 to 6, as written); 0 live + 1 new = 1 strike points → warn.
                > casino
                - remove: sent
                - warning, 1 point: sent
                Now: 1 strike that counts. At 2 comes another warning.
            modroom | mo: !cases
            modroom | bot → mo: - #1 ana: No gambling, stands, 2026-03-02 08:00 UTC
            modroom | mo: !why #9
            modroom | bot → mo: There is no case #9. “!cases” shows the numbers.
            modroom | mo: !grant #1
            modroom | bot → mo: There is no appeal in case #1. “!undo #1” takes a case back without one.
            modroom | mo: !approve #1
            modroom | bot → mo: Nothing in case #1 waits for a decision.
            """
        )


async def test_a_severe_rule_jumps_to_the_first_ban():
    async with moot(
        "name: Threats\nbody: I will find you\nsevere: true\naction: remove\nmode: enforce\n"
    ) as community:
        ana = community.member("ana")
        await ana.says("I will find you")
        assert community.transcript() == script(
            """
            lounge | ana: I will find you
            freechat | bot bans ana until 2026-03-03 08:00 (Threats: 0 live + 1 new = 1 strike points — case #1; to appeal, write to me: appeal #1)
            lounge | bot bans ana until 2026-03-03 08:00 (Threats: 0 live + 1 new = 1 strike points — case #1; to appeal, write to me: appeal #1)
            lounge | bot removes ana’s “I will find you” (Threats)
            lounge | bot warns ana: ana, please note our rule: Threats.
                > I will find you
                This is a strike and counts until 2026-04-01 08:00 UTC. With 3 more comes a ban of 1w.
                That is enough for a ban of 1d, which starts now and ends by itself.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot: Case #1 — remove what ana wrote; warn ana; ban ana from freechat until 2026-03-03 08:00 UTC; ban ana from lounge until 2026-03-03 08:00 UTC (rule “Threats”: “I will find you” in the body (characters 1 to 15, as written); 0 live + 1 new = 1 strike points → ban for 1d)
                > I will find you
            """
        )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"text": "body: ''\naction: remove"}, "text:1: rule 1: body: an empty text is found in everything"),
        ({"text": "body (regex): '('\naction: remove"}, "“(” is no regular expression"),
        ({"rules": ["missing.yaml"]}, "the file cannot be read: no such file or directory"),
        ({"ladder": [{"at": 2, "do": "warn"}, {"at": 1, "do": "warn"}]}, "steps go up"),
        ({"ladder": [{"at": 1, "do": "ban"}]}, "for how long"),
        ({"ladder": [{"at": 1, "do": "kick"}]}, "kick"),
        ({"mode": "live"}, "live"),
    ],
)
def test_mistakes_in_the_settings_are_named(settings: dict[str, object], sentence: str):
    with pytest.raises(SettingsError) as refusal:
        Moot(plugins={"moderation": settings})
    assert sentence in str(refusal.value)


async def test_rule_files_are_found(tmp_path: Path):
    (tmp_path / "rules.yaml").write_text(
        GAMBLING + "---\nbody: x\nauthor: {has_verified_email: false}\naction: remove\n"
    )
    async with Moot(plugins={"moderation": {"rules": [tmp_path / "rules.yaml"]}}) as community:
        mo = community.moderator("mo")
        await mo.says("!rules list", place="modroom")
        assert community.transcript() == script(
            """
            modroom | mo: !rules list
            modroom | bot → mo: - No gambling: enforce, remove, 1 strike
                1 more in the files are off; “folkmoot rules check” says why.
            """
        )


def test_the_default_ladder_is_the_one_of_the_documentation():
    steps = plugin.settings().steps.steps
    assert [(step.at, str(step.do), step.span) for step in steps] == [
        (1, "warn", None),
        (2, "warn", None),
        (3, "ban", timedelta(days=1)),
        (4, "ban", timedelta(days=7)),
        (5, "propose_ban", None),
    ]


async def test_everything_else_that_a_rule_can_do():
    text = """\
name: Megathread
title: roommate
message: Hi {{author}}, please use the megathread, not {{kind}} {{url}}.
modmail: "{{author}} looks for a room: {{title}} {{nonsense}}"
set_locked: true
set_sticky: false
mode: enforce
---
name: Look
body: scam
action: report
action_reason: maybe {{match}}
mode: enforce
---
name: Reminder
body: damn
warn: Mind your words, {{match-1}} is one of them. Next is {{next_step}}.
strikes: 0
mode: enforce
---
name: Spammer
body: pills
ban: forever
mode: enforce
---
name: Shouting
body (case-sensitive): HELLO
mute: 1h
mode: enforce
---
name: Fine
body: hello there
action: approve
mode: enforce
"""
    async with moot(text, tell_removals=False) as community:
        ana, bo = community.member("ana"), community.member("bo")
        await ana.posts("Need a roommate")
        await ana.says("this is a scam")
        await ana.says("damn")
        await ana.says("hello there")
        await ana.says("HELLO")
        await bo.says("cheap pills")
        assert community.transcript() == script(
            """
            freechat | ana posts “Need a roommate”
            freechat | bot locks “Need a roommate” (Megathread)
            modroom | bot: About this message (memory://freechat/1):
                ana looks for a room: Need a roommate {{nonsense}}
            private | bot → ana: About this message (memory://freechat/1):
                Hi ana, please use the megathread, not submission .
            freechat | bot unpins “Need a roommate”
            lounge | ana: this is a scam
            modroom | bot: Please look at this message (memory://lounge/4) by ana: maybe scam (“scam” in the body (characters 11 to 14, as written)).
                > this is a scam
            lounge | ana: damn
            lounge | bot warns ana: ana, please note our rule: Reminder.
                Mind your words, damn is one of them. Next is another warning.
                > damn
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot: Case #1 — warn ana (rule “Reminder”: “damn” in the body (characters 1 to 4, as written); no strike)
                > damn
            lounge | ana: hello there
            lounge | ana: HELLO
            freechat | bot mutes ana until 2026-03-02 09:00 (Shouting)
            lounge | bot mutes ana until 2026-03-02 09:00 (Shouting)
            modroom | bot: Case #2 — mute ana in freechat until 2026-03-02 09:00 UTC; mute ana in lounge until 2026-03-02 09:00 UTC (rule “Shouting”: “HELLO” in the body (characters 1 to 5, as written); no strike)
                > HELLO
            private | bot → ana: You have been muted until 2026-03-02 09:00 UTC. Reason: Shouting.
                Case #2. If this is a mistake, write to me: !appeal #2 and why. A moderator will look at it.
            lounge | bo: cheap pills
            modroom | bot: Your decision #3 — proposed: ban bo from freechat for good; ban bo from lounge for good (rule “Spammer”: “pills” in the body (characters 7 to 11, as written); no strike)
                Bans for good are decided by a moderator. Put ✅ or ❌ below this, or say !approve or !reject #3.
                > cheap pills
            private | bot → bo: Our rules ask for a ban for good here. Reason: Spammer.
                Case #3. If this is a mistake, write to me: !appeal #3 and why. A moderator will look at it.
            """
        )
