"""Which rooms the bot enters, at whose invitation, and when it follows a room into another."""

from __future__ import annotations

import pytest

from bot.model import Message, Noticed, PlaceKind, Role
from tests.matrix.reading import place, reading
from tests.matrix.test_reader import lounge
from tests.synapse import ROOM_VERSIONS, Synapse

V3 = "/_matrix/client/v3"


async def test_a_room_is_found_by_its_address(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, ana = await town.register("folkmoot"), await town.register("ana")
        name = f"lounge-{ana.id[1:].partition(':')[0]}"
        room = await ana.create_room(room_alias_name=name)
        async with reading(synapse.url, bot, [place(f"#{name}:{ana.server}")]) as desk:
            assert await ana.membership(room, bot) == "join"
            await ana.send(room, "hello")
            [message] = await desk.wait_for(Message)
            found = await desk.adapter.message(message.url or "")
        assert message.place.alias == "lounge"
        assert found == message


async def test_a_room_that_cannot_be_entered_is_told_and_stops_nothing(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, "12")
        closed = await ana.create_room(public=False)
        places = [place(room), place(closed, "attic"), place("#nowhere:localhost", "nowhere")]
        async with reading(synapse.url, bot, places) as desk:
            await ana.send(room, "hello")
            await desk.wait_for(Message)
            problems = await desk.adapter.check()
            assert [p for p in problems if p.startswith("place attic: the bot is not in ")]
            assert [p for p in problems if "there is no room with the address #nowhere:localhost" in p]
            # An invitation into a configured room needs nobody's leave.
            await ana.invite(closed, bot)
            await desk.settle()
            await ana.send(closed, "in the attic")
            [_, message] = await desk.wait_for(Message, 2)
        assert (message.text, message.place.alias) == ("in the attic", "attic")


async def test_invitations_count_from_those_configured_and_strangers_are_reported_once(
    synapse: Synapse,
) -> None:
    async with synapse.town() as town:
        bot, ana, eve = (
            await town.register("folkmoot"),
            await town.register("ana"),
            await town.register("eve"),
        )
        async with reading(synapse.url, bot, [], invites_from=[ana.id]) as desk:
            hers, evil = await ana.create_room(public=False), await eve.create_room(public=False)
            for person, room in ((ana, hers), (eve, evil)):
                await person.invite(room, bot)
            await desk.settle()
            assert await ana.membership(hers, bot) == "join"
            assert await eve.membership(evil, bot) == "invite"
            [noticed] = [o for o in desk.heard if isinstance(o, Noticed)]
            assert noticed.text == (
                f"{eve.id} invited me to the room {evil}. I only accept invitations from people in `invites_from`."
            )
            # A flood of invitations is no flood in the moderators' room.
            for _ in range(8):
                await eve.invite(await eve.create_room(public=False), bot)
            await desk.settle()
            assert len([o for o in desk.heard if isinstance(o, Noticed)]) == 5


async def test_an_invitation_that_was_taken_back_leaves_nothing_behind(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, ana, eve = [await town.register(name) for name in ("folkmoot", "ana", "eve")]
        async with reading(synapse.url, bot, [], invites_from=[ana.id]) as desk:
            seen, unseen = await eve.create_room(public=False), await ana.create_room(public=False)
            await eve.invite(seen, bot)
            await desk.settle()
            [told] = desk.heard
            for person, room in ((eve, seen), (ana, unseen)):
                await person.invite(room, bot)
                await person.kick(room, bot)
            await desk.settle()
            assert desk.heard == [told]
            assert '"invites"' not in (desk.cursor or "")
            assert await ana.membership(unseen, bot) == "leave"


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_a_banned_person_may_talk_in_private_and_a_stranger_may_not(
    synapse: Synapse, version: str
) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, version)
        bo, eve = await town.register("bo"), await town.register("eve")
        await bo.join(room)
        async with reading(synapse.url, bot, [place(room)]) as desk:
            await ana.ban(room, bo, "spam")
            talk = await bo.create_room(public=False, is_direct=True, invite=[bot.id])
            refused = await eve.create_room(public=False, is_direct=True, invite=[bot.id])
            await desk.settle()
            await bo.send(talk, "!appeal it was not me")
            [message] = await desk.wait_for(Message)
            assert await eve.membership(refused, bot) == "invite"
        assert message.place.kind is PlaceKind.PRIVATE
        assert (message.command, message.author.id) == ("appeal it was not me", bo.id)
        assert message.author.role is Role.EVERYONE


async def test_a_private_talk_that_is_a_crowd_is_left(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, _, room = await lounge(town, "12")
        bo, cleo = await town.register("bo"), await town.register("cleo")
        await bo.join(room)
        async with reading(synapse.url, bot, [place(room)]) as desk:
            crowd = await bo.create_room()
            await cleo.join(crowd)
            member = {"membership": "invite", "is_direct": True}
            await bo.put_state(crowd, "m.room.member", member, bot.id)
            await desk.settle()
            assert await bo.membership(crowd, bot) == "leave"


async def test_a_moderator_has_a_moderators_rights_in_private(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, "12")
        async with reading(synapse.url, bot, [place(room)], invites_from=[ana.id]) as desk:
            talk = await ana.create_room(public=False, is_direct=True, invite=[bot.id])
            await desk.settle()
            await ana.send(talk, "status")
            [message] = await desk.wait_for(Message)
            assert (message.command, message.author.role) == ("status", Role.OWNER)
            # A third person makes it a room like others, where the bot is not served any more.
            cleo = await town.register("cleo")
            await ana.invite(talk, cleo)
            await cleo.join(talk)
            await cleo.send(talk, "status")
            [_, other] = await desk.wait_for(Message, 2)
        assert other.place.community == ""
        assert other.command is None


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_an_upgraded_room_is_followed_also_over_a_restart(synapse: Synapse, version: str) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, version)
        async with reading(synapse.url, bot, [place(room)]) as desk:
            await ana.send(room, "in the old room")
            answer = await ana.request("POST", f"{V3}/rooms/{room}/upgrade", {"new_version": "12"})
            new = answer["replacement_room"]
            [noticed] = await desk.wait_for(Noticed)
            await desk.settle()
            await ana.send(new, "in the new room")
            await desk.wait_for(Message, 2)
            assert desk.adapter.url(desk.heard[-1].ref).startswith(f"https://matrix.to/#/{new}/")  # type: ignore[union-attr]
        assert f"I followed to {new}" in noticed.text
        await ana.send(new, "while away")
        async with reading(synapse.url, bot, [place(room)], desk.cursor) as again:
            await again.wait_for(Message)
        assert desk.texts == ["in the old room", "in the new room"]
        assert again.texts == ["while away"]
        assert {o.place.alias for o in desk.heard + again.heard if isinstance(o, Message)} == {"lounge"}


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_a_tombstone_that_points_to_a_stranger_is_not_followed(synapse: Synapse, version: str) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, version)
        other = await ana.create_room(version)
        async with reading(synapse.url, bot, [place(room)]) as desk:
            await ana.put_state(room, "m.room.tombstone", {"body": "moved", "replacement_room": other})
            [noticed] = await desk.wait_for(Noticed)
            assert await ana.membership(other, bot) == "leave"
            await ana.send(other, "!ban everybody")
            await ana.send(room, "still here")
            await desk.settle()
        assert "does not name the old one as its predecessor" in noticed.text
        assert desk.texts == ["still here"]


async def test_a_successor_behind_a_closed_door_is_entered_once_somebody_opens_it(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, ana, room = await lounge(town, "12")
        create = {"predecessor": {"room_id": room}}
        new = await ana.create_room(public=False, creation_content=create)
        async with reading(synapse.url, bot, [place(room)]) as desk:
            await ana.put_state(room, "m.room.tombstone", {"replacement_room": new})
            [noticed] = await desk.wait_for(Noticed)
            assert "I do not follow: it is not open to everybody, and nobody has invited me." in noticed.text
            await ana.invite(new, bot)
            [_, followed] = await desk.wait_for(Noticed, 2)
            assert f"I followed to {new}" in followed.text
            await desk.settle()
            await ana.send(new, "at last")
            [message] = await desk.wait_for(Message)
        assert (message.text, message.place.alias) == ("at last", "lounge")
