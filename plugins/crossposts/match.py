"""Whether two posts are about the same: the same page, one taken from the other, or nearly the same words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.api import Discussion, Message
from plugins.crossposts import marker, similar
from plugins.crossposts.links import TRACKING, canonical

#: Characters that make a title so particular that the same one is no chance.
TELLING = 25


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What posts are compared by. `page` is what it links to, `url` its own address, `origin` where it says it is from."""

    page: str | None = None
    url: str | None = None
    origin: str | None = None
    words: similar.Runs = frozenset()


def fingerprint(message: Message, tracking: Collection[str] = TRACKING) -> Fingerprint:
    """The fingerprint of a post. Words count only where there is no link: comments on a page may be alike by chance."""
    return _print(message.link, message.url, message.text, tracking)


def _print(link: str | None, url: str | None, text: str, tracking: Collection[str]) -> Fingerprint:
    source = marker.origin(text)
    return Fingerprint(
        page=canonical(link, tracking) if link else None,
        url=canonical(url, tracking) if url else None,
        origin=canonical(source, tracking) if source else None,
        words=frozenset() if link else similar.runs(marker.own_words(text)),
    )


def of_discussion(found: Discussion, tracking: Collection[str] = TRACKING) -> Fingerprint:
    """The fingerprint of a post elsewhere."""
    return _print(found.link, found.url, found.text, tracking)


def copied(title: str, text: str, found: Discussion) -> bool:
    """Whether a post without a link says the very same elsewhere; for those too short to be compared word by word.

    A short title (“Hello”, “Weekly thread”) is no sign of anything.
    """
    same = _plain(title) == _plain(found.title) and _plain(text) == _plain(found.text)
    return same and found.link is None and len(title) >= TELLING


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def match(one: Fingerprint, other: Fingerprint) -> bool:
    """Symmetric; nothing matches what has no fingerprint at all."""
    if one.page is not None and one.page == other.page:
        return True
    # One taken from the other, or both from a third.
    if {one.url, one.origin} & {other.url, other.origin} - {None}:
        return True
    return similar.alike(one.words, other.words)
