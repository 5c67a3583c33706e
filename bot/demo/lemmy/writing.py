"""What can be said on the in-memory server, and done about it: calls of API v3, each a function from a call to its answer."""

from __future__ import annotations

from typing import Any

from bot.demo.lemmy.call import Call
from bot.demo.lemmy.records import LemmyError, Report

Json = dict[str, Any]


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


def purge_post(call: Call) -> Json:
    return _purge(call, "post")


def purge_comment(call: Call) -> Json:
    return _purge(call, "comment")


def _purge(call: Call, kind: str) -> Json:
    if not call.me.admin:
        raise LemmyError("not_an_admin")
    call.instance.purge(ref=f"{kind}/{call.number(f'{kind}_id')}")
    return {"success": True}


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
