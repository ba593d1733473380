"""Hand scanners through the child process: a recorded stream of key events, and a serial line."""

from __future__ import annotations

import os
import pty
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import config
from config.clock import FakeClock
from config.load import load_settings
from kiosk.scanner import ScannerProcess, ScannerState, ScanResult
from tests.fixtures.hands import tapped

CODE = "H38.12.25-240815-0003"
CARD = "001099012345||NGUYEN VAN THU|01011990|Nam|Thon Mau|02012022"
SITE = Path(config.__file__).parent / "sites" / "one-pi.toml"


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing came in time"
        time.sleep(0.02)


class Heard:
    """A scanner with a hand scanner alone, and what it told."""

    def __init__(self, source: str) -> None:
        loaded = load_settings(SITE)
        scanner = loaded.scanner.model_copy(update={"source": source, "fps": 10.0})
        self.results: list[ScanResult] = []
        self.states: list[ScannerState] = []
        self.scanner = ScannerProcess(loaded.model_copy(update={"scanner": scanner}), FakeClock())
        self.scanner.start(self.results.append, self.states.append)

    def codes(self) -> list[str]:
        return [state.code for state in self.states]


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[tuple[Heard, Path]]:
    path = tmp_path / "event7"
    os.mkfifo(path)
    heard = Heard(f"wedge:{path}")
    yield heard, path
    heard.scanner.stop()


def test_what_a_wedge_types_is_judged_and_a_pulled_cable_is_waited_for(keys: tuple[Heard, Path]) -> None:
    heard, path = keys
    fingers = os.open(path, os.O_RDWR)  # before the child opens it, or after: a FIFO waits for neither
    wait_for(lambda: "hand_ok" in heard.codes())
    for text, way in ((CODE, "us"), (CODE, "altgr"), (CARD, "pad"), ("MC1/h38/20261121/A012", "us")):
        before = len(heard.results)
        os.write(fingers, tapped(text + "\n", way))
        wait_for(lambda before=before: len(heard.results) > before)  # type: ignore[misc]
    assert [(each.kind, each.code) for each in heard.results] == [
        ("dossier", CODE),
        ("dossier", CODE),
        ("card", None),
        ("ticket", "MC1/h38/20261121/A012"),
    ]
    heard.scanner.watch(False)
    os.write(fingers, tapped(CODE + "\n", "us"))
    heard.scanner.watch(True)
    os.close(fingers)
    wait_for(lambda: heard.codes()[-1] == "hand_missing")
    fingers = os.open(path, os.O_RDWR)
    wait_for(lambda: heard.codes()[-1] == "hand_ok")
    os.write(fingers, tapped(CODE + "\n", "us"))
    wait_for(lambda: heard.results[-1].code == CODE)
    os.close(fingers)


def test_a_serial_scanner_is_read_and_a_missing_one_is_named(tmp_path: Path) -> None:
    far, near = pty.openpty()
    tty.setraw(far)
    tty.setraw(near)
    place = tmp_path / "scanner"
    heard = Heard(f"serial:{place}@115200")
    try:
        wait_for(lambda: heard.codes() == ["hand_missing"])
        assert "cáp" in heard.states[0].vi
        place.symlink_to(os.ttyname(near))
        wait_for(lambda: heard.codes()[-1] == "hand_ok")
        os.write(far, b"]C1" + CODE.encode() + b"\r\n" + f"https://x.example/?MHS={CODE}\r\n".encode())
        wait_for(lambda: len(heard.results) == 2)
        assert [(each.kind, each.code) for each in heard.results] == [("dossier", CODE), ("url_with_dossier", CODE)]
        for part in ("Nguyễn".encode()[:5], "Nguyễn".encode()[5:] + b"\r"):  # a letter cut between two reads
            os.write(far, part)
        wait_for(lambda: len(heard.results) == 3)
        assert heard.results[2].kind == "unknown"
        os.close(far)
        wait_for(lambda: heard.codes()[-1] == "hand_missing")
    finally:
        heard.scanner.stop()
        os.close(near)
