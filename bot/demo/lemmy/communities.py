"""Communities on the in-memory server: the calls of API v3 that make them, change them, and say who belongs to them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.demo.lemmy.call import Call
from bot.demo.lemmy.records import LemmyError

Json = dict[str, Any]


def create_community(call: Call) -> Json:
    where = call.instance.community(found(call))
    return {"community_view": call.views.community(where), "discussion_languages": []}


def found(call: Call) -> int:
    """Who makes a community moderates and follows it."""
    me, name = call.me, call.text("name")
    ident = call.instance.found(name, title=call.maybe_text("title") or name, moderators=(me.handle,))
    call.instance.community(ident).followers.add(me.id)
    return ident


def edit_community(call: Call) -> Json:
    """Its moderators may; only who may post there has an effect here."""
    where, me = call.instance.community(call.number("community_id")), call.me
    closed = call.flag("posting_restricted_to_mods", default=where.mods_only)
    call.instance.close(as_=me.handle, community=where.handle, on=closed)
    return {"community_view": call.views.community(where), "discussion_languages": []}


def delete_community(call: Call) -> Json:
    """Only its first moderator may."""
    where, me = call.instance.community(call.number("community_id")), call.me
    if not where.moderators or where.moderators[0] != me.id:
        raise LemmyError("not_top_mod")
    where.deleted = call.flag("deleted")
    return {"community_view": call.views.community(where), "discussion_languages": []}


def follow(call: Call) -> Json:
    where, me = call.instance.community(call.number("community_id")), call.me
    if call.flag("follow"):
        where.followers.add(me.id)
    else:
        where.followers.discard(me.id)
    return {"community_view": call.views.community(where), "discussion_languages": []}


def appoint(call: Call) -> Json:
    where = call.instance.community(call.number("community_id"))
    who = call.instance.person(call.number("person_id"))
    call.instance.appoint(as_=call.me.handle, community=where.handle, who=who.handle, on=call.flag("added"))
    return {"moderators": call.views.moderators(where)}


def ban(call: Call) -> Json:
    expires = call.maybe_number("expires")
    who = call.instance.person(call.number("person_id"))
    call.instance.ban(
        as_=call.me.handle,
        community=call.instance.community(call.number("community_id")).handle,
        who=who.handle,
        reason=call.maybe_text("reason"),
        until=None if expires is None else datetime.fromtimestamp(expires, UTC),
        on=call.flag("ban"),
    )
    return {"person_view": call.views.person(who), "banned": call.flag("ban")}
