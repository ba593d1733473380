"""The panel in millimetres, and the sizes of type that follow from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

BODY_CAP_MM = 4.8
"""Least cap height of anything written (Section 508 402.4)."""
LARGE_CAP_MM = 7.3
"""Least cap height in large mode: 0.7 degrees at 600 mm (EN 301 549 5.1.4)."""
TARGET_MM = 20.0
KEY_MM = 15.0
TARGET_GAP_MM = 3.0

_SMALLEST_SHORT_SIDE = 131.0  # a 10.1" panel; bigger panels are looked at from further away, so type grows with them


@dataclass(frozen=True, slots=True)
class Panel:
    """A screen: pixels and diagonal in inches."""

    width: int
    height: int
    diagonal_in: float

    @property
    def mm_per_px(self) -> float:
        """Size of one (square) pixel in millimetres."""
        return self.diagonal_in * 25.4 / math.hypot(self.width, self.height)


@dataclass(frozen=True, slots=True)
class Metrics:
    """How big things are on this panel. Sizes of type are cap heights in millimetres."""

    panel: Panel
    large: bool = False

    def px(self, mm: float) -> int:
        """Millimetres to whole pixels, never down to nothing."""
        return max(1, round(mm / self.panel.mm_per_px)) if mm > 0 else 0

    def mm(self, px: float) -> float:
        """Pixels to millimetres."""
        return px * self.panel.mm_per_px

    @property
    def width(self) -> float:
        """Millimetres across."""
        return self.panel.width * self.panel.mm_per_px

    @property
    def height(self) -> float:
        """Millimetres down."""
        return self.panel.height * self.panel.mm_per_px

    @property
    def portrait(self) -> bool:
        """Higher than wide."""
        return self.panel.height > self.panel.width

    @property
    def factor(self) -> float:
        """Growth of type and space against a 10.1" panel (1.0 to about 1.6)."""
        grown = math.pow(min(self.width, self.height) / _SMALLEST_SHORT_SIDE, 0.6)
        return max(1.0, min(1.7, grown))

    @property
    def roomy(self) -> bool:
        """Enough room for second lines and hints."""
        return min(self.width, self.height) > 170 and not self.large

    @property
    def body(self) -> float:
        """What most is written in."""
        return BODY_CAP_MM * self.factor * (LARGE_CAP_MM / BODY_CAP_MM if self.large else 1.0)

    @property
    def lead(self) -> float:
        """Titles of tiles and panels."""
        return self.body * (1.0 if self.large else 1.2)

    @property
    def headline(self) -> float:
        """The one question or answer of a screen: at least 8 mm."""
        return max(8.0, self.body * (1.1 if self.large else 1.35))

    @property
    def space(self) -> float:
        """One step of white space (4 mm on the smallest panel)."""
        return 4.0 * self.factor

    @property
    def target(self) -> float:
        """Height of a button."""
        return max(TARGET_MM + 0.3, self.body * 2.4)

    @property
    def radius(self) -> float:
        """Corner of a card."""
        return 3.4 * self.factor
