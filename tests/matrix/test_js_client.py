"""matrix-js-sdk works against our homeserver: what the stories with it rest on."""

from __future__ import annotations

from pathlib import Path

from tests.js_client import js_client
from tests.synapse import Synapse


async def test_a_conversation_in_a_thread(synapse: Synapse, tmp_path: Path) -> None:
    async with synapse.town() as town:
        ana, bo = await town.register("ana"), await town.register("bo")
        room = await ana.create_room(public=False)
        async with js_client(bo, synapse.url, tmp_path / "bo.log") as client:
            await ana.invite(room, bo)
            await client.wait_for(lambda e: e.get("membership") == "invite" and e["room_id"] == room)
            await client.call("joinRoom", room)
            root = await client.call("sendTextMessage", room, "Who has the drill?")
            heard = await ana.wait_for_text("drill", room=room, by=bo)
            assert heard["event_id"] == root["event_id"]

            await ana.reply(room, root["event_id"], "I have.", thread=root["event_id"])
            seen = await client.wait_for_text("I have.", by=ana.id)
            assert seen["thread"] == root["event_id"]
            await client.call(
                "sendEvent", room, root["event_id"], "m.room.message", {"msgtype": "m.text", "body": "Fine!"}
            )
            answer = await ana.wait_for_text("Fine!", room=room)
            assert answer["content"]["m.relates_to"]["event_id"] == root["event_id"]


async def test_an_encrypted_conversation_between_signed_devices(synapse: Synapse, tmp_path: Path) -> None:
    async with synapse.town() as town:
        ana, bo = await town.register("ana"), await town.register("bo")
        async with (
            js_client(ana, synapse.url, tmp_path / "ana.log", encrypted=True) as hers,
            js_client(bo, synapse.url, tmp_path / "bo.log", encrypted=True) as his,
        ):
            await hers.call("verify", ana.password)
            await his.call("verify", bo.password)
            encryption = {
                "type": "m.room.encryption",
                "state_key": "",
                "content": {"algorithm": "m.megolm.v1.aes-sha2"},
            }
            room = await ana.create_room(initial_state=[encryption])
            await his.call("joinRoom", room)
            await hers.wait_for(
                lambda e: e.get("state_key") == bo.id and e["content"].get("membership") == "join"
            )
            await hers.call("sendTextMessage", room, "A secret.")
            heard = await his.wait_for_text("A secret.", by=ana.id)
            assert heard["encrypted"]
            assert heard["shield"] == 0, heard
            assert (await bo.event(room, heard["event_id"]))["type"] == "m.room.encrypted"
