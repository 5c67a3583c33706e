"""Regular expressions as text: taken apart, put into another order, and said in re2's language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

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


class BadPattern(Exception):
    """An expression that cannot be compiled; the message says why."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str


def token_list(source: str) -> list[Token]:
    """An expression, taken apart: groups, escapes, sets, repetitions, single characters."""
    return [Token(found.lastgroup or "char", found.group()) for found in _TOKEN.finditer(source)]


def hoist(source: str) -> str:
    """`source` without comments, its inline flags in front: `a(?i)b` becomes `(?i:ab)`."""
    tokens = token_list(source)
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
    tokens = iter(token_list(source))
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


def _skip_group(tokens: Iterator[Token]) -> None:
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


def closes_early(source: str) -> bool:
    """Whether brackets end before the expression does, and leave an alternative outside of all of them."""
    depth = 0
    for token in token_list(source):
        if token.kind in {"look", "name", "open", "special"}:
            depth += 1
        elif token.kind == "close":
            depth -= 1
        elif depth <= 0 and token.text == "|":
            return True
    return depth != 0
