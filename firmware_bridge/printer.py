"""The ticket printer: a job in, one of four results out, and never a second paper by itself.

`printed`: the printer said so after the last byte. `no_paper`: it said so before the first. `failed`: refused before
the first byte of the picture left, so trying again is safe. `unknown`: something left and nobody can say what came
of it; a person looks at the paper and decides (house §4, step 4).

The only file that imports `escpos`: its connectors carry the bytes (serial, USB, network, file), the picture is ours.
Its import is slow and takes memory, so it happens at the first job.
"""

from __future__ import annotations

import fcntl
import logging
import os
import select
import shutil
import socket
import stat
import sys
import termios
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from config.settings import Printer as PrinterSettings
from config.settings import Settings

_LOG = logging.getLogger("printer")

State = Literal["printed", "no_paper", "failed", "unknown"]
PaperState = Literal["ok", "near_end", "out", "unknown"]

STATUS_LIMIT_S = 1.5
"""A printer answers DLE EOT at once or not at all; busy ones were seen to take most of a second."""
CHUNK = 2048
LPGETSTATUS = 0x060B


@dataclass(frozen=True)
class PrintResult:
    """`detail`: one English sentence for the log and the technician, without anything a job carries."""

    state: State
    detail: str


@dataclass(frozen=True)
class PrinterStatus:
    """What the printer says of itself. `online` False with paper "unknown": it did not answer."""

    online: bool
    paper: PaperState
    detail: str


def _escpos() -> tuple[Any, type[Exception]]:
    """python-escpos' connectors and its base error, imported with our one profile instead of its 35.

    It makes a temporary folder for a pickle of the profiles and forgets it; nothing may be left lying about, least of
    all a pickle.
    """
    if "escpos" not in sys.modules:
        variable = "ESCPOS_CAPABILITIES_FILE"
        before = os.environ.get(variable)
        os.environ[variable] = str(Path(__file__).parent / "assets" / "escpos_profile.yml")
        try:
            from escpos import capabilities
        finally:
            if before is None:
                del os.environ[variable]
            else:
                os.environ[variable] = before
        shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
        # It reports every opening and closing through the root logger: a line for each question of a day.
        logging.getLogger().addFilter(lambda record: record.levelno > logging.INFO or "escpos" not in record.pathname)
    from escpos import exceptions, printer

    return printer, exceptions.Error


class _EscposWire:
    """One of python-escpos' connectors, with a deadline (monotonic seconds) on everything.

    pyserial's and pyusb's errors are OSErrors; what else their layers raise is turned into one.
    """

    def __init__(self, settings: PrinterSettings, limit_s: float) -> None:
        connectors, Error = _escpos()
        self._kind = settings.kind
        try:
            if settings.kind == "network":
                self._device: Any = connectors.Network(settings.host, settings.port, timeout=limit_s)
                # Not its `open`, which knows no IPv6 and leaves the socket of a refused connection open.
                self._device.device = socket.create_connection((settings.host, settings.port), limit_s)
            elif settings.kind == "serial":
                self._device = connectors.Serial(
                    settings.device, baudrate=settings.baud, timeout=0.05, dsrdtr=False, xonxoff=False
                )
            elif settings.kind == "usb":
                self._device = connectors.Usb(
                    settings.usb_vendor, settings.usb_product, timeout=max(1, round(limit_s * 1000))
                )
            else:
                self._device = connectors.File(settings.device, auto_flush=True)
            if settings.kind != "network":
                self._device.open()
        except (Error, OSError, RuntimeError, ValueError) as error:
            raise OSError(f"cannot open the printer: {_plain(error)}") from error
        if settings.kind == "serial":
            # Without this a printer that holds the line busy holds us for ever.
            self._device.device.write_timeout = 0.5
        if settings.kind == "file":
            os.set_blocking(self._device.device.fileno(), False)

    def write(self, data: bytes, deadline: float) -> int:
        """Send some of `data`; how many bytes left. OSError when the printer is lost or takes nothing more."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline passed while sending")
        if self._kind == "file":
            descriptor: int = self._device.device.fileno()
            if not select.select([], [descriptor], [], left)[1]:
                raise TimeoutError("the printer takes no more bytes")
            return os.write(descriptor, data[:CHUNK])
        chunk = data[:CHUNK]
        try:
            if self._kind == "network":
                self._device.device.settimeout(left)
                # Not its `_raw`, which sends all or raises without saying how much had left.
                return int(self._device.device.send(chunk))
            self._device._raw(chunk)
        except (ValueError, termios.error) as error:
            raise OSError(_plain(error)) from error
        return len(chunk)

    def read(self, deadline: float) -> bytes:
        """Bytes from the printer, b"" when none came in time. OSError when it is lost."""
        left = deadline - time.monotonic()
        if left <= 0:
            return b""
        if self._kind == "file":
            return b""
        try:
            if self._kind == "network":
                self._device.device.settimeout(left)
                data = bytes(self._device._read())
                if not data:
                    raise ConnectionResetError("the printer closed the connection")
                return data
            return bytes(self._device._read())
        except TimeoutError:
            return b""
        except OSError as error:
            if self._kind == "usb" and error.errno == 110:  # pyusb's time-out is an OSError: ETIMEDOUT
                return b""
            raise
        except (ValueError, termios.error) as error:
            raise OSError(_plain(error)) from error

    def line_status(self) -> int | None:
        """The status byte of the kernel's printer driver (/dev/usb/lp0), None where the file has none."""
        descriptor: int = self._device.device.fileno()
        if not stat.S_ISCHR(os.fstat(descriptor).st_mode):
            return None
        answer = bytearray(4)
        try:
            fcntl.ioctl(descriptor, LPGETSTATUS, answer)
        except OSError:
            return None
        return answer[0]

    def close(self) -> None:
        try:
            if self._kind == "serial" and self._device._device:
                self._device.device.reset_output_buffer()  # else closing waits for a dead printer
            self._device.close()
        except (OSError, ValueError, termios.error) as error:  # the result is known by now
            _LOG.debug("closing the printer: %s", _plain(error))


