"""What must hold on every screen, read from the placed items: no picture is needed to see it.

Nothing cut, no overlap, targets in millimetres, contrast, cap height, no missing glyph (facts of accessibility:
docs/decisions; WCAG 2.2 1.4.6, 1.4.11, EN 301 549 5.1.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kiosk.view.diff import overlap
from kiosk.view.fonts import FontBook
from kiosk.view.layout import Item, ground
from kiosk.view.metrics import BODY_CAP_MM, KEY_MM, LARGE_CAP_MM, TARGET_GAP_MM, TARGET_MM, Metrics
from kiosk.view.scheme import NORMAL, Scheme, contrast
from kiosk.view.widgets import Box, Icon, Text

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


NOT_MAIN = ("large", "language", "contrast", "speak", "modes", "reason", "factorkind", "do")
"""Filled because they are switched on, not because somebody came for them, or the staff's own: they may stand high."""


STAFF_DOOR = "mark"
"""The commune's sign, which staff hold to come to their own screens: it need not look like something to touch."""


def check(items: list[Item], metrics: Metrics, book: FontBook, scheme: Scheme = NORMAL) -> list[Problem]:
    """Every problem of one placed screen; [] is good."""
    found: list[Problem] = []
    for item in items:
        found += _inside(item, items, metrics)
        widget = item.widget
        on = ground(items, item.parent, scheme.paper)
        if isinstance(widget, Text):
            found += _text(item, widget, on, metrics, book)
        elif isinstance(widget, Icon):
            visual: Any = item.visual
            ratio = contrast(visual[2], on)
            if ratio < 3:
                found.append(Problem("contrast", f"icon {widget.name}", f"{ratio:.1f}:1, needed 3:1"))
        elif isinstance(widget, Box) and widget.id is not None:
            found += _target(item, widget, on, metrics)
    found += _overlaps(items, metrics)
    return found


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
    if item.kind in ("text", "icon", "code") and (need_x > wide + SLACK_PX or need_y > high + SLACK_PX):
        return [Problem("cut", _name(item), f"needs {need_x}x{need_y} px, has {wide}x{high}")]
    return []


def _text(item: Item, text: Text, on: str, metrics: Metrics, book: FontBook) -> list[Problem]:
    found: list[Problem] = []
    least = LARGE_CAP_MM if metrics.large else BODY_CAP_MM
    if text.cap < least - 1e-6:
        found.append(Problem("type", _name(item), f"capitals {text.cap:.1f} mm, at least {least} mm"))
    visual: Any = item.visual
    ratio = contrast(visual[1], on)
    needed = 4.5 if text.weight >= 700 and text.cap >= BOLD_CAP_MM else 7.0
    if ratio < needed:
        found.append(Problem("contrast", _name(item), f"{ratio:.1f}:1, needed {needed}:1"))
    missing = book.missing(text.text)
    if missing:
        found.append(Problem("glyph", _name(item), f"no glyph for {sorted(missing)}"))
    return found


def _target(item: Item, box: Box, on: str, metrics: Metrics) -> list[Problem]:
    found: list[Problem] = []
    least = KEY_MM if box.target == "key" else TARGET_MM
    wide, high = metrics.mm(item.rect[2] + SLACK_PX), metrics.mm(item.rect[3] + SLACK_PX)
    if wide < least or high < least:
        found.append(Problem("target", _name(item), f"{wide:.1f} x {high:.1f} mm, at least {least:.0f} mm"))
    if box.id == STAFF_DOOR:
        return found
    visual: Any = item.visual
    fill, edge = visual[0], visual[1]
    shown = max(contrast(edge or on, on), contrast(fill or on, on))
    if shown < 3:
        found.append(Problem("contrast", _name(item), f"edge {shown:.1f}:1, needed 3:1"))
    loud = box.fill is not None and contrast(box.fill, "#FFFFFF") >= 4.5
    third = metrics.panel.height / 3
    within = metrics.mm(item.rect[1] + item.rect[3] + SLACK_PX - third)
    if loud and str(box.id).partition(":")[0] not in NOT_MAIN and within < least:
        found.append(Problem("reach", _name(item), f"only {max(0.0, within):.0f} mm of it in the lower two thirds"))
    return found


def _overlaps(items: list[Item], metrics: Metrics) -> list[Problem]:
    found: list[Problem] = []
    scrims = [at for at, item in enumerate(items) if isinstance(item.widget, Box) and item.widget.scrim]
    front = scrims[-1] if scrims else 0  # behind a scrim nothing can be tapped
    leaves = [i for i in items[front:] if i.kind in ("text", "icon", "code", "live", "picture")]
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
