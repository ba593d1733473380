"""A capture played again, by counted time: the same capture gives the same result, here and on any machine.

To the bridge's parser: what it would have made of what the boards said. To a board: the firmware itself, in this
process with chips made of bytes, hears what the host said; told is what its displays and lamps did, what it answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from firmware_bridge import contract
from firmware_bridge.firmware.chips import MatrixChips, MaxChips
from firmware_bridge.firmware.core import Firmware
from firmware_bridge.firmware.displays import CounterBoard, MainPanel, MatrixLine, Max7219
from firmware_bridge.firmware.font import text_of
from firmware_bridge.frame import FLAG_FROM_BOARD, FLAG_NO_ACK, Decoder, Frame
from firmware_bridge.link import TURN
from firmware_bridge.node import Node
from firmware_bridge.wires.decode import decode
from firmware_bridge.wires.tape import Piece

STEP_MS = 5
TAIL_MS = 200
"""The board goes on for so long after the last byte, to answer it."""


def to_parser(pieces: Iterable[Piece]) -> Iterator[dict[str, Any]]:
    """Events as the bridge would have had them, one dict each, and the counters last."""
    decoder = Decoder()
    nodes: dict[int, Node] = {}
    for piece in pieces:
        if piece.d != "<":
            continue
        for frame in decoder.feed(piece.data):
            if not frame.flags & FLAG_FROM_BOARD or frame.kind == TURN:
                continue
            if frame.node not in nodes:
                nodes[frame.node] = Node(frame.node, contract.dictionary(), 0)
                nodes[frame.node].port_opened(piece.t)
                nodes[frame.node].hub_presses({})
            node = nodes[frame.node]
            if node.identity is None:
                _introduce(node, frame, piece.t)
            node.receive(frame, piece.t)
            for event in node.events():
                yield {"t": piece.t, "node": frame.node, "event": type(event).__name__, **_plain(asdict(event))}
    yield {
        "event": "end",
        "good": decoder.good,
        "bad": decoder.bad(),
        "duplicates": {str(address): node.link.duplicates for address, node in sorted(nodes.items())},
    }


def _introduce(node: Node, frame: Frame, now: int) -> None:
    """A capture that begins in the middle: whoever presses before it has said hello is taken to be in that boot."""
    words = contract.dictionary()
    name = words.name_of(frame.kind)
    if name not in ("press", "key"):
        return
    hello = {
        "protocol": words.protocol, "dictionary": words.hash, "firmware": 0, "uid": "0" * 16, "press": 0, "key": 0,
        "boot": words.decode(frame.kind, frame.payload)[1]["boot"], "reset": 0, "displays": 0, "buttons": 0,
        "keypads": 0, "kind": 0, "slot": 0, "asks": 0, "title": "",
    }  # fmt: skip
    payload = words.encode("hello", **hello)
    node.receive(Frame(words.id_of("hello"), 0, FLAG_FROM_BOARD | FLAG_NO_ACK, frame.node, payload), now)
    node.events()


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in values.items()}


class _Memory:
    """A flash of nothing but memory: boot counter, name."""

    def __init__(self, node: int, boot: int) -> None:
        self.node, self.title, self.boot = node, "", boot

    def next(self) -> int:
        return self.boot

    def at_least(self, number: int) -> None:
        self.boot = number

    def set(self, node: int, title: str) -> None:
        self.node, self.title = node, title


class PaperBoard:
    """A board with a display of every kind at every place, eight buttons and no key pads."""

    def __init__(self, node: int, uid: str, boot: int) -> None:
        self.uid, self.kind, self.reset = uid, 1, 1
        self.names = self.boots = _Memory(node, boot)
        self.keep = self.slots = None
        self.buttons, self.keypads = 8, 0
        self.chips, self.panel_chips, self.dots = MaxChips(16), MaxChips(8), MatrixChips(96 * 2)
        self._chains = [Max7219(self.chips.latch, 16), Max7219(self.panel_chips.latch, 8)]
        self.boards = {place: CounterBoard(self._chains[0], place) for place in range(16)}
        # One panel and one matrix, wherever the capture's settings have theirs.
        self.panels = dict.fromkeys(range(16), MainPanel(self._chains[1], 0))
        self.matrices = dict.fromkeys(range(16), MatrixLine(self.dots.latch, 96, 16))
        self.lamps: dict[str, bool] = {}

    def refresh(self) -> None:
        for chain in self._chains:
            chain.refresh()

    def set_button_lamp(self, button: int, on: bool) -> None:
        self.lamps[f"button {button}"] = on

    def set_lamp(self, lamp: int, on: bool) -> None:
        self.lamps[f"lamp {lamp}"] = on

    def set_buzzer(self, on: bool) -> None:
        self.lamps["buzzer"] = on

    def look(self) -> dict[str, str]:
        """What a person sees: display → text; dark ones are left out."""
        out = {f"board {place}": text_of(line[:4]) for place, line in enumerate(self.chips.lines())}
        out |= {f"panel row {row}": text_of(line[:7]) for row, line in enumerate(self.panel_chips.lines())}
        out |= {name: "lit" for name, on in self.lamps.items() if on}
        return {name: text.strip() for name, text in out.items() if text.strip()}


def to_board(pieces: Iterable[Piece], node: int) -> Iterator[dict[str, Any]]:
    """What board `node` shows and says, whenever it changes; the last row is "end" with all of it."""
    board = PaperBoard(node, "0" * 16, 1)
    firmware: Firmware | None = None
    now, seen = 0, {}
    said: list[Piece] = []
    for piece in (*pieces, None):
        until = now + TAIL_MS if piece is None else piece.t
        if firmware is None:
            now = until
            firmware = Firmware(contract.dictionary(), board, now)
            seen = board.look()
        while True:
            out = firmware.step(now)
            if out:
                said.append(Piece(now, "<", out))
            if board.look() != seen:
                before, seen = seen, board.look()
                changed = {name: seen.get(name, "") for name in {*before, *seen} if before.get(name) != seen.get(name)}
                yield {"t": now, "event": "shows", "changed": dict(sorted(changed.items()))}
            if now >= until:
                break
            now = min(until, now + STEP_MS)
        if piece is not None and piece.d == ">":
            firmware.feed(piece.data, now)
    answers = [each for each in decode(said) if each.name not in ("ack", "turn")]
    for each in answers:
        yield {"event": "said", **each.as_json()}
    yield {"event": "end", "shows": seen, "said": len(answers)}
