"""Addresses of people, rooms and events, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.links import Target, parse, pill, url

V12 = "!U4vHqT0lfnZrkI5gG0Pz8wXo1M2bN3cK4dL5eA6fB7g"


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("@ana:example.org", Target(user="@ana:example.org")),
        ("https://matrix.to/#/@ana:example.org", Target(user="@ana:example.org")),
        ("https://matrix.to/#/%40ana%3Aexample.org", Target(user="@ana:example.org")),
        ("http://www.matrix.to/#/@ana:example.org?via=a.example", Target(user="@ana:example.org")),
        ("matrix:u/ana:example.org", Target(user="@ana:example.org")),
        ("matrix:user/ana:example.org?action=chat", Target(user="@ana:example.org")),
        ("MATRIX:u/ana:example.org", Target(user="@ana:example.org")),
        ("#cats:example.org", Target(room="#cats:example.org")),
        ("https://matrix.to/#/#cats:example.org", Target(room="#cats:example.org")),
        ("https://matrix.to/#/%23cats:example.org", Target(room="#cats:example.org")),
        ("matrix:r/cats:example.org", Target(room="#cats:example.org")),
        ("!room:example.org", Target(room="!room:example.org")),
        (V12, Target(room=V12)),
        (f"https://matrix.to/#/{V12}?via=a.example&via=b.example", Target(room=V12, via=("a.example", "b.example"))),
        (f"https://matrix.to/#/{V12}/$said?via=a.example", Target(room=V12, event="$said", via=("a.example",))),
        ("https://matrix.to/#/!room%3Aexample.org/%24said%2Fodd", Target(room="!room:example.org", event="$said/odd")),
        ("https://matrix.to/#/!room:example.org/$1492:example.org", Target(room="!room:example.org", event="$1492:example.org")),
        ("matrix:roomid/room:example.org/e/said?via=a.example", Target(room="!room:example.org", event="$said", via=("a.example",))),
        ("matrix:roomid/room:example.org/event/said", Target(room="!room:example.org", event="$said")),
        (f"matrix:roomid/{V12[1:]}/e/said", Target(room=V12, event="$said")),
        ("$said", Target(event="$said")),
        (f"https://matrix.to/#/{V12}?via=a b&via=<x>", Target(room=V12)),
        ("https://matrix.to/#/", None),
        ("https://matrix.to/#/ana", None),
        ("https://matrix.to.evil.example/#/@ana:example.org", None),
        ("https://example.org/#/@ana:example.org", None),
        ("https://matrix.to/#/@ana:example.org/$said", None),
        ("matrix:u/", None),
        ("matrix:x/ana:example.org", None),
        ("matrix:roomid/a:b/x/said", None),
        ("matrix:u/ana:example.org/e/said", None),
        ("ana", None),
        ("", None),
        ("@ana:example.org" + "x" * 3_000, None),
    ],
)  # fmt: skip
def test_where_an_address_leads(address: str, target: Target | None) -> None:
    assert parse(address) == target


LOCAL = st.text(
    st.characters(codec="utf-8", exclude_characters=":", exclude_categories=["C", "Z"]),
    min_size=1,
    max_size=20,
)
HOST = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,20}", fullmatch=True)


@given(LOCAL, HOST, LOCAL, HOST)
def test_there_and_back(local: str, host: str, event: str, via: str) -> None:
    room = f"!{local}:{host}"
    assert parse(url(room, f"${event}", [via])) == Target(room=room, event=f"${event}", via=(via,))
    assert parse(pill(f"@{local}:{host}")) == Target(user=f"@{local}:{host}")


@given(st.text(max_size=80) | st.text(alphabet="matrix:/#@!$ur%40?via=&oeid.", max_size=80))
def test_nothing_raises(text: str) -> None:
    parse(text)
    parse(f"https://matrix.to/#/{text}")
    parse(f"matrix:{text}")
