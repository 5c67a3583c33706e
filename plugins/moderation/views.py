"""How a text is looked at: as it was written first, then with disguises taken off. Every view leads back to the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import regex

from plugins.moderation import letters

#: Longer than any Lemmy post or Matrix event; what lies beyond is not looked at.
LONGEST = 100_000
#: So much is looked at without its disguises; nobody types more than that in one.
LONGEST_DISGUISE = 20_000

_LAST = regex.compile(r"(?r)[\p{L}\p{M}\p{N}_]")
_QUOTED = re.compile(r"^[ ]{0,3}>", re.MULTILINE)
_ASCII = re.compile(r"[\x00-\x7f]+")
#: ASCII text in small letters, a blank for everything that belongs to no word.
_WORDS_ONLY = {
    code: chr(code).lower() if chr(code).isalnum() or chr(code) == "_" else " " for code in range(128)
}


#: What each character of a text stands for in another one: from and to.
Origin = tuple[tuple[int, int], ...]


class View:
    """One way to look at a text. `lower` is `text` without case, character for character.

    `origin` is what each character stands for in the text that the view was made of, from and to; None when nothing moved.
    """

    # No dataclass: two of these are made for every message, and what is asked first is asked often.
    __slots__ = ("_beyond", "_lower", "_words", "is_ascii", "name", "origin", "text")

    def __init__(self, name: str, text: str, origin: Origin | None = None) -> None:
        self.name = name
        self.text = text
        self.origin = origin
        self.is_ascii = text.isascii()
        self._beyond: str | None = None
        self._lower: str | None = None
        self._words: list[str] | None = None

    @property
    def lower(self) -> str:
        if self._lower is None:
            self._lower = self.text.lower() if self.is_ascii else lower(self.text)
        return self._lower

    @property
    def beyond(self) -> str:
        """The characters beyond ASCII, one after the other: few, so that many questions cost little."""
        if self._beyond is None:
            self._beyond = "" if self.is_ascii else _ASCII.sub("", self.text)
        return self._beyond

    @property
    def words(self) -> list[str]:
        """The words, without case, in order, repeated ones too."""
        if self._words is None:
            if self.is_ascii:
                self._words = self.text.translate(_WORDS_ONLY).split()
            elif letters.stands_in_words(self.beyond):
                self._words = letters.word().findall(self.lower)
            else:
                # Quotation marks, dashes, emoji: they end words like any other sign.
                plain = self.text.encode("ascii", "replace").decode("ascii")
                self._words = plain.translate(_WORDS_ONLY).split()
        return self._words

    def tokens(self) -> Iterator[tuple[str, int]]:
        """The words without case, each with where it begins, in order."""
        for found in (letters.ASCII_WORD if self.is_ascii else letters.word()).finditer(self.lower):
            yield found.group(), found.start()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the original."""
        if self.origin is None:
            return start, end
        if start < end:
            return self.origin[start][0], self.origin[end - 1][1]
        at = self.origin[start - 1][1] if start else 0
        return at, at

    def derived(self, name: str, text: str, origin: Origin) -> View:
        """A view of this view: `origin` points into `text` of this one."""
        mine = self.origin
        if mine is None:
            return View(name, text, origin)
        return View(name, text, tuple((mine[start][0], mine[end - 1][1]) for start, end in origin))


def as_they_stand(start: int, end: int) -> list[tuple[int, int]]:
    """The origin of characters that did not change."""
    return [(at, at + 1) for at in range(start, end)]


AS_WRITTEN = "as written"
UNMASKED = "without disguise"


def written(text: str) -> View:
    """A text as it was written. White space at the end never counts."""
    return View(AS_WRITTEN, text[:LONGEST].rstrip())


def unmasked(view: View) -> View:
    """Without invisible characters, and with compatibility forms undone (full-width, circled, mathematical letters).

    The same view where there is nothing of the kind.
    """
    if view.is_ascii or (
        unicodedata.is_normalized("NFKC", view.text) and not letters.invisible().search(view.beyond)
    ):
        return view
    plain, origin = _unmasked(view.text[:LONGEST_DISGUISE])
    plain = plain.rstrip()
    return view if view.text.startswith(plain) else view.derived(UNMASKED, plain, origin[: len(plain)])


def _unmasked(text: str) -> tuple[str, Origin]:
    """NFKC by clusters of a base and its marks, so that each character knows where it came from."""
    parts: list[str] = []
    origin: list[tuple[int, int]] = []
    at = 0
    for cluster in letters.cluster().finditer(text):
        start, end = cluster.span()
        normal = unicodedata.normalize("NFKC", letters.invisible().sub("", cluster.group()))
        if normal != cluster.group():
            parts += [text[at:start], normal]
            origin += [*as_they_stand(at, start), *[(start, end)] * len(normal)]
            at = end
    parts.append(text[at:])
    origin += as_they_stand(at, len(text))
    return "".join(parts), tuple(origin)


def without_quotes(view: View) -> View:
    """Without the lines that begin with `>` and without empty ones, as AutoModerator's `ignore_blockquotes` has it."""
    if not (_QUOTED.search(view.text) or "\n\n" in view.text):
        return view
    parts: list[str] = []
    origin: list[tuple[int, int]] = []
    at = 0
    for row in view.text.splitlines(keepends=True):
        if row.strip() and not _QUOTED.match(row):
            parts.append(row)
            origin += as_they_stand(at, at + len(row))
        at += len(row)
    own = "".join(parts).rstrip()
    return view.derived(view.name, own, tuple(origin[: len(own)]))


def quoted_rows(text: str) -> list[tuple[int, int]]:
    """Where the quoted lines of a text stand, without their ends."""
    found: list[tuple[int, int]] = []
    at = 0
    for row in text.splitlines(keepends=True):
        if _QUOTED.match(row):
            found.append((at, at + len(row.rstrip("\r\n"))))
        at += len(row)
    return found


def lower(text: str) -> str:
    """Without case, and never of another length (so `ß` stays `ß`)."""
    folded = text.casefold()
    if len(folded) == len(text):
        return folded
    return "".join(map(_lower_char, text))


def _lower_char(char: str) -> str:
    for low in (char.casefold(), char.lower()):
        if len(low) == 1:
            return low
    return char


def unmask(text: str) -> str:
    """A rule's value as it reads in the view without disguise."""
    return text if text.isascii() else _unmasked(text)[0]


def is_word(char: str) -> bool:
    """Whether a character belongs to words: letters and their marks, digits, the low line."""
    return char.isalnum() or letters.word().match(char) is not None


def word_tokens(text: str) -> list[tuple[str, int]]:
    """The words of a rule's value, without case, each with where it begins."""
    return list(View("", text).tokens())


def trimmed_length(view: View) -> int:
    """Characters between the first and the last letter or digit, both included."""
    first = letters.word().search(view.text)
    return _LAST.search(view.text).end() - first.start() if first else 0
