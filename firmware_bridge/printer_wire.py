"""The cable to the ticket printer: bytes out, bytes in, a deadline on everything.

Network and file (/dev/usb/lp0) are a socket and a descriptor. Serial and USB are python-escpos' connectors; this is the
only file that imports `escpos`, and only for those two: it costs 4 MiB and 65 ms (docs/decisions/015-printer.md).
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
import time
from pathlib import Path
from typing import Any, Protocol

from config.settings import Printer as PrinterSettings

_LOG = logging.getLogger("printer")

CHUNK = 2048
LPGETSTATUS = 0x060B
OPEN_LIMIT_S = 1.5
"""A printer in the room answers at once; a longer wait only makes the notice late."""


class Wire(Protocol):
    """A printer's cable while it is open. Every method raises OSError when the printer is lost."""

    two_way: bool
    """Whether anything can come back."""

    def write(self, data: bytes, deadline: float) -> int:
        """Send some of `data`; how many bytes left. `deadline`: monotonic seconds."""
        ...

    def read(self, deadline: float) -> bytes:
        """Bytes from the printer, b"" when none came in time."""
        ...

    def line_status(self) -> int | None:
        """The status byte of the kernel's printer driver, None where there is none."""
        ...

    def close(self) -> None: ...


def open_wire(settings: PrinterSettings) -> Wire:
    """The cable of `[printer]`, open. Raises OSError with a sentence."""
    limit = min(OPEN_LIMIT_S, settings.timeout_s)
    try:
        if settings.kind == "network":
            return _Network(settings.host, settings.port, limit)
        if settings.kind == "file":
            return _File(settings.device)
        return _Escpos(settings, limit)
    except OSError as error:
        raise OSError(f"cannot open the printer: {plain(error)}") from error


def plain(error: BaseException) -> str:
    """An error as one short line."""
    return " ".join(str(error).split())[:160] or type(error).__name__


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline passed while sending")
    return left


class _Network:
    two_way = True

    def __init__(self, host: str, port: int, limit_s: float) -> None:
        self._socket = socket.create_connection((host, port), limit_s)
        # A question of three bytes must not wait for the next one.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, data: bytes, deadline: float) -> int:
        self._socket.settimeout(_left(deadline))
        return self._socket.send(data[:CHUNK])

    def read(self, deadline: float) -> bytes:
        left = deadline - time.monotonic()
        if left <= 0:
            return b""
        self._socket.settimeout(left)
        try:
            data = self._socket.recv(64)
        except TimeoutError:
            return b""
        if not data:
            raise ConnectionResetError("the printer closed the connection")
        return data

    def line_status(self) -> int | None:
        return None

    def close(self) -> None:
        self._socket.close()


class _File:
    """A device file of the kernel's printer driver (both ways), or a plain file in tests (one way)."""

    def __init__(self, path: str) -> None:
        self.two_way = Path(path).is_char_device()
        flags = os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY | (os.O_RDWR if self.two_way else os.O_WRONLY)
        if not path.startswith("/dev/"):  # never make a plain file where a device should be
            flags |= os.O_CREAT | os.O_TRUNC
        self._descriptor = os.open(path, flags, 0o644)

    def write(self, data: bytes, deadline: float) -> int:
        if not select.select([], [self._descriptor], [], _left(deadline))[1]:
            raise TimeoutError("the printer takes no more bytes")
        return os.write(self._descriptor, data[:CHUNK])

    def read(self, deadline: float) -> bytes:
        left = deadline - time.monotonic()
        if not self.two_way or left <= 0 or not select.select([self._descriptor], [], [], left)[0]:
            return b""
        try:
            return os.read(self._descriptor, 64)
        except BlockingIOError:
            return b""

    def line_status(self) -> int | None:
        if not stat.S_ISCHR(os.fstat(self._descriptor).st_mode):
            return None
        answer = bytearray(4)
        try:
            fcntl.ioctl(self._descriptor, LPGETSTATUS, answer)
        except OSError:
            return None
        return answer[0]

    def close(self) -> None:
        os.close(self._descriptor)


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


class _Escpos:
    """A serial port or a USB printer through python-escpos. pyserial's and pyusb's errors are OSErrors; what else their
    layers raise is turned into one."""

    two_way = True

    def __init__(self, settings: PrinterSettings, limit_s: float) -> None:
        connectors, Error = _escpos()
        self._serial = settings.kind == "serial"
        try:
            if self._serial:
                self._device: Any = connectors.Serial(
                    settings.device, baudrate=settings.baud, timeout=0.05, dsrdtr=False, xonxoff=False
                )
            else:
                self._device = connectors.Usb(
                    settings.usb_vendor, settings.usb_product, timeout=max(1, round(limit_s * 1000))
                )
            self._device.open()
        except (Error, RuntimeError, ValueError) as error:
            raise OSError(plain(error)) from error
        if self._serial:
            # Without this a printer that holds the line busy holds us for ever.
            self._device.device.write_timeout = 0.5

    def write(self, data: bytes, deadline: float) -> int:
        _left(deadline)
        chunk = data[:CHUNK]
        try:
            if self._serial:
                # Its `_raw` sends all or raises; at 9600 baud the kernel's buffer takes a while to drain.
                return self._write_serial(chunk, deadline)
            self._device._raw(chunk)
        except (ValueError, termios.error) as error:
            raise OSError(plain(error)) from error
        return len(chunk)

    def _write_serial(self, chunk: bytes, deadline: float) -> int:
        descriptor: int = self._device.device.fileno()
        if not select.select([], [descriptor], [], _left(deadline))[1]:
            raise TimeoutError("the printer takes no more bytes")
        return os.write(descriptor, chunk)

    def read(self, deadline: float) -> bytes:
        if deadline - time.monotonic() <= 0:
            return b""
        try:
            return bytes(self._device._read())
        except TimeoutError:
            return b""
        except OSError as error:
            if not self._serial and error.errno == 110:  # pyusb's time-out is an OSError: ETIMEDOUT
                return b""
            raise
        except (ValueError, termios.error) as error:
            raise OSError(plain(error)) from error

    def line_status(self) -> int | None:
        return None

    def close(self) -> None:
        try:
            if self._serial and self._device._device:
                self._device.device.reset_output_buffer()  # else closing waits for a dead printer
            self._device.close()
        except (OSError, ValueError, termios.error) as error:  # the result is known by now
            _LOG.debug("closing the printer: %s", plain(error))
