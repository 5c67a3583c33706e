"""What the bot does, on a real Synapse, in rooms whose power is by level alone (11) and in such with creators (12)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import actions
from bot.model import Platform, Ref
from bot.platforms.matrix.lookup import SKEW
from bot.platforms.protocol import Refused
from bot.text import Document, Link, Name, bullets, document, line, quote
from tests.matrix.acting import Bot, acting, known
from tests.matrix.raw_events import NOON, PRIVATE
from tests.synapse import ROOM_VERSIONS, Denied, Person, Synapse, Town

both = pytest.mark.parametrize("version", ROOM_VERSIONS)


def ref(ident: str, alias: str = "lounge") -> Ref:
    return Ref(Platform.MATRIX, alias, ident)


@dataclass(frozen=True)
class Scene:
    """Ola's lounge, in which the bot has some power; Ana is a guest."""

    synapse: Synapse
    town: Town
    bot: Bot
    ola: Person
    ana: Person
    room: str

    async def said(self, ident: Ref | None) -> dict[str, Any]:
        """The content of something the bot said, as Ola sees it."""
        assert ident is not None
        content: dict[str, Any] = (await self.ola.event(self.room, ident.id))["content"]
        return content

    @property
    def me(self) -> Person:
        return self.bot.person


@asynccontextmanager
async def lounge(
    synapse: Synapse, version: str, power: int = 100, alias: str = "lounge"
) -> AsyncIterator[Scene]:
    async with synapse.town() as town:
        ola, ana, me = [await town.register(name) for name in ("ola", "ana", "folkmoot")]
        room = await ola.create_room(version)
        await ana.join(room)
        await me.join(room)
        await ola.empower(room, {me: power})
        async with acting(synapse, me, {alias: room}) as bot:
            yield Scene(synapse, town, bot, ola, ana, room)


# Saying things


@both
async def test_a_post_is_said_once_under_its_key(synapse: Synapse, version: str) -> None:
    async with lounge(synapse, version) as scene:
        post = actions.Post(place="lounge", text=document("Hello"), title="Today", link="https://a.example")
        first, second = await scene.bot.do(post, "key-1"), await scene.bot.do(post, "key-1")
        assert first.ref == second.ref
        assert first.url == f"https://matrix.to/#/{scene.room}/{first.ref and first.ref.id}?via=localhost"
        said = await scene.said(first.ref)
        assert (said["msgtype"], said["body"]) == ("m.notice", "Today\n\nHello\n\nhttps://a.example")


async def test_a_post_meant_to_start_talk_is_an_ordinary_message(synapse: Synapse) -> None:
    async with lounge(synapse, "12", alias="market") as scene:
        asked = await scene.ana.send(scene.room, "!help")
        post = await scene.bot.do(actions.Post(place="market", text=document("Good morning")), "a")
        answer = await scene.bot.do(actions.Reply(to=ref(asked, "market"), text=document("Ask away")), "b")
        kinds = {"m.text": post, "m.notice": answer}
        for kind, receipt in kinds.items():
            assert (await scene.said(receipt.ref))["msgtype"] == kind
            assert receipt.ref
            await scene.bot.do(actions.Edit(ref=receipt.ref, text=document("changed")), kind)
            edited = (await scene.ola.event(scene.room, receipt.ref.id))["unsigned"]["m.relations"][
                "m.replace"
            ]
            assert edited["content"]["m.new_content"]["msgtype"] == kind


@both
async def test_answers_go_where_the_question_was(synapse: Synapse, version: str) -> None:
    async with lounge(synapse, version) as scene:
        root = await scene.ana.send(scene.room, "a topic")
        below = await scene.ana.reply(scene.room, root, "!help", thread=root)
        outside = await scene.bot.do(actions.Reply(to=ref(root), text=document("here")), "a")
        inside = await scene.bot.do(actions.Reply(to=ref(below), text=document("there")), "b")
        assert (await scene.said(outside.ref))["m.relates_to"] == {"m.in_reply_to": {"event_id": root}}
        assert (await scene.said(inside.ref))["m.relates_to"] == {
            "rel_type": "m.thread", "event_id": root, "is_falling_back": True, "m.in_reply_to": {"event_id": below},
        }  # fmt: skip


