"""For plugin authors: a whole community in memory, driven like a play, with a transcript of everything that happened.

    async with Moot(plugins={"hello": {}}) as moot:
        ana = moot.member("ana")
        await ana.says("!hello")
        assert moot.transcript() == script('''
            lounge | ana: !hello
            lounge | bot → ana: Hello you!
        ''')

The real engine runs: settings, router, guard, ledger (SQLite in memory), outbox. Only the platform is the in-memory
twin, and the clock stands still until `advance` moves it. Places: `freechat` (a community), `lounge` (a room),
`modroom` (the moderators' room), private messages; and a policy list `badlist`, for those who name it in `config`.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, ClassVar, Self

from bot.app import App
from bot.clock import FakeClock
from bot.commands import Found, Mistake, compile_command, parse
from bot.ledger import Ledger
from bot.model import Act, Discussion, PlaceKind, Policy, PolicyKind, Ref, Role
from bot.platforms.memory import PRIVATE, MemoryAdapter, NotAllowed, World
from bot.plugin import Plugin
from bot.prefixes import heard
from bot.settings import Loaded, loads
from bot.settings.plugins import find

#: A Monday morning.
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

Find = Callable[[str], Plugin[Any] | None]


def script(text: str) -> str:
    """A transcript written in a test, without the indentation of the test."""
    return inspect.cleandoc(text)


@dataclass(frozen=True, slots=True)
class Said:
    """Something said in the play; hand it to `replies`, `reacts`, `edits`, …"""

    place: str
    id: str


class Moot:
    """A community for one test. `plugins` are their settings by name; `config` overrides parts of the community's."""

    def __init__(
        self,
        plugins: Mapping[str, Mapping[str, object]],
        *,
        now: datetime = MONDAY,
        zone: str = "UTC",
        config: Mapping[str, object] | None = None,
        find_plugin: Find = find,
    ) -> None:
        self.clock = FakeClock(now)
        self.world = World(self.clock)
        for name, kind in {
            "freechat": PlaceKind.COMMUNITY,
            "lounge": PlaceKind.ROOM,
            "modroom": PlaceKind.ROOM,
            "badlist": PlaceKind.POLICY,
        }.items():
            self.world.add_place(name, kind)
        self.loaded = _loaded(plugins, zone, config or {}, find_plugin)
        self._find = find_plugin
        self._read = 0
        self._app: App | None = None
        self._ledger: Ledger | None = None

    async def __aenter__(self) -> Self:
        self._ledger = await Ledger.open("sqlite://")
        await self._start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.app.close()

    @property
    def app(self) -> App:
        assert self._app is not None, "use `async with Moot(…) as moot`"
        return self._app

    @property
    def ledger(self) -> Ledger:
        return self.app.ledger

    def member(self, name: str, **facts: Any) -> Member:
        """An ordinary member. Facts as in `World.admit`: since, is_bot, opted_out."""
        return self._admit(name, Role.EVERYONE, facts)

    def moderator(self, name: str, **facts: Any) -> Member:
        return self._admit(name, Role.MODERATOR, facts)

    async def settle(self) -> None:
        """Lets the bot do whatever there is to do."""
        await self.app.step()

    async def advance(self, **span: float) -> None:
        """Moves the clock (`hours=3`, as for timedelta) and lets the bot do what came due."""
        self.clock.advance(timedelta(**span))
        await self.settle()

    async def restart(self) -> None:
        """Stops the bot and starts it again on the same ledger."""
        await self._start()
        await self.settle()

    def elsewhere(self, *discussions: Discussion) -> None:
        """Lets the same links be talked about on other instances."""
        self.world.discussions.extend(discussions)

    def transcript(self) -> str:
        """Everything that members and the bot did since the last call, one entry an act."""
        lines, self._read = self.world.transcript[self._read :], len(self.world.transcript)
        return "\n".join(lines)

    def publish(
        self, entity: str, reason: str = "", *, kind: PolicyKind = PolicyKind.USER, place: str = "badlist"
    ) -> None:
        """Somebody far away puts a rule on a policy list."""
        self.world.rules.setdefault(place, []).append(Policy(kind, entity, "m.ban", reason, "@keeper"))

    def skip(self) -> None:
        """Leaves out of the transcript what happened so far."""
        self.transcript()

    def ref(self, said: Said) -> Ref:
        adapter = next(iter(self.app.adapters.values()))
        return Ref(adapter.platform, said.place, said.id)

    def newest(self, place: str) -> Said:
        """What was said last in a place, by anybody."""
        ident = max((i.id for i in self.world.items.values() if i.place == place), key=int)
        return Said(place, ident)

    def _admit(self, name: str, role: Role, facts: dict[str, Any]) -> Member:
        for place in ("freechat", "lounge", *(("modroom",) if role >= Role.MODERATOR else ())):
            self.world.admit(place, name, role, **facts)
        return Member(name, self)

    async def _start(self) -> None:
        assert self._ledger is not None
        places = {p.alias: p for c in self.loaded.communities.values() for p in c.places}
        prefixes = heard(self.loaded.communities.values(), "memory")
        adapter = MemoryAdapter("memory", places, self.world, self.clock, prefixes=prefixes)
        self._app = App(self.loaded, self._ledger, [adapter], self.clock, self._find)
        await self.app.open()
        await self.settle()


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the play. Every act lets the bot react before it returns."""

    name: str
    moot: Moot = field(repr=False)

    async def says(self, text: str, place: str = "lounge") -> Said:
        return await self._done(place, self.moot.world.say(place, self.name, text))

    async def posts(
        self, title: str, text: str = "", *, link: str | None = None, place: str = "freechat"
    ) -> Said:
        return await self._done(place, self.moot.world.say(place, self.name, text, title=title, link=link))

    async def replies(self, to: Said, text: str) -> Said:
        return await self._done(to.place, self.moot.world.say(to.place, self.name, text, to.id))

    async def tells(self, text: str) -> Said:
        """Writes to the bot in private."""
        return await self._done(PRIVATE, self.moot.world.tell(self.name, text))

    async def edits(self, said: Said, text: str) -> Said:
        self.moot.world.edit(self.name, said.id, text)
        return await self._done(said.place, said.id)

    async def removes(self, said: Said, reason: str = "") -> Said:
        self.moot.world.remove(self.name, said.id, reason)
        return await self._done(said.place, said.id)

    async def restores(self, said: Said, reason: str = "") -> Said:
        self.moot.world.restore(self.name, said.id, reason)
        return await self._done(said.place, said.id)

    async def reacts(self, to: Said, symbol: str) -> Said:
        self.moot.world.react(self.name, to.id, symbol)
        return await self._done(to.place, to.id)

    async def reports(self, said: Said, reason: str) -> Said:
        self.moot.world.report(self.name, said.id, reason)
        return await self._done(said.place, said.id)

    async def sanctions(self, whom: str, act: Act, reason: str = "", place: str = "lounge") -> None:
        """Bans, mutes or kicks somebody by hand, without the bot."""
        self.moot.world.sanction(place, self.name, act, whom, reason)
        await self.moot.settle()

    async def joins(self, place: str = "lounge") -> None:
        self.moot.world.join(place, self.name)
        await self.moot.settle()

    async def tries(self, text: str, place: str = "lounge") -> str:
        """Says something that the place may not let them say; what stopped them, or an empty string."""
        try:
            self.moot.world.say(place, self.name, text)
        except NotAllowed as wall:
            await self.moot.settle()
            return str(wall)
        await self.moot.settle()
        return ""

    async def _done(self, place: str, ident: str) -> Said:
        await self.moot.settle()
        return Said(place, ident)


class DefaultTests:
    """Tests that every plugin gets: subclass, and set `plugin` (and `settings` where it needs some)."""

    plugin: ClassVar[Plugin[Any]]
    settings: ClassVar[Mapping[str, object]] = {}

    def test_its_settings_are_valid(self) -> None:
        settings = self.plugin.settings.model_validate(dict(self.settings))
        assert self.plugin.problems(settings) == []

    def test_every_setting_is_described(self) -> None:
        bare = [name for name, field in self.plugin.settings.model_fields.items() if not field.description]
        assert bare == [], "each becomes a line of the reference: put a docstring below the field"

    def test_every_example_is_a_valid_call(self) -> None:
        table = {word: compile_command(command) for command in self.plugin.commands for word in command.words}
        for command in self.plugin.commands:
            for example in command.examples:
                found = parse(example.lstrip("!"), table, has_target=True)
                assert isinstance(found, Found), f"{example} does not call !{command.name}"
                assert not isinstance(found.arguments, Mistake), f"{example} is refused: {found.arguments}"

    async def test_it_survives_what_people_send(self) -> None:
        async with Moot(plugins={self.plugin.name: self.settings}, find_plugin=self._find) as moot:
            ana = moot.member("ana")
            for text in _ODD:
                with suppress(NotAllowed):  # a rule may well have shut her out by now
                    await ana.says(text)
                    await ana.posts(f"A title {len(text)}", text)
                    await ana.tells(text or "…")
            await moot.advance(days=1)
            assert moot.app.router("moot").breaker.paused == frozenset()
            assert await moot.ledger.failures() == []

    async def test_its_commands_survive_nonsense(self) -> None:
        async with Moot(plugins={self.plugin.name: self.settings}, find_plugin=self._find) as moot:
            mo = moot.moderator("mo")
            for command in self.plugin.commands:
                for rest in ("", " nonsense", " #0", " @nobody 999999999999999999999d", " “", "\n\n---\n"):
                    await mo.says(f"!{command.name}{rest}", place="modroom")
            assert await moot.ledger.failures() == []

    async def test_reading_everything_twice_changes_nothing(self) -> None:
        async with Moot(plugins={self.plugin.name: self.settings}, find_plugin=self._find) as moot:
            await moot.member("ana").posts("A question", "Does this hold?")
            await moot.member("bo").says("hello")
            moot.skip()
            await moot.ledger.save_cursor("memory", "0", moot.clock.now())
            await moot.restart()
            assert moot.transcript() == ""

    def _find(self, name: str) -> Plugin[Any] | None:
        return self.plugin if name == self.plugin.name else find(name)


#: What a filter, a parser or a renderer might stumble over.
_ODD = (
    "",
    "   ",
    "a" * 20_000,
    "😀" * 500,
    "\u202eevil\u202c \u200b\u200b zero\u200bwidth",
    "[link](javascript:alert(1)) <script>alert(1)</script> ::: spoiler x\n:::",
    "@everyone @room !freechat@lemmy.example @ana@lemmy.example",
    "line\n\n> quote\n\n```\ncode\n```\n\n* item",
    "\x00\x07 control",
    "नमस्ते 你好 مرحبا שלום ሰላም",
)


def _loaded(
    plugins: Mapping[str, Mapping[str, object]], zone: str, config: Mapping[str, object], find_plugin: Find
) -> Loaded:
    """The configuration of the play. JSON is YAML, so it goes through the real reader."""
    community = {
        "title": "The Moot",
        "zone": zone,
        "moderators_room": "modroom",
        "places": {
            "freechat": {"account": "memory", "community": "freechat"},
            "lounge": {"account": "memory", "room": "lounge"},
            "modroom": {"account": "memory", "room": "modroom"},
        },
        "plugins": plugins,
        **config,
    }
    text = json.dumps(
        {
            "accounts": {"memory": {"platform": "memory", "url": "http://127.0.0.1:9"}},
            "communities": {"moot": community},
            "storage": {"database": "sqlite://"},
        },
        default=str,  # paths, times and dates, as they are written in a configuration
    )
    return loads(text, "moot.yaml", find_plugin, {})
