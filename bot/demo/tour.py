"""The guided tour: a week in the demo's community in half a minute, with checks that everything really happened.

The bot runs in a process of its own and is killed twice on the way. Each scene plays some acts, shows the transcript,
and checks what must be true afterwards; the tour succeeds only when every check holds.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.demo import community
from bot.demo.audience import Audience
from bot.demo.lemmy.records import Event, LemmyError
from bot.demo.stage import Outside, Stage
from bot.markup import to_plain
from bot.platforms.memory import NotAllowed

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Tour:
    """The stage, the audience, and what was checked so far."""

    def __init__(self, stage: Stage, console: Console) -> None:
        self.stage = stage
        self.lemmy = stage.lemmy
        self.chat = stage.chat
        self.console = console
        self.audience = Audience(console)
        self._read = (len(stage.lemmy.journal), 0)

    # Acts

    async def wait(self, span: timedelta) -> None:
        """Time passes, and the bot does what came due."""
        await self.stage.advance(span)
        self.show()

    async def says(self, who: str, text: str, place: str = "lounge") -> str:
        """Somebody speaks in the chat; the message's id, or what kept them from it in the transcript."""
        ident = ""
        with suppress(NotAllowed):
            ident = self.chat.say(place, who, text)
        self.show()
        await self.wait(MINUTE)
        return ident

    async def comments(self, who: str, post: int, text: str, parent: int | None = None) -> int:
        ident = self.lemmy.comment(as_=who, post=post, text=text, parent=parent)
        self.show()
        await self.wait(MINUTE)
        return ident

    async def tells(self, who: str, text: str) -> None:
        """Somebody writes to the bot in private, on Lemmy."""
        self.lemmy.private_message(as_=who, to=community.BOT, text=text)
        self.show()
        await self.wait(MINUTE)

    # For the audience

    def scene(self, title: str, about: str) -> None:
        self.audience.scene(title, about, f"({self.stage.clock.now():%A %H:%M} UTC)")

    def show(self, *, only_bot: bool = False, instead: str = "") -> None:
        """Prints what happened since the last time; `only_bot` leaves the members out and says `instead`."""
        lemmy, chat = self._read
        if instead:
            self.console.print(Text(f"  lemmy   … {instead} …", style="dim"))
        for event in self.lemmy.journal[lemmy:]:
            who, deed = _told(event)
            if event.what != "vote" and (who == community.BOT or not only_bot):
                self._line("lemmy", who, deed)
        for entry in self.chat.transcript[chat:]:
            place, _, deed = entry.partition(" | ")
            who, _, rest = deed.partition(" ")
            self._line(place, who, rest)
        self._read = (len(self.lemmy.journal), len(self.chat.transcript))

    def check(self, what: str, held: object) -> None:
        self.audience.check(what, held)

    def _line(self, place: str, who: str, deed: str) -> None:
        self.audience.line(place, who, deed, by_bot=who in {"bot", community.BOT})

    # What is true now

    def by_bot(self, what: str) -> list[Event]:
        """The bot's acts of one kind on Lemmy, oldest first."""
        return [
            event
            for event in self.lemmy.journal
            if event.who.split("@")[0] == community.BOT and event.what.split()[0] == what
        ]

    def said_in_chat(self, *words: str) -> int:
        """How many entries of the bot in the chat hold all these words."""
        return sum(
            "| bot" in entry and all(word in entry for word in words) for entry in self.chat.transcript
        )


def _told(event: Event) -> tuple[str, str]:
    """Who, and what they did, as a reader of the page sees it."""
    who = event.who.removesuffix(f"@{community.HOME}")
    deed = " ".join(filter(None, (event.what.replace(f"@{community.HOME}", ""), event.ref)))
    return who, f"{deed}: {to_plain(event.text)}" if event.text else deed