async def test_long_answers_go_into_a_thread_of_their_own(synapse: Synapse) -> None:
    async with lounge(synapse, "12") as scene:
        asked = await scene.ana.send(scene.room, "!help")
        receipt = await scene.bot.do(
            actions.Reply(to=ref(asked), text=document(bullets(*map(str, range(30)))))
        )
        said = await scene.said(receipt.ref)
        assert (said["m.relates_to"]["rel_type"], said["m.relates_to"]["event_id"]) == ("m.thread", asked)


async def test_the_largest_answer_is_taken(synapse: Synapse) -> None:
    async with lounge(synapse, "12") as scene:
        asked = await scene.ana.send(scene.room, "!help")
        text = document(*(f"{number} " + "<&>é😀" * 300 for number in range(300)))
        receipt = await scene.bot.do(actions.Reply(to=ref(asked), text=text), "a")
        assert (await scene.said(receipt.ref))["body"].endswith("does not fit into one message.")
        assert receipt.ref
        await scene.bot.do(actions.Edit(ref=receipt.ref, text=text), "b")


@both
async def test_an_edit_replaces_the_text(synapse: Synapse, version: str) -> None:
    async with lounge(synapse, version) as scene:
        receipt = await scene.bot.do(actions.Post(place="lounge", text=document("old")), "a")
        assert receipt.ref
        edited = await scene.bot.do(actions.Edit(ref=receipt.ref, text=document("new")), "b")
        event = await scene.ola.event(scene.room, receipt.ref.id)
        assert event["unsigned"]["m.relations"]["m.replace"]["content"]["m.new_content"]["body"] == "new"
        assert edited.ref == receipt.ref


@both
async def test_taking_back_and_reacting_may_be_repeated(synapse: Synapse, version: str) -> None:
    async with lounge(synapse, version) as scene:
        said = await scene.ana.send(scene.room, "hello")
        first = await scene.bot.do(actions.React(ref=ref(said), symbol="✅"), "a")
        again = await scene.bot.do(actions.React(ref=ref(said), symbol="✅"), "b")
        assert first.ref
        assert (await scene.said(first.ref))["m.relates_to"]["key"] == "✅"
        assert again.detail.startswith("so already")
        for key in "cd":
            await scene.bot.do(actions.Delete(ref=first.ref), key)
        assert await scene.said(first.ref) == {}
        await scene.bot.do(actions.Delete(ref=ref("$" + "x" * 43)), "e")  # of what was never there


# Warnings and private talks


def warning(scene: Scene, about: Ref | None) -> actions.Warn:
    return actions.Warn(
        place="lounge",
        person=known(scene.ana),
        about=about,
        rule="kind",
        text=document("Be kind.", quote("rude")),
    )


@both
async def test_a_warning_answers_what_it_is_about_and_mentions_its_target_alone(
    synapse: Synapse, version: str
) -> None:
    async with lounge(synapse, version) as scene:
        rude = await scene.ana.send(scene.room, "rude")
        receipt = await scene.bot.do(warning(scene, ref(rude)))
        said = await scene.said(receipt.ref)
        assert said["m.mentions"] == {"user_ids": [scene.ana.id]}
        assert said["m.relates_to"] == {"m.in_reply_to": {"event_id": rude}}
        assert said["body"] == f"{scene.ana.id}: Be kind.\n\n> rude"
        assert "<blockquote><p><span data-mx-spoiler>rude" in said["formatted_body"]


@both
async def test_a_warning_about_what_is_gone_is_said_in_the_room(synapse: Synapse, version: str) -> None:
    async with lounge(synapse, version) as scene:
        rude = await scene.ana.send(scene.room, "rude")
        await scene.bot.do(actions.Remove(ref=ref(rude), person=known(scene.ana), reason="rude"), "a")
        receipt = await scene.bot.do(warning(scene, ref(rude)), "b")
        said = await scene.said(receipt.ref)
        assert "m.relates_to" not in said
        assert said["m.mentions"] == {"user_ids": [scene.ana.id]}


