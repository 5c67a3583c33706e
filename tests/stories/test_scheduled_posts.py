"""Stories: weekly threads, announcements and events, each at its time."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.testing import DefaultTests, Moot, script
from plugins.scheduled_posts import plugin

#: A Thursday noon in Berlin.
THURSDAY = datetime(2026, 3, 5, 11, tzinfo=UTC)
FREE_TALK = {"when": "friday 18:00", "title": "Free talk no. {{number}}", "pin": True}


def moot(now: datetime = THURSDAY, zone: str = "Europe/Berlin", **posts: object) -> Moot:
    return Moot(plugins={"scheduled_posts": {"posts": posts}}, now=now, zone=zone)


class TestDefaults(DefaultTests):
    plugin = plugin


async def test_a_weekly_thread_takes_the_pin_from_the_one_before() -> None:
    text = "Anything goes.\n\nLast week: {{last.link}} ({{last.comments}} comments)"
    async with moot(**{"free-talk": {**FREE_TALK, "text": text}}) as play:
        await play.advance(days=1, hours=6)
        await play.member("ana").replies(play.newest("freechat"), "Hello!")
        for _ in range(7):
            await play.restart()
            await play.advance(days=1)
        assert play.transcript() == script("""
            freechat | bot posts “Free talk no. 1”: Anything goes.
            freechat | bot pins “Free talk no. 1”
            lounge | bot: Free talk no. 1 (memory://freechat/1)
            freechat | ana → bot: Hello!
            freechat | bot posts “Free talk no. 2”: Anything goes.
                Last week: memory://freechat/1 (1 comments)
            freechat | bot pins “Free talk no. 2”
            freechat | bot unpins “Free talk no. 1”
            lounge | bot: Free talk no. 2 (memory://freechat/4)
            """)


async def test_a_moderator_announces_something_and_it_is_pinned_for_two_days() -> None:
    async with moot() as play:
        mo = play.moderator("mo")
        await mo.says("!schedule post 2026-03-07 10:00 Spring cleaning\nBring *gloves*.", place="modroom")
        await mo.says("!schedule pin 1 2d", place="modroom")
        await mo.says("!schedule", place="modroom")
        for _ in range(5):
            await play.advance(days=1)
            await play.restart()
        await mo.says("!schedule", place="modroom")
        assert play.transcript() == script("""
            modroom | mo: !schedule post 2026-03-07 10:00 Spring cleaning
                Bring *gloves*.
            modroom | bot → mo: On the timetable as no. 1: “Spring cleaning” on Saturday, 7 March 2026 at 10:00.
            modroom | mo: !schedule pin 1 2d
            modroom | bot → mo: No. 1 will be pinned for 2 days.
            modroom | mo: !schedule
            modroom | bot → mo: - 1: “Spring cleaning” on Saturday, 7 March 2026 at 10:00, pinned
            freechat | bot posts “Spring cleaning”: Bring gloves.
            freechat | bot pins “Spring cleaning”
            lounge | bot: Spring cleaning (memory://freechat/7)
            freechat | bot unpins “Spring cleaning”
            modroom | mo: !schedule
            modroom | bot → mo: Nothing is on the timetable.
            """)


async def test_an_event_is_posted_ahead_remembered_and_unpinned_when_it_begins() -> None:
    async with moot() as play:
        mo = play.moderator("mo")
        await mo.says("!schedule event 2026-03-09 19:30 Book club on {{weekday}}, {{time}}", place="modroom")
        await mo.says("!schedule", place="modroom")
        for _ in range(5 * 48):
            await play.advance(minutes=30)
        assert play.transcript() == script("""
            modroom | mo: !schedule event 2026-03-09 19:30 Book club on {{weekday}}, {{time}}
            modroom | bot → mo: On the timetable as no. 1: “Book club on Monday, 19:30” on Thursday, 5 March 2026 at 12:00, pinned; it begins on Monday, 9 March 2026 at 19:30.
            freechat | bot posts “Book club on Monday, 19:30”
            freechat | bot pins “Book club on Monday, 19:30”
            lounge | bot: Book club on Monday, 19:30 (memory://freechat/3)
            modroom | mo: !schedule
            modroom | bot → mo: - 1: “Book club on Monday, 19:30” begins on Monday, 9 March 2026 at 19:30
            lounge | bot: In 1 day: Book club on Monday, 19:30 (memory://freechat/3) (19:30 Europe/Berlin).
            lounge | bot: In 1 hour: Book club on Monday, 19:30 (memory://freechat/3) (19:30 Europe/Berlin).
            freechat | bot unpins “Book club on Monday, 19:30”
            """)


async def test_late_is_fine_too_late_is_told_and_can_be_posted_by_hand() -> None:
    async with moot(**{"free-talk": {**FREE_TALK, "pin": False, "announce_in": []}}) as play:
        mo = play.moderator("mo")
        await mo.says("!schedule post 2026-03-06 18:00 Once, as long as it is of use", place="modroom")
        play.skip()
        await play.advance(days=1, hours=9, minutes=1)
        await mo.says("!schedule now free-talk", place="modroom")
        await mo.says("!schedule now free-talk", place="modroom")
        assert play.transcript() == script("""
            modroom | bot: “Free talk no. 1” was due 3 hours ago, while I was away, and is left out. !schedule now free-talk posts it all the same.
            freechat | bot posts “Once, as long as it is of use”
            lounge | bot: Once, as long as it is of use (memory://freechat/4)
            modroom | mo: !schedule now free-talk
            freechat | bot posts “Free talk no. 1”
            modroom | bot → mo: Posted: open it (memory://freechat/7)
            modroom | mo: !schedule now free-talk
            modroom | bot → mo: “free-talk” was posted today already.
            """)


async def test_one_by_hand_stands_for_the_next() -> None:
    async with moot(**{"free-talk": {**FREE_TALK, "announce_in": [], "pin": False}}) as play:
        mo = play.moderator("mo")
        await mo.says("!schedule now free-talk", place="modroom")
        for _ in range(9 * 4):
            await play.advance(hours=6)
        assert play.transcript() == script("""
            modroom | mo: !schedule now free-talk
            freechat | bot posts “Free talk no. 1”
            modroom | bot → mo: Posted: open it (memory://freechat/2)
            freechat | bot posts “Free talk no. 2”
            """)


async def test_what_comes_again_can_be_left_out_once_and_what_the_chat_added_taken_off() -> None:
    async with moot(**{"free-talk": {**FREE_TALK, "announce_in": [], "pin": False}}) as play:
        mo = play.moderator("mo")
        await mo.says("!schedule skip free-talk", place="modroom")
        await mo.says("!schedule post last day 20:00 The month of {{month}}", place="modroom")
        await mo.says("!schedule", place="lounge")
        await mo.says("!schedule cancel 1", place="modroom")
        await mo.says("!schedule cancel free-talk", place="modroom")
        for _ in range(9 * 4):
            await play.advance(hours=6)
        assert play.transcript() == script("""
            modroom | mo: !schedule skip free-talk
            modroom | bot → mo: “Free talk no. 1” of Friday, 6 March 2026 at 18:00 is left out. The next one is on Friday, 13 March 2026 at 18:00.
            modroom | mo: !schedule post last day 20:00 The month of {{month}}
            modroom | bot → mo: On the timetable as no. 1: “The month of March” on Tuesday, 31 March 2026 at 20:00 (last day 20:00).
            lounge | mo: !schedule
            lounge | bot → mo: - free-talk: “Free talk no. 1” on Friday, 13 March 2026 at 18:00 (friday 18:00)
                - 1: “The month of March” on Tuesday, 31 March 2026 at 20:00 (last day 20:00)
            modroom | mo: !schedule cancel 1
            modroom | bot → mo: No. 1, “The month of {{month}}”, is off the timetable.
            modroom | mo: !schedule cancel free-talk
            modroom | bot → mo: “free-talk” stands in the configuration; change it there, or leave one out with !schedule skip free-talk.
            freechat | bot posts “Free talk no. 1”
            """)


async def test_sentences_for_what_cannot_be_done() -> None:
    async with moot(**{"free-talk": FREE_TALK}) as play:
        mo, ana = play.moderator("mo"), play.member("ana")
        await ana.says("!schedule post friday 18:00 Mine")
        for words in (
            "post fridy 18:00 Free talk",
            "post 2026-03-05 09:00 Too late",
            "post friday 18:00",
            "post friday 25:00 Free talk",
            "post friday 18:00 Hello {{nam}}",
            "now fre-talk",
            "pin free-talk",
            "skip 7",
        ):
            await mo.says(f"!schedule {words}", place="modroom")
        answers = [row for row in play.transcript().splitlines() if "bot →" in row]
        assert [row.partition(": ")[2] for row in answers] == [
            "!schedule post is for moderators.",
            "The time comes first, then the title. A day and a time such as “friday 18:00”, “daily 09:00”, “first monday 09:00”, “day 1 09:00”, “12-24 18:00” (every year) or “2026-12-24 18:00” (once) was expected, not “fridy 18:00 Free talk”.",
            "2026-03-05 09:00 is over already; it is Thursday, 5 March 2026 at 12:00 here.",
            "The title is missing: write it behind the time.",
            "The time comes first, then the title. A day and a time such as “friday 18:00”, “daily 09:00”, “first monday 09:00”, “day 1 09:00”, “12-24 18:00” (every year) or “2026-12-24 18:00” (once) was expected, not “friday 25:00 Free talk”.",
            "{{nam}} is not a name that can be filled in; known are date, date.iso, weekday, day, month, year, week, time, number, community, last.link, last.comments.",
            "There is no “fre-talk” on the timetable; there are free-talk.",
            "“free-talk” stands in the configuration; change it there, or leave one out with !schedule skip free-talk.",
            "There is no “7” on the timetable; there are free-talk.",
        ]


async def test_a_configured_event_lives_in_the_room_where_there_is_no_community() -> None:
    walk = {
        "when": "2026-03-08 10:00",
        "title": "Walk",
        "text": "By the river.",
        "ahead": "3d",
        "remind": ["1h"],
        "place": "lounge",
        "pin": True,
    }
    async with moot(walk=walk) as play:
        for _ in range(3 * 24):
            await play.advance(hours=1)
        assert play.transcript() == script("""
            lounge | bot: Walk
                By the river.
            lounge | bot pins “Walk By the river.”
            lounge | bot: In 1 hour: Walk (memory://lounge/1) (10:00 Europe/Berlin).
            lounge | bot unpins “Walk By the river.”
            """)


async def test_a_place_that_is_not_there_is_told() -> None:
    async with moot(**{"free-talk": {**FREE_TALK, "place": "lounges"}}) as play:
        await play.advance(days=1, hours=6)
        assert play.transcript() == script("""
            modroom | bot: “free-talk” was not posted: scheduled_posts.posts.free-talk.place: there is no place 'lounges'; known are freechat, lounge, modroom, memory.private.
            """)
