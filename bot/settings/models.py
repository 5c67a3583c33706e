"""What may stand in a configuration. The docstring under each field is its line in the reference and the example file."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bot.duration import Duration
from bot.handler import Settings
from bot.settings.database import DatabaseUrl
from bot.settings.secret import Secret
from bot.settings.values import (
    Address,
    Name,
    Text,
    check_community,
    check_language,
    check_prefix,
    check_room,
    check_user,
    check_users,
    check_zone,
    is_loopback,
)


def _loopback(text: str) -> str:
    if not is_loopback(text):
        raise ValueError(
            "found an address elsewhere, expected one on this machine such as http://127.0.0.1:8536"
        )
    return text


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


class MatrixAccount(Settings):
    """An account on a Matrix homeserver."""

    platform: Literal["matrix"]
    """the kind of server: a Matrix homeserver"""
    url: Address
    """the homeserver's address, as clients connect to it; often https://matrix. and the server's name"""
    user: Annotated[str, AfterValidator(check_user)]
    """the account's full id, such as @folkmoot:example.org"""
    password: Secret | None = None
    """the account's password: env:NAME or file:/path; the bot signs in with it once and keeps the session"""
    token: Secret | None = None
    """an access token in place of the password: env:NAME or file:/path; for servers that take no passwords from programs"""
    invites_from: tuple[Annotated[str, AfterValidator(check_users)], ...] = ()
    """whose invitations into further rooms are accepted: ids, or @*:example.org for a whole server"""
    private_talks: bool = True
    """let people who are in the configured rooms, or banned from them, begin a private talk with the bot, to appeal for one"""
    bots: tuple[Annotated[str, AfterValidator(check_user)], ...] = ()
    """other bots in these rooms, by their ids: they are not answered, and no rule reads what they say"""
    posts_as_notices: bool = True
    """say posts such as the daily prompt as notices, which clients show dimmed and without a sound; false: as ordinary messages"""
    encryption: bool = True
    """read and write encrypted rooms, where folkmoot[e2e] is installed"""
    recovery_key: Secret | None = None
    """the account's recovery key (env:NAME or file:/path), with which the bot's messages in encrypted rooms show as verified"""
    reset_identity: bool = False
    """replace the account's cross-signing identity by a new one where its recovery key is lost; everybody sees a warning once"""

    @model_validator(mode="after")
    def _a_way_in(self) -> MatrixAccount:
        if self.password is None and self.token is None:
            raise ValueError(
                "found neither a password nor a token, expected one of them: env:NAME or file:/path"
            )
        return self


#: Told apart by `platform`; a new platform is one more model here.
Account = Annotated[LemmyAccount | MatrixAccount | MemoryAccount, Field(discriminator="platform")]


_COUNTS = {2: "two", 3: "three"}


class PlaceSettings(Settings):
    """Somewhere people talk: a community or a room that an account reads."""

    account: str
    """the account that reads and writes there: a name from `accounts`"""
    community: Annotated[str, AfterValidator(check_community)] | None = None
    """the community's name on the account's server, or name@server"""
    room: Annotated[str, AfterValidator(check_room)] | None = None
    """the chat room's name"""
    policy: Annotated[str, AfterValidator(check_room)] | None = None
    """the room of a policy list, whose rules about people other moderators publish; a place has one of the three"""
    prefix: Annotated[str, AfterValidator(check_prefix)] | None = None
    """what commands begin with in this room, where that is not the community's `prefix`: two bots in one room want two"""

    @model_validator(mode="after")
    def _one_of_them(self) -> PlaceSettings:
        kinds = {"a community": self.community, "a room": self.room, "a policy list": self.policy}
        given = [name for name, value in kinds.items() if value is not None]
        if not given:
            raise ValueError("found neither a community nor a room, expected one of them")
        if len(given) > 1:
            raise ValueError(
                f"found {' and '.join(given)}, expected one of them; make {_COUNTS[len(given)]} places of it"
            )
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
    acts_per_hour: int = Field(default=30, ge=1, le=1000)
    """how many bans, mutes, kicks and removals one moderator may ask the bot for in an hour; for more, a second one has to agree"""
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
    keep_evidence: Duration = Field(default=timedelta(days=180), ge=timedelta(days=1))
    """how long the words that a case is about are kept; its number, rule, times and strikes stay"""


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
                "matrix": {
                    "platform": "matrix",
                    "url": "https://matrix.example",
                    "user": "@folkmoot:matrix.example",
                    "password": "env:FOLKMOOT_MATRIX_PASSWORD",
                },
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
                        "lounge": {"account": "matrix", "room": "#lounge:matrix.example"},
                        "modroom": {"account": "matrix", "room": "#modroom:matrix.example"},
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
