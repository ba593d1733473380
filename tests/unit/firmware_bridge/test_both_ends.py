"""Firmware and bridge against each other over every kind of bad wire, by counted time: each press exactly one ticket.

The firmware's core, the bridge's node and its turns are the real ones; the hub is a table of press keys.
Seeds are printed; MOTCUA_SEED=n plays one again.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge import contract
from firmware_bridge.firmware.core import Firmware
from firmware_bridge.firmware.displays import CounterBoard, Max7219
from firmware_bridge.firmware.font import text_of
from firmware_bridge.firmware.store import BootCounter, NameStore, PressStore
from firmware_bridge.frame import FLAG_FROM_BOARD, Decoder
from firmware_bridge.link import TURN
from firmware_bridge.node import KeyPressed, Node, Pressed
from firmware_bridge.turns import Turns

WORDS = contract.dictionary()
SEED = int(os.environ.get("MOTCUA_SEED", "2611"))
Fault = Callable[[random.Random, bytes], list[bytes]]


def perfect(_: random.Random, data: bytes) -> list[bytes]:
    return [data]


def byte_by_byte(_: random.Random, data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def loss(chance: random.Random, data: bytes) -> list[bytes]:
    return [] if chance.random() < 0.25 else [data]


def bit_errors(chance: random.Random, data: bytes) -> list[bytes]:
    harmed = bytearray(data)
    for at in range(len(harmed)):
        if chance.random() < 0.01:
            harmed[at] ^= 1 << chance.randrange(8)
    return [bytes(harmed)]


def lost_bytes(chance: random.Random, data: bytes) -> list[bytes]:
    return [bytes(byte for byte in data if chance.random() > 0.01)]


def noise(chance: random.Random, data: bytes) -> list[bytes]:
    return [chance.randbytes(chance.randrange(30)), data, chance.randbytes(chance.randrange(3))]


def twice(chance: random.Random, data: bytes) -> list[bytes]:
    return [data, data] if chance.random() < 0.3 else [data]


class Wire:
    """One direction; bytes come out in order, each piece up to `late` ms after the one before."""

    def __init__(self, chance: random.Random, fault: Fault, late: int) -> None:
        self._chance, self._fault, self._late = chance, fault, late
        self._on_way: list[tuple[int, bytes]] = []

    def put(self, data: bytes, now: int) -> None:
        for piece in self._fault(self._chance, data):
            at = now + (self._chance.randrange(self._late) if self._late else 0)
            self._on_way.append((max(at, self._on_way[-1][0] if self._on_way else 0), piece))

    def take(self, now: int) -> list[bytes]:
        out = []
        while self._on_way and self._on_way[0][0] <= now:
            out.append(self._on_way.pop(0)[1])
        return out

    def cut(self, chance: random.Random) -> None:
        """The sender went off in the middle of a frame: what it was saying ends somewhere."""
        if self._on_way:
            at, piece = self._on_way[-1]
            self._on_way[-1] = (at, piece[: chance.randrange(len(piece) + 1)])


class Board:
    """What core.py wants of a board; its flash outlives `Firmware` objects."""

    def __init__(self, flash: Path, node: int) -> None:
        self.uid, self.kind, self.reset = f"e661aa00000000{node:02x}", 1, 1
        self.names = NameStore(str(flash / "name"), node)
        self.boots = BootCounter(str(flash / "boot"))
        self.keep = PressStore(str(flash / "presses"))
        self.slots = None
        self.buttons, self.keypads = 2, 1
        self.chain = Max7219(lambda _: None, 1)
        self.boards = {0: CounterBoard(self.chain, 0)}
        self.panels: dict[int, Any] = {}
        self.matrices: dict[int, Any] = {}

    def refresh(self) -> None: ...

    def set_button_lamp(self, button: int, on: bool) -> None: ...

    def set_lamp(self, lamp: int, on: bool) -> None: ...

    def set_buzzer(self, on: bool) -> None: ...


class Room:
    """`count` boards; one wire each, or all on one (`shared`)."""

    def __init__(self, folder: Path, seed: int, fault: Fault, late: int, shared: bool, count: int) -> None:
        self.chance = random.Random(seed)
        self.now = 1000
        self.shared = shared
        self.tickets: dict[tuple[str, int, int], int] = {}  # press key → how often the hub was asked for it
        self.keys: dict[tuple[str, int, int], int] = {}
        self.wanted: list[int] = []  # presses the chips have taken
        self.flashes = []
        self.chips: list[Firmware] = []
        self.boards: list[Board] = []
        self.nodes = {node: Node(node, WORDS, 3, 250) for node in range(1, count + 1)}
        for node in self.nodes:
            flash = folder / str(node)
            flash.mkdir()
            self.flashes.append(flash)
            self.boards.append(Board(flash, node))
            self.chips.append(Firmware(WORDS, self.boards[-1], self.now))
        wires = 1 if shared else count
        self.down = [Wire(self.chance, fault, late) for _ in range(wires)]
        self.up = [Wire(self.chance, fault, late) for _ in range(wires)]
        self.decoders = [Decoder() for _ in range(wires)]
        self.turns = Turns(self.nodes, 115200) if shared else None
        self.levels = [[False, False] for _ in self.chips]
        self.taken = 0
        self.known: dict[str, tuple[int, int]] = {}
        for node in self.nodes.values():
            node.port_opened(self.now)
            node.hub_presses({})
            node.set_hub(True, self.now)
            node.want_board(0, 1, "A042")

    def millisecond(self) -> None:
        self.now += 1
        now = self.now
        if self.turns:
            self._put(self.down[0], self.turns.next(now))
        for index, node in enumerate(self.nodes.values()):
            if not self.turns:
                self._put(self.down[index], node.step(now))
            self._events(node)
        for wire_at, wire in enumerate(self.down):
            for piece in wire.take(now):
                for index, chip in enumerate(self.chips):
                    if self.shared or index == wire_at:
                        chip.feed(piece, now)
        for index, chip in enumerate(self.chips):
            for button, level in enumerate(self.levels[index]):
                before = chip.presses.count
                chip.button(button, level, now)
                self.taken += chip.presses.count - before
            self._put(self.up[0 if self.shared else index], chip.step(now))
        for wire_at, wire in enumerate(self.up):
            for piece in wire.take(now):
                self._hear(wire_at, piece)

    def _put(self, wire: Wire, data: bytes) -> None:
        if data:
            wire.put(data, self.now)

    def _hear(self, wire_at: int, piece: bytes) -> None:
        for frame in self.decoders[wire_at].feed(piece):
            node = self.nodes.get(frame.node)
            if node is None or not frame.flags & FLAG_FROM_BOARD:
                continue
            if frame.kind != TURN:
                node.receive(frame, self.now)
            if self.turns:
                self.turns.heard(frame.node, frame.kind == TURN, self.now)
            self._events(node)

    def _events(self, node: Node) -> None:
        for event in node.events():
            if isinstance(event, Pressed):
                key = (event.uid, event.boot, event.press)
                self.tickets[key] = self.tickets.get(key, 0) + 1
                self.known[event.uid] = max(self.known.get(event.uid, (0, 0)), (event.boot, event.press))
                node.answered_press(event.boot, event.press, refused=self.chance.random() < 0.1)
                for other in self.nodes.values():
                    other.hub_presses(dict(self.known))
            elif isinstance(event, KeyPressed):
                raise AssertionError(f"nobody pressed a key: {event}")

    def run(self, milliseconds: int) -> None:
        for _ in range(milliseconds):
            self.millisecond()

    def press(self, chip: int, button: int) -> None:
        self.levels[chip][button] = True
        self.run(self.chance.randrange(40, 120))
        self.levels[chip][button] = False

    def restart(self, index: int) -> None:
        """Brown-out: everything in memory is gone, also half a frame on the wire."""
        self.up[0 if self.shared else index].cut(self.chance)
        self.boards[index] = Board(self.flashes[index], index + 1)
        self.chips[index] = Firmware(WORDS, self.boards[index], self.now)

    def board_text(self) -> str:
        return text_of(self.boards[0].chain.lines[0][:4])

    def settled(self) -> bool:
        return all(len(chip.presses) == 0 for chip in self.chips) and all(node.up for node in self.nodes.values())

    def settle(self) -> None:
        for _ in range(400):
            if self.settled():
                return
            self.run(100)
        raise AssertionError("not everything was answered within 40 s")


CASES: list[tuple[str, Fault, int]] = [
    ("perfect", perfect, 0),
    ("byte by byte", byte_by_byte, 0),
    ("a quarter lost", loss, 0),
    ("late", perfect, 300),
    ("bit errors", bit_errors, 0),
    ("lost bytes", lost_bytes, 5),
    ("noise", noise, 0),
    ("said twice", twice, 20),
]


@pytest.mark.parametrize("shared", [False, True], ids=["direct", "rs485"])
@pytest.mark.parametrize("resets", [False, True], ids=["", "brown-outs"])
@pytest.mark.parametrize(("name", "fault", "late"), CASES, ids=[name for name, *_ in CASES])
def test_every_press_is_exactly_one_ticket(
    tmp_path: Path, name: str, fault: Fault, late: int, resets: bool, shared: bool
) -> None:
    if shared and late > 20:
        late = 20  # wires on which a turn takes 300 ms are broken wires
    seed = SEED + sum(map(ord, name))
    print(f"{name}: MOTCUA_SEED={SEED}")
    room = Room(tmp_path, seed, fault, late, shared, count=3 if shared else 1)
    room.run(500)
    for _ in range(40):
        chip = room.chance.randrange(len(room.chips))
        room.press(chip, room.chance.randrange(2))
        room.run(room.chance.randrange(20, 500))
        if resets and room.chance.random() < 0.25:
            room.restart(room.chance.randrange(len(room.chips)))
    room.settle()
    assert room.taken >= 10
    assert len(room.tickets) == room.taken, "a press without a ticket, or a ticket without a press"
    # The bridge asks once for each; only one said again after a brown-out may be asked for twice (the hub knows it).
    assert resets or set(room.tickets.values()) == {1}
    for _ in range(100):
        room.run(200)
        if all(text_of(board.chain.lines[0][:4]) == "A042" for board in room.boards):
            return
    raise AssertionError("a board does not show what it should")


@pytest.mark.parametrize("shared", [False, True], ids=["direct", "rs485"])
def test_a_million_random_bytes_press_nothing_at_either_end(tmp_path: Path, shared: bool) -> None:
    """At full speed through decoder, link and node, and through the firmware: no press, no key, nothing shown."""
    room = Room(tmp_path, SEED, perfect, 0, shared, count=1)
    room.run(1500)
    assert room.settled() and room.board_text() == "A042"
    dirt = random.Random(SEED)
    left = 1_000_000
    while left > 0:
        piece = dirt.randbytes(min(left, dirt.randrange(1, 400)))
        left -= len(piece)
        room.chips[0].feed(piece, room.now)
        room._hear(0, piece)
        if dirt.random() < 0.02:
            room.run(1)
    room.run(100)
    assert room.tickets == {} and room.taken == 0
    assert room.board_text() in ("A042", "----")
    room.run(8000)  # and all is well again
    assert room.board_text() == "A042"
    room.press(0, 0)
    room.settle()
    assert len(room.tickets) == 1
