"""One family of line icons, drawn by us on a 24 grid with a line of 1.6 and round ends; always shown beside a word."""

from __future__ import annotations

import math
from collections.abc import Callable

import pygame

LINE = 1.6
_OVER = 4  # drawn four times as large, then smoothed down

Point = tuple[float, float]


class _Pen:
    """Draws strokes on a large surface."""

    def __init__(self, size: int, colour: str) -> None:
        self.scale = size * _OVER / 24
        self.colour = pygame.Color(colour)
        clear = pygame.Color(self.colour.r, self.colour.g, self.colour.b, 0)
        self.surface = pygame.Surface((size * _OVER, size * _OVER), pygame.SRCALPHA, 32)
        self.surface.fill(clear)
        self.wide = max(1.0, LINE * self.scale)

    def line(self, *points: Point, closed: bool = False) -> None:
        """A stroke through the points with round joints."""
        path = [(x * self.scale, y * self.scale) for x, y in points]
        if closed:
            path.append(path[0])
        for (ax, ay), (bx, by) in zip(path, path[1:], strict=False):
            length = math.hypot(bx - ax, by - ay) or 1.0
            nx, ny = -(by - ay) / length * self.wide / 2, (bx - ax) / length * self.wide / 2
            corners = [(ax + nx, ay + ny), (bx + nx, by + ny), (bx - nx, by - ny), (ax - nx, ay - ny)]
            pygame.draw.polygon(self.surface, self.colour, corners)
        for x, y in path:
            pygame.draw.circle(self.surface, self.colour, (x, y), self.wide / 2)

    def arc(self, cx: float, cy: float, radius: float, start: float, end: float) -> None:
        """Part of a circle; angles in degrees, clockwise from the right."""
        steps = max(6, int(abs(end - start) / 6))
        angles = [math.radians(start + (end - start) * at / steps) for at in range(steps + 1)]
        self.line(*[(cx + radius * math.cos(a), cy + radius * math.sin(a)) for a in angles])

    def dot(self, x: float, y: float, radius: float = 1.1) -> None:
        """A filled point."""
        pygame.draw.circle(self.surface, self.colour, (x * self.scale, y * self.scale), radius * self.scale)


def _ticket(pen: _Pen) -> None:
    pen.line((3, 6.5), (21, 6.5), (21, 9.6))
    pen.arc(21, 12, 2.4, 270, 90)
    pen.line((21, 14.4), (21, 17.5), (3, 17.5), (3, 14.4))
    pen.arc(3, 12, 2.4, 90, -90)
    pen.line((3, 9.6), (3, 6.5))
    for y in (9.2, 12, 14.8):
        pen.dot(14.6, y, 0.9)


def _scan(pen: _Pen) -> None:
    for x, dx in ((3, 1), (21, -1)):
        for y, dy in ((4, 1), (20, -1)):
            pen.line((x, y + 4 * dy), (x, y), (x + 4 * dx, y))
    for x in (8, 11, 13, 16):
        pen.line((x, 8.4), (x, 15.6))


def _document(pen: _Pen) -> None:
    pen.line((5.5, 3), (14.5, 3), (18.5, 7), (18.5, 21), (5.5, 21), closed=True)
    for y, x in ((10.5, 15), (13.5, 15), (16.5, 12.5)):
        pen.line((9, y), (x, y))


def _face(mouth: Callable[[_Pen], None]) -> Callable[[_Pen], None]:
    def draw(pen: _Pen) -> None:
        pen.arc(12, 12, 9, 0, 360)
        pen.dot(9, 9.6)
        pen.dot(15, 9.6)
        mouth(pen)

    return draw


def _help(pen: _Pen) -> None:
    pen.arc(12, 11.5, 7.5, 180, 360)
    for x in (4.5, 16.3):
        pen.line((x, 12.5), (x + 3.2, 12.5), (x + 3.2, 18.5), (x, 18.5), closed=True)
    pen.line((19.5, 18.5), (19.5, 20), (17.6, 21.4), (13.5, 21.4))


def _home(pen: _Pen) -> None:
    pen.line((3, 11.5), (12, 4), (21, 11.5))
    pen.line((5.5, 9.8), (5.5, 20), (18.5, 20), (18.5, 9.8))
    pen.line((10, 20), (10, 14.5), (14, 14.5), (14, 20))


def _printer(pen: _Pen) -> None:
    pen.line((7, 9), (7, 3.5), (17, 3.5), (17, 9))
    pen.line((7, 17), (3.5, 17), (3.5, 9), (20.5, 9), (20.5, 17), (17, 17))
    pen.line((7, 14), (17, 14), (17, 21), (7, 21), closed=True)


def _search(pen: _Pen) -> None:
    pen.arc(10.5, 10.5, 6.5, 0, 360)
    pen.line((15.4, 15.4), (20.5, 20.5))


def _clock(pen: _Pen) -> None:
    pen.arc(12, 12, 9, 0, 360)
    pen.line((12, 6.5), (12, 12), (15.8, 14.2))


def _keypad(pen: _Pen) -> None:
    for x in (6, 12, 18):
        for y in (5, 11, 17):
            pen.line((x - 1.4, y - 1), (x + 1.4, y - 1), (x + 1.4, y + 2), (x - 1.4, y + 2), closed=True)