async def test_a_warning_about_what_is_gone_stays_in_its_thread(synapse: Synapse) -> None:
    async with lounge(synapse, "12") as scene:
        root = await scene.ana.send(scene.room, "a topic")
        rude = await scene.ana.reply(scene.room, root, "rude", thread=root)
        await scene.bot.hear(scene.room, rude)
        await scene.bot.do(actions.Remove(ref=ref(rude), person=known(scene.ana), reason="rude"), "a")
        receipt = await scene.bot.do(warning(scene, ref(rude)), "b")
        assert (await scene.said(receipt.ref))["m.relates_to"] == {
            "rel_type": "m.thread", "event_id": root, "is_falling_back": True, "m.in_reply_to": {"event_id": root},
        }  # fmt: skip


async def test_where_the_bot_may_not_speak_it_warns_in_private(synapse: Synapse) -> None:
    async with lounge(synapse, "12", power=0) as scene:
        rude = await scene.ana.send(scene.room, "rude")
        levels = await scene.ola.state(scene.room, "m.room.power_levels")
        await scene.ola.put_state(scene.room, "m.room.power_levels", levels | {"events_default": 10})
        receipt = await scene.bot.do(warning(scene, ref(rude)))
        assert receipt.ref
        assert receipt.ref.place == "matrix.private"
        assert "to speak there, the bot needs the power level 10 and has 0" in receipt.detail


async def test_who_was_just_banned_is_warned_in_private(synapse: Synapse) -> None:
    async with lounge(synapse, "12") as scene:
        rude = await scene.ana.send(scene.room, "rude")
        await scene.ola.ban(scene.room, scene.ana)  # no sync has told the bot yet
        receipt = await scene.bot.sender.perform(warning(scene, ref(rude)), "k")
        invited = await scene.ana.wait_for_invite()
        assert receipt.ref
        assert receipt.ref.id.startswith(f"{invited}/$")
        assert receipt.detail == "in private, because they are not in the room"


async def test_two_things_to_tell_at_once_make_one_room(synapse: Synapse) -> None:
    async with lounge(synapse, "12") as scene:
        told = await asyncio.gather(
            *(scene.bot.sender.perform(telling(scene.ana), f"k{number}") for number in range(3))
        )
        assert len({receipt.ref.id.partition("/")[0] for receipt in told if receipt.ref}) == 1
        assert len((await scene.me.request("GET", "/_matrix/client/v3/joined_rooms"))["joined_rooms"]) == 2


def telling(person: Person, text: Document | None = None) -> actions.Tell:
    return actions.Tell(place="lounge", person=known(person), text=text or document("psst"))


@both
async def test_private_talks_have_one_room_for_ever(synapse: Synapse, version: str) -> None:
    async with lounge(synapse, version) as scene:
        first = await scene.bot.do(telling(scene.ana), "a")
        assert first.ref
        assert first.url is None
        invited = await scene.ana.wait_for_invite()
        assert first.ref == Ref(Platform.MATRIX, PRIVATE.alias, first.ref.id)
        assert first.ref.id.startswith(f"{invited}/$")
        await scene.ana.join(invited)
        heard = await scene.ana.wait_for_text("psst", room=invited)
        assert first.ref.id == f"{invited}/{heard['event_id']}"
        assert (await scene.bot.do(telling(scene.ana), "b")).ref != first.ref

        async with acting(synapse, scene.me, {"lounge": scene.room}) as restarted:
            third = await restarted.do(telling(scene.ana, document("again")), "c")
            assert third.ref
            assert third.ref.id.startswith(f"{invited}/$")
            back = await scene.ana.send(invited, "why?")
            await restarted.do(
                actions.Reply(
                    to=Ref(Platform.MATRIX, PRIVATE.alias, f"{invited}/{back}"), text=document("because")
                ),
                "d",
            )
        await scene.ana.wait_for_text("because", room=invited)
        direct = await scene.me.request("GET", f"/_matrix/client/v3/user/{scene.me.id}/account_data/m.direct")
        assert direct == {scene.ana.id: [invited]}
        member = await scene.me.event(
            invited,
            (
                await scene.ana.wait_for(
                    lambda e: (
                        e["type"] == "m.room.member"
                        and e["content"].get("is_direct") is True
                        and e.get("event_id") is not None
                    ),
                    room=invited,
                )
            )["event_id"],
        )
        assert member["content"]["membership"] == "invite"


