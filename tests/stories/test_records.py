"""What moderators write down, and how they change what is on record."""

from __future__ import annotations

from bot.testing import Moot, script

GAMBLING = "name: No gambling\nbody: casino\nwarn: Please no.\naction: remove\nmode: enforce\n"
LABELLED = "name: Guests do not link\nbody (includes): [http]\nauthor: {flair_text: guest}\nwarn: Guests, please do not link.\nmode: enforce\n"


def moot(text: str = GAMBLING, **settings: object) -> Moot:
    return Moot(plugins={"moderation": {"text": text, **settings}})


async def test_notes_are_for_moderators_only():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        said = await ana.says("hello")
        await mo.replies(said, "!note knows the rules, was only joking")
        await mo.says("!note @ana asked for help on Monday", place="modroom")
        await mo.says("!notes @ana", place="modroom")
        await mo.says("!unnote @ana 1", place="modroom")
        await mo.says("!unnote @ana 7", place="modroom")
        await mo.tells("!notes @ana")
        await ana.tells("!notes @ana")
        assert community.transcript() == script(
            """
            lounge | ana: hello
            lounge | mo → ana: !note knows the rules, was only joking
            private | bot → mo: Noted (1 about ana); “!notes” shows them.
            modroom | mo: !note @ana asked for help on Monday
            modroom | bot → mo: Noted (2 about ana); “!notes” shows them.
            modroom | mo: !notes @ana
            modroom | bot → mo: Notes about ana:
                - 1 knows the rules, was only joking (mo, 2026-03-02 08:00 UTC)
                - 2 asked for help on Monday (mo, 2026-03-02 08:00 UTC)
            modroom | mo: !unnote @ana 1
            modroom | bot → mo: Note 1 about ana is gone. It said:
                > knows the rules, was only joking
            modroom | mo: !unnote @ana 7
            modroom | bot → mo: There is no note 7 about ana; there are 1.
            private | mo → bot: !notes @ana
            private | bot → mo: Notes about ana:
                - 1 asked for help on Monday (mo, 2026-03-02 08:00 UTC)
            private | ana → bot: !notes @ana
            private | bot → ana: !notes is for moderators.
            """
        )


async def test_everything_about_somebody_at_a_glance():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await mo.says("!history @ana", place="modroom")
        await ana.says("casino")
        await mo.says("!note @ana said sorry", place="modroom")
        await mo.says("!label @ana guest", place="modroom")
        await mo.says("!exempt @ana 2d", place="modroom")
        community.skip()
        await mo.says("!history @ana", place="modroom")
        assert community.transcript() == script(
            """
            modroom | mo: !history @ana
            modroom | bot → mo: ana: 1 strike that counts. At 2 comes another warning.
                The rules spare them until 2026-03-04 08:00 UTC (mo).
                Label: guest.
                Cases:
                - #1 No gambling, stands, 2026-03-02 08:00 UTC
                Notes:
                - 1 said sorry (mo, 2026-03-02 08:00 UTC)
            """
        )


async def test_who_is_exempt_is_spared_by_the_rules_until_the_time_is_up():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await mo.says("!exempt @ana 1d", place="modroom")
        await ana.says("casino")
        await mo.says("!exempt", place="modroom")
        await mo.says("!unexempt @ana", place="modroom")
        await mo.says("!unexempt @ana", place="modroom")
        await mo.says("!exempt @ana 1h", place="modroom")
        await mo.says("!exempt @mo", place="modroom")
        await community.advance(hours=1)
        await ana.says("casino")
        assert community.transcript() == script(
            """
            modroom | mo: !exempt @ana 1d
            modroom | bot → mo: No rule punishes ana until 2026-03-03 08:00 UTC. Moderators still can.
            lounge | ana: casino
            modroom | mo: !exempt
            modroom | bot → mo: The rules spare, besides trusted people and moderators:
                - ana until 2026-03-03 08:00 UTC (mo)
            modroom | mo: !unexempt @ana
            modroom | bot → mo: The rules hold for ana again.
            modroom | mo: !unexempt @ana
            modroom | bot → mo: ana is not exempt.
            modroom | mo: !exempt @ana 1h
            modroom | bot → mo: No rule punishes ana until 2026-03-02 09:00 UTC. Moderators still can.
            modroom | mo: !exempt @mo
            modroom | bot → mo: mo is trusted already: no rule punishes them.
            lounge | ana: casino
            lounge | bot removes ana’s “casino” (No gambling)
            lounge | bot warns ana: ana, please note our rule: No gambling.
                Please no.
                > casino
                This is a strike and counts until 2026-04-01 09:00 UTC. With 1 more comes another warning.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot: Case #1 — remove what ana wrote; warn ana (rule “No gambling”: “casino” in the body (characters 1 to 6, as written); 0 live + 1 new = 1 strike points → warn)
                > casino
            """
        )


