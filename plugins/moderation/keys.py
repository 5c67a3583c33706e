"""The words of the rule language: what a key may be, and how a search check's key is taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from plugins.moderation.facts import Field
from plugins.moderation.rule import ANY_KIND, POSTS, Kind, Method

#: Where a check may look: in the message itself, in a post or a comment above it, and in the `author:` group.
MESSAGE_FIELDS = {
    "title": Field.TITLE,
    "body": Field.BODY,
    "url": Field.URL,
    "domain": Field.DOMAIN,
    "id": Field.ID,
    "flair_text": Field.FLAIR,
    "flair_css_class": Field.FLAIR_CLASS,
    "flair_template_id": Field.FLAIR_TEMPLATE,
    "crosspost_id": Field.SOURCE_ID,
    "crosspost_title": Field.SOURCE_TITLE,
}
COMMENT_FIELDS = {"body": Field.BODY, "id": Field.ID}
AUTHOR_FIELDS = {
    "name": Field.AUTHOR,
    "id": Field.AUTHOR_ID,
    "flair_text": Field.AUTHOR_FLAIR,
    "flair_css_class": Field.AUTHOR_FLAIR_CLASS,
    "flair_template_id": Field.AUTHOR_FLAIR_TEMPLATE,
    "bio_text": Field.BIO,
    "display_name": Field.DISPLAY_NAME,
}

#: Fields of Reddit that cannot be known on Lemmy or Matrix.
FOREIGN_FIELDS = frozenset(
    {
        "media_author",
        "media_author_url",
        "media_title",
        "media_description",
        "poll_option_text",
        "social_links",
        "social_link_title",
    }
)

#: Conditions that can never be evaluated: their rule is off.
FOREIGN_CONDITIONS = frozenset(
    {
        "has_verified_email",
        "contributor_quality",
        "is_approved",
        "is_banned",
        "poll_option_count",
        "image_count",
        "event_label",
        "discussion_type",
    }
)

#: Groups about which nothing can be known.
FOREIGN_GROUPS = frozenset({"crosspost_author"})

#: What only adorns a post: without it the rule does less, never more. On Reddit they keep a rule from comments.
POST_DECORATIONS = frozenset(
    {
        "set_nsfw",
        "set_spoiler",
        "set_contest_mode",
        "set_suggested_sort",
        "set_original_content",
        "set_post_crowd_control_level",
    }
)
DECORATIONS = POST_DECORATIONS | {
    "comment_stickied",
    "comment_locked",
    "send_modmail_as_conversation",
    "discord_alert",
}
#: Keys of the message itself that only posts can take.
POST_KEYS = POST_DECORATIONS | {"set_flair", "overwrite_flair", "set_sticky"}

GROUPS = frozenset(
    {"author", "parent_submission", "parent_comment", "crosspost_author", "crosspost_subreddit", "subreddit"}
)

#: Keys whose values are read in `options`, `conditions` or `groups`; named here so that a slip can be guessed at.
KEYS = frozenset(
    {
        "type", "standard", "priority", "moderators_exempt", "ignore_blockquotes", "stop_on_match",
        "action", "action_reason", "report_reason", "comment", "message", "message_subject", "modmail",
        "modmail_subject", "set_locked", "set_sticky", "set_flair", "overwrite_flair", "~author",
        "satisfy_any_threshold", "reports", "body_longer_than", "body_shorter_than", "is_edited", "is_top_level",
        "is_nsfw", "is_poll", "is_gallery", "is_original_content", "is_meta_discussion", "is_self", "age",
        "past_archive_date", "day_of_week", "~day_of_week", "comment_count", "link_count", "mention_count",
        "account_age", "comment_karma", "post_karma", "link_karma", "combined_karma", "comment_subreddit_karma",
        "post_subreddit_karma", "link_subreddit_karma", "combined_subreddit_karma", "is_gold", "is_submitter",
        "is_contributor", "is_moderator", "first_message", "first_seen", "message_count",
        "name", "friendly_name", "warn", "strikes", "severe", "ban", "mute", "mode", "places", "platforms",
        "repeat", "examples",
    }
)  # fmt: skip

KNOWN = (
    KEYS
    | GROUPS
    | DECORATIONS
    | FOREIGN_CONDITIONS
    | FOREIGN_FIELDS
    | frozenset(MESSAGE_FIELDS)
    | frozenset(AUTHOR_FIELDS)
)

#: Keys of which a second one in a rule is no second check, but a slip.
PLAIN_KEYS = KEYS | GROUPS | DECORATIONS | FOREIGN_CONDITIONS

KINDS = {
    "any": ANY_KIND,
    "submission": POSTS,
    "link submission": frozenset({Kind.LINK}),
    "text submission": frozenset({Kind.TEXT}),
    "comment": frozenset({Kind.COMMENT}),
    "crosspost submission": POSTS,
}
#: There are none of these here.
FOREIGN_KINDS = frozenset({"poll submission", "gallery submission"})

_METHODS: dict[str, Method] = {str(method): method for method in Method if method is not Method.DOMAIN}
MODIFIERS = frozenset(_METHODS) | {"regex", "case-sensitive"}

#: What a lone field is searched with when the key does not say; every join is searched by word.
_DEFAULTS = {
    "url": Method.PART,
    "domain": Method.DOMAIN,
    "id": Method.EXACT,
    "flair_text": Method.EXACT,
    "flair_css_class": Method.EXACT,
    "flair_template_id": Method.EXACT,
    "crosspost_id": Method.EXACT,
}

_SEARCH_KEY = re.compile(
    r"(?P<not>~?)\s*(?P<fields>[^\s(#]+(?:\s*\+\s*[^\s(#]+)*)\s*(?:#(?P<suffix>[^(]*))?(?:\((?P<modifiers>[^()]*)\))?\s*"
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
    asks_method: bool  # the key says itself how to search


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
    asked: Method | None = next((_METHODS[m] for m in modifiers if m in _METHODS), None)
    method = asked or (_DEFAULTS.get(fields[0], Method.WORD) if len(fields) == 1 else Method.WORD)
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
        asks_method=asked is not None,
    )


def guess(word: str, known: frozenset[str]) -> str:
    """`; did you mean "title"?`, or nothing when no known word is near."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.75)
    near = near or [other for other in sorted(known) if word and other.startswith(f"{word}_")]
    return f"; did you mean {near[0]!r}?" if near else ""
