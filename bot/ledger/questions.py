"""What may be asked of the ledger; nothing here writes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from bot.decision import Case, Linked, Spoken
from bot.ledger import links, queries
from bot.ledger.engine import Worker
from bot.model import Json, Message, Receipt, Ref, Strike

#: Messages in one page of `history`.
PAGE = 500


class Questions:
    """The reading half of `Ledger`, whose conventions hold here, too."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    async def recall(self, community: str, plugin: str, key: str) -> Json:
        """What a plugin remembered; None when nothing."""
        return await self._worker.read(queries.recall, community, plugin, key)

    async def recall_all(self, community: str, plugin: str, prefix: str = "") -> dict[str, Json]:
        return await self._worker.read(queries.recall_all, community, plugin, prefix)

    async def made(self, community: str, plugin: str, name: str) -> Receipt | None:
        """The receipt of the plugin's newest performed action called `name`."""
        return await self._worker.read(queries.made, community, plugin, name)

    async def spoken(self, community: str, ref: Ref) -> Spoken | None:
        """The action that said what stands at `ref`, with the number of its case."""
        return await self._worker.read(queries.spoken, community, ref)

    async def strikes(self, community: str, person: str) -> list[Strike]:
        """Warnings given or about to be, not taken back; oldest first, expired ones too; over all accounts of the human."""
        return await self._worker.read(queries.strikes, community, person)

    async def case(self, community: str, number: int) -> Case | None:
        return await self._worker.read(queries.case, community, number)

    async def cases(
        self,
        community: str,
        person: str | None = None,
        since: datetime | None = None,
        limit: int = 200,
        *,
        alone: bool = False,
        before: int | None = None,
        kinds: Sequence[str] = (),
    ) -> list[Case]:
        """Newest first; of one person (with `alone`, of this very account), since a time, below a number, where given.

        With `kinds`, those with an action of one of these kinds only.
        """
        return await self._worker.read(
            queries.cases, community, person, since, limit, alone=alone, before=before, kinds=kinds
        )

    async def linked(self, community: str, person: str) -> Linked:
        """The other accounts of the same human."""
        return await self._worker.read(links.linked, community, person)

    async def recent(self, community: str, person: str, since: datetime) -> list[Message]:
        """What the person said since then, oldest first."""
        return await self._worker.read(queries.recent, community, person, since)

    async def history(
        self, community: str, since: datetime, place: str | None = None
    ) -> AsyncIterator[Message]:
        """Everything said since then that is still kept, oldest first, a page at a time."""
        mark: tuple[datetime, int] | None = None
        while True:
            messages, mark = await self._worker.read(
                queries.page, community, since, place=place, after=mark, size=PAGE
            )
            for message in messages:
                yield message
            if mark is None:
                return

    async def bans_since(self, community: str, since: datetime) -> int:
        """Decisions to ban that the bot made by itself since then, however many places each is about."""
        return await self._worker.read(queries.bans_since, community, since)

    async def acts_since(self, community: str, person: str, since: datetime) -> int:
        """How often a moderator had the bot do something to people since then, warnings apart."""
        return await self._worker.read(queries.acts_since, community, person, since)

    async def message(self, ref: Ref) -> Message | None:
        """Something said, as it read when it was last seen; None when it is not kept."""
        return await self._worker.read(queries.message, ref)
