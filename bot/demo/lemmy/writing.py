"""What can be done on the in-memory server: the POST and PUT calls of API v3, each a function from a call to its answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.demo.lemmy.call import Call
from bot.demo.lemmy.records import LemmyError, Report

Json = dict[str, Any]

DONE: Json = {"success": True}


def login(call: Call) -> Json:
    code = call.maybe_text("totp_2fa_token")
    token = call.instance.sign_in(call.text("username_or_email"), call.text("password"), code)
    return {"jwt": token, "registration_created": False, "verify_email_sent": False}


def save_settings(call: Call) -> Json:
    me = call.me
    flags = ("show_nsfw", "show_read_posts", "show_bot_accounts", "hide_posts_with_media")
    me.settings |= {name: call.flag(name) for name in flags if name in call.args}
    if "bot_account" in call.args:
        me.bot_account = call.flag("bot_account")
    me.bio = call.maybe_text("bio") or me.bio
    languages = call.args.get("discussion_languages")
    if isinstance(languages, list):
        me.languages = languages
    return DONE


def register(call: Call) -> Json:
    """A new account, at once: this server asks nobody."""
    name, password = call.text("username"), call.text("password")
    if password != call.text("password_verify"):
        raise LemmyError("passwords_do_not_match")
    call.instance.sign_up(name, password)
    token = call.instance.sign_in(name, password)
    return {"jwt": token, "registration_created": False, "verify_email_sent": False}


def logout(call: Call) -> Json:
    """All of the caller's tokens die; a real server ends only the one that was used."""
    call.instance.sign_out(call.me.handle)
    return DONE


def delete_community(call: Call) -> Json:
    """Only its first moderator may."""
    where, me = call.instance.community(call.number("community_id")), call.me
    if not where.moderators or where.moderators[0] != me.id:
        raise LemmyError("not_top_mod")
    where.deleted = call.flag("deleted")
    return {"community_view": call.views.community(where), "discussion_languages": []}


def create_community(call: Call) -> Json:
    where = call.instance.community(found(call))
    return {"community_view": call.views.community(where), "discussion_languages": []}


def found(call: Call) -> int:
    """Who makes a community moderates and follows it."""
    me, name = call.me, call.text("name")
    ident = call.instance.found(name, title=call.maybe_text("title") or name, moderators=(me.handle,))
    call.instance.community(ident).followers.add(me.id)
    return ident


def follow(call: Call) -> Json:
    where, me = call.instance.community(call.number("community_id")), call.me
    if call.flag("follow"):
        where.followers.add(me.id)
    else:
        where.followers.discard(me.id)
    return {"community_view": call.views.community(where), "discussion_languages": []}


def create_post(call: Call) -> Json:
    return _post(call, make_post(call))


def make_post(call: Call) -> int:
    return call.instance.post(
        as_=call.me.handle,
        community=call.instance.community(call.number("community_id")).handle,
        title=call.text("name"),
        text=call.maybe_text("body"),
        link=call.maybe_text("url"),
        nsfw=call.flag("nsfw"),
    )


def edit_post(call: Call) -> Json:
    ident = call.number("post_id")
    call.instance.edit(
        as_=call.me.handle, ref=f"post/{ident}", text=call.maybe_text("body"), title=call.maybe_text("name")
    )
    return _post(call, ident)


def delete_post(call: Call) -> Json:
    ident = call.number("post_id")
    call.instance.delete(as_=call.me.handle, ref=f"post/{ident}", on=call.flag("deleted"))
    return _post(call, ident)


def like_post(call: Call) -> Json:
    ident = call.number("post_id")
    call.instance.vote(as_=call.me.handle, ref=f"post/{ident}", score=call.number("score"))
    return _post(call, ident)


def feature_post(call: Call) -> Json:
    ident = call.number("post_id")
    if call.text("feature_type") != "Community" and not call.me.admin:
        raise LemmyError("not_an_admin")
    call.instance.feature(as_=call.me.handle, post=ident, on=call.flag("featured"))
    return _post(call, ident)


def lock_post(call: Call) -> Json:
    ident = call.number("post_id")
    call.instance.lock(as_=call.me.handle, post=ident, on=call.flag("locked"))
    return _post(call, ident)


def remove_post(call: Call) -> Json:
    ident = call.number("post_id")
    call.instance.remove(
        as_=call.me.handle, ref=f"post/{ident}", reason=call.maybe_text("reason"), on=call.flag("removed")
    )
    return _post(call, ident)


def report_post(call: Call) -> Json:
    ref = f"post/{call.number('post_id')}"
    ident = call.instance.report(as_=call.me.handle, ref=ref, reason=call.text("reason"))
    return {"post_report_view": call.views.report(call.instance.reports[ident])}


def resolve_post_report(call: Call) -> Json:
    return {"post_report_view": _resolve(call)}


def create_comment(call: Call) -> Json:
    return _comment(call, make_comment(call))


def make_comment(call: Call) -> int:
    return call.instance.comment(
        as_=call.me.handle,
        post=call.number("post_id"),
        text=call.text("content"),
        parent=call.maybe_number("parent_id"),
    )


