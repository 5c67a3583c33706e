"""From a choice to what is said: titles and texts filled in, and the actions of one day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.api import (
    Action,
    Block,
    Community,
    Link,
    Made,
    Message,
    Name,
    Pin,
    Place,
    Post,
    Prose,
    Ref,
    Reply,
    blanks,
    document,
    line,
    titled,
)
from plugins.daily_prompts.memory import Suggestion, Used
from plugins.daily_prompts.pool import Prompt
from plugins.daily_prompts.settings import PromptSettings


@dataclass(frozen=True, slots=True)
class Last:
    """The prompt before this one as it stands now; what is not known is None."""

    ref: Ref | None = None
    title: str | None = None
    link: str | None = None
    comments: int | None = None
    top: str | None = None


def place_of(settings: PromptSettings, community: Community) -> Place | str:
    """Where the prompt goes, or a sentence about what is missing."""
    if settings.place is not None:
        place = community.place(settings.place)
        known = ", ".join(place.alias for place in community.places)
        return place or f"daily_prompts.place: there is no place {settings.place!r}; known are {known}"
    return community.front or "the community has neither a Lemmy community nor a room to post in"


def reason_to_wait(
    day: date, last: Used | None, settings: PromptSettings, *, comments: int | None, lately: int
) -> str | None:
    """Why `day` goes without a prompt; None when it gets one. No two days in a row are left out.

    `comments` is what the last prompt has in all (None: unknown), `lately` those of the last six hours.
    """
    if last is None or last.day != day - timedelta(days=1):
        return None
    if settings.skip_if_unanswered and comments == 0:
        return "nobody answered the last prompt"
    if settings.skip_if_hot is not None and lately >= settings.skip_if_hot:
        return f"the last prompt is still busy ({lately} comments in six hours)"
    return None


def best_liked(comments: Iterable[Message]) -> str | None:
    """A link to the comment with the highest score; one is its author's own vote, so it takes two."""
    liked = [comment for comment in comments if (comment.score or 0) > 1 and not comment.gone and comment.url]
    return max(liked, key=lambda comment: comment.score or 0).url if liked else None


def title_of(
    prompt: Prompt, settings: PromptSettings, community: Community, *, day: date, number: int, last: Last
) -> str:
    """The post's title in plain text."""
    facts = _facts(prompt, community, day, number, last)
    title = " ".join(blanks.fill(settings.title, facts).split())
    return title or facts["prompt"] or prompt.title


def actions(
    prompt: Prompt,
    settings: PromptSettings,
    community: Community,
    *,
    place: Place,
    day: date,
    number: int,
    last: Last,
    unpin: Ref | None,
    pin: bool,
    suggested: Suggestion | None = None,
) -> tuple[Action, ...]:
    """Post, pin, unpin, announce, and thank who suggested it."""
    facts = _facts(prompt, community, day, number, last)
    title = title_of(prompt, settings, community, day=day, number=number, last=last)
    written = {name: _markup(name, value) for name, value in facts.items()}
    if suggested is not None:
        written["text"] = blanks.escape(prompt.text)
    body = blanks.fill(settings.text, written)
    thanks = [line("Suggested by ", Name(suggested.author), ". Thank you!")] if suggested else []
    blocks: list[Block] = [*([Prose(body)] if body else []), *thanks]
    post = titled(place, title, *blocks, name="prompt", nsfw=settings.nsfw)
    done: list[Action] = [post]
    if pin:
        done.append(Pin(ref=Made("prompt")))
    if unpin is not None:
        done.append(Pin(ref=unpin, on=False))
    if comment := blanks.fill(settings.first_comment, written):
        done.append(Reply(to=Made("prompt"), text=document(Prose(comment))))
    link = Link(facts["prompt"] or title, Made("prompt"))
    done.extend(
        Post(place=room, text=document(line("Today’s prompt: ", link)))
        for room in community.rooms(settings.announce_in, but=place)
    )
    if suggested is not None:
        thanked = line("Your suggestion is today’s prompt: ", link, " – thank you!")
        done.append(Reply(to=suggested.message, text=document(thanked)))
    return tuple(done)


def _facts(
    prompt: Prompt, community: Community, day: date, number: int, last: Last
) -> Mapping[str, str | None]:
    """The value of every name, as plain text (`text` is Markdown). None where it is not known."""
    facts: dict[str, str | None] = {
        **blanks.calendar(day, community.language),
        "number": str(number),
        "community": community.title,
        "yesterday.link": last.link,
        "yesterday.title": last.title,
        "yesterday.comments": None if last.comments is None else str(last.comments),
        "yesterday.top": last.top,
    }
    if prompt.suggestion is not None:
        return {**facts, "prompt": prompt.title, "text": prompt.text}
    written = {name: _markup(name, value) for name, value in facts.items()}
    title = " ".join(blanks.fill(prompt.title, facts).split())
    return {**facts, "prompt": title or prompt.title, "text": blanks.fill(prompt.text, written)}


def _markup(name: str, value: str | None) -> str | None:
    """The value inside Markdown: prompts' texts and links are markup already, everything else is not."""
    if value is None or name in {"text", "yesterday.link", "yesterday.top"}:
        return value
    return blanks.escape(value)
