"""Whether two posts are about the same: the same page, one taken from the other, or nearly the same words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.api import Message
from plugins.crossposts import marker, similar
from plugins.crossposts.links import TRACKING, canonical


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What posts are compared by. `page` is what it links to, `url` its own address, `origin` where it says it is from."""

    page: str | None = None
    url: str | None = None
    origin: str | None = None
    words: similar.Runs = frozenset()


def fingerprint(message: Message, tracking: Collection[str] = TRACKING) -> Fingerprint:
    """The fingerprint of a post. Words count only where there is no link: comments on a page may be alike by chance."""
    source = marker.origin(message.text)
    return Fingerprint(
        page=canonical(message.link, tracking) if message.link else None,
        url=canonical(message.url, tracking) if message.url else None,
        origin=canonical(source, tracking) if source else None,
        words=frozenset() if message.link else similar.runs(marker.own_words(message.text)),
    )


def match(one: Fingerprint, other: Fingerprint) -> bool:
    """Symmetric; nothing matches what has no fingerprint at all."""
    if one.page is not None and one.page == other.page:
        return True
    # One taken from the other, or both from a third.
    if {one.url, one.origin} & {other.url, other.origin} - {None}:
        return True
    return similar.alike(one.words, other.words)
