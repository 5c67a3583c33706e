"""What is shown under a post, and what the settings refuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.api import (
    Author,
    Discussion,
    Link,
    Message,
    Moment,
    Place,
    PlaceKind,
    Platform,
    Ref,
    bullets,
    document,
    line,
)
from bot.markup import plain
from plugins.crossposts import surface
from plugins.crossposts.settings import CrosspostSettings, problems

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLACE = Place(Platform.LEMMY, "freechat", "freechat", PlaceKind.COMMUNITY, "moot", "bot")
REF = Ref(Platform.LEMMY, "freechat", "post/1")
POST = Message(
    ref=REF,
    place=PLACE,
    author=Author(Platform.LEMMY, "https://home.example/u/ana", "ana"),
    text="",
    sent_at=NOW - timedelta(hours=1),
    root=REF,
    title="An essay",
    link="https://example.org/a",
    url="https://home.example/post/1",
)


def there(community: str, comments: int = 5, **more: object) -> Discussion:
    instance = community.partition("@")[2]
    facts = {
        "url": f"https://{instance}/post/{comments}",
        "title": "An essay",
        "text": "",
        "link": POST.link,
        "instance": instance,
        "sent_at": NOW - timedelta(hours=4),
    }
    return Discussion(community=community, comments=comments, **{**facts, **more})


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ([there("tech@a.example")], ["tech@a.example"]),
        ([there("a@a.example", 1), there("b@b.example", 9), there("c@c.example", 5)], ["b@b.example", "c@c.example", "a@a.example"]),
        ([there("freechat@home.example")], []),  # the community itself
        ([there("FreeChat@HOME.example")], []),
        ([there("freechat@other.example")], ["freechat@other.example"]),  # another of the same name
        ([there("tech@a.example", url=POST.url)], []),  # the post itself
        ([there("tech@a.example", gone=True)], []),
        ([there("tech@a.example", nsfw=True)], []),
        ([there("tech@a.example", 0)], []),
        ([there("loud@a.example"), there("noise@b.example")], []),
        ([there("tech@a.example", 5, url="u"), there("tech@a.example", 7, url="u")], ["tech@a.example"]),
    ],
)  # fmt: skip
def test_what_is_worth_showing(found: list[Discussion], shown: list[str]) -> None:
    chosen = surface.select(
        POST,
        found,
        muted=["!Loud@a.example", "b.example"] if "loud@a.example" in [f.community for f in found] else [],
        minimum_comments=1,
    )
    assert [one.community for one in chosen] == shown


def test_an_nsfw_post_shows_only_its_like() -> None:
    found = [there("tame@a.example"), there("wild@b.example", nsfw=True)]
    assert [one.community for one in surface.select(replace(POST, nsfw=True), found)] == ["wild@b.example"]


@pytest.mark.parametrize(
    ("native", "url", "community"),
    [
        ("freechat", "https://home.example/post/1", "freechat@home.example"),
        ("!freechat@far.example", "https://home.example/post/1", "freechat@far.example"),
        ("freechat", "memory:freechat/1", "freechat"),
        ("freechat", None, "freechat"),
    ],
)
def test_names_of_communities(native: str, url: str | None, community: str) -> None:
    message = replace(POST, place=replace(PLACE, native=native), url=url)
    assert surface.community_of(message) == community
    assert surface.as_discussion(message).community == community


def test_an_unknown_instance_may_be_our_own() -> None:
    bare = replace(POST, url=None)
    assert surface.same_community(bare, there("freechat@a.example"))
    assert not surface.same_community(bare, there("tech@a.example"))


def test_the_comment() -> None:
    shown = [there("tech@a.example", 12), there("news@b.example", 1, sent_at=NOW)]
    assert surface.comment(POST, shown, NOW) == document(
        "Also discussed elsewhere:",
        bullets(
            (Link("tech@a.example", "https://a.example/post/12"), " · 12 comments · 3 hours earlier"),
            (Link("news@b.example", "https://b.example/post/1"), " · 1 comment · 1 hour later"),
        ),
        line("As of ", Moment(NOW), "."),
    )


def test_a_long_list_is_cut() -> None:
    shown = [there(f"c{n}@a.example", 20 - n) for n in range(11)]
    made = surface.comment(POST, shown, NOW)
    assert len(made.blocks[1].items) == 8
    assert made.blocks[2] == line("As of ", Moment(NOW), ", and 3 smaller ones.")


def test_nothing_left_to_show() -> None:
    assert surface.comment(POST, [], NOW) == document("The other discussions that were listed here are gone.")


def test_the_line_in_the_room() -> None:
    shown = [there("tech@a.example", 12), there("news@b.example", 1)]
    assert surface.room_line(POST, shown) == document(
        line(
            Link("An essay", REF),
            " is also discussed in ",
            Link("tech@a.example", "https://a.example/post/12"),
            " (12 comments) and 1 more.",
        )
    )


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=10), "a moment ago"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=119), "1 hour ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_ages(ago: timedelta, said: str) -> None:
    made = surface.listing([there("tech@a.example", sent_at=NOW - ago)], NOW)
    assert made.blocks[0].items[0][1].text == f" · 5 comments · {said}"


def test_posted_at_the_same_time() -> None:
    made = surface.comment(POST, [there("tech@a.example", sent_at=POST.sent_at)], NOW)
    assert made.blocks[1].items[0][1].text == " · 5 comments · at the same time"


@pytest.mark.parametrize(
    ("before", "after", "worth"),
    [
        ({"u": 10}, {"u": 10}, False),
        ({"u": 10}, {"u": 14}, False),
        ({"u": 10}, {"u": 15}, True),
        ({"u": 100}, {"u": 110}, False),
        ({"u": 100}, {"u": 125}, True),
        ({"u": 1}, {"u": 1, "v": 0}, True),
        ({"u": 1, "v": 2}, {"u": 1}, True),
        ({"u": 9}, {"u": 2}, False),
        ({}, {}, False),
    ],
)
def test_when_an_edit_is_worth_it(before: dict[str, int], after: dict[str, int], worth: bool) -> None:
    shown = [there("tech@a.example", comments, url=url) for url, comments in after.items()]
    assert surface.notable(before, shown) is worth


@pytest.mark.parametrize(
    ("settings", "keys"),
    [
        ({}, []),
        ({"muted": ["a.example", "!tech@a.example"], "tracking_keys": ["source", "-ref", "x_*"]}, []),
        ({"muted": ["nobody"]}, ["muted.0"]),
        ({"tracking_keys": ["ok", "a=b"]}, ["tracking_keys.1"]),
        ({"recheck": "10s"}, ["recheck"]),
        ({"recheck": "2d", "follow": "1d"}, ["follow"]),
    ],
)
def test_problems_of_settings(settings: dict[str, object], keys: list[str]) -> None:
    found = problems(CrosspostSettings.model_validate(settings))
    assert [key for key, _ in found] == keys
    assert all(sentence for _, sentence in found)


def test_who_took_the_post_from_here_is_said() -> None:
    text = "crossgepostet aus: https://home.example/post/1\n\n> An essay"
    rows = surface.comment(POST, [there("tech@a.example", text=text), there("b@b.example")], NOW).blocks[1]
    assert [plain(document(line(*item))) for item in rows.items] == [
        "tech@a.example (https://a.example/post/5) · 5 comments · 3 hours earlier · taken from here",
        "b@b.example (https://b.example/post/5) · 5 comments · 3 hours earlier",
    ]


@pytest.mark.parametrize(
    ("settings", "key", "sentence"),
    [
        (
            {"watch": [{"community": "tech", "topics": ["tea"]}]},
            "watch.0.community",
            "name@instance.example was expected, not 'tech'",
        ),
        (
            {"watch": [{"community": "tech@a.example", "topics": [" "]}]},
            "watch.0.topics",
            "at least one word",
        ),
        ({"watch_every": "1m"}, "watch_every", "at least 5m"),
    ],
)
def test_what_is_watched_is_checked(settings: dict[str, object], key: str, sentence: str) -> None:
    ((where, said),) = problems(CrosspostSettings.model_validate(settings))
    assert where == key
    assert sentence in said
