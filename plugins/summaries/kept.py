"""What the plugin remembers: each digest with what it quotes, how far threads have grown, and who wants to be left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from bot.api import Action, Author, Context, Json, Ref, Remember, Settings

DIGEST, SEEN, OUT = "digest:", "seen:", "out:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A digest that stands somewhere. `name` says of what it is, `said` names the action that made the bot's comment,
    where that is not `name`.

    It is of the thread `root` (of the part below `top`, where given), or of what was said in the room `place` from
    `since` to `until`. `quoted` are the ids of the quoted comments, `words` its budget.
    """

    name: str
    place: str
    words: int
    at: datetime
    said: str | None = None
    comments: int = 0
    quoted: tuple[str, ...] = ()
    root: str | None = None
    top: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def made(self) -> str:
        """The name of the action that made the bot's comment."""
        return self.said or self.name

    def as_json(self) -> dict[str, Json]:
        row = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(self).items()}
        return {**row, "quoted": list(self.quoted)}

    def remember(self) -> Remember:
        return Remember(key=DIGEST + self.name, value=self.as_json())

    def forget(self) -> Remember:
        return Remember(key=DIGEST + self.name, value=None)


def as_kept(value: Json) -> Kept | None:
    """The inverse of `Kept.as_json`; None when the memory holds something else."""
    if not isinstance(value, dict):
        return None
    row = dict(value)
    try:
        times = {k: datetime.fromisoformat(str(row[k])) for k in ("at", "since", "until") if row.get(k)}
        return Kept(
            name=str(row["name"]),
            said=_text(row.get("said")),
            place=str(row["place"]),
            comments=int(str(row["comments"])),
            quoted=tuple(map(str, _list(row["quoted"]))),
            words=int(str(row["words"])),
            root=_text(row.get("root")),
            top=_text(row.get("top")),
            at=times["at"],
            since=times.get("since"),
            until=times.get("until"),
        )
    except (KeyError, ValueError):
        return None


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def name_of(target: Ref) -> str:
    """The name of the digest of a thread (by its root), of a subtree (by its top) or of a room's span (by the asking)."""
    return f"digest:{target}"


async def find(ctx: Context[Settings], name: str) -> Kept | None:
    """The digest of that name; None when there is none."""
    return as_kept(await ctx.recall(DIGEST + name))


async def all_kept(ctx: Context[Settings]) -> list[Kept]:
    """Every digest that is followed, newest first."""
    rows: Mapping[str, Json] = await ctx.recall_all(DIGEST)
    found = [one for value in rows.values() if (one := as_kept(value)) is not None]
    return sorted(found, key=lambda one: one.at, reverse=True)


async def left_out(ctx: Context[Settings]) -> frozenset[str]:
    """The keys of the people who do not want to be quoted."""
    return frozenset(key.removeprefix(OUT) for key in await ctx.recall_all(OUT))


def opt(person: Author, *, out: bool) -> Action:
    """Keeps, or forgets, that the person wants to be left out."""
    return Remember(key=OUT + person.key, value=True if out else None, about=person.key)
