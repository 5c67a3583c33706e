"""Secrets come from the environment or from a file of their own, and never show themselves."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

HIDDEN = "••••••"
#: A secret file holds one line.
MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a configuration may refer to: the environment, and files relative to its own folder."""

    environ: Mapping[str, str]
    folder: Path

    def __repr__(self) -> str:
        return f"Surroundings(folder={str(self.folder)!r})"  # the environment holds secrets


class Secret:
    """Holds a text that `repr`, `str` and JSON hide. Written as `env:NAME` or `file:/path`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself, for the call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({HIDDEN!r})"

    def __str__(self) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        del source, handler
        return core_schema.with_info_plain_validator_function(
            cls._read, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def _read(cls, value: object, info: ValidationInfo) -> Secret:
        if isinstance(value, Secret):
            return value
        if not isinstance(value, str) or not value.startswith(("env:", "file:")):
            raise problem(
                "found a secret in the open (not shown here), expected env:NAME or file:/path/of/a/file; "
                "put the secret there"
                if value is not None
                else "nothing found, expected env:NAME or file:/path/of/a/file"
            )
        return cls(reveal(value, surroundings(info)))


def problem(sentence: str) -> PydanticCustomError:
    """A validation error that must not be shown together with the value."""
    return PydanticCustomError("secret", "{sentence}", {"sentence": sentence})


def surroundings(info: ValidationInfo) -> Surroundings:
    """What the validation was given; without any, the environment is empty and files are taken from where we are."""
    return info.context if isinstance(info.context, Surroundings) else Surroundings({}, Path())


def reveal(reference: str, around: Surroundings) -> str:
    """What `env:NAME` or `file:path` points at. Raises a `problem` with the remedy."""
    scheme, _, name = reference.partition(":")
    return _from_environment(name, around) if scheme == "env" else _from_file(name, around)


def _from_environment(name: str, around: Surroundings) -> str:
    value = around.environ.get(name)
    if value is None:
        raise problem(
            f"found no environment variable {name[:60]!r}, expected the secret in it; set it before the start"
        )
    if not value.strip():
        raise problem(f"found the environment variable {name[:60]!r} empty, expected the secret in it")
    return value


def _from_file(name: str, around: Surroundings) -> str:
    path = around.folder / name
    shown = str(path) if len(str(path)) <= 200 else f"…{str(path)[-60:]}"
    try:
        mode = path.stat().st_mode
        content = _start(path) if stat.S_ISREG(mode) else b""
    except FileNotFoundError:
        raise problem(f"found no file {shown}, expected one that holds only the secret") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not a usable path"
        raise problem(
            f"found that {shown} cannot be read ({why}), expected a file that holds only the secret"
        ) from None
    if not stat.S_ISREG(mode):
        raise problem(f"found that {shown} is no file, expected a file that holds only the secret")
    if mode & 0o077 and not _kept_by_the_system(path, around):
        raise problem(
            f"found that others may read {shown}, expected a file for the bot alone; run: chmod 600 {shown}"
        )
    try:
        value = content.decode().strip("\r\n")
    except UnicodeDecodeError:
        raise problem(f"found bytes that are no UTF-8 text in {shown}, expected only the secret") from None
    if not value.strip() or len(content) > MAX_BYTES:
        raise problem(f"found {shown} empty or larger than 64 KiB, expected only the secret")
    return value


def _start(path: Path) -> bytes:
    """The file's content, or so much of it that it is too much."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _kept_by_the_system(path: Path, around: Surroundings) -> bool:
    """Folders that only this service sees, whatever the mode of the files: systemd's credentials, a container's secrets."""
    folders = [Path("/run/secrets")]
    if around.environ.get("CREDENTIALS_DIRECTORY"):
        folders.append(Path(around.environ["CREDENTIALS_DIRECTORY"]))
    real = Path(os.path.normpath(path))
    return any(real.is_relative_to(folder) for folder in folders)
