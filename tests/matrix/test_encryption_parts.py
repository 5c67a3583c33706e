"""The parts of encryption that need no server: what strangers may publish, send and demand, and what lies on the disk."""

from __future__ import annotations

import json
import logging
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import FakeClock
from bot.platforms.matrix.encryption import LOST, Means, open_cipher, uia
from bot.platforms.matrix.encryption.crosssigning import CrossSigning
from bot.platforms.matrix.encryption.devices import Devices
from bot.platforms.matrix.encryption.keyring import Identity, Kept, Keyring
from bot.platforms.matrix.encryption.machine import Damaged, Machine
from bot.platforms.matrix.encryption.published import MEGOLM, OLM, people
from bot.platforms.matrix.encryption.rooms import EncryptedRooms, Rotation
from bot.platforms.matrix.encryption.signing import SigningKey, encode
from bot.platforms.matrix.encryption.waiting import MOST, MOST_EACH, Waiting
from bot.platforms.matrix.errors import Challenge
from bot.platforms.protocol import Refused

ANA, BO, BOT = "@ana:example.org", "@bo:example.org", "@folkmoot:example.org"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class Server:
    """A homeserver that answers what it is told to, call by call, and remembers what it was asked."""

    url = "https://example.org"

    def __init__(self, user: str = BOT, device: str = "DEVICE") -> None:
        self.user = user
        self.device = device
        self.logins = 0
        self.asked: list[tuple[str, str, Any]] = []
        self.answers: dict[tuple[str, str], list[Any]] = {}

    def will(self, method: str, path: str, *answers: Any) -> None:
        self.answers.setdefault((method, path), []).extend(answers)

    async def call(self, method: str, path: str, body: Any = None, *, query: Any = None) -> dict[str, Any]:
        self.asked.append((method, path, body))
        queue = self.answers.get((method, path), [{}])
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(BOT, "DEVICE", tmp_path)
    yield made
    made.close()


def device_keys(user: str, ident: str, seed: int = 1) -> dict[str, Any]:
    """A device that vouches for itself."""
    key = SigningKey(bytes([seed] * 32))
    keys = {
        "user_id": user,
        "device_id": ident,
        "algorithms": [OLM, MEGOLM],
        "keys": {f"ed25519:{ident}": key.public, f"curve25519:{ident}": f"curve-of-{ident}"},
    }
    return key.signed(keys, user, f"ed25519:{ident}")


# What is published about people


def answer(identity: Identity, *devices: dict[str, Any]) -> dict[str, Any]:
    published = identity.published(ANA)
    return {
        "device_keys": {ANA: {device["device_id"]: device for device in devices}},
        "master_keys": {ANA: published["master_key"]},
        "self_signing_keys": {ANA: published["self_signing_key"]},
    }


def test_a_device_is_signed_when_its_owner_s_identity_says_so() -> None:
    identity, other = Identity.new(), Identity.new()
    phone, laptop = device_keys(ANA, "PHONE"), device_keys(ANA, "LAPTOP", 2)
    signed = identity.self_signing.signed(phone, ANA)
    found = people(answer(identity, signed, laptop))[ANA].devices
    assert {ident: device.signed for ident, device in found.items()} == {"PHONE": True, "LAPTOP": False}

    foreign = people(answer(identity, other.self_signing.signed(phone, ANA)))[ANA].devices
    assert not foreign["PHONE"].signed
    by_user_signing = people(answer(identity, identity.user_signing.signed(phone, ANA)))[ANA].devices
    assert not by_user_signing["PHONE"].signed

    mixed = answer(identity, signed) | {"master_keys": answer(other)["master_keys"]}
    assert not people(mixed)[ANA].devices["PHONE"].signed, "a self-signing key of another master key"