async def morning(tour: Tour) -> None:
    tour.scene("A prompt to talk about", "Five minutes to nine. The pool of prompts is a Markdown file.")
    await tour.stage.settle()
    await tour.wait(10 * MINUTE)
    prompts = tour.by_bot("post")
    tour.check("the daily prompt was posted once", len(prompts) == 1)
    tour.check("it is pinned", len(tour.by_bot("pin")) == 1)
    tour.check("it was announced in the lounge", tour.said_in_chat("lounge") == 1)


async def cross_post(tour: Tour) -> None:
    tour.scene("Where else?", "Ana posts a link that people on harbour.example are talking about, too.")
    post = tour.lemmy.post(
        as_="ana", community="freechat", title="One drill for a whole street", link=community.ESSAY
    )
    await tour.wait(MINUTE)
    found = [event for event in tour.by_bot("comment") if community.HARBOUR in event.text]
    tour.check("the other discussion was surfaced in one comment", len(found) == 1)
    tour.check("and in the lounge", tour.said_in_chat("lounge", community.HARBOUR) == 1)
    del post


async def long_thread(tour: Tour) -> None:
    tour.scene(
        "A thread grows long", "Thirty-nine comments; the bot is killed with SIGKILL while it works on them."
    )
    thread = community.long_thread()
    post = tour.lemmy.post(as_=thread.author, community="freechat", title=thread.title, text=thread.text)
    before = len(tour.by_bot("comment"))
    ids: dict[int, int] = {}
    for comment in thread.comments:
        parent = ids[comment.parent] if comment.parent else None
        ids[comment.id] = tour.lemmy.comment(as_=comment.author, post=post, text=comment.text, parent=parent)
        for voter in (*community.MEMBERS, *community.GUESTS)[: min(comment.score, 10)]:
            tour.lemmy.vote(as_=voter, ref=f"comment/{ids[comment.id]}")
        if comment.id in {10, 29}:
            tour.stage.clock.advance(HOUR)
            await tour.stage.settle()
        if comment.id == 34:
            await _killed(tour)
    people = {comment.author for comment in thread.comments}
    tour.show(only_bot=True, instead=f"{len(thread.comments)} comments by {len(people)} people")
    await tour.wait(HOUR)
    digests, edits = tour.by_bot("comment")[before:], tour.by_bot("edit")
    tour.check("the summary is one comment", len(digests) == 1)
    tour.check("it was edited in place as the thread grew on", len(edits) >= 1)
    newest = to_plain(edits[-1].text) if edits else ""
    quoted = [comment for comment in thread.comments if _sentence_of(comment.text, newest)]
    tour.check("it quotes people in their own words", len(quoted) >= 3)


def _sentence_of(text: str, digest: str) -> bool:
    """Whether a sentence of `text` stands in the digest, word for word."""
    return any(len(part) > 30 and part.strip(" .") in digest for part in text.split(". "))


async def warned(tour: Tour) -> None:
    tour.scene("Warn, then ban", "Grump insults people. Two warnings, then a day's ban, then the wall.")
    post = tour.lemmy.post(
        as_="bo", community="freechat", title="Tea or coffee?", text="At the repair café, I mean."
    )
    for text in (
        "Only a numbskull drinks coffee.",
        "You windbag, tea is for people who have time.",
        "Blockhead. Shut up.",
    ):
        await tour.comments("grump", post, text)
        await tour.wait(10 * MINUTE)
    await tour.says("mo", "!strikes @grump@moot.example", "modroom")
    wall = ""
    try:
        tour.lemmy.comment(as_="grump", post=post, text="And another thing!")
    except LemmyError as error:
        wall = error.name
    tour.console.print(Text.assemble(("  lemmy   ", "dim"), ("grump", "bold"), f" comment refused: {wall}"))
    tour.check("his words were removed, each once", len(tour.by_bot("remove")) == 3)
    tour.check(
        "he was banned once, for a day",
        len(tour.by_bot("ban")) == 1 and "2026-03-03" in tour.by_bot("ban")[0].ref,
    )
    tour.check("he met the ban wall", wall == "banned_from_community")


