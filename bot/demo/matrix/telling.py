"""Events of a room told as acts of people: what a transcript shows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.demo.matrix.person import Event

_USER = re.compile(r"@[\w.=/+-]+:[\w.-]+(:\d+)?")


class Teller:
    """Knows the bot by its full id, and remembers what was said, so that it can tell what was answered or removed."""

    def __init__(self, bot: str) -> None:
        self._bot = bot
        self._known: dict[str, Event] = {}

    def name(self, user: str) -> str:
        """`ana` of `@ana:…`, of `@ana-2:…` and of `@ana.7:…`, as accounts of the demo and the tests are called."""
        return "bot" if user == self._bot else re.split(r"[-.:]", user[1:], maxsplit=1)[0]

    def tell(self, events: list[Event]) -> Iterator[tuple[str, str]]:
        """Who, and what they did, of each event that people see: `("ana", " → bot: Hello")`. Who merely comes or goes is left out."""
        for event in events:
            self._known[event["event_id"]] = event
            if deed := self._deed(event, event["content"]):
                yield self.name(event["sender"]), deed

    def _deed(self, event: Event, content: Mapping[str, object]) -> str | None:
        match event["type"]:
            case "m.room.message":
                return self._message(event["content"])
            case "m.reaction" if "m.relates_to" in content:
                return f" reacts {event['content']['m.relates_to'].get('key')}"
            case "m.room.redaction":
                target = self._known.get(event.get("redacts") or event["content"].get("redacts", ""))
                whose = f"what {self.name(target['sender'])} said" if target else "a message"
                return f" removes {whose}{_why(content)}"
            case "m.room.member" if event.get("state_key") != event["sender"]:
                return self._sanction(event, content)
        return None

    def _message(self, content: Event) -> str:
        if "body" not in content:
            return ": (removed)"
        relation = content.get("m.relates_to", {})
        body = _USER.sub(lambda found: f"@{self.name(found[0])}", str(content["body"]))
        if relation.get("rel_type") == "m.replace":
            return f" edits: {body}"
        answered = self._known.get(relation.get("m.in_reply_to", {}).get("event_id", ""))
        to = f" → {self.name(answered['sender'])}" if answered else ""
        return f"{to}{' (in the thread)' if relation.get('rel_type') == 'm.thread' else ''}: {body}"

    def _sanction(self, event: Event, content: Mapping[str, object]) -> str:
        before = event.get("unsigned", {}).get("prev_content", {}).get("membership")
        verbs = {"ban": "bans", "invite": "invites", "leave": "unbans" if before == "ban" else "kicks"}
        verb = verbs.get(str(content.get("membership")), "changes the membership of")
        return f" {verb} {self.name(event['state_key'])}{_why(content)}"


def _why(content: Mapping[str, object]) -> str:
    return f" ({content['reason']})" if content.get("reason") else ""
