"""Getting into rooms: the configured ones, invitations from those who may, and rooms that replace others."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from bot.clock import Clock
from bot.model import Noticed, Place
from bot.platforms.matrix import raw
from bot.platforms.matrix.calls import Calls
from bot.platforms.matrix.client import at
from bot.platforms.matrix.errors import MISSING, SENTENCES
from bot.platforms.matrix.events import is_room, is_user
from bot.platforms.matrix.rooms import CREATE, MEMBER, TOMBSTONE, Room, Rooms
from bot.platforms.protocol import PlatformError, Refused, SignedOut

log = logging.getLogger(__name__)

#: Entering a room on another server takes its time, in seconds.
PATIENCE = 90.0

#: What could not be done because a server was away is tried again after this.
AGAIN = timedelta(minutes=1)

#: Of so many invitations an hour from strangers the moderators hear.
STRANGERS = 5


@dataclass(frozen=True, slots=True)
class Invitation:
    """`inviter` asks us into `room`; `direct` when it is said to be a talk between two."""

    room: str
    inviter: str
    direct: bool


class Doors:
    """Enters rooms for one account. `inviters` are ids, or patterns of ids with `*`, of those whose invitation counts.

    `private` is the place in whose community's moderators' room is told what belongs to no configured room. With `talks`
    people of the configured rooms may begin a private talk.
    """

    def __init__(
        self,
        calls: Calls,
        rooms: Rooms,
        private: Place,
        inviters: Iterable[str],
        clock: Clock,
        *,
        talks: bool = True,
    ) -> None:
        self._calls = calls
        self._client = calls.client
        self._rooms = rooms
        self._private = private
        self._inviters = tuple(inviters)
        self._talks = talks
        self._clock = clock
        self._later: dict[str, datetime] = {}
        self._refused: set[tuple[str, str]] = set()
        self._strangers: list[datetime] = []
        self.absent: dict[str, str] = {}  # why we are not in a configured room, by its place's alias

    # The configured rooms

    async def enter_all(self, places: Iterable[Place]) -> None:
        """Enters each configured room. One that cannot be entered is noted in `absent`. Raises SignedOut, Unreachable."""
        joined = set(await self._calls.joined_rooms())
        for place in places:
            try:
                await self._enter_place(place, joined)
            except SignedOut:
                raise
            except PlatformError as error:
                self.absent[place.alias] = _why(error)
                log.warning("place %s: the bot is not in its room: %s", place.alias, self.absent[place.alias])
            else:
                self.absent.pop(place.alias, None)

    async def _enter_place(self, place: Place, joined: set[str]) -> None:
        ident, servers = place.native, [place.native.partition(":")[2]]
        if place.native.startswith("#"):
            ident, servers = await self._resolve(place.native)
        self._rooms.place(ident, place)
        if ident in joined:
            return
        if await self._shown_the_door(ident):
            raise Refused("somebody removed it; invite it again", "kicked")
        await self.enter(ident, servers)

    async def _resolve(self, alias: str) -> tuple[str, list[str]]:
        try:
            answer = await self._client.call("GET", at("v3", "directory", "room", alias))
        except Refused as error:
            if error.code in MISSING:
                raise Refused(
                    f"there is no room with the address {alias}; check how it is written", "no_such_room"
                ) from error
            raise
        ident = answer.get("room_id")
        if not isinstance(ident, str) or not is_room(ident):
            raise Refused(f"the server does not say which room {alias} is", "bad_answer")
        return ident, [server for server in raw.items(answer.get("servers")) if isinstance(server, str)]

    async def _shown_the_door(self, ident: str) -> bool:
        """Whether somebody else removed us from that room: then we come back by invitation only."""
        path = at("v3", "rooms", ident, "state", MEMBER, self._client.user)
        try:
            event = await self._client.call("GET", path, query={"format": "event"})
        except Refused:
            return False  # we never were there, as far as the server tells
        content = raw.mapping(event.get("content"))
        return content.get("membership") == "leave" and raw.text(event.get("sender")) not in {
            "",
            self._client.user,
        }

    async def enter(self, ident: str, servers: Iterable[str]) -> None:
        """Joins a room, through one of `servers` where ours is not in it. Raises PlatformError."""
        via = [server for server in servers if server][:3]
        query = {"via": via, "server_name": via}  # the second is the older name of the first
        await self._client.call("POST", at("v3", "join", ident), query=query, patience=PATIENCE)

    # Invitations

    def invited(self, ident: str, stripped: object) -> Invitation | None:
        """The invitation into that room, from the stripped state that it shows; None when it is none to be taken seriously."""
        for event in raw.objects(raw.mapping(stripped).get("events")):
            content = raw.mapping(event.get("content"))
            mine = event.get("type") == MEMBER and event.get("state_key") == self._client.user
            if mine and content.get("membership") == "invite" and is_room(ident):
                sender = event.get("sender")
                if isinstance(sender, str) and is_user(sender):
                    return Invitation(ident, sender, direct=content.get("is_direct") is True)
        return None

    async def welcome(self, invitation: Invitation) -> bool:
        """Whether it is to be accepted. Raises PlatformError where the server does not tell who that is.

        Into a configured room anybody's is, into others that of those configured, and into a private talk that of whoever is
        in a configured room, or banned from one.
        """
        ident, inviter = invitation.room, invitation.inviter
        waiting = {pair for pair in self._refused if pair[1] == ident}
        self._refused -= waiting  # it replaces a configured room: to be looked at again
        if waiting or self._trusted(ident, inviter):
            return True
        if not (self._talks and invitation.direct):
            return False
        for room in self._rooms:
            if self._rooms.configured(room.id) and await self._calls.membership(room.id, inviter) in {
                "join",
                "ban",
            }:
                return True
        return False

    def _trusted(self, ident: str, inviter: str) -> bool:
        """Whether the room is one of ours, or the inviter one of those configured."""
        return self._rooms.configured(ident) is not None or any(
            fnmatchcase(inviter, pattern) for pattern in self._inviters
        )

    def stranger(self, invitation: Invitation) -> list[Noticed]:
        """What the moderators hear of an invitation that is not accepted: of each once, and only of a few an hour."""
        now, ident, inviter = self._clock.now(), invitation.room, invitation.inviter
        self._strangers = [at for at in self._strangers if now - at < timedelta(hours=1)]
        log.warning("%s: %s invites to %s and may not; left alone", self._client.account, inviter, ident)
        if len(self._strangers) >= STRANGERS:
            return []
        self._strangers.append(now)
        text = f"{inviter} invited me to the room {ident}. I only accept invitations from people in `invites_from`."
        return [self.told(None, text, f"invite:{ident}:{inviter}")]

    async def accept(self, invites: Mapping[str, str]) -> tuple[dict[str, str], list[Noticed]]:
        """Follows invitations; those that have to be tried again later, and what the moderators should know."""
        left: dict[str, str] = {}
        told: list[Noticed] = []
        for ident, inviter in invites.items():
            if not self.due([ident]):
                left[ident] = inviter
                continue
            try:
                await self.enter(ident, [inviter.partition(":")[2]])
                if not self._trusted(ident, inviter) and await self._crowded(ident):
                    await self._leave(ident)
            except SignedOut:
                raise
            except Refused as error:
                log.warning("%s: cannot enter %s: %s", self._client.account, ident, error)
                place = self._rooms.configured(ident)
                text = f"I could not follow the invitation of {inviter} to the room {ident}: {_why(error)}."
                told.append(self.told(place, text, f"enter:{ident}:{inviter}"))
            except PlatformError as error:
                log.info("%s: cannot enter %s yet: %s", self._client.account, ident, error)
                self._later[ident] = self._clock.now() + AGAIN
                left[ident] = inviter
            else:
                place = self._rooms.configured(ident)
                if place:
                    self.absent.pop(place.alias, None)
        return left, told

    async def _crowded(self, ident: str) -> bool:
        """Whether more than two people are in a room that was said to be a private talk."""
        members = await self._client.call("GET", at("v3", "rooms", ident, "joined_members"))
        return len(raw.mapping(members.get("joined"))) > 2

    # Upgrades

    async def follow(self, room: Room) -> list[Noticed]:
        """Goes along where a configured room was replaced by another; what the moderators should know.

        Only where who closed the old room had the power to, and the new one names the old one as its predecessor.
        """
        tombstone = room.event(TOMBSTONE)
        content = raw.mapping(tombstone.get("content"))
        successor, sender = content.get("replacement_room"), raw.text(tombstone.get("sender"))
        if not isinstance(successor, str) or not is_room(successor) or successor == room.id:
            return []
        if (room.id, successor) in self._refused or not self.due([successor]):
            return []
        level = room.powers.level(sender)
        if level < room.powers.sets(TOMBSTONE) or level <= room.powers.users_default:
            return self._not_followed(room, successor, f"{sender}, who closed it, has no power to")
        try:
            await self.enter(successor, [sender.partition(":")[2]])
            create = await self._client.call("GET", at("v3", "rooms", successor, "state", CREATE, ""))
        except Refused as error:
            return self._not_followed(room, successor, _why(error))
        except SignedOut:
            raise
        except PlatformError as error:
            log.info("%s: cannot follow to %s yet: %s", self._client.account, successor, error)
            self._later[successor] = self._clock.now() + AGAIN
            return []
        if raw.mapping(create.get("predecessor")).get("room_id") != room.id:
            await self._leave(successor)
            return self._not_followed(
                room, successor, "the new room does not name the old one as its predecessor"
            )
        place = room.place
        self._rooms.place(successor, place)
        log.warning("place %s: its room was replaced; following to %s", place.alias, successor)
        text = (
            f"The room of {place.alias} was upgraded, and I followed to {successor}. Write the new id into the"
            " configuration, and check my power level there."
        )
        return [self.told(place, text, f"upgraded:{successor}")]

    def _not_followed(self, room: Room, successor: str, why: str) -> list[Noticed]:
        self._refused.add((room.id, successor))
        log.warning("place %s: not following to %s: %s", room.place.alias, successor, why)
        text = (
            f"The room of {room.place.alias} was replaced by {successor}, but I do not follow: {why}. If the new room is"
            " the right one, write its id into the configuration and invite me there."
        )
        return [self.told(room.place, text, f"not-followed:{successor}")]

    async def _leave(self, ident: str) -> None:
        try:
            await self._client.call("POST", at("v3", "rooms", ident, "leave"))
        except PlatformError as error:
            log.info("%s: could not leave %s: %s", self._client.account, ident, error)

    # Common

    def told(self, place: Place | None, text: str, ident: str) -> Noticed:
        return Noticed(place or self._private, text, ident, self._clock.now())

    def due(self, rooms: Iterable[str]) -> bool:
        """Whether it is time to try to enter one of these: those that could not be entered wait."""
        now = self._clock.now()
        return any(ident not in self._later or now >= self._later[ident] for ident in rooms)


def _why(error: PlatformError) -> str:
    """Why a room cannot be entered, for moderators."""
    code = error.code if isinstance(error, Refused) else ""
    if code == "M_FORBIDDEN":
        return "it is not open to everybody, and nobody has invited me"
    return SENTENCES.get(code, str(error))


def removed(event: Mapping[str, Any], place: Place) -> str:
    """The sentence about our own removal from a configured room."""
    content = raw.mapping(event.get("content"))
    how = "banned me from" if content.get("membership") == "ban" else "removed me from"
    reason = raw.text(content.get("reason")).strip()[:500]
    return (
        f"{raw.text(event.get('sender')) or 'Somebody'} {how} the room of {place.alias}"
        f"{f' ({reason})' if reason else ''}. I read nothing there until I am invited again."
    )
