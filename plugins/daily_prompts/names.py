"""The blanks that titles and texts of prompts may have."""

from __future__ import annotations

from bot.api import blanks

#: Every name, and what stands in its place.
NAMES: dict[str, str] = {
    "prompt": "the prompt's title",
    "text": "the prompt's text",
    **blanks.CALENDAR,
    "number": "how many prompts there have been, this one included",
    "community": "the community's title",
    "yesterday.link": "a link to the last prompt",
    "yesterday.title": "the last prompt's title",
    "yesterday.comments": "how many comments the last prompt has",
    "yesterday.top": "a link to the best liked comment under the last prompt",
}
