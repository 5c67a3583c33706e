"""YAML into validated settings, with every problem's line and remedy."""

from bot.settings.load import Loaded, database_url, load, loads
from bot.settings.problems import Problem, SettingsError, excerpt
from bot.settings.secret import Secret

__all__ = ["Loaded", "Problem", "Secret", "SettingsError", "database_url", "excerpt", "load", "loads"]
