"""What a person's handle looks like, on Lemmy and on Matrix."""

from __future__ import annotations

import re

_HANDLE = re.compile(
    r"""
      @[\w.=/+-]+ (?: [@:] [\w.:-]+ )?                      # @ana, @ana@lemmy.example, @ana:example.org
    | [\w.+-]+ @ [\w.:-]+                                   # ana@lemmy.example
    | https?:// (?!matrix\.to/) [^\s/]+ /u/ [^\s/?\#]+ /?   # a profile on Lemmy
    | /u/ [\w.-]+ @ [\w.:-]+                                # the same, as Lemmy's own pages write it
    | https?://matrix\.to/\#/ (?:@|%40) [^\s]+              # a profile on Matrix
    | matrix:u/ [^\s]+
    """,
    re.VERBOSE,
)

#: What Lemmy's and Matrix's own editors write for a mention: `[@ana@lemmy.example](https://lemmy.example/u/ana)`.
_LINK = re.compile(r"\[[^\]]*\]\(<?([^()<>\s]+)>?\)")


def as_handle(word: str) -> str | None:
    """The handle in `word`, without what a sentence puts around it; None when `word` does not look like one."""
    link = _LINK.fullmatch(word.rstrip(",;:"))
    bare = link[1] if link else word.strip("<>").rstrip(",;:")
    return bare if _HANDLE.fullmatch(bare) else None
