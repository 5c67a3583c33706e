"""The demo on a terminal: the embedded community behind the chat room of `bot.demo.terminal`."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from bot.demo import community
from bot.demo.lemmy.records import Comment, LemmyError, Post
from bot.demo.paint import Posted
from bot.demo.stage import Inside, Stage
from bot.demo.terminal import chat
from bot.model import Platform
from bot.platforms.memory import NotAllowed

#: Who the visitor is to begin with.
VISITOR = "ana"


class Lounge:
    """What the terminal asks of the stage around it (`bot.demo.terminal.Stage`)."""

    title = community.TITLE
    zone = community.ZONE
    forbidden = "What a numbskull!"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def commands(self) -> Sequence[str]:
        bot = self._stage.bot
        app = bot.app if isinstance(bot, Inside) else None
        return sorted(app.router("freechat").commands) if app else ()

    async def settle(self) -> None:
        await self._stage.settle()

    async def advance(self, span: timedelta) -> None:
        await self._stage.advance(span)

    async def strikes(self, person: str) -> int:
        """Live strikes of a member, on either platform."""
        bot = self._stage.bot
        if not isinstance(bot, Inside) or bot.app is None:
            return 0
        now = self._stage.clock.now()
        keys = (f"{Platform.MEMORY}:{person}", f"{Platform.LEMMY}:https://{community.HOME}/u/{person}")
        found = [strike for key in keys for strike in await bot.app.ledger.strikes("freechat", key)]
        return sum(strike.live(now) for strike in found)

    async def posts(self) -> Sequence[Posted]:
        lemmy = self._stage.lemmy
        here = lemmy.where("freechat").id
        listed = [post for post in lemmy.posts.values() if post.community == here and not post.gone]
        listed.sort(key=lambda post: (post.featured, post.published), reverse=True)
        return [self._post(post) for post in listed]

    async def comments(self, post: str) -> Sequence[Posted]:
        lemmy = self._stage.lemmy
        found = [c for c in lemmy.comments_of(self._find(post)) if not c.gone]
        found.sort(key=lambda comment: [int(part) for part in comment.path.split(".")])
        return [self._comment(comment) for comment in found]

    async def post(self, person: str, title: str, text: str) -> None:
        try:
            self._stage.lemmy.post(as_=person, community="freechat", title=title, text=text)
        except LemmyError as error:
            raise NotAllowed(f"Lemmy says: {error.name}") from error
        await self.settle()

    async def comment(self, person: str, post: str, text: str) -> None:
        try:
            self._stage.lemmy.comment(as_=person, post=self._find(post).id, text=text)
        except LemmyError as error:
            raise NotAllowed(f"Lemmy says: {error.name}") from error
        await self.settle()

    def _find(self, ident: str) -> Post:
        try:
            return self._stage.lemmy.the_post(int(ident.removeprefix("p")))
        except (ValueError, LemmyError) as error:
            raise NotAllowed(f"there is no post {ident}; /posts lists them") from error

    def _post(self, post: Post) -> Posted:
        who = self._stage.lemmy.person(post.creator)
        return Posted(
            id=f"p{post.id}",
            author=who.name,
            text=post.body or "",
            at=post.published,
            title=post.name,
            link=post.url,
            comments=len(self._stage.lemmy.comments_of(post)),
            pinned=post.featured,
            by_bot=who.bot_account,
        )

    def _comment(self, comment: Comment) -> Posted:
        who = self._stage.lemmy.person(comment.creator)
        depth = comment.path.count(".")
        return Posted(
            id=f"c{comment.id}",
            author=who.name,
            text=comment.content,
            at=comment.published,
            by_bot=who.bot_account,
            depth=depth,
        )


async def visit() -> None:
    """Opens the community, lets the bot do its morning's work, and hands the terminal to the visitor."""
    logging.getLogger().setLevel(logging.ERROR)  # the room is no place for log lines
    with tempfile.TemporaryDirectory(prefix="folkmoot-demo-") as folder:
        async with Stage(Path(folder), outside=False) as stage:
            thread = community.long_thread()
            await stage.settle()
            post = stage.lemmy.post(
                as_=thread.author, community="freechat", title=thread.title, text=thread.text
            )
            ids: dict[int, int] = {}
            for comment in thread.comments:
                parent = ids[comment.parent] if comment.parent else None
                ids[comment.id] = stage.lemmy.comment(
                    as_=comment.author, post=post, text=comment.text, parent=parent
                )
            await stage.advance(timedelta(minutes=10))
            await chat(stage.chat, Lounge(stage), me=VISITOR, room="lounge")
