"""The made-up community on a homeserver: its people and rooms there, and the bot's configuration for them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot.demo import community
from bot.demo.matrix.homeserver import Homeserver
from bot.demo.matrix.person import Denied, Person

T = TypeVar("T")

#: Whom the visitor may be: a member, and a moderator.
VISITOR, MODERATOR = "visitor", "mira"
PEOPLE = (MODERATOR, VISITOR, "ana", "bo", "cyn", "edo", "fay", "gus", "grump")

LOUNGE, MODROOM = "Freechat lounge", "Freechat moderators"


@dataclass(frozen=True, slots=True)
class Village:
    """What was founded. `alias` is the lounge's address for people, such as `#freechat-lounge:localhost`."""

    bot: Person
    people: dict[str, Person]
    lounge: str
    alias: str
    modroom: str
    config: Path


async def first_free(wanted: str, make: Callable[[str], Awaitable[T]], taken: str) -> tuple[str, T]:
    """`make(name)` with the first of NAME, NAME-2, NAME-3 … that nobody has; the name and what was made.

    Raises:
        Denied: the server refuses for another reason than the errcode `taken`, or a hundred names are taken.

    """
    for number in range(1, 100):
        name = wanted if number == 1 else f"{wanted}-{number}"
        try:
            return name, await make(name)
        except Denied as denied:
            if denied.code != taken:
                raise
    raise Denied(400, {"errcode": taken, "error": f"{wanted} and {wanted}-2 to {wanted}-99 are taken"})


async def found(server: Homeserver, folder: Path) -> Village:
    """Registers everybody, opens a lounge and a moderators' room, and writes the bot's configuration into `folder`.

    Raises:
        Denied: the homeserver does not let us.

    """

    async def register(name: str) -> Person:
        _, person = await first_free(name, lambda login: server.register(login, name=name), "M_USER_IN_USE")
        return person

    bot = await register(community.BOT)
    people = {name: await register(name) for name in PEOPLE}
    mira = people[MODERATOR]

    async def open_lounge(alias: str) -> str:
        topic = f"A demo of Folkmoot. {community.SIDEBAR}"
        return await mira.create_room(None, name=LOUNGE, topic=topic, room_alias_name=alias)

    alias, lounge = await first_free("freechat-lounge", open_lounge, "M_ROOM_IN_USE")
    modroom = await mira.create_room(None, public=False, name=MODROOM)
    for room in (lounge, modroom):
        await mira.invite(room, bot)
        await mira.empower(room, {bot: 100})
    for person in people.values():
        if person is not mira:
            await person.join(lounge)
    address = f"#{alias}:{bot.server}"
    config = configure(folder, server.url, bot, lounge, modroom)
    return Village(bot, people, lounge, address, modroom, config)


def configure(
    folder: Path, url: str, bot: Person, lounge: str, modroom: str, *, encryption: bool = False
) -> Path:
    """Writes configuration, password, rules and prompts into `folder`; the path of the configuration.

    With `encryption` the bot's private rooms are encrypted, which the people of this package cannot read.
    """
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(bot.password, encoding="utf-8")
    config = {
        "accounts": {
            "matrix": {
                "platform": "matrix",
                "url": url,
                "user": bot.id,
                "password": f"file:{secret}",
                "encryption": encryption,
            }
        },
        "communities": {
            "freechat": {
                "title": community.TITLE,
                "zone": community.ZONE,
                "moderators_room": "modroom",
                "places": {
                    "lounge": {"account": "matrix", "room": lounge},
                    "modroom": {"account": "matrix", "room": modroom},
                },
                "plugins": {
                    # Nobody wants to wait a minute between two offences to see what happens.
                    "moderation": {"rules": [str(community.write_rules(folder))], "cooldown": "0s"},
                    "daily_prompts": {"pool": str(community.write_prompts(folder))},
                    "summaries": {"min_comments": 6, "after_comments": 40, "words": 60},
                },
            }
        },
        "storage": {"database": f"sqlite:///{folder / 'folkmoot.db'}"},
        "log": {"level": "error"},
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(config, indent=2), encoding="utf-8")  # JSON is YAML
    return path