async def test_who_left_the_private_room_is_invited_again(synapse: Synapse) -> None:
    async with lounge(synapse, "12") as scene:
        first = await scene.bot.do(telling(scene.ana), "a")
        room = await scene.ana.wait_for_invite()
        await scene.ana.join(room)
        await scene.ana.leave(room)
        second = await scene.bot.do(telling(scene.ana), "b")
        assert first.ref
        assert second.ref
        assert second.ref.id.startswith(f"{room}/$")
        assert await scene.me.membership(room, scene.ana) == "invite"


async def test_a_room_that_was_made_before_a_crash_is_found(synapse: Synapse) -> None:
    """The bot was cut off after the room was made, before anybody was invited and before any sync told of it."""
    async with lounge(synapse, "12") as scene:
        made = await scene.me.create_room(
            public=False, creation_content={"org.folkmoot.private": scene.ana.id}
        )
        receipt = await scene.bot.do(telling(scene.ana))
        assert receipt.ref
        assert receipt.ref.id.startswith(f"{made}/$")


async def test_whom_no_server_knows_cannot_be_told_and_leaves_one_room_at_most(synapse: Synapse) -> None:
    async with lounge(synapse, "12") as scene:
        nobody = actions.Tell(
            place="lounge", person=known("@nobody:elsewhere.invalid"), text=document("psst")
        )
        for key in "ab":
            with pytest.raises(Refused, match=r"@nobody:elsewhere\.invalid"):
                await scene.bot.do(nobody, key)
        rooms = (await scene.me.request("GET", "/_matrix/client/v3/joined_rooms"))["joined_rooms"]
        assert len(rooms) == 2  # the lounge and the room that waits for them
        with pytest.raises(Refused, match=r"an id such as @ana:example\.org"):
            await scene.bot.do(actions.Tell(place="lounge", person=known("ana"), text=document("psst")), "c")


# Moderating


@both
async def test_removing_a_message(synapse: Synapse, version: str) -> None:
    async with lounge(synapse, version, power=50) as scene:
        rude = await scene.ana.send(scene.room, "rude")
        remove = actions.Remove(ref=ref(rude), person=known(scene.ana), reason="rude\nwords")
        for key in "ab":
            await scene.bot.do(remove, key)
        event = await scene.ola.event(scene.room, rude)
        assert event["content"] == {}
        assert event["unsigned"]["redacted_because"]["content"]["reason"] == "rude words"


@both
async def test_kicking_and_banning_and_lifting_may_each_be_repeated(synapse: Synapse, version: str) -> None:
    async with lounge(synapse, version, power=50) as scene:
        who: dict[str, Any] = {"place": "lounge", "person": known(scene.ana), "reason": "spam"}
        steps: list[tuple[Any, str]] = [
            (actions.Unban(**who), "join"),  # of somebody who is not banned: harmless
            (actions.Kick(**who), "leave"),
            (actions.Kick(**who), "leave"),
            (actions.Ban(**who, until=NOON + timedelta(days=1)), "ban"),
            (actions.Ban(**who), "ban"),
            (actions.Kick(**who), "ban"),
            (actions.Unban(**who), "leave"),
            (actions.Unban(**who), "leave"),
        ]
        for action, membership in steps:
            await scene.bot.do(action)
            assert await scene.ola.membership(scene.room, scene.ana) == membership
        await scene.ana.join(scene.room)
        over = await scene.bot.do(actions.Ban(**who, until=NOON - timedelta(seconds=1)))
        assert over.detail == "it would be over already"
        assert await scene.ola.membership(scene.room, scene.ana) == "join"


