"""One exchange with a board of another maker: the bytes out, how the answer is judged, what is read back. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware_bridge.modbus import Reply, judge


@dataclass(frozen=True)
class Judge:
    """What counts as the answer to a frame. Called with the bytes heard: the answer, or None while there is none."""

    frame: bytes
    modbus: bool
    taken: bytes = b""
    refused: bytes = b""

    def __call__(self, heard: bytes) -> Reply | None:
        if self.modbus:
            return judge(self.frame, heard)
        if self.taken and self.taken in heard:
            return Reply("ok")
        if self.refused and self.refused in heard:
            return Reply("refused")
        return None


@dataclass(frozen=True)
class ReadBack:
    """Reading a write again: the question, and what each register must say under its mask.

    `label` is the sheet's name of it; `bytes_key`, `order_key` are the lines that would turn bytes or registers round.
    """

    frame: bytes
    function: int
    address: int
    names: tuple[str, ...]
    expected: tuple[int, ...]
    masks: tuple[int, ...]
    label: str = ""
    bytes_key: str = ""
    order_key: str = ""


@dataclass(frozen=True)
class Request:
    """One frame to a board. `place` is the same for every content, so that an older one is replaced by a newer.

    `label` names registers and what they are; `name` only the latter, the same for every row.
    """

    place: str
    frame: bytes
    label: str
    row: int | None = None
    once: bool = False
    modbus: bool = True
    ack: bytes = b""
    nak: bytes = b""
    reads: tuple[ReadBack, ...] = ()
    question: bytes = field(default=b"", repr=False)
    answer: bytes = field(default=b"", repr=False)
    name: str = ""

    @property
    def judge(self) -> Judge:
        """Finds the answer among the bytes heard."""
        return Judge(self.frame, self.modbus, self.ack, self.nak)

    @property
    def judge_of_question(self) -> Judge:
        """The same for `question`."""
        return Judge(self.question, False, self.answer)
