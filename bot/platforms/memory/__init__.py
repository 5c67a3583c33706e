"""The in-process twin of a platform: chat rooms and communities that exist in memory only."""

from bot.platforms.memory.adapter import MemoryAdapter
from bot.platforms.memory.port import PRIVATE, WorldPort
from bot.platforms.memory.world import NotAllowed, World

__all__ = ["PRIVATE", "MemoryAdapter", "NotAllowed", "World", "WorldPort"]
