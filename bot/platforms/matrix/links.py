"""Addresses of people, rooms and events: `https://matrix.to` links, `matrix:` URIs and bare identifiers.

Room ids have no server's name from room version 12 on; whoever follows a link to such a room needs `via`. (Source: Matrix
specification v1.16, appendix "Navigation"; the `matrix:` scheme is registered with IANA.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote

from bot.platforms.matrix.events import is_event, is_room, is_user

_HOME = "https://matrix.to/#/"
_TO = re.compile(r"https?://(?:www\.)?matrix\.to/#/(?P<path>[^?]*)(?:\?(?P<query>.*))?", re.IGNORECASE)
_URI = re.compile(r"matrix:(?://[^/?]*/)?(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?", re.IGNORECASE)
_SERVER = re.compile(r"[0-9A-Za-z.\-:\[\]]{1,230}")
_ALIAS = re.compile(r"#[^\s\x00-\x1f\x7f]*:[0-9A-Za-z.\-:\[\]]+")

#: What the first letter stands for in a `matrix:` URI, today's words and those of the first draft.
_SIGILS = {"u": "@", "user": "@", "r": "#", "room": "#", "roomid": "!"}
_EVENTS = frozenset({"e", "event"})

#: No address is longer; more servers to ask are not listed either.
_LONGEST = 2_000
_SERVERS = 5

#: These may stand as they are in the path of a link.
_SAFE = "!$@:=+~,;*"


@dataclass(frozen=True, slots=True)
class Target:
    """Where an address leads: a person, or a room (by id or alias, `#name:server`) and maybe an event in it.

    `via` are servers that know the room. A bare event id has no room.
    """

    user: str | None = None
    room: str | None = None
    event: str | None = None
    via: tuple[str, ...] = ()


def parse(text: str) -> Target | None:
    """What `text` as a whole leads to; None when that is nothing in Matrix."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if link := _TO.fullmatch(text):
        return _target(list(map(unquote, link["path"].split("/"))), link["query"])
    if link := _URI.fullmatch(text):
        return _target(_spelled(link["path"]), link["query"])
    return _target([text], None)


def url(room: str, event: str | None = None, via: Iterable[str] = ()) -> str:
    """The link for people to a room (id or alias) or to an event in it."""
    path = "/".join(quote(part, safe=_SAFE) for part in (room, event) if part)
    servers = "&".join(f"via={quote(server, safe=_SAFE)}" for server in via)
    return f"{_HOME}{path}{'?' if servers else ''}{servers}"


def pill(user: str) -> str:
    """The link that clients show as a person's name."""
    return _HOME + quote(user, safe=_SAFE)


def server(identifier: str) -> str:
    """The server in a user's id; empty where there is none."""
    return identifier.partition(":")[2]


def _spelled(path: str) -> list[str]:
    """The identifiers in the path of a `matrix:` URI, with their sigils."""
    parts = list(map(unquote, path.split("/")))
    sigil = _SIGILS.get(parts[0].lower())
    match parts[1:]:
        case [name] if sigil:
            return [sigil + name]
        case [name, kind, event] if sigil and kind.lower() in _EVENTS:
            return [sigil + name, f"${event}"]
        case _:
            return []


def _target(parts: list[str], query: str | None) -> Target | None:
    match [part for part in parts if part]:
        case [user] if is_user(user):
            return Target(user=user)
        case [event] if is_event(event):
            return Target(event=event)
        case [room] if _is_place(room):
            return Target(room=room, via=_via(query))
        case [room, event] if _is_place(room) and is_event(event):
            return Target(room=room, event=event, via=_via(query))
        case _:
            return None


def _is_place(text: str) -> bool:
    return is_room(text) or bool(_ALIAS.fullmatch(text) and is_user("@" + text[1:]))


def _via(query: str | None) -> tuple[str, ...]:
    servers = parse_qs(query or "").get("via", [])
    return tuple(server for server in servers[:_SERVERS] if _SERVER.fullmatch(server))
