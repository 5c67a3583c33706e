"""What each action of the bot does to a world, and how the transcript tells it."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from bot.actions import (
    LISTED,
    Ban,
    Delete,
    Edit,
    External,
    Kick,
    LetIn,
    Lock,
    Lockdown,
    Mute,
    Pin,
    Post,
    PublishBan,
    React,
    Remove,
    Reopen,
    Reply,
    Report,
    Resolve,
    Restore,
    ShutOut,
    Tell,
    Unban,
    Unmute,
    Warn,
    WithdrawBan,
)
from bot.markup import plain
from bot.model import PlaceKind, Policy, PolicyKind, Ref
from bot.model.policies import BAN
from bot.platforms.memory.port import PRIVATE, Done, Item
from bot.platforms.memory.scene import Scene
from bot.platforms.memory.transcript import because, entry, excerpt, term
from bot.platforms.protocol import Refused
from bot.text import Document, Made


def carry_out(scene: Scene, action: External) -> Done:
    """Does it, as the bot. Raises Refused where a platform would say no: nothing was changed then."""
    now = scene.clock.now()
    match action:
        case Post() | Reply() | Tell() | Warn() | Report():
            return Done(now, _speak(scene, action))
        case Edit() | Delete() | Pin() | Lock() | React() | Remove() | Restore() | Resolve():
            return Done(now, _touch(scene, action))
        case Kick() | Mute() | Unmute() | Ban() | Unban():
            _sanction(scene, action)
            return Done(now)
        case Lockdown() | Reopen():
            _close(scene, action)
            return Done(now)
        case ShutOut() | LetIn():
            _gate(scene, action)
            return Done(now)
        case PublishBan() | WithdrawBan():
            return Done(now, detail=_list(scene, action))
        case _:
            assert_never(action)


def _speak(scene: Scene, action: Post | Reply | Tell | Warn | Report) -> Item:
    match action:
        case Post(place=place, text=text, title=title):
            if _kind(scene, place) is PlaceKind.COMMUNITY and not title:
                raise Refused(f"a post in {place} needs a title", "title_required")
            return _say(scene, place, text, title=title, link=action.link, nsfw=action.nsfw)
        case Reply(to=to, text=text):
            return _answer(scene, _item(scene, to), text)
        case Tell(person=person, text=text):
            return _say(scene, PRIVATE, text, to=person.id)
        case Warn(person=person, about=about, text=text):
            below = scene.items.get(about.id) if about else None
            if below is None or below.place == PRIVATE:
                return _say(scene, PRIVATE, text, parent=below, to=person.id, warned=person.id)
            return _say(scene, below.place, text, parent=below, warned=person.id)
        case Report():
            # The outbox knows the moderators' room and posts there; a platform does not.
            raise Refused("a report goes to nobody here: post it in the moderators' room", "no_place")
        case _:
            assert_never(action)


def _answer(scene: Scene, parent: Item, text: Document) -> Item:
    if scene.items[parent.root].locked:
        raise Refused(f"{excerpt(scene.items[parent.root])} is locked", "locked")
    # In private, the answer goes to the other one of the two, whoever spoke last.
    other = parent.to if parent.author.name == scene.bot else parent.author.name
    return _say(scene, parent.place, text, parent=parent, to=other if parent.place == PRIVATE else None)


def _say(
    scene: Scene,
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
    item = scene.put(
        place,
        scene.bot,
        plain(text),
        parent=parent,
        title=title,
        link=link,
        nsfw=nsfw,
        to=to,
        doc=text,
    )
    scene.transcript.append(entry(place, f"bot warns {warned}", item.text) if warned else scene.line(item))
    scene.happen("said", place, item.author, item)
    return item


def _touch(scene: Scene, action: Edit | Delete | Pin | Lock | React | Remove | Restore | Resolve) -> Item:
    item = _item(scene, action.ref)
    bot = scene.people[scene.bot]

    def tell(deed: str, text: str | None = None) -> None:
        scene.transcript.append(entry(item.place, f"bot {deed}", text))

    match action:
        case Edit(text=text, title=title):
            _own(scene, item)
            tell(f"edits {excerpt(item)}", plain(text))
            return scene.alter(item, text=plain(text), title=title, doc=text)
        case Delete():
            _own(scene, item)
            tell(f"deletes {excerpt(item)}")
            scene.vanish(item, bot, "")
        case Remove(reason=reason):
            tell(f"removes {scene.shown(item.author.name)}’s {excerpt(item)}{because(reason)}")
            scene.vanish(item, bot, reason)
        case Restore(reason=reason):
            tell(f"restores {scene.shown(item.author.name)}’s {excerpt(item)}{because(reason)}")
            scene.bring_back(item, bot, reason)
        case Pin(on=on):
            _acted(scene, item.place, f"{'pins' if on else 'unpins'} {excerpt(item)}")
            scene.items[item.id] = replace(item, pinned=on)
        case Lock(on=on, reason=reason):
            _acted(scene, item.place, f"{'locks' if on else 'unlocks'} {excerpt(item)}{because(reason)}")
            scene.items[item.id] = replace(item, locked=on)
        case Resolve():
            tell(f"closes the reports about {excerpt(item)}")
        case React(symbol=symbol):
            tell(f"reacts {symbol} to {excerpt(item)}")
            scene.mark(item, bot, symbol)
        case _:
            assert_never(action)
    return scene.items[item.id]


def _sanction(scene: Scene, action: Kick | Mute | Unmute | Ban | Unban) -> None:
    _kind(scene, action.place)
    who = (action.place, action.person.id)
    match action:
        case Kick():
            deed = f"kicks {who[1]}"
        case Mute(until=until):
            scene.muted.add(who)
            deed = f"mutes {who[1]} {term(until)}"
        case Unmute():
            scene.muted.discard(who)
            deed = f"unmutes {who[1]}"
        case Ban(until=until):
            scene.banned.add(who)
            deed = f"bans {who[1]} {term(until)}"
        case Unban():
            scene.banned.discard(who)
            deed = f"unbans {who[1]}"
        case _:
            assert_never(action)
    _acted(scene, action.place, f"{deed}{because(action.reason)}")


def _close(scene: Scene, action: Lockdown | Reopen) -> None:
    _kind(scene, action.place)
    match action:
        case Lockdown(until=until):
            scene.closed.add(action.place)
            deed = f"lets only moderators write {term(until) if until else 'until it is reopened'}"
        case Reopen():
            scene.closed.discard(action.place)
            deed = "lets everybody write again"
    _acted(scene, action.place, f"{deed}{because(action.reason)}")


def _gate(scene: Scene, action: ShutOut | LetIn) -> None:
    """Whole servers; in memory there is but one, so that it only shows."""
    _kind(scene, action.place)
    verb = "shuts out" if isinstance(action, ShutOut) else "lets in again"
    _acted(scene, action.place, f"{verb} {', '.join(action.servers)}{because(action.reason)}")


def _list(scene: Scene, action: PublishBan | WithdrawBan) -> str:
    """Changes a policy list; a word about it where nothing had to be changed."""
    if _kind(scene, action.place) is not PlaceKind.POLICY:
        raise Refused(f"{action.place} is no policy list", "no_place")
    rules, who = scene.rules.setdefault(action.place, []), action.person.id
    listed = [rule for rule in rules if rule.entity == who and rule.recommendation == BAN]
    match action:
        case PublishBan(reason=reason) if not listed:
            rules.append(Policy(PolicyKind.USER, who, BAN, reason, scene.bot))
            _acted(scene, action.place, f"lists {who}{because(reason)}")
        case WithdrawBan(reason=reason) if listed:
            scene.rules[action.place] = [rule for rule in rules if rule not in listed]
            _acted(scene, action.place, f"takes {who} off the list{because(reason)}")
        case _:
            return LISTED if listed else "was not listed"
    return ""


def _acted(scene: Scene, place: str, deed: str) -> None:
    """Tells of a deed that leaves no text behind."""
    scene.transcript.append(entry(place, f"bot {deed}"))
    scene.happen("acted", place, scene.people[scene.bot], detail=deed)


def _kind(scene: Scene, place: str) -> PlaceKind:
    if place not in scene.kinds:
        raise Refused(f"there is no place called {place!r}; there are {', '.join(scene.kinds)}", "no_place")
    return scene.kinds[place]


def _item(scene: Scene, ref: Ref | Made) -> Item:
    found = scene.items.get(ref.id) if isinstance(ref, Ref) else None
    if found is None:
        raise Refused(f"{ref} does not exist", "not_found")
    return found


def _own(scene: Scene, item: Item) -> None:
    if item.author.name != scene.bot:
        raise Refused(f"{excerpt(item)} was written by {item.author.name}, not by the bot", "not_ours")
