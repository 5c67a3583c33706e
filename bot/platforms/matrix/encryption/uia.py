"""Proving to the server that we are who we are, where it asks (user-interactive authentication).

A password is all that a bot can give. For everything else a person has to do something in a browser, and is told what.
Source of the stages: Matrix specification, "User-Interactive Authentication API"; `m.oauth` is in it since v1.17.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from bot.platforms.matrix import raw
from bot.platforms.matrix.encryption.server import Server
from bot.platforms.matrix.errors import Challenge
from bot.platforms.protocol import Refused

PASSWORD = "m.login.password"  # noqa: S105  (a word of the protocol)
DUMMY = "m.login.dummy"

#: Approval in the account's web page; the second is what servers called it before it was standardised.
APPROVALS = ("m.oauth", "org.matrix.cross_signing_reset")
SINGLE_SIGN_ON = "m.login.sso"

#: More stages than this are no flow that anybody uses.
MOST_STAGES = 5


class NeedsPerson(Refused):
    """Somebody has to do something in a browser first; `session` continues where we were."""

    def __init__(self, message: str, session: str = "") -> None:
        super().__init__(message, code="needs_person")
        self.session = session


async def prove(
    server: Server,
    path: str,
    body: Mapping[str, Any],
    *,
    password: Callable[[], str] | None,
    session: str = "",
) -> None:
    """POSTs `body`, authenticating on the way. `session` is one that a person was sent to the browser with.

    Raises NeedsPerson with what to do, and PlatformError.
    """
    auth: dict[str, Any] | None = {"session": session} if session else None
    for _ in range(MOST_STAGES):
        try:
            await server.call("POST", path, body if auth is None else {**body, "auth": auth})
        except Challenge as challenge:
            auth = answer(server, challenge.answer, auth or {}, password)
        except Refused:
            if auth is None or "type" in auth:
                raise
            auth = None  # the session was forgotten by the server: begin anew
        else:
            return
    raise Refused(f"{server.url}: the server keeps asking for more proof than the account's password", "uia")


def answer(
    server: Server,
    challenge: Mapping[str, Any],
    given: Mapping[str, Any],
    password: Callable[[], str] | None,
) -> dict[str, Any]:
    """What to send next, after `given`. Raises NeedsPerson with a sentence for the operator."""
    session = raw.text(challenge.get("session"))
    done = {raw.text(stage) for stage in raw.items(challenge.get("completed"))}
    flows = [
        [raw.text(stage) for stage in raw.items(flow.get("stages")) if raw.text(stage) not in done]
        for flow in raw.objects(challenge.get("flows"))
    ]
    rejected = given.get("type") == PASSWORD and PASSWORD not in done and bool(challenge.get("errcode"))
    easy = [flow for flow in flows if flow and set(flow) <= {PASSWORD, DUMMY}]
    for flow in easy:
        if flow[0] == DUMMY:
            return {"type": DUMMY, "session": session}
        if password is not None and not rejected:
            identifier = {"type": "m.id.user", "user": server.user}
            return {"type": PASSWORD, "identifier": identifier, "password": password(), "session": session}
    raise NeedsPerson(_sentence(server, challenge, flows, rejected=rejected), session)


def _sentence(server: Server, challenge: Mapping[str, Any], flows: list[list[str]], *, rejected: bool) -> str:
    """What a person has to do, by what the server would accept."""
    stages = {stage for flow in flows for stage in flow}
    session = raw.text(challenge.get("session"))
    if rejected:
        return f"{server.url}: the password of {server.user} is not accepted; correct it in the configuration"
    for stage in APPROVALS:
        if stage in stages:
            params = raw.mapping(raw.mapping(challenge.get("params")).get(stage))
            page = raw.text(params.get("url")) or f"the account page of {server.url}"
            return (
                f"{server.url} lets only a person replace these keys: sign in as {server.user} at {page}, approve the"
                " reset of the cryptographic identity, then start Folkmoot again within ten minutes"
            )
    if SINGLE_SIGN_ON in stages:
        page = f"{server.url}/_matrix/client/v3/auth/{SINGLE_SIGN_ON}/fallback/web?session={quote(session)}"
        return (
            f"{server.url} wants a sign-in in the browser: open {page} as {server.user}, confirm, then start Folkmoot"
            " again"
        )
    if PASSWORD in stages:
        return (
            f"{server.url} wants the password of {server.user} for this, beside the access token; put it into the"
            " configuration as `password`, at least for one start"
        )
    wanted = ", ".join(sorted(stages)) or "nothing that it names"
    return (
        f"{server.url} wants a proof that a bot cannot give ({wanted}); set up cross-signing for {server.user} in a"
        " client once, and give Folkmoot the recovery key that the client shows"
    )
