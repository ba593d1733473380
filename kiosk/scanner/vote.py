"""When a reading counts: agreement over frames, patience for the worse kinds, one announcement for one paper. Pure.

A QR corrects its errors and never gave a false text in the bench, so one frame will do. A linear code has a weak check
digit: about 0.6 % of damaged ones pass it, so the same code must be read in `need` of the last `window` frames (and
pass the grammar, before it comes here). Kinds without a code wait `patience` frames for something better to appear:
a receipt carries other QR beside its code, and the code may need another frame.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from kiosk.scanner.grammar import NONE, PRIORITY, Reading, best

NEED = 2
WINDOW = 12  # frames; the slow stages come round every twelfth
PATIENCE = 8
PRESENT_FRAMES = 4  # patches are looked at in every second frame
GONE_FRAMES = 6
"""Frames without the announced reading after which it may be announced again."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One reading in one frame, and what it was read from (code128, qr, code39) and by."""

    reading: Reading
    symbology: str
    engine: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is announced."""

    reading: Reading
    symbology: str
    engine: str


@dataclass(slots=True)
class _Span:
    """Where in the window a reading stands: first and last frame, in how many, and what it came from last."""

    first: int
    last: int = -1
    count: int = 0
    source: Seen | None = None

    def overlaps(self, other: _Span) -> bool:
        return self.first <= other.last and other.first <= self.last


class Vote:
    """Takes frames in order, gives a verdict where one is due. Holds accepted codes of the last frames, no raw text."""

    def __init__(self, need: int = NEED, window: int = WINDOW, patience: int = PATIENCE) -> None:
        if not 1 <= need <= window:
            raise ValueError(f"need is {need}; allowed: 1 to the window of {window} frames")
        self._need = need
        self._patience = patience
        self._frames: deque[tuple[Seen, ...]] = deque(maxlen=window)
        self._announced: Reading | None = None
        self._away = 0

    def forget(self) -> None:
        """Another paper, or another person: begin anew."""
        self._frames.clear()
        self._announced = None
        self._away = 0

    def frame(self, seen: Iterable[Seen]) -> Verdict | None:
        """Take the readings of the next frame (none: an empty frame)."""
        now = tuple(seen)
        self._frames.append(now)
        self._note_absence(now)
        verdict = self._verdict()
        if verdict is None or verdict.reading == self._announced:
            return None
        if self._announced is not None and _rank(verdict.reading) > _rank(self._announced):
            return None  # the receipt's other QR, after its code has been told
        self._announced = verdict.reading
        self._away = 0
        return verdict

    def pending(self) -> str | None:
        """The engine that read a code not yet confirmed: asking it again next saves the citizen a second."""
        for frame in reversed(self._frames):
            for each in frame:
                if each.reading.code and each.reading != self._announced:
                    return each.engine
        return None

    def _note_absence(self, now: tuple[Seen, ...]) -> None:
        if self._announced is None:
            return
        kind, code = self._announced.kind, self._announced.code
        still = any(each.reading.kind == kind and code in (None, each.reading.code) for each in now)
        self._away = 0 if still else self._away + 1
        if self._away >= GONE_FRAMES:
            self._announced = None
            self._frames.clear()  # old votes must not announce a paper that has left
            self._frames.append(now)

    def _verdict(self) -> Verdict | None:
        spans: dict[Reading, _Span] = {}
        for number, frame in enumerate(self._frames):
            for each in frame:
                span = spans.setdefault(each.reading, _Span(number))
                span.count += span.last != number
                span.last, span.source = number, each
        now = len(self._frames)
        present = {reading: span for reading, span in spans.items() if span.last >= now - PRESENT_FRAMES}
        settled = [r for r, span in present.items() if span.source and span.count >= self._enough(r, span.source)]
        if not settled:
            return None
        kind = best(settled).kind
        newest = max((r for r in settled if r.kind == kind), key=lambda r: present[r].last)
        span = present[newest]
        # Two papers held together are seen in turns or in one frame; one that took the other's place comes after it.
        beside = [r for r in present if r.kind == kind and r != newest and present[r].overlaps(span)]
        if any(r not in settled for r in beside):
            return None  # the second may be the one that is meant: wait until it is confirmed or gone
        if span.source is None or newest == NONE:
            return None
        return Verdict(Reading(kind) if beside else newest, span.source.symbology, span.source.engine)

    def _enough(self, reading: Reading, source: Seen) -> int:
        if reading.code is None:
            return self._patience
        return 1 if source.symbology == "qr" else self._need


def _rank(reading: Reading) -> int:
    return PRIORITY.index(reading.kind)
