"""The server in memory behaves as Lemmy 0.19 does, also where that is surprising. Spoken to over HTTP, as a bot would."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.clock import FakeClock
from bot.demo.lemmy import Instance, LemmyError, LemmyServer
from bot.demo.lemmy.routes import KINDS3, KINDS4, V3, V4
from bot.platforms.lemmy.pacing import Kind
from tests.lemmy_town import AWAY, HOME, NOON, build

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback]


class Visitor:
    """Somebody with an HTTP client, signed in as the bot's account."""

    def __init__(self, server: LemmyServer, http: httpx.AsyncClient, clock: FakeClock) -> None:
        self.server = server
        self.instance: Instance = server.instance
        self.clock = clock
        self._http = http
        self.token = ""

    async def call(self, method: str, path: str, **args: Any) -> httpx.Response:
        where = {"params": args} if method == "GET" else {"json": args}
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return await self._http.request(method, f"{self.server.url}/api/v3{path}", headers=headers, **where)

    async def ask(self, path: str, **args: Any) -> Any:
        answer = await self.call("GET", path, **args)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def do(self, path: str, method: str = "POST", **args: Any) -> Any:
        answer = await self.call(method, path, **args)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def no(self, method: str, path: str, **args: Any) -> tuple[int, str]:
        """The status and name of a refusal."""
        answer = await self.call(method, path, **args)
        return answer.status_code, answer.json()["error"]

    async def titles(self, **args: Any) -> list[str]:
        return [row["post"]["name"] for row in (await self.ask("/post/list", **args))["posts"]]


@asynccontextmanager
async def visit(**more: Any) -> AsyncIterator[Visitor]:
    clock = FakeClock(NOON)
    async with LemmyServer(build(clock), **more) as server, httpx.AsyncClient(trust_env=False) as http:
        visitor = Visitor(server, http, clock)
        answer = await visitor.do("/user/login", username_or_email="folkmoot", password="secret")
        visitor.token = answer["jwt"]
        yield visitor


async def test_it_says_what_it_is():
    async with visit() as it:
        answer = await it._http.get(f"{it.server.url}/nodeinfo/2.1")
        assert answer.json()["software"] == {"name": "lemmy", "version": "0.19.20"}


async def test_a_dead_token_reads_as_a_stranger_and_writes_as_nobody():
    async with visit() as it:
        number = it.instance.post(as_="ana", community="freechat", title="Hello")
        it.token = "dead"
        assert await it.titles(community_name="freechat") == ["Hello"]
        assert "my_user" not in await it.ask("/site")
        assert await it.no("GET", "/user/validate_auth") == (401, "incorrect_login")
        assert await it.no("POST", "/comment", post_id=number, content="x") == (401, "incorrect_login")
        assert await it.no("POST", "/user/login", username_or_email="folkmoot", password="x") == (
            401,
            "incorrect_login",
        )
        assert await it.no("POST", "/user/login", username_or_email="nobody", password="x") == (
            401,
            "incorrect_login",
        )
        assert await it.no("POST", "/user/login", username_or_email="ana", password="") == (
            401,
            "incorrect_login",
        )


async def test_who_am_i():
    async with visit() as it:
        site = await it.ask("/site")
        assert site["my_user"]["local_user_view"]["person"]["actor_id"] == f"https://{HOME}/u/folkmoot"
        assert [row["community"]["name"] for row in site["my_user"]["moderates"]] == ["freechat"]
        assert [row["person"]["name"] for row in site["admins"]] == ["admin"]
        community = await it.ask("/community", name=f"freechat@{HOME}")
        assert [row["moderator"]["name"] for row in community["moderators"]] == ["mia", "folkmoot", "max"]


async def test_lists_have_pinned_posts_first_and_never_removed_ones():
    async with visit() as it:
        for title in ("one", "two", "three", "four", "five"):
            it.clock.advance(timedelta(minutes=1))
            it.instance.post(as_="ana", community="freechat", title=f"Number {title}")
        it.instance.feature(as_="mia", post=1)
        it.instance.remove(as_="mia", ref="post/3")
        it.instance.delete(as_="ana", ref="post/4")
        assert await it.titles(community_name="freechat", sort="New") == [
            "Number one",
            "Number five",
            "Number two",
        ]
        assert await it.titles(sort="New") == ["Number five", "Number two", "Number one"]
        # Moderators still get at it one by one.
        assert (await it.ask("/post", id=3))["post_view"]["post"]["removed"]
        it.token = ""
        assert await it.no("GET", "/post", id=3) == (400, "couldnt_find_post")


