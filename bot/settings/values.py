"""Single values of a configuration: each check returns the value as it is kept, or raises ValueError with a sentence."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field

from bot.settings.problems import cut, near


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", text):
        raise ValueError(f"found {cut(text)!r}, expected a name of letters, digits, - and _")
    return text


#: What accounts, communities and places are called: part of ledger keys, so that it holds no separators.
Name = Annotated[str, AfterValidator(_name)]


def check_zone(text: str) -> str:
    """`text`, if it names a time zone. Raises ValueError with a sentence and a guess."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # not found; not a relative path; a folder
        pass
    else:
        return text
    zones = available_timezones()
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(zones)}
    city = cities.get(text.strip().replace(" ", "_").title())
    hint = f" (did you mean {city!r}?)" if city else near(text, zones)
    raise ValueError(f"found {cut(text)!r}, expected a time zone such as Europe/Berlin or UTC{hint}")


def is_language(text: str) -> bool:
    """Whether `text` has the form of a language tag (BCP 47)."""
    return re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text) is not None


def check_language(text: str) -> str:
    if not is_language(text):
        raise ValueError(f"found {cut(text)!r}, expected a language such as en, de or pt-BR")
    return text


def check_prefix(text: str) -> str:
    if not re.fullmatch(r"[^\w\s@#]{1,3}", text):
        raise ValueError(f'found {cut(text)!r}, expected one to three signs such as "!" or "/"')
    return text


def check_address(text: str) -> str:
    """`text` as scheme, host and port; the value itself is not shown, since people paste passwords into it."""
    try:
        url = urlsplit(text)
        port = f":{url.port}" if url.port else ""
    except ValueError:
        raise ValueError("found no usable address, expected one such as https://lemmy.example") from None
    if url.username is not None or url.password is not None:
        raise ValueError("found a user name or password in the address, expected only https://the-server")
    if url.scheme not in {"http", "https"} or not re.fullmatch(r"[A-Za-z0-9.:-]+", url.hostname or ""):
        raise ValueError("found no web address, expected one such as https://lemmy.example")
    if url.path.strip("/") or url.query or url.fragment:
        raise ValueError(
            "found more than the server's name in the address, expected one such as https://lemmy.example"
        )
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
    return f"{url.scheme}://{host}{port}".lower()


def is_loopback(address: str) -> bool:
    """Whether `address` is on this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Address = Annotated[str, AfterValidator(check_address)]


def check_some(text: str) -> str:
    if not text.strip():
        raise ValueError("found an empty text, expected some")
    return text.strip()


#: One line that says something.
Text = Annotated[str, Field(max_length=200), AfterValidator(check_some)]


def check_community(text: str) -> str:
    name = text.strip().removeprefix("!")
    if not re.fullmatch(r"\w{1,100}(@[\w.-]+(:\d{1,5})?)?", name):
        raise ValueError(
            f"found {cut(text)!r}, expected a community such as freechat or freechat@lemmy.example"
        )
    return name


def check_room(text: str) -> str:
    if not text.strip() or re.search(r"\s", text.strip()):
        raise ValueError(f"found {cut(text)!r}, expected a room's name without blanks")
    return text.strip()


def check_user(text: str) -> str:
    """`text`, if it is a Matrix id. Raises ValueError."""
    found = text.strip()
    if not re.fullmatch(r"@[^\s:]{1,200}:[A-Za-z0-9.\-\[\]:]{1,200}", found):
        raise ValueError(f"found {cut(text)!r}, expected a Matrix id such as @folkmoot:example.org")
    return found


def check_users(text: str) -> str:
    """`text`, if it is a Matrix id, in which `*` may stand for anything. Raises ValueError."""
    if text.strip() == "*":
        raise ValueError(
            "found '*', which is everybody; expected ids such as @ana:example.org, or @*:example.org"
        )
    return check_user(text)


def check_matrix_room(text: str) -> str:
    """`text`, if it is a Matrix room's id or address. Raises ValueError."""
    found = text.strip()
    if not re.fullmatch(r"![^\s]{1,250}|#[^\s:]{1,200}:[A-Za-z0-9.\-\[\]:]{1,200}", found):
        raise ValueError(
            f"found {cut(text)!r}, expected the room's id (!abc…) or its address (#lounge:example.org);"
            " a client shows both in the room's settings"
        )
    return found
