"""What may stand in a configuration. The docstring under each field is its line in the reference and the example file."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bot.duration import Duration
from bot.handler import Settings
from bot.settings.database import DatabaseUrl
from bot.settings.problems import cut, near
from bot.settings.secret import Secret


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


def check_language(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
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


def _loopback(text: str) -> str:
    if not is_loopback(text):
        raise ValueError(
            "found an address elsewhere, expected one on this machine such as http://127.0.0.1:8536"
        )
    return text


Address = Annotated[str, AfterValidator(check_address)]


def check_some(text: str) -> str:
    if not text.strip():
        raise ValueError("found an empty text, expected some")
    return text.strip()


#: One line that says something.
Text = Annotated[str, Field(max_length=200), AfterValidator(check_some)]


class LemmyAccount(Settings):
    """An account on a Lemmy server."""

    platform: Literal["lemmy"]
    """the kind of server: a Lemmy instance"""
    url: Address
    """the address of the server where the account is"""
    username: Text
    """the account's name, without @ and server"""
    password: Secret
    """the account's password: env:NAME of an environment variable, or file:/path of a file that only the bot can read"""
    totp: Secret | None = None
    """for an account with two-factor log-in: its secret (otpauth://… or the letters), as env:NAME or file:/path"""
    contact: Text | None = None
    """who runs the bot and how to reach them; told in the account's profile as long as that is empty"""


class MemoryAccount(Settings):
    """The demo's chat room, on this machine."""

    platform: Literal["memory"]
    """the kind of server: the demo's own"""
    url: Annotated[Address, AfterValidator(_loopback)] = "http://127.0.0.1:8536"
    """where the demo's server listens; always on this machine"""


#: Told apart by `platform`; a new platform is one more model here.
Account = Annotated[LemmyAccount | MemoryAccount, Field(discriminator="platform")]


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


class PlaceSettings(Settings):
    """Somewhere people talk: a community or a room that an account reads."""

    account: str
    """the account that reads and writes there: a name from `accounts`"""
    community: Annotated[str, AfterValidator(check_community)] | None = None
    """the community's name on the account's server, or name@server"""
    room: Annotated[str, AfterValidator(check_room)] | None = None
    """the chat room's name; a place has either a community or a room"""

    @model_validator(mode="after")
    def _one_of_both(self) -> PlaceSettings:
        if self.community is None and self.room is None:
            raise ValueError("found neither a community nor a room, expected one of them")
        if self.community is not None and self.room is not None:
            raise ValueError("found a community and a room, expected one of them; make two places of it")
        return self


class Roles(Settings):
    """People with more rights than the platform tells, by id (`https://lemmy.example/u/ana`) or handle (`ana@lemmy.example`)."""

    trusted: tuple[Text, ...] = ()
    """members whom rules may spare"""
    moderators: tuple[Text, ...] = ()
    """moderators beside those whom the platform knows"""
    owners: tuple[Text, ...] = ()
    """who may do everything"""


class Limits(Settings):
    """What the bot may do by itself."""

    bans_per_hour: int = Field(default=5, ge=0, le=1000)
    """how many people the bot may ban in an hour; more wait for a moderator"""
    dry_run: bool = False
    """record and report everything, do nothing"""
    hold_permanent_bans: bool = True
    """a ban for good waits until a moderator agrees"""


class CommunitySettings(Settings):
    """One community: its places, its people, its plugins."""

    title: Text
    """the name that people read"""
    zone: Annotated[str, AfterValidator(check_zone)] = "UTC"
    """the time zone of its days and clock times"""
    language: Annotated[str, AfterValidator(check_language)] = "en"
    """the language in which the bot speaks"""
    prefix: Annotated[str, AfterValidator(check_prefix)] = "!"
    """what a command starts with"""
    moderators_room: str | None = None
    """the place, one of those below, where reports and cases appear; without one they go to the log only"""
    places: dict[Name, PlaceSettings] = Field(min_length=1)
    """where the community meets; names are yours, each used once in the whole file"""
    roles: Roles = Roles()
    """people with more rights than the platform tells"""
    limits: Limits = Limits()
    """what the bot may do by itself"""
    plugins: dict[str, Any] = Field(default_factory=dict)
    """what the bot does here: each plugin's name with its settings; order is the order of answering"""


class Storage(Settings):
    """Where the bot keeps what it must not forget."""

    database: DatabaseUrl = DatabaseUrl("sqlite:///data/folkmoot.db")
    """the database: sqlite:///file (beside this file), or postgresql://user@host/name; env: and file: work here, too"""
    keep_messages: Duration = Field(default=timedelta(days=30), ge=timedelta(days=1))
    """how long messages are kept for rules, summaries and trying out rules; decisions are kept longer"""


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class Log(Settings):
    """What the bot tells the operator."""

    level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = "info"
    """how much: debug, info, warning or error"""


class Configuration(Settings):
    """The whole file."""

    accounts: dict[Name, Account] = Field(
        min_length=1,
        examples=[
            {
                "lemmy": {
                    "platform": "lemmy",
                    "url": "https://lemmy.example",
                    "username": "folkmoot",
                    "password": "env:FOLKMOOT_LEMMY_PASSWORD",
                },
                "chat": {"platform": "memory"},
            }
        ],
    )
    """the bot's accounts; names are yours"""
    communities: dict[Name, CommunitySettings] = Field(
        min_length=1,
        examples=[
            {
                "freechat": {
                    "title": "Freechat",
                    "zone": "Europe/Berlin",
                    "moderators_room": "modroom",
                    "places": {
                        "freechat": {"account": "lemmy", "community": "freechat"},
                        "lounge": {"account": "chat", "room": "lounge"},
                        "modroom": {"account": "chat", "room": "modroom"},
                    },
                }
            }
        ],
    )
    """the communities that the bot serves; names are yours"""
    storage: Storage = Storage()
    """where the bot keeps what it must not forget"""
    log: Log = Log()
    """what the bot tells the operator"""
