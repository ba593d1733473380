"""From files to settings: shipped defaults < site.toml < environment; every mistake is one line that helps.

Environment: `MOTCUA_SECTION__KEY=value` (two underscores between levels), e.g. `MOTCUA_SPEAKER__ACCENT=south`.
Lists of tables (services, counters …) are set in the file only.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from config.relations import relations
from config.settings import ServerSettings, Settings

DEFAULT_FILE = Path("/etc/motcua/site.toml")
ENVIRONMENT_PREFIX = "MOTCUA_"
_NOT_SETTINGS = {"MOTCUA_TOKEN", "MOTCUA_CLOCK_FILE", "MOTCUA_MICROPYTHON", "MOTCUA_CONFIG"}

Root = TypeVar("Root", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """One mistake: where it stands, what was found, what is allowed, which known name is near."""

    file: str
    line: int | None
    key: str
    text: str
    allowed: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        parts = [f"{place}: {self.key}: {self.text}"]
        if self.allowed:
            parts.append(f"cho phép/allowed: {self.allowed}")
        if self.nearest:
            parts.append(f"có phải ý là/did you mean: {self.nearest}?")
        return _one_line("; ".join(_short(part) for part in parts))


_LONGEST = 600  # characters of one part: a value of 1 MB must not push the other mistakes off the screen


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _one_line(text: str) -> str:
    """Control characters as escapes: one mistake is one line, and no file moves a technician's cursor."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


class SettingsError(Exception):
    """The settings cannot be used; `problems` holds every mistake found, one line each."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this Pi.

    `path` defaults to `$MOTCUA_CONFIG`, else /etc/motcua/site.toml. Raises `SettingsError` (missing file included).
    """
    environ = os.environ if environ is None else environ
    named = path or Path(environ.get("MOTCUA_CONFIG") or DEFAULT_FILE)
    settings, lines = _load(named, environ, Settings)
    problems = _relations(named, lines, settings)
    if problems:
        raise SettingsError(problems)
    return settings


def load_server_settings(path: Path, environ: Mapping[str, str] | None = None) -> ServerSettings:
    """The commune server's settings. Raises `SettingsError`."""
    return _load(path, {} if environ is None else environ, ServerSettings)[0]


Lines = dict[tuple[str, ...], int]


def load_file(path: Path, root: type[Root], hint: str) -> tuple[Root, Lines]:
    """Any TOML file in the strict way of the settings (device profiles), with the lines of its keys.

    `hint` says what to do when there is no such file. Raises `SettingsError`.
    """
    return _load(path, {}, root, hint)


def problem_at(path: Path, lines: Lines, where: str, text: str, known: Sequence[str] = ()) -> Problem:
    """A mistake at a place such as `write.2.mask`, with its line and the known name nearest to the one quoted."""
    return Problem(str(path), _line(lines, where.split(".")), _pretty(where), text, nearest=_nearest(text, list(known)))


def at_its_line(problem: Problem, path: Path | None) -> Problem:
    """A room's complaint about a place of the settings (`file` empty), with the file and its line."""
    if problem.file:
        return problem
    named = path or Path(os.environ.get("MOTCUA_CONFIG") or DEFAULT_FILE)
    lines = key_lines(named.read_text(encoding="utf-8-sig"))
    return replace(problem, file=str(named), line=_line(lines, re.sub(r"\[(\d+)\]", r".\1", problem.key).split(".")))


