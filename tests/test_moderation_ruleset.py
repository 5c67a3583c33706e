"""Whole pages of rules beside the original: types, groups, thresholds, priorities and the two passes, in a few lines.

The reference follows AutoModerator's published source. Left out is where we differ on purpose and other tests say so: rules
for moderators (nobody trusted is ever a target), names (whole ones), link posts without a text (no length).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.api import Role
from plugins.moderation.facts import Fact
from plugins.moderation.matching import Matcher
from plugins.moderation.passes import Terms, passes, spares
from plugins.moderation.reader import read
from plugins.moderation.subject import subject
from tests.test_moderation_original import FIELDS, NOW, Item, Key, items, keys, original

TYPES = {
    "comment": {"comment"}, "submission": {"text", "link"}, "text submission": {"text"}, "link submission": {"link"},
    "any": {"comment", "text", "link"},
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """An item with everything that rules may compare."""

    item: Item
    moderator: bool
    age: int  # days
    karma: int
    reports: int
    edited: bool
    submitter: bool
    top: bool

    @property
    def kind(self) -> str:
        if self.item.kind == "comment":
            return "comment"
        return "link" if self.item.url else "text"

    def body(self, *, quoted: bool) -> str:
        rows = self.item.body.splitlines()
        return self.item.body if quoted else "\n".join(row for row in rows if row and not row.startswith(">"))


@dataclass(frozen=True)
class Page:
    """One rule as it stands on the page."""

    type: str
    keys: list[Key]
    base: dict[str, int | bool]
    author: dict[str, str | bool]
    priority: int
    exempt: bool | None
    action: str | None

    def written(self, number: int) -> str:
        rows = [f"name: r{number}", f"type: {self.type}", f"priority: {self.priority}", "comment: Hello"]
        rows += [key.written(n) for n, key in enumerate(self.keys)]
        rows += [f"{name}: {str(value).lower()}" for name, value in self.base.items()]
        if self.author:
            rows += [
                "author:",
                *(f"    {name}: '{str(value).lower()}'" for name, value in self.author.items()),
            ]
        rows += [f"moderators_exempt: {str(self.exempt).lower()}"] if self.exempt is not None else []
        return "\n".join([*rows, *([f"action: {self.action}"] if self.action else [])])

    @property
    def removes(self) -> bool:
        return self.action in {"remove", "spam", "filter"}

    def takes(self, kind: str) -> bool:
        """Whether the copy for this kind has nothing that it cannot take, and a check besides its type."""
        own = "comment" if kind == "comment" else "post"
        fits = all(set(key.fields) & FIELDS[own] for key in self.keys)
        fits = fits and not ("is_top_level" in self.base and own == "post")
        has_check = bool(self.keys or self.author or self.base.keys() - {"ignore_blockquotes"})
        return fits and (has_check or self.type != "any")

    def holds(self, said: Said) -> bool:
        if said.kind not in TYPES[self.type] or not self.takes(said.kind):
            return False
        if said.moderator and (
            self.exempt if self.exempt is not None else self.removes or self.action == "report"
        ):
            return False
        body = said.body(quoted=not self.base.get("ignore_blockquotes"))
        length = len(body.strip(" \n,>.?!"))
        facts: dict[str, bool] = {
            "reports": said.reports >= self.base.get("reports", 0),
            "body_longer_than": length > self.base.get("body_longer_than", -1),
            "body_shorter_than": length < self.base.get("body_shorter_than", 10**9),
            "is_edited": said.edited == self.base.get("is_edited"),
            "is_top_level": said.top == self.base.get("is_top_level"),
        }
        if not all(facts[name] for name in self.base if name in facts):
            return False
        return self._author_holds(said) and (
            not self.keys or original(self.keys, replace(said.item, body=body))
        )

    def _author_holds(self, said: Said) -> bool:
        plain = {"is_submitter": said.submitter, "is_moderator": said.moderator}
        if not all(plain[name] == value for name, value in self.author.items() if name in plain):
            return False
        values = {"comment_karma": said.karma, "account_age": said.age + 0.5}
        answers = [
            compared(values[name], str(value)) for name, value in self.author.items() if name in values
        ]
        either = any if self.author.get("satisfy_any_threshold") else all
        return not answers or either(answers)


def compared(value: float, condition: str) -> bool:
    sign, number = condition.split()[:2]
    return {"<": value < int(number), ">": value > int(number), "==": value == int(number)}[sign]


def acting(page: list[Page], said: Said) -> list[str]:
    """The names of the rules that act: the first that removes, or else all the others."""
    ordered = sorted(enumerate(page), key=lambda pair: -pair[1].priority)
    for number, rule in ordered:
        if rule.removes and rule.holds(said):
            return [f"r{number}"]
    return [f"r{number}" for number, rule in ordered if not rule.removes and rule.holds(said)]


def ours(page: list[Page], said: Said) -> list[str]:
    rules = read("\n---\n".join(rule.written(number) for number, rule in enumerate(page))).rules
    message = said.item.message()
    parent = message.parent if said.top or message.parent is None else replace(message.ref, id="x/8")
    author = replace(
        message.author,
        role=Role.MODERATOR if said.moderator else Role.EVERYONE,
        since=NOW - timedelta(days=said.age + 0.5),
    )
    message = replace(message, author=author, parent=parent, edited_at=NOW if said.edited else None)
    item = subject(message, now=NOW, reports=said.reports, is_edited=said.edited)
    item = item.knowing(facts={Fact.COMMENT_KARMA: said.karma, Fact.SUBMITTER: said.submitter})
    matcher = Matcher(rules)
    terms = Terms(lambda rule: not spares(rule, author), lambda match: not match.is_guess, lambda *_: ())
    try:
        next(passes(matcher, matcher.match(item), item, terms))
    except StopIteration as done:
        return [match.rule.name for match in done.value.matches]
    raise AssertionError("nothing is left to fetch")


few = st.integers(0, 4)
yes_no = st.booleans()
bases = st.just({}) | st.fixed_dictionaries(
    {},
    optional={
        "reports": st.integers(1, 3),
        "body_longer_than": st.integers(0, 12),
        "body_shorter_than": st.integers(1, 12),
        "ignore_blockquotes": yes_no,
        "is_edited": yes_no,
        "is_top_level": yes_no,
    },
).filter(lambda base: len(base) < 3)
thresholds = st.builds("{} {}".format, st.sampled_from(["<", ">"]), few)
authors = st.fixed_dictionaries(
    {},
    optional={
        "comment_karma": thresholds | st.builds("== {}".format, few),
        "account_age": thresholds.map("{} days".format),
        "satisfy_any_threshold": yes_no,
        "is_submitter": yes_no,
    },
).filter(lambda author: set(author) != {"satisfy_any_threshold"})
#: A rule that asks for much is hardly ever met.
authors = st.just({}) | st.just({}) | authors.filter(lambda author: len(author) < 3)


@st.composite
def rules(draw: st.DrawFn) -> Page:
    action = draw(st.sampled_from(["remove", "spam", "filter", "report", None]))
    base = draw(bases)
    kind = draw(st.sampled_from(sorted(TYPES)))
    if "is_top_level" in base:
        kind = draw(st.sampled_from(["any", "comment"]))
    return Page(
        kind,
        [key for key in draw(st.lists(keys(), max_size=2)) if fits(key, kind)],
        base,
        draw(authors),
        draw(st.integers(-1, 1)),
        draw(st.none() | st.just(True)),
        action,
    )


def fits(key: Key, kind: str) -> bool:
    """On Reddit a key that its type cannot take makes the whole page invalid."""
    return kind != "comment" or bool(set(key.fields) & FIELDS["comment"])


@st.composite
def said(draw: st.DrawFn) -> Said:
    item = draw(items)
    if draw(yes_no):
        item = replace(item, body=f"> the cat\n\n{item.body}")
    is_post = item.kind == "post"
    if item.url and not item.body.strip():
        item = replace(item, body="some words")
    return Said(
        item,
        draw(yes_no),
        draw(few),
        draw(few),
        draw(few),
        draw(yes_no),
        is_post or draw(yes_no),
        draw(yes_no),
    )


@given(st.lists(rules(), min_size=1, max_size=4), said())
def test_the_same_rules_act_here_as_there(page: list[Page], one: Said):
    assert ours(page, one) == acting(page, one), "\n---\n".join(
        rule.written(n) for n, rule in enumerate(page)
    )
