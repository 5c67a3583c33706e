"""What somebody wrote themselves: a comment's own sentences, each a verbatim stretch of it.

Out go quotations (Markdown `>`, mail, Matrix reply fallback, whole paragraphs in quotation marks), code, spoilers,
signatures, tables and bare links. A line that goes out also ends its paragraph, so that nothing is ever joined over
a gap: collapse the white space of `comment[start:end]` and you have the sentence. Why not a Markdown parser: mail and chat
are not Markdown (an indented paragraph is no code there), offsets are needed, and this is forty times faster.
"""

from __future__ import annotations

import html
import re
import string
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

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
#: Lines without their white space that are nobody's prose: rules, tables, half of a heading, "* Ian <…> [2003-04-25 12:12]".
_DRAWN = re.compile(
    r"(?:_{4,}|-{3,}|={3,}|\*{3,}|(?:\* ){2,}\*|:{3,}.*|#+|\|.*\||\*\s.{2,80}\[[\d\-:+ ]{10,}\])$"
)
_SIGNATURE = re.compile(r"\s*--\s?$")
_FORWARDED = re.compile(r"(?:-+ ?(?:original|forwarded) message ?-+|begin forwarded message:)", re.IGNORECASE)
_HEADER = re.compile(
    r"(?:from|sent|to|cc|subject|date|received|reply-to|message-id|x-[\w-]+|von|gesendet|an|betreff|de|à|objet):\s",
    re.IGNORECASE,
)
_FOOTER = re.compile(r"(?:sent from my|sent via|get outlook for|posted via|gesendet von)\b", re.IGNORECASE)
#: Mail programs break longer lines than this.
_WRAPPING = 55
#: A line that takes leave; what follows until the next empty line is who does.
_LEAVE = re.compile(
    r"(?:(?:(?:best|kind|warm|kindest|warmest) )?regards|all the best|best wishes|cheers|sincerely|yours(?: \w+)?|many thanks|thanks"
    r"|mit freundlichen grüßen|(?:viele|liebe|beste|schöne) grüße|gruß|cordialement|bien à vous|saludos|un saludo|cordiali saluti"
    r"|met vriendelijke groet(?:en)?|с уважением)(?:[\s,.!-]+[^\W\d_][\w.-]*){0,3}[\s,.!-]*",
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
_HEADED = re.compile(r"\s{0,3}#{1,6}\s+")
_BULLET = re.compile(r"\s*(?:[-*+•‣–]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+")

#: The number of an item of a list that stands in the middle of a paragraph.
_NUMBERED = re.compile(r"\(?(\d{1,2})[.)]\s+(?=[^\W\d_])")
_NUMBER_AT_END = re.compile(r"\s\(?(\d{1,2})[.)]$")

_URL = re.compile(r"(?:https?://|www\.|ftp://)[^\s<>]*[^\s<>.,;:!?)\]}'\"*_]", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\[\]]{0,500}\]\([^()\s]{0,2000}(?:\s[^()]{0,200})?\)")
_LINKED = re.compile(
    r"\[([^\[\]]{1,500})\]\([^()\s]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,500})?(?:\s[^()]{0,200})?\)"
)
_TAG = re.compile(r"</?[a-z][^<>]{0,200}>", re.IGNORECASE)
_EMPHASIS = re.compile(r"(?<![\w\\])(\*{1,3}|_{1,3}|~~|`+)(?=\S)(.{1,600}?)(?<=[^\s\\])\1(?!\w)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARKS = frozenset("*_~`")
_NO_LETTERS = str.maketrans("", "", string.ascii_letters + " ")
_HIDDEN = re.compile(r"\|\|.+?\|\||>!.+?!<", re.DOTALL)

_TRIM_LEFT, _TRIM_RIGHT = "*_~# \t\n\r", "*_~# \t\n\r"
#: Speech, as far as it is closed in the same paragraph.
_SPEECH = re.compile(r'(?<!\w)"[^"]*"|“[^”]*”|«[^»]*»|„[^“”]*[“”]|「[^」]*」|『[^』]*』')
_QUOTES = frozenset('"“«„「『')
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
            if text and not _hidden(text) and _is_prose(shown):
                found.append(Sentence(text, shown, start, end, len(found), words(shown), cut=start > first))
    return found


def _hidden(text: str) -> bool:
    """Whether the author has folded a word of it away."""
    return ("||" in text or ">!" in text) and _HIDDEN.search(text) is not None


def words(text: str) -> float:
    """The length of `text` in words; where a script has no spaces, two (Chinese, Japanese) or five characters are one."""
    if text.isascii() or not _UNSPACED.search(text):
        return float(len(text.split()))
    count = sum(len(match.group()) / (2 if match.group(1) else 5) for match in _UNSPACED.finditer(text))
    return count + sum(any(map(str.isalnum, word)) for word in _UNSPACED.sub(" ", text).split())


def plain(text: str) -> str:
    """`text` without Markdown, HTML tags and link targets; every word of it stays."""
    if "[" in text:
        text = _LINKED.sub(r"\1", _IMAGE.sub("", text))
    if "<" in text:
        text = _TAG.sub("", text)
    if not _MARKS.isdisjoint(text):
        for _ in range(2):  # bold inside italics
            text = _EMPHASIS.sub(r"\2", text)
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    return " ".join((html.unescape(text) if "&" in text else text).split())


def without_links(text: str) -> str:
    """`text` without bare addresses: what is left to read."""
    return _URL.sub("", text) if "//" in text or "www" in text.lower() else text


def _is_prose(shown: str) -> bool:
    """Whether there is something to say in it: letters make up most of what is left beside addresses."""
    rest = without_links(shown)
    if not _WORD.search(rest):
        return False
    # Vowel signs and tone marks are no letters to Python, but marks.
    if rest.isascii():
        letters = len(rest) - len(rest.translate(_NO_LETTERS))
    else:
        letters = sum(c.isalpha() or c == " " or unicodedata.category(c)[0] == "M" for c in rest)
    return letters >= 0.7 * len(rest) >= 0.35 * len(shown)


def paragraphs(comment: str) -> list[Span]:
    """The comment's paragraphs of prose, as spans: runs of lines that belong to its author."""
    text = comment.replace("\r", "\n")
    if "```" in text or "~~~" in text or ":::" in text or "<" in text:
        text = _DROPPED.sub(lambda match: "\n" * len(match.group()), text)
    lines = [Row(match.start(), match.end(), match.group()) for match in _LINE.finditer(text)]
    found: list[Span] = []
    begin = end = -1
    tail = leave = False
    for index, (start, stop, line) in enumerate(lines):
        bare = line.strip()
        if _SIGNATURE.match(line) or (bare[:1] in "-bB" and _FORWARDED.match(bare)):
            break  # what follows is a signature, or another mail
        tail, leave = _tail(lines, index, tail=tail), _leave(lines, index, leave=leave)
        out = not bare or tail or leave or _not_own(bare) or _head(lines, index) or _wrapped(lines, index)
        headed = _HEADED.match(line)
        marker = headed or _BULLET.match(line)
        if begin >= 0 and (out or marker or start != end + 1):
            found.append((begin, end))
            begin = -1
        if out:
            continue
        if begin < 0:
            begin = start + (marker.end() if marker else 0)
        end = stop
        if headed:
            found.append((begin, end))
            begin = -1
    if begin >= 0:
        found.append((begin, end))
    return found


class Row(NamedTuple):
    """A line and where it stands."""

    start: int
    stop: int
    line: str


def _not_own(bare: str) -> bool:
    """Whether a line (without the white space around it) is a quotation, a mail's header, a drawing or only a link."""
    first = bare[0]
    if (first in ">&" or ">" in bare[:4]) and _QUOTED.match(bare):
        return True
    if not first.isalnum() and _DRAWN.match(bare):
        return True
    if ":" in bare[:30] and _HEADER.match(bare):
        return True
    if first in "sgpSGP" and _FOOTER.match(bare):
        return True
    return "//" in bare and not _URL.sub("", bare).strip(" \t<>()[].,;*-•")


def _head(lines: list[Row], index: int) -> bool:
    """Whether this line says who wrote the quotation below it (a mail program may break it over two lines)."""
    if _names_writer(lines[index].line):
        return True
    below = lines[index + 1].line if index + 1 < len(lines) else ""
    return _names_writer(below) and len(below) <= 120 and _DATED.match(lines[index].line) is not None


def _names_writer(line: str) -> bool:
    return line.rstrip().endswith((":", "：")) and len(line) <= 200 and _WROTE.search(line) is not None


def _wrapped(lines: list[Row], index: int) -> bool:
    """Whether this is the tail of a quoted line that a mail program wrapped: small letters between two quoted lines."""
    if not 0 < index < len(lines) - 1:
        return False
    above, here, below = lines[index - 1 : index + 2]
    return (
        ">" in above.line
        and ">" in below.line
        and here.start == above.stop + 1
        and below.start == here.stop + 1
        and here.line.lstrip()[:1].islower()
        and bool(_QUOTED.match(above.line) and _QUOTED.match(below.line))
    )


def _before_number(comment: str, start: int, end: int) -> int:
    """Where a sentence ends before the number of the item that follows it in the same line: “Two things: 1. …”."""
    match = _NUMBER_AT_END.search(comment, start, end)
    if match is None:
        return end
    number = int(match[1])
    other, where = ("2", comment[end:]) if number == 1 else (str(number - 1), comment[:start])
    return match.start() if re.search(rf"(?<!\d){other}[.)]\s", where) else end


def _adjacent(lines: list[Row], index: int) -> bool:
    """Whether no empty line stands above this one."""
    return index > 0 and lines[index].start == lines[index - 1].stop + 1


def _tail(lines: list[Row], index: int, *, tail: bool) -> bool:
    """Whether a long quoted line goes on here in small letters, without a mark of its own; `tail`: the line above was such."""
    if not _adjacent(lines, index) or not lines[index].line.lstrip()[:1].islower():
        return False
    above = lines[index - 1].line.rstrip()
    return tail or (
        len(above) >= _WRAPPING
        and above[-1] not in '.!?:…"'
        and ">" in above
        and _QUOTED.match(above) is not None
    )


def _leave(lines: list[Row], index: int, *, leave: bool) -> bool:
    """Whether somebody takes leave here, or signs below it; `leave`: the line above was such."""
    bare = lines[index].line.strip()
    if _LEAVE.fullmatch(bare):
        return True
    return leave and _adjacent(lines, index) and len(bare) < _WRAPPING and bare[-1:] not in ".!?"


def _own(comment: str, span: Span) -> Iterator[Span]:
    """The sentences of a paragraph that do not stand in quotation marks as a whole: those are somebody else's."""
    quoted = [match.span() for match in _SPEECH.finditer(comment, *span)] if _QUOTES & set(comment) else []
    for start, end in boundaries.sentences(comment, span):
        last = start + len(comment[start:end].rstrip(".!?*_ "))
        if not any(first <= start and last <= final for first, final in quoted):
            yield _bare(comment, _after_number(comment, start), _before_number(comment, start, end))


def _after_number(comment: str, start: int) -> int:
    """Where an item of a list begins behind its number: 2 is one only after a 1, unlike in “3. Oktober”."""
    match = _NUMBERED.match(comment, start)
    if match is None:
        return start
    before = str(int(match[1]) - 1)
    listed = before == "0" or re.search(rf"(?<!\d){before}[.)]\s", comment[:start])
    return match.end() if listed else start


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
