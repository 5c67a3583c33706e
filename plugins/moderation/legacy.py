"""Translates AutoModerator's first dialect (until 2015) into today's: the same conditions, under their new names.

Its words still turn up in files that nobody touched since. Only sections that use one of them are translated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from plugins.moderation.syntax import Entry, Items, Mapping, Node, Scalar

#: Search fields of the first dialect that have another name, or moved into the `author:` group.
_FIELDS = {"media_user": "media_author", "link_id": "id", "link_title": "title"}
_AUTHOR_FIELDS = {
    "user": "name",
    "author_flair_text": "flair_text",
    "author_flair_css_class": "flair_css_class",
}
_FLAIR = {
    "link_flair_text": ("post", 0),
    "link_flair_class": ("post", 1),
    "user_flair_text": ("author", 0),
    "user_flair_class": ("author", 1),
}
#: Keys of today that take no modifiers.
_NO_SEARCH = frozenset(
    {"type", "action", "comment", "message", "modmail", "reports", "priority", "author", "set_flair", "standard",
     "parent_submission", "report_reason", "action_reason", "name", "comment_stickied"}
)  # fmt: skip


@dataclass(slots=True)
class Translation:
    """What became of a section: its entries under today's names, and a remark for each that was translated."""

    body: Mapping
    remarks: list[tuple[Entry, str]] = field(default_factory=list)


def translate(body: Mapping) -> Translation:
    """`body` in today's language; unchanged where it uses no word of the first dialect."""
    return _Translator(body).translation()


class _Translator:
    def __init__(self, body: Mapping) -> None:
        self.body = body
        self.entries: list[Entry] = []
        self.author: list[Entry] = []
        self.flair: dict[str, list[Scalar | None]] = {}
        self.remarks: list[tuple[Entry, str]] = []
        self.modifiers: Entry | None = None

    def translation(self) -> Translation:
        for entry in self.body.entries:
            key = entry.key.strip().lower()
            reader = _READERS.get(key) or (_searched if self._is_old_search(key) else None)
            if reader is None or not reader(self, replace(entry, key=key)):
                self.entries.append(entry)
        if self.modifiers:
            self._modify(self.modifiers)
        for where, parts in self.flair.items():
            self._set_flair(where, parts)
        if not self.remarks:
            return Translation(self.body)
        if self.author:
            self._put_author()
        return Translation(replace(self.body, entries=tuple(self.entries)), self.remarks)

    def say(self, entry: Entry, now: str) -> None:
        self.remarks.append((entry, f"is AutoModerator's spelling before 2015 and is read as {now}"))

    @staticmethod
    def _is_old_search(key: str) -> bool:
        fields = key.lstrip("~").partition("(")[0].partition("#")[0].split("+")
        return any(part.strip() in _FIELDS or part.strip() in _AUTHOR_FIELDS for part in fields)

    def _set_flair(self, where: str, parts: list[Scalar | None]) -> None:
        given = next(part for part in parts if part)
        label = Items(tuple(part or Scalar("", given.line) for part in parts), given.line)
        entry = Entry("set_flair", label, given.line)
        (self.author if where == "author" else self.entries).append(entry)

    def _put_author(self) -> None:
        """Into the group that is there, or into a new one."""
        for at, entry in enumerate(self.entries):
            if entry.key.strip().lower() == "author":
                old = (
                    entry.value.entries if isinstance(entry.value, Mapping) else (replace(entry, key="name"),)
                )
                group = Mapping((*old, *self.author), entry.line)
                self.entries[at] = replace(entry, value=group)
                return
        line = self.author[0].line
        self.entries.append(Entry("author", Mapping(tuple(self.author), line), line))

    def _modify(self, entry: Entry) -> None:
        """Writes the modifiers of the rule, or those of each of its checks, behind the keys that they belong to."""
        if isinstance(entry.value, Mapping):
            wanted = {inner.key.strip().lower(): _words(inner.value) for inner in entry.value.entries}
            self.entries = [_modified(e, wanted.get(e.key.strip().lower(), "")) for e in self.entries]
            self.author = [
                _modified(e, wanted.get("user", "") if e.key == "name" else "") for e in self.author
            ]
        else:
            self.entries = [_modified(e, _words(entry.value)) for e in self.entries]
        self.say(entry, "modifiers in parentheses behind the field, as in `title (includes): [...]`")


def _words(node: Node) -> str:
    items = node.items if isinstance(node, Items) else (node,)
    return ", ".join(item.text.strip() for item in items if isinstance(item, Scalar) and item.text.strip())


def _modified(entry: Entry, words: str) -> Entry:
    key = entry.key.strip().lower()
    name = key.lstrip("~").partition("#")[0]
    plain = name in _NO_SEARCH or name.startswith(
        ("set_", "is_", "body_", "message_", "modmail_", "overwrite_")
    )
    return entry if plain or "(" in key or not words else replace(entry, key=f"{key} ({words})")


