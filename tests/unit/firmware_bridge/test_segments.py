"""The chain of number boards on the Pi's pins: the bits on three lines read back as the chips would."""

from __future__ import annotations

import pytest

from config.settings import Board
from firmware_bridge.firmware.font import text_of
from firmware_bridge.panels.segments import Segments, bit_banged
from firmware_bridge.panels.serial import Content


class Chips:
    """Shift registers on three lines: data is taken at the rising clock, shown at the rising latch."""

    def __init__(self) -> None:
        self.levels = {"data": False, "clock": False, "latch": False}
        self.bits: list[int] = []
        self.shown: list[bytes] = []

    def line(self, name: str) -> Line:
        return Line(self, name)

    def to(self, name: str, level: bool) -> None:
        rising = level and not self.levels[name]
        self.levels[name] = level
        if name == "clock" and rising:
            self.bits.append(int(self.levels["data"]))
        if name == "latch" and rising and self.bits:
            assert len(self.bits) % 8 == 0
            self.shown.append(
                bytes(int("".join(map(str, self.bits[at : at + 8])), 2) for at in range(0, len(self.bits), 8))
            )
            self.bits = []


class Line:
    def __init__(self, chips: Chips, name: str) -> None:
        self.chips, self.name = chips, name

    def on(self) -> None:
        self.chips.to(self.name, True)

    def off(self) -> None:
        self.chips.to(self.name, False)


def wired(chips: Chips, boards: list[Board], chip: str, **more: bool) -> Segments:
    wire = bit_banged(chips.line("data"), chips.line("clock"), chips.line("latch"))
    return Segments(boards, chip, wire, 5000, **more)


def max7219(chips: Chips, lines: int) -> list[str]:
    """What each chip of the chain shows, nearest first."""
    digits: list[list[int]] = [[0] * 8 for _ in range(lines)]
    for write in chips.shown:
        pairs = [(write[at], write[at + 1]) for at in range(0, len(write), 2)]
        assert len(pairs) == lines
        for line, (register, value) in zip(digits, reversed(pairs), strict=True):
            if 1 <= register <= 8:
                # Bit 6 is A down to bit 0, G.
                line[register - 1] = sum(1 << (6 - bit) for bit in range(7) if value & 1 << bit)
    return [text_of(line).rstrip() for line in digits]


def hc595(chips: Chips, width: int) -> list[str]:
    shapes = list(reversed(chips.shown[-1]))  # the first byte sent went the farthest
    return [text_of(shapes[at : at + width]) for at in range(0, len(shapes), width)]


BOARDS = [
    Board(id="counter-1", kind="counter", bus="gpio", address=0, counter=1),
    Board(id="counter-2", kind="counter", bus="gpio", address=1, counter=2, digits=3),
    Board(id="main", kind="main", bus="gpio", address=2, rows=2),
]


def test_max7219_chain_of_two_counters_and_a_main_panel() -> None:
    chips = Chips()
    segments = wired(chips, BOARDS, "max7219")
    segments.beat(0)
    assert max7219(chips, 4) == ["----", "---", "---- --", "---- --"], "nothing is known before the hub speaks"
    contents = [
        Content(("gpio", 1), 0, 5, "A042"),
        Content(("gpio", 1), 1, 5, "B007"),
        Content(("gpio", 1), 2, 5, None, (("A042", 1), ("B007", 12))),
        Content(("main", 1), 0, 5, "C001"),
    ]
    segments.show(contents, 10)
    assert segments.beat(20) == []
    assert max7219(chips, 4) == ["A042", "007", "A042  1", "B007 12"]


def test_hc595_chain_first_board_nearest_and_common_anode_inverted() -> None:
    boards = [Board(id=f"counter-{n}", kind="counter", bus="gpio", address=n - 1, counter=n) for n in (1, 2)]
    chips = Chips()
    segments = wired(chips, boards, "hc595")
    segments.show([Content(("gpio", 1), 0, 1, "A042"), Content(("gpio", 1), 1, 1, "B7")], 0)
    segments.beat(0)
    assert hc595(chips, 4) == ["A042", "  B7"]
    plain = chips.shown[-1]
    chips = Chips()
    segments = wired(chips, boards, "hc595", common_anode=True)
    segments.show([Content(("gpio", 1), 0, 1, "A042"), Content(("gpio", 1), 1, 1, "B7")], 0)
    segments.beat(0)
    assert chips.shown[-1] == bytes(0xFF ^ byte for byte in plain)


def test_dashes_when_the_hub_is_away_and_the_number_again_when_it_is_back() -> None:
    chips = Chips()
    segments = wired(chips, BOARDS[:1], "max7219")
    segments.show([Content(("gpio", 1), 0, 1, "A042")], 0)
    segments.set_hub(True, 0)
    segments.beat(60_000)
    assert max7219(chips, 1) == ["A042"], "a quiet hour with the stream alive keeps the number"
    segments.set_hub(False, 60_000)
    segments.beat(64_990)
    assert max7219(chips, 1) == ["A042"]
    segments.beat(65_001)
    assert max7219(chips, 1) == ["----"]
    segments.set_hub(True, 66_000)
    segments.beat(66_001)
    assert max7219(chips, 1) == ["A042"]
    segments.dashes()
    assert max7219(chips, 1) == ["----"]


def test_a_chip_that_lost_its_set_up_gets_it_again() -> None:
    chips = Chips()
    segments = wired(chips, BOARDS[:1], "max7219")
    segments.beat(0)
    written = len(chips.shown)
    segments.beat(9_000)
    assert len(chips.shown) == written, "nothing new, nothing written"
    segments.beat(10_001)
    assert bytes((0x0C, 1)) in chips.shown[written:], "awake again after a brown-out"


@pytest.mark.parametrize("chip", ["max7219", "hc595"])
def test_a_letter_without_a_shape_is_told_once(chip: str) -> None:
    segments = wired(Chips(), BOARDS[:1], chip)
    segments.show([Content(("gpio", 1), 0, 1, "K042")], 0)
    assert [(each.slot, each.text) for each in segments.beat(0)] == [(0, "K042")]
    segments.show([Content(("gpio", 1), 0, 2, "K043")], 1)
    assert segments.beat(1) == []
