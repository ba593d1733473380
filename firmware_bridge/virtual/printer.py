"""A network ticket printer without paper: ESC/POS over TCP in, a PNG per cut out, and every way a real one fails.

One connection at a time, as with real ones; its buffer and the paper in it outlive the connection.
"""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.load import SettingsError
from config.process import LossLog
from config.settings import Printer as PrinterSettings
from firmware_bridge.printer_profile import DOTS_PER_MM, load_profile, profile_of
from firmware_bridge.virtual.escpos_reader import Paper, Reader, UnknownBytes

_LOG = logging.getLogger("virtual.printer")

MODES = (
    *("none", "paper_out", "near_end", "slow", "dead", "mute", "garbage", "unplugged", "cut", "runs_out"),
    *("cover_open", "cutter", "offline", "error"),
)
"""`dead` takes bytes and does nothing, `mute` prints and never answers, `unplugged` refuses and hangs up, `cut`
hangs up after so many bytes of a connection, `runs_out` has paper until the next picture begins. `cover_open`,
`offline` and `error` keep what comes and print nothing; `cutter` prints and cannot cut."""
HELD = ("paper_out", "cover_open", "offline", "error")
BITS = {  # what DLE EOT 1, 2, 3, 4 and the first three bytes of GS a have set
    "paper_out": (0x08, 0x20, 0x00, 0x6C, 0x08, 0x00, 0x0C),
    "near_end": (0x00, 0x00, 0x00, 0x0C, 0x00, 0x00, 0x03),
    "cover_open": (0x08, 0x04, 0x00, 0x00, 0x28, 0x00, 0x00),
    "cutter": (0x08, 0x40, 0x08, 0x00, 0x08, 0x08, 0x00),
    "error": (0x08, 0x40, 0x20, 0x00, 0x08, 0x20, 0x00),
    "offline": (0x08, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00),
}
RASTER = b"\x1dv0"
SLOW_DEFAULT_S = 3.0
CUT_DEFAULT_BYTES = 8000
"""About the middle of the number, as a rule."""


