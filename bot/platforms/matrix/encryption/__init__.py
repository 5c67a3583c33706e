"""Encrypted rooms, for accounts whose installation has the `e2e` extra; the rest of the adapter knows only `open_cipher`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.platforms.protocol import Refused

if TYPE_CHECKING:
    from bot.platforms.matrix.encryption.cipher import OlmCipher
    from bot.platforms.matrix.encryption.server import Server


#: Codes of what `open_cipher` refuses: the device has to be given up for a new one; encryption cannot work here.
LOST = "store_lost"
UNUSABLE = frozenset({LOST, "no_e2e", "keyring"})


@dataclass(frozen=True, slots=True)
class Means:
    """What the operator gave us to prove who we are. `reset` allows to replace an identity that we do not hold."""

    password: Callable[[], str] | None = None
    recovery_key: Callable[[], str] | None = None
    reset: bool = False


def opener(
    folder: Path, means: Means, now: Callable[[], datetime]
) -> Callable[[Server], Awaitable[OlmCipher]]:
    """`open_cipher`, still without the signed-in account."""

    async def opened(server: Server) -> OlmCipher:
        return await open_cipher(server, folder, means, now)

    return opened


async def open_cipher(server: Server, folder: Path, means: Means, now: Callable[[], datetime]) -> OlmCipher:
    """The encryption of the signed-in account, with its keys in `folder`, made where there is none.

    Raises `Refused` with the code `no_e2e` where the installation lacks the libraries, `store_lost` where the device has
    to be given up (see `registry.StoreLost`), `keyring` where the folder cannot be used; and PlatformError.
    """
    try:
        # Only here, so that installations without the extra run everything else.
        from bot.platforms.matrix.encryption.cipher import OlmCipher  # noqa: PLC0415
        from bot.platforms.matrix.encryption.keyring import Keyring  # noqa: PLC0415
        from bot.platforms.matrix.encryption.machine import Damaged, Machine  # noqa: PLC0415
        from bot.platforms.matrix.encryption.registry import Registry  # noqa: PLC0415
        from bot.platforms.matrix.encryption.waiting import Waiting  # noqa: PLC0415
    except ImportError as error:
        raise Refused(
            f"encrypted rooms cannot be read: the package {error.name} is not installed; install folkmoot[e2e], or set"
            " `encryption: false` for the account",
            code="no_e2e",
        ) from error
    keyring = Keyring(folder)
    try:
        keyring.open()
        machine = Machine(server.user, server.device, folder)
        waiting = Waiting(folder / "waiting.jsonl")
    except Damaged as error:
        raise Refused(
            f"the keys of {server.user} in {folder} are damaged ({error}); restore the folder from a backup, or move it"
            " away and sign the account in again, which makes a new device",
            code="keyring",
        ) from error
    except OSError as error:
        raise Refused(
            f"the keys of {server.user} cannot be kept in {folder}: {error}", code="keyring"
        ) from error
    cipher = OlmCipher(server, machine, Registry(server, machine, keyring, means), waiting, now)
    try:
        await cipher.open()
    except BaseException:
        await cipher.close()
        raise
    return cipher
