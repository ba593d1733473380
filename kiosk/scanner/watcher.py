"""Frames through decoding, grammar and vote, and what is said of them: results, hints, the place of a code.

`Watcher` judges one frame after the other. `Decoding` runs it on a thread of its own with the newest frame only, so
that the picture on the screen keeps moving while a slow stage is at work.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from kiosk.scanner.decode import STAGES, Found, Luma, Stage, run_stage
from kiosk.scanner.frames import Frame
from kiosk.scanner.grammar import NONE, classify
from kiosk.scanner.guide import Guide, Hint, Point
from kiosk.scanner.still import confirmed
from kiosk.scanner.vote import Seen, Vote

STILL_LOOKS = 24
"""A picture that has not changed is looked at this often (each stage at least twice), then only a change counts."""

CALM = 26
"""Frames without movement after which every stage has had at least two turns."""
STIRRED = 14
"""Change of grey, in the mean of 16 × 16 px, that is no noise: print that goes 2 px on, measured on rendered sheets."""
SWEPT = 4 * STIRRED
"""Change of grey when print goes some 8 px on from frame to frame: a hand that comes or goes, not one that trembles."""

Pace = Literal["full", "half", "third"]
STEP: dict[Pace, int] = {"full": 6, "half": 3, "third": 2}
"""How far a frame takes the turns of the slow stages on. At full pace a frame is 6."""

Message = dict[str, Any]
Small = npt.NDArray[np.int16]


def plan(turn: int, pending: str | None, pace: Pace = "full") -> tuple[Stage, ...]:
    """The stages for the frame at that turn (the sum of the `STEP`s before it): the first always; at full pace patches
    in every second frame, the slow three one after the other in every fourth. A stage that has just read a code not yet
    confirmed is asked again at once. Counted in turns, a scene that changes its pace leaves no stage out."""
    stages: list[Stage] = ["zxing"]
    after = turn + STEP[pace]
    if _passed(turn, after, every=12, at=6):
        stages.append("patches")
    if _passed(turn, after, every=24, at=12):
        stages.append(STAGES[2 + turn // 24 % 3])
    if pending is not None:
        again: Stage | None = (
            "patches" if pending.endswith("-patch") else next((s for s in STAGES if s == pending), None)
        )
        if again is not None and again not in stages:
            stages.append(again)
    return tuple(stages)


def _passed(before: int, after: int, *, every: int, at: int) -> bool:
    """Whether one of `at`, `at + every`, … lies in `before` … `after - 1`."""
    return (after - 1 - at) // every > (before - 1 - at) // every


def look(luma: Luma, stages: tuple[Stage, ...], today: dt.date | None, *, thorough: bool = True) -> list[Found]:
    """Run the stages on one frame; the slow ones only while no code is found. Without `thorough` the first stage leaves
    out what hardly ever helps and costs a third of it."""
    found: list[Found] = []
    for stage in stages:
        if stage not in ("zxing", "patches") and any(each.reading.code for each in found):
            continue
        found += run_stage(stage, luma, today, [each.symbol for each in found], thorough=thorough)
    return found


class Scene:
    """How much moves before the camera, and whether anything is there. Holds a picture of 80 × 45 px."""

    def __init__(self) -> None:
        self._small: Small | None = None
        self._calm = 0

    def forget(self) -> None:
        """Begin anew."""
        self._small, self._calm = None, 0

    def frame(self, luma: Luma) -> tuple[Pace, bool]:
        """The pace for the slow stages, and whether there is nothing but an even surface.

        Half: all goes by so fast that it is blurred. Third: nothing has moved for `CALM` frames, every stage has had
        its turns. Full: someone holds something still, or as still as hands are."""
        if min(luma.shape) < 64:
            return "full", False
        small = np.asarray(Image.fromarray(luma).reduce(16), dtype=np.int16)
        before, self._small = self._small, small
        if before is None or before.shape != small.shape:
            self._calm, change = 0, 0
        else:
            change = int(np.abs(small - before).max())
            self._calm = 0 if change > STIRRED else self._calm + 1
        pace: Pace = "half" if change > SWEPT else "third" if self._calm >= CALM else "full"
        return pace, _bare(luma)


def _bare(luma: Luma) -> bool:
    """Whether no part of the picture has more texture than its noise: then only the fast stage looks."""
    part = luma[: luma.shape[0] // 32 * 32 : 4, : luma.shape[1] // 32 * 32 : 2].astype(np.int16)
    steps = np.abs(np.diff(part, axis=1, append=part[:, -1:]))
    blocks = steps.reshape(part.shape[0] // 8, 8, part.shape[1] // 16, 16).mean(axis=(1, 3))
    middle = float(np.median(blocks))
    return float(blocks.max()) < 1.5 * middle + 1.0


@dataclass(frozen=True, slots=True)
class Overlay:
    """Where something is seen in the last frame, in its px, and whether it was read."""

    corners: tuple[Point, ...] = ()
    read: bool = False


class Watcher:
    """Frames through decode, grammar and vote. One thread; what it holds of a frame is gone with the next."""

    def __init__(self) -> None:
        self._vote = Vote()
        self._guide = Guide()
        self._scene = Scene()
        self._number = 0
        self._turn = 0
        self._stills = 0
        self._hint: Hint = ""
        self.overlay = Overlay()

    def forget(self) -> None:
        """Begin anew: another person stands there, or nobody."""
        self._vote.forget()
        self._guide.forget()
        self._scene.forget()
        self._stills = 0
        self.overlay = Overlay()

    def frame(self, frame: Frame, today: dt.date | None) -> list[Message]:
        """Judge one frame; the messages for the parent: a result, a changed hint."""
        if frame.text is not None:
            return self._typed(frame.text, today)
        if frame.fresh:
            self.forget()
        self._stills = self._stills + 1 if frame.same else 0
        if frame.luma is None:
            self._vote.frame(())
            self.overlay = Overlay()
            return self._hinted(self._guide.frame(None, False, time.monotonic()))
        if self._stills > STILL_LOOKS:
            return []
        began = time.perf_counter()
        pending = self._vote.pending()
        pace, bare = self._scene.frame(frame.luma)
        stages = plan(self._turn, pending, pace)
        if bare and pending is None:
            stages = stages[:1]
        found = look(frame.luma, stages, today, thorough=self._number % 4 == 0)
        self._number += 1
        self._turn += STEP[pace]
        if frame.same:
            # The same picture twice would agree with itself: here the second opinion stands in for the second frame.
            found = [confirmed(each, frame.luma, today) for each in found]
        ms = (time.perf_counter() - began) * 1000
        verdict = self._vote.frame(Seen(each.reading, each.symbol.symbology, each.symbol.engine) for each in found)
        seen = next((each.symbol.corners for each in found if each.symbol.corners), ())
        hint = self._guide.frame(frame.luma, bool(found), time.monotonic())
        self.overlay = Overlay(seen or self._guide.corners, bool(seen))
        messages = self._hinted(hint)
        if verdict is not None:
            messages.append(
                {
                    "t": "result",
                    "kind": verdict.reading.kind,
                    "code": verdict.reading.code,
                    "symbology": verdict.symbology,
                    "engine": verdict.engine,
                    "ms": round(ms, 1),
                }
            )
        return messages

    def _typed(self, text: str, today: dt.date | None) -> list[Message]:
        """A hand scanner's line: it has decoded and checked by itself, and beeped; the grammar says what it is."""
        reading = classify(text, today)
        if reading == NONE:
            return []
        return [
            {"t": "result", "kind": reading.kind, "code": reading.code, "symbology": None, "engine": "hand", "ms": 0}
        ]

    def _hinted(self, hint: Hint) -> list[Message]:
        if hint == self._hint:
            return []
        self._hint = hint
        return [{"t": "guide", "hint": hint}]


