"""A person on a homeserver, acting through a client of a few lines: for the demo, and for the tests.

It shares no code with the bot, so that what the bot does is seen by somebody else.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import aiohttp

Event = dict[str, Any]
V3 = "/_matrix/client/v3"


class Denied(Exception):
    """The homeserver said no: its status and `errcode`."""

    def __init__(self, status: int, answer: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {answer.get('errcode')}: {answer.get('error')}")
        self.status = status
        self.code = answer.get("errcode")
        self.answer = answer


async def call(http: aiohttp.ClientSession, method: str, path: str, **options: Any) -> Any:
    """One request to the homeserver that `http` has as its base; the answer's JSON.

    Raises:
        Denied: any status but 200.
        aiohttp.ClientError: the server cannot be reached, or its answer is no JSON.

    """
    async with http.request(method, path, **options) as answer:
        found = await answer.json()
    if answer.status != 200:
        raise Denied(answer.status, found if isinstance(found, dict) else {})
    return found


class Person:
    """One account, logged in. Rooms, events and people are named by their ids; every event carries its `room_id`."""

    def __init__(
        self, http: aiohttp.ClientSession, user: str, token: str, device: str, password: str
    ) -> None:
        self.id = user
        self.token = token
        self.device = device
        self.password = password
        self._http = http
        self._since: str | None = None
        #: Every event that came in so far, in the order in which it came.
        self.seen: list[Event] = []
        self._syncing = asyncio.Lock()

    @property
    def server(self) -> str:
        """The homeserver's name, as in `@ana:NAME`."""
        return self.id.partition(":")[2]

    async def request(self, method: str, path: str, json: Any = None, **query: Any) -> Any:
        """Anything this file has no word for; `path` begins with `/_matrix` or `/_synapse`."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return await call(self._http, method, path, json=json, params=query, headers=headers)

    # Rooms and membership

    async def create_room(self, version: str | None = "12", *, public: bool = True, **options: Any) -> str:
        """A new room of that version (None: the server's usual one); `options` as for `createRoom` (`name`, `topic` …)."""
        wanted = {"preset": "public_chat" if public else "private_chat"} | options
        if version:
            wanted["room_version"] = version
        return str((await self.request("POST", f"{V3}/createRoom", wanted))["room_id"])

    async def _about(self, verb: str, room: str, person: Person | str, reason: str | None) -> None:
        who = person if isinstance(person, str) else person.id
        body = {"user_id": who} | ({"reason": reason} if reason else {})
        await self.request("POST", f"{V3}/rooms/{quote(room)}/{verb}", body)

    async def invite(self, room: str, person: Person | str, reason: str | None = None) -> None:
        await self._about("invite", room, person, reason)

    async def kick(self, room: str, person: Person | str, reason: str | None = None) -> None:
        await self._about("kick", room, person, reason)

    async def ban(self, room: str, person: Person | str, reason: str | None = None) -> None:
        await self._about("ban", room, person, reason)

    async def unban(self, room: str, person: Person | str, reason: str | None = None) -> None:
        await self._about("unban", room, person, reason)

    async def join(self, room: str) -> None:
        await self.request("POST", f"{V3}/join/{quote(room)}", {})

    async def leave(self, room: str) -> None:
        await self.request("POST", f"{V3}/rooms/{quote(room)}/leave", {})

    # Saying things

    async def send(self, room: str, content: Event | str, kind: str = "m.room.message") -> str:
        """Sends a text or any content; the event's id."""
        body = {"msgtype": "m.text", "body": content} if isinstance(content, str) else content
        path = f"{V3}/rooms/{quote(room)}/send/{kind}/{secrets.token_hex(8)}"
        return str((await self.request("PUT", path, body))["event_id"])

    async def reply(self, room: str, event: str, text: str, *, thread: str | None = None) -> str:
        """Answers an event; in the thread that starts at the event `thread`, if given."""
        relation: Event = {"m.in_reply_to": {"event_id": event}}
        if thread:
            relation |= {"rel_type": "m.thread", "event_id": thread, "is_falling_back": True}
        return await self.send(room, {"msgtype": "m.text", "body": text, "m.relates_to": relation})

    async def edit(self, room: str, event: str, text: str) -> str:
        new = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": event}
        return await self.send(
            room, new | {"body": f"* {text}", "m.new_content": new, "m.relates_to": relation}
        )

    async def react(self, room: str, event: str, key: str) -> str:
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return await self.send(room, {"m.relates_to": relation}, "m.reaction")

    async def redact(self, room: str, event: str, reason: str | None = None) -> str:
        path = f"{V3}/rooms/{quote(room)}/redact/{quote(event)}/{secrets.token_hex(8)}"
        return str((await self.request("PUT", path, {"reason": reason} if reason else {}))["event_id"])

    # State

    async def state(self, room: str, kind: str, key: str = "") -> Event:
        """The content of a state event."""
        path = f"{V3}/rooms/{quote(room)}/state/{kind}/{quote(key)}"
        found: Event = await self.request("GET", path)
        return found

    async def put_state(self, room: str, kind: str, content: Event, key: str = "") -> str:
        path = f"{V3}/rooms/{quote(room)}/state/{kind}/{quote(key)}"
        return str((await self.request("PUT", path, content))["event_id"])

    async def empower(self, room: str, levels: Mapping[Person, int | None]) -> None:
        """Sets power levels; None takes somebody out of the list."""
        content = await self.state(room, "m.room.power_levels")
        users = content.get("users", {}) | {person.id: level for person, level in levels.items()}
        content["users"] = {who: level for who, level in users.items() if level is not None}
        await self.put_state(room, "m.room.power_levels", content)

    async def membership(self, room: str, person: Person | str) -> str:
        """`join`, `ban`, `leave` …"""
        who = person if isinstance(person, str) else person.id
        return str((await self.state(room, "m.room.member", who))["membership"])

    # Seeing things

    async def event(self, room: str, event: str) -> Event:
        found: Event = await self.request("GET", f"{V3}/rooms/{quote(room)}/event/{quote(event)}")
        return found

    async def history(self, room: str) -> list[Event]:
        """Everything said and done in a room as far as this person may see it, oldest first."""
        path, start = f"{V3}/rooms/{quote(room)}/messages", dict[str, str]()
        found: list[Event] = []
        while True:
            page = await self.request("GET", path, dir="f", limit=500, **start)
            found += page["chunk"]
            if "end" not in page:
                return found
            start = {"from": page["end"]}

    async def _sync(self, timeout_ms: int) -> None:
        """Takes in what happened since the last call, waiting for it if nothing did."""
        query = {
            "filter": '{"room":{"timeline":{"limit":100}}}',
            "timeout": timeout_ms,
            "set_presence": "offline",
        }
        since = {"since": self._since} if self._since else {}
        answer = await self.request("GET", f"{V3}/sync", **query, **since)
        rooms = answer.get("rooms", {})
        for group, part in (("join", "timeline"), ("leave", "timeline"), ("invite", "invite_state")):
            for room, content in rooms.get(group, {}).items():
                fresh = content.get(part, {})
                events = fresh.get("events", [])
                if group == "join" and fresh.get(
                    "limited"
                ):  # more than fits; what was seen before is in the history, too
                    self.seen = [event for event in self.seen if event["room_id"] != room]
                    events = await self.history(room)
                self.seen += [event | {"room_id": room} for event in events]
        self._since = answer["next_batch"]

    async def wait_for(
        self, wanted: Callable[[Event], bool], *, room: str | None = None, patience: float = 60
    ) -> Event:
        """The first event, among all this person ever saw, of which `wanted` is true (in that room); waits for it.

        An invitation is the `m.room.member` event about oneself. `patience` is in seconds.

        Raises:
            TimeoutError: it did not come; says what came instead.

        """
        try:
            async with asyncio.timeout(patience), self._syncing:
                while True:
                    for event in self.seen:
                        if room in {None, event["room_id"]} and wanted(event):
                            return event
                    await self._sync(30_000)
        except TimeoutError:
            last = "\n".join(f"  {e['type']} {e['sender']}: {e['content']}" for e in self.seen[-20:])
            raise TimeoutError(
                f"{self.id} waited in vain; of {len(self.seen)} events the last are\n{last}"
            ) from None

    async def wait_for_text(
        self, text: str, *, room: str | None = None, by: Person | str | None = None
    ) -> Event:
        """The first message with `text` in its body (said by that person)."""
        author = by.id if isinstance(by, Person) else by
        return await self.wait_for(
            lambda e: text in str(e["content"].get("body", "")) and author in {None, e["sender"]}, room=room
        )

    async def wait_for_invite(self) -> str:
        """The room that this person is invited to."""
        event = await self.wait_for(
            lambda e: e.get("state_key") == self.id and e["content"].get("membership") == "invite"
        )
        return str(event["room_id"])
