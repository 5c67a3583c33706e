"""The commands: ask where a link is discussed, and mute what should not be shown."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.api import (
    Answer,
    Call,
    Context,
    Message,
    Outcome,
    PlatformError,
    Remember,
    Reply,
    Rest,
    Role,
    bullets,
    document,
)
from plugins.crossposts import surface
from plugins.crossposts.finding import as_they_are, find, own_posts
from plugins.crossposts.handlers import muted_names, plugin
from plugins.crossposts.links import canonical, keys
from plugins.crossposts.settings import NAME, CrosspostSettings

_URL = re.compile(r"https?://[^\s<>()\[\]\"']+")


SILENCE = "The server does not answer at the moment. Try again in a few minutes."
#: The platform may be slow.
_PATIENCE = timedelta(seconds=60)


@plugin.command(
    "crossposts", examples=["!crossposts", "!crossposts https://example.org/an-article"], timeout=_PATIENCE
)
async def crossposts(ctx: Context[CrosspostSettings], call: Call, link: Rest = Rest("")) -> Answer:  # noqa: B008 - a str
    """Where else a post or a link is being discussed.

    Give a link to a post or to a page, or answer something in the thread without a link.
    """
    address = _URL.search(link)
    if link and address is None:
        return f"A link was expected, such as https://example.org/an-article, not “{link[:60]}”."
    post = await ctx.message(address[0]) if address else call.target or call.message
    if post is not None and post.title is None:
        post = await ctx.message(post.root)
    if post is not None and post.title is not None:
        return await _about_post(ctx, call, post)
    if address is None:
        return (
            f"Which post? Give a link ({ctx.community.prefix}crossposts https://…), or write below the post."
        )
    return await _about_page(ctx, call, address[0])


async def _about_post(ctx: Context[CrosspostSettings], call: Call, post: Message) -> Answer:
    found = await find(ctx, post, await own_posts(ctx))
    if found is None:
        return SILENCE
    shown = surface.select(post, found, muted=await muted_names(ctx))
    if not shown:
        return "I know of no other discussion of that post."
    return Reply(to=call.message.ref, text=surface.listing(shown, ctx.now))


async def _about_page(ctx: Context[CrosspostSettings], call: Call, address: str) -> Answer:
    """A page may be discussed in the community's own places, and from there the platform knows others."""
    page = canonical(address, keys(ctx.settings.tracking_keys))
    if page is None:
        return "That is the front page of a site, or no address at all. Give the link to a page."
    own = await own_posts(ctx)
    here = await as_they_are(ctx, [post.message for post in own if post.print.page == page])
    listed = await find(ctx, here[-1], own) if here else []
    try:
        named = await ctx.elsewhere(address)
    except PlatformError:
        return SILENCE
    tracking = keys(ctx.settings.tracking_keys)
    named = [one for one in named if one.link and canonical(one.link, tracking) == page]
    found = [*(surface.as_discussion(message) for message in here), *(listed or []), *named]
    shown = surface.worth(found, muted=await muted_names(ctx))
    if not shown:
        return "I know of no discussion of that link."
    return Reply(to=call.message.ref, text=surface.listing(shown, ctx.now))


@plugin.command(
    "crossposts mute",
    role=Role.MODERATOR,
    examples=["!crossposts mute noise@lemmy.example", "!crossposts mute lemmy.example"],
)
async def mute(ctx: Context[CrosspostSettings], call: Call, name: str) -> Answer:
    """Never show discussions of a community (name@instance) or of a whole instance."""
    if not NAME.fullmatch(name):
        return f"name@instance.example or instance.example was expected, not “{name[:60]}”."
    if surface.plain(name) in map(surface.plain, await muted_names(ctx)):
        return f"{surface.plain(name)} is muted already."
    said = f"{surface.plain(name)} is muted. Comments that list it change at the next look."
    keep = Remember(key=f"muted:{surface.plain(name)}", value=True)
    return Outcome(said, (keep, Reply(to=call.message.ref, text=document(said))))


@plugin.command("crossposts unmute", role=Role.MODERATOR, examples=["!crossposts unmute lemmy.example"])
async def unmute(ctx: Context[CrosspostSettings], call: Call, name: str) -> Answer:
    """Take back a mute."""
    wanted = surface.plain(name)
    if wanted in map(surface.plain, ctx.settings.muted):
        return f"{wanted} is muted in the configuration; it has to be taken out there."
    if await ctx.recall(f"muted:{wanted}") is None:
        return f"{wanted} is not muted."
    said = f"{wanted} is shown again."
    forget = Remember(key=f"muted:{wanted}", value=None)
    return Outcome(said, (forget, Reply(to=call.message.ref, text=document(said))))


@plugin.command("crossposts muted", role=Role.MODERATOR, examples=["!crossposts muted"])
async def muted(ctx: Context[CrosspostSettings], call: Call) -> Answer:
    """What is muted."""
    names = sorted(set(map(surface.plain, await muted_names(ctx))))
    if not names:
        return "Nothing is muted."
    return Reply(to=call.message.ref, text=document(bullets(*names)))
