"""Text that must fit: how long it is for a platform, and what to leave out when it is too long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from bot.markup.plain import plain
from bot.text import Block, Bullets, Document, Quote, Spoiler, Table, line

Measure = Callable[[str], int]
B = TypeVar("B", bound=Block)

_ELLIPSIS = "…"


def utf16_length(text: str) -> int:
    """The length in UTF-16 code units, as Lemmy's limits count it: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8_length(text: str) -> int:
    """The length in bytes, as Matrix limits events."""
    return len(text.encode(errors="replace"))


def shorten(text: str, limit: int, *, measure: Measure = utf16_length) -> str:
    """`text`, cut between two words where it is longer than `limit`, with “…” in the place of the rest.

    For titles and other text without markup; a document is cut by `fit`.
    """
    if measure(text) <= limit:
        return text
    room = limit - measure(_ELLIPSIS)
    if room < 0:
        return ""
    count = _largest(lambda n: measure(text[:n]) <= room, len(text))
    kept = text[:count]
    at_word = kept.rpartition(" ")[0] if not text[count].isspace() else kept
    # Text without spaces (a link, Japanese) is cut anywhere rather than lost.
    return (at_word if len(at_word) * 2 >= len(kept) else kept).rstrip() + _ELLIPSIS


def fit(
    doc: Document,
    limit: int,
    render: Callable[[Document], str],
    *,
    measure: Measure = utf16_length,
    ending: str = _ELLIPSIS,
) -> str:
    """`doc` as rendered by `render`, without as many of its last blocks as it takes to fit into `limit`.

    `ending` stands where something was left out; a list, a quotation or a spoiler may lose its end, and is still closed. Where
    not even the first piece fits, its plain words are cut.
    """
    whole = render(doc)
    if measure(whole) <= limit:
        return whole
    heads = list(_heads(doc.blocks))

    def shown(count: int) -> str:
        return render(Document((*heads[count], line(ending))))

    count = _largest(lambda n: measure(shown(n)) <= limit, len(heads) - 1)
    if count:
        return shown(count)
    words = plain(doc)
    cut = _largest(
        lambda n: measure(render(Document((line(shorten(words, n)),)))) <= limit, min(len(words), limit)
    )
    return render(Document((line(shorten(words, cut)),))) if cut else ""


def _heads(blocks: tuple[Block, ...]) -> Iterator[tuple[Block, ...]]:
    """Every beginning of a document at a boundary of blocks, shortest (nothing) first."""
    yield ()
    for index, block in enumerate(blocks):
        for part in _folded(block) if isinstance(block, Spoiler) else _parts(block):
            yield (*blocks[:index], part)


def _folded(spoiler: Spoiler) -> Iterator[Spoiler]:
    for index, block in enumerate(spoiler.blocks):
        for part in _parts(block):
            yield replace(spoiler, blocks=(*spoiler.blocks[:index], part))


def _parts(block: B) -> Iterator[B]:
    """Every beginning of a block that holds something, the whole last."""
    if isinstance(block, Bullets):
        yield from (replace(block, items=block.items[:n]) for n in range(1, len(block.items)))
    elif isinstance(block, Table):
        yield from (replace(block, rows=block.rows[:n]) for n in range(1, len(block.rows)))
    elif isinstance(block, Quote):
        yield from (replace(block, blocks=block.blocks[:n]) for n in range(1, len(block.blocks)))
    yield block


def _largest(holds: Callable[[int], bool], most: int) -> int:
    """The largest number up to `most` for which `holds` (which is true up to some number, then false); 0 if none."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
