"""The world in memory: what members and the bot can do, told as transcripts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.actions import (
    Ban,
    Delete,
    Edit,
    External,
    Lock,
    Mute,
    Pin,
    Post,
    React,
    Remove,
    Reply,
    Report,
    Restore,
    Tell,
    Unban,
    Unmute,
    Warn,
)
from bot.clock import FakeClock
from bot.model import Author, Discussion, PlaceKind, Platform, Ref, Role
from bot.platforms.memory import PRIVATE, NotAllowed, World
from bot.platforms.memory.transcript import entry, excerpt
from bot.platforms.protocol import Refused
from bot.text import Made, document, line

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ANA = Author(Platform.MEMORY, "ana", "ana")


def town() -> World:
    """A room, a community, a moderator and two members."""
    world = World(FakeClock(NINE))
    world.add_place("lounge", PlaceKind.ROOM)
    world.add_place("freechat", PlaceKind.COMMUNITY)
    for place in ("lounge", "freechat"):
        world.admit(place, "mo", Role.MODERATOR)
        world.admit(place, "ana")
        world.admit(place, "bob", Role.TRUSTED)
    return world


def ref(ident: str, place: str = "lounge") -> Ref:
    return Ref(Platform.MEMORY, place, ident)


async def does(world: World, *actions: External) -> None:
    """The bot does these things, one after the other."""
    for action in actions:
        await world.perform(action, f"key {len(world.transcript)} {action.kind}")


def play(world: World) -> str:
    return "\n".join(world.transcript)


def lines(text: str) -> str:
    """An expected transcript, written indented."""
    return "\n".join(row.removeprefix("        ") for row in text.strip("\n").splitlines()).rstrip()


def test_what_members_do_reads_like_a_play() -> None:
    world = town()
    hello = world.say("lounge", "ana", "hello\n\nhow is everybody?")
    answer = world.say("lounge", "bob", "fine", reply_to=hello)
    world.react("ana", answer, "👍")
    world.edit("bob", answer, "fine, thanks")
    post = world.say("freechat", "bob", "read this", title="On bread", link="https://essay.example/bread")
    comment = world.say(
        "freechat", "ana", "a comment that goes on and on for longer than anybody reads", post
    )
    world.report("bob", comment, "too long")
    world.remove("mo", comment, "rule 2")
    world.remove("bob", post)
    world.join("lounge", "zoe")
    world.tell("zoe", "hello bot")
    assert play(world) == lines(
        """
        lounge | ana: hello
            how is everybody?
        lounge | bob → ana: fine
        lounge | ana reacts 👍 to “fine”
        lounge | bob edits “fine”: fine, thanks
        freechat | bob posts “On bread” <https://essay.example/bread>: read this
        freechat | ana → bob: a comment that goes on and on for longer than anybody reads
        freechat | bob reports ana’s “a comment that goes on and on for longe…” (too long)
        freechat | mo removes ana’s “a comment that goes on and on for longe…” (rule 2)
        freechat | bob deletes “On bread”
        lounge | zoe joins
        private | zoe → bot: hello bot
        """
    )
    kinds = [event.kind for event in world.log]
    assert kinds == [
        *("said", "said", "reacted", "edited", "said", "said", "reported", "removed", "removed"),
        *("joined", "said"),
    ]
    assert [event.seq for event in world.log] == list(range(1, 12))


async def test_what_the_bot_does_reads_like_a_play() -> None:
    world = town()
    said = ref(world.say("lounge", "ana", "buy watches"))
    post = ref(world.say("freechat", "ana", "text", title="Watches"), "freechat")
    letter = ref(world.tell("ana", "why?"), PRIVATE)
    world.begin()
    await does(
        world,
        Post(place="lounge", text=document("good morning")),
        Post(
            place="freechat",
            text=document("What did you read?"),
            title="Today’s prompt",
            link="https://x.example",
        ),
        Reply(to=said, text=document("hello")),
        Reply(to=letter, text=document("because")),
        Tell(place="lounge", person=ANA, text=document("psst")),
        Warn(place="lounge", person=ANA, about=said, rule="spam", text=document("no adverts, please")),
        Warn(place="lounge", person=ANA, about=None, rule="spam", text=document("once more: no adverts")),
        Warn(
            place="lounge", person=ANA, about=ref("999"), rule="spam", text=document("it is gone, but still")
        ),
        Warn(place="lounge", person=ANA, about=letter, rule="spam", text=document("not here either")),
        Remove(ref=said, person=ANA, reason="spam"),
        Restore(ref=said, reason="undone: spam"),
        React(ref=said, symbol="✅"),
        Pin(ref=post),
        Pin(ref=post, on=False),
        Lock(ref=post, reason="heated"),
        Lock(ref=post, reason="", on=False),
        Mute(place="lounge", person=ANA, reason="spam", until=NINE + DAY),
        Unmute(place="lounge", person=ANA, reason="time is up"),
        Ban(place="freechat", person=ANA, reason="spam", until=NINE + DAY),
        Ban(place="lounge", person=ANA, reason="spam"),
        Unban(place="lounge", person=ANA, reason=""),
    )
    assert play(world) == lines(
        """
        lounge | bot: good morning
        freechat | bot posts “Today’s prompt” <https://x.example>: What did you read?
        lounge | bot → ana: hello
        private | bot → ana: because
        private | bot → ana: psst
        lounge | bot warns ana: no adverts, please
        private | bot warns ana: once more: no adverts
        private | bot warns ana: it is gone, but still
        private | bot warns ana: not here either
        lounge | bot removes ana’s “buy watches” (spam)
        lounge | bot restores ana’s “buy watches” (undone: spam)
        lounge | bot reacts ✅ to “buy watches”
        freechat | bot pins “Watches”
        freechat | bot unpins “Watches”
        freechat | bot locks “Watches” (heated)
        freechat | bot unlocks “Watches”
        lounge | bot mutes ana until 2026-03-02 09:00 (spam)
        lounge | bot unmutes ana (time is up)
        freechat | bot bans ana until 2026-03-02 09:00 (spam)
        lounge | bot bans ana for good (spam)
        lounge | bot unbans ana
        """
    )


async def test_the_bot_edits_and_deletes_its_own_words_only() -> None:
    world = town()
    made = await world.perform(Post(place="lounge", text=document("one")), "1")
    assert made.item
    mine, anas = ref(made.item.id), ref(world.say("lounge", "ana", "mine"))
    await does(world, Edit(ref=mine, text=document("two")), Delete(ref=mine))
    assert world.transcript[-2:] == ["lounge | bot edits “one”: two", "lounge | bot deletes “two”"]
    for theft in (Edit(ref=anas, text=document("x")), Delete(ref=anas)):
        with pytest.raises(Refused, match="written by ana"):
            await world.perform(theft, "2")


async def test_the_ban_wall_stands_until_it_is_torn_down() -> None:
    world = town()
    said = world.say("lounge", "ana", "hi")
    clock = world.clock
    assert isinstance(clock, FakeClock)
    await does(world, Ban(place="lounge", person=ANA, reason="spam", until=NINE + DAY))
    clock.advance(2 * DAY)  # the ban was meant to be over, but nobody lifted it
    world.begin()
    for act in (
        lambda: world.say("lounge", "ana", "hello again"),
        lambda: world.edit("ana", said, "hello again"),
        lambda: world.react("ana", said, "👍"),
        lambda: world.join("lounge", "ana"),
    ):
        with pytest.raises(NotAllowed, match="ana is banned in lounge"):
            act()
    world.say("freechat", "ana", "still here", title="Elsewhere")
    world.tell("ana", "!appeal 1 sorry")
    await does(world, Unban(place="lounge", person=ANA, reason=""))
    world.say("lounge", "ana", "thanks")
    assert play(world) == lines(
        """
        lounge | ana is banned and cannot write: hello again
        lounge | ana is banned and cannot edit: hello again
        lounge | ana is banned and cannot react: 👍
        lounge | ana is banned and cannot join
        freechat | ana posts “Elsewhere”: still here
        private | ana → bot: !appeal 1 sorry
        lounge | bot unbans ana
        lounge | ana: thanks
        """
    )
    assert len([event for event in world.log if event.kind == "said"]) == 4


async def test_the_muted_read_but_do_not_write() -> None:
    world = town()
    await does(world, Mute(place="lounge", person=ANA, reason="flood"))
    with pytest.raises(NotAllowed, match="muted"):
        world.say("lounge", "ana", "hi")
    await does(world, Unmute(place="lounge", person=ANA, reason=""))
    world.say("lounge", "ana", "hi")


async def test_a_locked_post_takes_no_comments() -> None:
    world = town()
    post = world.say("freechat", "ana", "text", title="Hot")
    below = world.say("freechat", "bob", "first", reply_to=post)
    await does(world, Lock(ref=ref(post), reason="heated"))
    with pytest.raises(NotAllowed, match="“Hot” is locked"):
        world.say("freechat", "bob", "second", reply_to=below)
    with pytest.raises(Refused, match="locked"):
        await does(world, Reply(to=ref(below), text=document("me too")))


@pytest.mark.parametrize(
    ("act", "complaint"),
    [
        (lambda w, i: w.say("attic", "ana", "hi"), "no place called 'attic'; there are private, lounge"),
        (lambda w, i: w.join("attic", "ana"), "no place called 'attic'"),
        (lambda w, i: w.say("freechat", "ana", "hi"), "needs a title"),
        (lambda w, i: w.say("lounge", "ana", "hi", reply_to="99"), "the id '99'"),
        (lambda w, i: w.say("freechat", "ana", "hi", reply_to=i), "cannot be answered in freechat"),
        (lambda w, i: w.edit("ana", i, "mine now"), "ana did not write"),
        (lambda w, i: w.remove("ana", i), "no moderator"),
    ],
)
def test_what_a_member_may_not(act, complaint) -> None:
    world = town()
    ident = world.say("lounge", "bob", "hi")
    with pytest.raises(NotAllowed, match=complaint):
        act(world, ident)
    assert len(world.items) == 1


@pytest.mark.parametrize(
    "action",
    [
        Post(place="freechat", text=document("no title")),
        Post(place="attic", text=document("nowhere")),
        Ban(place="attic", person=ANA, reason=""),
        Reply(to=ref("99"), text=document("to nobody")),
        Reply(to=Made("later"), text=document("unresolved")),
        Report(text=document("to whom?")),
    ],
)
async def test_what_the_bot_may_not_changes_nothing(action: External) -> None:
    world = town()
    with pytest.raises(Refused):
        await world.perform(action, "1")
    assert (world.transcript, len(world.log), await world.performed("1")) == ([], 0, None)


@settings(deadline=None)  # a busy machine is no failure
@given(times=st.integers(1, 5), other=st.integers(0, 3))
def test_the_same_key_is_one_deed(times: int, other: int) -> None:
    async def story() -> None:
        world = town()
        post = Post(place="lounge", text=document("once"))
        first = [await world.perform(post, "a") for _ in range(times)]
        for number in range(other):
            await world.perform(post, f"other {number}")
        assert len(set(map(id, first))) == 1
        assert len(world.transcript) == 1 + other
        assert await world.performed("a") == first[0]

    asyncio.run(story())


async def test_a_thread_is_everything_below_its_root_and_shows_the_roles_of_today() -> None:
    world = town()
    post = world.say("freechat", "ana", "text", title="Bread")
    one = world.say("freechat", "bob", "one", reply_to=post)
    world.say("freechat", "ana", "another thread", title="Butter")
    two = world.say("freechat", "ana", "two", reply_to=one)
    world.admit("freechat", "bob", Role.MODERATOR)
    found = await world.thread(two)
    assert [item.id for item in found] == [post, one, two]
    assert (found[0].replies, found[1].root, found[1].author.roles["freechat"]) == (2, post, Role.MODERATOR)
    assert await world.thread("99") == ()


async def test_what_was_said_elsewhere_is_found_by_link() -> None:
    world = town()
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
    assert await world.elsewhere("https://essay.example/bread") == (there,)
    assert await world.elsewhere("https://essay.example/butter") == ()


async def test_readers_wait_for_the_next_event_and_no_longer_than_they_asked() -> None:
    world = town()
    assert await world.events(0, timedelta()) == ()
    assert await world.events(0, timedelta(milliseconds=1)) == ()
    reader = asyncio.create_task(world.events(0, timedelta(seconds=30)))
    await asyncio.sleep(0)
    world.say("lounge", "ana", "hi")
    (event,) = await reader
    assert (event.seq, event.kind, event.item and event.item.text) == (1, "said", "hi")
    assert await world.events(1, timedelta()) == ()


async def test_edits_are_told_apart_while_the_clock_stands_still() -> None:
    world = town()
    ident = world.say("lounge", "ana", "one")
    world.edit("ana", ident, "two")
    world.edit("ana", ident, "three")
    times = [event.at for event in await world.events(0, timedelta())]
    assert len(set(times)) == 3
    assert times == sorted(times)


async def test_before_the_beginning_is_history() -> None:
    world = town()
    world.say("lounge", "ana", "long ago")
    world.begin()
    assert (await world.first(), world.transcript, len(world.items)) == (1, [], 1)


def test_nobody_is_admitted_to_a_place_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="no place called 'attic'"):
        town().admit("attic", "ana")


async def test_facts_about_a_member_stay_until_they_are_changed() -> None:
    world = town()
    world.admit("lounge", "robo", is_bot=True, opted_out=True, since=NINE)
    again = world.admit("freechat", "robo", Role.TRUSTED)
    assert (again.is_bot, again.opted_out, again.since) == (True, True, NINE)
    assert dict(again.roles) == {"lounge": Role.EVERYONE, "freechat": Role.TRUSTED}
    assert await world.member("ROBO") == again


def test_the_form_of_an_entry() -> None:
    assert entry("lounge", "ana", "a\n\n  b\nc  ") == "lounge | ana: a\n      b\n    c"
    assert entry("lounge", "ana", "") == "lounge | ana:"
    assert entry("lounge", "ana joins") == "lounge | ana joins"
    world = town()
    short = world.items[world.say("lounge", "ana", "x" * 40)]
    long = world.items[world.say("lounge", "ana", "x" * 41)]
    assert (excerpt(short), excerpt(long)) == (f"“{'x' * 40}”", f"“{'x' * 39}…”")


async def test_the_bot_keeps_its_document_for_whoever_can_show_it() -> None:
    world = town()
    said = document(line("hello ", "you"))
    done = await world.perform(Post(place="lounge", text=said), "1")
    assert done.item
    assert (done.item.doc, done.item.text) == (said, "hello you")
