"""Lemmy's JSON as the bot's model: whatever a server sends, nothing falls over, and what makes no sense is counted."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import FakeClock
from bot.demo.lemmy import Instance
from bot.demo.lemmy.views import Views
from bot.demo.lemmy.views4 import Views4
from bot.model import Act, Author, Discussion, Message, Removed, Reported, Restored, Role, Sanctioned
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.elsewhere import root_page, same_link
from bot.platforms.lemmy.fields import Malformed
from bot.platforms.lemmy.logrows import modern
from bot.platforms.lemmy.lookup import same_text
from bot.platforms.lemmy.modlog import Line, line
from bot.platforms.lemmy.people import profile
from bot.platforms.lemmy.seen import Cursor
from bot.platforms.lemmy.shapes import Home
from bot.platforms.lemmy.wording import title
from tests.lemmy_town import HOME, NOON, PLACES, build, ref

EYES = Home(
    account="lemmy",
    person=6,
    name="folkmoot",
    host=HOME,
    places={1: PLACES["chat"]},
    private=PLACES["lemmy.private"],
    staff={f"https://{HOME}/u/mia": Role.MODERATOR},
)


def rows(instance: Instance, see: Views | Views4) -> dict[str, dict[str, Any]]:
    """One row of each kind, as the server in memory sends it."""
    log = [see.mod_action(entry) for entry in instance.modlog]
    if isinstance(see, Views):
        lists: dict[str, list[Any]] = {}
        for entry, row in zip(instance.modlog, log, strict=True):
            lists.setdefault(entry.kind, []).append(row)
        by_kind = {row["modlog"]["kind"]: row for row in modern(lists)}
    else:
        by_kind = {row["modlog"]["kind"]: row for row in log}
    return {
        "post": see.post(instance.posts[1]),
        "comment": see.comment(instance.comments[2]),
        "private": see.private_message(instance.messages[1]),
        "post report": see.report(instance.reports[1]),
        "comment report": see.report(instance.reports[2]),
        "removed post": by_kind["mod_remove_post"],
        "removed comment": by_kind["mod_remove_comment"],
        "ban": by_kind["mod_ban_from_community"],
        "discussion": see.post(instance.posts[1]),
        "person": see.person(instance.who("ana"))["person"],
    }


def story() -> Instance:
    instance = build(FakeClock(NOON))
    post = instance.post(as_="ana", community="freechat", title="Hello", text="x", link="https://a.example/b")
    comment = instance.comment(as_="ana", post=post, text="y")
    instance.comment(as_="ana", post=post, parent=comment, text="@folkmoot@lemmy.example why")
    instance.private_message(as_="mia", to="folkmoot", text="z")
    instance.report(as_="max", ref=f"post/{post}", reason="r")
    instance.report(as_="max", ref=f"comment/{comment}", reason="r")
    instance.remove(as_="mia", ref=f"post/{post}", reason="rule 1")
    instance.remove(as_="mia", ref=f"comment/{comment}", reason="rule 1")
    instance.ban(as_="mia", community="freechat", who="ana", reason="rude", until=NOON + timedelta(days=1))
    return instance


STORY = story()
OLD = rows(STORY, Views(STORY, STORY.who("folkmoot")))
NEW = rows(STORY, Views4(STORY, STORY.who("folkmoot")))
#: Rows of both versions.
ROWS = {**OLD, **{f"{kind} of 1.0": row for kind, row in NEW.items()}}
_READERS: dict[str, tuple[Callable[[Any], object], type]] = {
    "post": (lambda row: shapes.post(row, EYES).message, Message),
    "comment": (lambda row: shapes.comment(row, EYES).message, Message),
    "private": (lambda row: shapes.private(row, EYES).message, Message),
    "post report": (lambda row: shapes.report(row, EYES), Reported),
    "comment report": (lambda row: shapes.report(row, EYES), Reported),
    "removed post": (lambda row: line(row, EYES), Line),
    "removed comment": (lambda row: line(row, EYES), Line),
    "ban": (lambda row: line(row, EYES), Line),
    "discussion": (shapes.discussion, Discussion),
    "person": (shapes.author, Author),
}
READERS = {kind: _READERS[kind.removesuffix(" of 1.0")][0] for kind in ROWS}
TYPES = {kind: _READERS[kind.removesuffix(" of 1.0")][1] for kind in ROWS}

NONSENSE = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(
        [
            "\ud800",
            "a\x00b",
            "0.1.2.99999999999999999999999999",
            "0.²",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
            "2026-03-01T12:00:00.123456789Z",
            "https://[bad/",
            "http://",
        ]
    )
    | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.text(max_size=5), st.integers(), max_size=2)
)


def paths(value: Any, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The way to every field of a row."""
    if not isinstance(value, dict):
        return [above]
    return [above, *(path for key, inner in value.items() for path in paths(inner, (*above, key)))]


