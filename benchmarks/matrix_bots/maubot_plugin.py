"""The same for maubot: a plugin with one command and one passive matcher. Loaded by `python -m maubot.standalone`."""

from __future__ import annotations

from maubot import MessageEvent, Plugin
from maubot.handlers import command


class Peer(Plugin):
    @command.new("strikes")
    async def strikes(self, evt: MessageEvent) -> None:
        await evt.respond("You have no strikes.")

    @command.passive("numbskull")
    async def insult(self, evt: MessageEvent, _: tuple[str]) -> None:
        await evt.redact()