@pytest.mark.parametrize(
    "change",
    [
        {"user_id": BO},
        {"device_id": "OTHER"},
        {"algorithms": [OLM]},
        {"algorithms": "m.megolm"},
        {"keys": {}},
        {"keys": {"ed25519:PHONE": 1, "curve25519:PHONE": []}},
        {"signatures": {}},
        {"signatures": {ANA: {"ed25519:PHONE": "AAAA"}}},
        {"more": 1},
    ],
)
def test_a_device_that_does_not_vouch_for_itself_is_none(change: dict[str, Any]) -> None:
    assert people({"device_keys": {ANA: {"PHONE": device_keys(ANA, "PHONE") | change}}})[ANA].devices == {}


@given(JSON, JSON, JSON, JSON)
def test_whatever_servers_publish_one_can_be_asked_about(a: Any, b: Any, c: Any, d: Any) -> None:
    people({"device_keys": a, "master_keys": b})
    found = people(
        {
            "device_keys": {ANA: {"X": a, "Y": b}, BO: c},
            "master_keys": {ANA: d},
            "self_signing_keys": {ANA: a},
        }
    )
    assert found[ANA].devices == {}


# What strangers send us


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    JSON, JSON, st.sampled_from(["m.room.encrypted", "m.room_key_request", "m.key.verification.start", "x"])
)
def test_no_message_to_our_device_breaks_anything(
    machine: Machine, content: Any, sender: Any, kind: str
) -> None:
    logging.getLogger("nio").setLevel(logging.ERROR)
    own = machine.account.identity_keys["curve25519"]
    shapes = [
        content,
        {"algorithm": OLM, "sender_key": sender, "ciphertext": content},
        {"algorithm": OLM, "sender_key": "a", "ciphertext": {own: {"type": 0, "body": str(content)}}},
        {
            "algorithm": OLM,
            "sender_key": own,
            "ciphertext": {own: {"type": 1, "body": "AwogGJJzMhf/S3GQFXAOrCZ3iKyGU5ZScVtjI0KypTYrW"}},
        },
        {"action": "request", "body": content, "request_id": "1", "requesting_device_id": sender},
    ]
    for shape in shapes:
        for who in (sender, ANA, BOT):
            assert machine.hear({"type": kind, "sender": who, "content": shape}) is None
    machine.claimed({"one_time_keys": {ANA: content, BO: {"PHONE": content}}})
    machine.claimed({"one_time_keys": content})


def room_key(machine: Machine, owner: str, room: str = "!a") -> tuple[str, str]:
    """(session id, secret) of a key that `owner` (a curve key) made for a room and gave us."""
    maker = Machine(ANA, "MAKER", machine_folder(machine))
    maker.create_outbound_group_session(room)
    session = maker.outbound_group_sessions[room]
    machine.create_group_session(owner, "ed-of-ana", room, session.id, session.session_key)
    maker.close()
    return session.id, session.session_key


def machine_folder(machine: Machine) -> Path:
    return Path(machine.store.store_path)


def test_a_key_that_others_pass_on_as_their_own_leaves_ours_alone(machine: Machine) -> None:
    session, secret = room_key(machine, "curve-of-ana")
    before = machine.room_keys("!a", session)[0].secret
    machine.create_group_session("curve-of-ana", "ed-of-bo", "!a", session, secret)
    assert [(key.secret, key.ed25519) for key in machine.room_keys("!a", session)] == [(before, "ed-of-ana")]
    machine.create_group_session("curve-of-bo", "ed-of-bo", "!a", session, secret)
    machine.close()
    again = Machine(BOT, "DEVICE", machine_folder(machine))
    assert {key.sender_key: key.ed25519 for key in again.room_keys("!a", session)} == {
        "curve-of-ana": "ed-of-ana",
        "curve-of-bo": "ed-of-bo",
    }
    assert again.room_keys("!b", session) == []
    again.close()


