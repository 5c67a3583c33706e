"""The composition root: the only module that knows all the others, but the platforms (`bot/connect.py`)."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.clock import Clock, Ticker
from bot.core import Nothing, core_plugin
from bot.ledger import Ledger
from bot.model import Role
from bot.outbox import Outbox
from bot.pipeline import Pipeline
from bot.platforms.protocol import Adapter, Busy, PlatformError, Unclear, Unreachable
from bot.plugin import Plugin
from bot.reader import Reader
from bot.router import Breaker, Router
from bot.served import Served
from bot.settings import Loaded, SettingsError, load
from bot.settings.plugins import find
from bot.text import Document, bullets, document, heading

log = logging.getLogger(__name__)

Find = Callable[[str], Plugin[Any] | None]

#: What may be different a moment later.
_AWAY = (Busy, Unclear, Unreachable)

#: Seconds between attempts to reach a server that was away at the start.
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 300.0

#: How long a stopping bot may finish what it is doing; the rest stays in the ledger.
_FAREWELL = 10.0

#: How often old evidence is looked for: that reads all of it.
_A_DAY = timedelta(days=1)


class App:
    """A running Folkmoot. `step` does all there is to do and returns; `run` goes on until it is cancelled."""

    def __init__(
        self, loaded: Loaded, ledger: Ledger, adapters: list[Adapter], clock: Clock, find_plugin: Find = find
    ) -> None:
        self.loaded = loaded
        self.ledger = ledger
        self.clock = clock
        self.adapters = {adapter.account: adapter for adapter in adapters}
        self._reached = {name: asyncio.Event() for name in self.adapters}
        self._find = find_plugin
        self._breakers: dict[str, Breaker] = {}
        self._evidence_pruned: datetime | None = None
        self.outbox = Outbox(ledger, self.adapters, clock, self._room)
        self.pipeline = Pipeline(ledger, self.adapters, self.outbox, clock, self._serve(loaded))
        self.readers = {a.account: Reader(a, ledger, clock, self.pipeline.handle) for a in adapters}

    # What the core's commands ask for (bot.core.House).

    def router(self, community: str) -> Router:
        return self.pipeline.served[community].router

    async def status(self, community: str) -> Document:
        counts = await self.ledger.counts()
        accounts = [
            f"{name}: {'signed out' if name in self.outbox.signed_out else reader.trouble or 'fine'}"
            for name, reader in self.readers.items()
        ]
        paused = self.router(community).breaker.paused
        plugins = [
            f"{p.name}{' (paused)' if p.name in paused else ''}" for p in self.router(community).plugins
        ]
        waiting = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        return document(
            heading("Accounts"),
            bullets(*accounts),
            heading("Plugins"),
            bullets(*plugins),
            heading("Ledger"),
            waiting or "empty",
        )

    # Living

    async def open(self) -> None:
        """Signs in everywhere and picks up what an earlier run left.

        Raises PlatformError when an account is turned away (a wrong password), or when no server can be reached at all. One that
        is only away for the moment keeps nobody else from working: `run` tries it again and again.
        """
        done = await asyncio.gather(
            *(adapter.open() for adapter in self.adapters.values()), return_exceptions=True
        )
        failed = {name: error for name, error in zip(self.adapters, done, strict=True) if error}
        final = [error for error in failed.values() if not isinstance(error, _AWAY)]
        if final or (failed and len(failed) == len(self.adapters)):
            raised = (final or [*failed.values()])[0]
            for name, error in failed.items():
                if error is not raised:
                    log.warning("%s: %s", name, error, extra={"code": "platform.lost"})
            raise raised
        for name, error in failed.items():
            self.readers[name].note(_told(error))
        for name in self.adapters.keys() - failed.keys():
            self._reached[name].set()
        left = await self.ledger.recover()
        if left:
            log.warning(
                "cut off in the middle of %s when I stopped; looking what became of it",
                "one action" if left == 1 else f"{left} actions",
                extra={"code": "outbox.recover"},
            )

    async def step(self) -> int:
        """Reads, decides and delivers until nothing is left to do now; how many things that were."""
        total = 0
        while True:
            done = await self.pipeline.tick()
            for reader in self.readers.values():
                done += await reader.step()
            for account in self.adapters:
                done += await self.outbox.drain(account)
            if not done:
                return total
            total += done

    async def run(self, tick: timedelta = timedelta(seconds=20)) -> None:
        """Serves until cancelled; then finishes what is under way, for ten seconds at most."""
        ticker = Ticker(self._tick, self.clock, tick)
        tasks = [asyncio.create_task(self._arrive(name), name=f"reach {name}") for name in self.adapters]
        for name, reader in self.readers.items():
            for verb, work in (("read", reader.run), ("send", partial(self.outbox.run, name))):
                tasks.append(asyncio.create_task(self._once_reached(name, work), name=f"{verb} {name}"))
        ticker.start()
        try:
            # Readers end when an account is signed out; the bot goes on with the others.
            while tasks:
                done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
                tasks = list(pending)
                for task in done:
                    if error := task.exception():
                        raise error
        finally:
            ticker.stop()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=_FAREWELL) if tasks else None

    async def _arrive(self, name: str) -> None:
        """Tries an account again whose server was away at the start, until it is there or turns us away."""
        pause = _FIRST_WAIT
        while not self._reached[name].is_set():
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_WAIT)
            try:
                await self.adapters[name].open()
            except _AWAY as error:
                self.readers[name].note(_told(error))
            except PlatformError as error:
                # As for one that is signed out later: the others go on, and `!status` tells.
                self.readers[name].note(str(error))
                return
            else:
                self._reached[name].set()

    async def _once_reached(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        await self._reached[name].wait()
        await work()

    async def close(self) -> None:
        for adapter in self.adapters.values():
            await adapter.close()
        await self.ledger.close()

    async def reload(self) -> bool:
        """Reads the configuration again. Where it is wrong the old one stays in force and the moderators are told."""
        try:
            loaded = load(self.loaded.path, self._find, os.environ)
            served = self._serve(loaded)
        except SettingsError as error:
            for name in self.pipeline.served:
                shown = bullets(*(str(problem) for problem in error.problems[:10]))
                text = document("The new configuration has mistakes, so the old one stays in force:", shown)
                await self.pipeline.tell(name, "reload", text)
            return False
        if loaded.configuration.accounts != self.loaded.configuration.accounts:
            log.warning("accounts are changed by a restart only", extra={"code": "reload.accounts"})
        self.loaded = loaded
        self.pipeline.served = served
        for name in served:
            await self.pipeline.tell(name, "reload", document("The new configuration is in force."))
        return True

    def _serve(self, loaded: Loaded) -> Mapping[str, Served]:
        """Each community with its router and settings."""
        served: dict[str, Served] = {}
        for name, community in loaded.communities.items():
            own = loaded.configuration.communities[name]
            settings = {"core": Nothing(), **loaded.plugin_settings[name]}
            plugins = [
                core_plugin(self),
                *(p for p in map(self._find, loaded.plugin_settings[name]) if p is not None),
            ]
            roles = {
                **dict.fromkeys(own.roles.trusted, Role.TRUSTED),
                **dict.fromkeys(own.roles.moderators, Role.MODERATOR),
                **dict.fromkeys(own.roles.owners, Role.OWNER),
            }
            breaker = self._breakers.setdefault(name, Breaker())
            served[name] = Served(
                community=community,
                router=Router(plugins, breaker, community),
                settings=settings,
                limits=own.limits,
                roles=roles,
            )
        return served

    def _room(self, community: str) -> tuple[str, str] | None:
        served = self.loaded.communities.get(community)
        place = served.place(served.moderators_room) if served and served.moderators_room else None
        return (place.account, place.alias) if place else None

    async def _tick(self) -> None:
        await self.pipeline.tick()
        storage, now = self.loaded.configuration.storage, self.clock.now()
        await self.ledger.prune(now - storage.keep_messages)
        if self._evidence_pruned is None or now - self._evidence_pruned >= _A_DAY:
            await self.ledger.prune_evidence(now - storage.keep_evidence)
            self._evidence_pruned = now
        self._heartbeat()

    def _heartbeat(self) -> None:
        """Leaves a sign of life beside the configuration, for `folkmoot health`."""
        path = heartbeat_path(self.loaded.path)
        trouble = {name: reader.trouble for name, reader in self.readers.items() if reader.trouble}
        signs = {
            "at": self.clock.now().isoformat(),
            "trouble": trouble,
            "signed_out": sorted(self.outbox.signed_out),
        }
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(signs), encoding="utf-8")
        except OSError as error:
            log.warning("cannot write %s: %s", path, error.strerror, extra={"code": "heartbeat"})


def _told(error: BaseException) -> str:
    return f"{error}; the other accounts work, and I go on trying this one"


def heartbeat_path(config: Path) -> Path:
    return config.parent / "data" / "heartbeat.json"


__all__ = ["App", "PlatformError", "heartbeat_path"]
