"""What must survive a restart besides nio's store: the account's private cross-signing keys and its recovery key.

Everything lies in one folder that nobody else may open. Losing it costs the bot's verified standing and old messages;
leaking it lets others speak as the bot.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.platforms.matrix import raw
from bot.platforms.matrix.encryption.signing import SigningKey, decode, encode

#: The three keys of a cross-signing identity, by Matrix's names for what they are used for.
USAGES = ("master", "self_signing", "user_signing")


@dataclass(frozen=True, slots=True)
class Identity:
    """A cross-signing identity whose private keys we hold."""

    master: SigningKey
    self_signing: SigningKey
    user_signing: SigningKey

    @classmethod
    def new(cls) -> Identity:
        return cls(*(SigningKey(os.urandom(32)) for _ in USAGES))

    def key(self, usage: str) -> SigningKey:
        found: SigningKey = getattr(self, usage)
        return found

    def published(self, user: str) -> dict[str, dict[str, Any]]:
        """The public halves as `keys/device_signing/upload` takes them, the latter two signed by the first."""
        keys = {
            usage: {"user_id": user, "usage": [usage], "keys": {self.key(usage).id: self.key(usage).public}}
            for usage in USAGES
        }
        signed = {
            usage: key if usage == "master" else self.master.signed(key, user) for usage, key in keys.items()
        }
        return {f"{usage}_key": key for usage, key in signed.items()}


@dataclass(frozen=True, slots=True)
class Kept:
    """What the key file holds. `session` is that of an authentication which waits for the operator; `stored` is whether
    the private keys lie in the account's secret storage, too.
    """

    identity: Identity | None = None
    session: str = ""
    stored: bool = False


class Keyring:
    """The folder of one account."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "identity.json"
        self.recovery_file = folder / "recovery-key"

    def open(self) -> None:
        """Makes the folder, or closes it to others. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    def read(self, user: str) -> Kept:
        """What is kept for `user`. Raises ValueError with a sentence when the file is damaged, OSError when unreadable."""
        try:
            found = raw.mapping(json.loads(self._file.read_text("utf-8")))
            if found.get("user") != user:
                return Kept()
            seeds = raw.mapping(found.get("seeds"))
            identity = (
                Identity(*(SigningKey(decode(seeds.get(usage))) for usage in USAGES)) if seeds else None
            )
        except FileNotFoundError:
            return Kept()
        except ValueError as error:
            raise ValueError(
                f"{self._file} is damaged ({error}); restore it from a backup, or move it away and the account's"
                " recovery key takes its place"
            ) from error
        return Kept(identity, raw.text(found.get("session")), found.get("stored") is True)

    def write(self, user: str, kept: Kept) -> None:
        """Replaces what is kept, or leaves it as it was. Raises OSError."""
        seeds = (
            {usage: encode(kept.identity.key(usage).seed) for usage in USAGES}
            if kept.identity is not None
            else {}
        )
        whole: Mapping[str, Any] = {
            "user": user,
            "seeds": seeds,
            "session": kept.session,
            "stored": kept.stored,
        }
        write_private(self._file, json.dumps(whole).encode())


def write_private(file: Path, content: bytes) -> None:
    """Writes a file for our eyes only: whole or not at all, also over a power cut. Raises OSError."""
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