async def test_lists_hide_what_the_reader_did_not_ask_for():
    async with visit() as it:
        it.instance.post(as_=f"ben@{AWAY}", community=f"books@{AWAY}", title="Far away")
        it.instance.post(as_="ana", community="freechat", title="Not for work", nsfw=True)
        assert await it.titles() == []
        assert await it.titles(type_="All") == ["Far away"]
        assert sorted(await it.titles(type_="All", show_nsfw="true")) == ["Far away", "Not for work"]
        await it.do("/user/save_user_settings", "PUT", show_nsfw=True)
        assert await it.titles() == ["Not for work"]


async def test_pages():
    async with visit() as it:
        for number in range(23):
            it.clock.advance(timedelta(minutes=1))
            it.instance.post(as_="ana", community="freechat", title=f"Number {number}")
        assert len(await it.titles(community_name="freechat")) == 10
        assert await it.titles(community_name="freechat", page=3) == ["Number 2", "Number 1", "Number 0"]
        assert await it.titles(community_name="freechat", page=4) == []
        assert (await it.no("GET", "/post/list", limit=51))[0] == 400
        assert (await it.no("GET", "/post/list", page=101))[0] == 400
        assert (await it.no("GET", "/post/list", page="x"))[0] == 400


async def test_a_thread_with_a_depth_is_cut_at_300_comments():
    async with visit() as it:
        number = it.instance.post(as_="ana", community="freechat", title="Long")
        for _ in range(310):
            it.instance.comment(as_="ana", post=number, text="x")
        deep = it.instance.comment(as_="ana", post=number, text="deep", parent=1)
        page = await it.ask("/comment/list", post_id=number, max_depth=8, limit=50, page=2)
        assert len(page["comments"]) == 300
        page = await it.ask("/comment/list", post_id=number, sort="Old", limit=50, page=7)
        assert len(page["comments"]) == 11
        page = await it.ask("/comment/list", parent_id=1, sort="Old")
        assert [row["comment"]["path"] for row in page["comments"]] == ["0.1", f"0.1.{deep}"]


async def test_what_is_gone_is_listed_without_its_text():
    async with visit() as it:
        number = it.instance.post(as_="ana", community="freechat", title="Hello")
        it.instance.comment(as_="ana", post=number, text="rude")
        await it.do("/comment/remove", comment_id=1, removed=True, reason="rule 1")
        [row] = (await it.ask("/comment/list", post_id=number))["comments"]
        assert (row["comment"]["content"], row["comment"]["removed"]) == ("", True)
        assert "updated" not in row["comment"]
        log = await it.ask("/modlog", community_id=1)
        [line] = log["removed_comments"]
        assert line["mod_remove_comment"]["reason"] == "rule 1"
        assert (line["moderator"]["name"], line["commenter"]["name"]) == ("folkmoot", "ana")
        assert log["removed_posts"] == []


async def test_every_kind_of_line_in_the_moderation_log():
    async with visit() as it:
        it.instance.post(as_="ana", community="freechat", title="Hello")
        await it.do("/post/lock", post_id=1, locked=True)
        await it.do("/post/feature", post_id=1, featured=True, feature_type="Community")
        await it.do("/post/remove", post_id=1, removed=True)
        await it.do("/community/ban_user", community_id=1, person_id=1, ban=True, reason="r")
        log = await it.ask("/modlog")
        assert {key: len(lines) for key, lines in log.items() if lines} == {
            "removed_posts": 1,
            "locked_posts": 1,
            "featured_posts": 1,
            "banned_from_community": 1,
        }
        assert log["banned_from_community"][0]["banned_person"]["name"] == "ana"


