"""Searches one check's values in one view of a text; everything is prepared when the rule is loaded.

Which values are worth searching is known before (see `index`), so each finder is asked for some of its values only and
gives what stands first in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from plugins.moderation.atoms import Parts, of_expression, of_literal
from plugins.moderation.patterns import Patience, Pattern
from plugins.moderation.rule import Check, Method
from plugins.moderation.views import View, is_word, lower, unmask, word_tokens

#: Where something was found: from, to, and the number of the value.
Place = tuple[int, int, int]


class Finder(Protocol):
    """`parts` are, for each value by its number, what a text must hold for it to be found (None: nothing is known)."""

    @property
    def parts(self) -> tuple[Parts | None, ...]: ...

    def find(self, view: View, values: Iterable[int], patience: Patience) -> Place | None:
        """The first place in `view` where one of these values is found. May raise `patterns.Slow`."""
        ...


def finder(check: Check) -> Finder:
    """The finder for a check. Raises BadPattern when a regular expression is none."""
    if check.regex:
        return Expressions(check)
    if check.method is Method.DOMAIN:
        return Hosts(check.values)
    return Literals(check)


def spellings(value: str) -> tuple[str, ...]:
    """A value without case, and as it reads without disguise."""
    return tuple(dict.fromkeys((lower(value), lower(unmask(value)))))


class Expressions:
    """Values that are regular expressions."""

    def __init__(self, check: Check) -> None:
        self.patterns = tuple(
            Pattern(v, check.method, case_sensitive=check.case_sensitive) for v in check.values
        )
        words = check.method in _WHOLE
        self.parts = tuple(of_expression(pattern.source, words=words) for pattern in self.patterns)

    def find(self, view: View, values: Iterable[int], patience: Patience) -> Place | None:
        best: Place | None = None
        for number in values:
            found = self.patterns[number].search(view, patience)
            if found and (best is None or (found[0], number) < (best[0], best[2])):
                best = (*found, number)
        return best


#: The methods whose values begin and end where words do.
_WHOLE = frozenset({Method.WORD, Method.EXACT, Method.TEXT})


class Literals:
    """Values word for word."""

    def __init__(self, check: Check) -> None:
        self._cased = check.values if check.case_sensitive else None
        self._spelled = tuple(spellings(value) for value in check.values)
        self._method = check.method
        self._fits = _PLACED[check.method]
        whole = check.method in _WHOLE
        self.parts = tuple(_parts(texts, words=whole) for texts in self._spelled)

    def find(self, view: View, values: Iterable[int], patience: Patience) -> Place | None:
        del patience  # no literal takes long
        best: Place | None = None
        for number in values:
            if self._cased is not None:
                # Folded views lose the case, and what is compared by case is compared as it was written.
                found = self._first(view.text, self._cased[number])
            else:
                found = min(
                    (place for text in self._spelled[number] if (place := self._first(view.lower, text))),
                    default=None,
                )
            if found and (best is None or found[0] < best[0]):
                best = (*found, number)
        return best

    def _first(self, text: str, value: str) -> tuple[int, int] | None:
        if not value:
            return (0, 0) if _holds_nothing(text, self._method) else None
        start = text.find(value)
        while start >= 0:
            end = start + len(value)
            if self._fits(text, start, end):
                return start, end
            start = text.find(value, start + 1)
        return None


def _parts(texts: tuple[str, ...], *, words: bool) -> Parts | None:
    """What must be there for any spelling of a value."""
    together: Parts = frozenset()
    for text in texts:
        found = of_literal(text, words=words)
        if found is None:
            return None
        together |= found
    return together


def _holds_nothing(text: str, method: Method) -> bool:
    """Whether an empty value is found: in everything, unless it must be all that there is."""
    if method is Method.EXACT:
        return not text
    return method is not Method.TEXT or not word_tokens(text)


def bounded(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` cuts no word at either side."""
    left = start == 0 or not (is_word(text[start]) and is_word(text[start - 1]))
    right = end == len(text) or not (is_word(text[end - 1]) and is_word(text[end]))
    return left and right


#: Whether an occurrence at a place in a text satisfies a method.
_PLACED: dict[Method, Callable[[str, int, int], bool]] = {
    Method.WORD: bounded,
    Method.PART: lambda _text, _start, _end: True,
    Method.START: lambda _text, start, _end: start == 0,
    Method.END: lambda text, _start, end: end == len(text),
    Method.EXACT: lambda text, start, end: start == 0 and end == len(text),
    Method.TEXT: lambda text, start, end: not word_tokens(text[:start]) and not word_tokens(text[end:]),
}


class Hosts:
    """Domains: the host itself or one below it. `imgur.com` is not `imgur.com.evil.net`."""

    def __init__(self, values: Iterable[str]) -> None:
        self._hosts = tuple(host_of(value) for value in values)
        self.parts = tuple(of_literal(host, words=True) for host in self._hosts)

    def find(self, view: View, values: Iterable[int], patience: Patience) -> Place | None:
        del patience
        text = view.lower
        for number in values:
            wanted = self._hosts[number]
            if wanted and (text == wanted or text.endswith("." + wanted)):
                return len(text) - len(wanted), len(text), number
        return None


def host_of(value: str) -> str:
    """A domain as a rule writes it: `*.imgur.com` and `.imgur.com` mean the same as `imgur.com`."""
    return lower(unmask(value)).strip().removeprefix("*").strip(".")
