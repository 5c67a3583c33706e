"""Who takes the bot's power away is found out before the bot needs it."""

from __future__ import annotations

import pytest

from bot.actions import Capability
from bot.model import Noticed
from tests.matrix.reading import Desk, place, reading
from tests.matrix.test_reader import lounge
from tests.synapse import ROOM_VERSIONS, Synapse

NEEDS = {"lounge": {Capability.BAN: ("moderation",)}}


def told(desk: Desk) -> list[str]:
    return [one.text for one in desk.heard if isinstance(one, Noticed)]


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_the_moderators_hear_once_of_each_loss_of_power(synapse: Synapse, version: str) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, version, level=50)
        bo = await town.register("bo")
        async with reading(synapse.url, bot, [place(room)], needs=NEEDS) as desk:
            assert told(desk) == []
            await ana.empower(room, {bot: 10})
            await desk.wait_for(Noticed)
            lost = (
                "In lounge, the bot's power level is 10, too low to ban people (takes 50; for moderation). Somebody of a higher level"
                " can raise it in the room's settings, or at the bot's name in the list of members."
            )
            assert told(desk) == [lost]
            await ana.empower(room, {bo: 1})
            await desk.settle()
            assert told(desk) == [lost], "somebody else's level is no news about ours"
            await ana.empower(room, {bot: 50})
            await desk.settle()
            await ana.empower(room, {bot: 10})
            await desk.settle()
            assert told(desk) == [lost, lost]
            last = desk.heard[-1]
        async with reading(synapse.url, bot, [place(room)], desk.cursor, needs=NEEDS) as again:
            await again.poll()
            [first] = [one for one in again.heard if isinstance(one, Noticed)]
            assert first.key == last.key, "so that the ledger drops it"
