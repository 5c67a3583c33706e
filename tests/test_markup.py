"""What the bot says looks the same everywhere, and nobody's words can format, notify or break out of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.markup import (
    fit,
    html,
    markdown,
    notified,
    plain,
    quoted_lines_removed,
    shorten,
    to_plain,
    utf8_length,
    utf16_length,
)
from bot.markup.typed import _MARKUP, _parsed
from bot.model import Author, Platform, Ref
from bot.text import (
    Block,
    CaseNumber,
    Code,
    Divider,
    Document,
    Emphasis,
    Inline,
    Link,
    Made,
    Moment,
    Name,
    Prose,
    Quote,
    Spoiler,
    Strong,
    bullets,
    document,
    heading,
    line,
    quote,
    resolve,
    table,
)

ANA = Author(Platform.LEMMY, "https://lemmy.example/u/ana", "ana@lemmy.example")
BEN = Author(Platform.LEMMY, "https://lemmy.example/u/ben", "ben@lemmy.example")

FULL = document(
    heading("Summary of 120 comments"),
    line("Asked by ", Name(ANA, notify=True), ", quoting ", Name(BEN), " at ", Moment(datetime(2026, 11, 23, 9, tzinfo=UTC))),
    line(Strong("Case "), CaseNumber(), ": ", Emphasis("spam"), ", see ", Link("the rules", "https://lemmy.example/post/1"), "."),
    quote("First *line*\n\nsecond line"),
    bullets("one", ("two: ", Code("!why 12"))),
    Spoiler("Points of view", (line("hidden"), bullets("a", "b"), quote("c"), heading("d"))),
    Divider(),
    Prose("Operators **may** use [Markdown](https://example.org)."),
    line(Link("not yet", Made("post")), " ", Link("nor this", Ref(Platform.LEMMY, "chat", "post/1"))),
)  # fmt: skip


def at_name(who: Author) -> str:
    return f"@{who.name}"


def test_a_document_in_markdown() -> None:
    assert markdown(FULL, mention=at_name) == (
        "### Summary of 120 comments\n"
        "\n"
        "Asked by @ana@lemmy.example, quoting ben\\@lemmy.example at 2026-11-23 09:00 UTC\n"
        "\n"
        "**Case** #?: *spam*, see [the rules](https://lemmy.example/post/1).\n"
        "\n"
        "> First \\*line\\*\n"
        ">\n"
        "> second line\n"
        "\n"
        "- one\n"
        "- two: `!why 12`\n"
        "\n"
        "::: spoiler Points of view\n"
        "\n"
        "hidden\n"
        "\n"
        "- a\n"
        "- b\n"
        "\n"
        "> c\n"
        "\n"
        "### d\n"
        "\n"
        ":::\n"
        "\n"
        "---\n"
        "\n"
        "Operators **may** use [Markdown](https://example.org).\n"
        "\n"
        "not yet nor this"
    )


def test_a_document_in_html() -> None:
    assert html(FULL, mention=lambda who: f"https://matrix.to/#/{who.id}") == (
        "<h4>Summary of 120 comments</h4>"
        '<p>Asked by <a href="https://matrix.to/#/https://lemmy.example/u/ana">ana@lemmy.example</a>, '
        "quoting ben@lemmy.example at 2026-11-23 09:00 UTC</p>"
        "<p><strong>Case </strong>#?: <em>spam</em>, see "
        '<a href="https://lemmy.example/post/1">the rules</a>.</p>'
        "<blockquote><p>First *line*</p><p>second line</p></blockquote>"
        "<ul><li>one</li><li>two: <code>!why 12</code></li></ul>"
        "<details><summary>Points of view</summary><p>hidden</p><ul><li>a</li><li>b</li></ul>"
        "<blockquote><p>c</p></blockquote><h4>d</h4></details>"
        "<hr>"
        '<p>Operators <strong>may</strong> use <a href="https://example.org">Markdown</a>.</p>'
        "<p>not yet nor this</p>"
    )


def test_a_document_in_plain_text() -> None:
    assert plain(FULL) == (
        "Summary of 120 comments\n"
        "\n"
        "Asked by ana@lemmy.example, quoting ben@lemmy.example at 2026-11-23 09:00 UTC\n"
        "\n"
        "Case #?: spam, see the rules (https://lemmy.example/post/1).\n"
        "\n"
        "> First *line*\n"
        "> second line\n"
        "\n"
        "- one\n"
        "- two: !why 12\n"
        "\n"
        "Points of view\n"
        "\n"
        "hidden\n"
        "\n"
        "- a\n"
        "- b\n"
        "\n"
        "> c\n"
        "\n"
        "d\n"
        "\n"
        "———\n"
        "\n"
        "Operators may use Markdown.\n"
        "\n"
        "not yet nor this"
    )


def test_only_those_who_are_to_be_notified_are() -> None:
    assert notified(FULL) == (ANA,)
    twice = document(
        Spoiler("s", (line(Name(BEN, notify=True)),)),
        bullets(Name(BEN, notify=True), Name(ANA)),
        Prose("x"),
        Divider(),
    )
    assert notified(twice) == (BEN,)
    assert "@ana" not in markdown(FULL)
    assert "matrix.to" not in html(FULL)


@pytest.mark.parametrize(
    ("typed", "escaped"),
    [
        ("plain words, really (yes)!", "plain words, really (yes)!"),
        ("*a* _b_ `c` ~d~ ^e^", r"\*a\* \_b\_ \`c\` \~d\~ \^e\^"),
        ("# title", r"\# title"),
        ("1. one", r"1\. one"),
        ("12) twelve", r"12\) twelve"),
        ("- item", r"\- item"),
        ("::: spoiler x", r"\::: spoiler x"),
        ("a | b", r"a \| b"),
        ("<b>", r"\<b\>"),
        ("AT&T &amp; &copy", r"AT&T \&amp; &copy"),
        ("@ana@lemmy.example", r"\@ana\@lemmy.example"),
        ("!chat@lemmy.example", r"!chat\@lemmy.example"),
        ("![x](y)", r"!\[x\](y)"),
        ("one\n\ntwo\t three ", "one two three"),
        ("C:\\dir", r"C:\\dir"),
        ("see https://en.example/wiki/Foo_bar?a=1&b=2#c.", "see https://en.example/wiki/Foo_bar?a=1&b=2#c."),
        ("https://lemmy.example/u/ben@other.example", "https://lemmy.example/u/ben@other.example"),
        ("https://micro.example/@ben@other.example", r"https://micro.example/\@ben\@other.example"),
        ("https://a.example/_x_", r"https://a.example/\_x\_"),
        ("https://a.example/*x*", r"https://a.example/\*x\*"),
        ("https://a.example/~ana/", "https://a.example/~ana/"),
        ("\x1b[31mred\u202eder", r"\[31mredder"),
    ],
)
def test_escaped_text(typed: str, escaped: str) -> None:
    assert markdown(document(typed)) == escaped


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ((Strong("a"), Strong("b")), "ab"),
        (("pre", Strong("fix")), "prefix"),
        ((Strong("Note:"), "this"), "Note:this"),
        ((Strong("Note:"), " this"), "**Note:** this"),
        (("a", Strong(" b "), "c"), "a **b** c"),
        ((Strong(""), "x"), "x"),
        ((Strong("  "), "x"), "x"),
        ((Code("a`b"),), "``a`b``"),
        ((Code("`"),), "`` ` ``"),
        ((Code(""), "x"), "x"),
        ((Code("a"), Code("b")), "`a`b"),
        ((Code("!ban @ana@lemmy.example"),), r"!ban \@ana\@lemmy.example"),
        (("&", "amp;"), r"\&amp;"),
        (("1", ". x"), r"1\. x"),
        ((Link("x", "javascript:alert(1)"),), "x"),
        ((Link("x", "https://a.example/ b"),), "x"),
        ((Link("[x]", "https://a.example/(b)"),), r"[\[x\]](https://a.example/%28b%29)"),
        ((Link("x", "https://a.example/@b@c"),), "[x](https://a.example/%40b%40c)"),
        ((Link("x", "https://a.example/?a=1&copy;=2"),), "[x](https://a.example/?a=1&amp;copy;=2)"),
    ],
)
def test_inlines_side_by_side(parts: tuple[str | Inline, ...], shown: str) -> None:
    assert markdown(document(line(*parts))) == shown


def test_empty_blocks_leave_nothing_behind() -> None:
    assert markdown(document("", heading(""), bullets(), bullets(""), quote(""), "x")) == "x"
    assert plain(document("", "x")) == "x"
    assert markdown(document(Spoiler("", (line("x"),)))) == "::: spoiler …\n\nx\n\n:::"
    assert markdown(Document(())) == plain(Document(())) == html(Document(())) == ""


def test_a_table_in_every_markup() -> None:
    shown = document(
        table(
            ("community", "a|b"),
            [
                (Link("tech@a.example", "https://a.example/post/1"), "1 | <b>2</b>"),
                (Link("x", Made("y")), ""),
            ],
        )
    )
    assert markdown(shown) == (
        "| community | a\\|b |\n"
        "| --- | --- |\n"
        "| [tech\\@a.example](https://a.example/post/1) | 1 \\| \\<b\\>2\\</b\\> |\n"
        "| x |  |"
    )
    assert html(shown) == (
        "<table><thead><tr><th>community</th><th>a|b</th></tr></thead><tbody>"
        '<tr><td><a href="https://a.example/post/1">tech@a.example</a></td><td>1 | &lt;b&gt;2&lt;/b&gt;</td></tr>'
        "<tr><td>x</td><td></td></tr></tbody></table>"
    )
    assert plain(shown) == "- tech@a.example (https://a.example/post/1) · 1 | <b>2</b>\n- x"
    assert "[x](https://a.example/2)" in markdown(
        resolve(shown, case=None, links=lambda _: "https://a.example/2")
    )
    whole = markdown(shown)
    assert fit(shown, len(whole) - 1, markdown) == whole.rpartition("\n")[0] + "\n\n…"
    assert markdown(document(table(("a",), []))) == html(document(table(("a",), []))) == ""


def test_a_heading_keeps_its_number_sign() -> None:
    assert markdown(document(heading("Learn C #"))) == r"### Learn C \#"
    assert markdown(document(heading("Learn C#"))) == "### Learn C#"


def test_nobody_calls_the_whole_room() -> None:
    assert "@room" not in plain(document("hey @room and @ROOM"))
    assert "@room" not in html(document("hey @room", Spoiler("@room", (line(Code("@room")),)))).lower()


def test_operators_prose_in_html_has_no_foreign_tags() -> None:
    shown = html(document(Prose("<script>x</script> ![i](https://a.example/i.png) [j](javascript:x) ~~s~~")))
    assert "<script" not in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown
    assert "<s>s</s>" in shown


# Laws

NASTY = st.lists(
    st.sampled_from([
        "@a@b.example", "!c@d.example", "@room", ":::", "::: spoiler x", "\n:::\n", "***", "**", "__", "`", "```", "~~~", "~~",
        "# ", "- ", "+ ", "1. ", "2) ", "> ", "    ", "\t", "---", "===", "|", "|-|", "\n| a |\n|---|\n", "<b>", "</p>", "<!--",
        "<https://x.example>", "&amp;", "&#64;", "&copy", "[x](y)", "![", "](", "[^1]", "[1]: x", "^[x]", "{a|b}", "\\", "\\\\", "\n",
        "\r\n", "\u2028", "\0", "\x1b[2J", "\u202e", "\u2069", "https://x.example/a_b_c?d=*&e=~f", "http://y.example/@a@b", "_", "a", " ", "9",
        "www.z.example", "x@y.example", "\u200b", "\ud800", "é", "😀", "'", '"', "(", ")", "$", ":smile:", "%", "=", ".", "@", "!",
        "https://matrix.to/#/@u:s.example",
    ]),
    max_size=12,
).map("".join)  # fmt: skip
#: Anything that anybody may type, with a leaning to what could do harm.
#: (The word joiner is what the bot itself breaks "@room" with.)
TYPED = (
    NASTY
    | st.text(st.characters(exclude_characters="\u2060"), max_size=60)
    | st.text("@!ab.-_:#*`~>|[]()<&;\\ \n1+=\t", max_size=40)
)

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MENTION = re.compile(r"(?<![\w/])[@!][\w.-]+@[\w.-]+")
#: How Lemmy looks for mentions in raw text.
LEMMYS_MENTION = re.compile(r"@[\w.]+@[a-zA-Z0-9._:-]+")


def visible(text: str) -> str:
    """`text` as a reader sees it: white space once, nothing invisible that acts, no broken characters."""
    text = re.sub("[\u202a-\u202e\u2066-\u2069]", "", re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text))
    return " ".join(re.sub("[\ud800-\udfff]", "\ufffd", text).split())


def read(text: str) -> tuple[list[str], str]:
    """The kinds of tokens in Markdown, and its text."""
    kinds: list[str] = []
    words: list[str] = []

    def walk(tokens: list[Token]) -> None:
        for token in tokens:
            kinds.append(token.type)
            if token.type in {"text", "text_special", "code_inline"}:
                words.append(token.content)
            walk(token.children or [])
            if token.type == "inline":
                words.append(" ")

    walk(READER.parse(text))
    return kinds, visible("".join(words))


def no_breakout(raw: str) -> None:
    assert not MENTION.search(raw)
    assert not LEMMYS_MENTION.search(raw)
    assert not re.search(r"^\s*:::", raw, re.MULTILINE)


@given(TYPED)
@example("&\u202aamp;")
@example("https://x.example/_a")
@example("https://x.example/a\\_")
@example("https://x.example/&copy;")
@example("https://x.example/`a`")
def test_user_text_is_one_plain_paragraph_in_markdown(typed: str) -> None:
    raw = markdown(document(typed))
    kinds, text = read(raw)
    assert text == visible(typed)
    assert kinds == (["paragraph_open", "inline", "text", "paragraph_close"] if visible(typed) else [])
    no_breakout(raw)


WAYS: dict[str, Callable[[str], Block]] = {
    "bullet": bullets,
    "heading": heading,
    "quote": lambda typed: Quote((line(typed),)),
    "strong": lambda typed: line("before ", Strong(typed), " after"),
    "emphasis": lambda typed: line(Emphasis(typed)),
    "code": lambda typed: line("run ", Code(typed)),
    "code first": lambda typed: line(Code(typed)),
    "glued": lambda typed: line("a", Strong(typed), Emphasis(typed), Code(typed), "b"),
    "link": lambda typed: line(Link(typed, "https://a.example")),
    "name": lambda typed: line("by ", Name(Author(Platform.LEMMY, "x", typed))),
}
ALLOWED = {
    "bullet_list_open", "list_item_open", "paragraph_open", "inline", "text", "paragraph_close", "list_item_close", "bullet_list_close",
    "heading_open", "heading_close", "blockquote_open", "blockquote_close", "strong_open", "strong_close", "em_open", "em_close",
    "code_inline", "link_open", "link_close",
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@given(typed=TYPED)
def test_user_text_stays_what_it_is_wherever_it_stands(way: str, typed: str) -> None:
    block = WAYS[way](typed)
    raw = markdown(document(block, "last"))
    kinds, text = read(raw)
    assert set(kinds) <= ALLOWED
    assert kinds.count("paragraph_open") + kinds.count("heading_open") <= 2
    assert text.replace(" ", "") == visible(html_text(html(document(block, "last")))).replace(" ", "")
    no_breakout(raw)


@given(title=TYPED, typed=TYPED)
def test_a_spoiler_is_opened_and_closed_once(title: str, typed: str) -> None:
    raw = markdown(document(Spoiler(title, (line(typed), bullets(typed), Quote((line(typed),)))), "after"))
    fences = [row for row in raw.splitlines() if re.match(r"\s*:::", row)]
    assert len(fences) == 2
    assert re.fullmatch(r"::: spoiler \S.*", fences[0])
    assert fences[1] == ":::"
    assert not LEMMYS_MENTION.search(raw)


@given(st.text(max_size=40), TYPED)
def test_a_link_never_leaks(url: str, typed: str) -> None:
    raw = markdown(document(line(Link(typed, "https://a.example/" + url), " after")))
    kinds, _ = read(raw)
    assert kinds.count("link_open") <= 1
    assert set(kinds) <= ALLOWED
    no_breakout(raw)
    shown = html(document(line(Link(typed, url))))
    assert set(html_tags(shown)) <= {"p", "a"}


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert all(name == "href" for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        self.text.append(" " if tag in {"p", "h4", "li", "summary"} else "")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.append("<!--")

    def handle_decl(self, decl: str) -> None:
        self.tags.append("<!")

    def unknown_decl(self, data: str) -> None:
        self.tags.append("<![")

    def handle_pi(self, data: str) -> None:
        self.tags.append("<?")


def html_tags(shown: str) -> list[str]:
    reader = Reader()
    reader.feed(shown)
    reader.close()
    return reader.tags


def html_text(shown: str) -> str:
    reader = Reader()
    reader.feed(shown)
    reader.close()
    return "".join(reader.text).replace("\u2060", "")


@given(TYPED)
def test_user_text_is_text_in_html(typed: str) -> None:
    doc = document(typed, Spoiler(typed, (bullets(typed),)), line(Strong(typed), Code(typed)))
    shown = html(doc)
    assert html_tags(shown) == ["p", "details", "summary", "ul", "li", "p", "strong", "code"]
    assert visible(html_text(html(document(typed)))) == visible(typed)
    assert "@room" not in shown.lower()
    shown.encode()


@given(TYPED)
def test_plain_text_obeys_nobody(typed: str) -> None:
    shown = plain(document(typed, quote(typed), bullets(typed), Spoiler(typed, ()), Prose(typed)))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)
    assert "@room" not in shown.lower()


# Lengths


def test_lengths() -> None:
    assert (utf16_length("aé😀"), utf8_length("aé😀")) == (4, 7)


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two three", 8, "one two…"),
        ("one two three", 7, "one…"),
        ("abcdefgh", 5, "abcd…"),
        ("a bcdefghijk", 8, "a bcdef…"),
        ("😀😀😀", 5, "😀😀…"),
        ("😀😀😀", 4, "😀…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("", 0, ""),
    ],
)
def test_shorten(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


@given(TYPED, st.integers(0, 50))
def test_shortened_text_fits(text: str, limit: int) -> None:
    assert utf16_length(shorten(text, limit)) <= limit
    assert utf8_length(shorten(text, limit, measure=utf8_length)) <= limit


def test_a_document_is_cut_between_its_blocks_and_closed() -> None:
    doc = document(
        heading("Summary"),
        Spoiler("More", (line("one"), bullets("two", "three"), quote("four\nfive"))),
        "six",
    )
    whole = markdown(doc)
    assert fit(doc, len(whole), markdown) == whole
    assert fit(doc, len(whole) - 1, markdown).endswith("> five\n\n:::\n\n…")
    cut = [fit(doc, limit, markdown) for limit in range(len(whole))]
    assert "### Summary\n\n::: spoiler More\n\none\n\n- two\n\n:::\n\n…" in cut
    assert "### Summary\n\n…" in cut
    assert all(text.count(":::") in {0, 2} for text in cut)


@given(st.lists(TYPED, max_size=5), st.integers(0, 120))
def test_a_fitted_document_fits(texts: list[str], limit: int) -> None:
    doc = document(
        *texts, bullets(*texts), Quote(tuple(map(line, texts))), Spoiler("s", (bullets(*texts), line("end")))
    )
    for render in (markdown, html, plain):
        assert utf16_length(fit(doc, limit, render)) <= limit


def test_a_first_block_that_is_too_long_loses_its_end() -> None:
    assert fit(document("one two three four", "five"), 10, markdown) == "one two…"


# What people typed


TYPED_MARKDOWN = """\
# A *title*

