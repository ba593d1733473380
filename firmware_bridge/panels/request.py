"""One exchange with a board of another maker: the bytes out, how the answer is judged, what is read back. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware_bridge.modbus import Reply, judge


@dataclass(frozen=True)
class ReadBack:
    """Reading a write again: the question, and what each register must say under its mask."""

    frame: bytes
    function: int
    address: int
    names: tuple[str, ...]
    expected: tuple[int, ...]
    masks: tuple[int, ...]


@dataclass(frozen=True)
class Request:
    """One frame to a board. `place` is the same for every content, so that an older one is replaced by a newer."""

    place: str
    frame: bytes
    label: str
    row: int | None = None
    once: bool = False
    modbus: bool = True
    ack: bytes = b""
    nak: bytes = b""
    reads: ReadBack | None = None
    question: bytes = field(default=b"", repr=False)
    answer: bytes = field(default=b"", repr=False)

    def judge(self, heard: bytes) -> Reply | None:
        """The answer among the bytes heard; None while there is none."""
        if self.modbus:
            return judge(self.frame, heard)
        if self.ack and self.ack in heard:
            return Reply("ok")
        if self.nak and self.nak in heard:
            return Reply("refused")
        return None
