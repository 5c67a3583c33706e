"""What people do to people in a room by hand: they join, kick, ban, and mute by power level."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.model import Act, Author, Joined, Sanctioned
from bot.platforms.matrix import raw
from bot.platforms.matrix.events import MEMBER, MESSAGE, Event, is_user
from bot.platforms.matrix.power import Powers
from bot.platforms.matrix.rooms import CREATE, Room

#: Of one change of power levels, so many mutes are told.
_MUTES = 50
_LONGEST_REASON = 1_000

Who = Callable[[str], Author]


def read(
    event: Event, room: Room, bot: str, before: Mapping[str, Any] | None, who: Who
) -> tuple[Joined | Sanctioned, ...]:
    """What a change of membership or of power levels did to people other than the account `bot`.

    `before` is the content that it changed; where it is None, what the server says about that counts.
    """
    if event.state_key is None:
        return ()
    old = before if before is not None else raw.mapping(event.unsigned.get("prev_content"))
    if event.kind == MEMBER:
        return _member(event, room, bot, raw.text(old.get("membership")), who)
    return tuple(_levels(event, room, bot, old, who)) if old and not event.state_key else ()


def _member(event: Event, room: Room, bot: str, old: str, who: Who) -> tuple[Joined | Sanctioned, ...]:
    person = event.state_key or ""
    if not is_user(person) or person == bot:
        return ()
    new, by_hand = raw.text(event.content.get("membership")), event.sender != person
    if new == "join" and old != "join" and not by_hand:
        return (Joined(room.place, who(person), event.id, event.at),)
    act = None
    if new == "ban" and old != "ban":
        act = Act.BAN
    elif new == "leave" and by_hand:
        # Taking back an invitation or refusing a knock shuts out nobody who was in.
        act = {"ban": Act.UNBAN, "join": Act.KICK}.get(old)
    return (_sanctioned(event, room, person, act, who, event.id),) if act else ()


def _levels(event: Event, room: Room, bot: str, old: Mapping[str, Any], who: Who) -> Iterator[Sanctioned]:
    """Those whose own level fell below what speaking needs, and those whose level rose to it."""
    create = room.event(CREATE)
    before, after = Powers.of(create, old), Powers.of(create, event.content)
    count = 0
    for person in {**before.users, **after.users}:
        if not is_user(person) or person == bot or before.level(person) == after.level(person):
            continue
        spoke = before.level(person) >= before.sends(MESSAGE)
        speaks = after.level(person) >= after.sends(MESSAGE)
        if spoke != speaks and count < _MUTES:
            count += 1
            act = Act.UNMUTE if speaks else Act.MUTE
            yield _sanctioned(event, room, person, act, who, f"{event.id}/{person}")


def _sanctioned(event: Event, room: Room, person: str, act: Act, who: Who, ident: str) -> Sanctioned:
    return Sanctioned(
        place=room.place,
        person=who(person),
        by=who(event.sender),
        act=act,
        reason=raw.text(event.content.get("reason"))[:_LONGEST_REASON],
        id=ident,
        at=event.at,
    )
