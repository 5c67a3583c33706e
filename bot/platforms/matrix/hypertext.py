"""HTML as strangers send it, as the text that a reader sees: in linear time, whatever it is made of.

Why not `html.parser`: 64 KB of `<a ` keep it busy for minutes (it is quadratic; CVE-2025-6069 and its like), and anybody
may send that. This follows the tokenizer of the HTML standard but never backs up; where a browser would drop the rest of
a broken text, the rest is kept as it is: a filter rather sees too much.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

#: Tells what to write in place of a link to that address; None leaves its own words.
Rename = Callable[[str], str | None]

#: These begin and end a line.
_BLOCK = re.compile(
    r"address|article|aside|blockquote|br|caption|center|d[dlt]|details|dialog|div|fieldset|figcaption|figure|footer|form"
    r"|h[1-6r]|header|li|main|mx-reply|nav|ol|option|p|pre|section|select|summary|table|tbody|td|textarea|tfoot|th|thead"
    r"|title|tr|ul"
)
_VOID = frozenset({"br", "hr"})
#: Attributes that some client shows.
_SHOWN = frozenset({"alt", "title", "placeholder", "value", "label", "data-mx-maths", "data-mx-spoiler"})
_ADDRESSES = frozenset({"href", "src"})

#: So many tags are read; beyond that they are left out without a look. Nobody needs as many, and reading them takes time.
TAGS = 3_000

_OPENING = re.compile(r"<[a-zA-Z/!?]")
_TAG = re.compile(r"<[^<>]*>")
_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_END = re.compile(r"[\s/]*>")
_ATTRIBUTE = re.compile(
    r"""[\s/]* ([^\s/>][^\s/>=]*) (?: \s*=\s* (?: "([^"]*)" | '([^']*)' | ([^\s"'>][^\s>]*) )? )?""",
    re.VERBOSE,
)
_REPLY = re.compile(r"\s*<mx-reply>.*?</mx-reply>", re.DOTALL | re.IGNORECASE)
_BLANK = re.compile(r"\s+")
#: References with more digits than any character needs: `int` refuses thousands of them.
_LONG = re.compile(r"&#([xX]?)0*([0-9a-fA-F]+);?")
_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Seen:
    """`text` is what is read, a line a block, with Markdown's marks for quotations and code; `links` are its addresses."""

    text: str
    links: tuple[str, ...]


def seen(source: str, rename: Rename = lambda _: None) -> Seen:
    """What a reader sees of `source`, with the words of links changed by `rename`. Never raises."""
    reader = _Reader(source, rename)
    reader.read()
    rows = (
        f"{'> ' if depth else ''}{row}"
        for depth, pieces in reader.rows
        if (row := _BLANK.sub(" ", "".join(pieces)).strip())
    )
    return Seen("\n".join(rows), tuple(dict.fromkeys(reader.links)))


def without_reply(source: str) -> str:
    """`source` without the copy of what it answers that older clients put first."""
    found = _REPLY.match(source)
    return source[found.end() :] if found else source


def characters(text: str) -> str:
    """`text` with its character references (`&amp;`) replaced."""
    return html.unescape(_LONG.sub(_short, text)) if "&" in text else text


def _short(reference: re.Match[str]) -> str:
    """A numeric reference without leading zeros; a replacement character where no character has that number."""
    if len(reference[2]) <= _DIGITS:
        return f"&#{reference[1]}{reference[2]}{';' if reference[0].endswith(';') else ''}"
    return "\ufffd"


class _Reader:
    """Goes through the source once. `rows` are lines in pieces, with how deep in quotations each stands."""

    def __init__(self, source: str, rename: Rename) -> None:
        self._source = source
        self._rename = rename
        self._renamed = False  # inside a link whose words were replaced
        self._open: list[str] = []
        self._count: Counter[str] = Counter()
        self.rows: list[tuple[int, list[str]]] = [(0, [])]
        self.links: list[str] = []

    def read(self) -> None:
        start = 0
        for _ in range(TAGS):
            found = _OPENING.search(self._source, start)
            if found is None:
                self._say(self._source[start:])
                return
            self._say(self._source[start : found.start()])
            start = self._markup(found.start())
            if start < 0:  # unfinished: no more markup is looked for
                self._say(self._source[found.start() :])
                return
        self._say(_TAG.sub("", self._source[start:]))

    def _markup(self, opening: int) -> int:
        """Where what begins at `opening` ends; -1 when it does not."""
        source = self._source
        if name := _NAME.match(source, opening):
            return self._tag(name[1].lower(), name.end(), closing=source[opening + 1] == "/")
        if source.startswith("<!--", opening):
            return _after(source, "-->", opening + 2)  # `<!-->` is a whole comment
        return _after(source, ">", opening)

    def _tag(self, name: str, position: int, *, closing: bool) -> int:
        if name == "a":
            self._renamed = False
        elif name == "code" or _BLOCK.fullmatch(name):
            self._closed(name) if closing else self._opened(name)
        shown: dict[str, None] = {}  # an image says the same in two attributes
        while not (end := _END.match(self._source, position)):
            attribute = _ATTRIBUTE.match(self._source, position)
            if attribute is None:
                return -1
            position = attribute.end()
            value = attribute[2] or attribute[3] or attribute[4] or ""
            if attribute[1].lower() in _SHOWN:
                shown[value] = None
            elif attribute[1].lower() in _ADDRESSES and value:
                self._link(characters(value).strip(), of=name)
        for value in shown:
            self._say(f" {value} ")
        return end.end()

    def _opened(self, name: str) -> None:
        if name not in _VOID:
            self._open.append(name)
            self._count[name] += 1
        if name == "pre" and self._count["pre"] == 1:
            self._row("```")
        self._row() if name != "code" else self._mark_code()

    def _closed(self, name: str) -> None:
        """Whatever was opened inside ends with it, so that nobody's words stay quoted for want of an end."""
        ended = name
        while self._count[name]:
            inner = self._open.pop()
            self._count[inner] -= 1
            if inner == "code":
                self._mark_code()
            else:
                ended = inner
            if inner == "pre" and not self._count["pre"]:
                self._row("```")
            if inner == name:
                break
        if ended != "code":
            self._row()

    def _mark_code(self) -> None:
        if not self._count["pre"]:
            self._say("`")

    def _row(self, text: str = "") -> None:
        self.rows.append((self._count["blockquote"], [text] if text else []))

    def _link(self, address: str, *, of: str) -> None:
        self.links.append(address)
        words = self._rename(address) if of == "a" else None
        if words is not None and not self._renamed:
            self.rows[-1][1].append(words)
            self._renamed = True

    def _say(self, text: str) -> None:
        if text and not self._renamed:
            self.rows[-1][1].append(characters(text))


def _after(source: str, mark: str, start: int) -> int:
    found = source.find(mark, start)
    return found + len(mark) if found >= 0 else -1
