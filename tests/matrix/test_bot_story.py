"""Help, two warnings, a ban, an appeal in private, pardon: with the real bot on a real homeserver, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.testing import script
from tests.matrix_moot import joined, matrix_moot
from tests.synapse import ROOM_VERSIONS, Denied, Synapse


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_warned_twice_banned_and_pardoned(synapse: Synapse, tmp_path: Path, version: str) -> None:
    async with matrix_moot(synapse, tmp_path, version=version) as moot:
        ana, grump, mira = await moot.member("ana"), await moot.member("grump"), moot.mira
        await ana.send(moot.lounge, "!help strikes")
        await mira.wait_for_text("!strikes", room=moot.lounge, by=moot.account)
        for number, text in enumerate(("You numbskull!", "What a windbag.", "Shut up, all of you."), 1):
            await grump.send(moot.lounge, text)
            await mira.wait_for_text(f"Case #{number}.", room=moot.lounge, by=moot.account)
            await mira.wait_for_text(f"Case #{number} ", room=moot.modroom, by=moot.account)
        assert await mira.membership(moot.lounge, grump) == "ban"
        with pytest.raises(Denied, match="M_FORBIDDEN"):
            await grump.send(moot.lounge, "And another thing!")

        private = await grump.create_room(
            preset="trusted_private_chat", is_direct=True, invite=[moot.account.id]
        )
        await grump.wait_for(joined(moot.account), room=private)
        await grump.send(private, "!appeal #3 I was tired. I am sorry.")
        await mira.wait_for_text("Appeal in case #3", room=moot.modroom)
        await mira.send(moot.modroom, "!grant #3")
        await grump.wait_for_text("granted")
        assert await mira.membership(moot.lounge, grump) == "leave"
        await grump.join(moot.lounge)
        await grump.send(moot.lounge, "Thank you. Tea is fine.")

        assert await moot.transcript(mira, moot.lounge) == script("")
        assert await moot.transcript(mira, moot.modroom) == script("")
        assert await moot.transcript(grump, private) == script("")
