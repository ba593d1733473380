"""Hand scanners: the kind that types like a keyboard (HID wedge) and the kind on a serial line.

A wedge is read from its event device and grabbed, so that nothing it types reaches a console or another program. Keys
are taken by their codes, never by their letters: a Vietnamese layout turns the upper row's digits into ă â ê ô and
tone marks, and what the machine's layout is set to does not matter here. A scanner that is itself set to that layout
sends digits with AltGr, from the number pad, or as Alt and a number; all three are understood.

What ends a text is Enter, Tab or a line's end; a text without an end (cable pulled, scanner moved) is dropped, because
the beginning of a dossier code can be another dossier code. For scanners that send no end, `end="pause"` takes a pause.
The only file of the kiosk that imports pyserial.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import select
import stat
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Literal, Protocol

from kiosk.scanner.frames import CameraError, Frame

End = Literal["enter", "pause"]

PAUSE_S = 0.3
"""Longest pause within one text: scanners type a key every 1–20 ms, people slower than this."""
MAX_TEXT = 4296
"""The longest QR; what goes on longer is no scanner."""
REOPEN_S = (1.0, 2.0, 5.0, 10.0)
BAUD = 9600

_EVENT = struct.Struct("@llHHi")  # struct input_event: time (two longs), type, code, value
_EVIOCGRAB = 0x40044590
_EV_KEY = 1
_ENDS = {28, 96, 15}  # Enter, the number pad's, Tab
_SHIFTS, _CAPS, _ALT, _ALTGR = {42, 54}, 58, 56, 100

_UNSHIFTED = {
    **dict(zip(range(2, 14), "1234567890-=", strict=True)),
    **dict(zip(range(16, 28), "qwertyuiop[]", strict=True)),
    **dict(zip(range(30, 42), "asdfghjkl;'`", strict=True)),
    **dict(zip(range(43, 54), "\\zxcvbnm,./", strict=True)),
    57: " ",
}
_SHIFTED = {
    **dict(zip(range(2, 14), "!@#$%^&*()_+", strict=True)),
    **dict(zip(range(16, 28), "QWERTYUIOP{}", strict=True)),
    **dict(zip(range(30, 42), 'ASDFGHJKL:"~', strict=True)),
    **dict(zip(range(43, 54), "|ZXCVBNM<>?", strict=True)),
    57: " ",
}
_PAD = {
    71: "7", 72: "8", 73: "9", 74: "-", 75: "4", 76: "5", 77: "6", 78: "+", 79: "1", 80: "2", 81: "3", 82: "0",
    83: ".", 98: "/", 55: "*", 117: "=", 121: ",",
}  # fmt: skip
_AIM = re.compile(r"^\][A-Za-z][0-9A-Za-z]")  # a prefix that names the symbology


class Texts:
    """Characters → whole texts. Pure: time comes in."""

    def __init__(self, end: End = "enter") -> None:
        self._end = end
        self._text: list[str] = []
        self._last = 0.0
        self._spoilt = False

    def put(self, character: str, now: float) -> Iterator[str]:
        """Take one character ("\\n" ends a text); yields what is complete."""
        yield from self.pause(now)
        self._last = now
        if character in "\r\n\t":
            text, spoilt = "".join(self._text), self._spoilt
            self._clear()
            if text and not spoilt:
                yield _AIM.sub("", text)
        elif len(self._text) >= MAX_TEXT:
            self._spoilt = True
        else:
            self._text.append(character)

    def pause(self, now: float) -> Iterator[str]:
        """Time went on: a pause ends a text, or spoils it."""
        if not (self._text or self._spoilt) or now - self._last <= PAUSE_S:
            return
        text, spoilt = "".join(self._text), self._spoilt
        self._clear()
        if self._end == "pause" and not spoilt:
            yield _AIM.sub("", text)

    def _clear(self) -> None:
        self._text, self._spoilt = [], False


class Keys:
    """Key events → characters, by key code. Pure."""

    def __init__(self) -> None:
        self._held: set[int] = set()
        self._caps = False
        self._number = ""

    def put(self, code: int, value: int) -> str:
        """One key event (1 down, 0 up; 2, a repeat, is none); the characters it makes, "\\n" for an end."""
        if value == 0:
            self._held.discard(code)
            if code == _ALT and self._number:
                number, self._number = int(self._number), ""
                return chr(number) if 32 <= number < 0xD800 else ""
            return ""
        if value != 1:
            return ""
        self._held.add(code)
        if code == _CAPS:
            self._caps = not self._caps
            return ""
        if code in _ENDS:
            return "\n"
        if code in _PAD:
            if _ALT in self._held and _PAD[code].isdigit():
                self._number = (self._number + _PAD[code])[-5:]
                return ""
            return _PAD[code]
        character = _UNSHIFTED.get(code, "")
        shift = bool(self._held & _SHIFTS)
        if character.isalpha():
            shift ^= self._caps
        return _SHIFTED[code] if shift and character else character


class Device(Protocol):
    """An open hand scanner."""

    def read(self) -> str:
        """Characters that came, "" after a short wait. Raises `CameraError` when it is gone."""
        ...

    def close(self) -> None:
        """Let it go."""
        ...


class Wedge:
    """A scanner that types, read from its event device, nobody else hears it."""

    def __init__(self, path: str) -> None:
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise CameraError("hand_missing", f"{path}: {error.strerror}") from error
        try:
            if stat.S_ISCHR(os.fstat(self._descriptor).st_mode):
                fcntl.ioctl(self._descriptor, _EVIOCGRAB, 1)
        except OSError as error:
            os.close(self._descriptor)
            busy = error.errno == errno.EBUSY
            why = "another program holds it" if busy else f"no event device ({error.strerror})"
            raise CameraError("hand_busy" if busy else "hand_missing", f"{path}: {why}") from error
        self._keys = Keys()
        self._rest = b""

    def read(self) -> str:
        if not select.select([self._descriptor], [], [], PAUSE_S / 3)[0]:
            return ""
        try:
            data = os.read(self._descriptor, _EVENT.size * 64)
        except BlockingIOError:
            return ""
        except OSError as error:  # ENODEV: the cable was pulled
            raise CameraError("hand_missing", f"the scanner is gone ({error.strerror})") from error
        if not data:
            raise CameraError("hand_missing", "the scanner's events ended")
        self._rest += data
        whole = len(self._rest) // _EVENT.size * _EVENT.size
        events, self._rest = self._rest[:whole], self._rest[whole:]
        return "".join(
            self._keys.put(code, value) for _, _, kind, code, value in _EVENT.iter_unpack(events) if kind == _EV_KEY
        )

    def close(self) -> None:
        os.close(self._descriptor)


class SerialLine:
    """A scanner on a serial line or a USB one that looks like it; `path` or `path@baud`."""

    def __init__(self, place: str) -> None:
        import serial

        path, _, baud = place.partition("@")
        self._gone: type[Exception] = serial.SerialException
        self._undecoded = b""
        try:
            self._port = serial.Serial(path, int(baud or BAUD), timeout=PAUSE_S / 3, exclusive=True)
        except serial.SerialException as error:
            busy = "lock" in str(error) or error.errno == errno.EBUSY
            raise CameraError("hand_busy" if busy else "hand_missing", f"{path}: {error.strerror or error}") from error

    def read(self) -> str:
        try:
            data = self._undecoded + self._port.read(max(1, self._port.in_waiting))
        except (self._gone, OSError) as error:
            raise CameraError("hand_missing", f"the scanner is gone ({type(error).__name__})") from error
        for keep in range(min(4, len(data) + 1)):  # a letter may be cut between two reads
            try:
                text = data[: len(data) - keep].decode("utf-8")
            except UnicodeDecodeError:
                continue
            self._undecoded = data[len(data) - keep :]
            return text
        self._undecoded = b""
        return data.decode("latin-1")

    def close(self) -> None:
        self._port.close()


def open_hand(spec: str) -> Device:
    """Open `wedge:/dev/input/…` or `serial:/dev/…[@baud]`. Raises `CameraError`, `ValueError`."""
    kind, _, place = spec.partition(":")
    if kind == "wedge":
        return Wedge(place)
    if kind == "serial":
        return SerialLine(place)
    raise ValueError(f"{spec!r} is no hand scanner; allowed: wedge:/dev/input/…, serial:/dev/…")


def is_hand(spec: str) -> bool:
    """Whether a source is a hand scanner and not a camera."""
    return spec.startswith(("wedge:", "serial:"))


class HandReader:
    """Reads a hand scanner on a thread, opens it again when it was unplugged. `took` hears each text as a frame."""

    def __init__(self, spec: str, end: End, took: Callable[[Frame], None], told: Callable[[str, str], None]) -> None:
        self._spec = spec
        self._end: End = end
        self._took = took
        self._told = told
        self._stop = threading.Event()
        self._code = ""
        self._thread = threading.Thread(target=self._run, name="hand", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the scanner go."""
        self._stop.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        faults = 0
        while not self._stop.is_set():
            try:
                device = open_hand(self._spec)
            except CameraError as error:
                self._say(error.code, str(error))
                self._stop.wait(REOPEN_S[min(faults, len(REOPEN_S) - 1)])
                faults += 1
                continue
            faults = 0
            self._say("hand_ok", "")
            try:
                self._read(device)
            except CameraError as error:
                self._say(error.code, str(error))
                self._stop.wait(REOPEN_S[0])
            finally:
                device.close()

    def _read(self, device: Device) -> None:
        texts = Texts(self._end)
        while not self._stop.is_set():
            characters = device.read()
            now = time.monotonic()
            for text in texts.pause(now) if not characters else ():
                self._took(Frame(None, text=text))
            for character in characters:
                for text in texts.put(character, now):
                    self._took(Frame(None, text=text))

    def _say(self, code: str, why: str) -> None:
        if code != self._code:
            self._code = code
            self._told(code, why)
