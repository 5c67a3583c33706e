"""Recovery keys and sealed secrets, against the specification and the example that every Matrix client is tested with."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.encryption.recovery import ALGORITHM, RecoveryKey, WrongKey
from bot.platforms.matrix.encryption.signing import decode

#: The key of the examples in the specification, and its text as all clients write it.
KEY = bytes.fromhex("77076D0A7318A57D3C16C17251B26645DF4C2F87EBC0992AB177FBA51DB92C2A")
TEXT = "EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4d"

KEYS = st.binary(min_size=32, max_size=32)
JUNK = st.none() | st.integers() | st.text() | st.lists(st.integers())


def test_a_recovery_key_is_written_and_read_as_everywhere_else() -> None:
    assert RecoveryKey(KEY).text() == TEXT
    for typed in (TEXT, TEXT.replace(" ", ""), f"  {TEXT.replace(' ', chr(10))} "):
        assert RecoveryKey.read(typed) == RecoveryKey(KEY)


@given(KEYS)
def test_writing_and_reading_a_key_changes_nothing(key: bytes) -> None:
    text = RecoveryKey(key).text()
    assert RecoveryKey.read(text) == RecoveryKey(key)
    assert text.startswith("Es")
    assert len(text.replace(" ", "")) == 48


@given(KEYS, st.data())
def test_a_mistyped_key_is_noticed(key: bytes, data: st.DataObject) -> None:
    """A sign exchanged for another is always noticed; two signs swapped almost always (the check sum is one byte)."""
    text = RecoveryKey(key).text().replace(" ", "")
    at = data.draw(st.integers(0, 47))
    sign = data.draw(st.sampled_from("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"))
    typed = text[:at] + sign + text[at + 1 :]
    try:
        read = RecoveryKey.read(typed)
    except WrongKey:
        return
    # One changed digit may survive a check sum of one byte; it is then another key, which opens nothing.
    assert (read == RecoveryKey(key)) == (typed == text)
    assert typed == text or not read.fits(RecoveryKey(key).description())


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "48 letters and digits, in groups of four"),
        ("my passphrase", "begins with Es"),
        (TEXT[:-1] + "e", "typing mistake"),
        ("F" + TEXT[1:], "begins with Es"),
        (TEXT[:-5], "begins with Es"),
        (TEXT + " EsTc", "begins with Es"),
        (TEXT + " 0OIl", "48 letters"),
        ("z" * 10_000, "48 letters"),
    ],
)
def test_what_is_no_recovery_key_is_said_with_a_reason(typed: str, why: str) -> None:
    with pytest.raises(WrongKey, match=why) as caught:
        RecoveryKey.read(typed)
    assert not typed or typed not in str(caught.value), "a secret in an error message"


def test_a_passphrase_opens_the_storage_that_was_made_with_it() -> None:
    """`m.pbkdf2` of the specification: SHA-512, the salt as text."""
    how = {"algorithm": "m.pbkdf2", "salt": "MmMsAlty", "iterations": 1000, "bits": 256}
    expected = hashlib.pbkdf2_hmac("sha512", b"correct horse", b"MmMsAlty", 1000, 32)
    assert RecoveryKey.read(" correct horse\n", {"passphrase": how}) == RecoveryKey(expected)
    assert RecoveryKey.read(TEXT, {"passphrase": how}) == RecoveryKey(KEY)


@pytest.mark.parametrize(
    "how",
    [
        {"algorithm": "m.argon2", "salt": "a", "iterations": 1},
        {"algorithm": "m.pbkdf2", "salt": 1, "iterations": 1},
        {"algorithm": "m.pbkdf2", "salt": "a", "iterations": 10**12},
        {"algorithm": "m.pbkdf2", "salt": "a", "iterations": 0},
        {"algorithm": "m.pbkdf2", "salt": "a", "iterations": "many"},
        {"algorithm": "m.pbkdf2", "salt": "a", "iterations": 1, "bits": 128},
        {},
    ],
)
def test_a_passphrase_that_we_cannot_stretch_is_refused(how: dict[str, Any]) -> None:
    with pytest.raises(WrongKey):
        RecoveryKey.read("passphrase", {"passphrase": how})


@given(KEYS, st.text(), st.text())
def test_a_sealed_secret_opens_with_its_key_and_name_only(key: bytes, name: str, secret: str) -> None:
    recovery = RecoveryKey(key)
    sealed = recovery.seal(name, secret)
    assert recovery.unseal(name, sealed) == secret
    assert (
        recovery.unseal(name, {part: f"{text}==="[: -(-len(text) // 4) * 4] for part, text in sealed.items()})
        == secret
    )
    with pytest.raises(WrongKey):
        recovery.unseal(f"{name}.", sealed)
    with pytest.raises(WrongKey):
        RecoveryKey(hashlib.sha256(key).digest()).unseal(name, sealed)


@pytest.mark.parametrize(
    ("typed", "description"),
    [
        (
            "EsTj 3yST y93F SLpB jJsz eAXc 2XzA ygD3 w69H fGaN TKBj jXEd",
            {"iv": "xv5b6/p3ExEw++wTyfSHEg==", "mac": "ujBBbXahnTAMkmPUX2/0+VTfUh63pGyVRuBcDMgmJC8="},
        ),
        (
            "It's a secret to everybody",
            {
                "iv": "gH2iNpiETFhApvW6/FFEJQ",
                "mac": "9Lw12m5SKDipNghdQXKjgpfdj1/K7HFI2brO+UWAGoM",
                "passphrase": {
                    "algorithm": "m.pbkdf2",
                    "salt": "IuLnH7S85YtZmkkBJKwNUKxWF42g9O1H",
                    "iterations": 10,
                },
            },
        ),
    ],
)
def test_keys_that_other_clients_made_fit_their_descriptions(typed: str, description: dict[str, Any]) -> None:
    """Real key descriptions, as the Rust SDK for Matrix publishes them with its own tests."""
    description = {"algorithm": ALGORITHM, **description}
    assert RecoveryKey.read(typed, description).fits(description)
    assert not RecoveryKey(KEY).fits(description)


@given(st.dictionaries(st.sampled_from(["iv", "ciphertext", "mac", "more"]), JUNK))
def test_a_damaged_secret_is_a_wrong_key_and_nothing_worse(sealed: dict[str, Any]) -> None:
    with pytest.raises(WrongKey):
        RecoveryKey(KEY).unseal("m.cross_signing.master", sealed)


@given(KEYS, KEYS)
def test_a_description_tells_its_key_from_others(key: bytes, other: bytes) -> None:
    description = RecoveryKey(key).description()
    assert RecoveryKey(key).fits(description)
    assert RecoveryKey(other).fits(description) == (key == other)
    assert decode(description["iv"])[8] < 0x80


@given(st.dictionaries(st.sampled_from(["iv", "mac", "algorithm"]), JUNK))
def test_a_foreign_description_fits_no_key(description: dict[str, Any]) -> None:
    assert not RecoveryKey(KEY).fits(description)


def test_a_description_without_a_check_fits_every_key() -> None:
    assert RecoveryKey(KEY).fits({"algorithm": ALGORITHM})


def test_a_recovery_key_never_shows() -> None:
    assert repr(RecoveryKey(KEY)) == str(RecoveryKey(KEY)) == "RecoveryKey(••••••)"
    assert RecoveryKey.new() != RecoveryKey.new()
    with pytest.raises(WrongKey):
        RecoveryKey(KEY[:31])
