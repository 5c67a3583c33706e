"""Lemmy's JSON as the bot's own model, in the spelling of 0.19 or of 1.0.

Tolerant: unknown fields are ignored, missing ones have a default.

A row is only skipped (`Malformed`) when it has no id, no author or no time of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from bot.model import (
    Author,
    Discussion,
    Message,
    Place,
    PlaceKind,
    Platform,
    Ref,
    Reported,
    Resolved,
    Role,
)
from bot.platforms.lemmy import fields
from bot.platforms.lemmy.fields import Malformed
from bot.platforms.lemmy.mention import bare, listener
from bot.platforms.protocol import Refused

Row = Mapping[str, Any]

#: In somebody's profile or display name, this asks bots to leave them alone.
OPT_OUT = "#nobot"


@dataclass(frozen=True)
class Home:
    """Whose eyes we read with: the account, its server, and the places that it was given.

    `person` and `name@host` are the account itself; `places` are by the community's local id; `staff` is the highest
    role of each moderator and administrator, by ActivityPub id; `languages` the server's numbers for languages, by tag.
    """

    account: str
    person: int
    name: str
    host: str
    places: Mapping[int, Place]
    private: Place
    staff: Mapping[str, Role] = field(default_factory=dict)
    prefixes: tuple[str, ...] = ("!",)
    languages: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def command(self) -> Callable[[str], str | None]:
        """Finds the command in a public text, if somebody speaks to the bot there."""
        return listener(self.name, self.host, self.prefixes)

    def place(self, community: Row) -> Place:
        """The configured place, or a passing one for a community that the bot does not look after."""
        known = self.places.get(fields.number(community, "id") or 0)
        if known:
            return known
        name = community_name(community)
        return Place(Platform.LEMMY, name, name, PlaceKind.COMMUNITY, "", self.account)

    def community(self, alias: str) -> int:
        """The local id of a configured community. Raises Refused for any other place."""
        number = next((n for n, place in self.places.items() if place.alias == alias), None)
        if number is None:
            raise Refused(
                f"{alias}: the account {self.account} looks after no Lemmy community of that name", "no_place"
            )
        return number

    def url(self, ident: str) -> str | None:
        """A link on the home server to `post/12` or `comment/34`; private messages have none."""
        return f"https://{self.host}/{ident}" if not ident.startswith("message/") else None


@dataclass(frozen=True, slots=True)
class Item:
    """A message as read, with what reading and acting need to know beside it: local ids and flags."""

    message: Message
    person: int
    community: int | None = None
    post: int | None = None
    pinned: bool = False
    deleted: bool = False
    removed: bool = False

    @property
    def content(self) -> tuple[str | None, str, str | None]:
        """What an edit would change."""
        return self.message.title, self.message.text, self.message.link


def author(person: Row, role: Role = Role.EVERYONE) -> Author:
    """A person of `role`. Raises Malformed without an ActivityPub id."""
    actor = address(person)
    server = fields.host(actor)
    if not server:
        raise Malformed("actor_id is not an address")
    name = fields.text(person, "name") or actor.rstrip("/").rpartition("/")[2]
    return Author(
        platform=Platform.LEMMY,
        id=actor,
        name=f"{name}@{server}",
        role=role,
        is_bot=fields.flag(person, "bot_account"),
        since=fields.moment(person, "published", "published_at"),
        opted_out=any(OPT_OUT in fields.text(person, key).lower() for key in ("bio", "display_name")),
    )


def address(row: Row) -> str:
    """The ActivityPub id of a person or community; empty where there is none."""
    return fields.text(row, "actor_id", "ap_id")


def role(view: Row) -> Role:
    """The author's role in the community of a post or comment."""
    if fields.flag(view, "creator_is_admin"):
        return Role.OWNER
    return Role.MODERATOR if fields.flag(view, "creator_is_moderator") else Role.EVERYONE


def post(view: Row, home: Home) -> Item:
    """A PostView."""
    body = fields.part(view, "post")
    creator = fields.part(view, "creator")
    place = home.place(fields.maybe(view, "community"))
    counts = fields.maybe(view, "counts") or body
    ref = Ref(Platform.LEMMY, place.alias, f"post/{fields.ident(body)}")
    said = fields.text(body, "body")
    removed, deleted = fields.flag(body, "removed"), fields.flag(body, "deleted")
    message = Message(
        ref=ref,
        place=place,
        author=author(creator, role(view) if place.community else Role.EVERYONE),
        text=said,
        sent_at=fields.when(body, "published", "published_at"),
        root=ref,
        title=fields.text(body, "name"),
        link=fields.text(body, "url") or None,
        edited_at=fields.moment(body, "updated", "updated_at"),
        command=home.command(said),
        url=_link(body, ref, home),
        score=fields.number(counts, "score"),
        replies=fields.number(counts, "comments"),
        nsfw=fields.flag(body, "nsfw"),
        gone=removed or deleted,
    )
    return Item(
        message,
        person=fields.ident(creator),
        community=fields.number(fields.maybe(view, "community"), "id"),
        post=fields.ident(body),
        pinned=fields.flag(body, "featured_community") or fields.flag(body, "featured_local"),
        deleted=deleted,
        removed=removed,
    )