@st.composite
def damaged(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """A row with some fields dropped, altered or added."""
    row = copy.deepcopy(ROWS[kind])
    for path in draw(st.lists(st.sampled_from(paths(row)[1:]), max_size=5)):
        inner: Any = row
        for key in path[:-1]:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(inner, dict):
            if draw(st.booleans()):
                inner.pop(path[-1], None)
            else:
                inner[path[-1]] = draw(NONSENSE)
    row["a_field_of_the_future"] = draw(NONSENSE)
    return row


@pytest.mark.parametrize("kind", ROWS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_row_is_read_or_counted_and_never_raises(kind, data):
    row = data.draw(damaged(kind))
    found, skipped = fields.harvest([row, ROWS[kind]], READERS[kind])
    assert len(found) + skipped == 2
    assert found[-1] == READERS[kind](ROWS[kind])
    for value in found:
        if value is not None:
            assert isinstance(value, TYPES[kind])
            # Any database can keep it.
            assert "\x00" not in repr(value).replace("\\x00", "\x00")
            repr(value).encode()


@pytest.mark.parametrize("kind", ROWS)
@given(rows=NONSENSE | st.lists(NONSENSE))
def test_a_list_of_nonsense_is_counted(kind, rows):
    found, skipped = fields.harvest(rows, READERS[kind])
    assert (found, skipped) == ([], len(rows) if isinstance(rows, list) else 0)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("post", "post"),
        ("post", "post.id"),
        ("post", "post.published"),
        ("post", "creator.actor_id"),
        ("comment", "comment.id"),
        ("private", "private_message.id"),
        ("post report", "post_creator"),
        ("comment report", "comment_report.id"),
        ("removed post", "modlog.published_at"),
        ("removed post", "modlog.id"),
        ("removed comment", "target_comment"),
        ("discussion", "post.ap_id"),
        ("person", "actor_id"),
    ],
)
def test_what_a_row_cannot_do_without(kind, path):
    row = copy.deepcopy(ROWS[kind])
    *way, last = path.split(".")
    inner = row
    for key in way:
        inner = inner[key]
    del inner[last]
    with pytest.raises(Malformed, match=last.split("_")[0]):
        READERS[kind](row)


def test_a_row_of_only_the_bare_necessities_is_read():
    bare = {
        "post": {"id": 3, "published": "2026-03-01T12:00:00Z"},
        "creator": {"id": 9, "actor_id": "https://tiny.example/users/zoe"},
        "community": {"id": 1},
    }
    item = shapes.post(bare, EYES)
    message = item.message
    assert (message.author.name, message.author.role) == ("zoe@tiny.example", Role.EVERYONE)
    assert (message.title, message.text, message.link, message.score) == ("", "", None, None)
    assert message.url == f"https://{HOME}/post/3"
    assert (item.pinned, item.deleted, item.removed, message.gone) == (False, False, False, False)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T12:00:00.123456Z", NOON.replace(microsecond=123456)),
        ("2026-03-01T12:00:00", NOON),
        ("2026-03-01T13:00:00+01:00", NOON),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times(text, moment):
    assert fields.moment({"at": text}, "at") == moment


