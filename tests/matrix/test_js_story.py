"""The whole story once more, lived by people who use matrix-js-sdk, the library under Element."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.demo import community
from tests.js_client import JsClient, js_client
from tests.matrix.test_bot_crash import answered, mentioned
from tests.matrix_moot import matrix_moot
from tests.synapse import Event, Synapse


def joined(user: str, room: str):
    def seen(event: Event) -> bool:
        return (event.get("state_key"), event.get("room_id")) == (user, room) and event["content"][
            "membership"
        ] == "join"

    return seen


@pytest.mark.timeout(240)  # three clients and a bot; seconds on a machine of one's own
async def test_invited_asked_summarized_warned_banned_appealed(synapse: Synapse, tmp_path: Path) -> None:
    async with matrix_moot(synapse, tmp_path, invited=False, encryption=True) as moot:
        bot, lounge, modroom = moot.account.id, moot.lounge, moot.modroom
        people = [await moot.town.register("grump"), await moot.town.register("ana")]
        async with (
            js_client(moot.mira, synapse.url, tmp_path / "mira.log") as mira,
            js_client(people[0], synapse.url, tmp_path / "grump.log", encrypted=True) as grump,
            js_client(people[1], synapse.url, tmp_path / "ana.log") as ana,
        ):
            for room in (lounge, modroom):
                await mira.call("invite", room, bot)
                await mira.wait_for(joined(bot, room))
            for member in (grump, ana):
                await mira.call("invite", lounge, member.id)
                await member.wait_for(lambda e: e.get("membership") == "invite")
                await member.call("joinRoom", lounge)

            asked = (await ana.call("sendTextMessage", lounge, "!help"))["event_id"]
            answer = await ana.wait_for(lambda e: "content" in e and answered(e) == asked)
            assert answer["content"]["msgtype"] == "m.notice"
            assert "!strikes" in answer["content"]["body"]

            await summary(ana, lounge)

            for number, text in enumerate(("You numbskull!", "What a windbag."), 1):
                said = (await grump.call("sendTextMessage", lounge, text))["event_id"]
                await grump.wait_for(lambda e, said=said: e.get("redacts") == said and e["sender"] == bot)
                warning = await grump.wait_for_text(f"Case #{number}.", by=bot)
                assert mentioned(warning) == [grump.id]
            await grump.call("sendTextMessage", lounge, "Shut up, all of you.")
            await grump.wait_for(lambda e: e.get("membership") == "ban" and e["room_id"] == lounge)

            # Who is banned is told in private, and may answer there.
            asked_in = lambda e: e.get("membership") == "invite" and e["room_id"] != lounge  # noqa: E731
            private = (await grump.wait_for(asked_in))["room_id"]
            await grump.call("joinRoom", private)
            told = await grump.wait_for_text("Case #3.", by=bot)
            assert told["encrypted"]
            await grump.call("sendTextMessage", private, "!appeal #3 I was tired. I am sorry.")
            await mira.wait_for_text("Appeal in case #3", by=bot)
            await mira.call("sendTextMessage", modroom, "!grant #3")
            await grump.wait_for_text("granted", by=bot)
            await mira.call("invite", lounge, grump.id)
            await grump.call("joinRoom", lounge)
            await grump.call("sendTextMessage", lounge, "Thank you. Tea is fine.")
            await mira.wait_for_text("Tea is fine.", by=grump.id)


async def summary(ana: JsClient, lounge: str) -> None:
    """A thread, and its summary in it."""
    thread = community.long_thread()
    root = (await ana.call("sendTextMessage", lounge, thread.title))["event_id"]
    texts = [comment.text for comment in thread.comments[:9]]
    for text in texts:
        await ana.call("sendTextMessage", lounge, root, text)
    asked = (await ana.call("sendTextMessage", lounge, root, "!summary"))["event_id"]
    answer = await ana.wait_for(lambda e: "content" in e and answered(e) == asked)
    assert answer["thread"] == root
    body = answer["content"]["body"]
    assert any(
        sentence.strip(" .") in body for text in texts for sentence in text.split(". ") if len(sentence) > 30
    )
