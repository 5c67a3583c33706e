"""Corners of the Lemmy adapter that the main stories do not reach: odd servers, odd accounts, long lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot import actions
from bot.demo.lemmy import LemmyError, choice, reading, reading4
from bot.demo.lemmy.routes import V3, V4
from bot.model import Author, Message, Platform, Removed, Reported, Restored, Role
from bot.platforms.lemmy import people as people_module
from bot.platforms.lemmy import totp, v3, v4
from bot.platforms.lemmy.discover import discover
from bot.platforms.lemmy.people import People
from bot.platforms.protocol import Refused, Unclear, Unreachable
from bot.text import document
from tests.lemmy_town import AWAY, HOME, NOON, PLACES, Town, line, path, ref, spoken, town

pytestmark = [pytest.mark.enable_socket, pytest.mark.loopback, pytest.mark.usefixtures("lemmy_api")]

HELLO = document("Hello there")


def a_post(it: Town, **more: object) -> int:
    return it.instance.post(as_="ana", community="freechat", title="A question", **more)


def somebody(actor: str, name: str = "x@x.example") -> Author:
    """A person as the ledger remembers them: the adapter has not met them since it started."""
    return Author(Platform.LEMMY, actor, name)


# Where else something is discussed

NEWS = "https://news.example/story"


async def discussed(it: Town) -> int:
    """A post here; the same page in a community of the neighbours, and in one of our own."""
    number = it.instance.post(as_="ana", community="freechat", title="Big story", link=NEWS)
    it.instance.post(as_=f"ben@{AWAY}", community=f"books@{AWAY}", title="Story", link=NEWS)
    it.instance.post(as_="ana", community="elsewhere", title="Big", link=NEWS)
    return number


async def servers(it: Town, number: int) -> list[set[str]]:
    """On which servers the page is found: below the post, by its link, and among the newest of the neighbours' community."""
    found = [
        await it.adapter.elsewhere(ref(f"post/{number}")),
        await it.adapter.elsewhere(NEWS),
        await it.adapter.newest(f"books@{AWAY}"),
    ]
    return [{one.instance for one in rows} for rows in found]


async def test_a_server_that_ours_has_broken_with_is_shown_nowhere():
    """What came before the break is still in the database, and the server lists it."""
    async with town() as it:
        number = await discussed(it)
        assert await servers(it, number) == [{AWAY, HOME}, {AWAY, HOME}, {AWAY}]
        it.instance.blocked.add(AWAY)
        assert await servers(it, number) == [{AWAY, HOME}, {AWAY, HOME}, {AWAY}], "the lists hold for an hour"
        it.clock.advance(timedelta(hours=1))
        assert await servers(it, number) == [{HOME}, {HOME}, set()]


async def test_a_server_that_talks_to_few_shows_only_those():
    async with town() as it:
        number = await discussed(it)
        it.instance.allowed.add("friends.example")
        assert await servers(it, number) == [{HOME}, {HOME}, set()]
        it.clock.advance(timedelta(hours=1))
        it.instance.allowed.add(AWAY)
        assert await servers(it, number) == [{AWAY, HOME}, {AWAY, HOME}, {AWAY}]


async def test_software_without_such_lists_shows_what_it_knows(monkeypatch):
    async with town() as it:
        number = await discussed(it)
        monkeypatch.delitem(spoken(), ("GET", "/federated_instances"))
        assert await servers(it, number) == [{AWAY, HOME}, {AWAY, HOME}, {AWAY}]


async def test_nothing_found_asks_for_no_list():
    async with town() as it:
        number = a_post(it, link="https://news.example/lonely")
        assert await it.adapter.elsewhere(ref(f"post/{number}")) == []
        assert f"GET {path('/federated_instances')}" not in it.server.calls


# People


@pytest.mark.parametrize(
    ("actor", "told"),
    [
        (f"https://{HOME}/u/ana", f"tell ana@{HOME} message/1 Hello there"),
        (f"https://{AWAY}/u/ben", f"tell ben@{AWAY} message/1 Hello there"),
    ],
)
async def test_somebody_who_was_not_met_since_the_start_is_looked_up_by_id_and_not_by_name(actor, told):
    async with town() as it:
        tell = actions.Tell(place="chat", person=somebody(actor, f"mia@{HOME}"), text=HELLO)
        await it.adapter.perform(tell, "k")
        assert it.did() == [told]


