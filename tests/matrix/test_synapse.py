"""The homeserver of the tests is a real one, and the people on it see each other."""

from __future__ import annotations

import pytest

from tests.synapse import ROOM_VERSIONS, Denied, Person, Synapse


async def talk(person: Person, room: str, times: int) -> None:
    for number in range(times):
        await person.send(room, f"No. {number}.")


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_a_room_with_two_people(synapse: Synapse, version: str) -> None:
    async with synapse.town() as town:
        ana, bo = await town.register("ana"), await town.register("bo")
        room = await ana.create_room(version, public=False, name="Lounge")
        assert (await ana.state(room, "m.room.create"))["room_version"] == version

        await ana.invite(room, bo)
        assert await bo.wait_for_invite() == room
        await bo.join(room)
        said = await bo.send(room, "Good evening!")
        heard = await ana.wait_for_text("evening", room=room, by=bo)
        assert heard["event_id"] == said

        with pytest.raises(Denied, match="M_FORBIDDEN"):
            await bo.ban(room, ana)
        await ana.ban(room, bo, "Noise")
        assert await ana.membership(room, bo) == "ban"
        gone = await bo.wait_for(lambda e: e["content"].get("membership") == "ban")
        assert gone["content"]["reason"] == "Noise"


async def test_a_reader_who_was_away_misses_nothing(synapse: Synapse) -> None:
    async with synapse.town() as town:
        ana, bo = await town.register("ana"), await town.register("bo")
        room = await ana.create_room()
        await bo.join(room)
        await bo.wait_for(lambda e: e["type"] == "m.room.create")
        await talk(ana, room, 120)  # more than a sync holds
        await bo.wait_for_text("No. 119.")
        assert (await bo.wait_for_text("No. 0.", room=room))["sender"] == ana.id


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_an_untouched_server_lets_nobody_say_much_at_once(
    throttled_synapse: Synapse, version: str
) -> None:
    async with throttled_synapse.town() as town:
        ana, bo = await town.register("ana"), await town.register("bo")
        room = await ana.create_room(version)
        await bo.join(room)
        with pytest.raises(Denied, match="M_LIMIT_EXCEEDED") as denied:
            await talk(bo, room, 40)
        assert denied.value.status == 429

        await town.unlimit(bo)
        await talk(bo, room, 40)
