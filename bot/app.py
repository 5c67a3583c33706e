"""The composition root: the only module that knows all the others."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, assert_never

from bot.clock import Clock, Ticker
from bot.core import Nothing, core_plugin
from bot.ledger import Ledger
from bot.model import Place, Role
from bot.outbox import Outbox
from bot.pipeline import Pipeline
from bot.platforms.lemmy import LemmyAdapter, Pace
from bot.platforms.memory import MemoryAdapter
from bot.platforms.memory.remote import RemoteWorld
from bot.platforms.protocol import Adapter, PlatformError
from bot.plugin import Plugin
from bot.reader import Reader
from bot.router import Breaker, Router
from bot.served import Served
from bot.settings import Loaded, SettingsError, load
from bot.settings.models import LemmyAccount, MatrixAccount, MemoryAccount
from bot.settings.plugins import find
from bot.text import Document, bullets, document, heading

log = logging.getLogger(__name__)

Find = Callable[[str], Plugin[Any] | None]

#: How long a stopping bot may finish what it is doing; the rest stays in the ledger.
_FAREWELL = 10.0


def connect(loaded: Loaded, clock: Clock, *, ask: Callable[[str], str] | None = None) -> list[Adapter]:
    """An adapter for each configured account; nothing is opened yet. `ask` gets a code for an account from a human."""
    adapters: list[Adapter] = []
    paces: dict[str, Pace] = {}
    for name, account in loaded.configuration.accounts.items():
        places = {p.alias: p for c in loaded.communities.values() for p in c.places if p.account == name}
        prefixes = {
            p.alias: c.prefix for c in loaded.communities.values() for p in c.places if p.account == name
        }
        match account:
            case LemmyAccount():
                token = loaded.path.parent / "data" / f"{name}.token"
                adapters.append(
                    LemmyAdapter(
                        name,
                        account.url,
                        account.username,
                        account.password.reveal,
                        places,
                        clock,
                        token_file=token,
                        totp=account.totp.reveal if account.totp else None,
                        ask=partial(ask, name) if ask else None,
                        contact=account.contact or "",
                        pace=paces.setdefault(account.url, Pace()),
                        prefixes=tuple(sorted(set(prefixes.values()))),
                    )
                )
            case MatrixAccount():
                adapters.append(_matrix(name, account, places, prefixes, clock, loaded.path.parent))
            case MemoryAccount():
                adapters.append(
                    MemoryAdapter(name, places, RemoteWorld(account.url), clock, prefixes=prefixes)
                )
            case _:
                assert_never(account)
    return adapters


def _matrix(
    name: str,
    account: MatrixAccount,
    places: Mapping[str, Place],
    prefixes: Mapping[str, str],
    clock: Clock,
    folder: Path,
) -> Adapter:
    # Nobody pays for a platform that they do not use.
    from bot.platforms.matrix import Credentials, MatrixAdapter  # noqa: PLC0415
    from bot.platforms.matrix.encryption import Means, opener  # noqa: PLC0415

    means = Means(
        account.password.reveal if account.password else None,
        account.recovery_key.reveal if account.recovery_key else None,
        reset=account.reset_identity,
    )
    return MatrixAdapter(
        name,
        account.url,
        Credentials(
            user=account.user,
            password=account.password.reveal if account.password else None,
            token=account.token.reveal if account.token else None,
            file=folder / "data" / f"{name}.session",
        ),
        places,
        clock,
        prefixes=prefixes,
        invites_from=account.invites_from,
        talks=account.private_talks,
        bots=account.bots,
        loud=() if account.posts_as_notices else places,
        cipher=opener(folder / "data" / f"{name}.crypto", means, clock.now) if account.encryption else None,
    )


class App:
    """A running Folkmoot. `step` does all there is to do and returns; `run` goes on until it is cancelled."""

    def __init__(
        self, loaded: Loaded, ledger: Ledger, adapters: list[Adapter], clock: Clock, find_plugin: Find = find
    ) -> None:
        self.loaded = loaded
        self.ledger = ledger
        self.clock = clock
        self.adapters = {adapter.account: adapter for adapter in adapters}
        self._find = find_plugin
        self._breakers: dict[str, Breaker] = {}
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
        """Signs in everywhere and picks up what an earlier run left. Raises PlatformError when an account cannot."""
        for adapter in self.adapters.values():
            await adapter.open()
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
        tasks = [
            asyncio.create_task(reader.run(), name=f"read {name}") for name, reader in self.readers.items()
        ]
        tasks += [asyncio.create_task(self.outbox.run(name), name=f"send {name}") for name in self.adapters]
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
                router=Router(plugins, breaker, community.prefix),
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
        await self.ledger.prune(self.clock.now() - self.loaded.configuration.storage.keep_messages)
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


def heartbeat_path(config: Path) -> Path:
    return config.parent / "data" / "heartbeat.json"


__all__ = ["App", "PlatformError", "connect", "heartbeat_path"]
