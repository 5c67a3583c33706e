"""Which other discussions are worth showing, and how. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.api import Discussion, Document, Inline, Link, Message, Moment, bullets, document, in_words, line
from plugins.crossposts import marker
from plugins.crossposts.links import canonical

#: More than these make a list that nobody reads.
MOST = 8


def select(
    message: Message,
    found: Iterable[Discussion],
    *,
    muted: Collection[str] = (),
    minimum_comments: int = 0,
) -> tuple[Discussion, ...]:
    """Those of `found` to show under `message`, busiest first.

    Left out are the post itself and its own community, what is marked NSFW where the post is not (or the other way round),
    and whatever `worth` leaves out.
    """
    others = [
        one
        for one in found
        if one.nsfw == message.nsfw and one.url != message.url and not same_community(message, one)
    ]
    return worth(others, muted=muted, minimum_comments=minimum_comments)


def worth(
    found: Iterable[Discussion], *, muted: Collection[str] = (), minimum_comments: int = 0
) -> tuple[Discussion, ...]:
    """Without what was removed, muted communities (`name@instance`) and instances, quiet ones and second sightings."""
    out = {plain(name) for name in muted}
    shown: dict[str, Discussion] = {}
    for one in found:
        if one.gone or one.comments < minimum_comments:
            continue
        if not {one.community.casefold(), one.instance.casefold()}.isdisjoint(out):
            continue
        if one.url not in shown or shown[one.url].comments < one.comments:
            shown[one.url] = one
    return tuple(sorted(shown.values(), key=lambda d: (-d.comments, -d.score, d.sent_at, d.url)))


def as_discussion(message: Message) -> Discussion:
    """A post of the community's own places, as it looks from the others."""
    community = community_of(message)
    return Discussion(
        url=message.url or str(message.ref),
        title=message.title or "",
        text=message.text,
        link=message.link,
        community=community,
        instance=community.partition("@")[2],
        comments=message.replies or 0,
        sent_at=message.sent_at,
        score=message.score or 0,
        nsfw=message.nsfw,
        gone=message.gone,
    )


def community_of(message: Message) -> str:
    """`name@instance` of the community that a post is in; the instance is in its address where not in its name."""
    native = message.place.native.lstrip("!")
    if "@" in native or not message.url or not message.url.startswith(("https://", "http://")):
        return native
    return f"{native}@{urlsplit(message.url).hostname}"


def same_community(message: Message, other: Discussion) -> bool:
    """Whether `other` is in the community that `message` is in. An unknown instance may be any."""
    here, there = community_of(message).casefold(), other.community.casefold()
    if "@" in here and "@" in there:
        return here == there
    return here.partition("@")[0] == there.partition("@")[0]


def comment(message: Message, shown: Sequence[Discussion], now: datetime) -> Document:
    """What stands under the post: a line each, with comments and age, as of `now`."""
    if not shown:
        return document("The other discussions that were listed here are gone.")
    rows = [_row(one, message.sent_at, taken=_taken(one, message)) for one in shown[:MOST]]
    more = f", and {len(shown) - MOST} smaller ones" if len(shown) > MOST else ""
    return document("Also discussed elsewhere:", bullets(*rows), line("As of ", Moment(now), f"{more}."))


def room_line(message: Message, shown: Sequence[Discussion]) -> Document:
    """One line for the room: which post, and where it is busiest."""
    busiest = shown[0]
    more = f" and {len(shown) - 1} more" if len(shown) > 1 else ""
    return document(
        line(
            Link(message.title or "A post", message.ref),
            " is also discussed in ",
            Link(busiest.community, busiest.url),
            f" ({counted(busiest.comments)}){more}.",
        )
    )


def listing(shown: Sequence[Discussion], now: datetime) -> Document:
    """The answer to a command: the same rows, aged from now."""
    return document(bullets(*(_row(one, now, ago=True) for one in shown[: 2 * MOST])))


def notable(before: Mapping[str, int], shown: Sequence[Discussion]) -> bool:
    """Whether the comment deserves an edit: another place, one gone, or comments up by five and a quarter."""
    after = {one.url: one.comments for one in shown}
    if before.keys() != after.keys():
        return True
    old, new = sum(before.values()), sum(after.values())
    return new - old >= 5 and new >= old * 1.25


def plain(name: str) -> str:
    """A community's or instance's name to compare by: `!Tech@Lemmy.example` as `tech@lemmy.example`."""
    return name.strip().lstrip("!@").casefold()


def counted(comments: int) -> str:
    return "1 comment" if comments == 1 else f"{comments} comments"


def _taken(one: Discussion, message: Message) -> bool:
    """Whether somebody took the post from here to there, and said so."""
    source = marker.origin(one.text)
    return source is not None and message.url is not None and canonical(source) == canonical(message.url)


def _row(
    one: Discussion, since: datetime, *, ago: bool = False, taken: bool = False
) -> tuple[str | Inline, ...]:
    age = f"{in_words(since - one.sent_at)} ago" if ago else _relative(one.sent_at - since)
    return (
        Link(one.community, one.url),
        f" · {counted(one.comments)} · {age}{' · taken from here' if taken else ''}",
    )


def _relative(span: timedelta) -> str:
    """An age that does not go stale in a comment that stays: counted from the post."""
    if abs(span) < timedelta(minutes=1):
        return "at the same time"
    return f"{in_words(span)} {'later' if span > timedelta() else 'earlier'}"
