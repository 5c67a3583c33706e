"""Summaries of long threads: their own sentences, quoted, attributed and linked. The plugin is `plugin`.

It is loaded when it is asked for: `folkmoot summarize` uses the modules beside it and does not pay for the bot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plugins.summaries.handlers import plugin

__all__ = ["plugin"]


def __getattr__(name: str) -> Any:
    if name != "plugin":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from plugins.summaries import commands, handlers, jobs, regular  # noqa: F401, PLC0415 - see the docstring; commands declare themselves

    return handlers.plugin
