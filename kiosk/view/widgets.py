"""The tree a screen is made of: frozen dataclasses, sizes in millimetres, colours as `#RRGGBB`.

The colours named here are tokens: what they are on the glass is the scheme's to say (`scheme.py`).

A handful of primitives (Text, Icon, Box, Fit, Gap, Rule); buttons, cards, banners and dialogues are Boxes made by the
functions at the end, so that each looks the same on every screen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

INK = "#16242B"
INK_SOFT = "#3C4A51"
PAPER = "#F6F4EE"
WHITE = "#FFFFFF"
PRIMARY = "#0E4A56"
CALL = "#FFD166"
DONE = "#1C6B3A"
ACT = "#8F2A1D"
WASH = "#E8F0F1"
EDGE = "#7C8A8F"
HAIR = "#C9C3B2"  # decoration only: 1.6:1

Align = Literal["left", "center", "right"]
Cross = Literal["start", "center", "end", "stretch"]
Main = Literal["start", "center", "end", "between"]


@dataclass(frozen=True, slots=True)
class Text:
    """Words. `**so**` is set in bold; breaks only at spaces (a no-break space holds). `cap`: cap height in mm.

    `lines`: at most so many (None: any); a screen that needs more is a failed check, never an ellipsis.
    """

    text: str
    cap: float
    weight: int = 400
    colour: str = INK
    align: Align = "left"
    lines: int | None = None
    grow: float = 0.0


@dataclass(frozen=True, slots=True)
class Icon:
    """A line icon of our family, `size` mm square."""

    name: str
    size: float
    colour: str = PRIMARY
    grow: float = 0.0


@dataclass(frozen=True, slots=True)
class Gap:
    """Empty room: `size` mm at least, and a share of what is left."""

    size: float = 0.0
    grow: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line `thick` mm thick along the parent's cross axis (or as long as it may grow)."""

    colour: str = HAIR
    thick: float = 0.35
    grow: float = 0.0
    width: float | None = None


@dataclass(frozen=True, slots=True)
class Guide:
    """The frame a paper is held into: corner marks and a line, as high as there is room."""

    colour: str = PRIMARY
    grow: float = 1.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file (the commune's logo), fitted into `size` mm square."""

    path: str
    size: float
    grow: float = 0.0


@dataclass(frozen=True, slots=True)
class Code:
    """A text as a QR code, black on white in every scheme, with its quiet zone; for a phone to read.

    At most `size` mm square (None: the smallest that can be read); its modules are never below 0.5 mm, so a long text
    may need more than `size`, and a place too small for it is a failed check.
    """

    text: str
    size: float | None = None
    grow: float = 0.0


@dataclass(frozen=True, slots=True)
class Live:
    """What the camera sees now, with the frame a paper is held into: `Stage.feed` brings the pictures.

    `looking` and `found`: colours of the frame before and after something was read. `mirror`: for a camera that looks
    at the person, as a looking-glass does.
    """

    looking: str = PRIMARY
    found: str = DONE
    mirror: bool = False
    grow: float = 1.0
    min_height: float = 20.0


@dataclass(frozen=True, slots=True)
class Box:
    """A row, column or stack of children; with an `id` it is something to tap.

    `target`: main (≥ 20 mm) or key (≥ 15 mm). `pressed` is the fill while a finger is on it.
    """

    children: tuple[Widget, ...] = ()
    way: Literal["column", "row", "stack"] = "column"
    gap: float = 0.0
    pad: tuple[float, float] = (0.0, 0.0)  # x, y
    fill: str | None = None
    edge: str | None = None
    edge_mm: float = 0.4
    radius: float = 0.0
    align: Cross = "stretch"
    justify: Main = "start"
    width: float | None = None
    height: float | None = None
    min_height: float = 0.0
    min_width: float = 0.0
    grow: float = 0.0
    id: str | None = None
    target: Literal["main", "key"] = "main"
    pressed: str | None = None
    scrim: bool = False
    even: bool = False  # growing children get equal shares, whatever they hold


@dataclass(frozen=True, slots=True)
class Fit:
    """The first option that fits the room it gets; fewer words on a small panel, never smaller type."""

    options: tuple[Widget, ...]
    grow: float = 0.0


Widget = Text | Icon | Gap | Rule | Guide | Picture | Code | Live | Box | Fit


def row(*children: Widget | None, gap: float = 0.0, **kw: object) -> Box:
    """Children side by side; None is left out."""
    return replace(Box(tuple(c for c in children if c is not None), "row", gap), **kw)  # type: ignore[arg-type]


def column(*children: Widget | None, gap: float = 0.0, **kw: object) -> Box:
    """Children below each other; None is left out."""
    return replace(Box(tuple(c for c in children if c is not None), "column", gap), **kw)  # type: ignore[arg-type]


def darker(colour: str, by: float = 0.10) -> str:
    """The same colour, `by` (0..1) darker: what a pressed control shows."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(each * (1 - by)):02X}" for each in parts)
