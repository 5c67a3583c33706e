"""Fetches what rules ask about a message: the post above it, labels, what the platform and the bot know of its author."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bot.api import Author, Context, Json, Message, PlaceKind, PlatformError, Profile, Remember
from plugins.moderation import labels, standing
from plugins.moderation.facts import Fact, Field, Need, Target
from plugins.moderation.rule import Kind
from plugins.moderation.standing import Record, facts_of, first_record, karma
from plugins.moderation.subject import Subject, crossposted_from, host, kind_of, subject
from plugins.moderation.views import quoted_rows

#: How long what a platform said of somebody is believed, and of how many people that is kept.
FRESH = timedelta(hours=1)
KEPT = 2_000


class Profiles:
    """What platforms said of people a short while ago, so that a busy hour does not ask for the same person each time."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], tuple[datetime, Profile | None]] = OrderedDict()

    async def ask(self, ctx: Context[Any], person: Author, place: str, *, here: bool) -> Profile | None:
        key = person.key, place if here else ""
        at, profile = self._known.get(key, (None, None))
        if at is None or ctx.now - at > FRESH:
            profile = await ctx.profile(person, place, here=here)
            self._known[key] = ctx.now, profile
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return profile


async def reporters(ctx: Context[Any], message: Message) -> list[str]:
    """Who reported a message, by their keys in the ledger."""
    known = await ctx.recall(f"reports/{message.ref}")
    return [who for who in known if isinstance(who, str)] if isinstance(known, list) else []


