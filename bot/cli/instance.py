"""The Lemmy half of `folkmoot init`: the bot's account on an instance, and the community that it serves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli.asking import address, answer, password, require, some

#: Where the password goes, beside the configuration.
SECRET = Path("secrets/lemmy-password")


@dataclass(frozen=True, slots=True)
class Instance:
    """`community` is its name on the server, or name@server."""

    url: str
    username: str
    password: str
    community: str

    @property
    def name(self) -> str:
        """What the community is called in the configuration."""
        return re.sub(r"[^A-Za-z0-9_-]", "", self.community.partition("@")[0]).lstrip("_-") or "community"

    @property
    def title(self) -> str:
        """What people may call it."""
        return self.community.partition("@")[0].replace("_", " ").capitalize()

    def account(self) -> dict[str, Any]:
        """The account as the configuration holds it."""
        return {
            "platform": "lemmy",
            "url": self.url,
            "username": self.username,
            "password": f"file:{SECRET}",
        }

    def places(self) -> dict[str, Any]:
        return {self.name: {"account": "lemmy", "community": self.community}}

    def next_steps(self) -> str:
        return (
            f"On {self.url}, mark {self.username} as a bot account and make it a moderator of {self.community},\n"
            "     below the people who moderate."
        )


@dataclass(frozen=True, slots=True)
class Given:
    """The flags, as far as they were given."""

    url: str | None = None
    username: str | None = None
    password: str | None = None
    community: str | None = None

    @property
    def started(self) -> bool:
        """Whether any was; a password may lie in the environment by chance."""
        return any(value is not None for value in (self.url, self.username, self.community))


def ask(given: Given, *, no_input: bool) -> Instance:
    """The answers. Raises Refused when flags are wrong, or missing with `no_input`."""
    from bot.settings import values

    require(
        {
            "--url": given.url,
            "--username": given.username,
            "--password": given.password,
            "--community": given.community,
        },
        no_input,
    )
    return Instance(
        url=answer("The Lemmy server where the bot's account is", given.url, address, flag="--url"),
        username=answer("The name of that account", given.username, some, flag="--username"),
        password=answer(
            "Its password (stays on this machine)", given.password, password, flag="--password", hide=True
        ),
        community=answer(
            "The community to serve (name or name@server)",
            given.community,
            values.check_community,
            flag="--community",
        ),
    )
