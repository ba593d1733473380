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
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from config.process import no_dump, setup_logging
from kiosk.scanner.camera import Reopening, open_source
from kiosk.scanner.frames import Stuck
from kiosk.scanner.hand import HandReader, is_hand
from kiosk.scanner.picamera import prepare
from kiosk.scanner.view import Writer
from kiosk.scanner.watcher import Decoding

log = logging.getLogger("kiosk.scanner")

EXIT_STUCK = 75
IDLE_BEAT_S = 1.0
PREPARE_S = 30.0
"""Longest time for reading the camera's libraries from a cold card, before anybody stands there."""
VIEW_FPS = 12.0
"""Pictures a second for the screen while it shows them; decoding keeps its own, slower pace."""

_PR_SET_PDEATHSIG = 1


def leave_no_trace() -> None:
    """No core dump (it would hold what the camera saw), and no life after the parent."""
    no_dump()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")


def main() -> int:
    """Entry of `python -m kiosk.scanner.child`."""
    leave_no_trace()
    setup_logging("scanner")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent ends this process
    out = os.fdopen(os.dup(1), "w", encoding="ascii", buffering=1)
    os.dup2(2, 1)  # a library that prints must not break the messages
    orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    lock = threading.Lock()

    def tell(message: dict[str, Any]) -> None:
        with lock:
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
    spec, hand_spec = str(settings["source"]), str(settings.get("hand") or "")
    camera_spec, hand_spec = ("none", spec) if is_hand(spec) else (spec, hand_spec)
    watching = bool(start.get("watch", True))

    codes = {"camera": "", "hand": ""}

    def told(part: str, code: str, why: str) -> None:
        if why:
            log.warning("%s: %s (%s)", part, code, why)
        codes[part] = code
        tell({"t": "state", "code": worse(codes["camera"], codes["hand"])})

    camera = Reopening(
        lambda: open_source(
            camera_spec,
            int(settings["width"]),
            int(settings["height"]),
            float(settings["fps"]),
            float(settings["focus_m"]),
        ),
        lambda code, why: told("camera", code, why),
    )
    tell({"t": "beat", "grace": PREPARE_S})
    if camera_spec == "picamera2":
        prepare()
    tell({"t": "beat"})
    decoding = Decoding(float(settings["fps"]), tell)
    hand: HandReader | None = None
    if hand_spec:
        # Read at every hour, so that nothing it types goes elsewhere; listened to only at the screen that asks.
        hand = HandReader(
            hand_spec,
            settings.get("hand_end", "enter"),
            lambda frame: decoding.put(frame) if watching else None,
            lambda code, why: told("hand", code, why),
        )
    view = Writer(int(start["view"])) if start.get("view") is not None else None
    interval = 1.0 / max(float(settings["fps"]), VIEW_FPS if view is not None else 0.0)
    due = time.monotonic()
    beaten = due
    while True:
        for order in _waiting(orders):
            match order.get("do"):
                case "stop":
                    camera.close()
                    decoding.stop()
                    if hand is not None:
                        hand.stop()
                    return
                case "watch":
                    watching = bool(order.get("on"))
                    decoding.forget()
                    if not watching:
                        camera.close()
                case "today":
                    date = order.get("date")
                    decoding.today = dt.date.fromisoformat(date) if date else None
        if not decoding.alive():
            raise RuntimeError("the decoding thread has ended")
        now = time.monotonic()
        frame = camera.read(now) if watching and camera_spec != "none" else None
        well = decoding.busy_s(now) < float(settings["stall_s"])
        if frame is not None:
            decoding.put(frame)
            if well:
                tell({"t": "frame"})
                beaten = now
            if view is not None and frame.luma is not None:
                overlay = decoding.overlay
                tell(view.put(frame.luma, overlay.corners, overlay.read))
        elif well and now - beaten >= IDLE_BEAT_S:
            beaten = now
            tell({"t": "beat"})
        due = max(due + interval, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))


def worse(camera: str, hand: str) -> str:
    """One code for both devices: what is broken goes first, the camera before the hand scanner."""
    if camera and camera != "camera_ok":
        return camera
    return hand if hand and (hand != "hand_ok" or not camera) else camera


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
    status = main()
    logging.shutdown()
    # Not sys.exit: a decoder still at its last frame would come back to an interpreter that is being taken down, and
    # its C++ would call abort (14 of 60 stops over a desk full of print). Nothing here is left to be put in order.
    os._exit(status)
