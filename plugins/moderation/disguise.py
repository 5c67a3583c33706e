"""Takes off what people disguise words with: look-alike letters, marks, digits for letters, gaps, repeated letters.

Look-alikes are read as Latin only where that is safe: in words that mix scripts or bear piled-up marks, and in words of
five letters or more, unless the text is plainly written in the other script. Otherwise ordinary words would change into
others: Russian “сор” is no “cop”. What is guessed (digits, gaps, repeats) makes a match doubtful: a human decides then.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

import regex

from plugins.moderation.lookalikes import table
from plugins.moderation.views import LONGEST_DISGUISE, View

FOLDED = "look-alike letters read as Latin"
GUESSED = "digits, gaps and repeated letters guessed"

#: Shorter words are folded only where they mix scripts or bear more marks than any language puts on a letter.
SAFE_LENGTH = 5

_RUN = regex.compile(r"[\p{L}\p{M}\p{N}\U0001f110-\U0001f1ff]+")
_LATIN = regex.compile(r"\p{Script=Latin}")
_FOREIGN = regex.compile(r"(?=\p{L})\P{Script=Latin}")
_SCRIPT = regex.compile(
    r"(?P<cyrillic>\p{Script=Cyrillic})|(?P<greek>\p{Script=Greek})|(?P<armenian>\p{Script=Armenian})"
)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word that is not plain ASCII: what it would read as, letter by letter, and from where each letter comes."""

    text: str
    start: int
    letters: str | None  # None where a letter looks like none of the Latin ones
    origin: tuple[int, ...]
    piled: bool  # more marks on a letter than any language puts there

    @property
    def mixed(self) -> bool:
        return bool(_LATIN.search(self.text) or re.search("[A-Za-z]", self.text)) and bool(
            _FOREIGN.search(self.text)
        )


def folded(view: View) -> View:
    """`view` with look-alike letters read as Latin, where that is safe; the same view where there are none."""
    if view.is_ascii:
        return view
    text = view.text[:LONGEST_DISGUISE]
    words = [
        _word(found.group(), found.start()) for found in _RUN.finditer(text) if not found.group().isascii()
    ]
    natural = {script for word in words if word.letters is None and (script := _script(word.text))}
    parts: list[str] = []
    origin: list[int] = []
    at = 0
    for word in words:
        if not _is_safe(word, natural):
            continue
        parts += [text[at : word.start], word.letters or ""]
        origin += [*range(at, word.start), *word.origin]
        at = word.start + len(word.text)
    if not parts:
        return view
    parts.append(text[at:])
    origin += range(at, len(text))
    return view.derived(FOLDED, "".join(parts), tuple(origin))


def _word(text: str, start: int) -> _Word:
    letters: list[str] = []
    origin: list[int] = []
    marks = most = 0
    for offset, char in enumerate(text):
        for part in unicodedata.normalize("NFKD", char):
            if unicodedata.combining(part) or unicodedata.category(part) == "Mn":
                marks += 1
                most = max(most, marks)
                continue
            marks = 0
            low = part.lower()
            latin = low if low.isascii() else table().get(part) or table().get(low)
            if latin is None:
                return _Word(text, start, None, (), piled=False)
            letters.append(latin)
            origin.append(start + offset)
    return _Word(text, start, "".join(letters), tuple(origin), piled=most > 2)


def _script(text: str) -> str | None:
    found = _SCRIPT.search(text)
    return found.lastgroup if found else None


def _is_safe(word: _Word, natural: set[str]) -> bool:
    if not word.letters:
        return False
    if word.mixed or word.piled:
        return True
    return len(word.letters) >= SAFE_LENGTH and _script(word.text) not in natural


# -- guesses

_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "!": "i",
         "|": "l", "+": "t", "€": "e", "£": "l"}  # fmt: skip
_LINK = r"(?P<link>\b(?:https?://|www\.)\S+)"
#: What makes a word look as if digits or signs stood for letters in it; they count between letters only, signs and all.
_CODED = r"(?P<coded>(?<![^\W_])(?=[a-z0-9@$€£]*?[a-z])(?=[a-z]*[0-9@$€£!|+])[a-z0-9@$€£](?:[a-z0-9@$€£]|[!|+](?=[a-z0-9@$€£]))+(?![^\W_]))"
_SPACED = r"(?P<spaced>(?<![^\W_])[a-z0-9@$](?:[^\w\n]{1,3}[a-z0-9@$]){3,}(?![^\W_]))"
_REPEATED = r"(?P<repeated>(?P<letter>[a-z])(?P=letter){2,})"
_GUESS = re.compile(f"{_LINK}|{_SPACED}|{_CODED}|{_REPEATED}")
#: Nearly every text passes without: one look decides.
_WORTH = re.compile(
    r"[a-z@$][0-9@$!|+€£]+[a-z]|[0-9@$€£][a-z]{2}|([a-z])\1\1|(?<![^\W_])[a-z0-9@$](?:[^\w\n]{1,3}[a-z0-9@$]){3}(?![^\W_])"
)


def guessed(view: View) -> tuple[View, ...]:
    """`view` with digits read as letters, single letters joined and repetitions squeezed, in as many ways as make sense."""
    text = view.lower[:LONGEST_DISGUISE]
    if not _WORTH.search(text):
        return ()
    once = _rewritten(view, text, kept=1)
    if once is None:
        return ()
    twice = _rewritten(view, text, kept=2)
    return (once,) if twice is None or twice.text == once.text else (once, twice)


def _rewritten(view: View, text: str, *, kept: int) -> View | None:
    """`kept` is how many of a repeated letter stay."""
    parts: list[str] = []
    origin: list[int] = []
    at = 0
    for start, end, letters in _replacements(text, kept):
        parts += [text[at:start], "".join(letter for letter, _ in letters)]
        origin += [*range(at, start), *(place for _, place in letters)]
        at = end
    if not parts:
        return None
    parts.append(text[at:])
    origin += range(at, len(text))
    return view.derived(GUESSED, "".join(parts), tuple(origin))


_Letters = list[tuple[str, int]]


def _replacements(text: str, kept: int) -> Iterator[tuple[int, int, _Letters]]:
    """Each stretch that is read otherwise: where it stands, and its letters, each with where it stood."""
    for found in _GUESS.finditer(text):
        start, end = found.span()
        reader = _READERS.get(found.lastgroup or "")
        letters = _squeezed(reader(text, start, end), kept) if reader else []
        if letters and "".join(letter for letter, _ in letters) != text[start:end]:
            yield start, end, letters


def _decoded(text: str, start: int, end: int) -> _Letters:
    return [(_LEET.get(text[at], text[at]), at) for at in range(start, end)]


def _joined(text: str, start: int, end: int) -> _Letters:
    return [pair for pair in _decoded(text, start, end) if pair[0].isalnum()]


def _as_it_is(text: str, start: int, end: int) -> _Letters:
    return [(text[at], at) for at in range(start, end)]


def _squeezed(letters: _Letters, kept: int) -> _Letters:
    out: _Letters = []
    for _, run in groupby(letters, key=lambda pair: pair[0]):
        same = list(run)
        out += same[:kept] if len(same) > 2 else same
    return out


_READERS: dict[str, Callable[[str, int, int], _Letters]] = {
    "coded": _decoded,
    "spaced": _joined,
    "repeated": _as_it_is,
}
