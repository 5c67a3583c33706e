"""What the language has beside checks: the first dialect, standards, labels, placeholders, what is known of people."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api import Author, Message, Place, PlaceKind, Platform, Profile, Ref
from plugins.moderation import labels
from plugins.moderation.facts import Fact, Field, Target
from plugins.moderation.match import Find, Match
from plugins.moderation.matching import Matcher
from plugins.moderation.placeholders import Words, filled
from plugins.moderation.reader import read
from plugins.moderation.rule import Kind, Label, Method, Rule
from plugins.moderation.standards import standard
from plugins.moderation.standing import Record, facts_of, first_record, karma, restored
from plugins.moderation.subject import Subject, crossposted_from, mentions

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def rule(source: str) -> Rule:
    found = read(source)
    assert len(found.rules) == 1, found.problems
    return found.rules[0]


# -- the first dialect


def test_the_first_dialect_is_read_under_its_new_names():
    old = rule(
        "type: both\n"
        "title: [one, two]\n"
        "body: three\n"
        "~user: [bob]\n"
        "author_flair_css_class: new\n"
        "modifiers:\n"
        "    title: [includes, regex]\n"
        "    body: full-exact\n"
        "user_conditions:\n"
        "    account_age: '< 3'\n"
        "    comment_karma: '< 5'\n"
        "    must_satisfy: any\n"
        "    rank: '< moderator'\n"
        "body_min_length: 10\n"
        "body_max_length: 20\n"
        "reports: 2\n"
        "link_flair_text: Old\n"
        "link_flair_class: old\n"
        "user_flair_text: Warned\n"
        "set_options: [sticky]\n"
        "action: remove\n"
    )
    new = rule(
        "type: any\n"
        "title (includes, regex): [one, two]\n"
        "body (full-exact): three\n"
        "author:\n"
        "    ~name: [bob]\n"
        "    flair_css_class: new\n"
        "    account_age: '< 3'\n"
        "    comment_karma: '< 5'\n"
        "    satisfy_any_threshold: true\n"
        "    is_moderator: false\n"
        "    set_flair: [Warned, '']\n"
        "body_longer_than: 9\n"
        "body_shorter_than: 21\n"
        "reports: 2\n"
        "set_flair: [Old, old]\n"
        "set_sticky: true\n"
        "action: remove\n"
    )
    assert {(c.fields, c.method, c.regex, c.values, c.negated, c.target) for c in old.checks} == {
        (c.fields, c.method, c.regex, c.values, c.negated, c.target) for c in new.checks
    }
    assert {(c.fact, c.operator, c.value, c.alternative) for c in old.conditions} == {
        (c.fact, c.operator, c.value, c.alternative) for c in new.conditions
    }
    assert set(old.labels) == set(new.labels)
    assert (old.sticky, old.kinds) == (new.sticky, new.kinds)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("is_reply: true\nbody: x", "is_top_level: false\nbody: x"),
        ("author_is_submitter: false\nbody: x", "author: {is_submitter: false}\nbody: x"),
        ("user: ann\nauthor: bob\ntitle: x", "author: {name: ann}\ntitle: x"),
        ("type: link_submission\ntitle: x", "type: link submission\ntitle: x"),
        ("title: x\nmodifiers: starts-with", "title (starts-with): x"),
        ("title (regex): x\nmodifiers: includes", "title (regex): x"),
        ("media_user+title: x", "title (includes-word): x"),
    ],
)
def test_each_old_word_has_a_new_one(old: str, new: str):
    def shape(source: str) -> object:
        one = rule(source + "\naction: report")
        return (
            one.kinds,
            [(c.fields, c.method, c.regex, c.values, c.target) for c in one.checks],
            [(c.fact, c.operator, c.value, c.target) for c in one.conditions],
        )

    assert shape(old) == shape(new)


def test_what_the_first_dialect_cannot_say_any_more_is_off():
    assert read("title: x\nuser_conditions: {rank: '> contributor'}\naction: remove").rules == ()
    assert read("title+user: x\naction: remove").rules == ()
    assert read("title: x\nbody_min_length: many\naction: remove").rules == ()


# -- standards


def post(url: str) -> Subject:
    host = url.split("/")[2]
    return Subject(
        Kind.LINK, "f", Platform.LEMMY, {Field.TITLE: ("x",), Field.URL: (url,), Field.DOMAIN: (host,)}
    )


@pytest.mark.parametrize(
    ("name", "url", "other"),
    [
        ("Image hosting sites", "https://i.imgur.com/a", "https://imgur.com.evil.net/a"),
        ("direct image links", "https://x.org/a.PNG?w=1", "https://x.org/a.png/about"),
        ("video hosting sites", "https://youtu.be/1", "https://youtu.be.evil.net/1"),
        ("streaming sites", "https://www.twitch.tv/a", "https://twitch.tv.net/"),
        ("crowdfunding sites", "https://www.gofundme.com/f/a", "https://x.org/gofundme.com"),
        ("meme generator sites", "https://imgflip.com/i/1", "https://x.org/"),
        ("facebook links", "https://m.facebook.com/a", "https://facebook.com.evil.net/"),
        (
            "amazon affiliate links",
            "https://www.amazon.co.uk/dp/B1?x=1&tag=shop-21",
            "https://www.amazon.com/dp/B1",
        ),
    ],
)
def test_every_standard_stands_for_a_check(name: str, url: str, other: str):
    matcher = Matcher([rule(f"standard: {name}\naction: report")])
    assert matcher.match(post(url)).matches
    assert not matcher.match(post(other)).matches


def test_a_rules_own_keys_go_before_those_of_its_standard():
    own = rule("standard: video hosting sites\ndomain: [example.org]\ntype: submission\naction: remove")
    assert [check.values for check in own.checks] == [("example.org",)]
    assert own.kinds == {Kind.LINK, Kind.TEXT}
    assert {entry.key for entry in standard("facebook links").entries} == {"url+body (regex, includes)"}


# -- labels


@given(st.text(max_size=100), st.text(max_size=300), st.text(max_size=100))
def test_a_label_keeps_to_its_limits_and_comes_back_as_it_was(text: str, css_class: str, template: str):
    label = labels.trimmed(text, css_class, template)
    assert len(label.text) <= 64
    assert len(label.css_class.split()) <= 10
    assert not set(label.css_class) & set("<>\"'&;.#")
    kept = labels.of_person(label, "matrix:@ana:example.org")
    assert labels.restored(kept.value) == label
    assert kept.about == "matrix:@ana:example.org"


@pytest.mark.parametrize("value", [None, 5, "x", [], {}, {"text": None}, {"class": 3}])
def test_whatever_is_remembered_is_a_label(value: object):
    assert isinstance(labels.restored(value), Label)  # type: ignore[arg-type]


# -- placeholders

ROOM = Place(Platform.MEMORY, "lounge", "!1", PlaceKind.ROOM, "moot", "bot")
REF = Ref(Platform.MEMORY, "lounge", "1")
SAID = Message(
    ref=REF, place=ROOM, author=Author(Platform.MEMORY, "ana", "ana"), text="b", sent_at=NOW, root=REF
)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{match}}, {{match-1}}", "tags: red, tags: red"),
        ("{{match-2}} and {{match-title+body#1-2}} and {{match-title+body-2}}", "red and red and red"),
        ("{{match-url}} {{ match-url-1 }}", "x.org x.org"),
        ("{{match-3}} {{match-domain}} {{nonsense}}", "{{match-3}} {{match-domain}} {{nonsense}}"),
        ("{{author}} {{kind}} {{title}}{{subreddit}}", "ana submission lounge"),
    ],
)
def test_placeholders_quote_what_was_found(template: str, expected: str):
    finds = (
        Find("title+body#1", Target.ITEM, Field.BODY, (0, 9), "tags: red", groups=("tags: red", "red")),
        Find("url", Target.ITEM, Field.URL, (0, 5), "x.org"),
        Find("title+body#2", Target.AUTHOR, Field.AUTHOR, (0, 3), "ana"),
    )
    words = Words(Match(rule("body: x\naction: report"), finds), SAID)
    assert filled(template, words) == expected


def test_brackets_count_on_over_all_values_of_a_check():
    source = "body (regex): ['a(\\d)', '(b)(c)?']\ncomment: '{{match-2}}|{{match-3}}|{{match-4}}'"
    matcher = Matcher([rule(source)])
    for text, groups in (("a7", ("a7", "7")), ("b", ("b", "", "b", ""))):
        item = Subject(Kind.COMMENT, "l", Platform.MEMORY, {Field.BODY: (text,)})
        assert matcher.match(item).matches[0].finds[0].groups == groups


# -- people


def test_whoever_was_there_before_has_been_there_for_ever():
    began = NOW - timedelta(days=5)
    old = first_record(NOW, began=began, since=NOW - timedelta(days=400))
    assert facts_of(old.said(post=True), NOW) == {Fact.FIRST_SEEN: math.inf, Fact.MESSAGES: math.inf}
    assert not first_record(NOW, began=None, since=NOW).new
    assert first_record(NOW, began=began, since=NOW).new
    assert first_record(NOW, began=began, since=None, joins=True).new
    assert first_record(NOW, began=NOW - timedelta(days=30), since=None).new
    new = first_record(NOW, began=began, since=NOW).said(post=False).said(post=True)
    assert facts_of(new, NOW + timedelta(hours=1)) == {Fact.FIRST_SEEN: 3600, Fact.MESSAGES: 2}
    assert restored(new.stored()) == new


@pytest.mark.parametrize(
    "value", [None, 3, {}, {"first_seen": 5}, {"first_seen": NOW.isoformat(), "posts": "x"}]
)
def test_a_record_that_is_none_is_forgotten(value: object):
    assert restored(value) is None  # type: ignore[arg-type]


def test_karma_is_projected_from_the_newest_votes():
    profile = Profile(posts=100, comments=4, post_scores=(5, 7), comment_scores=(-3, 1, 1, 1))
    assert karma(profile, None, here=False) == {
        Fact.POST_KARMA: 600, Fact.COMMENT_KARMA: 0, Fact.COMBINED_KARMA: 600,
    }  # fmt: skip
    here = Profile(post_scores=(5, 7))
    assert karma(here, None, here=True)[Fact.POST_KARMA_HERE] == 12
    record = Record(NOW, new=True, posts=2, comments=3)
    assert karma(None, record, here=False)[Fact.COMBINED_KARMA] == 5
    assert karma(None, Record(NOW, new=False), here=False)[Fact.POST_KARMA] == math.inf
    assert set(karma(None, None, here=True).values()) == {None}
    assert set(karma(Profile(text="hi"), None, here=False).values()) == {None}


# -- what a message says of itself


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("cross-posted from: https://lemmy.example/post/77", "77"),
        ("> *Kreuzpost von: <https://lemmy.example/post/5>*\n\ntext", "5"),
        ("cross-posted from: [A title](https://lemmy.example/post/9)", "9"),
        ("crossposté depuis : https://lemmy.example/post/12\n> …", "12"),
        ("see https://lemmy.example/post/77", None),
        ("cross-posted from: https://lemmy.example/comment/77", None),
        ("text\ncross-posted from: https://lemmy.example/post/77", None),
        ("a" * 100_000, None),
        (":" * 100_000, None),
    ],
)  # fmt: skip
def test_the_first_line_says_where_a_post_comes_from(text: str, number: str | None):
    found = crossposted_from(text)
    assert (found[1] if found else None) == number


def test_people_are_named_in_many_ways():
    text = "@ana:example.org @Bo@lemmy.example, @cyn; https://matrix.to/#/@dee:x.org https://l.example/u/edo me@mail.org @ana:example.org"
    assert mentions(text) == (
        "@ana:example.org", "@bo@lemmy.example", "@cyn", "matrix.to/#/@dee:x.org", "https://l.example/u/edo",
    )  # fmt: skip


def test_a_list_of_ten_thousand_values_is_read_and_found():
    words = [f"word{number}x" for number in range(10_000)]
    one = rule(f"body: [{', '.join(words)}]\naction: report")
    assert (len(one.checks[0].values), one.checks[0].method) == (10_000, Method.WORD)
    matcher = Matcher([one])
    for text, count in (("a word9999x!", 1), ("word10000x", 0)):
        item = Subject(Kind.COMMENT, "l", Platform.MEMORY, {Field.BODY: (text,)})
        assert len(matcher.match(item).matches) == count
    assert read(f"body: [{', '.join(words * 3)}]\naction: report").rules == ()