def _plain(error: BaseException) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__


@dataclass
class _Answers:
    """What the printer answered to the three status questions."""

    printer: int
    cause: int
    paper: int

    def status(self) -> PrinterStatus:
        if self.paper & 0x60 or self.cause & 0x20:
            return PrinterStatus(False, "out", "the printer is out of paper")
        if self.printer & 0x08:
            why = (
                "its cover is open" if self.cause & 0x04 else "it reports an error" if self.cause & 0x40 else "offline"
            )
            return PrinterStatus(False, "near_end" if self.paper & 0x0C else "ok", f"the printer is offline: {why}")
        if self.paper & 0x0C:
            return PrinterStatus(True, "near_end", "the roll is nearly at its end")
        return PrinterStatus(True, "ok", "ready")


class Printer:
    """One ticket printer. Methods may be called from several threads; one job is on the wire at a time."""

    def __init__(self, settings: PrinterSettings) -> None:
        self._settings = settings
        self._answers = settings.status is not False
        self._lock = threading.Lock()
        self._remains = False
        self._has_fence: bool | None = None

    def expect_remains(self) -> None:
        """Say that an earlier process may have died inside a picture: the next job first frees the printer."""
        self._remains = True

    def status(self) -> PrinterStatus:
        """Ask the printer. Never raises; at most about 3 × `STATUS_LIMIT_S` + the connect limit."""
        if self._settings.kind == "none":
            return PrinterStatus(False, "unknown", "no printer is set up")
        with self._lock:
            try:
                wire = self._open()
            except OSError as error:
                return PrinterStatus(False, "unknown", _plain(error))
            try:
                return self._ask(wire)
            except OSError as error:
                return PrinterStatus(False, "unknown", _plain(error))
            finally:
                wire.close()

    def print_job(self, job: Mapping[str, Any]) -> PrintResult:
        """Draw and print one job of the hub. Never raises for a broken printer or an undrawable job.

        Takes at most `timeout_s` for the paper plus the limits of the two status questions.
        """
        if self._settings.kind == "none":
            return PrintResult("failed", "no printer is set up")
        from firmware_bridge.raster import CUT, paper_commands
        from firmware_bridge.ticket import JobUndrawable, draw_job

        try:
            commands = paper_commands(draw_job(job, self._settings.width_dots or 576))
        except JobUndrawable as error:
            return PrintResult("failed", f"the job cannot be drawn: {error}")
        except FileNotFoundError as error:
            return PrintResult("failed", f"a typeface is missing: {error}")
        with self._lock:
            try:
                wire = self._open()
            except OSError as error:
                return PrintResult("failed", _plain(error))
            try:
                refused = self._before(wire)
                if refused:
                    return refused
                if self._remains:
                    # The torn piece must not hang on the next citizen's number.
                    commands = [CUT, *commands]
                return self._send(wire, b"".join(commands))
            finally:
                wire.close()

    # -- one job

    def _before(self, wire: _EscposWire) -> PrintResult | None:
        from firmware_bridge.raster import rescue_bytes

        try:
            if self._remains:
                # Not every printer hears a question in the middle of a picture: first end the picture.
                width = self._settings.width_dots or 576
                self._say(wire, rescue_bytes(width), time.monotonic() + self._settings.timeout_s)
            status = self._ask(wire)
            if status.paper == "out":
                return PrintResult("no_paper", status.detail)
            if not status.online:
                return PrintResult("failed", status.detail)
            if self._has_fence is None and self._answers and self._settings.kind != "file":
                # Learned while the printer is idle: not every clone knows GS r.
                self._has_fence = self._fence(wire, time.monotonic() + STATUS_LIMIT_S) is not None
        except OSError as error:
            return PrintResult("failed", f"the printer was lost before anything was printed: {_plain(error)}")
        return None

    def _send(self, wire: _EscposWire, data: bytes) -> PrintResult:
        deadline = time.monotonic() + self._settings.timeout_s
        sent = 0
        try:
            while sent < len(data):
                sent += wire.write(data[sent : sent + CHUNK], deadline)
        except OSError as error:
            # The write that failed may have left in part: nobody knows, so nobody claims.
            self._remains = True
            return PrintResult("unknown", f"lost after {sent} of {len(data)} bytes: {_plain(error)}")
        try:
            result = self._after(wire, deadline)
        except OSError as error:
            result = PrintResult("unknown", f"all bytes were sent, then the printer was lost: {_plain(error)}")
        # Sent is not arrived: after any doubt the next job begins by freeing the printer.
        self._remains = result.state == "unknown"
        return result

    def _after(self, wire: _EscposWire, deadline: float) -> PrintResult:
        if not self._answers:
            return PrintResult("printed", "sent; this printer is set up as one that answers no questions")
        done = True
        if self._has_fence:
            done = self._fence(wire, deadline) is not None
        else:
            # Dots that look like a question were answered while they went by: those answers are not ours.
            while wire.read(time.monotonic() + 0.2):
                continue
        status = self._ask(wire)
        if status.paper == "unknown":
            if self._settings.kind == "file" and status.online:
                return PrintResult("printed", status.detail)
            return PrintResult("unknown", f"all bytes were sent, no sound answer came after them: {status.detail}")
        if not done:
            return PrintResult("unknown", f"all bytes were sent, the printer did not finish them: {status.detail}")
        if self._has_fence or status.online:
            return PrintResult("printed", status.detail)
        return PrintResult("unknown", f"all bytes were sent, then: {status.detail}")

    # -- questions

    def _open(self) -> _EscposWire:
        return _EscposWire(self._settings, min(5.0, self._settings.timeout_s))

    def _ask(self, wire: _EscposWire) -> PrinterStatus:
        """DLE EOT 1, 2, 4. OSError when the connection is lost; no or a senseless answer is a status as well."""
        if self._settings.kind == "file":
            return self._ask_driver(wire)
        if not self._answers:
            return PrinterStatus(True, "unknown", "this printer is set up as one that answers no questions")
        from firmware_bridge.raster import STATUS

        got: list[int] = []
        for question in STATUS:
            deadline = time.monotonic() + STATUS_LIMIT_S
            self._say(wire, question, deadline)
            answer = self._answer(wire, deadline, mask=0x93, fixed=0x12)
            if answer is None:
                return PrinterStatus(False, "unknown", "the printer does not answer, or answers without sense")
            got.append(answer)
        return _Answers(*got).status()

    def _ask_driver(self, wire: _EscposWire) -> PrinterStatus:
        bits = wire.line_status()
        if bits is None:
            return PrinterStatus(True, "unknown", "written to a file that has no status")
        if bits & 0x20:
            return PrinterStatus(False, "out", "the printer is out of paper")
        if not bits & 0x08 or not bits & 0x10:
            return PrinterStatus(False, "ok", "the printer is offline")
        return PrinterStatus(True, "ok", "ready")

    def _fence(self, wire: _EscposWire, deadline: float) -> int | None:
        from firmware_bridge.raster import FENCE

        self._say(wire, FENCE, deadline)
        return self._answer(wire, deadline, mask=0x90, fixed=0x00)

    @staticmethod
    def _say(wire: _EscposWire, question: bytes, deadline: float) -> None:
        while question:
            question = question[wire.write(question, deadline) :]

    @staticmethod
    def _answer(wire: _EscposWire, deadline: float, mask: int, fixed: int) -> int | None:
        """The first byte whose `mask` bits are `fixed` (0x93, 0x12: DLE EOT; 0x90, 0x00: GS r); None when none came.

        Picture data can look like a question to a printer, so answers of the other sort are passed over, and so are
        XON and XOFF. Anything else is a printer that talks nonsense.
        """
        while time.monotonic() < deadline:
            for byte in wire.read(deadline):
                if byte & mask == fixed:
                    return byte
                if byte & 0x93 != 0x12 and byte & 0x90 != 0x00 and byte not in (0x11, 0x13):
                    return None
        return None


def open_printer(settings: Settings) -> Printer:
    """The printer of `[printer]`. Touches nothing yet: a printer that is off is found at the first question."""
    return Printer(settings.printer)
