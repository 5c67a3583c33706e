"""The commands that every community has: help, status, and resuming a paused plugin."""

from __future__ import annotations

from typing import Protocol

from bot.actions import Reply
from bot.commands import CompiledCommand, help_for, help_list, near
from bot.decision import Outcome
from bot.handler import Call, Context, Rest, Settings
from bot.model import Role
from bot.plugin import Plugin
from bot.router import Router
from bot.text import Document, document


class Nothing(Settings):
    """The core has no settings."""


class House(Protocol):
    """What the core's commands ask of the running bot."""

    def router(self, community: str) -> Router: ...
    async def status(self, community: str) -> Document: ...


def core_plugin(house: House) -> Plugin[Nothing]:
    """The plugin that every community has besides its own."""
    plugin = Plugin("core", Nothing, about="Help, status, and putting a paused plugin back to work.")

    @plugin.command("help", examples=["!help", "!help strikes"])
    def help_(ctx: Context[Nothing], call: Call, about: Rest | None = None) -> Outcome:
        """List what I can do for you, or explain one command."""
        router = house.router(ctx.community.name)
        prefix = ctx.community.prefix
        word = (about or "").strip().lower().removeprefix(prefix)
        if not word:
            text = help_list(router.commands.values(), call.author.role, prefix)
        elif word in router.commands:
            text = help_for(router.commands[word], prefix, _kin(word, router, call.author.role))
        else:
            guess = near(word, router.commands)
            text = document(
                f"There is no command {prefix}{word}. "
                + (f"Did you mean {prefix}{guess}?" if guess else f"{prefix}help lists what there is.")
            )
        return Outcome("help", (Reply(to=call.message.ref, text=text),))

    @plugin.command("status", role=Role.MODERATOR, examples=["!status"])
    async def status(ctx: Context[Nothing], call: Call) -> Outcome:
        """Show how I am doing: accounts, plugins, what waits to be sent."""
        return Outcome("status", (Reply(to=call.message.ref, text=await house.status(ctx.community.name)),))

    @plugin.command("resume", role=Role.MODERATOR, examples=["!resume summaries"])
    def resume(ctx: Context[Nothing], call: Call, name: str) -> str:  # noqa: ARG001 - every command takes a call
        """Put a plugin that was paused after repeated errors back to work."""
        if house.router(ctx.community.name).breaker.resume(name):
            return f"{name} works again."
        return f"{name} is not paused."

    return plugin


def _kin(word: str, router: Router, role: Role) -> list[CompiledCommand]:
    """The commands whose names begin with that of another one: `slowmode off`, the family of `rules`."""
    family = {one.command.name: one for name, one in router.commands.items() if name.startswith(f"{word} ")}
    known = router.commands[word].command.name
    return [one for name, one in family.items() if name != known and one.command.role <= role]
