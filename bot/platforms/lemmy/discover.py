"""Finds out which version of the API a server speaks."""

from __future__ import annotations

import re

from bot.platforms.lemmy import fields
from bot.platforms.lemmy.api import Api
from bot.platforms.lemmy.client import Client
from bot.platforms.lemmy.v3 import V3
from bot.platforms.lemmy.v4 import V4
from bot.platforms.protocol import Refused, Unreachable

#: The oldest version whose API we know.
OLDEST = (0, 19)


async def discover(client: Client) -> Api:
    """The API of the server, by its node info; where that is not served, by asking for the newer one.

    Raises PlatformError, Refused for a server that is no Lemmy, or an older one.
    """
    try:
        software = fields.maybe(await client.get("/nodeinfo/2.1"), "software")
    except (Refused, Unreachable):
        software = {}
    name, version = fields.text(software, "name").lower(), fields.text(software, "version")
    if name and name != "lemmy":
        raise Refused(
            f"{client.url}: this server runs {name[:40]} {version[:40]}; Lemmy from 0.19 on is supported",
            "wrong_software",
        )
    number = re.match(r"(\d{1,6})\.(\d{1,6})", version)
    if number is None:
        return await _by_trying(client)
    found = (int(number[1]), int(number[2]))
    if found < OLDEST:
        raise Refused(
            f"{client.url}: this server runs Lemmy {version[:40]}, which is too old; its administrators have to"
            " update it to 0.19 at least",
            "wrong_version",
        )
    return V3(client) if found == OLDEST else V4(client)


async def _by_trying(client: Client) -> Api:
    try:
        await client.get("/api/v4/site")
    except Refused:
        return V3(client)
    return V4(client)
