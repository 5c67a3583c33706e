"""What members do on the in-memory Lemmy server, under Lemmy's own rules. `as_` is `ana` or `ana@host`.

Every method returns the id of what it made, or nothing, and raises LemmyError where Lemmy would say no.
"""

from __future__ import annotations

import re
from datetime import datetime

from bot.demo.lemmy.inboxes import Inboxes
from bot.demo.lemmy.records import (
    Comment,
    Community,
    LemmyError,
    Person,
    Post,
    PrivateMessage,
    Report,
)

BODY_LIMIT = 10_000
POST_LIMIT = 50_000
DEEPEST = 50


class Members(Inboxes):
    """People and what they say."""

    def join(
        self,
        handle: str,
        *,
        password: str | None = None,
        since: datetime | None = None,
        bio: str | None = None,
        bot: bool = False,
        admin: bool = False,
    ) -> int:
        """A new person, of this server or another one. Only people of this server with a password can sign in."""
        name, _, host = handle.partition("@")
        person = Person(
            id=self.next_id("person"),
            name=name,
            host=host or self.host,
            published=since or self.now(),
            local=not host or host == self.host,
            password=password,
            bio=bio,
            bot_account=bot,
            admin=admin,
        )
        self.people[person.id] = person
        return person.id

    def found(
        self,
        handle: str,
        *,
        title: str = "",
        moderators: tuple[str, ...] = (),
        sidebar: str | None = None,
        mods_only: bool = False,
    ) -> int:
        """A new community, with its moderators in the order of their appointment."""
        name, _, host = handle.partition("@")
        community = Community(
            id=self.next_id("community"),
            name=name,
            title=title or name,
            host=host or self.host,
            published=self.now(),
            local=not host or host == self.host,
            description=sidebar,
            moderators=[self.who(moderator).id for moderator in moderators],
            mods_only=mods_only,
        )
        self.communities[community.id] = community
        return community.id

    def post(
        self,
        *,
        as_: str,
        community: str,
        title: str,
        text: str | None = None,
        link: str | None = None,
        nsfw: bool = False,
        published: datetime | None = None,
    ) -> int:
        """`published` is the time of the author's server; what arrives late has one in the past."""
        person, place = self.who(as_), self.where(community)
        self.may_write(person, place)
        if place.mods_only and not self.moderates(person, place):
            raise LemmyError("only_mods_can_post_in_community")
        if not 3 <= len(title.strip()) <= 200 or "\n" in title:
            raise LemmyError("invalid_post_title")
        if text is not None:
            check_length(text, POST_LIMIT, empty=True)
        ident = self.next_id("post")
        post = Post(
            id=ident,
            community=place.id,
            creator=person.id,
            name=self.filtered(title),
            published=published or self.now(),
            ap_id=f"https://{person.host}/post/{ident}",
            local=person.local,
            url=clean_link(link),
            body=self.filtered(text) if text else None,
            nsfw=nsfw,
            votes={person.id: 1},
        )
        self.keep_post(post)
        self.announce(post)
        self.note(person, "post", f"post/{ident}", f"{title}: {text or link or ''}")
        return ident

    def comment(
        self,
        *,
        as_: str,
        post: int,
        text: str,
        parent: int | None = None,
        published: datetime | None = None,
    ) -> int:
        person, above = self.who(as_), self.the_post(post)
        place = self.community(above.community)
        self.may_write(person, place)
        check_length(text, BODY_LIMIT)
        if above.gone:
            raise LemmyError("deleted")
        # As Lemmy does: what answers a comment that is not there any more answers the post.
        over = self.comments.get(parent) if parent is not None else None
        if (above.locked or (over and over.locked)) and not self.moderates(person, place):
            raise LemmyError("locked")
        if over and over.post != post:
            raise LemmyError("couldnt_create_comment")
        path = over.path if over else "0"
        if path.count(".") >= DEEPEST:
            raise LemmyError("max_comment_depth_reached")
        ident = self.next_id("comment")
        comment = Comment(
            id=ident,
            post=post,
            creator=person.id,
            content=self.filtered(text),
            path=f"{path}.{ident}",
            published=published or self.stamp(),
            ap_id=f"https://{person.host}/comment/{ident}",
            local=person.local,
            votes={person.id: 1},
        )
        self.keep(comment)
        if over:
            self.has_read(person, over)
        self.announce(comment)
        self.note(person, "comment", f"comment/{ident}", text)
        return ident

    def private_message(self, *, as_: str, to: str, text: str, published: datetime | None = None) -> int:
        person, recipient = self.who(as_), self.who(to)
        check_length(text, BODY_LIMIT)
        ident = self.next_id("message")
        message = self.messages[ident] = PrivateMessage(
            id=ident,
            creator=person.id,
            recipient=recipient.id,
            content=self.filtered(text),
            published=published or self.now(),
            ap_id=f"https://{person.host}/private_message/{ident}",
        )
        self.announce(message)
        self.note(person, f"tell {recipient.handle}", f"message/{ident}", text)
        return ident

    def edit(self, *, as_: str, ref: str, text: str | None = None, title: str | None = None) -> None:
        """`ref` is `post/12`, `comment/34` or `message/5`; only one's own."""
        person, thing = self.who(as_), self.thing(ref)
        self._must_own(person, thing)
        if isinstance(thing, Post):
            if text is not None:
                check_length(text, POST_LIMIT, empty=True)
                thing.body = self.filtered(text)
            thing.name = title or thing.name
        else:
            check_length(text or "", BODY_LIMIT)
            thing.content = self.filtered(text or "")
        if not isinstance(thing, PrivateMessage):
            self.may_write(person, self.community_of(thing))
        thing.updated = self.now()
        self.announce(thing, again=True)
        self.note(person, "edit", ref, " ".join(filter(None, (title, text))))

    def delete(self, *, as_: str, ref: str, on: bool = True) -> None:
        person, thing = self.who(as_), self.thing(ref)
        if thing.deleted is on and not isinstance(thing, PrivateMessage):
            raise LemmyError(f"couldnt_update_{ref.partition('/')[0]}")
        self._must_own(person, thing)
        thing.deleted = on
        self.note(person, "delete" if on else "undelete", ref)

    def vote(self, *, as_: str, ref: str, score: int = 1) -> None:
        """1, -1, or 0 to take it back."""
        person, thing = self.who(as_), self.thing(ref)
        if isinstance(thing, PrivateMessage):
            raise LemmyError("couldnt_like_comment")
        thing.votes[person.id] = score

    def report(self, *, as_: str, ref: str, reason: str) -> int:
        person, thing = self.who(as_), self.thing(ref)
        if isinstance(thing, PrivateMessage) or (isinstance(thing, Post) and thing.gone):
            raise LemmyError("deleted")
        kind = ref.partition("/")[0]
        ident = self.next_id("report")
        self.reports[ident] = Report(
            id=ident, kind=kind, target=thing.id, creator=person.id, reason=reason, published=self.now()
        )
        self.note(person, "report", ref, reason)
        return ident

    # Rules

    def may_write(self, person: Person, community: Community) -> None:
        if person.banned:
            raise LemmyError("site_ban")
        if community.deleted:
            raise LemmyError("deleted")
        if self.banned(person, community):
            raise LemmyError("banned_from_community")

    def _must_own(self, person: Person, thing: Post | Comment | PrivateMessage) -> None:
        if thing.creator != person.id:
            kinds = {Post: "no_post_edit_allowed", Comment: "no_comment_edit_allowed"}
            raise LemmyError(kinds.get(type(thing), "edit_private_message_not_allowed"))

    def thing(self, ref: str) -> Post | Comment | PrivateMessage:
        """What `post/12`, `comment/34` or `message/5` names. Raises LemmyError where there is none."""
        kind, _, number = ref.partition("/")
        match kind:
            case "post":
                return self.the_post(int(number))
            case "comment":
                return self.the_comment(int(number))
            case _:
                return self.message(int(number))

    def filtered(self, text: str) -> str:
        for slur in self.slurs:
            text = re.sub(re.escape(slur), "*removed*", text, flags=re.IGNORECASE)
        return text


def check_length(text: str, limit: int, *, empty: bool = False) -> None:
    """Lemmy counts UTF-16 code units."""
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if units > limit or not (text.strip() or empty):
        raise LemmyError("invalid_body_field")


def clean_link(link: str | None) -> str | None:
    """Without tracking parameters, as Lemmy stores it."""
    if not link:
        return None
    if not link.startswith(("http://", "https://")):
        raise LemmyError("invalid_url")
    base, _, query = link.partition("?")
    kept = [pair for pair in query.split("&") if pair and not pair.startswith("utm_")]
    return base + (f"?{'&'.join(kept)}" if kept else "")
