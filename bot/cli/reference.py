"""`docs/commands.md`, made from what the plugins declare: `python -m bot.cli.reference --write`.

Without `--write` it only says whether the page is stale, and exits 1 when it is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bot.commands import reference
from bot.core import core_plugin
from bot.router import Router
from bot.settings.plugins import available, find
from bot.text import Document

PAGE = Path(__file__).parent.parent.parent / "docs" / "commands.md"


class _Nowhere:
    """The core's commands are only described here, never called."""

    def router(self, community: str) -> Router:
        raise NotImplementedError(community)

    async def status(self, community: str) -> Document:
        raise NotImplementedError(community)


def page() -> str:
    """The reference of all commands, the core's first."""
    plugins = [core_plugin(_Nowhere()), *(p for p in map(find, available()) if p is not None)]
    return reference(plugins)


def main() -> int:
    """Writes or checks the page; the exit status."""
    if "--write" in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") != page():
        print(f"{PAGE.name} is stale: python -m bot.cli.reference --write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