async def test_an_account_elsewhere_with_an_address_of_another_form_is_resolved(monkeypatch):
    async with town() as it:
        ident = it.instance.join("zoe@social.example")
        actor = "https://social.example/ap/users/77"
        person = {"id": ident, "actor_id": actor, "name": "zoe"}
        row = {"person": {"person": person}, "type_": "person"}
        if spoken() is V4:
            row["person"] = person
        monkeypatch.setitem(spoken(), ("GET", "/resolve_object"), lambda call: row)
        await it.adapter.perform(actions.Tell(place="chat", person=somebody(actor), text=HELLO), "k")
        assert it.did() == ["tell zoe@social.example message/1 Hello there"]


@pytest.mark.parametrize(
    "address",
    [
        "https://intranet.example/admin",
        "https://news.example/rents?id=12",
        "http://169.254.169.254/latest/meta-data/",
        f"https://user:secret@{AWAY}/post/1",
        f"https://{AWAY}/post/1?then=/admin",
        f"ftp://{AWAY}/post/1",
        f"https://{AWAY}/post/one",
        "https://[half/post/1",
        "file:///etc/passwd",
    ],
)
async def test_a_link_that_leads_to_no_post_is_not_fetched_for_whoever_names_it(address):
    """A server asked for an address fetches it, and commands carry whatever anybody types."""
    async with town() as it:
        before = len(it.server.calls)
        assert await it.adapter.message(address) is None
        assert it.server.calls[before:] == []


@pytest.mark.parametrize(
    "where",
    [
        "post/1",
        "comment/7",
        "post/1/7",
        "c/tea/p/12/a-cup",
        "m/tea/t/12/a-cup/-/comment/9",
        "users/zoe/statuses/5",
        "@zoe/5",
    ],
)
async def test_a_link_to_something_said_elsewhere_is_asked_for(where):
    async with town() as it:
        before = len(it.server.calls)
        assert await it.adapter.message(f"https://social.example/{where}") is None
        assert it.server.calls[before:] == [f"GET {path('/resolve_object')}"]


async def test_somebody_whom_the_server_does_not_know_is_refused():
    async with town() as it:
        tell = actions.Tell(place="chat", person=somebody("https://third.example/u/kim"), text=HELLO)
        with pytest.raises(Refused, match="could not find anything"):
            await it.adapter.perform(tell, "k")


async def test_only_so_many_local_ids_are_remembered(monkeypatch):
    monkeypatch.setattr(people_module, "REMEMBERED", 2)
    async with town() as it:
        people = People(await discover(it.adapter._client))
        for number, name in enumerate(("ana", "mia", "max"), start=1):
            people.met(f"https://{HOME}/u/{name}", number * 100)
        before = len(it.server.calls)
        assert await people.local(somebody(f"https://{HOME}/u/max")) == 300
        assert len(it.server.calls) == before
        assert await people.local(somebody(f"https://{HOME}/u/ana")) == 1
        assert it.server.calls[before:] == [f"GET {path('/user')}"]


async def test_a_trusted_member_stays_one_and_a_fallen_moderator_does_not():
    async with town() as it:
        trusted = Author(Platform.LEMMY, f"https://{HOME}/u/ana", f"ana@{HOME}", role=Role.TRUSTED)
        assert (await it.adapter.refresh(trusted, "chat")).role is Role.TRUSTED


async def test_a_bare_name_is_sought_on_the_communitys_own_server_first():
    async with town() as it:
        it.instance.join(f"ana@{AWAY}")
        it.instance.found(f"far@{AWAY}", moderators=("folkmoot",))
        far = PLACES["chat"].__class__(
            Platform.LEMMY, "far", f"far@{AWAY}", PLACES["chat"].kind, "free", "lemmy"
        )
        await it.restart(places={**PLACES, "far": far})
        await it.adapter.open()
        found = await it.adapter.person("ana", "far")
        assert found is not None
        assert found.name == f"ana@{AWAY}"


# Doing


