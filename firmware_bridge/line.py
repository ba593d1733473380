"""Question and answer on a wire with boards sold by others: one frame out, its answer in, in a bounded time.

Half duplex: one exchange at a time, by one owner. It steps over noise, late answers and its own echo (two-wire adapters
that hear themselves); what an answer means is the protocol's business (`judge`). Raises only what port.LOST names.
"""

from __future__ import annotations

import select
import time
from dataclasses import dataclass
from typing import Literal, Protocol

from firmware_bridge import modbus
from firmware_bridge.panels.request import Judge
from firmware_bridge.port import open_line

Kind = Literal["ok", "refused", "silent", "garbled"]
MOST_BYTES = 2048
QUIET_S = 0.05
"""How long a babbling line is waited for before the question goes out all the same."""


@dataclass(frozen=True)
class Outcome:
    """What came of a question. `heard` are the bytes since it; `echo` that our own came back; `ms` how long it took."""

    kind: Kind
    values: tuple[int, ...] = ()
    exception: int = 0
    heard: bytes = b""
    echo: bool = False
    ms: float = 0.0


class Asks(Protocol):
    """A line, or the way to one through the running bridge."""

    @property
    def baud(self) -> int: ...
    @property
    def frame(self) -> str: ...
    def exchange(self, frame: bytes, judge: Judge | None, timeout_s: float) -> Outcome: ...


class Wire(Protocol):
    """What this needs of a serial port."""

    @property
    def in_waiting(self) -> int: ...
    def fileno(self) -> int: ...
    def read(self, size: int = 1) -> bytes: ...
    def write(self, b: bytes, /) -> int | None: ...
    def flush(self) -> None: ...
    def close(self) -> None: ...


def gap_s(baud: int, frame: str, gap_ms: float) -> float:
    """Silence before a frame: 3.5 characters, 1.75 ms from 19200 up (Modbus over Serial Line V1.02, 2.5.1.1)."""
    if gap_ms:
        return gap_ms / 1000
    bits = 1 + int(frame[0]) + (frame[1] != "N") + int(frame[2])
    return max(0.00175, 3.5 * bits / baud)


class Line:
    """One port. `open` before `exchange`."""

    def __init__(self, path: str, baud: int, frame: str, gap_ms: float = 0.0) -> None:
        self.path, self.baud, self.frame = path, baud, frame
        self.gap = gap_s(baud, frame, gap_ms)
        self.echo: bool | None = None
        self.stray = 0
        self._wire: Wire | None = None
        self._quiet_since = 0.0

    def open(self) -> None:
        """Open the port. Raises one of port.LOST."""
        self._wire = open_line(self.path, self.baud, self.frame)
        self.echo = None

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    @property
    def is_open(self) -> bool:
        return self._wire is not None

    def look(self) -> None:
        """Raises one of port.LOST when the port has vanished; drops what nobody asked for."""
        if self._wire is not None:
            self._drain(self._wire)

    def exchange(self, frame: bytes, judge: Judge | None, timeout_s: float) -> Outcome:
        """Send `frame`, wait for what `judge` takes as its answer; without a judge nothing is waited for."""
        if judge is not None and self.echo is None and modbus.looks_like_its_echo(frame):
            # The answer to 5 and 6 is the question again: whether the line echoes must be known before it.
            question = modbus.read(frame[0], modbus.READ_HOLDING, 0, 1)
            self._ask(question, Judge(question, True), timeout_s)
            self.echo = bool(self.echo)
        return self._ask(frame, judge, timeout_s)

    def _ask(self, frame: bytes, judge: Judge | None, timeout_s: float) -> Outcome:
        wire = self._wire
        if wire is None:
            raise OSError(f"{self.path} is not open")
        self._wait_for_quiet(wire)
        begin = time.monotonic()
        wire.write(frame)
        wire.flush()
        if judge is None:
            self._quiet_since = time.monotonic() + len(frame) * 11 / self.baud
            return Outcome("ok")
        heard = bytearray()
        # A slow line still has its bytes under way when the driver says that they are out.
        deadline = time.monotonic() + timeout_s + len(frame) * 11 / self.baud
        while (left := deadline - time.monotonic()) > 0 and len(heard) < MOST_BYTES:
            if not select.select([wire.fileno()], [], [], left)[0]:
                continue
            heard += wire.read(max(1, wire.in_waiting))
            self._quiet_since = time.monotonic()
            if not modbus.looks_like_its_echo(frame) and heard.startswith(frame):
                self.echo = True
            answer = judge(bytes(heard[len(frame) :] if self.echo and heard.startswith(frame) else heard))
            if answer is not None and not (self.echo and len(heard) < len(frame)):
                return Outcome(answer.kind, answer.values, answer.exception, bytes(heard), bool(self.echo), _ms(begin))
        rest = bytes(heard).removeprefix(frame) if self.echo else bytes(heard)
        return Outcome("garbled" if rest else "silent", heard=bytes(heard), echo=bool(self.echo), ms=_ms(begin))

    def _wait_for_quiet(self, wire: Wire) -> None:
        """The gap between frames; late answers heard meanwhile belong to nobody."""
        limit = max(time.monotonic(), self._quiet_since) + QUIET_S
        while True:
            self._drain(wire)
            now = time.monotonic()
            wait = min(self._quiet_since + self.gap, max(limit, now)) - now
            if wait <= 0:
                return
            select.select([wire.fileno()], [], [], wait)

    def _drain(self, wire: Wire) -> None:
        if not select.select([wire.fileno()], [], [], 0)[0]:
            return
        # Readable with nothing waiting is how a vanished port looks: read() then raises.
        data = wire.read(max(1, wire.in_waiting))
        self.stray += len(data)
        self._quiet_since = time.monotonic()


def _ms(begin: float) -> float:
    return round((time.monotonic() - begin) * 1000, 2)
