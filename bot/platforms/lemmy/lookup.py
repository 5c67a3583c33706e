"""Whether an attempt worked after all: looks for it among the things that the account said of late.

Lemmy 0.19 has no idempotency keys, and 1.0 keeps them for minutes only. Both change what is stored (tracking parameters
are cut from links, images go through a proxy, a word filter blanks words), so texts are compared without links, and a
blanked word may be anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta

from bot import actions
from bot.actions import External
from bot.clock import Clock
from bot.model import Receipt, Ref
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.api import OWN_PAGES, Api, pages
from bot.platforms.lemmy.closing import Closing
from bot.platforms.lemmy.letters import letter
from bot.platforms.lemmy.ownlog import OwnLog
from bot.platforms.lemmy.pacing import Need
from bot.platforms.lemmy.people import People
from bot.platforms.lemmy.shapes import Home, Item
from bot.platforms.lemmy.target import Target
from bot.platforms.lemmy.warning import NativeWarnings
from bot.platforms.lemmy.wording import comment_body, post_body, title

#: The server's clock may differ from ours by this.
SKEW = timedelta(seconds=60)

_URL = re.compile(r"https?://[^\s)\]>]+")
_BLANKED = "*removed*"


class Lookup:
    """Reads what the account itself said."""

    def __init__(self, api: Api, home: Home, people: People, clock: Clock, native: NativeWarnings) -> None:
        self._api = api
        self._home = home
        self._people = people
        self._clock = clock
        self._native = native
        self._log = OwnLog(api, home, clock)

    async def find(self, action: External, since: datetime, taken: frozenset[Ref]) -> Receipt | None:
        """What an attempt of `action` at `since` or later made; the earliest that is not `taken`. Raises PlatformError."""
        after = since - SKEW
        match action:
            case actions.Post():
                fits = self._same_post(action)
                return self._receipt(await self._own("post", self._post, after), fits, taken)
            case actions.Reply(to=Ref() as to) if not to.id.startswith("message/"):
                return await self._comment_below(to, comment_body(action.text), after, taken)
            case actions.Reply(to=Ref() as to):
                return await self._answer(Target.of(to).number, comment_body(action.text), after, taken)
            case actions.Tell(person=person):
                recipient = await self._people.local(person)
                return await self._message(recipient, comment_body(action.text), after, taken)
            case actions.Warn():
                return await self._warning(action, after, taken)
            case actions.Lockdown(place=place):
                was = await Closing(self._api, self._home).closed_since(place, after)
                return Receipt(self._clock.now(), detail="found in the community's settings") if was else None
            case _:
                return await self._log.find(action, after)

    async def _warning(self, action: actions.Warn, after: datetime, taken: frozenset[Ref]) -> Receipt | None:
        """The server's own warning counts only for who hears of it."""
        text, about, found = comment_body(action.text), action.about, None
        if self._native.possible(action) and await self._native.reaches(action.person):
            found = await self._log.find(action, after)
        if found is None and about is not None and not about.id.startswith("message/"):
            found = await self._comment_below(about, text, after, taken)
        return found or await self._message(await self._people.local(action.person), text, after, taken)

    async def _comment_below(
        self, to: Ref, text: str, after: datetime, taken: frozenset[Ref]
    ) -> Receipt | None:
        def fits(item: Item) -> bool:
            parent = item.message.parent
            return parent is not None and parent.id == to.id and same_text(text, item.message.text)

        return self._receipt(await self._own("comment", self._comment, after), fits, taken)

    async def _answer(self, number: int, text: str, after: datetime, taken: frozenset[Ref]) -> Receipt | None:
        """An answer to the private message with that number; None where it is gone, for then nobody answers it again either."""
        answered = await letter(self._api, self._home, number, Need.MODERATE)
        return await self._message(answered.person, text, after, taken) if answered else None

    async def _message(
        self, recipient: int, text: str, after: datetime, taken: frozenset[Ref]
    ) -> Receipt | None:
        """A private message that was sent to the person with that local id: to others the same may be said."""
        found: list[Item] = []
        async for page in pages(lambda on: self._api.private_messages(on, need=Need.MODERATE), OWN_PAGES):
            rows = [row for row in page.rows if isinstance(row, dict)]
            read, _ = fields.harvest(rows, lambda row: (_recipient(row), shapes.private(row, self._home)))
            recent = [(to, item) for to, item in read if item.message.sent_at >= after]
            found += [i for to, i in recent if i.person == self._home.person and to == recipient]
            if not recent:
                break
        return self._receipt(found, lambda item: same_text(text, item.message.text), taken)

    async def _own(self, kind: str, read: Callable[[shapes.Row], Item], after: datetime) -> list[Item]:
        """The account's own posts or comments since then."""
        found: list[Item] = []
        me, need = self._home.person, Need.MODERATE
        async for page in pages(lambda on: self._api.said(kind, me, on, need=need), OWN_PAGES):
            items, _ = fields.harvest(page.rows, read)
            recent = [item for item in items if item.message.sent_at >= after]
            found += recent
            if not recent:
                break
        return found

    def _receipt(
        self, items: list[Item], fits: Callable[[Item], bool], taken: frozenset[Ref]
    ) -> Receipt | None:
        made = [item.message for item in items if item.message.ref not in taken and fits(item)]
        if not made:
            return None
        first = min(made, key=lambda message: (message.sent_at, message.ref))
        return Receipt(self._clock.now(), first.ref, first.url, "found after an unclear attempt")

    def _same_post(self, action: actions.Post) -> Callable[[Item], bool]:
        text = post_body(action.text)

        def fits(item: Item) -> bool:
            message = item.message
            return (
                message.place.alias == action.place
                and (action.title is None or same_text(title(action.title), message.title or ""))
                and (action.link is None) == (message.link is None)
                and same_text(text, message.text)
            )

        return fits

    def _post(self, row: shapes.Row) -> Item:
        return shapes.post(row, self._home)

    def _comment(self, row: shapes.Row) -> Item:
        return shapes.comment(row, self._home)


def same_text(sent: str, stored: str) -> bool:
    """Whether `stored` is what a server may have made of `sent`."""
    pieces = [re.escape(piece) for piece in _normal(stored).split(_BLANKED)]
    return re.fullmatch(".*?".join(pieces), _normal(sent), re.DOTALL) is not None


def _normal(text: str) -> str:
    """Without links, in composed letters, every run of white space one blank."""
    return " ".join(unicodedata.normalize("NFC", _URL.sub("", text)).split())


def _recipient(row: shapes.Row) -> int | None:
    return fields.number(fields.maybe(row, "recipient"), "id")
