"""`!report` on a real homeserver: from a room by an answer, and in private by a link."""

from __future__ import annotations

from pathlib import Path

from tests.matrix_moot import matrix_moot
from tests.synapse import Event, Synapse


async def test_members_show_messages_to_the_moderators_from_the_room_and_in_private(
    synapse: Synapse, tmp_path: Path
) -> None:
    async with matrix_moot(synapse, tmp_path) as moot:
        ana, bo, mira = await moot.member("ana"), await moot.member("bo"), moot.mira
        said = await ana.send(moot.lounge, "buy my watches")
        asked = await bo.reply(moot.lounge, said, "!report selling things")

        def thanks(event: Event) -> bool:
            relation = event["content"].get("m.relates_to", {})
            return event["type"] == "m.reaction" and relation.get("event_id") == asked

        await bo.wait_for(thanks, room=moot.lounge)
        card = await mira.wait_for_text("selling things", room=moot.modroom)
        assert "buy my watches" in card["content"]["body"]

        talk = await bo.create_room("12", public=False, invite=[moot.account.id], is_direct=True)
        await bo.wait_for(
            lambda e: e.get("state_key") == moot.account.id and e["content"]["membership"] == "join",
            room=talk,
        )
        other = await ana.send(moot.lounge, "and my rugs")
        await bo.send(talk, f"report https://matrix.to/#/{moot.lounge}/{other}?via=localhost also this")
        await bo.wait_for_text("Thank you. The moderators will look at it.", room=talk)
        card = await mira.wait_for_text("also this", room=moot.modroom)
        assert "and my rugs" in card["content"]["body"]
        public = await moot.transcript(mira, moot.lounge)
        assert "Thank you" not in public
        assert "rugs" in public
