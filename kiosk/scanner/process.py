"""Keeper of the scanner's child process: starts it, listens, kills it when it hangs, starts it again, gives up in time.

The child is another interpreter (`python -m kiosk.scanner.child`) and not a fork: the kiosk's process holds a display
and threads, and a decoder that crashes on a hostile symbol must take nothing of that with it. Messages are JSON
lines, one short object each: settings and commands go in on standard input, beats, results and states come out on
standard output. What the child writes to standard error is the kiosk's standard error.
"""

from __future__ import annotations

import json
import logging
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

from config.clock import Clock
from config.process import LossLog, ordinary_environment
from config.settings import Settings
from kiosk.scanner.grammar import PRIORITY, WITH_CODE, Kind
from kiosk.scanner.states import MAX_FAILURES, STATES, ScannerState
from kiosk.scanner.view import Reader, View, shared

log = logging.getLogger("kiosk.scanner")

BACKOFF_S = (0.5, 1.0, 2.0, 5.0)
"""Waits before the second, third, … start in a row."""
HEALTHY_S = 30.0
"""A child that lived this long since its first frame was well: the count of failures begins anew."""
START_S = 20.0
"""Time until the first word of a child: a cold Pi 4 reads numpy and two decoders from its card."""
STOP_S = 2.0
MAX_LINE = 4096


@dataclass(frozen=True, slots=True)
class ScanResult:
    """One paper before the camera. `code` only for dossier, url_with_dossier and ticket; never any other text.

    `symbology`: code128, qr, code39. `engine`: the stage of the cascade that read it. `ms`: time of the decoding of
    the frame that settled it.
    """

    kind: Kind
    code: str | None
    symbology: str | None
    engine: str | None
    ms: float


def today_for(clock: Clock) -> str | None:
    """The date the grammar may bound dossier codes with (ISO), or None while the clock is not to be believed."""
    return None if clock.trust() == "untrusted" else clock.wall().date().isoformat()


