"""The index leaves out only what cannot be found, and a rule with a part taken away never matches more."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api import Author, Message, Place, PlaceKind, Platform, Ref
from plugins.moderation.atoms import DIGIT, Part, of_expression, of_literal
from plugins.moderation.expressions import hoist
from plugins.moderation.facts import Fact, Field, Need, Target
from plugins.moderation.index import WordIndex
from plugins.moderation.matching import Matcher
from plugins.moderation.reader import read
from plugins.moderation.rule import Kind, Rule
from plugins.moderation.subject import Subject, subject
from plugins.moderation.views import View

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def texts(parts: frozenset[Part] | None) -> set[str] | None:
    """The parts as text, `|` where a word must end."""
    if parts is None:
        return None
    return {f"{'|' * p.closed_left}{p.text.replace(DIGIT, '0')}{'|' * p.closed_right}" for p in parts}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("casino", {"|casino|"}),
        ("free money", {"|money|"}),
        ("f[o0]rk", {"|fork|", "|f0rk|"}),
        ("(cat|dog)s?", {"|cat|", "|cats|", "|dog|", "|dogs|"}),
        (r"free\s+money", {"money"}),
        (r"\bcasino\w*", {"|casino"}),
        (r"^casino\w", {"|casino"}),
        (r"\Bcasino\w", {"casino"}),
        (r"sep+uk+u\w", {"sep"}),
        (r"^.p+uk+u\w", {"puk"}),
        ("f+u+c+k+\\w", None),
        ("the [^ ]+ casino", {"|casino"}),
        ("pain in my (arm|leg)", {"|pain|"}),
        (r"(?=.*\bdie\b)(?=.*\bpain(?:ful|less)\b).*", {"|painful|", "|painless|"}),
        (r"(?=.*casino)?\w+", None),
        (r"(?!.*casino)\w+", None),
        ("a?b?casino", {"|casino|", "|acasino|", "|bcasino|", "|abcasino|"}),
        (r"\d{3}[-.]\d{4}", {"|0000|"}),
        (r"[0-9]{2,}x", {"00x"}),
        ("(?:ab){2}", {"|abab|"}),
        ("(?<!no )casino(?! please)", {"|casino|"}),
        ("cas(?i)ino", {"|casino|"}),
        ("x.*casino", {"casino"}),
        ("casino|.*", None),
        ("(casino)?", None),
        ("a", None),
        (r"\w+", None),
        ("(?x) casino", None),
        (r"(casino)\1", {"casino"}),
        ("(?(1)a|b)casino", None),
    ],
)  # fmt: skip
def test_what_must_be_there(source: str, expected: set[str] | None):
    assert texts(of_expression(hoist(source), words=True)) == expected


def test_the_longest_word_of_a_phrase_must_be_there():
    assert texts(of_literal("the Casino!", words=True)) == {"|casino|"}
    assert texts(of_literal("casino", words=False)) == {"casino"}
    assert of_literal("?!", words=True) is None


def test_the_memory_for_words_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("plugins.moderation.index.REMEMBERED", 10)
    index = WordIndex([((0, 0), frozenset({Part("casino")}))], frozenset({Field.BODY}), guesses=False)
    for number in range(100):
        assert index.hits([f"word{number}", "mycasinos"]) == {0: [0]}


# -- expressions: whatever is found holds one of the parts

atoms = st.sampled_from(
    ["a", "b", "é", "ß", "ſ", "İ", "½", "ab", "cat", ".", r"\w", r"\W", r"\b", r"\d", r"\s", "[ab]", "[^a]", "[a-f]",
     "[a.]", " ", "-", "^", "$", "_", "1", "[0-9]", r"\.", "‿"]
)  # fmt: skip
expressions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join),
        inner.map(lambda p: f"(?:{p})?"),
        inner.map(lambda p: f"(?:{p})+"),
        inner.map(lambda p: f"(?:{p}){{2}}"),
        inner.map(lambda p: f"(?:{p}){{1,3}}"),
        inner.map(lambda p: f"({p})"),
        inner.map(lambda p: f"(?={p})"),
        inner.map(lambda p: f"(?!{p})"),
    ),
    max_leaves=8,
)
words = st.text("abcét fſßẞİ½1_-. ‿", max_size=14)


@given(expressions, words, st.booleans())
def test_whatever_is_found_holds_what_must_be_there(source: str, text: str, whole: bool):
    parts = of_expression(source, words=whole)
    edges = (r"(?:^|\W|\b)", r"(?:$|\W|\b)") if whole else ("", "")
    if parts is None or not re.search(f"{edges[0]}(?:{source}){edges[1]}", text, re.IGNORECASE | re.DOTALL):
        return
    index = WordIndex([((0, 0), parts)], frozenset({Field.BODY}), guesses=False)
    assert index.hits(View("", text).words) == {0: [0]}


# -- whole rules: with the index and without, and asked twice

values = st.sampled_from(
    [
        "cat",
        "dog",
        "a cat",
        "c",
        "café",
        "!!",
        "x.y",
        "imgur.com",
        "(a|b)",
        "do?g",
        "a\u200bb",
        "c4t",
        "\\d{2}",
        "ca+t",
        "c[@!]t?",
        "é|ß",
        "!!$",
        "(?<!c)@",
        "(c)(?=@)",
    ]
)
modifiers = st.sampled_from(
    ["", " (regex)", " (includes)", " (full-exact)", " (case-sensitive)", " (full-text)", " (starts-with)", " (regex, includes)"]
)  # fmt: skip
checks = st.tuples(
    st.sampled_from(["", "~"]),
    st.sampled_from(
        ["title", "body", "title+body", "domain", "domain+body", "url", "flair_text", "title+flair_text"]
    ),
    modifiers,
    st.lists(values, min_size=1, max_size=3),
)
said = st.lists(
    st.sampled_from(["cat", "dog", "a", "café", "x.y", "(a|b)", "a\u200bb", "c@t", "c a t s", "саt", "42", "caaat", "!!", "c"]),
    max_size=5,
).map(" ".join)  # fmt: skip


def subjects() -> st.SearchStrategy[Subject]:
    def make(
        body: str | None, title: str | None, url: str | None, host: str | None, label: str, edited: bool
    ) -> Subject:
        given = {
            Field.BODY: body, Field.TITLE: title, Field.URL: url, Field.DOMAIN: host, Field.FLAIR: label, Field.ID: "77",
        }  # fmt: skip
        found = {field: (text,) for field, text in given.items() if text is not None}
        kind = Kind.COMMENT if title is None else Kind.LINK if url else Kind.TEXT
        facts = {Fact.EDITED: float(edited), Fact.ACCOUNT_AGE: 100_000.0, Fact.REPORTS: 0.0}
        return Subject(kind, "lounge", Platform.MEMORY, found, facts)

    hosts = st.none() | st.sampled_from(["imgur.com", "i.imgur.com", "imgur.com.net", "x.y"])
    return st.builds(make, st.none() | said, st.none() | said, st.none() | values, hosts, said, st.booleans())


def source(rule: list[tuple[Any, ...]], *more: str) -> str:
    rows = [
        f"{neg}{name}#{n}{mods}: {json.dumps(listed, ensure_ascii=False)}"
        for n, (neg, name, mods, listed) in enumerate(rule)
    ]
    return "\n".join([*rows, *more, "action: report"])


@given(st.lists(st.lists(checks, min_size=1, max_size=3), min_size=1, max_size=5), subjects())
def test_the_index_never_changes_an_answer(rules: list[list[tuple[Any, ...]]], item: Subject):
    loaded = read("\n---\n".join(source(rule) for rule in rules)).rules
    matcher = Matcher(loaded)
    expected = Matcher(loaded, indexed=False).match(item)
    assert matcher.match(item) == expected
    assert matcher.match(item) == expected, "what it remembers of words makes no difference"


# -- what is dropped never makes a rule match more

more = st.lists(
    st.sampled_from(
        [
            "is_edited: true",
            "media_title: cat",
            "~media_title: cat",
            "body+media_title#m: cat",
            "~body+media_title#m: cat",
            "author: {has_verified_email: true}",
            "author: {account_age: '< 3', contributor_quality: low, satisfy_any_threshold: true}",
            "author: {account_age: '< 3', comment_karma: '< 5', satisfy_any_threshold: true}",
            "author: {comment_karma: '< 5'}",
            "author: {is_gold: true}",
            "author: {is_gold: false}",
            "author: {~bio_text: cat}",
            "parent_submission: {~title: cat}",
            "parent_comment: {body: cat}",
            "~body#2 (regex): ['(', cat]",
            "body#3 (regex): ['(', cat]",
            "type: poll submission",
            "is_poll: false",
            "crosspost_subreddit: cats",
            "set_nsfw: true",
            "colour: red",
            "reports: many",
        ]
    ),
    max_size=3,
    unique_by=lambda row: row.partition(":")[0],
)


@given(st.lists(checks, min_size=1, max_size=2), more, subjects())
def test_more_conditions_never_make_a_rule_match_more(
    rule: list[tuple[Any, ...]], rows: list[str], item: Subject
):
    """Whatever cannot be used or known: with it in the text, a rule matches what it matches without, or less.

    Both look at the id, which everything has: a rule that finds nothing to look at does not hold, and that is another law.
    """
    plain, longer = (read(source(rule, "~id#z: '0'", *more)).rules for more in ((), rows))
    if longer and Matcher(longer).match(item).matches:
        assert plain
        assert Matcher(plain).match(item).matches


@given(st.lists(checks, min_size=1, max_size=2), st.frozensets(st.sampled_from(list(Need))), subjects())
def test_what_is_not_fetched_yet_leaves_a_rule_open_and_never_met(
    rule: list[tuple[Any, ...]], needs: frozenset[Need], item: Subject
):
    """A rule that asks for labels is open while they can be fetched, and answered once nothing can be fetched any more."""
    loaded = read(source(rule, "author: {flair_text: cat}")).rules
    unlabelled = replace(
        item, texts={f: t for f, t in item.texts.items() if f is not Field.FLAIR}, open=needs
    )
    found = Matcher(loaded).match(unlabelled)
    assert found.matches == ()
    if Need.LABELS not in needs:
        assert found.answers == ()


@pytest.mark.parametrize(
    "row",
    ["flair_text: cat", "title+flair_text: cat", "~flair_text: cat", "author: {bio_text: cat}", "author: {comment_karma: < 5}",
     "crosspost_subreddit: cats", "parent_submission: {title: x}", "author: {is_submitter: false}"],
)  # fmt: skip
def test_a_rule_waits_for_what_can_be_fetched(row: str):
    rules = read(f"body: dog\n{row}\naction: report").rules
    kind = next(iter(rules[0].kinds))
    item = Subject(
        kind, "lounge", Platform.LEMMY, {Field.BODY: ("dog",), Field.TITLE: ("x",)}, open=frozenset(Need)
    )
    assert [answer.rule for answer in Matcher(rules).match(item).answers] == list(rules)


def test_an_unknown_text_is_not_taken_for_one_without_the_word():
    rules = read("body: cat\nauthor: {~bio_text: spam}\naction: report").rules
    item = Subject(Kind.COMMENT, "lounge", Platform.LEMMY, {Field.BODY: ("cat",)})
    assert Matcher(rules).match(item).answers == ()
    assert Matcher(rules).match(item.knowing(texts={Field.BIO: ("nice",)})).matches
    assert not Matcher(rules).match(item.knowing(texts={Field.BIO: ("spam",)})).matches


def test_all_parts_of_a_rule_must_have_something_to_look_at():
    """As on Reddit: in each group at least one check must find its text, also among those that exclude."""
    rules = read("~domain: imgur.com\nauthor: ana\naction: report").rules
    item = Subject(Kind.LINK, "lounge", Platform.LEMMY, {Field.TITLE: ("x",), Field.AUTHOR: ("ana",)})
    assert Matcher(rules).match(item).matches == ()
    assert Matcher(rules).match(item.knowing(texts={Field.DOMAIN: ("x.org",)})).matches


PLACE = Place(Platform.LEMMY, "freechat", "freechat", PlaceKind.COMMUNITY, "moot", "bot")
LOUNGE = Place(Platform.MATRIX, "lounge", "!1", PlaceKind.ROOM, "moot", "bot")


def said_in(place: Place, **what: Any) -> Subject:
    ref = Ref(place.platform, place.alias, "1")
    ana = Author(place.platform, "ana", "ana")
    message = Message(ref=ref, place=place, author=ana, sent_at=NOW, root=what.pop("root", ref), **what)
    return subject(message, now=NOW)


TEXT_POST = said_in(PLACE, title="A question", text="Hm")
BARE_POST = said_in(PLACE, title="A question", text="")
LINK_POST = said_in(PLACE, title="Look", text="", link="https://imgur.com/1")
COMMENT = said_in(PLACE, text="Hm", root=Ref(Platform.LEMMY, "freechat", "0"))


@pytest.mark.parametrize(
    ("rule", "item", "holds"),
    [
        # A post without a link is on `self.community`, which is no other domain.
        ("~domain: imgur.com", TEXT_POST, True),
        ("~domain: imgur.com", BARE_POST, True),
        ("~domain: self.freechat", TEXT_POST, False),
        ("~domain: imgur.com", said_in(LOUNGE, text="no link"), True),
        ("~domain: imgur.com", LINK_POST, False),
        ("~domain: imgur.com", said_in(PLACE, title="Odd", text="", link="magnet:?xt=1"), True),
        ("~domain: imgur.com\ntype: submission\naction: remove", TEXT_POST, True),
        # Comments are on no domain at all.
        ("~domain: imgur.com", COMMENT, False),
        # A text post has no address and a link post without text no body: nothing was looked at.
        ("~url: imgur", TEXT_POST, False),
        ("~body: cat", LINK_POST, False),
        ("~body: cat", BARE_POST, True),
        # Beside something that was looked at, what is not there does not hold the rule back.
        ("~url: imgur\ntitle: question", TEXT_POST, True),
        ("~url+title: cat", TEXT_POST, True),
        ("~url+title: question", TEXT_POST, False),
    ],
)  # fmt: skip
def test_what_is_excluded_where_there_is_nothing_of_the_kind(rule: str, item: Subject, holds: bool):
    action = "" if "action" in rule else "\naction: report"
    assert bool(Matcher(read(rule + action).rules).match(item).matches) is holds


def test_a_post_above_is_searched_like_any_other():
    rules: tuple[Rule, ...] = read(
        "type: comment\nparent_submission: {title: question, author: {name: bo}}\naction: report"
    ).rules
    item = Subject(Kind.COMMENT, "lounge", Platform.LEMMY, {Field.BODY: ("x",)}, open=frozenset({Need.POST}))
    assert [answer.rule for answer in Matcher(rules).match(item).answers] == list(rules)
    post = Subject(Kind.TEXT, "lounge", Platform.LEMMY, {Field.TITLE: ("A question",), Field.AUTHOR: ("bo",)})
    known = item.knowing(above={Target.POST: post}, needs=frozenset({Need.POST}))
    match = Matcher(rules).match(known).matches[0]
    assert [(find.target, find.text) for find in match.finds] == [
        (Target.POST, "question"),
        (Target.POST_AUTHOR, "bo"),
    ]
    assert Matcher(rules).match(item.knowing(needs=frozenset({Need.POST}))).answers == ()
