"""Lemmy's error names, and what each means for us, as a sentence for the person who can mend it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.platforms.protocol import Busy, PlatformError, Refused, SignedOut

#: The server asks for patience; nothing was done. 0.19 answers 400 with the first, 1.0 answers 429 with the second.
PATIENCE = frozenset({"rate_limit_error", "too_many_requests"})

#: The token (or, when logging in, the password) is not accepted.
DEAD_TOKEN = frozenset({"incorrect_login", "not_logged_in"})

#: The thing is not there (any more): purged by an administrator, or never arrived.
MISSING = frozenset(
    {
        "not_found",
        "couldnt_find_post",
        "couldnt_find_comment",
        "couldnt_find_person",
        "couldnt_find_private_message",
        "couldnt_find_object",
        "couldnt_find_community",
        "resolve_object_failed",
    }
)

#: The account has no rights there.
NO_MODERATOR = frozenset({"not_a_mod_or_admin", "not_a_moderator"})

#: Where a public reply cannot go, and a private message is tried instead.
NO_REPLY = MISSING | {
    "couldnt_create",
    "couldnt_create_comment",
    "deleted",
    "locked",
    "max_comment_depth_reached",
}

#: What a removal or deletion answers when nothing is left to do: 0.19 deletes nothing twice, and lets nobody remove what
#: its author deleted.
GONE = MISSING | {
    "couldnt_update",
    "couldnt_update_comment",
    "couldnt_update_post",
    "couldnt_update_private_message",
    "deleted",
}

_NO_MODERATOR = "the bot's account is no moderator of the community; a moderator has to appoint it"
_NOT_STORED = "the server could not store it; mostly because what it belongs to is gone meanwhile"
_TEXT = "the text is empty or longer than the server takes (10,000 characters; a post 50,000)"

#: By Lemmy's name for it, in 0.19 or in 1.0.
SENTENCES: Mapping[str, str] = {
    "ban_expiration_in_past": "the ban would end in the past",
    "banned_from_community": "the bot's account is banned from the community; ask its moderators to unban it",
    "bio_length_overflow": "the profile's text is longer than 1,000 characters; make accounts.….contact shorter",
    "blocked_url": "the server blocks a link in the text; ask its administrators, or leave the link out",
    "community_is_blocked": "the bot's account blocks the community; unblock it in the account's settings",
    "community_user_already_banned": "the person is banned already",
    "contradicting_filters": "the bot asked for two things at once that exclude each other; please report this as a bug",
    "couldnt_create": _NOT_STORED,
    "couldnt_create_comment": "the server could not store the comment",
    "couldnt_find_comment": "there is no such comment here (any more)",
    "couldnt_find_community": "there is no such community here; check its name, and that somebody on this server follows it",
    "couldnt_find_object": "the server could not find anything under that address",
    "couldnt_find_person": "there is no such person here",
    "couldnt_find_post": "there is no such post here (any more)",
    "couldnt_find_private_message": "there is no such private message here (any more)",
    "couldnt_parse_pagination_token": "the server did not know its own mark of a page any more; please report this as a bug",
    "couldnt_update": "it cannot be changed, mostly because its author deleted it",
    "couldnt_update_comment": "the comment cannot be changed, mostly because its author deleted it",
    "couldnt_update_post": "the post cannot be changed, mostly because its author deleted it",
    "deleted": "the post, the comment or the community was deleted or removed meanwhile",
    "edit_private_message_not_allowed": "the private message is somebody else's",
    "email_not_verified": "the account's e-mail address is not confirmed yet; follow the link in the server's e-mail",
    "incorrect_totp_token": "the two-factor code is wrong or too old; check the account's totp setting and this machine's clock",
    "instance_is_blocked": "one of the two servers blocks the other; ask the administrators",
    "instance_is_private": "the server shows nothing to strangers; the account has to be signed in",
    "invalid_body_field": _TEXT,
    "invalid_bot_action": "the server does not let bots do that",
    "invalid_fetch_limit": "the server gives smaller pages than expected; please report this as a bug",
    "invalid_post_title": "the title must have 3 to 200 characters and no line break",
    "invalid_unix_time": "the server does not take the time that was given",
    "invalid_url": "the link is not one that the server takes",
    "invalid_url_scheme": "the link does not begin as the server wants links to (https://)",
    "language_not_allowed": "the community does not take the account's language; allow 'undetermined' in its settings",
    "locked": "the post is locked, and only moderators may comment on it",
    "max_comment_depth_reached": "the thread is 50 replies deep, and the server takes no deeper one",
    "missing_totp_token": "the account uses two-factor log-in; put its secret into the account's totp setting",
    "no_comment_edit_allowed": "the comment is somebody else's",
    "no_post_edit_allowed": "the post is somebody else's",
    "not_a_mod_or_admin": _NO_MODERATOR,
    "not_a_moderator": _NO_MODERATOR,
    "not_an_admin": "only an administrator of the server may do that",
    "not_found": "there is no such post, comment, person or community here (any more)",
    "not_higher_mod": "the person was appointed moderator before the bot, and Lemmy lets nobody act on an earlier moderator",
    "nsfw_not_allowed": "the server takes nothing that is not safe for work",
    "only_mods_can_post_in_community": "only moderators may post there; a moderator has to appoint the bot's account",
    "person_is_banned_from_community": "the account, or the person it is about, is banned from the community",
    "person_is_blocked": "the person blocks the bot's account",
    "post_schedule_time_must_be_in_future": "the time for the post has passed already",
    "registration_application_is_pending": "the account still waits for an administrator's approval",
    "registration_denied": "the account's application was denied by the administrators",
    "report_reason_required": "a report needs a reason, and this one had none",
    "resolve_object_failed": "the server could not find anything under that address",
    "site_ban": "the bot's account is banned from the server; ask its administrators",
    "slurs": "the server's word filter does not take the text",
    "too_many_scheduled_posts": "ten posts wait to be published already, and the server takes no more",
    "unknown": "the server could not make sense of the call; its version may be newer than what this bot knows",
    "url_length_overflow": "the link is longer than the 2,000 characters that the server takes",
}


def unheard_of(refusal: Refused, name: str) -> bool:
    """Whether a refusal says that there is no person or community called `name`.

    A server that asks another one for whom it does not know tells of that one's page, as `unknown`.
    """
    return refusal.code in MISSING or ("@" in name and refusal.code == "unknown")


def failure(where: str, name: str, account: str, detail: str = "") -> PlatformError:
    """The exception for error `name` that Lemmy gave at `where` (server and call) to `account`.

    `Busy` and `SignedOut` for the names above, else `Refused` with the name as its code; `detail` is what the server said
    beside it.
    """
    if name in PATIENCE:
        return Busy(f"{where}: the server's rate limit is reached; trying again later")
    if name in DEAD_TOKEN:
        return SignedOut(f"{where}: the account {account} is no longer signed in; sign it in again")
    sentence = SENTENCES.get(name, "the server refused")
    said = f"{name}: {detail}" if detail else name
    return Refused(f"{where}: {sentence} ({said})", code=name)
