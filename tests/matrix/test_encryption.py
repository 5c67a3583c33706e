"""Encrypted rooms on a real homeserver, with matrix-js-sdk on the other side: it shares no code with what is tested."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from peewee import OperationalError

from bot.demo.matrix.person import Event, Person
from bot.platforms.matrix.content import edit, message
from bot.platforms.matrix.encryption.cipher import MARK
from bot.platforms.matrix.session import Session
from bot.platforms.protocol import Unclear, Unreachable
from bot.text import document
from tests.js_client import JsClient, js_client
from tests.matrix.encrypted import ENCRYPTION, account, on_a_new_device
from tests.synapse import Synapse


async def lounge(owner: Person, *others: Person, **encryption: Any) -> str:
    """An encrypted room where all of these are."""
    content = {**ENCRYPTION["content"], **encryption}
    room = await owner.create_room(public=False, initial_state=[{**ENCRYPTION, "content": content}])
    for person in others:
        await owner.invite(room, person)
        await person.join(room)
    return room


async def sealed(person: Person, room: str, event: str) -> Event:
    """The encrypted content of something said, as everybody gets it."""
    found = await person.event(room, event)
    assert found["type"] == "m.room.encrypted"
    content: Event = found["content"]
    return content


async def heard(client: JsClient, event: str) -> Event:
    """What the client shows of it, once it can."""
    return await client.wait_for(lambda e: e.get("event_id") == event and not e["undecryptable"])


@pytest.mark.slow
async def test_both_sides_read_each_other_and_our_device_is_trusted(synapse: Synapse, tmp_path: Path) -> None:
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        room = await lounge(ana, bot)
        async with (
            js_client(ana, synapse.url, tmp_path / "ana.log", encrypted=True) as hers,
            account(bot, synapse.url, tmp_path / "keys") as ours,
        ):
            assert ours.cipher.problem == ""
            await hers.call("verify", ana.password)
            await ours.sync()
            root = await ours.say(room, "Listen, all of you.")
            thread = {"rel_type": "m.thread", "event_id": root}
            said = await ours.say(room, "Good evening.", **{"m.relates_to": thread})
            shown = await heard(hers, said)
            assert shown["content"]["body"] == "Good evening."
            assert shown["encrypted"]
            assert shown["shield"] == 0, shown
            status = await hers.call("crypto.getDeviceVerificationStatus", bot.id, bot.device)
            assert status["signedByOwner"], status
            assert shown["thread"] == root
            content = await sealed(ana, room, said)
            assert content["m.relates_to"] == thread
            assert "Good evening." not in str(content)

            await hers.call("sendTextMessage", room, "Who are you?")
            event = await ours.wait_for_text("Who are you?")
            assert (event["type"], event["sender"], event[MARK]) == ("m.room.message", ana.id, "signed")


@pytest.mark.slow
async def test_a_client_warns_of_a_device_that_is_not_signed(synapse: Synapse, tmp_path: Path) -> None:
    """What our cross-signing spares people, and that the test above can fail. The other way round, we tell, too."""
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        async with account(bot, synapse.url, tmp_path / "lost"):
            pass
        await on_a_new_device(bot)
        room = await lounge(ana, bot)
        async with (
            js_client(ana, synapse.url, tmp_path / "ana.log", encrypted=True) as hers,
            account(bot, synapse.url, tmp_path / "keys") as ours,
        ):
            assert "clients warn of" in ours.cipher.problem
            await ours.sync()
            shown = await heard(hers, await ours.say(room, "Good evening."))
            assert shown["shield"] != 0, shown
            await hers.call("sendTextMessage", room, "Good evening.")
            assert (await ours.wait_for(lambda e: e["sender"] == ana.id and "body" in e["content"]))[
                MARK
            ] == "unsigned"


@pytest.mark.slow
async def test_whoever_comes_reads_on_and_whoever_goes_does_not(synapse: Synapse, tmp_path: Path) -> None:
    async with synapse.town() as town:
        ana, bo, bot = [await town.register(name) for name in ("ana", "bo", "folkmoot")]
        room = await lounge(ana, bot)
        async with (
            js_client(ana, synapse.url, tmp_path / "ana.log", encrypted=True) as hers,
            js_client(bo, synapse.url, tmp_path / "bo.log", encrypted=True) as his,
            account(bot, synapse.url, tmp_path / "keys") as ours,
        ):
            await ours.sync()
            alone = await ours.say(room, "Before.")
            again = await ours.say(room, "Still before.")
            await ana.invite(room, bo)
            await bo.join(room)
            await ours.wait_for(
                lambda e: e.get("state_key") == bo.id and e["content"]["membership"] == "join"
            )
            both = await ours.say(room, "Welcome.")
            assert (await heard(his, both))["content"]["body"] == "Welcome."
            await ana.kick(room, bo)
            await ours.wait_for(
                lambda e: e.get("state_key") == bo.id and e["content"]["membership"] == "leave"
            )
            after = await ours.say(room, "He is gone.")
            for event in (alone, again, both, after):
                await heard(hers, event)
            sessions = [
                (await sealed(ana, room, event))["session_id"] for event in (alone, again, both, after)
            ]
            assert sessions[0] == sessions[1] == sessions[2], "a newcomer gets the running key, from now on"
            assert sessions[3] != sessions[2], "whoever left must not hold the next key"
            assert [
                e for e in his.seen if e.get("event_id") in {alone, again} and not e["undecryptable"]
            ] == []


async def test_a_key_wears_out_as_the_room_wants_it(synapse: Synapse, tmp_path: Path) -> None:
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        room = await lounge(ana, bot, rotation_period_msgs=2)
        async with account(bot, synapse.url, tmp_path / "keys") as ours:
            await ours.sync()
            said = [await ours.say(room, f"Number {number}") for number in range(5)]
            sessions = [(await sealed(ana, room, event))["session_id"] for event in said]
            assert [sessions.index(session) for session in sessions] == [0, 0, 2, 2, 4]
            await ours.sync()
            assert {e["content"].get("body") for e in ours.seen} >= {
                f"Number {number}" for number in range(5)
            }


@pytest.mark.slow
async def test_what_was_said_while_we_were_down_is_read_after_the_start(
    synapse: Synapse, tmp_path: Path
) -> None:
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        room = await lounge(ana, bot)
        async with js_client(ana, synapse.url, tmp_path / "ana.log", encrypted=True) as hers:
            async with account(bot, synapse.url, tmp_path / "keys") as ours:
                await ours.sync()
                await hers.call("sendTextMessage", room, "With the first key.")
                await ours.wait_for_text("With the first key.")
                since = ours.since
            await hers.call("sendTextMessage", room, "Nobody is there.")
            await hers.call("crypto.forceDiscardSession", room)
            await hers.call("sendTextMessage", room, "With a new key.")
            async with account(bot, synapse.url, tmp_path / "keys") as ours:
                ours.since = since
                await ours.wait_for_text("Nobody is there.")
                await ours.wait_for_text("With a new key.")
                said = await ours.say(room, "I am back.")
                assert (await heard(hers, said))["shield"] == 0


@pytest.mark.slow
async def test_a_process_that_is_killed_loses_nothing(synapse: Synapse, tmp_path: Path) -> None:
    """Killed after it took a key out of a sync and before the batch was admitted, again and again, while somebody talks."""
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        room = await lounge(ana, bot)
        sentences = [f"Sentence {number}." for number in range(12)]
        async with account(bot, synapse.url, tmp_path / "keys") as ours:
            await ours.sync()
        async with js_client(ana, synapse.url, tmp_path / "ana.log", encrypted=True) as hers:
            for number, sentence in enumerate(sentences):
                await hers.call("sendTextMessage", room, sentence)
                if number % 2:
                    await hers.call("crypto.forceDiscardSession", room)
                if number % 3 == 2:
                    child = await asyncio.create_subprocess_exec(
                        sys.executable, "-m", "tests.matrix.encrypted", synapse.url, bot.id, bot.token, bot.device,
                        str(tmp_path / "keys"), sentence, stdout=asyncio.subprocess.PIPE,
                    )  # fmt: skip
                    assert child.stdout is not None
                    assert (await child.stdout.readline()).decode().split() == ["read"]
                    child.kill()
                    await child.wait()
            async with account(bot, synapse.url, tmp_path / "keys") as ours:
                assert ours.cipher.problem == ""
                for sentence in sentences:
                    await ours.wait_for_text(sentence)
                assert (await heard(hers, await ours.say(room, "All read.")))["shield"] == 0


@pytest.mark.slow
async def test_a_key_that_comes_after_its_message_opens_it_also_over_a_restart(
    synapse: Synapse, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        room = await lounge(ana, bot)
        async with js_client(ana, synapse.url, tmp_path / "ana.log", encrypted=True) as hers:
            async with account(bot, synapse.url, tmp_path / "keys") as ours:
                await ours.sync()
                since = ours.since
                first = await hers.call("sendTextMessage", room, "The key is late.")
                await hers.call("sendTextMessage", room, "So is this one.")
                event = await bot.event(room, first["event_id"])
                assert await ours.cipher.decrypt(room, event) is None
                assert await ours.cipher.decrypt(room, event) is None
                assert caplog.text.count("cannot read what") == 1
            async with account(bot, synapse.url, tmp_path / "keys") as ours:
                ours.since = since
                await ours.sync(maintain=False)
                late = [e["content"]["body"] for e in ours.seen if e.get("event_id") == first["event_id"]]
                assert late == ["The key is late."] * 2, (
                    "as a late message, and as the sync brings it here anyway"
                )
            async with account(bot, synapse.url, tmp_path / "keys") as ours:
                await ours.sync()
                assert "The key is late." in [e["content"].get("body") for e in ours.seen], (
                    "it was not admitted yet"
                )
            async with account(bot, synapse.url, tmp_path / "keys") as ours:
                ours.since = since
                await ours.cipher.feed({})
                assert ours.cipher.late() == []


@pytest.mark.slow
async def test_whoever_comes_when_our_keys_ran_out_is_still_heard(synapse: Synapse, tmp_path: Path) -> None:
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        async with account(bot, synapse.url, tmp_path / "keys") as ours:
            await ours.sync()
            since = ours.since
        claim = {"one_time_keys": {bot.id: {bot.device: "signed_curve25519"}}}
        for _ in range(50):
            await ana.request("POST", "/_matrix/client/v3/keys/claim", claim)
        room = await lounge(ana, bot)
        async with js_client(ana, synapse.url, tmp_path / "ana.log", encrypted=True) as hers:
            await hers.call("sendTextMessage", room, "With the last resort.")
            async with account(bot, synapse.url, tmp_path / "keys") as ours:
                ours.since = since
                await ours.wait_for_text("With the last resort.")
        answer = await bot.request("GET", "/_matrix/client/v3/sync", timeout=0)
        assert answer["device_one_time_keys_count"]["signed_curve25519"] == 50
        assert answer["device_unused_fallback_key_types"] == ["signed_curve25519"]


@pytest.mark.slow
async def test_a_liar_in_the_middle_cannot_speak_for_others(synapse: Synapse, tmp_path: Path) -> None:
    """A server that shows Bo's message as Ana's, and one that shows it twice."""
    async with synapse.town() as town:
        ana, bo, bot = [await town.register(name) for name in ("ana", "bo", "folkmoot")]
        room = await lounge(ana, bo, bot)
        async with (
            js_client(bo, synapse.url, tmp_path / "bo.log", encrypted=True) as his,
            account(bot, synapse.url, tmp_path / "keys") as ours,
        ):
            await ours.sync()
            sent = await his.call("sendTextMessage", room, "!ban @ana")
            await ours.wait_for_text("!ban @ana")
            event = await bot.event(room, sent["event_id"])
            assert await ours.cipher.decrypt(room, event) is not None
            assert await ours.cipher.decrypt(room, {**event, "sender": ana.id}) is None
            assert await ours.cipher.decrypt(room, {**event, "event_id": "$again"}) is None
            assert await ours.cipher.decrypt("!elsewhere", event) is None


async def test_other_devices_of_the_account_get_old_keys_once_they_are_signed(
    synapse: Synapse, tmp_path: Path
) -> None:
    """Where the account runs on a second machine. (Clients of people's own no longer ask other devices for keys.)"""
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        room = await lounge(ana, bot)
        async with account(bot, synapse.url, tmp_path / "first") as first:
            recovery = (tmp_path / "first" / "recovery-key").read_text()
            await first.sync()
            said = await first.say(room, "Said before you came.")
            await on_a_new_device(bot)
            async with account(bot, synapse.url, tmp_path / "second") as stranger:
                await stranger.sync()
                assert [event["event_id"] for event in stranger.unread] == [said]
                for _ in range(3):
                    await first.sync()
                    await stranger.sync()
                assert stranger.cipher.late() == []
            await on_a_new_device(bot)
            async with account(bot, synapse.url, tmp_path / "third", recovery_key=lambda: recovery) as third:
                while not third.seen or third.seen[-1].get("event_id") != said:
                    await third.sync()
                    await first.sync()
                assert third.seen[-1]["content"]["body"] == "Said before you came."
                assert third.seen[-1][MARK] == "unsigned", "a key that was passed on proves nothing"


async def test_a_hand_out_of_keys_that_was_cut_off_goes_on(
    synapse: Synapse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        room = await lounge(ana, bot)
        async with (
            account(ana, synapse.url, tmp_path / "hers") as hers,
            account(bot, synapse.url, tmp_path / "ours") as ours,
        ):
            await hers.sync()
            await ours.sync()
            whole = ours.client.call

            async def cut_off(method: str, path: str, *args: Any, **more: Any) -> Any:
                if "sendToDevice" in path:
                    monkeypatch.undo()
                    raise Unclear("the connection broke")
                return await whole(method, path, *args, **more)

            monkeypatch.setattr(ours.client, "call", cut_off)
            with pytest.raises(Unclear):
                await ours.say(room, "Can you hear me?")
            await ours.say(room, "And now?")
            assert (await hers.wait_for_text("And now?"))[MARK] == "signed"
            assert hers.unread == []


async def test_a_device_that_was_signed_out_and_in_again_is_back(synapse: Synapse, tmp_path: Path) -> None:
    """Signing out takes the device's keys off the server; signing in as the same device does not bring them back."""
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        room = await lounge(ana, bot)
        async with (
            account(ana, synapse.url, tmp_path / "hers") as hers,
            account(bot, synapse.url, tmp_path / "ours") as ours,
        ):
            await hers.sync()
            await ours.sync()
            session = Session(ours.client, bot.id, lambda: bot.password, None, None)
            await bot.request("POST", "/_matrix/client/v3/logout", {})
            await session.renew()
            await ours.sync()
            await hers.sync()
            await hers.say(room, "Are you still there?")
            await ours.wait_for_text("Are you still there?")
            await ours.say(room, "I am.")
            assert (await hers.wait_for_text("I am."))[MARK] == "signed"


async def test_an_edit_that_the_server_bundles_is_clear_too(synapse: Synapse, tmp_path: Path) -> None:
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        room = await lounge(ana, bot)
        async with (
            account(ana, synapse.url, tmp_path / "hers") as hers,
            account(bot, synapse.url, tmp_path / "ours") as ours,
        ):
            await ours.sync()
            await hers.sync()
            said = await hers.say(room, "Tee")
            relation = {"rel_type": "m.replace", "event_id": said}
            new = {"msgtype": "m.text", "body": "Tea"}
            await hers.say(room, "* Tea", **{"m.new_content": new, "m.relates_to": relation})
            await ours.wait_for_text("* Tea")
            clear = await ours.cipher.decrypt(room, await bot.event(room, said))
            assert clear is not None
            assert clear["content"]["body"] == "Tee"
            edit = clear["unsigned"]["m.relations"]["m.replace"]
            assert edit["content"]["m.new_content"] == new


async def test_nobody_gains_power_by_saying_it_in_secret(synapse: Synapse, tmp_path: Path) -> None:
    """A sealed redaction, which no server ever checked, and a relation that only we would see."""
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        room = await lounge(ana, bot)
        async with (
            account(ana, synapse.url, tmp_path / "hers") as hers,
            account(bot, synapse.url, tmp_path / "ours") as ours,
        ):
            await ours.sync()
            await hers.sync()
            said = await hers.say(room, "Good evening.")
            machine = hers.cipher._machine
            for kind, content in (
                ("m.room.redaction", {"redacts": said}),
                ("m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2"}),
                (
                    "m.room.message",
                    {"body": "* x", "m.relates_to": {"rel_type": "m.replace", "event_id": said}},
                ),
            ):
                sealed_content = machine.seal(room, kind, content)
                await ana.send(room, sealed_content, "m.room.encrypted")
            event = await ours.wait_for_text("* x")
            assert "m.relates_to" not in event["content"]
            assert len(ours.unread) == 2
            assert not any(event["type"] == "m.room.redaction" for event in ours.seen)


async def test_a_full_disk_costs_no_key(
    synapse: Synapse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        room = await lounge(ana, bot)
        async with (
            account(ana, synapse.url, tmp_path / "hers") as hers,
            account(bot, synapse.url, tmp_path / "ours") as ours,
        ):
            await ours.sync()
            await hers.sync()
            await hers.say(room, "Is there room left?")

            def full(session: Any) -> None:
                raise OperationalError("database or disk is full")

            monkeypatch.setattr(ours.cipher._machine.store, "save_inbound_group_session", full)
            for _ in range(2):
                with pytest.raises(Unreachable, match=r"disk is full.*see to the disk"):
                    await ours.sync()
                with pytest.raises(Unreachable, match="see to the disk"):
                    await ours.say(room, "No.")
            monkeypatch.undo()
            await ours.wait_for_text("Is there room left?")
            await ours.say(room, "Now there is.")
            assert (await hers.wait_for_text("Now there is."))[MARK] == "signed"


async def test_the_first_word_in_a_new_room_is_sealed_already(synapse: Synapse, tmp_path: Path) -> None:
    async with synapse.town() as town:
        ana, bot = await town.register("ana"), await town.register("folkmoot")
        async with account(bot, synapse.url, tmp_path / "ours") as ours:
            await ours.sync()
            room = await lounge(bot, ana)
            said = await ours.say(room, "Between you and me.")
            assert (await sealed(ana, room, said))["algorithm"] == "m.megolm.v1.aes-sha2"


@pytest.mark.parametrize("script", ["plain words", "ещё немного", "日本語", "😀👩‍👩‍👧", '"\\<&>', "\ud800"])
async def test_the_largest_message_is_taken_in_any_script(
    synapse: Synapse, tmp_path: Path, script: str
) -> None:
    """Encryption makes it larger, and whatever is written in it, it must not become too large for an event."""
    async with synapse.town() as town:
        bot = await town.register("folkmoot")
        room = await lounge(bot)
        doc = document(*(f"{number} " + f"{script} " * 300 for number in range(300)))
        async with account(bot, synapse.url, tmp_path / "ours") as ours:
            await ours.sync()
            said = await ours.client.send(room, "m.room.message", message(doc, "a"), "a")
            await ours.client.send(room, "m.room.message", edit(doc, "b", said), "b")
            shown = await ours.wait_for(lambda event: event["event_id"] == said)
            assert shown["content"]["body"].endswith("The rest does not fit into one message.")
            await sealed(bot, room, said)
