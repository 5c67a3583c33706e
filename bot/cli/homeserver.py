"""The Matrix half of `folkmoot init`: the bot's account on a homeserver, and its rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import typer

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

    def account(self) -> dict[str, Any]:
        """The account as the configuration holds it."""
        return {"platform": "matrix", "url": self.url, "user": self.user, "password": f"file:{SECRET}"}

    def places(self, taken: str) -> dict[str, Any]:
        """The rooms as places by their names; `taken` is a name that is another's."""
        lounge = "lounge" if taken != "lounge" else "room"
        found = {lounge: {"account": "matrix", "room": self.room}}
        if self.moderators_room:
            found["modroom" if taken != "modroom" else "moderators"] = {
                "account": "matrix",
                "room": self.moderators_room,
            }
        return found

    def moderators(self, taken: str) -> dict[str, Any]:
        """Which of the places is the moderators', as a setting of the community."""
        return {"moderators_room": list(self.places(taken))[1]} if self.moderators_room else {}

    def next_steps(self) -> str:
        return f"On {self.url}, invite {self.user} into the rooms and give it power level 50 (100 if it shall be able to mute)."


@dataclass(frozen=True, slots=True)
class Given:
    """The flags, as far as they were given."""

    url: str | None = None
    user: str | None = None
    password: str | None = None
    room: str | None = None
    moderators_room: str | None = None


class Answer(Protocol):
    """Asks one question: a value that is given is only checked."""

    def __call__(
        self,
        question: str,
        value: str | None,
        check: Callable[[str], str],
        *,
        flag: str,
        default: str | None = None,
        hide: bool = False,
    ) -> str: ...


def ask(given: Given, answer: Answer, password: Callable[[str], str], *, no_input: bool) -> Homeserver | None:
    """The answers; None for a community without a room. Raises ValueError when flags are missing with `no_input`."""
    from bot.settings import values

    def url(text: str) -> str:
        return values.check_address(text if "://" in text else f"https://{text}")

    def room_or_none(text: str) -> str:
        return values.check_matrix_room(text) if text.strip() else ""

    started = any(value is not None for value in (given.url, given.user, given.room, given.moderators_room))
    if no_input:
        required = {"--matrix-url": given.url, "--matrix-user": given.user, "--room": given.room}
        missing = [
            flag for flag, value in {**required, "--matrix-password": given.password}.items() if value is None
        ]
        if not started:
            return None
        if missing:
            raise ValueError(
                f"found no {', '.join(missing)}, expected them together with the other Matrix flags"
            )
    elif not started and not typer.confirm("Does it meet in a Matrix room, too?", default=False):
        return None
    user = answer(
        "The full id of the bot's Matrix account", given.user, values.check_user, flag="--matrix-user"
    )
    server = user.partition(":")[2]
    optional = given.moderators_room if given.moderators_room is not None or not no_input else ""
    return Homeserver(
        url=answer(
            "The address of its homeserver", given.url, url, flag="--matrix-url", default=f"https://{server}"
        ),
        user=user,
        password=answer("Its password", given.password, password, flag="--matrix-password", hide=True),
        room=answer("The room (#lounge:… or its id)", given.room, values.check_matrix_room, flag="--room"),
        moderators_room=answer(
            "The moderators' room (empty: none)",
            optional,
            room_or_none,
            flag="--moderators-room",
            default="",
        ),
    )
