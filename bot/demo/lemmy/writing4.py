"""What can be done on the in-memory server by API v4: the calls that change something."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.demo.lemmy import accounts, communities, writing
from bot.demo.lemmy.call import Call
from bot.demo.lemmy.records import LemmyError

Json = dict[str, Any]


def login(call: Call) -> Json:
    token = call.instance.sign_in(
        call.text("username_or_email"),
        call.text("password"),
        call.maybe_text("totp_2fa_token"),
        stay=call.flag("stay_logged_in"),
    )
    return {"jwt": token, "registration_created": False, "verify_email_sent": False}


def follow(call: Call) -> Json:
    communities.follow(call)
    return _community(call, call.number("community_id"))


def create_community(call: Call) -> Json:
    return _community(call, communities.found(call))


def edit_community(call: Call) -> Json:
    communities.edit_community(call)
    return _community(call, call.number("community_id"))


def delete_community(call: Call) -> Json:
    communities.delete_community(call)
    return _community(call, call.number("community_id"))


def create_post(call: Call) -> Json:
    return _post(call, writing.make_post(call))


def edit_post(call: Call) -> Json:
    writing.edit_post(call)
    return _post(call, call.number("post_id"))


def delete_post(call: Call) -> Json:
    writing.delete_post(call)
    return _post(call, call.number("post_id"))


def like_post(call: Call) -> Json:
    ident = call.number("post_id")
    call.instance.vote(as_=call.me.handle, ref=f"post/{ident}", score=_score(call))
    call.instance.has_read(call.me, call.instance.the_post(ident))
    return _post(call, ident)


def feature_post(call: Call) -> Json:
    if call.text("feature_type") != "community" and not call.me.admin:
        raise LemmyError("not_an_admin")
    ident = call.number("post_id")
    call.instance.feature(as_=call.me.handle, post=ident, on=call.flag("featured"))
    return _post(call, ident)


def lock_post(call: Call) -> Json:
    return _post(call, _lock(call, "post"))


def remove_post(call: Call) -> Json:
    return _post(call, _remove(call, "post"))


def warn_post(call: Call) -> Json:
    return _post(call, _warn(call, "post"))


def report_post(call: Call) -> Json:
    return {"post_report_view": _report(call, "post")}


def create_comment(call: Call) -> Json:
    return _comment(call, writing.make_comment(call))


def edit_comment(call: Call) -> Json:
    writing.edit_comment(call)
    return _comment(call, call.number("comment_id"))


def delete_comment(call: Call) -> Json:
    writing.delete_comment(call)
    return _comment(call, call.number("comment_id"))


def like_comment(call: Call) -> Json:
    ident = call.number("comment_id")
    call.instance.vote(as_=call.me.handle, ref=f"comment/{ident}", score=_score(call))
    call.instance.has_read(call.me, call.instance.the_comment(ident))
    return _comment(call, ident)


def distinguish_comment(call: Call) -> Json:
    writing.distinguish_comment(call)
    return _comment(call, call.number("comment_id"))


def lock_comment(call: Call) -> Json:
    return _comment(call, _lock(call, "comment"))


def remove_comment(call: Call) -> Json:
    return _comment(call, _remove(call, "comment"))


def warn_comment(call: Call) -> Json:
    return _comment(call, _warn(call, "comment"))


def report_comment(call: Call) -> Json:
    return {"comment_report_view": _report(call, "comment")}


def resolve_report(call: Call) -> Json:
    report = writing.close_report(call)
    return {f"{report.kind}_report_view": call.views4.report(report)}


def create_private_message(call: Call) -> Json:
    return _message(call, writing.make_private_message(call))


def edit_private_message(call: Call) -> Json:
    writing.edit_private_message(call)
    return _message(call, call.number("private_message_id"))


def delete_private_message(call: Call) -> Json:
    writing.delete_private_message(call)
    return _message(call, call.number("private_message_id"))


def read_notification(call: Call) -> Json:
    notice = call.instance.notices.get(call.number("notification_id"))
    if notice is None or notice.recipient != call.me.id:
        raise LemmyError("couldnt_update")
    notice.read = call.flag("read")
    if notice.message in call.instance.messages and notice.message is not None:
        call.instance.messages[notice.message].read = notice.read
    return accounts.DONE


def ban(call: Call) -> Json:
    expires = call.maybe_number("expires_at")
    who = call.instance.person(call.number("person_id"))
    call.instance.ban(
        as_=call.me.handle,
        community=call.instance.community(call.number("community_id")).handle,
        who=who.handle,
        reason=call.text("reason"),
        until=None if expires is None else datetime.fromtimestamp(expires, UTC),
        on=call.flag("ban"),
    )
    return {"person_view": call.views4.person(who)}


def appoint(call: Call) -> Json:
    communities.appoint(call)
    return {"moderators": call.views4.moderators(call.instance.community(call.number("community_id")))}


def _lock(call: Call, kind: str) -> int:
    ident = call.number(f"{kind}_id")
    ref, reason = f"{kind}/{ident}", call.text("reason")
    call.instance.lock_thing(as_=call.me.handle, ref=ref, reason=reason, on=call.flag("locked"))
    return ident


def _remove(call: Call, kind: str) -> int:
    ident = call.number(f"{kind}_id")
    ref, reason = f"{kind}/{ident}", call.text("reason")
    call.instance.remove(as_=call.me.handle, ref=ref, reason=reason, on=call.flag("removed"))
    return ident


def _warn(call: Call, kind: str) -> int:
    ident = call.number(f"{kind}_id")
    call.instance.warn(as_=call.me.handle, ref=f"{kind}/{ident}", reason=call.text("reason"))
    return ident


def _report(call: Call, kind: str) -> Json:
    ref = f"{kind}/{call.number(f'{kind}_id')}"
    ident = call.instance.report(as_=call.me.handle, ref=ref, reason=call.text("reason"))
    return call.views4.report(call.instance.reports[ident])


def _score(call: Call) -> int:
    """Whether a vote is up, down, or taken back."""
    if call.args.get("is_upvote") is None:
        return 0
    return 1 if call.flag("is_upvote") else -1


def _community(call: Call, ident: int) -> Json:
    view = call.views4.community(call.instance.community(ident))
    return {"community_view": view, "discussion_languages": []}


def _post(call: Call, ident: int) -> Json:
    return {"post_view": call.views4.post(call.instance.the_post(ident))}


def _comment(call: Call, ident: int) -> Json:
    return {"comment_view": call.views4.comment(call.instance.the_comment(ident))}


def _message(call: Call, ident: int) -> Json:
    return {"private_message_view": call.views4.private_message(call.instance.message(ident))}


def read_all(call: Call) -> Json:
    accounts.read_all(call)
    return accounts.DONE
