"""The procedures the kiosk can show: loaded once, checked whole, with the words people use for them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import config
from config.catalogue_model import CatalogueFile, FieldOfWork, Procedure
from config.load import Problem
from config.settings import Settings
from kiosk.search.aliases import ALIASES, AliasError, AliasFile, overlap, read_aliases

SHIPPED = Path(config.__file__).parent / "catalogue"
SAMPLE = SHIPPED / "sample-2026-07.json"
_SAID = re.compile(r"(?P<file>.+?):(?:(?P<line>\d+)(?::\d+)?:)? (?P<text>.*)", re.DOTALL)


class CatalogueError(ValueError):
    """The catalogue cannot be used. `problems`: one line each, naming file and row."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Catalogue:
    """Procedures with fields and everyday words. `popular`: codes, most asked first."""

    valid_on: date
    source: str
    fields: tuple[FieldOfWork, ...]
    procedures: tuple[Procedure, ...]
    aliases: Mapping[str, tuple[str, ...]]
    abbreviations: Mapping[str, str]
    popular: tuple[str, ...]
    concepts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def procedure(self, code: str) -> Procedure:
        """The procedure of that code. Raises `KeyError`."""
        for each in self.procedures:
            if each.code == code:
                return each
        raise KeyError(code)

    def of_field(self, field_id: str) -> tuple[Procedure, ...]:
        """The procedures of a field, in the file's order."""
        return tuple(each for each in self.procedures if each.field == field_id)

    def of_service(self, service_id: str) -> tuple[Procedure, ...]:
        """What one queue serves: the most asked first, then in the file's order."""
        rank = {code: place for place, code in enumerate(self.popular)}
        found = [each for each in self.procedures if each.service == service_id]
        return tuple(sorted(found, key=lambda each: rank.get(each.code, len(rank))))

    def most_asked(self, count: int = 12) -> tuple[Procedure, ...]:
        """The first `count` popular procedures that are in this catalogue."""
        by_code = {each.code: each for each in self.procedures}
        return tuple(by_code[code] for code in self.popular if code in by_code)[:count]


def load_catalogue(path: Path | None = None, aliases: Path | None = None) -> Catalogue:
    """Load a catalogue file (None or empty: the dated sample that ships) with its everyday words.

    `aliases`: the site's own words (None: `aliases.toml` beside the catalogue, if there is one); they add to the
    shipped ones. Raises `CatalogueError`.
    """
    file = path or SAMPLE
    document = _parsed(file, _read_json(file))
    _cross_check(file, document)
    codes = {each.code for each in document.procedures}
    beside = file.parent / ALIASES
    given = aliases or (beside if beside.exists() and beside.resolve() != (SHIPPED / ALIASES).resolve() else None)
    try:
        shipped = read_aliases(SHIPPED / ALIASES)
        own = read_aliases(given, codes) if given else AliasFile()
    except AliasError as error:
        raise CatalogueError(error.lines) from error
    words = {code: (*own.everyday.get(code, ()), *shipped.everyday.get(_national(code), ())) for code in codes}
    by_national = {_national(code): code for code in codes}
    popular = own.popular or [by_national[code] for code in shipped.popular if code in by_national]
    return Catalogue(
        document.valid_on,
        document.source,
        document.fields,
        document.procedures,
        words,
        {**shipped.abbreviations, **own.abbreviations},
        tuple(popular),
        overlap(own.concepts, shipped.concepts),
    )


def catalogue_of(settings: Settings) -> Catalogue:
    """The site's catalogue with the site's words. Raises `CatalogueError`."""
    file, words = settings.kiosk.catalogue, settings.kiosk.aliases
    return load_catalogue(Path(file) if file else None, Path(words) if words else None)


def complaints(settings: Settings) -> list[Problem]:
    """For `motcua config check` (entry-point group motcua.settings): what is wrong with the files of procedures."""
    if not settings.kiosk.enabled:
        return []
    try:
        catalogue_of(settings)
    except CatalogueError as error:
        key = "kiosk.aliases" if ALIASES in error.problems[0] else "kiosk.catalogue"
        return [_problem(each, key) for each in error.problems]
    return []


def _problem(said: str, key: str) -> Problem:
    """`file:line: sentence` as a problem of the settings."""
    file, line, text = _SAID.fullmatch(said).group("file", "line", "text")  # type: ignore[union-attr]
    return Problem(file, int(line) if line else None, key, text)


def _national(code: str) -> str:
    """`1.014028.H38` → `1.014028`: local forms share the national words."""
    return code[:8]


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogueError([f"{file}: cannot be read: {error.strerror}"]) from error
    except json.JSONDecodeError as error:
        raise CatalogueError([f"{file}:{error.lineno}:{error.colno}: not JSON: {error.msg}"]) from error
    except UnicodeDecodeError as error:
        raise CatalogueError([f"{file}: not UTF-8 at byte {error.start}"]) from error


def _parsed(file: Path, raw: Any) -> CatalogueFile:
    try:
        return CatalogueFile.model_validate(raw)
    except ValidationError as error:
        raise CatalogueError([f"{file}: {_place(raw, e['loc'])}: {e['msg']}" for e in error.errors()]) from error


def _place(raw: Any, location: tuple[int | str, ...]) -> str:
    """("procedures", 12, "fee") → `procedures row 13 (1.004884), fee`: as a person counts and searches."""
    if len(location) < 2 or not isinstance(location[1], int):
        return ".".join(map(str, location)) or "the file"
    group, index = str(location[0]), location[1]
    entry = raw[group][index]
    name = entry.get("code") or entry.get("id") if isinstance(entry, dict) else None
    rest = ".".join(map(str, location[2:]))
    return f"{group} row {index + 1}" + (f" ({name})" if name else "") + (f", {rest}" if rest else "")


def _cross_check(file: Path, document: CatalogueFile) -> None:
    problems = []
    fields = {each.id for each in document.fields}
    if len(fields) != len(document.fields):
        problems.append(f"{file}: fields: two of them have the same id")
    seen: dict[str, int] = {}
    for number, each in enumerate(document.procedures, 1):
        where = f"{file}: procedures row {number} ({each.code})"
        if each.code in seen:
            problems.append(f"{where}: the same code as row {seen[each.code]}")
        seen.setdefault(each.code, number)
        if each.field not in fields:
            problems.append(f"{where}: field {each.field!r} is not among the fields: {', '.join(sorted(fields))}")
    if problems:
        raise CatalogueError(problems)
