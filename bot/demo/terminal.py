"""The demo's chat room in the terminal: a prompt with history, completion and colour on a world in memory."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document as Typed
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from rich.text import Text

from bot.demo import paint, slash
from bot.model import PlaceKind, Role
from bot.platforms.memory import PRIVATE, NotAllowed, World
from bot.platforms.memory.port import Event, Item
from bot.platforms.protocol import PlatformError


class Stage(Protocol):
    """What the chat room needs to know of the demo around it. Acts may raise NotAllowed or PlatformError."""

    @property
    def title(self) -> str:
        """The community's name, for people."""
        ...

    @property
    def zone(self) -> str:
        """The community's IANA time zone."""
        ...

    @property
    def forbidden(self) -> str:
        """Something to say that breaks a rule."""
        ...

    @property
    def commands(self) -> Sequence[str]:
        """The bot's commands, without prefix."""
        ...

    async def settle(self) -> None:
        """Lets the bot do its work until nothing is left to do."""
        ...

    async def advance(self, span: timedelta) -> None:
        """Moves the community's clock, and lets the bot do what came due."""
        ...

    async def strikes(self, person: str) -> int:
        """How many strikes somebody has now."""
        ...

    async def posts(self) -> Sequence[paint.Posted]:
        """The community's page, pinned posts first, then the newest."""
        ...

    async def comments(self, post: str) -> Sequence[paint.Posted]:
        """What was said below a post, in reading order."""
        ...

    async def post(self, person: str, title: str, text: str) -> None: ...

    async def comment(self, person: str, post: str, text: str) -> None: ...


#: How much of a room's past is shown to whoever enters it.
_PAST = 8


