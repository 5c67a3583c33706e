"""After a crash the bot had actions to deliver before the server's first answer told its rooms, and gave them up: not in that room."""

from __future__ import annotations

import asyncio

from bot import actions
from bot.text import document
from tests.matrix.reading import place, reading
from tests.synapse import Synapse


async def test_a_deed_waits_until_the_rooms_are_known(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, ana = await town.register("folkmoot"), await town.register("ana")
        room = await ana.create_room()
        await bot.join(room)
        async with reading(synapse.url, bot, [place(room)]) as before:
            cursor = before.cursor
        async with reading(synapse.url, bot, [place(room)], cursor) as after:
            left_over = actions.Post(place="lounge", text=document("Good morning"))
            delivery = asyncio.create_task(after.adapter.perform(left_over, "key"))
            await asyncio.sleep(0)  # it begins before the first poll
            await after.poll()
            receipt = await delivery
        assert receipt.ref
        await ana.wait_for_text("Good morning", room=room, by=bot)
