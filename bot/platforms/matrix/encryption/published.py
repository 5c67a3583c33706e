"""What a homeserver publishes about a person's devices, and what of it is signed by that person's own keys. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.platforms.matrix import raw
from bot.platforms.matrix.encryption.signing import is_signed

OLM = "m.olm.v1.curve25519-aes-sha2"
MEGOLM = "m.megolm.v1.aes-sha2"


@dataclass(frozen=True, slots=True)
class Device:
    """One device that vouches for itself. `signed`: the person's cross-signing identity vouches for it, too."""

    user: str
    id: str
    ed25519: str
    curve25519: str
    signed: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A person's devices by id, and the public halves of their cross-signing keys, empty where there are none."""

    devices: Mapping[str, Device]
    master: str = ""
    self_signing: str = ""


def people(answer: Mapping[str, Any]) -> dict[str, Person]:
    """Everybody about whom `keys/query` was answered. What is malformed or badly signed is left out. Never raises."""
    masters, signers = raw.mapping(answer.get("master_keys")), raw.mapping(answer.get("self_signing_keys"))
    return {
        user: _person(
            user, raw.mapping(devices), raw.mapping(masters.get(user)), raw.mapping(signers.get(user))
        )
        for user, devices in raw.mapping(answer.get("device_keys")).items()
    }


def _person(user: str, devices: dict[str, Any], master: dict[str, Any], signer: dict[str, Any]) -> Person:
    root, branch = _public(user, "master", master), _public(user, "self_signing", signer)
    if not root or not is_signed(signer, user, f"ed25519:{root}", root):
        branch = ""
    found = (_device(user, ident, raw.mapping(keys), branch) for ident, keys in devices.items())
    return Person({device.id: device for device in found if device is not None}, root, branch)


def _public(user: str, usage: str, key: dict[str, Any]) -> str:
    """The public half of a cross-signing key; empty where it is not what it should be."""
    keys = raw.mapping(key.get("keys"))
    if key.get("user_id") != user or usage not in raw.items(key.get("usage")) or len(keys) != 1:
        return ""
    ((ident, public),) = keys.items()
    return public if isinstance(public, str) and ident == f"ed25519:{public}" else ""


def _device(user: str, ident: str, keys: dict[str, Any], signer: str) -> Device | None:
    """The device, where it is the one that was asked for, speaks our language and signed its own keys."""
    public = raw.mapping(keys.get("keys"))
    ed25519, curve25519 = public.get(f"ed25519:{ident}"), public.get(f"curve25519:{ident}")
    if (keys.get("user_id"), keys.get("device_id")) != (user, ident):
        return None
    if not isinstance(ed25519, str) or not isinstance(curve25519, str):
        return None
    if not {OLM, MEGOLM} <= {name for name in raw.items(keys.get("algorithms")) if isinstance(name, str)}:
        return None
    if not is_signed(keys, user, f"ed25519:{ident}", ed25519):
        return None
    signed = bool(signer) and is_signed(keys, user, f"ed25519:{signer}", signer)
    return Device(user, ident, ed25519, curve25519, signed)
