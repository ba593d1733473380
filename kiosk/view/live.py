"""The camera's newest picture on the screen. It lives in memory only, and only while a screen shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pygame

from kiosk.view.layout import Rect

_GREYS = [(value, value, value) for value in range(256)]

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of the camera: `luma`, one byte a pixel, `stride` bytes a row (0: as many as `width`).

    `polygon`: the corners of what was read or found, in pixels of this frame; `read`: it was read.
    The bytes are kept out of `repr`: nothing of a paper may reach a log.
    """

    luma: bytes = field(repr=False)
    width: int
    height: int
    stride: int = 0
    polygon: tuple[Point, ...] = ()
    read: bool = False

    def __post_init__(self) -> None:
        stride = self.stride or self.width
        if self.width < 1 or self.height < 1 or stride < self.width or len(self.luma) < stride * self.height:
            raise ValueError(f"{len(self.luma)} bytes are no picture of {self.width}x{self.height}, stride {stride}")


def fitted(frame: Frame, rect: Rect) -> Rect:
    """Where the whole picture stands within `rect`, its shape kept."""
    x, y, wide, high = rect
    scale = min(wide / frame.width, high / frame.height)
    w, h = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    return x + (wide - w) // 2, y + (high - h) // 2, w, h


def draw_live(
    target: pygame.Surface, rect: Rect, frame: Frame | None, looking: str, found: str, ground: str, mirror: bool
) -> None:
    """Paint the picture, the frame a paper is held into (`looking`, or `found` when it was read) and what was found.

    `transform.scale`, never `smoothscale`: 0.5 ms against 4 ms at 640x480.
    """
    target.fill(ground, rect)
    where = rect
    colour = found if frame and frame.read else looking
    if frame is not None:
        where = fitted(frame, rect)
        stride = frame.stride or frame.width
        picture = pygame.image.frombuffer(frame.luma[: stride * frame.height], (stride, frame.height), "P")
        picture.set_palette(_GREYS)
        if stride != frame.width:
            picture = picture.subsurface((0, 0, frame.width, frame.height))
        if where[2:] != (frame.width, frame.height):
            picture = pygame.transform.scale(picture, where[2:])
        if mirror:
            picture = pygame.transform.flip(picture, True, False)
        target.blit(picture, where[:2])
        if len(frame.polygon) >= 3:
            outline = [_onto(point, frame, where, mirror) for point in frame.polygon]
            thick = max(4, min(rect[2:]) // 70)
            # Light under dark: seen on a white paper and on a dark table alike.
            pygame.draw.lines(target, "#FFFFFF", True, outline, thick + 4)
            pygame.draw.lines(target, found, True, outline, thick)
    corners(target, where, colour, halo=frame is not None)


def _onto(point: Point, frame: Frame, where: Rect, mirror: bool) -> tuple[int, int]:
    x = point[0] / frame.width
    x = 1.0 - x if mirror else x
    return round(where[0] + x * where[2]), round(where[1] + point[1] / frame.height * where[3])


def corners(target: pygame.Surface, rect: Rect, colour: str, halo: bool = False) -> None:
    """Four corner marks: hold the paper in here. `halo`: a white rim, for a ground of any colour."""
    x, y, wide, high = rect
    thick = max(3, min(wide, high) // 60)
    arm = min(wide, high) // 5
    for rim in (2, 0) if halo else (0,):
        shade = "#FFFFFF" if rim else colour
        for left in (True, False):
            for top in (True, False):
                cx = x if left else x + wide - arm
                cy = y if top else y + high - thick
                target.fill(shade, (cx - rim, cy - rim, arm + 2 * rim, thick + 2 * rim))
                cx = x if left else x + wide - thick
                cy = y if top else y + high - arm
                target.fill(shade, (cx - rim, cy - rim, thick + 2 * rim, arm + 2 * rim))