@pytest.mark.parametrize(
    ("path", "args", "error"),
    [
        ("/post/remove", {"post_id": 2, "removed": True}, "not_higher_mod"),
        ("/post/remove", {"post_id": 3, "removed": True}, "not_a_mod_or_admin"),
        ("/post/lock", {"post_id": 3, "locked": True}, "not_a_mod_or_admin"),
        ("/post/lock", {"post_id": 99, "locked": True}, "couldnt_find_post"),
        ("/post/feature", {"post_id": 1, "featured": True, "feature_type": "Local"}, "not_an_admin"),
        ("/post/delete", {"post_id": 1, "deleted": True}, "no_post_edit_allowed"),
        ("/community/ban_user", {"community_id": 1, "person_id": 2, "ban": True}, "not_higher_mod"),
        ("/community/ban_user", {"community_id": 1, "person_id": 5, "ban": True}, "not_higher_mod"),
        ("/community/ban_user", {"community_id": 3, "person_id": 1, "ban": True}, "not_a_mod_or_admin"),
        (
            "/community/ban_user",
            {"community_id": 1, "person_id": 1, "ban": True, "expires": 9},
            "ban_expiration_in_past",
        ),
        ("/community/ban_user", {"community_id": 1, "person_id": 77, "ban": True}, "couldnt_find_person"),
        ("/community/mod", {"community_id": 3, "person_id": 1, "added": True}, "not_a_mod_or_admin"),
        ("/comment", {"post_id": 99, "content": "x"}, "couldnt_find_post"),
        ("/comment", {"post_id": 1, "content": "  "}, "invalid_body_field"),
        ("/comment", {"post_id": 1, "content": "🌱" * 5_001}, "invalid_body_field"),
        ("/comment", {"post_id": 1}, "unknown"),
        ("/comment", {"post_id": 2, "content": "x", "parent_id": 1}, "couldnt_create_comment"),
        ("/comment/distinguish", {"comment_id": 1, "distinguished": True}, "no_comment_edit_allowed"),
        ("/comment/remove", {"comment_id": 2, "removed": True}, "couldnt_update_comment"),
        ("/comment/delete", {"comment_id": 2, "deleted": True}, "couldnt_update_comment"),
        ("/post", {"community_id": 1, "name": "x"}, "invalid_post_title"),
        ("/post", {"community_id": 1, "name": "Fine", "url": "ftp://x"}, "invalid_url"),
        ("/post", {"community_id": 9, "name": "Fine"}, "couldnt_find_community"),
        (
            "/private_message/mark_as_read",
            {"private_message_id": 9, "read": True},
            "couldnt_find_private_message",
        ),
        ("/comment/mark_as_read", {"comment_reply_id": 9, "read": True}, "couldnt_update_replies"),
    ],
)
async def test_lemmys_no(path, args, error):
    async with visit() as it:
        it.instance.post(as_="ana", community="freechat", title="By ana")
        it.instance.post(as_="mia", community="freechat", title="By mia")
        it.instance.post(as_="ana", community="elsewhere", title="Not ours")
        it.instance.comment(as_="ana", post=1, text="first")
        it.instance.comment(as_="ana", post=1, text="second")
        it.instance.delete(as_="ana", ref="comment/2")
        before = it.instance.transcript()
        assert await it.no("POST", path, **args) == (400, error)
        assert it.instance.transcript() == before


@pytest.mark.parametrize(
    ("prepare", "error"),
    [
        (lambda i: i.ban(as_="mia", community="freechat", who="ana"), "banned_from_community"),
        (lambda i: i.lock(as_="mia", post=1), "locked"),
        (lambda i: i.remove(as_="mia", ref="post/1"), "deleted"),
        (lambda i: setattr(i.who("ana"), "banned", True), "site_ban"),
        (lambda i: setattr(i.where("freechat"), "deleted", True), "deleted"),
    ],
)
def test_why_a_member_cannot_comment(prepare, error):
    instance = build(FakeClock(NOON))
    instance.post(as_="max", community="freechat", title="Hello")
    prepare(instance)
    with pytest.raises(LemmyError, match=error):
        instance.comment(as_="ana", post=1, text="x")


def test_moderators_comment_on_locked_posts_and_threads_end_at_50_replies():
    instance = build(FakeClock(NOON))
    instance.post(as_="ana", community="freechat", title="Hello")
    instance.lock(as_="mia", post=1)
    parent = None
    for _ in range(50):
        parent = instance.comment(as_="mia", post=1, text="x", parent=parent)
    with pytest.raises(LemmyError, match="max_comment_depth_reached"):
        instance.comment(as_="mia", post=1, text="x", parent=parent)