class Decoding:
    """A thread that judges the newest frame, at most so many a second.

    `said` hears the messages, on that thread. `busy_s` tells how long it has been at one frame: whoever keeps the
    process alive must stop saying that all is well when that grows too long.
    """

    def __init__(self, fps: float, said: Callable[[Message], None]) -> None:
        self._interval = 1.0 / fps
        self._said = said
        self._ready = threading.Condition()
        self._frame: Frame | None = None
        self._texts: list[Frame] = []
        self._forget = False
        self._epoch = 0
        self._stop = False
        self._began: float | None = None
        self._watcher = Watcher()
        self.today: dt.date | None = None
        self._thread = threading.Thread(target=self._judge_all, name="decoding", daemon=True)
        self._thread.start()

    @property
    def overlay(self) -> Overlay:
        """Where something was seen in the frame judged last."""
        return self._watcher.overlay

    def busy_s(self, now: float) -> float:
        """Seconds since the frame in work was begun; 0 when idle."""
        began = self._began
        return 0.0 if began is None else now - began

    def alive(self) -> bool:
        """False once a fault of ours ended the thread (its traceback is in the log)."""
        return self._thread.is_alive()

    def put(self, frame: Frame) -> None:
        """Hand a frame over. One not yet begun is replaced; that a scene began anew is kept."""
        with self._ready:
            if frame.text is not None:
                self._texts.append(frame)
            else:
                old = self._frame
                fresh = frame.fresh or (old is not None and old.fresh)
                same = frame.same and not fresh and (old is None or old.same)
                self._frame = Frame(frame.luma, fresh=fresh, same=same)
            self._ready.notify()

    def forget(self) -> None:
        """Begin anew; what is in work is not announced any more."""
        with self._ready:
            self._frame, self._forget = None, True
            self._texts.clear()
            self._epoch += 1
            self._ready.notify()

    def stop(self) -> None:
        """End the thread after the frame in work; back at once."""
        with self._ready:
            self._stop = True
            self._ready.notify()

    def _judge_all(self) -> None:
        due = time.monotonic()
        while True:
            with self._ready:
                self._ready.wait_for(lambda: self._stop or self._forget or self._texts or self._frame is not None)
                if self._stop:
                    return
                if self._forget:
                    self._forget = False
                    self._watcher.forget()
                    continue
                if self._texts:
                    frame: Frame | None = self._texts.pop(0)
                else:
                    frame, self._frame = self._frame, None
                epoch = self._epoch
            if frame is None:
                continue
            self._began = time.monotonic()
            messages = self._watcher.frame(frame, self.today)
            self._began = None
            with self._ready:
                if epoch == self._epoch:
                    for message in messages:
                        self._said(message)
            if frame.text is None:
                due = max(due + self._interval, time.monotonic())
                with self._ready:
                    self._ready.wait_for(
                        lambda: self._stop or self._forget or bool(self._texts), max(0.0, due - time.monotonic())
                    )
