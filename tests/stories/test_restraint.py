"""Calming a place down: slow mode and lock-down, both with an end."""

from __future__ import annotations

import pytest

from bot.api import Capability
from bot.platforms.memory import MemoryAdapter, NotAllowed
from bot.testing import Moot, script

GAMBLING = "name: No gambling\nbody: casino\nwarn: Please no.\naction: remove\nmode: enforce\n"


def moot(**settings: object) -> Moot:
    return Moot(plugins={"moderation": {"text": GAMBLING, **settings}})


async def test_slow_mode_removes_what_comes_too_soon_says_so_once_and_ends_by_itself():
    async with moot() as community:
        ana, bo, mo = community.member("ana"), community.member("bo"), community.moderator("mo")
        await mo.says("!slowmode 30s for 10m")
        await ana.says("one")
        await community.advance(seconds=10)
        await ana.says("two")
        await bo.says("hello")
        await mo.says("three of mine")
        await mo.says("in a row")
        await community.advance(seconds=10)
        await ana.says("three")
        await community.advance(seconds=10)
        await ana.says("four")
        await community.advance(minutes=10)
        await ana.says("five")
        await ana.says("six")
        await mo.says("!why #1", place="modroom")
        await mo.says("!undo #1", place="modroom")
        assert community.transcript() == script(
            """
            lounge | mo: !slowmode 30s for 10m
            lounge | bot → mo: Slow mode: please send at most one message in 30s, until 2026-03-02 08:10 UTC.
            lounge | ana: one
            lounge | ana: two
            lounge | bot removes ana’s “two” (slow mode)
            private | bot → ana: There is slow mode in lounge until 2026-03-02 08:10 UTC: one message in 30s. What comes sooner is removed. This is no strike.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            lounge | bo: hello
            lounge | mo: three of mine
            lounge | mo: in a row
            lounge | ana: three
            lounge | bot removes ana’s “three” (slow mode)
            lounge | ana: four
            lounge | ana: five
            lounge | ana: six
            modroom | mo: !why #1
            modroom | bot → mo: Case #1, about ana, decided by the bot at 2026-03-02 08:00 UTC.
                Why: slow mode: one message in 30s, and this came 10s after the last.
                > two
                - remove: sent
            modroom | mo: !undo #1
            lounge | bot restores ana’s “two” (undone: slow mode)
            private | bot → ana: Case #1 has been taken back. What was counted against you for it no longer counts.
            modroom | bot → mo: Case #1 is taken back.
            """
        )


async def test_slow_mode_is_ended_by_a_word_and_can_be_given_from_the_moderators_room():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await mo.says("!slowmode 5m", place="modroom")
        await mo.says("!slowmode 5m in lounge", place="modroom")
        await ana.says("one")
        await ana.says("casino")
        await mo.says("!slowmode off in lounge", place="modroom")
        await mo.says("!slowmode off in lounge", place="modroom")
        await ana.says("two")
        assert await community.ledger.recall_all("moot", "moderation", "slow") == {}
        assert community.transcript() == script(
            """
            modroom | mo: !slowmode 5m
            modroom | bot → mo: Say where. Write “for 2h” for how long, and “in” with one of these for where: lounge, freechat, everywhere.
            modroom | mo: !slowmode 5m in lounge
            modroom | bot → mo: lounge: one message in 5m, until 2026-03-02 09:00 UTC.
            lounge | bot: Slow mode: please send at most one message in 5m, until 2026-03-02 09:00 UTC.
            lounge | ana: one
            lounge | ana: casino
            lounge | bot removes ana’s “casino” (No gambling)
            lounge | bot warns ana: ana, please note our rule: No gambling.
                Please no.
                > casino
                This is a strike and counts until 2026-04-01 08:00 UTC. With 1 more comes another warning.
                Case #1. If this is a mistake, write to me: !appeal #1 and why. A moderator will look at it.
            modroom | bot: Case #1 — remove what ana wrote; warn ana (rule “No gambling”: “casino” in the body (characters 1 to 6, as written); 0 live + 1 new = 1 strike points → warn)
                > casino
            modroom | mo: !slowmode off in lounge
            modroom | bot → mo: There is no slow mode in lounge any more.
            modroom | mo: !slowmode off in lounge
            modroom | bot → mo: There is no slow mode in lounge.
            lounge | ana: two
            """
        )


