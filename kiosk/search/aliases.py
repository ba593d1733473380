"""The file of everyday words that staff may edit (`aliases.toml`): read, and checked to the line.

popular = ["1.001193", …]                       codes, most asked first
[abbreviations]   gks = "giấy khai sinh"        one word → the words it stands for
[concepts]        "khai tử" = ["qua đời", …]    words of official names → what people say; for every procedure
[everyday]        "1.001193" = ["mới sinh", …]  what people say for one procedure
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kiosk.search.words import fold

ALIASES = "aliases.toml"
LONGEST = 120
_AT = re.compile(r"\(at line (\d+), column (\d+)\)")


class AliasFile(BaseModel):
    """The parts of the file, all optional."""

    model_config = ConfigDict(extra="forbid")

    popular: list[str] = Field(default_factory=list)
    abbreviations: dict[str, str] = Field(default_factory=dict)
    concepts: dict[str, list[str]] = Field(default_factory=dict)
    everyday: dict[str, list[str]] = Field(default_factory=dict)


class AliasError(ValueError):
    """The file cannot be used. `problems`: (line or None, sentence in Vietnamese / English)."""

    def __init__(self, file: Path, problems: list[tuple[int | None, str]]) -> None:
        self.problems = problems
        self.lines = [f"{file}:{line}: {text}" if line else f"{file}: {text}" for line, text in problems]
        super().__init__("\n".join(self.lines))


def read_aliases(file: Path, codes: Collection[str] | None = None) -> AliasFile:
    """The file, checked. `codes`: those of the catalogue it stands beside; None: codes are not checked.

    Raises `AliasError` with every mistake and its line.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        raw = tomllib.loads(text)
    except OSError as error:
        raise AliasError(file, [(None, f"không đọc được / cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise AliasError(file, [(None, f"hãy lưu lại bằng UTF-8 / save it as UTF-8 (byte {error.start})")]) from error
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        line = int(at.group(1)) if at else None
        raise AliasError(file, [(line, f"chưa đúng TOML / not TOML: {_AT.sub('', str(error)).strip()}")]) from error
    try:
        parsed = AliasFile.model_validate(raw)
    except ValidationError as error:
        raise AliasError(file, [_shape(text, each["loc"], each["msg"]) for each in error.errors()]) from error
    problems = _contents(text, parsed, codes)
    if problems:
        raise AliasError(file, problems)
    return parsed


def _shape(text: str, location: tuple[int | str, ...], said: str) -> tuple[int | None, str]:
    key = next((str(each) for each in reversed(location) if isinstance(each, str)), "")
    name = ".".join(str(each) for each in location)
    known = list(AliasFile.model_fields)
    if len(location) == 1 and key not in known:
        near = difflib.get_close_matches(key, known, 1)
        hint = f" – ý là {near[0]}? / did you mean {near[0]}?" if near else ""
        return _line(text, key), f"không có phần {key!r} / there is no part {key!r}{hint}"
    return _line(text, key), f"{name}: cần danh sách lời trong ngoặc kép / a list of quoted words is wanted ({said})"


def _contents(text: str, parsed: AliasFile, codes: Collection[str] | None) -> list[tuple[int | None, str]]:
    problems: list[tuple[int | None, str]] = []
    if codes is not None:
        for code in dict.fromkeys((*parsed.everyday, *parsed.popular)):
            if code not in codes:
                near = difflib.get_close_matches(code, list(codes), 1, 0.75)
                hint = f" – ý là {near[0]}? / did you mean {near[0]}?" if near else ""
                problems.append((_line(text, code), f"không có thủ tục {code} / no such procedure{hint}"))
    for part in (parsed.everyday, parsed.concepts):
        for key, words in part.items():
            for word in words:
                if not fold(word):
                    problems.append((_line(text, key), f"{key}: có lời trống / an empty word: {word!r}"))
                elif len(word) > LONGEST:
                    problems.append((_line(text, key), f"{key}: dài quá {LONGEST} chữ / too long: {word[:30]}…"))
    for key in parsed.concepts:
        if not all(fold(wording) for wording in key.split("|")):
            problems.append((_line(text, key), f"{key!r}: thiếu lời bên trái dấu = / no official words"))
    for short, long in parsed.abbreviations.items():
        if len(fold(short).split()) != 1:
            problems.append((_line(text, short), f"{short!r}: viết tắt là một chữ liền / an abbreviation is one word"))
        if not fold(long):
            problems.append((_line(text, short), f"{short!r}: thiếu lời đầy đủ / the full words are missing"))
    return sorted(problems, key=lambda each: each[0] or 0)


def _line(text: str, key: str) -> int | None:
    """The line a key (or a quoted word) stands on, counted from 1."""
    for pattern in (rf"^\s*\[?\"?{re.escape(key)}\"?\]?\s*(=|$)", rf"\"{re.escape(key)}\""):
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(pattern, line):
                return number
    return None


def overlap(first: dict[str, Any], second: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Lists under the same key put together, the first ones' words before the second's."""
    return {key: (*first.get(key, ()), *second.get(key, ())) for key in dict.fromkeys((*first, *second))}
