"""Saying things on Lemmy, changing them and taking them back."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from bot import actions
from bot.clock import Clock
from bot.markup.plain import plain
from bot.model import Author, Receipt, Ref
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.api import Api
from bot.platforms.lemmy.client import Repeated
from bot.platforms.lemmy.errors import GONE, NO_REPLY
from bot.platforms.lemmy.fields import Malformed
from bot.platforms.lemmy.letters import letter
from bot.platforms.lemmy.pacing import Need
from bot.platforms.lemmy.people import People
from bot.platforms.lemmy.shapes import Home, Item
from bot.platforms.lemmy.target import Target
from bot.platforms.lemmy.warning import NativeWarnings
from bot.platforms.lemmy.wording import TITLE_LIMIT, comment_body, post_body, title
from bot.platforms.protocol import PlatformError, Refused, Unclear

log = logging.getLogger(__name__)

#: Lemmy's "undetermined", which communities that limit languages usually allow.
UNDETERMINED = 0

Saying = actions.Post | actions.Reply | actions.Tell | actions.Warn | actions.Edit | actions.Delete


class Sender:
    """Performs the actions that say something."""

    def __init__(self, api: Api, home: Home, people: People, clock: Clock, native: NativeWarnings) -> None:
        self._api = api
        self._home = home
        self._people = people
        self._clock = clock
        self._native = native

    async def perform(self, action: Saying, key: str) -> Receipt:
        """Documents are resolved and refs are real; `key` is the action's own. Raises PlatformError."""
        match action:
            case actions.Post():
                return await self._post(action, key)
            case actions.Reply(to=Ref() as to):
                return await self._reply(to, comment_body(action.text), key)
            case actions.Tell(person=person):
                return await self._tell(person, comment_body(action.text), key)
            case actions.Warn():
                return await self._warn(action, key)
            case actions.Edit(ref=Ref() as ref):
                return await self._edit(ref, action)
            case actions.Delete(ref=Ref() as ref):
                return await self._delete(ref)
            case _:
                raise Refused(f"{action.kind}: what it is about was never made", "bad_ref")

    async def _post(self, action: actions.Post, key: str) -> Receipt:
        community = self._home.community(action.place)
        body = post_body(action.text) or None
        name = title(action.title or plain(action.text)[:TITLE_LIMIT])

        async def create(language: int | None) -> dict[str, Any]:
            return await self._api.create_post(
                community, name, body, action.link, nsfw=action.nsfw, language=language, key=key
            )

        language = self._home.languages.get((action.language or "").partition("-")[0].lower())
        return self._made(shapes.post, await _in_some_language(create, language), "post_view")

    async def _reply(self, to: Ref, text: str, key: str, need: Need = Need.SPEAK) -> Receipt:
        """Answers a post, a comment or a private message."""
        target = Target.of(to)
        match target.kind:
            case "message":
                return await self._whisper(await self._sender(target.number), text, key)
            case "post":
                post, parent = target.number, None
            case _:
                answer = await self._api.comment(target.number, need=Need.MODERATE)
                post, parent = _above(fields.maybe(answer, "comment_view")), target.number

        async def create(language: int | None) -> dict[str, Any]:
            return await self._api.create_comment(post, parent, text, language, key=key, need=need)

        return self._made(shapes.comment, await _in_some_language(create), "comment_view")

    async def _tell(self, person: Author, text: str, key: str) -> Receipt:
        local = await self._people.local(person)
        try:
            return await self._whisper(local, text, key)
        except Repeated:
            if fields.host(person.id) == self._home.host:
                raise
            # A server lists no messages to people elsewhere, so nobody can look: it has accepted this one before.
            return Receipt(self._clock.now(), detail="the server had taken it before")

    async def _whisper(self, recipient: int, text: str, key: str) -> Receipt:
        answer = await self._api.create_private_message(recipient, text, key=key)
        return self._made(shapes.private, answer, "private_message_view")

    async def _warn(self, action: actions.Warn, key: str) -> Receipt:
        """By the server's own warning where the person hears of it, so that nobody is told twice; else in words."""
        native = self._native.possible(action)
        if native and await self._native.reaches(action.person):
            if await self._native.give(action, key):
                return Receipt(self._clock.now(), detail="the server's own warning")
            native = False
        receipt = await self._in_words(action, key)
        if native:
            await self._native.record(action, key)
        return receipt

    async def _in_words(self, action: actions.Warn, key: str) -> Receipt:
        """Under what it is about, marked as a moderator's word; in private where no reply is possible."""
        text = comment_body(action.text)
        if action.about is None or Target.of(action.about).kind == "message":
            return await self._tell(action.person, text, key)
        try:
            receipt = await self._reply(action.about, text, key, Need.MODERATE)
        except Refused as refusal:
            if refusal.code not in NO_REPLY:
                raise
            return await self._tell(action.person, text, key)
        assert receipt.ref is not None
        try:
            await self._api.distinguish(Target.of(receipt.ref).number, on=True)
        except PlatformError as error:  # the warning stands, it only looks like any other comment
            log.info("the warning %s could not be distinguished: %s", receipt.ref, error)
            return Receipt(receipt.at, receipt.ref, receipt.url, "not marked as a moderator's word")
        return receipt

    async def _edit(self, ref: Ref, action: actions.Edit) -> Receipt:
        target = Target.of(ref)
        match target.kind:
            case "post":
                name = title(action.title) if action.title else None
                await self._api.edit("post", target.number, post_body(action.text), name)
            case kind:
                await self._api.edit(kind, target.number, comment_body(action.text))
        return Receipt(self._clock.now(), ref, self._home.url(ref.id))

    def _made(self, read: Callable[[shapes.Row, Home], Item], answer: dict[str, Any], key: str) -> Receipt:
        """The receipt for something just created. It exists, so an answer without its id is `Unclear`."""
        try:
            message = read(fields.part(answer, key), self._home).message
        except Malformed as error:
            raise Unclear(
                f"{self._api.client.url}: it was created, but the answer makes no sense: {error}"
            ) from error
        return Receipt(self._clock.now(), message.ref, message.url)

    async def _sender(self, number: int) -> int:
        """The local id of who wrote a private message to us."""
        item = await letter(self._api, self._home, number, Need.MODERATE)
        if item is None:
            raise Refused(f"message/{number}: that private message is gone", "couldnt_find_private_message")
        return item.person

    async def _delete(self, ref: Ref) -> Receipt:
        """What is gone already counts as deleted."""
        target = Target.of(ref)
        try:
            await self._api.delete(target.kind, target.number)
        except Refused as refusal:
            if refusal.code not in GONE:
                raise
            return Receipt(self._clock.now(), ref, detail=f"so already ({refusal.code})")
        return Receipt(self._clock.now(), ref)


async def _in_some_language(
    create: Callable[[int | None], Awaitable[dict[str, Any]]], wanted: int | None = None
) -> dict[str, Any]:
    """In the wanted language where the community takes it; without one, which is right nearly everywhere; undetermined

    where the community insists on something else.
    """
    for language in (None,) if wanted is None else (wanted, None):
        try:
            return await create(language)
        except Refused as refusal:
            if refusal.code != "language_not_allowed":
                raise
    return await create(UNDETERMINED)


def _above(view: shapes.Row) -> int:
    """The post of a comment. Raises Refused when the answer does not tell."""
    try:
        return fields.number(fields.maybe(view, "comment"), "post_id") or fields.ident(
            fields.maybe(view, "post")
        )
    except Malformed:
        raise Refused("the comment to answer is not to be found", "couldnt_find_comment") from None
