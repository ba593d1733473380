"""A chain of number boards on three of the Pi's pins: MAX7219 or 74HC595, written bit by bit.

The shapes, the chains' layout and what a board shows are the firmware's own (`firmware/displays.py`): a number looks
the same on the Pi's pins as behind a Pico. No pin is touched here: `wire` takes bytes (`gpio.py` makes it from pins).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Protocol

from config.settings import Board
from firmware_bridge.firmware.displays import CounterBoard, Hc595, MainPanel, Max7219
from firmware_bridge.node import Missing
from firmware_bridge.panels.serial import Content

log = logging.getLogger("segments")

REFRESH_S = 10.0
"""The whole chain again, set-up included: a chip that browned out comes back by itself."""

Wire = Callable[[bytes], None]


class Level(Protocol):
    """An output line."""

    def on(self) -> None: ...
    def off(self) -> None: ...


def bit_banged(data: Level, clock: Level, latch: Level) -> Wire:
    """Bytes out on three lines, highest bit first, taken on the rising clock and shown by the rising latch.

    MAX7219 (CLK, DIN, CS) and 74HC595 (SRCLK, SER, RCLK) read the same three lines.
    """

    def write(out: bytes) -> None:
        latch.off()
        for byte in out:
            for bit in (128, 64, 32, 16, 8, 4, 2, 1):
                (data.on if byte & bit else data.off)()
                clock.on()
                clock.off()
        latch.on()

    return write


class _Held:
    """Lets several boards change before the chain is written once."""

    def __init__(self, chain: Max7219 | Hc595) -> None:
        self._chain = chain
        self.lines = chain.lines

    def refresh(self) -> None:
        """Not yet."""


class Segments:
    """The boards of `[[boards]] bus = "gpio"`. `beat` at least every second; a lost pin's error goes to the caller."""

    def __init__(
        self,
        boards: Iterable[Board],
        chip: str,
        wire: Wire,
        silence_ms: int,
        common_anode: bool = False,
    ) -> None:
        boards = sorted(boards, key=lambda each: each.address)
        lines = max((each.address + (each.rows if each.kind == "main" else 1) for each in boards), default=0)
        digits = max((each.digits for each in boards), default=4)
        self._chain = Max7219(wire, lines) if chip == "max7219" else Hc595(wire, lines, digits, common_anode)
        held = _Held(self._chain)
        self._boards: dict[int, MainPanel | CounterBoard] = {
            each.address: MainPanel(held, each.address, each.rows)
            if each.kind == "main"
            else CounterBoard(held, each.address, each.digits)
            for each in boards
        }
        self._silence_ms = silence_ms
        self._lock = threading.Lock()
        self._contents: dict[int, Content] = {}
        self._holes: dict[int, str] = {}
        self._alive = False
        self._heard = 0
        self._dashes = True
        self._written = -(10**9)
        self._dirty = True
        self._missing: list[Missing] = []
        for board in self._boards.values():
            board.dashes()

    def set_hub(self, alive: bool, now: int) -> None:
        """Whether the hub's stream is alive; `silence_ms` after its loss the boards show dashes."""
        with self._lock:
            self._alive = alive
            self._heard = now

    def show(self, contents: Iterable[Content], now: int) -> None:
        """Whole contents of boards; those of other buses are passed over."""
        with self._lock:
            for content in contents:
                if content.place[0] == "gpio" and content.slot in self._boards:
                    self._contents[content.slot] = content
                    self._dirty = True
            self._alive, self._heard = True, now

    def beat(self, now: int) -> list[Missing]:
        """Write what is due. Returns the characters that have no shape, once for each new text."""
        with self._lock:
            if self._alive:
                self._heard = now
            dashes = not self._contents or now - self._heard >= self._silence_ms
            if dashes != self._dashes:
                self._dashes, self._dirty = dashes, True
            if self._dirty or now - self._written >= REFRESH_S * 1000:
                self._put()
                self._chain.refresh()
                self._dirty, self._written = False, now
            missing, self._missing = self._missing, []
            return missing

    def _put(self) -> None:
        for slot, board in self._boards.items():
            content = self._contents.get(slot)
            if self._dashes or content is None:
                board.dashes()
                continue
            holes = board.show(content.text or "") if isinstance(board, CounterBoard) else board.show(content.rows)
            if holes and self._holes.get(slot) != holes:
                text = content.text if content.text is not None else holes
                self._missing.append(Missing(slot, text))
            self._holes[slot] = holes

    def dashes(self) -> None:
        """For the end of the process: no number stays behind."""
        with self._lock:
            for board in self._boards.values():
                board.dashes()
            self._chain.refresh()
