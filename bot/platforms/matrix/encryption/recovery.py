"""Recovery keys, and the secrets that a homeserver keeps without being able to read them.

Source of the formats: Matrix specification, "Secrets" (`m.secret_storage.v1.aes-hmac-sha2`, `m.pbkdf2`) and appendix
"Cryptographic key representation". Pure, but for the random numbers.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from functools import reduce
from operator import xor
from typing import Any

from Crypto.Cipher import AES
from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF

from bot.platforms.matrix.encryption.signing import KEY_BYTES, decode, encode

ALGORITHM = "m.secret_storage.v1.aes-hmac-sha2"

#: Bitcoin's alphabet: no 0, O, I, l.
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

#: Every Matrix recovery key begins with these bytes, and therefore with `Es`.
PREFIX = b"\x8b\x01"

IV_BYTES = 16

#: More would be an attack on our processor; Element uses 500,000.
MOST_ITERATIONS = 10_000_000


class WrongKey(ValueError):
    """What was typed is no recovery key, or not the one that fits; the message is a sentence."""


class RecoveryKey:
    """The key to an account's secret storage. Its text is shown by `text()` only."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise WrongKey(f"a recovery key holds {KEY_BYTES} bytes, not {len(key)}")
        self._key = key

    def __repr__(self) -> str:
        return "RecoveryKey(••••••)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecoveryKey) and hmac.compare_digest(self._key, other._key)

    def __hash__(self) -> int:
        return hash(self._key)

    @classmethod
    def new(cls) -> RecoveryKey:
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def read(cls, text: str, description: Mapping[str, Any] | None = None) -> RecoveryKey:
        """The key in `text` as people keep it, in groups of four; or made of the passphrase that it is, where the
        key's `description` on the server tells how. Raises WrongKey.
        """
        try:
            return cls(_unwrap(text))
        except WrongKey:
            passphrase = (description or {}).get("passphrase")
            if not isinstance(passphrase, dict):
                raise
            return cls(_stretch(text.strip(), passphrase))

    def text(self) -> str:
        """The key as people keep it: 48 signs in groups of four."""
        wrapped = PREFIX + self._key
        digits = _base58(wrapped + bytes([reduce(xor, wrapped)]))
        return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))

    def description(self) -> dict[str, Any]:
        """What the server keeps about this key, so that everybody can tell whether it is the right one."""
        sealed = self._seal("", bytes(KEY_BYTES))
        return {"algorithm": ALGORITHM, "iv": sealed["iv"], "mac": sealed["mac"]}

    def fits(self, description: Mapping[str, Any]) -> bool:
        """Whether the description is of this key. One without a check fits every key, says the specification."""
        if description.get("algorithm") != ALGORITHM:
            return False
        if "iv" not in description or "mac" not in description:
            return True
        try:
            iv, mac = decode(description["iv"]), decode(description["mac"])
            sealed = self._seal("", bytes(KEY_BYTES), iv)
        except ValueError:
            return False
        return hmac.compare_digest(decode(sealed["mac"]), mac)

    def seal(self, name: str, secret: str) -> dict[str, str]:
        """The secret called `name`, encrypted."""
        return self._seal(name, secret.encode())

    def unseal(self, name: str, sealed: Mapping[str, Any]) -> str:
        """The secret called `name`. Raises WrongKey when it was sealed with another key, or changed since."""
        cipher_key, mac_key = self._derive(name)
        try:
            iv, ciphertext, mac = (decode(sealed.get(part)) for part in ("iv", "ciphertext", "mac"))
            genuine = hmac.compare_digest(hmac.digest(mac_key, ciphertext, "sha256"), mac)
            secret = str(_aes(cipher_key, iv).decrypt(ciphertext), "utf-8") if genuine else None
        except ValueError as error:
            raise WrongKey(f"the secret {name} on the server is damaged") from error
        if secret is None:
            raise WrongKey(f"the secret {name} was sealed with another recovery key")
        return secret

    def _seal(self, name: str, secret: bytes, iv: bytes | None = None) -> dict[str, str]:
        iv = iv if iv is not None else _random_iv()
        cipher_key, mac_key = self._derive(name)
        ciphertext = _aes(cipher_key, iv).encrypt(secret)
        mac = hmac.digest(mac_key, ciphertext, "sha256")
        return {"iv": encode(iv), "ciphertext": encode(ciphertext), "mac": encode(mac)}

    def _derive(self, name: str) -> tuple[bytes, bytes]:
        """The keys for one secret: to encrypt with, and to sign with."""
        keys = HKDF(self._key, KEY_BYTES, bytes(KEY_BYTES), SHA256, 2, context=name.encode())
        return bytes(keys[0]), bytes(keys[1])


def _aes(key: bytes, iv: bytes) -> Any:
    if len(iv) != IV_BYTES:
        raise ValueError(f"an initialization vector has {IV_BYTES} bytes")
    return AES.new(key, AES.MODE_CTR, nonce=b"", initial_value=iv)


def _random_iv() -> bytes:
    """Random, with bit 63 cleared, because implementations differ in how they count on from there."""
    iv = bytearray(secrets.token_bytes(IV_BYTES))
    iv[8] &= 0x7F
    return bytes(iv)


def _stretch(passphrase: str, how: Mapping[str, Any]) -> bytes:
    """The key that a passphrase stands for. Raises WrongKey."""
    salt, rounds, bits = how.get("salt"), how.get("iterations"), how.get("bits", KEY_BYTES * 8)
    known = how.get("algorithm") == "m.pbkdf2" and isinstance(salt, str) and bits == KEY_BYTES * 8
    if not known or not isinstance(rounds, int) or not 0 < rounds <= MOST_ITERATIONS:
        raise WrongKey("that is no recovery key, and the account has no passphrase that Folkmoot can use")
    return hashlib.pbkdf2_hmac("sha512", passphrase.encode(), str(salt).encode(), rounds, KEY_BYTES)


def _base58(data: bytes) -> str:
    number, digits = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits  # the prefix is never zero, so there are no leading zeros to write


def _unwrap(text: str) -> bytes:
    """The bytes in a typed recovery key. Raises WrongKey with what is wrong."""
    digits = "".join(text.split())
    if not digits or len(digits) > 64 or set(digits) - set(ALPHABET):
        raise WrongKey("that is no recovery key: one has 48 letters and digits, in groups of four")
    number = reduce(lambda total, digit: total * len(ALPHABET) + ALPHABET.index(digit), digits, 0)
    data = number.to_bytes(64).lstrip(b"\0")
    if len(data) != len(PREFIX) + KEY_BYTES + 1 or not data.startswith(PREFIX):
        raise WrongKey("that is no Matrix recovery key: one has 48 letters and digits and begins with Es")
    if reduce(xor, data):
        raise WrongKey("the recovery key has a typing mistake: its check sum is wrong")
    return data[len(PREFIX) : -1]
