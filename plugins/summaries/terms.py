"""Words as a counter sees them: small letters, without endings, without the words that every sentence has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from itertools import repeat

from plugins.summaries.languages import manners, stemmer, stop_words
from plugins.summaries.steps import Steps

#: A run of a script that does not part its words (or, Korean, glues endings to them), or a word.
_TOKEN = re.compile(
    r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\uac00-\ud7af]+)"
    r"|[^\W_][\w\u0900-\u0dff\u0591-\u05c7\u064b-\u065f]*(?:'[^\W_]+)*"
)
_ASCII_WORD = re.compile(r"[a-z0-9]+[a-z0-9_]*(?:'[a-z0-9]+)*")
_POSSESSIVE = re.compile(r"'s?$")
_ELISION = re.compile(r"^(?:[ldjnscmt]|qu|jusqu|lorsqu|puisqu|un|dell|all|nell|sull|dall|quell)'(?=\w{2})")
#: How many words are looked at to tell the languages of a thread.
_SAMPLE = 8_000

_NO_MANNER: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


class Terms:
    """Turns text into terms. Languages are recognised by their commonest words; a thread may mix several.

    Scripts without spaces are cut into pairs of characters, as search engines do. Where no language is recognised, no
    stop words are left out and endings stay.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.languages = recognise(texts)
        lists = stop_words()
        self._stem = stemmer(self.languages[0] if self.languages else None)
        self._addressing, self._describing = manners().get(
            self.languages[0] if self.languages else "", _NO_MANNER
        )
        #: What each word met so far stands for; an empty string for those that do not count.
        self._known = {word: "" for code in self.languages for word in lists[code]}

    def __call__(self, text: str) -> list[str]:
        known = self._known
        found: list[str] = []
        for word, unspaced in tokens(text):
            if unspaced:
                found.extend([word[i : i + 2] for i in range(len(word) - 1)] or [word])
                continue
            term = known.get(word)
            if term is None:
                term = known[word] = self._term(word)
            if term:
                found.append(term)
        return found

    def manner(self, text: str) -> tuple[float, float]:
        """The shares of the words of `text` that address somebody or speak of oneself, and that describe.

        Both are 0 in a language whose words are not known (`manner.txt`).
        """
        words = [word for word, unspaced in tokens(text) if not unspaced]
        if not words:
            return 0.0, 0.0
        addressing = sum(map(self._addressing.__contains__, words))
        return addressing / len(words), sum(map(self._describing.__contains__, words)) / len(words)

    def _term(self, word: str) -> str:
        if len(word) < 2:
            return ""
        bare = _ELISION.sub("", _POSSESSIVE.sub("", word))
        return self._stem(bare) or word

    def written(self, texts: Iterable[str], wanted: Collection[str]) -> Steps[dict[str, str]]:
        """How each of the `wanted` terms is written most often in `texts`."""
        forms: dict[str, Counter[str]] = {term: Counter() for term in wanted}
        for text in texts:
            for word, unspaced in tokens(text):
                term = None if unspaced else self._known.get(word)
                if term in forms and term is not None:
                    forms[term][_POSSESSIVE.sub("", word)] += 1
            yield
        return {term: max(seen, key=seen.__getitem__, default=term) for term, seen in forms.items()}


def tokens(text: str) -> Iterable[tuple[str, bool]]:
    """The words of `text` in small letters; True beside a run of a script that does not part them."""
    text = text.lower()
    if text.isascii():  # most of it, and ten times as fast
        return zip(_ASCII_WORD.findall(text), repeat(False))
    found = _TOKEN.finditer(text.replace("’", "'"))
    return ((match.group(), match.group(1) is not None) for match in found)


def recognise(texts: Iterable[str]) -> tuple[str, ...]:
    """The languages of `texts` by their commonest words, the main one first; empty where none is known."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(word for word, unspaced in tokens(text) if not unspaced)
        if counts.total() > _SAMPLE:
            break
    hits = {code: sum(counts[word] for word in words) for code, words in stop_words().items()}
    best = max(hits.values())
    if best < max(1, 0.1 * counts.total()):
        return ()
    return tuple(sorted((c for c, n in hits.items() if n >= 0.6 * best), key=lambda c: -hits[c]))
