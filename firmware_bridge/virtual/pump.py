"""A serial bus made of pseudo-terminals, with a pump between the host's end and the boards' ends that can do harm.

The host's end stands under a stable name (a symbolic link, as udev makes it). Faults act on whole frames where they can
be told apart, so that "20 % loss" means one frame in five.
"""

from __future__ import annotations

import errno
import heapq
import os
import random
import selectors
import termios
import threading
import time
import tty
from dataclasses import dataclass
from pathlib import Path

NOBODY = -1  # noise
_PARTIAL_S = 0.02  # a piece without its end is passed on after this long


@dataclass
class Faults:
    """What the wire does to frames. Probabilities 0..1 for each frame and direction; delay in seconds."""

    loss: float = 0.0
    corrupt: float = 0.0
    delay_s: float = 0.0
    garbage: float = 0.0  # noise before a frame
    dead: bool = False
    dribble: bool = False  # every byte by itself


def open_raw(immediate: bool) -> tuple[int, int]:
    """(master, slave) of a raw pty. `immediate`: reads of the slave never wait (VMIN 0), for MicroPython's files."""
    master, slave = os.openpty()
    tty.setraw(slave)
    if immediate:
        attributes = termios.tcgetattr(slave)
        attributes[6][termios.VMIN] = 0
        attributes[6][termios.VTIME] = 0
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
    os.set_blocking(master, False)
    return master, slave