def comment(view: Row, home: Home) -> Item:
    """A CommentView, or what the lists of replies, mentions and reports hold, which has the same fields."""
    body = fields.part(view, "comment")
    creator = fields.part(view, "creator")
    place = home.place(fields.maybe(view, "community"))
    counts = fields.maybe(view, "counts") or body
    number = fields.ident(body)
    above = fields.number(body, "post_id") or fields.ident(fields.maybe(view, "post"))
    root = Ref(Platform.LEMMY, place.alias, f"post/{above}")
    ref = Ref(Platform.LEMMY, place.alias, f"comment/{number}")
    parent = parent_comment(fields.text(body, "path"), number)
    said = fields.text(body, "content")
    removed, deleted = fields.flag(body, "removed"), fields.flag(body, "deleted")
    message = Message(
        ref=ref,
        place=place,
        author=author(creator, role(view) if place.community else Role.EVERYONE),
        text=said,
        sent_at=fields.when(body, "published", "published_at"),
        root=root,
        parent=Ref(Platform.LEMMY, place.alias, f"comment/{parent}") if parent else root,
        edited_at=fields.moment(body, "updated", "updated_at"),
        command=home.command(said),
        url=_link(body, ref, home),
        score=fields.number(counts, "score"),
        replies=fields.number(counts, "child_count"),
        gone=removed or deleted,
    )
    return Item(
        message,
        person=fields.ident(creator),
        community=fields.number(fields.maybe(view, "community"), "id"),
        post=above,
        pinned=fields.flag(body, "distinguished"),
        deleted=deleted,
        removed=removed,
    )


def private(view: Row, home: Home) -> Item:
    """A PrivateMessageView. All of it is a command; its author has the highest role they have in the community that it belongs to."""
    body = fields.part(view, "private_message")
    creator = fields.part(view, "creator")
    ref = Ref(Platform.LEMMY, home.private.alias, f"message/{fields.ident(body)}")
    said = fields.text(body, "content")
    spoken = home.command(said)
    message = Message(
        ref=ref,
        place=home.private,
        author=author(creator, home.staff.get(address(creator), Role.EVERYONE)),
        text=said,
        sent_at=fields.when(body, "published", "published_at"),
        root=ref,
        edited_at=fields.moment(body, "updated", "updated_at"),
        command=spoken or bare(said, home.prefixes),
        gone=fields.flag(body, "deleted"),
    )
    return Item(message, person=fields.ident(creator), deleted=fields.flag(body, "deleted"))


def report(view: Row, home: Home) -> Reported:
    """A PostReportView or CommentReportView."""
    kind = "post" if "post_report" in view else "comment"
    body = fields.part(view, f"{kind}_report")
    # In a report's view, `creator` is who reports, and the author of what is reported has a field of their own.
    said = {**view, "creator": fields.part(view, f"{kind}_creator")}
    item = (post if kind == "post" else comment)(said, home)
    return Reported(
        message=item.message,
        reporter=author(fields.part(view, "creator")),
        reason=fields.text(body, "reason"),
        id=f"{kind}_report/{fields.ident(body)}",
        at=fields.when(body, "published", "published_at"),
    )


def resolved(view: Row, home: Home, now: datetime) -> tuple[Resolved, int | None]:
    """A closed report, and the local id of who closed it. Raises Malformed for one that is open."""
    said = report(view, home)
    body = fields.maybe(view, said.id.partition("/")[0])
    if not fields.flag(body, "resolved"):
        raise Malformed("resolved is not set")
    who = fields.maybe(view, "resolver")
    by = author(who, Role.MODERATOR) if who else None
    at = fields.moment(body, "updated", "updated_at") or now
    return Resolved(said.message.ref, said.place, by, said.id, at), fields.number(body, "resolver_id")


def discussion(view: Row) -> Discussion:
    """A PostView somewhere else. Raises Malformed without an address or a time."""
    body = fields.part(view, "post")
    community = fields.part(view, "community")
    counts = fields.maybe(view, "counts") or body
    url = fields.text(body, "ap_id")
    if not fields.host(url):
        raise Malformed("ap_id is not an address")
    name = community_name(community)
    return Discussion(
        url=url,
        title=fields.text(body, "name"),
        text=fields.text(body, "body"),
        link=fields.text(body, "url") or None,
        community=name,
        instance=name.rpartition("@")[2],
        comments=max(fields.number(counts, "comments") or 0, 0),
        sent_at=fields.when(body, "published", "published_at"),
        score=fields.number(counts, "score") or 0,
        nsfw=fields.flag(body, "nsfw"),
        gone=fields.flag(body, "removed") or fields.flag(body, "deleted"),
    )


def community_name(community: Row) -> str:
    """`name@host`. Raises Malformed without an ActivityPub id."""
    actor = address(community)
    server = fields.host(actor)
    if not server:
        raise Malformed("the community's actor_id is not an address")
    return f"{fields.text(community, 'name') or actor.rstrip('/').rpartition('/')[2]}@{server}"


def parent_comment(path: str, own: int) -> int | None:
    """The comment above in a path such as `0.12.34`; None for an answer to the post itself."""
    steps = path.split(".")
    if len(steps) < 3 or steps[-1] != str(own) or not steps[-2].isascii() or not steps[-2].isdigit():
        return None
    number = int(steps[-2][:20])
    return number if 0 < number <= fields.LARGEST else None


def _link(body: Row, ref: Ref, home: Home) -> str | None:
    """Where people find it: its own address, which works on every server."""
    url = fields.text(body, "ap_id")
    return url if fields.host(url) else home.url(ref.id)


def newest(items: list[Item], now: datetime) -> datetime | None:
    """The latest time among them; a clock that runs ahead elsewhere counts as now."""
    return max((min(item.message.sent_at, now) for item in items), default=None)