def _load(
    path: Path,
    environ: Mapping[str, str],
    root: type[Root],
    hint: str = "motcua config init --site six-counters --out FILE",
) -> tuple[Root, Lines]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SettingsError(
            [Problem(str(path), None, "file", "không có tệp này/there is no such file", hint)]
        ) from None
    except OSError as error:
        why = f"không đọc được/cannot be read: {error.strerror}"
        raise SettingsError([Problem(str(path), None, "file", why)]) from None
    try:
        text = data.decode("utf-8-sig")  # Windows editors put a mark in front
    except UnicodeDecodeError as error:
        at_line = data.count(b"\n", 0, error.start) + 1
        why = "không đọc được, hãy lưu lại bằng UTF-8/cannot be read, save it as UTF-8"
        raise SettingsError([Problem(str(path), at_line, "file", why)]) from None
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        # The reader also gives up on numbers of thousands of digits and on thousands of nested brackets.
        at = re.search(r"line (\d+)", str(error))
        line = int(at.group(1)) if at else max(1, len(text.splitlines()))
        raise SettingsError([Problem(str(path), line, "TOML", f"không phải TOML/not TOML: {error}")]) from None
    lines = key_lines(text)
    _profiles_beside(path, raw)
    problems = _environment(raw, environ, root)
    try:
        settings = root.model_validate(raw)
    except ValidationError as error:
        found = error.errors(include_url=False)
        problems += [_blamed(_translate(path, lines, root, each), each["loc"], environ) for each in found]
        problems += _relations_of_the_rest(path, lines, root, raw, [each["loc"] for each in found])
        raise SettingsError(problems) from None
    if problems:
        raise SettingsError(problems)
    return settings, lines


def _profiles_beside(path: Path, raw: dict[str, Any]) -> None:
    """A board's profile given as a file stands relative to the file that names it, wherever the process runs."""
    boards = raw.get("boards")
    for board in boards if isinstance(boards, list) else []:
        profile = board.get("profile") if isinstance(board, dict) else None
        if isinstance(profile, str) and profile.endswith(".toml"):
            board["profile"] = str(path.absolute().parent / profile)


def _blamed(problem: Problem, loc: tuple[int | str, ...], environ: Mapping[str, str]) -> Problem:
    """A wrong value that the environment gave is not looked for in the file."""
    name = ENVIRONMENT_PREFIX + "__".join(map(str, loc)).upper()
    return replace(problem, file="environment", line=None, key=name) if len(loc) == 2 and name in environ else problem


def _relations(path: Path, lines: dict[tuple[str, ...], int], settings: Settings) -> list[Problem]:
    return [
        Problem(str(path), _line(lines, where.split(".")), _pretty(where), text, nearest=_nearest(text, known))
        for where, text, known in relations(settings)
    ]


def _relations_of_the_rest(
    path: Path, lines: dict[tuple[str, ...], int], root: type[BaseModel], raw: dict[str, Any], bad: list[Any]
) -> list[Problem]:
    """What else does not fit, once the keys that are wrong in themselves are left out: one run shows every mistake."""
    for loc in bad:
        holder: Any = raw
        for step in loc[:-1]:
            holder = holder[step] if isinstance(holder, list) or step in holder else {}
        if isinstance(holder, dict):
            holder.pop(loc[-1], None) if loc else None
    try:
        rest = root.model_validate(raw)
    except ValidationError:
        return []
    return _relations(path, lines, rest) if isinstance(rest, Settings) else []


def _environment(raw: dict[str, Any], environ: Mapping[str, str], root: type[BaseModel]) -> list[Problem]:
    problems: list[Problem] = []
    for name, value in sorted(environ.items()):
        if not name.startswith(ENVIRONMENT_PREFIX) or name in _NOT_SETTINGS or "__" not in name:
            continue
        keys = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
        model = _at(root, tuple(keys[:1]))
        if len(keys) != 2 or model is None or not _is_section(root, keys[0]) or keys[1] not in model.model_fields:
            known = [f"{s}.{k}" for s in root.model_fields if (m := _at(root, (s,))) for k in m.model_fields]
            nearest = difflib.get_close_matches(".".join(keys), known, n=1)
            text = "không có thiết lập này/no such setting"
            problems.append(Problem("environment", None, name, text, nearest=nearest[0] if nearest else ""))
            continue
        section = raw.setdefault(keys[0], {})
        if isinstance(section, dict):
            section[keys[1]] = _typed(value)
    return problems


def _typed(value: str) -> Any:
    """A value of the environment as TOML would read it; plain text where it is not TOML."""
    try:
        return tomllib.loads(f"v = {value}")["v"]
    except tomllib.TOMLDecodeError:
        return value


