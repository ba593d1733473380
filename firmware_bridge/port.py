"""A serial bus and its one owner thread. The only file that imports `serial`.

The port is opened by its stable name, exclusively, and again with back-off after every loss (longest pause 2 s).
What pyserial raises when a cable is pulled differs by call (measured on a pty and on usb-serial): SerialException,
plain OSError from `in_waiting`, termios.error from a reconfiguration. All three mean: close, wait, open again.
"""

from __future__ import annotations

import logging
import os
import queue
import select
import termios
import threading
import time
from collections.abc import Callable
from typing import Literal

import serial

from firmware_bridge.frame import FLAG_FROM_BOARD, Decoder, Frame
from firmware_bridge.link import TURN
from firmware_bridge.node import Event, Node
from firmware_bridge.turns import Turns
from firmware_bridge.wires.scan import Scan
from firmware_bridge.wires.tape import Tape

LOST = (serial.SerialException, OSError, termios.error)
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 1.0
LOOK_MS = 1000  # how often the stable name is looked at: it may stand for another device by now

PortState = Literal["open", "lost"]
log = logging.getLogger("bus")


def milliseconds() -> int:
    """Monotonic time for the link, whole ms."""
    return time.monotonic_ns() // 1_000_000


def open_line(path: str, baud: int, frame: str) -> serial.Serial:
    """A port for boards sold by others; `frame` such as 8E1 (bits, parity, stop bits). Raises one of LOST.

    A pseudo-terminal (a simulator) has neither parity nor 7 bits and refuses them with EINVAL: there it is 8N1.
    """
    if os.path.realpath(path).startswith("/dev/pts/"):
        frame = "8N1"
    return serial.Serial(
        path, baud, int(frame[0]), frame[1], int(frame[2]), timeout=0, write_timeout=1.0, exclusive=True
    )


