"""Raw events as the bot's own model. Tolerant: whatever an event is made of, nothing here raises.

A person is their full id (`@ana:example.org`), for the ledger and for readers: display names are anybody's to choose, and
clients show them by themselves where an id is mentioned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from bot.model import Author, Edited, Message, Occurrence, Platform, Reacted, Removed, Role
from bot.platforms.matrix import acts, links, raw
from bot.platforms.matrix.command import Listener
from bot.platforms.matrix.events import ENCRYPTED, MEMBER, POWER, REACTION, REDACTION, Event
from bot.platforms.matrix.refs import ref
from bot.platforms.matrix.rooms import Room, Rooms, number
from bot.platforms.matrix.words import said, speaks
from bot.prefixes import USUAL, Prefixes

#: The longest reaction and reason that are taken over.
_LONGEST_SYMBOL = 100
_LONGEST_REASON = 1_000


@dataclass(frozen=True)
class Eyes:
    """Whose eyes we read with: the account `user` (`@folkmoot:example.org`), shown as `name`, and the rooms it is in.

    `prefixes` gives what commands begin with in a place, by its alias (`!` where it names none); `bots` are the ids of other bots.
    """

    account: str
    user: str
    rooms: Rooms
    name: str | None = None
    prefixes: Prefixes = field(default_factory=dict)
    bots: frozenset[str] = frozenset()

    @cached_property
    def listener(self) -> Listener:
        return Listener(self.user, self.name)

    def author(self, user: str, room: Room) -> Author:
        """The person with their role in `room`; in private, the highest they have in that community's rooms.

        Whoever keeps a policy list has no power with us for that.
        """
        if room.private or room.lists:
            ours = (r for r in self.rooms if self._meets(r, room.place.community))
            role = max((r.role(user) for r in ours), default=Role.EVERYONE)
        else:
            role = room.role(user)
        return Author(Platform.MATRIX, user, user, role, is_bot=user in self.bots)

    @staticmethod
    def _meets(room: Room, community: str) -> bool:
        """Whether `room` is one in which that community meets."""
        return bool(community) and room.place.community == community and not (room.private or room.lists)

    def url(self, room: Room, event: str) -> str | None:
        """The link for people; none for what was said in private."""
        return None if room.private else links.url(room.id, event, via=[links.server(self.user)])


def wanted(event: Event) -> str | None:
    """The id of the other event of that room without which this one cannot be understood; None when there is none.

    An edit counts only for its own author, and a redaction of a reaction is none of a message.
    """
    if event.kind == REDACTION:
        return event.redacted_id or event.redacts(0)
    return event.replaces


def read(
    event: Event,
    room: Room,
    eyes: Eyes,
    *,
    about: Event | None = None,
    before: Mapping[str, Any] | None = None,
) -> tuple[Occurrence, ...]:
    """What happened, mostly one thing or nothing; nothing for what our own account did.

    `about` is the event that `wanted` names, where it could be had. `before` is the content of the same piece of state
    before this event; where it is None, what the server says about that counts.
    """
    if event.sender == eyes.user or event.redacted:
        return ()
    if event.kind == REDACTION:
        return _removed(event, room, eyes, about)
    if event.kind == REACTION:
        return _reacted(event, room, eyes)
    if event.kind in {MEMBER, POWER}:
        return acts.read(event, room, eyes.user, before, lambda user: eyes.author(user, room))
    if event.replaces and about is not None and is_edit(event, about):
        edited = _message(about, room, eyes)
        edited = replace(edited, text=said(event), edited_at=event.at, command=None, gone=False)
        return (Edited(edited, event.at),)
    return (_message(event, room, eyes),) if speaks(event) else ()


def message(event: Event, room: Room, eyes: Eyes) -> Message | None:
    """Something said as it reads now, with an edit that the server sent along; None for any other event.

    What was taken away is `gone`; its kind alone is left of it.
    """
    if not speaks(event):
        return None
    found = _message(event, room, eyes)
    edit = event.replacement
    if edit is not None and is_edit(edit, event) and not event.redacted:
        return replace(found, text=said(edit), edited_at=edit.at)
    return found


def is_edit(event: Event, about: Event) -> bool:
    """Whether `event` replaces the text of `about`. (Source: "Validity of replacement events" in the specification.)

    Anything else that claims to is an ordinary message to us, so that no filter misses it. An edit of what a moderator removed
    is still one: it arrives late, or shows in no client, and nobody is to pay twice for one message.
    """
    return (
        event.replaces == about.id
        and event.sender == about.sender
        and (event.kind == about.kind or (about.removed and about.kind == ENCRYPTED))
        and event.state_key is None
        and about.state_key is None
        and about.replaces is None
        and (about.removed or not about.redacted)
        and isinstance(event.content.get("m.new_content"), dict)
    )


def _message(event: Event, room: Room, eyes: Eyes) -> Message:
    name = ref(room, event.id)
    command = eyes.listener.command(
        event, prefixes=eyes.prefixes.get(room.place.alias, USUAL), private=room.private
    )
    thread = ref(room, event.thread) if event.thread else None
    parent = ref(room, event.answers) if event.answers else None
    if thread and parent is None and command is None:
        # Whatever stands in a thread answers its root; but a command there is about nobody whom it does not name.
        parent = thread
    return Message(
        ref=name,
        place=room.place,
        author=eyes.author(event.sender, room),
        text=said(event),
        sent_at=event.at,
        root=thread or parent or name,
        parent=parent,
        command=None if event.redacted or event.sender == eyes.user else command,
        url=eyes.url(room, event.id),
        replies=_replies(event),
        gone=event.redacted,
    )


def _replies(event: Event) -> int | None:
    """How many messages the thread below has, where the server counted."""
    relations = raw.mapping(event.unsigned.get("m.relations"))
    count = raw.integer(raw.mapping(relations.get("m.thread")).get("count"))
    return count if count is not None and count >= 0 else None


def _removed(event: Event, room: Room, eyes: Eyes, about: Event | None) -> tuple[Removed, ...]:
    """A message that was taken away, by its author or by somebody who may; nothing for a reaction.

    Servers pass on redactions that are not in force, and clients then show the message all the same.
    """
    target = event.redacts(number(room))
    if target is None or (about is not None and not _may_speak(about, target)):
        return ()
    own = about is not None and about.sender == event.sender
    entitled = room.powers.level(event.sender) >= room.powers.redact
    if not (own or entitled or (about is not None and about.redacted)):
        return ()
    by = None if own else eyes.author(event.sender, room)
    return (Removed(ref(room, target), room.place, by, _reason(event), event.at),)


def _may_speak(about: Event, target: str) -> bool:
    """Whether what was redacted may have been a message: of an encrypted one nothing but that is left."""
    return about.id == target and about.kind != REACTION and about.state_key is None


def _reacted(event: Event, room: Room, eyes: Eyes) -> tuple[Reacted, ...]:
    target, symbol = event.annotates, event.symbol[:_LONGEST_SYMBOL]
    if target is None or not symbol or event.state_key is not None:
        return ()
    author = eyes.author(event.sender, room)
    return (Reacted(ref(room, target), room.place, author, symbol, event.id, event.at),)


def _reason(event: Event) -> str:
    return raw.text(event.content.get("reason"))[:_LONGEST_REASON]
