"""One human with an account on Lemmy and one on Matrix: linked by a code, warned as one, and asked nobody's leave to part again."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.model import Role
from bot.testing import DefaultTests, script
from plugins.accounts import plugin
from tests.two_sides import Human, TwoSides

GAMBLING = """\
name: No gambling
body+title: [casino, free spins]
warn: Please no gambling here.
action: remove
mode: enforce
"""


class TestPlugin(DefaultTests):
    plugin = plugin


def moot() -> TwoSides:
    return TwoSides({"moderation": {"text": GAMBLING}, "accounts": {}})


async def code_for(who: Human) -> str:
    await who.tells("!link")
    found = re.search(r"\w{4}-\w{4}", who.heard())
    assert found is not None, who.heard()
    return found[0]


async def link(one: Human, other: Human) -> None:
    await other.tells(f"!link {await code_for(one)}")


async def offend(who: Human, times: int = 1) -> None:
    """Breaks the rule, each time long after the last."""
    for _ in range(times):
        if "@lemmy" in who.name:
            await who.posts("Free spins")
        else:
            await who.says("casino")
        await who.moot.advance(minutes=5)


async def test_a_code_is_sent_from_one_account_to_the_other():
    async with moot() as community:
        ana, twin = community.matrix("ana"), community.lemmy("ana")
        await ana.says("!link")
        code = await code_for(ana)
        typed = code.lower().replace("-", " ")
        await twin.tells(f"!link {typed}")
        await twin.tells("!link")
        more = re.findall(r"\w{4}-\w{4}", twin.heard())[0]
        await ana.tells("!linked")
        told = community.transcript().replace(code, "CODE").replace(typed, "code").replace(more, "MORE")
        assert told == script(
            """
            lounge | @ana:example.org: !link
            lounge | bot → @ana:example.org: Write “!link” to me in a private message, please, and I give you a code there.
            private | @ana:example.org → bot: !link
            private | bot → @ana:example.org: Your code is CODE. It is good once, for 15 minutes.
                Now write this to me in a private message from your other account: !link CODE
                Give it to nobody else: whoever brings it counts as you from then on, and their strikes as yours.
            private | ana@lemmy.example → bot: !link code
            private | bot → ana@lemmy.example: You are one person here with @ana:example.org from now on. Strikes count together, and you may ask about and appeal for all of these accounts from each. What you may do stays with each account.
                If that other account is not yours, write “!unlink” to me, and tell the moderators: they can take it back whole.
            modroom | bot: ana@lemmy.example and @ana:example.org are one person: both sides sent the code. Together they have no strikes that count. If somebody was tricked into it, !unlink ana@lemmy.example takes it back whole.
            private | bot → @ana:example.org: You are one person here with ana@lemmy.example from now on. Strikes count together, and you may ask about and appeal for all of these accounts from each. What you may do stays with each account.
                If that other account is not yours, write “!unlink” to me, and tell the moderators: they can take it back whole.
            private | ana@lemmy.example → bot: !link
            private | bot → ana@lemmy.example: You are one person here with @ana:example.org. To link one more:
                Your code is MORE. It is good once, for 15 minutes.
                Now write this to me in a private message from your other account: !link MORE
                Give it to nobody else: whoever brings it counts as you from then on, and their strikes as yours.
            private | @ana:example.org → bot: !linked
            private | bot → @ana:example.org: You are one person here with ana@lemmy.example. Strikes count together.
            """
        )


async def test_strikes_count_together_and_a_ban_elsewhere_is_for_a_moderator_to_say():
    async with moot() as community:
        ana, twin, mo = (
            community.matrix("ana"),
            community.lemmy("ana"),
            community.matrix("mo", Role.MODERATOR),
        )
        await link(ana, twin)
        await offend(ana)
        community.skip()
        await offend(twin, 2)
        card = community.newest("modroom")
        await mo.reacts(card, "✅")
        assert community.transcript() == script(
            """
            freechat | ana@lemmy.example posts “Free spins”
            freechat | bot removes ana@lemmy.example’s “Free spins” (No gambling)
            freechat | bot warns ana@lemmy.example: ana@lemmy.example, please note our rule: No gambling.
                Please no gambling here.
                > Free spins
                This is a strike and counts until 2026-04-01 08:05 UTC; with your earlier ones you have 2. With 1 more comes a ban of 1d.
                Case #2. If this is a mistake, write to me: !appeal #2 and why. A moderator will look at it.
            modroom | bot: Case #2 — remove what ana@lemmy.example wrote; warn ana@lemmy.example (rule “No gambling”: “Free spins” in the title (characters 1 to 10, as written); 1 live + 1 new = 2 strike points → warn)
                > Free spins
            freechat | ana@lemmy.example posts “Free spins”
            freechat | bot bans ana@lemmy.example until 2026-03-03 08:10 (No gambling: 2 live + 1 new = 3 strike points — case #3; to appeal, write to me: appeal #3)
            freechat | bot removes ana@lemmy.example’s “Free spins” (No gambling)
            freechat | bot warns ana@lemmy.example: ana@lemmy.example, please note our rule: No gambling.
                Please no gambling here.
                > Free spins
                This is a strike and counts until 2026-04-01 08:10 UTC; with your earlier ones you have 3. With 1 more comes a ban of 1w.
                That is enough for a ban of 1d, which starts now and ends by itself.
                Case #3. If this is a mistake, write to me: !appeal #3 and why. A moderator will look at it.
            modroom | bot: Case #3 — remove what ana@lemmy.example wrote; warn ana@lemmy.example; ban ana@lemmy.example from freechat until 2026-03-03 08:10 UTC (rule “No gambling”: “Free spins” in the title (characters 1 to 10, as written); 2 live + 1 new = 3 strike points → ban for 1d)
                > Free spins
            modroom | bot: Your decision #4 — proposed: ban @ana:example.org from lounge until 2026-03-03 08:10 UTC (moderation: the other account of ana@lemmy.example, who is banned for: No gambling: 2 live + 1 new = 3 strike points)
                Proposed: a moderator decides. Put ✅ or ❌ below this, or say !approve or !reject #4.
            modroom | @mo:example.org reacts ✅ to “Your decision #4 — proposed: ban @ana:e…”
            lounge | bot bans @ana:example.org until 2026-03-03 08:10 (No gambling: 2 live + 1 new = 3 strike points — case #4; to appeal, write to me: appeal #4)
            modroom | bot edits “Your decision #4 — proposed: ban @ana:e…”: Your decision #4 — proposed: ban @ana:example.org from lounge until 2026-03-03 08:10 UTC (moderation: the other account of ana@lemmy.example, who is banned for: No gambling: 2 live + 1 new = 3 strike points)
                Proposed: a moderator decides. Put ✅ or ❌ below this, or say !approve or !reject #4.
                ———
                approved by @mo:example.org
            """
        )


async def test_who_was_banned_gets_no_clean_slate_by_a_fresh_account():
    async with moot() as community:
        ana, twin = community.matrix("ana"), community.lemmy("ana")
        await offend(ana, 3)
        community.skip()
        code = await code_for(ana)
        await twin.tells(f"!link {code}")
        await twin.tells("!strikes")
        await twin.posts("Hello", "I am new here")
        assert community.transcript().replace(code, "CODE") == script(
            """
            private | @ana:example.org → bot: !link
            private | bot → @ana:example.org: Your code is CODE. It is good once, for 15 minutes.
                Now write this to me in a private message from your other account: !link CODE
                Give it to nobody else: whoever brings it counts as you from then on, and their strikes as yours.
            private | ana@lemmy.example → bot: !link CODE
            private | bot → ana@lemmy.example: You are one person here with @ana:example.org from now on. Strikes count together, and you may ask about and appeal for all of these accounts from each. What you may do stays with each account.
                If that other account is not yours, write “!unlink” to me, and tell the moderators: they can take it back whole.
            modroom | bot: ana@lemmy.example and @ana:example.org are one person: both sides sent the code. Together they have 3 strikes that count. @ana:example.org is banned from lounge; nothing was done about the other account. If somebody was tricked into it, !unlink ana@lemmy.example takes it back whole.
            private | bot → @ana:example.org: You are one person here with ana@lemmy.example from now on. Strikes count together, and you may ask about and appeal for all of these accounts from each. What you may do stays with each account.
                If that other account is not yours, write “!unlink” to me, and tell the moderators: they can take it back whole.
            private | ana@lemmy.example → bot: !strikes
            private | bot → ana@lemmy.example: You have 3 strikes that count. At 4 comes a ban of 1w.
                - #1 No gambling: 1 until 2026-04-01 08:00 UTC
                - #2 No gambling: 1 until 2026-04-01 08:05 UTC
                - #3 No gambling: 1 until 2026-04-01 08:10 UTC
            freechat | ana@lemmy.example posts “Hello”: I am new here
            """
        )
        await offend(twin)
        assert "bans ana@lemmy.example until 2026-03-09" in community.transcript(), (
            "the fourth strike, not the first"
        )


async def test_parting_sheds_no_strike():
    async with moot() as community:
        ana, twin = community.matrix("ana"), community.lemmy("ana")
        await offend(ana)
        await link(ana, twin)
        await offend(twin)
        community.skip()
        await twin.tells("!unlink")
        await twin.tells("!unlink")
        await offend(ana)
        community.skip()
        await ana.tells("!strikes")
        await twin.tells("!strikes")
        assert community.transcript() == script(
            """
            private | @ana:example.org → bot: !strikes
            private | bot → @ana:example.org: You have 3 strikes that count. At 4 comes a ban of 1w.
                - #1 No gambling: 1 until 2026-04-01 08:00 UTC
                - #2 No gambling: 1 until 2026-04-01 08:05 UTC
                - #3 No gambling: 1 until 2026-04-01 08:10 UTC
            private | ana@lemmy.example → bot: !strikes
            private | bot → ana@lemmy.example: You have 2 strikes that count. At 3 comes a ban of 1d.
                - #1 No gambling: 1 until 2026-04-01 08:00 UTC
                - #2 No gambling: 1 until 2026-04-01 08:05 UTC
            """
        )


async def test_a_moderator_takes_back_what_somebody_was_tricked_into():
    async with moot() as community:
        ana, eve, mo = community.matrix("ana"), community.lemmy("eve"), community.matrix("mo", Role.MODERATOR)
        await offend(eve, 2)
        await link(eve, ana)
        await ana.tells("!unlink")
        community.skip()
        await ana.tells("!unlink eve@lemmy.example")
        await mo.says("!unlink @ana:example.org", place="modroom")
        await ana.tells("!strikes")
        await mo.says("!linked @ana:example.org", place="modroom")
        assert community.transcript() == script(
            """
            private | @ana:example.org → bot: !unlink eve@lemmy.example
            private | bot → @ana:example.org: Only moderators can do that for somebody else. “!unlink” alone is about you.
            modroom | @mo:example.org: !unlink @ana:example.org
            modroom | bot → @mo:example.org: The links of @ana:example.org are taken back as if they had never been: nobody else's strikes count for that account, nor its strikes for others. A ban that came of them stays until you lift it.
            private | bot → @ana:example.org: A moderator took back the links of @ana:example.org: that account and its strikes stand alone, as if it had never been linked.
            private | @ana:example.org → bot: !strikes
            private | bot → @ana:example.org: You have no strikes that count.
            modroom | @mo:example.org: !linked @ana:example.org
            modroom | bot → @mo:example.org: @ana:example.org is not linked with any other.
            """
        )


async def test_a_code_that_was_said_in_public_is_void():
    async with moot() as community:
        ana, twin, bo = community.matrix("ana"), community.lemmy("ana"), community.matrix("bo")
        code = await code_for(ana)
        community.skip()
        await ana.says(f"!link {code}")
        await bo.tells(f"!link {code}")
        await twin.tells(f"!link {code}")
        await ana.says("!linked")
        assert community.transcript().replace(code, "CODE") == script(
            """
            lounge | @ana:example.org: !link CODE
            lounge | bot → @ana:example.org: Careful: everybody here can read that, so this code is void now. Nothing is lost: write “!link” to me in a private message, and I give you a new one.
            private | @bo:example.org → bot: !link CODE
            private | bot → @bo:example.org: I know no such code, or it was used already. Write “!link” to me from your other account to get one. You have 4 more tries within the hour.
            private | ana@lemmy.example → bot: !link CODE
            private | bot → ana@lemmy.example: I know no such code, or it was used already. Write “!link” to me from your other account to get one. You have 4 more tries within the hour.
            lounge | @ana:example.org: !linked
            lounge | bot → @ana:example.org: Who belongs to whom is nobody else's business: write that to me in a private message, please.
            """
        )


async def test_five_wrong_codes_are_enough_for_an_hour():
    async with moot() as community:
        ana, twin = community.matrix("ana"), community.lemmy("ana")
        await twin.tells("!link")
        community.skip()
        for _ in range(5):
            await twin.tells("!link AAAA-AAAA")
            await community.advance(minutes=1)
        await twin.tells(f"!link {await code_for(ana)}")
        assert "one person" not in community.transcript()
        assert (
            twin.heard() == "Those were too many wrong codes. You can try again after 2026-03-02 09:00 UTC."
        )
        await community.advance(minutes=55)
        await twin.tells(f"!link {await code_for(ana)}")
        assert twin.heard().startswith("You are one person here with @ana:example.org")


async def test_what_a_code_is_not_good_for():
    async with moot() as community:
        ana, twin, bo = community.matrix("ana"), community.lemmy("ana"), community.lemmy("bo")
        first, second = await code_for(ana), await code_for(ana)
        community.skip()
        await twin.tells(f"!link {first}")
        await ana.tells(f"!link {second}")
        await community.advance(minutes=15)
        await twin.tells(f"!link {second}")
        third = await code_for(ana)
        await twin.tells(f"!link {third}")
        await bo.tells(f"!link {third}")
        await twin.tells(f"!link {await code_for(ana)}")
        told = community.transcript()
        for name, code in (("FIRST", first), ("SECOND", second), ("THIRD", third)):
            told = told.replace(code, name)
        answers = [row for row in told.splitlines() if "| bot → ana@" in row or "| bot → bo@" in row]
        assert "\n".join(answers) == script(
            """
            private | bot → ana@lemmy.example: I know no such code, or it was used already. Write “!link” to me from your other account to get one. You have 4 more tries within the hour.
            private | bot → ana@lemmy.example: That code is older than 15 minutes. Write “!link” to me from your other account to get a new one.
            private | bot → ana@lemmy.example: You are one person here with @ana:example.org from now on. Strikes count together, and you may ask about and appeal for all of these accounts from each. What you may do stays with each account.
            private | bot → bo@lemmy.example: I know no such code, or it was used already. Write “!link” to me from your other account to get one. You have 4 more tries within the hour.
            private | bot → ana@lemmy.example: This account is linked with @ana:example.org already.
            """
        )
        assert "bot → @ana:example.org: That is the code which I gave to this very account." in told


async def test_two_accounts_bring_one_code_in_the_same_moment():
    async with moot() as community:
        ana, twin, bo = community.matrix("ana"), community.lemmy("ana"), community.matrix("bo")
        code = await code_for(ana)
        for who in (twin, bo):
            who.world.tell(who.name, f"!link {code}")
        readers = community.app.readers.values()
        await asyncio.gather(*(reader.step() for reader in readers))
        await community.settle()
        told = [who.heard().split(" ")[:4] for who in (twin, bo)]
        assert sorted(told) == [["I", "know", "no", "such"], ["You", "are", "one", "person"]]


async def test_five_accounts_are_the_most():
    async with moot() as community:
        ana = community.matrix("ana")
        twins = [community.lemmy(f"ana{number}") for number in range(5)]
        for twin in twins[:4]:
            await link(ana, twin)
        await ana.tells("!link")
        assert ana.heard() == (
            "You have linked 5 accounts, which is as many as there can be: ana0@lemmy.example, ana1@lemmy.example, "
            "ana2@lemmy.example and ana3@lemmy.example."
        )
        await twins[4].tells("!link")
        code = re.findall(r"\w{4}-\w{4}", twins[4].heard())[0]
        await ana.tells(f"!link {code}")
        assert ana.heard().startswith("That would be more than 5 accounts")
        await twins[0].tells("!unlink")
        await ana.tells(f"!link {code}")
        assert ana.heard().startswith("You are one person here with ana4@lemmy.example from now on.")


async def test_a_link_gives_no_power():
    async with moot() as community:
        mo, twin, bo = community.matrix("mo", Role.MODERATOR), community.lemmy("mo"), community.lemmy("bo")
        await link(mo, twin)
        community.skip()
        await twin.tells("!cases")
        await twin.tells(f"!warn {bo.name} because I say so")
        await offend(twin)
        assert community.transcript() == script(
            """
            private | mo@lemmy.example → bot: !cases
            private | bot → mo@lemmy.example: !cases is for moderators.
            private | mo@lemmy.example → bot: !warn bo@lemmy.example because I say so
            private | bot → mo@lemmy.example: !warn is for moderators.
            freechat | mo@lemmy.example posts “Free spins”
            freechat | bot removes mo@lemmy.example’s “Free spins” (No gambling)
            freechat | bot warns mo@lemmy.example: mo@lemmy.example, please note our rule: No gambling.
                Please no gambling here.
                > Free spins
                This is a strike and counts until 2026-04-01 08:00 UTC. With 1 more comes another warning.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot: Case #1 — remove what mo@lemmy.example wrote; warn mo@lemmy.example (rule “No gambling”: “Free spins” in the title (characters 1 to 10, as written); 0 live + 1 new = 1 strike points → warn)
                > Free spins
            """
        )


async def test_each_account_may_ask_and_appeal_for_the_other():
    async with moot() as community:
        ana, twin, bo = community.matrix("ana"), community.lemmy("ana"), community.lemmy("bo")
        await offend(twin)
        await ana.tells("!why #1")
        assert ana.heard() == "There is no case #1 that you may see. “!strikes” shows the numbers of yours."
        await link(ana, twin)
        community.skip()
        await ana.tells("!why #1")
        await ana.tells("!appeal #1 it was a quotation")
        await bo.tells("!appeal #1 she is right")
        assert community.transcript() == script(
            """
            private | @ana:example.org → bot: !why #1
            private | bot → @ana:example.org: Case #1, about ana@lemmy.example, decided by the bot at 2026-03-02 08:00 UTC.
                Rule: No gambling (97b8cfd9)
                Why: “Free spins” in the title (characters 1 to 10, as written); 0 live + 1 new = 1 strike points → warn.
                > Free spins
                - remove: sent
                - warning, 1 point: sent
                Now: 1 strike that counts. At 2 comes another warning.
            private | @ana:example.org → bot: !appeal #1 it was a quotation
            modroom | bot: Appeal in case #1 by @ana:example.org (No gambling). The bot gave it.
                > it was a quotation
                Decide with !grant #1 or !deny #1 reason, or with ✅ or ❌ below this.
            private | bot → @ana:example.org: Thank you. The moderators have your appeal in case #1 and will answer you.
            private | bo@lemmy.example → bot: !appeal #1 she is right
            private | bot → bo@lemmy.example: There is no case #1 about you. “!strikes” shows the numbers of yours.
            """
        )


async def test_a_ban_of_one_account_is_not_lifted_with_anothers():
    """Two accounts on one platform: what is taken back for the one stands for the other."""
    async with moot() as community:
        one, two, mo = community.lemmy("ana"), community.lemmy("ana2"), community.matrix("mo", Role.MODERATOR)
        await link(one, two)
        await mo.says(f"!ban {one.name} 7d rude", place="modroom")
        await mo.says("!approve #2", place="modroom")
        walls = community.worlds[community.app.adapters["lemmy"].platform].banned
        assert walls == {("freechat", one.name), ("freechat", two.name)}
        await mo.says(f"!unban {two.name}", place="modroom")
        assert walls == {("freechat", one.name)}
        await community.advance(days=8)
        assert walls == set()


async def test_what_holds_already_is_not_proposed_again():
    async with moot() as community:
        ana, twin, mo = (
            community.matrix("ana"),
            community.lemmy("ana"),
            community.matrix("mo", Role.MODERATOR),
        )
        await link(ana, twin)
        await mo.says(f"!ban {twin.name} 7d rude", place="modroom")
        assert (
            "#2 — proposed: ban @ana:example.org from lounge until 2026-03-09 08:00 UTC"
            in community.transcript()
        )
        await mo.says(f"!ban {twin.name} 1d rude again", place="modroom")
        assert "proposed" not in community.transcript(), "that one waits for an answer still"
        await mo.says("!reject #2", place="modroom")
        await mo.says(f"!ban {twin.name} 2d and again", place="modroom")
        assert (
            "#5 — proposed: ban @ana:example.org from lounge until 2026-03-04 08:00 UTC"
            in community.transcript()
        )


async def test_a_report_shows_that_two_accounts_are_one_person():
    async with moot() as community:
        ana, twin, bo = community.matrix("ana"), community.lemmy("ana"), community.lemmy("bo")
        await offend(ana)
        await link(ana, twin)
        await twin.posts("You fools")
        rude = next(ident for ident, item in twin.world.items.items() if item.title == "You fools")
        bo.world.report(bo.name, rude, "rude")
        await community.settle()
        card = "On record about ana@lemmy.example and @ana:example.org (the same person): 1 strike that counts, 1 case."
        assert card in community.transcript()


async def test_what_moderators_keep_about_somebody_is_about_all_of_their_accounts():
    async with moot() as community:
        ana, twin, mo = (
            community.matrix("ana"),
            community.lemmy("ana"),
            community.matrix("mo", Role.MODERATOR),
        )
        await mo.says("!note @ana:example.org was only joking", place="modroom")
        await mo.says("!exempt @ana:example.org 1d", place="modroom")
        await offend(twin)
        await link(ana, twin)
        community.skip()
        await offend(twin)
        await mo.says("!history ana@lemmy.example", place="modroom")
        await mo.says("!unexempt ana@lemmy.example", place="modroom")
        await mo.says("!unexempt @ana:example.org", place="modroom")
        assert community.transcript() == script(
            """
            freechat | ana@lemmy.example posts “Free spins”
            modroom | @mo:example.org: !history ana@lemmy.example
            modroom | bot → @mo:example.org: ana@lemmy.example: 1 strike that counts. At 2 comes another warning.
                The same person: @ana:example.org.
                The rules spare them until 2026-03-03 08:00 UTC (@mo:example.org).
                Cases:
                - #1 No gambling, stands, 2026-03-02 08:00 UTC
                Notes:
                - 1 was only joking (@mo:example.org, 2026-03-02 08:00 UTC)
            modroom | @mo:example.org: !unexempt ana@lemmy.example
            modroom | bot → @mo:example.org: The rules hold for ana@lemmy.example again.
            modroom | @mo:example.org: !unexempt @ana:example.org
            modroom | bot → @mo:example.org: @ana:example.org is not exempt.
            """
        )


async def test_a_label_goes_with_all_accounts_of_somebody():
    rule = "name: Guests\nbody+title: hello\nauthor:\n  flair_text: guest\nwarn: Not yet.\nmode: enforce\n"
    async with TwoSides({"moderation": {"text": rule}, "accounts": {}}) as community:
        ana, twin = community.matrix("ana"), community.lemmy("ana")
        mo = community.matrix("mo", Role.MODERATOR)
        await link(ana, twin)
        await mo.says(f"!label {twin.name} guest", place="modroom")
        community.skip()
        await ana.says("hello")
        assert f"bot warns {ana.name}" in community.transcript()
        await mo.says(f"!label {ana.name} regular", place="modroom")
        await mo.says(f"!label {twin.name}", place="modroom")
        assert "labelled “regular”" in community.transcript(), "the newest label is the only one"
        await mo.says(f"!unlabel {twin.name}", place="modroom")
        await mo.says(f"!label {ana.name}", place="modroom")
        assert community.transcript().endswith("has no label.")


@pytest.mark.parametrize("moment", range(4))
async def test_a_restart_at_any_moment_changes_nothing(moment: int):
    async with moot() as community:
        ana, twin = community.matrix("ana"), community.lemmy("ana")
        await offend(ana)
        steps = [
            lambda: twin.tells(f"!link {code}"),
            lambda: offend(twin),
            lambda: twin.tells("!unlink"),
            lambda: offend(ana),
        ]
        code = await code_for(ana)
        for number, step in enumerate(steps):
            if number == moment:
                await community.restart()
            await step()
        await ana.tells("!strikes")
        assert ana.heard().startswith("You have 3 strikes that count.")
        await twin.tells("!strikes")
        assert twin.heard().startswith("You have 2 strikes that count.")
