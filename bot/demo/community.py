"""The made-up community of the demo: its people, what they have said so far, and the bot's configuration for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.demo.lemmy.state import Instance
from bot.model import PlaceKind, Role
from bot.platforms.memory import World

#: A Monday morning, five minutes before the day's prompt.
DAWN = datetime(2026, 3, 2, 7, 55, tzinfo=UTC)
ZONE = "Europe/Berlin"
TITLE = "Freechat"

HOME, HARBOUR = "moot.example", "harbour.example"
BOT = "folkmoot"
PASSWORD = "only-for-the-demo"  # noqa: S105 - the server it opens lives in this process
MODERATORS = ("mira", "mo")
MEMBERS = ("ana", "bo", "cyn", "edo", "fay", "grump", "gus", "hal", "ivy", "jon", "kim", "lou")
GUESTS = (f"dee@{HARBOUR}", f"olu@{HARBOUR}")

SIDEBAR = (
    "Talk about whatever you like. Argue with ideas, not with people; no advertising. "
    "Break the rules and you get a few warnings; insist, and you get banned."
)
ESSAY = "https://commons.example/essays/a-library-of-things"
ESSAY_TITLE = "A library of things: why a street needs only one drill"

RULES = """\
# The rules of Freechat, in the language of AutoModerator. New rules only watch until a moderator enforces them.
name: No insults
mode: enforce
title+body (includes-word): [numbskull, windbag, blockhead, "shut up"]
action: remove
warn: Argue with the idea, please, not with the person.
examples:
  catch: ["You are a numbskull.", "Oh, shut up!"]
  pass: ["I do not agree with that.", "The shutter is open."]
---
name: No advertising
mode: enforce
domain: [cheap-watches.example, bargain-bay.example]
action: remove
warn: This is a place to talk, not to sell.
"""

#: The rule that a moderator tries out in the tour.
NEW_RULE = """\
name: No coin tips
title+body (includes-word): [moon coin, coin tip]
action: remove
warn: No tips about coins here, please."""

PROMPTS = (
    "What did you repair last, and did it hold?",
    "Which sound of your childhood has disappeared?",
    "What would you lend to a neighbour without thinking twice?",
    "Which rule of your house would surprise a guest?",
    "What are you better at than a year ago?",
    "Which book did you give away most often?",
    "What should every street have?",
)


@dataclass(frozen=True, slots=True)
class Comment:
    """A line of the long thread. `parent` is another one's id, None for an answer to the post."""

    id: int
    parent: int | None
    author: str
    score: int
    text: str


@dataclass(frozen=True, slots=True)
class LongThread:
    title: str
    author: str
    text: str
    comments: tuple[Comment, ...]


def long_thread() -> LongThread:
    """The discussion that grows in the demo."""
    raw = json.loads(Path(__file__).with_name("thread.json").read_text(encoding="utf-8"))
    comments = tuple(
        Comment(row["id"], row.get("parent"), row["author"], row["score"], row["text"])
        for row in raw["comments"]
    )
    return LongThread(raw["title"], raw["author"], raw["text"], comments)


def people(lemmy: Instance, chat: World, now: datetime) -> None:
    """Lets everybody in, founds the communities and rooms, and lets the other instance discuss its essay."""
    year = timedelta(days=365)
    for name in (*MODERATORS, *MEMBERS, *GUESTS):
        lemmy.join(name, since=now - year)
    lemmy.join(BOT, password=PASSWORD, bot=True, since=now - year)
    lemmy.found("freechat", title=TITLE, sidebar=SIDEBAR, moderators=(*MODERATORS, BOT))
    lemmy.found(f"commons@{HARBOUR}", title="Commons", moderators=(GUESTS[1],))
    essay = lemmy.post(
        as_=GUESTS[0],
        community=f"commons@{HARBOUR}",
        title=ESSAY_TITLE,
        link=ESSAY,
        published=now - timedelta(hours=20),
    )
    for who, text in (
        (GUESTS[1], "Our street shares a ladder, and the ladder made us talk to each other."),
        ("kim", "The hard part is not the drill, it is who keeps the key."),
        (GUESTS[0], "We keep the key at the bakery. Everybody goes there anyway."),
    ):
        lemmy.comment(as_=who, post=essay, text=text, published=now - timedelta(hours=18))

    chat.add_place("lounge", PlaceKind.ROOM)
    chat.add_place("modroom", PlaceKind.ROOM)
    for name in MEMBERS:
        chat.admit("lounge", name)
    for name in MODERATORS:
        chat.admit("lounge", name, Role.MODERATOR)
        chat.admit("modroom", name, Role.MODERATOR)
    chat.begin()


def write_rules(folder: Path) -> Path:
    path = folder / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return path


def write_prompts(folder: Path) -> Path:
    path = folder / "prompts.md"
    path.write_text("\n".join(f"## {prompt}\n" for prompt in PROMPTS), encoding="utf-8")
    return path


def configure(folder: Path, lemmy_url: str, chat_url: str) -> Path:
    """Writes the bot's configuration, rules and prompts into `folder`; the path of the configuration."""
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o600)
    config = {
        "accounts": {
            "lemmy": {"platform": "lemmy", "url": lemmy_url, "username": BOT, "password": f"file:{secret}"},
            "chat": {"platform": "memory", "url": chat_url},
        },
        "communities": {
            "freechat": {
                "title": TITLE,
                "zone": ZONE,
                "moderators_room": "modroom",
                "places": {
                    "freechat": {"account": "lemmy", "community": "freechat"},
                    "lounge": {"account": "chat", "room": "lounge"},
                    "modroom": {"account": "chat", "room": "modroom"},
                },
                "plugins": {
                    "moderation": {"rules": [str(write_rules(folder))]},
                    "daily_prompts": {"pool": str(write_prompts(folder)), "announce_in": ["lounge"]},
                    "crossposts": {"announce_in": ["lounge"]},
                    "summaries": {"after_comments": 25, "growth": 1.2, "words": 160},
                },
            }
        },
        "storage": {"database": f"sqlite:///{folder / 'folkmoot.db'}"},
        "log": {"level": "error"},
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(config, indent=2), encoding="utf-8")  # JSON is YAML
    return path