@both
async def test_muting_puts_the_level_back_that_was(synapse: Synapse, version: str) -> None:
    async with lounge(synapse, version) as scene:
        who: dict[str, Any] = {"place": "lounge", "person": known(scene.ana), "reason": "loud"}
        for former in (None, 7):
            await scene.ola.empower(scene.room, {scene.ana: former})
            for _ in range(2):
                await scene.bot.do(actions.Mute(**who, until=NOON + timedelta(hours=1)))
            with pytest.raises(Denied):
                await scene.ana.send(scene.room, "may I?")
            async with acting(synapse, scene.me, {"lounge": scene.room}) as restarted:
                for _ in range(2):
                    await restarted.do(actions.Unmute(**who))
            await scene.ana.send(scene.room, "thanks")
            users = (await scene.ola.state(scene.room, "m.room.power_levels"))["users"]
            assert users.get(scene.ana.id) == former


async def test_whom_somebody_else_muted_may_speak_again(synapse: Synapse) -> None:
    async with lounge(synapse, "12") as scene:
        await scene.ola.empower(scene.room, {scene.ana: -1})
        await scene.bot.do(actions.Unmute(place="lounge", person=known(scene.ana), reason=""))
        await scene.ana.send(scene.room, "thanks")


@both
async def test_pins_are_added_to_those_of_others(synapse: Synapse, version: str) -> None:
    async with lounge(synapse, version, power=50) as scene:
        theirs, ours = [await scene.ola.send(scene.room, text) for text in ("rules", "prompt")]
        await scene.ola.put_state(scene.room, "m.room.pinned_events", {"pinned": [theirs]})
        for on, pinned in (
            (True, [theirs, ours]),
            (True, [theirs, ours]),
            (False, [theirs]),
            (False, [theirs]),
        ):
            await scene.bot.do(actions.Pin(ref=ref(ours), on=on))
            assert (await scene.ola.state(scene.room, "m.room.pinned_events"))["pinned"] == pinned


@both
async def test_a_room_is_locked_down_and_reopened_as_it_was(synapse: Synapse, version: str) -> None:
    async with lounge(synapse, version) as scene:
        # Many rooms name what a message takes, and then the default says nothing about it.
        levels = await scene.ola.state(scene.room, "m.room.power_levels")
        levels["events"] = levels.get("events", {}) | {"m.room.message": 0, "m.room.name": 50}
        await scene.ola.put_state(scene.room, "m.room.power_levels", levels)
        for _ in range(2):
            await scene.bot.do(actions.Lockdown(place="lounge", reason="raid"))
        with pytest.raises(Denied):
            await scene.ana.send(scene.room, "may I?")
        for _ in range(2):
            await scene.bot.do(actions.Reopen(place="lounge", reason="over"))
        await scene.ana.send(scene.room, "thanks")
        after = await scene.ola.state(scene.room, "m.room.power_levels")
        assert after == levels | {"events_default": levels.get("events_default", 0)}


async def test_a_lock_down_that_would_be_over_already_is_none(synapse: Synapse) -> None:
    async with lounge(synapse, "12") as scene:
        late = await scene.bot.do(
            actions.Lockdown(place="lounge", reason="", until=datetime(2020, 1, 1, tzinfo=UTC))
        )
        assert late.detail == "it would be over already"
        await scene.ana.send(scene.room, "hello")


# What is missing is told


@both
async def test_a_missing_right_is_named(synapse: Synapse, version: str) -> None:
    async with lounge(synapse, version, power=0) as scene:
        rude = await scene.ana.send(scene.room, "rude")
        who: dict[str, Any] = {"place": "lounge", "person": known(scene.ana), "reason": ""}
        await scene.ola.ban(scene.room, banned := await scene.town.register("max"))
        expected: list[tuple[Any, str]] = [
            (actions.Ban(**who), "to ban somebody, the bot needs the power level 50 and has 0"),
            (actions.Kick(**who), "to remove somebody, the bot needs the power level 50 and has 0"),
            (actions.Unban(**who | {"person": known(banned)}), "to unban somebody, the bot needs the power level 50 and has 0"),
            (actions.Mute(**who), "to mute somebody, the bot needs the power level 100 and has 0"),
            (actions.Remove(ref=ref(rude), person=known(scene.ana), reason=""), "to remove messages, the bot needs the power level 50 and has 0"),
            (actions.Lockdown(place="lounge", reason=""), "to change power levels, the bot needs the power level 100 and has 0"),
            (actions.Pin(ref=ref(rude)), "to pin messages, the bot needs the power level 50 and has 0"),
        ]  # fmt: skip
        for number, (action, sentence) in enumerate(expected):
            with pytest.raises(Refused, match=sentence):
                await scene.bot.do(action, str(number))
        assert await scene.ola.membership(scene.room, scene.ana) == "join"


