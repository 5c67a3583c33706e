"""What must hold between the parts of a configuration. Each check looks at the tree, so that one mistake hides no other."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from bot import dates
from bot.settings.problems import Path, Problem, near, show
from bot.settings.tree import Tree
from bot.settings.values import check_address, check_matrix_room, is_language, is_loopback

#: What the accounts of a platform can read.
_READS = {
    "lemmy": ("community",),
    "matrix": ("room", "policy"),
    "memory": ("community", "room", "policy"),
}

#: What a place of each kind is called.
_CALLED = {"community": "community", "room": "room", "policy": "policy list"}


def places(tree: Tree) -> Iterator[tuple[str, str, Path]]:
    """Every place as (community, alias, path)."""
    for community in tree.mapping("communities"):
        for alias in tree.mapping("communities", community, "places"):
            yield community, alias, ("communities", community, "places", alias)


def crosswise(tree: Tree) -> Iterator[Problem]:
    """All problems and warnings that need more than one part of the file."""
    yield from _aliases(tree)
    yield from _accounts(tree)
    yield from _natives(tree)
    yield from _moderators_rooms(tree)
    yield from _left_over(tree)
    yield from _languages(tree)


def _platform(tree: Tree, account: str) -> str:
    platform = tree.at("accounts", account, "platform")
    return platform if isinstance(platform, str) else ""


def _address(tree: Tree, account: str) -> str | None:
    """The account's address as the model makes it; None when there is none to rely on."""
    url = tree.at("accounts", account, "url")
    try:
        return check_address(url) if isinstance(url, str) else None
    except ValueError:
        return None  # the model says why


def _aliases(tree: Tree) -> Iterator[Problem]:
    seen: dict[str, Path] = {}
    for _, alias, path in places(tree):
        first = seen.setdefault(alias, path)
        if first != path:
            message = (
                f"found the place {alias} a second time (the first is on line {tree.keys[first][0]}), "
                "expected a name of its own: places are named once in the whole file"
            )
            yield tree.problem(path, message, at_key=True)


def _accounts(tree: Tree) -> Iterator[Problem]:
    accounts = tree.mapping("accounts")
    for _, alias, path in places(tree):
        name = tree.at(*path, "account")
        if not isinstance(name, str):
            continue  # the model says that it is missing
        if name not in accounts:
            known = ", ".join(accounts) or "none yet"
            message = f"found {show(name)}{near(name, accounts)}, expected one of the accounts: {known}"
            yield tree.problem((*path, "account"), message)
            continue
        platform = _platform(tree, name)
        kind = next((kind for kind in _CALLED if tree.at(*path, kind) is not None), "community")
        reads = _READS.get(platform, (kind,))
        if kind not in reads:
            message = f"found a {_CALLED[kind]} for {alias}, expected a {reads[0]}: the account {name} is on {platform}"
            yield tree.problem((*path, kind), message)
        elif platform == "matrix" and isinstance(room := tree.at(*path, kind), str):
            try:
                check_matrix_room(room)
            except ValueError as error:
                yield tree.problem((*path, kind), str(error))


def _natives(tree: Tree) -> Iterator[Problem]:
    """The same community or room under two names would be read and answered twice."""
    seen: dict[tuple[str, str, str], str] = {}
    for _, alias, path in places(tree):
        account = tree.at(*path, "account")
        address = _address(tree, account) if isinstance(account, str) else None
        server = urlsplit(address).netloc if address else str(account)
        for kind, called in _CALLED.items():
            native = tree.at(*path, kind)
            if not isinstance(native, str):
                continue
            name = native.strip().removeprefix("!").casefold().removesuffix(f"@{server}")
            room = "community" if kind == "community" else "room"  # a policy list is a room, too
            first = seen.setdefault((server, room, name), alias)
            if first != alias:
                message = (
                    f"found the {called} of the place {first} again, expected each {called} in one place only"
                )
                yield tree.problem((*path, kind), message)


def _moderators_rooms(tree: Tree) -> Iterator[Problem]:
    for community in tree.mapping("communities"):
        path = ("communities", community, "moderators_room")
        name = tree.at(*path)
        own = tree.mapping("communities", community, "places")
        if not isinstance(name, str):
            continue
        if name not in own:
            known = ", ".join(own) or "none yet"
            message = f"found {show(name)}{near(name, own)}, expected one of the community's places: {known}"
            yield tree.problem(path, message)
        elif tree.at("communities", community, "places", name, "room") is None:
            message = f"found {show(name)}, which is no room, expected a place with `room:` that only moderators read"
            yield tree.problem(path, message)


def _left_over(tree: Tree) -> Iterator[Problem]:
    """Warnings: it works, but hardly as meant."""
    for empty in sorted(tree.commented, key=tree.values.__getitem__):
        message = "found nothing before a comment, expected a value; put text that starts with # in quotes"
        yield tree.problem(empty, message, level="warning")
    used = {
        tree.at(*path, "account") for _, _, path in places(tree) if isinstance(tree.at(*path, "account"), str)
    }
    for name in tree.mapping("accounts"):
        path: Path = ("accounts", name)
        if name not in used:
            message = (
                "found no place that uses this account, expected one; without it the account does nothing"
            )
            yield tree.problem(path, message, level="warning", at_key=True)
        address = _address(tree, name)
        if (
            address
            and address.startswith("http://")
            and not is_loopback(address)
            and _platform(tree, name) != "memory"
        ):
            message = "found http, expected https: the password would cross the network in the open"
            yield tree.problem((*path, "url"), message, level="warning")
    for community in tree.mapping("communities"):
        if isinstance(tree.at("communities", community), dict) and not tree.at(
            "communities", community, "plugins"
        ):
            message = "found no plugins, expected at least one; without any the bot does nothing here"
            yield tree.problem(("communities", community, "plugins"), message, level="warning")


def _languages(tree: Tree) -> Iterator[Problem]:
    """Warnings: a language in which nobody told us how dates are written."""
    for community in tree.mapping("communities"):
        path = ("communities", community, "language")
        language = tree.at(*path)
        if isinstance(language, str) and is_language(language) and not dates.knows(language):
            known = ", ".join(dates.languages())
            message = f"found {show(language)}, in which dates will be in English, expected one that is known: {known}"
            yield tree.problem(path, message, level="warning")
