"""How a text is looked at: as it was written first, then with disguises taken off. Every view leads back to the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import regex

#: Longer than any Lemmy post or Matrix event; what lies beyond is not looked at.
LONGEST = 100_000
#: So much is looked at without its disguises; nobody types more than that in one.
LONGEST_DISGUISE = 20_000

#: Format characters, and others that show as nothing: they only serve to split words.
INVISIBLE = regex.compile(
    r"[\p{Cf}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_CLUSTER = regex.compile(r"\P{M}\p{M}*|\p{M}+")
_ASCII_WORD = re.compile(r"\w+", re.ASCII)
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}_]+")
_LAST = regex.compile(r"(?r)[\p{L}\p{M}\p{N}_]")
_QUOTED = re.compile(r"^[ ]{0,3}>", re.MULTILINE)


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
    def words(self) -> list[str]:
        """The words, without case, in order, repeated ones too."""
        found: list[str] = (_ASCII_WORD if self.is_ascii else _WORD).findall(self.lower)
        return found

    def tokens(self) -> Iterator[tuple[str, int]]:
        """The words without case, each with where it begins, in order."""
        for found in (_ASCII_WORD if self.is_ascii else _WORD).finditer(self.lower):
            yield found.group(), found.start()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the original."""
        if self.origin is None:
            return start, end
        if start >= end:
            at = (
                self.origin[start]
                if start < len(self.origin)
                else (self.origin[-1] + 1 if self.origin else 0)
            )
            return at, at
        return self.origin[start], self.origin[end - 1] + 1

    def derived(self, name: str, text: str, origin: tuple[int, ...]) -> View:
        """A view of this view: `origin` points into `text` of this one."""
        mine = self.origin
        return View(name, text, origin if mine is None else tuple(mine[at] for at in origin))


AS_WRITTEN = "as written"
UNMASKED = "without disguise"


def written(text: str) -> View:
    """A text as it was written. White space at the end never counts."""
    return View(AS_WRITTEN, text[:LONGEST].rstrip())


def unmasked(view: View) -> View:
    """Without invisible characters, and with compatibility forms undone (full-width, circled, mathematical letters).

    The same view where there is nothing of the kind.
    """
    plain, origin = _unmasked(view.text[:LONGEST_DISGUISE])
    plain = plain.rstrip()
    return view if view.text.startswith(plain) else view.derived(UNMASKED, plain, origin[: len(plain)])


def _unmasked(text: str) -> tuple[str, tuple[int, ...]]:
    """NFKC by clusters of a base and its marks, so that each character knows where it came from."""
    if text.isascii() or (unicodedata.is_normalized("NFKC", text) and not INVISIBLE.search(text)):
        return text, ()
    parts: list[str] = []
    origin: list[int] = []
    visible = [at for at, char in enumerate(text) if not INVISIBLE.match(char)]
    for cluster in _CLUSTER.finditer("".join(text[at] for at in visible)):
        normal = unicodedata.normalize("NFKC", cluster.group())
        if normal:
            parts.append(normal)
            first, last = visible[cluster.start()], visible[cluster.end() - 1]
            origin += [first] * (len(normal) - 1) + [last]
    return "".join(parts), tuple(origin)


def without_quotes(view: View) -> View:
    """Without the lines that begin with `>` and without empty ones, as AutoModerator's `ignore_blockquotes` has it."""
    if not (_QUOTED.search(view.text) or "\n\n" in view.text):
        return view
    parts: list[str] = []
    origin: list[int] = []
    at = 0
    for row in view.text.splitlines(keepends=True):
        if row.strip() and not _QUOTED.match(row):
            parts.append(row)
            origin += range(at, at + len(row))
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
    return _unmasked(text)[0]


def is_word(char: str) -> bool:
    """Whether a character belongs to words: letters and their marks, digits, the low line."""
    return _WORD.fullmatch(char) is not None


def word_tokens(text: str) -> list[tuple[str, int]]:
    """The words of a rule's value, without case, each with where it begins."""
    return list(View("", text).tokens())


def trimmed_length(view: View) -> int:
    """Characters between the first and the last letter or digit, both included."""
    first = _WORD.search(view.text)
    return _LAST.search(view.text).end() - first.start() if first else 0
