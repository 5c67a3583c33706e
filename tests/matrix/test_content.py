"""What the bot says on Matrix: escaped, within the allowed HTML, mentioning exactly whom it means, never too large."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.model import Author, Platform
from bot.platforms.matrix import content
from bot.platforms.matrix.command import Listener
from bot.platforms.matrix.content import Relation
from bot.platforms.matrix.words import said
from bot.text import (
    Code,
    Document,
    Emphasis,
    Link,
    Moment,
    Name,
    Prose,
    Spoiler,
    Strong,
    bullets,
    document,
    heading,
    line,
    quote,
)
from tests.matrix.raw_events import BOT, parsed

ANA = Author(Platform.MATRIX, "@ana:example.org", "@ana:example.org")
MAX = Author(Platform.MATRIX, "@max:example.org", "@max:example.org")
LEM = Author(Platform.LEMMY, "https://lemmy.example/u/lem", "lem@lemmy.example")

#: What a client may show, by the specification of m.room.message, and the attributes on it.
ALLOWED = {
    tag: set()
    for tag in "del h1 h2 h3 h4 h5 h6 blockquote p ul li sup sub b i u strong em s hr br table thead tbody tr th td caption pre"  # noqa: SIM905 - a list of words
    " span details summary".split()
} | {"a": {"href"}, "ol": {"start"}, "code": {"class"}, "span": {"data-mx-spoiler"}}


class Checker(HTMLParser):
    """Fails on anything that the specification does not allow."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        assert {name for name, _ in attrs} <= ALLOWED[tag], (tag, attrs)
        self.addresses += [value or "" for name, value in attrs if name == "href"]
        if tag not in {"br", "hr"}:
            self.open.append(tag)
        assert len(self.open) < 100

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        pytest.fail(f"a declaration: {decl}")

    unknown_decl = handle_decl
    handle_pi = handle_decl


def checked(made: dict[str, Any]) -> Checker:
    """The formatted body's tags, after everything that holds for all that the bot says was looked at."""
    checker = Checker()
    checker.feed(made["formatted_body"])
    checker.close()
    assert not checker.open
    assert made["format"] == "org.matrix.custom.html"
    assert "@room" not in made["body"].lower()
    assert all(address.startswith(("https://", "http://", "mailto:")) for address in checker.addresses)
    assert len(json.dumps(made, ensure_ascii=False).encode()) <= content.LIMIT * 1.1
    return checker


def test_a_warning_in_a_room() -> None:
    doc = content.addressed(document(line("Please stay ", Strong("kind"), "."), "Case #3."), ANA)
    assert content.message(doc, "action-1", relation=Relation("$rude")) == {
        "msgtype": "m.notice",
        "body": "@ana:example.org: Please stay kind.\n\nCase #3.",
        "format": "org.matrix.custom.html",
        "formatted_body": '<p><a href="https://matrix.to/#/@ana:example.org">@ana:example.org</a>: '
        "Please stay <strong>kind</strong>.</p><p>Case #3.</p>",
        "m.mentions": {"user_ids": ["@ana:example.org"]},
        "m.relates_to": {"m.in_reply_to": {"event_id": "$rude"}},
        "org.folkmoot.key": content.transaction("action-1"),
    }


def test_nobody_has_to_read_what_a_warning_quotes() -> None:
    doc = document("Please be kind.", quote("you <b>windbag\nand more"), "Case #3.")
    made = content.message(doc, "k", veiled=True)
    checked(made)
    assert made["formatted_body"] == (
        "<p>Please be kind.</p><blockquote><p><span data-mx-spoiler>you &lt;b&gt;windbag</span></p>"
        "<p><span data-mx-spoiler>and more</span></p></blockquote><p>Case #3.</p>"
    )
    assert "data-mx-spoiler" not in content.message(doc, "k")["formatted_body"]
    checked(content.message(document(Prose("> a\n>\n> - b\n>\n>   > c\n")), "k", veiled=True))


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        (Relation(), {}),
        (Relation("$a"), {"m.in_reply_to": {"event_id": "$a"}}),
        (Relation("$a", thread="$r"), {"rel_type": "m.thread", "event_id": "$r", "is_falling_back": False, "m.in_reply_to": {"event_id": "$a"}}),
        (Relation("$a", thread="$r", quietly=True), {"rel_type": "m.thread", "event_id": "$r", "is_falling_back": True, "m.in_reply_to": {"event_id": "$a"}}),
        (Relation(thread="$r"), {"rel_type": "m.thread", "event_id": "$r", "is_falling_back": True, "m.in_reply_to": {"event_id": "$r"}}),
    ],
)  # fmt: skip
def test_relations(relation: Relation, expected: dict[str, Any]) -> None:
    assert relation.content() == expected


