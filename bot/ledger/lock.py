"""One process at a time: an exclusive lock on a file beside the database, which names its holder.

The operating system lets go of it when the process ends, however it ends, so a stale file means nothing.
"""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path
from typing import Self

from bot.ledger.errors import LedgerBusy, LedgerReadOnly


class Lock:
    """Held from `take` until `release`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, database: Path) -> Self:
        """Locks `database`. Raises LedgerBusy naming the holder, or LedgerReadOnly when no file can be made there."""
        path = database.with_name(database.name + ".lock")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise LedgerReadOnly(
                f"{path}: cannot be written ({error.strerror}); the bot needs an existing directory that it may write to"
            ) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(descriptor, 500, 0).decode(errors="replace").strip() or "an unknown process"
            os.close(descriptor)
            raise LedgerBusy(
                f"{database}: already in use by {holder}; stop that one first, or give this one a database of its own"
            ) from None
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        except OSError:
            pass  # A full disk: the lock holds without the name, and the database tells about the disk itself.
        return cls(descriptor)

    def release(self) -> None:
        os.close(self._descriptor)
