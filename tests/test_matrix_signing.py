"""Signed JSON, against the vectors that the Matrix specification publishes in its appendices."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.encryption.signing import (
    LARGEST,
    SigningKey,
    canonical,
    decode,
    encode,
    is_signed,
)

#: Specification, appendix "Cryptographic Test Vectors".
SEED = decode("YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1")

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
OBJECTS = st.dictionaries(st.text(), VALUES)


@pytest.mark.parametrize(
    ("written", "expected"),
    [  # specification, appendix "Canonical JSON", its examples
        ("{}", "{}"),
        ('{\n    "one": 1,\n    "two": "Two"\n}', '{"one":1,"two":"Two"}'),
        ('{"b": "2", "a": "1"}', '{"a":"1","b":"2"}'),
        (
            (
                '{"auth": {"success": true, "mxid": "@john.doe:example.com", "profile": {"display_name": "John Doe",'
                ' "three_pids": [{"medium": "email", "address": "john.doe@example.org"},'
                ' {"medium": "msisdn", "address": "123456789"}]}}}'
            ),
            (
                '{"auth":{"mxid":"@john.doe:example.com","profile":{"display_name":"John Doe",'
                '"three_pids":[{"address":"john.doe@example.org","medium":"email"},'
                '{"address":"123456789","medium":"msisdn"}]},"success":true}}'
            ),
        ),
        ('{"a": "日本語"}', '{"a":"日本語"}'),
        ('{"本": 2, "日": 1}', '{"日":1,"本":2}'),
        ('{"a": "\\u65E5"}', '{"a":"日"}'),
        ('{"a": null}', '{"a":null}'),
    ],
)
def test_canonical_json_is_written_as_the_specification_does(written: str, expected: str) -> None:
    assert canonical(json.loads(written)) == expected.encode()


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), LARGEST + 1, -LARGEST - 1, {"a": [0.0]}, {1: 2}, b"bytes", "\ud800"]
)
def test_what_has_no_canonical_form_is_an_error(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical(value)


def test_endless_nesting_is_an_error() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ValueError):
        canonical(value)


@pytest.mark.parametrize(
    ("content", "signature"),
    [
        ({}, "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ"),
        (
            {"one": 1, "two": "Two"},
            "KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw",
        ),
    ],
)
def test_signatures_are_those_of_the_specification(content: dict[str, Any], signature: str) -> None:
    signed = SigningKey(SEED).signed(content, "domain", "ed25519:1")
    assert signed["signatures"] == {"domain": {"ed25519:1": signature}}


@given(st.binary(min_size=32, max_size=32), OBJECTS, st.text())
def test_what_was_signed_checks_and_nothing_else_does(
    seed: bytes, content: dict[str, Any], more: str
) -> None:
    content = {key: value for key, value in content.items() if key not in {"signatures", "unsigned"}}
    key = SigningKey(seed)
    signed = key.signed(content, "@ana:example.org")
    assert is_signed(signed, "@ana:example.org", key.id, key.public)
    assert is_signed({**signed, "unsigned": {"age": 1}}, "@ana:example.org", key.id, key.public)
    assert not is_signed({**signed, f"{more}!": more}, "@ana:example.org", key.id, key.public)
    assert not is_signed(signed, "@ben:example.org", key.id, key.public)
    other = SigningKey(bytes(32) if seed != bytes(32) else bytes([1] * 32))
    assert not is_signed(signed, "@ana:example.org", key.id, other.public)


def test_a_second_signature_stands_beside_the_first() -> None:
    ana, ben = SigningKey(SEED), SigningKey(bytes(32))
    both = ben.signed(ana.signed({"a": 1}, "@a:x"), "@b:x")
    assert is_signed(both, "@a:x", ana.id, ana.public)
    assert is_signed(both, "@b:x", ben.id, ben.public)


@given(VALUES, VALUES)
def test_no_foreign_signature_raises(signatures: Any, public: Any) -> None:
    assert not is_signed({"signatures": signatures}, "@a:x", "ed25519:1", public)
    for inner in (signatures, {"ed25519:1": signatures}):
        assert not is_signed({"signatures": {"@a:x": inner}}, "@a:x", "ed25519:1", SigningKey(SEED).public)


@given(st.binary())
def test_base64_is_read_with_and_without_padding(data: bytes) -> None:
    text = encode(data)
    assert "=" not in text
    assert decode(text) == data
    assert decode(text + "=" * (-len(text) % 4)) == data


@pytest.mark.parametrize("text", ["a", "ä===", "a b=", "####", None, 7, "aGk\n"])
def test_what_is_no_base64_is_an_error(text: object) -> None:
    with pytest.raises(ValueError):
        decode(text)


def test_a_private_key_never_shows() -> None:
    key = SigningKey(SEED)
    assert repr(key) == "SigningKey(XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI)"
    with pytest.raises(ValueError):
        SigningKey(SEED[:31])
