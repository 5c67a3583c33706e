"""Stories: where else is this being discussed?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.api import Discussion, PlaceKind, Role
from bot.platforms.protocol import Unreachable
from bot.testing import MONDAY, DefaultTests, Moot, script
from plugins.crossposts import plugin

LINK = "https://example.org/essay"
#: A moot with two Lemmy communities.
SECOND = {
    "places": {
        "freechat": {"account": "memory", "community": "freechat"},
        "essays": {"account": "memory", "community": "essays"},
        "lounge": {"account": "memory", "room": "lounge"},
        "modroom": {"account": "memory", "room": "modroom"},
    }
}


def moot(**settings: object) -> Moot:
    return Moot(plugins={"crossposts": {"announce_in": ["lounge"], **settings}})


def there(community: str, comments: int, **more: object) -> Discussion:
    """A discussion of the essay that began three hours ago."""
    name, _, instance = community.partition("@")
    facts = {"link": LINK, "sent_at": MONDAY - timedelta(hours=3), "title": "An essay", "text": "", **more}
    return Discussion(
        url=f"https://{instance}/post/{name}",
        community=community,
        instance=instance,
        comments=comments,
        **facts,
    )


class TestDefaults(DefaultTests):
    plugin = plugin


async def test_a_cross_post_is_surfaced_once_and_its_comment_grows_in_place() -> None:
    async with moot() as play:
        play.elsewhere(there("tech@a.example", 12), there("news@b.example", 40), there("tiny@c.example", 0))
        ana = play.member("ana")
        await ana.posts("An essay", link=LINK)
        assert play.transcript() == script("""
            freechat | ana posts “An essay” <https://example.org/essay>
            freechat | bot → ana: Also discussed elsewhere:
                - news@b.example (https://b.example/post/news) · 40 comments · 3 hours earlier
                - tech@a.example (https://a.example/post/tech) · 12 comments · 3 hours earlier
                As of 2026-03-02 08:00 UTC.
            lounge | bot: An essay (memory://freechat/1) is also discussed in news@b.example (https://b.example/post/news) (40 comments) and 1 more.
            """)
        await play.advance(minutes=31)
        await play.restart()
        play.world.discussions[1] = there("news@b.example", 42)
        await play.advance(minutes=30)
        assert play.transcript() == "", "two comments more are no news"
        play.world.discussions[2] = there("tiny@c.example", 30)
        await play.advance(minutes=30)
        await play.restart()
        await play.advance(minutes=30)
        assert play.transcript() == script("""
            freechat | bot edits “Also discussed elsewhere: - news@b.exam…”: Also discussed elsewhere:
                - news@b.example (https://b.example/post/news) · 42 comments · 3 hours earlier
                - tiny@c.example (https://c.example/post/tiny) · 30 comments · 3 hours earlier
                - tech@a.example (https://a.example/post/tech) · 12 comments · 3 hours earlier
                As of 2026-03-02 09:31 UTC.
            """)


async def test_a_later_cross_post_is_noticed() -> None:
    async with moot(announce_in=[]) as play:
        await play.member("ana").posts("An essay", link=LINK)
        await play.advance(hours=1)
        play.skip()
        play.elsewhere(there("tech@a.example", 1, sent_at=MONDAY + timedelta(hours=1)))
        await play.advance(hours=1)
        assert play.transcript() == script("""
            freechat | bot → ana: Also discussed elsewhere:
                - tech@a.example (https://a.example/post/tech) · 1 comment · 1 hour later
                As of 2026-03-02 10:00 UTC.
            """)


async def test_after_three_days_a_post_is_left_alone() -> None:
    async with moot() as play:
        await play.member("ana").posts("An essay", link=LINK)
        await play.advance(days=3, minutes=1)
        play.skip()
        play.elsewhere(there("tech@a.example", 12))
        for _ in range(24):
            await play.advance(minutes=30)
        assert play.transcript() == ""


async def test_what_does_not_count() -> None:
    async with moot() as play:
        ana, bo = play.member("ana"), play.member("bo", opted_out=True)
        front = "https://example.org/"
        play.elsewhere(
            replace(there("tech@a.example", 12), link=front),
            there("freechat@", 5),
            there("nsfw@b.example", 5, nsfw=True),
            there("gone@c.example", 5, gone=True),
        )
        await ana.posts("A front page", link=front)
        await ana.posts("An essay", link=LINK)
        play.elsewhere(there("tech@a.example", 12))
        await bo.posts("By somebody who wants no bots", link=LINK)
        assert [row for row in play.transcript().splitlines() if "bot" in row] == [
            "freechat | bo posts “By somebody who wants no bots” <https://example.org/essay>"
        ]


async def test_a_removed_post_is_not_surfaced_later() -> None:
    async with moot() as play:
        mo = play.moderator("mo")
        said = await play.member("ana").posts("An essay", link=LINK)
        await mo.removes(said, "not here")
        play.skip()
        play.elsewhere(there("tech@a.example", 12))
        await play.advance(hours=1)
        assert play.transcript() == ""


async def test_moderators_mute_and_the_comment_follows() -> None:
    async with moot(announce_in=[]) as play:
        mo = play.moderator("mo")
        play.elsewhere(there("tech@a.example", 12), there("news@b.example", 40))
        await play.member("ana").posts("An essay", link=LINK)
        play.skip()
        await mo.says("!crossposts mute B.example", place="modroom")
        await mo.says("!crossposts mute B.example", place="modroom")
        await mo.says("!crossposts mute nobody", place="modroom")
        await play.advance(minutes=30)
        await mo.says("!crossposts mute tech@a.example", place="modroom")
        await mo.says("!crossposts muted", place="modroom")
        await play.advance(minutes=30)
        await mo.says("!crossposts unmute b.example", place="modroom")
        await mo.says("!crossposts unmute b.example", place="modroom")
        await play.advance(minutes=30)
        assert play.transcript() == script("""
            modroom | mo: !crossposts mute B.example
            modroom | bot → mo: b.example is muted. Comments that list it change at the next look.
            modroom | mo: !crossposts mute B.example
            modroom | bot → mo: b.example is muted already.
            modroom | mo: !crossposts mute nobody
            modroom | bot → mo: name@instance.example or instance.example was expected, not “nobody”.
            freechat | bot edits “Also discussed elsewhere: - news@b.exam…”: Also discussed elsewhere:
                - tech@a.example (https://a.example/post/tech) · 12 comments · 3 hours earlier
                As of 2026-03-02 08:30 UTC.
            modroom | mo: !crossposts mute tech@a.example
            modroom | bot → mo: tech@a.example is muted. Comments that list it change at the next look.
            modroom | mo: !crossposts muted
            modroom | bot → mo: - b.example
                - tech@a.example
            freechat | bot edits “Also discussed elsewhere: - tech@a.exam…”: The other discussions that were listed here are gone.
            modroom | mo: !crossposts unmute b.example
            modroom | bot → mo: b.example is shown again.
            modroom | mo: !crossposts unmute b.example
            modroom | bot → mo: b.example is not muted.
            freechat | bot edits “The other discussions that were listed…”: Also discussed elsewhere:
                - news@b.example (https://b.example/post/news) · 40 comments · 3 hours earlier
                As of 2026-03-02 09:30 UTC.
            """)


async def test_a_muted_name_of_the_configuration_stays() -> None:
    async with moot(muted=["b.example"], announce_in=[]) as play:
        mo = play.moderator("mo")
        play.elsewhere(there("news@b.example", 40))
        await play.member("ana").posts("An essay", link=LINK)
        await mo.says("!crossposts unmute b.example", place="modroom")
        assert play.transcript() == script("""
            freechat | ana posts “An essay” <https://example.org/essay>
            modroom | mo: !crossposts unmute b.example
            modroom | bot → mo: b.example is muted in the configuration; it has to be taken out there.
            """)


async def test_asking_about_a_post_a_link_and_nothing() -> None:
    async with moot() as play:
        ana = play.member("ana")
        said = await ana.posts("An essay", link=LINK)
        lonely = await ana.posts("Another essay", link="https://example.org/other")
        play.elsewhere(there("tech@a.example", 12), there("tiny@c.example", 0))
        play.skip()
        await ana.replies(said, "!crossposts")
        await ana.replies(lonely, "!crossposts")
        await ana.says(f"!crossposts {LINK}?utm_source=feed")
        await ana.says("!crossposts https://example.org/nowhere")
        await ana.says("!crossposts https://example.org/")
        await ana.says("!crossposts something")
        await ana.says("!crossposts")
        assert play.transcript() == script("""
            freechat | ana → ana: !crossposts
            freechat | bot → ana: - tech@a.example (https://a.example/post/tech) · 12 comments · 3 hours ago
                - tiny@c.example (https://c.example/post/tiny) · 0 comments · 3 hours ago
            freechat | ana → ana: !crossposts
            freechat | bot → ana: I know of no other discussion of that post.
            lounge | ana: !crossposts https://example.org/essay?utm_source=feed
            lounge | bot → ana: - tech@a.example (https://a.example/post/tech) · 12 comments · 3 hours ago
                - freechat (memory://freechat/1) · 2 comments · a moment ago
                - tiny@c.example (https://c.example/post/tiny) · 0 comments · 3 hours ago
            lounge | ana: !crossposts https://example.org/nowhere
            lounge | bot → ana: I know of no discussion of that link.
            lounge | ana: !crossposts https://example.org/
            lounge | bot → ana: That is the front page of a site, or no address at all. Give the link to a page.
            lounge | ana: !crossposts something
            lounge | bot → ana: A link was expected, such as https://example.org/an-article, not “something”.
            lounge | ana: !crossposts
            lounge | bot → ana: Which post? Give a link (!crossposts https://…), or write below the post.
            """)


async def test_no_more_than_so_many_comments_a_day() -> None:
    async with moot(per_day=2, announce_in=[]) as play:
        ana = play.member("ana")
        for n in range(4):
            link = f"{LINK}/{n}"
            play.elsewhere(replace(there("tech@a.example", 12), link=link))
            await ana.posts(f"Essay {n}", link=link)
        await play.advance(hours=1)
        answers = [row for row in play.transcript().splitlines() if "bot → ana" in row]
        assert len(answers) == 2


async def test_two_communities_of_one_moot_find_each_other() -> None:
    play = Moot(plugins={"crossposts": {}}, config=SECOND)
    play.world.add_place("essays", PlaceKind.COMMUNITY)
    async with play:
        ana = play.member("ana")
        play.world.admit("essays", "ana", Role.EVERYONE)
        first = await ana.posts("An essay", link=LINK)
        await ana.replies(first, "What do you think?")
        await play.advance(minutes=10)
        second = await ana.posts("The essay again", link=f"{LINK}/?utm_source=moot", place="essays")
        await ana.replies(second, "And here?")
        await play.advance(minutes=30)
        assert play.transcript() == script("""
            freechat | ana posts “An essay” <https://example.org/essay>
            freechat | ana → ana: What do you think?
            essays | ana posts “The essay again” <https://example.org/essay/?utm_source=moot>
            essays | bot → ana: Also discussed elsewhere:
                - freechat (memory://freechat/1) · 1 comment · 10 minutes earlier
                As of 2026-03-02 08:10 UTC.
            essays | ana → ana: And here?
            freechat | bot → ana: Also discussed elsewhere:
                - essays (memory://essays/3) · 2 comments · 10 minutes later
                As of 2026-03-02 08:40 UTC.
            """)


async def test_a_server_that_does_not_answer_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silence(link: str) -> tuple[Discussion, ...]:
        raise Unreachable(f"nobody knows about {link}")

    async with moot(announce_in=[]) as play:
        ana = play.member("ana")
        play.elsewhere(there("tech@a.example", 12))
        said = await ana.posts("An essay", link=LINK)
        play.skip()
        with monkeypatch.context() as broken:
            broken.setattr(play.world, "elsewhere", silence)
            await play.advance(hours=1)
            assert play.transcript() == "", "the comment stays as it is"
            await ana.replies(said, "!crossposts")
        await ana.replies(said, "!crossposts")
        assert play.transcript() == script("""
            freechat | ana → ana: !crossposts
            freechat | bot → ana: The server does not answer at the moment. Try again in a few minutes.
            freechat | ana → ana: !crossposts
            freechat | bot → ana: - tech@a.example (https://a.example/post/tech) · 12 comments · 4 hours ago
            """)
