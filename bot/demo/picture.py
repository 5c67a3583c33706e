"""The picture in the README: the digest that the tour's long thread gets, much as Lemmy shows it.

`python -m bot.demo.picture --write` makes it anew. Without `--write` it only says whether it is stale, and exits 1 when it is.
"""

from __future__ import annotations

import asyncio
import html
import io
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.theme import Theme

from bot.demo.stage import Stage
from bot.demo.tour import Tour, long_thread

PICTURE = Path(__file__).parent.parent.parent / "docs" / "digest.svg"
#: In characters. A README column shows it at about its own size.
WIDTH = 98

_FOLDED = re.compile(r"^::: spoiler ([^\n]*)\n.*?^:::$", re.DOTALL | re.MULTILINE)
_COLOURS = Theme({"markdown.block_quote": "default", "markdown.link_url": "cyan", "markdown.code": "bold"})
#: Rich's own frame asks another server for its font, which pages that show pictures forbid anyway.
_FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>A digest made by Folkmoot</title>
<style>
.{unique_id}-matrix {{ font-family: monospace; font-size: {char_height}px; line-height: {line_height}px }}
.{unique_id}-title {{ font-family: sans-serif; font-size: 18px; font-weight: bold }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


async def draw() -> str:
    """Plays the scene of the long thread, and draws the digest that stands below the post at its end."""
    with tempfile.TemporaryDirectory(prefix="folkmoot-picture-") as folder:
        async with Stage(Path(folder), outside=True) as stage:
            tour = Tour(stage, Console(file=io.StringIO()))
            await long_thread(tour)
            digest = tour.by_bot("edit")[-1].text
    console = Console(file=io.StringIO(), record=True, width=WIDTH, theme=_COLOURS)
    console.print(Markdown(_FOLDED.sub(r"▸ \1", digest)))
    drawn = console.export_svg(
        title="39 comments, in their own words", code_format=_FRAME, unique_id="digest"
    )
    return "\n".join(row.rstrip() for row in drawn.splitlines()) + "\n"


def words(drawing: str) -> str:
    """What stands in a picture, whichever version of the library drew it."""
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawing)
    return " ".join(html.unescape(" ".join(texts)).split())


def main() -> int:
    """Writes or checks the picture; the exit status."""
    drawing = asyncio.run(draw())
    if "--write" in sys.argv:
        PICTURE.write_text(drawing, encoding="utf-8")
        return 0
    if words(PICTURE.read_text(encoding="utf-8")) != words(drawing):
        sys.stderr.write(f"{PICTURE.name} is stale: python -m bot.demo.picture --write\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
