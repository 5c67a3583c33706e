"""The `Cipher` for accounts that take part in encrypted rooms: one Olm machine, and the calls that keep it going."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

from peewee import PeeweeException

from bot.platforms.matrix import raw
from bot.platforms.matrix.client import at
from bot.platforms.matrix.encryption.devices import Devices
from bot.platforms.matrix.encryption.machine import SIGNED, Machine, RoomKey
from bot.platforms.matrix.encryption.published import MEGOLM
from bot.platforms.matrix.encryption.registry import Registry
from bot.platforms.matrix.encryption.rooms import EncryptedRooms
from bot.platforms.matrix.encryption.server import Server
from bot.platforms.matrix.encryption.waiting import Waiting
from bot.platforms.protocol import Refused, Unreachable

log = logging.getLogger(__name__)

Event = dict[str, Any]

#: Where a clear event tells how the sender's device stands with its owner (`devices.Trust`).
MARK = "org.folkmoot.device"

#: Never encrypted: whoever says such a thing in secret goes around the server's rules about who may.
NEVER_SEALED = frozenset({"m.room.redaction", "m.room.encrypted"})

#: What is sent in the clear also in encrypted rooms, because clients do: a reaction says nothing but a picture.
IN_THE_CLEAR = NEVER_SEALED | {"m.reaction"}


class OlmCipher:
    """See `bot.platforms.matrix.cipher.Cipher`. `open` comes before everything else.

    `problem` is what keeps others from trusting us, a sentence for the operator; empty if nothing does.
    """

    works = True

    def __init__(
        self,
        server: Server,
        machine: Machine,
        registry: Registry,
        waiting: Waiting,
        now: Callable[[], datetime],
    ) -> None:
        self.problem = ""
        self._server = server
        self._machine = machine
        self._registry = registry
        self._logins = server.logins
        self._devices = Devices(server, machine, now)
        self._waiting = waiting
        self._rooms = EncryptedRooms(server, machine)
        self._late: list[tuple[str, Event]] = []
        self._read: set[tuple[str, str]] = set()
        self._retry = True  # after a start, for keys whose messages were not handed on before the end
        self._complained: set[str] = set()
        self._speaking = asyncio.Lock()

    async def open(self) -> None:
        """Has the server know our device, and our account vouch for it. Raises StoreLost, PlatformError."""
        standing = await self._registry.enter()
        self._logins = self._server.logins
        self._devices.signer = standing.signer
        if standing.problem and standing.problem != self.problem:
            log.warning("%s", standing.problem)
        self.problem = standing.problem
        self._devices.changed({"changed": [self._server.user]})
        await self._devices.refresh([self._server.user])

    async def close(self) -> None:
        self._machine.close()

    async def feed(self, sync: dict[str, Any]) -> None:
        """Takes in what a sync holds for us. Raises PlatformError."""
        counts = raw.mapping(sync.get("device_one_time_keys_count"))
        if "device_one_time_keys_count" in sync:
            self._machine.uploaded_key_count = raw.integer(counts.get(SIGNED)) or 0
        if isinstance(unused := sync.get("device_unused_fallback_key_types"), list):
            self._machine.fallback_used = SIGNED not in unused
        self._devices.changed(raw.mapping(sync.get("device_lists")))
        with self._on_disk():
            self._rooms.feed(sync)
        events = list(raw.objects(raw.mapping(sync.get("to_device")).get("events")))
        # Known first, so that a session that turns out to be broken can be mended.
        await self._devices.refresh(_senders(events))
        with self._on_disk(), self._machine.together():
            keys = [key for event in events if (key := self._machine.hear(event))]
        places = [(room, event) for room, session in keys for event in self._waiting.of(room, session)]
        if self._retry:
            places, self._retry = self._waiting.all(), False
        for room, event in places:
            clear = await self._open(room, event)
            if clear is not None:
                self._late.append((room, clear))

    def late(self) -> list[tuple[str, Event]]:
        """Messages, by room, that could not be read before and can be now. They come again after a crash before `maintain`."""
        late, self._late = self._late, []
        self._read |= {(room, raw.text(event.get("event_id"))) for room, event in late}
        return late

    async def decrypt(self, room: str, event: Event) -> Event | None:
        """The event as it was meant, with `MARK`; None while its key is missing, or where there is nothing to read.

        Raises PlatformError when the sender's devices cannot be looked up.
        """
        content = raw.mapping(event.get("content"))
        if "state_key" in event or not content.get("ciphertext"):
            return None  # redacted, or nothing that is ever encrypted
        clear = await self._open(room, event)
        if clear is None:
            self._miss(room, event)
            return None
        return await self._with_its_edit(room, clear)

    async def encrypt(self, room: str, kind: str, content: Event) -> tuple[str, Event]:
        """What is to be sent in place of this; unchanged where the room is not encrypted. Raises PlatformError."""
        if kind in IN_THE_CLEAR or not await self._rooms.encrypted(room):
            return kind, content
        async with self._speaking:
            with self._on_disk():
                await self._share(room)
            sealed: Event = self._machine.seal(room, kind, content)
        if "m.relates_to" in content:  # the server threads, edits and counts by it, so it stays readable
            sealed["m.relates_to"] = content["m.relates_to"]
        return "m.room.encrypted", sealed

    async def maintain(self) -> None:
        """After a batch is admitted: forgets what was read late, and does what is due. Raises PlatformError."""
        if self._logins != self._server.logins:
            await self.open()  # whoever signed us out may have removed our device
        await self._devices.refresh()
        with self._on_disk():
            self._waiting.remove(self._read)
            self._read.clear()
            await self._registry.top_up()
            self._machine.collect_key_requests()
            await self._devices.claim(())
            for message in self._machine.messages():
                await self._send(message.type, message.as_dict()["messages"])
                self._machine.sent(message)

    async def _open(self, room: str, event: Event) -> Event | None:
        """The clear event, if a key for it is here and it is what it says it is."""
        content = raw.mapping(event.get("content"))
        sender, ident = raw.text(event.get("sender")), raw.text(event.get("event_id"))
        session, ciphertext = raw.text(content.get("session_id")), raw.text(content.get("ciphertext"))
        if content.get("algorithm") != MEGOLM:
            return None
        keys = self._machine.room_keys(room, session)
        if keys:
            await self._devices.refresh([sender])
        for key in sorted(keys, key=lambda key: self._trust(sender, key) == "unknown"):
            text = self._machine.read(key, ciphertext, ident, raw.integer(event.get("origin_server_ts")) or 0)
            clear = _clear(room, text)
            if clear is None:
                continue
            trust = self._trust(sender, key)
            if trust == "unknown" and (thief := self._devices.owner(key.sender_key, other_than=sender)):
                log.warning(
                    "%s: a message in %s claims to be %s's but was written by %s", ident, room, sender, thief
                )
                return None
            return _merge(event, clear, trust)
        return None

    async def _with_its_edit(self, room: str, event: Event) -> Event:
        """The event with the edit that the server bundled with it, in the clear, too."""
        unsigned = raw.mapping(event.get("unsigned"))
        relations = raw.mapping(unsigned.get("m.relations"))
        edit = raw.mapping(relations.get("m.replace"))
        clear = await self._open(room, edit) if edit.get("type") == "m.room.encrypted" else None
        if clear is None:
            return event
        return {**event, "unsigned": {**unsigned, "m.relations": {**relations, "m.replace": clear}}}

    def _trust(self, sender: str, key: RoomKey) -> str:
        own = self._machine.account.identity_keys
        if sender == self._server.user and (key.sender_key, key.ed25519) == (
            own["curve25519"],
            own["ed25519"],
        ):
            return "signed"
        trust = self._devices.trust(sender, key.sender_key, key.ed25519)
        return "unsigned" if key.forwarded and trust == "signed" else trust

    def _miss(self, room: str, event: Event) -> None:
        """Keeps an unreadable message for when its key comes; says so once for each room."""
        sender, content = raw.text(event.get("sender")), raw.mapping(event.get("content"))
        with self._on_disk():
            self._waiting.add(room, event)
        self._machine.ask_ourselves(
            room, raw.text(content.get("session_id")), raw.text(content.get("sender_key"))
        )
        if room not in self._complained:
            self._complained.add(room)
            log.warning(
                "%s: cannot read what %s says (no key); rules do not see it. It is read when the key comes. It never comes"
                " for what was said before the bot joined, or by clients that share no keys with it%s",
                room,
                sender,
                f": {self.problem}" if self.problem else "",
            )

    async def _share(self, room: str) -> None:
        """Sees to it that everybody in the room, and nobody else, has the key for what we say next. Raises PlatformError."""
        rotation = self._rooms.rotation(room)
        if not rotation.known:
            raise Refused(f"room {room} is encrypted in a way that Folkmoot does not know", "encrypted")
        people = await self._rooms.members(room)
        await self._devices.refresh(people)
        devices = self._machine.devices(people)
        audience = {(device.user_id, device.id) for device in devices}
        session = self._machine.outbound_group_sessions.get(room)
        if session is None or session.expired or not session.users_shared_with <= audience:
            self._machine.create_outbound_group_session(room)
            session = self._machine.outbound_group_sessions[room]
            session.max_age, session.max_messages = rotation.after, rotation.messages
        lacking = [
            device for device in devices if (device.user_id, device.id) not in session.users_shared_with
        ]
        if lacking:
            await self._devices.claim(lacking)
            for reached, messages in self._machine.room_key_messages(room, lacking):
                await self._send("m.room.encrypted", messages)
                session.users_shared_with.update((device.user_id, device.id) for device in reached)
        session.mark_as_shared()

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        """What is done inside is written down. Where that fails, nothing of it happened. Raises Unreachable then."""
        try:
            yield
        except (PeeweeException, OSError) as error:
            self._machine.revert()
            raise Unreachable(
                f"the keys of {self._server.user} cannot be stored ({error}); see to the disk, it is tried again"
            ) from error

    async def _send(self, kind: str, messages: Mapping[str, Any]) -> None:
        path = at("v3", "sendToDevice", kind, uuid4().hex)
        await self._server.call("PUT", path, {"messages": messages})


def _senders(events: list[Event]) -> set[str]:
    """Who sent something encrypted."""
    return {
        sender
        for event in events
        if event.get("type") == "m.room.encrypted" and (sender := raw.text(event.get("sender")))
    }


def _clear(room: str, text: str | None) -> Event | None:
    """The clear event in a decrypted text, if it was meant for this room."""
    try:
        found = raw.mapping(json.loads(text)) if text is not None else {}
    except (ValueError, RecursionError):
        return None
    kind = found.get("type")
    sound = isinstance(kind, str) and kind not in NEVER_SEALED and isinstance(found.get("content"), dict)
    return found if sound and found.get("room_id") == room else None


def _merge(event: Event, clear: Event, trust: str) -> Event:
    """The server's event with what it really says. Servers and clients go by the outer relation, so it alone counts."""
    outer = raw.mapping(event.get("content"))
    content = {key: value for key, value in clear["content"].items() if key != "m.relates_to"}
    if "m.relates_to" in outer:
        content["m.relates_to"] = outer["m.relates_to"]
    return {**event, "type": clear["type"], "content": content, MARK: trust}