class Pump:
    """One bus: a host end at `link`, any number of board ends. All file descriptors belong to its thread."""

    def __init__(self, link: Path, nodes: list[int], seed: int = 1) -> None:
        self._link = link
        self.faults = Faults()
        self._random = random.Random(seed)
        self._boards: dict[int, tuple[int, int]] = {node: open_raw(immediate=True) for node in nodes}
        self._cut: set[int] = set()
        self._host: tuple[int, int] | None = None
        self._plugged = True
        self._wake_read, self._wake_write = os.pipe()
        self._stopping = False
        self._pieces: dict[int, tuple[bytearray, float]] = {}
        self._later: list[tuple[float, int, int | None, bytes]] = []
        self._count = 0
        self._noise: list[tuple[int | None, bytes]] = []
        self.frames = 0
        self.collisions = 0
        self.dropped = 0
        self.changed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"pump-{link.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self.changed.wait(5)

    def stop(self) -> None:
        self._stopping = True
        self._wake()
        self._thread.join(5)

    def board_tty(self, node: int) -> str:
        """Path of the tty the firmware of `node` opens."""
        return os.ttyname(self._boards[node][1])

    def plug(self, plugged: bool) -> None:
        """Pull the host's plug, or put it back (under the same name, another device behind it)."""
        self._plugged = plugged
        until = time.monotonic() + 5
        while (self._host is not None) != plugged and time.monotonic() < until:
            self.changed.clear()
            self._wake()
            self.changed.wait(0.2)

    def cut(self, node: int, cut: bool) -> None:
        """Take one board off the bus, or put it back."""
        (self._cut.add if cut else self._cut.discard)(node)

    def noise(self, data: bytes, to_boards: bool = False) -> None:
        """Bytes that reach the host as if a board had sent them, or the boards as if the host had."""
        self._noise.append((None if to_boards else NOBODY, data))
        self._wake()

    def _wake(self) -> None:
        os.write(self._wake_write, b"x")

    # -- the thread

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_read, selectors.EVENT_READ)
            for node, (master, _) in self._boards.items():
                selector.register(master, selectors.EVENT_READ, node)
            while not self._stopping:
                self._connect(selector)
                for key, _ in selector.select(self._wait()):
                    if key.fd == self._wake_read:
                        os.read(self._wake_read, 64)
                    else:
                        self._take(key.fd, None if key.data == "host" else key.data)
                while self._noise:
                    source, data = self._noise.pop(0)
                    self._write(source, data)
                self._flush()
        self._plugged = False
        self._unplug()
        for master, slave in self._boards.values():
            os.close(master)
            os.close(slave)
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _connect(self, selector: selectors.BaseSelector) -> None:
        if self._plugged and self._host is None:
            self._host = open_raw(immediate=False)
            selector.register(self._host[0], selectors.EVENT_READ, "host")
            self._link.parent.mkdir(parents=True, exist_ok=True)
            new = self._link.with_name(self._link.name + ".new")
            new.unlink(missing_ok=True)
            new.symlink_to(os.ttyname(self._host[1]))
            new.rename(self._link)
        elif not self._plugged and self._host is not None:
            selector.unregister(self._host[0])
            self._unplug()
        self.changed.set()

    def _unplug(self) -> None:
        self._link.unlink(missing_ok=True)
        if self._host is not None:
            os.close(self._host[0])
            os.close(self._host[1])
            self._host = None
        self._later = []

    def _wait(self) -> float | None:
        now = time.monotonic()
        due = [at for at, *_ in self._later[:1]] + [at + _PARTIAL_S for piece, at in self._pieces.values() if piece]
        return max(0.0, min(due) - now) if due else None

    def _take(self, fd: int, node: int | None) -> None:
        try:
            data = os.read(fd, 4096)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EIO):
                return
            raise
        piece, _ = self._pieces.get(fd, (bytearray(), 0.0))
        piece += data
        self._pieces[fd] = (piece, time.monotonic())
        while (end := _frame_end(piece)) is not None:
            self._frame(node, bytes(piece[:end]))
            del piece[:end]

    def _flush(self) -> None:
        now = time.monotonic()
        for fd, (piece, at) in list(self._pieces.items()):
            if piece and now - at >= _PARTIAL_S:
                node = next((node for node, (master, _) in self._boards.items() if master == fd), None)
                self._frame(node, bytes(piece))
                piece.clear()
        while self._later and self._later[0][0] <= now:
            _, _, source, data = heapq.heappop(self._later)
            self._write(source, data)

    def _frame(self, node: int | None, data: bytes) -> None:
        """One frame from a board (`node`) or from the host (None)."""
        self.frames += 1
        faults = self.faults
        if faults.dead or self._random.random() < faults.loss or (node is not None and node in self._cut):
            self.dropped += 1
            return
        if self._random.random() < faults.corrupt:
            harmed = bytearray(data)
            harmed[self._random.randrange(len(harmed))] ^= 1 << self._random.randrange(8)
            data = bytes(harmed)
        if self._random.random() < faults.garbage:
            data = self._random.randbytes(self._random.randrange(1, 80)) + data
        self._deliver(node, data, faults.delay_s)

    def _deliver(self, source: int | None, data: bytes, delay_s: float) -> None:
        if delay_s or self._later:
            # Bytes on a wire never overtake each other.
            newest = max((at for at, *_ in self._later), default=0.0)
            self._count += 1
            heapq.heappush(self._later, (max(newest, time.monotonic() + delay_s), self._count, source, data))
        else:
            self._write(source, data)

    def _targets(self, source: int | None) -> list[int]:
        """Who hears what `source` says (None: the host)."""
        if source is None:
            return [master for node, (master, _) in self._boards.items() if node not in self._cut]
        return [self._host[0]] if self._host else []

    def _write(self, source: int | None, data: bytes) -> None:
        pieces = [data[at : at + 1] for at in range(len(data))] if self.faults.dribble else [data]
        for fd, piece in [(fd, piece) for fd in self._targets(source) for piece in pieces]:
            try:
                os.write(fd, piece)
            except BlockingIOError:
                self.dropped += 1  # nobody reads there: a wire does not wait


def _frame_end(piece: bytearray) -> int | None:
    """Index after the first frame's closing zero, zeros before it included."""
    start = 0
    while start < len(piece) and piece[start] == 0:
        start += 1
    end = piece.find(0, start)
    return end + 1 if end > start else None