def _person(pen: _Pen) -> None:
    pen.arc(12, 8, 4, 0, 360)
    pen.arc(12, 21, 8, 180, 360)


def _cloud(pen: _Pen) -> None:
    pen.arc(7.5, 14.5, 3.8, 90, 250)
    pen.arc(12, 10.5, 4.8, 195, 350)
    pen.arc(17, 14.6, 3.7, 280, 450)
    pen.line((7.5, 18.3), (17, 18.3))


def _warn(pen: _Pen) -> None:
    pen.line((12, 3.5), (21.5, 20), (2.5, 20), closed=True)
    pen.line((12, 9.5), (12, 14.2))
    pen.dot(12, 17.1)


def _people(pen: _Pen) -> None:
    pen.arc(9, 8.5, 3.4, 0, 360)
    pen.arc(9, 20, 6.2, 180, 360)
    pen.arc(16.4, 8.6, 2.8, 250, 450)
    pen.arc(16, 20, 5.2, 285, 360)


def _backspace(pen: _Pen) -> None:
    pen.line((8, 5), (21.5, 5), (21.5, 19), (8, 19), (2.5, 12), closed=True)
    pen.line((11, 9), (17, 15))
    pen.line((17, 9), (11, 15))


def _contrast(pen: _Pen) -> None:
    pen.arc(12, 12, 9, 0, 360)
    for step in range(17):  # the dark half
        x = 12 + step * 0.52
        high = max(0.0, 8.6**2 - (x - 12) ** 2) ** 0.5
        pen.line((x, 12 - high), (x, 12 + high))


def _sound(pen: _Pen) -> None:
    pen.line((3, 9), (7, 9), (12, 4.8), (12, 19.2), (7, 15), (3, 15), closed=True)
    pen.arc(12, 12, 4.6, -42, 42)
    pen.arc(12, 12, 8.6, -42, 42)


def _globe(pen: _Pen) -> None:
    pen.arc(12, 12, 9, 0, 360)
    pen.line((3, 12), (21, 12))
    for side in (-1, 1):
        pen.line(
            *[(12 + side * 4.2 * (1 - (at / 9) ** 2) ** 0.5, 12 + at) for at in (-9, -7, -4.5, -2, 0, 2, 4.5, 7, 9)]
        )


def _strokes(*strokes: tuple[Point, ...]) -> Callable[[_Pen], None]:
    def draw(pen: _Pen) -> None:
        for stroke in strokes:
            pen.line(*stroke)

    return draw


ICONS: dict[str, Callable[[_Pen], None]] = {
    "ticket": _ticket,
    "scan": _scan,
    "document": _document,
    "face5": _face(lambda pen: pen.arc(12, 12, 5.4, 12, 168)),
    "face4": _face(lambda pen: pen.arc(12, 10.6, 5.6, 38, 142)),
    "face3": _face(lambda pen: pen.line((8.5, 15.5), (15.5, 15.5))),
    "face2": _face(lambda pen: pen.arc(12, 21, 5.8, 232, 308)),
    "face1": _face(lambda pen: pen.arc(12, 19.6, 5.0, 205, 335)),
    "help": _help,
    "home": _home,
    "printer": _printer,
    "search": _search,
    "clock": _clock,
    "keypad": _keypad,
    "person": _person,
    "people": _people,
    "cloud": _cloud,
    "warn": _warn,
    "backspace": _backspace,
    "back": _strokes(((20, 12), (4, 12)), ((11, 5), (4, 12), (11, 19))),
    "next": _strokes(((4, 12), (20, 12)), ((13, 5), (20, 12), (13, 19))),
    "up": _strokes(((5, 15), (12, 8), (19, 15))),
    "down": _strokes(((5, 9), (12, 16), (19, 9))),
    "check": _strokes(((4.5, 12.5), (10, 18), (20, 6.5))),
    "close": _strokes(((5, 5), (19, 19)), ((19, 5), (5, 19))),
    "box": _strokes(((4.5, 4.5), (19.5, 4.5), (19.5, 19.5), (4.5, 19.5), (4.5, 4.5))),
    "contrast": _contrast,
    "sound": _sound,
    "globe": _globe,
    "plus": _strokes(((5, 12), (19, 12)), ((12, 5), (12, 19))),
    "minus": _strokes(((5, 12), (19, 12))),
    "letters": _strokes(((2, 19), (7.5, 5), (13, 19)), ((4, 14.5), (11, 14.5))),
    "bell": _strokes(
        (
            (4, 17.5),
            (6.2, 15),
            (6.2, 10.5),
            (8.5, 6.2),
            (12, 5),
            (15.5, 6.2),
            (17.8, 10.5),
            (17.8, 15),
            (20, 17.5),
            (4, 17.5),
        ),
        ((10, 20.5), (14, 20.5)),
    ),
}


def draw_icon(name: str, size: int, colour: str) -> pygame.Surface:
    """The icon on a clear surface of `size` pixels. Raises `KeyError` for an unknown name."""
    pen = _Pen(size, colour)
    ICONS[name](pen)
    return pygame.transform.smoothscale(pen.surface, (size, size))
