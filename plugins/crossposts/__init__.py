"""Cross-posts: where else the same link or text is being discussed."""

from plugins.crossposts import commands  # noqa: F401 - it declares its commands on the plugin
from plugins.crossposts.handlers import plugin

__all__ = ["plugin"]