def test_what_answers_a_purged_comment_answers_the_post():
    instance = build(FakeClock(NOON))
    instance.post(as_="ana", community="freechat", title="Hello")
    instance.comment(as_="ana", post=1, text="x")
    instance.purge(ref="comment/1")
    orphan = instance.comment(as_="ana", post=1, text="y", parent=1)
    assert instance.comments[orphan].path == f"0.{orphan}"


async def test_bans_end_by_themselves_and_very_long_ones_never():
    async with visit() as it:
        soon = int((NOON + timedelta(days=1)).timestamp())
        far = int((NOON + timedelta(days=4_000)).timestamp())
        await it.do("/community/ban_user", community_id=1, person_id=1, ban=True, expires=soon)
        await it.do("/community/ban_user", community_id=1, person_id=4, ban=True, expires=far)
        it.clock.advance(timedelta(days=4_001))
        it.instance.post(as_="ana", community="freechat", title="I am back")
        with pytest.raises(LemmyError, match="banned_from_community"):
            it.instance.post(as_=f"ben@{AWAY}", community="freechat", title="I am not")
        [row] = (await it.ask("/post/list", community_id=1))["posts"]
        assert row["creator_banned_from_community"] is False


async def test_replies_and_mentions_and_reading_them():
    async with visit() as it:
        await it.do("/post", community_id=1, name="Mine")
        it.instance.comment(as_="ana", post=1, text=f"@folkmoot@{HOME} a mention in a reply is a mention")
        it.instance.comment(as_="mia", post=1, text="a reply")
        it.instance.private_message(as_="ana", to="folkmoot", text="psst")
        counts = await it.ask("/user/unread_count")
        assert counts == {"replies": 1, "mentions": 1, "private_messages": 1}
        [reply] = (await it.ask("/user/replies", unread_only="true"))["replies"]
        [mention] = (await it.ask("/user/mention", unread_only="true"))["mentions"]
        assert (reply["comment"]["id"], mention["comment"]["id"]) == (2, 1)
        await it.do("/comment/mark_as_read", comment_reply_id=reply["comment_reply"]["id"], read=True)
        await it.do(
            "/user/mention/mark_as_read", person_mention_id=mention["person_mention"]["id"], read=True
        )
        assert (await it.ask("/user/unread_count"))["private_messages"] == 1
        await it.do("/user/mark_all_as_read")
        assert await it.ask("/user/unread_count") == {"replies": 0, "mentions": 0, "private_messages": 0}


async def test_reports_are_seen_by_moderators_and_closed_by_a_removal():
    async with visit() as it:
        it.instance.post(as_="ana", community="freechat", title="Hello", text="words")
        it.instance.comment(as_="ana", post=1, text="more words")
        it.instance.post(as_="ana", community="elsewhere", title="Not ours")
        await it.do("/post/report", post_id=1, reason="off topic")
        await it.do("/comment/report", comment_id=1, reason="rude")
        it.instance.report(as_="max", ref="post/2", reason="not ours")
        assert await it.ask("/user/report_count") == {"post_reports": 1, "comment_reports": 1}
        [post] = (await it.ask("/post/report/list", unresolved_only="true"))["post_reports"]
        assert (post["post_report"]["original_post_body"], post["creator"]["name"]) == ("words", "folkmoot")
        await it.do("/post/report/resolve", "PUT", report_id=1, resolved=True)
        await it.do("/comment/remove", comment_id=1, removed=True)
        assert await it.ask("/user/report_count") == {"post_reports": 0, "comment_reports": 0}
        assert await it.no("PUT", "/comment/report/resolve", report_id=9, resolved=True) == (
            400,
            "couldnt_resolve_report",
        )


async def test_cross_posts_have_exactly_the_same_link():
    async with visit() as it:
        for community, link in (
            ("freechat", "https://news.example/a?utm_source=x"),
            (f"books@{AWAY}", "https://news.example/a"),
            ("elsewhere", "https://news.example/a/"),
        ):
            it.instance.post(as_="ana", community=community, title="Story", link=link)
        answer = await it.ask("/post", id=1)
        assert [row["post"]["id"] for row in answer["cross_posts"]] == [2]
        found = await it.ask("/search", q="https://news.example/a", type_="Url", listing_type="All")
        assert {row["post"]["id"] for row in found["posts"]} == {1, 2}
        assert len((await it.ask("/search", q="story", type_="Posts"))["posts"]) == 3
        assert (await it.ask("/search", q="story", type_="Users"))["posts"] == []


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        (f"https://{HOME}/post/1", "post"),
        (f"https://{AWAY}/comment/1", "comment"),
        (f"!books@{AWAY}", "community"),
        (f"@ben@{AWAY}", "person"),
    ],
)
async def test_what_is_found_under_an_address(query, kind):
    async with visit() as it:
        it.instance.post(as_="ana", community="freechat", title="Hello")
        it.instance.comment(as_=f"ben@{AWAY}", post=1, text="x")
        assert list(await it.ask("/resolve_object", q=query)) == [kind]
        assert (await it.no("GET", "/resolve_object", q="https://x.example"))[1] == "couldnt_find_object"


