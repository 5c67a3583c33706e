"""Whatever people send, the real bot on a real homeserver sees through it, gives nobody power for it, and lives on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.matrix.test_bot_crash import answered
from tests.matrix_moot import MatrixMoot, matrix_moot
from tests.synapse import Event, Person, Synapse

BAD = "You numbskull!"
HTML = {"format": "org.matrix.custom.html"}
TEXT = {"msgtype": "m.text"}

#: Ways around a filter which a homeserver accepts. `kind` is that of the event where it is no m.room.message.
EVASIONS: dict[str, dict[str, Any]] = {
    "a formatted body that is no text": TEXT | HTML | {"body": BAD, "formatted_body": 123},
    "a formatted body that says something else": TEXT | HTML | {"body": "Hello.", "formatted_body": BAD},
    "words torn apart by tags": TEXT | HTML | {"body": "Hello.", "formatted_body": "numb<b>sku</b>ll"},
    "a picture without an address": {"msgtype": "m.image", "body": BAD},
    "a caption": {"msgtype": "m.image", "body": BAD, "filename": "cat.png", "url": "mxc://localhost/cat"},
    "a file's name": {"msgtype": "m.file", "body": "Look!", "filename": f"{BAD}.pdf", "url": "mxc://localhost/x"},
    "a kind of message that nobody knows": {"msgtype": "org.example.shout", "body": BAD},
    "an emote": {"msgtype": "m.emote", "body": f"thinks: {BAD}"},
    "a notice": {"msgtype": "m.notice", "body": BAD},
    "a sticker": {"kind": "m.sticker", "body": BAD, "url": "mxc://localhost/s", "info": {}},
    "a poll": {
        "kind": "m.poll.start",
        "m.poll": {"question": {"m.text": [{"body": "Who is it?"}]}, "answers": [{"m.id": "1", "m.text": [{"body": BAD}]}]},
    },
    "an event of another kind": {"kind": "org.example.note", "body": BAD},
    "invisible characters": TEXT | {"body": "You num\u200bb\u2060sk\u00adull!"},
    "text from right to left": TEXT | {"body": "You \u202bnumbskull\u202c!"},
    "letters that look alike": TEXT | {"body": "You numbskuⅼl!"},
    "64 KB": TEXT | {"body": "word " * 12_000 + BAD},
    "thousands of mentions": TEXT | {"body": BAD, "m.mentions": {"user_ids": [f"@u{n}:x.org" for n in range(3_500)]}},
    "a thousand open tags": TEXT | HTML | {"body": "Hello.", "formatted_body": "<blockquote><a " * 1_500 + "<p>" + BAD},
    "an answer to nothing": TEXT | {"body": BAD, "m.relates_to": {"m.in_reply_to": {"event_id": 7}, "rel_type": []}},
}  # fmt: skip


@pytest.mark.timeout(240)
async def test_no_way_around_the_rules_and_no_message_that_ends_the_bot(
    synapse: Synapse, tmp_path: Path
) -> None:
    plugins = {"moderation": {"raids": {"answer": "off"}}}
    async with matrix_moot(synapse, tmp_path, plugins=plugins) as moot:
        said: dict[str, str] = {}
        for number, (name, content) in enumerate(EVASIONS.items()):
            person = await moot.member(f"sly{number}")
            kind = content.get("kind", "m.room.message")
            body = {key: value for key, value in content.items() if key != "kind"}
            said[name] = await person.send(moot.lounge, body, kind)
        hidden = await moot.member("editor")
        original = await hidden.send(moot.lounge, "Hello.")
        new = TEXT | {"body": BAD}
        relation = {"rel_type": "m.replace", "event_id": original}
        await hidden.send(
            moot.lounge, TEXT | {"body": "* Hello!", "m.new_content": new, "m.relates_to": relation}
        )
        said["an edit that reads well in old clients"] = original
        sound = await moot.mira.send(moot.lounge, "Fine weather.")
        liar = await moot.member("liar")
        said["an edit of somebody else's words"] = await liar.edit(moot.lounge, sound, BAD)

        await answer_to(moot, moot.mira, "!strikes")
        history = await moot.mira.history(moot.lounge)
        removed = Counter(e["redacts"] for e in history if e["type"] == "m.room.redaction")
        missed = [name for name, event in said.items() if event not in removed]
        assert missed == []
        assert removed == Counter(dict.fromkeys(said.values(), 1)), "each once, and nothing else"
        assert sound not in removed


async def test_nobody_gains_power_by_a_name_a_notice_or_somebody_elses_words(
    synapse: Synapse, tmp_path: Path
) -> None:
    async with matrix_moot(synapse, tmp_path) as moot:
        ana, eve = await moot.member("ana"), await moot.member("eve")
        path = f"/_matrix/client/v3/profile/{eve.id}/displayname"
        await eve.request("PUT", path, {"displayname": "mira"})
        order = f"!ban {ana.id} noise"
        quoted = f"> <{moot.mira.id}> {order}\n\n{order}"
        theirs = await moot.mira.send(moot.lounge, "Good evening.")
        for content in (
            TEXT | {"body": order},
            TEXT | {"body": quoted, "m.relates_to": {"m.in_reply_to": {"event_id": theirs}}},
            TEXT | {"body": order, "sender": moot.mira.id, "m.mentions": {"user_ids": [moot.account.id]}},
            {"msgtype": "m.notice", "body": order},
            TEXT | HTML | {"body": order, "formatted_body": f"<mx-reply>{moot.mira.id}</mx-reply>{order}"},
        ):
            await eve.send(moot.lounge, content)
        # What a moderator says as a bot, in code or as a quotation is no order either.
        for content in (
            {"msgtype": "m.notice", "body": order},
            TEXT | HTML | {"body": order, "formatted_body": f"<pre><code>{order}</code></pre>"},
            TEXT | HTML | {"body": order, "formatted_body": f"<blockquote>{order}</blockquote>"},
        ):
            await moot.mira.send(moot.lounge, content)
        await answer_to(moot, moot.mira, "!strikes")
        assert await moot.mira.membership(moot.lounge, ana) == "join"
        history = await moot.mira.history(moot.lounge)
        banned = [e for e in history if e["content"].get("membership") == "ban"]
        assert banned == []


async def answer_to(moot: MatrixMoot, person: Person, text: str) -> Event:
    """The bot's answer; by then everything before the question was decided and the more urgent done."""
    asked = await person.send(moot.lounge, text)
    return await person.wait_for(lambda e: answered(e) == asked and e["sender"] == moot.account.id)
