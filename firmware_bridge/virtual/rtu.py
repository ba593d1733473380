"""Boards sold by others at the far end of a pseudo-terminal: silent unless spoken to, and able to misbehave.

Faithful where simulators are not (docs/decisions/014-modbus-master.md): a unit that is not there says nothing, a frame
with a wrong CRC is not answered, a broadcast is applied and not answered. `Unit` is pure; `VirtualBus` owns the
pseudo-terminal and its thread. A plain ASCII board is a unit too: it keeps what it heard.
"""

from __future__ import annotations

import errno
import os
import random
import select
import struct
import threading
import time
import tty
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from firmware_bridge.modbus import crc16, framed

Mode = Literal[
    "none", "silent", "late", "garbage", "wrong_crc", "exception", "busy", "wrong_unit", "dribble", "read_zero"
]
MODES: tuple[str, ...] = get_args(Mode)
SILENCE_S = 0.02
KEPT = 500
"""Messages an ASCII board remembers."""
WRITES = (5, 6, 15, 16)
READS = (1, 3, 4)


@dataclass
class Unit:
    """One Modbus unit: its coils and registers, holding and input the same memory. `value` belongs to the mode."""

    coils: dict[int, int] = field(default_factory=dict)
    registers: dict[int, int] = field(default_factory=dict)
    size: int = 0x10000
    functions: tuple[int, ...] = (*READS, *WRITES)
    write_only: frozenset[int] = frozenset()
    mode: Mode = "none"
    value: float = 0.0
    requests: int = 0
    writes: int = 0

    def reset(self) -> None:
        """Current off and on: it forgets everything."""
        self.coils.clear()
        self.registers.clear()

    def answer(self, body: bytes) -> bytes:
        """The answer to a request (unit, function, data); neither has its CRC."""
        unit, function = body[0], body[1]
        self.requests += 1
        if function not in self.functions or function not in (*READS, *WRITES):
            return bytes([unit, function | 0x80, 1])
        if self.mode == "exception":
            return bytes([unit, function | 0x80, int(self.value) or 2])
        if self.mode == "busy" and self.value > 0:
            self.value -= 1
            return bytes([unit, function | 0x80, 6])
        address = int.from_bytes(body[2:4], "big")
        word = int.from_bytes(body[4:6], "big")
        count = 1 if function in (5, 6) else word
        if address + count > self.size or (function in READS and self._unreadable(address, count)):
            return bytes([unit, function | 0x80, 2])
        if function in READS:
            return body[:2] + self._read(function, address, count)
        self._write(function, address, count, word, body[7:])
        return body[:6]

    def _unreadable(self, address: int, count: int) -> bool:
        return any(at in self.write_only for at in range(address, address + count))

    def _read(self, function: int, address: int, count: int) -> bytes:
        if function == 1:
            bits = sum(self.coils.get(address + at, 0) << at for at in range(count))
            return bytes([(count + 7) // 8]) + bits.to_bytes((count + 7) // 8, "little")
        values = [0 if self.mode == "read_zero" else self.registers.get(address + at, 0) for at in range(count)]
        return bytes([2 * count]) + struct.pack(f">{count}H", *values)

    def _write(self, function: int, address: int, count: int, word: int, data: bytes) -> None:
        self.writes += 1
        if function == 5:
            self.coils[address] = int(word == 0xFF00)
        elif function == 6:
            self.registers[address] = word
        elif function == 15:
            bits = int.from_bytes(data, "little")
            self.coils.update({address + at: bits >> at & 1 for at in range(count)})
        else:
            self.registers.update(dict(enumerate(struct.unpack(f">{count}H", data[: 2 * count]), address)))


def request_size(heard: bytes | bytearray) -> int | None:
    """How long the request at the start of these bytes is, CRC included; None while that cannot be known."""
    if len(heard) < 8:
        return None
    if heard[1] in (15, 16):
        return 9 + heard[6] if len(heard) > 6 else None
    return 8


@dataclass
class AsciiUnit:
    """A board with an ASCII protocol: `frames` are the whole messages it took, `ack` what it answers.

    Without `first` and `last` a silence of 20 ms ends a message.
    """

    first: bytes = b""
    last: bytes = b""
    tail: int = 0
    ack: bytes = b"\x06"
    nak: bytes = b"\x15"
    mode: Mode = "none"
    value: float = 0.0
    frames: list[bytes] = field(default_factory=list)
    accepts: Callable[[bytes], bool] = lambda frame: True
    tell: Callable[[bytes], bytes | None] = lambda frame: None
    """What it answers to a question; None when the frame is none."""

    def take(self, heard: bytearray) -> bytes | None:
        """The next whole message, taken out of `heard`; None while there is none. `tail` bytes follow `last`."""
        if not self.last:
            return None
        start = heard.find(self.first)
        if start < 0:
            heard.clear()
            return None
        end = heard.find(self.last, start + len(self.first))
        if end < 0 or len(heard) < end + len(self.last) + self.tail:
            return None
        frame = bytes(heard[start : end + len(self.last) + self.tail])
        del heard[: end + len(self.last) + self.tail]
        return frame


class VirtualBus:
    """A pseudo-terminal at `link` with units on it; change them under `lock`.

    `echo`: the adapter hears itself, every byte of the host comes back.
    """

    def __init__(
        self, link: Path, units: dict[int, Unit] | None = None, ascii_unit: AsciiUnit | None = None, seed: int = 1
    ) -> None:
        self.link = link
        self.units = units if units is not None else {}
        self.ascii_unit = ascii_unit
        self.echo = False
        self.lock = threading.Lock()
        self.changed = threading.Event()
        self.heard_bytes = 0
        self._random = random.Random(seed)
        self._plugged = True
        self._ends: tuple[int, int] | None = None
        self._wake_read, self._wake_write = os.pipe()
        self._stopping = False
        self._later: list[tuple[float, bytes]] = []
        self._connected = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"virtual-{link.name}", daemon=True)

    def start(self) -> VirtualBus:
        """Open the pseudo-terminal; its stable name stands when this returns."""
        self._thread.start()
        self._connected.wait(5)
        return self

    def stop(self) -> None:
        self._stopping = True
        os.write(self._wake_write, b"x")
        self._thread.join(5)

    def __enter__(self) -> VirtualBus:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def plug(self, plugged: bool) -> None:
        """Pull the cable of the adapter, or put it back: its name goes and comes."""
        self._plugged = plugged
        os.write(self._wake_write, b"x")

    # -- the thread

    def _run(self) -> None:
        heard = bytearray()
        heard_at = 0.0
        while not self._stopping:
            self._connect(heard)
            master = self._ends[0] if self._ends else None
            wait = max(0.0, self._later[0][0] - time.monotonic()) if self._later else (SILENCE_S if heard else None)
            ready, _, _ = select.select([self._wake_read, *([master] if master is not None else [])], [], [], wait)
            if self._wake_read in ready:
                os.read(self._wake_read, 64)
            if master is not None and master in ready and (data := self._take(master)):
                heard += data
                heard_at = time.monotonic()
                if self.echo:
                    self._send(data)
                self._answer(heard)
            elif heard and time.monotonic() - heard_at > SILENCE_S:
                self._silence(heard)
            while self._later and self._later[0][0] <= time.monotonic():
                self._send(self._later.pop(0)[1])
        self._plugged = False
        self._connect(heard)
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _connect(self, heard: bytearray) -> None:
        if self._plugged and self._ends is None:
            master, slave = os.openpty()
            tty.setraw(slave)
            os.set_blocking(master, False)
            self._ends = (master, slave)
            self.link.parent.mkdir(parents=True, exist_ok=True)
            new = self.link.with_name(self.link.name + ".new")
            new.unlink(missing_ok=True)
            new.symlink_to(os.ttyname(slave))
            new.rename(self.link)
            self._connected.set()
        elif not self._plugged and self._ends is not None:
            self.link.unlink(missing_ok=True)
            for end in self._ends:
                os.close(end)
            self._ends = None
            self._later.clear()
            heard.clear()

    def _take(self, master: int) -> bytes:
        try:
            data = os.read(master, 4096)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EIO):
                return b""
            raise
        self.heard_bytes += len(data)
        return data

    def _answer(self, heard: bytearray) -> None:
        with self.lock:
            if self.ascii_unit is not None:
                while (frame := self.ascii_unit.take(heard)) is not None:
                    self._answer_ascii(self.ascii_unit, frame)
                return
            while (size := request_size(heard)) is not None and len(heard) >= size:
                frame = bytes(heard[:size])
                if crc16(frame[:-2]) != int.from_bytes(frame[-2:], "little"):
                    del heard[:1]
                    continue
                del heard[:size]
                self._answer_frame(frame)

    def _silence(self, heard: bytearray) -> None:
        """Silence ends what was heard: half a frame is dropped, a message without an end mark is whole."""
        with self.lock:
            if self.ascii_unit is not None and not self.ascii_unit.last:
                self._answer_ascii(self.ascii_unit, bytes(heard))
        heard.clear()

    def _answer_frame(self, frame: bytes) -> None:
        if frame[0] == 0:
            for each in self.units.values():
                each.answer(frame[:-2])
            self.changed.set()
            return
        unit = self.units.get(frame[0])
        if unit is None or unit.mode == "silent":
            return
        reply = framed(unit.answer(frame[:-2]))
        self.changed.set()
        self._misbehave(unit, reply)

    def _answer_ascii(self, unit: AsciiUnit, frame: bytes) -> None:
        if unit.mode == "silent":
            return
        if unit.mode == "exception" or not unit.accepts(frame):
            self._misbehave(unit, unit.nak)
            return
        told = unit.tell(frame)
        if told is None:
            unit.frames.append(frame)
            del unit.frames[:-KEPT]
            self.changed.set()
        self._misbehave(unit, unit.ack if told is None else told)

    def _misbehave(self, unit: Unit | AsciiUnit, reply: bytes) -> None:
        if unit.mode == "late":
            self._later.append((time.monotonic() + (unit.value or 0.5), reply))
            self._later.sort()
        elif unit.mode == "garbage":
            self._send(self._random.randbytes(self._random.randrange(1, 40)))
            if unit.value:
                self._send(reply)
        elif unit.mode == "wrong_crc":
            self._send(reply[:-1] + bytes([reply[-1] ^ 0x55]))
        elif unit.mode == "wrong_unit":
            self._send(framed(bytes([reply[0] ^ 1]) + reply[1:-2]))
        elif unit.mode == "dribble":
            for at, byte in enumerate(reply):
                self._later.append((time.monotonic() + at * 0.002, bytes([byte])))
        else:
            self._send(reply)

    def _send(self, data: bytes) -> None:
        if self._ends is None:
            return
        try:
            os.write(self._ends[0], data)
        except BlockingIOError:
            return  # nobody reads there: a wire does not wait
