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
from functools import lru_cache
from itertools import groupby
from string import ascii_lowercase

import regex

from plugins.moderation.letters import is_odd, mark, run
from plugins.moderation.lookalikes import table
from plugins.moderation.patterns import re2_program
from plugins.moderation.views import LONGEST_DISGUISE, Origin, View, as_they_stand

FOLDED = "look-alike letters read as Latin"
GUESSED = "digits, gaps and repeated letters guessed"

#: Shorter words are folded only where they mix scripts or bear more marks than any language puts on a letter.
SAFE_LENGTH = 5
#: So many lone letters may be a word.
LONE_LETTERS = 4
#: No language puts more on one letter.
MOST_MARKS = 2

_BEYOND = re.compile(r"[^\x00-\x7f]")
_LATIN = regex.compile(r"\p{Script=Latin}")
#: No language is written in boxes and flags.
_ALL_BOXED = re.compile("[\U0001f110-\U0001f1ff]+")
_FOREIGN = regex.compile(r"(?=\p{L})\P{Script=Latin}")
_SCRIPT = regex.compile(
    r"(?P<cyrillic>\p{Script=Cyrillic})|(?P<greek>\p{Script=Greek})|(?P<armenian>\p{Script=Armenian})"
)


@dataclass(frozen=True, slots=True)
class _Word:
    """What a word that is not plain ASCII would read as; `places` is what each letter stands for, its marks included."""

    letters: str | None  # None where a letter looks like none of the Latin ones
    places: Origin = ()
    certain: bool = False  # mixes scripts, or bears more marks on a letter than any language puts there
    script: str | None = None


def folded(view: View) -> View:
    """`view` with look-alike letters read as Latin, where that is safe; the same view where there are none."""
    if view.is_ascii or not is_odd(view.beyond):
        return view
    text = view.text[:LONGEST_DISGUISE]
    words = [(found.start(), found.end(), _word(found.group())) for found in _strange_words(text)]
    natural = {word.script for _, _, word in words if word.letters is None and word.script}
    parts: list[str] = []
    origin: list[tuple[int, int]] = []
    at = 0
    for start, end, word in words:
        if _is_safe(word, natural):
            parts += [text[at:start], word.letters or ""]
            origin += [*as_they_stand(at, start), *((start + a, start + b) for a, b in word.places)]
            at = end
    if not parts:
        return view
    parts.append(text[at:])
    origin += as_they_stand(at, len(text))
    return view.derived(FOLDED, "".join(parts), tuple(origin))


def _strange_words(text: str) -> Iterator[re.Match[str]]:
    """The words that are not plain ASCII."""
    end = 0
    for found in _BEYOND.finditer(text):
        start = found.start()
        if start < end:
            continue
        while start > end and (text[start - 1].isalnum() or text[start - 1] == "_"):
            start -= 1
        word = run().match(text, start)
        if word and word.end() > found.start():
            yield word
            end = word.end()


@lru_cache(maxsize=20_000)
def _word(text: str) -> _Word:
    found = _SCRIPT.search(text)
    script = found.lastgroup if found else None
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    marks = most = 0
    for place, char in enumerate(text):
        for part in unicodedata.normalize("NFKD", char):
            if mark().match(part):
                marks += 1
                most = max(most, marks)
                if places:
                    places[-1] = places[-1][0], place + 1
                continue
            marks = 0
            low = part.lower()
            latin = low if low.isascii() else table().get(part) or table().get(low)
            if latin is None:
                return _Word(None, script=script)
            letters.append(latin)
            places.append((place, place + 1))
    mixed = (bool(_LATIN.search(text)) and bool(_FOREIGN.search(text))) or bool(_ALL_BOXED.fullmatch(text))
    return _Word("".join(letters), tuple(places), mixed or most > MOST_MARKS, script)


def _is_safe(word: _Word, natural: set[str]) -> bool:
    if not word.letters:
        return False
    return word.certain or (len(word.letters) >= SAFE_LENGTH and word.script not in natural)


# -- guesses

_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "!": "i",
         "|": "l", "+": "t", "€": "e", "£": "l", "¢": "c"}  # fmt: skip
