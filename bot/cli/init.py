"""`folkmoot init`: a handful of questions, and a configuration that works."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import homeserver, instance
from bot.cli.asking import Refused, answer, some
from bot.cli.homeserver import Homeserver
from bot.cli.instance import Instance

if TYPE_CHECKING:
    from bot.settings import SettingsError

CONFIG = Path("config.yaml")

#: What may be answered to the first question: on Lemmy, on Matrix.
_SIDES = {"lemmy": (True, False), "matrix": (False, True), "both": (True, True)}

_HEAD = """\
# Folkmoot's configuration, written by `folkmoot init`. `folkmoot check` names every mistake with its line.
# config.example.yaml shows every setting, docs/configuration.md explains them.

"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What `init` has to know: at least one of `lemmy` and `matrix` is there."""

    title: str
    zone: str
    language: str
    dry_run: bool
    lemmy: Instance | None = None
    matrix: Homeserver | None = None

    @property
    def name(self) -> str:
        """What the community is called in the configuration."""
        return (self.lemmy or self.matrix).name  # type: ignore[union-attr]  # one of them is there

    @property
    def passwords(self) -> dict[Path, str]:
        """What goes into files of their own, beside the configuration."""
        sides = ((instance.SECRET, self.lemmy), (homeserver.SECRET, self.matrix))
        return {path: side.password for path, side in sides if side}


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
        """Write a first configuration: asks where the community meets, for the bot's accounts there, and little else."""
        given = {"title": title, "zone": zone, "language": language}
        on_lemmy = instance.Given(url, username, password, community)
        on_matrix = homeserver.Given(matrix_url, matrix_user, matrix_password, room, moderators_room)
        try:
            _refuse_to_overwrite([config], force)
            lemmy, matrix = _sides(on_lemmy.started, on_matrix.started, no_input)
            secrets = ((instance.SECRET, lemmy), (homeserver.SECRET, matrix))
            _refuse_to_overwrite([config.parent / path for path, is_there in secrets if is_there], force)
            answers = _ask(
                given,
                instance.ask(on_lemmy, no_input=no_input) if lemmy else None,
                homeserver.ask(on_matrix, no_input=no_input) if matrix else None,
                dry_run,
                no_input,
            )
            left_out = write(config, answers, force=force)
        except Refused as error:
            typer.echo(f"folkmoot init: {error}", err=True)
            raise typer.Exit(2) from None
        typer.echo(_farewell(config, answers, left_out))


def write(config: Path, answers: Answers, *, force: bool = False) -> dict[str, str]:
    """Writes the configuration and the passwords' files (mode 0600) beside it.

    All plugins that work without settings of their own are switched on; the answer names the others, each with the
    reason. Raises Refused when a file is there already or cannot be written.
    """
    folder = config.parent
    _refuse_to_overwrite([config, *(folder / path for path in answers.passwords)], force)
    try:
        for path, password in answers.passwords.items():
            (folder / path.parent).mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_secret(folder / path, password)
        text, left_out = _choose_plugins(answers, folder)
        with config.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Refused(f"{error.filename or config} cannot be written: {error.strerror}") from None
    return left_out


def _refuse_to_overwrite(paths: Sequence[Path], force: bool) -> None:
    for path in paths:
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

    name, lemmy, matrix = answers.name, answers.lemmy, answers.matrix
    taken = lemmy.name if lemmy else ""
    configuration: dict[str, Any] = {
        "accounts": {
            **({"lemmy": lemmy.account()} if lemmy else {}),
            **({"matrix": matrix.account()} if matrix else {}),
        },
        "communities": {
            name: {
                "title": answers.title,
                "zone": answers.zone,
                "language": answers.language,
                **(matrix.moderators(taken) if matrix else {}),
                "places": {
                    **(lemmy.places() if lemmy else {}),
                    **(matrix.places(taken) if matrix else {}),
                },
                "limits": {"dry_run": answers.dry_run},
                "plugins": {plugin: {} for plugin in plugins},
            }
        },
        "storage": {"database": "sqlite:///data/folkmoot.db"},
    }
    return _HEAD + spaced(document(Configuration, configuration))


def _sides(lemmy: bool, matrix: bool, no_input: bool) -> tuple[bool, bool]:
    """Whether the community meets on Lemmy and on Matrix: as flags tell, else as the person says."""
    if no_input and not (lemmy or matrix):
        raise Refused(
            "found no account, expected --url, --username, --password and --community for Lemmy, or --matrix-url, "
            "--matrix-user, --matrix-password and --room for Matrix, together with --no-input"
        )
    if no_input or (lemmy and matrix):
        return lemmy, matrix
    if lemmy:
        return True, typer.confirm("Does it meet in a Matrix room, too?", default=False)
    if matrix:
        return typer.confirm("Is it on Lemmy, too?", default=False), True
    typer.echo(
        "A few questions about your community; nothing is sent anywhere, and Ctrl-C leaves all as it is."
    )
    return _SIDES[answer("Where does it meet: lemmy, matrix, or both", None, _side, flag="")]


def _side(text: str) -> str:
    word = text.strip().casefold()
    if word not in _SIDES:
        raise ValueError(f"found {text.strip()!r}, expected lemmy, matrix, or both")
    return word


def _ask(
    given: Mapping[str, str | None],
    lemmy: Instance | None,
    matrix: Homeserver | None,
    dry_run: bool | None,
    no_input: bool,
) -> Answers:
    """The rest of the answers, from flags where given, else from the person, else from defaults."""
    from bot.settings import values

    side = lemmy or matrix
    assert side is not None  # `_sides` has seen to that
    guesses = {
        "title": ("What people call the community", some, side.title),
        "zone": ("Its time zone", values.check_zone, _own_zone()),
        "language": ("The language in which the bot speaks", values.check_language, "en"),
    }
    answers: dict[str, str] = {}
    for key, (question, check, default) in guesses.items():
        value = default if no_input and given[key] is None else given[key]
        answers[key] = answer(question, value, check, flag=f"--{key}", default=default)
    if dry_run is None:
        question = "Only rehearse at first: record and report everything, do nothing?"
        dry_run = False if no_input else typer.confirm(question, default=False)
    return Answers(**answers, dry_run=dry_run, lemmy=lemmy, matrix=matrix)


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
    files = [str(config.parent / path) for path in answers.passwords]
    kept = (
        f"the password to {files[0]} (only you can read it)"
        if len(files) == 1
        else f"the passwords to {' and '.join(files)} (only you can read them)"
    )
    steps = [
        *(side.next_steps() for side in (answers.lemmy, answers.matrix) if side),
        f"folkmoot check --online{option}    tries the sign-in and the rights",
        f"folkmoot run{option}",
    ]
    rows = [
        f"Wrote {config}, and {kept}.",
        *(f"The plugin {name} is not switched on: {why}" for name, why in left_out.items()),
        "",
        "Next:",
        *(f"  {number}. {step}" for number, step in enumerate(steps, start=1)),
    ]
    return "\n".join(rows)
