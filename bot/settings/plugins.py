"""Finding the plugins: each module of the package `plugins` that has a `plugin` object."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import traceback
from pathlib import Path
from typing import Any

from bot.plugin import Plugin
from bot.settings.problems import Problem, SettingsError

PACKAGE = "plugins"


def available(package: str = PACKAGE) -> list[str]:
    """The names of all plugins, sorted; nothing is loaded."""
    found = importlib.util.find_spec(package)
    folders = list(found.submodule_search_locations or ()) if found else []
    return sorted(module.name for module in pkgutil.iter_modules(folders) if not module.name.startswith("_"))


def find(name: str, package: str = PACKAGE) -> Plugin[Any] | None:
    """The plugin called `name`; None when there is none. Raises SettingsError when its module is broken."""
    if name not in available(package):
        return None
    dotted = f"{package}.{name}"
    spec = importlib.util.find_spec(dotted)
    file = str(spec.origin) if spec and spec.origin else dotted
    try:
        module = importlib.import_module(dotted)
    except Exception as error:  # whatever a plugin raises, its operator gets a sentence
        why = f"{type(error).__name__}: {error}".splitlines()[0]
        message = (
            f"the plugin {name} cannot be loaded ({why}); mend this line or take it out of the configuration"
        )
        raise SettingsError([Problem(*_origin(error, file), 1, name, message)]) from error
    plugin = getattr(module, "plugin", None)
    if not isinstance(plugin, Plugin):
        found = "nothing" if plugin is None else f"a {type(plugin).__name__}"
        message = f"found {found} called `plugin` in this module, expected a bot.api.Plugin"
        raise SettingsError([Problem(file, 1, 1, name, message)])
    return plugin


def _origin(error: Exception, file: str) -> tuple[str, int]:
    """The file and line of the plugin's own code that failed."""
    if isinstance(error, SyntaxError) and error.filename:
        return error.filename, error.lineno or 1
    folder = Path(file).parent if Path(file).name == "__init__.py" else Path(file)
    own = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(folder)]
    return (own[-1].filename, own[-1].lineno or 1) if own else (file, 1)
