"""What `folkmoot check --online` tells about a Matrix account: each room, and what the bot may not do there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.actions import Capability
from bot.model import Place, PlaceKind
from bot.platforms.matrix.calls import Calls
from bot.platforms.matrix.cipher import Cipher
from bot.platforms.matrix.client import at
from bot.platforms.matrix.doors import Doors
from bot.platforms.matrix.errors import MISSING
from bot.platforms.matrix.policies import USER_RULE
from bot.platforms.matrix.power import OUT_OF_REACH, Powers
from bot.platforms.matrix.rooms import CREATE, ENCRYPTION, POWER, Rooms
from bot.platforms.protocol import Refused

#: For each capability the plugins that need it.
Needs = Mapping[Capability, tuple[str, ...]]

_LOOKED_AT = (CREATE, POWER, ENCRYPTION, "m.room.name", "m.room.canonical_alias")


class Check:
    """For one account that is signed in and has entered its rooms. `needs` is what plugins need, by the place's alias."""

    def __init__(
        self, calls: Calls, rooms: Rooms, doors: Doors, cipher: Cipher, needs: Mapping[str, Needs]
    ) -> None:
        self._calls = calls
        self._client = calls.client
        self._rooms = rooms
        self._doors = doors
        self._cipher = cipher
        self._needs = needs

    async def look(self, places: Iterable[Place]) -> None:
        """Asks how each of our rooms stands now. Raises PlatformError.

        A first `/sync` would tell in one go, but servers answer the same question from a cache for minutes.
        """
        ours = set(places)
        for ident in await self._calls.joined_rooms():
            if self._rooms.configured(ident) in ours:
                await self._state(ident)

    async def _state(self, ident: str) -> None:
        room = self._rooms.joined(ident)
        for kind in _LOOKED_AT:
            try:
                path = at("v3", "rooms", ident, "state", kind, "")
                found = await self._client.call("GET", path, query={"format": "event"})
            except Refused as refusal:
                if refusal.code not in MISSING:
                    raise
                continue
            # Older servers know no `format` and answer with the content alone.
            whole = "content" in found and "sender" in found
            room.take((found if whole else {"content": found}) | {"type": kind, "state_key": ""})

    def problems(self, places: Iterable[Place]) -> list[str]:
        """One sentence for each thing that is missing; empty when nothing is."""
        found: list[str] = []
        for place in places:
            if place.kind is not PlaceKind.PRIVATE:
                found += self._place(place)
        if self._cipher.works and self._cipher.problem:
            found.append(f"account {self._client.account}: {self._cipher.problem}")
        if self._client.limited:
            found.append(
                f"account {self._client.account}: the server limits how fast the bot may act: bans have to wait, too. Have its"
                " owner lift that for this account"
            )
        return found

    def rights(self, places: Iterable[Place]) -> list[str]:
        """One line for each room that the bot is in: what it may do there, and what not; and how limits are lifted."""
        found: list[str] = []
        for place in places:
            room = self._rooms.by_alias(place.alias)
            if room is None or room.private:
                continue
            level = room.powers.level(self._client.user)
            if room.lists:
                publishes = "and publish" if level >= room.powers.sets(USER_RULE) else "but not publish"
                found.append(
                    f"place {place.alias}: {room.label}, a policy list: the bot may follow it, {publishes} there"
                )
                continue
            able = [act.words for act in _acts(room.powers) if level >= act.level]
            unable = [act.words for act in _acts(room.powers) if level < act.level]
            found.append(
                f"place {place.alias}: {room.label}, version {room.version}, {'' if room.encrypted else 'not '}encrypted:"
                f" the bot may {_list(able)}{f'; not {_list(unable)}' if unable else ''}"
            )
        return [*found, self._limits()]

    def _limits(self) -> str:
        """What nobody can see from outside before it is felt: a server's limits, and how its owner lifts them."""
        return (
            f"account {self._client.account}: a fresh Synapse lets an account do ten things at once and then one in five seconds,"
            " bans included; its owner lifts that for the bot alone with: curl -X POST -H 'Authorization: Bearer ADMIN_TOKEN' -d"
            f""" '{{"messages_per_second": 0, "burst_count": 0}}' '{self._client.url}/_synapse/admin/v1/users/"""
            f"{self._client.user}/override_ratelimit'"
        )

    def _place(self, place: Place) -> list[str]:
        room = self._rooms.by_alias(place.alias)
        if room is None:
            why = self._doors.absent.get(place.alias, "it has not been invited yet")
            return [f"place {place.alias}: the bot is not in {place.native}: {why}"]
        if room.lists:
            return []
        here = f"place {place.alias}: {room.label}"
        lacks = lacking(room.powers, self._client.user, self._needs.get(place.alias, {}))
        found = [f"{here}: {lacks}"] if lacks else []
        if room.encrypted and not self._cipher.works:
            found.append(f"{here} is encrypted: {self._cipher.problem}")
        return found


def lacking(powers: Powers, bot: str, needs: Needs) -> str:
    """What the account `bot` may not do in a room although something that is configured needs it; empty where nothing is.

    Speaking is always needed.
    """
    own = powers.level(bot)
    missing: dict[tuple[int, str], list[str]] = {}
    for act in _acts(powers):
        plugins = needs.get(act.capability, ())
        if own < act.level and (plugins or act.capability is Capability.REPLY):
            missing.setdefault((act.level, ", ".join(plugins)), []).append(act.words)
    if not missing:
        return ""
    acts = ", and to ".join(
        f"{' and '.join(filter(None, (', '.join(words[:-1]), words[-1])))} ({_takes(level, plugins)})"
        for (level, plugins), words in sorted(missing.items())
    )
    return (
        f"the bot's power level is {own}, too low to {acts}. Somebody of a higher level can raise it in the room's settings,"
        " or at the bot's name in the list of members"
    )


def _takes(level: int, plugins: str) -> str:
    takes = "nobody may there" if level >= OUT_OF_REACH else f"takes {level}"
    return f"{takes}; for {plugins}" if plugins else takes


@dataclass(frozen=True, slots=True)
class _Act:
    """Something that one may do in a room, the power level that it takes, and what plugins call it."""

    words: str
    level: int
    capability: Capability


def _acts(powers: Powers) -> list[_Act]:
    return [
        _Act("speak", powers.sends("m.room.message"), Capability.REPLY),
        _Act("remove messages", powers.redact, Capability.REMOVE),
        _Act("kick people", powers.kick, Capability.KICK),
        _Act("ban people", powers.ban, Capability.BAN),
        _Act("mute people", powers.sets(POWER), Capability.MUTE),
        _Act("lock the room down", powers.sets(POWER), Capability.LOCKDOWN),
        _Act("pin messages", powers.sets("m.room.pinned_events"), Capability.PIN),
    ]


def _list(words: list[str]) -> str:
    return ", ".join(words) or "nothing"
