"""Text lines on their way to matrix boards, piece by piece, one at a time: no number waits behind them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from firmware_bridge.frame import crc16

PIECE = 40
AGAIN_MS = 1000


@dataclass(frozen=True)
class Line:
    """A whole text line: `columns` × height/8 bytes, columns a second, tenths of a second of rest."""

    rev: int
    columns: int
    data: bytes
    speed: int
    hold: int


class Bitmaps:
    """What is to stand on each matrix of one board, and how much of it was said."""

    def __init__(self) -> None:
        self._lines: dict[int, Line] = {}
        self._left: dict[int, int] = {}  # slot → next offset; not in it: all said
        self._begun: dict[int, int] = {}

    def want(self, slot: int, line: Line) -> None:
        if self._lines.get(slot) != line:
            self._lines[slot] = line
            self._left[slot] = 0

    def say_all(self) -> None:
        """The board knows nothing any more."""
        self._left = dict.fromkeys(self._lines, 0)

    def missing(self, slot: int, rev: int, now: int) -> None:
        """The board has not got this revision whole."""
        line = self._lines.get(slot)
        if line and line.rev == rev and slot not in self._left and now >= self._begun.get(slot, 0):
            self._begun[slot] = now + AGAIN_MS
            self._left[slot] = 0

    def next(self) -> tuple[str, int, dict[str, Any]] | None:
        """(message, slot, values) to say now, None when everything was said."""
        if not self._left:
            return None
        slot, offset = next(iter(self._left.items()))
        line = self._lines[slot]
        if offset < len(line.data):
            self._left[slot] = offset + PIECE
            piece = line.data[offset : offset + PIECE]
            return "bitmap", slot, {"slot": slot, "rev": line.rev, "offset": offset, "data": piece}
        del self._left[slot]
        shown = {"slot": slot, "rev": line.rev, "columns": line.columns, "speed": line.speed, "hold": line.hold}
        return "bitmap_show", slot, {**shown, "crc": crc16(line.data)}
