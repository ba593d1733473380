"""Long contents cut into pages that fit; every page is reached by a button, nothing is swiped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kiosk.view.layout import Layout
from kiosk.view.widgets import Text, Widget


def split(layout: Layout, widget: Widget, width: float, height: float) -> list[Widget]:
    """A text higher than a page, cut between its lines; anything else as it is."""
    if not isinstance(widget, Text) or layout.height(widget, width) <= height:
        return [widget]
    block = layout.block(widget, layout.metrics.px(width))
    fit = max(1, int(layout.metrics.px(height) // block.line))
    lines = ["".join(run.text for run in line) for line in block.lines]
    return [replace(widget, text=" ".join(lines[at : at + fit])) for at in range(0, len(lines), fit)]


def pages_of(layout: Layout, blocks: Sequence[Widget], width: float, height: float, gap: float) -> list[list[Widget]]:
    """Blocks in order, cut into pages that are no higher than `height` mm."""
    pages: list[list[Widget]] = [[]]
    used = 0.0
    width -= 0.5  # millimetres are rounded to pixels: a line must not wrap later than it did here
    height -= 0.8
    for block in [part for each in blocks for part in split(layout, each, width, height)]:
        need = layout.height(block, width)
        if pages[-1] and used + gap + need > height:
            pages.append([])
            used = 0.0
        used += need + (gap if pages[-1] else 0.0)
        pages[-1].append(block)
    return pages
