"""The demo on a homeserver, from the first account to the visitor's last word."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.text import Text

from bot.clock import SystemClock
from bot.demo.audience import Audience
from bot.demo.matrix.homeserver import Homeserver
from bot.demo.matrix.person import Denied
from bot.demo.matrix.story import Story, play
from bot.demo.matrix.village import MODERATOR, VISITOR, Village, configure, found
from bot.demo.worker import launch
from bot.platforms.protocol import PlatformError


class VisitError(Exception):
    """The demo cannot be given there; the message is a sentence for whoever started it."""


@asynccontextmanager
async def _living(config: Path) -> AsyncIterator[asyncio.Task[None]]:
    """The bot at work on that configuration, as in production; the task ends only when it fails."""
    app = await launch(config, SystemClock())
    task = asyncio.create_task(app.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await app.close()


async def visit(console: Console, url: str, secret: str | None, *, stay: bool) -> bool:
    """Founds the community on the homeserver at `url`, plays the story, and says how to join; whether every check held.

    Accounts are made with the registration secret, or by open registration where it is None. With `stay` the bot goes on
    until the task is cancelled.

    Raises:
        VisitError: the homeserver cannot be reached, lets nobody register, or does not let the bot in.

    """
    audience = Audience(console)
    with tempfile.TemporaryDirectory(prefix="folkmoot-demo-") as folder:
        async with Homeserver.at(url, secret) as server:
            village = await _found(server, Path(folder))
            try:
                await _act(village, audience)
                held = audience.verdict("Now try it yourself:" if stay else "")
                if stay:
                    rooms = (village.lounge, village.modroom)
                    configure(
                        Path(folder), url, village.bot, *rooms, encryption=True
                    )  # as clients of people do
                    async with _living(village.config) as bot:
                        _invite(console, url, village)
                        await bot
            except PlatformError as error:
                raise VisitError(str(error)) from error
    return held


async def _act(village: Village, audience: Audience) -> None:
    """Plays the story, with the bot at work. Raises what ends the bot, if something does."""
    async with _living(village.config) as bot:
        story = asyncio.create_task(play(Story(village, audience)))
        try:
            await asyncio.wait((story, bot), return_when=asyncio.FIRST_COMPLETED)
            await (story if story.done() else bot)
        finally:
            story.cancel()


async def _found(server: Homeserver, folder: Path) -> Village:
    try:
        return await found(server, folder)
    except Denied as denied:
        raise VisitError(f"{server.url} does not let the demo set itself up: {denied}") from denied
    except (aiohttp.ClientError, TimeoutError) as error:
        raise VisitError(
            f"{server.url} cannot be reached, or is no homeserver: {str(error) or 'no answer'}"
        ) from error


def _invite(console: Console, url: str, village: Village) -> None:
    """Tells a newcomer how to come in."""
    visitor, mira = village.people[VISITOR], village.people[MODERATOR]
    rows = (
        "",
        "Open Element (the desktop program, or the web page in a browser on this machine), choose “Sign in”, and change the",
        f"homeserver to {url}. Then sign in",
        f"  as a member:     {visitor.id}   password {visitor.password}",
        f"  as a moderator:  {mira.id}   password {mira.password}",
        "",
        f"The room is {village.alias}. What to try there:",
        "  as a member      !help · say “What a numbskull!” · !strikes · !appeal #4 and why, in a direct chat with the bot",
        f"  as a moderator   in “Freechat moderators”: !why #4 · !undo #4 · !strikes {visitor.id} · !help",
        "",
        "Ctrl-C ends the demo. The accounts and rooms stay on the homeserver; the bot then is silent there.",
    )
    console.print(Text("\n".join(rows)), soft_wrap=True)
