"""What moderators do on the in-memory Lemmy server, under Lemmy's own rules."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.demo.lemmy.members import Members
from bot.demo.lemmy.records import (
    Comment,
    Community,
    LemmyError,
    ModAction,
    Person,
    Post,
    PrivateMessage,
    Report,
)

#: A ban beyond this silently lasts for ever.
LONGEST_BAN = timedelta(days=3650)


class Moderators(Members):
    """The rights of those in a community's list of moderators, and of administrators."""

    def remove(self, *, as_: str, ref: str, reason: str | None = None, on: bool = True) -> None:
        person, thing = self.who(as_), self.thing(ref)
        if isinstance(thing, PrivateMessage):
            raise LemmyError("not_an_admin")
        community = self.community_of(thing)
        self._must_moderate(person, community)
        self._must_stand_above(person, self.person(thing.creator), community)
        if isinstance(thing, Comment) and thing.deleted:
            raise LemmyError("couldnt_update_comment")
        thing.removed = on
        for report in self.reports.values():
            if f"{report.kind}/{report.target}" == ref and not report.resolved:
                self.close_report(as_=as_, report=report)
        self._log(
            f"removed_{'posts' if isinstance(thing, Post) else 'comments'}",
            person,
            community,
            on=on,
            reason=reason,
            thing=thing,
        )
        self.note(person, "remove" if on else "restore", ref, reason or "")

    def close_report(self, *, as_: str, report: Report, on: bool = True) -> None:
        report.resolved, report.resolver, report.updated = on, self.who(as_).id, self.now()

    def lock(self, *, as_: str, post: int, on: bool = True) -> None:
        self.lock_thing(as_=as_, ref=f"post/{post}", on=on)

    def lock_thing(self, *, as_: str, ref: str, reason: str | None = None, on: bool = True) -> None:
        """A post, or (in 1.0) a comment with all that is below it."""
        person, thing = self.who(as_), self.thing(ref)
        if isinstance(thing, PrivateMessage):
            raise LemmyError("not_an_admin")
        community = self.community_of(thing)
        self._must_moderate(person, community)
        below = self.below(thing) if isinstance(thing, Comment) else []
        for locked in (thing, *below):
            locked.locked = on
        kind = "locked_posts" if isinstance(thing, Post) else "locked_comments"
        self._log(kind, person, community, on=on, reason=reason, thing=thing)
        self.note(person, "lock" if on else "unlock", ref, reason or "")

    def warn(self, *, as_: str, ref: str, reason: str) -> None:
        """The server's own warning, of 1.0: the author is told, and it stands in the moderation log."""
        person, thing = self.who(as_), self.thing(ref)
        if isinstance(thing, PrivateMessage):
            raise LemmyError("not_an_admin")
        community = self.community_of(thing)
        self._must_moderate(person, community)
        if isinstance(thing, Comment) and thing.gone:
            raise LemmyError("deleted")
        kind = "warned_posts" if isinstance(thing, Post) else "warned_comments"
        self._log(kind, person, community, on=True, reason=reason, thing=thing)
        self.note(person, "warn", ref, reason)

    def feature(self, *, as_: str, post: int, on: bool = True) -> None:
        person, thing = self.who(as_), self.the_post(post)
        community = self.community_of(thing)
        self._must_moderate(person, community)
        thing.featured = on
        self._log("featured_posts", person, community, on=on, thing=thing)
        self.note(person, "pin" if on else "unpin", f"post/{post}")

    def close(self, *, as_: str, community: str, on: bool = True) -> None:
        """Only moderators may post there. It is a setting, so it stands in no log."""
        person, place = self.who(as_), self.where(community)
        self._must_moderate(person, place)
        place.mods_only, place.updated = on, self.now()
        self.note(person, "close" if on else "reopen", place.handle)

    def distinguish(self, *, as_: str, comment: int, on: bool = True) -> None:
        person, thing = self.who(as_), self.the_comment(comment)
        if thing.creator != person.id:
            raise LemmyError("no_comment_edit_allowed")
        self._must_moderate(person, self.community_of(thing))
        thing.distinguished = on
        self.note(person, "distinguish" if on else "undistinguish", f"comment/{comment}")

    def ban(
        self,
        *,
        as_: str,
        community: str,
        who: str,
        reason: str | None = None,
        until: datetime | None = None,
        on: bool = True,
    ) -> None:
        person, place, target = self.who(as_), self.where(community), self.who(who)
        if until is not None and until < self.now():
            raise LemmyError("ban_expiration_in_past")
        self._must_moderate(person, place)
        self._must_stand_above(person, target, place)
        until = until if until is None or until <= self.now() + LONGEST_BAN else None
        if on:
            place.bans[target.id] = until
            place.followers.discard(target.id)
        else:
            place.bans.pop(target.id, None)
        self._log("banned_from_community", person, place, on=on, reason=reason, target=target, expires=until)
        lasting = f" until {until:%Y-%m-%d %H:%M}" if on and until else ""
        self.note(person, "ban" if on else "unban", f"{target.handle}{lasting}", reason or "")

    def appoint(self, *, community: str, who: str, as_: str | None = None, on: bool = True) -> None:
        """The newest moderator stands below all others. Without `as_` it was always so: no rights, no line in the log."""
        place, target = self.where(community), self.who(who)
        if as_ is not None:
            self._must_moderate(self.who(as_), place)
        if on and target.id not in place.moderators:
            place.moderators.append(target.id)
        elif not on and target.id in place.moderators:
            place.moderators.remove(target.id)
        if as_ is not None:
            self._log("added_to_community", self.who(as_), place, on=on, target=target)

    def purge(self, *, ref: str) -> None:
        """An administrator wipes something out; nothing of it is left to find, nor of what is about it."""
        thing = self.thing(ref)
        if isinstance(thing, Post):
            for comment in self.comments_of(thing):
                self.purge(ref=f"comment/{comment.id}")
        kind, _, number = ref.partition("/")
        tables: dict[str, dict[int, Any]] = {
            "post": self.posts,
            "comment": self.comments,
            "message": self.messages,
        }
        del tables[kind][int(number)]
        self.notices = {n.id: n for n in self.notices.values() if getattr(n, kind) != thing.id}
        self.reports = {r.id: r for r in self.reports.values() if (r.kind, r.target) != (kind, thing.id)}

    def _must_moderate(self, person: Person, community: Community) -> None:
        if not self.moderates(person, community):
            raise LemmyError("not_a_mod_or_admin")
        if not person.admin and self.banned(person, community):
            raise LemmyError("banned_from_community")
        if community.deleted:
            raise LemmyError("deleted")

    def _must_stand_above(self, person: Person, target: Person, community: Community) -> None:
        """Nobody acts on a moderator who was appointed before them, nor on an administrator."""
        if person.admin or person.id == target.id:
            return
        order = community.moderators
        if target.admin or (target.id in order and order.index(target.id) < order.index(person.id)):
            raise LemmyError("not_higher_mod")

    def _log(
        self,
        kind: str,
        moderator: Person,
        community: Community,
        *,
        on: bool,
        reason: str | None = None,
        thing: Post | Comment | None = None,
        target: Person | None = None,
        expires: datetime | None = None,
    ) -> None:
        author = thing.creator if thing else None
        fell_on = target.id if target else author
        ident = self.next_id("modlog")
        self.modlog.append(
            ModAction(
                id=ident,
                kind=kind,
                moderator=moderator.id,
                community=community.id,
                when=self.now(),
                on=on,
                reason=reason,
                post=thing.id if isinstance(thing, Post) else None,
                comment=thing.id if isinstance(thing, Comment) else None,
                person=fell_on,
                expires=expires,
            )
        )
        if fell_on is not None:
            self.notify("mod_action", moderator.id, fell_on, action=ident)
