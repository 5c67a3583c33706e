"""Rule by rule beside the original: AutoModerator's matching as its published source describes it, in a few lines.

The reference generates the original's patterns and applies them with the standard library. Where we mend a hole on purpose
(domains, whole names, unknown fields), the difference is a test of its own.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api import Author, Message, Place, PlaceKind, Platform, Ref
from plugins.moderation.matching import Matcher
from plugins.moderation.reader import read
from plugins.moderation.subject import subject

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACE = Place(Platform.LEMMY, "freechat", "freechat", PlaceKind.COMMUNITY, "moot", "bot")

METHODS = {
    "includes-word": r"(?:^|\W|\b){}(?:$|\W|\b)",
    "includes": "{}",
    "starts-with": "^{}",
    "ends-with": "{}$",
    "full-exact": "^{}$",
    "full-text": r"^\W*{}\W*$",
}
DEFAULTS = {"url": "includes", "id": "full-exact"}
FIELDS = {"comment": {"body", "id"}, "post": {"title", "body", "url", "id"}}


@dataclass(frozen=True)
class Item:
    """What somebody said: a comment, or a post with a title and perhaps a link."""

    body: str
    title: str | None = None
    url: str | None = None

    @property
    def kind(self) -> str:
        return "comment" if self.title is None else "post"

    def text(self, field: str) -> str | None:
        """None where the original does not look: no url in text posts, no body in link posts without one."""
        return {
            "body": self.body if self.body.strip() or not self.url else None,
            "title": self.title,
            "url": self.url,
        }.get(field)

    def message(self) -> Message:
        ref = Ref(Platform.LEMMY, "freechat", "x/1")
        root = Ref(Platform.LEMMY, "freechat", "post/9") if self.title is None else ref
        return Message(
            ref=ref, place=PLACE, author=Author(Platform.LEMMY, "https://a.example/u/ana", "ana@a.example"), text=self.body,
            sent_at=NOW, root=root, parent=None if self.title else root, title=self.title, link=self.url,
        )  # fmt: skip


@dataclass(frozen=True)
class Key:
    """A search check of a rule."""

    fields: tuple[str, ...]
    method: str | None
    regex: bool
    cased: bool
    negated: bool
    values: tuple[str, ...]

    def written(self, suffix: int) -> str:
        modifiers = [m for m in (self.method, "regex" * self.regex, "case-sensitive" * self.cased) if m]
        shown = f" ({', '.join(modifiers)})" if modifiers else ""
        return f"{'~' * self.negated}{'+'.join(self.fields)}#{suffix}{shown}: {json.dumps(self.values)}"

    def pattern(self) -> re.Pattern[str]:
        values = self.values if self.regex else tuple(map(re.escape, self.values))
        method = (
            self.method
            or (DEFAULTS.get(self.fields[0]) if len(self.fields) == 1 else None)
            or "includes-word"
        )
        group = f"({'|'.join(values)})"
        flags = re.DOTALL | (0 if self.cased else re.IGNORECASE)
        return re.compile(METHODS[method].replace("{}", group), flags)


def original(keys: list[Key], item: Item) -> bool:
    """Whether the original's base target matches. A rule that cannot take one of its keys is none for that kind."""
    checked = False
    for key in keys:
        fields = [field for field in key.fields if field in FIELDS[item.kind]]
        if not fields:
            return False
        texts = [text for field in fields if (text := item.text(field)) is not None]
        checked = checked or bool(texts)
        found = any(key.pattern().search(text.rstrip()) for text in texts)
        if found == key.negated:
            return False
    return checked


words = st.sampled_from(
    [
        "cat",
        "Cat",
        "cats",
        "the cat",
        "dog",
        "hot dog",
        "c.t",
        "c++",
        "$x",
        "?",
        "dog!",
        "catdog",
        "big-cat",
        "DOG",
        "o",
    ]
)
expressions = st.sampled_from(
    ["cat", "c.t", r"\bcat\b", r"ca+t", "(cat|dog)s?", r"\w+dog", r"^the", r"dog$", r"\$x", r"hot\s+dog", "[cb]at", "(?<!big-)cat",
     "cat(?!dog)", r"(.)\2", r"\d+", "d(?=og)", r"^\W*cat"]
)  # fmt: skip
texts = st.lists(words | st.sampled_from(["a", "and", "12", "\n", ",", "bee"]), max_size=6).map(" ".join)
items = st.builds(
    Item,
    texts,
    st.none() | texts.filter(bool),
    st.none() | st.sampled_from(["https://x.org/cat", "https://dog.org/"]),
).map(lambda item: item if item.title else Item(item.body))


@st.composite
def keys(draw: st.DrawFn) -> Key:
    regex = draw(st.booleans())
    fields = draw(st.lists(st.sampled_from(["title", "body", "url"]), min_size=1, max_size=3, unique=True))
    return Key(
        tuple(fields),
        draw(st.none() | st.sampled_from(sorted(METHODS))),
        regex,
        draw(st.booleans()),
        draw(st.booleans()),
        tuple(draw(st.lists(expressions if regex else words, min_size=1, max_size=3, unique=True))),
    )


@given(st.lists(keys(), min_size=1, max_size=3), items)
def test_what_matches_there_matches_here_and_nothing_else(checks: list[Key], item: Item):
    rule = "\n".join([*(key.written(n) for n, key in enumerate(checks)), "action: report"])
    rules = read(rule).rules
    assert rules, rule
    found = Matcher(rules).match(subject(item.message(), now=NOW))
    ours = any(not match.is_guess for match in found.matches)
    assert ours == original(checks, item), (rule, item)


@pytest.mark.parametrize(
    ("row", "item", "there", "here"),
    [
        # The original lets anybody append to an approved domain.
        ("domain: imgur.com", Item("", "x", "https://imgur.com.evil.net/"), True, False),
        ("domain: imgur.com", Item("", "x", "https://i.imgur.com/"), True, True),
    ],
)
def test_where_we_differ_on_purpose(row: str, item: Item, there: bool, here: bool):
    host = re.compile(r"(?:^|\W|\b)(?:.*?\.)?(imgur\.com)(?:$|\W|\b)").search((item.url or "")[8:-1])
    assert bool(host) is there
    found = Matcher(read(f"{row}\naction: report").rules).match(subject(item.message(), now=NOW))
    assert bool(found.matches) is here
