"""A bus with boards sold by others and its owner thread, on a pseudo-terminal with units that misbehave."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Board, Bus
from firmware_bridge.board_bus import BoardBus
from firmware_bridge.foreign_board import Said
from firmware_bridge.panels.shown import Row
from firmware_bridge.profile_check import SHIPPED, load_profile
from firmware_bridge.virtual.rtu import AsciiUnit, Unit, VirtualBus
from tests.fixtures.wires import until


class Wall:
    """Units on a virtual bus and the production bus on the other side."""

    def __init__(self, units: list[int], profile: str = "modbus-ascii-4", ascii_unit: AsciiUnit | None = None) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="mc", dir="/tmp")
        self.far = VirtualBus(Path(self.folder.name) / "bus", {unit: Unit() for unit in units}, ascii_unit).start()
        loaded = load_profile(SHIPPED / f"{profile}.toml")
        protocol = loaded.protocol
        boards = [
            (Board(id=f"b{unit}", kind="counter", counter=1, bus="led", unit=unit, profile=profile), loaded)
            for unit in units
        ]
        self.said: list[tuple[str, Said]] = []
        self.ports: list[str] = []
        bus = Bus(id="led", port=str(self.far.link), protocol=protocol)
        self.bus = BoardBus(
            bus, boards, lambda _, board, said: self.said.append((board, said)), lambda _b, s, _w: self.ports.append(s)
        )
        self.bus.set_hub(True)
        self.bus.start()

    def show(self, unit: int, text: str) -> None:
        self.bus.show({f"b{unit}": (Row("number", text, 1),)})

    def shown(self, unit: int) -> str:
        registers = self.far.units[unit].registers
        return "".join(chr(registers.get(at, 0)) for at in range(4))

    def last(self, unit: int) -> str | None:
        return next((said.kind for board, said in reversed(self.said) if board == f"b{unit}"), None)

    def close(self) -> None:
        self.bus.stop()
        self.far.stop()
        self.folder.cleanup()


@pytest.fixture
def wall() -> Iterator[Wall]:
    wall = Wall([3, 4])
    yield wall
    wall.close()


def both(wall: Wall, text: str = "A042") -> None:
    for unit in (3, 4):
        wall.show(unit, text)
    until(lambda: wall.shown(3) == wall.shown(4) == text, 10)


def test_two_boards_show_what_they_are_told(wall: Wall) -> None:
    both(wall)
    until(lambda: wall.far.units[3].registers.get(16) == 12)
    until(lambda: wall.last(3) == wall.last(4) == "ok")


@pytest.mark.parametrize(
    ("mode", "value"),
    [
        ("silent", 0),
        ("garbage", 0),
        ("wrong_crc", 0),
        ("wrong_unit", 0),
        ("late", 1.0),
        ("exception", 4),
        ("busy", 1e9),
    ],
)
def test_a_bad_board_delays_no_other(wall: Wall, mode: str, value: float) -> None:
    both(wall)
    with wall.far.lock:
        wall.far.units[3].mode, wall.far.units[3].value = mode, value  # type: ignore[assignment]
    wall.show(3, "A043")
    if mode != "late":  # an answer to the first try may come in time for the second
        until(lambda: wall.last(3) not in ("ok", None), 10)
    slowest = 0.0
    for n in range(20):
        began = time.monotonic()
        wall.show(4, f"B{n:03d}")
        until(lambda n=n: wall.shown(4) == f"B{n:03d}", 10)  # type: ignore[misc]
        slowest = max(slowest, time.monotonic() - began)
    print(f"{mode}: slowest call on the good board {slowest * 1000:.0f} ms")
    assert wall.last(4) == "ok"
    with wall.far.lock:
        wall.far.units[3].mode = "none"
        wall.far.units[3].registers.clear()
    until(lambda: wall.shown(3) == "A043", 15)
    until(lambda: wall.last(3) == "ok", 10)


@pytest.mark.parametrize(("mode", "value"), [("dribble", 0), ("garbage", 1), ("late", 0.1), ("late", 0.35)])
def test_a_slow_or_noisy_answer_is_an_answer(wall: Wall, mode: str, value: float) -> None:
    with wall.far.lock:
        wall.far.units[3].mode, wall.far.units[3].value = mode, value  # type: ignore[assignment]
    both(wall)
    until(lambda: wall.last(3) == "ok", 10)


def test_a_board_switched_off_and_on_shows_its_number_again(wall: Wall) -> None:
    both(wall)
    began = time.monotonic()
    with wall.far.lock:
        wall.far.units[3].reset()
    until(lambda: wall.shown(3) == "A042", 10)
    print(f"a board without current for a moment: right again after {time.monotonic() - began:.1f} s")


def test_a_board_pulled_and_put_back(wall: Wall) -> None:
    both(wall)
    with wall.far.lock:
        gone = wall.far.units.pop(3)
    wall.show(3, "A050")
    until(lambda: wall.last(3) == "silent", 10)
    gone.reset()
    began = time.monotonic()
    with wall.far.lock:
        wall.far.units[3] = gone
    until(lambda: wall.shown(3) == "A050", 10)
    print(f"a board put back: right after {time.monotonic() - began:.1f} s")
    until(lambda: gone.registers.get(16) == 12)
    until(lambda: wall.last(3) == "ok")


def test_the_adapter_pulled_and_put_back(wall: Wall) -> None:
    both(wall)
    wall.far.plug(False)
    until(lambda: wall.ports[-1] == "lost", 10)
    wall.show(4, "A051")
    for unit in wall.far.units.values():
        unit.reset()
    began = time.monotonic()
    wall.far.plug(True)
    until(lambda: wall.shown(4) == "A051" and wall.shown(3) == "A042", 10)
    print(f"adapter put back: right after {time.monotonic() - began:.1f} s")
    assert wall.ports[-1] == "open"


def test_an_echoing_adapter_is_noticed_and_a_silent_board_behind_it_is_silent() -> None:
    wall = Wall([3], "modbus-integer-letter")  # function 6: the right answer is the question itself
    try:
        wall.far.echo = True
        with wall.far.lock:
            wall.far.units[3].mode = "silent"
        wall.show(3, "A042")
        until(lambda: wall.last(3) == "silent", 15)
        with wall.far.lock:
            wall.far.units[3].mode = "none"
        until(lambda: wall.far.units[3].registers.get(0) == 42, 10)
        until(lambda: wall.last(3) == "ok", 10)
    finally:
        wall.close()


def test_a_lost_hub_means_dashes_and_its_return_the_number(wall: Wall) -> None:
    both(wall)
    began = time.monotonic()
    wall.bus.set_hub(False)
    until(lambda: wall.shown(3) == wall.shown(4) == "----", 15)
    print(f"dashes {time.monotonic() - began:.1f} s after the hub was lost")
    wall.bus.set_hub(True)
    until(lambda: wall.shown(3) == "A042")


def test_the_last_words_are_dashes() -> None:
    wall = Wall([3])
    try:
        wall.show(3, "A042")
        until(lambda: wall.shown(3) == "A042")
        wall.bus.stop()
        assert wall.shown(3) == "----"
    finally:
        wall.close()


def test_an_ascii_board_acknowledges_and_a_nak_is_told() -> None:
    unit = AsciiUnit(first=b"\x02", last=b"\x03", tail=2)
    wall = Wall([7], "ascii-stx-4", unit)
    try:
        wall.show(7, "A042")
        until(lambda: any(b"07DA042" in frame for frame in unit.frames))
        until(lambda: wall.last(7) == "ok")
        with wall.far.lock:
            unit.mode = "exception"
        wall.show(7, "A043")
        until(lambda: wall.last(7) == "refused")
        with wall.far.lock:
            unit.mode = "none"
        until(lambda: wall.last(7) == "ok", 15)
        assert any(b"07DA043" in frame or b"07FA043" in frame for frame in unit.frames)
    finally:
        wall.close()
