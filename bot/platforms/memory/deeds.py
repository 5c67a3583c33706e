"""What each action of the bot does to a world, and how the transcript tells it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from bot.actions import (
    Ban,
    Delete,
    Edit,
    External,
    Lock,
    Mute,
    Pin,
    Post,
    React,
    Remove,
    Reply,
    Report,
    Restore,
    Tell,
    Unban,
    Unmute,
    Warn,
)
from bot.markup import plain
from bot.model import PlaceKind, Ref
from bot.platforms.memory.port import PRIVATE, Done, Item
from bot.platforms.memory.transcript import because, entry, excerpt, term
from bot.platforms.protocol import Refused
from bot.text import Document, Made

if TYPE_CHECKING:  # the world calls this module
    from bot.platforms.memory.world import World


def carry_out(world: World, action: External) -> Done:
    """Does it, as the bot. Raises Refused where a platform would say no: nothing was changed then."""
    now = world.clock.now()
    match action:
        case Post() | Reply() | Tell() | Warn() | Report():
            return Done(now, _speak(world, action))
        case Edit() | Delete() | Pin() | Lock() | React() | Remove() | Restore():
            return Done(now, _touch(world, action))
        case Mute() | Unmute() | Ban() | Unban():
            _sanction(world, action)
            return Done(now)
        case _:
            assert_never(action)


def _speak(world: World, action: Post | Reply | Tell | Warn | Report) -> Item:
    match action:
        case Post(place=place, text=text, title=title):
            if _kind(world, place) is PlaceKind.COMMUNITY and not title:
                raise Refused(f"a post in {place} needs a title", "title_required")
            return _say(world, place, text, title=title, link=action.link, nsfw=action.nsfw)
        case Reply(to=to, text=text):
            return _answer(world, _item(world, to), text)
        case Tell(person=person, text=text):
            return _say(world, PRIVATE, text, to=person.id)
        case Warn(person=person, about=about, text=text):
            below = world.items.get(about.id) if about else None
            if below is None or below.place == PRIVATE:
                return _say(world, PRIVATE, text, parent=below, to=person.id, warned=person.id)
            return _say(world, below.place, text, parent=below, warned=person.id)
        case Report():
            # The outbox knows the moderators' room and posts there; a platform does not.
            raise Refused("a report goes to nobody here: post it in the moderators' room", "no_place")
        case _:
            assert_never(action)


def _answer(world: World, parent: Item, text: Document) -> Item:
    if world.items[parent.root].locked:
        raise Refused(f"{excerpt(world.items[parent.root])} is locked", "locked")
    # In private, the answer goes to the other one of the two, whoever spoke last.
    other = parent.to if parent.author.name == world.bot else parent.author.name
    return _say(world, parent.place, text, parent=parent, to=other if parent.place == PRIVATE else None)


def _say(
    world: World,
    place: str,
    text: Document,
    *,
    parent: Item | None = None,
    title: str | None = None,
    link: str | None = None,
    nsfw: bool = False,
    to: str | None = None,
    warned: str | None = None,
) -> Item:
    item = world.put(
        place,
        world.bot,
        plain(text),
        parent=parent,
        title=title,
        link=link,
        nsfw=nsfw,
        to=to,
        doc=text,
    )
    world.transcript.append(entry(place, f"bot warns {warned}", item.text) if warned else world.line(item))
    world.happen("said", place, item.author, item)
    return item


def _touch(world: World, action: Edit | Delete | Pin | Lock | React | Remove | Restore) -> Item:
    item = _item(world, action.ref)
    bot = world.people[world.bot]

    def tell(deed: str, text: str | None = None) -> None:
        world.transcript.append(entry(item.place, f"bot {deed}", text))

    match action:
        case Edit(text=text, title=title):
            _own(world, item)
            tell(f"edits {excerpt(item)}", plain(text))
            return world.alter(item, text=plain(text), title=title, doc=text)
        case Delete():
            _own(world, item)
            tell(f"deletes {excerpt(item)}")
            world.vanish(item, bot, "")
        case Remove(reason=reason):
            tell(f"removes {world.shown(item.author.name)}’s {excerpt(item)}{because(reason)}")
            world.vanish(item, bot, reason)
        case Restore(reason=reason):
            tell(f"restores {world.shown(item.author.name)}’s {excerpt(item)}{because(reason)}")
            world.bring_back(item, bot, reason)
        case Pin(on=on):
            _acted(world, item.place, f"{'pins' if on else 'unpins'} {excerpt(item)}")
            world.items[item.id] = replace(item, pinned=on)
        case Lock(on=on, reason=reason):
            _acted(world, item.place, f"{'locks' if on else 'unlocks'} {excerpt(item)}{because(reason)}")
            world.items[item.id] = replace(item, locked=on)
        case React(symbol=symbol):
            tell(f"reacts {symbol} to {excerpt(item)}")
            world.mark(item, bot, symbol)
        case _:
            assert_never(action)
    return world.items[item.id]


def _sanction(world: World, action: Mute | Unmute | Ban | Unban) -> None:
    _kind(world, action.place)
    who = (action.place, action.person.id)
    match action:
        case Mute(until=until):
            world.muted.add(who)
            deed = f"mutes {who[1]} {term(until)}"
        case Unmute():
            world.muted.discard(who)
            deed = f"unmutes {who[1]}"
        case Ban(until=until):
            world.banned.add(who)
            deed = f"bans {who[1]} {term(until)}"
        case Unban():
            world.banned.discard(who)
            deed = f"unbans {who[1]}"
        case _:
            assert_never(action)
    _acted(world, action.place, f"{deed}{because(action.reason)}")


def _acted(world: World, place: str, deed: str) -> None:
    """Tells of a deed that leaves no text behind."""
    world.transcript.append(entry(place, f"bot {deed}"))
    world.happen("acted", place, world.people[world.bot], detail=deed)


def _kind(world: World, place: str) -> PlaceKind:
    if place not in world.kinds:
        raise Refused(f"there is no place called {place!r}; there are {', '.join(world.kinds)}", "no_place")
    return world.kinds[place]


def _item(world: World, ref: Ref | Made) -> Item:
    found = world.items.get(ref.id) if isinstance(ref, Ref) else None
    if found is None:
        raise Refused(f"{ref} does not exist", "not_found")
    return found


def _own(world: World, item: Item) -> None:
    if item.author.name != world.bot:
        raise Refused(f"{excerpt(item)} was written by {item.author.name}, not by the bot", "not_ours")
