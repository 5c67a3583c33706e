"""Reading what was said, on a real homeserver: whole threads as they read now, and messages by their links."""

from __future__ import annotations

import asyncio

import pytest

from bot.model import Platform, Ref
from bot.platforms.matrix import links
from bot.platforms.protocol import Refused
from tests.matrix.reading import place, reading
from tests.matrix.test_reader import lounge
from tests.synapse import Synapse

REPLIES = 130  # more than a page


async def test_a_thread_is_read_whole_with_edits_and_without_what_was_removed(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, "12")
        bo = await town.register("bo")
        await bo.join(room)
        root = await ana.send(room, "What shall we plant?")
        said = [
            await (ana if n % 2 else bo).reply(room, root, f"number {n}", thread=root) for n in range(REPLIES)
        ]
        await bo.edit(room, said[0], "beans")
        await ana.edit(room, root, "What shall we sow?")
        liar = {"msgtype": "m.text", "body": "weeds"}
        relation = {"rel_type": "m.replace", "event_id": said[2]}
        await ana.send(room, liar | {"m.new_content": liar, "m.relates_to": relation})
        await bo.redact(room, said[4])
        await ana.reply(room, root, "outside of the thread")
        async with reading(synapse.url, bot, [place(room)]) as desk:
            thread = await desk.adapter.thread(Ref(Platform.MATRIX, "lounge", root))
        assert thread.root.text.startswith("What shall we sow?")
        texts = [message.text for message in thread.messages]
        assert texts[0].startswith("beans")
        expected = [f"number {n}" for n in range(REPLIES) if n != 4]
        assert [text for text in texts if text.startswith("number")] == expected[1:]
        assert len(texts) == thread.expected == REPLIES - 1
        assert thread.complete
        assert {message.author.id for message in thread.messages} == {ana.id, bo.id}
        assert {message.root.id for message in thread.messages} == {root}


async def test_a_message_is_found_by_every_kind_of_link(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, ana, _ = await lounge(town, "12")
        name = f"links-{ana.id[1:].partition(':')[0]}"
        room = await ana.create_room(room_alias_name=name)
        elsewhere = await ana.create_room()
        said, hidden = await asyncio.gather(ana.send(room, "Here I am."), ana.send(elsewhere, "Not there."))
        async with reading(synapse.url, bot, [place(room)]) as desk:
            alias = f"#{name}:{ana.server}"
            for link in (
                links.url(room, said, via=["localhost"]),
                links.url(alias, said),
                f"matrix:roomid/{room[1:]}/e/{said[1:]}?via=localhost",
                f"matrix:r/{alias[1:]}/event/{said[1:]}",
            ):
                found = await desk.adapter.message(link)
                assert found is not None, link
                assert (found.text, found.ref.id) == ("Here I am.", said)
            for nothing in (
                links.url(elsewhere, hidden),
                links.url(room, "$nowhere"),
                links.url("#nowhere:localhost", said),
                links.url(room),
                "https://example.org/",
                Ref(Platform.MATRIX, "attic", said),
                Ref(Platform.MATRIX, "lounge", "rubbish"),
            ):
                assert await desk.adapter.message(nothing) is None, nothing
            with pytest.raises(Refused, match="no such message"):
                await desk.adapter.thread(Ref(Platform.MATRIX, "lounge", "$nowhere"))
