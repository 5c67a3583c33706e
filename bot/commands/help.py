"""Help in the chat and in the documentation, from what the commands declare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from bot.commands.signature import CompiledCommand, Kind, compile_command, usage
from bot.model import Role
from bot.plugin import Plugin
from bot.text import Block, Bullets, Code, Document, Plain, bullets, document, heading, line

_WHO = {
    Role.EVERYONE: "everyone",
    Role.TRUSTED: "trusted members",
    Role.MODERATOR: "moderators",
    Role.OWNER: "the owner",
}


def help_for(command: CompiledCommand, prefix: str = "!", kin: Sequence[CompiledCommand] = ()) -> Document:
    """All that is known about one command: usage, what it does, who may use it, examples; and a line for each of its `kin`."""
    declared = command.command
    blocks: list[Block] = [
        line(Code(usage(command, prefix))),
        line(declared.summary),
        *(
            line(" ".join(paragraph.split()))
            for paragraph in declared.details.split("\n\n")
            if paragraph.strip()
        ),
    ]
    if any(one.kind is Kind.PERSON for one in command.parameters):
        blocks.append(
            line("In an answer to a message, PERSON may be left out: it is who wrote that message.")
        )
    if any(one.kind is Kind.CASE for one in command.parameters):
        blocks.append(line("In an answer to what I said about a case, its number may be left out."))
    if declared.role > Role.EVERYONE:
        blocks.append(line(f"For {_WHO[declared.role]}."))
    if len(declared.words) > 1:
        blocks.append(line("Also: ", Code(", ".join(prefix + word for word in declared.words[1:]))))
    shown = [Code(prefix + example.removeprefix("!")) for example in declared.examples]
    blocks += [line("Examples:" if len(shown) > 1 else "Example:"), bullets(*shown)]
    if kin:
        blocks += [line("See also:"), _rows(kin, prefix)]
    return document(*blocks)


def _rows(commands: Iterable[CompiledCommand], prefix: str) -> Bullets:
    return Bullets(tuple((Code(usage(one, prefix)), Plain(f" – {one.command.summary}")) for one in commands))


def help_list(commands: Iterable[CompiledCommand], role: Role, prefix: str = "!") -> Document:
    """One line for each command that somebody of `role` may give, grouped by plugin in the order of `commands`."""
    # A table by name holds a command once for each of its names.
    once = {(one.command.plugin, one.command.name): one for one in commands}.values()
    allowed = [one for one in once if one.command.role <= role]
    order = list(dict.fromkeys(one.command.plugin for one in allowed))
    allowed.sort(key=lambda one: order.index(one.command.plugin))
    blocks: list[Block] = []
    for plugin, group in groupby(allowed, key=lambda one: one.command.plugin):
        blocks += [heading(_title(plugin)), _rows(group, prefix)]
    if not blocks:
        return document("There are no commands here.")
    return document(*blocks, line(Code(f"{prefix}help COMMAND"), " tells more."))


def table(commands: Iterable[CompiledCommand]) -> str:
    """The commands as a Markdown table, for the documentation."""
    rows = ["| command | who | what it does | example |", "|---|---|---|---|"]
    for one in commands:
        declared = one.command
        cells = (
            _code(usage(one)),
            _WHO[declared.role],
            declared.summary,
            "<br>".join(_code(row) for example in declared.examples for row in example.splitlines()),
        )
        rows.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return "\n".join(rows)


def reference(plugins: Iterable[Plugin[Any]]) -> str:
    """The whole of docs/commands.md, in Markdown: a table for each plugin that has commands."""
    intro = (
        "Generated from the plugins' own declarations. `PERSON` is a handle such as `@ana`, or nothing in an answer to "
        "that person's message; what stands in brackets may be left out."
    )
    parts = ["# Commands", intro]
    for plugin in plugins:
        if plugin.commands:
            parts += [
                f"## {_title(plugin.name)}",
                plugin.about,
                table(compile_command(one) for one in plugin.commands),
            ]
    return "\n\n".join(parts) + "\n"


def _title(plugin: str) -> str:
    return plugin.replace("_", " ").capitalize()


def _code(text: str) -> str:
    return f"`{text}`"