def test_a_device_whose_keys_change_is_not_trusted_any_more(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    def devices(seed: int) -> Any:
        return people({"device_keys": {ANA: {"PHONE": device_keys(ANA, "PHONE", seed)}}})[
            ANA
        ].devices.values()

    machine.meet(ANA, devices(1), ours=False)
    assert len(machine.devices([ANA])) == 1
    machine.meet(ANA, devices(2), ours=False)
    assert machine.devices([ANA]) == []
    assert "changed" in caplog.text
    machine.meet(ANA, (), ours=False)
    assert machine.devices([ANA]) == []


async def test_whoever_cannot_be_asked_is_left_in_peace_for_a_while(machine: Machine) -> None:
    """A person whose homeserver does not answer, and a device that has no key to give."""
    clock, server = FakeClock(NOW), Server()
    devices = Devices(server, machine, clock.now)
    server.will("POST", "v3/keys/query", {"device_keys": {}, "failures": {"example.org": {}}})
    for _ in range(3):
        await devices.refresh([ANA])
    assert len(server.asked) == 1
    clock.advance(timedelta(minutes=11))
    server.answers[("POST", "v3/keys/query")] = [{"device_keys": {ANA: {"PHONE": device_keys(ANA, "PHONE")}}}]
    await devices.refresh([ANA])
    assert devices.trust(ANA, "curve-of-PHONE", machine.devices([ANA])[0].ed25519) == "unsigned"
    assert devices.trust(ANA, "curve-of-PHONE", "another") == "unknown"
    assert devices.owner("curve-of-PHONE", other_than=BO) == ANA
    assert devices.owner("curve-of-PHONE", other_than=ANA) is None

    server.asked.clear()
    server.will("POST", "v3/keys/claim", {"one_time_keys": {}})
    for _ in range(3):
        await devices.claim(machine.devices([ANA]))
    assert [body["one_time_keys"] for _, _, body in server.asked] == [{ANA: {"PHONE": "signed_curve25519"}}]

    devices.changed({"changed": [ANA, BO, 7], "left": [None]})
    server.answers[("POST", "v3/keys/query")] = [{"device_keys": {ANA: {}}}]
    await devices.refresh()
    assert machine.devices([ANA]) == []
    devices.changed({"left": [ANA]})
    assert devices.trust(ANA, "curve-of-PHONE", "") == "unknown"


# Our own keys


def test_a_crash_before_the_answer_uploads_the_same_keys_again(tmp_path: Path) -> None:
    """Other keys under the same names would be refused for ever (`One time key … already exists`)."""
    first = Machine(BOT, "DEVICE", tmp_path)
    uploaded = first.upload()
    assert len(uploaded["one_time_keys"]) == 50
    assert len(uploaded["fallback_keys"]) == 1
    first.close()
    second = Machine(BOT, "DEVICE", tmp_path)
    assert second.upload() == uploaded
    second.uploaded({"one_time_key_counts": {"signed_curve25519": 50}})
    assert not second.upload_due()
    second.close()
    third = Machine(BOT, "DEVICE", tmp_path)
    assert not third.upload_due()
    third.uploaded_key_count = 24
    assert third.upload_due()
    again = third.upload()
    assert len(again["one_time_keys"]) == 26
    assert not again["one_time_keys"].keys() & uploaded["one_time_keys"].keys()
    assert "device_keys" not in again
    third.close()


async def test_keys_that_the_server_has_otherwise_mean_a_lost_store(tmp_path: Path) -> None:
    server = Server()
    server.will("POST", "v3/keys/query", {"device_keys": {BOT: {"DEVICE": device_keys(BOT, "DEVICE")}}})
    with pytest.raises(Refused, match="was lost or exchanged") as caught:
        await open_cipher(server, tmp_path, Means(), lambda: NOW)
    assert caught.value.code == LOST

    server = Server()
    server.will(
        "POST", "v3/keys/upload", Refused("M_UNKNOWN: One time key signed_curve25519:AAAA already exists.")
    )
    with pytest.raises(Refused, match="was lost or exchanged"):
        await open_cipher(server, tmp_path, Means(), lambda: NOW)


async def test_a_damaged_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "DEVICE.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(Refused, match=r"are damaged .* restore the folder from a backup") as caught:
        await open_cipher(Server(), tmp_path, Means(), lambda: NOW)
    assert caught.value.code == "keyring"
    with pytest.raises(Damaged):
        Machine(BOT, "DEVICE", tmp_path)

    other = tmp_path / "other"
    other.mkdir()
    (other / "identity.json").write_text('{"user": "@folkmoot:example.org", "seeds": {"master": "short"}}')
    with pytest.raises(Refused, match=r"identity\.json is damaged"):
        await open_cipher(Server(), other, Means(), lambda: NOW)

    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(Refused, match="cannot be kept in"):
        await open_cipher(Server(), file / "keys", Means(), lambda: NOW)


def test_what_is_kept_is_read_again_and_is_nobody_else_s(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path / "keys")
    keyring.open()
    identity = Identity.new()
    keyring.write(BOT, Kept(identity, session="abc", stored=True))
    kept = keyring.read(BOT)
    assert kept.identity is not None
    assert kept.identity.published(BOT) == identity.published(BOT)
    assert (kept.session, kept.stored) == ("abc", True)
    assert keyring.read(ANA) == Kept()
    assert stat.S_IMODE((tmp_path / "keys" / "identity.json").stat().st_mode) == 0o600
    assert identity.master.seed.hex() not in repr(identity)
    assert encode(identity.master.seed) not in repr(identity)


# Proving who we are

PASSWORD = {"flows": [{"stages": ["m.login.password"]}], "session": "s1", "params": {}}
APPROVAL = {
    "flows": [{"stages": ["m.oauth"]}, {"stages": ["org.matrix.cross_signing_reset"]}],
    "params": {"m.oauth": {"url": "https://account.example.org/reset"}},
    "session": "dummy",
}


async def prove(server: Server, **more: Any) -> None:
    await uia.prove(server, "v3/x", {"a": 1}, password=more.get("password"), session=more.get("session", ""))


async def test_a_password_is_given_when_it_is_asked_for() -> None:
    server = Server()
    server.will("POST", "v3/x", Challenge("proof", PASSWORD), {})
    await prove(server, password=lambda: "secret")
    auth = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": BOT},
        "password": "secret",
        "session": "s1",
    }
    assert [body for _, _, body in server.asked] == [{"a": 1}, {"a": 1, "auth": auth}]


