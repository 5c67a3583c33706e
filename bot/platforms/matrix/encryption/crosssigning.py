"""Cross-signing of our own device: the account's identity vouches for it, so that clients trust what the bot says.

Clients refuse or hide what comes from a device that its owner's identity did not sign (Matrix 1.18, MSC4153). So the
identity is made where the account has none; where it has one, its self-signing key is taken from our own folder or,
with the recovery key, from the account's secret storage. One that others made is never replaced unasked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.platforms.matrix import raw
from bot.platforms.matrix.encryption import Means, uia, vault
from bot.platforms.matrix.encryption.keyring import USAGES, Identity, Kept, Keyring, write_private
from bot.platforms.matrix.encryption.published import Person, people
from bot.platforms.matrix.encryption.recovery import RecoveryKey, WrongKey
from bot.platforms.matrix.encryption.server import Server, query_keys
from bot.platforms.matrix.encryption.signing import SigningKey, decode, encode
from bot.platforms.protocol import Refused

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """How we stand with our own account. `signer` is the public key that we know to be the account's own, empty when
    we cannot tell; `problem` is what keeps our device from being trusted, a sentence, empty when it is trusted.
    """

    signer: str = ""
    problem: str = ""


class CrossSigning:
    """Our device's place in the account's identity. `sign_with_device` adds the device's own signature."""

    def __init__(
        self,
        server: Server,
        keyring: Keyring,
        means: Means,
        device_keys: Mapping[str, Any],
        sign_with_device: Callable[[Mapping[str, Any]], dict[str, Any]],
    ) -> None:
        self._server = server
        self._keyring = keyring
        self._means = means
        self._device_keys = device_keys
        self._sign_with_device = sign_with_device
        self._kept = Kept()

    async def establish(self) -> Standing:
        """Makes sure that our device, whose keys the server has, is signed.

        Raises PlatformError when the server cannot be asked, OSError and ValueError when our folder cannot be used.
        """
        self._kept = self._keyring.read(self._server.user)
        person = await self._ourselves()
        mine = self._kept.identity
        held = mine is not None and person.self_signing == mine.self_signing.public
        try:
            if held or not person.master or self._means.reset:
                return await self._with_own_identity(person, held=held)
            return await self._with_recovery_key(person)
        except uia.NeedsPerson as need:
            self._keep(replace(self._kept, session=need.session))
            return Standing(problem=str(need))
        except WrongKey as wrong:
            return Standing(
                problem=f"{wrong}; correct `recovery_key` in the configuration of {self._server.user}"
            )

    async def _with_own_identity(self, person: Person, *, held: bool) -> Standing:
        """Signs with the identity in our folder, making and publishing one where that has not been done."""
        identity = self._kept.identity or Identity.new()
        if not held:
            self._keep(replace(self._kept, identity=identity, stored=False))
            await self._publish(identity)
            self._keep(replace(self._kept, session=""))
            if person.master not in {"", identity.master.public}:
                log.warning(
                    "%s: the account's cryptographic identity was replaced, as asked", self._server.user
                )
        if not self._is_signed(person, identity.self_signing.public):
            await self._sign(identity.self_signing, identity.master)
        if not self._kept.stored:
            await self._store(identity)
        return Standing(signer=identity.self_signing.public)

    async def _with_recovery_key(self, person: Person) -> Standing:
        """Signs with the key that lies in the account's secret storage. Raises WrongKey."""
        if self._means.recovery_key is None:
            signed = self._is_signed(person, person.self_signing)
            return Standing(problem="" if signed else self._foreign())
        storage = await vault.open_vault(self._server, self._means.recovery_key())
        secret = await storage.get(_secret("self_signing"))
        if secret is None:
            raise WrongKey(f"{self._server.user}'s secret storage does not hold the self-signing key")
        try:
            key = SigningKey(decode(secret))
        except ValueError as error:
            raise WrongKey(
                f"{self._server.user}'s secret storage holds a damaged self-signing key"
            ) from error
        if key.public != person.self_signing:
            raise WrongKey(
                f"{self._server.user}'s secret storage holds the self-signing key of an older identity"
            )
        if not self._is_signed(person, key.public):
            await self._sign(key)
        return Standing(signer=key.public)

    async def _ourselves(self) -> Person:
        return people(await query_keys(self._server, [self._server.user])).get(self._server.user, Person({}))

    def _is_signed(self, person: Person, signer: str) -> bool:
        own = person.devices.get(self._server.device)
        return own is not None and own.signed and bool(signer) and person.self_signing == signer

    async def _publish(self, identity: Identity) -> None:
        await uia.prove(
            self._server,
            "v3/keys/device_signing/upload",
            identity.published(self._server.user),
            password=self._means.password,
            session=self._kept.session,
        )

    async def _sign(self, key: SigningKey, master: SigningKey | None = None) -> None:
        """Has the identity vouch for the device, and the device for the identity where that is ours."""
        user = self._server.user
        signed = {self._server.device: key.signed(self._device_keys, user)}
        if master is not None:
            published = {"user_id": user, "usage": ["master"], "keys": {master.id: master.public}}
            signed[master.public] = self._sign_with_device(published)
        answer = await self._server.call("POST", "v3/keys/signatures/upload", {user: signed})
        failures = raw.mapping(answer.get("failures"))
        if failures:
            raise Refused(f"{self._server.url} does not take our device's signature: {str(failures)[:300]}")

    async def _store(self, identity: Identity) -> None:
        """Puts the private keys into secret storage, under a recovery key that the operator finds in our folder.

        A storage that the account has already stays as it is, unless we were given its key or were told to reset.
        """
        if self._means.recovery_key is not None:
            storage = await vault.open_vault(self._server, self._means.recovery_key())
        elif self._means.reset or not await vault.exists(self._server):
            storage = await vault.make_vault(self._server, self._recovery_key())
        else:
            log.warning(
                "%s has a secret storage that another client made; Folkmoot keeps its private keys in %s only",
                self._server.user,
                self._keyring.folder,
            )
            return
        await storage.put({_secret(usage): encode(identity.key(usage).seed) for usage in USAGES})
        self._keep(replace(self._kept, stored=True))

    def _recovery_key(self) -> RecoveryKey:
        """The one in our folder, from a start that was cut off, or a new one."""
        file = self._keyring.recovery_file
        try:
            return RecoveryKey.read(file.read_text("utf-8"))
        except (FileNotFoundError, WrongKey):
            key = RecoveryKey.new()
        write_private(file, f"{key.text()}\n".encode())
        log.warning(
            "%s has a cryptographic identity now. Its recovery key lies in %s: keep a copy of it elsewhere; with it the"
            " account gets its standing back when this machine is lost",
            self._server.user,
            file,
        )
        return key

    def _keep(self, kept: Kept) -> None:
        self._keyring.write(self._server.user, kept)
        self._kept = kept

    def _foreign(self) -> str:
        return (
            f"{self._server.user} has a cryptographic identity that Folkmoot does not hold the keys of, so clients warn of"
            " what it says in encrypted rooms, or hide it; give it the account's recovery key as `recovery_key`, or set"
            " `reset_identity: true` to have it make a new identity (other sessions of the account lose their standing)"
        )


def _secret(usage: str) -> str:
    """What secret storage calls the private key."""
    return f"m.cross_signing.{usage}"