async def test_who_is_exempt_from_one_rule_is_not_from_another():
    rules = f"{GAMBLING}---\nname: Kind\nbody: windbag\nwarn: Please no.\nmode: enforce\n"
    async with moot(rules) as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await mo.says("!exempt @ana 2d no gambling", place="modroom")
        community.skip()
        await ana.says("casino")
        await ana.says("casino, you windbag")
        await community.advance(days=2)
        await ana.says("casino")
        warned = [row for row in community.transcript().splitlines() if "bot warns" in row]
        assert warned == [
            "lounge | bot warns ana: ana, please note our rule: Kind.",
            "lounge | bot warns ana: ana, please note our rule: No gambling.",
        ]


async def test_a_label_is_something_that_rules_can_ask_for():
    async with moot(LABELLED) as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await ana.says("http://example.org")
        await mo.says("!label @ana", place="modroom")
        await mo.says("!label @ana guest", place="modroom")
        await mo.says("!label @ana", place="modroom")
        await ana.says("http://example.org")
        await mo.says("!unlabel @ana", place="modroom")
        await mo.says("!unlabel @ana", place="modroom")
        await community.advance(minutes=5)
        await ana.says("http://example.org")
        assert community.transcript() == script(
            """
            lounge | ana: http://example.org
            modroom | mo: !label @ana
            modroom | bot → mo: ana has no label.
            modroom | mo: !label @ana guest
            modroom | bot → mo: ana is labelled “guest” from now on.
            modroom | mo: !label @ana
            modroom | bot → mo: ana is labelled “guest”.
            lounge | ana: http://example.org
            lounge | bot warns ana: ana, please note our rule: Guests do not link.
                Guests, please do not link.
                > http
                This is a strike and counts until 2026-04-01 08:00 UTC. With 1 more comes another warning.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot: Case #1 — warn ana (rule “Guests do not link”: “http” in the body (characters 1 to 4, as written); 0 live + 1 new = 1 strike points → warn)
                > http://example.org
            modroom | mo: !unlabel @ana
            modroom | bot → mo: ana has no label any more.
            modroom | mo: !unlabel @ana
            modroom | bot → mo: ana has no label.
            lounge | ana: http://example.org
            """
        )


async def test_a_better_reason_is_told_and_what_was_said_first_stays():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await mo.says("!ban @ana 7d", place="modroom")
        await mo.says("!reason #1 three advertisements within a day", place="modroom")
        await mo.says("!reason #9 what", place="modroom")
        await ana.tells("!why #1")
        assert community.transcript() == script(
            """
            modroom | mo: !ban @ana 7d
            freechat | bot bans ana until 2026-03-09 08:00 (not given — case #1; to appeal, write to me: appeal #1)
            lounge | bot bans ana until 2026-03-09 08:00 (not given — case #1; to appeal, write to me: appeal #1)
            modroom | bot: Case #1 — ban ana from freechat until 2026-03-09 08:00 UTC; ban ana from lounge until 2026-03-09 08:00 UTC (by mo: not given)
            private | bot → ana: You have been banned until 2026-03-09 08:00 UTC. Reason: not given.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot → mo: ana is banned for 1w: case #1.
            modroom | mo: !reason #1 three advertisements within a day
            private | bot → ana: The reason of case #1 is now: three advertisements within a day
            modroom | bot → mo: The reason of case #1 is now: three advertisements within a day
            modroom | mo: !reason #9 what
            modroom | bot → mo: There is no case #9.
            private | ana → bot: !why #1
            private | bot → ana: Case #1, about ana, decided by mo at 2026-03-02 08:00 UTC.
                Why: not given.
                - ban in freechat: sent
                - ban in lounge: sent
                Reason: three advertisements within a day (mo).
            """
        )


async def test_a_duration_gives_the_ban_a_new_end_and_undo_still_knows_the_old_number():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await mo.says("!ban @ana 7d spam", place="modroom")
        await community.advance(days=1)
        community.skip()
        await mo.says("!duration #1 12h", place="modroom")
        await mo.says("!duration #1 3d", place="modroom")
        await community.advance(days=1)
        await ana.tries("still out?")
        await mo.says("!duration #1 4d", place="modroom")
        await community.advance(days=2)
        await ana.says("back")
        assert community.transcript() == script(
            """
            modroom | mo: !duration #1 12h
            modroom | bot → mo: After 12h it would be over already. “!undo #1” lifts it.
            modroom | mo: !duration #1 3d
            freechat | bot bans ana until 2026-03-05 08:00 (spam — case #2; to appeal, write to me: appeal #2)
            lounge | bot bans ana until 2026-03-05 08:00 (spam — case #2; to appeal, write to me: appeal #2)
            modroom | bot: Case #2 — ban ana from freechat until 2026-03-05 08:00 UTC; ban ana from lounge until 2026-03-05 08:00 UTC (by mo: case #1 now lasts 3d, as mo decided)
            private | bot → ana: You are banned until 2026-03-05 08:00 UTC. That takes the place of case #1.
                Case #2. If this is a mistake, write to me: !appeal #2 and why. A moderator will look at it.
            modroom | bot → mo: ana is banned until 2026-03-05 08:00 UTC: case #2, in place of #1.
            lounge | ana is banned and cannot write: still out?
            modroom | mo: !duration #1 4d
            freechat | bot bans ana until 2026-03-06 08:00 (spam — case #3; to appeal, write to me: appeal #3)
            lounge | bot bans ana until 2026-03-06 08:00 (spam — case #3; to appeal, write to me: appeal #3)
            modroom | bot: Case #3 — ban ana from freechat until 2026-03-06 08:00 UTC; ban ana from lounge until 2026-03-06 08:00 UTC (by mo: case #2 now lasts 4d, as mo decided)
            private | bot → ana: You are banned until 2026-03-06 08:00 UTC. That takes the place of case #2.
                Case #3. If this is a mistake, write to me: !appeal #3 and why. A moderator will look at it.
            modroom | bot → mo: ana is banned until 2026-03-06 08:00 UTC: case #3, in place of #2.
            freechat | bot unbans ana (the time is up)
            lounge | bot unbans ana (the time is up)
            lounge | ana: back
            """
        )


