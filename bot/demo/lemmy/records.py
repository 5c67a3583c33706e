"""What the in-memory Lemmy server keeps: people, communities, and what was said and done there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any


class LemmyError(Exception):
    """The server says no, with Lemmy's own name for the reason."""

    def __init__(self, name: str, message: str | None = None) -> None:
        super().__init__(name)
        self.name = name
        self.message = message

    @property
    def status(self) -> int:
        """0.19 answers 400 to everything but a dead token."""
        return HTTPStatus.UNAUTHORIZED if self.name == "incorrect_login" else HTTPStatus.BAD_REQUEST


@dataclass(slots=True, kw_only=True)
class Person:
    id: int
    name: str
    host: str
    published: datetime
    local: bool
    bio: str | None = None
    bot_account: bool = False
    admin: bool = False
    password: str | None = None
    #: The secret of a two-factor log-in, in base 32.
    totp: str | None = None
    banned: bool = False
    deleted: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    languages: list[int] = field(default_factory=list)

    @property
    def handle(self) -> str:
        return f"{self.name}@{self.host}"

    @property
    def actor_id(self) -> str:
        return f"https://{self.host}/u/{self.name}"


@dataclass(slots=True, kw_only=True)
class Community:
    id: int
    name: str
    title: str
    host: str
    published: datetime
    local: bool
    description: str | None = None
    nsfw: bool = False
    #: Person ids, in the order of their appointment: nobody may act on somebody before them.
    moderators: list[int] = field(default_factory=list)
    followers: set[int] = field(default_factory=set)
    #: Until when a person is banned; None for good.
    bans: dict[int, datetime | None] = field(default_factory=dict)
    mods_only: bool = False
    deleted: bool = False
    updated: datetime | None = None

    @property
    def handle(self) -> str:
        return f"{self.name}@{self.host}"

    @property
    def actor_id(self) -> str:
        return f"https://{self.host}/c/{self.name}"


@dataclass(slots=True, kw_only=True)
class Post:
    id: int
    community: int
    creator: int
    name: str
    published: datetime
    ap_id: str
    local: bool
    url: str | None = None
    body: str | None = None
    updated: datetime | None = None
    nsfw: bool = False
    removed: bool = False
    deleted: bool = False
    locked: bool = False
    featured: bool = False
    votes: dict[int, int] = field(default_factory=dict)

    @property
    def gone(self) -> bool:
        return self.removed or self.deleted


@dataclass(slots=True, kw_only=True)
class Comment:
    id: int
    post: int
    creator: int
    content: str
    path: str
    published: datetime
    ap_id: str
    local: bool
    updated: datetime | None = None
    removed: bool = False
    deleted: bool = False
    distinguished: bool = False
    locked: bool = False
    #: How many answers there are below, at any depth.
    children: int = 0
    votes: dict[int, int] = field(default_factory=dict)

    @property
    def gone(self) -> bool:
        return self.removed or self.deleted


@dataclass(slots=True, kw_only=True)
class PrivateMessage:
    id: int
    creator: int
    recipient: int
    content: str
    published: datetime
    ap_id: str
    updated: datetime | None = None
    deleted: bool = False
    read: bool = False


@dataclass(slots=True, kw_only=True)
class Report:
    """Of a post (`kind` "post") or a comment."""

    id: int
    kind: str
    target: int
    creator: int
    reason: str
    published: datetime
    resolved: bool = False
    resolver: int | None = None
    updated: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Notice:
    """In somebody's inbox. `kind` is 1.0's: "reply", "mention", "private_message", or "mod_action".

    What it is about is the one of `comment`, `post`, `message` and `action` (a line of the moderation log) that is set;
    0.19 knows only those about comments.
    """

    id: int
    kind: str
    creator: int
    recipient: int
    published: datetime
    comment: int | None = None
    post: int | None = None
    message: int | None = None
    action: int | None = None
    read: bool = False
    #: A reply that names its recipient, too.
    named: bool = False
    #: Of something that was edited: 1.0 tells its recipient once more.
    again: bool = False

    @property
    def kind_in_v3(self) -> str:
        """One notice for a reply that is also a mention: 0.19 calls it a mention, 1.0 a reply."""
        return "mention" if self.named else self.kind


@dataclass(slots=True, kw_only=True)
class ModAction:
    """A line of the moderation log. `kind` is the list it appears in, such as `removed_posts`."""

    id: int
    kind: str
    moderator: int
    community: int
    when: datetime
    on: bool
    reason: str | None = None
    post: int | None = None
    comment: int | None = None
    person: int | None = None
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, for transcripts: `ana@lemmy.example comment comment/12 Hello`."""

    at: datetime
    who: str
    what: str
    ref: str
    text: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.who, self.what, self.ref, self.text)))
