"""The pool of prompts, read from YAML or Markdown, with every problem by file and line.

YAML is a list (or `prompts:` over a list) of titles or of `{title, text, on, season, theme}`. In Markdown each `##`
heading is a prompt with what follows as its text; in a file without any, each `#` heading is. Lines such as `on: friday`
right below the heading say when. A folder is all of its `.md`, `.yaml` and `.yml` files.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import yaml

from bot.api import blanks
from plugins.daily_prompts.days import On, Season, parse_on, parse_season, suggestion
from plugins.daily_prompts.names import NAMES

#: Lemmy takes titles of at most 200 characters; the title's template needs some of them.
LONGEST_TITLE = 180
#: A pool larger than this is a mistake (a log file, a database).
LARGEST_FILE = 4_000_000

KEYS = ("title", "text", "on", "season", "theme")
_SUFFIXES = {".md", ".markdown", ".yaml", ".yml"}
_HEADING = re.compile(r"(#{1,2})\s+(.*?)\s*#*\s*")
_KEY_LINE = re.compile(r"(on|season|theme)\s*:\s*(\S.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something to talk about. `id` follows from title and text alone, so it survives every edit around it.

    `suggestion` is the number of the member's suggestion that it came from; its words are not trusted as markup.
    """

    id: str
    title: str
    text: str = ""
    on: On | None = None
    season: Season | None = None
    theme: str | None = None
    suggestion: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and where: `prompts.yaml:12`, or empty for an inline pool as a whole."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


