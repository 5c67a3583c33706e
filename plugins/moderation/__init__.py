"""Warn, then ban: rules in AutoModerator's language, a ladder of strikes, cases, appeals and undo."""

from plugins.moderation import (  # noqa: F401 - they declare their commands on the plugin
    amend,
    appeals,
    board,
    byhand,
    commands,
    console,
    pardon,
    records,
    removals,
    reporting,
    restraint,
    reversal,
    rulecommands,
    rulehistory,
    sanctions,
    transparency,
)
from plugins.moderation.handlers import plugin

__all__ = ["plugin"]
