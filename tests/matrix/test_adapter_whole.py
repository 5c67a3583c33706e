"""The whole adapter on a real homeserver: it hears, answers, looks back, and leaves other bots alone, as configured."""

from __future__ import annotations

from datetime import timedelta

from bot import actions
from bot.model import Message
from bot.text import document
from tests.matrix.acting import LONG_AGO
from tests.matrix.reading import place, reading
from tests.synapse import Synapse


async def test_hears_answers_and_finds_its_answer_again(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, ana, other = [await town.register(name) for name in ("folkmoot", "ana", "draupnir")]
        room = await ana.create_room("12")
        for person in (bot, other):
            await person.join(room)
        options = {"bots": [other.id], "loud": ["lounge"]}
        async with reading(synapse.url, bot, [place(room)], **options) as desk:
            await other.send(room, "!help")
            await ana.send(room, f"{bot.id}: help")
            theirs, hers = await desk.wait_for(Message, 2)
            assert (theirs.author.is_bot, hers.author.is_bot) == (True, False)
            assert hers.command == "help"

            answer = actions.Reply(to=hers.ref, text=document("Here is help."))
            post = actions.Post(place="lounge", text=document("Good morning"))
            receipts = {
                key: await desk.adapter.perform(action, key) for key, action in (("a", answer), ("b", post))
            }
            for key, action in (("a", answer), ("b", post)):
                found = await desk.adapter.find(action, key, LONG_AGO, frozenset())
                assert found is not None
                assert found.ref == receipts[key].ref
            await desk.settle()
            assert desk.texts == [
                "!help",
                f"{bot.id}: help",
            ]  # what the bot itself says is nothing that happened

            said = await ana.wait_for_text("Good morning", room=room)
            assert said["content"]["msgtype"] == "m.text"
            assert (await ana.wait_for_text("Here is help", room=room))["content"]["msgtype"] == "m.notice"
            assert receipts["b"].ref
            read = await desk.adapter.message(receipts["b"].ref)
            assert read is not None
            assert read.text == "Good morning"
            assert desk.adapter.url(read.ref) == receipts["b"].url
            assert (await desk.adapter.message(str(receipts["b"].url))) == read
            await desk.adapter.working(hers.ref)
            assert desk.adapter.settle > timedelta()
