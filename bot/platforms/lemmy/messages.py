"""One thing said, wherever it is named: by its ref, or by its address on this or any other server."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.model import Platform, Ref
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.api import Api
from bot.platforms.lemmy.errors import MISSING
from bot.platforms.lemmy.fields import Malformed
from bot.platforms.lemmy.letters import letter
from bot.platforms.lemmy.shapes import Home, Item
from bot.platforms.lemmy.target import Target
from bot.platforms.protocol import Refused

#: Our own server's addresses of posts and comments.
_PATH = re.compile(r"/(?:post/(?P<post>\d{1,18})(?:/(?P<below>\d{1,18}))?|comment/(?P<comment>\d{1,18}))/?")
#: How Lemmy, PieFed, Mbin and Mastodon address what is said on them. A server asked for any other address would fetch it for
#: whoever named it.
_SAID = re.compile(
    r"/(?:(?:post|comment)/\d{1,18}(?:/\d{1,18})?|c/[^/]+/p/\d{1,18}(?:/[^/]*)?|m/[^/]+/[tp]/\d{1,18}(?:/.*)?"
    r"|users/[^/]+/statuses/\d{1,20}|@[^/]+/\d{1,20})/?"
)


class Messages:
    """Fetches posts, comments and private messages."""

    def __init__(self, api: Api, home: Home) -> None:
        self._api = api
        self._home = home

    async def get(self, target: Ref | str) -> Item | None:
        """By ref or address; None where there is nothing (any more). Raises PlatformError."""
        try:
            return await (
                self._by_ref(target) if isinstance(target, Ref) else self._by_address(target.strip())
            )
        except Malformed:
            return None
        except Refused as refusal:
            if refusal.code in MISSING:
                return None
            raise

    async def _by_ref(self, ref: Ref) -> Item | None:
        api, home, target = self._api, self._home, Target.of(ref)
        match target.kind:
            case "post":
                return shapes.post(fields.maybe(await api.post(target.number), "post_view"), home)
            case "comment":
                return shapes.comment(fields.maybe(await api.comment(target.number), "comment_view"), home)
            case _:
                return await letter(api, home, target.number)

    async def _by_address(self, address: str) -> Item | None:
        home = self._home
        if fields.host(address) in {home.host, fields.host(self._api.client.url)}:
            path = _PATH.fullmatch(urlsplit(address).path)
            if path and path["post"] and not path["below"]:
                return await self._by_ref(Ref(Platform.LEMMY, "", f"post/{path['post']}"))
            if path:
                number = path["below"] or path["comment"]
                return await self._by_ref(Ref(Platform.LEMMY, "", f"comment/{number}"))
        if not _said(address):
            return None
        answer = await self._api.resolve(address)
        if fields.maybe(answer, "comment"):
            return shapes.comment(fields.part(answer, "comment"), home)
        return shapes.post(fields.part(answer, "post"), home)


def _said(address: str) -> bool:
    """Whether an address may be that of something said on a server of the fediverse."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(fields.host(address))
        and "@" not in parts.netloc
        and not parts.query
        and _SAID.fullmatch(parts.path) is not None
    )
