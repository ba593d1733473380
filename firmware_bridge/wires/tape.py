"""Bytes as they went over a bus: the bridge's short memory of them, and the file they are kept in.

A capture is a text file of JSON lines (docs/protocol.md, "Capture files"). The first line is the head:
    {"motcua_capture": 1, "bus": "main", "baud": 115200, "mode": "direct", "dictionary": "3f21ab09"}
every other line a piece as it was read or written, `t` in ms from the head, `d` the direction ("<" from the boards,
">" from the host):
    {"t": 1250, "d": "<", "hex": "0005…00"}
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

KEPT = 4000
AWAKE_MS = 15_000  # nobody asked for so long: recording stops

Direction = Literal["<", ">"]


class NoCapture(ValueError):
    """The file is no capture; the text says which line and why."""


@dataclass(frozen=True)
class Piece:
    """`t`: ms. `d`: "<" from the boards, ">" from the host."""

    t: int
    d: Direction
    data: bytes


@dataclass(frozen=True)
class Head:
    bus: str
    baud: int
    mode: str
    dictionary: str


class Tape:
    """The last pieces of one bus, numbered; it runs only while somebody asks for them."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[int, Piece]] = deque(maxlen=KEPT)
        self._count = 0
        self._awake_until = -1

    def put(self, now: int, direction: Direction, data: bytes) -> None:
        if data and now < self._awake_until:
            self._count += 1
            self._pieces.append((self._count, Piece(now, direction, bytes(data))))

    def since(self, number: int, now: int) -> dict[str, Any]:
        """Pieces after `number` (a negative one: from now on), and the number to ask with the next time."""
        self._awake_until = now + AWAKE_MS
        if number < 0:
            return {"next": self._count, "pieces": [], "lost": 0}
        kept = [(count, piece) for count, piece in list(self._pieces) if count > number]
        lost = kept[0][0] - number - 1 if kept else 0
        pieces = [{"t": piece.t, "d": piece.d, "hex": piece.data.hex()} for _, piece in kept]
        return {"next": kept[-1][0] if kept else number, "pieces": pieces, "lost": lost}


def head_line(head: Head) -> str:
    return json.dumps({"motcua_capture": 1, **asdict(head)})


def piece_line(piece: Piece) -> str:
    return json.dumps({"t": piece.t, "d": piece.d, "hex": piece.data.hex()})


def pieces_of(answer: dict[str, Any]) -> list[Piece]:
    """The pieces in an answer of `since`."""
    return [Piece(int(each["t"]), each["d"], bytes.fromhex(each["hex"])) for each in answer["pieces"]]


def read(lines: Iterable[str]) -> tuple[Head, Iterator[Piece]]:
    """Head and pieces of a capture. Raises NoCapture, also while the pieces are being read."""
    rows = iter(enumerate(lines, 1))
    number, first = next(rows, (1, ""))
    try:
        told = json.loads(first)
        if told["motcua_capture"] != 1:
            raise NoCapture(f"line {number}: capture format {told['motcua_capture']} is not known here")
        head = Head(str(told["bus"]), int(told["baud"]), str(told["mode"]), str(told["dictionary"]))
    except (ValueError, KeyError, TypeError) as error:
        raise NoCapture(f"line {number}: not the head of a capture ({error})") from error
    return head, _pieces(rows)


def _pieces(rows: Iterator[tuple[int, str]]) -> Iterator[Piece]:
    for number, line in rows:
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            if told["d"] not in ("<", ">"):
                raise NoCapture(f"line {number}: direction {told['d']!r}")
            yield Piece(int(told["t"]), told["d"], bytes.fromhex(told["hex"]))
        except NoCapture:
            raise
        except (ValueError, KeyError, TypeError) as error:
            raise NoCapture(f"line {number}: {error}") from error
