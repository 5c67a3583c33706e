"""Raw events as occurrences: what counts as what, who may do it, and that nothing falls over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import (
    Act,
    Edited,
    Joined,
    Message,
    Occurrence,
    Platform,
    Reacted,
    Ref,
    Removed,
    Role,
    Sanctioned,
)
from bot.platforms.matrix import shapes
from bot.platforms.matrix.events import Event
from tests.matrix.raw_events import (
    ANA,
    BOT,
    JSON,
    LOUNGE,
    MIA,
    NOON,
    OLA,
    PRIVATE,
    RAW,
    STAMP,
    TALK,
    edit,
    event,
    eyes,
    levels,
    lounge,
    parsed,
    talk,
    text,
    town,
)


def here(ident: str) -> Ref:
    return Ref(Platform.MATRIX, "lounge", ident)


def read(content: dict[str, Any] | None = None, *, about: Event | None = None, before: Any = None, version: str = "11", **fields: Any) -> tuple[Occurrence, ...]:  # fmt: skip
    rooms = town(version)
    return shapes.read(parsed(content, **fields), lounge(rooms), eyes(rooms), about=about, before=before)


def one(content: dict[str, Any] | None = None, **options: Any) -> Any:
    (found,) = read(content, **options)
    return found


def member(membership: str, person: str = ANA, *, by: str = MIA, old: str | None = None, **more: Any) -> dict[str, Any]:  # fmt: skip
    unsigned = {} if old is None else {"unsigned": {"prev_content": {"membership": old}}}
    return {"content": {"membership": membership} | more, "type": "m.room.member", "state_key": person, "sender": by} | unsigned  # fmt: skip


# Messages


def test_a_message() -> None:
    assert one(text("!help me")) == Message(
        ref=here("$said"),
        place=LOUNGE,
        author=replace(one(text("x")).author, id=ANA, name=ANA, role=Role.EVERYONE),
        text="!help me",
        sent_at=NOON,
        root=here("$said"),
        command="help me",
        url="https://matrix.to/#/!lounge:example.org/$said?via=example.org",
    )


@pytest.mark.parametrize("version", ["11", "12"])
def test_roles_come_from_power_alone(version: str) -> None:
    roles = {who: one(sender=who, version=version).author.role for who in (ANA, MIA, OLA)}
    assert roles == {ANA: Role.EVERYONE, MIA: Role.MODERATOR, OLA: Role.OWNER}


def test_a_display_name_decides_nothing() -> None:
    rooms = town()
    lounge(rooms).take(event({"membership": "join", "displayname": "@mia:example.org"}, type="m.room.member", state_key=ANA))  # fmt: skip
    (found,) = shapes.read(parsed(text("!ban")), lounge(rooms), eyes(rooms))
    assert isinstance(found, Message)
    assert (found.author.name, found.author.role) == (ANA, Role.EVERYONE)


def test_in_a_thread() -> None:
    thread = {"rel_type": "m.thread", "event_id": "$root", "is_falling_back": True, "m.in_reply_to": {"event_id": "$last"}}  # fmt: skip
    found = one(text("well", **{"m.relates_to": thread}))
    assert (found.root, found.parent) == (here("$root"), here("$root"))
    real = one(text("well", **{"m.relates_to": thread | {"is_falling_back": False}}))
    assert (real.root, real.parent) == (here("$root"), here("$last"))


def test_a_command_in_a_thread_is_about_nobody_whom_it_does_not_name() -> None:
    thread = {"rel_type": "m.thread", "event_id": "$root", "is_falling_back": True, "m.in_reply_to": {"event_id": "$last"}}  # fmt: skip
    found = one(text("!ban", **{"m.relates_to": thread}))
    assert (found.root, found.parent) == (here("$root"), None)
    real = one(text("!ban", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$rude"}}}))
    assert (real.root, real.parent) == (here("$rude"), here("$rude"))


def test_in_private_everything_is_meant_for_the_bot_and_roles_are_those_of_the_community() -> None:
    rooms = town()
    (found,) = shapes.read(parsed(text("why?"), sender=MIA, room_id=TALK), talk(rooms), eyes(rooms))
    assert isinstance(found, Message)
    assert (found.command, found.author.role, found.place) == ("why?", Role.MODERATOR, PRIVATE)
    assert found.ref == Ref(Platform.MATRIX, "matrix.private", f"{TALK}/$said")
    assert found.url is None


@pytest.mark.parametrize(
    "fields", [{"sender": BOT}, {"unsigned": {"redacted_because": {"type": "m.room.redaction"}}}]
)
def test_own_and_redacted_messages_are_nothing(fields: dict[str, Any]) -> None:
    assert read(text("!help"), **fields) == ()


def test_other_bots_are_marked_but_a_notice_makes_nobody_a_bot() -> None:
    rooms = town()
    notice = parsed({"msgtype": "m.notice", "body": "!help"})
    (found,) = shapes.read(notice, lounge(rooms), eyes(rooms, bots=frozenset({ANA})))
    (person,) = shapes.read(notice, lounge(rooms), eyes(rooms))
    assert isinstance(found, Message)
    assert isinstance(person, Message)
    assert (found.author.is_bot, person.author.is_bot) == (True, False)
    assert (found.command, person.command) == (None, None)


def test_two_bots_do_not_answer_each_other() -> None:
    """What each says is a notice, so neither hears a command in it, whatever it quotes."""
    for body in (
        "!help",
        "Folkmoot: !help",
        "@folkmoot:example.org help",
        "I do not know “help”. Did you mean “!help”?",
    ):
        assert one({"msgtype": "m.notice", "body": body, "m.mentions": {"user_ids": [BOT]}}).command is None


def test_a_message_disguised_as_state_is_seen_and_is_no_command() -> None:
    found = one(text("!ban bad words"), state_key="")
    assert (found.text, found.command) == ("!ban bad words", None)


def test_times_in_the_future_are_now() -> None:
    found = Event.of(event(origin_server_ts=STAMP + 10**9), latest=NOON)
    assert found is not None
    assert found.at == NOON


@pytest.mark.parametrize(
    "broken",
    [
        {"event_id": "said"}, {"event_id": None}, {"event_id": "$a b"}, {"event_id": "$" + "a" * 300}, {"event_id": "$\x00"},
        {"sender": "ana"}, {"sender": "@ana"}, {"sender": "@a\nb:example.org"}, {"sender": 5}, {"sender": "@\ud800:example.org"},
        {"type": 5}, {"type": None}, {"origin_server_ts": "5"}, {"origin_server_ts": -1}, {"origin_server_ts": 2**60}, {"origin_server_ts": None},
        {"origin_server_ts": 2**52},
    ],
)  # fmt: skip
def test_without_identity_it_is_no_event(broken: dict[str, Any]) -> None:
    assert Event.of(event() | broken) is None


# Edits


def test_an_edit_reads_as_the_message_does_now() -> None:
    about = parsed(text("!ban hello"))
    found = one(
        edit("$said", text("!ban goodbye")), about=about, event_id="$edit", origin_server_ts=STAMP + 5_000
    )
    later = NOON + timedelta(seconds=5)
    assert isinstance(found, Edited)
    assert found == Edited(replace(shapes.message(about, lounge(town()), eyes(town())), text="!ban goodbye\n\n* edited", edited_at=later, command=None), later)  # type: ignore[type-var] # fmt: skip


@pytest.mark.parametrize(
    "about",
    [
        None,
        parsed(sender=MIA),
        parsed(event_id="$other"),
        parsed(type="m.sticker"),
        parsed(state_key=""),
        parsed(edit("$first", text("x"))),
        parsed(unsigned={"redacted_because": {}} | {"redacted_because": {"a": 1}}),
    ],
)
def test_an_edit_that_is_none_is_an_ordinary_message_and_no_command(about: Event | None) -> None:
    found = one(edit("$said", text("!ban bad words")), about=about, event_id="$edit")
    assert isinstance(found, Message)
    assert (found.ref, found.command) == (here("$edit"), None)
    assert "bad words" in found.text


@pytest.mark.parametrize("kind", ["m.room.message", "m.room.encrypted"])
def test_an_edit_that_comes_after_the_message_was_removed_is_no_message_of_its_own(kind: str) -> None:
    """Else whoever corrects themselves twice would be struck twice for one message."""
    because = {"redacted_because": event(type="m.room.redaction", sender=BOT)}
    about = parsed(type=kind, content={}, unsigned=because)
    found = one(edit("$said", text("bad words")), about=about, event_id="$edit")
    assert isinstance(found, Edited)
    assert found.message.ref == here("$said")
    assert "bad words" in found.message.text, "and the rules see it all the same"
    assert not found.message.gone


def test_an_edit_of_what_its_author_deleted_is_a_message() -> None:
    because = {"redacted_because": event(type="m.room.redaction", sender=ANA)}
    about = parsed(content={}, unsigned=because)
    assert isinstance(one(edit("$said", text("bad words")), about=about, event_id="$edit"), Message)


def test_an_edit_sent_along_is_applied() -> None:
    bundled = event(edit("$said", text("new")), event_id="$edit", origin_server_ts=STAMP + 1_000)
    rooms = town()
    found = shapes.message(
        parsed(text("old"), unsigned={"m.relations": {"m.replace": bundled}}), lounge(rooms), eyes(rooms)
    )
    foreign = shapes.message(
        parsed(text("old"), unsigned={"m.relations": {"m.replace": bundled | {"sender": MIA}}}),
        lounge(rooms),
        eyes(rooms),
    )
    assert found is not None
    assert foreign is not None
    assert found.text.startswith("new")
    assert found.edited_at == NOON + timedelta(seconds=1)
    assert foreign.text == "old"


def test_what_was_taken_away_is_gone_and_a_thread_is_counted() -> None:
    rooms = town()
    gone = shapes.message(
        parsed({}, unsigned={"redacted_because": {"type": "m.room.redaction"}}), lounge(rooms), eyes(rooms)
    )
    counted = shapes.message(
        parsed(unsigned={"m.relations": {"m.thread": {"count": 7}}}), lounge(rooms), eyes(rooms)
    )
    assert gone is not None
    assert counted is not None
    assert (gone.gone, gone.text, gone.command) == (True, "", None)
    assert counted.replies == 7
    assert (
        shapes.message(
            parsed({"membership": "join"}, type="m.room.member", state_key=ANA), lounge(rooms), eyes(rooms)
        )
        is None
    )


# Redactions and reactions


@pytest.mark.parametrize(
    ("version", "inside"), [("10", False), ("11", True), ("12", True), ("org.example.odd", True)]
)
def test_a_moderators_redaction(version: str, inside: bool) -> None:
    fields: dict[str, Any] = {} if inside else {"redacts": "$said"}
    content = {"reason": "rude"} | ({"redacts": "$said"} if inside else {})
    found = one(
        content, type="m.room.redaction", event_id="$r", sender=MIA, about=parsed(), version=version, **fields
    )
    assert isinstance(found, Removed)
    assert found.by is not None
    assert (found.ref, found.by.id, found.reason) == (here("$said"), MIA, "rude")


def test_ones_own_redaction_names_nobody() -> None:
    found = one({"redacts": "$said"}, type="m.room.redaction", event_id="$r", about=parsed())
    assert found.by is None


def test_a_redaction_without_the_right_to_it_is_none() -> None:
    redaction = {"type": "m.room.redaction", "event_id": "$r", "sender": "@evil:elsewhere.org"}
    assert read({"redacts": "$said"}, about=parsed(), **redaction) == ()
    assert read({"redacts": "$said"}, about=None, **redaction) == ()
    gone = parsed({}, unsigned={"redacted_because": {"type": "m.room.redaction"}})
    assert len(read({"redacts": "$said"}, about=gone, **redaction)) == 1


@pytest.mark.parametrize(
    "about",
    [parsed({}, type="m.reaction"), parsed({}, type="m.room.topic", state_key=""), parsed(event_id="$other")],
)
def test_redacting_a_reaction_or_state_removes_no_message(about: Event) -> None:
    assert read({"redacts": "$said"}, type="m.room.redaction", event_id="$r", sender=MIA, about=about) == ()


def test_where_to_look_first() -> None:
    assert shapes.wanted(parsed(edit("$said", text("x")))) == "$said"
    assert shapes.wanted(parsed({"redacts": "$said"}, type="m.room.redaction")) == "$said"
    assert shapes.wanted(parsed({}, type="m.room.redaction", redacts="$said")) == "$said"
    assert shapes.wanted(parsed()) is None


def test_a_reaction() -> None:
    relation = {"rel_type": "m.annotation", "event_id": "$ours", "key": "✅"}
    found = one({"m.relates_to": relation}, type="m.reaction", sender=MIA, event_id="$react")
    assert isinstance(found, Reacted)
    assert (found.target, found.symbol, found.author.role, found.id) == (
        here("$ours"),
        "✅",
        Role.MODERATOR,
        "$react",
    )
    assert read({"m.relates_to": relation | {"key": " "}}, type="m.reaction") == ()
    assert read({"m.relates_to": relation | {"event_id": 7}}, type="m.reaction") == ()


# What people do to people


def test_joining() -> None:
    found = one(**member("join", by=ANA, old="invite"))
    assert isinstance(found, Joined)
    assert (found.author.id, found.id) == (ANA, "$said")
    assert read(**member("join", by=ANA, old="join", displayname="new")) == ()
    assert read(**member("join", BOT, by=BOT)) == ()


@pytest.mark.parametrize(
    ("new", "old", "act"),
    [
        ("ban", "join", Act.BAN), ("ban", "leave", Act.BAN), ("leave", "ban", Act.UNBAN), ("leave", "join", Act.KICK),
        ("ban", "ban", None), ("leave", "invite", None), ("leave", "knock", None), ("leave", "leave", None), ("odd", "join", None),
    ],
)  # fmt: skip
def test_by_hand(new: str, old: str, act: Act | None) -> None:
    found = read(**member(new, old=old, reason="spam"))
    assert [(o.act, o.person.id, o.by and o.by.id, o.reason) for o in found if isinstance(o, Sanctioned)] == (
        [(act, ANA, MIA, "spam")] if act else []
    )


def test_what_the_bot_does_and_what_befalls_it_is_no_act_of_others() -> None:
    assert read(**member("ban", by=BOT, old="join")) == ()
    assert read(**member("ban", BOT, old="join")) == ()
    assert read(**member("leave", by=ANA, old="join")) == ()


def test_what_we_know_of_before_counts_more_than_what_the_server_says() -> None:
    assert read(**member("ban", old="join"), before={"membership": "ban"}) == ()


@pytest.mark.parametrize(
    ("old", "new", "act"), [(0, -1, Act.MUTE), (-1, 0, Act.UNMUTE), (-5, -1, None), (0, 50, None)]
)
def test_muting_by_hand(old: int, new: int, act: Act | None) -> None:
    found = read(
        levels(ana=new), type="m.room.power_levels", state_key="", sender=MIA, before=levels(ana=old)
    )
    assert [(o.act, o.person.id, o.id) for o in found if isinstance(o, Sanctioned)] == (
        [(act, ANA, f"$said/{ANA}")] if act else []
    )


def test_a_room_that_is_locked_mutes_nobody() -> None:
    locked = levels() | {"events_default": 50}
    assert read(locked, type="m.room.power_levels", state_key="", sender=MIA, before=levels()) == ()
    assert (
        read(levels(ana=-1), type="m.room.power_levels", state_key="", sender=MIA) == ()
    )  # nobody knows what it was


# Anything at all


@given(
    RAW,
    st.none() | RAW,
    st.none() | st.dictionaries(st.text(max_size=8), JSON, max_size=3),
    st.booleans(),
    st.sampled_from(["1", "11", "12", "x"]),
)
def test_whatever_comes_nothing_raises_and_our_own_words_are_nothing(
    source: Any, other: Any, before: Any, private: bool, version: str
) -> None:
    rooms = town(version)
    room = talk(rooms) if private else lounge(rooms)
    found = Event.of(source, latest=NOON)
    about = None if other is None else Event.of(other)
    if found is None:
        return
    occurrences = shapes.read(found, room, eyes(rooms), about=about, before=before)
    shapes.message(found, room, eyes(rooms))
    shapes.wanted(found)
    assert found.sender != BOT or occurrences == ()
    for occurrence in occurrences:
        assert occurrence.key
        if isinstance(occurrence, Message) and occurrence.command is not None:
            assert found.msgtype == "m.text"
            assert found.replaces is None


@given(JSON)
def test_whatever_json_it_is_no_event_by_chance(source: Any) -> None:
    Event.of(source)
