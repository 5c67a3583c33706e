"""What the people before the terminal see of a story: scenes, who did what, and what was checked."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

#: How much of a long text a line of the transcript shows, in characters.
_SHOWN = 300
_SHOWN_OF_BOT = 1500


@dataclass(frozen=True, slots=True)
class Check:
    what: str
    held: bool


class Audience:
    """Prints a story to `console`, and keeps what was checked."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.checks: list[Check] = []

    def scene(self, title: str, about: str, when: str = "") -> None:
        self.console.print(Text.assemble("\n", (f"── {title} ", "bold cyan"), (when, "cyan")))
        self.console.print(Text(about, style="italic"))

    def aside(self, text: str, style: str = "dim") -> None:
        self.console.print(Text(f"  {text}", style=style))

    def line(self, place: str, who: str, deed: str, *, by_bot: bool) -> None:
        """One act; `deed` goes on after the name, as in `: Hello` or ` bans grump`."""
        limit = _SHOWN_OF_BOT if by_bot else _SHOWN
        shown = deed if len(deed) <= limit else deed[:limit].rstrip() + " …"
        rows = [row for row in shown.splitlines() if row.strip()]
        name = ("bot", "bold yellow") if by_bot else (who, "bold")
        self.console.print(Text.assemble((f"  {place:<8}", "dim"), name, " ", "\n           ".join(rows)))

    def check(self, what: str, held: object) -> None:
        self.checks.append(Check(what, bool(held)))
        self.console.print(Text.assemble(("  ✔ ", "green") if held else ("  ✘ ", "bold red"), what))

    def verdict(self, hint: str) -> bool:
        """Says how it went, and `hint` where all went well; whether it did."""
        failed = [check.what for check in self.checks if not check.held]
        self.console.print()
        if failed:
            text = f"{len(failed)} of {len(self.checks)} things did not happen: {'; '.join(failed)}"
            self.console.print(Text(text, style="bold red"))
            return False
        text = f"All {len(self.checks)} things happened, each exactly once. {hint}"
        self.console.print(Text(text, style="bold green"))
        return True