def edit_comment(call: Call) -> Json:
    ident = call.number("comment_id")
    call.instance.edit(as_=call.me.handle, ref=f"comment/{ident}", text=call.text("content"))
    return _comment(call, ident)


def delete_comment(call: Call) -> Json:
    ident = call.number("comment_id")
    call.instance.delete(as_=call.me.handle, ref=f"comment/{ident}", on=call.flag("deleted"))
    return _comment(call, ident)


def like_comment(call: Call) -> Json:
    ident = call.number("comment_id")
    call.instance.vote(as_=call.me.handle, ref=f"comment/{ident}", score=call.number("score"))
    return _comment(call, ident)


def distinguish_comment(call: Call) -> Json:
    ident = call.number("comment_id")
    call.instance.distinguish(as_=call.me.handle, comment=ident, on=call.flag("distinguished"))
    return _comment(call, ident)


def remove_comment(call: Call) -> Json:
    ident = call.number("comment_id")
    call.instance.remove(
        as_=call.me.handle, ref=f"comment/{ident}", reason=call.maybe_text("reason"), on=call.flag("removed")
    )
    return _comment(call, ident)


def report_comment(call: Call) -> Json:
    ref = f"comment/{call.number('comment_id')}"
    ident = call.instance.report(as_=call.me.handle, ref=ref, reason=call.text("reason"))
    return {"comment_report_view": call.views.report(call.instance.reports[ident])}


def resolve_comment_report(call: Call) -> Json:
    return {"comment_report_view": _resolve(call)}


def create_private_message(call: Call) -> Json:
    return _message(call, make_private_message(call))


def make_private_message(call: Call) -> int:
    recipient = call.instance.person(call.number("recipient_id"))
    return call.instance.private_message(as_=call.me.handle, to=recipient.handle, text=call.text("content"))


def edit_private_message(call: Call) -> Json:
    ident = call.number("private_message_id")
    call.instance.edit(as_=call.me.handle, ref=f"message/{ident}", text=call.text("content"))
    return _message(call, ident)


def delete_private_message(call: Call) -> Json:
    ident = call.number("private_message_id")
    call.instance.delete(as_=call.me.handle, ref=f"message/{ident}", on=call.flag("deleted"))
    return _message(call, ident)


def read_private_message(call: Call) -> Json:
    message = call.instance.message(call.number("private_message_id"))
    if message.recipient != call.me.id:
        raise LemmyError("couldnt_update_private_message")
    message.read = call.flag("read")
    return _message(call, message.id)


def read_reply(call: Call) -> Json:
    return {"comment_reply_view": _read(call, "comment_reply_id")}


def read_mention(call: Call) -> Json:
    return {"person_mention_view": _read(call, "person_mention_id")}


def read_all(call: Call) -> Json:
    for notice in call.instance.notices.values():
        notice.read |= notice.recipient == call.me.id
    for message in call.instance.messages.values():
        message.read |= message.recipient == call.me.id
    return {"replies": []}


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


def appoint(call: Call) -> Json:
    where = call.instance.community(call.number("community_id"))
    who = call.instance.person(call.number("person_id"))
    call.instance.appoint(as_=call.me.handle, community=where.handle, who=who.handle, on=call.flag("added"))
    return {"moderators": call.views.moderators(where)}


def purge_post(call: Call) -> Json:
    return _purge(call, "post")


def purge_comment(call: Call) -> Json:
    return _purge(call, "comment")


def _purge(call: Call, kind: str) -> Json:
    if not call.me.admin:
        raise LemmyError("not_an_admin")
    call.instance.purge(ref=f"{kind}/{call.number(f'{kind}_id')}")
    return DONE


def _post(call: Call, ident: int) -> Json:
    return {"post_view": call.views.post(call.instance.the_post(ident))}


def _comment(call: Call, ident: int) -> Json:
    return {"comment_view": call.views.comment(call.instance.the_comment(ident)), "recipient_ids": []}


def _message(call: Call, ident: int) -> Json:
    return {"private_message_view": call.views.private_message(call.instance.message(ident))}


def _resolve(call: Call) -> Json:
    return call.views.report(close_report(call))


def close_report(call: Call) -> Report:
    report = call.instance.reports.get(call.number("report_id"))
    if report is None:
        raise LemmyError("couldnt_resolve_report")
    find = call.instance.the_post if report.kind == "post" else call.instance.the_comment
    if not call.instance.moderates(call.me, call.instance.community_of(find(report.target))):
        raise LemmyError("not_a_mod_or_admin")
    call.instance.close_report(as_=call.me.handle, report=report, on=call.flag("resolved"))
    return report


def _read(call: Call, name: str) -> Json:
    notice = call.instance.notices.get(call.number(name))
    if notice is None or notice.recipient != call.me.id:
        raise LemmyError("couldnt_update_replies")
    notice.read = call.flag("read")
    return call.views.notice(notice, call.instance.the_comment(notice.comment or 0))