Some **bold** words with [a link](https://a.example), `code` and a
second line &amp; more.

> quoted words
> > deeper

My own answer

```python
print("fenced")
```

    indented()

::: spoiler The end
hidden *words*
:::

| a | b |
|---|---|
| c | d |

![alt text](https://a.example/i.png) ~~gone~~ <b>x</b>
"""


def test_plain_words_of_markdown() -> None:
    assert to_plain(TYPED_MARKDOWN).splitlines() == [
        "A title",
        "Some bold words with a link, code and a",
        "second line & more.",
        "quoted words",
        "deeper",
        "My own answer",
        'print("fenced")',
        "indented()",
        "The end",
        "hidden words",
        *"abcd",
        "alt text gone <b>x</b>",
    ]


def test_own_words_of_markdown() -> None:
    own = quoted_lines_removed(TYPED_MARKDOWN)
    assert "My own answer" in own
    assert "Some bold words with a link, and a" in own
    for foreign in ("quoted", "deeper", "fenced", "indented", "code"):
        assert foreign not in own


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("just  words\n\nand lines ", "just words\nand lines"),
        ("", ""),
        ("> only a quote", ""),
        ("a > b & c", "a > b & c"),
    ],
)
def test_short_texts(typed: str, shown: str) -> None:
    assert quoted_lines_removed(typed) == shown


@given(TYPED)
def test_any_text_has_plain_words(typed: str) -> None:
    assert isinstance(to_plain(typed), str)
    assert visible(to_plain(markdown(document(typed)))) == visible(typed)


@given(TYPED | st.text("ab_ \n<>&;[]():-=+#|~1.!\\\t", max_size=20))
def test_what_looks_plain_is_plain(typed: str) -> None:
    typed = re.sub(r"[\r\0]", " ", typed)
    assume(not _MARKUP.search(typed))
    assert to_plain(typed) == _parsed(typed, own_words=False) == _parsed(typed, own_words=True)


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "`",
        "*",
        "_a",
        "<",
        "> ",
        "![",
        "&#",
        "[](",
        "**a*",
        "~~",
        "|",
        "- ",
        "\\",
        "\n",
        "[a](",
        "|a|\n|-|\n",
    ],
)
def test_hostile_markdown_takes_no_time(piece: str) -> None:
    # Ten thousand characters, Lemmy's limit for a comment: pytest-timeout ends what takes too long.
    assert isinstance(to_plain(piece * (10_000 // len(piece))), str)
