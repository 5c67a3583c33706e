"""Words → typed arguments; usage and help from a command's signature, docstring and examples. All of it is pure."""

from bot.commands.binding import Bound, Found, FromTarget, Handle, Mistake, Numbered, Unknown, near, parse
from bot.commands.handles import as_handle
from bot.commands.help import help_for, help_list, reference, table
from bot.commands.signature import CompiledCommand, Kind, Parameter, compile_command, usage

__all__ = [
    "Bound",
    "CompiledCommand",
    "Found",
    "FromTarget",
    "Handle",
    "Kind",
    "Mistake",
    "Numbered",
    "Parameter",
    "Unknown",
    "as_handle",
    "compile_command",
    "help_for",
    "help_list",
    "near",
    "parse",
    "reference",
    "table",
    "usage",
]
