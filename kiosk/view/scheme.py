"""Schemes of colours. Screens speak in the tokens of `widgets.py`; a scheme says what each of them is on the glass.

NORMAL changes nothing. CONTRAST is black, white and yellow: what could be told apart by hue alone is told apart by
light. An ink is chosen by the plane it stands on, so that no screen has to know which scheme is on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from kiosk.view.widgets import ACT, CALL, DONE, EDGE, HAIR, PAPER, WASH

BLACK = "#000000"
WHITE = "#FFFFFF"
YELLOW = "#FFDD00"
GREY = "#9A9A9A"  # edges of planes: 7.4:1 on black
HELD = "#3D3D3D"  # a dark control under the finger: white on it 10.9, yellow 8.0


@lru_cache(maxsize=256)
def luminance(colour: str) -> float:
    """WCAG relative luminance of `#RRGGBB`, 0..1."""

    def linear(channel: int) -> float:
        value = channel / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, 1..21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@dataclass(frozen=True, slots=True)
class Scheme:
    """How tokens look. `paper`: what is behind everything; `veil`: red, green, blue, alpha over what cannot be tapped;
    `high`: whether this is the high-contrast scheme."""

    name: str
    paper: str
    veil: tuple[int, int, int, int]
    high: bool = False

    def ink(self, colour: str, ground: str) -> str:
        """The colour of words, icons and lines of `colour` on a plane that is `ground` on the glass."""
        if not self.high:
            return colour
        if luminance(ground) > 0.3:
            return BLACK
        if colour in (EDGE, HAIR):
            return GREY
        # The commune's colour, and what must be acted on, is what one may touch or must see: yellow.
        return WHITE if _grey(colour) or colour == DONE else YELLOW

    def plane(
        self, fill: str | None, edge: str | None, ground: str, *, held: bool = False, corners: bool = False
    ) -> tuple[str | None, str | None]:
        """Fill and edge of a box on `ground`. `held`: under a finger; `corners`: it is drawn as a plane of its own."""
        if not self.high:
            return fill, edge
        filled = None if fill is None else self._fill(fill, ground, held)
        if edge is None:
            quiet = filled == BLACK and corners and fill in (WASH, PAPER)
            return filled, GREY if quiet else None
        return filled, GREY if edge == HAIR else WHITE if _grey(edge) else YELLOW

    def _fill(self, fill: str, ground: str, held: bool) -> str:
        if fill == CALL and luminance(ground) > 0.3:
            return BLACK  # the loud thing on a loud plane
        if fill in (DONE, ACT):
            return WHITE
        if contrast(fill, WHITE) >= 4.5 or _amber(fill):
            return WHITE if held else YELLOW
        return HELD if held else BLACK


@lru_cache(maxsize=256)
def _grey(colour: str) -> bool:
    """Near to no hue: ink, soft ink, edges."""
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return max(parts) - min(parts) <= 40


@lru_cache(maxsize=256)
def _amber(colour: str) -> bool:
    red, _green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red - blue > 90


NORMAL = Scheme("normal", PAPER, (22, 36, 43, 150))
CONTRAST = Scheme("contrast", BLACK, (0, 0, 0, 190), high=True)