class ScannerProcess:
    """The scanner as the kiosk sees it. All methods may be called from any thread."""

    def __init__(self, settings: Settings, clock: Clock, *, command: list[str] | None = None) -> None:
        """`command` replaces the child's command line (tests bring children that hang or die)."""
        self._settings = settings.scanner
        self._clock = clock
        self._command = command or [sys.executable, "-m", "kiosk.scanner.child"]
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._watching = True
        self._gave_up = False
        self._state: str | None = None
        self._on_result: Callable[[ScanResult], None] = lambda result: None
        self._on_state: Callable[[ScannerState], None] = lambda state: None
        self._on_guide: Callable[[str], None] = lambda hint: None
        self._on_view: Callable[[View], None] | None = None
        self._view: Reader | None = None

    def start(
        self,
        on_result: Callable[[ScanResult], None],
        on_state: Callable[[ScannerState], None] | None = None,
        on_guide: Callable[[str], None] | None = None,
        on_view: Callable[[View], None] | None = None,
    ) -> None:
        """Start the child and its keeper; returns at once. Raises `RuntimeError` when it is running already.

        `on_guide`: closer, farther, still, turn, light or "", when it changes. `on_view`: some 12 small pictures a
        second while the scanner watches; without it none are made.
        """
        if self._thread is not None and self._thread.is_alive():
            raise RuntimeError("the scanner is running already")
        self._stop.clear()
        self._gave_up = False
        self._state = None
        self._on_result = on_result
        if on_state is not None:
            self._on_state = on_state
        if on_guide is not None:
            self._on_guide = on_guide
        self._on_view = on_view
        self._thread = threading.Thread(target=self._keep, name="scanner", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End child and keeper; back within about 3 s. Nothing happens when it is not running."""
        self._stop.set()
        self._send({"do": "stop"})
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(STOP_S + 1.0)
            self._thread = None

    def alive(self) -> bool:
        """Whether a receipt held up now will be read, now or after the restart that is going on."""
        thread = self._thread
        return thread is not None and thread.is_alive() and not self._gave_up and self._fitted()

    def _fitted(self) -> bool:
        return self._settings.source != "none" or bool(self._settings.hand)

    def watch(self, on: bool) -> None:
        """Look (True) or let the camera go (False). Either forgets what was seen, so that it is announced again."""
        self._watching = on
        self._send({"do": "watch", "on": on})

    def pid(self) -> int | None:
        """Process id of the child, None while there is none."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    # -- the keeper's thread

    def _keep(self) -> None:
        if not self._fitted():
            self._say("camera_off")
            return
        losses = LossLog(log)
        failures = 0
        while not self._stop.is_set():
            well_s, why = self._one_life(losses)
            if self._stop.is_set():
                return
            failures = 1 if well_s >= HEALTHY_S else failures + 1
            losses.lost("scanner", why)
            if failures >= MAX_FAILURES:
                self._gave_up = True
                log.error("scanner gave up after %d failures in a row; last: %s", failures, why)
                self._say("scanner_gave_up")
                return
            self._say("scanner_restarting")
            self._stop.wait(BACKOFF_S[min(failures, len(BACKOFF_S)) - 1])

    def _one_life(self, losses: LossLog) -> tuple[float, str]:
        """Run one child to its end. (seconds it was well, why it ended)."""
        memory = shared() if self._on_view is not None else None
        try:
            # Its buffers are frames: writing over each would take half of its time.
            child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env=ordinary_environment(),
                pass_fds=() if memory is None else (memory,),
            )
        except OSError as error:  # no memory, no process left: the kiosk goes on without a scanner
            if memory is not None:
                os.close(memory)
            return 0.0, f"the child cannot be started: {error}"
        self._view = None if memory is None else Reader(memory)
        with self._lock:
            self._child = child
        first_frame: float | None = None
        why = ""
        try:
            settings = self._settings.model_dump(mode="json")
            self._send({"do": "start", "settings": settings, "watch": self._watching, "view": memory})
            self._send_today()
            for message in self._messages(child):
                if isinstance(message, str):
                    why = message
                    break
                if message.get("t") == "frame" and first_frame is None:
                    first_frame = time.monotonic()
                    losses.back("scanner")
                self._take(message)
        finally:
            with self._lock:
                self._child = None
            _end(child, at_once=bool(why))
            if self._view is not None and memory is not None:
                self._view.close()
                self._view = None
                os.close(memory)
        well = time.monotonic() - first_frame if first_frame is not None else 0.0
        return well, why or f"the child ended with status {child.returncode}"

    def _messages(self, child: subprocess.Popen[bytes]) -> Iterator[dict[str, Any] | str]:
        """Messages of the child until it ends; a string says why it must be ended."""
        out = cast(IO[bytes], child.stdout)
        buffer = b""
        deadline = time.monotonic() + START_S
        told_today = time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            while True:
                now = time.monotonic()
                if self._stop.is_set():
                    return
                if now >= deadline:
                    yield f"no word from the child for {self._settings.stall_s:g} s"
                    return
                if now - told_today > 60.0:
                    told_today = now
                    self._send_today()
                if not selector.select(min(0.25, deadline - now)):
                    continue
                chunk = os.read(out.fileno(), 65536)
                if not chunk:
                    return
                buffer += chunk
                *lines, buffer = buffer.split(b"\n")
                if len(buffer) > MAX_LINE:
                    yield "the child sent a line without end"
                    return
                for line in lines:
                    try:
                        message = json.loads(line)
                    except ValueError:
                        message = None
                    if not isinstance(message, dict):
                        # The line itself is not logged: only the child knows what may stand in it.
                        yield "the child sent a line that is no message"
                        return
                    deadline = time.monotonic() + self._settings.stall_s + float(message.get("grace", 0))
                    yield message

    def _take(self, message: dict[str, Any]) -> None:
        match message.get("t"):
            case "result":
                result = _result(message)
                if result is not None and not self._stop.is_set() and self._watching:
                    self._on_result(result)
            case "guide":
                if self._watching:
                    self._on_guide(str(message.get("hint", "")))
            case "view":
                view = self._view.get(message) if self._view is not None else None
                if view is not None and self._watching and self._on_view is not None:
                    self._on_view(view)
            case "state":
                self._say(str(message.get("code")))
            case _:
                pass  # "frame" and "beat" only feed the deadline

    def _say(self, code: str) -> None:
        if code != self._state and code in STATES:
            self._state = code
            self._on_state(STATES[code])

    def _send_today(self) -> None:
        self._send({"do": "today", "date": today_for(self._clock)})

    def _send(self, message: dict[str, Any]) -> None:
        with self._lock:
            child = self._child
            if child is None or child.stdin is None:
                return
            try:
                child.stdin.write(json.dumps(message).encode() + b"\n")
            except (BrokenPipeError, ValueError):
                log.debug("the scanner's child is gone; its end will be seen on the other pipe")


def _result(message: dict[str, Any]) -> ScanResult | None:
    """A result as the child sent it, or None when it has not the shape agreed on."""
    kind = message.get("kind")
    if kind not in PRIORITY or kind == "none":
        return None
    code = message.get("code") if kind in WITH_CODE else None
    ms = message.get("ms")
    return ScanResult(
        kind=cast(Kind, kind),
        code=str(code) if code else None,
        symbology=message.get("symbology"),
        engine=message.get("engine"),
        ms=float(ms) if isinstance(ms, int | float) else 0.0,
    )


def _end(child: subprocess.Popen[bytes], *, at_once: bool) -> None:
    """Close, wait a little (not for one that misbehaved), kill, reap. It owns nothing that could be lost."""
    if child.stdin is not None:
        try:
            child.stdin.close()
        except BrokenPipeError:
            log.debug("the child closed its pipe first")
    try:
        child.wait(0 if at_once else STOP_S / 2)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()