@pytest.mark.parametrize(
    ("challenge", "expected"),
    [
        (PASSWORD, "put it into the configuration as `password`"),
        (APPROVAL, r"sign in as @folkmoot:example\.org at https://account\.example\.org/reset, approve"),
        (
            {"flows": [{"stages": ["m.login.sso"]}], "session": "a b"},
            r"open https://example\.org/_matrix/client/v3/auth/m\.login\.sso/fallback/web\?session=a%20b",
        ),
        (
            {"flows": [{"stages": ["m.login.recaptcha"]}]},
            r"\(m\.login\.recaptcha\); set up cross-signing .* in a client once",
        ),
        ({"flows": []}, "nothing that it names"),
        ({"flows": [{"stages": "x"}, 7, {"stages": [1, None]}]}, "a proof that a bot cannot give"),
    ],
)
async def test_a_person_is_told_what_to_do(challenge: dict[str, Any], expected: str) -> None:
    server = Server()
    server.will("POST", "v3/x", Challenge("proof", challenge))
    with pytest.raises(uia.NeedsPerson, match=expected):
        await prove(server)


async def test_a_wrong_password_is_not_tried_for_ever() -> None:
    server = Server()
    server.will("POST", "v3/x", Challenge("proof", PASSWORD | {"errcode": "M_FORBIDDEN"}))
    with pytest.raises(uia.NeedsPerson, match="is not accepted") as caught:
        await prove(server, password=lambda: "secret")
    assert "secret" not in str(caught.value)
    assert len(server.asked) == 2


async def test_stages_are_taken_one_after_the_other_and_a_server_without_end_is_left() -> None:
    two = {"flows": [{"stages": ["m.login.password", "m.login.dummy"]}], "session": "s"}
    server = Server()
    server.will(
        "POST", "v3/x", Challenge("", two), Challenge("", two | {"completed": ["m.login.password"]}), {}
    )
    await prove(server, password=lambda: "secret")
    assert [body.get("auth", {}).get("type") for _, _, body in server.asked] == [
        None,
        "m.login.password",
        "m.login.dummy",
    ]

    server = Server()
    server.will("POST", "v3/x", Challenge("", {"flows": [{"stages": ["m.login.dummy"]}], "session": "s"}))
    with pytest.raises(Refused, match="keeps asking"):
        await prove(server)
    assert len(server.asked) == uia.MOST_STAGES


