"""`motcua bench scan`: what a frame costs and how much is read, beside the bare engines in the same run.

Times are CPU time of the thread, so that a busy machine does not lie. Scenes are rendered from seeds that the scanner
was not shaped on. Figures are told; the exit status does not judge them, but for a wrong code: that is exit 1.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np

from kiosk.bench.scenes import HELD_OUT, KINDS, SIZES, TIERS, desk, tier_frame
from kiosk.scanner.decode import STAGES, Luma, engines, raw_engine, run_stage
from kiosk.scanner.frames import Frame
from kiosk.scanner.still import read_picture
from kiosk.scanner.watcher import CALM, Watcher

ENGINES: tuple[Literal["zxing", "zbar"], ...] = ("zxing", "zbar")
CYCLE = 36
"""Frames in which every stage has had its turns."""
IDLE_FPS = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU ms a frame: median, 95th percentile, mean, and the bare engines' medians."""

    name: str
    median: float
    p95: float
    mean: float
    raw: dict[str, float]

    def row(self) -> dict[str, Any]:
        """As JSON."""
        return {"what": self.name, "median_ms": round(self.median, 2), "p95_ms": round(self.p95, 2),
                "mean_ms": round(self.mean, 2), "raw_median_ms": {k: round(v, 2) for k, v in self.raw.items()},
                "core_share_at_5_fps": round(self.mean * IDLE_FPS / 1000, 4)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rate:
    """Of `frames` single frames of a tier: read right as a still picture, by the live cascade's stages (each once: the
    survey's recipe), by bare zxing-cpp; and what the still picture read wrong."""

    size: str
    kind: str
    tier: str
    frames: int
    ours: int
    stages: int
    raw: int
    wrong: int

    def row(self) -> dict[str, Any]:
        """As JSON."""
        return {"what": "rate", "size": self.size, "kind": self.kind, "tier": self.tier, "frames": self.frames,
                "read": self.ours, "stages_read": self.stages, "raw_read": self.raw, "wrong": self.wrong}  # fmt: skip


def costs() -> Iterator[Cost]:
    """What a frame costs in the live plan of stages, with no code in sight."""
    for name, busy, size in (
        ("720p, an empty desk", False, (1280, 720)),
        ("720p, a desk full of print", True, (1280, 720)),
        ("480p, an empty desk", False, (640, 480)),
    ):
        # One scene, each frame with its own noise, as a camera over a desk gives it.
        still = [desk(HELD_OUT, size, busy=busy, grain=n) for n in range(8)]
        turns = [still[n % len(still)] for n in range(2 * CYCLE)]
        for moved in (False, True):
            ours = _watched(turns, moved)
            yield Cost(
                f"{name}, {'in movement' if moved else 'at rest'}",
                statistics.median(ours),
                sorted(ours)[int(0.95 * len(ours))],
                statistics.fmean(ours),
                _bare(turns[:CYCLE]),
            )


def _watched(turns: list[Luma], moved: bool) -> list[float]:
    """CPU ms of each frame through the live plan of stages; in a scene that moves it never comes to rest."""
    watcher = Watcher()
    for luma in turns[:CALM] * 2:
        watcher.frame(Frame(luma), None)
    return [
        _cpu_ms(partial(watcher.frame, Frame(np.roll(luma, 24 * (n % 2), axis=1) if moved else luma), None))
        for n, luma in enumerate(turns)
    ]


def _bare(turns: list[Luma]) -> dict[str, float]:
    return {
        engine: statistics.median(_cpu_ms(partial(raw_engine, luma, engine)) for luma in turns)
        for engine in ENGINES
        if engine in engines()
    }


def rates(count: int, first: int = HELD_OUT) -> Iterator[Rate]:
    """How much of each tier is read, a cell at a time."""
    for size in SIZES:
        for kind in KINDS:
            for tier in TIERS:
                ours = staged = raw = wrong = 0
                for seed in range(first, first + count):
                    luma, text = tier_frame(kind, tier, seed, size)
                    right, false = _judged(luma, text, kind)
                    ours += right
                    wrong += false
                    staged += _staged(luma, text)
                    raw += text in raw_engine(luma, "zxing")
                yield Rate(f"{size[0]}x{size[1]}", kind, tier, count, ours, staged, raw, wrong)


def _judged(luma: Luma, text: str, kind: str) -> tuple[bool, bool]:
    """(read right, read as something else)."""
    answer = read_picture(luma, None)
    texts = {each.symbol.raw for each in answer.found}
    if kind == "cccd":
        return text in texts, answer.reading.kind not in ("card", "none", "unknown") or bool(answer.codes)
    return answer.reading.code == text, bool(set(answer.codes) - {text})


def _staged(luma: Luma, text: str) -> bool:
    return any(text == each.symbol.raw for stage in STAGES for each in run_stage(stage, luma, None))


def _cpu_ms(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return (time.thread_time() - began) * 1000