class SerialBus:
    """Owns the port and the nodes on it: everything that touches a node runs in this thread, through `do`."""

    def __init__(
        self,
        name: str,
        port: str,
        baud: int,
        nodes: dict[int, Node],
        on_event: Callable[[str, int, Event], None],
        on_port: Callable[[str, PortState, str], None],
        beat: Callable[[], None] = lambda: None,
        shared: bool = False,
    ) -> None:
        self.name = name
        self._path = port
        self._baud = baud
        self.nodes = nodes
        self._on_event = on_event
        self._on_port = on_port
        self._beat = beat
        self._todo: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._stopping = False
        self._serial: serial.Serial | None = None
        self._decoder = Decoder()
        self.shared = shared
        self._turns = Turns(nodes, baud) if shared else None
        self.tape = Tape()
        self.scan: Scan | None = None
        self._look_due = 0
        self._pause = FIRST_PAUSE_S
        self.opens = 0
        self._thread = threading.Thread(target=self._run, name=f"bus-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._wake()
        self._thread.join(5)

    def do(self, deed: Callable[[], None]) -> None:
        """Run `deed` in the bus thread, soon."""
        self._todo.put(deed)
        self._wake()

    def _wake(self) -> None:
        try:
            os.write(self._wake_write, b"x")
        except BlockingIOError:
            return  # the pipe is full of wake-ups already

    @property
    def is_open(self) -> bool:
        return self._serial is not None

    def counters(self) -> dict[str, int]:
        """How the wire is doing: frames good and bad, bytes, times the port was opened."""
        decoder = self._decoder
        return {
            "good": decoder.good,
            "bad": decoder.bad(),
            "bytes_in": decoder.bytes_in,
            "opens": self.opens,
            "missed_turns": self._turns.missed if self._turns else 0,
            "repeats": sum(node.link.repeats for node in self.nodes.values()),
            "duplicates": sum(node.link.duplicates for node in self.nodes.values()),
        }

    # -- the thread

    def _run(self) -> None:
        while not self._stopping:
            self._beat()
            try:
                if self._serial is None:
                    self._open()
                self._turn(self._serial)
            except LOST as error:
                self._lose(error)
        if self._serial is not None:
            self._serial.close()

    def _open(self) -> None:
        port = serial.Serial(self._path, self._baud, timeout=0, write_timeout=1.0, exclusive=True)
        self._serial = port
        self.opens += 1
        self._pause = FIRST_PAUSE_S
        self._on_port(self.name, "open", "")
        now = milliseconds()
        if self._turns:
            self._turns.begin()
        for node in self.nodes.values():
            node.port_opened(now)

    def _lose(self, error: Exception) -> None:
        if self._serial is not None:
            self._serial.close()
            self._serial = None
        self._on_port(self.name, "lost", str(error))
        for address, node in self.nodes.items():
            node.port_lost()
            self._pass_on(address, node)
        self._run_todo()
        self._sleep(self._pause)
        self._pause = min(LONGEST_PAUSE_S, self._pause * 2)

    def _sleep(self, seconds: float) -> None:
        """Wait for the next try, doing what is asked meanwhile (states are kept by the nodes)."""
        until = time.monotonic() + seconds
        while not self._stopping and (left := until - time.monotonic()) > 0:
            self._beat()
            if select.select([self._wake_read], [], [], min(left, 1.0))[0]:
                os.read(self._wake_read, 4096)
            self._run_todo()

    def _run_todo(self) -> None:
        while True:
            try:
                deed = self._todo.get_nowait()
            except queue.Empty:
                return
            deed()

    def _turn(self, port: serial.Serial | None) -> None:
        """Once around: do what was asked, say what is due, hear what comes."""
        if port is None:
            return
        self._run_todo()
        now = milliseconds()
        if now >= self._look_due:
            self._look_due = now + LOOK_MS
            self._same_device(port)
        wait = self._speak(now)
        ready, _, _ = select.select([port.fileno(), self._wake_read], [], [], min(wait, 1000) / 1000)
        if self._wake_read in ready:
            os.read(self._wake_read, 4096)
        if port.fileno() in ready:
            # Readable with nothing waiting is how a vanished port looks: read() then raises.
            self.heard(port.read(port.in_waiting or 1))

    def _same_device(self, port: serial.Serial) -> None:
        """A cable that came back under another number leaves us with a dead one: then open by name again."""
        try:
            now = os.stat(self._path)
        except FileNotFoundError:
            return  # the name comes and goes while udev works; a device that is gone is noticed by reading
        if now.st_rdev != os.fstat(port.fileno()).st_rdev:
            raise serial.SerialException(f"{self._path} stands for another device now")

    def _speak(self, now: int) -> int:
        """Say what is due; ms until there is more to say."""
        scan = self.scan
        if scan:
            self.write(scan.step(now), now)
            if scan.over:
                self.scan = None
            elif self.shared:
                return scan.wait_ms(now)
        if self._turns:
            self.write(self._turns.next(now), now)
            for address, node in self.nodes.items():
                self._pass_on(address, node)
            return self._turns.wait_ms(now)
        for address, node in self.nodes.items():
            self.write(node.step(now), now)
            self._pass_on(address, node)
        waits = [node.wait_ms(now) for node in self.nodes.values()] + ([scan.wait_ms(now)] if scan else [])
        return min(waits, default=1000)

    def write(self, data: bytes, now: int) -> None:
        """Bytes to the wire, in this thread. Raises one of LOST."""
        if data and self._serial is not None:
            self._serial.write(data)
            self.tape.put(now, ">", data)

    def heard(self, data: bytes) -> None:
        """Bytes from the wire, as they come."""
        now = milliseconds()
        self.tape.put(now, "<", data)
        bad = self._decoder.bad()
        frames: list[Frame] = self._decoder.feed(data)
        for frame in frames:
            if self.scan:
                self.scan.heard(frame)
            node = self.nodes.get(frame.node)
            if node is not None and frame.flags & FLAG_FROM_BOARD:
                if frame.kind != TURN:
                    node.receive(frame, now)
                if self._turns:
                    self._turns.heard(frame.node, frame.kind == TURN, now)
                self._pass_on(frame.node, node)
        if self._decoder.bad() != bad and len(self.nodes) == 1 and not self.shared:
            # Whose frame it was nobody knows: only with one board on the wire can it be asked again.
            next(iter(self.nodes.values())).link.garbled(now)

    def _pass_on(self, address: int, node: Node) -> None:
        for event in node.events():
            self._on_event(self.name, address, event)
