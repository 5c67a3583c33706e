"""Scheduled posts: weekly threads, announcements and events, each at its time."""

from plugins.scheduled_posts import commands  # noqa: F401 - it declares its commands on the plugin
from plugins.scheduled_posts.handlers import plugin

__all__ = ["plugin"]
