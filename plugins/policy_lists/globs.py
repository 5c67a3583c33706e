"""Globs as policy lists use them: `*` is any text, `?` is any one character, small letters and capitals are the same.

A match takes one step for each character of the text, whatever the pattern: the places in the pattern that may have been
reached are the bits of one number. (Source: Baeza-Yates and Gonnet, "A new approach to text searching", 1992.)
"""

from __future__ import annotations

import re

_WILD = re.compile(r"[*?]")


class Glob:
    """One pattern, ready to be held against many texts."""

    def __init__(self, pattern: str) -> None:
        lower = pattern.lower()
        # Almost every text is told apart by what stands between the wildcards, before the first and after the last one.
        pieces = _WILD.split(lower)
        self._head, self._tail, self._core = pieces[0], pieces[-1], max(pieces, key=len)
        self._masks: dict[str, int] = {}
        self._any = 0  # the places of `?`
        self._stay = 0  # the places at which a `*` takes in any further character
        self._end = 1
        for sign in lower:
            if sign == "*":
                self._stay |= self._end
                continue
            if sign == "?":
                self._any |= self._end
            else:
                self._masks[sign] = self._masks.get(sign, 0) | self._end
            self._end <<= 1

    def matches(self, text: str) -> bool:
        """Whether the whole of `text` is of that form."""
        lower = text.lower()
        if not (lower.startswith(self._head) and lower.endswith(self._tail) and self._core in lower):
            return False
        reached = 1
        for sign in lower:
            step = reached & (self._masks.get(sign, 0) | self._any)
            reached = step << 1 | reached & self._stay
            if not reached:
                return False
        return bool(reached & self._end)
