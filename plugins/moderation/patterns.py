"""A moderator's regular expression, made safe to run.

Three programs at most come out of one value. On ASCII text, re2 answers alone, in linear time, unless the pattern looks
around or back. Everything else passes a gate first: a looser re2 program that can only say "certainly not" (look-arounds,
word boundaries and back references left out). What passes the gate is confirmed by the `regex` module, which knows
Unicode's word boundaries and stops after `PATIENCE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from time import perf_counter
from typing import Any

import regex

from plugins.moderation.expressions import BadPattern, for_re2, hoist
from plugins.moderation.rule import Method
from plugins.moderation.views import View

try:
    import re2
except ImportError:  # no wheel for 32-bit ARM and musl: `regex` with its time-out does all the work
    re2 = None

#: Seconds that all searches over one message may take together in the `regex` module, beside the event loop.
PATIENCE = 0.1
#: The same where the event loop waits, which must not wait 50 ms; whatever takes longer is tried again beside it.
HASTE = 0.005
#: Characters of one expression; the longest seen in real files has 9,000.
LONGEST = 20_000
#: What one re2 program may use for its automaton, in bytes.
_MEMORY = 64 << 20

#: In front of and behind a value that is searched by word, as AutoModerator generates it.
_EDGE = {
    Method.WORD: (r"(?:^|\W|\b)", r"(?:$|\W|\b)"),
    Method.PART: ("", ""),
    Method.START: ("^", ""),
    Method.END: ("", "$"),
    Method.EXACT: ("^", "$"),
    Method.TEXT: (r"^\W*", r"\W*$"),
    Method.DOMAIN: (r"(?:^|\W|\b)", r"(?:$|\W|\b)"),
}


class Slow(Exception):
    """A search ran out of time: nobody knows whether the pattern matches.

    `own_fault` is False in haste, and where others had used up the time that one message may take.
    """

    def __init__(self, *, own_fault: bool = True) -> None:
        super().__init__()
        self.own_fault = own_fault


def re2_program(source: str, *, case_sensitive: bool) -> Any | None:
    """`source` compiled by re2; None where re2 cannot, or is not installed."""
    if re2 is None:
        return None
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = case_sensitive
    options.dot_nl = True
    options.max_mem = _MEMORY
    try:
        return re2.compile(source, options=options)
    except re2.error:
        return None


class Patience:
    """How much time expressions may still take over one message. In haste nobody is blamed for taking more."""

    def __init__(self, seconds: float = PATIENCE) -> None:
        self.left = seconds
        self._whole = seconds

    @property
    def blames(self) -> bool:
        """Whether hardly anything was spent yet, so that whoever runs out of time does so by its own fault."""
        return self._whole > HASTE and self.left > self._whole / 2


class Pattern:
    """One compiled value."""

    def __init__(self, value: str, method: Method, *, case_sensitive: bool) -> None:
        """Raises BadPattern when the value is no regular expression."""
        if len(value) > LONGEST:
            raise BadPattern(f"it has {len(value):,} characters; {LONGEST:,} are the limit, so split it")
        self.value = value
        self.source = hoist(value)
        self._before, self._after = _EDGE[method]
        self._case_sensitive = case_sensitive
        # Alone: `a)|(b` must not borrow our parentheses.
        self.groups: int = _compiled(f"()|{self.source}", case_sensitive=case_sensitive).groups
        # By whether the text is ASCII.
        self._exact: dict[bool, Any | None] = {}
        self._gate: dict[bool, Any | None] = {}
        self._prepare(ascii_only=True)

    @cached_property
    def confirm(self) -> Any:
        """In the `regex` module; its group 1 is what was found, and the value's own groups begin at 2, as on Reddit."""
        return _compiled(f"{self._before}({self.source}){self._after}", case_sensitive=self._case_sensitive)

    def _prepare(self, *, ascii_only: bool) -> None:
        self._exact[ascii_only] = self._gate[ascii_only] = None
        loose, exact = self._loose(ascii_only=ascii_only)
        if loose is None:
            return
        if exact and self._knows_edges(ascii_only):
            source = f"{self._before}({loose}){self._after}"
            self._exact[ascii_only] = re2_program(source, case_sensitive=self._case_sensitive)
        if self._exact[ascii_only] is None:
            gate = self.loose_source(ascii_only=ascii_only) or ""
            self._gate[ascii_only] = re2_program(gate, case_sensitive=self._case_sensitive)

    def _loose(self, *, ascii_only: bool) -> tuple[str | None, bool]:
        try:
            return for_re2(self.source, ascii_only=ascii_only)
        except BadPattern:
            return None, False

    def loose_source(self, *, ascii_only: bool) -> str | None:
        """A re2 source that finds at least as much, in ASCII texts or in all."""
        loose, _ = self._loose(ascii_only=ascii_only)
        if loose is None:
            return None
        return f"{self._before}(?:{loose}){self._after}" if self._knows_edges(ascii_only) else f"(?:{loose})"

    def _knows_edges(self, ascii_only: bool) -> bool:
        """Whether re2 knows the edges as they are meant: beyond ASCII it knows no words."""
        return ascii_only or not (self._before + self._after).strip("^$")

    def search(self, view: View, patience: Patience) -> tuple[int, int] | None:
        """Where the pattern is first found in `view`. Raises Slow."""
        ascii_only = view.is_ascii
        if ascii_only not in self._exact:
            self._prepare(ascii_only=ascii_only)
        program = self._exact[ascii_only]
        if program is not None:
            found = program.search(view.text)
        else:
            gate = self._gate[ascii_only]
            if gate is not None and gate.search(view.text) is None:
                return None
            found = self.groups_in(view, patience)
        return None if found is None else found.span(1)

    def groups_in(self, view: View, patience: Patience) -> Any | None:
        """The match in the `regex` module, with its groups. Raises Slow."""
        if patience.left <= 0:
            raise Slow(own_fault=False)
        begun = perf_counter()
        blames = patience.blames
        try:
            return self.confirm.search(view.text, timeout=patience.left)
        except TimeoutError:
            raise Slow(own_fault=blames) from None
        finally:
            patience.left -= perf_counter() - begun