async def test_nobody_acts_on_an_equal_or_on_a_creator(synapse: Synapse) -> None:
    async with lounge(synapse, "12", power=50) as scene:
        await scene.ola.empower(scene.room, {scene.ana: 50})
        for person, sentence in (
            (scene.ana, "has the power level 50 and the bot 50"),
            (scene.ola, "created the room"),
        ):
            with pytest.raises(Refused, match=sentence):
                await scene.bot.do(actions.Ban(place="lounge", person=known(person), reason=""))
    async with lounge(synapse, "12", power=100) as scene:
        with pytest.raises(Refused, match="created the room"):
            await scene.bot.do(actions.Mute(place="lounge", person=known(scene.ola), reason=""))


async def test_what_matrix_has_not_is_refused(synapse: Synapse) -> None:
    async with lounge(synapse, "12") as scene:
        for action, sentence in (
            (actions.Restore(ref=ref("$x"), reason=""), "cannot be brought back"),
            (actions.Resolve(ref=ref("$x")), "nothing like resolve"),
            (actions.Lock(ref=ref("$x"), reason=""), "nothing like lock"),
            (actions.Post(place="nowhere", text=document("x")), "the bot is not in that room"),
            (actions.Ban(place="lounge", person=known("ana"), reason=""), "an id such as @ana:example.org"),
            (actions.Pin(ref=ref("said")), "an event's id looks like"),
        ):
            with pytest.raises(Refused, match=sentence):
                await scene.bot.do(action)


# Looking whether it worked


async def test_what_was_sent_is_found_again_by_its_key_alone(synapse: Synapse) -> None:
    async with lounge(synapse, "12") as scene:
        asked = await scene.ana.send(scene.room, "!help")
        same = document("same")
        deeds: list[Any] = [
            actions.Post(place="lounge", text=same),
            actions.Reply(to=ref(asked), text=same),
            warning(scene, ref(asked)),
            telling(scene.ana),
            warning(scene, None),
        ]
        for number, action in enumerate(deeds):
            assert await scene.bot.find(action, str(number)) is None
            receipt = await scene.bot.do(action, str(number))
            assert receipt.ref
            await scene.bot.see()
            found = await scene.bot.find(action, str(number))
            assert found is not None
            assert found.ref == receipt.ref
            assert await scene.bot.find(action, str(number), taken=frozenset({receipt.ref})) is None
            assert await scene.bot.find(action, f"other {number}") is None
        sent = (await scene.ola.event(scene.room, asked))["origin_server_ts"] / 1000
        late = scene.bot.clock.now().fromtimestamp(sent, NOON.tzinfo) + SKEW + timedelta(minutes=5)
        assert await scene.bot.find(deeds[0], "0", since=late) is None


async def test_what_may_be_repeated_is_not_looked_for(synapse: Synapse) -> None:
    async with lounge(synapse, "12") as scene:
        assert (
            await scene.bot.find(actions.Ban(place="lounge", person=known(scene.ana), reason=""), "k") is None
        )
        assert await scene.bot.find(actions.Post(place="nowhere", text=document("x")), "k") is None


async def test_names_and_links_are_shown_as_such(synapse: Synapse) -> None:
    async with lounge(synapse, "12") as scene:
        text = document(
            line(
                "For ", Name(known(scene.ana), notify=True), ": ", Link("see", "https://a.example/?a=1&b=<2>")
            )
        )
        receipt = await scene.bot.do(actions.Post(place="lounge", text=text))
        assert (await scene.said(receipt.ref))["formatted_body"] == (
            f'<p>For <a href="https://matrix.to/#/{scene.ana.id}">{scene.ana.id}</a>: '
            '<a href="https://a.example/?a=1&amp;b=&lt;2&gt;">see</a></p>'
        )
