"""The child process of the scanner: frames in, kinds and accepted codes out.

It lives apart from the kiosk because it runs native decoders on what strangers hold up. Raw texts exist only in its
memory, for as long as a frame is judged: it writes no file, logs no text, leaves no core dump. It ends with its parent.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import json
import logging
import os
import queue
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from config.process import setup_logging
from kiosk.scanner.camera import Reopening, open_source
from kiosk.scanner.decode import STAGES, Found, Luma, Stage, run_stage
from kiosk.scanner.frames import Frame, Stuck
from kiosk.scanner.picamera import prepare
from kiosk.scanner.still import confirmed
from kiosk.scanner.vote import Seen, Vote

log = logging.getLogger("kiosk.scanner")

EXIT_STUCK = 75
IDLE_BEAT_S = 1.0
PREPARE_S = 30.0
"""Longest time for reading the camera's libraries from a cold card, before anybody stands there."""
STILL_LOOKS = 24
"""A picture that has not changed is looked at this often (each stage at least twice), then only a change counts."""

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def leave_no_trace() -> None:
    """No core dump (a dump holds what the camera saw, and RLIMIT_CORE alone does not stop a dump into a pipe), and no
    life after the parent."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value in ((_PR_SET_PDEATHSIG, signal.SIGKILL), (_PR_SET_DUMPABLE, 0)):
        if libc.prctl(option, int(value), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


def plan(frame: int, pending: str | None) -> tuple[Stage, ...]:
    """The stages for the frame of that number: the first always, patches every second, the slow three in turn every
    fourth. A stage that has just read a code not yet confirmed is asked again at once."""
    stages: list[Stage] = ["zxing"]
    if frame % 2 == 1:
        stages.append("patches")
    if frame % 4 == 2:
        stages.append(STAGES[2 + frame // 4 % 3])
    if pending is not None:
        again: Stage | None = (
            "patches" if pending.endswith("-patch") else next((s for s in STAGES if s == pending), None)
        )
        if again is not None and again not in stages:
            stages.append(again)
    return tuple(stages)


def look(luma: Luma, stages: tuple[Stage, ...], today: dt.date | None) -> list[Found]:
    """Run the stages on one frame; the slow ones only while no code is found."""
    found: list[Found] = []
    for stage in stages:
        if stage not in ("zxing", "patches") and any(each.reading.code for each in found):
            continue
        found += run_stage(stage, luma, today, [each.symbol for each in found])
    return found


class Watcher:
    """Frames through decode, grammar and vote. One thread; what it holds of a frame is gone with the next."""

    def __init__(self) -> None:
        self._vote = Vote()
        self._number = 0
        self._stills = 0

    def forget(self) -> None:
        """Begin anew: another person stands there, or nobody."""
        self._vote.forget()
        self._stills = 0

    def frame(self, frame: Frame, today: dt.date | None) -> dict[str, Any] | None:
        """Judge one frame; the message for the parent where there is something to announce."""
        if frame.fresh:
            self.forget()
        self._stills = self._stills + 1 if frame.same else 0
        if frame.luma is None:
            self._vote.frame(())
            return None
        if self._stills > STILL_LOOKS:
            return None
        began = time.perf_counter()
        stages = plan(self._number, self._vote.pending())
        self._number += 1
        found = look(frame.luma, stages, today)
        if frame.same:
            # The same picture twice would agree with itself: here the second opinion stands in for the second frame.
            found = [confirmed(each, frame.luma, today) for each in found]
        ms = (time.perf_counter() - began) * 1000
        verdict = self._vote.frame(Seen(each.reading, each.symbol.symbology, each.symbol.engine) for each in found)
        if verdict is None:
            return None
        return {
            "t": "result",
            "kind": verdict.reading.kind,
            "code": verdict.reading.code,
            "symbology": verdict.symbology,
            "engine": verdict.engine,
            "ms": round(ms, 1),
        }


def main() -> int:
    """Entry of `python -m kiosk.scanner.child`."""
    leave_no_trace()
    setup_logging("scanner")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent ends this process
    out = os.fdopen(os.dup(1), "w", encoding="ascii", buffering=1)
    os.dup2(2, 1)  # a library that prints must not break the messages
    orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def tell(message: dict[str, Any]) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    threading.Thread(target=_listen, args=(orders,), name="orders", daemon=True).start()
    start = orders.get()
    if start.get("do") != "start":
        return 0 if start.get("do") == "stop" else 64
    try:
        _work(start, orders, tell)
    except Stuck as error:
        log.error("%s; ending the process, which frees it", error)
        logging.shutdown()
        os._exit(EXIT_STUCK)
    except BrokenPipeError:
        return 0  # the parent is gone
    return 0


def _work(start: dict[str, Any], orders: queue.SimpleQueue[dict[str, Any]], tell: Any) -> None:
    settings = start["settings"]
    watching = bool(start.get("watch", True))
    today: dt.date | None = None
    interval = 1.0 / float(settings["fps"])

    def told(code: str, why: str) -> None:
        if why:
            log.warning("camera: %s (%s)", code, why)
        tell({"t": "state", "code": code})

    camera = Reopening(
        lambda: open_source(
            settings["source"],
            int(settings["width"]),
            int(settings["height"]),
            float(settings["fps"]),
            float(settings["focus_m"]),
        ),
        told,
    )
    watcher = Watcher()
    tell({"t": "beat", "grace": PREPARE_S})
    if settings["source"] == "picamera2":
        prepare()
    tell({"t": "beat"})
    due = time.monotonic()
    beaten = due
    while True:
        for order in _waiting(orders):
            match order.get("do"):
                case "stop":
                    camera.close()
                    return
                case "watch":
                    watching = bool(order.get("on"))
                    watcher.forget()
                    if not watching:
                        camera.close()
                case "today":
                    date = order.get("date")
                    today = dt.date.fromisoformat(date) if date else None
        now = time.monotonic()
        frame = camera.read(now) if watching else None
        if frame is not None:
            tell({"t": "frame"})
            beaten = now
            message = watcher.frame(frame, today)
            if message is not None:
                tell(message)
        elif now - beaten >= IDLE_BEAT_S:
            beaten = now
            tell({"t": "beat"})
        due = max(due + interval, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))


def _waiting(orders: queue.SimpleQueue[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    while True:
        try:
            yield orders.get_nowait()
        except queue.Empty:
            return


def _listen(orders: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        try:
            order = json.loads(line)
        except ValueError:
            continue
        if isinstance(order, dict):
            orders.put(order)
    orders.put({"do": "stop"})  # the parent closed the pipe


if __name__ == "__main__":
    sys.exit(main())
