"""What filters see of an event: everything that anybody may be shown, and never somebody else's quoted words."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.events import Event
from bot.platforms.matrix.words import said, speaks, texts
from plugins.moderation.views import without_quotes, written
from tests.matrix.raw_events import JSON, RAW, edit, parsed, text

BAD = "forbidden words"


def mentioning(body: str) -> dict[str, Any]:
    return {"msgtype": "m.text", "body": body}


EVASIONS: dict[str, dict[str, Any]] = {
    "the body": mentioning(BAD),
    "the formatted body": text("hello", f"<p>{BAD}</p>"),
    "the formatted body without a format": {"msgtype": "m.text", "body": "hello", "formatted_body": BAD},
    "the body behind a clean formatted one": text(BAD, "<p>hello</p>"),
    "letters apart by tags": text("hello", "forbid<b></b>den wor<!-- x -->ds"),
    "letters as numbers": text("hello", "&#102;orbidden&#x20;words"),
    "the text of an image": text("hello", f'<img src="mxc://a/b" alt="{BAD}">'),
    "a formatted body that is a number beside": {"msgtype": "m.text", "body": BAD, "formatted_body": 123},
    "a file's name": {"msgtype": "m.file", "body": "nice", "filename": BAD, "url": "mxc://a/b"},
    "a caption": {"msgtype": "m.image", "body": BAD, "filename": "cat.jpg"},
    "an image without an address": {"msgtype": "m.image", "body": BAD},
    "a message type of one's own": {"msgtype": "org.example.odd", "body": BAD},
    "no message type": {"body": BAD},
    "an edit": edit("$x", mentioning(BAD)),
    "an edit's fallback": edit("$x", mentioning("hello"), fallback=f"* {BAD}"),
    "an edit's formatted body": edit("$x", text("hello", BAD)),
    "an edit's file name": edit("$x", {"msgtype": "m.file", "body": "hello", "filename": BAD}),
    "an extensible text": {"org.matrix.msc1767.text": BAD},
    "an extensible html": {"m.text": [{"body": "hello"}, {"mimetype": "text/html", "body": "for<b></b>bidden words"}]},
    "a link's preview": mentioning("hello") | {"com.beeper.linkpreviews": [{"og:title": BAD}]},
    "a name brought along": mentioning("hello") | {"com.beeper.per_message_profile": {"displayname": BAD}},
    "a place": {"msgtype": "m.location", "body": "here", "geo_uri": "geo:0,0", "m.location": {"description": BAD}},
    "a code block that is never closed": text("```\n", BAD),
    "a code block in the other text": text(BAD, "hello```"),
    "a quotation for those who see no formatting": text(f"> {BAD}", f"<p>{BAD}</p>"),
    "code for those who see no formatting": text(f"```\n{BAD}\n```", f"<p>{BAD}</p>"),
    "code in the line": text(f"`{BAD}`", f"<p>{BAD}</p>"),
    "between two pieces of code": text(f"`a {BAD} b`", f"<code>a</code> {BAD} <code>b</code>"),
    "a quotation for those who see formatting": text(BAD, f"<blockquote>{BAD}</blockquote>"),
    "a block of code that is never closed": text("hello", f"<pre>hello</pre>{BAD}<pre>") | {"filename": "x"},
    "what looks like a link's address": text("x]", f"<p>x]({BAD.replace(' ', '&nbsp;')})</p>"),
    "a language of code": text("hello", f"<p>``` {BAD}</p>"),
    "half a code mark": text(f"`hello {BAD}", "<p>hello`</p>"),
    "a reply": mentioning(BAD) | {"m.relates_to": {"m.in_reply_to": {"event_id": "$x"}}},
    "after a made-up quotation": mentioning(f"> <@ana:example.org> hello\n{BAD}") | {"m.relates_to": {"m.in_reply_to": {"event_id": "$x"}}},
    "in an unfinished copy": text("hello", f"<mx-reply>{BAD}") | {"m.relates_to": {"m.in_reply_to": {"event_id": "$x"}}},
    "in a copy where nothing is answered": text("hello", f"<mx-reply>{BAD}</mx-reply>hello"),
}  # fmt: skip


@pytest.mark.parametrize("content", EVASIONS.values(), ids=EVASIONS.keys())
def test_every_evasion_is_seen(content: dict[str, Any]) -> None:
    event = parsed(content)
    assert speaks(event)
    assert any(BAD in found for found in texts(event))
    assert BAD in without_quotes(written(said(event))).text


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("m.sticker", {"body": BAD, "url": "mxc://a/b"}),
        ("m.poll.start", {"m.poll": {"question": {"m.text": [{"body": BAD}]}, "answers": []}}),
        ("org.matrix.msc3381.poll.start", {"org.matrix.msc3381.poll.start": {"question": {"body": "x"}, "answers": [{"org.matrix.msc1767.text": BAD}]}}),
        ("org.example.new", {"body": BAD}),
        ("m.message", {"m.text": [{"body": BAD}]}),
    ],
)  # fmt: skip
def test_kinds_that_libraries_do_not_know(kind: str, content: dict[str, Any]) -> None:
    event = parsed(content, type=kind)
    assert speaks(event)
    assert BAD in said(event)


def test_what_is_no_message() -> None:
    assert not speaks(parsed({"name": BAD}, type="m.room.name", state_key=""))
    assert not speaks(parsed({"body": BAD}, type="org.example.state", state_key=""))
    assert not speaks(parsed({"call_id": "1"}, type="m.call.invite"))
    assert not speaks(
        parsed({"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x"}, type="m.room.encrypted")
    )


def test_the_words_of_whom_one_answers_are_not_ones_own() -> None:
    reply = {"m.relates_to": {"m.in_reply_to": {"event_id": "$x"}}}
    event = parsed(
        text(
            f"> <@max:example.org> {BAD}\n> more of it\n\nno, please",
            f"<mx-reply><blockquote>{BAD}</blockquote></mx-reply>no, please",
        )
        | reply
    )
    assert texts(event) == ("no, please",)
    assert said(event) == "no, please"


def test_an_ordinary_message_is_what_was_typed() -> None:
    typed = "**Hello** [world](https://a.example/x)!\n\n> quoted\n\n- one\n- two"
    html = (
        '<p><strong>Hello</strong> <a href="https://a.example/x">world</a>!</p><blockquote><p>quoted</p></blockquote>'
        "<ul><li>one</li><li>two</li></ul>"
    )
    assert said(parsed(text(typed, html))) == typed
    listed = "1. one\n2. two\n\n```python\nx = 1\n```\n\nsee `code` and `more` of it"
    html = "<ol><li>one</li><li>two</li></ol><pre><code class='language-python'>x = 1\n</code></pre><p>see <code>code</code> and <code>more</code> of it</p>"
    assert said(parsed(text(listed, html))) == listed
    greeting = '<a href="https://matrix.to/#/@ana:example.org">Ana</a>: hi <img src="mxc://a/b" data-mx-emoticon alt=":cat:" title=":cat:">'
    assert said(parsed(text("Ana: hi :cat:", greeting))) == "Ana: hi :cat:"


def test_where_a_link_leads_is_seen() -> None:
    hidden = text("https://good.example", '<a href="https://evil.example/x">https://good.example</a>')
    assert said(parsed(hidden)) == "https://good.example\n\nhttps://evil.example/x"
    room = text("come here", '<a href="https://matrix.to/#/#spam:evil.example">come here</a>')
    assert said(parsed(room)) == "come here\n\nhttps://matrix.to/#/#spam:evil.example"
    same = text("https://good.example", '<a href="https://good.example/">https://good.example</a>')
    assert said(parsed(same)) == "https://good.example"


def test_an_edit_reads_as_its_new_text() -> None:
    assert said(parsed(edit("$x", mentioning("new text"), fallback="* new text"))) == "new text"


def test_bidirectional_and_invisible_characters_stay_for_the_filter_to_see_through() -> None:
    body = "\u202eforb\u200bidden\u2066 wor\u00adds"
    assert said(parsed(mentioning(body))) == body


def test_a_large_message_is_read_whole() -> None:
    assert BAD in said(parsed(mentioning("a " * 32_000 + BAD)))
    people = [f"@u{number}:example.org" for number in range(10_000)]
    event = parsed(mentioning(BAD) | {"m.mentions": {"user_ids": people}})
    assert len(event.mentions) == 200
    assert texts(event) == (BAD,)


def test_depth_and_number_are_bounded() -> None:
    deep: Any = BAD
    for _ in range(500):
        deep = [deep]
    assert texts(parsed({"body": deep})) == ()
    assert len(texts(parsed({"m.text": [{"body": str(n)} for n in range(10_000)]}))) <= 400


@given(RAW)
def test_nothing_raises_and_all_is_fit_to_be_stored(source: Any) -> None:
    event = Event.of(source)
    if event is None:
        return
    for found in (*texts(event), said(event)):
        assert "\x00" not in found
        found.encode()
    assert isinstance(speaks(event), bool)


@given(JSON)
def test_whatever_stands_beside_it_the_body_is_seen(extra: Any) -> None:
    content = (extra if isinstance(extra, dict) else {"m.new_content": extra}) | {"body": BAD}
    assert BAD in said(parsed(content))


def shown_openly(html: str) -> str:
    """The words that stand where no quotation and no code is open."""
    found: list[str] = []
    inside: Counter[str] = Counter()
    for word in re.findall(r"<[^>]*>|[^<]+", html):
        name = word.strip("</>")
        if not word.startswith("<"):
            found += [] if inside.total() else [word]
        elif name in {"blockquote", "pre", "code"}:
            inside[name] = max(0, inside[name] + (-1 if word.startswith("</") else 1))
    return " ".join(found)


MARKS = ["`", "```", "\n", "> ", "* ", "1. ", "](", ")", "~~~", " ", "slur", "one", "two"]
TAGS = ["<blockquote>", "</blockquote>", "<pre>", "</pre>", "<code>", "</code>", "<p>", "</p>", "<br>", " "]


@given(
    st.lists(st.sampled_from(MARKS), max_size=12).map("".join),
    st.lists(st.sampled_from([*TAGS, "slur", "one", "two"]), max_size=12).map("".join),
)
def test_no_marks_in_one_text_hide_what_the_other_says_openly(body: str, html: str) -> None:
    if "slur" in shown_openly(html).split():
        assert "slur" in without_quotes(written(said(parsed(text(body, html))))).text
