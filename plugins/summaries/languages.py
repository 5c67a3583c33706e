"""What is known about single languages: their commonest words, and who takes their endings off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

#: Snowball's name for each language that it can stem.
_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "fa": "persian", "fi": "finnish", "fr": "french", "hi": "hindi",
    "hu": "hungarian", "id": "indonesian", "it": "italian", "nl": "dutch", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip


@cache
def stop_words() -> Mapping[str, frozenset[str]]:
    """The words that every sentence has, by language code (`stopwords.txt` beside this file)."""
    lines = Path(__file__).with_name("stopwords.txt").read_text("utf-8").splitlines()
    rows = (line.partition(":") for line in lines if not line.startswith("#"))
    return {code: frozenset(words.split()) for code, _, words in rows}


@cache
def manners() -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """By language code, the words that address somebody or speak of oneself, and those that describe (`manner.txt`)."""
    lines = Path(__file__).with_name("manner.txt").read_text("utf-8").splitlines()
    rows = (line.partition(":") for line in lines if not line.startswith("#"))
    parts = ((code, words.partition("|")) for code, _, words in rows)
    return {code: (frozenset(me.split()), frozenset(it.split())) for code, (me, _, it) in parts}


def stemmer(code: str | None) -> Callable[[str], str]:
    """A function that takes the ending off a word of that language; words stay as they are where none is known."""
    name = _SNOWBALL.get(code or "")
    if name is None:
        return str
    import snowballstemmer  # noqa: PLC0415 - only when there is something to stem: the command line starts at once

    stem: Callable[[str], str] = snowballstemmer.stemmer(name).stemWord
    return stem
