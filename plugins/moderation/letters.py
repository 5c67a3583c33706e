"""Which characters make up words, which show as nothing: as Python's `re` finds them, many times as fast as by property.

Built once, when the first rules are loaded, from the categories of Unicode that Python knows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

#: What Unicode does not call a format character and shows as nothing all the same.
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
)
#: Beyond, marks come in blocks of old scripts and of music, which are taken as a whole: many small ranges are slow.
_PLANE = range(0x80, 0x10000)
_OLD_MARKS = "\U00010a01-\U00010aff\U00010d00-\U00011fff\U00016af0-\U00016fff\U0001d165-\U0001d1ff\U0001e000-\U0001e94f"
_OLD_INVISIBLE = "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e01ff"

ASCII_WORD = re.compile(r"\w+", re.ASCII)


def _ranges(chars: Iterable[str]) -> str:
    """A set of characters, as the inside of a character class."""
    parts: list[list[int]] = []
    for code in sorted(map(ord, chars)):
        if parts and parts[-1][1] == code - 1:
            parts[-1][1] = code
        else:
            parts.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in parts)


@cache
def _special() -> tuple[str, str]:
    """Marks, and invisible characters."""
    marks: list[str] = []
    invisible = set(_BLANK)
    for char in map(chr, _PLANE):
        category = unicodedata.category(char)
        if category[0] == "M":
            marks.append(char)
        elif category == "Cf":
            invisible.add(char)
    return _ranges(marks) + _OLD_MARKS, _ranges(invisible) + _OLD_INVISIBLE


@cache
def word() -> re.Pattern[str]:
    """Letters and their marks, digits, the low line: as often as they follow each other."""
    return re.compile(rf"[\w{_special()[0]}]+")


@cache
def invisible() -> re.Pattern[str]:
    """A character that shows as nothing: it only serves to split words."""
    return re.compile(f"[{_special()[1]}]")


@cache
def cluster() -> re.Pattern[str]:
    """A character with the marks on it and what shows as nothing behind it, and any character beyond ASCII."""
    marks, invisible = _special()
    return re.compile(rf".[{marks}{invisible}]+|[^\x00-\x7f]", re.DOTALL)


@cache
def mark() -> re.Pattern[str]:
    """A character that stands above, below or in another one."""
    return re.compile(f"[{_special()[0]}]")


@cache
def run() -> re.Pattern[str]:
    """The same, and letters in boxes and flags."""
    return re.compile(rf"[\w{_BOXES}{_special()[0]}]+")


def stands_in_words(text: str) -> bool:
    """Whether any of these characters beyond ASCII belongs to words."""
    return STRANGE.search(text) is not None or mark().search(text) is not None


def is_odd(text: str) -> bool:
    """Whether any of these characters beyond ASCII may stand for a Latin letter: letters, marks, letters in boxes."""
    return stands_in_words(text) or BOXED.search(text) is not None


#: Letters in circles, boxes and flags.
_BOXES = "\U0001f110-\U0001f1ff"
#: A letter or digit beyond ASCII, and one in a box.
STRANGE = re.compile(r"[^\W\x00-\x7f]")
BOXED = re.compile(f"[{_BOXES}]")
