"""Policy lists: ban whom moderators elsewhere have listed, carefully, and publish one's own bans for others."""

from plugins.policy_lists import commands, publishing  # noqa: F401 - they declare commands and schedules on the plugin
from plugins.policy_lists.following import plugin

__all__ = ["plugin"]