async def test_undoing_the_old_case_lifts_what_took_its_place():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await mo.says("!ban @ana 7d spam", place="modroom")
        await mo.says("!duration #1 3d", place="modroom")
        community.skip()
        await mo.says("!why #1", place="modroom")
        await mo.says("!undo #1", place="modroom")
        await mo.says("!undo #1", place="modroom")
        await mo.says("!duration #1 5d", place="modroom")
        await ana.says("back")
        assert community.transcript() == script(
            """
            modroom | mo: !why #1
            modroom | bot → mo: Case #1, about ana, decided by mo at 2026-03-02 08:00 UTC.
                Why: spam.
                - ban in freechat: undone
                - ban in lounge: undone
                Case #2 took its place.
            modroom | mo: !undo #1
            lounge | bot unbans ana (undone: spam)
            freechat | bot unbans ana (undone: spam)
            private | bot → ana: Case #1 has been taken back. What was counted against you for it no longer counts.
            modroom | bot → mo: Case #1 is taken back. So is #2, which took its place.
            modroom | mo: !undo #1
            modroom | bot → mo: Case #1 has been taken back already.
            modroom | mo: !duration #1 5d
            modroom | bot → mo: In case #1 there is no ban or mute that still holds.
            lounge | ana: back
            """
        )


async def test_a_strike_taken_back_lifts_a_ban_whose_end_was_changed():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        for _ in range(3):
            await ana.says("casino")
            await community.advance(minutes=5)
        await mo.says("!duration #3 3d", place="modroom")
        await ana.tells("!appeal #1 It is the name of a film.")
        community.skip()
        await mo.says("!grant #1", place="modroom")
        await ana.says("thank you")
        assert community.transcript() == script(
            """
            modroom | mo: !grant #1
            freechat | bot unbans ana (the strike that led to it was taken back)
            lounge | bot unbans ana (the strike that led to it was taken back)
            lounge | bot restores ana’s “casino” (undone: No gambling)
            lounge | bot deletes “ana, please note our rule: No gambling.…”
            private | bot → ana: Your appeal was granted: case #1 has been taken back. What was counted against you for it no longer counts. The ban that followed from it is lifted, too.
            modroom | bot → mo: Granted: case #1 is taken back. The ban of #4, which counted it, is lifted or shortened.
            lounge | ana: thank you
            """
        )


async def test_a_proposed_ban_can_be_given_for_a_while_instead():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        for _ in range(5):
            await mo.says("!warn @ana again", place="modroom")
        community.skip()
        await mo.says("!duration #5 14d", place="modroom")
        await mo.says("!why #5", place="modroom")
        await ana.tries("hello")
        assert community.transcript() == script(
            """
            modroom | mo: !duration #5 14d
            freechat | bot bans ana until 2026-03-16 08:00 (again: 5 strikes — case #6; to appeal, write to me: appeal #6)
            lounge | bot bans ana until 2026-03-16 08:00 (again: 5 strikes — case #6; to appeal, write to me: appeal #6)
            modroom | bot: Case #6 — ban ana from freechat until 2026-03-16 08:00 UTC; ban ana from lounge until 2026-03-16 08:00 UTC (by mo: case #5 now lasts 2w, as mo decided)
            private | bot → ana: You are banned until 2026-03-16 08:00 UTC. That takes the place of case #5.
                Case #6. If this is a mistake, write to me: !appeal #6 and why. A moderator will look at it.
            modroom | bot → mo: ana is banned until 2026-03-16 08:00 UTC: case #6, in place of #5.
            modroom | mo: !why #5
            modroom | bot → mo: Case #5, about ana, decided by mo at 2026-03-02 08:00 UTC.
                Rule: again
                Why: again.
                - warning, 1 point: sent
                - ban in freechat: dropped (taken back before it was approved)
                - ban in lounge: dropped (taken back before it was approved)
                Case #6 took its place.
                Now: 5 strikes that count.
            lounge | ana is banned and cannot write: hello
            """
        )
