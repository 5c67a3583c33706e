"""Policy lists on a real homeserver: followed from raw state, published so that Draupnir, Mjolnir and Meowlnir understand it."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest

from bot.actions import LISTED, PublishBan, WithdrawBan
from bot.model import Message, Place, PlaceKind, Platform, Policy, PolicyKind, Reported, Role
from bot.platforms.matrix.policies import Rules, policy_of
from bot.platforms.protocol import Refused
from tests.matrix.acting import known
from tests.matrix.reading import place, reading
from tests.matrix_moot import matrix_moot
from tests.synapse import ROOM_VERSIONS, Person, Synapse, Town

RULE = "m.policy.rule.user"
LEGACY = "org.matrix.mjolnir.rule.user"


def bad_list(room: str) -> Place:
    return Place(Platform.MATRIX, "badlist", room, PlaceKind.POLICY, "freechat", "chat")


def rule(entity: str, recommendation: str = "m.ban", reason: str = "spam") -> dict[str, str]:
    return {"entity": entity, "recommendation": recommendation, "reason": reason}


async def list_room(town: Town, version: str = "12", level: int = 0) -> tuple[Person, Person, str]:
    """The bot and Kay, in the room of the list that Kay keeps; the bot has that power level."""
    bot, kay = await town.register("folkmoot"), await town.register("kay")
    room = await kay.create_room(version, name="Bad people")
    await bot.join(room)
    if level:
        await kay.empower(room, {bot: level})
    return bot, kay, room


async def test_all_rules_are_followed_however_many_and_nothing_else_in_their_room_is(
    synapse: Synapse,
) -> None:
    async with synapse.town() as town:
        bot, kay, room = await list_room(town)
        for number in range(120):  # more than a timeline holds
            await kay.put_state(room, RULE, rule(f"@spam{number}:evil.example"), f"rule:{number}")
        await kay.put_state(room, LEGACY, rule("@old:evil.example", "org.matrix.mjolnir.ban"), "old")
        await kay.put_state(room, "m.room.rule.server", rule("*.evil.example"), "older")
        await kay.put_state(room, "m.policy.rule.room", rule("#bad:evil.example"), "room")
        await kay.put_state(room, RULE, {}, "rule:0")
        async with reading(synapse.url, bot, [bad_list(room)]) as desk:
            found = await desk.adapter.policies("badlist")
            assert {p.entity for p in found if p.kind is PolicyKind.USER} == {
                "@old:evil.example",
                *(f"@spam{number}:evil.example" for number in range(1, 120)),
            }
            assert {p for p in found if p.kind is not PolicyKind.USER} == {
                Policy(PolicyKind.ROOM, "#bad:evil.example", "m.ban", "spam", kay.id),
                Policy(PolicyKind.SERVER, "*.evil.example", "m.ban", "spam", kay.id),
            }
            assert {p.recommendation for p in found} == {"m.ban"}

            await kay.send(room, "!help")
            await kay.put_state(room, RULE, {}, "rule:1")
            gone = await kay.put_state(room, RULE, rule("@gone:evil.example"), "gone")
            await kay.redact(room, gone)
            await kay.put_state(room, RULE, rule("@new:evil.example"), "new")
            await desk.settle()
            entities = {p.entity for p in await desk.adapter.policies("badlist")}
            assert "@new:evil.example" in entities
            assert not {"@spam1:evil.example", "@gone:evil.example"} & entities
            assert desk.heard == []


async def test_rules_left_out_of_an_answer_come_with_the_rooms_state(synapse: Synapse) -> None:
    """While the bot was away more happened than the server tells at once."""
    async with synapse.town() as town:
        bot, kay, room = await list_room(town)
        async with reading(synapse.url, bot, [bad_list(room)]) as desk:
            await kay.put_state(room, RULE, rule("@early:evil.example"), "early")
            for number in range(80):
                await kay.send(room, f"chatter {number}")
            await desk.settle()
            assert [p.entity for p in await desk.adapter.policies("badlist")] == ["@early:evil.example"]
            assert desk.heard == []


async def test_whoever_keeps_a_list_has_no_power_with_us(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, kay, room = await list_room(town)
        mira = await town.register("mira")
        lounge = await mira.create_room("12", name="Lounge")
        await bot.join(lounge)
        await kay.join(lounge)
        async with reading(synapse.url, bot, [place(lounge), bad_list(room)]) as desk:
            people = {person.id: person for person in await desk.adapter.members("lounge")}
            assert {ident: person.role for ident, person in people.items()} == {
                kay.id: Role.EVERYONE,
                mira.id: Role.OWNER,
            }
            for alias in ("badlist", "chat.private"):
                assert (await desk.adapter.refresh(people[kay.id], alias)).role is Role.EVERYONE
                assert (await desk.adapter.refresh(people[mira.id], alias)).role is Role.OWNER
            assert desk.adapter.me is not None
            assert desk.adapter.me.id == bot.id


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_a_ban_is_published_where_others_look_for_it_and_withdrawn(
    synapse: Synapse, version: str
) -> None:
    async with synapse.town() as town:
        bot, kay, room = await list_room(town, version, 50)
        async with reading(synapse.url, bot, [bad_list(room)]) as desk:
            bad = known("@bad:evil.example")
            publish = PublishBan(place="badlist", person=bad, reason="spam")
            receipt = await desk.adapter.perform(publish, "k1")
            key = base64.b64encode(hashlib.sha256(b"@bad:evil.examplem.ban").digest()).decode()
            assert await kay.state(room, RULE, key) == rule("@bad:evil.example")
            # The answer got lost, and it is tried again: still our own rule.
            again = await desk.adapter.perform(publish, "k1")
            assert [receipt.detail, again.detail] == ["", ""]
            [withdraw] = publish.undo(receipt)
            assert isinstance(withdraw, WithdrawBan)
            await desk.adapter.perform(withdraw, "k2")
            assert await kay.state(room, RULE, key) == {}
            assert (await desk.adapter.perform(withdraw, "k3")).detail == "so already"
            await desk.settle()
            assert await desk.adapter.policies("badlist") == []


async def test_what_others_published_is_not_ours_to_undo_but_can_be_withdrawn_by_name(
    synapse: Synapse,
) -> None:
    async with synapse.town() as town:
        bot, kay, room = await list_room(town, level=50)
        await kay.put_state(room, LEGACY, rule("@bad:evil.example"), "rule:@bad:evil.example")
        await kay.put_state(room, RULE, rule("@b*:evil.example"), "a glob")
        async with reading(synapse.url, bot, [bad_list(room)]) as desk:
            publish = PublishBan(place="badlist", person=known("@bad:evil.example"), reason="spam")
            receipt = await desk.adapter.perform(publish, "k1")
            assert (receipt.detail, publish.undo(receipt)) == (LISTED, ())
            withdraw = WithdrawBan(place="badlist", person=known("@bad:evil.example"), reason="")
            await desk.adapter.perform(withdraw, "k2")
            assert await kay.state(room, LEGACY, "rule:@bad:evil.example") == {}
            await desk.settle()
            assert [p.entity for p in await desk.adapter.policies("badlist")] == ["@b*:evil.example"]


async def test_without_the_right_to_publish_a_sentence_says_what_is_missing(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, _, room = await list_room(town)
        async with reading(synapse.url, bot, [bad_list(room)]) as desk:
            with pytest.raises(
                Refused, match="to publish rules on the list, the bot needs the power level 50 and has 0"
            ):
                await desk.adapter.perform(
                    PublishBan(place="badlist", person=known("@bad:evil.example"), reason=""), "k"
                )
            assert await desk.adapter.check() == []
            [line, _] = await desk.adapter.rights()
            assert line.endswith("a policy list: the bot may follow it, but not publish there")


async def test_a_room_that_the_bot_is_not_in_has_no_members_that_it_could_see(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, ana = await town.register("folkmoot"), await town.register("ana")
        room = await ana.create_room("12")
        attic = await ana.create_room("12", public=False)
        await bot.join(room)
        async with reading(synapse.url, bot, [place(room), place(attic, "attic")]) as desk:
            assert await desk.adapter.members("attic") == []
            assert [person.id for person in await desk.adapter.members("lounge")] == [ana.id]


async def test_a_list_that_the_bot_is_not_in_cannot_be_had(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, kay = await town.register("folkmoot"), await town.register("kay")
        room = await kay.create_room("12", public=False)
        async with reading(synapse.url, bot, [bad_list(room)]) as desk:
            with pytest.raises(Refused, match="invite it there"):
                await desk.adapter.policies("badlist")


# -- reports


async def test_an_administrators_account_brings_the_servers_reports(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, ana, bo = (
            await town.register("folkmoot", admin=True),
            await town.register("ana"),
            await town.register("bo"),
        )
        room = await ana.create_room("12")
        await bot.join(room)
        await bo.join(room)
        said = await ana.send(room, "buy my watches")
        elsewhere = await bo.create_room("12")
        await report(bo, room, said, "from before the bot looked")
        async with reading(synapse.url, bot, [place(room)]) as desk:
            cursor = desk.cursor
            await report(bo, room, said, "selling things")
            await report(bo, elsewhere, await bo.send(elsewhere, "not here"), "another room")
        async with reading(synapse.url, bot, [place(room)], cursor) as desk:
            await desk.poll()
            [found] = [one for one in desk.heard if isinstance(one, Reported)]
            assert (found.message.text, found.reporter.id, found.reason) == (
                "buy my watches",
                bo.id,
                "selling things",
            )
            assert found.message.author.id == ana.id
            assert found.place.alias == "lounge"
            await desk.poll()
            assert len([one for one in desk.heard if isinstance(one, Reported)]) == 1


async def test_an_ordinary_account_reads_on_without_the_servers_reports(synapse: Synapse) -> None:
    async with synapse.town() as town:
        bot, ana = await town.register("folkmoot"), await town.register("ana")
        room = await ana.create_room("12")
        await bot.join(room)
        async with reading(synapse.url, bot, [place(room)]) as desk:
            await report(ana, room, await ana.send(room, "look"), "please")
            [message] = await desk.wait_for(Message)
            assert message.text == "look"
            assert not [one for one in desk.heard if isinstance(one, Reported)]


async def report(person: Person, room: str, event: str, reason: str) -> None:
    await person.request("POST", f"/_matrix/client/v3/rooms/{room}/report/{event}", {"reason": reason})


# -- the whole bot


async def test_a_listed_person_who_joins_is_banned_and_a_sweep_follows_a_ban_for_spam(
    synapse: Synapse, tmp_path: Path
) -> None:
    plugins = {"policy_lists": {"mode": "enforce"}, "moderation": {}}
    limits = {"hold_permanent_bans": False}
    async with matrix_moot(synapse, tmp_path, plugins=plugins, limits=limits, running=False) as moot:
        kay = await moot.town.register("kay")
        badlist = await kay.create_room("12")
        config = json.loads(moot.config.read_text())
        config["communities"]["freechat"]["places"]["badlist"] = {"account": "matrix", "policy": badlist}
        moot.config.write_text(json.dumps(config))
        spam = await moot.town.register("spam")
        await kay.put_state(badlist, RULE, rule(f"{spam.id[:6].upper()}*", reason="sells watches"), "spam")
        await moot.bot.start()
        ana = await moot.member("ana")
        await spam.join(moot.lounge)
        banned = await moot.mira.wait_for(
            lambda e: e.get("state_key") == spam.id and e["content"]["membership"] == "ban"
        )
        assert "named on the list badlist: sells watches" in banned["content"]["reason"]
        await moot.mira.wait_for_text("Case #1", room=moot.modroom)

        said = [await ana.send(moot.lounge, text) for text in ("first", "second")]
        # Rooms are read side by side: what stands before an answer in the lounge was read, too.
        await moot.mira.send(moot.lounge, "!help strikes")
        await moot.mira.wait_for_text("!strikes", room=moot.lounge, by=moot.account)
        await moot.mira.send(moot.modroom, f"!ban {ana.id} spam")
        await moot.mira.wait_for_text("their last 2 messages are removed", room=moot.modroom)
        for event in said:
            await moot.mira.wait_for(lambda e, event=event: e["content"].get("redacts") == event)
        await moot.mira.send(moot.modroom, "!undo #2")
        await moot.mira.wait_for_text("What cannot be brought back: 2 removed messages", room=moot.modroom)


# -- odd rules


@pytest.mark.parametrize(
    "content",
    [{}, {"entity": "@a:b"}, {"recommendation": "m.ban"}, rule(""), {"entity": 7, "recommendation": "m.ban"},
     {"entity": ["@a:b"], "recommendation": "m.ban"}, rule("@" + "a" * 600 + ":b")],
)  # fmt: skip
def test_what_makes_no_sense_is_no_rule(content: dict[str, object]) -> None:
    assert policy_of(RULE, content) is None


def test_a_redaction_counts_only_from_whoever_may() -> None:
    rules = Rules()
    rules.take(
        {"type": RULE, "state_key": "k", "sender": "@kay:x", "event_id": "$1", "content": rule("@bad:x")}
    )
    rules.redacted("$1", "@bo:x", entitled=False)
    assert len(rules.policies) == 1
    rules.redacted("$1", "@kay:x", entitled=False)
    assert rules.policies == []


def test_odd_events_are_passed_over() -> None:
    rules = Rules()
    for event in (
        {},
        {"type": 3},
        {"type": RULE},
        {"type": RULE, "state_key": 4},
        {"type": ["x"], "state_key": ""},
    ):
        rules.take(event)
    rules.take({"type": RULE, "state_key": "", "content": "no object"})
    assert rules.policies == []
