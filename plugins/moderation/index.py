"""From the words of a text to the values that could be found in it.

Each value needs a part of a word (see `atoms`); the index finds, for every word of a text, the values whose part it
holds, and remembers that for the next text. So the cost of a message hardly depends on the number of values. The index
only ever leaves out what cannot be found.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Protocol

from plugins.moderation.atoms import DIGIT, Part, Parts, any_digit
from plugins.moderation.disguise import could_disguise
from plugins.moderation.facts import Field
from plugins.moderation.finders import Finder
from plugins.moderation.rule import Check

#: Words whose values are remembered; beyond that, the memory starts anew.
REMEMBERED = 60_000
#: Longer words are looked at each time anew: nobody types them twice.
_LONGEST_WORD = 64

Entry = tuple[int, int]


class Indexed(Protocol):
    """A check that stands in the index."""

    check: Check
    number: int
    finder: Finder
    guesses: bool


class WordIndex:
    """Values by their parts. An entry is a number for the check and one for the value.

    `fields` are those whose words are worth looking up; with `guesses`, words that are only guessed are, too.
    """

    def __init__(
        self, entries: Iterable[tuple[Entry, Parts]], fields: frozenset[Field], *, guesses: bool
    ) -> None:
        self.fields = fields
        self.guesses = guesses
        self._whole: defaultdict[str, list[Entry]] = defaultdict(list)
        self._grams: defaultdict[str, list[tuple[Part, Entry]]] = defaultdict(list)
        inside: list[tuple[Part, Entry]] = []
        for entry, parts in entries:
            for part in parts:
                if part.is_whole and not part.loose:
                    self._whole[part.text].append(entry)
                else:
                    inside.append((part, entry))
        uses: defaultdict[str, int] = defaultdict(int)
        for part, _ in inside:
            for gram in _grams_of(part.text):
                uses[gram] += 1
        for part, entry in inside:
            # Under the gram that the fewest parts share.
            self._grams[min(_grams_of(part.text), key=lambda gram: uses[gram])].append((part, entry))
        self._has_digits = any(DIGIT in gram for gram in self._grams)
        self._known: dict[str, tuple[Entry, ...]] = {}
        self._dull: set[str] = set()

    @classmethod
    def of(cls, checks: Iterable[Indexed]) -> WordIndex:
        checks = tuple(checks)
        entries = (
            ((one.number, value), parts)
            for one in checks
            for value, parts in enumerate(one.finder.parts)
            if parts is not None
        )
        fields = frozenset(field for one in checks for field in one.check.fields)
        if Field.OWN_BODY in fields:
            fields |= {Field.BODY}
        return cls(entries, fields, guesses=any(one.guesses for one in checks))

    def is_dull(self, words: list[str]) -> bool:
        """Whether all words are known to lead nowhere, not even when somebody disguised another word as one of them."""
        return self._dull.issuperset(words)

    def hits(self, words: list[str]) -> dict[int, list[int]]:
        """For each check some of whose values could be found: their numbers, in rising order."""
        found: set[Entry] = set()
        for word in set(words).difference(self._dull):
            entries = self._known.get(word)
            found.update(self._look_up(word) if entries is None else entries)
        hits: dict[int, list[int]] = {}
        for check, value in sorted(found):
            hits.setdefault(check, []).append(value)
        return hits

    def _look_up(self, word: str) -> tuple[Entry, ...]:
        found = list(self._whole.get(word, ()))
        for gram in _grams(word) & self._grams.keys():
            found += [entry for part, entry in self._grams[gram] if _holds(word, part)]
        if self._has_digits and any(map(str.isdecimal, word)):
            counted = any_digit(word)
            for gram in _grams(counted) & self._grams.keys():
                found += [entry for part, entry in self._grams[gram] if _holds(counted, part)]
        entries = tuple(dict.fromkeys(found))
        if len(word) <= _LONGEST_WORD:
            if len(self._dull) + len(self._known) >= REMEMBERED:
                self._dull.clear()
                self._known.clear()
            if entries:
                self._known[word] = entries
            elif not could_disguise(word):
                self._dull.add(word)
        return entries


def _grams(text: str) -> set[str]:
    """The pairs and triples of letters in a text."""
    pairs = {a + b for a, b in pairwise(text)}
    return pairs | {text[at : at + 3] for at in range(len(text) - 2)}


def _grams_of(part: str) -> set[str]:
    """What a part may be filed under."""
    return {part[at : at + 3] for at in range(len(part) - 2)} if len(part) > 2 else {part}


def _holds(word: str, part: Part) -> bool:
    """Whether the part is in the word, where nothing but a sign may follow at a closed side."""
    start = word.find(part.text)
    while start >= 0:
        end = start + len(part.text)
        left = not part.closed_left or start == 0 or _is_sign(word[start - 1])
        right = not part.closed_right or end == len(word) or _is_sign(word[end])
        if left and right:
            return True
        start = word.find(part.text, start + 1)
    return False


def _is_sign(char: str) -> bool:
    """A number sign such as ½ or ², of which engines do not agree whether it belongs to a word."""
    return unicodedata.category(char) == "No"