async def appeal(tour: Tour) -> None:
    tour.scene(
        "An appeal", "Grump writes to the bot in private; a moderator looks, and takes it back step by step."
    )
    await tour.tells("grump", "!appeal #3 I was tired. I am sorry, it will not happen again.")
    await tour.says("mo", "!why #3", "modroom")
    await tour.says("mira", "!grant #3", "modroom")
    tour.check("the ban was lifted once", len(tour.by_bot("unban")) == 1)
    tour.check(
        "grump was told", any(event.what.startswith("tell grump") for event in tour.lemmy.journal[-8:])
    )
    post = max(tour.lemmy.posts)
    await tour.comments("grump", post, "Thank you. Tea is fine.")
    await tour.says("mo", "!undo #2", "modroom")
    await tour.says("mo", "!strikes @grump@moot.example", "modroom")
    tour.check("the appealed strike and the undone one no longer count", tour.said_in_chat("modroom", "1"))


async def new_rule(tour: Tour) -> None:
    tour.scene(
        "A new rule, tried out on the past",
        "Jon likes coins. Mo writes a rule in the chat, looks what it would have done, enforces it.",
    )
    await tour.says("jon", "Anybody want a coin tip? Moon coin will double.")
    await tour.says("kim", "I would rather have a tip for glue.")
    await tour.says("mo", f"!rules add\n{community.NEW_RULE}", "modroom")
    await tour.says("mo", "!rules backtest “No coin tips” 7d", "modroom")
    before = tour.said_in_chat("lounge", "coins here")
    await tour.says("mo", "!rules enforce “No coin tips”", "modroom")
    await tour.says("jon", "Moon coin, I tell you!")
    tour.check("what was said before the rule stayed", before == 0)
    tour.check("what was said after it earned one warning", tour.said_in_chat("coins here") == 1)


async def next_day(tour: Tour) -> None:
    tour.scene(
        "The next day, and a power cut",
        "The server posts the prompt, the answer never arrives, the bot is killed, and starts again.",
    )
    stage, bot = tour.stage, tour.stage.bot
    assert isinstance(bot, Outside)
    due = stage.clock.now().replace(hour=8, minute=1) + timedelta(days=1)
    before = len(tour.by_bot("post"))
    stage.server.faults.add("act then hang", path="/post", method="POST")
    stage.clock.set(due)
    await bot.begin(stage.clock.now())
    async with asyncio.timeout(20):
        while not stage.server.faults.met:  # noqa: ASYNC110 - the server is in this loop and tells nobody
            await asyncio.sleep(0.02)
    tour.console.print(Text("  … kill -9 …", style="bold red"))
    await bot.kill()
    stage.server.faults.clear()
    await tour.wait(2 * MINUTE)
    await tour.wait(2 * MINUTE)
    tour.check("there is one new prompt, not two and not none", len(tour.by_bot("post")) == before + 1)
    tour.check(
        "the new one is pinned, the old one is not",
        len(tour.by_bot("pin")) == 2 and len(tour.by_bot("unpin")) == 1,
    )


async def _killed(tour: Tour) -> None:
    """A kill in the middle of the bot's work."""
    bot = tour.stage.bot
    assert isinstance(bot, Outside)
    await bot.begin(tour.stage.clock.now())
    tour.console.print(Text("  … kill -9 …", style="bold red"))
    await bot.kill()


SCENES: tuple[Callable[[Tour], Awaitable[None]], ...] = (
    morning,
    cross_post,
    long_thread,
    warned,
    appeal,
    new_rule,
    next_day,
)


async def play(console: Console) -> bool:
    """Plays the whole tour; whether every check held."""
    console.print(Text("Folkmoot: a tour", style="bold"))
    console.print(
        "A community on a Lemmy server and in a chat room, all inside this machine. Its clock runs faster than yours."
    )
    with tempfile.TemporaryDirectory(prefix="folkmoot-tour-") as folder:
        async with Stage(Path(folder), outside=True) as stage:
            tour = Tour(stage, console)
            for scene in SCENES:
                await scene(tour)
            tour.show()
    return tour.audience.verdict("Now try it yourself: folkmoot demo")
