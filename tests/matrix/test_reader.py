"""What happens in rooms on a real homeserver reaches the bot: all of it, in order, once, and from nobody who may not."""

from __future__ import annotations

import pytest

from bot.model import Act, Edited, Joined, Message, Noticed, Reacted, Removed, Role, Sanctioned
from bot.platforms.protocol import SignedOut
from tests.matrix.reading import place, reading
from tests.synapse import ROOM_VERSIONS, Person, Synapse, Town


async def lounge(town: Town, version: str, level: int = 50) -> tuple[Person, Person, str]:
    """The bot and Ana, in Ana's room; the bot has that power level."""
    bot, ana = await town.register("folkmoot"), await town.register("ana")
    room = await ana.create_room(version, name="Lounge")
    await bot.join(room)
    await ana.empower(room, {bot: level})
    return bot, ana, room


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_nothing_from_before_the_bot_came_is_handled_and_everything_after_is(
    synapse: Synapse, version: str
) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, version)
        await ana.send(room, "!ban everybody")
        async with reading(synapse.url, bot, [place(room)]) as desk:
            await ana.send(room, "!help")
            [message] = await desk.wait_for(Message)
        assert (message.text, message.command, message.author.id) == ("!help", "help", ana.id)
        assert message.place.alias == "lounge"


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_who_created_a_room_commands_in_it_and_who_lost_power_does_not(
    synapse: Synapse, version: str
) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, version)
        bo = await town.register("bo")
        await bo.join(room)
        async with reading(synapse.url, bot, [place(room)]) as desk:
            await bo.send(room, "!one")
            await ana.send(room, "!two")
            await desk.wait_for(Message, 2)
            await ana.empower(room, {bo: 50})
            await bo.send(room, "!three")
            await desk.wait_for(Message, 3)
            await ana.empower(room, {bo: None})
            await bo.send(room, "!four")
            messages = await desk.wait_for(Message, 4)
            now = await desk.adapter.person(bo.id, "lounge")
        roles = {message.command: message.author.role for message in messages}
        assert roles == {
            "one": Role.EVERYONE,
            "two": Role.OWNER,
            "three": Role.MODERATOR,
            "four": Role.EVERYONE,
        }
        assert now is not None
        assert now.role is Role.EVERYONE


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_a_command_given_before_somebody_lost_power_is_not_obeyed_after(
    synapse: Synapse, version: str
) -> None:
    """The bot was away, or slow: what counts is who has power when it reads."""
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, version)
        bo = await town.register("bo")
        await bo.join(room)
        await ana.empower(room, {bo: 50})
        async with reading(synapse.url, bot, [place(room)]) as desk:
            await bo.send(room, "!ban @ana")
            await ana.empower(room, {bo: 0})
            [message] = await desk.wait_for(Message)
        assert message.author.role is Role.EVERYONE


async def test_what_people_do_besides_talking(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, "12")
        async with reading(synapse.url, bot, [place(room)]) as desk:
            said = await ana.send(room, "Good evening")
            await desk.wait_for(Message)
            await ana.edit(room, said, "Good morning")
            await desk.wait_for(Edited)
            await ana.react(room, said, "👍")
            await desk.wait_for(Reacted)
            await ana.redact(room, said, "wrong time of day")
            await desk.wait_for(Removed)
            bo = await town.register("bo")
            await bo.join(room)
            [joined] = await desk.wait_for(Joined)
            await desk.settle()
        kinds = [type(o) for o in desk.heard if not isinstance(o, Joined)]
        assert kinds == [Message, Edited, Reacted, Removed]
        assert joined.author.id == bo.id


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_a_gap_of_hundreds_of_messages_loses_none_and_no_deed(synapse: Synapse, version: str) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, version)
        bo, cleo = await town.register("bo"), await town.register("cleo")
        await bo.join(room)
        await cleo.join(room)
        async with reading(synapse.url, bot, [place(room)]) as desk:
            for number in range(60):
                await ana.send(room, f"before {number}")
            await ana.kick(room, bo, "out")
            await cleo.leave(room)
            await ana.ban(room, cleo, "for good")
            for number in range(140):
                await ana.send(room, f"after {number}")
            await desk.settle()
            await ana.send(room, "now")
            await desk.settle()
        wanted = [*(f"before {n}" for n in range(60)), *(f"after {n}" for n in range(140)), "now"]
        assert list(dict.fromkeys(desk.texts)) == wanted
        sanctions = {o.key: (o.act, o.person.id) for o in desk.heard if isinstance(o, Sanctioned)}
        assert sorted(sanctions.values()) == sorted([(Act.KICK, bo.id), (Act.BAN, cleo.id)])


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_after_a_restart_everything_is_known_and_nothing_is_lost(
    synapse: Synapse, version: str
) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, version)
        async with reading(synapse.url, bot, [place(room)]) as desk:
            await ana.send(room, "one")
            await desk.wait_for(Message)
        for number in range(120):
            await ana.send(room, f"while away {number}")
        async with reading(synapse.url, bot, [place(room)], desk.cursor) as again:
            await again.settle()
            await ana.send(room, "!back")
            messages = {m.ref: m for m in await again.wait_for(Message, 121)}
        texts = [message.text for message in messages.values()]
        assert texts == [*(f"while away {n}" for n in range(120)), "!back"]
        assert {message.author.role for message in messages.values()} == {Role.OWNER}


