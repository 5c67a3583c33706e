"""Which addresses are the same page. Two pages taken for one are the worse error, so the second table matters most."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.crossposts.links import TRACKING, canonical, keys, untracked

SAME = [
    ("http://example.org/a", "https://example.org/a"),
    ("https://EXAMPLE.org/a", "https://example.org/a"),
    ("https://www.example.org/a", "https://example.org/a"),
    ("https://www.www.example.org/a", "https://example.org/a"),
    ("https://m.example.org/a", "https://example.org/a"),
    ("https://amp.example.org/a", "https://example.org/a"),
    ("https://mobile.example.org/a", "https://example.org/a"),
    ("https://example.org./a", "https://example.org/a"),
    ("https://example.org:443/a", "https://example.org/a"),
    ("http://example.org:80/a", "https://example.org/a"),
    ("https://user@example.org/a", "https://example.org/a"),
    ("https://example.org/a/", "https://example.org/a"),
    ("https://example.org//a", "https://example.org/a"),
    ("https://example.org/a#comments", "https://example.org/a"),
    ("https://example.org/a#:~:text=word", "https://example.org/a"),
    ("https://example.org/a/index.html", "https://example.org/a"),
    ("https://example.org/a/index.php?id=1", "https://example.org/a?id=1"),
    ("https://example.org/a/amp/", "https://example.org/a"),
    ("https://example.org/a?", "https://example.org/a"),
    ("https://example.org/a?utm_source=x&utm_medium=y", "https://example.org/a"),
    ("https://example.org/a?UTM_Source=x", "https://example.org/a"),
    ("https://example.org/a?fbclid=1&id=2", "https://example.org/a?id=2"),
    ("https://example.org/a?id=2&gclid=1", "https://example.org/a?id=2"),
    ("https://example.org/a?msclkid=1", "https://example.org/a"),
    ("https://example.org/a?mc_cid=1&mc_eid=2", "https://example.org/a"),
    ("https://example.org/a?ref=home&at_medium=RSS&CMP=x", "https://example.org/a"),
    ("https://example.org/a?igshid=1&si=2", "https://example.org/a"),
    ("https://example.org/a?b=1&a=2", "https://example.org/a?a=2&b=1"),
    ("https://example.org/a?q=x%20y", "https://example.org/a?q=x+y"),
    ("https://example.org/%7Eana", "https://example.org/~ana"),
    ("https://example.org/caf%c3%a9", "https://example.org/café"),
    ("https://example.org/a%2fb", "https://example.org/a%2Fb"),
    ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
    ("https://youtu.be/dQw4w9WgXcQ?si=abc", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
    ("https://m.youtube.com/watch?v=dQw4w9WgXcQ&t=42", "https://youtube.com/watch?v=dQw4w9WgXcQ"),
    ("https://www.youtube.com/shorts/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"),
    ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"),
    ("https://twitter.com/ana/status/12?s=20&t=abc", "https://x.com/ana/status/12"),
    ("https://mobile.twitter.com/ana/status/12/photo/1", "https://x.com/ana/status/12"),
    (
        "https://old.reddit.com/r/a/comments/1x/a_title/",
        "https://www.reddit.com/r/a/comments/1x/another_title/",
    ),
    ("https://en.m.wikipedia.org/wiki/Moot?wprov=sfla1", "https://en.wikipedia.org/wiki/Moot"),
    ("https://arxiv.org/pdf/2301.00001v2.pdf", "https://arxiv.org/abs/2301.00001"),
    ("https://export.arxiv.org/abs/2301.00001v1", "https://arxiv.org/pdf/2301.00001"),
    ("https://arxiv.org/pdf/math/0309136", "https://arxiv.org/abs/math/0309136"),
    ("https://dx.doi.org/10.1000/182", "https://doi.org/10.1000/182"),
]

DIFFERENT = [
    ("https://example.org/a", "https://example.org/b"),
    ("https://example.org/a", "https://example.com/a"),
    ("https://example.org/A", "https://example.org/a"),
    ("https://a.example.org/x", "https://b.example.org/x"),
    ("https://example.org:8080/a", "https://example.org/a"),
    ("https://example.org/?id=1", "https://example.org/?id=2"),
    ("https://example.org/story?article=1", "https://example.org/story?article=2"),
    ("https://example.org/a?page=1", "https://example.org/a?page=2"),
    ("https://example.org/a?12345", "https://example.org/a?12346"),
    ("https://example.org/search?q=moot", "https://example.org/search?q=court"),
    ("https://example.org/#/a", "https://example.org/#/b"),
    ("https://example.org/#!a", "https://example.org/#!b"),
    ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ("https://example.org/a%3Fb=1", "https://example.org/a?b=1"),
    ("https://example.org/a?x=1&x=2", "https://example.org/a?x=2&x=1"),
    ("https://example.org/index.html/a", "https://example.org/a"),
    ("https://example.org/my-index.html", "https://example.org/my-"),
    ("https://youtu.be/dQw4w9WgXcQ", "https://youtu.be/aaaaaaaaaaa"),
    ("https://youtube.com/watch?v=dQw4w9WgXcQ", "https://youtube.com/watch?v=aaaaaaaaaaa"),
    ("https://youtube.com/playlist?list=1", "https://youtube.com/playlist?list=2"),
    ("https://x.com/ana/status/12", "https://x.com/ana/status/13"),
    ("https://reddit.com/r/a/comments/1x/title", "https://reddit.com/r/a/comments/1y/title"),
    ("https://reddit.com/r/a/comments/1x/title", "https://reddit.com/r/a/comments/1x/title/c1"),
    ("https://en.wikipedia.org/wiki/Moot", "https://de.wikipedia.org/wiki/Moot"),
    ("https://en.wikipedia.org/wiki/Moot", "https://en.wiktionary.org/wiki/Moot"),
    ("https://arxiv.org/abs/2301.00001", "https://arxiv.org/abs/2301.00002"),
    ("https://arxiv.org/list/cs.CL/new", "https://arxiv.org/list/cs.CV/new"),
    ("https://m.org/a", "https://org/a"),
    ("https://lemmy.example/post/1", "https://lemmy.example/post/12"),
    ("https://lemmy.example/post/1", "https://lemmy.example/comment/1"),
]

NO_PAGE = [
    "https://example.org",
    "https://example.org/",
    "https://www.example.org/index.html",
    "https://example.org/?utm_source=x",
    "https://example.org/#top",
    "https://example.org/#/",
    "ftp://example.org/a",
    "mailto:ana@example.org",
    "javascript:alert(1)",
    "example.org/a",
    "https:///a",
    "https://exa mple.org/a",
    "https://[broken/a",
    "https://example.org:port/a",
    "https://example..org/a",
    "https://" + "a" * 64 + ".org/a",
    "https://bü" + "c" * 70 + "her.org/a",
    "https://example.org/" + "a" * 5000,
    "https://example.org/a\u0000b",
    "",
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_page(one: str, other: str) -> None:
    assert canonical(one) == canonical(other) is not None


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_pages(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)
    assert None not in {canonical(one), canonical(other)}


@pytest.mark.parametrize("url", NO_PAGE)
def test_what_is_no_page(url: str) -> None:
    assert canonical(url) is None


@pytest.mark.parametrize(
    "short",
    ["https://bit.ly/3xYz", "https://t.co/AbC", "https://tinyurl.com/y6abc", "https://goo.gl/maps/xyz"],
)
def test_a_shortener_is_a_page_of_its_own(short: str) -> None:
    """Nobody follows it to find out where it leads."""
    assert canonical(short) == short.removeprefix("https://")


def test_addresses_of_machines_are_pages_too() -> None:
    assert canonical("http://[2001:DB8::1]:8080/a") == "[2001:db8::1]:8080/a"
    assert canonical("http://192.0.2.1/a") == "192.0.2.1/a"


def test_the_operator_adds_keys_and_takes_them_out() -> None:
    mine = keys(["Source", "x_*", "-ref"])
    assert canonical("https://example.org/a?source=1&x_y=2&ref=3", mine) == "example.org/a?ref=3"
    assert canonical("https://example.org/a?source=1") == "example.org/a?source=1"


def test_keys_are_written_as_they_are_compared() -> None:
    assert [key for key in TRACKING if key != key.casefold()] == []


_part = st.text(alphabet=st.sampled_from("abzAZ019-_.~%2fFé/ü ?&=+#!:@[]"), max_size=25)
_host = st.sampled_from(
    ["example.org", "www.m.example.org", "m.x.com", "youtu.be", "arxiv.org", "old.reddit.com", "amp.a.b", "xn--a.de", "B.ü.de"]
)  # fmt: skip


@given(host=_host, path=_part, query=_part, fragment=_part)
def test_a_canonical_form_is_its_own_canonical_form(host: str, path: str, query: str, fragment: str) -> None:
    form = canonical(f"https://{host}/{path}?{query}#{fragment}")
    if form is not None:
        assert canonical(f"https://{form}") == canonical(f"http://www.{form}") == form


@given(st.text())
def test_nothing_breaks_it(text: str) -> None:
    for url in (text, f"https://{text}", f"https://example.org/{text}", f"https://example.org/?{text}"):
        form = canonical(url)
        assert form is None or form


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://Example.org/a/?utm_source=x&b=1#top", "https://Example.org/a/?b=1#top"),
        ("http://example.org/?fbclid=1", "http://example.org/"),
        ("https://example.org/a?q=%C3%A4&q=2", "https://example.org/a?q=%C3%A4&q=2"),
        ("http://[", "http://["),
    ],
)
def test_an_address_loses_what_tracks_and_nothing_else(url: str, clean: str) -> None:
    assert untracked(url) == clean
