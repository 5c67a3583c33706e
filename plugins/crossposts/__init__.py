"""Cross-posts: where else the same link or text is being discussed."""

from plugins.crossposts import commands, digest, watching  # noqa: F401 - they declare their handlers on the plugin
from plugins.crossposts.handlers import plugin

__all__ = ["plugin"]
