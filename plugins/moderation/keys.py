"""The words of the rule language: what a key may be, and how a search check's key is taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from plugins.moderation.rule import Fact, Field, Kind, Method

#: Where a check may look, for the message itself and in the `author:` group.
MESSAGE_FIELDS = {
    "title": Field.TITLE,
    "body": Field.BODY,
    "url": Field.URL,
    "domain": Field.DOMAIN,
    "id": Field.ID,
}
AUTHOR_FIELDS = {"name": Field.AUTHOR, "id": Field.AUTHOR_ID}

#: Fields of Reddit that Lemmy and Matrix do not have, or that labels will stand in for.
FOREIGN_FIELDS = frozenset(
    {
        "flair_text",
        "flair_css_class",
        "flair_template_id",
        "media_author",
        "media_author_url",
        "media_title",
        "media_description",
        "poll_option_text",
        "poll_option_count",
        "crosspost_id",
        "crosspost_title",
        "bio_text",
        "display_name",
    }
)

#: Conditions that cannot be evaluated yet, or never: their rule is off.
FOREIGN_CONDITIONS = frozenset(
    {
        "comment_karma",
        "link_karma",
        "post_karma",
        "combined_karma",
        "comment_subreddit_karma",
        "post_subreddit_karma",
        "link_subreddit_karma",
        "combined_subreddit_karma",
        "has_verified_email",
        "contributor_quality",
        "is_nsfw",
        "is_original_content",
        "is_meta_discussion",
        "is_poll",
        "is_gallery",
        "is_video",
        "poll_option_count",
        "event_label",
        "discussion_type",
        "past_archive_date",
        "standard",
        "subreddit",
        "crosspost_author",
        "crosspost_subreddit",
        "day_of_week",
        "age",
    }
)

#: Groups of further checks that cannot be evaluated yet.
FOREIGN_GROUPS = frozenset({"parent_submission", "parent_comment", "crosspost_author", "crosspost_subreddit"})

#: What only adorns: without it the rule does less, never more.
DECORATIONS = frozenset(
    {
        "set_flair",
        "overwrite_flair",
        "set_nsfw",
        "set_spoiler",
        "set_contest_mode",
        "set_suggested_sort",
        "set_original_content",
        "set_post_crowd_control_level",
        "comment_stickied",
        "comment_locked",
        "message_subject",
        "modmail_subject",
        "send_modmail_as_conversation",
    }
)

#: AutoModerator's first dialect, and what its words are called since 2015.
OLD_WORDS = {
    "modifiers": "put the modifiers in parentheses behind the field, as in `title (includes): [...]`",
    "link_flair_text": "write `set_flair: text`",
    "link_flair_class": "write `set_flair: [text, class]`",
    "user_conditions": "write the conditions into an `author:` group",
    "body_min_length": "write `body_longer_than: N`",
    "body_max_length": "write `body_shorter_than: N`",
    "report_reason": "write `action_reason: text`",
    "user": "write `author: {name: [...]}`",
}

MESSAGE_CONDITIONS = {
    "reports": Fact.REPORTS,
    "body_longer_than": Fact.BODY_LENGTH,
    "body_shorter_than": Fact.BODY_LENGTH,
    "is_edited": Fact.EDITED,
    "is_top_level": Fact.TOP_LEVEL,
}
AUTHOR_CONDITIONS = {
    "is_submitter": Fact.SUBMITTER,
    "is_moderator": Fact.MODERATOR,
    "is_contributor": Fact.CONTRIBUTOR,
    "is_gold": Fact.GOLD,
}
#: Conditions that nearly everybody here meets: they narrow a rule, but cannot be all that it asks.
WEAK = {
    Fact.CONTRIBUTOR: "approved users are the trusted people here",
    Fact.GOLD: "nobody has gold here",
}

#: Keys that are neither conditions on the message nor search checks.
PLAIN_KEYS = frozenset(
    {
        "type",
        "priority",
        "moderators_exempt",
        "ignore_blockquotes",
        "action",
        "action_reason",
        "report_reason",
        "comment",
        "message",
        "modmail",
        "set_locked",
        "set_sticky",
        "author",
        "~author",
        # Folkmoot's own
        "name",
        "friendly_name",
        "warn",
        "strikes",
        "severe",
        "ban",
        "mute",
        "mode",
        "places",
        "platforms",
        "repeat",
        "examples",
        "account_age",
    }
)

KNOWN = (
    PLAIN_KEYS
    | DECORATIONS
    | FOREIGN_CONDITIONS
    | FOREIGN_GROUPS
    | FOREIGN_FIELDS
    | frozenset(MESSAGE_FIELDS)
    | frozenset(MESSAGE_CONDITIONS)
    | frozenset(AUTHOR_CONDITIONS)
    | {"satisfy_any_threshold"}
)

KINDS = {
    "any": frozenset(Kind),
    "submission": frozenset({Kind.LINK, Kind.TEXT}),
    "link submission": frozenset({Kind.LINK}),
    "text submission": frozenset({Kind.TEXT}),
    "comment": frozenset({Kind.COMMENT}),
}
FOREIGN_KINDS = frozenset({"crosspost submission", "poll submission", "gallery submission"})

_METHODS: dict[str, Method] = {str(method): method for method in Method if method is not Method.DOMAIN}
MODIFIERS = frozenset(_METHODS) | {"regex", "case-sensitive"}

#: What a lone field is searched with when the key does not say; every join is searched by word.
_DEFAULTS = {
    "url": Method.PART,
    "domain": Method.DOMAIN,
    "id": Method.EXACT,
    "flair_text": Method.EXACT,
}

_SEARCH_KEY = re.compile(
    r"(?P<not>~?)\s*(?P<fields>[^\s(#]+)\s*(?:#(?P<suffix>[^(]*))?(?:\((?P<modifiers>[^()]*)\))?\s*"
)


class BadKey(Exception):
    """A search key that cannot be understood; the message says why and what to write."""


@dataclass(frozen=True, slots=True)
class SearchKey:
    """`~title+body#2 (regex, includes)`, taken apart. Field names are not yet checked against a target."""

    fields: tuple[str, ...]
    negated: bool
    method: Method
    regex: bool
    case_sensitive: bool
    suffix: str


def search_key(text: str) -> SearchKey:
    """Takes the key of a search check apart. Raises BadKey."""
    found = _SEARCH_KEY.fullmatch(text.strip())
    if not found:
        raise BadKey(
            f"{text!r} is no check; write the fields, then the modifiers in parentheses: `title+body (regex)`"
        )
    fields = tuple(dict.fromkeys(part.strip() for part in found["fields"].split("+") if part.strip()))
    if not fields:
        raise BadKey(f"{text!r} names no field; write for instance `title+body`")
    modifiers = [part.strip() for part in (found["modifiers"] or "").split(",") if part.strip()]
    for modifier in modifiers:
        if modifier not in MODIFIERS:
            known = ", ".join(sorted(MODIFIERS))
            raise BadKey(f"there is no modifier {modifier!r} (there are {known}){guess(modifier, MODIFIERS)}")
    # Only the first search method counts, as on Reddit.
    method: Method | None = next((_METHODS[m] for m in modifiers if m in _METHODS), None)
    if method is None:
        method = _DEFAULTS.get(fields[0], Method.WORD) if len(fields) == 1 else Method.WORD
    regex = "regex" in modifiers
    if regex and method is Method.DOMAIN:
        method = Method.WORD
    return SearchKey(
        fields=fields,
        negated=bool(found["not"]),
        method=method,
        regex=regex,
        case_sensitive="case-sensitive" in modifiers,
        suffix=(found["suffix"] or "").strip(),
    )


def guess(word: str, known: frozenset[str]) -> str:
    """`; did you mean "title"?`, or nothing when no known word is near."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.75)
    return f"; did you mean {near[0]!r}?" if near else ""