def _searched(into: _Translator, entry: Entry) -> bool:
    negation, name = ("~", entry.key[1:]) if entry.key.startswith("~") else ("", entry.key)
    if name in _AUTHOR_FIELDS:
        moved = replace(entry, key=negation + _AUTHOR_FIELDS[name])
        into.author.append(moved)
        into.say(entry, f"`{moved.key}` in an `author:` group")
        return True
    head, bracket, rest = name.partition("(")
    fields = "+".join(_FIELDS.get(part.strip(), part.strip()) for part in head.split("+"))
    if any(part.strip() in _AUTHOR_FIELDS for part in head.split("+")):
        return False  # a person and a text in one check cannot be said any more
    into.entries.append(replace(entry, key=f"{negation}{fields}{bracket}{rest}"))
    into.say(entry, f"`{fields}`")
    return True


def _flair(into: _Translator, entry: Entry) -> bool:
    where, part = _FLAIR[entry.key]
    if not isinstance(entry.value, Scalar):
        return False
    into.flair.setdefault(where, [None, None])[part] = entry.value
    into.say(entry, f"`set_flair: [text, class]`{' in an `author:` group' if where == 'author' else ''}")
    return True


def _length(into: _Translator, entry: Entry) -> bool:
    """The old bounds are still allowed lengths, the new ones are not."""
    if not isinstance(entry.value, Scalar) or not entry.value.text.strip().isdigit():
        return False
    number = int(entry.value.text)
    key, bound = ("body_longer_than", number - 1) if "min" in entry.key else ("body_shorter_than", number + 1)
    into.entries.append(replace(entry, key=key, value=replace(entry.value, text=str(max(bound, 0)))))
    into.say(entry, f"`{key}: {max(bound, 0)}`")
    return True


def _conditions(into: _Translator, entry: Entry) -> bool:
    if not isinstance(entry.value, Mapping):
        return False
    for inner in entry.value.entries:
        key = inner.key.strip().lower()
        if key == "must_satisfy":
            any_one = isinstance(inner.value, Scalar) and inner.value.text.strip().lower() == "any"
            value = Scalar("true" if any_one else "false", inner.line)
            into.author.append(Entry("satisfy_any_threshold", value, inner.line))
        elif key == "rank":
            into.author.append(_rank(inner))
        else:
            into.author.append(replace(inner, key=key))
    into.say(entry, "an `author:` group")
    return True


def _rank(entry: Entry) -> Entry:
    """`rank: "< moderator"`: below a contributor, a moderator; `= moderator` and the like."""
    text = entry.value.text.strip().lower() if isinstance(entry.value, Scalar) else ""
    sign, rank = text[:1] if text[:1] in "<>=" else "=", text.lstrip("<>= ")
    if rank not in {"moderator", "contributor"} or sign == ">":
        return replace(entry, key="rank")
    value = Scalar("false" if sign == "<" else "true", entry.line)
    return Entry(f"is_{rank}", value, entry.line)


def _submitter(into: _Translator, entry: Entry) -> bool:
    into.author.append(replace(entry, key="is_submitter"))
    into.say(entry, "`is_submitter` in an `author:` group")
    return True


def _reply(into: _Translator, entry: Entry) -> bool:
    if not isinstance(entry.value, Scalar):
        return False
    is_reply = entry.value.text.strip().lower() in {"true", "yes", "on"}
    value = replace(entry.value, text="false" if is_reply else "true")
    into.entries.append(replace(entry, key="is_top_level", value=value))
    into.say(entry, f"`is_top_level: {value.text}`")
    return True


def _options(into: _Translator, entry: Entry) -> bool:
    for word in _words(entry.value).split(", "):
        key = {"nsfw": "set_nsfw", "sticky": "set_sticky", "contest": "set_contest_mode"}.get(word.lower())
        if key is None:
            return False
        into.entries.append(Entry(key, Scalar("true", entry.line), entry.line))
    into.say(entry, "`set_nsfw`, `set_sticky` or `set_contest_mode`")
    return True


def _type(into: _Translator, entry: Entry) -> bool:
    if not isinstance(entry.value, Scalar):
        return False
    text = entry.value.text.strip().lower()
    now = "any" if text == "both" else text.replace("_", " ")
    if now == text:
        return False
    into.entries.append(replace(entry, value=replace(entry.value, text=now)))
    into.say(entry, f"`type: {now}`")
    return True


def _modifiers(into: _Translator, entry: Entry) -> bool:
    into.modifiers = entry
    return True


_READERS: dict[str, Callable[[_Translator, Entry], bool]] = {
    **dict.fromkeys(_FLAIR, _flair),
    "body_min_length": _length,
    "body_max_length": _length,
    "user_conditions": _conditions,
    "author_is_submitter": _submitter,
    "is_reply": _reply,
    "set_options": _options,
    "type": _type,
    "modifiers": _modifiers,
}