async def test_a_community_that_insists_on_a_language_gets_the_undetermined_one(monkeypatch):
    said: list[object] = []
    async with town() as it:
        number = a_post(it)
        real = it.instance.comment

        def picky(**more: object) -> int:
            if len(said) % 2 == 0:
                said.append("no")
                raise LemmyError("language_not_allowed")
            said.append("yes")
            return real(**more)  # type: ignore[arg-type]  # the same arguments as the real one

        monkeypatch.setattr(it.instance, "comment", picky)
        await it.adapter.perform(actions.Reply(to=ref(f"post/{number}"), text=HELLO), "k")
        assert (said, it.did()) == (["no", "yes"], ["comment comment/1 Hello there"])


@pytest.mark.parametrize(
    ("language", "refused", "asked"),
    [
        (None, (), [None]),
        ("en-GB", (), [37]),
        ("tlh", (), [None]),
        ("en", (37,), [37, None]),
        ("en", (37, None), [37, None, 0]),
    ],
)
async def test_a_post_is_marked_with_its_language_where_the_community_takes_it(
    monkeypatch, language, refused, asked
):
    wanted: list[int | None] = []
    spoken_api = v3.V3 if spoken() is V3 else v4.V4
    real = spoken_api.create_post

    async def picky(self, *facts, language=None, **more):
        wanted.append(language)
        if language in refused:
            raise Refused("no", "language_not_allowed")
        return await real(self, *facts, language=language, **more)

    monkeypatch.setattr(spoken_api, "create_post", picky)
    async with town() as it:
        post = actions.Post(place="chat", title="Hello", text=HELLO, language=language)
        await it.adapter.perform(post, "k")
    assert wanted == asked


async def test_a_refusal_that_is_not_about_the_place_of_the_reply_stays_one():
    async with town() as it:
        number = a_post(it)
        it.instance.ban(as_="mia", community="freechat", who="folkmoot")
        warn = actions.Warn(
            place="chat", person=await it.author("ana"), about=ref(f"post/{number}"), rule="kind", text=HELLO
        )
        with pytest.raises(Refused, match="is banned from the community"):
            await it.adapter.perform(warn, "k")
        assert it.did() == []


async def test_a_warning_that_cannot_be_distinguished_is_still_given():
    async with town() as it:
        number = a_post(it)
        it.server.faults.add("502", path="/comment/distinguish")
        ben = await it.author(f"ben@{AWAY}")  # whom the server's own warnings may not reach
        warn = actions.Warn(place="chat", person=ben, about=ref(f"post/{number}"), rule="kind", text=HELLO)
        receipt = await it.adapter.perform(warn, "k")
        assert receipt.ref == ref("comment/1")
        assert receipt.detail == "not marked as a moderator's word"


@pytest.mark.parametrize("about", [None, "message/1"])
async def test_a_warning_about_something_private_is_private(about):
    async with town() as it:
        warn = actions.Warn(
            place="chat",
            person=await it.author("ana"),
            about=ref(about, "lemmy.private") if about else None,
            rule="kind",
            text=HELLO,
        )
        await it.adapter.perform(warn, "k")
        assert it.did() == [f"tell ana@{HOME} message/1 Hello there"]


async def test_an_answer_without_the_id_of_what_was_made_is_unclear(monkeypatch):
    async with town() as it:
        number = a_post(it)
        monkeypatch.setitem(spoken(), ("POST", "/comment"), lambda call: {"comment_view": {}})
        with pytest.raises(Unclear, match="it was created"):
            await it.adapter.perform(actions.Reply(to=ref(f"post/{number}"), text=HELLO), "k")


async def test_a_private_message_is_answered_although_many_came_since():
    async with town() as it:
        it.instance.private_message(as_="mia", to="folkmoot", text="the first")
        for number in range(120):
            it.later(seconds=1)
            it.instance.private_message(as_="ana", to="folkmoot", text=f"number {number}")
        reply = actions.Reply(to=ref("message/1", "lemmy.private"), text=HELLO)
        since = it.clock.now()
        receipt = await it.adapter.perform(reply, "k")
        assert it.did() == [f"tell mia@{HOME} message/122 Hello there"]
        found = await it.adapter.find(reply, "k", since, frozenset())
        assert found is not None
        assert found.ref == receipt.ref


async def test_a_title_is_made_where_none_is_given():
    async with town() as it:
        await it.adapter.perform(actions.Post(place="chat", text=document("Good morning all")), "k")
        assert it.did() == ["post post/1 Good morning all: Good morning all"]


# Hearing