async def test_a_crash_in_the_middle_of_a_gap_goes_on_where_it_stopped(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, "12")
        async with reading(synapse.url, bot, [place(room)]) as desk:
            for number in range(260):
                await ana.send(room, str(number))
            await desk.poll()
            await desk.poll()
            assert desk.gaps, "the gap was read in one go; make it larger"
        async with reading(synapse.url, bot, [place(room)], desk.cursor) as again:
            await again.settle()
        heard = list(dict.fromkeys(desk.texts + again.texts))
        assert heard == [str(n) for n in range(260)]


@pytest.mark.parametrize("version", ROOM_VERSIONS)
@pytest.mark.parametrize("way", ["kick", "ban"])
async def test_the_bot_notices_that_it_was_removed_and_comes_back_by_invitation_only(
    synapse: Synapse, version: str, way: str
) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, version)
        async with reading(synapse.url, bot, [place(room)]) as desk:
            await ana.send(room, "last words")
            await getattr(ana, way)(room, bot, "no bots")
            [noticed] = await desk.wait_for(Noticed)
        how = {"kick": "removed me from", "ban": "banned me from"}[way]
        assert f"{ana.id} {how} the room of lounge (no bots)" in noticed.text
        assert desk.texts == ["last words"]

        if way == "ban":
            await ana.unban(room, bot)
        async with reading(synapse.url, bot, [place(room)], desk.cursor) as again:
            await again.settle()
            assert await ana.membership(room, bot) == "leave", "it came back by itself"
            assert "somebody removed it" in (await again.adapter.check())[0]
            await ana.send(room, "while it was out")
            await ana.invite(room, bot)
            await again.settle()
            await ana.send(room, "welcome back")
            messages = await again.wait_for(Message)
        assert [message.text for message in messages] == ["welcome back"]


async def test_a_dead_token_stops_the_reading(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, _, room = await lounge(town, "12")
        async with reading(synapse.url, bot, [place(room)]) as desk:
            await bot.request("POST", "/_matrix/client/v3/logout", {})
            with pytest.raises(SignedOut, match="is no longer signed in"):
                await desk.poll()


@pytest.mark.parametrize("token", ["s999999999_9_9_9_9_9_9_9_9_9_9", "rubbish"])
async def test_a_place_in_the_stream_that_the_server_does_not_know_costs_no_history(
    synapse: Synapse, token: str
) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, "12")
        await ana.send(room, "long ago")
        async with reading(synapse.url, bot, [place(room)]) as desk:
            await desk.settle()
            assert desk.cursor is not None
            since = desk.cursor.split('"')[3]
            lost = desk.cursor.replace(since, token)
            assert lost != desk.cursor
        async with reading(synapse.url, bot, [place(room)], lost) as again:
            await again.poll()
            await ana.send(room, "here and now")
            await again.wait_for(Message)
        assert again.texts == ["here and now"]
