"""What encryption looks like to the rest of the adapter, and how it looks without any."""

from __future__ import annotations

from typing import Any, Protocol

from bot.platforms.matrix.rooms import Rooms
from bot.platforms.protocol import Refused

Content = dict[str, Any]

SWITCHED_OFF = "this account is not set up for it; set `encryption: yes` for the account, or use a room without encryption"


class Cipher(Protocol):
    """Encrypts what is sent and decrypts what is read; everything in a room without encryption passes unchanged."""

    @property
    def works(self) -> bool:
        """Whether encrypted rooms can be read and written at all."""
        ...

    @property
    def problem(self) -> str:
        """What is wrong with encryption, a sentence for the operator; empty when nothing is."""
        ...

    async def feed(self, sync: dict[str, Any]) -> None:
        """Takes the keys and device changes out of a raw answer to `/sync`, before its events are read."""
        ...

    def late(self) -> list[tuple[str, dict[str, Any]]]:
        """Room and clear event of what could not be decrypted earlier and can be now; until the next `maintain`."""
        ...

    async def decrypt(self, room: str, event: dict[str, Any]) -> dict[str, Any] | None:
        """The event as it was meant; None when its key is not here (yet)."""
        ...

    async def encrypt(self, room: str, kind: str, content: Content) -> tuple[str, Content]:
        """What is to be sent in place of this. Raises PlatformError when it cannot be encrypted."""
        ...

    async def maintain(self) -> None:
        """Uploads and asks for keys where that is due; called once what was read is stored. Raises PlatformError."""
        ...

    async def close(self) -> None: ...


class Clear:
    """No encryption: rooms that have it can neither be read nor written. `problem` is why, a sentence."""

    works = False

    def __init__(self, rooms: Rooms, problem: str = SWITCHED_OFF) -> None:
        self.problem = problem
        self._rooms = rooms

    async def feed(self, sync: dict[str, Any]) -> None:
        pass

    def late(self) -> list[tuple[str, dict[str, Any]]]:
        return []

    async def decrypt(self, room: str, event: dict[str, Any]) -> dict[str, Any] | None:
        del room, event
        return None

    async def encrypt(self, room: str, kind: str, content: Content) -> tuple[str, Content]:
        """Unchanged. Raises Refused in an encrypted room, where clear text would betray what people trust."""
        known = self._rooms.get(room)
        if known is not None and known.encrypted:
            raise Refused(f"room {known.label} is encrypted: {self.problem}", "encrypted")
        return kind, content

    async def maintain(self) -> None:
        pass

    async def close(self) -> None:
        pass
