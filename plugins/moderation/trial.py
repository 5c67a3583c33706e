"""Messages from a JSON Lines file, to try rules on. Pure: lines in, messages or sentences out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.api import Author, Message, Place, PlaceKind, Platform, Ref, Role
from plugins.moderation.facts import Fact, Field, Need
from plugins.moderation.past import TOLD
from plugins.moderation.subject import Subject, subject

#: What a line may hold; shown in the command's help.
FORM = (
    '{"text": "…"} and, if you like, "id", "author", "title", "link", "kind" (comment, submission or message: in a chat '
    'room), "parent" (the id of an earlier line), "at" (ISO time), "reports", "edited", "place", "nsfw", "role" (member, '
    'trusted, moderator or bot), "account_age_days", and what else is known, by its name in rules: "comment_karma", '
    '"message_count", "flair_text", "author_flair_text", "bio_text" and their like'
)

#: What a line may tell beside the message, by its name in rules.
_FACTS = {
    "comment_karma": Fact.COMMENT_KARMA,
    "post_karma": Fact.POST_KARMA,
    "link_karma": Fact.POST_KARMA,
    "combined_karma": Fact.COMBINED_KARMA,
    "comment_subreddit_karma": Fact.COMMENT_KARMA_HERE,
    "post_subreddit_karma": Fact.POST_KARMA_HERE,
    "combined_subreddit_karma": Fact.COMBINED_KARMA_HERE,
    "message_count": Fact.MESSAGES,
    "comment_count": Fact.COMMENTS,
    "is_submitter": Fact.SUBMITTER,
}
_TEXTS = {
    "flair_text": Field.FLAIR,
    "flair_css_class": Field.FLAIR_CLASS,
    "flair_template_id": Field.FLAIR_TEMPLATE,
    "author_flair_text": Field.AUTHOR_FLAIR,
    "author_flair_css_class": Field.AUTHOR_FLAIR_CLASS,
    "author_flair_template_id": Field.AUTHOR_FLAIR_TEMPLATE,
    "bio_text": Field.BIO,
    "display_name": Field.DISPLAY_NAME,
}
_LABELS = frozenset(name for name in _TEXTS if "flair" in name)


class BadLine(Exception):
    """A line is no message; the message says what was found and expected."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="allow")

    text: str = ""
    id: str | int | None = None
    author: str = "somebody"
    title: str | None = None
    link: str | None = None
    kind: str | None = None
    parent: str | int | None = None
    account_age_days: float | None = None
    at: datetime | None = None
    reports: int = 0
    edited: bool = False
    nsfw: bool = False
    place: str = "somewhere"
    role: Literal["member", "trusted", "moderator", "bot"] = "member"

    def known(self) -> dict[Fact, float]:
        """Numbers beside the message."""
        given = {fact: (self.model_extra or {}).get(name) for name, fact in _FACTS.items()}
        return {fact: float(value) for fact, value in given.items() if isinstance(value, int | float)}

    def shown(self) -> dict[Field, tuple[str, ...]]:
        """Texts beside the message."""
        given = {field: (self.model_extra or {}).get(name) for name, field in _TEXTS.items()}
        return {field: (value,) for field, value in given.items() if isinstance(value, str)}


@dataclass(frozen=True, slots=True)
class Trial:
    """One message to try rules on, with the id that its line gave."""

    id: str
    message: Message
    subject: Subject


class Trials:
    """Lines one after the other; a later one may answer an earlier one."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._said: dict[str, Message] = {}

    def read(self, line: str, number: int) -> Trial:
        """The message in one line. Raises BadLine."""
        given = _parsed(line)
        ident = str(given.id if given.id is not None else number)
        parent = self._said.get(str(given.parent)) if given.parent is not None else None
        message = _message(given, number, self._now, parent)
        self._said[ident] = message
        texts, facts = given.shown(), given.known()
        labelled = frozenset({Need.LABELS}) if _LABELS & (given.model_extra or {}).keys() else frozenset()
        item = subject(
            message,
            now=message.sent_at,
            is_edited=given.edited,
            reports=given.reports,
            needs=TOLD - labelled,
        )
        return Trial(ident, message, item.knowing(texts=texts, facts={**facts}))


def trial(line: str, number: int, now: datetime) -> Trial:
    """The message in one line that answers no other. Raises BadLine."""
    return Trials(now).read(line, number)


def _parsed(line: str) -> _Line:
    try:
        given = _Line.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise BadLine(f"this is no JSON ({error.msg.lower()} at character {error.pos + 1})") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "the line"
        raise BadLine(f"{key}: {first['msg'][0].lower()}{first['msg'][1:]}; a line is {FORM}") from None
    except (RecursionError, ValueError) as error:
        raise BadLine(f"this cannot be read ({error})") from None
    if not (given.text or given.title or given.link):
        raise BadLine(f"text is missing; a line is {FORM}")
    return given


_ROLES = {"member": Role.EVERYONE, "trusted": Role.TRUSTED, "moderator": Role.MODERATOR, "bot": Role.EVERYONE}


def _message(given: _Line, number: int, now: datetime, parent: Message | None) -> Message:
    at = given.at or now
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    is_post = given.title is not None
    is_comment = given.kind == "comment" or parent is not None
    is_comment = is_comment or (given.kind is None and not is_post and not given.link)
    in_community = is_post or given.kind in {"comment", "submission"}
    place = Place(
        Platform.MEMORY,
        given.place,
        given.place,
        PlaceKind.COMMUNITY if in_community else PlaceKind.ROOM,
        "",
        "",
    )
    if parent is not None:
        place = parent.place
    ref = Ref(Platform.MEMORY, place.alias, f"line {number}")
    thread = Ref(Platform.MEMORY, place.alias, "thread")
    root = (parent.root if parent else thread) if is_comment else ref
    more: dict[str, Any] = {"parent": parent.ref if parent else root} if is_comment else {}
    since = None
    if given.account_age_days is not None:
        since = at - timedelta(days=max(0.0, min(given.account_age_days, 365_000 / 10)))
    author = Author(
        Platform.MEMORY,
        given.author,
        given.author,
        role=_ROLES[given.role],
        is_bot=given.role == "bot",
        since=since,
    )
    return Message(
        ref=ref,
        place=place,
        author=author,
        text=given.text,
        sent_at=at,
        root=root,
        title=given.title,
        link=given.link,
        nsfw=given.nsfw,
        **more,
    )