_TABLE = re.compile(r"^\s*\[(\[)?\s*([A-Za-z0-9_.\-]+)\s*\]?\]")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+)\s*=")


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Line (from 1) of every table and key; tables of an array carry their index: ("boards", "2", "address")."""
    found: dict[tuple[str, ...], int] = {}
    counts: dict[str, int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if match := _TABLE.match(line):
            name = match.group(2)
            if match.group(1):
                counts[name] = counts.get(name, -1) + 1
                table = (*name.split("."), str(counts[name]))
            else:
                table = tuple(name.split("."))
            found[table] = number
            found.setdefault(tuple(name.split(".")), number)  # the first of an array stands for all of it
        elif match := _KEY.match(line):
            found[(*table, match.group(1))] = number
    return found


def _line(lines: dict[tuple[str, ...], int], where: list[str]) -> int | None:
    for end in range(len(where), 0, -1):
        if (line := lines.get(tuple(where[:end]))) is not None:
            return line
    return None


def _pretty(where: str) -> str:
    return re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", where)


def _strip(annotation: Any) -> list[Any]:
    """The types inside Annotated, unions and lists."""
    arguments = get_args(annotation)
    if not arguments or get_origin(annotation) is None:
        return [annotation]
    return [inner for each in arguments for inner in _strip(each)]


def _at(root: type[BaseModel], where: tuple[str, ...]) -> type[BaseModel] | None:
    """The model that stands at a place of the file; None where there is none."""
    model = root
    for step in where:
        if step.isdigit():
            continue
        field = _field(model, step)
        if field is None:
            return None
        inner = [each for each in _strip(field.annotation) if isinstance(each, type) and issubclass(each, BaseModel)]
        if not inner:
            return None
        model = inner[0]
    return model


def _names(model: type[BaseModel]) -> list[str]:
    """The keys as they stand in the file: `from` is no name for a field in Python, so some have an alias."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _field(model: type[BaseModel], key: str) -> FieldInfo | None:
    """The field of a key of the file."""
    return next((field for name, field in model.model_fields.items() if key == (field.alias or name)), None)


def _is_section(root: type[BaseModel], name: str) -> bool:
    annotation = root.model_fields[name].annotation
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _nearest(text: str, known: list[str]) -> str:
    """The known name nearest to the one a sentence quotes; all of them when none is near and they are few."""
    quoted = re.findall(r"'([^']+)'", text)
    for word in quoted:
        if close := difflib.get_close_matches(word, known, n=1, cutoff=0.4):
            return str(close[0])
    return ", ".join(known) if known and len(known) <= 12 else ""


def _translate(path: Path, lines: dict[tuple[str, ...], int], root: type[BaseModel], error: Any) -> Problem:
    where = [str(step) for step in error["loc"]]
    key = _pretty(".".join(where)) or "file"
    line = _line(lines, where)
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        model = _at(root, tuple(where[:-1]))
        known = _names(model) if model else []
        nearest = difflib.get_close_matches(where[-1], known, n=1, cutoff=0.5)
        allowed = ", ".join(known)
        text = "không có thiết lập này/unknown key"
        return Problem(str(path), line, key, text, allowed, nearest[0] if nearest else "")
    given = error.get("input")
    shown = _shown(given)
    if kind == "missing":
        example = _help(root, where)
        return Problem(str(path), line, key, "thiếu/missing", example)
    if kind == "literal_error":
        expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        choices = [each.strip() for each in expected.split(",")]
        nearest = difflib.get_close_matches(str(given), choices, n=1, cutoff=0.5)
        return Problem(
            str(path), line, key, f"không nhận/not accepted: {shown}", expected, nearest[0] if nearest else ""
        )
    message = str(error["msg"]).removeprefix("Value error, ")
    return Problem(str(path), line, key, f"không nhận/not accepted: {shown}", message)


def _shown(given: Any) -> str:
    if isinstance(given, dict | list):
        return type(given).__name__
    if isinstance(given, bool):
        return str(given).lower()  # as TOML writes it
    text = repr(given)
    return text if len(text) <= 80 else text[:80] + "…"


def _help(root: type[BaseModel], where: list[str]) -> str:
    model = _at(root, tuple(where[:-1]))
    field = _field(model, where[-1]) if model else None
    return (field.description or "") if field else ""
