"""Stories: a community and its daily prompt."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.platforms.memory.port import Item
from bot.platforms.protocol import Unreachable
from bot.testing import DefaultTests, Moot, script
from plugins.daily_prompts import plugin

#: A minute before nine on a Monday in Berlin.
BEFORE_NINE = datetime(2026, 3, 2, 7, 59, tzinfo=UTC)


def moot(now: datetime = BEFORE_NINE, zone: str = "Europe/Berlin", **settings: object) -> Moot:
    """A pool of three; the order in which they come is the same on every run."""
    config = {"pool": ["Tea?", "Milk?", "Why?"], **settings}
    return Moot(plugins={"daily_prompts": config}, now=now, zone=zone)


def quiet(now: datetime = BEFORE_NINE, zone: str = "Europe/Berlin", **settings: object) -> Moot:
    """The same, without pins, announcements and looking back."""
    return moot(now, zone, **{"pin": False, "announce_in": [], "text": "{{text}}", **settings})


class TestDefaults(DefaultTests):
    plugin = plugin


async def test_the_prompt_is_posted_pinned_announced_and_followed_by_the_next() -> None:
    async with moot() as play:
        ana = play.member("ana")
        assert play.transcript() == "", "it is not nine yet"
        await play.advance(minutes=1)
        await ana.replies(play.newest("freechat"), "Oat, please.")
        await play.advance(days=1)
        assert play.transcript() == script("""
            freechat | bot posts “Daily prompt: Milk?”
            freechat | bot pins “Daily prompt: Milk?”
            lounge | bot: Today’s prompt: Milk? (memory://freechat/1)
            freechat | ana → bot: Oat, please.
            freechat | bot posts “Daily prompt: Tea?”: Last time: Daily prompt: Milk? · comments: 1
            freechat | bot pins “Daily prompt: Tea?”
            freechat | bot unpins “Daily prompt: Milk?”
            lounge | bot: Today’s prompt: Tea? (memory://freechat/4)
            """)


async def test_one_prompt_a_day_over_restarts() -> None:
    async with quiet() as play:
        await play.restart()
        await play.advance(minutes=1)
        for _ in range(5):
            await play.restart()
            await play.advance(hours=2)
        assert play.transcript() == "freechat | bot posts “Daily prompt: Milk?”"


async def test_late_is_fine_too_late_is_skipped_and_told() -> None:
    async with quiet() as play:
        await play.advance(hours=3, minutes=1)
        assert play.transcript() == "freechat | bot posts “Daily prompt: Milk?”"
    async with quiet() as play:
        await play.advance(hours=3, minutes=2)
        await play.restart()
        await play.advance(hours=20, minutes=59)
        assert play.transcript() == script("""
            modroom | bot: daily_prompts: what was due at 2026-03-02 08:00 UTC was skipped, because it would have come 3 h late. Raise late_by to have it come anyway.
            freechat | bot posts “Daily prompt: Milk?”
            """)


async def test_after_three_days_without_power_there_is_one_prompt_not_three() -> None:
    async with quiet() as play:
        await play.advance(days=3, minutes=1)
        assert play.transcript() == "freechat | bot posts “Daily prompt: Milk?”"


@pytest.mark.parametrize(
    ("start", "at", "instants"),
    [
        # The night to 29 March leaves out 02:30 in Berlin; the prompt comes right after the gap.
        (datetime(2026, 3, 28, tzinfo=UTC), "02:30", ["28 01:30", "29 01:30", "30 00:30"]),
        # The night to 25 October has 02:30 twice; the prompt comes the first time.
        (datetime(2026, 10, 23, 22, tzinfo=UTC), "02:30", ["24 00:30", "25 00:30", "26 01:30"]),
        # Midnight, where schedulers lose a day.
        (datetime(2026, 3, 28, 12, tzinfo=UTC), "00:00", ["28 23:00", "29 22:00", "30 22:00"]),
    ],
)
async def test_one_prompt_a_day_over_clock_changes(start: datetime, at: str, instants: list[str]) -> None:
    came = []
    async with quiet(start, at=at) as play:
        for _ in range(3 * 24 * 2):
            await play.advance(minutes=30)
            if play.transcript():
                came.append(f"{play.clock.now():%d %H:%M}")
    assert came == instants


async def test_the_prompt_lives_in_the_room_where_there_is_no_community() -> None:
    async with moot(place="lounge") as play:
        await play.advance(minutes=1)
        await play.advance(days=1)
        assert play.transcript() == script("""
            lounge | bot: Daily prompt: Milk?
            lounge | bot pins “Daily prompt: Milk?”
            lounge | bot: Daily prompt: Tea?
                Last time: Daily prompt: Milk? · comments: 0
            lounge | bot pins “Daily prompt: Tea? Last time: Daily pro…”
            lounge | bot unpins “Daily prompt: Milk?”
            """)


async def test_a_used_up_pool_starts_again_and_the_moderators_hear_of_it() -> None:
    async with quiet(pool=[f"p{n}" for n in range(7)], title="{{number}}: {{prompt}}") as play:
        await play.advance(minutes=1)
        for _ in range(7):
            await play.advance(days=1)
        assert play.transcript() == script("""
            freechat | bot posts “1: p3”
            freechat | bot posts “2: p5”
            freechat | bot posts “3: p1”
            freechat | bot posts “4: p0”
            freechat | bot posts “5: p6”
            freechat | bot posts “6: p2”
            freechat | bot posts “7: p4”
            modroom | bot: Every prompt of the pool has been used. It starts again, in a new order; new prompts are welcome.
            freechat | bot posts “8: p3”
            """)


async def test_a_pool_that_breaks_while_the_bot_runs(tmp_path: Path) -> None:
    pool = tmp_path / "pool.yaml"
    pool.write_text("- Tea?\n- Milk?\n", "utf-8")
    async with quiet(pool=pool) as play:
        await play.advance(minutes=1)
        pool.write_text("- Tea?\n- Milk?\n- {titel: Why}\n", "utf-8")
        await play.advance(days=1)
        pool.unlink()
        await play.advance(days=1)
        pool.write_text("\n", "utf-8")
        await play.advance(days=1)
        assert play.transcript().replace(f"{tmp_path}/", "") == script("""
            freechat | bot posts “Daily prompt: Milk?”
            modroom | bot: The pool of prompts has problems:
                - pool.yaml:3: titel: is not known here; title, text, on, season, theme are (did you mean title?)
            freechat | bot posts “Daily prompt: Tea?”
            modroom | bot: No daily prompt: the pool holds none.
            modroom | bot: The pool of prompts has problems:
                - pool.yaml: the pool cannot be read: No such file or directory
            modroom | bot: No daily prompt: the pool holds none.
            """)


async def test_a_suggestion_is_approved_used_and_thanked() -> None:
    async with moot(announce_in=[]) as play:
        ana, mo = play.member("ana"), play.moderator("mo")
        await ana.says("!prompt suggest Where do *you* sleep?\nI mean outside.")
        await mo.says("!prompt approve 1", place="modroom")
        await mo.says("!prompt queue", place="modroom")
        await play.advance(minutes=1)
        await mo.says("!prompt queue", place="modroom")
        assert play.transcript() == script("""
            lounge | ana: !prompt suggest Where do *you* sleep?
                I mean outside.
            modroom | bot: ana suggests a prompt (no. 1):
                > Where do *you* sleep?
                > I mean outside.
                Take it with ✅ or !prompt approve 1, decline with ❌ or !prompt reject 1.
            lounge | bot → ana: Thank you! The moderators will look at your suggestion (no. 1).
            modroom | mo: !prompt approve 1
            modroom | bot → mo: Suggestion 1 is taken.
            modroom | mo: !prompt queue
            modroom | bot → mo: Coming next:
                - no. 1: Where do *you* sleep? (ana)
            freechat | bot posts “Daily prompt: Where do *you* sleep?”: I mean outside.
                Suggested by ana. Thank you!
            lounge | bot → ana: Your suggestion is today’s prompt: Where do *you* sleep? (memory://freechat/8) – thank you!
            freechat | bot pins “Daily prompt: Where do *you* sleep?”
            modroom | mo: !prompt queue
            modroom | bot → mo: There are no suggestions.
            """)


async def test_a_moderator_decides_by_reaction() -> None:
    async with quiet() as play:
        ana, mo = play.member("ana"), play.moderator("mo")
        await ana.says("!prompt suggest One?")
        one = play.newest("modroom")
        await ana.says("!prompt suggest Two?")
        two = play.newest("modroom")
        play.skip()
        await mo.reacts(one, "❌")
        await mo.reacts(two, "🎉")
        await mo.reacts(two, "✅")
        await mo.reacts(two, "❌")
        await play.advance(minutes=1)
        assert play.transcript() == script("""
            modroom | mo reacts ❌ to “ana suggests a prompt (no. 1): > One? T…”
            lounge | bot → ana: Thank you for your suggestion. The moderators decided not to use it this time.
            modroom | bot → bot: Suggestion 1 is declined.
            modroom | mo reacts 🎉 to “ana suggests a prompt (no. 2): > Two? T…”
            modroom | mo reacts ✅ to “ana suggests a prompt (no. 2): > Two? T…”
            modroom | bot → bot: Suggestion 2 is taken.
            modroom | mo reacts ❌ to “ana suggests a prompt (no. 2): > Two? T…”
            freechat | bot posts “Daily prompt: Two?”: Suggested by ana. Thank you!
            lounge | bot → ana: Your suggestion is today’s prompt: Two? (memory://freechat/10) – thank you!
            """)


async def test_suggestions_have_limits() -> None:
    async with quiet() as play:
        ana = play.member("ana")
        for text in ("", "x" * 2001, "tea?", "One?", "ONE?", "Two?", "Three?", "Four?"):
            await ana.says(f"!prompt suggest {text}".strip())
        answers = [row for row in play.transcript().splitlines() if "bot → ana" in row]
        assert [row.partition("ana: ")[2] for row in answers] == [
            "TEXT is missing.",
            "That is 2001 characters long; at most 2000 fit.",
            "That one is in the pool already. Thank you!",
            "Thank you! The moderators will look at your suggestion (no. 1).",
            "That one is in the pool already. Thank you!",
            "Thank you! The moderators will look at your suggestion (no. 2).",
            "Thank you! The moderators will look at your suggestion (no. 3).",
            "You have 3 suggestions waiting already. Thank you! Please let the moderators look first.",
        ]


async def test_skip_preview_pause_and_resume() -> None:
    async with quiet() as play:
        ana, mo = play.member("ana"), play.moderator("mo")
        await mo.says("!prompt preview 4", place="modroom")
        await mo.says("!prompt skip", place="modroom")
        await ana.says("!prompt")
        await play.advance(minutes=1)
        await mo.says("!prompt pause 1d", place="modroom")
        await ana.says("!prompt next")
        await mo.says("!prompt preview 3", place="modroom")
        await play.advance(days=1)
        await mo.says("!prompt resume", place="modroom")
        await play.advance(days=1)
        await mo.says("!prompt pause", place="modroom")
        await ana.says("!prompt")
        await play.advance(days=1)
        await mo.says("!prompt resume", place="modroom")
        assert play.transcript() == script("""
            modroom | mo: !prompt preview 4
            modroom | bot → mo: - Mon 2026-03-02 09:00: Milk?
                - Tue 2026-03-03 09:00: Tea?
                - Wed 2026-03-04 09:00: Why?
                - Thu 2026-03-05 09:00: Tea?
                Next clock change: the clocks go forward by 1 h on Sunday 29 March 2026, 02:00 → 03:00.
            modroom | mo: !prompt skip
            modroom | bot → mo: “Milk?” is put aside.
                Next prompt on Monday, 2 March 2026 at 09:00 (Europe/Berlin): Tea?
            lounge | ana: !prompt
            lounge | bot → ana: Next prompt on Monday, 2 March 2026 at 09:00 (Europe/Berlin): Tea?
            freechat | bot posts “Daily prompt: Tea?”
            modroom | mo: !prompt pause 1d
            modroom | bot → mo: No prompts until Wednesday, 4 March 2026.
            lounge | ana: !prompt next
            lounge | bot → ana: Next prompt on Wednesday, 4 March 2026 at 09:00 (Europe/Berlin): Why?
            modroom | mo: !prompt preview 3
            modroom | bot → mo: - Tue 2026-03-03 09:00: paused
                - Wed 2026-03-04 09:00: Why?
                - Thu 2026-03-05 09:00: Tea?
                Next clock change: the clocks go forward by 1 h on Sunday 29 March 2026, 02:00 → 03:00.
            modroom | mo: !prompt resume
            modroom | bot → mo: The prompts are not paused.
            freechat | bot posts “Daily prompt: Why?”
            modroom | mo: !prompt pause
            modroom | bot → mo: No prompts until somebody resumes them.
            lounge | ana: !prompt
            lounge | bot → ana: The prompts are paused until a moderator resumes them.
            modroom | mo: !prompt resume
            modroom | bot → mo: Welcome back. Next prompt on Friday, 6 March 2026 at 09:00 (Europe/Berlin): Tea?
            """)


async def test_a_prompt_by_hand_stands_for_the_day() -> None:
    async with quiet() as play:
        mo = play.moderator("mo")
        await mo.says("!prompt now", place="modroom")
        await mo.says("!prompt now", place="modroom")
        await play.advance(minutes=1)
        assert play.transcript() == script("""
            modroom | mo: !prompt now
            freechat | bot posts “Daily prompt: Milk?”
            modroom | bot → mo: Today’s prompt: open it (memory://freechat/2)
            modroom | mo: !prompt now
            modroom | bot → mo: Today’s prompt is there already: open it (memory://freechat/2)
            """)


async def test_members_may_look_and_suggest_but_not_steer() -> None:
    async with quiet() as play:
        ana = play.member("ana")
        await ana.says("!prompt skip")
        await ana.says("!prompt now")
        assert play.transcript() == script("""
            lounge | ana: !prompt skip
            lounge | bot → ana: !prompt skip is for moderators.
            lounge | ana: !prompt now
            lounge | bot → ana: !prompt now is for moderators.
            """)


async def test_a_day_is_left_out_while_the_last_prompt_is_busy_but_never_two() -> None:
    async with quiet(skip_if_hot=2) as play:
        ana = play.member("ana")
        await play.advance(minutes=1)
        prompt = play.newest("freechat")
        for text in ("Yes!", "No!"):
            await ana.replies(prompt, text)
        await play.advance(hours=20)
        for text in ("Yes!", "No!"):
            await ana.replies(prompt, text)
        play.skip()
        await play.advance(hours=4)
        assert play.transcript() == ""
        await play.advance(hours=20)
        for text in ("Yes!", "No!"):
            await ana.replies(prompt, text)
        play.skip()
        await play.advance(hours=4)
        assert play.transcript() == "freechat | bot posts “Daily prompt: Tea?”"


async def test_themes_dates_and_blanks() -> None:
    pool = [
        "Tea?",
        {"title": "Which song on this {{weekday}}?", "theme": "music"},
        {"title": "Leap?", "on": "03-03", "text": "It is {{date}}, week {{week}}."},
    ]
    async with quiet(pool=pool, themes={"monday": "music"}, title="{{prompt}}") as play:
        await play.advance(minutes=1)
        await play.advance(days=1)
        await play.advance(days=1)
        assert play.transcript() == script("""
            freechat | bot posts “Which song on this Monday?”
            freechat | bot posts “Leap?”: It is 3 March 2026, week 10.
            freechat | bot posts “Tea?”
            """)


async def test_a_place_that_is_not_there_is_told() -> None:
    async with quiet(place="lounges") as play:
        await play.advance(minutes=1)
        assert play.transcript() == script("""
            modroom | bot: No daily prompt: daily_prompts.place: there is no place 'lounges'; known are freechat, lounge, modroom, memory.private.
            """)


async def test_sentences_for_what_cannot_be_done() -> None:
    async with quiet(pool=[{"title": "Only on Fridays", "on": "friday"}]) as play:
        mo = play.moderator("mo")
        for words in ("now", "skip", "preview 99", "pause 1h", "pause 9999d", "resume", "reject 3", "queue"):
            await mo.says(f"!prompt {words}", place="modroom")
        answers = [row for row in play.transcript().splitlines() if "bot → mo" in row]
        assert [row.partition("mo: ")[2] for row in answers] == [
            "Nothing posted: the pool has no prompt for Monday, 2 March 2026.",
            "“Only on Fridays” is the only prompt for that day, so it stays. Leave the day out with !prompt pause 1d.",
            "A number of days from 1 to 31 was expected, not 99.",
            "A number of days from 1d to 400d was expected.",
            "A number of days from 1d to 400d was expected.",
            "The prompts are not paused.",
            "There is no suggestion 3; nothing is waiting.",
            "There are no suggestions.",
        ]


async def test_a_pool_for_a_day_that_is_over() -> None:
    async with quiet(pool=[{"title": "Once", "on": "2026-02-01"}]) as play:
        mo = play.moderator("mo")
        await mo.says("!prompt skip", place="modroom")
        await mo.says("!prompt preview 1", place="modroom")
        await play.advance(minutes=1)
        assert play.transcript() == script("""
            modroom | mo: !prompt skip
            modroom | bot → mo: No prompt is coming: the pool has none for the days ahead.
            modroom | mo: !prompt preview 1
            modroom | bot → mo: - Mon 2026-03-02 09:00: no prompt for this day
                Next clock change: the clocks go forward by 1 h on Sunday 29 March 2026, 02:00 → 03:00.
            """)


async def test_a_skipped_suggestion_waits_again() -> None:
    async with quiet() as play:
        ana, mo = play.member("ana"), play.moderator("mo")
        await ana.says("!prompt suggest One?")
        await mo.says("!prompt approve 1", place="modroom")
        await ana.says("!prompt suggest Two?")
        await mo.says("!prompt approve 2", place="modroom")
        await mo.says("!prompt approve 2", place="modroom")
        play.skip()
        await mo.says("!prompt skip", place="modroom")
        await mo.says("!prompt queue", place="modroom")
        await mo.says("!prompt reject 1 We had that in May.", place="modroom")
        await mo.says("!prompt reject 1", place="modroom")
        assert play.transcript() == script("""
            modroom | mo: !prompt skip
            modroom | bot → mo: “One?” is put aside.
                Next prompt on Monday, 2 March 2026 at 09:00 (Europe/Berlin): Two?
            modroom | mo: !prompt queue
            modroom | bot → mo: Coming next:
                - no. 2: Two? (ana)
                Waiting for a moderator:
                - no. 1: One? (ana)
            modroom | mo: !prompt reject 1 We had that in May.
            lounge | bot → ana: Thank you for your suggestion. The moderators decided not to use it this time. They say: We had that in May.
            modroom | bot → mo: Suggestion 1 is declined.
            modroom | mo: !prompt reject 1
            modroom | bot → mo: There is no suggestion 1; open: 2.
            """)


async def test_a_prompt_that_the_platform_has_not_taken_is_not_posted_twice() -> None:
    async with quiet() as play:
        mo = play.moderator("mo")
        play.world.faults.add("unreachable", kind="post")
        await play.advance(minutes=1)
        await mo.says("!prompt now", place="modroom")
        await play.advance(minutes=30)
        assert play.transcript() == script("""
            modroom | mo: !prompt now
            modroom | bot → mo: Today’s prompt is on its way, but the platform has not taken it yet.
            freechat | bot posts “Daily prompt: Milk?”
            """)


async def test_no_answer_is_liked_best_where_the_platform_knows_no_votes() -> None:
    async with quiet(text="{{text}}\n\n[Best]({{yesterday.top}})") as play:
        ana = play.member("ana")
        await play.advance(minutes=1)
        await ana.replies(play.newest("freechat"), "Green.")
        await play.advance(days=1)
        assert play.transcript().splitlines()[-1] == "freechat | bot posts “Daily prompt: Tea?”"


async def test_a_thread_that_cannot_be_read_does_not_hold_up_the_prompt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def silence(ident: str) -> tuple[Item, ...]:
        raise Unreachable(f"no thread {ident}")

    async with quiet(text="{{text}}\n\n[Best]({{yesterday.top}})") as play:
        await play.advance(minutes=1)
        await play.member("ana").replies(play.newest("freechat"), "Green.")
        monkeypatch.setattr(play.world, "thread", silence)
        await play.advance(days=1)
        assert play.transcript().splitlines()[-1] == "freechat | bot posts “Daily prompt: Tea?”"
