"""Warn, then ban: rules in AutoModerator's language, a ladder of strikes, cases, appeals and undo."""

from plugins.moderation import appeals, byhand, commands, console, reporting, rulecommands, sanctions  # noqa: F401 - they declare their commands on the plugin
from plugins.moderation.handlers import plugin

__all__ = ["plugin"]
