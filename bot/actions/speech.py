"""What the bot says, and what it does with its own words and with posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from bot.actions.base import Action, Capability, Retry, Urgency
from bot.model import Author, Place, PlaceKind, Receipt, Ref
from bot.text import Block, Document, Made, Strong, document, line


@dataclass(frozen=True, slots=True, kw_only=True)
class Post(Action):
    """Says something new: a Lemmy post where there is a `title`, else a message in a room.

    `language` (a tag such as `de`) marks it, where the platform has such marks and knows the language.
    """

    needs: ClassVar[Capability] = Capability.POST
    urgency: ClassVar[Urgency] = Urgency.ANNOUNCE
    retry: ClassVar[Retry] = Retry.KEYED

    place: str
    text: Document
    title: str | None = None
    link: str | None = None
    nsfw: bool = False
    language: str | None = None
    kind: Literal["post"] = "post"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        return (Delete(ref=receipt.ref),) if receipt and receipt.ref else ()


#: Lemmy's limit for titles, in UTF-16 code units.
TITLE_UNITS = 200


def titled(
    place: Place,
    title: str,
    *blocks: Block,
    name: str | None = None,
    nsfw: bool = False,
    language: str | None = None,
) -> Post:
    """Something with a title: a post in a community; in a room, a message that begins with it.

    The title is cut to what Lemmy takes.
    """
    if place.kind is not PlaceKind.COMMUNITY:
        return Post(name=name, place=place.alias, text=document(line(Strong(title)), *blocks))
    while len(title.encode("utf-16-le")) // 2 > TITLE_UNITS:
        title = title[:-2].rstrip() + "…"
    return Post(
        name=name, place=place.alias, title=title, text=Document(blocks), nsfw=nsfw, language=language
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Action):
    """Answers something said."""

    needs: ClassVar[Capability] = Capability.REPLY
    retry: ClassVar[Retry] = Retry.KEYED

    to: Ref | Made
    text: Document
    kind: Literal["reply"] = "reply"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        return (Delete(ref=receipt.ref),) if receipt and receipt.ref else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell(Action):
    """A private message to one person, about what goes on in `place`."""

    needs: ClassVar[Capability] = Capability.TELL
    retry: ClassVar[Retry] = Retry.KEYED

    place: str
    person: Author
    text: Document
    kind: Literal["tell"] = "tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(Action):
    """Replaces the text of something the bot said."""

    needs: ClassVar[Capability] = Capability.EDIT
    urgency: ClassVar[Urgency] = Urgency.ANNOUNCE

    ref: Ref | Made
    text: Document
    title: str | None = None
    kind: Literal["edit"] = "edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Action):
    """Takes back something the bot said."""

    needs: ClassVar[Capability] = Capability.DELETE

    ref: Ref | Made
    kind: Literal["delete"] = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin(Action):
    """Pins (`on`) or unpins."""

    needs: ClassVar[Capability] = Capability.PIN
    urgency: ClassVar[Urgency] = Urgency.ANNOUNCE

    ref: Ref | Made
    on: bool = True
    kind: Literal["pin"] = "pin"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        del receipt
        return (Pin(ref=self.ref, on=not self.on),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock(Action):
    """Locks (`on`) a post against comments, or opens it again."""

    needs: ClassVar[Capability] = Capability.LOCK
    urgency: ClassVar[Urgency] = Urgency.REMOVE

    ref: Ref
    reason: str
    on: bool = True
    kind: Literal["lock"] = "lock"

    def undo(self, receipt: Receipt | None) -> tuple[Action, ...]:
        del receipt
        return (Lock(ref=self.ref, on=not self.on, reason=f"undone: {self.reason}"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve(Action):
    """Closes the reports that members made about something said; harmless where none is open."""

    needs: ClassVar[Capability] = Capability.REPORTS

    ref: Ref
    kind: Literal["resolve"] = "resolve"


@dataclass(frozen=True, slots=True, kw_only=True)
class React(Action):
    needs: ClassVar[Capability] = Capability.REACT

    ref: Ref | Made
    symbol: str
    kind: Literal["react"] = "react"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Action):
    """Tells the moderators: a message in their room, or a line in the log where there is no room.

    `about` is the message that it is about, `case` the number of the case where it belongs to another decision. What `asks`
    for a decision goes to each moderator in private where there is no room.
    """

    urgency: ClassVar[Urgency] = Urgency.WARN
    retry: ClassVar[Retry] = Retry.KEYED

    text: Document
    about: Ref | None = None
    case: int | None = None
    asks: bool = False
    kind: Literal["report"] = "report"
