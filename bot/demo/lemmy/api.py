"""API v3 of the in-memory server: which call goes where, and which rate limit it counts against. Knows nothing of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from bot.demo.lemmy import reading, writing
from bot.demo.lemmy.call import Call
from bot.demo.lemmy.records import LemmyError
from bot.demo.lemmy.state import Instance
from bot.platforms.lemmy.pacing import DEFAULTS, Bucket, Kind

Handler = Callable[[Call], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any


ROUTES: Mapping[tuple[str, str], Handler] = {
    ("GET", "/user/validate_auth"): reading.validate_auth,
    ("GET", "/community"): reading.community,
    ("GET", "/post/list"): reading.posts,
    ("GET", "/post"): reading.post,
    ("GET", "/comment/list"): reading.comments,
    ("GET", "/comment"): reading.comment,
    ("GET", "/private_message/list"): reading.private_messages,
    ("GET", "/user/replies"): reading.replies,
    ("GET", "/user/mention"): reading.mentions,
    ("GET", "/user/unread_count"): reading.unread_count,
    ("GET", "/user/report_count"): reading.report_count,
    ("GET", "/post/report/list"): reading.post_reports,
    ("GET", "/comment/report/list"): reading.comment_reports,
    ("GET", "/modlog"): reading.modlog,
    ("GET", "/user"): reading.person,
    ("GET", "/resolve_object"): reading.resolve,
    ("GET", "/search"): reading.search,
    ("POST", "/user/login"): writing.login,
    ("PUT", "/user/save_user_settings"): writing.save_settings,
    ("POST", "/community/follow"): writing.follow,
    ("POST", "/community/ban_user"): writing.ban,
    ("POST", "/community/mod"): writing.appoint,
    ("POST", "/post"): writing.create_post,
    ("PUT", "/post"): writing.edit_post,
    ("POST", "/post/delete"): writing.delete_post,
    ("POST", "/post/like"): writing.like_post,
    ("POST", "/post/feature"): writing.feature_post,
    ("POST", "/post/lock"): writing.lock_post,
    ("POST", "/post/remove"): writing.remove_post,
    ("POST", "/post/report"): writing.report_post,
    ("PUT", "/post/report/resolve"): writing.resolve_post_report,
    ("POST", "/comment"): writing.create_comment,
    ("PUT", "/comment"): writing.edit_comment,
    ("POST", "/comment/delete"): writing.delete_comment,
    ("POST", "/comment/like"): writing.like_comment,
    ("POST", "/comment/distinguish"): writing.distinguish_comment,
    ("POST", "/comment/remove"): writing.remove_comment,
    ("POST", "/comment/report"): writing.report_comment,
    ("PUT", "/comment/report/resolve"): writing.resolve_comment_report,
    ("POST", "/comment/mark_as_read"): writing.read_reply,
    ("POST", "/user/mention/mark_as_read"): writing.read_mention,
    ("POST", "/user/mark_all_as_read"): writing.read_all,
    ("POST", "/private_message"): writing.create_private_message,
    ("PUT", "/private_message"): writing.edit_private_message,
    ("POST", "/private_message/delete"): writing.delete_private_message,
    ("POST", "/private_message/mark_as_read"): writing.read_private_message,
}

#: Every other call counts as a message.
KINDS: Mapping[tuple[str, str], Kind] = {
    ("POST", "/post"): Kind.POST,
    ("POST", "/comment"): Kind.COMMENT,
    ("GET", "/search"): Kind.SEARCH,
    ("POST", "/user/login"): Kind.REGISTER,
}

#: Limits that a single caller on loopback never meets.
UNLIMITED: Mapping[Kind, tuple[int, int]] = dict.fromkeys(Kind, (999_999, 60))


class Api:
    """Answers calls. `limits` are calls and seconds by kind; without any, none is enforced and none is met."""

    def __init__(self, instance: Instance, limits: Mapping[Kind, tuple[int, int]] | None = None) -> None:
        self.instance = instance
        self._limits = UNLIMITED if limits is None else {**DEFAULTS, **limits}
        self._buckets = {kind: _bucket(*self._limits[kind]) for kind in Kind}

    def answer(self, method: str, path: str, token: str, args: Mapping[str, Any]) -> Answer:
        """The answer to a call; `path` is what follows `/api/v3`."""
        if self._buckets[KINDS.get((method, path), Kind.MESSAGE)].take(self.instance.now()):
            return Answer(HTTPStatus.BAD_REQUEST, {"error": "rate_limit_error"})
        call = Call(self.instance, self.instance.signed_in(token), args)
        try:
            if (method, path) == ("GET", "/site"):
                return Answer(HTTPStatus.OK, reading.site(call, self.limits()))
            handler = ROUTES.get((method, path))
            if handler is None:
                return Answer(HTTPStatus.NOT_FOUND, None)
            return Answer(HTTPStatus.OK, handler(call))
        except LemmyError as error:
            body = {"error": error.name}
            return Answer(error.status, body | ({"message": error.message} if error.message else {}))

    def limits(self) -> dict[str, int]:
        """`local_site_rate_limit`."""
        counts = {kind.value: size for kind, (size, _) in self._limits.items()}
        spans = {f"{kind.value}_per_second": seconds for kind, (_, seconds) in self._limits.items()}
        return counts | spans


def _bucket(size: int, seconds: int) -> Bucket:
    return Bucket(size, timedelta(seconds=seconds))