def _compiled(source: str, *, case_sensitive: bool) -> Any:
    flags = regex.V0 | regex.DOTALL | (0 if case_sensitive else regex.IGNORECASE)
    try:
        return regex.compile(source, flags)
    except regex.error as error:
        at = f" at character {max(error.pos, 1)}" if error.pos is not None else ""
        raise BadPattern(f"{error.msg}{at}") from None
    except (OverflowError, RecursionError, KeyError, IndexError, TypeError) as error:
        # The module's own parser lets these out on some malformed input.
        raise BadPattern(str(error) or type(error).__name__) from None


def union(patterns: Sequence[Pattern], *, ascii_only: bool) -> Any | None:
    """One re2 program that finds whatever any of the patterns finds; None when there is no such."""
    sources = [pattern.loose_source(ascii_only=ascii_only) for pattern in patterns]
    if not sources or None in sources:
        return None
    return re2_program("|".join(f"(?:{source})" for source in sources), case_sensitive=False)


#: Texts without anything in common: a pattern that is found in all of them is found in everything.
_EVERYTHING = ("", "ok", "Hello there, how are you?", "31415 92653", "Добрый день!", "word " * 399 + "word")
_ENGLISH = ("Hello there, how are you?", "I like it very much", "Can somebody help me out with this")


#: What people say every day: whatever is found here is found in too many texts to be left out by a gate.
_EVERYDAY = (
    *_ENGLISH,
    "yes",
    "a 12",
    "(see https://example.org/wiki/x-1_2?a=b): it's 5 or 6% of $30, isn't it?",
)


def is_common(pattern: Pattern) -> bool:
    """Whether what re2 can see of a pattern is found in everyday sentences, or nothing can be seen of it."""
    program = union([pattern], ascii_only=True)
    return program is None or any(program.search(text) is not None for text in _EVERYDAY)


def breadth(pattern: Pattern) -> str:
    """`everything`, `english` (almost every English sentence), or `` for an ordinary pattern."""

    def hits(texts: tuple[str, ...]) -> bool:
        try:
            return all(pattern.search(View("", text), Patience()) is not None for text in texts)
        except Slow:
            return False

    if hits(_EVERYTHING):
        return "everything"
    return "english" if hits(_ENGLISH) else ""