class Terminal:
    """One person at one prompt. `console` shows, `session` asks; `me` is in `room` to begin with."""

    def __init__(
        self, world: World, stage: Stage, console: Console, session: PromptSession[str], *, me: str, room: str
    ) -> None:
        self._world = world
        self._stage = stage
        self._console = console
        self._session = session
        self._zone = ZoneInfo(stage.zone)
        self.me = me
        self.room = room
        self._home = room
        self._seen = 0
        self._strikes = 0
        self._unread: set[str] = set()

    async def run(self) -> None:
        """Asks and obeys until somebody quits."""
        self._seen = len(self._world.log)
        self._console.print(
            paint.welcome(self._stage.title, self.me, self.room, self._a_moderator(), self._stage.forbidden)
        )
        self._enter(self.room)
        self._strikes = await self._stage.strikes(self.me)
        watcher = asyncio.create_task(self._watch())
        try:
            while True:
                try:
                    line = await self._session.prompt_async(
                        lambda: f"{self.me}> ",
                        bottom_toolbar=self.toolbar,
                        completer=_Suggestions(self),
                        complete_while_typing=False,
                    )
                except KeyboardInterrupt:  # as in any shell: forget the line, not the room
                    continue
                except EOFError:
                    return
                if not await self.obey(line):
                    return
        finally:
            watcher.cancel()
            with suppress(asyncio.CancelledError):
                await watcher

    async def obey(self, line: str) -> bool:
        """Does what the line asks for and shows what comes of it; False when the person wants to leave."""
        try:
            order = slash.parse(line)
            if isinstance(order, slash.Quit):
                return False
            if order is not None:
                await self._do(order)
        except (slash.SlashError, NotAllowed, PlatformError) as error:
            self._console.print(Text(paint.clean(str(error)), style="red"))
        await self._stage.settle()
        self._show_news()
        self._strikes = await self._stage.strikes(self.me)
        return True

    def toolbar(self) -> str:
        return paint.toolbar(
            self._world.clock.now(), self._zone, self.room, self.me, self._strikes, self._unread
        )

    def suggestions(self, text: str) -> tuple[str, list[str]]:
        """How a line that begins with `text` might go on: the word to replace, and the candidates for it."""
        return slash.complete(
            text, names=sorted(self._world.people), rooms=self._rooms(), commands=self._stage.commands
        )

    async def _do(self, order: slash.Order) -> None:
        match order:
            case slash.Say() | slash.Reply() | slash.Edit() | slash.React() | slash.Remove() | slash.Report():
                self._speak(order)
            case slash.Posts() | slash.NewPost() | slash.Comment():
                await self._page(order)
            case slash.Open(number=number):
                await self._open(number)
            case slash.As(name=name):
                await self._become(name)
            case slash.Room(name=name):
                self._go(name)
            case slash.Later(span=span):
                await self._stage.advance(span)
                self._note(f"it is {self._world.clock.now().astimezone(self._zone):%A %d %B, %H:%M}")
            case slash.Help():
                self._console.print(paint.help_page())
            case slash.Quit():
                """The loop ends by itself."""

    def _speak(
        self, order: slash.Say | slash.Reply | slash.Edit | slash.React | slash.Remove | slash.Report
    ) -> None:
        """Does something with messages, as the person that I am."""
        if isinstance(order, slash.Say):
            self._world.say(self.room, self.me, order.text)
            return
        item = self._item(order.number)
        match order:
            case slash.Reply(text=text):
                self._world.say(item.place, self.me, text, reply_to=item.id)
            case slash.Edit(text=text):
                self._world.edit(self.me, item.id, text)
            case slash.React(symbol=symbol):
                self._world.react(self.me, item.id, symbol)
            case slash.Remove(reason=reason):
                self._world.remove(self.me, item.id, reason)
            case slash.Report(reason=reason):
                self._world.report(self.me, item.id, reason)
                self._note(f"the moderators are asked to look at {item.id}")

    async def _page(self, order: slash.Posts | slash.NewPost | slash.Comment) -> None:
        """Reads the community's page, or writes on it."""
        match order:
            case slash.Posts():
                self._console.print(paint.post_list(await self._stage.posts(), self._zone))
            case slash.NewPost(title=title, text=text):
                await self._stage.post(self.me, title, text)
                self._note("posted; /posts shows the page")
            case slash.Comment(post=post, text=text):
                await self._stage.comment(self.me, post, text)
                self._note(f"said below {post}; /open {post} shows it")

    async def _become(self, name: str) -> None:
        """Speaks as `name` from now on: somebody known, or a newcomer who comes in."""
        known = await self._world.member(name)
        if known and known.is_bot:
            raise NotAllowed(f"{known.name} is a bot and speaks for itself")
        self.me = known.name if known else name
        if known is None:
            self._world.join(self._home, name)
        if self.room not in self._rooms():
            self._enter(self._home)
        self._note(f"you are {self.me} now{'' if known else ', and new here'}")

    def _go(self, room: str | None) -> None:
        rooms = ", ".join(self._rooms())
        if room is None:
            self._note(f"there are: {rooms}")
        elif room in self._rooms():
            self._enter(room)
        else:
            raise NotAllowed(
                f"{self.me} knows no room called {room!r}; there are {rooms}. Others may know more: /as NAME"
            )

    def _enter(self, room: str) -> None:
        """Goes there and shows the last messages; what comes later is shown as it comes."""
        self._show_news()
        self.room = room
        self._unread.discard(room)
        self._console.rule(Text(room, style="bold"), style="dim")
        here = [item for item in self._world.items.values() if item.place == room and self._may_see(item)]
        for item in here[-_PAST:]:
            self._show(item)

    async def _open(self, number: str) -> None:
        """A post with its comments, or a message with its thread, everything unfolded."""
        if number.startswith("p"):
            post = next((p for p in await self._stage.posts() if p.id == number), None)
            if post is None:
                raise slash.SlashError(f"There is no post {number}; /posts lists them.")
            self._console.print(paint.post_page(post, await self._stage.comments(number), self._zone))
            return
        for item in await self._world.thread(self._item(number).id):
            self._show(item, opened=True)

    async def _watch(self) -> None:
        """Shows what happens while the person thinks."""
        while True:
            await self._world.events(self._seen, timedelta(hours=1))
            self._show_news()

    def _show_news(self) -> None:
        for event in self._world.log.after(self._seen):
            self._seen = event.seq
            if event.place in {self.room, PRIVATE}:
                self._show_event(event)
            elif event.kind == "said" and event.place in self._rooms():
                self._unread.add(event.place)

    def _show_event(self, event: Event) -> None:
        if event.item and not self._may_see(event.item):
            return
        if event.item and event.kind in {"said", "edited"}:
            self._show(event.item)
        elif told := paint.happening(event):
            self._console.print(told)

    def _show(self, item: Item, *, opened: bool = False) -> None:
        answered = self._world.items[item.parent].author.name if item.parent else None
        self._console.print(paint.message(item, self._zone, to=item.to or answered, opened=opened))

    def _note(self, text: str) -> None:
        self._console.print(Text(f"         {paint.clean(text)}", style="dim italic"))

    def _item(self, number: str) -> Item:
        item = self._world.items.get(number)
        if item is None or not self._may_see(item):
            raise slash.SlashError(f"There is no message {number}; the number stands before each message.")
        return item

    def _may_see(self, item: Item) -> bool:
        """Letters are for the two who write them, rooms for their members."""
        if item.place == PRIVATE:
            return self.me in {item.author.name, item.to}
        return item.place in self._rooms()

    def _rooms(self) -> list[str]:
        """The rooms that I am in, and the letter box."""
        mine = self._world.people[self.me].roles if self.me in self._world.people else {}
        kinds = self._world.kinds
        return [*(place for place in mine if kinds[place] is PlaceKind.ROOM), PRIVATE]

    def _a_moderator(self) -> str:
        return next(
            (m.name for m in self._world.people.values() if m.roles.get(self._home, 0) >= Role.MODERATOR),
            self.me,
        )


class _Suggestions(Completer):
    """The terminal's suggestions in prompt_toolkit's terms."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def get_completions(self, document: Typed, complete_event: CompleteEvent) -> Iterable[Completion]:
        del complete_event  # typed or asked for with Tab, it is the same
        word, options = self._terminal.suggestions(document.text_before_cursor)
        for option in options:
            yield Completion(option, start_position=-len(word))


async def chat(world: World, stage: Stage, *, me: str, room: str) -> None:
    """The chat room on this process's terminal, until the person leaves."""
    with patch_stdout(raw=True):  # what happens meanwhile is printed above the prompt
        console = Console(file=sys.stdout, force_terminal=True)
        session: PromptSession[str] = PromptSession(history=InMemoryHistory(), erase_when_done=True)
        await Terminal(world, stage, console, session, me=me, room=room).run()
