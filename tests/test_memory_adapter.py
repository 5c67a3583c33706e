"""The memory adapter keeps the contract of `bot.platforms.protocol`.

The stories take a world and an adapter on it; tests/test_demo_chat.py tells them once more over HTTP.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.actions import (
    Ban,
    Capability,
    Delete,
    Edit,
    External,
    Kick,
    LetIn,
    Lock,
    Lockdown,
    Mute,
    Pin,
    Post,
    PublishBan,
    React,
    Remove,
    Reopen,
    Reply,
    Report,
    Resolve,
    Restore,
    ShutOut,
    Tell,
    Unban,
    Unmute,
    Warn,
    WithdrawBan,
)
from bot.clock import FakeClock
from bot.model import (
    Act,
    Author,
    Discussion,
    Edited,
    Joined,
    Message,
    Place,
    PlaceKind,
    Platform,
    Policy,
    PolicyKind,
    Reacted,
    Receipt,
    Ref,
    Removed,
    Reported,
    Role,
    Thread,
)
from bot.platforms.memory import MemoryAdapter, World, WorldPort
from bot.platforms.memory.command import command_in
from bot.platforms.memory.faults import Fault
from bot.platforms.protocol import Adapter, Busy, PlatformError, Refused, Unclear, Unreachable
from bot.text import document

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
NOW = timedelta()
ANA = Author(Platform.MEMORY, "ana", "ana")

#: alias, native name, kind; the aliases differ from the native names, so that mixing them up shows.
PLACES = (
    ("chat", "lounge", PlaceKind.ROOM),
    ("talk", "freechat", PlaceKind.COMMUNITY),
    ("mods", "backroom", PlaceKind.ROOM),
    ("list", "badlist", PlaceKind.POLICY),
    ("letters", "private", PlaceKind.PRIVATE),
)


def town() -> World:
    world = World(FakeClock(NINE))
    for _, native, kind in PLACES:
        world.add_place(native, kind)
    world.add_place("attic", PlaceKind.ROOM)  # exists, but nobody asked the bot to read it
    world.admit("lounge", "ana", since=NINE - timedelta(days=3))
    world.admit("lounge", "mo", Role.MODERATOR)
    world.admit("lounge", "robo", is_bot=True, opted_out=True)
    return world


def adapter_on(port: WorldPort) -> MemoryAdapter:
    places = {
        alias: Place(Platform.MEMORY, alias, native, kind, "town", "memory") for alias, native, kind in PLACES
    }
    return MemoryAdapter("memory", places, port, FakeClock(NINE), prefixes={"mods": ("~",)})


def ref(ident: str, alias: str = "chat") -> Ref:
    return Ref(Platform.MEMORY, alias, ident)


Story = Callable[[World, Adapter], Awaitable[None]]


async def story_a_policy_list_gives_its_rules_and_nothing_else(world: World, adapter: Adapter) -> None:
    rule = Policy(PolicyKind.USER, "spam*", "m.ban", "spam", "keeper")
    world.rules["badlist"] = [rule]
    world.admit("badlist", "keeper", Role.OWNER)
    world.say("badlist", "keeper", "!ban ana")
    assert (await adapter.poll(None, NOW)).occurrences == ()
    assert await adapter.policies("list") == [rule]
    assert await adapter.policies("chat") == []
    listed = await adapter.perform(PublishBan(place="list", person=ANA, reason="no"), "k1")
    again = await adapter.perform(PublishBan(place="list", person=ANA, reason="no"), "k2")
    assert [len(PublishBan(place="list", person=ANA, reason="no").undo(r)) for r in (listed, again)] == [1, 0]
    assert [p.entity for p in await adapter.policies("list")] == ["spam*", "ana"]


async def story_whoever_keeps_a_list_has_no_power_with_us(world: World, adapter: Adapter) -> None:
    world.admit("badlist", "keeper", Role.OWNER)
    keeper = await adapter.person("keeper", "list")
    assert keeper is not None
    assert keeper.role is Role.EVERYONE
    assert (await adapter.refresh(keeper, "letters")).role is Role.EVERYONE
    moderator = await adapter.person("mo", "list")
    assert moderator is not None
    assert moderator.role is Role.MODERATOR


async def story_members_are_who_is_there_now_without_the_bot(world: World, adapter: Adapter) -> None:
    world.known("lounge", world.bot)
    world.sanction("lounge", "mo", Act.BAN, "robo")
    assert [(a.id, a.role) for a in await adapter.members("chat")] == [
        ("ana", Role.EVERYONE),
        ("mo", Role.MODERATOR),
    ]
    assert adapter.me is not None
    assert (adapter.me.id, adapter.me.is_bot) == (world.bot, True)


async def story_messages_come_in_the_bots_own_terms(world: World, adapter: Adapter) -> None:
    world.say("lounge", "ana", "hello")
    world.say("lounge", "mo", "!rules", reply_to="1")
    world.say("freechat", "ana", "words", title="Bread", link="https://essay.example/bread")
    batch = await adapter.poll(None, NOW)
    hello, rules, post = batch.occurrences
    assert isinstance(hello, Message)
    assert isinstance(rules, Message)
    assert isinstance(post, Message)
    assert (str(hello.ref), hello.place.alias, hello.text) == ("memory:chat:1", "chat", "hello")
    assert (hello.root, hello.parent, hello.sent_at, hello.command) == (hello.ref, None, NINE, None)
    assert hello.author == Author(Platform.MEMORY, "ana", "ana", since=NINE - timedelta(days=3))
    assert (rules.parent, rules.root, rules.command) == (hello.ref, hello.ref, "rules")
    assert rules.author.role is Role.MODERATOR
    assert (post.title, post.link, post.url) == ("Bread", "https://essay.example/bread", "memory://talk/3")
    assert batch.cursor == "3"
    assert (await adapter.poll("3", NOW)).occurrences == ()
    assert (await adapter.poll("2", NOW)).occurrences == (post,)


async def story_everything_that_happens_is_told(world: World, adapter: Adapter) -> None:
    said = world.say("lounge", "ana", "hello")
    world.edit("ana", said, "hallo")
    world.react("mo", said, "👍")
    world.report("mo", said, "spelling")
    world.remove("mo", said, "rule 2")
    own = world.say("lounge", "mo", "oops")
    world.remove("mo", own)
    world.join("lounge", "zoe")
    _, edited, reacted, reported, removed, _, withdrawn, joined = (await adapter.poll(None, NOW)).occurrences
    assert isinstance(edited, Edited)
    assert (edited.message.text, edited.message.edited_at) == ("hallo", edited.at)
    assert isinstance(reacted, Reacted)
    assert (reacted.target, reacted.author.name, reacted.symbol) == (ref(said), "mo", "👍")
    assert isinstance(reported, Reported)
    assert (reported.message.text, reported.reporter.name, reported.reason) == ("hallo", "mo", "spelling")
    assert isinstance(removed, Removed)
    assert (removed.ref, removed.by and removed.by.name, removed.reason) == (ref(said), "mo", "rule 2")
    assert isinstance(withdrawn, Removed)
    assert (withdrawn.ref, withdrawn.by) == (ref(own), None)
    assert isinstance(joined, Joined)
    assert joined.author.name == "zoe"


async def story_own_acts_and_other_places_are_skipped(world: World, adapter: Adapter) -> None:
    said = world.say("lounge", "robo", "beep")
    world.say("attic", "ana", "between ourselves")
    for number, action in enumerate(
        (
            Reply(to=ref(said), text=document("no")),
            React(ref=ref(said), symbol="✅"),
            Remove(ref=ref(said), person=ANA, reason=""),
            Restore(ref=ref(said), reason=""),
            Pin(ref=ref(said)),
            Ban(place="chat", person=ANA, reason=""),
        )
    ):
        await adapter.perform(action, str(number))
    batch = await adapter.poll(None, NOW)
    (beep,) = batch.occurrences
    assert isinstance(beep, Message)
    assert (beep.author.is_bot, beep.author.opted_out) == (True, True)
    assert batch.cursor == str(len(world.log))
    assert await adapter.message(ref("2", "attic")) is None
    with pytest.raises(Refused, match="does not read"):
        await adapter.thread(ref("2", "attic"))


async def story_a_newcomer_reads_from_the_beginning_only(world: World, adapter: Adapter) -> None:
    world.say("lounge", "ana", "long ago")
    world.begin()
    first = await adapter.poll(None, NOW)
    assert (first.occurrences, first.cursor) == ((), "1")
    world.say("lounge", "ana", "now")
    (message,) = (await adapter.poll(first.cursor, NOW)).occurrences
    assert isinstance(message, Message)
    assert message.text == "now"


async def story_a_poll_waits_for_news(world: World, adapter: Adapter) -> None:
    poll = asyncio.create_task(adapter.poll("0", timedelta(seconds=30)))
    while not world.log.awaited:
        await asyncio.sleep(0)
    world.say("lounge", "ana", "hello")
    assert len((await poll).occurrences) == 1


async def story_private_letters_are_commands_and_know_the_moderators(world: World, adapter: Adapter) -> None:
    world.tell("ana", "appeal 3 it was a joke")
    world.tell("mo", "!undo 3")
    ana, mo = (await adapter.poll(None, NOW)).occurrences
    assert isinstance(ana, Message)
    assert isinstance(mo, Message)
    assert (ana.place.alias, ana.command, ana.author.role) == (
        "letters",
        "appeal 3 it was a joke",
        Role.EVERYONE,
    )
    assert (mo.command, mo.author.role) == ("undo 3", Role.MODERATOR)


async def story_a_warning_is_told_below_the_message_or_in_private(world: World, adapter: Adapter) -> None:
    said = world.say("freechat", "ana", "watches!", title="Buy")
    for number, about in enumerate((ref(said, "talk"), None)):
        receipt = await adapter.perform(
            Warn(place="talk", person=ANA, about=about, rule="adverts", text=document("please don’t")),
            str(number),
        )
        assert receipt.ref == ref(("2", "3")[number], ("talk", "letters")[number])
    assert world.transcript[1:] == [
        "freechat | bot warns ana: please don’t",
        "private | bot warns ana: please don’t",
    ]


async def story_a_removed_message_shows_nothing_until_it_is_restored(world: World, adapter: Adapter) -> None:
    said = ref(world.say("lounge", "ana", "!bad words"))
    await adapter.perform(Remove(ref=said, person=ANA, reason="rude"), "1")
    message = await adapter.message(said)
    assert message
    assert (message.text, message.gone, message.command) == ("", True, None)
    await adapter.perform(Restore(ref=said, reason="sorry"), "2")
    message = await adapter.message(said)
    assert message
    assert (message.text, message.gone, message.command) == ("!bad words", False, "bad words")


async def story_reading(world: World, adapter: Adapter) -> None:
    post = world.say("freechat", "ana", "words", title="Bread", link="https://essay.example/bread")
    comment = world.say("freechat", "mo", "crumbs", reply_to=post)
    thread = await adapter.thread(ref(comment, "talk"))
    assert isinstance(thread, Thread)
    assert (thread.root.title, [m.text for m in thread.messages], thread.complete) == (
        "Bread",
        ["crumbs"],
        True,
    )
    assert thread.root.replies == 1
    assert await adapter.message("memory://talk/2") == thread.messages[0]
    assert await adapter.message("https://elsewhere.example/2") is None
    assert await adapter.message(ref("99")) is None
    with pytest.raises(Refused, match="memory:chat:99"):
        await adapter.thread(ref("99"))

    there = Discussion(
        url="https://b.example/post/1",
        title="Bread",
        text="",
        link="https://essay.example/bread",
        community="food@b.example",
        instance="b.example",
        comments=3,
        sent_at=NINE,
    )
    world.discussions.append(there)
    assert await adapter.elsewhere(ref(post, "talk")) == [there]
    assert await adapter.elsewhere(ref(comment, "talk")) == []
    assert await adapter.elsewhere(ref("99")) == []


async def story_people_are_found_by_name_and_have_the_role_of_the_place(
    world: World, adapter: Adapter
) -> None:
    mo = await adapter.person("@Mo", "chat")
    assert mo
    assert (mo.id, mo.role) == ("mo", Role.MODERATOR)
    assert (await adapter.refresh(mo, "talk")).role is Role.EVERYONE
    world.admit("lounge", "mo", Role.EVERYONE)
    assert (await adapter.refresh(mo, "chat")).role is Role.EVERYONE
    assert await adapter.person("nobody", "chat") is None
    stranger = Author(Platform.MEMORY, "nobody", "nobody")
    assert await adapter.refresh(stranger, "chat") == stranger
    assert (await adapter.refresh(mo, "no such place")).role is Role.EVERYONE


async def story_unknown_places_are_refused_with_what_there_is(world: World, adapter: Adapter) -> None:
    with pytest.raises(Refused, match="'lounge'; it reads chat, talk, mods, list, letters"):
        await adapter.perform(Post(place="lounge", text=document("native name")), "1")
    assert world.transcript == []


STORIES = [story for name, story in globals().items() if name.startswith("story_")]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__.removeprefix("story_"))
async def test_contract(story: Story) -> None:
    world = town()
    adapter = adapter_on(world)
    await adapter.open()
    await story(world, adapter)
    await adapter.close()


def test_all_of_the_protocol_is_there() -> None:
    adapter: Adapter = adapter_on(town())
    assert (adapter.platform, adapter.account) == (Platform.MEMORY, "memory")
    assert Capability.TIMED_BAN not in adapter.capabilities
    assert {action.needs for action in get_args(External)} - adapter.capabilities == {None}


async def test_open_names_a_place_that_does_not_exist() -> None:
    world = World(FakeClock(NINE))
    world.add_place("lounge", PlaceKind.COMMUNITY)  # a room was configured
    adapter = adapter_on(world)
    assert len(await adapter.check()) == 4
    with pytest.raises(Refused, match="account memory: place chat: there is no room called 'lounge'"):
        await adapter.open()


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("!help", "help"),
        ("  !warn ana\nspam ", "warn ana\nspam"),
        ("folkmoot: help", "help"),
        ("@Folkmoot, !help me", "help me"),
        ("folkmoot is nice", None),
        ("help", None),
        ("! wow", None),
        ("!!", None),
        ("!", None),
        ("folkmoot:", None),
        ("", None),
    ],
)
def test_what_is_a_command(text: str, command: str | None) -> None:
    assert command_in(text, prefixes=("!",), name="folkmoot", private=False) == command


async def test_each_place_has_its_own_prefix() -> None:
    world = town()
    adapter = adapter_on(world)
    await adapter.open()
    world.say("backroom", "mo", "~help")
    world.say("backroom", "mo", "!help")
    commands = [o.command for o in (await adapter.poll(None, NOW)).occurrences if isinstance(o, Message)]
    assert commands == ["help", None]


async def test_undoing_a_deed_leaves_the_world_as_it_was() -> None:
    world, adapter, actions = await start()

    def state() -> tuple[object, ...]:
        there = {ident: item for ident, item in world.items.items() if not item.gone}
        return (
            there,
            set(world.banned),
            set(world.muted),
            set(world.closed),
            set(world.shut),
            {k: list(v) for k, v in world.rules.items() if v},
        )

    undone: set[str] = set()
    for number, action in enumerate(actions):
        before = state()
        receipt = await adapter.perform(action, f"do {number}")
        opposite = [act for act in action.undo(receipt) if isinstance(act, get_args(External))]
        for act in opposite:
            await adapter.perform(act, f"undo {number}")
            undone.add(action.kind)
        assert not opposite or state() == before
    assert undone == {
        "post",
        "reply",
        "warn",
        "pin",
        "lock",
        "remove",
        "mute",
        "ban",
        "lockdown",
        "shut_out",
        "publish_ban",
    }


# Faults: whatever goes wrong, and however often, every deed is done once and only once.

FAULTS: tuple[Fault, ...] = get_args(Fault)
RETRIED = [fault for fault in FAULTS if fault != "refused"]


def deeds(said: Ref, mine: Ref) -> Iterator[External]:
    text = document("words")
    yield Post(place="chat", text=text)
    yield Reply(to=said, text=text)
    yield Tell(place="chat", person=ANA, text=text)
    yield Edit(ref=mine, text=text)
    yield Delete(ref=mine)
    yield Pin(ref=mine)
    yield Lock(ref=said, reason="")
    yield React(ref=said, symbol="✅")
    yield Warn(place="chat", person=ANA, about=said, rule="r", text=text)
    yield Remove(ref=said, person=ANA, reason="")
    yield Restore(ref=said, reason="")
    yield Resolve(ref=said)
    yield Kick(place="chat", person=ANA, reason="")
    yield Mute(place="chat", person=ANA, reason="")
    yield Unmute(place="chat", person=ANA, reason="")
    yield Ban(place="chat", person=ANA, reason="")
    yield Unban(place="chat", person=ANA, reason="")
    yield Lockdown(place="chat", reason="")
    yield Reopen(place="chat", reason="")
    yield ShutOut(place="chat", servers=("rude.example",), reason="")
    yield LetIn(place="chat", servers=("rude.example",), reason="")
    yield PublishBan(place="list", person=ANA, reason="")
    yield WithdrawBan(place="list", person=ANA, reason="")


async def carefully(adapter: Adapter, action: External, key: str) -> Receipt:
    """What an outbox does: wait and repeat when surely nothing happened, look first when nobody knows."""
    while True:
        try:
            return await adapter.perform(action, key)
        except (Busy, Unreachable):
            continue
        except Unclear:
            found = await adapter.find(action, key, NINE, frozenset())
            if found:
                return found


async def start() -> tuple[World, MemoryAdapter, list[External]]:
    world = town()
    adapter = adapter_on(world)
    await adapter.open()
    said = ref(world.say("lounge", "ana", "hello"))
    mine = await adapter.perform(Post(place="chat", text=document("mine")), "mine")
    assert mine.ref
    world.begin()
    return world, adapter, list(deeds(said, mine.ref))


def test_the_table_of_deeds_is_whole() -> None:
    kinds = {type(action) for action in deeds(ref("1"), ref("2"))}
    assert kinds == set(get_args(External)) - {Report}  # which the outbox turns into a Post


@settings(deadline=None)  # a busy machine is no failure
@given(data=st.data())
def test_every_deed_is_done_once_under_faults(data: st.DataObject) -> None:
    plan = data.draw(st.lists(st.tuples(st.sampled_from(RETRIED), st.integers(1, 3)), max_size=6))

    async def story() -> None:
        world, adapter, actions = await start()
        for fault, times in plan:
            world.faults.add(fault, times=times)
        for number, action in enumerate(actions):
            receipt = await carefully(adapter, action, str(number))
            assert receipt == await carefully(adapter, action, str(number))
            assert await adapter.find(action, str(number), NINE, frozenset()) == receipt
        assert len(world.transcript) == len(actions)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("fault", "kind", "lines"),
    [
        ("unclear before acting", Unclear, 0),
        ("unclear after acting", Unclear, 1),
        ("busy 3 s", Busy, 0),
        ("unreachable", Unreachable, 0),
        ("refused", Refused, 0),
    ],
)
async def test_what_each_fault_does(fault: Fault, kind: type[PlatformError], lines: int) -> None:
    world, adapter, actions = await start()
    world.faults.add(fault, kind="post")
    post = actions[0]
    await adapter.perform(actions[1], "a reply is not struck")
    world.begin()
    with pytest.raises(kind) as told:
        await adapter.perform(post, "1")
    assert len(world.transcript) == lines
    assert (await adapter.find(post, "1", NINE, frozenset()) is not None) == bool(lines)
    if isinstance(told.value, Busy):
        assert told.value.after == timedelta(seconds=3)
    await adapter.perform(post, "1")
    assert len(world.transcript) == 1


async def test_faults_can_be_called_off() -> None:
    world, adapter, actions = await start()
    world.faults.add("refused", times=100)
    world.faults.clear()
    await adapter.perform(actions[0], "1")


def test_stories_are_found() -> None:
    assert len(STORIES) > 10
    assert all(inspect.iscoroutinefunction(story) for story in STORIES)
