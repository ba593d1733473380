"""How a process of the product starts, lives and ends: log, signals, watchdog, no thread that dies unseen."""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import signal
import socket
import sys
import threading
import time
from types import FrameType

EXIT_OK = 0
EXIT_USAGE = 2
EXIT_UNREACHABLE = 3
"""A command could not reach the process it talks to."""
EXIT_REFUSED = 4
"""The process was reached and said no."""
EXIT_THREAD_DIED = 70

_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


class _JournalFormatter(logging.Formatter):
    """One line a record, `<priority>name: text`, which journald splits by itself; a plain line on a terminal."""

    def __init__(self, name: str, prefixed: bool) -> None:
        super().__init__("%(message)s")
        self._name = name
        self._prefixed = prefixed

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record).replace("\n", "\n  ")
        if self._prefixed:
            return f"<{_PRIORITY.get(record.levelno, 6)}>{text}"
        return f"{time.strftime('%H:%M:%S')} {self._name} {record.levelname.lower()}: {text}"


def setup_logging(name: str, level: int = logging.INFO) -> logging.Logger:
    """Log to standard error, one line a record. Under systemd (`JOURNAL_STREAM`) with syslog priorities."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JournalFormatter(name, "JOURNAL_STREAM" in os.environ))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    return logging.getLogger(name)


_PR_SET_DUMPABLE = 4


def no_dump() -> None:
    """No core dump of this process and no look into its memory by others of its user: it holds what people show it.

    RLIMIT_CORE alone does not stop a dump into a pipe, so the process is marked as well. Raises `OSError`.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_DUMPABLE) failed")


_WIPING = {"PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0:glibc.malloc.perturb=85"}


def wipe_freed_memory() -> None:
    """Begin this process anew (same pid, once) so that the C library writes over every piece of memory it gives back.

    Without it a text that nobody holds any more stays readable for hours: typed names, codes, answers. It costs a
    sixth of the time of a screen. Call it before anything else is begun.
    """
    if all(os.environ.get(name) == value for name, value in _WIPING.items()):
        return
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **_WIPING})


def give_back_memory() -> None:
    """Return freed memory to the system, so that a process which drew a thousand screens is no larger than after ten.

    About half a millisecond. A C library that cannot do it is left alone.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def ordinary_environment() -> dict[str, str]:
    """The environment for a child that need not wipe what it frees."""
    return {name: value for name, value in os.environ.items() if name not in _WIPING}


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set; the second signal ends the process at once."""
    stop = threading.Event()

    def handle(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    return stop


def die_on_thread_exception() -> None:
    """End the process when any thread ends by an exception: systemd starts it again (house §7).

    A process that lost a thread looks alive and is not; paho and two of our models taught this.
    """

    def hook(args: threading.ExceptHookArgs) -> None:
        if args.exc_type is SystemExit:
            return
        where = args.thread.name if args.thread else "?"
        logging.getLogger("process").critical(
            "thread %s died; ending the process so that it starts anew",
            where,
            exc_info=(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback),
        )
        logging.shutdown()
        os._exit(EXIT_THREAD_DIED)

    threading.excepthook = hook


def notify(state: str) -> bool:
    """Tell systemd (`sd_notify` protocol: one datagram to `NOTIFY_SOCKET`). False when nobody asked."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        try:
            out.sendto(state.encode(), address)
        except OSError as error:
            logging.getLogger("process").warning("systemd did not take %s: %s", state.split("=")[0], error)
            return False
    return True


class Heart:
    """Feeds the watchdog only while every registered part has beaten lately.

    `limits` gives, for each part, the seconds that may pass between two beats (above 0). A part that is not expected
    to beat for a while is `pause`d. Time is the real monotonic clock: a watchdog must not follow a scaled one.
    """

    def __init__(self, limits: dict[str, float]) -> None:
        self._limits = dict(limits)
        start = time.monotonic()
        self._last: dict[str, float] = dict.fromkeys(limits, start)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def beat(self, part: str) -> None:
        """This part is alive now. Raises `KeyError` for a part that was never registered."""
        with self._lock:
            if part not in self._limits:
                raise KeyError(f"unknown part {part!r}; registered: {', '.join(sorted(self._limits))}")
            self._last[part] = time.monotonic()

    def pause(self, part: str) -> None:
        """This part need not beat until its next beat."""
        with self._lock:
            self._last[part] = float("inf")

    def late(self) -> list[str]:
        """The parts whose last beat is older than their limit."""
        now = time.monotonic()
        with self._lock:
            return sorted(part for part, limit in self._limits.items() if now - self._last[part] > limit)

    def start(self) -> None:
        """Begin to feed the watchdog, at a third of the interval systemd asks for; nothing without systemd."""
        microseconds = os.environ.get("WATCHDOG_USEC")
        if not microseconds:
            return
        interval = int(microseconds) / 3e6
        self._thread = threading.Thread(target=self._feed, args=(interval,), name="heart", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop feeding (the process is about to end)."""
        self._stop.set()

    def _feed(self, interval: float) -> None:
        told: list[str] = []
        while not self._stop.wait(interval):
            late = self.late()
            if not late:
                notify("WATCHDOG=1")
            elif late != told:
                logging.getLogger("process").error("no heartbeat from %s: the watchdog is not fed", ", ".join(late))
            told = late


class LossLog:
    """Log a loss once and its return once (house §7), with how long it lasted."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._lost: dict[str, float] = {}

    def lost(self, what: str, why: str) -> bool:
        """Note that `what` is gone. True the first time."""
        if what in self._lost:
            return False
        self._lost[what] = time.monotonic()
        self._logger.warning("%s lost: %s", what, why)
        return True

    def back(self, what: str) -> bool:
        """Note that `what` works. True when it had been lost."""
        since = self._lost.pop(what, None)
        if since is None:
            return False
        self._logger.info("%s back after %.1f s", what, time.monotonic() - since)
        return True
