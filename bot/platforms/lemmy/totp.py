"""The six digits of a two-factor log-in, from the secret that the server gave.

RFC 6238 with SHA-1 and 30 seconds, as Lemmy does it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

STEP = timedelta(seconds=30)
DIGITS = 6


def secret(text: str) -> bytes | None:
    """The secret in an `otpauth://` address or in base 32; None for a text that is neither."""
    text = text.strip()
    if text.startswith("otpauth://"):
        try:
            text = parse_qs(urlsplit(text).query).get("secret", [""])[0]
        except ValueError:
            return None
    letters = re.sub(r"[\s=-]", "", text).upper()
    try:
        found = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        return None
    return found or None


def code(key: bytes, now: datetime) -> str:
    """The digits that are good at `now`."""
    count = int(now.timestamp()) // int(STEP.total_seconds())
    digest = hmac.new(key, count.to_bytes(8, "big"), hashlib.sha1).digest()
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)
