"""Contacts that go bad, presses that outlive the power, lamps that say no, text lines that arrive in pieces."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge import contract
from firmware_bridge.bitmaps import Bitmaps
from firmware_bridge.bitmaps import Line as Text
from firmware_bridge.firmware.core import Firmware
from firmware_bridge.firmware.displays import MatrixLine
from firmware_bridge.firmware.lines import CHATTERS, STUCK, WORKS, Line, Presses
from firmware_bridge.firmware.store import BootCounter, NameStore, PressStore, somewhere
from firmware_bridge.frame import FLAG_NO_ACK, Decoder, Frame, crc16
from firmware_bridge.link import ACK, NAK

WORDS = contract.dictionary()


# -- one contact


def line() -> Line:
    return Line(20, 300, 30_000, 3000)


def play(one: Line, now: int, *steps: tuple[int, int]) -> tuple[int, int]:
    """(presses, time after) of levels held for so many ms each."""
    presses = 0
    for level, length in steps:
        for _ in range(length):
            now += 1
            presses += one.update(level, now)
    return presses, now


def test_a_level_that_is_on_at_the_start_was_pressed_before_we_knew() -> None:
    one = line()
    assert play(one, 0, (1, 2000), (0, 50))[0] == 0
    assert play(one, 2050, (1, 60), (0, 60))[0] == 1


def test_a_bouncing_contact_pressed_fast_is_no_chatter() -> None:
    one = line()
    chance = random.Random(1)
    presses, now = play(one, 0, (0, 100))
    for _ in range(60):
        bounce = [(at % 2, chance.randrange(1, 4)) for at in range(1, 9)]
        more, now = play(one, now, *bounce, (1, 80), *[(1 - at % 2, 2) for at in range(1, 7)], (0, 230))
        presses += more
    assert presses == 60 and one.state == WORKS


@pytest.mark.parametrize("longest", [5, 15])
def test_a_line_that_hums_is_switched_off_and_comes_back(longest: int) -> None:
    one = line()
    chance = random.Random(2)
    presses, now = play(one, 0, (0, 100))
    hum = [(at % 2, chance.randrange(1, longest)) for at in range(2000)]
    more, now = play(one, now, *hum)
    assert one.state == CHATTERS and presses + more == 0
    more, now = play(one, now, (0, 2900))
    assert one.state == CHATTERS
    more, now = play(one, now, (0, 200), (1, 60), (0, 60))
    assert one.state == WORKS and more == 1


def test_a_loose_contact_is_switched_off_after_a_few_presses() -> None:
    one = line()
    chance = random.Random(3)
    presses, now = play(one, 0, (0, 100))
    for _ in range(200):
        more, now = play(one, now, (1, chance.randrange(25, 150)), (0, chance.randrange(25, 150)))
        presses += more
    assert one.state == CHATTERS and presses <= 8


def test_something_that_leans_on_a_button_presses_once() -> None:
    one = line()
    presses, now = play(one, 0, (0, 100), (1, 29_000))
    assert presses == 1 and one.state == WORKS
    more, now = play(one, now, (1, 60_000))
    assert more == 0 and one.state == STUCK
    more, now = play(one, now, (0, 3100), (1, 60), (0, 60))
    assert more == 1 and one.state == WORKS


# -- presses and power


def test_a_press_is_on_the_flash_before_it_has_an_identity(tmp_path: Path) -> None:
    keep = PressStore(str(tmp_path / "presses"))
    presses = Presses(400, 2000, 7, 0, keep)
    assert presses.add(3, 10) == 1
    assert keep.load() == [(7, 1, 3)]
    again = Presses(400, 2000, 8, 0, PressStore(str(tmp_path / "presses")))
    again.add(1, 5)
    assert again.say(10) == (7, 1, 3), "the older one first"
    assert again.committed(8, 1, 20) == [] and len(again) == 2, "a commit of this boot says nothing about the other"
    assert again.committed(7, 1, 20) == [(1, 3)]
    assert again.say(20) == (8, 1, 1)
    again.committed(8, 1, 30)
    again.tidy()
    assert keep.load() == []


def test_a_torn_or_foreign_press_file_is_read_as_far_as_it_is_right(tmp_path: Path) -> None:
    path = tmp_path / "presses"
    keep = PressStore(str(path))
    assert keep.load() == []
    keep.save([(7, 1, 0), (7, 2, 1)])
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        assert keep.load() in ([], [(7, 1, 0)], [(7, 1, 0), (7, 2, 1)])
    path.write_text("7 1 0 99\nx y z w\n", encoding="ascii")
    assert keep.load() == []
    path.write_bytes(whole)
    assert len(Presses(400, 2000, 7, 0, keep)) == 0, "a boot that is not behind us is none of ours"


def test_a_full_flash_loses_no_press(tmp_path: Path) -> None:
    class Full(PressStore):
        def save(self, entries: Any) -> None:
            raise OSError(28, "no space")

    presses = Presses(400, 2000, 7, 0, Full(str(tmp_path / "presses")))
    assert presses.add(3, 10) == 1 and presses.say(10) == (7, 1, 3) and presses.unkept == 1


def test_a_flash_that_forgot_begins_somewhere_else(tmp_path: Path) -> None:
    boots = {BootCounter(str(tmp_path / f"{at}"), somewhere).next() for at in range(50)}
    assert len(boots) == 50 and max(boots) <= 1 << 30


def test_address_and_name_survive(tmp_path: Path) -> None:
    path = str(tmp_path / "name")
    NameStore(path, 1).set(7, "quay 3")
    again = NameStore(path, 1)
    assert (again.node, again.title) == (7, "quay 3")
    (tmp_path / "name").write_text("99 x", encoding="ascii")
    assert NameStore(path, 4).node == 4


# -- a whole board


class Board:
    """Core and what hangs on it: a matrix of 96 × 16, two buttons."""

    def __init__(self, folder: Path) -> None:
        self.uid, self.kind, self.reset = "e661aa0000000001", 1, 1
        self.names = NameStore(str(folder / "name"), 1)
        self.boots = BootCounter(str(folder / "boot"))
        self.keep = PressStore(str(folder / "presses"))
        self.slots = None
        self.buttons, self.keypads = 2, 0
        self.boards: dict[int, Any] = {}
        self.panels: dict[int, Any] = {}
        self.matrix = MatrixLine(lambda data: None, 96, 16)
        self.matrices = {3: self.matrix}
        self.lamp: list[tuple[int, bool]] = []
        self.buzzer: list[tuple[int, bool]] = []
        self.now, self.sequence = 0, 0
        self.firmware = Firmware(WORDS, self, 0)
        self.decoder = Decoder()
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.tell("heartbeat")
        self.tell("committed", boot=1, press=0, key=0, told=0)
        self.said.clear()

    def refresh(self) -> None: ...

    def set_button_lamp(self, button: int, on: bool) -> None:
        if not self.lamp or self.lamp[-1][1] != on:
            self.lamp.append((self.now, on))

    def set_lamp(self, lamp: int, on: bool) -> None: ...

    def set_buzzer(self, on: bool) -> None:
        self.buzzer.append((self.now, on))

    def run(self, milliseconds: int, level: bool = False) -> None:
        for _ in range(milliseconds):
            self.now += 1
            self.firmware.button(0, level, self.now)
            for each in self.decoder.feed(self.firmware.step(self.now)):
                if each.kind in (ACK, NAK):
                    continue
                self.said.append(WORDS.decode(each.kind, each.payload))
                if not each.flags & FLAG_NO_ACK:
                    self.firmware.feed(Frame(ACK, each.sequence, each.flags & 0xF0 | FLAG_NO_ACK, 1).encode(), self.now)

    def tell(self, name: str, **values: Any) -> None:
        self.sequence = self.sequence + 1 & 0xFF
        frame = Frame(WORDS.id_of(name), self.sequence, 0x50, 1, WORDS.encode(name, **values))
        self.firmware.feed(frame.encode(), self.now)
        self.run(1)

    def pulse(self, milliseconds: int) -> None:
        """Time with heartbeats."""
        for _ in range(0, milliseconds, 500):
            self.tell("heartbeat")
            self.run(499)

    def columns(self) -> list[int]:
        """The frame on the chip, one number a column, the topmost dot the highest bit."""
        frame = bytes(self.matrix.frame)
        return [frame[at] << 8 | frame[at + 1] for at in range(0, len(frame), 2)]


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)


def send(board: Board, text: Text, slot: int = 3, skip: int = -1) -> None:
    bitmaps = Bitmaps()
    bitmaps.want(slot, text)
    at = 0
    while (piece := bitmaps.next()) is not None:
        if at != skip:
            board.tell(piece[0], **piece[2])
        at += 1


def pattern(columns: int) -> bytes:
    return b"".join((at + 1).to_bytes(2, "big") for at in range(columns))


def test_a_refusal_flashes_three_times_and_beeps_twice(board: Board) -> None:
    board.run(50)
    board.run(60, True)
    board.run(30)
    assert ("press", {"boot": 1, "press": 1, "button": 0}) in board.said
    board.tell("refused", boot=1, press=1)
    board.pulse(2000)
    assert [on for _, on in board.lamp] == [True, False] * 3
    assert [on for _, on in board.buzzer] == [True, False, True, False]
    board.said.clear()
    board.tell("refused", boot=1, press=1)  # said again: it is over already
    board.pulse(1000)
    assert board.said == [] or all(name != "press" for name, _ in board.said)
    assert len(board.lamp) == 6


def test_a_text_that_fits_stands_in_the_middle(board: Board) -> None:
    send(board, Text(5, 40, pattern(40), 0, 0))
    shown = board.columns()
    assert shown[28:68] == list(range(1, 41)) and not any(shown[:28] + shown[68:])


def test_a_wide_text_goes_round_and_rests_at_its_beginning(board: Board) -> None:
    columns, speed, hold = 150, 50, 10
    send(board, Text(6, columns, pattern(columns), speed, hold))
    tape = list(range(1, columns + 1)) + [0] * 48
    start = board.now
    lap = hold * 100 + len(tape) * 1000 // speed
    seen = set()
    for _ in range(2 * lap // 100):
        if board.now % 500 < 100:
            board.tell("heartbeat")
        board.run(100 - (board.now - start) % 100)
        gone = (board.now - start) % lap
        position = max(0, gone - hold * 100) * speed // 1000
        seen.add(position)
        shown = board.columns()
        near = [[tape[(at + x) % len(tape)] for x in range(96)] for at in (position - 1, position, position + 1)]
        assert shown in near, (gone, position)
    assert len(seen) > 30


def test_a_missing_piece_is_asked_for_and_nothing_half_is_shown(board: Board) -> None:
    send(board, Text(7, 60, pattern(60), 0, 0))
    before = board.columns()
    send(board, Text(8, 60, b"\xff" * 120, 0, 0), skip=1)
    assert board.columns() == before
    assert [values for name, values in board.said if name == "bitmap_missing"] == [{"slot": 3, "rev": 8}]
    send(board, Text(8, 60, b"\xff" * 120, 0, 0))
    assert board.columns()[18:78] == [0xFFFF] * 60


def test_the_text_on_show_is_not_started_again_by_being_said_again(board: Board) -> None:
    text = Text(9, 150, pattern(150), 50, 0)
    send(board, text)
    board.pulse(1000)
    assert board.matrix.position > 30
    send(board, text)
    assert board.matrix.position > 30
    data = pattern(150)
    board.tell("bitmap_show", slot=3, rev=9, columns=150, speed=25, hold=0, crc=crc16(data))
    assert board.matrix.position > 30


def test_silence_means_dashes_on_a_matrix_too_and_an_empty_text_is_dark(board: Board) -> None:
    send(board, Text(10, 40, pattern(40), 0, 0))
    board.run(contract.words()["timing"]["silence_ms"] + 10)
    assert board.columns() == [0x0180 if 3 <= x % 16 <= 12 else 0 for x in range(96)]
    board.tell("heartbeat")
    send(board, Text(11, 0, b"", 0, 0))
    assert not any(board.columns())


def test_a_test_pattern_gives_way_to_the_contents_by_itself(board: Board) -> None:
    send(board, Text(12, 40, pattern(40), 0, 0))
    before = board.columns()
    board.tell("test", pattern=1, tenths=10)
    assert board.columns() == [0xFFFF] * 96
    send(board, Text(13, 0, b"", 0, 0))  # what comes meanwhile is kept
    assert board.columns() == [0xFFFF] * 96
    board.pulse(1500)
    assert before != board.columns() and not any(board.columns())


def test_nonsense_about_text_lines_does_no_harm(board: Board) -> None:
    chance = random.Random(7)
    for _ in range(300):
        board.tell(
            "bitmap", slot=chance.choice((3, 4)), rev=chance.randrange(3), offset=chance.randrange(65536),
            data=chance.randbytes(chance.randrange(41)),
        )  # fmt: skip
        board.tell(
            "bitmap_show", slot=chance.choice((3, 4)), rev=chance.randrange(3), columns=chance.randrange(65536),
            speed=chance.randrange(256), hold=chance.randrange(256), crc=chance.randrange(65536),
        )  # fmt: skip
    assert not any(board.columns()) or board.columns()[0:3] == [0, 0, 0]


# -- the bridge's end


def test_pieces_go_one_at_a_time_and_a_new_text_drops_the_old_one() -> None:
    bitmaps = Bitmaps()
    bitmaps.want(0, Text(1, 60, bytes(120), 0, 0))
    first = bitmaps.next()
    assert first is not None and first[2]["offset"] == 0 and len(first[2]["data"]) == 40
    bitmaps.want(0, Text(2, 10, bytes(20), 0, 0))
    second = bitmaps.next()
    assert second is not None and (second[0], second[2]["rev"], second[2]["offset"]) == ("bitmap", 2, 0)
    third = bitmaps.next()
    assert third is not None and third[0] == "bitmap_show" and bitmaps.next() is None
    bitmaps.missing(0, 1, 0)
    assert bitmaps.next() is None, "an older revision is nobody's wish any more"
    bitmaps.missing(0, 2, 0)
    assert bitmaps.next() is not None
