"""One human, several accounts: linked by a code that is sent in private from each side."""

from plugins.accounts.commands import plugin

__all__ = ["plugin"]
