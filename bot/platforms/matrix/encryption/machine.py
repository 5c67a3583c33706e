"""Nio's Olm machine, kept safe from what strangers send it, and taught what it lacks.

It keeps the account's own keys, the sessions with other devices and the rooms' keys, in one SQLite file. It knows no
server: what is to be sent is returned, what was received is handed in.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nio.crypto import Olm, OlmDevice, TrustState
from nio.event_builders import RoomKeyRequestMessage
from nio.events import RoomKeyEvent, ToDeviceEvent
from nio.responses import KeysClaimResponse, KeysUploadResponse, ToDeviceResponse
from peewee import PeeweeException

from bot.platforms.matrix import raw
from bot.platforms.matrix.encryption.published import MEGOLM, OLM, Device
from bot.platforms.matrix.encryption.signing import payload
from bot.platforms.matrix.encryption.store import Store

log = logging.getLogger(__name__)

#: What of other devices' messages concerns us. Interactive verification is not among it: nobody is there to compare emoji.
HEARD = frozenset({"m.room.encrypted", "m.room_key_request"})

#: One-time keys, signed by the device.
SIGNED = "signed_curve25519"

#: So many room keys are asked for at a time; strangers make up names of keys at will.
MOST_ASKED = 200

#: A request to a homeserver holds messages for this many devices.
CHUNK = 50


class Damaged(Exception):
    """The store holds something else than keys."""


@dataclass(frozen=True, slots=True)
class RoomKey:
    """A key with which messages of one device in one room can be read."""

    room: str
    session: str
    sender_key: str
    ed25519: str
    forwarded: bool
    secret: Any

    def __repr__(self) -> str:
        return f"RoomKey({self.room!r}, {self.session!r})"


@dataclass(frozen=True, slots=True)
class _Index:
    """Where a message stands in its session, in the words of nio's check against messages that are sent twice."""

    sender_key: str
    session_id: str
    event_id: str
    server_timestamp: int


