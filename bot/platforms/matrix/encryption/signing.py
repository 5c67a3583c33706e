"""Signed JSON: the canonical form, ed25519 keys, signatures made and checked.

Source of the format: Matrix specification, appendices "Canonical JSON" and "Signing JSON". Pure.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

import vodozemac
from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

#: Beyond this no integer is canonical JSON.
LARGEST = 2**53 - 1

#: What a signature does not cover.
UNSIGNED = frozenset({"signatures", "unsigned"})

#: A seed and a public key have this many bytes.
KEY_BYTES = 32


def encode(data: bytes) -> str:
    """Base64 without padding, as Matrix writes it."""
    return base64.b64encode(data).decode("ascii").rstrip("=")


def decode(text: object) -> bytes:
    """The bytes in base64 with or without padding. Raises ValueError for anything else."""
    if not isinstance(text, str):
        raise ValueError("no base64 text")  # noqa: TRY004  (foreign data, one kind of error)
    try:
        bare = text.rstrip("=")
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("no base64 text") from error


def canonical(value: object) -> bytes:
    """The one way to write a JSON value: keys sorted by code point, no blanks, UTF-8, whole numbers only.

    Raises ValueError for what cannot be written so: floats, integers beyond 2**53, lone surrogates, endless nesting.
    """
    try:
        _check(value)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _check(value: object) -> None:
    match value:
        case None | bool() | str():
            pass
        case int():
            if abs(value) > LARGEST:
                raise ValueError("an integer beyond 2**53")
        case dict():
            for key, inner in value.items():
                if not isinstance(key, str):
                    raise ValueError("a key that is no text")  # noqa: TRY004  (foreign data, one kind of error)
                _check(inner)
        case list() | tuple():
            for inner in value:
                _check(inner)
        case _:
            raise ValueError(f"a {type(value).__name__}")


def payload(signed: Mapping[str, Any]) -> bytes:
    """The bytes that a signature of this object covers. Raises ValueError."""
    return canonical({key: value for key, value in signed.items() if key not in UNSIGNED})


class SigningKey:
    """A private ed25519 key. Its `repr` shows the public half only."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != KEY_BYTES:
            raise ValueError(f"a seed has {KEY_BYTES} bytes, not {len(seed)}")
        self.seed = seed
        key = ECC.construct(curve="Ed25519", seed=seed)
        self._signer = eddsa.new(key, "rfc8032")
        self.public = encode(key.public_key().export_key(format="raw"))

    def __repr__(self) -> str:
        return f"SigningKey({self.public})"

    @property
    def id(self) -> str:
        """What Matrix calls a cross-signing key: the algorithm and its public half."""
        return f"ed25519:{self.public}"

    def sign(self, message: bytes) -> str:
        return encode(self._signer.sign(message))

    def signed(self, content: Mapping[str, Any], user: str, key_id: str = "") -> dict[str, Any]:
        """`content` with this key's signature for `user` beside those that are there. Raises ValueError."""
        others = content.get("signatures")
        signatures = {who: dict(by) for who, by in others.items()} if isinstance(others, dict) else {}
        signatures.setdefault(user, {})[key_id or self.id] = self.sign(payload(content))
        return {**content, "signatures": signatures}


def is_signed(content: Mapping[str, Any], user: str, key_id: str, public: object) -> bool:
    """Whether `content` carries a good signature by `user`'s key `key_id`, whose public half is `public`. Never raises."""
    by_user = content.get("signatures")
    by_key = by_user.get(user) if isinstance(by_user, dict) else None
    signature = by_key.get(key_id) if isinstance(by_key, dict) else None
    if not isinstance(signature, str) or not isinstance(public, str):
        return False
    try:  # fifty times as fast as the library that signs, and members have thousands of devices
        key = vodozemac.Ed25519PublicKey.from_base64(public)
        key.verify_signature(payload(content), vodozemac.Ed25519Signature.from_base64(signature))
    except ValueError:
        return False
    return True
