"""From the file to what the bot runs on: everything that is wrong with it is found here, and told at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.commands import compile_command
from bot.handler import Settings
from bot.model import Community, Place, PlaceKind, Platform
from bot.plugin import Plugin, PluginError
from bot.settings.checks import crosswise
from bot.settings.models import Account, CommunitySettings, Configuration, PlaceSettings, Storage
from bot.settings.plugins import available
from bot.settings.problems import Problem, SettingsError, near
from bot.settings.secret import Surroundings
from bot.settings.tree import MAX_BYTES, Tree, read
from bot.settings.validate import validate

#: Commands that every community has, and no plugin may claim (bot/core.py declares them).
CORE_WORDS = ("help", "status", "resume")
#: Finds a plugin by its name; None when there is none.
Finder = Callable[[str], Plugin[Any] | None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration in which everything holds.

    `plugin_settings` are by community and plugin, in the order of the file; `plugins` are those objects by name.
    `communities` have their places built, each account's private messages (`<account>.private`) with the first
    community that uses the account. `warnings` are problems that stop nothing. `tree` finds the line of any key.
    """

    configuration: Configuration
    plugin_settings: Mapping[str, Mapping[str, Settings]]
    communities: Mapping[str, Community]
    path: Path
    plugins: Mapping[str, Plugin[Any]]
    warnings: tuple[Problem, ...] = ()
    tree: Tree = field(default_factory=lambda: Tree("", None), repr=False)


def load(
    path: Path, plugins: Finder, environ: Mapping[str, str], *, known: Callable[[], Sequence[str]] = available
) -> Loaded:
    """The configuration in the file at `path`. `known` names all plugins, for "did you mean".

    Raises SettingsError with all problems.
    """
    return loads(text(path), str(path), plugins, environ, folder=path.parent, known=known)


def loads(
    text: str,
    name: str,
    plugins: Finder,
    environ: Mapping[str, str],
    *,
    folder: Path = Path(),
    known: Callable[[], Sequence[str]] = available,
) -> Loaded:
    """The same from a text; `name` stands for the file in messages, relative paths in it start at `folder`."""
    tree, problems = read(text, name)
    around = Surroundings(environ, folder)
    configuration, found = validate(Configuration, tree, (), around)
    used = _Plugins(tree, plugins, known, around)
    settings = {community: used.settings(community) for community in tree.mapping("communities")}
    problems += [*found, *crosswise(tree), *used.problems]
    if configuration is None or any(problem.level == "error" for problem in problems):
        raise SettingsError(problems)
    return Loaded(
        configuration=configuration,
        plugin_settings=settings,
        communities=_communities(configuration),
        path=Path(name),
        plugins=used.found,
        warnings=SettingsError(problems).problems,
        tree=tree,
    )


def database_url(path: Path, environ: Mapping[str, str]) -> str:
    """Only where the data are: for commands that need neither accounts nor plugins. Raises SettingsError."""
    tree, _ = read(text(path), str(path))
    storage, problems = validate(Storage, tree, ("storage",), Surroundings(environ, path.parent))
    if storage is None:
        raise SettingsError(problems)
    return storage.database


def text(path: Path) -> str:
    """The text of the file at `path`. Raises SettingsError with the reason why there is none."""

    def refuse(message: str, line: int = 1, column: int = 1) -> SettingsError:
        return SettingsError([Problem(str(path), line, column, "", message)])

    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise refuse("there is no such file; `folkmoot init` writes one, `-c FILE` names another") from None
    except IsADirectoryError:
        raise refuse("found a folder, expected a file; name the file in it") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not a usable path"
        raise refuse(f"the file cannot be read: {why}") from None
    if len(content) > MAX_BYTES:
        raise refuse("the file is larger than 1 MiB, expected a configuration")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace").split("\n")
        message = f"found the byte {content[error.start]:#04x}, expected UTF-8 text; save the file as UTF-8"
        raise refuse(message, len(before), len(before[-1]) + 1) from None


