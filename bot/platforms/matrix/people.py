"""Who is meant, who is there, and what they may do: people in the rooms of one account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.model import Author, Place, PlaceKind, Platform, Policy, Profile, Role
from bot.platforms.matrix import links, refs
from bot.platforms.matrix.calls import Calls
from bot.platforms.matrix.events import is_user
from bot.platforms.matrix.rooms import Room, Rooms
from bot.platforms.matrix.shapes import Eyes
from bot.platforms.protocol import Unreachable


class People:
    """Looks people up. `private` is the place of talks with one person each."""

    def __init__(
        self, calls: Calls, rooms: Rooms, eyes: Eyes, places: Mapping[str, Place], private: Place
    ) -> None:
        self._calls = calls
        self._rooms = rooms
        self._eyes = eyes
        self._places = places
        self._private = private

    @property
    def me(self) -> Author:
        return Author(Platform.MATRIX, self._eyes.user, self._eyes.user, is_bot=True)

    async def person(self, handle: str, place: str) -> Author | None:
        """`@ana:example.org`, a link to it, or `ana` for somebody of our own server who is or was in the room."""
        link = links.parse(handle)
        user = link.user if link else None
        room = self._rooms.by_alias(place)
        if user is None:
            name = handle.strip().removeprefix("@").lower()
            guess = f"@{name}:{links.server(self._eyes.user)}"
            if room is None or not is_user(guess) or await self._calls.membership(room.id, guess) is None:
                return None
            user = guess
        return self._author(user, place)

    def refresh(self, person: Author, place: str) -> Author:
        """The same person with the role that they have there now."""
        role = self._author(person.id, place).role
        # TRUSTED is given in the configuration, not by Matrix.
        trusted = Role.TRUSTED if person.role is Role.TRUSTED else Role.EVERYONE
        return replace(person, role=max(role, trusted))

    async def profile(self, person: Author) -> Profile | None:
        """Their display name; Matrix counts nothing, and has no votes."""
        return Profile(display_name=await self._calls.display(person.id))

    def policies(self, place: str) -> list[Policy]:
        """The rules of a list. Raises Refused where the bot is not in its room, Unreachable before they were read."""
        if place not in self._places or self._places[place].kind is not PlaceKind.POLICY:
            return []
        room = refs.joined(place, self._rooms)
        if not room.known:
            raise Unreachable(f"the rules of {place} were not read yet")
        return room.rules.policies

    async def members(self, place: str) -> list[Author]:
        """Who is in a room now, ourselves apart; nobody that we could see where the bot is not in it.

        Raises PlatformError, also before any room was read: then nobody knows where the bot is.
        """
        if self._rooms.by_alias(place) is None and any(room.known for room in self._rooms):
            return []
        room = refs.joined(place, self._rooms)
        members = await self._calls.joined_members(room.id)
        return [self._eyes.author(user, room) for user in members if user != self._eyes.user]

    def _author(self, user: str, place: str) -> Author:
        """The person with their role in a place; in private, the highest in that community's rooms."""
        room = self._rooms.by_alias(place) or Room("", self._places.get(place, self._private))
        return self._eyes.author(user, room)
