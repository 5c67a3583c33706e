"""The conditions of the language that compare something: for each key the fact, and how its value is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from plugins.moderation import scalars
from plugins.moderation.facts import Fact
from plugins.moderation.options import text_of, texts_of
from plugins.moderation.scalars import BadValue
from plugins.moderation.syntax import Entry

Operator = Literal["<", ">", "=", ">=", "in"]
Read = Callable[[Entry], tuple[Operator, float]]

#: Half a year, after which Reddit used to close posts.
_ARCHIVED = 182 * 86_400


@dataclass(frozen=True, slots=True)
class Known:
    """A condition of the language. `remark` says in which way it means something else here than on Reddit."""

    fact: Fact
    read: Read
    remark: str = ""


def _yes_no(entry: Entry) -> tuple[Operator, float]:
    return "=", float(scalars.boolean(text_of(entry)))


def _at_least(entry: Entry) -> tuple[Operator, float]:
    text = text_of(entry)
    if text[:1] in "<>=" and text:
        raise BadValue(f"a bare number was expected, not {text!r}: `reports: 3` means three or more")
    return ">=", scalars.whole(text, least=1)


def _longer(entry: Entry) -> tuple[Operator, float]:
    return ">", scalars.whole(text_of(entry), least=0)


def _shorter(entry: Entry) -> tuple[Operator, float]:
    return "<", scalars.whole(text_of(entry), least=1)


def _age(entry: Entry) -> tuple[Operator, float]:
    compared = scalars.age(text_of(entry))
    return compared.operator, compared.value


def _number(entry: Entry) -> tuple[Operator, float]:
    compared = scalars.number(text_of(entry))
    return compared.operator, compared.value


def _archived(entry: Entry) -> tuple[Operator, float]:
    return (">" if scalars.boolean(text_of(entry)) else "<"), _ARCHIVED


def _first(entry: Entry) -> tuple[Operator, float]:
    return ("=" if scalars.boolean(text_of(entry)) else ">"), 0


def _days(entry: Entry) -> tuple[Operator, float]:
    return "in", scalars.weekdays(texts_of(entry))


def _other_days(entry: Entry) -> tuple[Operator, float]:
    return "in", 0b1111111 & ~scalars.weekdays(texts_of(entry))


_NOTHING = "there is nothing of the kind here"

#: About the message itself, a post or a comment above it.
MESSAGE: dict[str, Known] = {
    "reports": Known(Fact.REPORTS, _at_least),
    "body_longer_than": Known(Fact.BODY_LENGTH, _longer),
    "body_shorter_than": Known(Fact.BODY_LENGTH, _shorter),
    "is_edited": Known(Fact.EDITED, _yes_no),
    "is_top_level": Known(Fact.TOP_LEVEL, _yes_no),
    "is_nsfw": Known(Fact.NSFW, _yes_no),
    "age": Known(Fact.AGE, _age),
    "past_archive_date": Known(Fact.AGE, _archived),
    "day_of_week": Known(Fact.WEEKDAY, _days),
    "~day_of_week": Known(Fact.WEEKDAY, _other_days),
    "comment_count": Known(Fact.COMMENTS, _number),
    "link_count": Known(Fact.LINKS, _number),
    "mention_count": Known(Fact.MENTIONS, _number),
    "is_poll": Known(Fact.NOTHING, _yes_no, _NOTHING),
    "is_gallery": Known(Fact.NOTHING, _yes_no, _NOTHING),
    "is_original_content": Known(Fact.NOTHING, _yes_no, _NOTHING),
    "is_meta_discussion": Known(Fact.NOTHING, _yes_no, _NOTHING),
}

_KARMA = (
    "Lemmy shows no karma: it is reckoned from the scores of what somebody said last, and in rooms from how much they "
    "said"
)

#: About people, that Reddit calls thresholds: with `satisfy_any_threshold` one of them is enough.
THRESHOLDS: dict[str, Known] = {
    "account_age": Known(Fact.ACCOUNT_AGE, _age),
    "comment_karma": Known(Fact.COMMENT_KARMA, _number, _KARMA),
    "post_karma": Known(Fact.POST_KARMA, _number, _KARMA),
    "link_karma": Known(Fact.POST_KARMA, _number, _KARMA),
    "combined_karma": Known(Fact.COMBINED_KARMA, _number, _KARMA),
    "comment_subreddit_karma": Known(Fact.COMMENT_KARMA_HERE, _number, _KARMA),
    "post_subreddit_karma": Known(Fact.POST_KARMA_HERE, _number, _KARMA),
    "link_subreddit_karma": Known(Fact.POST_KARMA_HERE, _number, _KARMA),
    "combined_subreddit_karma": Known(Fact.COMBINED_KARMA_HERE, _number, _KARMA),
    "first_seen": Known(Fact.FIRST_SEEN, _age),
    "message_count": Known(Fact.MESSAGES, _number),
    "first_message": Known(Fact.MESSAGES, _first),
}

#: About people.
AUTHOR: dict[str, Known] = {
    "is_submitter": Known(Fact.SUBMITTER, _yes_no),
    "is_moderator": Known(Fact.MODERATOR, _yes_no),
    "is_contributor": Known(Fact.CONTRIBUTOR, _yes_no, "approved users are the trusted people here"),
    "is_gold": Known(Fact.NOTHING, _yes_no, "nobody has gold here"),
}
