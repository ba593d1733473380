"""What a source of frames is: the frame, the faults, the promise to end every wait. Pure values, no library."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

Luma = npt.NDArray[np.uint8]
FaultCode = Literal["camera_missing", "camera_busy", "camera_stalled", "hand_missing", "hand_busy"]

WAIT_S = 3.0
"""Longest wait for a frame. libcamera's own time-out raises nothing in picamera2: a capture then never returns."""
CLOSE_S = 5.0


class CameraError(Exception):
    """No frame can be had. `code` is one of `kiosk.scanner.process.STATES`; the text names the cause for the log."""

    def __init__(self, code: FaultCode, why: str) -> None:
        super().__init__(why)
        self.code = code


class Stuck(Exception):
    """A camera that cannot even be closed: only the end of the process frees it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One look. `luma` None: nothing is before the camera. `fresh`: another scene began (a new picture, a cut).
    `same`: not a new look but the picture of the frame before. `text`: what a hand scanner typed, in the place of a
    picture; a stranger's text, so it stays out of `repr`."""

    luma: Luma | None
    fresh: bool = False
    same: bool = False
    text: str | None = field(default=None, repr=False)


EMPTY = Frame(None)


class Source(Protocol):
    """A place frames come from; open from its construction on."""

    def read(self) -> Frame:
        """The newest frame, at most `WAIT_S` later. Raises `CameraError`."""
        ...

    def close(self) -> None:
        """Let the camera go. Raises `Stuck` when that is not possible."""
        ...


def luma_plane(array: npt.NDArray[Any], width: int, height: int) -> Luma:
    """The grey plane of a YUV420/NV12 buffer, whose rows may be padded: a copy, so that the buffer can go back."""
    return np.array(array[:height, :width], dtype=np.uint8, order="C", copy=True)
