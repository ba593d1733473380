"""Marks, digits and measures of the letters on a matrix board, drawn dot by dot for 16, 24 and 32 rows.

A pattern is its rows, top first. Where a mark stands over a letter's middle it has two widths: for letters of an even
and of an odd number of columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.fonts import Weight

Rows = tuple[str, ...]

ACUTE, GRAVE, HOOK, TILDE, HAT, BREVE, DOT, HORN = "\u0301\u0300\u0309\u0303\u0302\u0306\u0323\u031b"
LOW_HOOK = "low hook"
ABOVE = frozenset((ACUTE, GRAVE, HOOK, TILDE, HAT, BREVE))
KNOWN = ABOVE | {DOT, HORN}


@dataclass(frozen=True)
class Style:
    """`size`, `weight` of the typeface; `base`: first row below the letters; dark columns between letters (`gap`) and
    words (`space`); `gap_rows` dark rows under a mark; `shorten`: crowded capitals give a row; `marks` even and odd."""

    size: int
    weight: Weight
    base: int
    gap: int
    space: int
    gap_rows: int
    shorten: bool
    marks: Mapping[str, tuple[Rows, Rows]]
    arrow: Rows
    arrow_up: int

    def mark(self, mark: str, width: int, crowded: bool) -> Rows:
        """The pattern of a mark over (or under) a letter `width` columns wide; `crowded`: it is the second over a
        capital and has little height."""
        return self.marks[LOW_HOOK if mark == HOOK and crowded else mark][width % 2]


def horn_rise(horn: Rows) -> int:
    """How many rows of a horn stand above its letter."""
    return len(horn) // 2


def _both(rows: Rows) -> tuple[Rows, Rows]:
    return rows, rows


_SMALL: dict[str, tuple[Rows, Rows]] = {
    ACUTE: _both((".#", "#.")),
    GRAVE: _both(("#.", ".#")),
    HOOK: _both(("##.", "..#", ".#.")),
    LOW_HOOK: _both(("##", ".#")),
    TILDE: ((".#.#", "#.#."), (".##.#", "#..#.")),
    HAT: ((".##.", "#..#"), (".#.", "#.#")),
    BREVE: (("#..#", ".##."), ("#...#", ".###.")),
    DOT: (("##", "##"), ("#", "#")),
    HORN: _both((".#", "##")),
}
_MIDDLE: dict[str, tuple[Rows, Rows]] = {
    ACUTE: _both(("..##", ".##.", "##..")),
    GRAVE: _both(("##..", ".##.", "..##")),
    HOOK: _both((".##.", "...#", "..#.", "..#.")),
    LOW_HOOK: _both((".##.", "...#", "..#.")),
    TILDE: ((".##..#", "######", "#..##."), (".##..##", "#######", "##..##.")),
    HAT: (("..##..", ".####.", "##..##"), ("...#...", "..###..", ".##.##.")),
    BREVE: (("##..##", ".####."), ("##...##", ".#####.")),
    DOT: (("##", "##"), ("##", "##")),
    HORN: _both(("..##", "..##", ".##.", "##..")),
}
_LARGE: dict[str, tuple[Rows, Rows]] = {
    ACUTE: _both(("...###", "..###.", ".###..")),
    GRAVE: _both(("###...", ".###..", "..###.")),
    HOOK: _both((".####.", "....##", "...##.", "..##..", "..##..")),
    LOW_HOOK: _both((".###.", "...##", "..##.", "..##.")),
    TILDE: ((".###..##", "########", "##..###."), (".###...##", "#########", "##...###.")),
    HAT: (("...##...", "..####..", ".##..##.", "##....##"), ("...#...", "..###..", ".##.##.", "##...##")),
    BREVE: (("##....##", ".##..##.", "..####.."), ("##...##", ".##.##.", "..###..")),
    DOT: (("###", "###", "###"), ("###", "###", "###")),
    HORN: _both(("...###", "...###", "...##.", "..###.", ".###..", "###...")),
}
STYLES: dict[int, Style] = {
    16: Style(11, 400, 13, 1, 5, 1, True, _SMALL, ("...#..", "....#.", "######", "....#.", "...#.."), 1),
    24: Style(
        16, 500, 19, 2, 7, 1, True, _MIDDLE,
        ("....##...", ".....##..", "......##.", "#########", "#########", "......##.", ".....##..", "....##..."), 1,
    ),
    32: Style(
        22, 600, 26, 2, 9, 1, False, _LARGE,
        (
            "......##....", ".......##...", "........##..", ".........##.", "############", "############",
            ".........##.", "........##..", ".......##...", "......##....",
        ), 3,
    ),
}  # fmt: skip

# Of 16 rows only; at larger sizes the typeface's own are good. Digits have one width and no two are alike: people
# compare them with the paper in their hand. The letters are those that the typeface breaks or blots at this size.
SHAPES: dict[str, Rows] = {
    "0": (".###.", "#...#", "#...#", "#...#", "#...#", "#...#", "#...#", ".###."),
    "1": ("..#..", ".##..", "..#..", "..#..", "..#..", "..#..", "..#..", ".###."),
    "2": (".###.", "#...#", "....#", "...#.", "..#..", ".#...", "#....", "#####"),
    "3": (".###.", "#...#", "....#", "..##.", "....#", "....#", "#...#", ".###."),
    "4": ("...#.", "..##.", ".#.#.", "#..#.", "#..#.", "#####", "...#.", "...#."),
    "5": ("#####", "#....", "#....", "####.", "....#", "....#", "#...#", ".###."),
    "6": (".###.", "#...#", "#....", "####.", "#...#", "#...#", "#...#", ".###."),
    "7": ("#####", "....#", "....#", "...#.", "...#.", "..#..", "..#..", "..#.."),
    "8": (".###.", "#...#", "#...#", ".###.", "#...#", "#...#", "#...#", ".###."),
    "9": (".###.", "#...#", "#...#", "#...#", ".####", "....#", "#...#", ".###."),
    "a": (".###.", "....#", ".####", "#...#", "#..##", ".##.#"),
    "M": ("#.....#", "##...##", "#.#.#.#", "#..#..#", "#.....#", "#.....#", "#.....#", "#.....#"),
    "N": ("#....#", "##...#", "##...#", "#.#..#", "#..#.#", "#...##", "#...##", "#....#"),
}
