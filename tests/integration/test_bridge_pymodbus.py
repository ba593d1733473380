"""Call → registers: the real hub and bridge, pymodbus on the wire, profiles that do not ship."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.modbus_peer import PymodbusBoard
from tests.fixtures.wires import Room, until

pytestmark = pytest.mark.slow

VENDORS = Path(__file__).parents[1] / "fixtures" / "vendors"
SITE = """
[clock]
trust = "assume"
[hours]
enforce = false
[paths]
runtime = "{folder}"
state = "{folder}/state"
[hub]
socket = "{folder}/hub.sock"
ledger = "{folder}/ledger.db"
[[services]]
id = "civil-status"
letter = "B"
name = "Tư pháp – Hộ tịch"
name_en = "Civil status"
[[counters]]
id = 1
services = ["civil-status"]
[[counters]]
id = 2
services = ["civil-status"]
[[buses]]
id = "one"
port = "{one}"
protocol = "modbus-rtu"
baud = 19200
format = "8E1"
[[buses]]
id = "two"
port = "{two}"
protocol = "modbus-rtu"
[[boards]]
id = "counter-1"
kind = "counter"
counter = 1
bus = "one"
unit = 3
profile = "kd-500.toml"
brightness = 100
[[boards]]
id = "panel"
kind = "main"
bus = "two"
unit = 9
profile = "vp-16.toml"
rows = 6
"""


class Wall:
    """Hub and bridge with two pymodbus boards."""

    def __init__(self, folder: Path) -> None:
        self.one, self.two = PymodbusBoard(folder, 3), PymodbusBoard(folder, 9)
        self.room = Room("one-pi")
        for name in ("kd-500", "vp-16"):
            (self.room.folder / f"{name}.toml").write_bytes((VENDORS / f"{name}.toml").read_bytes())
        text = SITE.format(folder=self.room.folder, one=self.one.port, two=self.two.port)
        self.room.config.write_text(text, encoding="utf-8")

    def call(self, counter: int) -> str:
        self.room.hub().post("/v1/tickets", {"service": "civil-status"}, f"issue-{time.monotonic_ns()}")
        answer = self.room.hub().post(f"/v1/counters/{counter}/next", {}, f"call-{time.monotonic_ns()}")
        return str(answer["ticket"]["number"])

    def counter_board(self) -> str:
        """What the KD-500's registers say, by its sheet."""
        low, high, letter = self.one.holding(0, 3)
        value = high << 16 | low
        return "" if value == 0xFFFFFFFF else "----" if value == 0xFFFFFFFE else f"{chr(letter >> 8)}{value:03d}"


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wall]:
    wall = Wall(tmp_path_factory.mktemp("wall"))
    try:
        with wall.room.start("hub", "bridge") as room:
            until(lambda: room.hub().get("/v1/health")["ok"])
            until(lambda: wall.counter_board() == "")
            yield wall
    finally:
        wall.one.close()
        wall.two.close()


def test_a_call_stands_in_the_registers_and_blinks(wall: Wall) -> None:
    number = wall.call(1)
    began = time.monotonic()
    until(lambda: wall.counter_board() == number, 10)
    print(f"called, in pymodbus' registers {1000 * (time.monotonic() - began):.0f} ms later")
    assert wall.one.holding(9) == [8]
    until(lambda: wall.one.coil(4) == 1, 5)
    until(lambda: wall.one.coil(4) == 0, 15)
    assert wall.counter_board() == number


def test_two_boards_on_two_buses_show_two_counters(wall: Wall) -> None:
    first, second = wall.call(1), wall.call(2)
    until(lambda: wall.counter_board() == first, 10)
    # The newest call stands on top: counter 2, in red (2) while it is new.
    until(lambda: wall.two.holding(0x204) == [0x00F2], 10)
    until(lambda: wall.two.holding(0x20C) == [0x00F1], 10)
    until(lambda: wall.two.holding(0x1FF) == [0], 10)  # locked again after every content
    assert second != first


def test_a_hub_that_is_gone_leaves_no_number_standing(wall: Wall) -> None:
    number = wall.call(1)
    until(lambda: wall.counter_board() == number, 10)
    wall.room.kill("hub")
    until(lambda: wall.counter_board() == "----", 20)
    until(lambda: wall.two.holding(0x200, 6) == [0, 0, 0, 0, 0x00FF, 1], 10)
    wall.room.start("hub")
    until(lambda: wall.counter_board() == number, 20)
