"""Time, as every process of the product reads it.

House rule (docs/architecture.md §4): no room calls `time.time()` or `datetime.now()`; each takes a `Clock`. Nothing
here ever sets the machine's clock. A Pi has no battery-backed clock by default, so every reading carries a trust:

- ``trusted``: the kernel says its clock is disciplined (NTP), or the site's settings vouch for it;
- ``holdover``: a plausible date (after this build), but no synchronisation has been seen since boot;
- ``untrusted``: a date before this build: 1970 or a stale saved clock. No date is printed, no day begins.
"""

from __future__ import annotations

import ctypes
import json
import os
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

Trust = Literal["trusted", "holdover", "untrusted"]

CLOCK_FILE_VARIABLE = "MOTCUA_CLOCK_FILE"
BUILD_DATE = datetime(2026, 11, 1, tzinfo=UTC)
"""No true clock shows less: the floor under which a date is not believed."""

_STA_UNSYNC = 0x0040
_TIME_ERROR = 5


class Clock(Protocol):
    """What a room may ask of time."""

    def wall(self) -> datetime:
        """Now, aware, in the site's time zone."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; the only base for durations and time-outs."""
        ...

    def trust(self) -> Trust:
        """How far `wall` may be believed."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait that many (scaled) seconds."""
        ...


class _Timex(ctypes.Structure):
    # Only the head of the kernel's struct is read; the tail is room for the rest of it.
    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("_tail", ctypes.c_char * 256),
    ]


def kernel_synchronised() -> bool:
    """Whether the kernel counts its clock as disciplined (adjtimex(2), read only)."""
    libc = ctypes.CDLL(None, use_errno=True)
    timex = _Timex()
    state = int(libc.adjtimex(ctypes.byref(timex)))
    return state >= 0 and state != _TIME_ERROR and not timex.status & _STA_UNSYNC


@dataclass(frozen=True)
class Steering:
    """What a test or the simulator does to a running process's clock (`MOTCUA_CLOCK_FILE`)."""

    offset_s: float = 0.0
    scale: float = 1.0
    trust: Trust | None = None

    @classmethod
    def read(cls, path: Path) -> Steering:
        """Read the steering file. Raises `ValueError` naming the file when it is not what it should be."""
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            trust = raw.get("trust")
            if trust not in (None, "trusted", "holdover", "untrusted"):
                raise ValueError(f"trust is {trust!r}; allowed: trusted, holdover, untrusted, null")
            scale = float(raw.get("scale", 1.0))
            if scale <= 0:
                raise ValueError(f"scale is {scale}; it must be above 0")
            return cls(float(raw.get("offset_s", 0.0)), scale, trust)
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise ValueError(f"{path}: not a clock steering file: {error}") from error

    def write(self, path: Path) -> None:
        """Put it there, whole: who reads the file sees it at the next look. Raises `OSError`."""
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self)), encoding="ascii")
        draft.replace(path)


class SystemClock:
    """The machine's clock, read only; steerable through a file when (and only when) the environment names one.

    `scale` counts from the moment the process first read the steering, so that a later change of scale never makes
    `monotonic` go back.
    """

    def __init__(self, zone: tzinfo, *, vouched: bool = False, steering: Path | None = None) -> None:
        self._zone = zone
        self._vouched = vouched
        self._path = steering
        self._seen: tuple[int, int] | None = None
        self._steer = Steering()
        self._anchor_real = time.monotonic()
        self._anchor_mono = self._anchor_real
        self._anchor_wall = 0.0
        self._trust_read_at = float("-inf")
        self._synchronised = False
        self._look()

    def _look(self) -> None:
        if self._path is None:
            return
        status = self._path.stat()
        key = (status.st_mtime_ns, status.st_ino)
        if key == self._seen:
            return
        new = Steering.read(self._path)
        real = time.monotonic()
        mono = self._anchor_mono + (real - self._anchor_real) * self._steer.scale
        # A jump of the wall clock (offset) is what the file says; scaled seconds that went by before stay counted.
        gone = self._anchor_wall + (real - self._anchor_real) * (self._steer.scale - 1.0) if self._seen else 0.0
        self._anchor_real, self._anchor_mono, self._anchor_wall = real, mono, gone
        self._steer, self._seen = new, key

    def wall(self) -> datetime:
        self._look()
        stretched = self._anchor_wall + (time.monotonic() - self._anchor_real) * (self._steer.scale - 1.0)
        seconds = time.time() + self._steer.offset_s + stretched
        return datetime.fromtimestamp(seconds, UTC).astimezone(self._zone)

    def monotonic(self) -> float:
        self._look()
        return self._anchor_mono + (time.monotonic() - self._anchor_real) * self._steer.scale

    def trust(self) -> Trust:
        self._look()
        if self._steer.trust is not None:
            return self._steer.trust
        if self.wall() < BUILD_DATE:
            return "untrusted"
        if self._vouched:
            return "trusted"
        now = time.monotonic()
        if now - self._trust_read_at > 5.0:  # the kernel's word changes rarely; ask it at most every 5 s
            self._synchronised = kernel_synchronised()
            self._trust_read_at = now
        return "trusted" if self._synchronised else "holdover"

    def sleep(self, seconds: float) -> None:
        self._look()
        time.sleep(max(0.0, seconds) / self._steer.scale)


@dataclass
class FakeClock:
    """A clock that stands still until it is told to move; for unit tests and pure simulations."""

    now: datetime = datetime(2026, 11, 23, 7, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    mono: float = 1000.0
    trusted: Trust = "trusted"
    slept: list[float] = field(default_factory=list)

    def wall(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.mono

    def trust(self) -> Trust:
        return self.trusted

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time go by: wall and monotonic together."""
        self.now += timedelta(seconds=seconds)
        self.mono += seconds

    def jump(self, seconds: float) -> None:
        """Move the wall clock alone, as a bad NTP answer or a technician would."""
        self.now += timedelta(seconds=seconds)


def make_clock(timezone: str, trust: Literal["auto", "assume"] = "auto") -> SystemClock:
    """The clock of a process. Raises `ValueError` for a bad steering file, `KeyError` for an unknown zone."""
    named = os.environ.get(CLOCK_FILE_VARIABLE)
    return SystemClock(ZoneInfo(timezone), vouched=trust == "assume", steering=Path(named) if named else None)
