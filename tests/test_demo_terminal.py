"""The chat room in the terminal: what people type, how messages look, and whole sessions at a piped prompt."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_toolkit import PromptSession
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console, RenderableType

from bot.actions import Ban, Post, React, Remove, Reply, Restore, Warn
from bot.clock import FakeClock
from bot.demo import paint, slash
from bot.demo.paint import Posted
from bot.demo.terminal import Terminal, chat
from bot.model import Author, PlaceKind, Platform, Ref, Role
from bot.platforms.memory import NotAllowed, World
from bot.text import (
    CaseNumber,
    Code,
    Divider,
    Emphasis,
    Link,
    Moment,
    Name,
    Paragraph,
    Plain,
    Prose,
    Spoiler,
    Strong,
    bullets,
    document,
    heading,
    line,
    quote,
)

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
BERLIN = ZoneInfo("Europe/Berlin")
ANA = Author(Platform.MEMORY, "ana", "ana")


# What people type


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        ("hello /help", slash.Say("hello /help")),
        ("  !strikes ana ", slash.Say("!strikes ana")),
        ("//etc/hosts is a file", slash.Say("/etc/hosts is a file")),
        ("", None),
        ("   ", None),
        ("/help", slash.Help()),
        ("/HELP", slash.Help()),
        ("/as mo", slash.As("mo")),
        ("/room", slash.Room(None)),
        ("/room mods", slash.Room("mods")),
        ("/reply 12 me too", slash.Reply("12", "me too")),
        ("/reply #12 me too", slash.Reply("12", "me too")),
        ("/react 12 ✅", slash.React("12", "✅")),
        ("/react 12", slash.React("12", "👍")),
        ("/edit 12 better", slash.Edit("12", "better")),
        ("/remove 12", slash.Remove("12", "")),
        ("/remove 12 rule 2", slash.Remove("12", "rule 2")),
        ("/report 12 rude", slash.Report("12", "rude")),
        ("/open 12", slash.Open("12")),
        ("/open p3", slash.Open("p3")),
        ("/later 1h 30m", slash.Later(timedelta(minutes=90))),
        ("/tomorrow", slash.Later(timedelta(days=1))),
        ("/posts", slash.Posts()),
        ("/post On bread :: I like it", slash.NewPost("On bread", "I like it")),
        ("/post On bread", slash.NewPost("On bread", "")),
        ("/comment p3 me too", slash.Comment("p3", "me too")),
        ("/quit", slash.Quit()),
    ],
)
def test_what_a_line_means(typed: str, order: slash.Order | None) -> None:
    assert slash.parse(typed) == order


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("/raect 3", "There is no /raect; did you mean /react?"),
        ("/zzz", "There is no /zzz; /help lists what there is."),
        ("/reply hello", "/reply N TEXT: the number stands before each message."),
        ("/reply 12", "/reply N TEXT: the text is missing."),
        ("/react", "/react N ✅: the number stands before each message."),
        ("/open p", "/open N: a post's number looks like p3; /posts lists them."),
        ("/comment 3 hi", "/comment p3 TEXT: a post's number looks like p3; /posts lists them."),
        ("/comment p3", "/comment p3 TEXT: the text is missing."),
        ("/post :: text", "/post TITLE :: TEXT: the title is missing."),
        ("/as", "/as NAME: the name is missing."),
        ("/later soon", "/later 3h: a duration such as 10m, 2h, 3d or 1w was expected, not 'soon'."),
    ],
)
def test_what_cannot_be_understood_is_explained(typed: str, complaint: str) -> None:
    with pytest.raises(slash.SlashError) as told:
        slash.parse(typed)
    assert str(told.value) == complaint


def a_line(form: slash.Form) -> st.SearchStrategy[str]:
    """Some line that begins like this command."""
    return st.text().map(f"/{form.name} {{}}".format)


@settings(deadline=None)  # a busy machine is no failure
@given(st.text() | st.text().map("/{}".format) | st.sampled_from(slash.FORMS).flatmap(a_line))
def test_no_line_crashes_the_prompt(typed: str) -> None:
    if typed.strip().startswith("/"):
        with suppress(slash.SlashError):
            assert slash.parse(typed) is not None
    else:
        assert slash.parse(typed) == (slash.Say(typed.strip()) if typed.strip() else None)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("/re", ["/reply", "/react", "/remove", "/report"]),
        ("!st", ["!strikes"]),
        ("hello @a", ["@ana"]),
        ("/as ", ["ana", "mo"]),
        ("!strikes a", ["ana"]),
        ("!strikes ", []),
        ("/room m", ["mods"]),
        ("/later 1", ["10m", "1h", "1d", "1w"]),
        ("/react 3 ✅", []),
        ("/react 3 ", ["👍", "✅", "❌", "❤️", "🎉"]),
        ("hello a", []),
        ("", []),
    ],
)
def test_how_a_line_might_go_on(text: str, options: list[str]) -> None:
    word, found = slash.complete(
        text, names=["ana", "mo"], rooms=["lounge", "mods"], commands=["help", "strikes"]
    )
    assert found == options
    assert text.endswith(word)


# How it looks


def seen(*parts: RenderableType, width: int = 72) -> str:
    """What a person sees, without colours and trailing spaces."""
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None)
    for part in parts:
        console.print(part)
    return "\n".join(row.rstrip() for row in out.getvalue().splitlines())


def expected(text: str) -> str:
    return "\n".join(row.removeprefix("        ") for row in text.strip("\n").splitlines()).rstrip()


def town() -> World:
    world = World(FakeClock(NINE))
    world.add_place("lounge", PlaceKind.ROOM)
    world.add_place("mods", PlaceKind.ROOM)
    world.add_place("freechat", PlaceKind.COMMUNITY)
    world.admit("lounge", "ana")
    world.admit("lounge", "mo", Role.MODERATOR)
    world.admit("mods", "mo", Role.MODERATOR)
    return world


async def test_the_bots_documents_are_rendered_block_by_block() -> None:
    world = town()
    question = world.say("lounge", "ana", "!help")
    text = document(
        heading("A ", Strong("heading")),
        line(
            "words, ",
            Emphasis("stressed"),
            " ",
            Code("x = 1"),
            " ",
            Link("a page", "https://x.example"),
            ", ",
            Link("a message", "memory://lounge/1"),
            ", ",
            Link("nowhere", "javascript:alert(1)"),
        ),
        line(
            "ask ",
            Name(replace(ANA, role=Role.MODERATOR), notify=True),
            " or ",
            Name(ANA),
            ", case ",
            CaseNumber(),
        ),
        line("by ", Moment(NINE)),
        quote("their words\nand more"),
        bullets("one", ("two ", Strong("parts"))),
        Divider(),
        Prose("An *operator* wrote this."),
        Spoiler("The rest", (Paragraph((Plain("hidden"),)), *bullets_in("deep"))),
    )
    done = await world.perform(Reply(to=Ref(Platform.MEMORY, "lounge", question), text=text), "1")
    assert done.item
    folded = seen(paint.message(done.item, BERLIN, to="ana"))
    assert folded == expected(
        """
          2 10:00 folkmoot → ana
                  A heading
                  words, stressed x = 1 a page, a message ‹1›, nowhere
                  ask @ana or ana, case #?
                  by 2026-03-02 09:00 UTC
                  │ their words
                  │ and more
                  • one
                  • two parts
                  ──────────────────────────────────────────────────────────────
                  An operator wrote this.
                  ▸ The rest  (/open 2)
        """
    )
    opened = seen(paint.message(done.item, BERLIN, opened=True)).splitlines()[-3:]
    assert [row.strip() for row in opened] == ["▾ The rest", "hidden", "• deep"]


def bullets_in(*items: str):
    return (bullets(*items),)


def test_messages_show_who_when_and_what_became_of_them() -> None:
    world = town()
    one = world.say("lounge", "ana", "[bold]not markup[/bold] \x1b[31mnot red\x07")
    world.react("mo", one, "👍")
    two = world.say("lounge", "mo", "hi", reply_to=one)
    world.edit("mo", two, "hello")
    three = world.tell("ana", "psst")
    four = world.say("lounge", "ana", "buy watches")
    world.remove("mo", four)
    items = world.items
    items[two] = replace(items[two], pinned=True)
    shown = seen(
        paint.message(items[one], BERLIN),
        paint.message(items[two], BERLIN, to="ana"),
        paint.message(items[three], BERLIN, to="folkmoot"),
        paint.message(items[four], BERLIN),
    )
    assert shown == expected(
        """
          1 10:00 ana  [bold]not markup[/bold] [31mnot red
                  👍 mo
          2 10:00 mo (moderator) → ana (edited) 📌  hello
          3 10:00 ana → folkmoot (private)  psst
          4 10:00 ana  (removed)
        """
    )


async def test_happenings_are_one_line_each() -> None:
    world = town()
    one = world.say("lounge", "ana", "hi")
    ref = Ref(Platform.MEMORY, "lounge", one)
    world.join("lounge", "zoe")
    world.edit("ana", one, "hello")
    world.report("mo", one, "rude")
    await world.perform(React(ref=ref, symbol="✅"), "1")
    await world.perform(Remove(ref=ref, person=ANA, reason="rule 2"), "2")
    await world.perform(Restore(ref=ref, reason=""), "3")
    await world.perform(Ban(place="lounge", person=ANA, reason="spam"), "4")
    lines = [paint.happening(event) for event in world.log.after(0)]
    assert [told and told.plain.strip() for told in lines] == [
        None,
        "— zoe comes in",
        None,
        None,
        "— folkmoot puts ✅ below 1",
        "— folkmoot takes 1 away (rule 2)",
        "— folkmoot brings 1 back",
        "— folkmoot bans ana for good (spam)",
    ]


def a_post(**facts: object) -> Posted:
    given = {"id": "p1", "author": "ana", "text": "words", "at": NINE, "title": "Bread", **facts}
    return Posted(**given)  # type: ignore[arg-type]  # a table of facts


def test_the_page_of_posts() -> None:
    assert "Nobody has posted" in seen(paint.post_list([], BERLIN))
    page = paint.post_list(
        [a_post(pinned=True, comments=3), a_post(id="p2", by_bot=True, author="folkmoot")], BERLIN
    )
    rows = seen(page).splitlines()
    assert rows[1].split() == ["p1", "02", "Mar", "10:00", "ana", "📌", "Bread", "3"]
    assert rows[2].split() == ["p2", "02", "Mar", "10:00", "folkmoot", "Bread", "0"]


def test_a_post_with_its_comments_leaves_out_the_middle_of_a_long_thread() -> None:
    summary = "In short:\n\n::: spoiler What was said\n> bread is good\n:::\n"
    short = seen(
        paint.post_page(
            a_post(link="https://essay.example/bread"),
            [a_post(id="p2", author="folkmoot", text=summary, depth=1), a_post(id="p3", text="", depth=2)],
            BERLIN,
        )
    )
    assert "https://essay.example/bread" in short
    assert "▾ What was said" in short
    assert ":::" not in short
    long = [a_post(id=f"p{n}", text=f"comment {n};", depth=1) for n in range(100)]
    page = seen(paint.post_page(a_post(), long, BERLIN))
    assert "… 70 more …" in page
    assert "comment 14;" in page
    assert "comment 15;" not in page
    assert "comment 85;" in page


def test_the_first_screen_says_in_six_lines_what_to_try() -> None:
    screen = seen(paint.welcome("The Freechat Moot", "ana", "lounge", "mo", "buy watches now"), width=100)
    assert screen == expected(
        """
        Welcome to The Freechat Moot. All of it is made up and stays on this machine. Try:
          hello            just type: you are ana, in the lounge
          !help            asks the bot what it can do
          buy watches now  breaks a rule; do it again and see what comes of it
          /as mo           makes you a moderator: !why 1, !undo 1, !strikes
          /tomorrow        moves the clock; /posts shows the page, /help the rest
        """
    )


def test_help_names_every_slash_command() -> None:
    page = seen(paint.help_page(), width=100)
    assert all(form.usage in page and form.about in page for form in slash.FORMS)


@pytest.mark.parametrize(
    ("strikes", "unread", "bar"),
    [
        (0, (), "Mon 02 Mar 10:00  ·  lounge  ·  you are ana"),
        (1, (), "Mon 02 Mar 10:00  ·  lounge  ·  you are ana  ·  1 strike"),
        (2, ("mods",), "Mon 02 Mar 10:00  ·  lounge  ·  you are ana  ·  2 strikes  ·  news in /room mods"),
    ],
)
def test_the_toolbar(strikes: int, unread: Sequence[str], bar: str) -> None:
    assert paint.toolbar(NINE, BERLIN, "lounge", "ana", strikes, unread) == bar


# Whole sessions


class SmallStage:
    """A community whose bot does what a moderator would: it greets, and warns and bans for watches."""

    title = "The Moot"
    zone = "Europe/Berlin"
    forbidden = "buy watches"
    commands = ("help", "strikes")

    def __init__(self, world: World) -> None:
        self.world = world
        self.page: list[Posted] = []
        self.warned = 0
        self.read = 0

    async def settle(self) -> None:
        for event in self.world.log.after(self.read):
            self.read = event.seq
            item = event.item
            if event.kind != "said" or item is None or event.by.is_bot:
                continue
            ref = Ref(Platform.MEMORY, item.place, item.id)
            if "watches" in item.text:
                self.warned += 1
                text = document("No adverts, please.")
                await self.world.perform(
                    Warn(place=item.place, person=ANA, about=ref, rule="adverts", text=text),
                    f"warn {event.seq}",
                )
            elif item.text == "!help":
                folded = document("I can help.", Spoiler("How", (line("Like this."),)))
                await self.world.perform(Reply(to=ref, text=folded), f"help {event.seq}")

    async def advance(self, span: timedelta) -> None:
        assert isinstance(self.world.clock, FakeClock)
        self.world.clock.advance(span)
        await self.world.perform(Post(place="lounge", text=document("Good morning!")), f"prompt {span}")

    async def strikes(self, person: str) -> int:
        return self.warned if person == "ana" else 0

    async def posts(self) -> list[Posted]:
        return [post for post in self.page if not post.depth]

    async def comments(self, post: str) -> list[Posted]:
        return [comment for comment in self.page if comment.depth]

    async def post(self, person: str, title: str, text: str) -> None:
        self.page.append(a_post(author=person, title=title, text=text))

    async def comment(self, person: str, post: str, text: str) -> None:
        if not any(known.id == post for known in self.page):
            raise NotAllowed(f"there is no post {post}")
        self.page.append(a_post(id="p2", author=person, text=text, depth=1))


async def session(world: World, *typed: str, end: str = "/quit\r") -> str:
    """What somebody sees who types these lines and leaves."""
    stage = SmallStage(world)
    stage.read = len(world.log)
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        out = io.StringIO()
        console = Console(file=out, width=76, color_system=None)
        terminal = Terminal(world, stage, console, PromptSession(), me="ana", room="lounge")
        pipe.send_text("".join(f"{row}\r" for row in typed) + end)
        await asyncio.wait_for(terminal.run(), 30)
    rows = [row.rstrip() for row in out.getvalue().splitlines()]
    return "\n".join(rows[6:])  # without the first screen, which has a test of its own


async def test_somebody_breaks_a_rule_and_asks_for_help() -> None:
    assert await session(town(), "hello", "buy watches", "!help", "/open 4", "/react 3 😢") == expected(
        """
        ────────────────────────────────── lounge ──────────────────────────────────
          1 10:00 ana  hello
          2 10:00 ana  buy watches
          3 10:00 folkmoot → ana
                  No adverts, please.
          4 10:00 ana  !help
          5 10:00 folkmoot → ana
                  I can help.
                  ▸ How  (/open 5)
          4 10:00 ana  !help
          5 10:00 folkmoot → ana
                  I can help.
                  ▾ How
                    Like this.
                 — ana puts 😢 below 3
        """
    )


async def test_somebody_becomes_a_moderator_and_looks_around() -> None:
    world = town()
    world.say("mods", "mo", "only for us")
    world.tell("mo", "between mo and the bot")
    shown = await session(
        world, "/room mods", "/open 1", "/as mo", "/room", "/room mods", "/remove 1 old news", "/room private"
    )
    assert shown == expected(
        """
        ────────────────────────────────── lounge ──────────────────────────────────
        ana knows no room called 'mods'; there are lounge, private. Others may know
        more: /as NAME
        There is no message 1; the number stands before each message.
                 you are mo now
                 there are: lounge, mods, private
        ─────────────────────────────────── mods ───────────────────────────────────
          1 10:00 mo (moderator)  only for us
                 — mo takes 1 away (old news)
        ───────────────────────────────── private ──────────────────────────────────
          2 10:00 mo → folkmoot (private)  between mo and the bot
        """
    )


async def test_time_passes_and_the_page_is_read() -> None:
    shown = await session(
        town(),
        "/tomorrow",
        "/posts",
        "/post Bread :: I like it",
        "/comment p1 so do I",
        "/comment p9 where?",
        "/open p1",
        "/open p9",
    )
    assert shown == expected(
        """
        ────────────────────────────────── lounge ──────────────────────────────────
                 it is Tuesday 03 March, 10:00
          1 10:00 folkmoot
                  Good morning!
        Nobody has posted anything yet: /post TITLE :: TEXT
                 posted; /posts shows the page
                 said below p1; /open p1 shows it
        there is no post p9
        ────────────────────────────────── Bread ───────────────────────────────────
        ana  02 Mar 10:00
        I like it
          ana  02 Mar 10:00
          so do I
        ────────────────────────────────────────────────────────────────────────────
        There is no post p9; /posts lists them.
        """
    )


async def test_words_are_changed_answered_and_reported() -> None:
    world = town()
    world.say("lounge", "mo", "morning")
    shown = await session(
        world, "/reply 1 hi mo", "/edit 2 hello mo", "/edit 1 mine", "/report 1 too early", "/raect 1"
    )
    assert shown == expected(
        """
        ────────────────────────────────── lounge ──────────────────────────────────
          1 10:00 mo (moderator)  morning
          2 10:00 ana → mo  hi mo
          2 10:00 ana → mo (edited)  hello mo
        ana did not write “morning”
                 the moderators are asked to look at 1
        There is no /raect; did you mean /react?
        """
    )


async def test_newcomers_come_in_and_bots_speak_for_themselves() -> None:
    world = town()
    shown = await session(world, "/as mo", "/room mods", "/as zoe", "hi", "/as ZOE", "/as folkmoot")
    assert shown == expected(
        """
        ────────────────────────────────── lounge ──────────────────────────────────
                 you are mo now
        ─────────────────────────────────── mods ───────────────────────────────────
        ────────────────────────────────── lounge ──────────────────────────────────
                 you are zoe now, and new here
          1 10:00 zoe  hi
                 you are zoe now
        folkmoot is a bot and speaks for itself
        """
    )


async def test_the_banned_meet_the_wall_and_letters_still_arrive() -> None:
    world = town()
    await world.perform(Ban(place="lounge", person=ANA, reason="spam"), "1")
    await world.perform(
        Warn(place="lounge", person=ANA, about=None, rule="r", text=document("calm down")), "2"
    )
    shown = await session(world, "let me in", "/room private", "sorry")
    assert shown == expected(
        """
        ────────────────────────────────── lounge ──────────────────────────────────
        ana is banned in lounge and cannot write
        ───────────────────────────────── private ──────────────────────────────────
          1 10:00 folkmoot → ana (private)
                  calm down
          2 10:00 ana → folkmoot (private)  sorry
        """
    )


@pytest.mark.parametrize("end", ["\x04", "half a line\x03/quit\r", "/help\r\x04"])
async def test_every_way_out(end: str) -> None:
    world = town()
    assert "lounge" in await session(world, end=end)
    assert world.items == {}


async def test_news_are_shown_while_somebody_thinks_and_counted_elsewhere() -> None:
    world = town()
    out = io.StringIO()
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        console = Console(file=out, width=76, color_system=None)
        terminal = Terminal(world, SmallStage(world), console, PromptSession(), me="mo", room="lounge")
        running = asyncio.create_task(terminal.run())
        while not world.log.awaited:
            await asyncio.sleep(0)
        world.say("lounge", "ana", "anybody here?")
        world.say("mods", "mo", "a word among us")
        world.tell("ana", "not for mo")
        while "anybody here?" not in out.getvalue():
            await asyncio.sleep(0)
        assert "a word among us" not in out.getvalue()
        assert "not for mo" not in out.getvalue()
        assert terminal.toolbar().endswith("news in /room mods")
        pipe.send_text("/room mods\r/quit\r")
        await running
        assert "a word among us" in out.getvalue()
        assert "news" not in terminal.toolbar()


async def test_tab_completes() -> None:
    world = town()
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        prompt: PromptSession[str] = PromptSession()
        terminal = Terminal(
            world, SmallStage(world), Console(file=io.StringIO()), prompt, me="ana", room="lounge"
        )
        running = asyncio.create_task(terminal.run())
        pipe.send_text("hello @m\t")
        while prompt.default_buffer.text != "hello @mo":
            await asyncio.sleep(0)
        pipe.send_text("\r/quit\r")
        await running
    assert [item.text for item in world.items.values()] == ["hello @mo"]


async def test_the_room_on_this_processs_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    world = town()
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        pipe.send_text("hello\r/quit\r")
        await asyncio.wait_for(chat(world, SmallStage(world), me="ana", room="lounge"), 30)
    assert [item.text for item in world.items.values()] == ["hello"]
