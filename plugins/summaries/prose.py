"""What somebody wrote themselves: a comment's own sentences, each a verbatim stretch of it.

Out go quotations (Markdown `>`, mail, Matrix reply fallback, whole paragraphs in quotation marks), code, spoilers,
signatures, tables and bare links. A line that goes out also ends its paragraph, so that nothing is ever joined over
a gap: collapse the white space of `comment[start:end]` and you have the sentence. Why not a Markdown parser: mail and chat
are not Markdown (an indented paragraph is no code there), offsets are needed, and this is forty times faster.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from plugins.summaries import boundaries, openings
from plugins.summaries.boundaries import Span


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` is verbatim (white space collapsed), `shown` the same words without markup and link targets.

    `start` and `end` are offsets into the comment; `place` counts the comment's sentences from 0; `length` is in words;
    `cut` says that words which only join it to the sentence before were left off its start.
    """

    text: str
    shown: str
    start: int
    end: int
    place: int
    length: float
    cut: bool = False


#: Stretches that are not the author's prose, or that the author has hidden.
_DROPPED = re.compile(
    r"```.*?(?:```|\Z)"
    r"|^~~~.*?(?:^~~~|\Z)"
    r"|^[ \t]*:::[ \t]*spoiler.*?(?:^[ \t]*:::[ \t]*$|\Z)"
    r"|<(mx-reply|blockquote|pre|details)\b.*?(?:</\1>|\Z)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_LINE = re.compile(r"[^\n]+")
_QUOTED = re.compile(r"\s*(?:>|&gt;|[A-Za-z]{1,3}>)")
_SIGNATURE = re.compile(r"\s*--\s?$")
_FORWARDED = re.compile(
    r"\s*(?:-+ ?(?:original|forwarded) message ?-+|begin forwarded message:)", re.IGNORECASE
)
_RULE = re.compile(r"\s*(?:_{4,}|-{3,}|={3,}|\*{3,}|(?:\* ){2,}\*|:{3,}.*|#+)\s*$")
_HEADER = re.compile(
    r"\s*(?:from|sent|to|cc|subject|date|received|reply-to|message-id|x-[\w-]+|von|gesendet|an|betreff|de|à|objet):\s",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"(?:\bwrote|\bwrites|\bsaid|\bschrieb(?: .{1,60})?|\ba écrit|\bescribió|\bha scritto|\bescreveu|\bschreef(?: .{1,60})?"
    r"|\bskrev(?: .{1,60})?|\bnapisał(?:\(a\))?|\bпишет|\bнаписала?(?:\(а\))?|写道|さんは書きました)\s*[:：]\s*$",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\s*(?:on|at|in|am|le|el|il|op|em|dnia|den)\b.{0,100}(?:\d{1,4}|,)\s*(?:\S.{0,60})?$", re.IGNORECASE
)
_STAMPED = re.compile(r"\s*\*\s.{2,80}\[[\d\-:+ ]{10,}\]\s*$")  # * Ian <ian@…> [2003-04-25 12:12+0100]
_FOOTER = re.compile(r"\s*(?:sent from my|sent via|get outlook for|posted via|gesendet von)\b", re.IGNORECASE)
_TABLE = re.compile(r"\s*\|.*\|\s*$")
_HEADED = re.compile(r"\s{0,3}#{1,6}\s+")
_BULLET = re.compile(r"\s*(?:[-*+•‣–]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+")

_URL = re.compile(r"(?:https?://|www\.|ftp://)[^\s<>]*[^\s<>.,;:!?)\]}'\"*_]", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\[\]]{0,500}\]\([^()\s]{0,2000}(?:\s[^()]{0,200})?\)")
_LINKED = re.compile(
    r"\[([^\[\]]{1,500})\]\([^()\s]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,500})?(?:\s[^()]{0,200})?\)"
)
_TAG = re.compile(r"</?[a-z][^<>]{0,200}>", re.IGNORECASE)
_EMPHASIS = re.compile(r"(?<![\w\\])(\*{1,3}|_{1,3}|~~|`+)(?=\S)(.{1,600}?)(?<=[^\s\\])\1(?!\w)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_HIDDEN = re.compile(r"\|\|.+?\|\||>!.+?!<", re.DOTALL)

_TRIM_LEFT, _TRIM_RIGHT = "*_~# \t\n\r", "*_~# \t\n\r"
#: Speech, as far as it is closed in the same paragraph.
_SPEECH = re.compile(r'(?<!\w)"[^"]*"|“[^”]*”|«[^»]*»|„[^“”]*[“”]|「[^」]*」|『[^』]*』')
_PAIRS = {"“": "”", "«": "»", "„": "“”", "「": "」", "『": "』", "(": ")", "[": "]", '"': '"'}
#: Scripts without spaces between words, with the number of characters that make about one word.
_UNSPACED = re.compile(
    r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+)|([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+)"
)
_WORD = re.compile(r"[^\W\d_]\w")


def sentences(comment: str) -> list[Sentence]:
    """The author's own sentences in `comment`, in order. Never raises, whatever the comment holds."""
    found: list[Sentence] = []
    for span in paragraphs(comment):
        for first, end in _own(comment, span):
            start = first + openings.filler(comment[first:end])
            text = " ".join(comment[start:end].split())
            shown = plain(text)
            if text and not _HIDDEN.search(text) and _is_prose(shown):
                found.append(Sentence(text, shown, start, end, len(found), words(shown), cut=start > first))
    return found


def words(text: str) -> float:
    """The length of `text` in words; where a script has no spaces, two (Chinese, Japanese) or five characters are one."""
    if text.isascii() or not _UNSPACED.search(text):
        return float(len(text.split()))
    count = sum(len(match.group()) / (2 if match.group(1) else 5) for match in _UNSPACED.finditer(text))
    return count + sum(any(map(str.isalnum, word)) for word in _UNSPACED.sub(" ", text).split())


def plain(text: str) -> str:
    """`text` without Markdown, HTML tags and link targets; every word of it stays."""
    if _URL.search(text) or "[" in text:
        text = _LINKED.sub(r"\1", _IMAGE.sub("", text))
    if "<" in text:
        text = _TAG.sub("", text)
    for _ in range(2):  # bold inside italics
        text = _EMPHASIS.sub(r"\2", text)
    return " ".join(html.unescape(_ESCAPED.sub(r"\1", text)).split())


def without_links(text: str) -> str:
    """`text` without bare addresses: what is left to read."""
    return _URL.sub("", text)


def _is_prose(shown: str) -> bool:
    """Whether there is something to say in it: letters make up most of what is left beside addresses."""
    rest = without_links(shown)
    if not _WORD.search(rest):
        return False
    # Vowel signs and tone marks are no letters to Python, but marks.
    letters = sum(c.isalpha() or c == " " or unicodedata.category(c)[0] == "M" for c in rest)
    return letters >= 0.7 * len(rest) >= 0.35 * len(shown)


def paragraphs(comment: str) -> list[Span]:
    """The comment's paragraphs of prose, as spans: runs of lines that belong to its author."""
    text = _DROPPED.sub(lambda match: "\n" * len(match.group()), comment.replace("\r", "\n"))
    lines = [(match.start(), match.end(), match.group()) for match in _LINE.finditer(text)]
    found: list[Span] = []
    begin = end = -1
    for index, (start, stop, line) in enumerate(lines):
        joined = begin >= 0 and start == end + 1
        if _SIGNATURE.match(line) or _FORWARDED.match(line):
            break  # what follows is a signature, or another mail
        out = not line.strip() or _not_own(line) or _head(lines, index) or _wrapped(lines, index)
        marker = _BULLET.match(line) or _HEADED.match(line)
        if begin >= 0 and (out or marker or not joined):
            found.append((begin, end))
            begin = -1
        if out:
            continue
        if begin < 0:
            begin = start + (marker.end() if marker else 0)
        end = stop
        if _HEADED.match(line):
            found.append((begin, end))
            begin = -1
    if begin >= 0:
        found.append((begin, end))
    return found


def _not_own(line: str) -> bool:
    return any(
        rule.match(line) for rule in (_QUOTED, _RULE, _HEADER, _STAMPED, _FOOTER, _TABLE)
    ) or not _URL.sub("", line).strip(" \t<>()[].,;*-•")


Line = tuple[int, int, str]


def _head(lines: list[Line], index: int) -> bool:
    """Whether this line says who wrote the quotation below it (a mail program may break it over two lines)."""
    line = lines[index][2]
    if _WROTE.search(line) and len(line) <= 200:
        return True
    if index + 1 == len(lines) or not _DATED.match(line):
        return False
    return len(lines[index + 1][2]) <= 120 and bool(_WROTE.search(lines[index + 1][2]))


def _wrapped(lines: list[Line], index: int) -> bool:
    """Whether this is the tail of a quoted line that a mail program wrapped: small letters between two quoted lines."""
    if not 0 < index < len(lines) - 1:
        return False
    (_, before, above), (start, stop, line), (after, _, below) = lines[index - 1 : index + 2]
    touches = start == before + 1 and after == stop + 1
    return touches and bool(_QUOTED.match(above) and _QUOTED.match(below)) and line.lstrip()[:1].islower()


def _own(comment: str, span: Span) -> Iterator[Span]:
    """The sentences of a paragraph that do not stand in quotation marks as a whole: those are somebody else's."""
    quoted = [match.span() for match in _SPEECH.finditer(comment, *span)]
    for start, end in boundaries.sentences(comment, span):
        last = start + len(comment[start:end].rstrip(".!?*_ "))
        if not any(first <= start and last <= final for first, final in quoted):
            yield _bare(comment, start, end)


def _bare(comment: str, start: int, end: int) -> Span:
    """The span without loose markup, or a bracket or quotation mark that is not closed inside it."""
    while start < end and comment[start] in _TRIM_LEFT:
        start += 1
    while start < end and comment[end - 1] in _TRIM_RIGHT:
        end -= 1
    closer = _PAIRS.get(comment[start : start + 1])
    if closer and not any(c in comment[start + 1 : end] for c in closer):
        start += 1
    return start, end