def test_an_edit_notifies_nobody_anew_and_reads_as_its_text() -> None:
    made = content.edit(document(line("now for ", Name(ANA, notify=True))), "k", "$old")
    assert made["m.mentions"] == {}
    assert made["m.new_content"]["m.mentions"] == {"user_ids": [ANA.id]}
    assert made["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$old"}
    assert made["body"] == "* now for @ana:example.org"
    assert said(parsed(made)) == "now for @ana:example.org"


def test_nobody_is_mentioned_unless_meant() -> None:
    made = content.message(
        document(
            line("said ", Name(ANA), " and ", Name(LEM, notify=True)), quote("hi @max:example.org @room")
        ),
        "k",
    )
    assert made["m.mentions"] == {}
    assert checked(made).addresses == []


def test_a_warning_mentions_its_target_alone_wherever_it_is_named() -> None:
    doc = document(
        heading("Hey ", Name(MAX, notify=True)),
        bullets((Name(ANA, notify=True),)),
        Spoiler("x", (line(Name(MAX, notify=True)),)),
    )
    assert content.message(content.addressed(doc, ANA), "k")["m.mentions"] == {"user_ids": [ANA.id]}
    unnamed = content.message(content.addressed(document(heading("Stop")), ANA), "k")
    assert unnamed["body"] == "@ana:example.org:\n\nStop"


def test_a_title_and_a_link_have_their_place() -> None:
    made = content.message(
        content.headed(document("text"), "The <title>", "https://a.example/?b&c"), "k", msgtype="m.text"
    )
    assert made["msgtype"] == "m.text"
    assert made["formatted_body"] == (
        '<h4>The &lt;title&gt;</h4><p>text</p><p><a href="https://a.example/?b&amp;c">https://a.example/?b&amp;c</a></p>'
    )


def test_what_is_long() -> None:
    assert not content.is_long(document("short"))
    assert content.is_long(document("word " * 300))
    assert content.is_long(document(bullets(*map(str, range(20)))))


def test_the_operators_own_markdown_stays_within_the_allowed() -> None:
    prose = "# Head\n\n| a | b |\n|:-:|--:|\n| 1 | 2 |\n\n```python\nx = 1 < 2\n```\n\n3. three\n\n~~old~~ ![pic](https://a.example/p.png)\n\n<b>raw</b> [x](javascript:alert(1))"
    checked(content.message(document(Prose(prose)), "k"))


def test_a_text_that_is_too_long_ends_between_two_blocks_with_a_note() -> None:
    made = content.message(document(*(f"Paragraph {number} " + "é&<" * 200 for number in range(200))), "k")
    checked(made)
    assert made["body"].endswith("… The rest does not fit into one message.")
    assert made["formatted_body"].endswith("<p>… The rest does not fit into one message.</p>")
    assert "Paragraph 1 " in made["body"]
    checked(content.edit(document("&" * 70_000), "k", "$x"))


def test_keys_tell_transactions_apart() -> None:
    assert content.transaction("a") == content.transaction("a") != content.transaction("b")
    assert content.transaction("a/b?c ü").isalnum()


HARD = st.text(alphabet="<>&\"'@:/#!$room ana.exmplg\n\u202e\u200b\ud800`*_[]()~|\x00", max_size=40) | st.sampled_from(
    [
        "@room", "@ROOM", "<a href='https://matrix.to/#/@max:example.org'>Max</a>", "https://matrix.to/#/@max:example.org", "</p><script>",
        "<!-- ", "&lt;b&gt;", "!help", "folkmoot: help", "@folkmoot:example.org help", "[x](https://matrix.to/#/@max:example.org)",
    ]
)  # fmt: skip


def saying(typed: str) -> Document:
    """A document that holds what somebody typed in every place where that may stand."""
    who = Author(Platform.MATRIX, ANA.id, typed)
    return document(
        typed,
        heading(typed),
        quote(typed),
        line(Strong(typed), Emphasis(typed), Code(typed), Name(who), Link(typed, typed), Moment(datetime(2026, 1, 1, tzinfo=UTC))),
        bullets(typed, (typed, Link(typed, f"https://a.example/{typed}"))),
        Spoiler(typed, (line(typed), quote(typed))),
    )  # fmt: skip


@given(HARD)
@example('"><img src=x onerror=alert(1)>')
def test_nothing_that_people_write_formats_or_mentions(typed: str) -> None:
    made = content.message(saying(typed), "k", relation=Relation("$a", thread="$b"))
    checked(made)
    assert made["m.mentions"] == {}
    json.dumps(made).encode()


@given(HARD)
def test_nothing_that_the_bot_says_is_a_command_to_a_bot(typed: str) -> None:
    for made in (content.message(saying(typed), "k"), content.edit(saying(typed), "k", "$x")):
        for private in (False, True):
            assert (
                Listener(BOT, "Folkmoot").command(
                    parsed(made, sender="@other:example.org"), prefixes=("!",), private=private
                )
                is None
            )