class VirtualPrinter:
    """Listens on `host:port` (0: any free one, then in `.port`); papers as PNG in `paper_dir`."""

    def __init__(
        self, host: str, port: int, paper_dir: Path, width: int = 576, tear_rows: int = 0, deaf: bool = False
    ) -> None:
        self.host = host
        self.port = port
        self._dir = paper_dir
        # The first guards what others read and is held shortly; the second is the print head, held while it works.
        self._lock = threading.RLock()
        self._head = threading.RLock()
        self._changed = threading.Event()
        self._stop = threading.Event()
        self._mode = "none"
        self._value = 0.0
        self._listener: socket.socket | None = None
        self._connection: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._held = b""
        self._papers: list[dict[str, Any]] = []
        self._blank_cuts = 0
        self._bytes_in = 0
        self._connections = 0
        self._errors: list[str] = []
        self._loss = LossLog(_LOG)
        self._deaf = deaf  # knows DLE EOT no more than the boxes that swallow it
        self._reader = Reader(
            width,
            self._drop,
            self._answer,
            self._status,
            lambda: 0x00,
            self._asb,
            self._recover,
            tear_rows,
        )

    # -- life

    def start(self) -> None:
        """Open the port and serve. OSError when it is taken."""
        self._dir.mkdir(parents=True, exist_ok=True)
        self._listen()
        self._thread = threading.Thread(target=self._serve, name="virtual-printer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close everything; returns when the thread is gone."""
        self._stop.set()
        self._changed.set()
        with self._lock:
            self._hang_up()
            self._close_listener()
        if self._thread:
            self._thread.join(5)

    def misbehave(self, mode: str, value: float | None = None) -> None:
        """From now on: `slow` (value: seconds a paper), `cut` (value: bytes of a connection), the rest without value.

        `none` mends everything: what the printer held back then comes out, as after loading paper. ValueError for
        another mode.
        """
        if mode not in MODES:
            raise ValueError(f"a printer cannot {mode!r}; allowed: {', '.join(MODES)}")
        with self._lock:
            self._mode = mode
            self._value = {"slow": SLOW_DEFAULT_S, "cut": float(CUT_DEFAULT_BYTES)}.get(mode, 0.0)
            if value is not None:
                self._value = float(value)
            if mode == "unplugged":
                self._hang_up()
                self._close_listener()
            elif self._listener is None and not self._stop.is_set():
                self._listen()
            self._changed.set()
        if mode not in (*HELD, "dead"):
            with self._head:
                held, self._held = self._held, b""
                self._work(held)

    def paper(self) -> list[dict[str, Any]]:
        """What fell out, oldest first: `file`, `at` (UTC, ISO), `qr` (texts read back from the dots), `cuts`."""
        with self._lock:
            return [dict(each) for each in self._papers]

    def state(self) -> dict[str, Any]:
        """For the control socket and the tests."""
        with self._lock:
            return {
                "host": self.host,
                "port": self.port,
                "mode": self._mode,
                "value": self._value,
                "papers": len(self._papers),
                "blank_cuts": self._blank_cuts,
                "hanging_rows": self._reader.rows,
                "bytes_in": self._bytes_in,
                "connections": self._connections,
                "errors": list(self._errors),
            }

    # -- the port

    def _listen(self) -> None:
        listener = socket.create_server((self.host, self.port), backlog=4)
        listener.settimeout(0.2)
        self.port = listener.getsockname()[1]
        self._listener = listener

    def _close_listener(self) -> None:
        if self._listener:
            self._listener.close()
            self._listener = None

    def _hang_up(self) -> None:
        if self._connection:
            # A shutdown, not only a close: the serving thread may be waiting in recv.
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> Iterator[socket.socket]:
        while not self._stop.is_set():
            listener = self._listener
            if listener is None:
                self._stop.wait(0.05)
                continue
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:  # closed under us: unplugged or stopped
                continue
            yield connection

    def _serve(self) -> None:
        for connection in self._accept():
            with self._lock:
                self._connection = connection
                self._connections += 1
            with connection:
                try:
                    self._talk(connection)
                except OSError as error:
                    self._loss.lost("host", str(error))
                else:
                    self._loss.back("host")
            with self._lock:
                self._connection = None
            with self._head:
                self._reader.hang_up()

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(0.2)
        taken = 0
        while not self._stop.is_set():
            try:
                data = connection.recv(4096)
            except TimeoutError:
                continue
            if not data:
                return
            with self._lock:
                mode, value = self._mode, self._value
                if mode == "cut":
                    data = data[: max(0, int(value) - taken)]
                taken += len(data)
                self._bytes_in += len(data)
            if mode == "unplugged":
                return
            with self._head:
                if not self._take(data, mode):
                    return
            if mode == "cut" and taken >= int(value):
                return

    def _take(self, data: bytes, mode: str) -> bool:
        if mode == "dead":
            return True
        if mode == "runs_out" and RASTER in data:
            with self._lock:
                if self._mode == mode:
                    self._mode = mode = "paper_out"
            start = data.index(RASTER)
            self._held += data[start:]
            return self._work(data[:start])
        if mode in HELD and not self._is_question(data):
            self._held += data
            return True
        return self._work(data)

    @staticmethod
    def _is_question(data: bytes) -> bool:
        """Whether the bytes are real-time questions only: those a printer answers whatever its buffer holds."""
        return all(data[at : at + 2] in (b"\x10\x04", b"\x10\x05", b"\x1da") for at in range(0, len(data), 3))

    # -- the printer itself

    def _work(self, data: bytes) -> bool:
        try:
            self._reader.feed(data)
        except UnknownBytes as error:
            self._errors.append(str(error))
            _LOG.error("%s", error)
            self._reader.reset()
            return False
        return True

    def _answer(self, answer: bytes) -> None:
        connection = self._connection
        if connection is None or self._mode == "mute" or (self._deaf and len(answer) == 1 and answer[0] & 0x93 == 0x12):
            return
        if self._mode == "garbage":
            answer = b"\xff\xa5\xe3garbage\x00\xff"
        with contextlib.suppress(OSError):  # the host went away without waiting for its answer
            connection.sendall(answer)

    def _status(self, question: int) -> int:
        return 0x12 | BITS.get(self._mode, (0,) * 7)[question - 1]

    def _asb(self) -> bytes:
        first, second, third = BITS.get(self._mode, (0,) * 7)[4:]
        return bytes((0x10 | first, second, third, 0))

    def _recover(self) -> None:
        """DLE ENQ 2: buffers forgotten. The jam itself is mended by a hand (`misbehave none`)."""
        self._held = b""

    def _drop(self, paper: Paper) -> None:
        if self._mode == "slow":
            # Another mode ends the wait: a test that mends the printer does not stand in its queue.
            self._changed.clear()
            self._changed.wait(self._value)
        if self._mode == "cutter":
            paper.cuts = 0
        low, _ = paper.image.convert("L").getextrema()
        if low:
            self._blank_cuts += 1
            return
        number = len(self._papers) + 1
        while (path := self._dir / f"paper-{number:04d}.png").exists():
            number += 1
        hidden = path.with_suffix(".part")
        paper.image.save(hidden, format="PNG")
        hidden.rename(path)
        row = {"file": str(path), "at": _now(), "qr": read_codes(paper), "cuts": paper.cuts}
        with self._lock:
            self._papers.append(row)
        _LOG.info("paper %s", json.dumps(row, ensure_ascii=False))


def printer_for(settings: PrinterSettings, paper_dir: Path) -> VirtualPrinter:
    """The printer that `[printer]` describes: its paper, its knife or tear bar, what it hears. Where the settings are
    wrong, an 80 mm one: a real printer is what it is, whatever is written about it."""
    try:
        profile = profile_of(settings)
    except SettingsError:
        profile = load_profile("generic-80")
    tear_rows = profile.cut.feed_mm * DOTS_PER_MM if profile.cut.kind == "none" else 0
    deaf = profile.status.ask == "gs-a"
    return VirtualPrinter(settings.host, settings.port, paper_dir, profile.width_dots, tear_rows, deaf)


def _now() -> str:
    # A virtual device stands outside the product: it has the machine's clock, not the product's.
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def read_codes(paper: Paper) -> list[str]:
    """The texts of the QR codes on a paper, read from its dots as a camera would."""
    import zxingcpp

    found = zxingcpp.read_barcodes(paper.image.convert("L"), formats=zxingcpp.barcode_formats_from_str("QRCode"))
    return sorted(each.text for each in found)
