"""How a digest looks, and that quoted words can neither notify, nor format, nor break out of where they stand."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.markup import html, markdown, plain, utf16_length
from bot.model import Author, Message, Place, PlaceKind, Platform, Ref
from bot.testing import script
from bot.text import Document, Spoiler
from plugins.summaries.digest import digest
from plugins.summaries.layout import LIMIT, layout
from plugins.summaries.reading import below, comments

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLACE = Place(Platform.LEMMY, "chat", "freechat", PlaceKind.COMMUNITY, "free", "lemmy")


def said(n: int, text: str, *, to: int | None = None, by: str = "", **more: object) -> Message:
    name = by or f"p{n}"
    ref = Ref(Platform.LEMMY, "chat", f"comment/{n}")
    message = Message(
        ref=ref,
        place=PLACE,
        author=Author(Platform.LEMMY, f"https://lemmy.example/u/{name}", f"{name}@lemmy.example"),
        text=text,
        sent_at=NOON + timedelta(minutes=7 * n),
        root=Ref(Platform.LEMMY, "chat", "post/1"),
        parent=Ref(Platform.LEMMY, "chat", f"comment/{to}" if to else "post/1"),
        url=f"https://lemmy.example/comment/{n}",
    )
    return replace(message, **more)  # type: ignore[arg-type]


def shown(messages: list[Message], words: int = 240, **more: int) -> Document:
    return layout(digest(comments(messages), "", words), {m.ref.id: m for m in messages}, **more)


def test_a_digest_in_lemmys_markdown() -> None:
    messages = [
        said(1, "The deposit scheme only helps with a signed inventory.", by="ana", score=57),
        said(2, "The scheme kept our deposit for the landlord.", to=1, by="bo", score=31),
        said(3, "And yet a deposit is better than no scheme.", to=1, by="cy"),
        said(4, "ok", to=2),
    ]
    assert markdown(shown(messages)) == script("""
        **Thread digest** · 4 comments by 4 people in 21 minutes · extracts only, nobody's words changed, no AI

        **deposit · scheme** — 4 comments, 4 people

        > The deposit scheme only helps with a signed inventory. — ana\\@lemmy.example · [comment](https://lemmy.example/comment/1) · ↑57 · 3 replies
        >
        > ↳ The scheme kept our deposit for the landlord. — bo\\@lemmy.example · [comment](https://lemmy.example/comment/2) · ↑31 · 1 reply

        > And yet a deposit is better than no scheme. — cy\\@lemmy.example · [comment](https://lemmy.example/comment/3)

        Left out: 1 comment without a whole sentence. Not to be quoted here, tell me `summary-optout`.
    """)


def test_smaller_sub_discussions_are_folded_away() -> None:
    topics = ("rents trams", "deposits inventory", "suburbs houses", "council vote", "heating bills")
    messages = []
    for n, topic in enumerate(topics):
        first = 10 * n + 1
        messages += [said(first, f"We should talk about {topic} at length.")]
        messages += [said(first + k, f"My {k} cents on {topic} are these.", to=first) for k in range(1, 6)]
    doc = shown(messages)
    folded = [block for block in doc.blocks if isinstance(block, Spoiler)]
    assert [spoiler.title for spoiler in folded] == ["2 more sub-discussions"]
    text = markdown(doc)
    assert text.count("::: spoiler") == 1
    assert text.index("council") > text.index("::: spoiler")


def test_comments_that_could_not_be_read_are_told_of() -> None:
    text = plain(shown([said(1, "Rents are far too high here.")], unread=1200))
    assert "1 comment by 1 person (1,200 more could not be read)" in text


def test_a_subtree_is_its_top_and_everything_below() -> None:
    messages = [said(1, "a"), said(2, "b", to=1), said(3, "c"), said(4, "d", to=2)]
    assert [m.ref.id for m in below(messages, messages[0])] == ["comment/1", "comment/2", "comment/4"]


def test_bots_and_commands_are_no_comments() -> None:
    robot = said(1, "I am a bot and greet you all.")
    robot = replace(robot, author=replace(robot.author, is_bot=True))
    assert comments([robot, said(2, "@bot summary of this please", command="summary")]) == []


def test_removed_comments_and_people_who_opted_out_are_silent() -> None:
    shy = said(1, "I want no bots to quote me.")
    shy = replace(shy, author=replace(shy.author, opted_out=True))
    gone = said(2, "This was removed some time ago.", gone=True)
    told = said(3, "I told the bot to leave me out.")
    found = comments([shy, gone, told], {told.author.key})
    assert [c.silent for c in found] == [True] * 3


EVIL = (
    "Ask @ana@lemmy.example and !freechat@lemmy.example about the high rents here.",
    "This breaks out of it all::: spoiler boo of the high rents here.",
    "[Click on this link](javascript:alert(1)) about the high rents here.",
    "<script>alert(1)</script> is what I say about the high rents here.",
    "# This is no heading about the high rents here.",
    "**Bold words* and `code about the high rents here.",
    "1. ::: is a number about the high rents here.",
    "@room everybody should read about the high rents here.",
    "| a | table | about the high rents here.",
    "&lt;b&gt; is an entity about the high rents here. ![x](https://x.example/y.png)",
)


@pytest.mark.parametrize("text", EVIL)
def test_quoted_words_stay_words(text: str) -> None:
    messages = [said(1, text), said(2, "The rents here are high.", to=1)]
    doc = shown(messages)
    lemmy, matrix = markdown(doc), html(doc)
    assert "@ana@" not in lemmy
    assert "!freechat@" not in lemmy
    assert not re.search(r"^[> ]*:::", lemmy, re.MULTILINE)
    assert "](javascript:" not in lemmy
    assert not any(line.startswith((":::", "#", "> #", "> 1. ")) for line in lemmy.splitlines())
    assert "<script" not in matrix
    assert "<img" not in matrix
    assert "matrix.to/#/@" not in matrix


_TEXT = (
    st.text(max_size=200)
    | st.sampled_from(EVIL)
    | st.lists(st.sampled_from(EVIL), max_size=4).map("\n\n".join)
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_TEXT, min_size=1, max_size=12))
def test_a_digest_always_fits(texts: list[str]) -> None:
    messages = [said(n, text, to=n // 2 or None) for n, text in enumerate(texts, start=1)]
    assert utf16_length(markdown(shown(messages))) <= LIMIT


def test_a_digest_of_endless_sentences_fits_all_the_same() -> None:
    words = " ".join(["*_[endless]_*" * 8] * 20)
    messages = [
        said(10 * n + k, f"{words} {n} {k}.", to=10 * n + 1 if k > 1 else None)
        for n in range(9)
        for k in (1, 2, 3)
    ]
    doc = shown(messages, 800)
    assert utf16_length(markdown(doc)) <= LIMIT
    assert "smaller sub-discussion" in plain(doc)
