"""The house's rules that a machine can check: who may import what, who may read the clock, how long a file may be."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("config", "queue_display", "firmware_bridge", "kiosk", "commune_server", "demo")

# Each outside library that touches the world has one file per room that imports it (house §2).
ONE_FILE = {
    "serial": {"firmware_bridge/port.py", "firmware_bridge/virtual/", "kiosk/scanner/hand.py"},
    "gpiozero": {"firmware_bridge/panels/gpio.py"},
    "escpos": {"firmware_bridge/printer_wire.py"},
    "pygame": {"kiosk/"},
    "picamera2": {"kiosk/scanner/picamera.py"},
    "pyzbar": {"kiosk/scanner/decode.py"},
    "paho": {"queue_display/uplink.py", "commune_server/ingest.py"},
    "sqlite3": {"queue_display/"},
    "requests": {"kiosk/lookup.py"},
}

# Files past 400 lines, each with its reason. A new one needs a reason or a second room.
LONG: dict[str, str] = {
    "demo/check.py": "one visit told from the first step to the last; a second file would cut it in the middle",
}


def sources() -> Iterator[tuple[str, ast.Module, str]]:
    """Every Python file of the product: path in the project, syntax tree, text."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            yield path.relative_to(ROOT).as_posix(), ast.parse(text), text


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module a file imports, by full name, wherever in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_outside_libraries_have_one_door() -> None:
    wrong = [
        f"{path} imports {name}"
        for path, tree, _ in sources()
        for name in set(imported(tree))
        for library, doors in ONE_FILE.items()
        if name.split(".")[0] == library
        and not any(path == door or (door.endswith("/") and path.startswith(door)) for door in doors)
        and not path.startswith("demo/")
    ]
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_rooms_ask_the_hub_only_through_its_client() -> None:
    wrong = [
        f"{path} imports {name}"
        for path, tree, _ in sources()
        if path.startswith(("firmware_bridge/", "kiosk/"))
        for name in imported(tree)
        if name.split(".")[0] == "queue_display"
        and not name.startswith("queue_display.client")
        and name != "queue_display"
    ]
    assert not wrong, "\n".join(wrong)


def test_wall_clock_is_read_only_by_the_clock() -> None:
    pattern = re.compile(r"\btime\.time\(|\bdatetime\.now\(|\bdatetime\.today\(|\bdate\.today\(|\btime_ns\(")
    allowed = {"config/clock.py"}
    wrong = [
        f"{path}:{number}: {line.strip()}"
        for path, _, text in sources()
        if path not in allowed and not path.startswith("firmware_bridge/firmware/")
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_drawer_for_everything() -> None:
    wrong = [
        path for path, _, _ in sources() if Path(path).stem in ("utils", "util", "common", "helpers", "helper", "misc")
    ]
    assert not wrong


def test_long_files_have_a_reason() -> None:
    long = {path: len(text.splitlines()) for path, _, text in sources() if len(text.splitlines()) > 400}
    unexplained = {path: lines for path, lines in long.items() if path not in LONG}
    assert not unexplained, f"past 400 lines without a reason: {unexplained}"


def test_no_index_address_and_no_absolute_home_in_any_file() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    pattern = re.compile(r"--?(extra-)?index-url|find-links\s*=|https?://[^ ]*/simple(/|\b)")
    wrong = []
    for name in filter(None, listed):
        path = ROOT / name
        if (
            not path.is_file()
            or path.suffix in (".png", ".wav", ".db", ".ttf")
            or path == Path(__file__)
            or name == "Makefile"
        ):
            continue
        if pattern.search(path.read_text(encoding="utf-8", errors="replace")):
            wrong.append(name)
    assert not wrong


def test_vietnamese_is_composed() -> None:
    """NFC everywhere: a decomposed mark may be drawn beside its letter."""
    import unicodedata

    wrong = [path for path, _, text in sources() if unicodedata.normalize("NFC", text) != text]
    assert not wrong


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_says_what_it_is(room: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text(encoding="utf-8"))), (
        f"{room} has no docstring"
    )
