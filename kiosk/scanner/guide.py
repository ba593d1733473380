"""What would help the camera to read the paper before it: closer, farther, still, turn, light.

Told from what cannot be read yet: bars or a block of squares are seen by their texture (`patches`), and their size,
sharpness, slant and movement say what is wrong. Where nothing like a code is seen there is nothing to say, but for the
dark.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from kiosk.scanner.decode import unread_qr
from kiosk.scanner.patches import CELL, Candidate, candidates

Luma = npt.NDArray[np.uint8]
Hint = Literal["", "closer", "farther", "still", "turn", "light"]
Point = tuple[float, float]

DARK = 55
"""Grey that all but the brightest hundredth of the picture stay under where a lamp would help."""
SMALL_BARS = 0.33
"""Share of the frame's width below which a dossier's Code 128 (244 modules and more) has under 1.7 px a module."""
SMALL_BLOCK = 0.12
"""The same for a QR or a block like one: a card's has 2.7 px a module there."""
LARGE = 0.72
MOVED = 14.0  # mean difference of grey, within the candidate, to the frame before
BLURRED = 0.16  # steps of one pixel against steps of four: a sharp edge makes both, a soft one only the second
SLANTED = 0.82  # cosine between the line of the code and across its bars
PATIENCE_S = 0.7
"""A paper that has just come is read before anything is said about it."""
EVERY_S = 0.5
JUDGE_S = 0.35
"""A look at what would help costs as much as a look for codes: it comes at every second frame or third."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one frame shows of an unread code: the hint it would give, and its corners in px of the frame."""

    hint: Hint
    corners: tuple[Point, ...] = ()


def judge(luma: Luma, before: Luma | None) -> Sight:
    """One frame, in which nothing was read, and the one before it of the same size."""
    if luma.size == 0 or float(np.percentile(luma[::8, ::8], 99)) < DARK:
        return Sight("light")
    height, width = luma.shape
    found = _squares(luma) + candidates(luma)
    if not found:
        return Sight("")
    first = found[0]
    left, top, right, bottom = first.bounds(width, height)
    here = luma[top:bottom:2, left:right:2].astype(np.int16)
    if before is not None and before.shape == luma.shape:
        moved = float(np.abs(here - before[top:bottom:2, left:right:2]).mean())
        if moved > MOVED:
            return Sight("still", first.corners)
    return Sight(_hint(first, luma[top:bottom, left:right], width, height), first.corners)


def _squares(luma: Luma) -> list[Candidate]:
    """QR whose three corners the decoder saw, as candidates."""
    found = []
    for corners in unread_qr(luma):
        sides = [math.dist(corners[i], corners[(i + 1) % 4]) for i in range(4)]
        # How far from a square: a paper that is tilted away has one pair of sides short, or opposite ones unequal.
        if max(sides) > 12:
            found.append(Candidate(False, corners, max(sides), (1.0, 0.0), 0.5 + 0.5 * min(sides) / max(sides)))
    return found


def _hint(first: Candidate, part: Luma, width: int, height: int) -> Hint:
    edge = any(not (CELL < x < width - CELL and CELL < y < height - CELL) for x, y in first.corners)
    if first.length > LARGE * width or (edge and first.length > 0.4 * width):
        return "farther"
    if first.length < (SMALL_BARS if first.bars else SMALL_BLOCK) * width:
        return "closer"
    if first.slant < SLANTED:
        return "turn"
    if _softness(part, first.normal) < BLURRED:
        return "farther" if first.length > 0.5 * width else "still"
    return "still"


def _softness(part: Luma, normal: Point) -> float:
    """Squared steps of one pixel to those of four, along the axis that lies nearer to the code's own."""
    grey = part.astype(np.float32)
    if abs(normal[0]) < abs(normal[1]):
        grey = grey.T
    if grey.shape[1] < 12:
        return 1.0
    one = float(((grey[:, 1:] - grey[:, :-1]) ** 2).mean())
    four = float(((grey[:, 4:] - grey[:, :-4]) ** 2).mean())
    return one / four if four > 1 else 1.0


class Guide:
    """Keeps the hint steady: it comes after some patience, stays for half a second, goes when something is read."""

    def __init__(self) -> None:
        self._before: Luma | None = None
        self._since: float | None = None
        self._said: Hint = ""
        self._changed = 0.0
        self._judged = 0.0
        self.corners: tuple[Point, ...] = ()

    def forget(self) -> None:
        """Begin anew. Nothing of a frame is kept."""
        self._before, self._since, self._said, self.corners = None, None, "", ()

    def frame(self, luma: Luma | None, read: bool, now: float) -> Hint:
        """The hint after this frame. `read`: something was read in it. `now`: monotonic seconds."""
        if luma is None or read:
            self._since, self._before, self.corners = None, None, ()
            return self._say("", now, at_once=True)
        if now - self._judged < JUDGE_S:
            return self._said
        self._judged = now
        sight = judge(luma, self._before)
        self._before = luma
        self.corners = sight.corners
        if not sight.hint:
            self._since = None
            return self._say("", now)
        if self._since is None:
            self._since = now
        return self._said if now - self._since < PATIENCE_S else self._say(sight.hint, now)

    def _say(self, hint: Hint, now: float, *, at_once: bool = False) -> Hint:
        if hint != self._said and (at_once or now - self._changed >= EVERY_S):
            self._said, self._changed = hint, now
        return self._said