async def test_what_is_not_clear_is_refused_and_nothing_is_slowed_down():
    async with moot() as community:
        mo = community.moderator("mo")
        for words in (
            "",
            " lounge 30s",
            " 2h 30s",
            " 7h for 9h",
            " 30s in nowhere",
            " 30s for",
            " 30s 1h 2h",
            " 30s soon",
            " 30s for 90d",
        ):
            await mo.says(f"!slowmode{words}")
        await mo.says("!lockdown until tomorrow")
        assert await community.ledger.recall_all("moot", "moderation", "slow") == {}
        assert community.transcript() == script(
            """
            lounge | mo: !slowmode
            lounge | bot → mo: WAIT is missing.
                Usage: !slowmode WAIT [HOW-LONG-AND-WHERE…]
                Example: !slowmode 30s
            lounge | mo: !slowmode lounge 30s
            lounge | bot → mo: How long is the wait between two messages? It comes first: “!slowmode 30s”.
            lounge | mo: !slowmode 2h 30s
            lounge | bot → mo: One message in 2h, for 30s? The wait comes first: “!slowmode 30s for 2h”.
            lounge | mo: !slowmode 7h for 9h
            lounge | bot → mo: At most 6h between two messages; “lockdown” stops them all.
            lounge | mo: !slowmode 30s in nowhere
            lounge | bot → mo: There is no place called “nowhere”. Write “for 2h” for how long, and “in” with one of these for where: lounge, freechat, everywhere.
            lounge | mo: !slowmode 30s for
            lounge | bot → mo: Something is missing behind “for”.
            lounge | mo: !slowmode 30s 1h 2h
            lounge | bot → mo: There are two times in it; one was expected.
            lounge | mo: !slowmode 30s soon
            lounge | bot → mo: I do not know what to do with “soon”. Write “for 2h” for how long, and “in” with one of these for where: lounge, freechat, everywhere.
            lounge | mo: !slowmode 30s for 90d
            lounge | bot → mo: At most 30 days, and more than none.
            lounge | mo: !lockdown until tomorrow
            lounge | bot → mo: I do not know what to do with “until”. Write “for 2h” for how long, and “in” with one of these for where: lounge, freechat, everywhere.
            """
        )


async def test_a_lock_down_ends_by_itself_and_is_a_case():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await mo.says("!lockdown for 30m in lounge", place="modroom")
        await ana.tries("may I?")
        await mo.says("I may")
        await community.advance(minutes=30)
        await ana.says("thanks")
        assert community.transcript() == script(
            """
            modroom | mo: !lockdown for 30m in lounge
            lounge | bot lets only moderators write until 2026-03-02 08:30 (lock-down by mo)
            modroom | bot: Case #1 — lock lounge down until 2026-03-02 08:30 UTC (by mo: lock-down by mo)
            modroom | bot → mo: lounge: only moderators can write until 2026-03-02 08:30 UTC, case #1.
            lounge | bot: The moderators have locked this room down for a while; it opens again by itself at 2026-03-02 08:30 UTC.
            lounge | ana cannot write while it is locked down: may I?
            lounge | mo: I may
            lounge | bot lets everybody write again (the time is up)
            lounge | ana: thanks
            """
        )


async def test_a_lock_down_is_ended_by_a_word_or_undone_as_a_case():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        await mo.says("!lockdown")
        await mo.says("!unlock")
        await ana.says("hello")
        await mo.says("!lockdown everywhere")
        await mo.says("!undo #2")
        await ana.says("hello again")
        await community.advance(hours=2)
        assert community.transcript() == script(
            """
            lounge | mo: !lockdown
            lounge | bot lets only moderators write until 2026-03-02 09:00 (lock-down by mo)
            modroom | bot: Case #1 — lock lounge down until 2026-03-02 09:00 UTC (by mo: lock-down by mo)
            lounge | bot → mo: The moderators have locked this room down for a while; it opens again by itself at 2026-03-02 09:00 UTC.
            lounge | mo: !unlock
            lounge | bot lets everybody write again (reopened by mo)
            lounge | bot → mo: lounge: everybody can write again.
            lounge | ana: hello
            lounge | mo: !lockdown everywhere
            lounge | bot lets only moderators write until 2026-03-02 09:00 (lock-down by mo)
            freechat | bot lets only moderators write until 2026-03-02 09:00 (lock-down by mo)
            modroom | bot: Case #2 — lock lounge down until 2026-03-02 09:00 UTC; lock freechat down until 2026-03-02 09:00 UTC (by mo: lock-down by mo)
            lounge | bot → mo: The moderators have locked this room down for a while; it opens again by itself at 2026-03-02 09:00 UTC.
            lounge | bot → mo: lounge: only moderators can write; freechat: only moderators can post, comments go on, until 2026-03-02 09:00 UTC, case #2.
            lounge | mo: !undo #2
            freechat | bot lets everybody write again (undone: lock-down by mo)
            lounge | bot lets everybody write again (undone: lock-down by mo)
            lounge | bot → mo: Case #2 is taken back.
            lounge | ana: hello again
            """
        )