async def test_more_than_a_page_of_reports():
    async with town() as it:
        number = a_post(it)
        await it.poll()
        for count in range(70):
            it.later(seconds=1)
            it.instance.report(as_="max", ref=f"post/{number}", reason=f"number {count}")
        reports = [o for o in await it.poll() if isinstance(o, Reported)]
        assert [report.reason for report in reports] == [f"number {count}" for count in range(70)]


async def test_an_account_that_moderates_nothing_still_hears_what_is_said():
    async with town() as it:
        it.instance.appoint(community="freechat", who="folkmoot", on=False)
        a_post(it)
        assert await it.heard() == ["Message post/1"]


async def test_more_than_a_page_of_removals():
    async with town() as it:
        number = a_post(it)
        for _ in range(70):
            it.instance.comment(as_="ana", post=number, text="spam")
        await it.poll()
        it.later(minutes=1)
        for count in range(1, 71):
            it.instance.remove(as_="mia", ref=f"comment/{count}", reason="spam")
        it.instance.remove(as_="mia", ref="comment/1", on=False)
        removed = [f"Removed lemmy:chat:comment/{n}:{it.clock.now().isoformat()}" for n in range(1, 71)]
        assert sorted(await it.heard()) == sorted([*removed, "Restored chat:mod_remove_comment/71"])


async def test_a_mention_that_comes_days_late_is_heard_through_the_inbox():
    async with town() as it:
        number = a_post(it)
        await it.poll()
        it.later(days=3)
        a_post(it)
        await it.poll()  # from here on, the window begins two days after the comment to come
        it.instance.comment(
            as_=f"ben@{AWAY}",
            post=number,
            text=f"@folkmoot@{HOME} help",
            published=it.clock.now() - timedelta(days=2),
        )
        [late] = await it.poll()
        assert isinstance(late, Message)
        assert (late.command, line(late)) == ("help", "Message comment/1")


async def test_a_message_that_was_deleted_before_it_was_read_is_no_message():
    async with town() as it:
        number = a_post(it)
        comment = it.instance.comment(as_="ana", post=number, text="oops")
        it.instance.delete(as_="ana", ref=f"comment/{comment}")
        assert await it.heard() == ["Message post/1"]


async def test_a_quiet_community_says_nothing_twice_in_weeks():
    async with town() as it:
        number = a_post(it)
        it.instance.report(as_="max", ref=f"post/{number}", reason="nobody looks at it")
        it.instance.remove(as_="mia", ref=f"comment/{it.instance.comment(as_='ana', post=number, text='x')}")
        it.later(minutes=1)
        assert len(await it.poll()) == 3
        for _ in range(30):
            it.later(hours=13)
            assert await it.heard() == []


async def test_after_weeks_without_the_bot_all_that_was_missed_is_heard():
    async with town() as it:
        a_post(it)
        await it.poll()
        for _ in range(20):
            it.later(days=1)
            a_post(it)
        await it.restart()
        await it.adapter.open()
        assert await it.heard() == [f"Message post/{number}" for number in range(1, 22)]
        it.later(minutes=6)
        assert await it.heard() == []


async def test_a_poll_that_fails_leaves_the_inbox_unread():
    async with town() as it:
        it.instance.private_message(as_="ana", to="folkmoot", text="why")
        it.server.faults.add("502", path=path("/user/report_count"))
        with pytest.raises(Unreachable):
            await it.poll()
        assert await it.heard() == ["Message message/1"]
        assert not it.instance.messages[1].read
        await it.poll()
        assert it.instance.messages[1].read


async def test_a_cursor_of_somebody_else_is_replaced_at_once(caplog):
    async with town() as it:
        it.cursor = "12"
        assert await it.heard() == []
        assert "none of ours" in caplog.text
        assert it.cursor != "12"


async def test_a_notice_that_cannot_be_marked_as_read_stops_nothing():
    async with town() as it:
        it.instance.private_message(as_="ana", to="folkmoot", text="why")
        assert await it.heard() == ["Message message/1"]
        it.server.faults.add("502", path=path("/private_message/mark_as_read"))
        a_post(it)
        assert await it.heard() == ["Message post/1"]