_LINK = r"(?P<link>\b(?:https?://|www\.)\S+)"
#: What makes a word look as if digits or signs stood for letters in it; they count between letters only, signs and all.
_CODED = r"(?P<coded>(?<![^\W_])(?=[a-z0-9@$€£¢]*?[a-z])(?=[a-z]*[0-9@$€£¢!|+])[a-z0-9$€£¢](?:[a-z0-9@$€£¢]|[!|+](?=[a-z0-9@$€£¢]))+(?![^\W_]))"
_SPACED = r"(?P<spaced>(?<![^\W_])[a-z0-9](?:(?:[^\w\n]|_){1,3}[a-z0-9]){3,}(?![^\W_]))"
#: Emphasis and the like inside a word: shown, they are not there.
_BETWEEN = r"(?:[*~`\\^|_]|</?[a-z]{1,10}>|<!--[^<>]{0,40}-->){1,6}"
_MARKS = re.compile(_BETWEEN)
_MARKED = rf"(?P<marked>(?<![^\W_])[a-z0-9]+(?:{_BETWEEN}[a-z0-9]+)+)"
_REPEATED = r"(?P<repeated>(?P<letter>[a-z])(?P=letter){2,})"
#: Every letter twice.
_DOUBLED = r"(?P<doubled>(?<![^\W_])(?:(?P<twice>[a-z])(?P=twice)){4,}(?![^\W_]))"
_GUESS = re.compile(f"{_LINK}|{_SPACED}|{_MARKED}|{_DOUBLED}|{_CODED}|{_REPEATED}")
#: Nearly every text passes without: one look decides, in linear time where re2 is at hand.
_WORTH = (
    r"[a-z$€£¢][0-9@$!|+€£]+|[0-9$€£¢][0-9@$!|+€£]*[a-z]|[a-z0-9](?:[*~`\\^|_]+|(?:<[^<>]*>)+)[a-z0-9]|(?:^|[^a-z0-9])"
    "(?:"
    + "|".join(2 * letter for letter in ascii_lowercase)
    + "){4}|"
    + "|".join(letter * 3 for letter in ascii_lowercase)
    + r"|(?:^|[^0-9a-z])[a-z0-9](?:[^0-9a-z\n][^0-9a-z\n]?[^0-9a-z\n]?[a-z0-9]){3}"
)
_IS_WORTH = re2_program(_WORTH, case_sensitive=True) or re.compile(_WORTH)


def could_disguise(word: str) -> bool:
    """Whether a word by itself may stand for another: letters among digits or low lines, a letter three times, or all twice."""
    return bool(_ODD.search(word)) and not word.isdecimal()


_ODD = re.compile(r"[0-9_]|(.)\1\1|^(?:(.)\2){4,}$")
#: A sign that may stand for a letter: with letters around it, or money in front of one. `@` in front is a mention.
#: It begins with the signs themselves, because `re` leaps to the first of a set.
_SIGN = re.compile(
    r"[@$€£¢!|+*~`\\^<](?:(?<=\w[@$€£¢!|+])[@$€£¢!|+]*\w|(?<=[$€£¢])[@$€£¢!|+]*[A-Za-z]|(?<=\w[*~`\\^|])[*~`\\^|_]*\w"
    r"|(?<=\w<)[^<>]*>)"
)


def is_plain(view: View) -> bool:
    """Whether nothing in a text beside its words can stand for a letter: no sign, no row of lone letters."""
    return not (_SIGN.search(view.text) or _has_gaps(view))


def _has_gaps(view: View) -> bool:
    """Whether lone letters stand in a row."""
    lengths = list(map(len, view.words))
    return lengths.count(1) >= LONE_LETTERS and b"\1" * LONE_LETTERS in bytes(n == 1 for n in lengths)


def guessed(view: View) -> tuple[View, ...]:
    """`view` with digits read as letters, single letters joined and repetitions squeezed, in as many ways as make sense."""
    text = view.lower[:LONGEST_DISGUISE]
    if not _IS_WORTH.search(text):
        return ()
    once = _rewritten(view, text, kept=1)
    if once is None:
        return ()
    twice = _rewritten(view, text, kept=2)
    return (once,) if twice is None or twice.text == once.text else (once, twice)


def _rewritten(view: View, text: str, *, kept: int) -> View | None:
    """`kept` is how many of a repeated letter stay."""
    parts: list[str] = []
    origin: list[tuple[int, int]] = []
    at = 0
    for start, end, letters in _replacements(text, kept):
        parts += [text[at:start], "".join(letter for letter, _ in letters)]
        origin += [*as_they_stand(at, start), *((place, place + 1) for _, place in letters)]
        at = end
    if not parts:
        return None
    parts.append(text[at:])
    origin += as_they_stand(at, len(text))
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
    return [(_LEET.get(text[at], text[at]), at) for at in range(start, end) if text[at].isalnum()]


def _without_marks(text: str, start: int, end: int) -> _Letters:
    kept: list[int] = []
    for found in _MARKS.finditer(text, start, end):
        kept += range(start, found.start())
        start = found.end()
    return [(_LEET.get(text[at], text[at]), at) for at in (*kept, *range(start, end))]


def _as_it_is(text: str, start: int, end: int) -> _Letters:
    return [(text[at], at) for at in range(start, end)]


def _halved(text: str, start: int, end: int) -> _Letters:
    return [(text[at], at if at == start else at + 1) for at in range(start, end, 2)]


def _squeezed(letters: _Letters, kept: int) -> _Letters:
    out: _Letters = []
    for _, group in groupby(letters, key=lambda pair: pair[0]):
        same = list(group)
        out += same[:kept] if len(same) > 2 else same
    return out


_READERS: dict[str, Callable[[str, int, int], _Letters]] = {
    "coded": _decoded,
    "spaced": _joined,
    "marked": _without_marks,
    "repeated": _as_it_is,
    "doubled": _halved,
}
