"""One argument from words: a value of the parameter's type, or a sentence about what was expected."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot import duration
from bot.commands.signature import Kind, Parameter

#: What a database holds; more is a slip of the finger.
_LARGEST = 2**63 - 1

#: So that adding it to the present always gives a date.
_LONGEST = timedelta(days=36525)

_SWITCH = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}

#: A word in quotation marks (straight, curly, low, angled), a Markdown link, or anything up to the next white space.
_WORD = re.compile(
    r"""["“”„«](?P<quoted>[^"“”„«»]*)["“”»](?!\S) | \[[^\[\]\n]*\]\([^()\s]*\)(?!\S) | \S+""", re.VERBOSE
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a command, without its quotation marks; `start` is where it begins in what was typed."""

    text: str
    start: int
    quoted: bool


def split(text: str) -> list[Word]:
    """The words of `text`; a quotation mark without its partner is an ordinary character."""
    return [
        Word(found["quoted"], found.start(), True)
        if found["quoted"] is not None
        else Word(found[0], found.start(), False)
        for found in _WORD.finditer(text)
    ]


def read(parameter: Parameter, words: Sequence[Word]) -> tuple[object, int]:
    """The parameter's value from the first of `words` (at least one), and how many of them it took.

    Raises ValueError with a sentence for the person who typed them. `PERSON` and `REST` are not read here.
    """
    if parameter.kind is Kind.SPAN:
        return _span(words)
    if parameter.kind is Kind.CHOICE:
        return _choice(parameter, words[0].text), 1
    return _READERS[parameter.kind](words[0].text), 1


def attempted(parameter: Parameter, word: Word) -> bool:
    """Whether a word that could not be read was still meant for this parameter: a slip, not the next argument."""
    if word.quoted:
        return False
    if parameter.kind is Kind.CHOICE:
        choices = [str(choice).lower() for choice in parameter.choices]
        return bool(difflib.get_close_matches(word.text.lower(), choices, n=1))
    return parameter.kind in _NUMERIC and re.match(r"[#+-]?\d", word.text) is not None


_NUMERIC = frozenset({Kind.INTEGER, Kind.CASE, Kind.NUMBER, Kind.SPAN, Kind.DAY})


def _span(words: Sequence[Word]) -> tuple[timedelta, int]:
    """`1h 30m` may be one word or several: as many as read as one duration."""
    for count in range(min(len(words), 8), 0, -1):
        text = " ".join(word.text for word in words[:count])
        try:
            span = duration.parse(text)
        except ValueError:
            continue
        if not timedelta() < span <= _LONGEST:
            raise ValueError(
                f"something between a second and a hundred years was expected, not “{_clipped(text)}”"
            )
        return span, count
    raise ValueError(f"a duration such as 10m, 2h, 3d or 1w was expected, not “{_clipped(words[0].text)}”")


def _integer(text: str) -> int:
    """A whole number; `#12` is one too, since that is how cases are shown."""
    if not re.fullmatch(r"#?\d+|[+-]\d+", text):
        raise ValueError(f"a whole number was expected, not “{_clipped(text)}”")
    # The length first: Python refuses to convert thousands of digits with an error of its own.
    if len(text) > 20 or abs(number := int(text.removeprefix("#"))) > _LARGEST:
        raise ValueError(f"“{_clipped(text)}” is too large a number")
    return number


def _number(text: str) -> float:
    number = float(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else math.nan
    if not math.isfinite(number):
        raise ValueError(f"a number such as 3 or 0.5 was expected, not “{_clipped(text)}”")
    return number


def _switch(text: str) -> bool:
    try:
        return _SWITCH[text.lower()]
    except KeyError:
        raise ValueError(f"“yes” or “no” was expected, not “{_clipped(text)}”") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"a date such as 2026-11-23 was expected, not “{_clipped(text)}”") from None


def _choice(parameter: Parameter, text: str) -> str | int:
    for choice in parameter.choices:
        if str(choice).lower() == text.lower():
            return choice
    allowed = " or ".join(f"“{choice}”" for choice in parameter.choices)
    raise ValueError(f"{allowed} was expected, not “{_clipped(text)}”")


def _clipped(text: str) -> str:
    """Short enough to be repeated in an answer."""
    return text if len(text) <= 40 else text[:39] + "…"


_READERS: Mapping[Kind, Callable[[str], object]] = {
    Kind.TEXT: str,
    Kind.INTEGER: _integer,
    Kind.CASE: _integer,
    Kind.NUMBER: _number,
    Kind.SWITCH: _switch,
    Kind.DAY: _day,
}
