"""The address of the database."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from bot.settings.secret import HIDDEN, problem, reveal, surroundings

_EXPECTED = "expected sqlite:///data/folkmoot.db or postgresql://user@host/name"


class DatabaseUrl(str):
    """A database's address as SQLAlchemy reads it. `repr` and JSON hide the password in it; the text itself is whole."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(self.hidden)

    @property
    def hidden(self) -> str:
        """The address for people, without its password."""
        return re.sub(r"(?s)(://[^:/@]*:).*@", rf"\1{HIDDEN}@", self)

    def below(self, folder: Path) -> DatabaseUrl:
        """The same with a relative SQLite file taken from `folder`."""
        if not self.startswith("sqlite:///"):
            return self
        return DatabaseUrl(f"sqlite:///{folder.absolute() / self.removeprefix('sqlite:///')}")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        del source, handler
        hidden = core_schema.plain_serializer_function_ser_schema(lambda url: url.hidden)
        return core_schema.with_info_plain_validator_function(cls._read, serialization=hidden)

    @classmethod
    def _read(cls, value: object, info: ValidationInfo) -> DatabaseUrl:
        if not isinstance(value, str):
            raise problem(f"found no text, {_EXPECTED}")
        hidden = value.startswith(("env:", "file:"))
        text = (reveal(value, surroundings(info)) if hidden else value).strip()
        scheme, _, rest = text.partition("://")
        match scheme:
            case "sqlite" if rest in {"", "/:memory:"}:
                return cls("sqlite://")
            case "sqlite" if rest.startswith("/") and rest.strip("/") and not rest.endswith("/"):
                return cls(text)
            case "sqlite":
                raise problem(f"found sqlite: without three slashes and the name of a file, {_EXPECTED}")
            case "postgresql" | "postgres" | "postgresql+psycopg" if rest:
                if not hidden and re.match(r"[^/@]*:.*@", rest, re.DOTALL):
                    raise problem(
                        "found a password in the open (not shown here), expected the whole address as env:NAME or file:/path"
                    )
                return cls(f"postgresql+psycopg://{rest}")
            case _:
                raise problem(f"found no database that is known here, {_EXPECTED}")