@dataclass(frozen=True, slots=True)
class Pool:
    prompts: tuple[Prompt, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One prompt as it was written, before it is understood."""

    where: str
    fields: Mapping[str, str]


def identity(title: str, text: str) -> str:
    """Twelve hex digits that stay the same when only case, spacing or look-alike code points change."""
    plain = unicodedata.normalize("NFKC", f"{title}\n{text}").casefold()
    return sha256(" ".join(plain.split()).encode()).hexdigest()[:12]


def read(source: Path) -> Pool:
    """The pool in a file or a folder. Never raises: what cannot be read is a problem."""
    try:
        files = _files(source)
    except OSError as error:
        return Pool((), (Problem(str(source), f"the pool cannot be read: {error.strerror or error}"),))
    if not files:
        return Pool((), (Problem(str(source), "the folder holds no .md or .yaml file; put prompts there"),))
    return _understand(item for file in files for item in _read_file(file))


def inline(items: Iterable[str | Mapping[str, object]]) -> Pool:
    """A pool that stands in the configuration itself."""
    return _understand(_item(f"pool.{n}", item) for n, item in enumerate(items))


def _files(source: Path) -> list[Path]:
    if source.is_dir():
        return sorted(path for path in source.iterdir() if path.suffix.lower() in _SUFFIXES)
    return [source]


def _read_file(file: Path) -> Iterator[_Entry | Problem]:
    try:
        if file.stat().st_size > LARGEST_FILE:
            yield Problem(str(file), "the file is larger than 4 MB; a pool of prompts was expected")
            return
        content = file.read_text("utf-8-sig")
    except OSError as error:
        yield Problem(str(file), f"the pool cannot be read: {error.strerror or error}")
    except UnicodeDecodeError as error:
        yield Problem(str(file), f"not UTF-8 text (byte {error.start}); save the file as UTF-8")
    else:
        entries = _yaml if file.suffix.lower() in {".yaml", ".yml"} else _markdown
        yield from entries(content, str(file))


def _yaml(content: str, name: str) -> Iterator[_Entry | Problem]:
    """Reads nodes instead of values: each keeps its line, and `no` or `12:30` stays what was typed."""
    try:
        # Not the loader in C: on deeply nested input it ends the whole process.
        root = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        yield Problem(f"{name}{line}", f"not valid YAML: {error.problem or error.context}")
        return
    except RecursionError:
        yield Problem(name, "lists within lists within lists: a plain list of prompts was expected")
        return
    except yaml.YAMLError as error:
        yield Problem(name, f"not valid YAML: {str(error).splitlines()[0]}")
        return
    if isinstance(root, yaml.MappingNode):
        root = next((value for key, value in root.value if key.value == "prompts"), root)
    if root is None:
        return  # an empty file: the pool as a whole is told to be empty
    if not isinstance(root, yaml.SequenceNode):
        yield Problem(
            f"{name}:{root.start_mark.line + 1}", "a list of prompts was expected, each line beginning with -"
        )
        return
    for node in root.value:
        yield _node(node, f"{name}:{node.start_mark.line + 1}")


def _node(node: yaml.Node, where: str) -> _Entry | Problem:
    if isinstance(node, yaml.ScalarNode):
        return _item(where, node.value)
    if not isinstance(node, yaml.MappingNode):
        return Problem(where, "a title, or title: and text:, was expected, not a list")
    for key, value in node.value:
        if not isinstance(value, yaml.ScalarNode):
            return Problem(
                f"{where.rpartition(':')[0]}:{key.start_mark.line + 1}", f"{key.value}: takes one value only"
            )
    return _item(where, {str(key.value): value.value for key, value in node.value})


def _item(where: str, item: str | Mapping[str, object]) -> _Entry | Problem:
    """A string's first line is the title, the rest the text; a mapping says so itself."""
    if isinstance(item, str):
        title, _, text = item.strip().partition("\n")
        return _Entry(where, {"title": title, "text": text})
    for key in item:
        if key not in KEYS:
            return Problem(
                where, f"{key}: is not known here; {', '.join(KEYS)} are{suggestion(str(key), KEYS)}"
            )
    return _Entry(where, {key: "" if value is None else str(value) for key, value in item.items()})


def _markdown(content: str, name: str) -> Iterator[_Entry | Problem]:
    rows = content.splitlines()
    heads = list(_headings(rows))
    wanted = [head for head in heads if head[1] == 2] or heads
    if not wanted and content.strip():
        yield Problem(f"{name}:1", "no heading; write each prompt as ## Title, its text below")
    starts = [number for number, *_ in heads]
    for number, _, title in wanted:
        end = next((start for start in starts if start > number), len(rows))
        yield _Entry(f"{name}:{number + 1}", {"title": title, **_body(rows[number + 1 : end])})


def _headings(rows: list[str]) -> Iterator[tuple[int, int, str]]:
    """(row, level, title) of each `#` and `##` heading outside of code."""
    fence: str | None = None
    for number, row in enumerate(rows):
        opening = row.lstrip()[:3]
        if opening in {"```", "~~~"} and fence in {None, opening}:
            fence = None if fence else opening
        elif fence is None and (match := _HEADING.fullmatch(row)):
            yield number, len(match[1]), match[2]


def _body(rows: list[str]) -> dict[str, str]:
    """Lines such as `on: friday` at the top, then the text."""
    fields: dict[str, str] = {}
    while rows and (not rows[0].strip() or _KEY_LINE.fullmatch(rows[0].strip())):
        if match := _KEY_LINE.fullmatch(rows[0].strip()):
            fields[match[1].lower()] = match[2]
        rows = rows[1:]
    return {**fields, "text": "\n".join(rows)}


def _understand(items: Iterable[_Entry | Problem]) -> Pool:
    prompts: dict[str, Prompt] = {}
    first_seen: dict[str, str] = {}
    problems: list[Problem] = []
    for item in items:
        if isinstance(item, Problem):
            problems.append(item)
            continue
        title = " ".join(item.fields.get("title", "").split())
        text = item.fields.get("text", "").strip()
        ident = identity(title, text)
        faults = list(_faults(title, text, item.fields))
        if ident in prompts:
            faults.append(f"the same prompt as at {first_seen[ident]}; take one of them out")
        if faults:
            problems.extend(Problem(item.where, fault) for fault in faults)
            continue
        first_seen[ident] = item.where
        prompts[ident] = Prompt(
            id=ident,
            title=title,
            text=text,
            on=parse_on(on) if (on := item.fields.get("on", "").strip()) else None,
            season=parse_season(season) if (season := item.fields.get("season", "").strip()) else None,
            theme=item.fields.get("theme", "").strip() or None,
        )
    return Pool(tuple(prompts.values()), tuple(problems))


def _faults(title: str, text: str, fields: Mapping[str, str]) -> Iterator[str]:
    if not title:
        yield "the prompt has no title; write what people should talk about"
    elif len(title) > LONGEST_TITLE:
        yield (
            f"the title has {len(title)} characters, at most {LONGEST_TITLE} fit; "
            "shorten it and put the rest under text:"
        )
    for source in (title, text):
        for name in sorted(blanks.used(source) & {"prompt", "text"}):
            yield f"{{{{{name}}}}} stands for the prompt itself; it belongs into the title and text settings"
        yield from blanks.problems(source, NAMES)
    for key, parse in (("on", parse_on), ("season", parse_season)):
        if value := fields.get(key, "").strip():
            try:
                parse(value)
            except ValueError as error:
                yield f"{key}: {error}"
