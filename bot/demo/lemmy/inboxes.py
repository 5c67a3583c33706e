"""Who is told of what on the in-memory Lemmy server."""

from __future__ import annotations

import re
from collections import defaultdict

from bot.clock import Clock
from bot.demo.lemmy.records import Comment, Notice, Person, Post, PrivateMessage
from bot.demo.lemmy.store import Store

_MENTION = re.compile(r"@([\w.-]+)@([\w.:-]*\w)")


class Inboxes(Store):
    """Notices of what was said to somebody, or done to them by a moderator."""

    def __init__(self, host: str, clock: Clock) -> None:
        super().__init__(host, clock)
        #: A person's notices by what they are about, which is a comment and the post that it is below, or a post.
        self._about: defaultdict[tuple[int, str], list[Notice]] = defaultdict(list)

    def notify(
        self,
        kind: str,
        creator: int,
        recipient: int,
        *,
        comment: int | None = None,
        post: int | None = None,
        message: int | None = None,
        action: int | None = None,
        named: bool = False,
        again: bool = False,
    ) -> None:
        """Puts something into somebody's inbox; people of other servers have theirs there."""
        if not self.people[recipient].local:
            return
        ident = self.next_id("notice")
        notice = self.notices[ident] = Notice(
            id=ident,
            kind=kind,
            creator=creator,
            recipient=recipient,
            published=self.now(),
            comment=comment,
            post=post,
            message=message,
            action=action,
            named=named,
            again=again,
        )
        for ref in self._refs(notice):
            self._about[recipient, ref].append(notice)

    def has_read(self, person: Person, thing: Post | Comment) -> None:
        """Marks the notices of something as read; those of a post are of its comments, too."""
        kind = "comment" if isinstance(thing, Comment) else "post"
        for notice in self._about[person.id, f"{kind}/{thing.id}"]:
            notice.read = True

    def _refs(self, notice: Notice) -> list[str]:
        """What a notice is about; that of a moderator's act is about what the act was."""
        acts = reversed(self.modlog) if notice.action else ()
        line = next((line for line in acts if line.id == notice.action), None)
        comment = self.comments.get((line or notice).comment or 0)
        post = comment.post if comment else (line or notice).post
        return [*([f"comment/{comment.id}"] if comment else []), *([f"post/{post}"] if post else [])]

    def announce(self, thing: Post | Comment | PrivateMessage, *, again: bool = False) -> None:
        """Tells whom something answers, and all who are named in it, each of them once."""
        match thing:
            case Post():
                for recipient in self._mentioned(thing.body or "", thing.creator):
                    self.notify("mention", thing.creator, recipient, post=thing.id, again=again)
            case Comment():
                parent = self.comments.get(int(thing.path.split(".")[-2]))
                above = (parent or self.posts[thing.post]).creator
                named = self._mentioned(thing.content, thing.creator)
                kinds = dict.fromkeys(named, "mention") | {above: "reply"}
                kinds.pop(thing.creator, None)
                for recipient, kind in kinds.items():
                    by_name = recipient == above and above in named
                    self.notify(kind, thing.creator, recipient, comment=thing.id, named=by_name, again=again)
            case PrivateMessage():
                self.notify("private_message", thing.creator, thing.recipient, message=thing.id, again=again)

    def _mentioned(self, text: str, creator: int) -> list[int]:
        """The people of this server who are named in a text, but not who wrote it."""
        named = {name for name, host in _MENTION.findall(text) if host == self.host}
        return [p.id for p in self.people.values() if p.local and p.name in named and p.id != creator]
