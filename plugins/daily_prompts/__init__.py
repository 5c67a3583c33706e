"""Daily prompts: something to talk about every day, exactly once, without repeats until the pool is used up."""

from plugins.daily_prompts import commands, suggesting  # noqa: F401 - they declare their commands on the plugin
from plugins.daily_prompts.daily import plugin

__all__ = ["plugin"]
