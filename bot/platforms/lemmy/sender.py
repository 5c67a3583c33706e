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
from bot.platforms.lemmy.errors import GONE, NO_REPLY
from bot.platforms.lemmy.fields import Malformed
from bot.platforms.lemmy.people import People
from bot.platforms.lemmy.shapes import Home, Item
from bot.platforms.lemmy.target import Target
from bot.platforms.lemmy.v3 import PAGE_SIZE, V3
from bot.platforms.lemmy.wording import TITLE_LIMIT, comment_body, post_body, title
from bot.platforms.protocol import PlatformError, Refused, Unclear

log = logging.getLogger(__name__)

#: Pages of private messages that are searched for the one that is answered.
MESSAGE_PAGES = 4

#: Lemmy's "undetermined", which communities that limit languages usually allow.
UNDETERMINED = 0

Saying = actions.Post | actions.Reply | actions.Tell | actions.Warn | actions.Edit | actions.Delete


class Sender:
    """Performs the actions that say something."""

    def __init__(self, api: V3, home: Home, people: People, clock: Clock) -> None:
        self._api = api
        self._home = home
        self._people = people
        self._clock = clock

    async def perform(self, action: Saying) -> Receipt:
        """Documents are resolved and refs are real. Raises PlatformError."""
        match action:
            case actions.Post():
                return await self._post(action)
            case actions.Reply(to=Ref() as to):
                return await self._reply(to, comment_body(action.text))
            case actions.Tell(person=person):
                return await self._tell(person, comment_body(action.text))
            case actions.Warn():
                return await self._warn(action)
            case actions.Edit(ref=Ref() as ref):
                return await self._edit(ref, action)
            case actions.Delete(ref=Ref() as ref):
                return await self._delete(ref)
            case _:
                raise Refused(f"{action.kind}: what it is about was never made", "bad_ref")

    async def _post(self, action: actions.Post) -> Receipt:
        community = self._home.community(action.place)
        body = post_body(action.text) or None
        name = title(action.title or plain(action.text)[:TITLE_LIMIT])

        async def create(language: int | None) -> dict[str, Any]:
            return await self._api.create_post(
                community, name, body, action.link, nsfw=action.nsfw, language=language
            )

        answer = await _in_some_language(create)
        return self._made(shapes.post, answer, "post_view")

    async def _reply(self, to: Ref, text: str) -> Receipt:
        """Answers a post, a comment or a private message."""
        target = Target.of(to)
        match target.kind:
            case "message":
                return await self._whisper(await self._sender(target.number), text)
            case "post":
                post, parent = target.number, None
            case _:
                view = fields.maybe(await self._api.comment(target.number, acting=True), "comment_view")
                post, parent = _above(view), target.number

        async def create(language: int | None) -> dict[str, Any]:
            return await self._api.create_comment(post, parent, text, language)

        return self._made(shapes.comment, await _in_some_language(create), "comment_view")

    async def _tell(self, person: Author, text: str) -> Receipt:
        return await self._whisper(await self._people.local(person), text)

    async def _whisper(self, recipient: int, text: str) -> Receipt:
        answer = await self._api.create_private_message(recipient, text)
        return self._made(shapes.private, answer, "private_message_view")

    async def _warn(self, action: actions.Warn) -> Receipt:
        """Under what it is about, marked as a moderator's word; in private where no reply is possible."""
        text = comment_body(action.text)
        if action.about is None or Target.of(action.about).kind == "message":
            return await self._tell(action.person, text)
        try:
            receipt = await self._reply(action.about, text)
        except Refused as refusal:
            if refusal.code not in NO_REPLY:
                raise
            return await self._tell(action.person, text)
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
                await self._api.edit_post(target.number, post_body(action.text), name)
            case "comment":
                await self._api.edit_comment(target.number, comment_body(action.text))
            case _:
                await self._api.edit_private_message(target.number, comment_body(action.text))
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
        for page in range(1, MESSAGE_PAGES + 1):
            rows = fields.rows(await self._api.private_messages(page, acting=True), "private_messages")
            items, _ = fields.harvest(rows, lambda row: shapes.private(row, self._home))
            for item in items:
                if item.message.ref.id == f"message/{number}":
                    return item.person
            if len(rows) < PAGE_SIZE:
                break
        raise Refused(f"message/{number}: that private message is gone", "couldnt_find_private_message")

    async def _delete(self, ref: Ref) -> Receipt:
        """What is gone already counts as deleted."""
        target = Target.of(ref)
        call = {
            "post": self._api.delete_post,
            "comment": self._api.delete_comment,
            "message": self._api.delete_private_message,
        }[target.kind]
        try:
            await call(target.number)
        except Refused as refusal:
            if refusal.code not in GONE:
                raise
            return Receipt(self._clock.now(), ref, detail=f"so already ({refusal.code})")
        return Receipt(self._clock.now(), ref)


async def _in_some_language(create: Callable[[int | None], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """Without a language first, which is right nearly everywhere; undetermined where the community insists on one."""
    try:
        return await create(None)
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