@pytest.mark.parametrize(
    ("path", "own", "parent"),
    [
        ("0.12", 12, None),
        ("0.12.34", 34, 12),
        ("0.12.34.56", 56, 34),
        ("", 1, None),
        ("0", 1, None),
        ("0.12.34", 35, None),
        ("0.x.34", 34, None),
        ("0.0.34", 34, None),
    ],
)
def test_the_parent_in_a_path(path, own, parent):
    assert shapes.parent_comment(path, own) == parent


@pytest.mark.parametrize(
    ("sent", "stored", "same"),
    [
        ("Hello  there\n\nfriend", "Hello there friend", True),
        ("see https://a.example/?utm_source=x ok", "see https://a.example/ ok", True),
        (
            "![cat](https://pics.example/c.png)",
            "![cat](https://lemmy.example/api/v3/image_proxy?url=x)",
            True,
        ),
        ("what the heck is that", "what the *removed* is that", True),
        ("cafe\u0301", "caf\u00e9", True),
        ("Hello", "Hello there", False),
        ("Strike 1", "Strike 2", False),
        ("a.c", "abc", False),
        ("", "something", False),
    ],
)
def test_texts_that_a_server_may_have_changed(sent, stored, same):
    assert same_text(sent, stored) is same


@given(st.text())
def test_a_text_that_was_not_changed_is_the_same(text):
    assert same_text(text, text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.a.example/x/", "http://a.example/x", True),
        ("https://a.example/x#part", "https://a.example/x", True),
        ("https://a.example/x?id=1", "https://a.example/x?id=2", False),
        (None, "https://a.example/x", False),
        ("https://[bad", "https://[bad", True),
    ],
)
def test_links_that_lead_to_one_page(one, other, same):
    assert same_link(one, other) is same


@pytest.mark.parametrize(
    ("link", "front"),
    [
        ("https://a.example", True),
        ("https://a.example/", True),
        ("https://a.example/?id=1", False),
        ("https://a.example/x", False),
        ("https://[bad", False),
        (None, False),
    ],
)
def test_front_pages(link, front):
    assert root_page(link) is front


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://lemmy.example/u/ana", "ana@lemmy.example"),
        ("https://lemmy.example/u/ben@other.example", "ben@other.example"),
        ("https://mastodon.example/users/zoe", "zoe@mastodon.example"),
        ("https://mastodon.example/@zoe", "zoe@mastodon.example"),
        ("https://lemmy.example/c/freechat", None),
        ("ana", None),
    ],
)
def test_profile_addresses(url, name):
    assert profile(url) == name


@given(
    since=st.datetimes(timezones=st.just(UTC)),
    newest=st.dictionaries(st.text(max_size=5), st.datetimes(timezones=st.just(UTC)), max_size=3),
    count=st.integers(0),
)
def test_a_cursor_is_what_it_was_after_a_restart(since, newest, count):
    cursor = Cursor(since, newest, count)
    assert Cursor.parse(str(cursor)) == cursor


@given(st.text() | NONSENSE.map(json.dumps))
def test_a_cursor_of_somebody_else_is_none(text):
    assert Cursor.parse(text) is None


def test_the_window_begins_before_the_newest_thing_but_never_before_the_first_start():
    cursor = Cursor(NOON)
    hours = timedelta(hours=1)
    assert cursor.start("chat", 2 * hours) == NOON
    later = cursor.moved("chat", NOON + 1 * hours)
    assert later.start("chat", 2 * hours) == NOON
    much_later = later.moved("chat", NOON + 10 * hours)
    assert much_later.start("chat", 2 * hours) == NOON + 8 * hours
    assert much_later.moved("chat", NOON) == much_later
    assert much_later.moved("chat", None) == much_later
    assert much_later.start("other", 2 * hours) == NOON


