"""`folkmoot init`: a handful of questions, and a configuration that works."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import homeserver
from bot.cli.homeserver import Given, Homeserver

if TYPE_CHECKING:
    from bot.settings import SettingsError

CONFIG = Path("config.yaml")
#: Where the password goes, beside the configuration.
SECRET = Path("secrets/lemmy-password")

_HEAD = """\
# Folkmoot's configuration, written by `folkmoot init`. `folkmoot check` names every mistake with its line.
# config.example.yaml shows every setting, docs/configuration.md explains them.

"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What `init` has to know. `url` is the Lemmy server, `community` the community's name there."""

    url: str
    username: str
    password: str
    community: str
    title: str
    zone: str
    language: str
    dry_run: bool
    matrix: Homeserver | None = None


class Refused(Exception):
    """Nothing was written; the message says why and what to do."""


def register(app: typer.Typer) -> None:
    @app.command()
    def init(
        config: Annotated[Path, typer.Option("-c", "--config", help="the file to write")] = CONFIG,
        url: Annotated[str | None, typer.Option(help="the Lemmy server where the bot's account is")] = None,
        username: Annotated[str | None, typer.Option(help="the name of the bot's account")] = None,
        password: Annotated[
            str | None,
            typer.Option(
                envvar="FOLKMOOT_LEMMY_PASSWORD",
                show_envvar=True,
                help="its password; safer in the environment, since others see the arguments of a running program",
            ),
        ] = None,
        community: Annotated[
            str | None, typer.Option(help="the community to serve: name or name@server")
        ] = None,
        title: Annotated[str | None, typer.Option(help="what people call the community")] = None,
        zone: Annotated[str | None, typer.Option(help="its time zone, such as Europe/Berlin")] = None,
        language: Annotated[str | None, typer.Option(help="the language in which the bot speaks")] = None,
        matrix_url: Annotated[
            str | None,
            typer.Option(help="the homeserver of the bot's Matrix account, for a community with a room"),
        ] = None,
        matrix_user: Annotated[
            str | None, typer.Option(help="that account's full id, such as @folkmoot:example.org")
        ] = None,
        matrix_password: Annotated[
            str | None,
            typer.Option(
                envvar="FOLKMOOT_MATRIX_PASSWORD",
                show_envvar=True,
                help="its password; safer in the environment",
            ),
        ] = None,
        room: Annotated[str | None, typer.Option(help="the community's room: #name:server or an id")] = None,
        moderators_room: Annotated[
            str | None, typer.Option(help="the moderators' room: #name:server or an id")
        ] = None,
        dry_run: Annotated[
            bool | None,
            typer.Option("--dry-run/--no-dry-run", help="only rehearse: record and report, do nothing"),
        ] = None,
        no_input: Annotated[bool, typer.Option("--no-input", help="ask nothing; for scripts")] = False,
        force: Annotated[bool, typer.Option("--force", help="overwrite what is there")] = False,
    ) -> None:
        """Write a first configuration: asks for the account, the community and its time zone."""
        given = {
            "url": url,
            "username": username,
            "password": password,
            "community": community,
            "title": title,
            "zone": zone,
            "language": language,
        }
        try:
            _refuse_to_overwrite(config, force)
            flags = Given(matrix_url, matrix_user, matrix_password, room, moderators_room)
            answers = _ask(given, flags, dry_run, no_input)
            left_out = write(config, answers, force=force)
        except Refused as error:
            typer.echo(f"folkmoot init: {error}", err=True)
            raise typer.Exit(2) from None
        typer.echo(_farewell(config, answers, left_out))


def write(config: Path, answers: Answers, *, force: bool = False) -> dict[str, str]:
    """Writes the configuration and the password's file (mode 0600) beside it.

    All plugins that work without settings of their own are switched on; the answer names the others, each with the
    reason. Raises Refused when a file is there already or cannot be written.
    """
    _refuse_to_overwrite(config, force)
    folder = config.parent
    try:
        (folder / SECRET.parent).mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_secret(folder / SECRET, answers.password)
        if answers.matrix:
            _write_secret(folder / homeserver.SECRET, answers.matrix.password)
        text, left_out = _choose_plugins(answers, folder)
        with config.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Refused(f"{error.filename or config} cannot be written: {error.strerror}") from None
    return left_out


def _refuse_to_overwrite(config: Path, force: bool) -> None:
    for path in (config, config.parent / SECRET, config.parent / homeserver.SECRET):
        if path.exists() and not force:
            raise Refused(
                f"{path} is there already, and nothing was changed; --force overwrites it, -c names another file"
            )