class _Plugins:
    """The plugins that a configuration names, with their settings and every problem of both."""

    def __init__(
        self, tree: Tree, find: Finder, known: Callable[[], Sequence[str]], around: Surroundings
    ) -> None:
        self._tree = tree
        self._find = find
        self._known = known
        self._around = around
        self.found: dict[str, Plugin[Any]] = {}
        self.problems: list[Problem] = []
        self._missing: set[str] = set()

    def settings(self, community: str) -> dict[str, Settings]:
        """The settings of the community's plugins, in their order, as far as they are right."""
        path = ("communities", community, "plugins")
        made: dict[str, Settings] = {}
        words = dict.fromkeys(CORE_WORDS, "the core")
        for name in self._tree.mapping(*path):
            plugin = self._plugin(name, (*path, name))
            if plugin is None:
                continue
            for word in (word for command in plugin.commands for word in command.words):
                other = words.setdefault(word, name)
                if other != name:
                    message = f"found the command !{word} in {other} and in {name}, expected it in one; leave one of them out"
                    self._complain((*path, name), message)
            settings, problems = validate(plugin.settings, self._tree, (*path, name), self._around)
            self.problems += problems
            if settings is not None:
                made[name] = settings
                self._ask(plugin, settings, (*path, name))
        return made

    def _complain(self, path: tuple[str | int, ...], message: str) -> None:
        self.problems.append(self._tree.problem(path, message, at_key=True))

    def _plugin(self, name: str, path: tuple[str, ...]) -> Plugin[Any] | None:
        if name not in self.found and name not in self._missing:
            try:
                plugin = self._find(name)
                for command in plugin.commands if plugin else ():
                    compile_command(command)
            except SettingsError as error:
                self._missing.add(name)
                self.problems += error.problems
                return None
            except PluginError as error:
                self._missing.add(name)
                self._complain(path, f"{error}; tell its author")
                return None
            if plugin is not None:
                self.found[name] = plugin
        if name not in self.found and name not in self._missing:
            names = self._known()
            message = f"found an unknown plugin{near(name, names)}, expected one of: {', '.join(names) or 'none is there'}"
            self._complain(path, message)
        return self.found.get(name)

    def _ask(self, plugin: Plugin[Any], settings: Settings, path: tuple[str, ...]) -> None:
        """What the plugin itself finds wrong with its settings."""
        try:
            told = plugin.problems(settings)
        except Exception as error:  # noqa: BLE001 - a plugin's mistake is told like the operator's
            self._complain(
                path,
                f"the plugin could not check its settings ({type(error).__name__}: {error}); tell its author",
            )
            return
        for key, sentence in told:
            self.problems.append(self._tree.problem(self._tree.locate(path, key), " ".join(sentence.split())))


def _communities(configuration: Configuration) -> dict[str, Community]:
    private: set[str] = set()
    built: dict[str, Community] = {}
    for name, settings in configuration.communities.items():
        places = [
            _place(alias, place, name, configuration.accounts[place.account])
            for alias, place in settings.places.items()
        ]
        for account in dict.fromkeys(place.account for place in places):
            if account not in private:
                private.add(account)
                platform = Platform(configuration.accounts[account].platform)
                places.append(
                    Place(platform, f"{account}.private", "private", PlaceKind.PRIVATE, name, account)
                )
        built[name] = _community(name, settings, places)
    return built


def _place(alias: str, place: PlaceSettings, community: str, account: Account) -> Place:
    platform = Platform(account.platform)
    natives = {
        PlaceKind.COMMUNITY: place.community,
        PlaceKind.ROOM: place.room,
        PlaceKind.POLICY: place.policy,
    }
    kind, native = next((kind, native) for kind, native in natives.items() if native is not None)
    return Place(platform, alias, native, kind, community, place.account)


def _community(name: str, settings: CommunitySettings, places: list[Place]) -> Community:
    own = {alias: place.prefix for alias, place in settings.places.items() if place.prefix}
    return Community(
        name=name,
        title=settings.title,
        zone=settings.zone,
        language=settings.language,
        places=tuple(places),
        moderators_room=settings.moderators_room,
        prefix=settings.prefix,
        prefixes=tuple((place.alias, own.get(place.alias, settings.prefix)) for place in places if own),
    )
