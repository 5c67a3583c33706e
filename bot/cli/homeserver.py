"""The Matrix half of `folkmoot init`: the bot's account on a homeserver, and its rooms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli.asking import address, answer, password, require

#: Where the password goes, beside the configuration.
SECRET = Path("secrets/matrix-password")


@dataclass(frozen=True, slots=True)
class Homeserver:
    """`room` and `moderators_room` are ids or addresses; the second may be empty."""

    url: str
    user: str
    password: str
    room: str
    moderators_room: str = ""

    @property
    def name(self) -> str:
        """What the community is called in the configuration, where the room alone tells: `#free chat:…` is `freechat`."""
        local = self.room[1:].partition(":")[0] if self.room.startswith("#") else ""
        return re.sub(r"[^A-Za-z0-9_-]", "", local).lstrip("_-") or "community"

    @property
    def title(self) -> str:
        """What people may call it."""
        return self.name.replace("_", " ").replace("-", " ").capitalize()

    def account(self) -> dict[str, Any]:
        """The account as the configuration holds it."""
        return {"platform": "matrix", "url": self.url, "user": self.user, "password": f"file:{SECRET}"}

    def places(self, taken: str = "") -> dict[str, Any]:
        """The rooms as places by their names; `taken` is a name that is another's."""
        lounge = "lounge" if taken != "lounge" else "room"
        found = {lounge: {"account": "matrix", "room": self.room}}
        if self.moderators_room:
            found["modroom" if taken != "modroom" else "moderators"] = {
                "account": "matrix",
                "room": self.moderators_room,
            }
        return found

    def moderators(self, taken: str = "") -> dict[str, Any]:
        """Which of the places is the moderators', as a setting of the community."""
        return {"moderators_room": list(self.places(taken))[1]} if self.moderators_room else {}

    def next_steps(self) -> str:
        rooms = "the rooms" if self.moderators_room else "the room"
        return (
            f"On {self.url}, invite {self.user} into {rooms} and give it power level 50\n"
            "     (100 if it shall be able to mute)."
        )


@dataclass(frozen=True, slots=True)
class Given:
    """The flags, as far as they were given."""

    url: str | None = None
    user: str | None = None
    password: str | None = None
    room: str | None = None
    moderators_room: str | None = None

    @property
    def started(self) -> bool:
        """Whether any was; a password may lie in the environment by chance."""
        return any(value is not None for value in (self.url, self.user, self.room, self.moderators_room))


def ask(given: Given, *, no_input: bool) -> Homeserver:
    """The answers. Raises Refused when flags are wrong, or missing with `no_input`."""
    from bot.settings import values

    def room_or_none(text: str) -> str:
        return values.check_matrix_room(text) if text.strip() else ""

    require(
        {
            "--matrix-url": given.url,
            "--matrix-user": given.user,
            "--room": given.room,
            "--matrix-password": given.password,
        },
        no_input,
    )
    user = answer(
        "The bot's Matrix account, such as @folkmoot:example.org",
        given.user,
        values.check_user,
        flag="--matrix-user",
    )
    server = user.partition(":")[2]
    optional = given.moderators_room if given.moderators_room is not None or not no_input else ""
    return Homeserver(
        url=answer(
            "The address of its homeserver",
            given.url,
            address,
            flag="--matrix-url",
            default=f"https://{server}",
        ),
        user=user,
        password=answer(
            "Its password (stays on this machine)",
            given.password,
            password,
            flag="--matrix-password",
            hide=True,
        ),
        room=answer(
            f"The community's room, such as #lounge:{server}",
            given.room,
            values.check_matrix_room,
            flag="--room",
        ),
        moderators_room=answer(
            "The moderators' room, where I report what I do (empty: none)",
            optional,
            room_or_none,
            flag="--moderators-room",
            default="",
        ),
    )