class Inquiry:
    """About one message. Everything is asked once, and only when somebody wants to know."""

    def __init__(self, ctx: Context[Any], message: Message, profiles: Profiles) -> None:
        self._ctx = ctx
        self._message = message
        self._profiles = profiles
        self._record: Record | None = None
        self._said: dict[Target, Message | None] = {}

    async def learn(self, item: Subject, needs: frozenset[Need]) -> Subject:
        """`item` with what was asked for, as far as anybody knows it."""
        for need in sorted(needs):
            item = await self._LEARN[need](self, item)
        return item.knowing(needs=needs)

    # -- what is above

    async def above(self, target: Target) -> Message | None:
        """The post or thread's root above the message, or the comment that it answers."""
        if target not in self._said:
            ref = self._message.root if target is Target.POST else self._message.parent
            is_there = ref is not None and ref != self._message.ref
            self._said[target] = await self._ctx.message(ref) if ref is not None and is_there else None
        return self._said[target]

    async def _post(self, item: Subject) -> Subject:
        root = await self.above(Target.POST)
        if root is None:
            return item
        about = await self._seen(root)
        starter = {Fact.SUBMITTER: float(root.author.id == self._message.author.id)}
        return item.knowing(facts=starter, above={Target.POST: about})

    async def _parent(self, item: Subject) -> Subject:
        parent = await self.above(Target.PARENT)
        # What answers the post itself has no comment above it.
        is_comment = parent is not None and (
            kind_of(parent) is Kind.COMMENT or parent.place.kind is not PlaceKind.COMMUNITY
        )
        if parent is None or not is_comment:
            return item
        return item.knowing(above={Target.PARENT: await self._seen(parent)})

    async def _seen(self, other: Message) -> Subject:
        """Something above the message, as rules see it: with its labels and reports."""
        reports = len(await reporters(self._ctx, other))
        about = subject(other, now=self._ctx.now, zone=self._ctx.community.zone, reports=reports)
        return about.knowing(texts=await self._labels_of(other))

    async def unquoted(self) -> str | None:
        """The message's text with those quoted lines blanked out that repeat what it answers; None where there are none.

        Nobody says what they only repeat to answer it; what pretends to be a quotation counts.
        """
        text = self._message.text
        rows = quoted_rows(text)
        said = [one.text for target in (Target.PARENT, Target.POST) if (one := await self.above(target))]
        sources = [" ".join(one.split()).casefold() for one in said]
        blanked = text
        for start, end in rows:
            words = " ".join(text[start:end].strip().lstrip("> ").split()).casefold()
            if words and any(words in source for source in sources):
                blanked = blanked[:start] + " " * (end - start) + blanked[end:]
        return None if blanked == text else blanked

    # -- labels

    async def _labels(self, item: Subject) -> Subject:
        return item.knowing(texts=await self._labels_of(self._message))

    async def _labels_of(self, message: Message) -> dict[Field, tuple[str, ...]]:
        texts = labels.texts_of_person(await labels.label_of(self._ctx, message.author))
        if kind_of(message) is not Kind.COMMENT:
            post = await self._ctx.recall(f"{labels.POSTS}{message.ref}")
            texts |= labels.texts_of_post(labels.restored(post))
        return texts

    # -- people

    async def record(self) -> Record:
        """What the bot remembers of the author from before this message."""
        if self._record is None:
            author = self._message.author
            known = standing.restored(await self._ctx.recall(standing.RECORDS + author.key))
            if known is None:
                known = first_record(self._ctx.now, began=await self.began(), since=author.since)
            self._record = known
        return self._record

    async def began(self) -> datetime | None:
        """When the records of this community began."""
        value = await self._ctx.recall(standing.BEGAN)
        return datetime.fromisoformat(value) if isinstance(value, str) else None

    async def recorded(self) -> tuple[Remember, ...]:
        """The record with this message in it, and, the first time, when the records began."""
        author, began = self._message.author, await self.began()
        is_post = kind_of(self._message) is not Kind.COMMENT
        grown = (await self.record()).said(post=is_post)
        kept = Remember(key=standing.RECORDS + author.key, value=grown.stored(), about=author.key)
        start: Json = self._ctx.now.isoformat()
        return (kept,) if began else (kept, Remember(key=standing.BEGAN, value=start))

    async def _of_record(self, item: Subject) -> Subject:
        facts = facts_of(await self.record(), self._ctx.now)
        if Fact.ACCOUNT_AGE not in item.facts:
            # Matrix does not tell how old an account is.
            facts[Fact.ACCOUNT_AGE] = facts[Fact.FIRST_SEEN]
        return item.knowing(facts=facts)

    async def _profile(self, *, here: bool = False) -> Profile | None:
        message = self._message
        return await self._profiles.ask(self._ctx, message.author, message.place.alias, here=here)

    async def _shown(self, item: Subject) -> Subject:
        profile = await self._profile()
        if profile is None:
            return item
        return item.knowing(texts={Field.BIO: (profile.text,), Field.DISPLAY_NAME: (profile.display_name,)})

    async def _karma(self, item: Subject) -> Subject:
        return item.knowing(facts=karma(await self._profile(), await self._counted(), here=False))

    async def _karma_here(self, item: Subject) -> Subject:
        return item.knowing(facts=karma(await self._profile(here=True), await self._counted(), here=True))

    async def _counted(self) -> Record | None:
        """In rooms, what somebody said is all that there is to count."""
        return await self.record() if self._message.place.kind is not PlaceKind.COMMUNITY else None

    # -- cross-posts

    async def _source(self, item: Subject) -> Subject:
        origin = crossposted_from(self._message.text)
        if origin is None:
            return item
        url = origin[0]
        try:
            others = await self._ctx.elsewhere(self._message.ref)
        except PlatformError:  # nobody knows where it came from
            return item
        for one in others:
            if one.url == url or (one.instance == host(url) and one.url.endswith(f"/{origin[1]}")):
                return item.knowing(
                    texts={Field.SOURCE_TITLE: (one.title,), Field.SOURCE_COMMUNITY: (one.community,)}
                )
        return item

    _LEARN: ClassVar = {
        Need.LABELS: _labels,
        Need.POST: _post,
        Need.PARENT: _parent,
        Need.RECORD: _of_record,
        Need.KARMA: _karma,
        Need.KARMA_HERE: _karma_here,
        Need.PROFILE: _shown,
        Need.SOURCE: _source,
    }
