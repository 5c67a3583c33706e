"""Where one sentence ends and the next begins, in any script.

Rules, not a trained model: they need no data, they work on chat as on mail, and each can be read. A stop ends a
sentence unless something says that it does not: an abbreviation, an initial, a number, a small letter after it.
Scripts without capitals or spaces have their own marks (Unicode UAX #29 lists them as `Sentence_Terminal`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

#: Half-open range of characters in a comment.
Span = tuple[int, int]

_CLOSERS = "\"'’”»›)\\]}*_~`」』】）》〉｣"
#: Marks that end a sentence wherever they stand; no space follows them in Chinese or Japanese.
_ALWAYS = "。！？｡।॥۔؟։።፧។៕။။‼⁇⁈⁉"
#: Chinese, Japanese: characters beside which `.`, `!` and `?` need no space to end a sentence.
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
#: Thai and Lao put a space between sentences and clauses, and no mark.
_SPACED_OUT = "\u0e00-\u0eff"

_END = re.compile(
    rf"[{_ALWAYS}][{_ALWAYS}.!?…]*[{_CLOSERS}]*"
    rf"|[.!?…]+[{_CLOSERS}]*(?=\s|$)"
    rf"|(?<=[{_CJK}])[!?]+(?=[{_CJK}])"
    # A space that was forgotten: between a word and one with a capital that is followed by another word.
    r"|(?<=[^\W\dA-Z_])[.!?]+(?=[A-Z][a-z]*[\s,'’])"
    r"|(?<=[\u0370-\u03ff\u1f00-\u1fff])[;\u037e](?=\s|$)"  # the Greek question mark
    rf"|(?<=[{_SPACED_OUT}])\s+(?=[{_SPACED_OUT}])"
)

#: Abbreviations that never end a sentence, those that may, and words that open one: `abbreviations.txt`.
_NEVER, _MAYBE, _OPENERS = (
    frozenset(part.partition("]")[2].split())
    for part in Path(__file__).with_name("abbreviations.txt").read_text("utf-8").split("\n[")[1:]
)
_SUBJECTS = frozenset(
    {"i", "he", "she", "they", "we", "you", "it", "this", "there", "what", "why", "how", "who"}
)
_LETTERS_DOTTED = re.compile(r"(?:^|[^\w.])(?:[^\W\d_]{1,3}\.){2,}$")  # e.g. · U.S. · z.B. · т.е.
_LAST_WORD = re.compile(r"([\w-]+)\.+$")
_FIRST_WORD = re.compile(r"[^\W_]+")
_ORDINAL = re.compile(
    r"\b(?:am|vom|der|den|dem|zum|im|beim|des|die|das|ab|bis|ein)\s+\d{1,2}\.$", re.IGNORECASE
)
_ONLY_NUMBER = re.compile(r"^\W*(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.)]+$")
_JAPANESE_GOES_ON = re.compile(r"\s*(?:と|って|は|が|を|に|で|も|の|など|という)")
_POLITE_END = re.compile(r"(?:ครับ|ค่ะ|คะ|จ้ะ|จ้า|นะ|ເດີ້|ແດ່)$")
#: What follows a stop without a space in names of things: asp.Net, example.Com.
_SUFFIXES = ("Net", "Js", "Com", "Org", "Io")
#: A Thai or Lao piece of this many characters may stand alone; a shorter one is a clause of the next.
_CLAUSE = 24


def sentences(text: str, span: Span) -> Iterator[Span]:
    """The sentences of one paragraph, `text[span]`, as spans in `text` without the space around them."""
    start, stop = span
    body = text[start:stop]
    # Who writes no capitals but "I" does not need one to begin a sentence.
    casual = (small := body.replace("I", "i")) == small.lower()
    begin = 0
    for mark in _END.finditer(body):
        if _ends(body[begin : mark.end()], mark.group(), body[mark.end() : mark.end() + 40], casual=casual):
            yield from _trimmed(body, begin, mark.end(), start)
            begin = mark.end()
    yield from _trimmed(body, begin, len(body), start)


def _trimmed(body: str, begin: int, end: int, offset: int) -> Iterator[Span]:
    piece = body[begin:end]
    left = begin + len(piece) - len(piece.lstrip())
    right = begin + len(piece.rstrip())
    if left < right:
        yield offset + left, offset + right


def _ends(piece: str, mark: str, after: str, *, casual: bool) -> bool:
    """Whether `piece`, which closes with the mark `mark`, is a whole sentence; `after` is what follows it."""
    if mark.isspace():
        bare = piece.rstrip()
        return len(bare.lstrip()) >= _CLAUSE or bool(_POLITE_END.search(bare))
    following = after.lstrip()
    if not following:
        return True
    if mark[0] in _ALWAYS:
        quoted = mark[-1] in "」』”）"
        return not (quoted and _JAPANESE_GOES_ON.match(following))
    if mark[0] in ".!?" and not after[0].isspace() and following[0].isascii():
        return _squeezed(piece, following)
    closed = mark[-1] not in ".!?…;\u037e"
    small = _opens_small(following)
    if mark[0] in "!?;\u037e":
        return not (small and closed)  # “Why?” he asked
    if mark[0] == "…" or mark.startswith(".."):
        return not small and len(piece.split()) > 2
    if small and (closed or not (casual or _begins_anew(piece, following))):
        return False
    return not _abbreviated(piece.rstrip("\"'’”»)]*_~`"), following)


def _squeezed(piece: str, following: str) -> bool:
    """Whether only the space after the mark was forgotten: a whole word in small letters stands before it."""
    word = piece.rstrip(".!?").split()[-1].lstrip("\"'“‘(*_")
    shortest = 3 if piece.endswith(".") else 2
    letters = word.replace("'", "").replace("’", "")
    return (
        len(letters) >= shortest
        and letters.isalpha()
        and word.islower()
        and not following.startswith(_SUFFIXES)
    )


def _begins_anew(piece: str, following: str) -> bool:
    """Whether a word follows that is somebody's subject, after words and no abbreviation: the capital was forgotten."""
    first, last = _FIRST_WORD.search(following), _LAST_WORD.search(piece)
    return (
        first is not None
        and last is not None
        and first.group() in _SUBJECTS
        and len(last.group(1)) > 2
        and last.group(1).lower() not in _MAYBE
        and len(piece.split()) > 2
    )


def _opens_small(following: str) -> bool:
    """Whether the next word begins with a small letter. Scripts without capitals never do."""
    first = _FIRST_WORD.search(following)
    return first is not None and first.group()[0].islower()


def _abbreviated(piece: str, following: str) -> bool:
    """Whether the full stop that closes `piece` belongs to an abbreviation, an initial or a number."""
    if _ONLY_NUMBER.match(piece) or _ORDINAL.search(piece):
        return True
    opener = _FIRST_WORD.search(following)
    opens = opener is not None and opener.group().lower() in _OPENERS
    if _LETTERS_DOTTED.search(piece):
        return not opens
    last = _LAST_WORD.search(piece)
    if last is None:
        return False
    word = last.group(1)
    if len(word) == 1 and word.isupper() and word != "I":
        return True  # an initial
    lower = word.lower()
    if lower in _NEVER:
        return True
    return lower in _MAYBE and not opens
