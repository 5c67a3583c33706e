"""Which servers may take part in a room, on a real homeserver: nobody is shut out by mistake, the bot itself least of all."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import SHUT_BEFORE, LetIn, ShutOut
from bot.model import Receipt
from bot.platforms.matrix.access import ACL, fits
from bot.platforms.protocol import Refused
from tests.matrix.reading import Desk, place, reading
from tests.matrix.test_reader import lounge
from tests.synapse import ROOM_VERSIONS, Denied, Person, Synapse


@asynccontextmanager
async def gate(
    synapse: Synapse, version: str = "12", level: int = 100
) -> AsyncIterator[tuple[Desk, Person, str]]:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, version, level=level)
        async with reading(synapse.url, bot, [place(room)]) as desk:
            yield desk, ana, room


async def do(desk: Desk, action: ShutOut | LetIn) -> Receipt:
    return await desk.adapter.perform(action, "k")


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_servers_are_shut_out_and_let_in_again_beside_what_others_had_shut_out(
    synapse: Synapse, version: str
) -> None:
    async with gate(synapse, version) as (desk, ana, room):
        with pytest.raises(Denied):
            await ana.state(room, ACL)
        act = ShutOut(place="lounge", servers=("*.spam.example", "rude.example"), reason="listed")
        first = await do(desk, act)
        assert await ana.state(room, ACL) == {"allow": ["*"], "deny": ["*.spam.example", "rude.example"]}
        assert (await do(desk, act)).detail == f"{SHUT_BEFORE}*.spam.example, rude.example"

        # The room is alive, and what its owners set is theirs.
        await ana.put_state(
            room, ACL, {"allow": ["*"], "allow_ip_literals": False, "deny": ["old.example", "rude.example"]}
        )
        receipt = await do(desk, act)
        assert receipt.detail == f"{SHUT_BEFORE}rude.example"
        [undo] = act.undo(receipt)
        assert isinstance(undo, LetIn)
        assert undo.servers == ("*.spam.example",)
        await do(desk, undo)
        assert await ana.state(room, ACL) == {
            "allow": ["*"], "allow_ip_literals": False, "deny": ["old.example", "rude.example"],
        }  # fmt: skip
        assert (await do(desk, undo)).detail == "so already"
        [whole] = act.undo(first)
        assert isinstance(whole, LetIn)
        assert whole.servers == act.servers
        await ana.send(room, "still here")


@pytest.mark.parametrize(
    ("server", "sentence"),
    [
        ("localhost", "where the bot itself lives"),
        ("LOCAL*", "where the bot itself lives"),
        ("*", "where the bot itself lives"),
        ("??calhost", "where the bot itself lives"),
        ("not a server", "a server's name was expected"),
        ("", "a server's name was expected"),
    ],
)
async def test_what_would_shut_out_the_bot_or_is_no_server_is_refused(
    synapse: Synapse, server: str, sentence: str
) -> None:
    async with gate(synapse) as (desk, ana, room):
        with pytest.raises(Refused, match=sentence):
            await do(desk, ShutOut(place="lounge", servers=("rude.example", server), reason="listed"))
        with pytest.raises(Denied):
            await ana.state(room, ACL)


async def test_a_missing_right_and_a_full_list_are_named(synapse: Synapse) -> None:
    act = ShutOut(place="lounge", servers=("rude.example",), reason="listed")
    async with gate(synapse, level=50) as (desk, ana, room):
        with pytest.raises(
            Refused, match="change which servers may take part, the bot needs the power level"
        ):
            await do(desk, act)
        await ana.empower(room, {})
    async with gate(synapse) as (desk, ana, room):
        many = [f"{number}.{'long' * 20}.example" for number in range(600)]
        await ana.put_state(room, ACL, {"allow": ["*"], "deny": many})
        with pytest.raises(Refused, match="no room for more servers"):
            await do(desk, ShutOut(place="lounge", servers=tuple(f"{n}.{'x' * 80}.example" for n in range(99)), reason="listed"))  # fmt: skip
        assert len(json.dumps(await ana.state(room, ACL))) < 60_000


@given(st.text(alphabet="*?a.[]-b", max_size=30), st.text(alphabet="ab.-", min_size=1, max_size=60))
def test_patterns_are_read_in_time_and_a_name_fits_itself(pattern: str, server: str) -> None:
    fits("*a" * 100 + pattern, server)
    assert fits(server, server.upper())
    assert fits(f"*{server[1:]}", server)
    assert fits("?" * len(server), server)
    assert not fits(server + "x", server)
