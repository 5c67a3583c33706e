"""Searches one check's values in one view of a text; everything is prepared when the rule is loaded.

Words and phrases are found through a dictionary from a word to the values that hold it, so that ten thousand values cost
no more than ten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from plugins.moderation.patterns import Pattern, PatternSet, re2_program
from plugins.moderation.rule import Check, Method
from plugins.moderation.views import View, is_word, lower, unmask, word_tokens

Span = tuple[int, int]


class Finder(Protocol):
    def find(self, view: View) -> Span | None:
        """Where in `view` a value is found first. May raise `patterns.Slow`."""
        ...


def finder(check: Check) -> Finder:
    """The finder for a check. Raises `patterns.BadPattern` when a regular expression is none."""
    if check.regex:
        patterns = [Pattern(v, check.method, case_sensitive=check.case_sensitive) for v in check.values]
        return PatternFinder(patterns, case_sensitive=check.case_sensitive)
    values = spellings(check)
    match check.method:
        case Method.WORD:
            inner: Finder = Words(values)
        case Method.PART:
            inner = Parts(values)
        case Method.DOMAIN:
            return Hosts(values)
        case method:
            inner = Ends(values, method)
    return Cased(inner, check.values, check.method) if check.case_sensitive else inner


def spellings(check: Check) -> tuple[str, ...]:
    """The values without case, and as they read without disguise."""
    return tuple(
        dict.fromkeys(form for v in check.values for form in (lower(v), lower(unmask(v))) if form.strip())
    )


class PatternFinder:
    def __init__(self, patterns: Sequence[Pattern], *, case_sensitive: bool) -> None:
        self.patterns = PatternSet(patterns, case_sensitive=case_sensitive)

    def find(self, view: View) -> Span | None:
        return self.patterns.search(view)


class Words:
    """Values as whole words. A side of a value that is no letter or digit needs no boundary, as on Reddit."""

    def __init__(self, values: Iterable[str]) -> None:
        self._by_word: dict[str, list[tuple[str, int]]] = {}
        bare: list[str] = []
        for value in values:
            tokens = word_tokens(value)
            if tokens:
                # The longest word is the rarest guess that needs no statistics.
                token, start = max(tokens, key=lambda pair: len(pair[0]))
                self._by_word.setdefault(token, []).append((value, start))
            else:
                bare.append(value)
        self.keys = frozenset(self._by_word)
        self.bare = Parts(bare) if bare else None

    def find(self, view: View) -> Span | None:
        found = self._phrase(view) if not self.keys.isdisjoint(view.words) else None
        return found or (self.bare.find(view) if self.bare else None)

    def _phrase(self, view: View) -> Span | None:
        text = view.lower
        for token, at in view.tokens():
            for value, lead in self._by_word.get(token, ()):
                start = at - lead
                if start >= 0 and text.startswith(value, start) and bounded(text, start, start + len(value)):
                    return start, start + len(value)
        return None


def bounded(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` cuts no word at either side."""
    left = start == 0 or not (is_word(text[start]) and is_word(text[start - 1]))
    right = end == len(text) or not (is_word(text[end - 1]) and is_word(text[end]))
    return left and right


class Parts:
    """Values anywhere, inside words, too."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = tuple(values)
        # Few values: looking for each is fastest. Many: one automaton for all.
        many = len(self._values) > 8
        self._all = re2_program(any_of(self._values), case_sensitive=True) if many else None

    def find(self, view: View) -> Span | None:
        text = view.lower
        if self._all is not None:
            found = self._all.search(text)
            return found.span() if found else None
        return next(((at, at + len(v)) for v in self._values if (at := text.find(v)) >= 0), None)


class Ends:
    """Values that a text begins or ends with, or is."""

    def __init__(self, values: Iterable[str], method: Method) -> None:
        self._values = tuple(values)
        self._method = method
        self._set = frozenset(self._values)
        self._cores = {core(value): value for value in self._values}

    def find(self, view: View) -> Span | None:
        text = view.lower
        match self._method:
            case Method.START:
                hit = next((v for v in self._values if text.startswith(v)), None)
                return (0, len(hit)) if hit else None
            case Method.END:
                hit = next((v for v in self._values if text.endswith(v)), None)
                return (len(text) - len(hit), len(text)) if hit else None
            case Method.EXACT:
                return (0, len(text)) if text in self._set else None
            case _:
                hit = self._cores.get(core(text))
                at = text.find(hit) if hit is not None else -1
                return (at, at + len(hit or "")) if at >= 0 else None


def core(text: str) -> str:
    """`text` from its first letter or digit to its last."""
    tokens = word_tokens(text)
    return text[tokens[0][1] : tokens[-1][1] + len(tokens[-1][0])] if tokens else ""


class Hosts:
    """Domains: the host itself or one below it. `imgur.com` is not `imgur.com.evil.net`."""

    def __init__(self, values: Iterable[str]) -> None:
        self.domains = frozenset(value.strip().strip(".").removeprefix("*.") for value in values)

    def find(self, view: View) -> Span | None:
        text = view.lower
        return next(((len(text) - len(s), len(text)) for s in suffixes(text) if s in self.domains), None)


def suffixes(name: str) -> list[str]:
    """`a.b.c` → `a.b.c`, `b.c`, `c`."""
    parts = name.rstrip(".").split(".")
    return [".".join(parts[i:]) for i in range(len(parts))]


class Cased:
    """Only what is written in exactly this case, among what `inner` would find."""

    def __init__(self, inner: Finder, values: Sequence[str], method: Method) -> None:
        self.inner = inner
        self._values = tuple(values)
        self._fits = _PLACED[method]

    def find(self, view: View) -> Span | None:
        if self.inner.find(view) is None:
            return None
        for value in self._values:
            start = view.text.find(value)
            while start >= 0:
                end = start + len(value)
                if self._fits(view.text, start, end):
                    return start, end
                start = view.text.find(value, start + 1)
        return None


#: Whether an occurrence at a place in a text satisfies a method.
_PLACED: dict[Method, Callable[[str, int, int], bool]] = {
    Method.WORD: bounded,
    Method.PART: lambda _text, _start, _end: True,
    Method.START: lambda _text, start, _end: start == 0,
    Method.END: lambda text, _start, end: end == len(text),
    Method.EXACT: lambda text, start, end: start == 0 and end == len(text),
    Method.TEXT: lambda text, start, end: not word_tokens(text[:start]) and not word_tokens(text[end:]),
}


def any_of(values: Iterable[str]) -> str:
    """A regular expression in re2's syntax for any of the values, word for word."""
    return "|".join(re2_quote(value) for value in values)


def re2_quote(text: str) -> str:
    return "".join(c if c.isalnum() or c in " _" or not c.isascii() else f"\\x{{{ord(c):x}}}" for c in text)
