"""Tree → flat list of placed items, in whole pixels. Pure but for the font measurements."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

from kiosk.view.code import LEAST_MODULE_MM, squares
from kiosk.view.fonts import Block, FontBook
from kiosk.view.metrics import Metrics
from kiosk.view.scheme import NORMAL, Scheme
from kiosk.view.widgets import Box, Code, Fit, Gap, Guide, Icon, Live, Picture, Rule, Text, Widget

Rect = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Item:
    """Something at a place. `visual` says all that the painter needs: two equal items look the same.

    `parent` is the index of the box around it (-1: the screen); `need` the pixels its content asks for.
    """

    kind: str
    rect: Rect
    visual: Hashable
    id: str | None = None
    parent: int = field(default=-1, compare=False)
    need: tuple[int, int] = field(default=(0, 0), compare=False)
    widget: Widget | None = field(default=None, compare=False)


class Layout:
    """Lays trees out for one panel, text size and scheme of colours."""

    def __init__(self, metrics: Metrics, book: FontBook, scheme: Scheme = NORMAL) -> None:
        self.metrics = metrics
        self.book = book
        self.scheme = scheme
        # By identity: hashing whole trees costs more than measuring them. The widget is kept, so its id is not reused.
        self._sizes: dict[tuple[int, int], tuple[Widget, tuple[int, int]]] = {}

    def place(self, tree: Widget, pressed: str | None = None) -> list[Item]:
        """Every visible thing of `tree` on the whole panel, in painting order. `pressed`: the id under the finger."""
        items: list[Item] = []
        panel = self.metrics.panel
        self._place(tree, (0, 0, panel.width, panel.height), -1, self.scheme.paper, items)
        for at, item in self.held(items, pressed):
            items[at] = item
        return items

    def held(self, items: list[Item], pressed: str | None) -> list[tuple[int, Item]]:
        """What of `items` (placed with nothing pressed) looks otherwise under a finger: (index, the item to show)."""
        if pressed is None:
            return []
        return [
            (at, replace(item, visual=self._plane(item.widget, ground(items, item.parent, self.scheme.paper), True)))
            for at, item in enumerate(items)
            if item.id == pressed and isinstance(item.widget, Box) and item.widget.pressed
        ]

    def forget(self) -> None:
        """Drop what was measured: before a new tree is made."""
        self._sizes.clear()

    def fits(self, widget: Widget, width_mm: float, height_mm: float) -> bool:
        """Whether `widget` needs no more than that room."""
        room = self.metrics.px(width_mm)
        wide, high = self.size(widget, room)
        return wide <= room and high <= self.metrics.px(height_mm)

    def height(self, widget: Widget, width_mm: float) -> float:
        """Millimetres `widget` needs down when it is that wide."""
        return self.metrics.mm(self.size(widget, self.metrics.px(width_mm))[1])

    def block(self, text: Text, room: int) -> Block:
        """`text` wrapped into `room` pixels; a text of one line is never broken."""
        if text.lines == 1:
            room = 1 << 20
        return self.book.wrap(text.text, self.book.em(text.cap, self.metrics), text.weight, room)

    def code_px(self, code: Code) -> tuple[int, int]:
        """Pixels of one module and of the whole picture: modules of whole pixels, 0.5 mm at least."""
        count = len(squares(code.text))
        least = max(1, -int(-LEAST_MODULE_MM / self.metrics.panel.mm_per_px // 1))
        module = least if code.size is None else max(least, self.metrics.px(code.size) // count)
        return module, module * count

    def size(self, widget: Widget, room: int) -> tuple[int, int]:
        """Pixels `widget` asks for when it may be `room` wide."""
        key = (id(widget), room)
        known = self._sizes.get(key)
        if known is None:
            known = self._sizes[key] = (widget, self._measure(widget, room))
        return known[1]

    def _measure(self, widget: Widget, room: int) -> tuple[int, int]:
        px = self.metrics.px
        match widget:
            case Text():
                block = self.block(widget, room)
                return block.width, block.height
            case Icon() | Picture():
                return px(widget.size), px(widget.size)
            case Gap():
                return px(widget.size), px(widget.size)
            case Rule():
                return px(widget.width if widget.width else widget.thick), px(widget.thick)
            case Guide():
                return px(40), px(20)
            case Live():
                return px(40), px(widget.min_height)
            case Code():
                side = self.code_px(widget)[1]
                return side, side
            case Fit():
                for option in widget.options:
                    wide, high = self.size(option, room)
                    if wide <= room:
                        return wide, high
                return self.size(widget.options[-1], room)
        return self._measure_box(widget, room)

    def _measure_box(self, box: Box, room: int) -> tuple[int, int]:
        px = self.metrics.px
        pad_x, pad_y, gap = px(box.pad[0]), px(box.pad[1]), px(box.gap)
        if box.width is not None:
            room = px(box.width)
        inner = max(1, room - 2 * pad_x)
        if box.way == "row":
            widths = self._row_widths(box, inner, gap)
            needs = [max(w, self.size(c, w)[0]) for c, w in zip(box.children, widths, strict=True)]
            wide = sum(needs) + gap * max(0, len(box.children) - 1)
            high = max((self.size(c, w)[1] for c, w in zip(box.children, widths, strict=True)), default=0)
        elif box.way == "stack":
            sizes = [self.size(c, inner) for c in box.children]
            wide, high = max((s[0] for s in sizes), default=0), max((s[1] for s in sizes), default=0)
        else:
            sizes = [self.size(c, inner) for c in box.children]
            wide = max((s[0] for s in sizes), default=0)
            high = sum(s[1] for s in sizes) + gap * max(0, len(sizes) - 1)
        wide = px(box.width) if box.width is not None else max(wide + 2 * pad_x, px(box.min_width))
        high = px(box.height) if box.height is not None else max(high + 2 * pad_y, px(box.min_height))
        return wide, high

    def _row_widths(self, box: Box, inner: int, gap: int) -> list[int]:
        left = inner - gap * max(0, len(box.children) - 1)
        widths: list[int] = []
        for child in box.children:
            if child.grow:
                widths.append(-1)
                continue
            wide = self.size(child, max(1, left))[0]
            widths.append(wide)
            left -= wide
        total = sum(c.grow for c in box.children if c.grow)
        rest, shares = left, total
        for at, child in enumerate(box.children):
            if child.grow:
                wide = max(0, round(rest * child.grow / shares)) if shares else 0
                widths[at] = wide
                rest -= wide
                shares -= child.grow
        return widths

    def _plane(self, box: Box, on: str, held: bool = False) -> tuple[str | None, str | None, int, int, bool]:
        """What the painter needs of a box that stands on `on`."""
        px = self.metrics.px
        given = box.pressed if held and box.pressed else box.fill
        fill, edge = self.scheme.plane(given, box.edge, on, held=held, corners=box.radius > 0)
        return fill, edge, px(box.edge_mm) if edge else 0, px(box.radius), box.scrim

    def _place(self, widget: Widget, rect: Rect, parent: int, on: str, items: list[Item]) -> None:
        """`on`: the colour of the plane the widget stands on."""
        wide, high = rect[2:]
        ink = self.scheme.ink
        match widget:
            case Text():
                block = self.block(widget, wide)
                visual: Hashable = (block, ink(widget.colour, on), widget.align)
                items.append(Item("text", rect, visual, None, parent, (block.width, block.height), widget))
            case Icon():
                side = self.metrics.px(widget.size)
                visual = (widget.name, side, ink(widget.colour, on))
                items.append(Item("icon", rect, visual, None, parent, (side, side), widget))
            case Picture():
                side = self.metrics.px(widget.size)
                items.append(Item("picture", rect, (widget.path, side), None, parent, (side, side), widget))
            case Code():
                module, side = self.code_px(widget)
                items.append(Item("code", rect, (widget.text, module), None, parent, (side, side), widget))
            case Live():
                visual = (ink(widget.looking, on), ink(widget.found, on), on, widget.mirror)
                items.append(Item("live", rect, visual, None, parent, (0, 0), widget))
            case Rule():
                items.append(Item("rule", rect, ink(widget.colour, on), None, parent, (0, 0), widget))
            case Guide():
                items.append(Item("guide", rect, ink(widget.colour, on), None, parent, (0, 0), widget))
            case Gap():
                pass
            case Fit():
                for option in widget.options:
                    need = self.size(option, wide)
                    if need[0] <= wide and need[1] <= high:
                        break
                self._place(option, rect, parent, on, items)
            case Box():
                self._place_box(widget, rect, parent, on, items)

    def _place_box(self, box: Box, rect: Rect, parent: int, on: str, items: list[Item]) -> None:
        px = self.metrics.px
        x, y, wide, high = rect
        visual = self._plane(box, on)
        on = visual[0] or on
        me = len(items)
        items.append(Item("box", rect, visual, box.id, parent, self.size(box, wide), box))
        pad_x, pad_y, gap = px(box.pad[0]), px(box.pad[1]), px(box.gap)
        ix, iy, iw, ih = x + pad_x, y + pad_y, max(0, wide - 2 * pad_x), max(0, high - 2 * pad_y)
        if box.way == "stack":
            for child in box.children:
                self._place(child, (ix, iy, iw, ih), me, on, items)
            return
        count = len(box.children)
        if box.way == "row":
            lengths = self._row_widths(box, iw, gap)
        else:
            lengths = [
                0 if c.grow and (box.even or isinstance(c, (Fit, Guide, Live))) else self.size(c, iw)[1]
                for c in box.children
            ]
            free = ih - sum(lengths) - gap * max(0, count - 1)
            shares = sum(c.grow for c in box.children)
            if free < 0:
                # What may grow may also shrink: a Fit inside then picks fewer words.
                for at, child in enumerate(box.children):
                    if child.grow and free < 0:
                        given = min(lengths[at], -free)
                        lengths[at] -= given
                        free += given
            elif shares and free > 0:
                for at, child in enumerate(box.children):
                    if child.grow:
                        extra = round(free * child.grow / shares)
                        lengths[at] += extra
                        free -= extra
                        shares -= child.grow
        spare = (iw if box.way == "row" else ih) - sum(lengths) - gap * max(0, count - 1)
        at, between = (ix if box.way == "row" else iy), 0
        if spare > 0 and box.justify != "start":
            if box.justify == "between" and count > 1:
                between = spare // (count - 1)
            else:
                at += spare if box.justify == "end" else spare // 2
        for child, length in zip(box.children, lengths, strict=True):
            if box.way == "row":
                self._place(child, self._cross_row(box, child, at, iy, length, ih), me, on, items)
            else:
                self._place(child, self._cross_column(box, child, ix, at, iw, length), me, on, items)
            at += length + gap + between

    def _cross_row(self, box: Box, child: Widget, x: int, y: int, wide: int, high: int) -> Rect:
        if box.align == "stretch" and not isinstance(child, Rule):
            return x, y, wide, high
        own = min(high, self.size(child, wide)[1]) if not isinstance(child, Fit) else high
        shift = {"start": 0, "stretch": (high - own) // 2, "center": (high - own) // 2, "end": high - own}[box.align]
        return x, y + shift, wide, own

    def _cross_column(self, box: Box, child: Widget, x: int, y: int, wide: int, high: int) -> Rect:
        narrow = isinstance(child, (Icon, Code)) or (isinstance(child, Box) and child.width is not None)
        if isinstance(child, (Text, Rule)) or (box.align == "stretch" and not narrow):
            return x, y, wide, high
        own = min(wide, self.size(child, wide)[0])
        shift = {"start": 0, "stretch": 0, "center": (wide - own) // 2, "end": wide - own}[box.align]
        return x + shift, y, own, high


def ground(items: list[Item], at: int, paper: str) -> str:
    """The colour of the plane that item number `at` is, or stands on; `paper` where there is none."""
    while at >= 0:
        item = items[at]
        if item.kind == "box":
            visual: Any = item.visual
            if visual[0]:
                return str(visual[0])
        at = item.parent
    return paper


def hit(items: list[Item], x: float, y: float) -> Item | None:
    """The topmost thing to tap at that pixel; a dialogue's scrim hides what is behind it."""
    for item in reversed(items):
        left, top, wide, high = item.rect
        if left <= x < left + wide and top <= y < top + high and isinstance(item.widget, Box):
            if item.id is not None:
                return item
            if item.widget.scrim:
                return None
    return None
