"""Who speaks to the bot, and who does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.handles import as_handle
from bot.platforms.matrix.command import Listener
from tests.matrix.raw_events import ANA, BOT, edit, parsed, text

LISTENER = Listener(BOT, "Folk Moot")


def heard(content: dict[str, Any], *, prefix: str = "!", private: bool = False, **fields: Any) -> str | None:
    return LISTENER.command(parsed(content, **fields), prefixes=(prefix,), private=private)


def pill(user: str, name: str) -> str:
    return f'<a href="https://matrix.to/#/{user}">{name}</a>'


@pytest.mark.parametrize(
    ("body", "command"),
    [
        ("!help", "help"),
        ("  !help  me ", "help  me"),
        ("!warn @ana:example.org\nrude", "warn @ana:example.org\nrude"),
        ("! wow", None),
        ("!!", None),
        ("!", None),
        ("say !help", None),
        ("> !help", None),
        ("```\n!ban @ana:example.org\n```", None),
        ("`!help`", None),
        ("folkmoot: help", "help"),
        ("folkmoot: !help", "help"),
        ("Folkmoot, help", "help"),
        ("Folk Moot: help", "help"),
        ("@folkmoot help", "help"),
        ("@folkmoot:example.org help", "help"),
        ("@folkmoot:example.org: help", "help"),
        ("@folkmoot:example.org", None),
        ("folkmoot:", None),
        ("folkmoot help", None),
        ("folkmoot is nice", None),
        ("folkmoots: help", None),
        ("@folkmoot:example.org.evil.example help", None),
        ("mia: folkmoot: help", None),
        ("", None),
    ],
)
def test_in_a_room(body: str, command: str | None) -> None:
    assert heard(text(body)) == command


def test_the_prefix_is_the_rooms() -> None:
    assert heard(text("?help"), prefix="?") == "help"
    assert heard(text("!help"), prefix="?") is None
    assert heard(text("folkmoot: ?help"), prefix="?") == "help"


def test_a_mention_makes_the_name_enough() -> None:
    assert heard(text("Folk Moot help", **{"m.mentions": {"user_ids": [BOT]}})) == "help"
    assert heard(text("Folk Moot help", f"{pill(BOT, 'Folk Moot')} help")) == "help"
    assert heard(text("Chief: help", f"{pill(BOT, 'Chief')}: help")) == "help"
    assert heard(text("nice, Folk Moot", **{"m.mentions": {"user_ids": [BOT]}})) is None


def test_a_namesake_of_the_bot_is_somebody_else() -> None:
    """Whoever calls themselves like the bot is meant when they are picked from the list."""
    assert heard(text("Folk Moot: help", f"{pill(ANA, 'Folk Moot')}: help")) is None


def test_people_picked_from_a_list_are_their_ids() -> None:
    html = f"!ban {pill(ANA, 'Mia the moderator')} 7d spam"
    command = heard(text("!ban Mia the moderator 7d spam", html))
    assert command == f"ban {ANA} 7d spam"
    assert as_handle(command.split()[1]) == ANA


def test_what_the_two_texts_do_not_share_is_not_trusted() -> None:
    assert heard(text("!strikes Ana", f"!ban {pill(ANA, 'Ana')}")) == "strikes Ana"


@pytest.mark.parametrize(
    "content",
    [
        {"msgtype": "m.notice", "body": "!help"},
        {"msgtype": "m.emote", "body": "!help"},
        {"msgtype": "m.image", "body": "!help"},
        {"body": "!help"},
        edit("$old", text("!help")),
        edit("$old", text("!help"), fallback="!help"),
        text("!help", "<pre><code>!help</code></pre>"),
        text("!help", "<code>!help</code>"),
        text("!help", "<blockquote>!help</blockquote>"),
        text("> <@mia:example.org> !ban\n\nwhat is that?", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$x"}}}),
        text("!help", "<mx-reply>x</mx-reply><blockquote>!help</blockquote>", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$x"}}}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("private", [False, True])
def test_never_a_command(content: dict[str, Any], private: bool) -> None:
    found = heard(content, private=private)
    assert found is None or (private and found == "what is that?")


def test_a_reply_may_be_a_command() -> None:
    reply = {"m.relates_to": {"m.in_reply_to": {"event_id": "$x"}}}
    assert heard(text("> <@max:example.org> !ban all\n\n!warn rude", **reply)) == "warn rude"


def test_in_private_all_is_meant_for_the_bot() -> None:
    assert heard(text("appeal 12 I am sorry"), private=True) == "appeal 12 I am sorry"
    assert heard(text("!appeal 12"), private=True) == "appeal 12"
    assert heard(text("folkmoot: appeal 12"), private=True) == "appeal 12"


def test_other_kinds_and_state_are_none() -> None:
    assert heard(text("!help"), type="m.sticker") is None
    assert heard(text("!help"), state_key="") is None


@given(st.text(max_size=60), st.text(alphabet='<>a/href="mtixo#:@. !b', max_size=80))
def test_nothing_raises(body: str, html: str) -> None:
    heard(text(body, html))
    heard(text(f"!{body}", html), private=True)
