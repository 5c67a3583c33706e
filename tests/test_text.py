"""Documents: how they are built, and how what is not known yet is filled in before delivery."""

from __future__ import annotations

from bot.actions import Pin, Post, Reply
from bot.model import Author, Platform, Ref
from bot.text import (
    Bullets,
    CaseNumber,
    Code,
    Divider,
    Document,
    Heading,
    Link,
    Made,
    Name,
    Paragraph,
    Plain,
    Prose,
    Quote,
    Spoiler,
    Strong,
    bullets,
    document,
    heading,
    line,
    made_in,
    quote,
    resolve,
)

ANA = Author(Platform.LEMMY, "https://lemmy.example/u/ana", "ana@lemmy.example")
POST = Ref(Platform.LEMMY, "chat", "post/1")


def test_strings_become_plain_text() -> None:
    assert line("a ", Strong("b")) == Paragraph((Plain("a "), Strong("b")))
    assert heading("a") == Heading((Plain("a"),))
    assert bullets("a", Code("b"), ("c", Strong("d"))) == Bullets(
        ((Plain("a"),), (Code("b"),), (Plain("c"), Strong("d")))
    )
    assert document("a", Divider()) == Document((Paragraph((Plain("a"),)), Divider()))


def test_a_quote_is_one_paragraph_a_line() -> None:
    assert quote("one\n\n  \ntwo") == Quote((line("one"), line("two")))
    assert quote("") == Quote(())


def everywhere(*parts: Plain | Link | CaseNumber | Name) -> Document:
    """The same inlines in every kind of block."""
    inner = (line(*parts), heading(*parts), Quote((line(*parts),)), bullets(parts, parts))
    return document(*inner, Spoiler("more", inner), Divider(), Prose("*as it is*"))


def test_case_numbers_and_links_are_filled_in_wherever_they_stand() -> None:
    doc = everywhere(
        CaseNumber(),
        Link("post", POST),
        Link("new", Made("prompt")),
        Link("site", "https://a.example"),
        Name(ANA),
    )
    links = {POST: "https://lemmy.example/post/1", Made("prompt"): "https://lemmy.example/post/2"}
    assert resolve(doc, case=12, links=links.get) == everywhere(
        Plain("#12"),
        Link("post", "https://lemmy.example/post/1"),
        Link("new", "https://lemmy.example/post/2"),
        Link("site", "https://a.example"),
        Name(ANA),
    )


def test_what_is_not_known_becomes_plain_text() -> None:
    doc = everywhere(CaseNumber(), Link("post", POST), Link("new", Made("prompt")))
    shown = resolve(doc, case=None, links=lambda _: None)
    assert shown == everywhere(Plain("#?"), Plain("post"), Plain("new"))
    assert resolve(shown, case=3, links=lambda _: "https://a.example") == shown


def test_what_an_action_builds_on() -> None:
    doc = everywhere(Link("new", Made("prompt")), Link("site", "https://a.example"))
    assert made_in(doc) == {Made("prompt")}
    assert made_in(Post(place="room", text=doc)) == {Made("prompt")}
    assert made_in(Reply(to=Made("post"), text=doc)) == {Made("post"), Made("prompt")}
    assert made_in(Pin(ref=Made("post"))) == {Made("post")}
    assert made_in(Pin(ref=POST)) == frozenset()
    assert made_in(Post(place="room", text=document("x"))) == frozenset()
