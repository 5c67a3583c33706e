"""A moderator's regular expression, made safe to run.

Three programs at most come out of one value. On ASCII text, re2 answers alone, in linear time, unless the pattern looks
around or back. Everything else passes a gate first: a looser re2 program that can only say "certainly not" (look-arounds,
word boundaries and back references left out). What passes the gate is confirmed by the `regex` module, which knows
Unicode's word boundaries and stops after `PATIENCE`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import regex

from plugins.moderation.rule import Method
from plugins.moderation.views import View

try:
    import re2
except ImportError:  # no wheel for 32-bit ARM and musl: `regex` with its time-out does all the work
    re2 = None

#: Seconds that one search may take in the `regex` module.
PATIENCE = 0.05
#: Characters of one expression; the longest seen in real files has 9,000.
LONGEST = 20_000
#: What one re2 program may use for its automaton, in bytes.
_MEMORY = 64 << 20

_ESCAPE = r"\\(?:x\{[0-9A-Fa-f]+\}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[pP]\{[^}]*\}|[pP]\w|g<[^>]*>|[0-7]{3}|\d\d?|.)"
_TOKEN = re.compile(
    rf"""(?P<comment>\(\?\#[^)]*\))
    | (?P<flags>\(\?[aiLmsux]+\))
    | (?P<look>\(\?<?[=!])
    | (?P<name>\(\?P?<[^>=!]+>)
    | (?P<back>\(\?P=\w+\))
    | (?P<special>\(\?(?![:aiLmsux-]))
    | (?P<open>\(\?[aiLmsux]*(?:-[imsx]+)?:|\()
    | (?P<close>\))
    | (?P<escape>{_ESCAPE})
    | (?P<set>\[\^?\]?(?:{_ESCAPE}|\[:\^?\w+:\]|[^\]\\])*\])
    | (?P<repeat>[*+?][+?]?|\{{\d*,?\d*\}}[+?]?)
    | (?P<char>.)""",
    re.VERBOSE | re.DOTALL,
)

#: The classes as Unicode has them; \W and its like cannot be written inside a set.
_UNICODE = {
    "w": r"\pL\pM\pN\p{Pc}\x{200c}\x{200d}",
    "d": r"\p{Nd}",
    "s": r"\s\x0b\x1c-\x1f\x{85}\pZ",
}
_ANY = r"(?s:.)"
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


class BadPattern(Exception):
    """An expression that cannot be compiled; the message says why."""


class Slow(Exception):
    """A search ran out of time: nobody knows whether the pattern matches."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokens(source: str) -> list[_Token]:
    return [_Token(found.lastgroup or "char", found.group()) for found in _TOKEN.finditer(source)]


def hoist(source: str) -> str:
    """`source` without comments, its inline flags in front: `a(?i)b` becomes `(?i:ab)`."""
    tokens = _tokens(source)
    flags = {flag for token in tokens if token.kind == "flags" for flag in token.text[2:-1]} & set("imsx")
    body = "".join(token.text for token in tokens if token.kind not in {"comment", "flags"})
    return f"(?{''.join(sorted(flags))}:{body})" if flags else body


def for_re2(source: str, *, ascii_only: bool) -> tuple[str, bool]:
    """`source` in re2's syntax, without groups that capture, and whether it means exactly the same.

    With `ascii_only` it is meant for ASCII texts. What re2 lacks is left out in such a way that the result can match
    more, never less. Raises BadPattern when there is no such way.
    """
    out: list[str] = []
    exact = True
    tokens = iter(_tokens(source))
    dropped = False  # the atom before was left out, and so must its repetition be
    for token in tokens:
        was_dropped, dropped = dropped, False
        match token.kind:
            case "look":
                _skip_group(tokens)
                exact, dropped = False, True
                out.append("(?:)")
            case "special":
                raise BadPattern(f"re2 has no {token.text}…")
            case "back":
                exact = False
                out.append(f"{_ANY}*")
                dropped = True
            case "name":
                out.append("(?:")
            case "open":
                out.append("(?:" if token.text == "(" else token.text)
            case "escape":
                text, same, gone = _escape(token.text, ascii_only=ascii_only)
                exact, dropped = exact and same, gone
                out.append(text)
            case "set":
                text, same = _set(token.text, ascii_only=ascii_only)
                exact = exact and same
                out.append(text)
            case "repeat" if was_dropped:
                pass
            case _:
                out.append(token.text)
    return "".join(out), exact


def _skip_group(tokens: Iterator[_Token]) -> None:
    depth = 1
    for token in tokens:
        if token.kind in {"look", "name", "open", "special"}:
            depth += 1
        elif token.kind == "close":
            depth -= 1
            if not depth:
                return


def _escape(text: str, *, ascii_only: bool) -> tuple[str, bool, bool]:
    """An escape outside a set for re2: its text, whether it means the same, whether it was left out."""
    letter = text[1]
    if letter in "bB" and not ascii_only:
        return "(?:)", False, True
    if letter == "g" or (letter.isdigit() and letter != "0" and len(text) < 4):
        return f"{_ANY}*", False, True
    if letter in "wds":
        return (text if ascii_only else f"[{_UNICODE[letter]}]"), True, False
    if letter in "WDS":
        return (text if ascii_only else f"[^{_UNICODE[letter.lower()]}]"), True, False
    return _plain_escape(text), True, False


def _plain_escape(text: str) -> str:
    letter = text[1]
    if letter in "uU":
        return rf"\x{{{text[2:]}}}"
    if letter == "Z":
        return r"\z"
    if letter == "0" and len(text) < 4:
        return r"\x00"
    return letter if not letter.isascii() else text


def _set(text: str, *, ascii_only: bool) -> tuple[str, bool]:
    """A set for re2, and whether it means the same."""
    parts = re.findall(rf"{_ESCAPE}|\[:\^?\w+:\]|.", text[1:-1], re.DOTALL)
    out: list[str] = []
    for part in parts:
        if part[0] != "\\" or len(part) < 2:
            out.append(r"\[" if part == "[" else part)
        elif part[1] in "WDS" and not ascii_only:
            return _ANY, False
        elif part[1] in "wds" and not ascii_only:
            out.append(_UNICODE[part[1]])
        elif part == r"\b":
            out.append(r"\x08")
        else:
            out.append(_plain_escape(part))
    return f"[{''.join(out)}]", True


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


class Pattern:
    """One compiled value. `gates` are its looser re2 sources for ASCII texts and for all others, or None."""

    def __init__(self, value: str, method: Method, *, case_sensitive: bool) -> None:
        """Raises BadPattern when the value is no regular expression."""
        if len(value) > LONGEST:
            raise BadPattern(f"it has {len(value):,} characters; {LONGEST:,} are the limit, so split it")
        source = hoist(value)
        before, after = _EDGE[method]
        flags = regex.V0 | regex.DOTALL | (0 if case_sensitive else regex.IGNORECASE)
        try:
            # Alone first: `a)|(b` must not borrow our parentheses.
            regex.compile(f"(){source}", flags)
            # The group counts as on Reddit, where a value's own groups begin at \2.
            self._confirm = regex.compile(f"{before}({source}){after}", flags)
        except regex.error as error:
            at = f" at character {max(error.pos - 1, 1)}" if error.pos is not None else ""
            raise BadPattern(f"{error.msg}{at}") from None
        except (OverflowError, RecursionError, KeyError, IndexError, TypeError) as error:
            # The `regex` module's own parser lets these out the `regex` module's own parser on some malformed input.
            raise BadPattern(str(error) or type(error).__name__) from None
        self.value = value
        self._exact: dict[bool, Any | None] = {}
        self.gates: dict[bool, str | None] = {}
        for ascii_only in (True, False):
            self._prepare(source, before, after, ascii_only=ascii_only, case_sensitive=case_sensitive)

    def _prepare(
        self, source: str, before: str, after: str, *, ascii_only: bool, case_sensitive: bool
    ) -> None:
        self._exact[ascii_only] = self.gates[ascii_only] = None
        try:
            loose, exact = for_re2(source, ascii_only=ascii_only)
        except BadPattern:
            return
        edges_known = ascii_only or not (before + after).strip("^$")
        gate = f"{before}(?:{loose}){after}" if edges_known else f"(?:{loose})"
        if re2_program(gate, case_sensitive=case_sensitive) is None:
            return
        self.gates[ascii_only] = gate
        if exact and edges_known:
            self._exact[ascii_only] = re2_program(f"{before}({loose}){after}", case_sensitive=case_sensitive)

    def search(self, view: View) -> tuple[int, int] | None:
        """Where the pattern is first found in `view`. Raises Slow."""
        program = self._exact[view.is_ascii]
        if program is not None:
            found = program.search(view.text)
        else:
            try:
                found = self._confirm.search(view.text, timeout=PATIENCE)
            except TimeoutError:
                raise Slow from None
        return None if found is None else found.span(1)


class PatternSet:
    """The expressions of one check behind one gate."""

    def __init__(self, patterns: Sequence[Pattern], *, case_sensitive: bool) -> None:
        self._patterns = tuple(patterns)
        self._gates = {
            ascii_only: union(self.gates(ascii_only=ascii_only), case_sensitive=case_sensitive)
            for ascii_only in (True, False)
        }

    def search(self, view: View) -> tuple[int, int] | None:
        """Where the first pattern (in the order of the file) that is found is found. Raises Slow."""
        gate = self._gates[view.is_ascii]
        if gate is not None and gate.search(view.text) is None:
            return None
        for pattern in self._patterns:
            found = pattern.search(view)
            if found:
                return found
        return None

    def gates(self, *, ascii_only: bool) -> list[str | None]:
        return [pattern.gates[ascii_only] for pattern in self._patterns]


def union(gates: Sequence[str | None], *, case_sensitive: bool) -> Any | None:
    """One re2 program that finds whatever any of the gates finds; None when a gate is missing or all is too large."""
    known = [gate for gate in gates if gate is not None]
    if len(known) < len(gates) or not known:
        return None
    return re2_program("|".join(f"(?:{gate})" for gate in known), case_sensitive=case_sensitive)


#: Texts without anything in common: a pattern that is found in all of them is found in everything.
_EVERYTHING = ("ok", "Hello there, how are you?", "31415 92653", "Добрый день!", "word " * 400)
_ENGLISH = ("Hello there, how are you?", "I like it very much", "Can somebody help me out with this")


def breadth(pattern: Pattern) -> str:
    """`everything`, `english` (almost every English sentence), or `` for an ordinary pattern."""

    def hits(texts: tuple[str, ...]) -> bool:
        try:
            return all(pattern.search(View("", text.rstrip())) for text in texts)
        except Slow:
            return False

    if hits(_EVERYTHING):
        return "everything"
    return "english" if hits(_ENGLISH) else ""