async def test_where_no_whole_place_can_be_locked_down_a_post_can(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(MemoryAdapter, "capabilities", MemoryAdapter.capabilities - {Capability.LOCKDOWN})
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        post = await ana.posts("What do you think?", "of the new rule")
        below = await ana.replies(post, "I hate it")
        await mo.says("!lockdown in freechat", place="modroom")
        await mo.replies(below, "!lockdown for 20m")
        await community.advance(minutes=20)
        await ana.replies(below, "still here")
        assert community.transcript() == script(
            """
            freechat | ana posts “What do you think?”: of the new rule
            freechat | ana → ana: I hate it
            modroom | mo: !lockdown in freechat
            modroom | bot → mo: freechat cannot be locked down as a whole: the platform has nothing for it, or I may not. A single post can: answer it with “lockdown”. “slowmode” works everywhere.
            freechat | mo → ana: !lockdown for 20m
            freechat | bot locks “What do you think?” (locked by mo)
            private | bot → mo: That post is locked until 2026-03-02 08:20 UTC.
            freechat | bot unlocks “What do you think?” (the time is up)
            freechat | ana → ana: still here
            """
        )


async def test_a_community_is_locked_down_for_posts_and_a_post_for_comments():
    async with moot() as community:
        ana, mo = community.member("ana"), community.moderator("mo")
        post = await ana.posts("What do you think?", "of the new rule")
        below = await ana.replies(post, "I hate it")
        community.skip()
        await mo.replies(below, "!lockdown for 20m")
        await mo.says("!lockdown 1h in freechat", place="modroom")
        await mo.says("!lockdown 2h in freechat", place="modroom")
        await community.advance(minutes=20)
        await ana.replies(below, "still here")
        with pytest.raises(NotAllowed, match="locked down"):
            await ana.posts("Again", "hello")
        await mo.says("!lockdown off", place="modroom")
        await ana.posts("Again", "allowed")
        assert community.transcript() == script(
            """
            freechat | mo → ana: !lockdown for 20m
            freechat | bot locks “What do you think?” (locked by mo)
            private | bot → mo: That post is locked until 2026-03-02 08:20 UTC.
            modroom | mo: !lockdown 1h in freechat
            freechat | bot lets only moderators write until 2026-03-02 09:00 (lock-down by mo)
            modroom | bot: Case #1 — lock freechat down until 2026-03-02 09:00 UTC (by mo: lock-down by mo)
            modroom | bot → mo: freechat: only moderators can post, comments go on, until 2026-03-02 09:00 UTC, case #1.
            modroom | mo: !lockdown 2h in freechat
            modroom | bot → mo: freechat is locked down already; end that first: “!lockdown off in freechat”.
            freechat | bot unlocks “What do you think?” (the time is up)
            freechat | ana → ana: still here
            freechat | ana cannot write while it is locked down: hello
            modroom | mo: !lockdown off
            freechat | bot lets everybody write again (reopened by mo)
            modroom | bot → mo: freechat: everybody can write again.
            freechat | ana posts “Again”: allowed
            """
        )


async def test_a_lock_down_that_is_over_is_not_ended_once_more():
    async with moot() as community:
        mo = community.moderator("mo")
        await mo.says("!lockdown for 5m in lounge", place="modroom")
        await community.advance(minutes=5)
        community.skip()
        await mo.says("!lockdown off", place="modroom")
        assert community.transcript() == script(
            """
            modroom | mo: !lockdown off
            modroom | bot → mo: Nothing is locked down.
            """
        )


async def test_a_lock_down_is_ended_by_a_word_however_much_was_removed_since():
    async with moot(tell_removals=False) as community:
        mo = community.moderator("mo")
        await mo.says("!lockdown 2h")
        for number in range(201):  # more cases than the ledger tells of at once
            await community.member(f"raider{number}").posts("Play", "casino")
        community.skip()
        await mo.says("!unlock")
        assert community.transcript() == script(
            """
            lounge | mo: !unlock
            lounge | bot lets everybody write again (reopened by mo)
            lounge | bot → mo: lounge: everybody can write again.
            """
        )
        first = await community.ledger.case("moot", 1)
        assert first is not None
        assert first.undone