class Machine(Olm):  # type: ignore[misc]  # nio has no types
    """The cryptographic life of one device. Its store lies in `folder`; one that is damaged raises Damaged, else OSError."""

    device_store: Any

    def __init__(self, user: str, device: str, folder: Path) -> None:
        file = folder / f"{quote(device, safe='')}.db"
        # Made here, because SQLite's side files take their mode from it.
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
        file.chmod(0o600)
        try:
            store = Store(user, device, str(folder), database_name=file.name)
            super().__init__(user, device, store)
        except (PeeweeException, ValueError) as error:
            raise Damaged(str(error)) from error
        self.fallback_used = False

    def close(self) -> None:
        self.store.database.close()

    def revert(self) -> None:
        """Goes back to what is on the disk, where writing failed half-way."""
        devices = self.device_store
        self.account = self.store.load_account()
        self.load()
        self.device_store = devices  # these come from the server, never from the disk
        self.outbound_group_sessions.clear()  # our own copy of one of them may be what was not written

    def together(self) -> AbstractContextManager[Any]:
        """One write to the disk for all that happens inside, instead of one each."""
        found: AbstractContextManager[Any] = self.store.database.atomic()
        return found

    # Our own keys

    def device_keys(self) -> dict[str, Any]:
        """Our public keys, signed by the device."""
        keys = {
            "user_id": self.user_id,
            "device_id": self.device_id,
            "algorithms": [OLM, MEGOLM],
            "keys": {
                f"{kind}:{self.device_id}": key for kind, key in sorted(self.account.identity_keys.items())
            },
        }
        return self.signed(keys)

    def signed(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """`content` with the device's signature beside others."""
        others = raw.mapping(content.get("signatures"))
        own = {
            **raw.mapping(others.get(self.user_id)),
            f"ed25519:{self.device_id}": self.account.sign(payload(content).decode()),
        }
        return {**content, "signatures": {**others, self.user_id: own}}

    def upload_due(self) -> bool:
        """Whether the server runs short of our one-time keys, or lacks a fallback key."""
        enough = self.account.max_one_time_keys // 2
        short = self.uploaded_key_count is not None and self.uploaded_key_count < enough
        return not self.account.shared or short or self.fallback_used

    def upload(self) -> dict[str, Any]:
        """The keys to upload. They are on disk when this returns, so that a crash before the answer costs none."""
        content: dict[str, Any] = {} if self.account.shared else {"device_keys": self.device_keys()}
        account = self.account._account  # noqa: SLF001  (nio hides the fallback keys of the library below it)
        if not self.account.one_time_keys["curve25519"]:
            have = (self.uploaded_key_count or 0) if self.account.shared else 0
            self.account.generate_one_time_keys(max(0, self.account.max_one_time_keys - have))
        if not account.fallback_key and (self.fallback_used or not self.account.shared):
            account.generate_fallback_key()
        self.save_account()
        content["one_time_keys"] = {
            f"{SIGNED}:{ident}": self.signed({"key": key})
            for ident, key in self.account.one_time_keys["curve25519"].items()
        }
        content["fallback_keys"] = {
            f"{SIGNED}:{ident}": self.signed({"key": key.to_base64(), "fallback": True})
            for ident, key in account.fallback_key.items()
        }
        return content

    def uploaded(self, answer: Mapping[str, Any]) -> None:
        counts = raw.mapping(answer.get("one_time_key_counts"))
        self.handle_response(KeysUploadResponse(0, raw.integer(counts.get(SIGNED)) or 0))
        self.fallback_used = False

    # Other devices

    def meet(self, user: str, devices: Iterable[Device], *, ours: bool) -> None:
        """Remembers a person's devices, all of them. `ours`: those that are signed may get our room keys."""
        known = self.device_store[user]
        current = {device.id: device for device in devices}
        for ident in [ident for ident in known if ident not in current]:
            known[ident].deleted = True
        for ident, device in current.items():
            if (user, ident) == (self.user_id, self.device_id):
                continue
            if ident in known and known[ident].ed25519 != device.ed25519:
                log.warning("%s: the keys of the device %s changed; it is not trusted any more", user, ident)
                known[ident].deleted = True
                continue
            keys = {"ed25519": device.ed25519, "curve25519": device.curve25519}
            trust = TrustState.verified if ours and device.signed else TrustState.unset
            known[ident] = OlmDevice(user, ident, keys, trust_state=trust)

    def devices(self, users: Iterable[str]) -> list[Any]:
        """The devices of these people that are alive, without our own."""
        own = (self.user_id, self.device_id)
        return [
            device
            for user in users
            for device in self.device_store.active_user_devices(user)
            if (user, device.id) != own
        ]

    def hear(self, event: Mapping[str, Any]) -> tuple[str, str] | None:
        """Takes in what a device sent us; room and session of the room key in it, if any.

        Raises only what the disk does.
        """
        mine = event.get("type") != "m.room_key_request" or event.get("sender") == self.user_id
        if event.get("type") not in HEARD or not mine:
            return None
        try:
            heard = self.handle_to_device_event(ToDeviceEvent.parse_event(dict(event)))
            if isinstance(heard, RoomKeyEvent):
                return heard.room_id, heard.session_id
        except PeeweeException:
            raise
        except Exception as error:  # noqa: BLE001  a stranger's message goes deep into nio; it must not stop the sync
            log.warning("a key from %r is unusable (%s)", event.get("sender"), type(error).__name__)
        return None

    def strangers(self, devices: Iterable[Any]) -> list[Any]:
        """Those of these devices with which we have no session yet, and those whose session broke."""
        broken = [*self.wedged_devices, *self.key_request_devices_no_session]
        return [*broken, *(device for device in devices if self.session_store.get(device.curve25519) is None)]

    def claimed(self, answer: Mapping[str, Any]) -> None:
        """Opens sessions with the devices whose one-time keys are in the answer. Raises only what the disk does."""
        for user, devices in raw.mapping(answer.get("one_time_keys")).items():
            for ident, keys in raw.mapping(devices).items():
                try:
                    self.handle_response(KeysClaimResponse({user: {ident: keys}}, {}))
                except PeeweeException:
                    raise
                except Exception as error:  # noqa: BLE001  the same: one bad key must not keep others from theirs
                    log.warning(
                        "%s: a one-time key of %s is unusable (%s)", user, ident, type(error).__name__
                    )
        # Who had no key to give is asked again when its next message cannot be read.
        self.wedged_devices.clear()
        self.key_request_devices_no_session.clear()

    def messages(self) -> list[Any]:
        """What is waiting to be sent to devices, answers to requests for room keys included; see `sent`."""
        self.collect_key_requests()
        return list(self.outgoing_to_device_messages)

    def sent(self, message: Any) -> None:
        self.handle_response(ToDeviceResponse(message))

    def ask_ourselves(self, room: str, session: str, sender_key: str) -> None:
        """Asks our own other devices for a room key, once."""
        asked = {
            *self.outgoing_key_requests,
            *(getattr(message, "session_id", "") for message in self.outgoing_to_device_messages),
        }
        if session in asked or len(asked) >= MOST_ASKED or not self.devices([self.user_id]):
            return
        content = {
            "action": "request",
            "body": {"algorithm": MEGOLM, "room_id": room, "session_id": session, "sender_key": sender_key},
            "request_id": session,
            "requesting_device_id": self.device_id,
        }
        self.outgoing_to_device_messages.append(
            RoomKeyRequestMessage(
                "m.room_key_request", self.user_id, "*", content, session, session, room, MEGOLM
            )
        )

    # Room keys

    def seal(self, room: str, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """The encrypted content for an event, with a key that everybody has got (`room_key_messages`).

        Nio's own way escapes whatever is not ASCII: text in most of the world's scripts would take three times the room,
        and what fits into an event would not any more.
        """
        session = self.outbound_group_sessions[room]
        clear = {"type": kind, "content": content, "room_id": room}
        text = json.dumps(clear, ensure_ascii=False, separators=(",", ":"))
        return {
            "algorithm": MEGOLM,
            "sender_key": self.account.identity_keys["curve25519"],
            "ciphertext": session.encrypt(text.encode("utf-8", "replace").decode()),
            "session_id": session.id,
            "device_id": self.device_id,
        }

    def create_group_session(
        self, sender_key: str, sender_fp_key: str, room_id: str, session_id: str, session_key: str
    ) -> None:
        """Nio's, but a key that is sent again never takes the place of one that reads as much."""
        if self.inbound_group_store.get(room_id, sender_key, session_id) is None:
            super().create_group_session(sender_key, sender_fp_key, room_id, session_id, session_key)

    def room_keys(self, room: str, session: str) -> list[RoomKey]:
        """Every key of that name for that room; more than one where somebody passed on another's as their own."""
        return [
            RoomKey(room, session, key.sender_key, key.ed25519, bool(key.forwarding_chain), key)
            for key in self.inbound_group_store.all(room, session)
        ]

    def read(self, key: RoomKey, ciphertext: str, event_id: str, sent_at: int) -> str | None:
        """The clear text; None where it does not open, or was taken from another message."""
        try:
            text, index = key.secret.decrypt(ciphertext)
        except (ValueError, OverflowError):
            return None
        place = _Index(key.sender_key, key.session, event_id, sent_at)
        return str(text) if self.message_index_ok(index, place) else None

    def room_key_messages(
        self, room: str, devices: Iterable[Any]
    ) -> Iterator[tuple[list[Any], dict[str, Any]]]:
        """(who gets it, messages by person and device) for each request that hands our key for this room out."""
        session = self.outbound_group_sessions[room]
        content = {
            "algorithm": MEGOLM,
            "room_id": room,
            "session_id": session.id,
            "session_key": session.session_key,
        }
        able = [(device, found) for device in devices if (found := self.session_store.get(device.curve25519))]
        for start in range(0, len(able), CHUNK):
            chunk = able[start : start + CHUNK]
            messages: dict[str, Any] = {}
            with self.together():
                for device, olm_session in chunk:
                    sealed = self._olm_encrypt(olm_session, device, "m.room_key", content)
                    messages.setdefault(device.user_id, {})[device.id] = sealed
            yield [device for device, _ in chunk], messages
