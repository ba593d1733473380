"""What must hold on every screen, read from the placed items: no picture is needed to see it.

Nothing cut, no overlap, targets in millimetres, contrast, cap height, no missing glyph (facts of accessibility:
docs/decisions; WCAG 2.2 1.4.6, 1.4.11, EN 301 549 5.1.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kiosk.view.diff import overlap
from kiosk.view.fonts import FontBook
from kiosk.view.layout import Item
from kiosk.view.metrics import BODY_CAP_MM, KEY_MM, LARGE_CAP_MM, TARGET_GAP_MM, TARGET_MM, Metrics
from kiosk.view.widgets import PAPER, Box, Icon, Text

SLACK_PX = 1  # rounding of millimetres to pixels
BOLD_CAP_MM = 6.0  # bold type this high may have 4.5:1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong on a screen."""

    rule: str
    what: str
    detail: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}: {self.detail}"


def luminance(colour: str) -> float:
    """WCAG relative luminance, 0..1."""

    def linear(channel: int) -> float:
        value = channel / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, 1..21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def check(items: list[Item], metrics: Metrics, book: FontBook) -> list[Problem]:
    """Every problem of one placed screen; [] is good."""
    found: list[Problem] = []
    for item in items:
        found += _inside(item, items, metrics)
        widget = item.widget
        if isinstance(widget, Text):
            found += _text(item, widget, items, metrics, book)
        elif isinstance(widget, Icon):
            ratio = contrast(widget.colour, behind(item, items))
            if ratio < 3:
                found.append(Problem("contrast", f"icon {widget.name}", f"{ratio:.1f}:1, needed 3:1"))
        elif isinstance(widget, Box) and widget.id is not None:
            found += _target(item, widget, items, metrics)
    found += _overlaps(items, metrics)
    return found


def behind(item: Item, items: list[Item], start: int | None = None) -> str:
    """The fill that `item` stands on."""
    at = item.parent if start is None else start
    while at >= 0:
        visual: Any = items[at].visual
        if visual[0]:
            return str(visual[0])
        at = items[at].parent
    return PAPER


def _name(item: Item) -> str:
    widget = item.widget
    if isinstance(widget, Text):
        return repr(widget.text[:40])
    return f"{item.kind} {item.id or ''}".strip()


def _inside(item: Item, items: list[Item], metrics: Metrics) -> list[Problem]:
    x, y, wide, high = item.rect
    around = (0, 0, metrics.panel.width, metrics.panel.height) if item.parent < 0 else items[item.parent].rect
    ox, oy, ow, oh = around
    if x < ox - SLACK_PX or y < oy - SLACK_PX or x + wide > ox + ow + SLACK_PX or y + high > oy + oh + SLACK_PX:
        return [Problem("cut", _name(item), f"{item.rect} leaves {around}")]
    need_x, need_y = item.need
    if item.kind in ("text", "icon") and (need_x > wide + SLACK_PX or need_y > high + SLACK_PX):
        return [Problem("cut", _name(item), f"needs {need_x}x{need_y} px, has {wide}x{high}")]
    return []


def _text(item: Item, text: Text, items: list[Item], metrics: Metrics, book: FontBook) -> list[Problem]:
    found: list[Problem] = []
    least = LARGE_CAP_MM if metrics.large else BODY_CAP_MM
    if text.cap < least - 1e-6:
        found.append(Problem("type", _name(item), f"capitals {text.cap:.1f} mm, at least {least} mm"))
    ratio = contrast(text.colour, behind(item, items))
    needed = 4.5 if text.weight >= 700 and text.cap >= BOLD_CAP_MM else 7.0
    if ratio < needed:
        found.append(Problem("contrast", _name(item), f"{ratio:.1f}:1, needed {needed}:1"))
    missing = book.missing(text.text)
    if missing:
        found.append(Problem("glyph", _name(item), f"no glyph for {sorted(missing)}"))
    return found


def _target(item: Item, box: Box, items: list[Item], metrics: Metrics) -> list[Problem]:
    found: list[Problem] = []
    least = KEY_MM if box.target == "key" else TARGET_MM
    wide, high = metrics.mm(item.rect[2] + SLACK_PX), metrics.mm(item.rect[3] + SLACK_PX)
    if wide < least or high < least:
        found.append(Problem("target", _name(item), f"{wide:.1f} x {high:.1f} mm, at least {least:.0f} mm"))
    around = behind(item, items)
    shown = max(contrast(box.edge or around, around), contrast(box.fill or around, around))
    if shown < 3:
        found.append(Problem("contrast", _name(item), f"edge {shown:.1f}:1, needed 3:1"))
    return found


def _overlaps(items: list[Item], metrics: Metrics) -> list[Problem]:
    found: list[Problem] = []
    scrims = [at for at, item in enumerate(items) if isinstance(item.widget, Box) and item.widget.scrim]
    front = scrims[-1] if scrims else 0  # behind a scrim nothing can be tapped
    leaves = [i for i in items[front:] if i.kind in ("text", "icon")]
    for at, one in enumerate(leaves):
        for other in leaves[at + 1 :]:
            if overlap(_ink(one), _ink(other)):
                found.append(Problem("overlap", _name(one), f"with {_name(other)}"))
    targets = [i for i in items[front:] if i.id is not None]
    gap = metrics.px(TARGET_GAP_MM) - SLACK_PX
    keys = metrics.px(1.0)
    for at, one in enumerate(targets):
        for other in targets[at + 1 :]:
            close = keys if "key" in (_kind(one), _kind(other)) else gap
            x, y, wide, high = one.rect
            if overlap((x - close, y - close, wide + 2 * close, high + 2 * close), other.rect):
                found.append(Problem("gap", _name(one), f"too near to {_name(other)}"))
    return found


def _kind(item: Item) -> str:
    return item.widget.target if isinstance(item.widget, Box) else ""


def _ink(item: Item) -> tuple[int, int, int, int]:
    """Where the letters are: a text's box less its empty sides."""
    x, y, wide, high = item.rect
    if isinstance(item.widget, Text):
        used = min(item.need[0], wide)
        shift = {"left": 0, "center": (wide - used) // 2, "right": wide - used}[item.widget.align]
        return x + shift, y + 1, used, min(item.need[1], high) - 2
    return item.rect
