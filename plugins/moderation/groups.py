"""Reads the groups of a rule: its author, the post or the comment above it, where a cross-post came from."""

from __future__ import annotations

from collections.abc import Callable

from plugins.moderation import conditions, keys, scalars
from plugins.moderation.draft import Draft
from plugins.moderation.facts import Field, Target
from plugins.moderation.labels import read_label
from plugins.moderation.options import OPTIONS, sticky_of, text_of
from plugins.moderation.rule import Label
from plugins.moderation.scalars import BadValue
from plugins.moderation.syntax import Entry, Mapping


def author(draft: Draft, entry: Entry, target: Target = Target.AUTHOR) -> None:
    """`author:`, a name or a list of names, or a group of conditions. Raises BadValue."""
    if not isinstance(entry.value, Mapping):
        draft.check(entry, keys.AUTHOR_FIELDS, target, key="name")
        return
    entries = draft.last_of_each(entry.value)
    any_one = next((inner for inner in entries if inner.key == "satisfy_any_threshold"), None)
    alternative = scalars.boolean(text_of(any_one)) if any_one else False
    reader = _Author(draft, target, alternative=alternative)
    for inner in entries:
        draft.read(reader.key, inner)
    reader.done()


class _Author:
    def __init__(self, draft: Draft, target: Target, *, alternative: bool) -> None:
        self.draft = draft
        self.target = target
        self.alternative = alternative
        self.flair = _Flair()

    def key(self, entry: Entry) -> None:
        key = entry.key
        if key in conditions.THRESHOLDS:
            known = conditions.THRESHOLDS[key]
            self.draft.condition(entry, known, self.target, alternative=self.alternative)
        elif key in conditions.AUTHOR:
            self.draft.condition(entry, conditions.AUTHOR[key], self.target)
        elif key == "satisfy_any_threshold" or self.flair.takes(entry):
            pass
        elif key in conditions.MESSAGE:
            raise BadValue(
                "belongs to the message: write it without indentation, outside of the `author:` group"
            )
        elif not self.draft.foreign(entry):
            self.draft.check(entry, keys.AUTHOR_FIELDS, self.target)

    def done(self) -> None:
        if self.target is Target.AUTHOR:
            self.draft.label(self.target, self.flair.label, self.flair.overwrite)
        elif self.flair.label is not None:
            raise BadValue("`set_flair` labels the author of the message only")


class _Flair:
    """`set_flair` and `overwrite_flair` of one group."""

    def __init__(self) -> None:
        self.label: Label | None = None
        self.overwrite = False

    def takes(self, entry: Entry) -> bool:
        if entry.key == "set_flair":
            self.label = read_label(entry)
        elif entry.key == "overwrite_flair":
            self.overwrite = scalars.boolean(text_of(entry))
        else:
            return False
        return True


def above(draft: Draft, entry: Entry) -> None:
    """`parent_submission:` and `parent_comment:`. Raises BadValue."""
    if not isinstance(entry.value, Mapping):
        raise BadValue("a group of conditions was expected, each on a line of its own, indented")
    reader = _Above(draft, Target(entry.key))
    for inner in draft.last_of_each(entry.value):
        draft.read(reader.key, inner)
    draft.label(reader.target, reader.flair.label, reader.flair.overwrite)


#: What a rule may do to the post above a comment, and the field of `Rule` that it sets.
_POST_ACTS = {
    "action": "post_action",
    "action_reason": "post_reason",
    "report_reason": "post_reason",
}


class _Above:
    def __init__(self, draft: Draft, target: Target) -> None:
        self.draft = draft
        self.target = target
        self.is_post = target is Target.POST
        self.flair = _Flair()
        self.fields = keys.MESSAGE_FIELDS if self.is_post else keys.COMMENT_FIELDS

    def key(self, entry: Entry) -> None:
        key = entry.key
        if key in conditions.MESSAGE:
            self.draft.condition(entry, conditions.MESSAGE[key], self.target)
        elif key == "author":
            author(self.draft, entry, Target.POST_AUTHOR if self.is_post else Target.PARENT_AUTHOR)
        elif self.is_post and self.flair.takes(entry):
            pass
        elif self.is_post and key == "set_locked":
            self.draft.fields["post_lock"] = scalars.boolean(text_of(entry))
        elif self.is_post and key == "set_sticky":
            self.draft.fields["post_sticky"] = sticky_of(entry)
        elif self.is_post and key in _POST_ACTS:
            self.draft.fields[_POST_ACTS[key]] = OPTIONS[key][1](entry)
        elif key in keys.PLAIN_KEYS - keys.DECORATIONS - keys.FOREIGN_CONDITIONS:
            raise BadValue(f"does not belong into `{self.target}:`; write it without indentation")
        elif not self.draft.foreign(entry):
            self.draft.check(entry, self.fields, self.target)


def community(draft: Draft, entry: Entry) -> None:
    """`subreddit:` and `crosspost_subreddit:`, a name or a group with one. Raises BadValue."""
    target = Target(entry.key)
    known = {"name": Field.COMMUNITY if target is Target.COMMUNITY else Field.SOURCE_COMMUNITY}
    if not isinstance(entry.value, Mapping):
        draft.check(entry, known, target, key="name")
        return
    for inner in draft.last_of_each(entry.value):
        if inner.key == "is_nsfw":
            draft.refuse("off", inner, "`is_nsfw` of a community cannot be known here, so the rule is off")
        else:
            draft.read(lambda one: draft.check(one, known, target), inner)


def not_author(draft: Draft, entry: Entry) -> None:
    """`~author:`, a name or a list of names. Raises BadValue."""
    if isinstance(entry.value, Mapping):
        raise BadValue("a name or a list of names was expected; put `~name` into the `author:` group")
    draft.check(entry, keys.AUTHOR_FIELDS, Target.AUTHOR, key="~name")


#: How each group is read. Raises BadValue and keys.BadKey.
READERS: dict[str, Callable[[Draft, Entry], None]] = {
    "author": author,
    "~author": not_author,
    "parent_submission": above,
    "parent_comment": above,
    "subreddit": community,
    "crosspost_subreddit": community,
}
