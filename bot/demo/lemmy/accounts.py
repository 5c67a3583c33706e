"""Accounts on the in-memory server: the calls of API v3 by which people sign in, set themselves up and empty their inboxes."""

from __future__ import annotations

from typing import Any

from bot.demo.lemmy.call import Call
from bot.demo.lemmy.records import LemmyError

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


def _read(call: Call, name: str) -> Json:
    notice = call.instance.notices.get(call.number(name))
    if notice is None or notice.recipient != call.me.id:
        raise LemmyError("couldnt_update_replies")
    notice.read = call.flag("read")
    return call.views.notice(notice, call.instance.the_comment(notice.comment or 0))
