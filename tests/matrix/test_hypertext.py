"""Formatted bodies as readers see them, and what nobody can do with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.hypertext import characters, seen, without_reply

SIZE = 64 * 1024

#: What makes parsers slow that look for the end of something again and again.
BOMBS = (
    "<", "</", "<!", "<!-", "<!--", "<!--x--", "--!>", "<?", "<![CDATA[", "<a ", "<a/", "</a ", '<a "', "<a '", '<a b="', "<a b='",
    "<a b=", "<a b= ", "<a b=\n", "<a =", "=", "&", "&#", "&#9", "&#x", "<b>", "<blockquote>", "<p>", " ", "<script>", "<svg/onload=",
)  # fmt: skip


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>Hi <b>yo</b>u</p><p>there</p>", "Hi you\nthere"),
        ("<blockquote><p>their words</p></blockquote>mine", "> their words\nmine"),
        ("a<br>b<hr/>c", "a\nb\nc"),
        ("sl<!-- hidden -->ur", "slur"),
        ("sl<b></b>ur", "slur"),
        ("a <!-- never closed <b>slur</b>", "a <!-- never closed <b>slur</b>"),
        ("<!-->shown", "shown"),
        ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2"),
        ("&lt;b&gt; &#115;lur &#x73;lur &#0000000000115;lur", "<b> slur slur slur"),
        ('<img src="mxc://a/b" alt=":cat:">', ":cat:"),
        ('<span data-mx-spoiler="why">what</span>', "why what"),
        ('<a href="https://a.example/?b=1&amp;c=2" title="a > b">word</a>', "a > b word"),
        ("see <code>x = 1</code>", "see `x = 1`"),
        ("<pre><code>x = 1</code></pre>y", "```\nx = 1\n```\ny"),
        ("</pre>a<pre>b<pre>c", "a\n```\nb\nc"),
        ('<img alt=":a:" title=":a:">', ":a:"),
        ("<DIV>big</DIV><ScRiPt>code</sCrIpT>", "big\ncode"),
        ("unfinished <a href='x", "unfinished <a href='x"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("", ""),
    ],
)
def test_what_is_read(source: str, text: str) -> None:
    assert seen(source).text == text


def test_words_torn_apart_behind_thousands_of_tags_are_whole() -> None:
    assert seen("<b>" * 10_000 + "sl<i></i>ur &amp; more").text == "slur & more"


def test_links_are_told_as_they_lead() -> None:
    source = '<a href="https://evil.example/?a=1&amp;b=2">https://good.example</a><img src=mxc://x/y>'
    assert seen(source).links == ("https://evil.example/?a=1&b=2", "mxc://x/y")


def test_only_a_copy_at_the_beginning_is_a_copy_of_what_is_answered() -> None:
    assert without_reply("<mx-reply><blockquote>theirs</blockquote></mx-reply>mine") == "mine"
    assert without_reply("<mx-reply>never closed") == "<mx-reply>never closed"
    assert without_reply("mine<mx-reply>x</mx-reply>") == "mine<mx-reply>x</mx-reply>"


@pytest.mark.parametrize("unit", BOMBS)
@pytest.mark.parametrize("head", ["", "<a ", '<a b="'])
def test_no_bomb_takes_long(unit: str, head: str) -> None:
    """A quadratic parser needs minutes for some of these, and this test would run into its time-out."""
    for _ in range(4):
        seen(head + unit * (SIZE // len(unit)))


def test_numbers_that_no_character_has() -> None:
    assert characters("&#" + "9" * 60_000 + ";") == "\ufffd"
    assert characters("&#x" + "f" * 60_000 + ";") == "\ufffd"
    assert characters("&#" + "0" * 60_000 + "65;") == "A"


@given(st.text(alphabet="<>/=!-?\"' \n&#;xabpi9", max_size=200) | st.text(max_size=100))
def test_nothing_raises_and_nothing_is_lost_but_markup(source: str) -> None:
    found = seen(source)
    assert isinstance(found.text, str)
    if "<" not in source and "&" not in source:
        assert found.text == " ".join(source.split())