def _write_secret(path: Path, password: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(password + "\n")


def _choose_plugins(answers: Answers, folder: Path) -> tuple[str, dict[str, str]]:
    """The configuration with every plugin that adds no problem, and why the others are left out."""
    from bot.settings import SettingsError, loads
    from bot.settings.plugins import available, find

    chosen: list[str] = []
    left_out: dict[str, str] = {}
    for name in available():
        try:
            loads(_text(answers, [*chosen, name]), "config", find, {}, folder=folder)
        except SettingsError as error:
            left_out[name] = _reason(error)
        else:
            chosen.append(name)
    try:
        loads(_text(answers, chosen), "config", find, {}, folder=folder)
    except SettingsError as error:
        raise Refused(_reason(error)) from None
    return _text(answers, chosen), left_out


def _reason(error: SettingsError) -> str:
    return next(p.message for p in error.problems if p.level == "error")


def _text(answers: Answers, plugins: list[str]) -> str:
    from bot.settings.models import Configuration
    from bot.settings.write import document, spaced

    name = re.sub(r"[^A-Za-z0-9_-]", "", answers.community.partition("@")[0]).lstrip("_-") or "community"
    matrix = answers.matrix
    configuration: dict[str, Any] = {
        "accounts": {
            "lemmy": {
                "platform": "lemmy",
                "url": answers.url,
                "username": answers.username,
                "password": f"file:{SECRET}",
            },
            **({"matrix": matrix.account()} if matrix else {}),
        },
        "communities": {
            name: {
                "title": answers.title,
                "zone": answers.zone,
                "language": answers.language,
                **(matrix.moderators(name) if matrix else {}),
                "places": {
                    name: {"account": "lemmy", "community": answers.community},
                    **(matrix.places(name) if matrix else {}),
                },
                "limits": {"dry_run": answers.dry_run},
                "plugins": {plugin: {} for plugin in plugins},
            }
        },
        "storage": {"database": "sqlite:///data/folkmoot.db"},
    }
    return _HEAD + spaced(document(Configuration, configuration))


def _ask(given: Mapping[str, str | None], flags: Given, dry_run: bool | None, no_input: bool) -> Answers:
    """The answers, from flags where given, else from the person, else from defaults."""
    from bot.settings import values

    def url(text: str) -> str:
        return values.check_address(text if "://" in text else f"https://{text}")

    def line(text: str) -> str:
        return values.check_some(text)[:200]

    required = ("url", "username", "password", "community")
    missing = [f"--{name}" for name in required if given[name] is None]
    if no_input and missing:
        raise Refused(f"found no {', '.join(missing)}, expected them together with --no-input")
    answers = {
        "url": _answer("The Lemmy server where the bot's account is", given["url"], url, flag="--url"),
        "username": _answer("The name of that account", given["username"], line, flag="--username"),
        "password": _answer("Its password", given["password"], _password, flag="--password", hide=True),
        "community": _answer(
            "The community to serve (name or name@server)",
            given["community"],
            values.check_community,
            flag="--community",
        ),
    }
    name = answers["community"].partition("@")[0]
    guesses = {
        "title": ("What people call it", line, name.replace("_", " ").capitalize()),
        "zone": ("Its time zone", values.check_zone, _own_zone()),
        "language": ("The language in which the bot speaks", values.check_language, "en"),
    }
    for key, (question, check, default) in guesses.items():
        value = default if no_input and given[key] is None else given[key]
        answers[key] = _answer(question, value, check, flag=f"--{key}", default=default)
    try:
        matrix = homeserver.ask(flags, _answer, _password, no_input=no_input)
    except ValueError as error:
        raise Refused(str(error)) from None
    if dry_run is None:
        question = "Only rehearse at first: record and report everything, do nothing?"
        dry_run = False if no_input else typer.confirm(question, default=False)
    return Answers(**answers, dry_run=dry_run, matrix=matrix)


def _answer(
    question: str,
    value: str | None,
    check: Callable[[str], str],
    *,
    flag: str,
    default: str | None = None,
    hide: bool = False,
) -> str:
    """`value` as `check` makes it, or what the person answers; asked again until it is right."""
    if value is not None:
        try:
            return check(value)
        except ValueError as error:
            raise Refused(f"{flag}: {error}") from None
    while True:
        try:
            return check(str(typer.prompt(question, default=default, hide_input=hide)))
        except ValueError as error:
            typer.echo(f"  {error}")


def _password(text: str) -> str:
    if not text.strip() or "\n" in text:
        raise ValueError("found no password, expected one line of text")
    return text


def _own_zone() -> str:
    """The machine's time zone, as far as it tells; else UTC."""
    from bot.settings.values import check_zone

    linked = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2].removeprefix("Etc/")
    for zone in (os.environ.get("TZ", ""), linked):
        try:
            return check_zone(zone)
        except ValueError:
            continue
    return "UTC"


def _farewell(config: Path, answers: Answers, left_out: Mapping[str, str]) -> str:
    option = "" if config == CONFIG else f" -c {config}"
    n = 3 if answers.matrix else 2
    rows = [
        f"Wrote {config}, and the password to {config.parent / SECRET} (only you can read it).",
        *(f"The plugin {name} is not switched on: {why}" for name, why in left_out.items()),
        "",
        "Next:",
        f"  1. On {answers.url}, mark {answers.username} as a bot account and make it a moderator of {answers.community},",
        "     below the people who moderate.",
        *([f"  2. {answers.matrix.next_steps()}"] if answers.matrix else []),
        f"  {n}. folkmoot check --online{option}    tries the sign-in and the rights",
        f"  {n + 1}. folkmoot run{option}",
    ]
    return "\n".join(rows)