async def test_votes_edits_and_follows():
    async with visit() as it:
        await it.do("/post", community_id=1, name="Mine", body="x")
        await it.do("/comment", post_id=1, content="y")
        await it.do("/post/like", post_id=1, score=1)
        liked = await it.do("/comment/like", comment_id=1, score=-1)
        assert liked["comment_view"]["counts"]["score"] == -1
        edited = await it.do("/comment", "PUT", comment_id=1, content="z")
        assert edited["comment_view"]["comment"]["updated"] == "2026-03-01T12:00:00.000000Z"
        await it.do("/community/follow", community_id=1, follow=True)
        assert (await it.ask("/community", id=1))["community_view"]["subscribed"] == "Subscribed"
        await it.do("/community/follow", community_id=1, follow=False)
        assert (await it.ask("/community", id=1))["community_view"]["subscribed"] == "NotSubscribed"
        await it.do("/community/mod", community_id=1, person_id=1, added=True)
        assert it.instance.where("freechat").moderators[-1] == 1


async def test_a_community_for_moderators_only():
    async with visit() as it:
        it.instance.found("news", moderators=("mia",), mods_only=True)
        assert await it.no("POST", "/post", community_id=4, name="Hello") == (
            400,
            "only_mods_can_post_in_community",
        )


async def test_rate_limits_refill_continuously():
    async with visit(limits={Kind.POST: (2, 600)}) as it:
        for title in ("One", "Two"):
            await it.do("/post", community_id=1, name=f"Post {title}")
        assert await it.no("POST", "/post", community_id=1, name="Three") == (400, "rate_limit_error")
        limits = (await it.ask("/site"))["site_view"]["local_site_rate_limit"]
        assert (limits["post"], limits["post_per_second"]) == (2, 600)
        it.clock.advance(timedelta(seconds=300))
        await it.do("/post", community_id=1, name="Three")


async def test_calls_that_make_no_sense():
    async with visit() as it:
        answer = await it._http.post(f"{it.server.url}/api/v3/post", content=b"{")
        assert (answer.status_code, answer.json()["error"]) == (400, "unknown")
        answer = await it._http.post(f"{it.server.url}/api/v3/post", json=[1])
        assert (answer.status_code, answer.json()["error"]) == (400, "unknown")
        assert (await it.call("GET", "/nowhere")).status_code == 404


async def test_a_fault_happens_as_often_as_ordered():
    async with visit() as it:
        it.instance.post(as_="ana", community="freechat", title="Hello")
        it.server.faults.add("502", method="GET", path="/post", after=1, times=2)
        statuses = [(await it.call("GET", "/post", id=1)).status_code for _ in range(4)]
        assert statuses == [200, 502, 502, 200]
        assert it.server.faults.met == ["GET /post: 502"] * 2
        it.server.faults.add("busy", times=99)
        it.server.faults.clear()
        assert (await it.call("GET", "/post", id=1)).status_code == 200


def test_the_journal_reads_like_a_story():
    instance = build(FakeClock(NOON))
    instance.post(as_="ana", community="freechat", title="Hello", text="friends")
    instance.comment(as_=f"ben@{AWAY}", post=1, text="Hi")
    instance.remove(as_="mia", ref="comment/1", reason="too short")
    assert instance.transcript() == [
        f"ana@{HOME} post post/1 Hello: friends",
        f"ben@{AWAY} comment comment/1 Hi",
        f"mia@{HOME} remove comment/1 too short",
    ]
    assert instance.journal[0].at == NOON


def test_every_limited_call_exists():
    assert set(KINDS3) <= set(V3)
    assert set(KINDS4) <= set(V4)
