"""Reading a device profile strictly: every mistake is one line with file, line, key, nearest known name and example."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from config.load import Problem, SettingsError, load_file, problem_at
from config.settings import Board, Bus, Settings
from firmware_bridge.panels import modbus as modbus_board
from firmware_bridge.profile import Message, Profile, Write
from firmware_bridge.profile_rules import misfits

SHIPPED = Path(__file__).parent / "profiles"
LOCAL = Path("/etc/motcua/profiles")


def names(local: Path = LOCAL) -> dict[str, Path]:
    """Every profile that can be named: shipped ones, and those in /etc/motcua/profiles, which come first."""
    found = {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}
    if local.is_dir():
        found.update({path.stem: path for path in sorted(local.glob("*.toml"))})
    return found


def find(profile: str, local: Path = LOCAL) -> Path:
    """The file of a profile named in the settings or on the command line. Raises SettingsError."""
    if profile.endswith(".toml"):
        return Path(profile)
    known = names(local)
    if profile in known:
        return known[profile]
    near = difflib.get_close_matches(profile, known, n=1, cutoff=0.4)
    text = "không có mẫu này/there is no such profile"
    raise SettingsError([Problem(profile, None, "profile", text, ", ".join(known), near[0] if near else "")])


def load_profile(path: Path) -> Profile:
    """A profile that makes sense. Raises SettingsError with every mistake found."""
    try:
        profile, lines = load_file(path, Profile, "motcua boards profiles")
    except SettingsError as error:
        raise SettingsError([_with_example(problem) for problem in error.problems]) from None
    problems = [problem_at(path, lines, where, text, known) for where, text, known in misfits(profile)]
    if problems:
        raise SettingsError([_with_example(problem) for problem in problems])
    return profile


_NO_EXAMPLE = ("e.g.", "chỉ c", "here: ", " over ", "has no characters")
"""Sentences that have their example, or say that the key is out of place: one would lead back into the mistake."""


def _with_example(problem: Problem) -> Problem:
    """The key's example behind what is allowed."""
    head, _, key = problem.key.rpartition(".")
    sections: dict[str, type[BaseModel]] = {"write": Write, "message": Message}
    model = sections.get(head.split("[")[0], Profile)
    if key.split("[")[0] in ("write", "message") or any(word in problem.text for word in _NO_EXAMPLE):
        return problem
    field = next((f for name, f in model.model_fields.items() if key.split("[")[0] == (f.alias or name)), None)
    if field is None or not field.examples:
        return problem
    example = f"ví dụ/e.g. {key.split('[')[0]} = {_toml(field.examples[0])}"
    return replace(problem, allowed=f"{problem.allowed}; {example}" if problem.allowed else example)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value if value.startswith("{ ") else f'"{value}"'
    return str(value)


def profile_of(board: Board) -> Profile:
    """The profile of a board of the settings. Raises SettingsError."""
    return load_profile(find(board.profile))


def problems_of(settings: Settings) -> list[Problem]:
    """What is wrong with the profiles the settings name, and where board and profile do not fit."""
    buses = {bus.id: bus for bus in settings.buses}
    found: dict[str, Problem] = {}
    for at, board in enumerate(settings.boards):
        bus = buses.get(board.bus)
        if bus is None or bus.protocol == "motcua" or not board.profile:
            continue
        try:
            profile = profile_of(board)
        except SettingsError as error:
            found.update({str(problem): problem for problem in error.problems})
            continue
        letters = [service.letter for service in settings.services]
        for key, text in disagreements(board, bus, profile, letters):
            problem = Problem("", None, f"boards[{at}].{key}", f"{board.id}: {text}")
            found[str(problem)] = problem
    return list(found.values())


def require_profiles(settings: Settings) -> None:
    """Raises SettingsError when a profile that the settings name cannot be used as they use it."""
    if problems := problems_of(settings):
        raise SettingsError([replace(problem, file=problem.file or "site.toml") for problem in problems])


def disagreements(board: Board, bus: Bus, profile: Profile, letters: list[str]) -> Iterator[tuple[str, str]]:
    """Where a board of the settings and its profile do not fit: (key, sentence)."""
    if profile.protocol != bus.protocol:
        yield (
            "profile",
            f"mẫu nói {profile.protocol}, bus {bus.id} nói {bus.protocol}/the profile's protocol is another",
        )
    if profile.kind != board.kind:
        yield "kind", f"mẫu cho bảng {profile.kind}/the profile is for kind = {profile.kind!r}"
    if board.kind == "main" and profile.rows is not None and board.rows > profile.rows:
        yield (
            "rows",
            f"{board.rows} dòng, bảng có {profile.rows}/the board has {profile.rows} rows; rows = {profile.rows}",
        )
    if board.address and not profile.place_stride and "place" not in str(profile.message):
        yield "address", f"{board.address}: mẫu không có place_stride/the profile has no place_stride; address = 0"
    last_row = (board.rows - 1) * profile.unit_step if board.kind == "main" else 0
    if board.unit is not None and board.unit + last_row > 247:
        yield "unit", f"dòng cuối quá 247/the last row would be unit {board.unit + last_row}"
    if missing := unshowable(profile, letters):
        yield "profile", f"bảng không hiện được chữ/the board has no code for the letters {missing}"


def other_speed(bus: Bus, profile: Profile) -> str:
    """`19200 8E1` when the board leaves the factory at another speed or format than this bus has, else empty."""
    baud, frame = profile.baud or bus.baud, profile.format or bus.format
    return f"{baud} {frame}" if (baud, frame) != (bus.baud, bus.format) else ""


def unshowable(profile: Profile, letters: list[str]) -> str:
    """Letters of the services that this board cannot show."""
    if profile.protocol != "modbus-rtu":
        return ""
    writes = [w for w in profile.write if w.what in ("text", "letter")]
    return "".join(x for x in letters if any(modbus_board.code(write, x) is None for write in writes))
