"""Stories: what the community's links started elsewhere, and what elsewhere has on its topics."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.api import Discussion
from bot.platforms.protocol import Unreachable
from bot.testing import MONDAY, Moot, script

LINK = "https://example.org/essay"
TECH = "tech@a.example"


def moot(**settings: object) -> Moot:
    return Moot(plugins={"crossposts": settings})


def there(
    number: int, title: str, *, comments: int = 5, community: str = TECH, hours: int = -3, **more: object
) -> Discussion:
    """A post elsewhere, made so many hours after the play begins."""
    instance = community.partition("@")[2]
    facts = {"text": "", "link": None, "sent_at": MONDAY + timedelta(hours=hours), **more}
    return Discussion(
        url=f"https://{instance}/post/{number}",
        title=title,
        community=community,
        instance=instance,
        comments=comments,
        **facts,
    )


async def test_a_digest_on_sundays_says_what_came_of_the_links() -> None:
    async with moot(digest="sunday", announce_in=["lounge"]) as play:
        ana = play.member("ana")
        for n, title in enumerate(("An essay", "A film", "A quiet thing")):
            await ana.posts(title, link=f"{LINK}/{n}")
        play.elsewhere(
            there(1, "An essay", link=f"{LINK}/0"), there(2, "The film", link=f"{LINK}/1", comments=30)
        )
        play.elsewhere(there(3, "Film!", community="film@b.example", link=f"{LINK}/1"))
        await play.advance(hours=1)
        play.skip()
        for _ in range(13):
            await play.advance(hours=12, minutes=50)
        assert play.transcript() == script("""
            lounge | bot: What our links started elsewhere in the last seven days:
                - A film (memory://freechat/2): 35 comments in 2 places, most of them in tech@a.example (https://a.example/post/2)
                - An essay (memory://freechat/1): 5 comments in tech@a.example (https://a.example/post/1)
            """)


async def test_without_anything_to_tell_the_digest_is_silent() -> None:
    async with moot(digest="monday") as play:
        for _ in range(8):
            await play.advance(days=1)
        assert play.transcript() == ""


async def test_what_others_say_on_our_topics_is_told_once_and_not_too_often() -> None:
    watch = [{"community": TECH, "topics": ["heat pump", "Kefir"]}]
    async with moot(watch=watch, watch_per_day=2, muted=["spam.example"]) as play:
        await play.member("ana").posts("Ours already", link=LINK)
        play.elsewhere(
            there(1, "Which heat pump?", comments=12),
            there(2, "Breakfast", text="I like KEFIR."),
            there(3, "Heat pumps in general"),
            there(4, "Heat pump of last week", hours=-50),
            there(5, "Heat pump, undressed", nsfw=True),
            there(6, "Heat pump, removed", gone=True),
            there(7, "Heat pump elsewhere", community="other@b.example"),
            there(8, "Heat pump that we have", link=LINK, comments=90),
            there(9, "A third heat pump", comments=1),
        )
        play.skip()
        for _ in range(6):
            await play.advance(hours=1)
            await play.restart()
        assert [row for row in play.transcript().splitlines() if "On “" in row] == [
            "lounge | bot: On “heat pump”: Which heat pump? (https://a.example/post/1) in tech@a.example (12 comments).",
            "lounge | bot: On “Kefir”: Breakfast (https://a.example/post/2) in tech@a.example (5 comments).",
        ]


async def test_a_moderator_takes_a_suggestion_up_by_reaction() -> None:
    watch = [{"community": TECH, "topics": ["kefir"]}]
    async with moot(watch=watch, watch_to="moderators") as play:
        ana, mo, bo = play.member("ana"), play.moderator("mo"), play.moderator("bo")
        play.elsewhere(there(2, "Kefir at home", text="Milk, @ana and *time*.", link=LINK))
        await play.advance(hours=1)
        said = play.newest("modroom")
        await ana.reacts(said, "✅")
        await mo.reacts(said, "🎉")
        await mo.reacts(said, "✅")
        await bo.reacts(said, "👍")
        assert play.transcript() == script("""
            modroom | bot: On “kefir”: Kefir at home (https://a.example/post/2) in tech@a.example (5 comments).
                ✅ posts it here, too.
            modroom | ana reacts ✅ to “On “kefir”: Kefir at home (https://a.ex…”
            modroom | mo reacts 🎉 to “On “kefir”: Kefir at home (https://a.ex…”
            modroom | mo reacts ✅ to “On “kefir”: Kefir at home (https://a.ex…”
            freechat | bot posts “Kefir at home” <https://example.org/essay>: cross-posted from: https://a.example/post/2
                > Milk, @ana and *time*.
            modroom | bot → bot: Posted: open it (memory://freechat/2)
            modroom | bo reacts 👍 to “On “kefir”: Kefir at home (https://a.ex…”
            """)


async def test_a_community_that_cannot_be_read_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silence(community: str) -> tuple[Discussion, ...]:
        raise Unreachable(f"nobody knows {community}")

    async with moot(watch=[{"community": TECH, "topics": ["kefir"]}]) as play:
        play.elsewhere(there(2, "Kefir at home"))
        with monkeypatch.context() as broken:
            broken.setattr(play.world, "newest", silence)
            await play.advance(hours=1)
        assert play.transcript() == ""
        await play.advance(hours=1)
        assert play.transcript().startswith("lounge | bot: On “kefir”")


async def test_asking_about_a_page_that_nobody_here_posted() -> None:
    async with moot() as play:
        play.elsewhere(there(1, "An essay", link=LINK, comments=12))
        await play.member("ana").says(f"!crossposts {LINK}")
        assert play.transcript() == script("""
            lounge | ana: !crossposts https://example.org/essay
            lounge | bot → ana: - tech@a.example (https://a.example/post/1) · 12 comments · 3 hours ago
            """)
