"""What a text must hold for a value to be found in it: a part of a word, so that an index can leave out the rest.

From a regular expression the parts are derived as Russ Cox describes for trigram search: literals are multiplied out
while they are few, of a sequence the best part is kept, alternatives are united. Whatever is not understood asks for
nothing, which is always right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product

from plugins.moderation.expressions import Token, token_list
from plugins.moderation.views import is_word, lower, word_tokens

#: Shorter parts are in nearly every text.
SHORTEST = 2
#: Stands for any decimal digit: a zero of the N'Ko script, which counts as one itself.
DIGIT = "\u07c0"
#: Strings that are multiplied out, and parts that one value may ask for.
MOST_STRINGS = 24
MOST_PARTS = 96
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a word, without case. At a closed side the word ends there; a loose one may go on with a sign."""

    text: str
    closed_left: bool = False
    closed_right: bool = False
    loose: bool = True

    @property
    def is_whole(self) -> bool:
        return self.closed_left and self.closed_right


Parts = frozenset[Part]

#: The words that English is made of.
_FILLERS = (
    "about after all also and any are because been but can could did does for from get going had has have her here him his "
    "how into is it its just know like make many more much need not now off one only other our out over people really see "
    "she should some than that the their them then there these they think this time two was way want were what when which "
    "who why will with would you your"
)
_EVERYWHERE = frozenset(_FILLERS.split())


def of_literal(value: str, *, words: bool) -> Parts | None:
    """The longest word of a value; None where it has none. With `words`, the value is searched by whole words."""
    found = _of_string(lower(value), left=words, right=words)
    return found and frozenset(replace(part, loose=False) for part in found)


def of_expression(source: str, *, words: bool) -> Parts | None:
    """Parts of which one must be there for the expression to be found; None where nothing must."""
    reader = _Reader(token_list(source))
    try:
        found = reader.alternatives()
    except (_Unknown, RecursionError):
        return None
    if reader.at < len(reader.tokens):
        return None
    parts = found.parts(left=words, right=words)
    return None if parts is None or any(map(_is_weak, parts)) else parts


def _is_weak(part: Part) -> bool:
    """Whether it stands in too many texts to be of use: two letters anywhere."""
    return len(part.text) < 3 and not part.is_whole and DIGIT not in part.text


def _of_string(text: str, *, left: bool, right: bool) -> Parts | None:
    best: Part | None = None
    for word, start in word_tokens(text):
        if DIGIT in word:
            word = any_digit(word)  # noqa: PLW2901 - digits that are known do not help beside such that are not
        part = Part(word, left or start > 0, right or start + len(word) < len(text))
        if len(word) >= SHORTEST and (best is None or _worth(part) > _worth(best)):
            best = part
    return frozenset({best}) if best else None


def any_digit(text: str) -> str:
    """`text` with every digit in it for any other."""
    return "".join(DIGIT if char.isdecimal() else char for char in text)


def _worth(part: Part) -> tuple[int, bool, bool]:
    """Longer parts are rarer, and so are whole words; words of every sentence help as little as two letters."""
    if len(part.text) <= SHORTEST or part.text in _EVERYWHERE:
        return SHORTEST, part.closed_left, part.closed_right
    return min(len(part.text), 8) + (2 if part.is_whole else 0), part.closed_left, part.closed_right


class _Unknown(Exception):
    """Something that this module does not understand."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a piece of an expression may be (a few strings, without case); what must stand in the text; both None: anything.

    `ends` are strings with which it begins and ends, where it may be longer than `strings` could say.
    """

    strings: frozenset[str] | None = None
    needs: Parts | None = None
    ends: frozenset[str] | None = None

    def parts(self, *, left: bool = False, right: bool = False) -> Parts | None:
        if self.strings is None:
            return self.needs
        return _better(self.needs, _united(_of_string(text, left=left, right=right) for text in self.strings))


_ANYTHING = _Known()
_EMPTY = _Known(frozenset({""}))
#: Where a word ends: no letter can stand on one of its sides, which is all that a blank says here, too.
_EDGE = _Known(frozenset({" "}))


def _united(found: Iterable[Parts | None]) -> Parts | None:
    together: set[Part] = set()
    for parts in found:
        if parts is None:
            return None
        together |= parts
    return frozenset(together) if 0 < len(together) <= MOST_PARTS else None


def _better(one: Parts | None, other: Parts | None) -> Parts | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda parts: (min(map(_worth, parts)), -len(parts)))