async def test_what_a_person_approved_goes_on_where_it_was(tmp_path: Path) -> None:
    """An OAuth server: the first start says where to approve, the next one goes through with the same keys."""
    keyring = Keyring(tmp_path)
    server = Server()
    foreign = Identity.new().published(BOT)
    ours = device_keys(BOT, "DEVICE")
    server.will(
        "POST",
        "v3/keys/query",
        {
            "device_keys": {BOT: {"DEVICE": ours}},
            "master_keys": {BOT: foreign["master_key"]},
            "self_signing_keys": {BOT: foreign["self_signing_key"]},
        },
    )
    server.will("POST", "v3/keys/device_signing/upload", Challenge("", APPROVAL), {})
    for path in ("m.secret_storage.default_key",):
        server.will(
            "GET", f"v3/user/%40folkmoot%3Aexample.org/account_data/{path}", Refused("", "M_NOT_FOUND")
        )

    def signing() -> CrossSigning:
        return CrossSigning(server, keyring, Means(reset=True), ours, dict)

    standing = await signing().establish()
    assert "approve the reset" in standing.problem
    assert standing.signer == ""
    assert (await signing().establish()).problem == ""
    first, second = [body for _, path, body in server.asked if path == "v3/keys/device_signing/upload"]
    assert second == {**first, "auth": {"session": "dummy"}}
    assert keyring.read(BOT).session == ""


async def test_a_session_that_the_server_forgot_begins_anew() -> None:
    server = Server()
    server.will("POST", "v3/x", Refused("M_UNKNOWN: Unknown session ID"), {})
    await prove(server, session="old")
    assert [body for _, _, body in server.asked] == [{"a": 1, "auth": {"session": "old"}}, {"a": 1}]


# What waits for its key


def event(number: int, session: str = "s") -> dict[str, Any]:
    return {"event_id": f"${number}", "content": {"session_id": session}}


def test_waiting_messages_outlive_the_process_and_a_torn_line(tmp_path: Path) -> None:
    file = tmp_path / "waiting.jsonl"
    waiting = Waiting(file)
    for number in range(3):
        waiting.add("!a", event(number))
        waiting.add("!a", event(number))
    waiting.add("!b", event(0, "t"))
    with file.open("a") as torn:
        torn.write('{"room": "!a", "ev')
    again = Waiting(file)
    assert again.all() == [*(("!a", event(number)) for number in range(3)), ("!b", event(0, "t"))]
    assert again.of("!a", "s") == [event(0), event(1), event(2)]
    again.remove({("!a", "$1"), ("!a", "$9")})
    assert Waiting(file).of("!a", "s") == [event(0), event(2)]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_waiting_messages_are_bounded(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path / "waiting.jsonl")
    for number in range(MOST + 5):
        waiting.add("!a", event(number) | {"sender": f"@{number}:x"})
    assert len(Waiting(tmp_path / "waiting.jsonl").all()) == MOST
    assert ("!a", "$4") not in waiting
    assert ("!a", "$5") in waiting


def test_nobody_pushes_out_what_others_said(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path / "waiting.jsonl")
    waiting.add("!a", event(0) | {"sender": ANA})
    for number in range(1, 1000):
        waiting.add("!a", event(number) | {"sender": BO})
    assert ("!a", "$0") in waiting
    assert len(waiting.all()) == MOST_EACH + 1


