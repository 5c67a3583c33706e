"""How a text is looked at: as it was written first, then with disguises taken off. Every view leads back to the original.

The second view drops invisible characters and undoes compatibility forms (full-width, circled, mathematical letters):
NFKC by clusters of a base and its marks, so that each character knows where it came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import regex

#: Longer than any Lemmy post or Matrix event; what lies beyond is not looked at.
LONGEST = 100_000

#: Format characters, and others that show as nothing: they only serve to split words.
_INVISIBLE = regex.compile(
    r"[\p{Cf}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_CLUSTER = regex.compile(r"\P{M}\p{M}*|\p{M}+")
_ASCII_WORD = re.compile(r"\w+", re.ASCII)
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}_]+")
_FENCE = re.compile(r"^[ ]{0,3}(```+|~~~+)[^\n]*\n.*?(?:^[ ]{0,3}\1[`~]*[ ]*$|\Z)", re.MULTILINE | re.DOTALL)
_INLINE_CODE = re.compile(r"(?<!`)(`{1,4})(?!`)[^\n]{1,2000}?(?<!`)\1(?!`)")
_QUOTED = re.compile(r"^[ ]{0,3}>.*$", re.MULTILINE)
_VISIBLE = re.compile(r"[^\n]")


@dataclass(frozen=True)
class View:
    """One way to look at a text. `lower` is `text` without case, character for character."""

    name: str
    text: str
    origin: tuple[int, ...] | None = None  # where each character stood; None when nothing moved

    @cached_property
    def lower(self) -> str:
        return lower(self.text)

    @cached_property
    def is_ascii(self) -> bool:
        return self.text.isascii()

    @cached_property
    def words(self) -> frozenset[str]:
        """The distinct words, without case."""
        pattern = _ASCII_WORD if self.is_ascii else _WORD
        return frozenset(pattern.findall(self.lower))

    def tokens(self) -> Iterator[tuple[str, int]]:
        """The words without case, each with where it begins, in order."""
        pattern = _ASCII_WORD if self.is_ascii else _WORD
        for found in pattern.finditer(self.lower):
            yield found.group(), found.start()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the original."""
        if self.origin is None or start >= end:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


AS_WRITTEN = "as written"
UNMASKED = "without disguise"


def views(text: str) -> tuple[View, ...]:
    """The text as written, and without disguise where that differs. White space at the end never counts."""
    plain = text[:LONGEST].rstrip()
    written = View(AS_WRITTEN, plain)
    if written.is_ascii or (unicodedata.is_normalized("NFKC", plain) and not _INVISIBLE.search(plain)):
        return (written,)
    unmasked = _unmask(plain)
    return (written,) if unmasked.text == plain else (written, unmasked)


def _unmask(text: str) -> View:
    parts: list[str] = []
    origin: list[int] = []
    visible = [(c, i) for i, c in enumerate(text) if not _INVISIBLE.match(c)]
    shown = "".join(c for c, _ in visible)
    for cluster in _CLUSTER.finditer(shown):
        normal = unicodedata.normalize("NFKC", cluster.group())
        parts.append(normal)
        start = visible[cluster.start()][1]
        origin.extend([start] * (len(normal) - 1) + [visible[cluster.end() - 1][1]] if normal else [])
    return View(UNMASKED, "".join(parts), tuple(origin))


def lower(text: str) -> str:
    """Without case, and never of another length (so `ß` stays `ß`)."""
    folded = text.casefold()
    if len(folded) == len(text):
        return folded
    return "".join(low if len(low := c.casefold()) == 1 else c for c in text)


def unmask(text: str) -> str:
    """A rule's value as it reads in the view without disguise."""
    return _unmask(text).text


def is_word(char: str) -> bool:
    """Whether a character belongs to words: letters and their marks, digits, the low line."""
    return _WORD.fullmatch(char) is not None


def word_tokens(text: str) -> list[tuple[str, int]]:
    """The words of a rule's value, without case, each with where it begins."""
    return list(View("", text).tokens())


def own_words(text: str) -> str:
    """`text` with quoted lines and code blanked out, of the same length: what somebody quotes is not what they say."""
    for pattern in (_FENCE, _INLINE_CODE, _QUOTED):
        text = pattern.sub(lambda found: _VISIBLE.sub(" ", found.group()), text)
    return text


def trimmed_length(text: str) -> int:
    """Characters between the first and the last letter or digit, both included."""
    words = View("", text)
    first = last = None
    for token, start in words.tokens():
        first = start if first is None else first
        last = start + len(token)
    return 0 if first is None or last is None else last - first