class _Reader:
    """Reads the tokens of an expression."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def alternatives(self) -> _Known:
        """Up to the closing bracket, or to the end."""
        branches = [self._sequence()]
        while self._is("|"):
            self.at += 1
            branches.append(self._sequence())
        if len(branches) == 1:
            return branches[0]
        strings: set[str] = set()
        for branch in branches:
            if branch.strings is None or len(strings := strings | branch.strings) > MOST_STRINGS:
                return _Known(None, _united(branch.parts() for branch in branches))
        return _Known(frozenset(strings))

    def _is(self, text: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at].text == text

    def _sequence(self) -> _Known:
        strings, needs, is_all = frozenset({""}), None, True
        while self.at < len(self.tokens) and not (self._is("|") or self._is(")")):
            item = self._repeated(self._item())
            longer = _joined(strings, item.strings) if item.strings is not None else None
            if longer is not None:
                strings, needs = longer, _better(needs, item.needs)
                continue
            # Here the run of known strings ends: what came before it and what comes after it are sought apart.
            run = _joined(strings, item.ends) if item.ends else None
            needs = _better(needs, _better(_Known(run or strings).parts(), item.parts()))
            strings, is_all = item.ends or frozenset({""}), False
        if is_all:
            return _Known(strings, needs)
        return _Known(None, _better(needs, _Known(strings).parts()))

    def _item(self) -> _Known:
        token = self.tokens[self.at]
        self.at += 1
        match token.kind:
            case "open" if "x" in token.text[2:].partition("-")[0]:
                raise _Unknown  # white space and remarks inside
            case "open" | "name":
                return self._group()
            case "look":
                # It takes no place; what it asks for stands somewhere.
                inside = self._group()
                return _Known(_EMPTY.strings, inside.parts() if token.text.endswith("=") else None)
            case "special" | "flags" | "back":
                raise _Unknown
            case "escape":
                return _escape(token.text)
            case "set":
                return _set(token.text)
            case "char" if token.text in "^$":
                return _EDGE
            case "char" if token.text == ".":
                return _ANYTHING
            case "char":
                return _Known(frozenset({lower(token.text)}))
            case _:
                raise _Unknown

    def _group(self) -> _Known:
        inner = self.alternatives()
        if not self._is(")"):
            raise _Unknown
        self.at += 1
        return inner

    def _repeated(self, item: _Known) -> _Known:
        if self.at >= len(self.tokens) or self.tokens[self.at].kind != "repeat":
            return item
        text = self.tokens[self.at].text
        self.at += 1
        least, most = _times(text)
        if item.strings is None:
            return _Known(None, item.needs) if least else _ANYTHING
        if (least, most) == (0, 1):
            return _Known(item.strings | {""})
        strings = frozenset({""})
        for _ in range(min(least, _LONGEST)):
            longer = _joined(strings, item.strings)
            if longer is None:
                break
            strings = longer
        else:
            if most is not None and least == most <= _LONGEST:
                return _Known(strings)
        return _Known(None, _Known(strings).parts(), strings) if least else _ANYTHING


def _times(text: str) -> tuple[int, int | None]:
    """How often at least and at most an item is repeated; None: for ever."""
    if text[0] in "*+?":
        return int(text[0] == "+"), 1 if text[0] == "?" else None
    low, comma, high = text[1:].partition("}")[0].partition(",")
    least = int(low) if low.isdecimal() else 0
    return least, (int(high) if high.isdecimal() else None) if comma else least


def _joined(before: frozenset[str], after: frozenset[str]) -> frozenset[str] | None:
    if len(before) * len(after) > MOST_STRINGS:
        return None
    longer = frozenset(a + b for a, b in product(before, after))
    return longer if max(map(len, longer)) <= _LONGEST else None


def _escape(text: str) -> _Known:
    letter = text[1]
    if letter in "bAZz":
        return _EDGE
    if letter == "B":
        return _EMPTY
    if letter == "d":
        return _Known(frozenset({DIGIT}))
    if letter in "nrtfv":
        return _Known(frozenset({"\n"}))  # no letter of a word: which one does not matter
    if letter.isalnum():
        # \w, \x41, \1, \p{L} and their like
        return _ANYTHING
    return _Known(frozenset({lower(letter)}))


def _set(text: str) -> _Known:
    """The letters of a small plain set."""
    inner = text[1:-1]
    if inner in {"0-9", r"\d", "0123456789"}:
        return _Known(frozenset({DIGIT}))
    if not inner or inner[0] == "^" or "[" in inner or len(inner) > 2 * MOST_STRINGS:
        return _ANYTHING
    letters: set[str] = set()
    at = 0
    while at < len(inner):
        char = inner[at]
        if char == "\\":
            if inner[at + 1].isalnum():
                return _ANYTHING
            at += 1
            char = inner[at]
        elif at + 2 < len(inner) and inner[at + 1] == "-":
            first, last = ord(char), ord(inner[at + 2])
            if inner[at + 2] == "\\" or last - first >= MOST_STRINGS:
                return _ANYTHING
            letters |= {lower(chr(code)) for code in range(first, last + 1)}
            at += 3
            continue
        letters.add(lower(char))
        at += 1
    # A sign is as good as any other: only letters and digits stand in words.
    plain = {letter if is_word(letter) else " " for letter in letters}
    return _Known(frozenset(plain)) if len(plain) <= MOST_STRINGS else _ANYTHING
