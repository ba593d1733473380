"""Two placed lists → the rectangles that must be painted again."""

from __future__ import annotations

from kiosk.view.layout import Item, Rect

FULL_ABOVE = 0.5  # share of the panel above which one full redraw is cheaper


def dirty(before: list[Item], after: list[Item], panel: tuple[int, int]) -> list[Rect]:
    """Rectangles covering every item that came, went or changed; [] when nothing did, the whole panel when most did."""
    if len(before) == len(after):  # the common case, without hashing: the same things, one of them changed
        pairs = zip(before, after, strict=True)
        changed = [rect for one, other in pairs if one != other for rect in (one.rect, other.rect)]
    else:
        old, new = set(before), set(after)
        changed = [item.rect for item in before if item not in new]
        changed += [item.rect for item in after if item not in old]
    rects = merged(changed)
    if sum(w * h for _, _, w, h in rects) > FULL_ABOVE * panel[0] * panel[1]:
        return [(0, 0, panel[0], panel[1])]
    return rects


def merged(rects: list[Rect]) -> list[Rect]:
    """Rectangles that cover the same and do not overlap each other."""
    out: list[Rect] = []
    for rect in rects:
        out = _merge(out, rect)
    return out


def union(a: Rect, b: Rect) -> Rect:
    """The smallest rectangle around both."""
    left, top = min(a[0], b[0]), min(a[1], b[1])
    right, bottom = max(a[0] + a[2], b[0] + b[2]), max(a[1] + a[3], b[1] + b[3])
    return left, top, right - left, bottom - top


def overlap(a: Rect, b: Rect) -> bool:
    """Whether they share a pixel."""
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def _merge(rects: list[Rect], rect: Rect) -> list[Rect]:
    out: list[Rect] = []
    for other in rects:
        if overlap(other, rect):
            rect = union(other, rect)
        else:
            out.append(other)
    if len(out) != len(rects) and any(overlap(other, rect) for other in out):
        return _merge(out, rect)
    return [*out, rect]
