"""Warning somebody: with the server's own warning where it has one and they will hear of it, else in words of ours."""

from __future__ import annotations

import logging

from bot import actions
from bot.markup.plain import plain
from bot.model import Author
from bot.platforms.lemmy import fields
from bot.platforms.lemmy.api import Api
from bot.platforms.lemmy.errors import NO_REPLY
from bot.platforms.lemmy.shapes import Home
from bot.platforms.lemmy.target import Target
from bot.platforms.lemmy.wording import reason
from bot.platforms.protocol import PlatformError, Refused

log = logging.getLogger(__name__)

#: Servers whose software is remembered.
REMEMBERED = 1_000


class NativeWarnings:
    """The server's own warnings: they stand in the moderation log, and tell the person by themselves.

    They tell people of this server, and of others that run Lemmy from 1.0 on; nobody else hears of them.
    """

    def __init__(self, api: Api, home: Home) -> None:
        self._api = api
        self._home = home
        self._hears = {home.host: True}

    def possible(self, action: actions.Warn) -> bool:
        """Whether there is something public that the server could warn about."""
        about = action.about
        return self._api.features.warn and about is not None and Target.of(about).kind != "message"

    async def give(self, action: actions.Warn, key: str) -> bool:
        """Warns; False where that is not possible (any more), as for a comment that is removed. Raises PlatformError."""
        assert action.about is not None
        target = Target.of(action.about)
        try:
            await self._api.warn(target.kind, target.number, reason(plain(action.text)), key=key)
        except Refused as refusal:
            if refusal.code not in NO_REPLY:
                raise
            return False
        return True

    async def record(self, action: actions.Warn, key: str) -> None:
        """Puts a warning that was given in words into the moderation log, too. A courtesy: nothing depends on it."""
        try:
            await self.give(action, key)
        except PlatformError as error:
            log.info("a warning does not stand in the moderation log: %s", error)

    async def reaches(self, person: Author) -> bool:
        """Whether the person hears of such a warning."""
        host = fields.host(person.id)
        if host not in self._hears:
            while len(self._hears) > REMEMBERED:
                del self._hears[next(iter(self._hears))]
            try:
                self._hears[host] = _modern(await self._api.software(host))
            except PlatformError as error:  # telling somebody twice is better than not at all
                log.info("it is not known whether %s passes warnings on: %s", host, error)
                return False
        return self._hears[host]


def _modern(software: tuple[str, str] | None) -> bool:
    name, version = software or ("", "")
    return name == "lemmy" and not version.startswith("0.")
