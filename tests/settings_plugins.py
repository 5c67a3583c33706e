"""Plugins that exist for the tests of the settings only, and a configuration in which everything is right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from bot.api import Call, Context, Duration, Plugin, Settings

GOOD = """\
accounts:
  lemmy:
    platform: lemmy
    url: https://lemmy.example
    username: folkmoot
    password: env:LEMMY_PASSWORD
  chat: {platform: memory}
communities:
  freechat:
    title: Freechat
    zone: Europe/Berlin
    language: en
    prefix: "!"
    moderators_room: modroom
    places:
      freechat: {account: lemmy, community: freechat}
      lounge: {account: chat, room: lounge}
      modroom: {account: chat, room: modroom}
    roles: {trusted: [ana@lemmy.example]}
    limits: {bans_per_hour: 5}
    plugins:
      greeter: {at: 12:30}
storage: {keep_messages: 30d}
log: {level: info}
"""

#: What stands in the environment of GOOD.
ENVIRON = {"LEMMY_PASSWORD": "hunter2"}


class Rule(Settings):
    """When to greet."""

    word: str
    """the word that is waited for"""
    times: int = 1
    """how often it must be heard"""


class GreeterSettings(Settings):
    """A field of every kind."""

    at: time = time(9)
    """when to greet"""
    loud: bool = False
    """whether to shout"""
    count: int = Field(default=1, ge=1, le=20)
    """how many are greeted"""
    share: float = Field(default=0.5, gt=0, lt=1)
    """which part of them"""
    wait: Duration = Field(default=timedelta(minutes=10), ge=timedelta(minutes=1))
    """how long to wait"""
    tone: Literal["warm", "cool"] = "warm"
    """how it sounds"""
    words: tuple[str, ...] = ("hello",)
    """what is said"""
    holidays: list[date] = Field(default=[], max_length=2)
    """days without a greeting"""
    guests: Path | None = None
    """a file with names"""
    rules: list[Rule] = Field(default=[])
    """when to greet"""
    limit: int | Literal["none"] = "none"
    """how often at most"""
    what: str | Rule = "all"
    """a word or a rule"""
    names: dict[str, int] = Field(default={})
    """how often by name"""
    code: str = Field(default="abc", pattern="^[a-z]{3}$", min_length=1)
    """three letters"""

    @field_validator("words")
    @classmethod
    def _no_shouting(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        if "HEY" in words:
            raise ValueError("found 'HEY', expected a kind word")
        return words


class NoSettings(Settings):
    """Nothing to set."""


greeter = Plugin("greeter", GreeterSettings, about="Greets people.")
echo = Plugin("echo", NoSettings, about="Says it again.")
copycat = Plugin("copycat", NoSettings, about="Has a command that another plugin has.")
usurper = Plugin("usurper", NoSettings, about="Has a command of the core.")
clumsy = Plugin("clumsy", NoSettings, about="Fails when it is asked.")
wild = Plugin("wild", NoSettings, about="Has a command that cannot be called.")


@greeter.command("hello", "hi", examples=["!hello"])
def hello(ctx: Context[GreeterSettings], call: Call) -> str:
    """Greet somebody."""
    return "Hello!"


@greeter.check
def _guests_are_there(settings: GreeterSettings) -> list[tuple[str, str]]:
    found = []
    if settings.guests and not settings.guests.exists():
        found.append(("guests", f"found no file {settings.guests.name}, expected a list of names"))
    found += [
        (f"rules[{n}].word", "found an empty word, expected one")
        for n, rule in enumerate(settings.rules)
        if not rule.word
    ]
    return found


@copycat.command("hey", "hi", examples=["!hey"])
def hey(ctx: Context[NoSettings], call: Call) -> str:
    """Greet somebody, too."""
    return "Hey!"


@usurper.command("help", examples=["!help"])
def help_(ctx: Context[NoSettings], call: Call) -> str:
    """Help differently."""
    return "No."


@clumsy.check
def _stumble(settings: NoSettings) -> list[tuple[str, str]]:
    raise RuntimeError("it broke")


@wild.command("wild", examples=["!wild"])
def _wild(ctx: Context[NoSettings], call: Call, thing: Mapping[str, int]) -> str:
    """Take what no word can be."""
    return "?"


PLUGINS: dict[str, Plugin[Any]] = {
    plugin.name: plugin for plugin in (greeter, echo, copycat, usurper, clumsy, wild)
}


def known() -> list[str]:
    return sorted(PLUGINS)