@given(JSON)
def test_a_foreign_line_is_passed_over(line: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_text", lambda *_: f"{json.dumps(line)}\nnonsense\n")
        assert Waiting(Path("waiting.jsonl")).all() == []


# Rooms


@pytest.mark.parametrize(
    ("content", "after", "messages"),
    [
        ({}, timedelta(days=7), 100),
        ({"rotation_period_ms": 86_400_000, "rotation_period_msgs": 10}, timedelta(days=1), 10),
        ({"rotation_period_ms": 1, "rotation_period_msgs": 0}, timedelta(hours=1), 1),
        ({"rotation_period_ms": 10**15, "rotation_period_msgs": 10**9}, timedelta(days=7), 100),
        ({"rotation_period_ms": "soon", "rotation_period_msgs": True}, timedelta(days=7), 100),
        ({"rotation_period_ms": -5, "rotation_period_msgs": -5}, timedelta(hours=1), 1),
    ],
)
def test_rooms_choose_within_reason_how_long_a_key_lasts(
    content: dict[str, Any], after: timedelta, messages: int
) -> None:
    rotation = Rotation.of({"algorithm": MEGOLM, **content})
    assert (rotation.after, rotation.messages, rotation.known) == (after, messages, True)


def told(room: str, *events: dict[str, Any], limited: bool = False) -> dict[str, Any]:
    return {"rooms": {"join": {room: {"timeline": {"events": list(events), "limited": limited}}}}}


def encryption(**content: Any) -> dict[str, Any]:
    return {"type": "m.room.encryption", "state_key": "", "content": content}


async def test_once_encrypted_always_encrypted(machine: Machine) -> None:
    server = Server()
    server.will("GET", "v3/rooms/%21b/state/m.room.encryption/", Refused("", "M_NOT_FOUND"))
    server.will("GET", "v3/rooms/%21new/state/m.room.encryption/", {"algorithm": MEGOLM})
    rooms = EncryptedRooms(server, machine)
    rooms.feed(told("!a", encryption(algorithm=MEGOLM)))
    rooms.feed(told("!b", {"type": "m.room.encryption", "content": {"algorithm": MEGOLM}}))
    assert await rooms.encrypted("!a")
    assert not await rooms.encrypted("!b"), "no state event"
    assert not await rooms.encrypted("!b")
    assert await rooms.encrypted("!new"), "of which no sync told yet"
    assert len(server.asked) == 2
    rooms.feed(told("!a", encryption()))
    assert rooms.rotation("!a").known, "nobody takes encryption back"
    again = EncryptedRooms(Server(), machine)
    assert await again.encrypted("!a")
    assert await again.encrypted("!new")
    rooms.feed(told("!b", encryption(algorithm=MEGOLM)))
    assert await rooms.encrypted("!b")
    rooms.feed(told("!c", encryption(algorithm="m.unheard.of")))
    assert not rooms.rotation("!c").known


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON)
def test_no_sync_breaks_the_rooms(machine: Machine, value: Any) -> None:
    rooms = EncryptedRooms(Server(), machine)
    for sync in (
        value,
        {"rooms": value},
        {"rooms": {"join": value, "leave": value}},
        {"rooms": {"join": {"!a": value}}},
    ):
        if isinstance(sync, dict):
            rooms.feed(sync)


async def test_members_are_asked_for_again_when_they_changed(machine: Machine) -> None:
    def member(user: str, membership: Any) -> dict[str, Any]:
        return {"type": "m.room.member", "state_key": user, "content": {"membership": membership}}

    server = Server()
    path = "v3/rooms/%21a/members"
    everybody = [member(ANA, "join"), member(BO, "invite"), member("@c:x", "ban"), member("@d:x", None), 7]
    server.will("GET", path, {"chunk": everybody}, {"chunk": []})
    rooms = EncryptedRooms(server, machine)
    assert await rooms.members("!a") == await rooms.members("!a") == {ANA, BO}
    assert len(server.asked) == 1
    rooms.feed(told("!b", member(ANA, "leave")))
    assert await rooms.members("!a") == {ANA, BO}
    rooms.feed(told("!a", member(ANA, "leave")))
    assert await rooms.members("!a") == set()
    rooms.feed(told("!a", limited=True))
    await rooms.members("!a")
    assert len(server.asked) == 3
