"""The small picture that guides the hand, from the child to the kiosk through memory they share.

The memory is anonymous (a memfd: no file, no name), holds three slots that are written in turn, and is gone with both
processes. Only a slot's number and size go over the pipe. Written only while somebody is at a screen that shows it.
"""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PIL import Image

Luma = npt.NDArray[np.uint8]
Point = tuple[float, float]

WIDTH, HEIGHT = 480, 480
"""Largest picture that is shown; a frame is reduced by a whole factor."""
SLOTS = 3
_SLOT = WIDTH * HEIGHT


@dataclass(frozen=True, slots=True)
class View:
    """One small picture: `luma` row by row, one byte a pixel. `polygon`: corners of what is seen, in its pixels;
    `read`: it was read. The bytes stay out of `repr`: nothing of a paper may reach a log."""

    luma: bytes = field(repr=False)
    width: int
    height: int
    polygon: tuple[Point, ...] = ()
    read: bool = False


def shared() -> int:
    """A descriptor of new shared memory for the slots; the caller closes it."""
    descriptor = os.memfd_create("view", os.MFD_CLOEXEC)
    os.ftruncate(descriptor, SLOTS * _SLOT)
    return descriptor


class Writer:
    """The child's end."""

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, SLOTS * _SLOT)
        self._slot = 0

    def put(self, luma: Luma, polygon: tuple[Point, ...], read: bool) -> dict[str, object]:
        """Write a frame, reduced; the message that tells of it."""
        factor = max(1, -(-luma.shape[1] // WIDTH), -(-luma.shape[0] // HEIGHT))
        small = luma if factor == 1 else np.asarray(Image.fromarray(luma).reduce(factor), dtype=np.uint8)
        height, width = small.shape
        self._slot = (self._slot + 1) % SLOTS
        start = self._slot * _SLOT
        self._memory[start : start + small.size] = np.ascontiguousarray(small).tobytes()
        corners = [[round(x / factor, 1), round(y / factor, 1)] for x, y in polygon[:8]]
        return {"t": "view", "slot": self._slot, "w": width, "h": height, "at": corners, "read": read}


class Reader:
    """The kiosk's end."""

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, SLOTS * _SLOT, access=mmap.ACCESS_READ)

    def get(self, message: dict[str, object]) -> View | None:
        """The picture a message tells of; None when the message has not the shape agreed on."""
        slot, width, height, at = (message.get(name) for name in ("slot", "w", "h", "at"))
        if not (isinstance(slot, int) and isinstance(width, int) and isinstance(height, int) and isinstance(at, list)):
            return None
        if not (0 <= slot < SLOTS and 0 < width <= WIDTH and 0 < height <= HEIGHT):
            return None
        start = slot * _SLOT
        polygon = tuple((float(p[0]), float(p[1])) for p in at if isinstance(p, list) and len(p) == 2)
        luma = self._memory[start : start + width * height]
        return View(luma, width, height, polygon, bool(message.get("read")))

    def close(self) -> None:
        """Let the memory go."""
        self._memory.close()
