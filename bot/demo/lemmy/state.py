"""A whole Lemmy server in memory: its database, and everything that people may do to it."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from bot.demo.lemmy.moderators import Moderators
from bot.demo.lemmy.records import LemmyError, Person
from bot.platforms.lemmy import totp


class Instance(Moderators):
    """One server, `host`, with what has reached it from others. `journal` and `transcript()` tell what happened."""

    def sign_up(self, name: str, password: str) -> int:
        """A new local account. Raises LemmyError where the name is taken or none."""
        if not re.fullmatch(r"\w{3,20}", name):
            raise LemmyError("invalid_name")
        if any(p.local and p.name.lower() == name.lower() for p in self.people.values()):
            raise LemmyError("username_already_taken")
        return self.join(name, password=password)

    def sign_in(self, username: str, password: str, code: str | None = None, *, stay: bool = True) -> str:
        """A token for a local account, good for a week unless it is to `stay`. Raises LemmyError for wrong details."""
        try:
            person = self.who(username)
        except LemmyError:
            raise LemmyError("incorrect_login") from None
        if person.password is None or not secrets.compare_digest(person.password, password):
            raise LemmyError("incorrect_login")
        if person.totp is not None:
            key = totp.secret(person.totp)
            if code is None:
                raise LemmyError("missing_totp_token")
            if key is None or totp.code(key, self.now()) != code:
                raise LemmyError("incorrect_totp_token")
        token = secrets.token_urlsafe(24)
        self.tokens[token] = (person.id, None if stay else self.now() + timedelta(days=7))
        return token

    def signed_in(self, token: str) -> Person | None:
        """Whose token it is; None for a dead one."""
        ident, until = self.tokens.get(token, (0, None))
        return self.people.get(ident) if until is None or until > self.now() else None

    def sign_out(self, handle: str) -> None:
        """All tokens of one account die."""
        gone = self.who(handle).id
        self.tokens = {token: kept for token, kept in self.tokens.items() if kept[0] != gone}

    def sign_out_everybody(self) -> None:
        """All tokens die, as when an administrator changes the server's secret."""
        self.tokens.clear()