async def test_a_quiet_poll_of_one_community_asks_five_questions_and_four_of_a_newer_server():
    async with town() as it:
        await it.poll()
        it.later(minutes=1)
        before = len(it.server.calls)
        assert await it.heard() == []
        counts = {3: ["GET /user/unread_count", "GET /user/report_count"], 4: ["GET /account/unread_counts"]}
        lists = ["GET /post/list", "GET /comment/list", "GET /modlog"]
        assert it.server.calls[before:] == [*counts[3 if spoken() is V3 else 4], *lists]


# Opening


async def test_a_server_that_does_not_know_us_after_all():
    async with town(opened=False) as it:
        it.server.faults.add("html 200", path="/site")
        with pytest.raises(Unreachable, match="JSON was expected"):
            await it.adapter.open()


async def test_settings_that_the_server_does_not_take_are_named_by_the_check():
    async with town(opened=False) as it:
        with pytest.MonkeyPatch.context() as patch:

            def no(call: object) -> dict[str, object]:
                raise LemmyError("unknown")

            patch.setitem(spoken(), ("PUT", path("/user/save_user_settings")), no)
            patch.setitem(spoken(), ("POST", "/community/follow"), no)
            await it.adapter.open()
        problems = await it.adapter.check()
        assert any("bot_account" in problem for problem in problems)


#: What an account may block, as each version tells it.
BLOCKS = {
    3: {
        "person_blocks": [{"person": {}, "target": {"actor_id": "https://other.example/u/ben"}}],
        "community_blocks": [{"person": {}, "community": {"actor_id": "https://other.example/c/books"}}],
        "instance_blocks": [{"person": {}, "instance": {"id": 7, "domain": "spam.example"}}],
    },
    4: {
        "person_blocks": [{"ap_id": "https://other.example/u/ben"}],
        "community_blocks": [{"ap_id": "https://other.example/c/books"}],
        "instance_persons_blocks": [{"id": 7, "domain": "spam.example"}],
        "instance_communities_blocks": [{"id": 7, "domain": "spam.example"}],
        "keyword_blocks": ["casino"],
    },
}


async def test_whatever_the_account_blocks_is_told_for_it_would_not_be_heard(lemmy_api, monkeypatch, caplog):
    blocks, account, site = BLOCKS[lemmy_api], reading4.account, reading.site
    monkeypatch.setitem(spoken(), ("GET", "/account"), lambda call: account(call) | blocks)

    def with_blocks(call, limits):
        answer = site(call, limits)
        return answer | ({"my_user": answer["my_user"] | blocks} if "my_user" in answer else {})

    monkeypatch.setattr(reading, "site", with_blocks)
    async with town() as it:
        problems = await it.adapter.check()
    names = ["https://other.example/u/ben", "https://other.example/c/books", "spam.example"]
    assert problems == [
        f"account lemmy: it blocks {name}, so the server hides that from it; lift the block in the account's settings"
        for name in [*names, *(["“casino”"] if lemmy_api == 4 else [])]
    ]
    assert [
        record.getMessage() for record in caplog.records if "it blocks" in record.getMessage()
    ] == problems


async def test_a_profile_that_tells_nothing_is_pointed_out():
    async with town() as it:
        it.instance.who("folkmoot").bio = None
        [problem] = await it.adapter.check()
        assert problem == (
            "account lemmy: its profile is empty; say there whose bot this is and how to reach you, or set"
            " accounts.lemmy.contact"
        )


async def test_an_account_without_a_private_place_has_one_by_itself():
    async with town(places={"chat": PLACES["chat"]}) as it:
        it.instance.private_message(as_="ana", to="folkmoot", text="why")
        [message] = await it.poll()
        assert isinstance(message, Message)
        assert str(message.ref) == "lemmy:lemmy.private:message/1"


async def test_a_registration_that_waits_for_approval():
    async with town(opened=False) as it:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(
                spoken(), ("POST", path("/user/login")), lambda call: {"registration_created": True}
            )
            with pytest.raises(Refused, match="waits for an administrator"):
                await it.adapter.open()


SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of the examples in RFC 6238


@pytest.mark.parametrize("given", [SECRET, f"otpauth://totp/Lemmy:folkmoot?secret={SECRET}&issuer=Lemmy"])
async def test_two_factor_log_in_by_the_secret_that_the_configuration_holds(given):
    async with town(opened=False, totp=lambda: given) as it:
        it.instance.who("folkmoot").totp = SECRET
        await it.adapter.open()
        it.later(days=3)
        it.instance.sign_out_everybody()
        assert await it.heard() == []


