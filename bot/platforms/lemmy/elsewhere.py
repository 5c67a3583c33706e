"""Where else something is talked about: the server's own list of cross-posts, and its search."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from bot.model import Discussion
from bot.platforms.lemmy import fields, shapes
from bot.platforms.lemmy.api import Api
from bot.platforms.lemmy.errors import unheard_of
from bot.platforms.protocol import Refused

#: How many posts of another community are looked at.
NEWEST = 20


async def elsewhere(api: Api, post: int) -> list[Discussion]:
    """Other communities' posts about the same link or text as a post, newest first. Raises PlatformError.

    Asks for the server's list (at most 10 in 0.19, by equal link), for posts with the link, for posts that name this
    post's address (as Lemmy's "cross-posted from" does), and for posts of the same title.
    """
    answer = await api.post(post)
    view = fields.maybe(answer, "post_view")
    body = fields.maybe(view, "post")
    link, address, title = (fields.text(body, key) for key in ("url", "ap_id", "name"))
    found = _discussions(fields.rows(answer, "cross_posts"))
    if link and not root_page(link):
        found += [d for d in await _search(api, link, by_link=True) if same_link(d.link, link)]
    if address:
        found += [d for d in await _search(api, address) if address in d.text or d.link == address]
    if title:
        found += [d for d in await _search(api, title) if _plain(d.title) == _plain(title)]
    here = shapes.address(fields.maybe(view, "community"))
    home = _name(here, fields.text(fields.maybe(view, "community"), "name"))
    others = {d.url: d for d in found if d.url != address and d.community != home and not root_page(d.link)}
    return sorted(others.values(), key=lambda d: d.sent_at, reverse=True)


async def about_page(api: Api, link: str) -> list[Discussion]:
    """Posts that link to a page, newest first; none for a site's front page. Raises PlatformError."""
    if root_page(link):
        return []
    found = {d.url: d for d in await _search(api, link, by_link=True) if same_link(d.link, link)}
    return sorted(found.values(), key=lambda d: d.sent_at, reverse=True)


async def newest(api: Api, community: str) -> list[Discussion]:
    """The newest posts of any community that the server knows, newest first. Raises PlatformError."""
    try:
        view = fields.maybe(await api.community(community), "community_view")
    except Refused as refusal:
        if not unheard_of(refusal, community):
            raise
        return []
    number = fields.number(fields.maybe(view, "community"), "id")
    posts = _discussions((await api.posts(number, size=NEWEST)).rows) if number is not None else []
    return sorted(posts, key=lambda d: d.sent_at, reverse=True)


def root_page(link: str | None) -> bool:
    """Whether a link leads to a site's front page, which many unrelated posts share."""
    if not link:
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.path in {"", "/"} and not parts.query


def same_link(one: str | None, other: str) -> bool:
    """Whether two links differ at most in scheme, `www.`, a closing slash or a fragment."""
    return one is not None and _canonical(one) == _canonical(other)


def _canonical(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


async def _search(api: Api, query: str, *, by_link: bool = False) -> list[Discussion]:
    return _discussions((await api.search(query, by_link=by_link)).rows)


def _discussions(rows: list[Any]) -> list[Discussion]:
    found, _ = fields.harvest(rows, shapes.discussion)
    return found


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())


def _name(actor: str, name: str) -> str:
    return f"{name}@{fields.host(actor)}"
