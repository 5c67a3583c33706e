"""When two posts are about the same: marker, words, fingerprint."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api import Author, Discussion, Message, Place, PlaceKind, Platform, Ref
from plugins.crossposts import marker, similar
from plugins.crossposts.match import copied, fingerprint, match, of_discussion
from plugins.crossposts.settings import Watch
from plugins.crossposts.watching import topic_of

POST = "https://lemmy.example/post/12"

ESSAY = (
    "The moot was held on the hill above the ford, where everybody who farmed there had a voice. "
    "What they agreed on was spoken aloud three times and then it was the custom of the place, until a later "
    "gathering found better words for it. Nobody wrote it down, and yet it lasted for eight generations."
)
OTHER = (
    "Boiling the roots first makes them sweeter, but you lose the crisp edge that people like so much about them. "
    "I slice them thinly instead, salt them well, wait for half an hour, press the water out and bake them slowly "
    "on paper with a spoon of oil until the rim turns golden brown."
)


def post(text: str = "", *, link: str | None = None, url: str | None = None, number: int = 1) -> Message:
    place = Place(Platform.LEMMY, "freechat", "freechat", PlaceKind.COMMUNITY, "moot", "bot")
    ref = Ref(Platform.LEMMY, "freechat", f"post/{number}")
    return Message(
        ref=ref,
        place=place,
        author=Author(Platform.LEMMY, "https://lemmy.example/u/ana", "ana"),
        text=text,
        sent_at=datetime(2026, 3, 2, tzinfo=UTC),
        root=ref,
        title="A title",
        link=link,
        url=url,
    )


@pytest.mark.parametrize(
    "first",
    [
        f"cross-posted from: {POST}",
        f"crossgepostet aus: {POST}",
        f"cross-posté de : {POST}",
        f"gecrosspost vanaf: {POST}",
        f"postagem cruzada de: {POST}",
        f"交叉发布自：{POST}",
        f"şuradan çapraz gönderildi: {POST}",
        f"cross-posted from: <{POST}>",
        f"cross-posted from: [a post]({POST})",
        f"**cross-posted from: {POST}**",
        f"*cross-posted from:* {POST}.",
        POST,
    ],
)
def test_the_marker_in_any_language(first: str) -> None:
    assert marker.origin(f"{first}\n\n> Its first line\n> and more") == POST


@pytest.mark.parametrize(
    "url",
    [
        "https://lemmy.example/post/12/a-title",
        "https://lemmy.example/c/tech@far.example/post/12",
        "https://mbin.example/m/tech/t/12",
        "https://mbin.example/m/tech@far.example/p/12",
    ],
)
def test_other_addresses_of_posts(url: str) -> None:
    assert marker.origin(f"from: {url}\n\n> words") == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no link\n\n> words",
        f"cross-posted from: {POST}",  # nothing is quoted: only a link
        f"cross-posted from: {POST}\n\nmy own words",
        f"see {POST} which says:\n\n> words",  # the line goes on
        f"my words first\ncross-posted from: {POST}\n\n> words",
        "as I read on https://example.org/post\n\n> words",
        "as I read on https://example.org/article/12\n\n> words",
        "my comment https://lemmy.example/comment/12\n\n> words",
    ],
)
def test_what_is_no_marker(text: str) -> None:
    assert marker.origin(text) is None


def test_the_quoted_words_are_the_posts_words() -> None:
    assert marker.own_words(f"from: {POST}\n\n> one\n> two\n\nthree").split() == ["one", "two", "three"]
    assert marker.own_words("> only a quotation") == "> only a quotation"


@given(st.text(max_size=200))
def test_the_marker_reads_anything(text: str) -> None:
    assert marker.origin(text) is None or "://" in text


def edited(text: str, every: int) -> str:
    """`text` with every so many-th word replaced."""
    return " ".join("changed" if n % every == 0 else word for n, word in enumerate(text.split()))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (ESSAY, ESSAY, True),
        (ESSAY, ESSAY.upper().replace(",", " –"), True),
        (ESSAY, edited(ESSAY, 10), True),
        (ESSAY, f"{OTHER}\n\n{ESSAY}\n\n{OTHER}", True),  # one inside a longer one
        (ESSAY, OTHER, False),
        (ESSAY, edited(ESSAY, 2), False),
        ("Good morning everybody!", "Good morning everybody!", False),  # too short to say anything
        ("会議は丘の上で開かれた。誰もが声を持っていた。三度唱えられた。", "会議は丘の上で開かれた。誰もが声を持っていた。三度唱えた。", True),
        ("", "", False),
    ],
)  # fmt: skip
def test_nearly_the_same_words(one: str, other: str, alike: bool) -> None:
    assert similar.alike(similar.runs(one), similar.runs(other)) is alike
    assert similar.alike(similar.runs(other), similar.runs(one)) is alike


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (post(link="https://example.org/a"), post(link="http://www.example.org/a/?utm_source=x"), True),
        (post(link="https://example.org/a"), post(link="https://example.org/b"), False),
        (post(link="https://example.org/"), post(link="https://example.org/"), False),  # a front page
        (post(url=POST), post(f"from: {POST}\n\n> words"), True),
        (post(url="https://lemmy.example/post/13"), post(f"from: {POST}\n\n> words"), False),
        (post(f"from: {POST}\n\n> words"), post(f"from: {POST}\n\n> words"), True),  # both from a third
        (post(ESSAY), post(edited(ESSAY, 10)), True),
        (post(ESSAY), post(f"from: https://far.example/post/3\n\n> {ESSAY}"), True),
        (post(ESSAY, link="https://example.org/a"), post(ESSAY, link="https://example.org/b"), False),
        (post(), post(), False),
    ],
)
def test_posts_about_the_same(one: Message, other: Message, same: bool) -> None:
    assert match(fingerprint(one), fingerprint(other)) is same
    assert match(fingerprint(other), fingerprint(one)) is same


def elsewhere(title: str = "A title", text: str = "", *, link: str | None = None) -> Discussion:
    return Discussion(
        url="https://far.example/post/9",
        title=title,
        text=text,
        link=link,
        community="tech@far.example",
        instance="far.example",
        comments=3,
        sent_at=datetime(2026, 3, 2, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("mine", "found", "same"),
    [
        (post(link="https://example.org/a?utm_source=x"), elsewhere(link="https://www.example.org/a/"), True),
        (post(link="https://example.org/a"), elsewhere(link="https://example.org/b"), False),
        (post("Mine.", url=POST), elsewhere(text=f"cross-posté de : {POST}\n\n> Mine."), True),
        (post(ESSAY), elsewhere(text=ESSAY.replace("hill", "mound")), True),
        (post(ESSAY), elsewhere(text=OTHER), False),
        (post("Short."), elsewhere(text="Short."), False),
    ],
)
def test_what_a_server_lists_counts_only_for_its_link_its_origin_or_its_words(
    mine: Message, found: Discussion, same: bool
) -> None:
    assert match(fingerprint(mine), of_discussion(found)) is same


@pytest.mark.parametrize(
    ("title", "text", "found", "same"),
    [
        ("Which editor do you use on a phone?", "", elsewhere("which editor do you  use on a phone?"), True),
        (
            "Which editor do you use on a phone?",
            "Why?",
            elsewhere("Which editor do you use on a phone?"),
            False,
        ),
        ("Weekly thread", "", elsewhere("Weekly thread"), False),
        (
            "Which editor do you use on a phone?",
            "",
            elsewhere("Which editor do you use on a phone?", link=POST),
            False,
        ),
    ],
)
def test_short_posts_are_the_same_only_to_the_letter(
    title: str, text: str, found: Discussion, same: bool
) -> None:
    assert copied(title, text, found) is same


@pytest.mark.parametrize(
    ("title", "text", "topic"),
    [
        ("A HEAT  PUMP at home", "", "heat pump"),
        ("Heat pumps", "", None),
        ("Breakfast", "with ｋｅｆｉｒ, of course", "Kefir"),
        ("Kefiresque", "", None),
        ("发酵", "", None),
    ],
)
def test_topics_are_whole_words_in_any_case(title: str, text: str, topic: str | None) -> None:
    watched = Watch(community="tech@far.example", topics=["heat pump", "Kefir", " "])
    assert topic_of(elsewhere(title, text), watched) == topic
