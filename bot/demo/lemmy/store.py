"""The tables of the in-memory Lemmy server, and how to look things up in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar

from bot.clock import Clock
from bot.demo.lemmy.records import (
    Comment,
    Community,
    Event,
    LemmyError,
    ModAction,
    Notice,
    Person,
    Post,
    PrivateMessage,
    Report,
)

T = TypeVar("T")

TICK = timedelta(microseconds=1)


class Store:
    """One server's database, as the server at `host` sees the fediverse. Times come from `clock`."""

    def __init__(self, host: str, clock: Clock) -> None:
        self.host = host
        self.clock = clock
        self.title = host
        self.since = clock.now()
        self.people: dict[int, Person] = {}
        self.communities: dict[int, Community] = {}
        self.posts: dict[int, Post] = {}
        self.comments: dict[int, Comment] = {}
        self.messages: dict[int, PrivateMessage] = {}
        self.reports: dict[int, Report] = {}
        self.notices: dict[int, Notice] = {}
        self.modlog: list[ModAction] = []
        #: Everything that happened, in order, the bot's deeds among it.
        self.journal: list[Event] = []
        #: Tokens of people who are signed in, and until when they are good (None: for good).
        self.tokens: dict[str, tuple[int, datetime | None]] = {}
        #: What other servers run, as far as it is known: name and version by host.
        self.software: dict[str, tuple[str, str]] = {}
        #: The servers that this one has broken with, and those that alone it talks to (none: all others).
        self.blocked: set[str] = set()
        self.allowed: set[str] = set()
        #: The server's word filter: each of these is stored as `*removed*`.
        self.slurs: tuple[str, ...] = ()
        self._stamped = datetime.min.replace(tzinfo=UTC)
        #: How much was said, by `posts` or `comments`, and by or in what: a person's or community's id.
        self.tally: Counter[tuple[str, str, int]] = Counter()
        self._threads: defaultdict[int, list[int]] = defaultdict(list)
        self._ids: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(1))

    def now(self) -> datetime:
        return self.clock.now()

    def stamp(self) -> datetime:
        """The time for a new comment: a database's clock is so fine that no two are alike."""
        self._stamped = max(self.now(), self._stamped + TICK)
        return self._stamped

    def next_id(self, table: str) -> int:
        """Each table counts for itself, as in a real database: `post/1` and `comment/1` are two things."""
        return next(self._ids[table])

    def note(self, who: Person, what: str, ref: str, text: str = "") -> None:
        self.journal.append(Event(self.now(), who.handle, what, ref, text))

    def transcript(self) -> list[str]:
        """The journal as lines to read."""
        return [str(event) for event in self.journal]

    # Finding things. Each raises LemmyError when there is none.

    def who(self, handle: str) -> Person:
        """`ana` (of this server) or `ana@host`."""
        name, _, host = handle.lower().partition("@")
        host = host or self.host
        found = next((p for p in self.people.values() if (p.name.lower(), p.host) == (name, host)), None)
        if found is None:
            raise LemmyError("couldnt_find_person")
        return found

    def person(self, ident: int) -> Person:
        return _get(self.people, ident, "couldnt_find_person")

    def where(self, handle: str) -> Community:
        """`freechat` (of this server) or `freechat@host`."""
        name, _, host = handle.lower().partition("@")
        host = host or self.host
        found = next((c for c in self.communities.values() if (c.name.lower(), c.host) == (name, host)), None)
        if found is None:
            raise LemmyError("couldnt_find_community")
        return found

    def community(self, ident: int) -> Community:
        return _get(self.communities, ident, "couldnt_find_community")

    def the_post(self, ident: int) -> Post:
        return _get(self.posts, ident, "couldnt_find_post")

    def the_comment(self, ident: int) -> Comment:
        return _get(self.comments, ident, "couldnt_find_comment")

    def message(self, ident: int) -> PrivateMessage:
        return _get(self.messages, ident, "couldnt_find_private_message")

    # Asking

    def community_of(self, thing: Post | Comment) -> Community:
        post = thing if isinstance(thing, Post) else self.posts[thing.post]
        return self.communities[post.community]

    def banned(self, person: Person, community: Community) -> bool:
        """Whether they are banned there now. Real servers lift bans once an hour; this one at the second."""
        if person.id not in community.bans:
            return False
        until = community.bans[person.id]
        return until is None or until > self.now()

    def moderates(self, person: Person, community: Community) -> bool:
        return person.admin or person.id in community.moderators

    def comments_of(self, post: Post) -> list[Comment]:
        return [self.comments[ident] for ident in self._threads[post.id] if ident in self.comments]

    def keep_post(self, post: Post) -> None:
        self.posts[post.id] = post
        self._count("posts", post.creator, post.community)

    def keep(self, comment: Comment) -> None:
        """Puts a new comment into the table, its thread, and the counts of all that it is below."""
        self.comments[comment.id] = comment
        self._threads[comment.post].append(comment.id)
        self._count("comments", comment.creator, self.posts[comment.post].community)
        for above in comment.path.split(".")[1:-1]:
            if int(above) in self.comments:
                self.comments[int(above)].children += 1

    def _count(self, what: str, person: int, community: int) -> None:
        self.tally[what, "by", person] += 1
        self.tally[what, "in", community] += 1

    def below(self, comment: Comment) -> list[Comment]:
        """All answers to a comment, and the answers to those."""
        start = f"{comment.path}."
        return [c for c in self.comments_of(self.posts[comment.post]) if c.path.startswith(start)]

    def cross_posts(self, post: Post) -> list[Post]:
        """Posts with exactly the same link, at most 10, as 0.19 gives them."""
        if not post.url:
            return []
        same = (p for p in self.posts.values() if p.url == post.url and p.id != post.id and not p.gone)
        return newest_first(same)[:10]


def newest_first(things: Iterable[Post]) -> list[Post]:
    return sorted(things, key=lambda thing: (thing.published, thing.id), reverse=True)


def _get(table: dict[int, T], ident: int, error: str) -> T:
    if ident not in table:
        raise LemmyError(error)
    return table[ident]