async def test_two_factor_log_in_by_a_code_that_a_human_gives_once():
    asked: list[str] = []

    def ask() -> str:
        asked.append("a code")
        key = totp.secret(SECRET)
        assert key is not None
        return totp.code(key, NOON)

    async with town(opened=False, ask=ask) as it:
        await it.adapter.open()
        assert asked == []  # the server did not want one
        it.instance.sign_out_everybody()
        it.instance.who("folkmoot").totp = SECRET
        await it.restart(ask=ask)
        await it.adapter.open()
        assert asked == ["a code"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (None, "put its secret into the account's totp setting"),
        ("123456", "the two-factor code is wrong or too old"),
        ("not a secret!", "neither an otpauth:// address nor its secret"),
        ("otpauth://[", "neither an otpauth:// address nor its secret"),
    ],
)
async def test_a_two_factor_log_in_that_fails_says_what_to_do(given, sentence):
    async with town(opened=False, totp=(lambda: given) if given else None) as it:
        it.instance.who("folkmoot").totp = SECRET
        with pytest.raises(Refused, match=sentence) as refused:
            await it.adapter.open()
        assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard(seconds, code, lemmy_api):
    key = totp.secret(SECRET)
    assert key == b"12345678901234567890"
    assert totp.code(key, datetime.fromtimestamp(seconds, UTC)) == code


async def test_an_empty_profile_tells_who_runs_the_bot_and_a_written_one_is_left_alone():
    async with town(opened=False, contact="mia@lemmy.example") as it:
        it.instance.who("folkmoot").bio = ""
        await it.adapter.open()
        told = it.instance.who("folkmoot").bio
        assert told is not None
        assert told.endswith("Who runs me: mia@lemmy.example")
        it.instance.who("folkmoot").bio = "My own words."
        await it.restart(contact="max@lemmy.example")
        await it.adapter.open()
        assert it.instance.who("folkmoot").bio == "My own words."


async def test_a_token_that_cannot_be_kept_is_no_reason_to_stop(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    async with town(token_file=tmp_path / "file" / "token.json") as it:
        assert "each start will log in" in caplog.text
        a_post(it)
        assert await it.heard() == ["Message post/1"]


# Vanishing


@pytest.mark.parametrize("how", ["deleted", "purged"])
async def test_a_post_that_its_list_does_not_show_any_more_is_told_to_be_gone_once(how):
    async with town() as it:
        number, other = a_post(it), a_post(it)
        assert len(await it.poll()) == 2
        it.later(minutes=1)
        if how == "deleted":
            it.instance.delete(as_="ana", ref=f"post/{number}")
        else:
            it.instance.purge(ref=f"post/{number}")
        [gone] = await it.poll()
        assert isinstance(gone, Removed)
        assert (gone.ref, gone.by) == (ref(f"post/{number}"), None)
        it.later(minutes=6)
        assert await it.heard() == []
        it.instance.edit(as_="ana", ref=f"post/{other}", text="still here")
        assert len(await it.poll()) == 1


async def test_a_removed_post_that_its_list_does_not_show_is_the_moderation_logs_news():
    async with town() as it:
        number = a_post(it)
        await it.poll()
        it.later(minutes=1)
        it.instance.remove(as_="mia", ref=f"post/{number}", reason="rule 1")
        [gone] = await it.poll()
        assert isinstance(gone, Removed)
        assert gone.by is not None
        it.later(minutes=1)
        it.instance.remove(as_="mia", ref=f"post/{number}", reason="a mistake", on=False)
        [back] = await it.poll()
        assert isinstance(back, Restored)
        assert (back.ref, back.reason) == (ref(f"post/{number}"), "a mistake")
        it.later(minutes=6)
        assert await it.heard() == []


async def test_a_post_that_is_there_but_not_listed_is_looked_at_once(monkeypatch):
    async with town() as it:
        a_post(it)
        await it.poll()
        shown = choice.seen_by
        monkeypatch.setattr(choice, "seen_by", lambda call, post: False)
        before = len(it.server.calls)
        for _ in range(3):
            it.later(minutes=1)
            assert await it.heard() == []
        assert it.server.calls[before:].count("GET /post") == 1
        monkeypatch.setattr(choice, "seen_by", shown)
        assert await it.heard() == []