def test_somebody_elses_clock_does_not_move_ours():
    item = shapes.post(
        {**ROWS["post"], "post": {**ROWS["post"]["post"], "published": "2099-01-01T00:00:00Z"}}, EYES
    )
    assert shapes.newest([item], NOON) == NOON
    assert shapes.newest([], NOON) is None


@given(st.text(max_size=400))
def test_titles_fit(text):
    shown = title(text)
    assert "\n" not in shown
    assert 3 <= len(shown.encode("utf-16-le", "replace")) // 2 <= 200


def test_the_moderator_of_another_community_is_nobody_here():
    row = copy.deepcopy(ROWS["post"])
    row["creator_is_moderator"] = True
    assert shapes.post(row, EYES).message.author.role is Role.MODERATOR
    row["community"] |= {"id": 77, "actor_id": "https://far.example/c/books", "name": "books"}
    message = shapes.post(row, EYES).message
    assert (message.author.role, message.place.alias) == (Role.EVERYONE, "books@far.example")


def test_the_time_of_a_fake_row_is_the_time_that_was_said():
    assert shapes.post(ROWS["post"], EYES).message.sent_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("kind", OLD)
def test_both_versions_mean_the_same(kind):
    """What the older server does not tell aside: whose post was removed."""
    old, new = READERS[kind](OLD[kind]), READERS[kind](NEW[kind])
    if isinstance(old, Line) and isinstance(new, Line):
        old, new = old.meaning, new.meaning
    assert old == new


@pytest.mark.parametrize(
    ("kind", "reverted", "meaning"),
    [
        ("mod_remove_post", False, Removed),
        ("mod_remove_post", True, Restored),
        ("mod_ban_from_community", False, Act.BAN),
        ("mod_ban_from_community", True, Act.UNBAN),
        ("mod_warn_post", False, Act.WARN),
        ("mod_lock_post", False, None),
        ("mod_feature_post_community", False, None),
        ("admin_purge_person", False, None),
        ("a_kind_of_the_future", True, None),
    ],
)
def test_what_a_line_of_the_log_means(kind, reverted, meaning):
    row = copy.deepcopy(NEW["removed post"])
    row["modlog"] |= {"kind": kind, "is_revert": reverted, "reason": "rule 1"}
    found = line(row, EYES).meaning
    told = found.act if isinstance(found, Sanctioned) else type(found) if found else None
    assert told == meaning
    if found is not None:
        assert found.reason == "rule 1"


def test_a_ban_tells_until_when_and_a_warning_what_it_was_about():
    ban = line(NEW["ban"], EYES).meaning
    assert isinstance(ban, Sanctioned)
    assert (ban.person.name, ban.until, ban.about) == (f"ana@{HOME}", NOON + timedelta(days=1), None)
    row = copy.deepcopy(NEW["removed comment"])
    row["modlog"]["kind"] = "mod_warn_comment"
    warning = line(row, EYES).meaning
    assert isinstance(warning, Sanctioned)
    assert (warning.about, warning.until) == (ref("comment/1"), None)
    assert warning.by is not None
    assert warning.by.name == f"mia@{HOME}"


def test_a_moderator_whose_name_the_server_hides():
    row = copy.deepcopy(NEW["ban"])
    del row["moderator"]
    ban = line(row, EYES).meaning
    assert isinstance(ban, Sanctioned)
    assert ban.by is None


@pytest.mark.parametrize(("field", "text"), [("bio", "please #nobot"), ("display_name", "Ana #NoBot")])
def test_who_wants_no_bots_may_say_so_in_profile_or_name(field, text):
    assert shapes.author({**NEW["person"], field: text}).opted_out
    assert not shapes.author(NEW["person"]).opted_out
